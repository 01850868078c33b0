/* SPDX-License-Identifier: EUPL-1.2 */
/* A database, a clock and the admin table: what plannerctl is without its options. */
#include "admin-harness.h"

#include <sqlite3.h>

#include "dfdg/commands/dfdg-commands.h"
#include "dfdg/commands/message-commands.h"
#include "store/store-migrate.h"
#include "sync/sync-commands.h"

/**
 * admin_harness_init:
 */
void
admin_harness_init (AdminHarness *harness)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *schema = testlib_dup_source_path ("data/schema/sqlite");
  g_autofree char *path = NULL;

  harness->folder = testlib_make_folder ();
  harness->data_dir = testlib_dup_source_path ("data");
  harness->now_us = HARNESS_NOW_US;
  path = g_build_filename (harness->folder, "planner.db", NULL);
  harness->session = store_open (path, STORE_WRITE, &error);
  g_assert_no_error (error);
  g_assert_true (store_migrate (harness->session, schema, &error));
  g_assert_no_error (error);
}

/**
 * admin_harness_clear:
 */
void
admin_harness_clear (AdminHarness *harness)
{
  g_clear_pointer (&harness->session, store_close);
  g_clear_pointer (&harness->folder, g_free);
  g_clear_pointer (&harness->data_dir, g_free);
}

static JsonObject *
run (AdminHarness *harness, const char *command, JsonObject *arguments, GError **error)
{
  JsonObject *result = json_object_new ();
  AdminCall call = { .session = harness->session,
                     .runner = admin_runner_direct (harness->session),
                     .arguments = arguments,
                     .result = result,
                     .now_us = harness->now_us,
                     .data_dir = harness->data_dir,
                     .actor = "test",
                     .call_id = "test-call" };
  GError *local_error = NULL;

  message_commands_register ();
  sync_commands_register ();
  dfdg_commands_register ();
  g_assert_nonnull (admin_table_find (command));
  g_assert_cmpint (admin_run (admin_table_find (command), &call, &local_error), ==,
                   local_error == NULL);
  g_assert_false (store_is_in_transaction (harness->session));
  if (local_error != NULL)
    g_propagate_error (error, local_error);
  return result;
}

/**
 * admin_harness_run_on:
 */
JsonObject *
admin_harness_run_on (StoreSession *session,
                      gint64 now_us,
                      const char *command,
                      const char *arguments,
                      GError **error)
{
  g_autoptr (JsonNode) node = json_from_string (arguments, NULL);
  g_autofree char *data_dir = testlib_dup_source_path ("data");
  AdminHarness harness = { .data_dir = data_dir, .session = session, .now_us = now_us };

  g_assert_nonnull (node);
  return run (&harness, command, json_node_get_object (node), error);
}

/**
 * admin_harness_dup_words:
 */
char *
admin_harness_dup_words (JsonObject *object, const char *list, const char *member)
{
  JsonArray *array = json_object_get_array_member (object, list);
  g_autoptr (GString) words = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (array); i++)
    g_string_append_printf (
      words, "%s%s", i == 0 ? "" : " ",
      json_object_get_string_member (json_array_get_object_element (array, i), member));
  return g_string_free (g_steal_pointer (&words), FALSE);
}

/**
 * admin_harness_run:
 */
JsonObject *
admin_harness_run (AdminHarness *harness,
                   const char *command,
                   const char *arguments,
                   GError **error)
{
  g_autoptr (JsonNode) node = json_from_string (arguments, NULL);

  g_assert_nonnull (node);
  return run (harness, command, json_node_get_object (node), error);
}

/**
 * admin_harness_import:
 */
JsonObject *
admin_harness_import (AdminHarness *harness, GError **error, const char *name, ...)
{
  g_autoptr (JsonObject) arguments = json_object_new ();
  JsonObject *files = json_object_new ();
  va_list values;

  va_start (values, name);
  for (; name != NULL; name = va_arg (values, const char *))
    json_object_set_string_member (files, name, va_arg (values, const char *));
  va_end (values);
  json_object_set_object_member (arguments, "files", files);
  return run (harness, "import", arguments, error);
}

static void
read_folder (JsonObject *files, const char *path, const char *prefix)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *leaf;

  g_assert_nonnull (dir);
  while ((leaf = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, leaf, NULL);
      g_autofree char *name = g_strconcat (prefix, leaf, NULL);
      g_autofree char *inside = g_strconcat (name, "/", NULL);
      g_autofree char *content = NULL;

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        read_folder (files, child, inside);
      else if (!g_str_has_suffix (leaf, ".py"))
        {
          g_assert_true (g_file_get_contents (child, &content, NULL, NULL));
          json_object_set_string_member (files, name, content);
        }
    }
}

static JsonObject *
read_demo (void)
{
  g_autofree char *folder = testlib_dup_source_path ("data/demo");
  JsonObject *files = json_object_new ();

  read_folder (files, folder, "");
  return files;
}

/**
 * admin_harness_dup_demo:
 */
char *
admin_harness_dup_demo (void)
{
  g_autoptr (JsonObject) arguments = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_object_member (arguments, "files", read_demo ());
  json_node_set_object (node, arguments);
  return json_to_string (node, FALSE);
}

/**
 * admin_harness_import_demo:
 * @options: JSON text of further arguments
 */
JsonObject *
admin_harness_import_demo (AdminHarness *harness, const char *options, GError **error)
{
  g_autoptr (JsonNode) node = json_from_string (options, NULL);

  json_object_set_object_member (json_node_get_object (node), "files", read_demo ());
  return run (harness, "import", json_node_get_object (node), error);
}

/**
 * admin_harness_count:
 */
gint64
admin_harness_count (AdminHarness *harness, const char *table)
{
  g_autofree char *path = g_build_filename (harness->folder, "planner.db", NULL);
  g_autofree char *sql = g_strdup_printf ("SELECT count(*) FROM %s", table);
  sqlite3_stmt *statement = NULL;
  sqlite3 *database = NULL;
  gint64 count;

  g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  count = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (database);
  return count;
}

/**
 * admin_harness_dup_problems:
 */
char *
admin_harness_dup_problems (JsonObject *result)
{
  JsonArray *problems = json_object_get_array_member (result, "problems");
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (problems); i++)
    {
      JsonObject *problem = json_array_get_object_element (problems, i);
      g_string_append_printf (text, "%s:%d: %s\n", json_object_get_string_member (problem, "file"),
                              (int) json_object_get_int_member (problem, "line"),
                              json_object_get_string_member (problem, "reason"));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
