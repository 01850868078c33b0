/* SPDX-License-Identifier: EUPL-1.2 */
/* Each operation's folder: numbered requests run in order on a fresh world, each against its expected answer. */
/* Also tests: op-table. */
#include <string.h>

#include "base/ids.h"
#include "calsync-timezone.h"
#include "contract-fault.h"
#include "http/planner-endpoint.h"
#include "http/planner-faults.h"
#include "ops-world.h"

#define NOW        "2026-11-23T08:00:00Z"
#define REQUEST_ID "00000000-0000-4000-8000-000000000000"

static void
write_fault (ContractSoapVersion version, const GError *error, FaultStage stage, GString *out)
{
  const FaultRow *row = planner_faults_find (error, stage);
  ContractFault fault = { row->side, row->fault_code, planner_faults_get_text (row, error),
                          REQUEST_ID };

  contract_fault_write (NULL, version, &fault, out);
}

static void
answer (World *world, const char *request, GString *out)
{
  g_autoptr (ContractEnvelope) envelope = contract_envelope_new ();
  g_autoptr (GError) error = NULL;
  ContractReadOptions options = { .resolve_time = planner_endpoint_resolve_time,
                                  .resolver_data =
                                    (gpointer) calsync_zone_lookup ("Europe/Copenhagen", NULL) };
  const char *body;

  if (!contract_envelope_parse (envelope, &options, request, strlen (request), NULL, &error))
    write_fault (envelope->version, error, FAULT_STAGE_REQUEST, out);
  else if (world_call (world, envelope->operation->name, envelope->request, &error) == NULL)
    write_fault (envelope->version, error, FAULT_STAGE_ANSWER, out);
  else
    {
      body = world_body (world);
      contract_envelope_write (envelope->version, body, strlen (body), out);
    }
}

static char *
read_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, &error))
    g_assert_no_error (error);
  return text;
}

/* What is expected is written by hand or, with PLANNER_WRITE_EXAMPLES set, from the answer for review. */
static void
compare (const char *folder, const char *name, const char *actual)
{
  g_autofree char *expected_name = g_strconcat (name, ".answer.xml", NULL);
  g_autofree char *expected = NULL;

  if (g_getenv ("PLANNER_WRITE_EXAMPLES") != NULL)
    {
      g_autofree char *path = g_build_filename (folder, expected_name, NULL);
      g_assert_true (g_file_set_contents (path, actual, -1, NULL));
    }
  expected = read_file (folder, expected_name);
  testlib_assert_xml_equal (actual, expected);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static GPtrArray *
list_requests (const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".request.xml"))
      g_ptr_array_add (names, g_strndup (name, strlen (name) - strlen (".request.xml")));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static void
test_folder (gconstpointer data)
{
  const char *folder = data;
  g_autofree char *ops = g_path_get_dirname (folder);
  g_autofree char *sql = read_file (ops, "examples.sql");
  g_autoptr (GPtrArray) names = list_requests (folder);
  g_autoptr (World) world = NULL;

  world = world_new (world_instant (NOW));
  world_run_sql (world, sql);
  /* Only now: what making a world draws is not part of the examples. */
  ids_seed_for_test (1);
  g_assert_cmpuint (names->len, >=, 2);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *name = g_strconcat (names->pdata[i], ".request.xml", NULL);
      g_autofree char *request = read_file (folder, name);
      g_autoptr (GString) out = g_string_new (NULL);

      g_test_message ("%s", name);
      answer (world, request, out);
      compare (folder, names->pdata[i], out->str);
    }
  ids_seed_for_test (0);
}

/* GetSelfbookTimeslots → get-selfbook-timeslots */
static char *
folder_of (const char *operation)
{
  GString *name = g_string_new (NULL);

  for (const char *at = operation; *at != '\0'; at++)
    {
      if (g_ascii_isupper (*at) && at > operation)
        g_string_append_c (name, '-');
      g_string_append_c (name, g_ascii_tolower (*at));
    }
  return g_string_free (name, FALSE);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  for (guint i = 0; i < op_table_length; i++)
    {
      g_autofree char *name = folder_of (op_table[i].name);
      g_autofree char *relative = g_build_filename ("tests", "ops", name, NULL);
      g_autofree char *path = g_strconcat ("/examples/", name, NULL);

      g_test_add_data_func_full (path, testlib_dup_source_path (relative), test_folder, g_free);
    }
  return g_test_run ();
}
