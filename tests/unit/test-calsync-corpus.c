/* SPDX-License-Identifier: EUPL-1.2 */
/* Every file of the iCalendar corpus: the busy time that an independent implementation computes. */
#include "calsync-error.h"
#include "calsync-ical.h"
#include "calsync-recurrence.h"
#include "testlib.h"

#include <string.h>

/*
 * Expectations are made by tests/corpus/ical-oracle.py and committed. Where the oracle is wrong or
 * cannot read a file, tests/corpus/decided/ has the answer and, in its first line, the reason.
 */
static char *
corpus_path (const char *relative)
{
  g_autofree char *root = testlib_dup_source_path ("tests/corpus");

  return g_build_filename (root, relative, NULL);
}

static char *
read_text (const char *relative)
{
  g_autofree char *path = corpus_path (relative);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : NULL;
}

/* icalendar/events/a.ics has its expectation in icalendar__events__a.txt. */
static char *
expectation_name (const char *folder, const char *file)
{
  g_auto (GStrv) parts = g_strsplit (file, "/", -1);
  g_autofree char *flat = g_strjoinv ("__", parts);

  g_assert_true (g_str_has_suffix (flat, ".ics"));
  flat[strlen (flat) - 4] = '\0';
  return g_strdup_printf ("%s/%s.txt", folder, flat);
}

static void
append_instant (GString *text, gint64 unix_us)
{
  CalsyncLocalTime local;

  calsync_zone_to_local (calsync_zone_utc (), unix_us, &local, NULL);
  g_string_append_printf (text, "%04d%02d%02dT%02d%02d%02dZ", local.year, local.month, local.day,
                          local.hour, local.minute, local.second);
}

/* Busy time of one year, merged and cut to it. */
static void
append_year (GString *text, const CalsyncImport *import, gint year)
{
  const CalsyncZone *zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  const CalsyncWindow window = {
    .zone = zone,
    .from_us = calsync_zone_midnight (zone, calsync_days_from_civil (year, 1, 1)),
    .to_us = calsync_zone_midnight (zone, calsync_days_from_civil (year + 1, 1, 1)),
  };
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  g_autoptr (GError) error = NULL;
  gint64 end_us = window.from_us;
  guint n_spans = 0;

  for (guint i = 0; i < import->objects->len; i++)
    {
      const CalsyncObject *object = g_ptr_array_index (import->objects, i);

      g_assert_true (calsync_expand (object->text, &window, spans, &error));
      g_assert_no_error (error);
    }
  for (guint i = 0, next = 0; i < spans->len; i = next)
    {
      gint64 start_us = MAX (g_array_index (spans, CalsyncSpan, i).start_us, window.from_us);

      end_us = MIN (g_array_index (spans, CalsyncSpan, i).end_us, window.to_us);
      for (next = i + 1; next < spans->len; next++)
        {
          if (g_array_index (spans, CalsyncSpan, next).start_us > end_us)
            break;
          end_us =
            MAX (end_us, MIN (g_array_index (spans, CalsyncSpan, next).end_us, window.to_us));
        }
      if (n_spans++ == 0)
        g_string_append_printf (text, "year %d\n", year);
      append_instant (text, start_us);
      g_string_append_c (text, ' ');
      append_instant (text, end_us);
      g_string_append_c (text, '\n');
    }
}

/* Our verdict, in the oracle's words, for the years that the expectation speaks of. */
static char *
judge (const char *bytes, gsize n_bytes, const char *years_line)
{
  const CalsyncImportOptions options = { .zone = calsync_zone_lookup ("Europe/Copenhagen", NULL) };
  g_autoptr (GError) error = NULL;
  g_autoptr (CalsyncImport) import = calsync_ical_import (bytes, n_bytes, &options, &error);
  g_auto (GStrv) years = g_strsplit (years_line, " ", -1);
  GString *text = g_string_new (years_line);

  g_string_append_c (text, '\n');
  if (import == NULL)
    {
      g_assert_nonnull (error);
      g_assert_cmpuint (strlen (error->message), >, 10);
      g_string_append (text, "refused\n");
      return g_string_free (text, FALSE);
    }
  g_assert_no_error (error);
  g_string_append_printf (text, "left-out %u\n", import->n_refused);
  for (guint i = 1; years[i] != NULL; i++)
    append_year (text, import, (gint) g_ascii_strtoll (years[i], NULL, 10));
  return g_string_free (text, FALSE);
}

/* Without the reason in a first comment line, and without the oracle's reason for refusing. */
static char *
plain_expectation (const char *text)
{
  const char *start = text;
  const char *refused;

  while (*start == '#')
    start = strchr (start, '\n') + 1;
  refused = strstr (start, "\nrefused");
  return refused == NULL ? g_strdup (start)
                         : g_strdup_printf ("%.*s\nrefused\n", (int) (refused - start), start);
}

static void
check_file (const char *file)
{
  g_autofree char *path = corpus_path (file);
  g_autofree char *expected_name = expectation_name ("expected", file);
  g_autofree char *decided_name = expectation_name ("decided", file);
  g_autofree char *oracle_text = read_text (expected_name);
  g_autofree char *decided_text = read_text (decided_name);
  g_autofree char *oracle = NULL, *expected = NULL, *years = NULL, *actual = NULL, *bytes = NULL;
  gsize n_bytes;

  if (oracle_text == NULL)
    g_error ("%s has no expectation: run tests/corpus/ical-oracle.py --write", file);
  oracle = plain_expectation (oracle_text);
  expected = plain_expectation (decided_text != NULL ? decided_text : oracle_text);
  years = g_strndup (expected, strcspn (expected, "\n"));
  g_assert_true (g_file_get_contents (path, &bytes, &n_bytes, NULL));
  actual = judge (bytes, n_bytes, years);
  if (g_getenv ("PLANNER_SHOW_CORPUS") != NULL && g_strcmp0 (actual, expected) != 0)
    {
      g_print ("# %s\n## oracle\n%s## ours\n%s", file, expected, actual);
      return;
    }
  if (decided_text != NULL)
    {
      g_assert_true (g_str_has_prefix (decided_text, "# "));
      g_assert_cmpstr (decided_text, !=, oracle); /* a decision that is no longer needed */
    }
  if (g_strcmp0 (actual, expected) != 0)
    g_test_message ("%s", file);
  g_assert_cmpstr (actual, ==, expected);
}

static void
check_folder (const char *folder, guint *n_files)
{
  g_autofree char *path = corpus_path (folder);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_strdup_printf ("%s/%s", folder, name);

      if (!g_str_has_suffix (name, ".ics"))
        continue;
      check_file (file);
      (*n_files)++;
    }
}

static void
test_corpus (void)
{
  static const char *const folders[] = { "icalendar/availabilities", "icalendar/calendars",
                                         "icalendar/events",         "icalendar/freebusy",
                                         "icalendar/timezones",      "producers" };
  guint n_files = 0;

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    check_folder (folders[i], &n_files);
  g_assert_cmpuint (n_files, ==, 157 + 12);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync/corpus/icalendar", test_corpus);
  return g_test_run ();
}
