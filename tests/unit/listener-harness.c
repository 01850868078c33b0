/* SPDX-License-Identifier: EUPL-1.2 */
/* A listener with an echoing handler, and raw clients that run in the same thread as it. */

#include "listener-harness.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void
reply_text (ListenerRequest *request, guint status, const char *text, gsize n_bytes)
{
  g_autoptr (GBytes) body = g_bytes_new (text, n_bytes);

  listener_request_reply (request, status, "text/plain", body);
}

static void
on_request (ListenerRequest *request, gpointer user_data)
{
  Harness *harness = user_data;
  const char *path = listener_request_get_path (request);
  const char *query = listener_request_get_query (request);
  gsize n_bytes;
  const char *body = listener_request_get_body (request, &n_bytes);

  harness->identity = listener_request_get_identity (request);
  if (strcmp (path, "/drop") == 0)
    return;
  if (strcmp (path, "/later") == 0)
    {
      g_ptr_array_add (harness->held, listener_request_ref (request));
      return;
    }
  if (strcmp (path, "/large") == 0)
    {
      gsize n_large = (gsize) g_ascii_strtoull (query, NULL, 10);

      listener_request_reply_take (request, 200, NULL, g_strnfill (n_large, 'x'), n_large);
      return;
    }
  if (strcmp (path, "/end") == 0)
    listener_request_close_after_reply (request);
  if (strcmp (path, "/echo") == 0 || strcmp (path, "/end") == 0 || strcmp (path, "/twice") == 0)
    reply_text (request, 200, body, n_bytes);
  else
    reply_text (request, 404, path, strlen (path));
  if (strcmp (path, "/twice") == 0)
    reply_text (request, 201, "again", 5);
}

/**
 * harness_init:
 * @harness: to be filled in
 *
 * Default settings with a small body limit; change @settings, then harness_start().
 */
void
harness_init (Harness *harness)
{
  *harness = (Harness){ .context = g_main_context_new () };
  harness->held = g_ptr_array_new_with_free_func ((GDestroyNotify) listener_request_unref);
  listener_settings_init (&harness->settings);
  harness->settings.max_body_bytes = 100000;
}

/**
 * harness_start:
 * @harness: initialised
 *
 * Starts the listener; fails the test when it cannot.
 */
void
harness_start (Harness *harness)
{
  g_autoptr (GError) error = NULL;

  harness->listener = listener_new (&harness->settings, on_request, harness, &error);
  g_assert_no_error (error);
  g_assert_true (listener_start (harness->listener, harness->context, &error));
  g_assert_no_error (error);
}

/**
 * harness_clear:
 * @harness: initialised
 *
 * Frees everything, held requests first.
 */
void
harness_clear (Harness *harness)
{
  g_ptr_array_unref (harness->held);
  g_clear_pointer (&harness->listener, listener_free);
  g_main_context_unref (harness->context);
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* One turn of the loop that waits at most 2 ms. */
static void
turn (Harness *harness)
{
  g_autoptr (GSource) tick = g_timeout_source_new (2);

  g_source_set_callback (tick, on_tick, NULL, NULL);
  g_source_attach (tick, harness->context);
  g_main_context_iteration (harness->context, TRUE);
  g_source_destroy (tick);
}

/**
 * harness_run_ms:
 * @harness: started
 * @duration_ms: how long
 *
 * Runs the server: so long, and as many turns as that takes when nothing is due. A machine that stands still meanwhile
 * takes none of them away.
 */
void
harness_run_ms (Harness *harness, guint duration_ms)
{
  gint64 end_us = g_get_monotonic_time () + duration_ms * (gint64) 1000;

  for (guint n_turns = 0; g_get_monotonic_time () < end_us || n_turns < duration_ms / 2; n_turns++)
    turn (harness);
}

/**
 * harness_counters:
 * @harness: started
 *
 * Returns: the listener's counters.
 */
const ListenerCounters *
harness_counters (Harness *harness)
{
  return listener_get_counters (harness->listener);
}

static int
connect_unix (const char *path)
{
  struct sockaddr_un name = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (name.sun_path, path, sizeof name.sun_path);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &name, sizeof name), ==, 0);
  return fd;
}

