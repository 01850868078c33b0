/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs an admin command on the bulk thread, or on one that waits, its writes on the writer, and answers in JSON. */
#include "http/planner-admin.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/json-text.h"
#include "ops/admin/admin.h"
#include "ops/service/op-upkeep.h"
#include "planner-log.h"

#define JSON_TYPE "application/json"

/* @jobs: (element-type Job): those that have not been answered yet; the loop's */
struct _PlannerAdmin
{
  OpService *service;
  GPtrArray *jobs;
  GCancellable *cancellable;
};

/* @what, @n_done and @n_all are written by the job's thread and read by the loop, atomically; a number too
 * large for its place stands still there. */
typedef struct
{
  PlannerAdmin *admin;
  const char *what;
  int n_done;
  int n_all;
  ListenerRequest *request;
  const AdminCommand *command;
  JsonObject *arguments;
  JsonObject *result;
  char *data_dir;
  char *database;
  gint64 arrived_us;
  char call_id[IDS_GUID_LENGTH + 1];
} Job;

static void
job_free (Job *job)
{
  json_object_unref (job->arguments);
  json_object_unref (job->result);
  listener_request_unref (job->request);
  g_free (job->data_dir);
  g_free (job->database);
  g_free (job);
}

/* {"result": {…}} or {"error": {"code": n, "text": "…"}, "result": {…}}, as plannerctl reads it. */
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
on_progress (gpointer data, const char *what, guint64 n_done, guint64 n_all)
{
  Job *job = data;

  g_atomic_int_set (&job->n_done, (int) MIN (n_done, G_MAXINT));
  g_atomic_int_set (&job->n_all, (int) MIN (n_all, G_MAXINT));
  g_atomic_pointer_set (&job->what, what);
}

static gboolean
run_command (gpointer data, gpointer session, GError **error)
{
  Job *job = data;
  AdminCall call = { .session = session,
                     .runner = { op_service_run_admin_write, job->admin->service },
                     .arguments = job->arguments,
                     .result = job->result,
                     .now_us = clock_now_us (),
                     .data_dir = job->data_dir,
                     .database = job->database,
                     .actor = "plannerctl",
                     .call_id = job->call_id,
                     .cancellable = job->admin->cancellable,
                     .progress = on_progress,
                     .progress_data = job };

  return admin_run (job->command, &call, error);
}

static void
on_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  Job *job = data;
  g_autofree char *duration_us =
    g_strdup_printf ("%" G_GINT64_FORMAT, clock_monotonic_us () - job->arrived_us);

  planner_log_event (error == NULL ? PLANNER_LOG_INFO : PLANNER_LOG_WARNING, "admin", "request",
                     job->call_id, "command", job->command->name, "outcome",
                     error == NULL ? "ok" : "refused", "reason",
                     error == NULL ? NULL : error->message, "duration_us", duration_us, NULL);
  g_ptr_array_remove_fast (job->admin->jobs, job);
  reply (job->request, error == NULL ? 200 : 422, job->result, error);
  job_free (job);
}

