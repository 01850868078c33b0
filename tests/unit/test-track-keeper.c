/* SPDX-License-Identifier: EUPL-1.2 */
/* Routes are swapped whole, and served from the last good copy when the database fails. Also tests: track-last-good. */
#include "route/track-keeper.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/clock.h"
#include "registry/track-registry-json.h"
#include "route/track-last-good.h"
#include "testlib.h"

typedef struct
{
  char *path;
  char *copy;
  char *schema;
  TrackDatabase *database;
  StoreSession *writer;
  guint n_told;
} World;

static void
open_world (World *world)
{
  const TrackDatabaseSettings settings = { NULL, world->path, world->schema };
  g_autoptr (GError) error = NULL;

  world->database = track_database_open (&settings, &error);
  g_assert_no_error (error);
  world->writer = store_open (world->path, STORE_WRITE, &error);
  g_assert_no_error (error);
}

static void
close_world (World *world)
{
  track_database_stop (world->database);
  g_clear_pointer (&world->database, track_database_free);
  g_clear_pointer (&world->writer, store_close);
}

static void
make_world (World *world)
{
  g_autofree char *folder = testlib_make_folder ();

  world->path = g_build_filename (folder, "registry.db", NULL);
  world->copy = track_last_good_dup_path (world->path);
  world->schema = testlib_dup_source_path ("data/schema/track-registry");
  open_world (world);
}

static void
clear_world (World *world)
{
  if (world->database != NULL)
    close_world (world);
  g_free (world->path);
  g_free (world->copy);
  g_free (world->schema);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, clear_world)

static void
put_revision (World *world, guint64 number, gint64 at_us, const char *row)
{
  g_autofree char *text = g_strdup_printf (
    "{'format':'switch-track-registry-1','endpoints':[{'name':'own','urls':['https://own.example/"
    "'],"
    "'contract':'3','owner':'IT'},{'name':'state','urls':['https://state.example/'],'contract':'3',"
    "'owner':'STAR'}],'units':[%s]}",
    row);
  g_autofree char *digest = NULL;
  TrackRevision revision = { number,        at_us, FALSE,
                             text,          NULL,  (char *) "anna",
                             (char *) "bo", at_us, (char *) "proeve" };
  g_autoptr (GError) error = NULL;

  g_strdelimit (text, "'", '"');
  revision.digest = digest = track_document_dup_digest (text);
  g_assert_true (store_begin (world->writer, STORE_WRITE, &error));
  g_assert_true (track_revision_add (world->writer, &revision, &error));
  g_assert_true (store_commit (world->writer, &error));
}

static TrackKeeper *
make_keeper (World *world, GError **error)
{
  const TrackKeeperSettings settings = { NULL, world->database, world->path, 0 };
  return track_keeper_new (&settings, error);
}

static void
assert_serves (const TrackKeeper *keeper, guint64 revision, const char *endpoint)
{
  TrackRoutes *routes = track_keeper_get_routes (keeper);
  const TrackUnit *unit = NULL;
  const TrackEndpoint *found = NULL;

  track_routes_resolve (routes, "10100", clock_now_us (), &unit, &found);
  g_assert_cmpstr (found == NULL ? NULL : found->name, ==, endpoint);
  g_assert_cmpuint (track_routes_get_registry (routes)->revision, ==, revision);
}

static void
on_told (TrackRoutes *routes, gpointer user_data)
{
  ((World *) user_data)->n_told++;
}

static void
test_revisions (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (TrackKeeper) keeper = NULL;
  g_autoptr (TrackRoutes) held = NULL;
  const TrackUnit *unit = NULL;
  const TrackEndpoint *endpoint = NULL;

  make_world (&world);
  keeper = make_keeper (&world, NULL);
  track_keeper_add_listener (keeper, on_told, &world);
  assert_serves (keeper, 0, NULL);
  put_revision (&world, 1, 1000, "{'code':'10100','endpoint':'own'}");
  assert_serves (keeper, 0, NULL);
  track_keeper_refresh (keeper);
  assert_serves (keeper, 1, "own");
  held = track_routes_ref (track_keeper_get_routes (keeper));
  put_revision (&world, 2, 2000, "{'code':'10100','endpoint':'state'}");
  track_keeper_refresh (keeper);
  track_keeper_refresh (keeper);
  assert_serves (keeper, 2, "state");
  g_assert_cmpuint (world.n_told, ==, 2);
  /* A call that began before goes by what it began with. */
  g_assert_cmpint (track_routes_resolve (held, "10100", 0, &unit, &endpoint), ==, TRACK_HOW_EXACT);
  g_assert_cmpstr (endpoint->name, ==, "own");
  g_assert_false (track_keeper_get_state (keeper)->is_copy);
  g_assert_null (track_keeper_get_state (keeper)->problem);
}

