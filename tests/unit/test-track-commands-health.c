/* SPDX-License-Identifier: EUPL-1.2 */
/* The commands about health: what the loop knows and what the database kept, asked as switchtrackctl asks. */
#include "ctl/track-commands-health.h"

#include <string.h>

#include "base/clock.h"
#include "ctl/track-desk.h"
#include "health/track-watch.h"
#include "testlib.h"

typedef struct
{
  const char *name;
  const char *arguments;
  JsonObject *result;
  GError *error;
  gboolean is_done;
} Command;

typedef struct
{
  TrackDatabase *database;
  TrackWatch *watch;
  TrackRegistry *registry;
} World;

static gboolean
run_command (gpointer data, gpointer session, GError **error)
{
  Command *command = data;
  const AdminCommand *row = admin_table_find (command->name);
  g_autoptr (JsonNode) arguments = json_from_string (command->arguments, NULL);
  AdminCall call = { .session = session,
                     .arguments = json_node_get_object (arguments),
                     .result = command->result,
                     .now_us = clock_now_us (),
                     .actor = "vagt" };

  g_assert_nonnull (row);
  return admin_check_arguments (row, call.arguments, error) && row->function (&call, error);
}

static void
on_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  Command *command = data;

  command->error = error != NULL ? g_error_copy (error) : NULL;
  command->is_done = TRUE;
}

/* On a thread of its own, as the daemon runs them, while the loop turns. (transfer full): NULL when it was refused */
static JsonObject *
run (World *world, const char *name, const char *arguments)
{
  Command command = { .name = name, .arguments = arguments, .result = json_object_new () };

  g_assert_true (track_database_run_once (world->database, run_command, on_done, &command, NULL));
  while (!command.is_done)
    g_main_context_iteration (NULL, TRUE);
  if (command.error == NULL)
    return command.result;
  g_test_message ("%s: %s", name, command.error->message);
  g_error_free (command.error);
  json_object_unref (command.result);
  return NULL;
}

static TrackEndpoint *
make_endpoint (void)
{
  TrackEndpoint *endpoint = g_new0 (TrackEndpoint, 1);

  endpoint->name = g_strdup ("aarhus");
  endpoint->urls = g_strsplit ("https://a.example/", "|", -1);
  endpoint->webhooks = g_strsplit ("https://hook.example/", "|", -1);
  return endpoint;
}

static void
open_world (World *world)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "registry.db", NULL);
  g_autofree char *schema = testlib_dup_source_path ("data/schema/track-registry");
  const TrackDatabaseSettings database = { NULL, path, schema };
  TrackWatchSettings watch = { .steps = "0:webhook",
                               .confirm_failures = 5,
                               .cap_per_hour = 20,
                               .window_notice_h = 24,
                               .keep_days = 1000 };
  TrackDesk desk = { .context = g_main_context_default () };

  world->database = track_database_open (&database, NULL);
  watch.database = world->database;
  world->watch = track_watch_new (&watch, NULL);
  world->registry = track_registry_new ();
  g_ptr_array_add (world->registry->endpoints, make_endpoint ());
  track_watch_set_registry (world->watch, world->registry);
  desk.watch = world->watch;
  track_desk_set_current (&desk);
}

static void
close_world (World *world)
{
  track_desk_set_current (NULL);
  track_watch_stop (world->watch);
  track_database_stop (world->database);
  track_watch_free (world->watch);
  track_database_free (world->database);
  track_registry_unref (world->registry);
}

static void
fail_once (World *world)
{
  TrackRecord record = { .at_us = clock_now_us (),
                         .request_id = "r-1",
                         .unit = "75100",
                         .endpoint = "aarhus",
                         .url = "https://a.example/",
                         .operation = "CreateBooking",
                         .outcome = TRACK_OUTCOME_RESET };

  track_times_init (&record.times);
  track_watch_observe (&record, world->watch);
}

static JsonArray *
wait_rows (World *world, const char *name, const char *member, JsonObject **out_all)
{
  for (;;)
    {
      JsonArray *rows;

      *out_all = run (world, name, "{}");
      rows = json_object_get_array_member (*out_all, member);
      if (json_array_get_length (rows) > 0)
        return rows;
      json_object_unref (*out_all);
    }
}

static void
test_commands (void)
{
  World world;
  g_autoptr (JsonObject) health = NULL;
  g_autoptr (JsonObject) listed = NULL;
  g_autoptr (JsonObject) one = NULL;
  g_autoptr (JsonObject) page = NULL;
  g_autoptr (JsonObject) alarm = NULL;
  g_autoptr (JsonObject) messages = NULL;
  g_autofree char *arguments = NULL;
  JsonArray *rows;

  open_world (&world);
  fail_once (&world);
  health = run (&world, "health", "{}");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (health, "endpoints")), ==,
                    1);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (health, "disturbances")),
                    ==, 1);
  rows = wait_rows (&world, "disturbances", "disturbances", &listed);
  arguments =
    g_strdup_printf ("{\"id\":\"%s\"}",
                     json_object_get_string_member (json_array_get_object_element (rows, 0), "id"));
  one = run (&world, "disturbance", arguments);
  g_assert_nonnull (json_object_get_string_member (one, "sha256"));
  page = run (&world, "evidence", arguments);
  g_assert_nonnull (strstr (json_object_get_string_member (page, "content"), "<html lang=\"da\">"));
  g_assert_null (run (&world, "evidence", "{\"id\":\"nothing\"}"));
  alarm = run (&world, "test-alarm", "{\"endpoint\":\"aarhus\"}");
  g_assert_nonnull (alarm);
  g_assert_null (run (&world, "test-alarm", "{\"endpoint\":\"nobody\"}"));
  g_assert_null (run (&world, "probe", "{\"endpoint\":\"aarhus\"}"));
  rows = wait_rows (&world, "messages", "messages", &messages);
  g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (rows, 0), "event"),
                   ==, "test");
  close_world (&world);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  admin_table_begin_empty ();
  track_commands_health_register ();
  g_test_add_func ("/track-commands-health/commands", test_commands);
  return g_test_run ();
}
