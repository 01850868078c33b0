/* SPDX-License-Identifier: EUPL-1.2 */
/* One request and its answer over libsoup: waits for both, with time-outs and caps, on the caller's thread. */
#include "calsync-remote-http-private.h"

#include <string.h>

#define PIECE_BYTES 16384
/* What was stopped ends within a few turns of the loop. */
#define MAX_LATE_TURNS 10000

/* Whom on_ready() tells. @kept: what an operation that nobody waits for any more may still write to. */
typedef struct
{
  GAsyncResult *result;
  gboolean is_given_up;
  gpointer kept;
} Waiter;

static void
on_ready (GObject *source, GAsyncResult *result, gpointer data)
{
  Waiter *waiter = data;

  if (!waiter->is_given_up)
    {
      waiter->result = g_object_ref (result);
      return;
    }
  g_free (waiter->kept);
  g_free (waiter);
}

/* The body as a stream, which is read once: sent again, the request would have none. */
static void
set_body (SoupMessage *message, const CalsyncRequest *request)
{
  g_autoptr (GBytes) bytes = NULL;

  if (request->body == NULL)
    return;
  bytes = g_bytes_new (request->body, request->n_body);
  soup_message_set_request_body_from_bytes (message, request->content_type, bytes);
}

/*
 * The session's time-out is the one for connecting; from here on it is the longest silence. libsoup
 * sets it once more after connecting, so that it cannot be done earlier.
 */
static void
on_starting (SoupMessage *message, gpointer data)
{
  CalsyncExchange *exchange = data;

  if (exchange->n_starts++ > 0)
    set_body (message, exchange->request);
  if (exchange->http->socket != NULL)
    g_socket_set_timeout (exchange->http->socket, exchange->answer_timeout_s);
}

static gboolean
on_accept_certificate (SoupMessage *message,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags errors,
                       gpointer data)
{
  ((CalsyncExchange *) data)->tls_errors = errors;
  return FALSE;
}

/*
 * HTTP/1.1 also where the server would speak HTTP/2: we ask one thing at a time, libsoup 3.2 waits for
 * ever for a stream of HTTP/2 that the server cut, and half an answer is known by its length. And our certificate before the
 * handshake, not in it: the memory of TLS sessions, which is the whole program's, tells them apart by what is known then, and
 * a session that is taken up again is its first owner's, whoever asks.
 */
static void
on_network_event (SoupMessage *message,
                  GSocketClientEvent event,
                  GIOStream *connection,
                  gpointer data)
{
  static const char *const protocols[] = { "http/1.1", NULL };
  CalsyncHttp *http = ((CalsyncExchange *) data)->http;

  if (event == G_SOCKET_CLIENT_CONNECTED && G_IS_SOCKET_CONNECTION (connection))
    g_set_object (&http->socket, g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection)));
  if (event != G_SOCKET_CLIENT_TLS_HANDSHAKING || !G_IS_TLS_CONNECTION (connection))
    return;
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (connection), protocols);
  if (http->certificate != NULL)
    g_tls_connection_set_certificate (G_TLS_CONNECTION (connection), http->certificate);
}

/* How long nothing may happen: libsoup's own time-outs come first, so this is for what it forgets. */
static gint
get_patience_ms (const CalsyncExchange *exchange)
{
  const CalsyncHttp *http = exchange->http;
  const CalsyncHttpEnvironment *environment = &http->environment;
  const gint64 silence_ms =
    1000 * (gint64) MAX (exchange->answer_timeout_s, soup_session_get_timeout (http->session)) +
    2000;
  gint64 left_ms;

  if (exchange->deadline_us == 0 || exchange->is_late)
    return (gint) MIN (silence_ms, G_MAXINT);
  left_ms = (exchange->deadline_us - environment->get_monotonic_us (environment->data)) / 1000 + 1;
  return (gint) CLAMP (left_ms, 0, MIN (silence_ms, G_MAXINT));
}

