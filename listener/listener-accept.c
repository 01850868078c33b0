/* SPDX-License-Identifier: EUPL-1.2 */
/* Taking connections on: caps, making room, and surviving the last descriptor. */

#include "listener-private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* So that a flood of connects does not starve the requests; the rest waits for the next turn. */
#define ACCEPTS_PER_TURN 64
/* How long to leave the backlog alone when the system has nothing left to accept with. */
#define ACCEPT_PAUSE_US (100 * G_TIME_SPAN_MILLISECOND)

/*
 * The library's own accept is not used: it has no room-making, and with no connection open it answers
 * EMFILE by busy waiting.
 */

static void
refuse_socket (Listener *listener, int fd, ListenerRefusal refusal)
{
  close (fd);
  listener->counters.n_refused[refusal]++;
}

/* Its next request is hardly under way: a connection is in this phase only after having rested for a while. */
static gboolean
evict_idle (Listener *listener)
{
  ListenerConnection *longest = listener->queues[LISTENER_PHASE_IDLE].head;

  if (longest == NULL)
    return FALSE;
  listener->counters.n_evicted++;
  listener_connection_cut (longest);
  return TRUE;
}

static gboolean
enter_peer (Listener *listener, ListenerConnection *connection, const guint8 key[16])
{
  static const guint8 uncounted[16] = { 0 };
  ListenerPeer *peer;

  if (listener->settings.max_connections_per_peer == 0 || memcmp (key, uncounted, 16) == 0)
    return TRUE;
  peer = g_hash_table_lookup (listener->peers, key);
  if (peer != NULL && peer->n_connections >= listener->settings.max_connections_per_peer)
    return FALSE;
  if (peer == NULL)
    {
      peer = g_new0 (ListenerPeer, 1);
      memcpy (peer->key, key, sizeof peer->key);
      g_hash_table_add (listener->peers, peer);
    }
  peer->n_connections++;
  connection->peer = peer;
  return TRUE;
}

static void
hand_over (Listener *listener,
           ListenerConnection *connection,
           const struct sockaddr_storage *address,
           socklen_t n_bytes)
{
  listener->starting = connection;
  /* The library closes the socket when it refuses, and then may not have told us of the connection. */
  if (MHD_add_connection (listener->daemon, connection->fd, (const struct sockaddr *) address,
                          n_bytes) != MHD_YES &&
      listener->starting != NULL)
    {
      listener->counters.n_refused[LISTENER_REFUSED_DESCRIPTORS]++;
      listener_connection_free (connection);
    }
  listener->starting = NULL;
}

static void
admit (Listener *listener, int fd, const struct sockaddr_storage *address, socklen_t n_bytes)
{
  guint8 key[16];
  guint n_open = listener->counters.n_open - listener->n_cut;
  ListenerConnection *connection;

  if (n_open >= listener->settings.max_connections && !evict_idle (listener))
    {
      refuse_socket (listener, fd, LISTENER_REFUSED_CONNECTIONS);
      return;
    }
  connection = listener_connection_new (listener, fd, listener_socket_peer_text (fd, address, key));
  if (!enter_peer (listener, connection, key))
    {
      listener_connection_free (connection);
      refuse_socket (listener, fd, LISTENER_REFUSED_PEER);
      return;
    }
  hand_over (listener, connection, address, n_bytes);
}

static gboolean
is_anybody_waiting (Listener *listener)
{
  struct pollfd state = { .fd = listener->socket_fd, .events = POLLIN };

  return poll (&state, 1, 0) > 0;
}

/* With the spare descriptor given back, those who wait are accepted and closed: better than a silent backlog. */
static void
shed (Listener *listener)
{
  int fd;

  for (guint i = 0; i < ACCEPTS_PER_TURN && listener->spare_fd >= 0; i++)
    {
      close (listener->spare_fd);
      fd = accept4 (listener->socket_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd >= 0)
        refuse_socket (listener, fd, LISTENER_REFUSED_DESCRIPTORS);
      listener->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
      if (fd < 0)
        break;
    }
  listener->accept_again_us = listener->now_us + ACCEPT_PAUSE_US;
  listener_source_watch_accept (listener, FALSE);
}

/*
 * No descriptor left. The kernel says so even when nobody waits. Else a resting connection makes room: the
 * library closes it later in this very turn, and the next turn accepts.
 */
static void
make_room (Listener *listener)
{
  if (is_anybody_waiting (listener) && !evict_idle (listener))
    shed (listener);
}

static gboolean
accept_one (Listener *listener)
{
  struct sockaddr_storage address = { 0 };
  socklen_t n_bytes = sizeof address;
  int fd = accept4 (listener->socket_fd, (struct sockaddr *) &address, &n_bytes,
                    SOCK_CLOEXEC | SOCK_NONBLOCK);

  if (fd >= 0)
    admit (listener, fd, &address, n_bytes);
  else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
    {
      make_room (listener);
      return FALSE;
    }
  /* Errors of a single connection (ECONNABORTED and, on Linux, pending network errors) skip that one. */
  return fd >= 0 || (errno != EAGAIN && errno != EINVAL && errno != EBADF);
}

/* Takes on what waits, a bounded number. */
void
listener_accept_some (Listener *listener)
{
  for (guint i = 0; i < ACCEPTS_PER_TURN; i++)
    if (!accept_one (listener))
      return;
}

/* Takes on who waits at the end, as far as the backlog is long; more may come at any time. */
void
listener_accept_rest (Listener *listener)
{
  listener->run_pending = TRUE;
  for (guint i = 0; i <= listener->settings.backlog; i++)
    if (!accept_one (listener))
      return;
}

/* Ends the pause after the descriptors ran out. */
void
listener_accept_resume_when_due (Listener *listener)
{
  if (listener->accept_again_us == 0 || listener->now_us < listener->accept_again_us)
    return;
  listener->accept_again_us = 0;
  if (listener->spare_fd < 0)
    listener->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  listener_source_watch_accept (listener, TRUE);
}
