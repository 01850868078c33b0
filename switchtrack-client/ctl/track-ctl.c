/* SPDX-License-Identifier: EUPL-1.2 */
/* Sends a command to switchtrackd's socket; when nobody listens there, runs it on the registry's database itself. */
#include "ctl/track-ctl.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "config.h"
#include "ctl/ctl-client.h"
#include "ctl/ctl.h"
#include "ctl/track-admin.h"
#include "ctl/track-desk.h"
#include "store/store-migrate.h"

/**
 * track_ctl_clear:
 */
void
track_ctl_clear (TrackCtl *ctl)
{
  g_free (ctl->config);
  g_free (ctl->socket);
  g_free (ctl->registry);
  g_free (ctl->schema_dir);
}

/* Another than plannerctl's: no journal is sealed here. */
static gboolean
run_write (gpointer runner, AdminWrite write, gpointer data, GError **error)
{
  StoreSession *session = runner;

  if (!store_begin (session, STORE_WRITE, error))
    return FALSE;
  if (write (session, data, error) && store_commit (session, error))
    return TRUE;
  store_rollback (session);
  return FALSE;
}

/* (nullable): without an error: none is there for us, and none was named. */
static TrackConfig *
load_config (const TrackCtl *ctl, GError **error)
{
  const char *path = ctl->config == NULL ? TRACK_CTL_DEFAULT_CONFIG : ctl->config;

  if (ctl->config == NULL && g_access (path, R_OK) != 0)
    return NULL;
  return track_config_load (path, error);
}

/* (transfer full) (nullable) */
static char *
dup_registry (const TrackCtl *ctl, const TrackConfig *config)
{
  return ctl->registry != NULL ? g_strdup (ctl->registry)
         : config == NULL      ? NULL
                               : g_strdup (config->registry_path);
}

static char *
dup_socket (const TrackCtl *ctl, const TrackConfig *config, const char *registry)
{
  if (ctl->socket != NULL)
    return g_strdup (ctl->socket);
  if (config != NULL && *config->admin_socket != '\0')
    return g_strdup (config->admin_socket);
  return registry == NULL ? g_strdup (TRACK_CTL_DEFAULT_SOCKET)
                          : g_strconcat (registry, ".socket", NULL);
}

static gboolean
call_here (const TrackCtl *ctl,
           const char *registry,
           const AdminCommand *command,
           AdminCall *call,
           GError **error)
{
  const TrackConfig *config = track_desk_get_current ()->config;
  const char *schema = ctl->schema_dir != NULL ? ctl->schema_dir
                       : config != NULL        ? config->registry_schema_dir
                                               : PLANNER_DATA_DIR "/schema/track-registry";
  g_autoptr (StoreSession) session = store_open (registry, STORE_WRITE, error);

  if (session == NULL || !store_migrate (session, schema, error))
    return FALSE;
  call->session = session;
  call->runner = (AdminRunner){ run_write, session };
  return admin_run (command, call, error);
}

static gboolean
run_here (const TrackCtl *ctl,
          const char *registry,
          const AdminCommand *command,
          JsonObject *arguments,
          JsonObject **out_result,
          GError **error)
{
  g_autofree char *person = track_person_dup_own_name ();
  char call_id[IDS_GUID_LENGTH + 1];
  AdminCall call = {
    .arguments = arguments, .now_us = clock_now_us (), .actor = person, .call_id = call_id
  };

  ids_new_guid (call_id);
  call.result = *out_result = json_object_new ();
  return call_here (ctl, registry, command, &call, error);
}

/* Nobody is there: no socket file, or one that a dead process left. */
static gboolean
is_nobody (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

static gboolean
refuse_nobody (const char *socket, GError **error)
{
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
               "no switchtrackd listens at %s, and no database is known: start it, or name "
               "--config, --socket or --registry",
               socket);
  return FALSE;
}

/* The usual reason is a group that was given today, and a shell of yesterday. */
static void
explain (const char *socket, GError **error)
{
  if (g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    g_prefix_error (error,
                    "%s may not be opened: only by members of its group ([admin] group), from "
                    "their next login on: ",
                    socket);
}

static gboolean
run (const TrackCtl *ctl,
     const AdminCommand *command,
     JsonObject *arguments,
     JsonObject **out_result,
     GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (TrackConfig) config = load_config (ctl, &local_error);
  g_autofree char *registry = dup_registry (ctl, config);
  g_autofree char *socket = dup_socket (ctl, config, registry);
  gboolean ok;

  if (local_error == NULL && admin_check_arguments (command, arguments, &local_error))
    {
      if (ctl_client_call (socket, command->name, arguments, NULL, out_result, &local_error))
        return TRUE;
      if (!is_nobody (local_error))
        {
          explain (socket, &local_error);
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      track_desk_set_current (&(TrackDesk){ .config = config });
      ok = registry == NULL ? refuse_nobody (socket, error)
                            : run_here (ctl, registry, command, arguments, out_result, error);
      track_desk_set_current (NULL);
      return ok;
    }
  g_propagate_error (error, g_steal_pointer (&local_error));
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

/* What is a document or a page is printed as it is. */
static void
print_for_people (JsonObject *result)
{
  const char *content = NULL;

  if (result == NULL || json_object_get_size (result) == 0)
    return;
  if (json_object_get_size (result) == 1)
    content = json_object_get_string_member_with_default (result, "content", NULL);
  if (content != NULL)
    fputs (content, stdout);
  else
    ctl_print_any (result);
}

/**
 * track_ctl_run:
 * @arguments: (transfer full)
 *
 * Prints the result; also what a refused command could tell.
 *
 * Returns: the exit code, see admin_exit_code()
 */
int
track_ctl_run (const TrackCtl *ctl, const AdminCommand *command, JsonObject *arguments)
{
  g_autoptr (JsonObject) owned = arguments;
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok = run (ctl, command, arguments, &result, &error);

  if (ctl->is_json)
    print_json (result, error);
  else
    print_for_people (result);
  if (!ok && !ctl->is_json)
    fprintf (stderr, "switchtrackctl: %s\n", error->message);
  return admin_exit_code (error);
}