static JsonObject *
parse_arguments (ListenerRequest *request, GError **error)
{
  gsize n_bytes = 0;
  const char *bytes = listener_request_get_body (request, &n_bytes);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;
  guint line = 0;
  const char *fault = json_text_find_fault (bytes, n_bytes, &line);

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

static gboolean
run_job (PlannerAdmin *admin, Job *job, GError **error)
{
  if (job->command->waits)
    return op_service_run_waiting (admin->service, run_command, on_done, job, error);
  return op_service_run_bulk (admin->service, run_command, on_done, job, error);
}

static void
submit (PlannerAdmin *admin, const PlannerConfig *config, ListenerRequest *request, Job *job)
{
  const char *call_id = listener_request_find_header (request, PLANNER_ADMIN_CALL);
  g_autoptr (GError) error = NULL;

  job->admin = admin;
  job->request = listener_request_ref (request);
  job->data_dir = g_strdup (config->database_data_dir);
  job->database = g_strdup (config->database_path);
  job->result = json_object_new ();
  job->arrived_us = clock_monotonic_us ();
  if (call_id != NULL && ids_is_guid (call_id))
    g_strlcpy (job->call_id, call_id, sizeof job->call_id);
  else
    ids_new_guid (job->call_id);
  g_ptr_array_add (admin->jobs, job);
  if (run_job (admin, job, &error))
    return;
  g_ptr_array_remove_fast (admin->jobs, job);
  reply (request, 503, NULL, error);
  job_free (job);
}

/* Answered by the loop, while the bulk thread works. */
static void
tell_progress (PlannerAdmin *admin, ListenerRequest *request, const char *call_id)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < admin->jobs->len; i++)
    {
      Job *job = admin->jobs->pdata[i];
      const char *what = g_atomic_pointer_get (&job->what);
      g_autoptr (JsonObject) result = NULL;

      if (g_strcmp0 (job->call_id, call_id) != 0)
        continue;
      result = json_object_new ();
      json_object_set_string_member (result, "what", what == NULL ? "waiting" : what);
      json_object_set_int_member (result, "done", g_atomic_int_get (&job->n_done));
      json_object_set_int_member (result, "all", g_atomic_int_get (&job->n_all));
      reply (request, 200, result, NULL);
      return;
    }
  g_set_error_literal (&error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no such call");
  reply (request, 404, NULL, error);
}

/**
 * planner_admin_new:
 * @service: must outlive it
 *
 * Returns: (transfer full): freed when the service has stopped
 */
PlannerAdmin *
planner_admin_new (OpService *service)
{
  PlannerAdmin *admin = g_new0 (PlannerAdmin, 1);

  admin->service = service;
  admin->jobs = g_ptr_array_new ();
  admin->cancellable = g_cancellable_new ();
  return admin;
}

/**
 * planner_admin_free:
 */
void
planner_admin_free (PlannerAdmin *admin)
{
  if (admin == NULL)
    return;
  g_ptr_array_unref (admin->jobs);
  g_object_unref (admin->cancellable);
  g_free (admin);
}

/**
 * planner_admin_cancel:
 *
 * The program is being stopped: commands that wait for other machines give up. Loop thread.
 */
void
planner_admin_cancel (PlannerAdmin *admin)
{
  g_cancellable_cancel (admin->cancellable);
}

/**
 * planner_admin_handle:
 * @config: where the database and the code lists are
 * @request: POST /admin/v1/COMMAND, its body a JSON object of arguments, its header Planner-Call a GUID of
 *   the caller's; or GET /admin/v1/progress/GUID: what, done and all (0: not known) of a call that runs
 *
 * Who may open the socket may do everything: its permissions are the access rule. Loop thread; does
 * not block.
 */
void
planner_admin_handle (PlannerAdmin *admin, const PlannerConfig *config, ListenerRequest *request)
{
  const char *path = listener_request_get_path (request);
  const AdminCommand *command = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *arguments;
  Job *job;

  if (g_str_has_prefix (path, PLANNER_ADMIN_PROGRESS) &&
      listener_request_get_method (request) == LISTENER_METHOD_GET)
    {
      tell_progress (admin, request, path + strlen (PLANNER_ADMIN_PROGRESS));
      return;
    }
  if (g_str_has_prefix (path, PLANNER_ADMIN_PREFIX))
    command = admin_table_find (path + strlen (PLANNER_ADMIN_PREFIX));
  if (command != NULL && command->is_local)
    command = NULL;
  if (command == NULL || listener_request_get_method (request) != LISTENER_METHOD_POST)
    {
      g_set_error_literal (&error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                           "there is no such command");
      reply (request, command == NULL ? 404 : 405, NULL, error);
      return;
    }
  arguments = parse_arguments (request, &error);
  if (arguments == NULL)
    {
      reply (request, 400, NULL, error);
      return;
    }
  job = g_new0 (Job, 1);
  job->command = command;
  job->arguments = arguments;
  submit (admin, config, request, job);
}