/* At the instant of a planned change those who listen are told, by the keeper's own timer. */
static void
test_planned (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (TrackKeeper) keeper = NULL;
  gint64 soon_us = (clock_now_us () / G_USEC_PER_SEC + 2) * G_USEC_PER_SEC;
  g_autoptr (GDateTime) soon = g_date_time_new_from_unix_utc (soon_us / G_USEC_PER_SEC);
  g_autofree char *text = g_date_time_format (soon, "%Y-%m-%dT%H:%M:%SZ");
  g_autofree char *rows = g_strdup_printf ("{'code':'10100','endpoint':'own','until':'%s'},"
                                           "{'code':'10100','endpoint':'state','from':'%s'}",
                                           text, text);

  make_world (&world);
  put_revision (&world, 1, 1000, rows);
  keeper = make_keeper (&world, NULL);
  track_keeper_add_listener (keeper, on_told, &world);
  assert_serves (keeper, 1, "own");
  while (world.n_told == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (clock_now_us (), >=, soon_us);
  assert_serves (keeper, 1, "state");
  g_assert_cmpuint (world.n_told, ==, 1);
}

/* Every way in which the database can fail; each time the copy is served, and said to be one. */
static void
assert_copy (World *world, const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrackKeeper) keeper = NULL;

  testlib_expect_log ("switchtrack", G_LOG_LEVEL_WARNING, "*served from the last good copy*");
  keeper = make_keeper (world, &error);
  g_assert_no_error (error);
  testlib_assert_expected_logs ();
  assert_serves (keeper, 2, "state");
  g_assert_true (track_keeper_get_state (keeper)->is_copy);
  g_assert_nonnull (strstr (track_keeper_get_state (keeper)->problem, says));
  track_keeper_refresh (keeper);
  assert_serves (keeper, 2, "state");
  g_assert_true (track_keeper_get_state (keeper)->is_copy);
}

static void
make_served_world (World *world)
{
  g_autoptr (TrackKeeper) keeper = NULL;

  make_world (world);
  put_revision (world, 1, 1000, "{'code':'10100','endpoint':'own'}");
  put_revision (world, 2, 2000, "{'code':'10100','endpoint':'state'}");
  keeper = make_keeper (world, NULL);
  assert_serves (keeper, 2, "state");
}

static void
test_changed_page (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (GError) error = NULL;

  make_served_world (&world);
  g_assert_true (store_run_script (
    world.writer, "UPDATE revision SET document = replace (document, 'state', 'nowhere')", &error));
  assert_copy (&world, "is not what was written");
}

static void
test_not_opened (void)
{
  g_auto (World) world = { 0 };

  make_served_world (&world);
  close_world (&world);
  assert_copy (&world, "could not be opened");
}

static void
test_lost_table (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (GError) error = NULL;

  make_served_world (&world);
  g_assert_true (store_run_script (world.writer, "DROP TABLE revision", &error));
  assert_copy (&world, "no such table");
}

/* A new, empty database and one that was put back are not believed; what is approved after that is. */
static void
test_older_database (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrackKeeper) keeper = NULL;

  make_served_world (&world);
  g_assert_true (
    store_run_script (world.writer, "DELETE FROM revision WHERE revision = 2", &error));
  assert_copy (&world, "older than its copy");
  g_assert_true (store_run_script (world.writer, "DELETE FROM revision", &error));
  assert_copy (&world, "older than its copy");
  testlib_expect_log ("switchtrack", G_LOG_LEVEL_WARNING, "*served from the last good copy*");
  keeper = make_keeper (&world, &error);
  put_revision (&world, 1, 3000, "{'code':'10100','endpoint':'own'}");
  track_keeper_refresh (keeper);
  testlib_assert_expected_logs ();
  assert_serves (keeper, 1, "own");
  g_assert_false (track_keeper_get_state (keeper)->is_copy);
  g_assert_null (track_keeper_get_state (keeper)->problem);
}

/* The database fails while routes are in use: they stay. */
static void
test_fails_later (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrackKeeper) keeper = NULL;

  make_served_world (&world);
  keeper = make_keeper (&world, &error);
  g_assert_true (
    store_run_script (world.writer, "DELETE FROM revision WHERE revision = 2", &error));
  testlib_expect_log ("switchtrack", G_LOG_LEVEL_WARNING, "*only revision 1*stays in use*");
  track_keeper_refresh (keeper);
  testlib_assert_expected_logs ();
  assert_serves (keeper, 2, "state");
  put_revision (&world, 3, 3000, "{'code':'10100','endpoint':'own'}");
  track_keeper_refresh (keeper);
  assert_serves (keeper, 3, "own");
  g_assert_null (track_keeper_get_state (keeper)->problem);
}

static void
rename_in (World *world, const char *script)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (store_run_script (world->writer, script, &error));
}

static guint64
read_copy (const World *world)
{
  g_autoptr (TrackRevision) copy = track_last_good_read (world->copy, NULL);

  return copy == NULL ? 0 : copy->revision;
}

static void
wait_for_copy (const World *world, guint64 revision)
{
  while (read_copy (world) != revision)
    g_main_context_iteration (NULL, FALSE);
}