/* One turn of the session's context, which lasts no longer than @patience_ms. FALSE: nothing happened. */
static gboolean
turn (CalsyncExchange *exchange, gint patience_ms)
{
  GMainContext *context = exchange->http->context;
  GArray *polled = exchange->http->polled;
  gint priority, timeout_ms, n_polled, n_ready;
  gboolean is_ready;

  g_main_context_prepare (context, &priority);
  while ((n_polled = g_main_context_query (context, priority, &timeout_ms, (GPollFD *) polled->data,
                                           (gint) polled->len)) > (gint) polled->len)
    g_array_set_size (polled, (guint) n_polled);
  if (timeout_ms < 0 || timeout_ms > patience_ms)
    timeout_ms = patience_ms;
  n_ready = g_poll ((GPollFD *) polled->data, (guint) n_polled, timeout_ms);
  is_ready = g_main_context_check (context, priority, (GPollFD *) polled->data, n_polled);
  if (is_ready)
    g_main_context_dispatch (context);
  return is_ready || n_ready > 0 || timeout_ms < patience_ms;
}

static gboolean
is_past_deadline (const CalsyncExchange *exchange)
{
  const CalsyncHttpEnvironment *environment = &exchange->http->environment;

  return exchange->deadline_us != 0 &&
         environment->get_monotonic_us (environment->data) >= exchange->deadline_us;
}

/* Stops what has taken too long; TRUE once that has been waited for long enough too. */
static gboolean
is_forgotten (CalsyncExchange *exchange, gboolean is_alive, guint *n_late_turns)
{
  if (exchange->is_late)
    return !is_alive || ++*n_late_turns >= MAX_LATE_TURNS;
  if (is_alive && !is_past_deadline (exchange))
    return FALSE;
  exchange->is_late = TRUE;
  g_cancellable_cancel (exchange->stop);
  return FALSE;
}

/*
 * Waits for on_ready(), on this thread and without a timer: every turn of the loop is limited by the
 * time that is left. What was stopped ends, because each of its operations can be cancelled; libsoup
 * 3.2 has forgotten some all the same. After one more silence nobody waits any longer: the session is
 * not used again, and *kept stays where the operation may write to it.
 *
 * Takes @waiter. Returns: (nullable): NULL with @error
 */
static GAsyncResult *
await (CalsyncExchange *exchange, Waiter *waiter, gpointer *kept, GError **error)
{
  GAsyncResult *result;
  guint n_late_turns = 0;

  while (waiter->result == NULL)
    {
      const gboolean is_alive = turn (exchange, get_patience_ms (exchange));

      if (waiter->result != NULL || !is_forgotten (exchange, is_alive, &n_late_turns))
        continue;
      waiter->is_given_up = TRUE;
      waiter->kept = kept != NULL ? g_steal_pointer (kept) : NULL;
      exchange->is_given_up = TRUE;
      exchange->http->is_spoilt = TRUE;
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "forgotten");
      return NULL;
    }
  result = waiter->result;
  g_free (waiter);
  return result;
}

static void
add_header (SoupMessageHeaders *headers, const char *name, const char *value)
{
  if (value != NULL)
    soup_message_headers_append (headers, name, value);
}

/* Makes @exchange ready to send @request to @uri, which it borrows. */
void
calsync_exchange_init (CalsyncExchange *exchange,
                       CalsyncHttp *http,
                       const CalsyncRequest *request,
                       GUri *uri)
{
  SoupMessage *message = soup_message_new_from_uri (request->method, uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  *exchange = (CalsyncExchange){ .http = http, .request = request, .uri = uri, .message = message };
  exchange->stop = g_cancellable_new ();
  exchange->answer_timeout_s =
    request->is_bulk ? MAX (http->answer_timeout_s, http->total_timeout_s) : http->answer_timeout_s;

  /* IDEMPOTENT lets it take a connection that is open already: for REPORT too */
  soup_message_set_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_IDEMPOTENT |
                                     SOUP_MESSAGE_COLLECT_METRICS);
  add_header (headers, "Accept-Encoding", "gzip");
  add_header (headers, "Depth", request->depth);
  add_header (headers, "If-Match", request->if_match);
  add_header (headers, "If-None-Match", request->if_none ? "*" : NULL);
  for (const CalsyncHeader *own = request->headers; own != NULL && own->name != NULL; own++)
    add_header (headers, own->name, own->value);
  set_body (message, request);
  if (http->certificate != NULL)
    soup_message_set_tls_client_certificate (message, http->certificate);
  g_signal_connect (message, "starting", G_CALLBACK (on_starting), exchange);
  g_signal_connect (message, "accept-certificate", G_CALLBACK (on_accept_certificate), exchange);
  g_signal_connect (message, "network-event", G_CALLBACK (on_network_event), exchange);
}

