/* SPDX-License-Identifier: EUPL-1.2 */
/* The call log: rows and lines say the same, nothing personal gets in, what is too much is counted, old days go. */
/* Also tests: track-call-batch, track-call-line, track-call-search. */
#include "log/track-call-log.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/clock.h"
#include "log/track-call-batch.h"
#include "log/track-call-line.h"
#include "log/track-call-search.h"
#include "testlib.h"

#define S      G_GINT64_CONSTANT (1000000)
#define NOW_US (G_GINT64_CONSTANT (1800000000) * S)

typedef struct
{
  char *folder;
  char *path;
  char *lines;
  TrackDatabase *database;
  TrackCallLog *log;
} World;

static void
open_world (World *world, const char *folder, guint max_queued)
{
  g_autofree char *schema = testlib_dup_source_path ("data/schema/track-log");
  g_autoptr (GError) error = NULL;
  TrackDatabaseSettings settings = { NULL };

  world->folder = g_strdup (folder);
  world->path = g_build_filename (folder, "calls.db", NULL);
  world->lines = g_build_filename (folder, "lines", NULL);
  settings.path = world->path;
  settings.schema_dir = schema;
  world->database = track_database_open (&settings, &error);
  g_assert_no_error (error);
  world->log = track_call_log_new (
    &(TrackCallLogSettings){ NULL, world->database, world->lines, 30, max_queued });
}

static void
close_world (World *world)
{
  track_call_log_stop (world->log);
  g_clear_pointer (&world->log, track_call_log_free);
  g_clear_pointer (&world->database, track_database_free);
  g_clear_pointer (&world->folder, g_free);
  g_clear_pointer (&world->path, g_free);
  g_clear_pointer (&world->lines, g_free);
}

static TrackRecord
make_record (guint i)
{
  TrackRecord record = { .at_us = NOW_US + i,
                         .request_id = "r-1",
                         .unit = i % 2 == 0 ? "75100" : "85100",
                         .endpoint = "aarhus",
                         .url = "https://a.example/",
                         .operation = "CreateBooking",
                         .how = "exact",
                         .outcome = i % 10 == 0 ? TRACK_OUTCOME_TIMEOUT : TRACK_OUTCOME_OK,
                         .http_status = 200 };

  track_times_init (&record.times);
  return record;
}

static void
wait_written (TrackCallLog *log, guint64 n)
{
  TrackCallLogCounters counters = { 0 };

  while (counters.n_written + counters.n_failed < n)
    {
      g_main_context_iteration (NULL, TRUE);
      track_call_log_get_counters (log, &counters);
    }
}

static guint
count_lines (const char *folder, gint64 at_us, char **out_text)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (at_us / S);
  g_autofree char *name = g_date_time_format (date, "calls-%Y-%m-%d.jsonl");
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = NULL;
  GStatBuf about;
  guint n = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  g_assert_cmpint (g_stat (path, &about), ==, 0);
  g_assert_cmpint (about.st_mode & 0137, ==, 0);
  for (const char *at = text; (at = strchr (at, '\n')) != NULL; at++)
    n++;
  if (out_text != NULL)
    *out_text = g_steal_pointer (&text);
  return n;
}

static guint
count_found (TrackDatabase *database, const TrackCallQuery *query)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonArray) found =
    track_call_search (track_database_get_reader (database), query, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < json_array_get_length (found); i++)
    {
      JsonObject *one = json_array_get_object_element (found, i);
      g_autoptr (GDateTime) at =
        g_date_time_new_from_iso8601 (json_object_get_string_member (one, "at"), NULL);

      g_assert_cmpint (ABS (g_date_time_to_unix (at) - NOW_US / S), <, 400 * 86400);
      g_assert_false (json_object_has_member (one, "at_us"));
    }
  return json_array_get_length (found);
}

static void
test_written (void)
{
  g_autofree char *folder = testlib_make_folder ();
  World world;
  TrackCallQuery query = { .until_us = G_MAXINT64, .max_rows = 1000 };

  clock_set_for_test (NOW_US);
  open_world (&world, folder, 10000);
  for (guint i = 0; i < 100; i++)
    {
      TrackRecord record = make_record (i);

      track_call_log_add (world.log, &record);
    }
  wait_written (world.log, 100);
  g_assert_cmpuint (count_found (world.database, &query), ==, 100);
  query.unit = "75100";
  g_assert_cmpuint (count_found (world.database, &query), ==, 50);
  query.only_failed = TRUE;
  g_assert_cmpuint (count_found (world.database, &query), ==, 10);
  query.outcome = "refused";
  g_assert_cmpuint (count_found (world.database, &query), ==, 0);
  g_assert_cmpuint (
    count_found (world.database,
                 &(TrackCallQuery){ .until_us = NOW_US + 10, .endpoint = "aarhus", .max_rows = 5 }),
    ==, 5);
  g_assert_cmpuint (
    count_found (world.database,
                 &(TrackCallQuery){ .until_us = NOW_US + 10, .operation = "X", .max_rows = 5 }),
    ==, 0);
  g_assert_cmpuint (
    count_found (world.database, &(TrackCallQuery){ .request_id = "r-1", .max_rows = 70 }), ==, 70);
  close_world (&world);
  clock_set_for_test (0);
}