static int
connect_tcp (guint16 port)
{
  struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons (port) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  name.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &name, sizeof name), ==, 0);
  return fd;
}

/**
 * client_new:
 * @harness: started
 *
 * Returns: (transfer full): a connected client.
 */
Client *
client_new (Harness *harness)
{
  Client *client = g_new0 (Client, 1);

  client->harness = harness;
  client->received = g_string_new (NULL);
  client->fd = harness->settings.unix_path != NULL
                 ? connect_unix (harness->settings.unix_path)
                 : connect_tcp (listener_get_port (harness->listener));
  return client;
}

void
client_free (Client *client)
{
  if (client->fd >= 0)
    close (client->fd);
  g_string_free (client->received, TRUE);
  g_free (client);
}

static void
receive (Client *client)
{
  char buffer[16384];
  gssize n_bytes;

  while (!client->closed &&
         (n_bytes = recv (client->fd, buffer, sizeof buffer, MSG_DONTWAIT)) != -1)
    {
      if (n_bytes == 0)
        client->closed = TRUE;
      else
        g_string_append_len (client->received, buffer, n_bytes);
    }
  if (!client->closed && errno != EAGAIN)
    client->closed = client->reset = TRUE;
}

/**
 * client_send:
 * @client: a client
 * @data: bytes
 * @n_bytes: how many, -1 up to the NUL
 *
 * Sends all of @data while the server runs; what the server cuts short is lost.
 */
void
client_send (Client *client, const char *data, gssize n_bytes)
{
  gsize left = n_bytes < 0 ? strlen (data) : (gsize) n_bytes;

  while (left > 0 && !client->closed)
    {
      gssize sent = send (client->fd, data, left, MSG_NOSIGNAL | MSG_DONTWAIT);

      if (sent < 0 && errno != EAGAIN)
        return;
      if (sent > 0)
        {
          data += sent;
          left -= (gsize) sent;
        }
      turn (client->harness);
    }
}

/**
 * client_wait_closed:
 * @client: a client
 * @limit_ms: patience
 *
 * Returns: whether the server has closed.
 */
gboolean
client_wait_closed (Client *client, guint limit_ms)
{
  gint64 end_us = g_get_monotonic_time () + limit_ms * (gint64) 1000;

  receive (client);
  while (!client->closed && g_get_monotonic_time () < end_us)
    {
      turn (client->harness);
      receive (client);
    }
  return client->closed;
}

/**
 * client_wait_text:
 * @client: a client
 * @text: to wait for
 * @limit_ms: patience
 *
 * Returns: whether @text has come.
 */
gboolean
client_wait_text (Client *client, const char *text, guint limit_ms)
{
  gint64 end_us = g_get_monotonic_time () + limit_ms * (gint64) 1000;

  receive (client);
  while (strstr (client->received->str, text) == NULL && !client->closed &&
         g_get_monotonic_time () < end_us)
    {
      turn (client->harness);
      receive (client);
    }
  return strstr (client->received->str, text) != NULL;
}

/**
 * client_status:
 * @client: a client
 *
 * Returns: the status of the first reply, 0 without one.
 */
guint
client_status (Client *client)
{
  if (!g_str_has_prefix (client->received->str, "HTTP/1.1 "))
    return 0;
  return (guint) g_ascii_strtoull (client->received->str + strlen ("HTTP/1.1 "), NULL, 10);
}

/**
 * client_count:
 * @client: a client
 * @text: what to count
 *
 * Returns: how often @text stands in what has come.
 */
guint
client_count (Client *client, const char *text)
{
  guint n = 0;

  for (const char *at = client->received->str; (at = strstr (at, text)) != NULL; at++)
    n++;
  return n;
}
