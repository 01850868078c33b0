/* SPDX-License-Identifier: EUPL-1.2 */
/* The real switchtrackctl against the admin socket, and without one. Also tests: track-ctl. */
#include "ctl/track-admin.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/track-commands.h"
#include "ctl/track-desk.h"
#include "listener.h"
#include "testlib.h"

#define OTHER_UID 65534

typedef struct
{
  char *folder;
  char *registry;
  char *socket;
  char *config_file;
  TrackConfig *config;
  TrackDatabase *database;
  TrackKeeper *keeper;
  TrackAdmin *admin;
  Listener *listener;
} World;

/* The folder is one that another account may pass. */
static void
make_world (World *world)
{
  g_autofree char *own = track_person_dup_own_name ();
  g_autofree char *other_peer = g_strdup_printf ("unix:%d", OTHER_UID);
  g_autofree char *other = track_person_dup_name (other_peer);
  g_autofree char *schema = testlib_dup_source_path ("data/schema/track-registry");
  g_autofree char *text = NULL;

  world->folder = testlib_make_folder ();
  g_assert_cmpint (g_chmod (world->folder, 0711), ==, 0);
  world->registry = g_build_filename (world->folder, "registry.db", NULL);
  world->socket = g_strconcat (world->registry, ".socket", NULL);
  world->config_file = g_build_filename (world->folder, "switchtrackd.conf", NULL);
  text = g_strdup_printf ("[service]\nport = 0\n[registry]\npath = %s\nschema-dir = %s\n[calls]\n"
                          "path = %s/calls.db\n[people]\napprovers = %s;%s\n",
                          world->registry, schema, world->folder, own, other);
  g_assert_true (
    g_file_set_contents_full (world->config_file, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  world->config = track_config_load (world->config_file, NULL);
  g_assert_nonnull (world->config);
}

static void
on_request (ListenerRequest *request, gpointer user_data)
{
  track_admin_handle (((World *) user_data)->admin, request);
}

static void
start (World *world)
{
  const TrackDatabaseSettings settings = { NULL, world->registry,
                                           world->config->registry_schema_dir };
  g_autoptr (GError) error = NULL;
  ListenerSettings face;

  world->database = track_database_open (&settings, &error);
  g_assert_no_error (error);
  world->keeper =
    track_keeper_new (&(TrackKeeperSettings){ NULL, world->database, world->registry, 0 }, &error);
  g_assert_no_error (error);
  track_desk_set_current (&(TrackDesk){ .config = world->config,
                                        .context = g_main_context_default (),
                                        .registry = world->database,
                                        .keeper = world->keeper });
  world->admin = track_admin_new (world->database, NULL);
  listener_settings_init (&face);
  face.address = NULL;
  face.unix_path = world->socket;
  face.unix_mode = 0666;
  world->listener = listener_new (&face, on_request, world, &error);
  g_assert_no_error (error);
  g_assert_true (listener_start (world->listener, NULL, &error));
}

static void
clear_world (World *world)
{
  g_clear_pointer (&world->listener, listener_free);
  track_desk_set_current (NULL);
  if (world->database != NULL)
    track_database_stop (world->database);
  g_clear_pointer (&world->keeper, track_keeper_free);
  g_clear_pointer (&world->database, track_database_free);
  g_clear_pointer (&world->admin, track_admin_free);
  track_config_unref (world->config);
  g_free (world->folder);
  g_free (world->registry);
  g_free (world->socket);
  g_free (world->config_file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, clear_world)

static void
become_other (gpointer data)
{
  if (setgid (OTHER_UID) != 0 || setuid (OTHER_UID) != 0)
    _exit (99);
}

typedef struct
{
  gboolean is_done;
  char *out;
} Ended;

static void
on_ended (GObject *process, GAsyncResult *answer, gpointer data)
{
  Ended *ended = data;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_subprocess_communicate_utf8_finish (G_SUBPROCESS (process), answer, &ended->out,
                                                       NULL, &error));
  ended->is_done = TRUE;
}

/* (transfer full): the program; for another account a copy, where that account may go */
static char *
dup_program (const World *world, gboolean as_other)
{
  g_autofree char *own =
    g_build_filename (g_getenv ("PLANNER_BUILDDIR"), "switchtrack-client", "switchtrackctl", NULL);
  g_autofree char *copy = g_build_filename (world->folder, "switchtrackctl", NULL);
  g_autoptr (GFile) from = g_file_new_for_path (own);
  g_autoptr (GFile) to = g_file_new_for_path (copy);
  g_autoptr (GError) error = NULL;

  if (!as_other)
    return g_steal_pointer (&own);
  if (!g_file_test (copy, G_FILE_TEST_EXISTS))
    g_file_copy (from, to, G_FILE_COPY_NONE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&copy);
}

/* (transfer full): what it printed, while this loop serves it. @words: parted by blanks */
static char *
run (World *world, gboolean as_other, const char *words, int expected)
{
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autofree char *program = dup_program (world, as_other);
  g_autofree char *line = g_strdup_printf ("%s --config %s %s", program, world->config_file, words);
  g_auto (GStrv) argv = g_strsplit (line, " ", -1);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  Ended ended = { 0 };

  if (as_other)
    g_subprocess_launcher_set_child_setup (launcher, become_other, NULL, NULL);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8_async (process, NULL, NULL, on_ended, &ended);
  while (!ended.is_done)
    g_main_context_iteration (NULL, TRUE);
  if (g_subprocess_get_exit_status (process) != expected)
    g_error ("%s: %d: %s", words, g_subprocess_get_exit_status (process), ended.out);
  return ended.out;
}

static void
assert_runs (World *world, const char *words, int expected, const char *says)
{
  g_autofree char *out = run (world, FALSE, words, expected);

  if (strstr (out, says) == NULL)
    g_error ("%s: %s is not in: %s", words, says, out);
}

#define ENDPOINT "propose endpoint own --url https://own.example/v3 --owner IT --reason ny"
#define UNIT     "propose unit default --endpoint own --reason ny"

/* Nobody listens: the database is worked on; rules and persons are the same. */
static void
test_alone (void)
{
  g_auto (World) world = { 0 };

  make_world (&world);
  assert_runs (&world, ENDPOINT, 0, "proposal");
  assert_runs (&world, "--json proposals", 0, "\"state\" : \"open\"");
  assert_runs (&world, "approve 1", 1, "nobody approves what he made himself");
  assert_runs (&world, "approve", 2, "usage");
  assert_runs (&world, "aprove 1", 2, "no such command");
  assert_runs (&world, "endpoint gone", 1, "there is no endpoint gone");
  assert_runs (&world, "--json learned count", 0, "learned");
  assert_runs (&world, "--registry /nowhere/x.db status", 3, "cannot open");
}

/* A daemon serves: what a command changed is in force when it has returned. */
static void
test_served (void)
{
  g_auto (World) world = { 0 };

  make_world (&world);
  start (&world);
  assert_runs (&world, ENDPOINT, 0, "proposal");
  assert_runs (&world, "status", 0, "revision_in_use");
  assert_runs (&world, "approve 1", 1, "nobody approves what he made himself");
  assert_runs (&world, "rollback --reason x", 1, "no revision to go back to");
  assert_runs (&world, "--json unit 10100", 0, "\"how\" : \"none\"");
}

/* Who asks is told by the kernel: another account approves, is then refused its own. */
static void
test_two_people (void)
{
  g_auto (World) world = { 0 };
  const TrackUnit *unit = NULL;
  const TrackEndpoint *endpoint = NULL;

  if (getuid () != 0)
    {
      g_test_skip ("only root can be two people");
      return;
    }
  make_world (&world);
  start (&world);
  g_free (run (&world, FALSE, ENDPOINT, 0));
  g_free (run (&world, TRUE, "approve 1 --apply", 0));
  g_free (run (&world, TRUE, UNIT, 0));
  g_free (run (&world, TRUE, "approve 2", 1));
  g_free (run (&world, FALSE, "approve 2 --apply", 0));
  g_assert_cmpint (
    track_routes_resolve (track_keeper_get_routes (world.keeper), "10100", 0, &unit, &endpoint), ==,
    TRACK_HOW_DEFAULT);
  g_free (run (&world, TRUE, "rollback --reason fejl", 0));
  g_assert_cmpint (
    track_routes_resolve (track_keeper_get_routes (world.keeper), "10100", 0, &unit, &endpoint), ==,
    TRACK_HOW_NONE);
  g_free (run (&world, TRUE, "confirm 3", 1));
  g_free (run (&world, FALSE, "confirm 3", 0));
}

/* docs/switchtrackctl.md says what the table says. */
static void
test_document (void)
{
  g_auto (World) world = { 0 };
  g_autofree char *path = testlib_dup_source_path ("docs/switchtrackctl.md");
  g_autofree char *document = NULL;
  g_autofree char *rows = NULL;

  make_world (&world);
  rows = run (&world, FALSE, "--print-markdown", 0);
  g_assert_true (g_file_get_contents (path, &document, NULL, NULL));
  g_assert_cmpuint (strlen (rows), >, 1000);
  if (!g_str_has_suffix (document, rows))
    g_error ("docs/switchtrackctl.md: its table is not what switchtrackctl --print-markdown says");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  admin_table_begin_empty ();
  track_commands_register ();
  g_test_add_func ("/track-admin/alone", test_alone);
  g_test_add_func ("/track-admin/document", test_document);
  g_test_add_func ("/track-admin/served", test_served);
  g_test_add_func ("/track-admin/two-people", test_two_people);
  return g_test_run ();
}
