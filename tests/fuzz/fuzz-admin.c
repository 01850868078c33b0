/* SPDX-License-Identifier: EUPL-1.2 */
/* Admin commands with any arguments, on the demo municipality: an answer or a refusal in words, and nothing kept. */
/* The input is a JSON object; its member `command` chooses, every write is undone, no server is asked. */
#include <string.h>

#include "admin-harness.h"
#include "base/error.h"
#include "base/json-text.h"
#include "dfdg/commands/dfdg-commands.h"
#include "dfdg/commands/message-commands.h"
#include "fuzz.h"
#include "sync/sync-commands.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#define HAS_LEAK_CHECK
#endif
#endif

/* A connected calendar, so that the commands of sync have something to find. */
static const char *const connection =
  "{\"resource\": \"90000001\", \"url\": \"https://kalender.kommune.example/90000001/\","
  " \"auth\": \"none\", \"without_test\": true}";

static AdminHarness *
get_harness (void)
{
  static AdminHarness harness;
  g_autoptr (GError) error = NULL;

  if (harness.session != NULL)
    return &harness;
  message_commands_register ();
  sync_commands_register ();
  dfdg_commands_register ();
  admin_harness_init (&harness);
  json_object_unref (admin_harness_import_demo (&harness, "{}", &error));
  g_assert_no_error (error);
  json_object_unref (admin_harness_run (&harness, "sync-connect", connection, &error));
  g_assert_no_error (error);
  return &harness;
}

/* Of a command that is stopped: whatever an input names, nothing is asked for over the network. */
static GCancellable *
get_stop (void)
{
  static GCancellable *stop;

  if (stop == NULL)
    {
      stop = g_cancellable_new ();
      g_cancellable_cancel (stop);
    }
  return stop;
}

/* A write that is always rolled back, after it has told what it would do. */
static gboolean
run_and_undo (gpointer runner, AdminWrite write, gpointer data, GError **error)
{
  StoreSession *session = runner;
  gboolean is_done;

  if (!store_begin (session, STORE_WRITE, error))
    return FALSE;
  is_done = write (session, data, error);
  store_rollback (session);
  return is_done;
}

static void
check_answer (JsonObject *result, const GError *error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_node_set_object (node, result);
  text = json_to_string (node, FALSE);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  if (error == NULL)
    return;
  g_assert_true (error->domain == PLANNER_ERROR);
  if (error->code == PLANNER_ERROR_INTERNAL)
    g_error ("refused as a fault of ours: %s", error->message);
  g_assert_true (*error->message != '\0');
}

static void
run (AdminHarness *harness, const AdminCommand *command, JsonObject *arguments)
{
  g_autoptr (JsonObject) result = json_object_new ();
  g_autoptr (GError) error = NULL;
  AdminCall call = { .session = harness->session,
                     .runner = { run_and_undo, harness->session },
                     .arguments = arguments,
                     .result = result,
                     .now_us = harness->now_us,
                     .data_dir = harness->data_dir,
                     .actor = "fuzz",
                     .call_id = "fuzz-call",
                     .cancellable = command->waits ? get_stop () : NULL };
  gboolean is_done = admin_run (command, &call, &error);

  g_assert_cmpint (is_done, ==, error == NULL);
  g_assert_false (store_is_in_transaction (harness->session));
  check_answer (result, error);
}

/* json-glib 1.6 leaks what it has of an object in which a comma is missing: no finding about us. */
static gboolean
load (JsonParser *parser, const char *text)
{
  gboolean is_loaded;

#ifdef HAS_LEAK_CHECK
  __lsan_disable ();
#endif
  is_loaded = json_parser_load_from_data (parser, text, -1, NULL);
#ifdef HAS_LEAK_CHECK
  __lsan_enable ();
#endif
  return is_loaded;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  AdminHarness *harness = get_harness ();
  g_autofree char *text = fuzz_dup_text (data, n_bytes);
  g_autoptr (JsonParser) parser = json_parser_new ();
  const AdminCommand *command = NULL;
  JsonNode *root;
  JsonNode *name;

  guint line = 0;

  if (json_text_find_fault (text, strlen (text), &line) != NULL || !load (parser, text))
    return 0;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return 0;
  name = json_object_get_member (json_node_get_object (root), "command");
  if (name != NULL && JSON_NODE_HOLDS_VALUE (name) &&
      json_node_get_value_type (name) == G_TYPE_STRING)
    command = admin_table_find (json_node_get_string (name));
  /* Those of the command line alone write files wherever they are told to. */
  /* It is no argument, and would be refused as one. */
  json_object_remove_member (json_node_get_object (root), "command");
  if (command != NULL && !command->is_local)
    run (harness, command, json_node_get_object (root));
  return 0;
}