/* Ends the exchange and its connection without waiting for what the server still wants to say. */
static void
halt (CalsyncExchange *exchange)
{
  exchange->is_halted = TRUE;
  g_cancellable_cancel (exchange->stop);
  soup_session_abort (exchange->http->session);
}

static gboolean
take_piece (CalsyncExchange *exchange,
            const char *bytes,
            gsize n_bytes,
            CalsyncReply *reply,
            GError **error)
{
  const CalsyncRequest *request = exchange->request;
  const gsize room =
    CALSYNC_HTTP_MAX_ERROR_BYTES - MIN (reply->body->len, CALSYNC_HTTP_MAX_ERROR_BYTES);

  if (reply->status / 100 != 2)
    {
      g_string_append_len (reply->body, bytes, (gssize) MIN (n_bytes, room));
      if (n_bytes >= room)
        halt (exchange);
      return TRUE;
    }
  if (request->body_func != NULL)
    return request->body_func (bytes, n_bytes, request->body_data, error);
  g_string_append_len (reply->body, bytes, (gssize) n_bytes);
  return TRUE;
}

static void
set_too_large (gsize max_bytes, GError **error)
{
  g_set_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_TOO_LARGE,
               "The server's answer is longer than %" G_GSIZE_FORMAT " bytes.", max_bytes);
}

/* Reads to the end, or until halt(). */
static gboolean
read_body (CalsyncExchange *exchange, GInputStream *stream, CalsyncReply *reply, GError **error)
{
  const gsize max_bytes = exchange->request->max_bytes > 0 ? exchange->request->max_bytes
                                                           : exchange->http->max_answer_bytes;
  g_autofree gpointer piece = g_malloc (PIECE_BYTES);

  while (!exchange->is_halted)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) cause = NULL;
      Waiter *waiter = g_new0 (Waiter, 1);
      gssize n_read;

      g_input_stream_read_async (stream, piece, PIECE_BYTES, G_PRIORITY_DEFAULT, exchange->stop,
                                 on_ready, waiter);
      result = await (exchange, waiter, &piece, &cause);
      n_read = result != NULL ? g_input_stream_read_finish (stream, result, &cause) : -1;
      if (n_read < 0)
        {
          calsync_http_set_network_error (exchange, cause, error);
          return FALSE;
        }
      if (n_read == 0)
        return TRUE;
      exchange->n_body += (gsize) n_read;
      if (exchange->n_body > max_bytes && reply->status / 100 == 2)
        {
          set_too_large (max_bytes, error);
          return FALSE;
        }
      if (!take_piece (exchange, piece, (gsize) n_read, reply, error))
        return FALSE;
    }
  return TRUE;
}

/* How few bytes a body of @n_bytes can be in chunks: one chunk and the last. */
static guint64
get_least_chunked (guint64 n_bytes)
{
  guint64 n_least = n_bytes + strlen ("0\r\n\r\n") + (n_bytes > 0 ? strlen ("\r\n\r\n") : 0);

  for (; n_bytes > 0; n_bytes >>= 4)
    n_least++;
  return n_least;
}

static gboolean
is_question (const char *method)
{
  return g_str_equal (method, "GET") || g_str_equal (method, "PROPFIND") ||
         g_str_equal (method, "REPORT");
}