/* What is still gathered at a stop is on disk after it, as rows and as lines. */
static void
test_stop (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *lines = g_build_filename (folder, "lines", NULL);
  World world;
  TrackCallQuery query = { .until_us = G_MAXINT64, .max_rows = 100000 };

  clock_set_for_test (NOW_US);
  open_world (&world, folder, 100000);
  for (guint i = 0; i < 9000; i++)
    {
      TrackRecord record = make_record (i);

      track_call_log_add (world.log, &record);
    }
  close_world (&world);
  g_assert_cmpuint (count_lines (lines, NOW_US, NULL), ==, 9000);
  open_world (&world, folder, 100000);
  g_assert_cmpuint (count_found (world.database, &query), ==, 9000);
  close_world (&world);
  clock_set_for_test (0);
}

/* Never more than it may hold, whatever the disk does; the rest is counted. */
static void
test_bounded (void)
{
  g_autofree char *folder = testlib_make_folder ();
  World world;
  TrackCallLogCounters counters;

  clock_set_for_test (NOW_US);
  open_world (&world, folder, 50);
  testlib_expect_log ("switchtrack", G_LOG_LEVEL_MESSAGE, "*does not keep up*");
  for (guint i = 0; i < 80; i++)
    {
      TrackRecord record = make_record (i);

      track_call_log_add (world.log, &record);
    }
  track_call_log_get_counters (world.log, &counters);
  g_assert_cmpuint (counters.n_queued, ==, 50);
  g_assert_cmpuint (counters.n_dropped, ==, 30);
  wait_written (world.log, 50);
  close_world (&world);
  clock_set_for_test (0);
}

/* Lines that cannot be written keep no row from it. */
static void
test_no_room_for_lines (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *file = g_build_filename (folder, "lines", NULL);
  World world;
  TrackCallLogCounters counters;
  TrackRecord record = make_record (1);

  clock_set_for_test (NOW_US);
  g_assert_true (g_file_set_contents (file, "not a folder", -1, NULL));
  open_world (&world, folder, 50);
  testlib_expect_log ("switchtrack", G_LOG_LEVEL_MESSAGE, "*missing in the call log*");
  track_call_log_add (world.log, &record);
  wait_written (world.log, 1);
  close_world (&world);
  open_world (&world, folder, 50);
  track_call_log_get_counters (world.log, &counters);
  g_assert_cmpuint (
    count_found (world.database, &(TrackCallQuery){ .until_us = G_MAXINT64, .max_rows = 9 }), ==,
    1);
  close_world (&world);
  clock_set_for_test (0);
}

/* A number that could be a citizen's does not get through, whoever brings it. */
static void
test_masked (void)
{
  static const struct
  {
    const char *in;
    const char *out;
  } cases[] = {
    { "0000000000", "**********" },
    { "a 000000-0000 b", "a ******-**** b" },
    { "000000 0000", "****** ****" },
    { "111111.1111", "******.****" },
    { "connection to 10.0.0.1:8443 refused", "connection to 10.0.0.1:8443 refused" },
    { "2f1b6c1e-5d1a-4b8e-9d2f-1c2d3e4f5a6b", "2f1b6c1e-5d1a-4b8e-9d2f-1c2d3e4f5a6b" },
    { "", "" },
  };
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *lines = g_build_filename (folder, "lines", NULL);
  g_autofree char *problem = g_strdup_printf ("no %s here", testlib_cpr (3));
  g_autofree char *text = NULL;
  World world;
  TrackRecord record = make_record (1);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *out = track_call_dup_masked (cases[i].in);

      g_assert_cmpstr (out, ==, cases[i].out);
    }
  clock_set_for_test (NOW_US);
  open_world (&world, folder, 50);
  record.problem = problem;
  record.request_id = testlib_cpr (4);
  track_call_log_add (world.log, &record);
  close_world (&world);
  g_assert_cmpuint (count_lines (lines, NOW_US, &text), ==, 1);
  g_assert_null (strstr (text, testlib_cpr (3)));
  g_assert_null (strstr (text, testlib_cpr (4)));
  g_assert_nonnull (strstr (text, "no ********** here"));
  clock_set_for_test (0);
}

static void
make_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, "", -1, NULL));
}

