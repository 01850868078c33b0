/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers that the application never hears of, sent so that the client can read them, and then the end. */

#include "listener-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/*
 * The library can queue a reply only before the body or after its last byte, and closes on top of unread
 * bytes, upon which the kernel resets the connection and many clients never see the reply. So where a body
 * is coming, the reply is written straight to the socket, our half is closed, and the rest of the body is
 * swallowed for a while: at most so many bytes, for a client that was not far above the limit writes all of its body
 * before it reads, and at most the span of the lingering phase.
 */
#define MAX_LINGERED_BYTES (16 * 1024 * 1024)

static const struct
{
  guint status;
  const char *reason;
  const char *text;
} replies[] = {
  { 400, "Bad Request", "The request is not strict HTTP/1.1.\n" },
  { 403, "Forbidden", "The client certificate is not accepted.\n" },
  { 405, "Method Not Allowed", "Only GET, HEAD and POST are served.\n" },
  { 413, "Content Too Large", "The body is larger than this server accepts.\n" },
  { 417, "Expectation Failed", "Only the expectation 100-continue is known.\n" },
  { 431, "Request Header Fields Too Large", "The head is larger than this server accepts.\n" },
  { 503, "Service Unavailable", "Too much is waiting. Try again.\n" },
  { 505, "HTTP Version Not Supported", "Use HTTP/1.0 or HTTP/1.1.\n" },
};

static gsize
find_reply (guint status)
{
  for (gsize i = 0; i < G_N_ELEMENTS (replies); i++)
    if (replies[i].status == status)
      return i;
  g_return_val_if_reached (0);
}

/* RFC 9110 §5.6.7; strftime() would speak the language of the process. */
static void
format_date (char *buffer, gsize n_bytes)
{
  static const char *days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
  static const char *months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  g_snprintf (buffer, n_bytes, "%s, %02d %s %04d %02d:%02d:%02d GMT",
              days[g_date_time_get_day_of_week (now) - 1], g_date_time_get_day_of_month (now),
              months[g_date_time_get_month (now) - 1], g_date_time_get_year (now),
              g_date_time_get_hour (now), g_date_time_get_minute (now),
              g_date_time_get_second (now));
}

static void
send_straight (ListenerConnection *connection, gsize row)
{
  char date[40];
  char reply[512];
  gsize n_bytes;

  format_date (date, sizeof date);
  n_bytes = (gsize) g_snprintf (reply, sizeof reply,
                                "HTTP/1.1 %u %s\r\nDate: %s\r\nConnection: close\r\n"
                                "Content-Type: text/plain; charset=utf-8\r\n%s"
                                "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
                                replies[row].status, replies[row].reason, date,
                                replies[row].status == 405 ? "Allow: GET, HEAD, POST\r\n" : "",
                                strlen (replies[row].text), replies[row].text);
  /* A client too slow to take these few bytes does without. */
  if (connection->tls != NULL)
    listener_tls_session_send (connection->tls, reply, n_bytes);
  else if (send (connection->fd, reply, n_bytes, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
    g_debug ("refusal not sent: %s", g_strerror (errno));
  shutdown (connection->fd, SHUT_WR);
}

static enum MHD_Result
queue (ListenerConnection *connection, gsize row)
{
  struct MHD_Response *response = MHD_create_response_from_buffer (
    strlen (replies[row].text), (void *) replies[row].text, MHD_RESPMEM_PERSISTENT);
  enum MHD_Result result;

  if (response == NULL)
    return MHD_NO;
  MHD_add_response_header (response, "Content-Type", "text/plain; charset=utf-8");
  MHD_add_response_header (response, "Connection", "close");
  if (replies[row].status == 405)
    MHD_add_response_header (response, "Allow", "GET, HEAD, POST");
  listener_connection_enter (connection, LISTENER_PHASE_REPLYING);
  result = MHD_queue_response (connection->mhd, replies[row].status, response);
  MHD_destroy_response (response);
  return result;
}

/*
 * Refuses the request of @connection with @status and ends the connection afterwards; @body_follows when the
 * client is sending a body now. Returns what the library's callback has to return.
 */
enum MHD_Result
listener_refuse (ListenerConnection *connection,
                 guint status,
                 ListenerRefusal refusal,
                 gboolean body_follows)
{
  gsize row = find_reply (status);

  connection->listener->counters.n_refused[refusal]++;
  if (!body_follows)
    return queue (connection, row);
  send_straight (connection, row);
  listener_connection_enter (connection, LISTENER_PHASE_LINGERING);
  return MHD_YES;
}

/* Swallows @n_bytes more of a refused body; 0 is its end. Returns what the library's callback has to return. */
enum MHD_Result
listener_linger (ListenerConnection *connection, gsize n_bytes)
{
  connection->n_lingered_bytes += n_bytes;
  return n_bytes == 0 || connection->n_lingered_bytes > MAX_LINGERED_BYTES ? MHD_NO : MHD_YES;
}
