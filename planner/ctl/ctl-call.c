/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs a command with the database in hand, or hands it to the process that has it. */
#include "config.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "ctl/ctl-client.h"
#include "ctl/ctl-progress.h"
#include "ctl/ctl.h"
#include "dfdg/wire/dfdg-http.h"
#include "store/store-lock.h"
#include "store/store-upgrade.h"
#include "sync/sync-settings.h"

static gboolean
check_is_there (const Ctl *ctl, const AdminCommand *command, GError **error)
{
  if (g_str_equal (command->name, "create") || g_file_test (ctl->database, G_FILE_TEST_EXISTS))
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
               "there is no database %s: plannerctl create makes it", ctl->database);
  return FALSE;
}

/* Secrets, proxy and limits are plannerd's. @out_config: (nullable): must outlive the command */
static gboolean
use_config (const Ctl *ctl, PlannerConfig **out_config, GError **error)
{
  const char *path = ctl->config == NULL ? CTL_DEFAULT_CONFIG : ctl->config;
  g_autoptr (SyncSettings) settings = NULL;
  g_autoptr (GPtrArray) dfdg = NULL;

  if (ctl->config == NULL && !g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  *out_config = planner_config_load (path, error);
  if (*out_config == NULL)
    return FALSE;
  settings = sync_settings_new (*out_config, NULL);
  sync_settings_set_current (settings);
  dfdg = dfdg_settings_list (*out_config);
  dfdg_settings_set_current (dfdg);
  return TRUE;
}

/* Those about DFDG show how it is called. */
static gboolean
wants_config (const AdminCommand *command)
{
  return command->waits || g_str_has_prefix (command->name, "dfdg-");
}

static gboolean
call_here (const Ctl *ctl, const AdminCommand *command, AdminCall *call, GError **error)
{
  g_autoptr (StoreSession) session = NULL;
  g_autofree char *schema = g_build_filename (ctl->data_dir, "schema", "sqlite", NULL);
  const StoreUpgrade upgrade = { ctl->database, schema, PLANNER_VERSION, call->now_us };
  g_autoptr (PlannerConfig) config = NULL;
  gboolean ok;

  if (!check_is_there (ctl, command, error) ||
      (wants_config (command) && !use_config (ctl, &config, error)))
    return FALSE;
  session = store_open (ctl->database, STORE_WRITE, error);
  if (session == NULL || !store_upgrade (session, &upgrade, error))
    return FALSE;
  call->session = session;
  call->runner = admin_runner_direct (session);
  ok = admin_run (command, call, error);
  sync_settings_set_current (NULL);
  dfdg_settings_set_current (NULL);
  dfdg_client_close_idle ();
  return ok;
}

/* doctor alone needs more than its arguments: what they name is not for ops/ to read. */
static gboolean
call_local (const AdminCommand *command, AdminCall *call, GError **error)
{
  g_autoptr (PlannerConfig) config = NULL;

  if (g_str_equal (command->name, "doctor"))
    ctl_doctor_prepare (call, &config);
  return admin_run (command, call, error);
}

/**
 * ctl_call:
 * @arguments: gets the member tenant when the option was given
 * @out_result: (transfer full): what the command told; also when it refused
 *
 * Checks the arguments, takes the database lock and runs the command; when another process holds the
 * lock, sends the command to its socket.
 */
gboolean
ctl_call (const Ctl *ctl,
          const AdminCommand *command,
          JsonObject *arguments,
          JsonObject **out_result,
          GError **error)
{
  g_autoptr (GError) lock_error = NULL;
  g_autoptr (StoreLock) lock = NULL;
  char call_id[IDS_GUID_LENGTH + 1];
  AdminCall call = { .arguments = arguments,
                     .now_us = clock_now_us (),
                     .data_dir = ctl->data_dir,
                     .database = ctl->database,
                     .actor = "plannerctl",
                     .call_id = call_id,
                     .progress = ctl->shows_progress ? ctl_progress_show : NULL };

  ids_new_guid (call_id);
  if (ctl->tenant != NULL)
    json_object_set_string_member (arguments, "tenant", ctl->tenant);
  if (!admin_check_arguments (command, arguments, error))
    return FALSE;
  if (!command->is_local)
    lock = store_lock_take (ctl->database, &lock_error);
  if (command->is_local || lock != NULL)
    call.result = *out_result = json_object_new ();
  if (command->is_local)
    return call_local (command, &call, error);
  if (lock != NULL)
    return call_here (ctl, command, &call, error);
  if (ctl->socket != NULL && g_error_matches (lock_error, PLANNER_ERROR, PLANNER_ERROR_BUSY))
    return ctl_client_call (ctl->socket, command->name, arguments, call.progress, out_result,
                            error);
  g_propagate_error (error, g_steal_pointer (&lock_error));
  return FALSE;
}

static void
print_json (JsonObject *result, const GError *error)
{
  g_autoptr (JsonObject) all = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  if (result != NULL)
    json_object_set_object_member (all, "result", json_object_ref (result));
  if (error != NULL)
    json_object_set_string_member (all, "error", error->message);
  json_node_set_object (node, all);
  text = json_to_string (node, TRUE);
  printf ("%s\n", text);
}

static void
print_for_people (const AdminCommand *command, JsonObject *result)
{
  if (result == NULL || json_object_get_size (result) == 0)
    return;
  ctl_printers_find (command->name) (result);
  if (command->is_dry_by_default &&
      json_object_get_boolean_member_with_default (result, "dry_run", FALSE))
    printf ("dry run: nothing was written; --yes does it\n");
}

/**
 * ctl_run:
 * @arguments: (transfer full)
 *
 * Prints also what a refused command could tell.
 *
 * Returns: the exit code, see admin_exit_code().
 */
int
ctl_run (const Ctl *ctl, const AdminCommand *command, JsonObject *arguments)
{
  g_autoptr (JsonObject) owned = arguments;
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok = ctl_call (ctl, command, arguments, &result, &error);

  if (ok && g_str_equal (command->name, "export"))
    ok = ctl_export_write (arguments, result, &error);
  if (ok && g_str_equal (command->name, "message-document"))
    ok = ctl_document_write (arguments, result, &error);
  ctl_progress_end ();
  if (ctl->is_json)
    print_json (result, error);
  else
    print_for_people (command, result);
  if (!ok && !ctl->is_json)
    fprintf (stderr, "plannerctl: %s\n", error->message);
  return admin_exit_code (error);
}