/* What was wrong for a moment is not told for ever. */
static void
test_comes_back (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (TrackKeeper) keeper = NULL;
  g_autofree char *away = NULL;

  make_served_world (&world);
  away = g_strconcat (world.path, ".away", NULL);
  keeper = make_keeper (&world, NULL);
  rename_in (&world, "ALTER TABLE revision RENAME TO lost");
  testlib_expect_log ("switchtrack", G_LOG_LEVEL_WARNING, "*no such table*stays in use*");
  track_keeper_refresh (keeper);
  g_assert_nonnull (track_keeper_get_state (keeper)->problem);
  rename_in (&world, "ALTER TABLE lost RENAME TO revision");
  track_keeper_refresh (keeper);
  g_assert_null (track_keeper_get_state (keeper)->problem);
  /* Its file is taken away while it is open. */
  g_assert_cmpint (g_rename (world.path, away), ==, 0);
  testlib_expect_log ("switchtrack", G_LOG_LEVEL_WARNING, "*removed or replaced*stays in use*");
  track_keeper_refresh (keeper);
  testlib_assert_expected_logs ();
  assert_serves (keeper, 2, "state");
  g_assert_cmpint (g_rename (away, world.path), ==, 0);
  track_keeper_refresh (keeper);
  g_assert_null (track_keeper_get_state (keeper)->problem);
}

/* The loop does not wait for the copy; the newest of several is the last; what failed is tried again. */
static void
test_copy_behind (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (TrackKeeper) keeper = NULL;
  g_autofree char *inside = NULL;

  make_served_world (&world);
  inside = g_build_filename (world.copy, "inside", NULL);
  keeper = make_keeper (&world, NULL);
  put_revision (&world, 3, 3000, "{'code':'10100','endpoint':'own'}");
  track_keeper_refresh (keeper);
  assert_serves (keeper, 3, "own");
  put_revision (&world, 4, 4000, "{'code':'10100','endpoint':'state'}");
  track_keeper_refresh (keeper);
  put_revision (&world, 5, 5000, "{'code':'10100','endpoint':'own'}");
  track_keeper_refresh (keeper);
  wait_for_copy (&world, 5);
  /* Where it belongs stands a folder that is not empty. */
  g_assert_cmpint (g_unlink (world.copy), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (inside, 0700), ==, 0);
  put_revision (&world, 6, 6000, "{'code':'10100','endpoint':'state'}");
  testlib_expect_log ("switchtrack", G_LOG_LEVEL_WARNING, "*copy could not be written*");
  track_keeper_refresh (keeper);
  while (track_keeper_get_state (keeper)->problem == NULL)
    g_main_context_iteration (NULL, TRUE);
  testlib_assert_expected_logs ();
  assert_serves (keeper, 6, "state");
  g_assert_cmpint (g_rmdir (inside), ==, 0);
  g_assert_cmpint (g_rmdir (world.copy), ==, 0);
  track_keeper_refresh (keeper);
  wait_for_copy (&world, 6);
  while (track_keeper_get_state (keeper)->problem != NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Without waiting for the disk. */
static void
put_file (const char *path, const char *text, gsize n_bytes)
{
  g_assert_true (
    g_file_set_contents_full (path, text, n_bytes, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

/* Every byte of the copy is covered: one that is changed, or missing, is refused, and without a database nothing starts. */
static void
test_broken_copy (void)
{
  g_auto (World) world = { 0 };
  g_autofree char *text = NULL;
  gsize n_bytes = 0;

  make_served_world (&world);
  close_world (&world);
  g_assert_true (g_file_get_contents (world.copy, &text, &n_bytes, NULL));
  for (gsize i = 0; i < n_bytes; i++)
    {
      char before = text[i];
      g_autoptr (GError) error = NULL;

      text[i] ^= 1;
      put_file (world.copy, text, n_bytes);
      g_assert_null (track_last_good_read (world.copy, &error));
      text[i] = before;
      put_file (world.copy, text, i);
      g_assert_null (track_last_good_read (world.copy, NULL));
    }
  g_assert_null (make_keeper (&world, NULL));
  g_assert_true (g_file_set_contents (world.copy, text, n_bytes, NULL));
  assert_copy (&world, "could not be opened");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-keeper/revisions", test_revisions);
  g_test_add_func ("/track-keeper/planned", test_planned);
  g_test_add_func ("/track-keeper/changed-page", test_changed_page);
  g_test_add_func ("/track-keeper/not-opened", test_not_opened);
  g_test_add_func ("/track-keeper/lost-table", test_lost_table);
  g_test_add_func ("/track-keeper/older-database", test_older_database);
  g_test_add_func ("/track-keeper/fails-later", test_fails_later);
  g_test_add_func ("/track-keeper/comes-back", test_comes_back);
  g_test_add_func ("/track-keeper/copy-behind", test_copy_behind);
  g_test_add_func ("/track-keeper/broken-copy", test_broken_copy);
  return g_test_run ();
}
