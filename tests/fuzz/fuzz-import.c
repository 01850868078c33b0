/* SPDX-License-Identifier: EUPL-1.2 */
/* Whole import folders, tried on the demo municipality: each refusal has its file and line, and nothing is written. */
/* The input is the files of a folder, each behind a line `== NAME`. */
#include <string.h>

#include "admin-harness.h"
#include "base/error.h"
#include "fuzz.h"

static AdminHarness *
get_harness (void)
{
  static AdminHarness harness;
  g_autoptr (GError) error = NULL;

  if (harness.session != NULL)
    return &harness;
  admin_harness_init (&harness);
  json_object_unref (admin_harness_import_demo (&harness, "{}", &error));
  g_assert_no_error (error);
  return &harness;
}

static JsonObject *
read_files (const char *text)
{
  JsonObject *files = json_object_new ();
  g_autofree char *whole = g_strconcat ("\n", text, NULL);
  g_auto (GStrv) parts = g_strsplit (whole, "\n== ", -1);

  for (guint i = 1; parts[i] != NULL; i++)
    {
      gsize n_name = strcspn (parts[i], "\n");
      g_autofree char *name = g_strndup (parts[i], n_name);

      json_object_set_string_member (files, name,
                                     parts[i][n_name] == '\0' ? "" : parts[i] + n_name + 1);
    }
  return files;
}

static void
check_problems (JsonObject *result, const JsonObject *files)
{
  JsonArray *problems = json_object_get_array_member (result, "problems");

  for (guint i = 0; i < json_array_get_length (problems); i++)
    {
      JsonObject *problem = json_array_get_object_element (problems, i);
      const char *file = json_object_get_string_member (problem, "file");
      const char *reason = json_object_get_string_member (problem, "reason");

      g_assert_true (json_object_has_member ((JsonObject *) files, file));
      g_assert_true (g_utf8_validate (reason, -1, NULL) && *reason != '\0');
      g_assert_cmpint (json_object_get_int_member (problem, "line"), >=, 0);
    }
}

static void
run (AdminHarness *harness, const char *text, gboolean is_partial)
{
  AdminCall call = { .session = harness->session,
                     .runner = admin_runner_direct (harness->session),
                     .now_us = harness->now_us,
                     .data_dir = harness->data_dir,
                     .actor = "fuzz",
                     .call_id = "fuzz-call" };
  g_autoptr (JsonObject) arguments = json_object_new ();
  g_autoptr (JsonObject) result = json_object_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *files = read_files (text);

  json_object_set_object_member (arguments, "files", files);
  json_object_set_boolean_member (arguments, "dry_run", TRUE);
  json_object_set_boolean_member (arguments, "partial", is_partial);
  call.arguments = arguments;
  call.result = result;
  if (!admin_run (admin_table_find ("import"), &call, &error))
    {
      g_assert_true (error->domain == PLANNER_ERROR);
      g_assert_true (error->code != PLANNER_ERROR_INTERNAL);
    }
  g_assert_false (store_is_in_transaction (harness->session));
  if (json_object_has_member (result, "written"))
    g_assert_false (json_object_get_boolean_member (result, "written"));
  if (json_object_has_member (result, "problems"))
    check_problems (result, files);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  AdminHarness *harness = get_harness ();
  g_autofree char *bytes = fuzz_dup_text (data, n_bytes);
  /* As they come: JSON of other bytes never gets so far. */
  g_autofree char *text = g_utf8_make_valid (bytes, -1);
  static gint64 n_rows = -1;

  if (n_rows < 0)
    n_rows = admin_harness_count (harness, "journal");

  run (harness, text, FALSE);
  run (harness, text, TRUE);
  g_assert_cmpint (admin_harness_count (harness, "journal"), ==, n_rows);
  return 0;
}