/* How many bytes must have come, by what the head says. */
static guint64
get_least_bytes (CalsyncExchange *exchange, SoupMessageHeaders *headers)
{
  const gboolean is_coded = soup_message_headers_get_one (headers, "Content-Encoding") != NULL;

  switch (soup_message_headers_get_encoding (headers))
    {
    case SOUP_ENCODING_CONTENT_LENGTH:
      return (guint64) soup_message_headers_get_content_length (headers);
    case SOUP_ENCODING_CHUNKED:
      return get_least_chunked (is_coded ? 0 : exchange->n_body);
    case SOUP_ENCODING_EOF:
    case SOUP_ENCODING_UNRECOGNIZED:
    case SOUP_ENCODING_NONE:
    case SOUP_ENCODING_BYTERANGES:
    default:
      /* whoever was asked for something and gives it has a body; refusals and receipts may do without */
      return is_question (exchange->request->method) &&
                 soup_message_get_status (exchange->message) / 100 == 2
               ? 1
               : 0;
    }
}

/*
 * Whether all of the body came. libsoup looks itself where a length is given and the connection stays
 * open. Where the server says that it will close it, libsoup takes any end for the end; a head that
 * is cut between two lines it takes for a whole one, without a body.
 */
static gboolean
check_whole (CalsyncExchange *exchange, GError **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);
  SoupMessageMetrics *metrics = soup_message_get_metrics (exchange->message);
  const guint status = soup_message_get_status (exchange->message);

  if (exchange->is_halted || status == SOUP_STATUS_NO_CONTENT ||
      status == SOUP_STATUS_NOT_MODIFIED || g_str_equal (exchange->request->method, "HEAD"))
    return TRUE;
  if (soup_message_metrics_get_response_body_bytes_received (metrics) >=
      get_least_bytes (exchange, headers))
    return TRUE;
  g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE,
                       "The server's answer ended before its announced length.");
  return FALSE;
}

static char *
dup_plain_type (SoupMessageHeaders *headers)
{
  const char *type = soup_message_headers_get_content_type (headers, NULL);

  return type != NULL ? g_ascii_strdown (type, -1) : NULL;
}

static char *
dup_location (CalsyncExchange *exchange, SoupMessageHeaders *headers)
{
  const char *location = soup_message_headers_get_one (headers, "Location");
  g_autoptr (GUri) uri = NULL;

  if (location != NULL)
    uri = g_uri_parse_relative (exchange->uri, location, CALSYNC_HTTP_URI_FLAGS, NULL);
  return uri != NULL ? g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO | G_URI_HIDE_FRAGMENT)
                     : NULL;
}

static void
fill_reply (CalsyncExchange *exchange, CalsyncReply *reply)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);

  calsync_reply_clear (reply);
  reply->status = soup_message_get_status (exchange->message);
  reply->etag = g_strdup (soup_message_headers_get_one (headers, "ETag"));
  reply->content_type = dup_plain_type (headers);
  reply->location = dup_location (exchange, headers);
  reply->dav = g_strdup (soup_message_headers_get_list (headers, "DAV"));
  reply->allow = g_strdup (soup_message_headers_get_list (headers, "Allow"));
  reply->uri = g_uri_to_string_partial (exchange->uri, G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY |
                                                         G_URI_HIDE_FRAGMENT);
  reply->retry_after_s =
    calsync_http_parse_retry_after (soup_message_headers_get_one (headers, "Retry-After"),
                                    soup_message_headers_get_one (headers, "Date"));
  reply->body = g_string_new (NULL);
}

static GInputStream *
send_message (CalsyncExchange *exchange, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) cause = NULL;
  Waiter *waiter = g_new0 (Waiter, 1);
  GInputStream *stream = NULL;

  soup_session_send_async (exchange->http->session, exchange->message, G_PRIORITY_DEFAULT,
                           exchange->stop, on_ready, waiter);
  result = await (exchange, waiter, NULL, &cause);
  if (result != NULL)
    stream = soup_session_send_finish (exchange->http->session, result, &cause);
  if (stream == NULL)
    calsync_http_set_network_error (exchange, cause, error);
  return stream;
}

/* Gives the connection back to the session, if all was read. */
static void
close_stream (CalsyncExchange *exchange, GInputStream *stream)
{
  g_autoptr (GAsyncResult) result = NULL;
  Waiter *waiter;

  if (exchange->is_given_up)
    return;
  waiter = g_new0 (Waiter, 1);
  g_input_stream_close_async (stream, G_PRIORITY_DEFAULT, exchange->stop, on_ready, waiter);
  result = await (exchange, waiter, NULL, NULL);
  if (result != NULL)
    g_input_stream_close_finish (stream, result, NULL);
}

