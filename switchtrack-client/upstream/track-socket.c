/* SPDX-License-Identifier: EUPL-1.2 */
/* The sockets of connections: opened, known again when they are kept, looked at before they are used, closed. */

#include "upstream/track-upstream-private.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_NAME  128
#define MAX_PORTS 16

/* Our handles must not be inherited: a successor of this program is started while calls are under way. */
static curl_socket_t
on_open (void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
  TrackExchange *exchange = ((TrackHandle *) data)->exchange;
  int fd = socket (address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

  if (fd >= 0)
    track_upstream_loop_opened (exchange, fd);
  exchange->opened[exchange->n_opened++ % G_N_ELEMENTS (exchange->opened)] = fd;
  return fd;
}

static void
forget (TrackUpstream *upstream, int fd)
{
  const char *name = g_hash_table_lookup (upstream->socket_names, GINT_TO_POINTER (fd));

  if (name == NULL)
    return;
  g_hash_table_remove (upstream->sockets, name);
  g_hash_table_remove (upstream->socket_names, GINT_TO_POINTER (fd));
}

/* The exchange that opened it may be over long since. */
static int
on_close (void *data, curl_socket_t fd)
{
  forget (data, fd);
  track_upstream_loop_forget (data, fd);
  return close (fd);
}

/* Both ends as one text; what does not fit is nobody's name. */
static void
write_name (const TrackSocketName *name, char out_text[MAX_NAME])
{
  char *at = out_text;

  *out_text = '\0';
  if (strlen (name->own) + strlen (name->peer) > MAX_NAME - MAX_PORTS)
    return;
  at = g_stpcpy (g_stpcpy (at, name->own), " ");
  at = g_stpcpy (g_stpcpy (at, name->peer), " ");
  for (guint32 ports = (guint32) name->own_port << 16 | (guint32) name->peer_port; ports != 0;
       ports >>= 6)
    *at++ = (char) ('0' + (ports & 63));
  *at = '\0';
}

static int
get_port (const struct sockaddr_storage *address)
{
  if (address->ss_family == AF_INET)
    return ntohs (((const struct sockaddr_in *) address)->sin_port);
  if (address->ss_family == AF_INET6)
    return ntohs (((const struct sockaddr_in6 *) address)->sin6_port);
  return 0;
}

/* One name may have two addresses, both tried at once: only one of their sockets became the connection. */
static gboolean
has_ports (int fd, const TrackSocketName *name)
{
  struct sockaddr_storage own = { 0 }, peer = { 0 };
  socklen_t n_own = sizeof own, n_peer = sizeof peer;

  return getsockname (fd, (struct sockaddr *) &own, &n_own) == 0 &&
         getpeername (fd, (struct sockaddr *) &peer, &n_peer) == 0 &&
         get_port (&own) == name->own_port && get_port (&peer) == name->peer_port;
}

/*
 * Remembers the socket of the connection that @exchange has made, for those who use it later: the library does not
 * tell which one it uses until it has.
 */
void
track_socket_note (TrackExchange *exchange, const TrackSocketName *name)
{
  TrackUpstream *upstream = exchange->upstream;
  char text[MAX_NAME];

  for (guint i = 0; i < G_N_ELEMENTS (exchange->opened); i++)
    {
      int fd = exchange->opened[i];

      if (!track_upstream_loop_has (exchange, fd) || !has_ports (fd, name))
        continue;
      track_upstream_loop_connected (upstream, fd);
      write_name (name, text);
      forget (upstream, fd);
      char *kept = g_strdup (text);
      g_hash_table_replace (upstream->sockets, kept, GINT_TO_POINTER (fd));
      g_hash_table_replace (upstream->socket_names, GINT_TO_POINTER (fd), kept);
      return;
    }
}

/*
 * Whether a kept connection has come to its end, or brought something that nobody asked for: the late answer to another
 * call would be taken for that to the next one. The library, in 7.88, overlooks both when bytes wait.
 */
gboolean
track_socket_is_disturbed (TrackUpstream *upstream, const TrackSocketName *name)
{
  char text[MAX_NAME];
  gpointer fd = NULL;
  char byte;

  write_name (name, text);
  if (!g_hash_table_lookup_extended (upstream->sockets, text, NULL, &fd))
    return TRUE;
  return recv (GPOINTER_TO_INT (fd), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 ||
         (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

/* Tells the library who opens and closes for the exchanges of @handle. */
void
track_socket_set_up (TrackHandle *handle, TrackUpstream *upstream)
{
  curl_easy_setopt (handle->easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl_easy_setopt (handle->easy, CURLOPT_OPENSOCKETDATA, handle);
  curl_easy_setopt (handle->easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
  curl_easy_setopt (handle->easy, CURLOPT_CLOSESOCKETDATA, upstream);
}
