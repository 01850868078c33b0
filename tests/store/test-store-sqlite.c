/* SPDX-License-Identifier: EUPL-1.2 */
/* The session interface on a real SQLite file: transactions, savepoints, guards of the schema. */
/* Also tests: store-migrate, store-sqlite-columns. */
#include <glib/gstdio.h>

#include "base/error.h"
#include "store/store-migrate.h"
#include "store/store.h"
#include "testlib.h"

static StoreSession *
open_migrated (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "planner.db", NULL);
  g_autofree char *schema = testlib_dup_source_path ("data/schema/sqlite");
  g_autoptr (GError) error = NULL;
  StoreSession *session = store_open (path, STORE_WRITE, &error);

  g_assert_no_error (error);
  g_assert_true (store_migrate (session, schema, &error));
  g_assert_no_error (error);
  return session;
}

static void
add_tenant (StoreSession *session, const char *key, gboolean expect)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = store_run (session, &error, SQL_TENANT_ADD, "ss", key, "Demokommune");

  g_assert_cmpint (ok, ==, expect);
  if (!expect)
    g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
}

static void
test_savepoints_keep_neighbours (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autoptr (StoreSession) session = open_migrated (folder);
  g_auto (StoreQuery) query = { 0 };

  g_assert_true (store_begin (session, STORE_WRITE, NULL));
  g_assert_true (store_savepoint (session, NULL));
  add_tenant (session, "a", TRUE);
  g_assert_true (store_release (session, NULL));
  g_assert_true (store_savepoint (session, NULL));
  add_tenant (session, "b", TRUE);
  add_tenant (session, "a", FALSE);
  g_assert_true (store_undo_to_savepoint (session, NULL));
  g_assert_true (store_is_in_transaction (session));
  g_assert_true (store_commit (session, NULL));

  g_assert_true (store_query (session, &query, NULL, SQL_TENANT_BY_KEY, "s", "a"));
  g_assert_cmpint (store_step (&query, NULL), ==, STORE_ROW);
  g_assert_cmpint (store_int (&query, 0), ==, 1);
  g_assert_cmpint (store_step (&query, NULL), ==, STORE_END);
  g_assert_true (store_query (session, &query, NULL, SQL_TENANT_BY_KEY, "s", "b"));
  g_assert_cmpint (store_step (&query, NULL), ==, STORE_END);
}

static void
test_unknown_schema_is_refused (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *schema = testlib_dup_source_path ("data/schema/sqlite");
  g_autoptr (StoreSession) session = open_migrated (folder);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (store_schema_version (session), ==, store_migrate_newest (schema));
  g_assert_true (store_set_schema_version (session, 9999, NULL));
  g_assert_false (store_migrate (session, schema, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "9999"));
}

/* Every table filled with something: the database's own check must have nothing to say. */
static void
test_check_is_content (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autoptr (StoreSession) session = open_migrated (folder);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = testlib_dup_source_path ("tests/ops/examples.sql");
  g_autofree char *sql = NULL;

  g_assert_true (g_file_get_contents (path, &sql, NULL, &error));
  g_assert_true (store_run_script (session, sql, &error));
  g_assert_true (store_run_script (
    session,
    "INSERT INTO team (team_id, tenant_id, unit_id, team_key, name) "
    "VALUES (1, 1, 1, 't', 'T'); INSERT INTO "
    "resource_team (tenant_id, resource_id, team_id) "
    "VALUES (1, 1, 1); INSERT INTO resource_tag (tenant_id, "
    "resource_id, kind, value) VALUES (1, 1, 'language', 'da'); "
    "INSERT INTO setting VALUES (1, 0, 'hold-minutes', 0, '5'); "
    "INSERT INTO closing_day VALUES (1, 1, 20000, 'x'); "
    "INSERT INTO citizen (citizen_id, tenant_id, cpr) "
    "VALUES (1, 1, '0000000000'); INSERT INTO "
    "citizen_fact (tenant_id, citizen_id, kind, value, "
    "source, seen_us) VALUES (1, 1, 'mark', 'x', 's', 1); INSERT "
    "INTO used_hold VALUES (1, 't', NULL, 1); "
    "INSERT INTO calendar (calendar_id, tenant_id, resource_id, "
    "calendar_key, origin, expanded_until_us) VALUES (1, 1, 1, 'c', 'import', 1); "
    "INSERT INTO calendar_object (object_id, tenant_id, calendar_id, uid_hash, text) "
    "VALUES (1, 1, 1, 'u', ''); INSERT INTO busy_span (resource_id, start_us, end_us, "
    "object_id, class) VALUES (1, 1, 2, 1, 'busy')",
    &error));
  g_assert_no_error (error);
  g_assert_true (store_check (session, &error));
  g_assert_no_error (error);
}

/* Citizens' numbers stand in it: nobody but its owner reads the database or its log. */
static void
test_files_are_private (void)
{
  static const char *const names[] = { "planner.db", "planner.db-wal" };
  g_autofree char *folder = testlib_make_folder ();
  g_autoptr (StoreSession) session = open_migrated (folder);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      GStatBuf status;

      g_assert_cmpint (g_stat (path, &status), ==, 0);
      g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
    }
}

/* A picture is not held for ever; the session is good again afterwards. */
static void
test_long_read_is_cut (void)
{
  static const char endless[] = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
                                "SELECT count(*) FROM n";
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "planner.db", NULL);
  g_autoptr (StoreSession) writer = open_migrated (folder);
  g_autoptr (StoreSession) reader = store_open (path, STORE_READ, NULL);
  g_autoptr (GError) error = NULL;
  gint64 start_us = g_get_monotonic_time ();

  store_limit_reads (reader, 20000);
  g_assert_true (store_begin (reader, STORE_READ, NULL));
  g_assert_false (store_run_script (reader, endless, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 10 * G_USEC_PER_SEC);
  store_rollback (reader);
  g_assert_false (store_is_in_transaction (reader));
  g_assert_true (store_begin (reader, STORE_READ, NULL));
  g_assert_true (store_run_script (reader, "SELECT count(*) FROM booking", NULL));
  store_rollback (reader);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/store-sqlite/savepoints-keep-neighbours", test_savepoints_keep_neighbours);
  g_test_add_func ("/store-sqlite/unknown-schema-is-refused", test_unknown_schema_is_refused);
  g_test_add_func ("/store-sqlite/check-is-content", test_check_is_content);
  g_test_add_func ("/store-sqlite/files-are-private", test_files_are_private);
  g_test_add_func ("/store-sqlite/long-read-is-cut", test_long_read_is_cut);
  return g_test_run ();
}
