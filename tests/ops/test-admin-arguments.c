/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of the admin table and what they refuse; dry runs. Also tests: admin, admin-table. */
#include "ops/admin/admin.h"

#include <string.h>

#include "admin-harness.h"
#include "base/error.h"
#include "dfdg/commands/dfdg-commands.h"
#include "dfdg/commands/message-commands.h"
#include "sync/sync-commands.h"

/* clang-format off */
static const AdminArgument arguments[] = {
  { "key", ADMIN_TEXT, ADMIN_WORD, "KEY", "a text" },
  { "seats", ADMIN_INTEGER, ADMIN_OPTION, "N", "a number", .min = 1, .max = 90 },
  { "level", ADMIN_INTEGER, ADMIN_OPTION, "N", "any number" },
  { "day", ADMIN_DATE, ADMIN_OPTION, "DATE", "a date" },
  { "at", ADMIN_TIME, ADMIN_OPTION, "TIME", "a time" },
  { "all", ADMIN_FLAG, ADMIN_OPTION, NULL, "a flag" },
  { "units", ADMIN_TEXTS, ADMIN_OPTION, "KEY", "texts" },
  { "kind", ADMIN_CHOICE, ADMIN_OPTION, "red|green", "a choice" },
  { "file", ADMIN_PATH, ADMIN_OPTION, "FILE", "a path" },
  { "note", ADMIN_CONTENT, ADMIN_OPTION, "FILE", "a content" },
  { "cpr", ADMIN_CITIZEN, ADMIN_OPTION, "FILE", "a citizen" },
  { "files", ADMIN_FILES, ADMIN_OPTION, "FOLDER", "a folder" },
  { "why", ADMIN_TEXT, ADMIN_NEEDED_OPTION, "TEXT", "a reason" },
  { NULL },
};

static const struct
{
  const char *json;
  const char *fault; /* NULL: none */
} cases[] = {
  { "{'key':'a','why':'b'}", NULL },
  { "{'key':'a','why':'b','tenant':'demo'}", NULL },
  { "{'key':'a','why':'b','seats':90,'level':-5,'day':'2027-02-28','at':'2027-02-28T10:00','all':false,"
    "'units':['a','b'],'kind':'green','file':'/a','note':'x','files':{'a.csv':'b'}}", NULL },
  { "{'key':'a','why':'b','seats':null,'day':''}", NULL },
  { "{'key':'a','why':'b','at':'2027-02-28T10:00:05+01:00'}", NULL },
  { "{'why':'b'}", "key is missing" },
  { "{'key':'','why':'b'}", "key is missing" },
  { "{'key':null,'why':'b'}", "key is missing" },
  { "{'key':'a'}", "why is missing" },
  { "{'key':5,'why':'b'}", "key must be text" },
  { "{'key':['a'],'why':'b'}", "key must be text" },
  { "{'key':{},'why':'b'}", "key must be text" },
  { "{'key':'a','why':'b','seat':1}", "test has no argument seat" },
  { "{'key':'a','why':'b','yes':true}", "test has no argument yes" },
  { "{'key':'a','why':'b','tenant':5}", "tenant must be text" },
  { "{'key':'a','why':'b','seats':'1'}", "seats must be a whole number" },
  { "{'key':'a','why':'b','seats':1.5}", "seats must be a whole number" },
  { "{'key':'a','why':'b','seats':true}", "seats must be a whole number" },
  { "{'key':'a','why':'b','seats':0}", "seats must be from 1 to 90" },
  { "{'key':'a','why':'b','seats':91}", "seats must be from 1 to 90" },
  { "{'key':'a','why':'b','day':'2027-02-29'}", "day must be a date, YYYY-MM-DD" },
  { "{'key':'a','why':'b','day':'28.02.2027'}", "day must be a date, YYYY-MM-DD" },
  { "{'key':'a','why':'b','at':'2027-02-28'}", "at must be a time, YYYY-MM-DDTHH:MM with or without an offset" },
  { "{'key':'a','why':'b','at':'2027-02-28T25:00'}", "at must be a time, YYYY-MM-DDTHH:MM with or without an offset" },
  { "{'key':'a','why':'b','all':'true'}", "all must be true or false" },
  { "{'key':'a','why':'b','all':1}", "all must be true or false" },
  { "{'key':'a','why':'b','units':'a'}", "units must be a list of texts" },
  { "{'key':'a','why':'b','units':['a',1]}", "units must be a list of texts" },
  { "{'key':'a','why':'b','kind':'blue'}", "kind must be one of red|green" },
  { "{'key':'a','why':'b','kind':'re'}", "kind must be one of red|green" },
  { "{'key':'a','why':'b','file':'a/b'}", "file must be an absolute path" },
  { "{'key':'a','why':'b','cpr':'12345'}", "cpr must be the ten digits of a citizen's number" },
  { "{'key':'a','why':'b','files':{'a':1}}", "files must be an object of texts" },
  { "{'key':'a','why':'b','files':['a']}", "files must be an object of texts" },
};
/* clang-format on */

static gboolean
refuse (AdminCall *call, GError **error)
{
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL, "must not be called");
  return FALSE;
}

static void
test_types (void)
{
  const AdminCommand command = { "test", refuse, STORE_READ, arguments, "test" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdelimit (g_strdup (cases[i].json), "'", '"');
      g_autoptr (JsonNode) node = json_from_string (text, NULL);
      g_autoptr (GError) error = NULL;
      gboolean ok;

      g_assert_nonnull (node);
      ok = admin_check_arguments (&command, json_node_get_object (node), &error);
      g_assert_cmpstr (error == NULL ? NULL : error->message, ==, cases[i].fault);
      g_assert_cmpint (ok, ==, cases[i].fault == NULL);
      if (error != NULL)
        g_assert_true (g_error_matches (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID));
    }
}

