/* SPDX-License-Identifier: EUPL-1.2 */
/* The one reply to a request, at once or later, and whether anybody still waits for it. */

#include "listener-request-private.h"

#include <string.h>

static void
free_bytes (gpointer bytes)
{
  g_bytes_unref (bytes);
}

static struct MHD_Response *
make_response (GBytes *body)
{
  gsize n_bytes;
  const char *data = g_bytes_get_data (body, &n_bytes);
  struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls (
    n_bytes, (void *) data, free_bytes, body);

  if (response == NULL)
    g_bytes_unref (body);
  return response;
}

static void
add_headers (struct MHD_Response *response,
             ListenerRequest *request,
             const char *content_type,
             gboolean close_after)
{
  GPtrArray *headers = request->reply_headers;

  if (content_type != NULL)
    MHD_add_response_header (response, "Content-Type", content_type);
  if (close_after)
    MHD_add_response_header (response, "Connection", "close");
  for (guint i = 0; headers != NULL && i < headers->len; i += 2)
    MHD_add_response_header (response, headers->pdata[i], headers->pdata[i + 1]);
}

/*
 * Gives @connection back to the library, which has something to send again: from now on its client has the time of
 * a reply for it.
 */
void
listener_reply_resume (ListenerConnection *connection)
{
  if (!connection->suspended)
    return;
  if (connection->phase == LISTENER_PHASE_HANDLING)
    listener_connection_enter (connection, LISTENER_PHASE_REPLYING);
  connection->suspended = FALSE;
  MHD_resume_connection (connection->mhd);
  connection->listener->run_pending = TRUE;
}

/*
 * Hands @response to the library. Takes it. When the library has no memory for it, the connection is cut: better
 * than a client that waits for ever.
 */
void
listener_reply_send (ListenerRequest *request,
                     ListenerConnection *connection,
                     guint status,
                     const char *content_type,
                     struct MHD_Response *response)
{
  Listener *listener = connection->listener;

  listener_connection_enter (connection, LISTENER_PHASE_REPLYING);
  if (response != NULL)
    add_headers (response, request, content_type, request->close_after_reply || listener->stopping);
  if (response == NULL || MHD_queue_response (connection->mhd, status, response) != MHD_YES)
    listener_connection_cut (connection);
  else
    listener->counters.n_replies[status / 100]++;
  if (response != NULL)
    MHD_destroy_response (response);
  listener_reply_resume (connection);
}

/* Replies with the whole @body, which it takes. */
void
listener_reply_queue (ListenerRequest *request,
                      guint status,
                      const char *content_type,
                      GBytes *body)
{
  ListenerConnection *connection = g_steal_pointer (&request->connection);

  request->replied = TRUE;
  connection->request = NULL;
  connection->listener->counters.n_bytes_out += g_bytes_get_size (body);
  listener_reply_send (request, connection, status, content_type, make_response (body));
}

/**
 * listener_request_reply:
 * @request: a request not yet replied to.
 * @status: 200 to 599.
 * @content_type: (nullable): the media type of @body.
 * @body: (transfer none): the body; may be empty. Shared, not copied.
 *
 * Replies. When the client has left or the listener is gone, nothing happens. A second reply is the
 * application's bug: it is reported and ignored. Loop thread; may be called in the handler or later.
 */
void
listener_request_reply (ListenerRequest *request,
                        guint status,
                        const char *content_type,
                        GBytes *body)
{
  g_return_if_fail (!request->replied);
  g_return_if_fail (status >= 200 && status <= 599);
  g_return_if_fail (request->shared->thread == g_thread_self ());

  if (request->connection != NULL)
    listener_reply_queue (request, status, content_type, g_bytes_ref (body));
  request->replied = TRUE;
}

/**
 * listener_request_reply_take:
 * @request: a request not yet replied to.
 * @status: 200 to 599.
 * @content_type: (nullable): the media type of @body.
 * @body: (transfer full) (nullable): the body, freed with g_free().
 * @body_bytes: its length.
 *
 * Like listener_request_reply() with memory that is given away.
 */
void
listener_request_reply_take (ListenerRequest *request,
                             guint status,
                             const char *content_type,
                             char *body,
                             gsize body_bytes)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (body, body_bytes);

  listener_request_reply (request, status, content_type, bytes);
}

static gboolean
is_safe (const char *text)
{
  for (; *text != '\0'; text++)
    if ((guchar) *text < ' ' || *text == 0x7f)
      return FALSE;
  return TRUE;
}

/**
 * listener_request_add_reply_header:
 * @request: a request not yet replied to.
 * @name: a field name; Content-Length, Connection, Date and Transfer-Encoding are the listener's own.
 * @value: its value, without control characters.
 *
 * Adds a field to the coming reply. Loop thread.
 */
void
listener_request_add_reply_header (ListenerRequest *request, const char *name, const char *value)
{
  g_return_if_fail (!request->replied);
  g_return_if_fail (is_safe (name) && is_safe (value));

  if (request->reply_headers == NULL)
    request->reply_headers = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (request->reply_headers, g_strdup (name));
  g_ptr_array_add (request->reply_headers, g_strdup (value));
}

/**
 * listener_request_close_after_reply:
 * @request: a request not yet replied to.
 *
 * Ends the connection with the coming reply. Loop thread.
 */
void
listener_request_close_after_reply (ListenerRequest *request)
{
  request->close_after_reply = TRUE;
}

/* The client of @request has left before the end of the reply; said once. */
void
listener_request_tell_gone (ListenerRequest *request, Listener *listener)
{
  if (request->gone)
    return;
  request->gone = TRUE;
  listener->counters.n_gone++;
  if (request->gone_func != NULL)
    request->gone_func (request, request->gone_data);
}

/**
 * listener_request_is_gone:
 * @request: a request.
 *
 * Asks the socket whether the client has left; one system call. Of an unanswered request the listener asks
 * every second by itself. A client that closed only its sending half counts as gone. Loop thread.
 *
 * Returns: %TRUE when nobody waits for a reply (any more): gone, replied to, or the listener freed.
 */
gboolean
listener_request_is_gone (ListenerRequest *request)
{
  if (request->connection == NULL || request->gone)
    return TRUE;
  if (!listener_connection_check_gone (request->connection))
    return FALSE;
  listener_request_tell_gone (request, request->connection->listener);
  return TRUE;
}

/**
 * listener_request_set_gone_func:
 * @request: a request.
 * @func: (nullable) (scope forever): called at most once, within about a second of the client's leaving, when that is before
 *   the reply, or before the end of one that is given piece by piece; then also of a client that was too slow.
 * @user_data: for @func.
 *
 * Lets the application drop work that nobody waits for. Loop thread.
 */
void
listener_request_set_gone_func (ListenerRequest *request, ListenerGoneFunc func, gpointer user_data)
{
  request->gone_func = func;
  request->gone_data = user_data;
}
