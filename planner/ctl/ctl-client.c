/* SPDX-License-Identifier: EUPL-1.2 */
/* A small HTTP/1.1 client for one POST over a Unix socket: plannerd answers with Content-Length and closes. */
#include "ctl/ctl-client.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>

#include "base/error.h"

#define MAX_ANSWER_BYTES (64 * 1024 * 1024)
#define TIMEOUT_S        600

static GSocketConnection *
connect_to (const char *socket_path, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (socket_path);

  g_socket_client_set_timeout (client, TIMEOUT_S);
  return g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, error);
}

static gboolean
send_request (GIOStream *stream, const char *command, const char *body, GError **error)
{
  g_autofree char *head = g_strdup_printf ("POST /admin/v1/%s HTTP/1.1\r\n"
                                           "Host: localhost\r\n"
                                           "Content-Type: application/json\r\n"
                                           "Content-Length: %" G_GSIZE_FORMAT "\r\n"
                                           "Connection: close\r\n\r\n",
                                           command, strlen (body));
  GOutputStream *out = g_io_stream_get_output_stream (stream);

  return g_output_stream_write_all (out, head, strlen (head), NULL, NULL, error) &&
         g_output_stream_write_all (out, body, strlen (body), NULL, NULL, error) &&
         g_output_stream_flush (out, NULL, error);
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
                               "plannerd's answer has no end");
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
                           "plannerd answered with something else than an object");
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
                                                                     "text", "plannerd refused"));
  else
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL, "plannerd refused");
  return FALSE;
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
                 JsonObject **out_result,
                 GError **error)
{
  g_autoptr (GSocketConnection) connection = connect_to (socket_path, error);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *body = NULL;
  g_autoptr (GString) text = NULL;
  g_autoptr (JsonObject) answer = NULL;

  if (connection == NULL)
    return FALSE;
  json_node_set_object (node, arguments);
  body = json_to_string (node, FALSE);
  if (!send_request (G_IO_STREAM (connection), command, body, error))
    return FALSE;
  text = receive (G_IO_STREAM (connection), error);
  answer = text == NULL ? NULL : parse_body (text, error);
  if (answer == NULL)
    return FALSE;
  if (take_answer (answer, out_result, error))
    return TRUE;
  if (error != NULL && *error == NULL)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL,
                         "plannerd's answer has no result");
  return FALSE;
}
