/* SPDX-License-Identifier: EUPL-1.2 */
/* A small HTTP/1.1 client for one POST over a Unix socket: the server answers with Content-Length and closes. */
#include "ctl/ctl-client.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "ops/admin/admin.h"

#define MAX_ANSWER_BYTES (64 * 1024 * 1024)
#define TIMEOUT_S        600
#define POLL_US          G_USEC_PER_SEC

static GSocketConnection *
connect_to (const char *socket_path, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (socket_path);

  g_socket_client_set_timeout (client, TIMEOUT_S);
  return g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, error);
}

static gboolean
send_text (GSocketConnection *connection, const char *head, const char *body, GError **error)
{
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));

  return g_output_stream_write_all (out, head, strlen (head), NULL, NULL, error) &&
         g_output_stream_write_all (out, body, strlen (body), NULL, NULL, error) &&
         g_output_stream_flush (out, NULL, error);
}

static gboolean
send_request (GSocketConnection *connection,
              const char *command,
              const char *call_id,
              const char *body,
              GError **error)
{
  g_autofree char *head = g_strdup_printf ("POST /admin/v1/%s HTTP/1.1\r\n"
                                           "Host: localhost\r\n"
                                           "Planner-Call: %s\r\n"
                                           "Content-Type: application/json\r\n"
                                           "Content-Length: %" G_GSIZE_FORMAT "\r\n"
                                           "Connection: close\r\n\r\n",
                                           command, call_id, strlen (body));

  return send_text (connection, head, body, error);
}

/* (transfer full) (nullable): everything up to the end of the stream. */
static GString *
receive (GIOStream *stream, GError **error)
{
  GInputStream *in = g_io_stream_get_input_stream (stream);
  g_autoptr (GString) all = g_string_new (NULL);
  g_autofree char *buffer = g_malloc (65536);

  for (;;)
    {
      gssize n_read = g_input_stream_read (in, buffer, 65536, NULL, error);

      if (n_read < 0)
        return NULL;
      if (n_read == 0)
        return g_steal_pointer (&all);
      g_string_append_len (all, buffer, n_read);
      if (all->len > MAX_ANSWER_BYTES)
        {
          g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL,
                               "the answer has no end");
          return NULL;
        }
    }
}

static JsonObject *
parse_body (const GString *answer, GError **error)
{
  const char *body = strstr (answer->str, "\r\n\r\n");
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;

  if (!g_str_has_prefix (answer->str, "HTTP/1.") || body == NULL)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL,
                           "what listens on the admin socket does not speak HTTP");
      return NULL;
    }
  if (!json_parser_load_from_data (parser, body + 4, -1, error))
    return NULL;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL,
                           "the answer is something else than an object");
      return NULL;
    }
  return json_node_dup_object (root);
}

/* {"result": {...}} or {"error": {"code": n, "text": "..."}, "result": {...}}. */
static gboolean
take_answer (JsonObject *answer, JsonObject **out_result, GError **error)
{
  JsonNode *result = json_object_get_member (answer, "result");
  JsonNode *fault = json_object_get_member (answer, "error");

  if (result != NULL && JSON_NODE_HOLDS_OBJECT (result))
    *out_result = json_node_dup_object (result);
  if (fault == NULL)
    return *out_result != NULL;
  if (JSON_NODE_HOLDS_OBJECT (fault))
    g_set_error_literal (error, PLANNER_ERROR,
                         (int) json_object_get_int_member_with_default (
                           json_node_get_object (fault), "code", PLANNER_ERROR_INTERNAL),
                         json_object_get_string_member_with_default (json_node_get_object (fault),
                                                                     "text", "it was refused"));
  else
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL, "it was refused");
  return FALSE;
}

/* One question on a connection of its own; that nobody answers it is no fault. */
static void
ask_progress (const char *socket_path, const char *call_id, AdminProgress progress)
{
  g_autoptr (GSocketConnection) connection = connect_to (socket_path, NULL);
  g_autofree char *head = g_strdup_printf ("GET /admin/v1/progress/%s HTTP/1.1\r\n"
                                           "Host: localhost\r\nConnection: close\r\n\r\n",
                                           call_id);
  g_autoptr (GString) text = NULL;
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (JsonObject) result = NULL;

  if (connection == NULL || !send_text (connection, head, "", NULL))
    return;
  text = receive (G_IO_STREAM (connection), NULL);
  answer = text == NULL ? NULL : parse_body (text, NULL);
  if (answer == NULL || !take_answer (answer, &result, NULL))
    return;
  progress (NULL, json_object_get_string_member_with_default (result, "what", ""),
            (guint64) json_object_get_int_member_with_default (result, "done", 0),
            (guint64) json_object_get_int_member_with_default (result, "all", 0));
}

static void
wait_showing (GSocketConnection *connection,
              const char *socket_path,
              const char *call_id,
              AdminProgress progress)
{
  GSocket *socket = g_socket_connection_get_socket (connection);
  gint64 left_us = TIMEOUT_S * G_USEC_PER_SEC;

  for (; left_us > 0; left_us -= POLL_US)
    {
      if (g_socket_condition_timed_wait (socket, G_IO_IN, POLL_US, NULL, NULL))
        return;
      ask_progress (socket_path, call_id, progress);
    }
}

static JsonObject *
exchange (const char *socket_path,
          const char *command,
          const char *body,
          AdminProgress progress,
          GError **error)
{
  g_autoptr (GSocketConnection) connection = connect_to (socket_path, error);
  char call_id[IDS_GUID_LENGTH + 1];
  g_autoptr (GString) text = NULL;

  ids_new_guid (call_id);
  if (connection == NULL || !send_request (connection, command, call_id, body, error))
    return NULL;
  if (progress != NULL)
    wait_showing (connection, socket_path, call_id, progress);
  text = receive (G_IO_STREAM (connection), error);
  return text == NULL ? NULL : parse_body (text, error);
}

/**
 * ctl_client_call:
 * @out_result: (nullable): set whenever plannerd sent one
 *
 * Posts @arguments to /admin/v1/COMMAND and waits for the answer. Blocks.
 *
 * Errors: G_IO_ERROR when nobody listens; else what plannerd says.
 */
gboolean
ctl_client_call (const char *socket_path,
                 const char *command,
                 JsonObject *arguments,
                 AdminProgress progress,
                 JsonObject **out_result,
                 GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *body = NULL;
  g_autoptr (JsonObject) answer = NULL;

  json_node_set_object (node, arguments);
  body = json_to_string (node, FALSE);
  if (strlen (body) > ADMIN_MAX_BODY_BYTES)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                   "a running server takes %u MB at once: import in parts, or stop it first",
                   ADMIN_MAX_BODY_BYTES / 1024 / 1024);
      return FALSE;
    }
  answer = exchange (socket_path, command, body, progress, error);
  if (answer == NULL)
    return FALSE;
  if (take_answer (answer, out_result, error))
    return TRUE;
  if (error != NULL && *error == NULL)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL, "the answer has no result");
  return FALSE;
}
