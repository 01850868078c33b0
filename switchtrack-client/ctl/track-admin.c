/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs an admin command on a thread of the registry's database, its writes on the writer, and answers in JSON. */
#include "ctl/track-admin.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/json-text.h"
#include "ctl/track-desk.h"
#include "ops/admin/admin.h"
#include "planner-log.h"

#define PREFIX      "/admin/v1/"
#define CALL_HEADER "Planner-Call"
#define JSON_TYPE   "application/json"

struct _TrackAdmin
{
  TrackDatabase *registry;
  GMainContext *context;
};

typedef struct
{
  TrackAdmin *admin;
  ListenerRequest *request;
  const AdminCommand *command;
  JsonObject *arguments;
  JsonObject *result;
  char *person;
  gint64 arrived_us;
  char call_id[IDS_GUID_LENGTH + 1];
} Job;

/* One write that a command's thread waits for. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  TrackDatabase *registry;
  AdminWrite write;
  gpointer data;
  gboolean is_done;
  GError *error;
} Write;

static void
job_free (Job *job)
{
  json_object_unref (job->arguments);
  json_object_unref (job->result);
  listener_request_unref (job->request);
  g_free (job->person);
  g_free (job);
}

/* {"result": {…}} or {"error": {"code": n, "text": "…"}, "result": {…}}, as the client of plannerctl reads it. */
static void
reply (ListenerRequest *request, guint status, JsonObject *result, const GError *error)
{
  g_autoptr (JsonObject) all = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  char *text;

  if (result != NULL)
    json_object_set_object_member (all, "result", json_object_ref (result));
  if (error != NULL)
    {
      JsonObject *fault = json_object_new ();
      json_object_set_int_member (
        fault, "code", error->domain == PLANNER_ERROR ? error->code : PLANNER_ERROR_INTERNAL);
      json_object_set_string_member (fault, "text", error->message);
      json_object_set_object_member (all, "error", fault);
    }
  json_node_set_object (node, all);
  text = json_to_string (node, FALSE);
  listener_request_reply_take (request, status, JSON_TYPE, text, strlen (text));
}

static void
settle (Write *write, const GError *error)
{
  g_mutex_lock (&write->mutex);
  write->error = error == NULL ? NULL : g_error_copy (error);
  write->is_done = TRUE;
  g_cond_signal (&write->cond);
  g_mutex_unlock (&write->mutex);
}

static gboolean
run_write_step (gpointer data, gpointer session, GError **error)
{
  Write *write = data;
  return write->write (session, write->data, error);
}

static void
on_written (gpointer data, const ExecutorReport *report, const GError *error)
{
  settle (data, error);
}

/* Jobs are handed in by the loop. */
static gboolean
on_write_asked (gpointer data)
{
  Write *write = data;
  g_autoptr (GError) error = NULL;

  if (!track_database_write (write->registry, run_write_step, on_written, write, &error))
    settle (write, error);
  return G_SOURCE_REMOVE;
}

static gboolean
run_write (gpointer runner, AdminWrite function, gpointer data, GError **error)
{
  TrackAdmin *admin = runner;
  Write write = { .registry = admin->registry, .write = function, .data = data };

  g_mutex_init (&write.mutex);
  g_cond_init (&write.cond);
  g_main_context_invoke (admin->context, on_write_asked, &write);
  g_mutex_lock (&write.mutex);
  while (!write.is_done)
    g_cond_wait (&write.cond, &write.mutex);
  g_mutex_unlock (&write.mutex);
  g_mutex_clear (&write.mutex);
  g_cond_clear (&write.cond);
  if (write.error == NULL)
    return TRUE;
  g_propagate_error (error, write.error);
  return FALSE;
}

static gboolean
run_command (gpointer data, gpointer session, GError **error)
{
  Job *job = data;
  AdminCall call = { .session = session,
                     .runner = { run_write, job->admin },
                     .arguments = job->arguments,
                     .result = job->result,
                     .now_us = clock_now_us (),
                     .actor = job->person,
                     .call_id = job->call_id };

  if (admin_run (job->command, &call, error))
    return TRUE;
  /* Without the registry's database commands run on another: what that lacks is not what is wrong. */
  if (track_desk_get_current ()->keeper != NULL && track_desk_get_current ()->registry == NULL)
    g_prefix_error (error, "the registry's database could not be opened when switchtrackd started; "
                           "put a good one in its place and restart: ");
  return FALSE;
}

