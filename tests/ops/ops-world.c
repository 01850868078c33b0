/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs calls as the service does, one after the other on the calling thread. */
#include "ops-world.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "ops/booking/op-expire.h"
#include "ops/booking/op-notes.h"
#include "store/journal-store.h"
#include "store/store-migrate.h"

static void
apply (World *world, IndexDelta *delta)
{
  index_feed_keep (world->feed);
  index_view_apply (&world->view, delta);
  index_delta_free (delta);
}

World *
world_new (gint64 now_us)
{
  g_autoptr (GError) error = NULL;
  World *world = g_new0 (World, 1);
  g_autofree char *path = NULL;
  g_autofree char *schema = testlib_dup_source_path ("data/schema/sqlite");
  g_autofree char *data = testlib_dup_source_path ("data");

  world->folder = testlib_make_folder ();
  path = g_build_filename (world->folder, "planner.db", NULL);
  world->writer = store_open (path, STORE_WRITE, &error);
  g_assert_no_error (error);
  g_assert_true (store_migrate (world->writer, schema, &error));
  g_assert_no_error (error);
  world->reader = store_open (path, STORE_READ, &error);
  g_assert_no_error (error);
  world->feed = index_feed_new (data);
  index_view_init (&world->view);
  world->now_us = now_us;
  world->caller = (OpCaller){ .name = (char *) "test",
                              .tenant_key = (char *) "demo",
                              .roles = OP_ROLE_DFDG | OP_ROLE_INDKALDER | OP_ROLE_KSS,
                              .system = -1 };
  return world;
}

static void
clear_call (World *world)
{
  op_call_reset (&world->call);
  if (world->call.body != NULL)
    g_string_free (world->call.body, TRUE);
  g_clear_pointer (&world->call.arena, contract_arena_free);
  world->call = (OpCall){ 0 };
}

void
world_free (World *world)
{
  clear_call (world);
  index_view_clear (&world->view);
  index_feed_free (world->feed);
  store_close (world->reader);
  store_close (world->writer);
  g_free (world->folder);
  g_free (world);
}

void
world_run_sql (World *world, const char *sql)
{
  g_autoptr (GError) error = NULL;
  IndexDelta *delta;

  g_assert_true (store_begin (world->writer, STORE_WRITE, &error));
  if (!store_run_script (world->writer, sql, &error))
    g_assert_no_error (error);
  delta = index_feed_load_all (world->feed, world->writer, world->now_us, &error);
  g_assert_no_error (error);
  g_assert_true (store_commit (world->writer, &error));
  apply (world, delta);
}

static void
write_notes (World *world, GPtrArray *notes)
{
  g_autoptr (GError) error = NULL;
  IndexDelta *delta;

  g_assert_true (store_begin (world->writer, STORE_WRITE, NULL));
  g_assert_true (op_notes_write (world->writer, notes, world->now_us, &error));
  g_assert_no_error (error);
  delta = index_feed_load_changes (world->feed, world->writer, world->now_us, &error);
  g_assert_no_error (error);
  g_assert_true (store_commit (world->writer, NULL));
  apply (world, delta);
}

void
world_expire (World *world)
{
  g_autoptr (GError) error = NULL;
  IndexDelta *delta;

  g_assert_true (store_begin (world->writer, STORE_WRITE, NULL));
  g_assert_true (op_expire_holds (world->writer, world->now_us, NULL, &error));
  g_assert_no_error (error);
  delta = index_feed_load_changes (world->feed, world->writer, world->now_us, &error);
  g_assert_no_error (error);
  g_assert_true (store_commit (world->writer, NULL));
  apply (world, delta);
}

static gboolean
run_on_writer (World *world, GError **error)
{
  g_autoptr (GError) feed_error = NULL;
  IndexDelta *delta;
  gboolean ok;

  world->call.session = world->writer;
  g_assert_true (store_begin (world->writer, STORE_WRITE, NULL));
  g_assert_true (store_savepoint (world->writer, NULL));
  ok = op_run (&world->call, error);
  g_assert_true (store_is_in_transaction (world->writer));
  g_assert_true (ok ? store_release (world->writer, NULL)
                    : store_undo_to_savepoint (world->writer, NULL));
  g_assert_true (journal_store_seal (world->writer, NULL));
  delta = index_feed_load_changes (world->feed, world->writer, world->now_us, &feed_error);
  g_assert_no_error (feed_error);
  g_assert_true (store_commit (world->writer, NULL));
  apply (world, delta);
  return ok;
}

gboolean
world_step (gpointer data, OpStep step, gpointer step_data, GError **error)
{
  World *world = data;
  OpCall call = { .session = world->writer, .now_us = world->now_us, .view = world->view };
  g_autoptr (GError) feed_error = NULL;
  IndexDelta *delta;
  gboolean ok;

  g_assert_true (store_begin (world->writer, STORE_WRITE, NULL));
  g_assert_true (store_savepoint (world->writer, NULL));
  ok = step (&call, step_data, error);
  op_call_reset (&call);
  g_assert_true (ok ? store_release (world->writer, NULL)
                    : store_undo_to_savepoint (world->writer, NULL));
  g_assert_true (journal_store_seal (world->writer, NULL));
  delta = index_feed_load_changes (world->feed, world->writer, world->now_us, &feed_error);
  g_assert_no_error (feed_error);
  g_assert_true (store_commit (world->writer, NULL));
  apply (world, delta);
  return ok;
}

static gboolean
run_on_reader (World *world, GError **error)
{
  gboolean ok;

  op_call_reset (&world->call);
  world->call.session = world->reader;
  world->call.view.citizens = NULL;
  g_assert_true (store_begin (world->reader, STORE_READ, NULL));
  ok = op_run (&world->call, error);
  store_rollback (world->reader);
  return ok;
}

static gboolean
run (World *world, GError **error)
{
  gboolean ok;

  if (world->call.row->place == OP_WRITE)
    return run_on_writer (world, error);
  if (world->call.row->place == OP_READ)
    return run_on_reader (world, error);
  ok = op_run (&world->call, error);
  return world->call.wants_session ? run_on_reader (world, error) : ok;
}

gconstpointer
world_call (World *world, const char *operation, gconstpointer request, GError **error)
{
  gboolean ok;

  clear_call (world);
  world->call.row = op_table_find (operation);
  world->call.operation = contract_operation_find (operation);
  world->call.caller = &world->caller;
  world->call.request_id = "00000000-0000-4000-8000-000000000000";
  world->call.now_us = world->now_us;
  world->call.arena = contract_arena_new ();
  world->call.request = request;
  world->call.view = world->view;
  world->n_calls++;
  ok = run (world, error);
  if (world->call.notes != NULL)
    write_notes (world, world->call.notes);
  world->call.view = (IndexView){ 0 };
  if (!ok)
    return NULL;
  return world->call.is_replay ? (gconstpointer) world->call.body : world->call.response;
}

const char *
world_body (const World *world)
{
  return world->call.body->str;
}

gint64
world_count (World *world, const char *sql)
{
  g_autofree char *path = g_build_filename (world->folder, "planner.db", NULL);
  sqlite3 *database = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 count;

  g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  count = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (database);
  return count;
}

gint64
world_instant (const char *iso8601)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (iso8601, NULL);

  g_assert_nonnull (time);
  return g_date_time_to_unix (time) * G_USEC_PER_SEC;
}

ContractTime
world_time (gint64 unix_us)
{
  return (ContractTime){ .unix_us = unix_us, .has_offset = TRUE };
}