static gboolean
has_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* Old rows go in pieces, old files by their names; a foreign file stays. */
static void
test_retention (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *lines = g_build_filename (folder, "lines", NULL);
  World world;
  TrackCallQuery query = { .from_us = G_MININT64, .until_us = G_MAXINT64, .max_rows = 100000 };

  clock_set_for_test (NOW_US);
  open_world (&world, folder, 100000);
  for (guint i = 0; i < 12003; i++)
    {
      TrackRecord record = make_record (i);

      record.at_us -= i < 12000 ? 31 * 86400 * S : 0;
      track_call_log_add (world.log, &record);
    }
  close_world (&world);
  make_file (lines, "calls-2001-01-01.jsonl");
  make_file (lines, "other.txt");
  open_world (&world, folder, 100000);
  while (count_found (world.database, &query) > 3 || has_file (lines, "calls-2001-01-01.jsonl"))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (count_lines (lines, NOW_US, NULL), ==, 3);
  g_assert_cmpuint (count_lines (lines, NOW_US - 31 * 86400 * S, NULL), ==, 0);
  g_assert_true (has_file (lines, "other.txt"));
  close_world (&world);
  clock_set_for_test (0);
}

static const char *
get_text (JsonObject *line, const char *name)
{
  return json_object_has_member (line, name) ? json_object_get_string_member (line, name) : NULL;
}

/* Whatever is in a record, its line is one object with the same in it. */
static void
test_line (void)
{
  TrackRecord record = { .at_us = NOW_US + 7,
                         .request_id = "\"quoted\\\" \t\n\x01\x7f \xc3\xa6",
                         .unit = "",
                         .endpoint = "b",
                         .outcome = TRACK_OUTCOME_CUT,
                         .fault_code = -5,
                         .http_status = 500,
                         .n_answer = G_MAXINT64,
                         .is_shadow = TRUE };
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  TrackSecond second = { 0 };
  g_autoptr (GError) error = NULL;
  JsonObject *line;

  track_times_init (&record.times);
  record.times.total_us = 0;
  for (guint i = 0; i < 3; i++)
    {
      g_string_truncate (text, 0);
      record.at_us += i * 999999;
      track_call_line_append (text, &record, &second);
      g_assert_true (json_parser_load_from_data (parser, text->str, (gssize) text->len, &error));
      g_assert_no_error (error);
      g_assert_true (strchr (text->str, '\n') == text->str + text->len - 1);
      line = json_node_get_object (json_parser_get_root (parser));
      g_autoptr (GDateTime) at = g_date_time_new_from_iso8601 (get_text (line, "at"), NULL);
      g_assert_cmpint (g_date_time_to_unix (at) * S + g_date_time_get_microsecond (at), ==,
                       record.at_us);
    }
  g_assert_cmpstr (get_text (line, "request_id"), ==, record.request_id);
  g_assert_cmpstr (get_text (line, "unit"), ==, "");
  g_assert_cmpstr (get_text (line, "problem"), ==, NULL);
  g_assert_cmpstr (get_text (line, "kind"), ==, "shadow");
  g_assert_cmpstr (get_text (line, "outcome"), ==, "cut");
  g_assert_cmpint (json_object_get_int_member (line, "fault_code"), ==, -5);
  g_assert_cmpint (json_object_get_int_member (line, "answer_bytes"), ==, G_MAXINT64);
  g_assert_cmpint (json_object_get_int_member (line, "total_us"), ==, 0);
  g_assert_false (json_object_has_member (line, "tls_us"));
}

/* A clock that leapt a year ahead removes nothing. */
static void
test_leap (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *lines = g_build_filename (folder, "lines", NULL);
  World world;
  TrackRecord record = make_record (0);
  TrackCallQuery query = { .from_us = G_MININT64, .until_us = G_MAXINT64, .max_rows = 10 };

  clock_set_for_test (NOW_US);
  open_world (&world, folder, 100);
  track_call_log_add (world.log, &record);
  while (count_found (world.database, &query) == 0)
    g_main_context_iteration (NULL, TRUE);
  clock_set_for_test (NOW_US + 366 * 86400 * S);
  testlib_expect_log ("switchtrack", G_LOG_LEVEL_WARNING, "*clock leapt*");
  track_call_log_remove_now (world.log);
  for (guint i = 0; i < 20; i++)
    {
      g_usleep (10000);
      while (g_main_context_iteration (NULL, FALSE))
        continue;
    }
  g_assert_cmpuint (count_found (world.database, &query), ==, 1);
  g_assert_cmpuint (count_lines (lines, NOW_US, NULL), ==, 1);
  close_world (&world);
  clock_set_for_test (0);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-call-log/written", test_written);
  g_test_add_func ("/track-call-log/stop", test_stop);
  g_test_add_func ("/track-call-log/bounded", test_bounded);
  g_test_add_func ("/track-call-log/no-room-for-lines", test_no_room_for_lines);
  g_test_add_func ("/track-call-log/masked", test_masked);
  g_test_add_func ("/track-call-log/retention", test_retention);
  g_test_add_func ("/track-call-log/line", test_line);
  g_test_add_func ("/track-call-log/leap", test_leap);
  return g_test_run ();
}