static void
add_cost (CalsyncExchange *exchange)
{
  SoupMessageMetrics *metrics = soup_message_get_metrics (exchange->message);
  CalsyncCost *cost = &exchange->http->cost;

  cost->n_requests += exchange->n_starts;
  if (metrics == NULL)
    return;
  cost->n_bytes_sent += soup_message_metrics_get_request_header_bytes_sent (metrics) +
                        soup_message_metrics_get_request_body_bytes_sent (metrics);
  cost->n_bytes_received += soup_message_metrics_get_response_header_bytes_received (metrics) +
                            soup_message_metrics_get_response_body_bytes_received (metrics);
}

/*
 * The body as it was meant. Half of a gzip is an error here, which also finds answers that end between
 * two chunks: libsoup takes them for whole.
 */
static GInputStream *
decode (CalsyncExchange *exchange, GInputStream *stream, GError **error)
{
  const char *coding = soup_message_headers_get_list (
    soup_message_get_response_headers (exchange->message), "Content-Encoding");
  g_autoptr (GConverter) converter = NULL;
  GInputStream *decoded;

  if (coding == NULL || g_ascii_strcasecmp (coding, "identity") == 0)
    return g_object_ref (stream);
  if (g_ascii_strcasecmp (coding, "gzip") != 0 && g_ascii_strcasecmp (coding, "x-gzip") != 0)
    {
      g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE,
                           "The server's answer is encoded in a way that was not asked for.");
      return NULL;
    }
  converter = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  decoded = g_converter_input_stream_new (stream, converter);
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (decoded), FALSE);
  return decoded;
}

/* Whether a proxy spoke where the server should have: nothing came by way of TLS. */
static gboolean
is_proxys_answer (CalsyncExchange *exchange)
{
  return g_str_equal (g_uri_get_scheme (exchange->uri), "https") &&
         soup_message_get_tls_peer_certificate (exchange->message) == NULL;
}

static void
set_proxy_error (CalsyncExchange *exchange, GError **error)
{
  const guint status = soup_message_get_status (exchange->message);

  g_set_error (error, CALSYNC_REMOTE_ERROR,
               status == 407 ? CALSYNC_REMOTE_ERROR_DENIED : CALSYNC_REMOTE_ERROR_UNREACHABLE,
               status == 407
                 ? "The proxy wants a name and password, which cannot be given here (status %u)."
                 : "The proxy does not let us through (status %u): look at the proxy.",
               status);
}

static gboolean
run_message (CalsyncExchange *exchange, CalsyncReply *reply, GError **error)
{
  g_autoptr (GInputStream) stream = send_message (exchange, error);
  g_autoptr (GInputStream) decoded = NULL;
  gboolean is_read;

  if (stream == NULL)
    return FALSE;
  exchange->has_answer = TRUE;
  fill_reply (exchange, reply);
  if (is_proxys_answer (exchange))
    set_proxy_error (exchange, error);
  else
    decoded = decode (exchange, stream, error);
  is_read =
    decoded != NULL && read_body (exchange, decoded, reply, error) && check_whole (exchange, error);
  if (!is_read && !exchange->is_halted)
    halt (exchange);
  close_stream (exchange, stream);
  return is_read;
}

/*
 * Sends exchange->request to exchange->uri and fills *reply. TRUE for every complete answer, whatever
 * its status. The context of the session is the thread's own meanwhile.
 */
gboolean
calsync_exchange_run (CalsyncExchange *exchange,
                      const char *authorization,
                      CalsyncReply *reply,
                      GError **error)
{
  gboolean is_answered;

  add_header (soup_message_get_request_headers (exchange->message), "Authorization", authorization);
  is_answered = run_message (exchange, reply, error);
  add_cost (exchange);
  return is_answered;
}

void
calsync_exchange_clear (CalsyncExchange *exchange)
{
  if (exchange->message != NULL)
    g_signal_handlers_disconnect_by_data (exchange->message, exchange);
  g_clear_object (&exchange->message);
  g_clear_object (&exchange->stop);
}
