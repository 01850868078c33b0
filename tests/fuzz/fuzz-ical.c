/* SPDX-License-Identifier: EUPL-1.2 */
/* Calendar files as an import meets them: reduced once is reduced for good, and what is laid out is bounded. */
#include <string.h>

#include "calsync-error.h"
#include "calsync-ical.h"
#include "calsync-recurrence.h"
#include "fuzz.h"

#define MAX_INSTANCES 40
#define DAY_US        G_TIME_SPAN_DAY
#define FROM_US       (1795392000 * CALSYNC_US_PER_SECOND)

static guint
count_text (const char *text, const char *part)
{
  guint n = 0;

  for (const char *at = text; (at = strstr (at, part)) != NULL; at += strlen (part))
    n++;
  return n;
}

static CalsyncImport *
import (const char *bytes, gsize n_bytes, GError **error)
{
  const CalsyncImportOptions options = { .zone = calsync_zone_lookup ("Europe/Copenhagen", NULL),
                                         .from_us = FROM_US,
                                         .to_us = FROM_US + 190 * DAY_US };

  return calsync_ical_import (bytes, n_bytes, &options, error);
}

/* Identifiers are hashed at every reduction. */
static char *
dup_without_hashes (const char *text)
{
  g_autoptr (GRegex) regex = g_regex_new ("^UID:[0-9a-f]{64}\r$", G_REGEX_MULTILINE, 0, NULL);

  return g_regex_replace_literal (regex, text, -1, 0, "UID:#\r", 0, NULL);
}

/* Reduced, and reduced again, is the same but for the hashes of hashes. */
static void
check_stable (const CalsyncObject *object)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CalsyncImport) twice = import (object->text, strlen (object->text), &error);
  g_autofree char *first = dup_without_hashes (object->text);
  g_autofree char *second = NULL;
  const CalsyncObject *again;

  g_assert_no_error (error);
  g_assert_cmpuint (twice->objects->len, ==, 1);
  again = twice->objects->pdata[0];
  second = dup_without_hashes (again->text);
  g_assert_cmpstr (first, ==, second);
  g_assert_cmpstr (again->reference, ==, object->reference);
}

/* Rules of a zone of the file's own are kept as they are; every other line is folded. */
static void
check_text (const CalsyncObject *object)
{
  const char *zones_end = g_strrstr (object->text, "END:VTIMEZONE\r\n");

  g_assert_cmpuint (strlen (object->uid_hash), ==, 64);
  g_assert_true (g_utf8_validate (object->text, -1, NULL));
  for (const char *line = zones_end == NULL ? object->text : zones_end; *line != '\0';
       line = strchr (line, '\n') + 1)
    g_assert_cmpuint (strcspn (line, "\r\n"), <=, 75);
}

static void
check_expansion (const CalsyncObject *object)
{
  const CalsyncWindow window = { .zone = calsync_zone_lookup ("Europe/Copenhagen", NULL),
                                 .from_us = FROM_US,
                                 .to_us = FROM_US + 190 * DAY_US,
                                 .max_instances = MAX_INSTANCES };
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  g_autoptr (GError) error = NULL;
  guint n_components = count_text (object->text, "BEGIN:");

  g_assert_true (calsync_expand (object->text, &window, spans, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (spans->len, <=,
                    n_components * (MAX_INSTANCES + 2) + count_text (object->text, "/"));
  for (guint i = 0; i < spans->len; i++)
    {
      const CalsyncSpan *span = &g_array_index (spans, CalsyncSpan, i);

      g_assert_cmpint (span->start_us, <, span->end_us);
      g_assert_true (span->start_us < window.to_us && span->end_us > window.from_us);
      g_assert_true (span->busy_class != CALSYNC_CLASS_FREE);
      if (i > 0)
        g_assert_cmpint (g_array_index (spans, CalsyncSpan, i - 1).start_us, <=, span->start_us);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  g_autofree char *bytes = g_memdup2 (data, n_bytes);
  g_autoptr (GError) error = NULL;
  g_autoptr (CalsyncImport) once = import (n_bytes == 0 ? "" : bytes, n_bytes, &error);

  if (once == NULL)
    {
      g_assert_true (error->domain == CALSYNC_ERROR);
      return 0;
    }
  for (guint i = 0; i < once->objects->len; i++)
    {
      check_text (once->objects->pdata[i]);
      check_stable (once->objects->pdata[i]);
      check_expansion (once->objects->pdata[i]);
    }
  return 0;
}
