/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs an admin command on the bulk thread, its writes on the writer, and answers in JSON. */
#include "http/planner-admin.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/json-text.h"
#include "ops/admin.h"
#include "ops/op-upkeep.h"
#include "planner-log.h"

#define JSON_TYPE "application/json"

typedef struct
{
  OpService *service;
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

static gboolean
run_command (gpointer data, gpointer session, GError **error)
{
  Job *job = data;
  AdminCall call = { .session = session,
                     .runner = { op_service_run_admin_write, job->service },
                     .arguments = job->arguments,
                     .result = job->result,
                     .now_us = clock_now_us (),
                     .data_dir = job->data_dir,
                     .database = job->database,
                     .actor = "plannerctl",
                     .call_id = job->call_id };

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

static void
submit (OpService *service, const PlannerConfig *config, ListenerRequest *request, Job *job)
{
  g_autoptr (GError) error = NULL;

  job->service = service;
  job->request = listener_request_ref (request);
  job->data_dir = g_strdup (config->database_data_dir);
  job->database = g_strdup (config->database_path);
  job->result = json_object_new ();
  job->arrived_us = clock_monotonic_us ();
  ids_new_guid (job->call_id);
  if (op_service_run_bulk (service, run_command, on_done, job, &error))
    return;
  reply (request, 503, NULL, error);
  job_free (job);
}

/**
 * planner_admin_handle:
 * @config: where the database and the code lists are
 * @request: POST /admin/v1/COMMAND, its body a JSON object of arguments
 *
 * Who may open the socket may do everything: its permissions are the access rule. Loop thread; does
 * not block.
 */
void
planner_admin_handle (OpService *service, const PlannerConfig *config, ListenerRequest *request)
{
  const char *path = listener_request_get_path (request);
  const AdminCommand *command = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *arguments;
  Job *job;

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
  submit (service, config, request, job);
}