static void
on_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  Job *job = data;
  g_autofree char *duration_us =
    g_strdup_printf ("%" G_GINT64_FORMAT, clock_monotonic_us () - job->arrived_us);

  planner_log_event (error == NULL ? PLANNER_LOG_INFO : PLANNER_LOG_WARNING, "admin", "request",
                     job->call_id, "command", job->command->name, "person", job->person, "outcome",
                     error == NULL ? "ok" : "refused", "reason",
                     error == NULL ? NULL : error->message, "duration_us", duration_us, NULL);
  reply (job->request, error == NULL ? 200 : 422, job->result, error);
  job_free (job);
}

static JsonObject *
parse_arguments (ListenerRequest *request, GError **error)
{
  gsize n_bytes = 0;
  const char *bytes = listener_request_get_body (request, &n_bytes);
  g_autoptr (JsonParser) parser = json_parser_new ();
  guint line = 0;
  const char *fault = json_text_find_fault (bytes, n_bytes, &line);
  JsonNode *root;

  if (fault != NULL)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "line %u of the body: %s", line,
                   fault);
      return NULL;
    }
  if (!json_parser_load_from_data (parser, bytes, (gssize) n_bytes, error))
    return NULL;
  root = json_parser_get_root (parser);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    return json_node_dup_object (root);
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "the body must be a JSON object");
  return NULL;
}

static void
submit (TrackAdmin *admin,
        ListenerRequest *request,
        const AdminCommand *command,
        JsonObject *arguments)
{
  const char *call_id = listener_request_find_header (request, CALL_HEADER);
  Job *job = g_new0 (Job, 1);
  g_autoptr (GError) error = NULL;

  job->admin = admin;
  job->request = listener_request_ref (request);
  job->command = command;
  job->arguments = arguments;
  job->result = json_object_new ();
  job->person = track_person_dup_name (listener_request_get_peer (request));
  job->arrived_us = clock_monotonic_us ();
  if (call_id != NULL && ids_is_guid (call_id))
    g_strlcpy (job->call_id, call_id, sizeof job->call_id);
  else
    ids_new_guid (job->call_id);
  if (track_database_run_once (admin->registry, run_command, on_done, job, &error))
    return;
  reply (request, 503, NULL, error);
  job_free (job);
}

/**
 * track_admin_new:
 * @registry: must outlive it
 * @context: (nullable): the loop's
 *
 * Returns: (transfer full): freed when the database has stopped
 */
TrackAdmin *
track_admin_new (TrackDatabase *registry, GMainContext *context)
{
  TrackAdmin *admin = g_new0 (TrackAdmin, 1);

  admin->registry = registry;
  admin->context = context;
  return admin;
}

/**
 * track_admin_free:
 */
void
track_admin_free (TrackAdmin *admin)
{
  g_free (admin);
}

/**
 * track_admin_handle:
 * @request: POST /admin/v1/COMMAND, its body a JSON object of arguments, over a Unix socket
 *
 * Who may open the socket may look and propose; who may decide is asked of the kernel and held against the
 * configuration. Loop thread; does not block.
 */
void
track_admin_handle (TrackAdmin *admin, ListenerRequest *request)
{
  const char *path = listener_request_get_path (request);
  const AdminCommand *command = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *arguments;

  if (g_str_has_prefix (path, PREFIX))
    command = admin_table_find (path + strlen (PREFIX));
  if (command == NULL || command->is_local ||
      listener_request_get_method (request) != LISTENER_METHOD_POST)
    {
      g_set_error_literal (&error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                           "there is no such command");
      reply (request, command == NULL || command->is_local ? 404 : 405, NULL, error);
      return;
    }
  arguments = parse_arguments (request, &error);
  if (arguments == NULL)
    reply (request, 400, NULL, error);
  else
    submit (admin, request, command, arguments);
}