/* What help, manual and completion rely on. */
static void
check_row (const AdminCommand *command)
{
  gboolean had_option = FALSE;
  gboolean had_maybe = FALSE;

  g_assert_true (*command->sentence != '\0' && !g_str_has_suffix (command->sentence, "."));
  g_assert_cmpuint (strspn (command->name, "abcdefghijklmnopqrstuvwxyz-"), ==,
                    strlen (command->name));
  g_assert_true (admin_table_find (command->name) == command);
  g_assert_true (!command->is_dry_by_default || command->access == STORE_WRITE);
  for (const AdminArgument *at = command->arguments; at != NULL && at->name != NULL; at++)
    {
      g_assert_cmpuint (strspn (at->name, "abcdefghijklmnopqrstuvwxyz_"), ==, strlen (at->name));
      g_assert_true (*at->sentence != '\0' && !g_str_has_suffix (at->sentence, "."));
      g_assert_cmpint (at->kind == ADMIN_FLAG, ==, at->value == NULL);
      g_assert_true (at->kind != ADMIN_CHOICE || strchr (at->value, '|') != NULL);
      g_assert_true (at->place != ADMIN_WORD || (!had_maybe && !had_option));
      g_assert_true (at->place != ADMIN_MAYBE_WORD || !had_option);
      g_assert_true (at->kind != ADMIN_FLAG || at->place == ADMIN_OPTION);
      had_maybe |= at->place == ADMIN_MAYBE_WORD;
      had_option |= at->place == ADMIN_OPTION;
    }
}

static void
test_rows (void)
{
  guint n_commands = 0;
  const AdminCommand *commands;

  message_commands_register ();
  sync_commands_register ();
  dfdg_commands_register ();
  commands = admin_table_list (&n_commands);

  g_assert_cmpuint (n_commands, >, 10);
  for (guint i = 0; i < n_commands; i++)
    check_row (&commands[i]);
  g_assert_null (admin_table_find ("unicorn"));
}

static gboolean
tell_nothing (AdminCall *call, GError **error)
{
  return TRUE;
}

/* A room joins once, behind the others; what was there is found as before. */
static void
test_register (void)
{
  static const AdminCommand rows[] = {
    { "tell-nothing", tell_nothing, STORE_READ, NULL, "tell nothing" },
    { "tell-nothing-again", tell_nothing, STORE_READ, NULL, "tell nothing again" },
  };
  guint n_before = 0;
  guint n_after = 0;

  admin_table_list (&n_before);
  g_assert_null (admin_table_find ("tell-nothing"));
  admin_table_register (rows, G_N_ELEMENTS (rows));
  admin_table_register (rows, G_N_ELEMENTS (rows));
  admin_table_list (&n_after);
  g_assert_cmpuint (n_after, ==, n_before + 2);
  g_assert_cmpstr (admin_table_find ("tell-nothing-again")->sentence, ==, "tell nothing again");
  g_assert_cmpstr (admin_table_list (&n_after)[0].name, ==, "create");
  test_rows ();
}

static gboolean
write_two_tenants (AdminCall *call, GError **error)
{
  const AdminCommand *create = admin_table_find ("create");

  return create->function (call, error) && create->function (call, error);
}

static void
test_dry_run (void)
{
  const AdminArgument tenant[] = { { "tenant", ADMIN_TEXT, ADMIN_WORD, "KEY", "key" }, { NULL } };
  const AdminCommand command = { "test", write_two_tenants,        STORE_WRITE, tenant, "test",
                                 NULL,   .is_dry_by_default = TRUE };
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (GError) error = NULL;

  admin_harness_init (&harness);
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (JsonObject) asked = json_object_new ();
      g_autoptr (JsonObject) result = json_object_new ();
      AdminCall call = { .session = harness.session,
                         .runner = admin_runner_direct (harness.session),
                         .arguments = asked,
                         .result = result,
                         .now_us = harness.now_us };

      json_object_set_string_member (asked, "tenant", "demo");
      if (round == 1)
        json_object_set_boolean_member (asked, "yes", TRUE);
      g_assert_true (admin_run (&command, &call, &error));
      g_assert_no_error (error);
      g_assert_cmpint (json_object_has_member (result, "dry_run"), ==, round == 0);
      /* Undone between the writes too: the second one finds nothing there. */
      g_assert_cmpstr (json_object_get_string_member (result, "outcome"), ==,
                       round == 0 ? "added" : "same");
      g_assert_cmpint (admin_harness_count (&harness, "tenant"), ==, round);
    }
}

static void
test_dry_run_refuses (void)
{
  const AdminCommand command = {
    "test", refuse, STORE_WRITE, NULL, "test", NULL, .is_dry_by_default = TRUE
  };
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (JsonObject) asked = json_object_new ();
  g_autoptr (JsonObject) result = json_object_new ();
  g_autoptr (GError) error = NULL;
  AdminCall call = { .arguments = asked, .result = result };

  admin_harness_init (&harness);
  call.session = harness.session;
  call.runner = admin_runner_direct (harness.session);
  g_assert_false (admin_run (&command, &call, &error));
  g_assert_true (g_error_matches (error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/admin-arguments/types", test_types);
  g_test_add_func ("/admin-arguments/rows", test_rows);
  g_test_add_func ("/admin-arguments/register", test_register);
  g_test_add_func ("/admin-arguments/dry-run", test_dry_run);
  g_test_add_func ("/admin-arguments/dry-run-refuses", test_dry_run_refuses);
  return g_test_run ();
}
