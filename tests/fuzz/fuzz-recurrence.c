/* SPDX-License-Identifier: EUPL-1.2 */
/* Recurrences laid out: bounded, and the same whether a window is asked for whole or in two halves. */
#include <string.h>

#include "calsync-error.h"
#include "calsync-recurrence.h"
#include "fuzz.h"

#define FROM_US (1795392000 * CALSYNC_US_PER_SECOND)
#define HALF_US (35 * G_TIME_SPAN_DAY)

/* What depends on the window as a whole, and by design. */
#define UNEQUAL_FLAGS (CALSYNC_FLAG_NOT_EXPANDABLE | CALSYNC_FLAG_CLIPPED)

static GArray *
expand (const char *text, gint64 from_us, gint64 to_us)
{
  const CalsyncWindow window = { .zone = calsync_zone_lookup ("Europe/Copenhagen", NULL),
                                 .from_us = from_us,
                                 .to_us = to_us,
                                 .max_instances = 2000 };
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  g_autoptr (GError) error = NULL;

  if (calsync_expand (text, &window, spans, &error))
    return g_steal_pointer (&spans);
  g_assert_true (error->domain == CALSYNC_ERROR);
  g_assert_cmpuint (spans->len, ==, 0);
  return NULL;
}

static gboolean
has_flag (const GArray *spans, guint flags)
{
  for (guint i = 0; i < spans->len; i++)
    if (g_array_index (spans, CalsyncSpan, i).flags & flags)
      return TRUE;
  return FALSE;
}

static gboolean
holds (const GArray *spans, const CalsyncSpan *wanted)
{
  for (guint i = 0; i < spans->len; i++)
    {
      const CalsyncSpan *span = &g_array_index (spans, CalsyncSpan, i);

      if (span->start_us == wanted->start_us && span->end_us == wanted->end_us &&
          span->busy_class == wanted->busy_class)
        return TRUE;
    }
  return FALSE;
}

/* Every span of the whole touches a half and stands there, and the halves hold nothing else. */
static void
check_halves (const char *text, const GArray *whole)
{
  gint64 middle_us = FROM_US + HALF_US;
  g_autoptr (GArray) first = expand (text, FROM_US, middle_us);
  g_autoptr (GArray) second = expand (text, middle_us, FROM_US + 2 * HALF_US);

  g_assert_true (first != NULL && second != NULL);
  if (has_flag (first, UNEQUAL_FLAGS) || has_flag (second, UNEQUAL_FLAGS))
    return;
  for (guint i = 0; i < whole->len; i++)
    {
      const CalsyncSpan *span = &g_array_index (whole, CalsyncSpan, i);

      g_assert_cmpint (span->start_us < middle_us, ==, holds (first, span));
      g_assert_cmpint (span->end_us > middle_us, ==, holds (second, span));
    }
  for (guint i = 0; i < first->len; i++)
    g_assert_true (holds (whole, &g_array_index (first, CalsyncSpan, i)));
  for (guint i = 0; i < second->len; i++)
    g_assert_true (holds (whole, &g_array_index (second, CalsyncSpan, i)));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  g_autofree char *text = fuzz_dup_text (data, n_bytes);
  g_autofree char *upper = g_ascii_strup (text, -1);
  g_autoptr (GArray) whole = expand (text, FROM_US, FROM_US + 2 * HALF_US);

  if (whole == NULL)
    return 0;
  for (guint i = 0; i < whole->len; i++)
    {
      const CalsyncSpan *span = &g_array_index (whole, CalsyncSpan, i);

      g_assert_true (span->start_us < span->end_us);
      g_assert_true (span->start_us < FROM_US + 2 * HALF_US && span->end_us > FROM_US);
    }
  /* A zone of the file's own is compared with tzdata over the window; availability is merged. */
  if (whole->len > 300 || has_flag (whole, UNEQUAL_FLAGS) || strstr (upper, "VTIMEZONE") != NULL ||
      strstr (upper, "VAVAILABILITY") != NULL)
    return 0;
  check_halves (text, whole);
  return 0;
}
