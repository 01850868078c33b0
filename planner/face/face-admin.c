/* SPDX-License-Identifier: EUPL-1.2 */
/* A POST of a JSON object to the path of a command, and JSON back, as the clients of ctl/ctl-client write and read it. */
#include "face/face-admin.h"

#include <string.h>

#include "base/error.h"
#include "base/json-text.h"

#define CALL_HEADER "Planner-Call"
#define JSON_TYPE   "application/json"

/**
 * face_admin_reply:
 * @result: (nullable)
 * @error: (nullable)
 *
 * Answers {"result": {…}} or {"error": {"code": n, "text": "…"}, "result": {…}}.
 */
void
face_admin_reply (ListenerRequest *request, guint status, JsonObject *result, const GError *error)
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

/**
 * face_admin_reply_done:
 * @error: (nullable): why the command did not do it
 *
 * Answers a command that was run.
 */
void
face_admin_reply_done (ListenerRequest *request, JsonObject *result, const GError *error)
{
  face_admin_reply (request, error == NULL ? 200 : 422, result, error);
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

/* A command that runs in the shell's own program only is none here. */
static const AdminCommand *
find_command (ListenerRequest *request)
{
  const char *path = listener_request_get_path (request);
  const AdminCommand *command = NULL;

  if (g_str_has_prefix (path, FACE_ADMIN_PREFIX))
    command = admin_table_find (path + strlen (FACE_ADMIN_PREFIX));
  return command == NULL || command->is_local ? NULL : command;
}

/**
 * face_admin_read:
 * @request: POST /admin/v1/COMMAND, its body a JSON object of arguments, its header Planner-Call a GUID of the caller's
 * @out_request: set when it is such a request
 *
 * Returns: FALSE: it has been answered with what is wrong. Loop thread.
 */
gboolean
face_admin_read (ListenerRequest *request, FaceAdminRequest *out_request)
{
  const AdminCommand *command = find_command (request);
  const char *call_id = listener_request_find_header (request, CALL_HEADER);
  g_autoptr (GError) error = NULL;
  JsonObject *arguments;

  if (command == NULL || listener_request_get_method (request) != LISTENER_METHOD_POST)
    {
      g_set_error_literal (&error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                           "there is no such command");
      face_admin_reply (request, command == NULL ? 404 : 405, NULL, error);
      return FALSE;
    }
  arguments = parse_arguments (request, &error);
  if (arguments == NULL)
    {
      face_admin_reply (request, 400, NULL, error);
      return FALSE;
    }
  *out_request = (FaceAdminRequest){ .command = command, .arguments = arguments };
  if (call_id != NULL && ids_is_guid (call_id))
    g_strlcpy (out_request->call_id, call_id, sizeof out_request->call_id);
  else
    ids_new_guid (out_request->call_id);
  return TRUE;
}
