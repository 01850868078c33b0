/* SPDX-License-Identifier: EUPL-1.2 */
/* A database of the switch-track: made, migrated, written in order, read again after it was stopped. */
#include "base/track-database.h"

#include <glib/gstdio.h>

#include "testlib.h"

typedef struct
{
  GMainLoop *loop;
  guint n_runs;
  guint n_done;
  guint n_failed;
} Tally;

static char *
make_schema (const char *folder)
{
  char *schema = g_build_filename (folder, "schema", NULL);
  g_autofree char *path = g_build_filename (schema, "0001-first.sql", NULL);

  g_assert_cmpint (g_mkdir (schema, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "CREATE TABLE thing (a INTEGER) STRICT;", -1, NULL));
  return schema;
}

static gboolean
run_script (gpointer data, gpointer session, GError **error)
{
  Tally *tally = data;

  g_atomic_int_inc (&tally->n_runs);
  return store_run_script (session, "INSERT INTO thing VALUES (1)", error);
}

static gboolean
run_bad (gpointer data, gpointer session, GError **error)
{
  if (!store_run_script (session, "INSERT INTO thing VALUES (2)", error))
    return FALSE;
  return store_run_script (session, "INSERT INTO nowhere VALUES (1)", error);
}

static gboolean
run_read (gpointer data, gpointer session, GError **error)
{
  Tally *tally = data;

  g_atomic_int_inc (&tally->n_runs);
  return store_schema_version (session) == 1;
}

static void
on_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  Tally *tally = data;

  tally->n_done++;
  if (error != NULL)
    tally->n_failed++;
}

static TrackDatabase *
open_in (const char *folder, const char *schema)
{
  g_autofree char *path = g_build_filename (folder, "one.db", NULL);
  const TrackDatabaseSettings settings = { NULL, path, schema };
  g_autoptr (GError) error = NULL;
  TrackDatabase *database = track_database_open (&settings, &error);

  g_assert_no_error (error);
  return database;
}

static void
wait_for (Tally *tally, guint n)
{
  while (tally->n_done < n)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_jobs (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *schema = make_schema (folder);
  g_autoptr (TrackDatabase) database = open_in (folder, schema);
  Tally tally = { 0 };

  for (guint i = 0; i < 10; i++)
    g_assert_true (track_database_write (database, run_script, on_done, &tally, NULL));
  wait_for (&tally, 10);
  g_assert_cmpuint (tally.n_failed, ==, 0);
  g_assert_true (track_database_write (database, run_bad, on_done, &tally, NULL));
  wait_for (&tally, 11);
  g_assert_cmpuint (tally.n_failed, ==, 1);
  g_assert_true (track_database_read (database, run_read, on_done, &tally, NULL));
  g_assert_true (track_database_run_once (database, run_read, on_done, &tally, NULL));
  wait_for (&tally, 13);
  g_assert_cmpuint (tally.n_failed, ==, 1);
  g_assert_cmpint (store_schema_version (track_database_get_reader (database)), ==, 1);
  track_database_stop (database);
}

/* What was queued when the program stops is done, and told. */
static void
test_stop (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *schema = make_schema (folder);
  g_autoptr (TrackDatabase) database = open_in (folder, schema);
  Tally tally = { 0 };

  for (guint i = 0; i < 100; i++)
    g_assert_true (track_database_write (database, run_script, on_done, &tally, NULL));
  track_database_stop (database);
  g_assert_cmpuint (tally.n_done, ==, 100);
  g_assert_cmpuint (tally.n_failed, ==, 0);
}

static void
test_refused (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *schema = make_schema (folder);
  g_autofree char *bad = g_build_filename (schema, "0002-bad.sql", NULL);
  g_autofree char *path = g_build_filename (folder, "two.db", NULL);
  const TrackDatabaseSettings settings = { NULL, path, schema };
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (bad, "CREATE nonsense;", -1, NULL));
  g_assert_null (track_database_open (&settings, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, path));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-database/jobs", test_jobs);
  g_test_add_func ("/track-database/stop", test_stop);
  g_test_add_func ("/track-database/refused", test_refused);
  return g_test_run ();
}
