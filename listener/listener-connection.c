/* SPDX-License-Identifier: EUPL-1.2 */
/* Connections and their deadlines: queues ordered by time, a sweep that looks at their heads only. */

#include "listener-request-private.h"

#include <poll.h>
#include <sys/ioctl.h>

/* Takes @peer_text. */
ListenerConnection *
listener_connection_new (Listener *listener, int fd, GRefString *peer_text)
{
  ListenerConnection *connection = g_new0 (ListenerConnection, 1);

  connection->listener = listener;
  connection->fd = fd;
  connection->phase = LISTENER_PHASE_RECEIVING;
  connection->peer_text = peer_text;
  return connection;
}

static void
leave_peer (ListenerConnection *connection)
{
  ListenerPeer *peer = connection->peer;

  if (peer != NULL && --peer->n_connections == 0)
    g_hash_table_remove (connection->listener->peers, peer);
}

/* Parts @connection from its request, if any; the application may hold on to it. */
void
listener_connection_drop_request (ListenerConnection *connection)
{
  ListenerRequest *request = g_steal_pointer (&connection->request);

  listener_stream_leave (connection);
  if (request == NULL)
    return;
  listener_request_detach (request);
  if (connection->owns_request)
    listener_request_unref (request);
  connection->owns_request = FALSE;
}

/* Frees @connection and lets go of everything that knew it; its request lives on without it. */
void
listener_connection_free (ListenerConnection *connection)
{
  Listener *listener = connection->listener;

  listener_connection_drop_request (connection);
  if (connection->tls != NULL && listener_tls_session_is_refused (connection->tls))
    listener->counters.n_refused[LISTENER_REFUSED_CERTIFICATE]++;
  listener_connection_leave (connection);
  if (connection->phase == LISTENER_PHASE_CUT)
    listener->n_cut--;
  if (connection->busy)
    listener->counters.n_busy--;
  leave_peer (connection);
  g_clear_pointer (&connection->tls, listener_tls_session_free);
  g_ref_string_release (connection->peer_text);
  g_free (connection->query);
  g_free (connection);
}

static void
unlink_connection (ListenerConnection *connection)
{
  ListenerQueue *queue = &connection->listener->queues[connection->phase];

  if (connection->previous != NULL)
    connection->previous->next = connection->next;
  else
    queue->head = connection->next;
  if (connection->next != NULL)
    connection->next->previous = connection->previous;
  else
    queue->tail = connection->previous;
  connection->previous = connection->next = NULL;
  connection->queued = FALSE;
}

/* Takes @connection out of its queue; its phase stays. */
void
listener_connection_leave (ListenerConnection *connection)
{
  if (connection->queued)
    unlink_connection (connection);
}

/* Moves @connection into @phase, whose deadline starts now. */
void
listener_connection_enter (ListenerConnection *connection, ListenerPhase phase)
{
  ListenerQueue *queue = &connection->listener->queues[phase];

  listener_connection_leave (connection);
  connection->phase = phase;
  connection->deadline_us = connection->listener->now_us + queue->span_us;
  connection->previous = queue->tail;
  if (queue->tail != NULL)
    queue->tail->next = connection;
  else
    queue->head = connection;
  queue->tail = connection;
  connection->queued = TRUE;
}

/* Moves @connection into the receiving phase, with the time for a whole request before it. */
void
listener_connection_receive (ListenerConnection *connection)
{
  Listener *listener = connection->listener;

  connection->receive_until_us =
    listener->now_us + listener->settings.request_timeout_ms * (gint64) 1000;
  listener_connection_enter (connection, LISTENER_PHASE_RECEIVING);
}

/*
 * A reply given piece by piece must not look whole when it is not, also to a client that was told no length: it is
 * reset, before any regular end could be sent. On Linux that is what connecting to nowhere does.
 */
static gboolean
reset (int fd)
{
  struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

  return connect (fd, &nowhere, sizeof nowhere) == 0;
}

/*
 * Ends @connection from outside. The library has no call for that; a socket that is shut down it notices
 * like any other departure, and closes.
 */
void
listener_connection_cut (ListenerConnection *connection)
{
  struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

  if (connection->phase == LISTENER_PHASE_CUT)
    return;
  /* Without this the kernel keeps an unread reply in its memory for many minutes more. */
  if (connection->phase == LISTENER_PHASE_REPLYING)
    setsockopt (connection->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  listener_connection_leave (connection);
  connection->phase = LISTENER_PHASE_CUT;
  connection->listener->n_cut++;
  if (connection->stream == NULL || !reset (connection->fd))
    shutdown (connection->fd, SHUT_RDWR);
}

/*
 * Whether the client has closed its sending half, and everything that it sent has been read. The library
 * does not always notice: of a connection whose request is being worked on it knows nothing, and an end that
 * comes in one piece with data it does not see either, because it waits for the next edge.
 */
gboolean
listener_connection_check_gone (ListenerConnection *connection)
{
  struct pollfd state = { .fd = connection->fd, .events = POLLRDHUP };
  int n_unread = 0;

  if (poll (&state, 1, 0) <= 0)
    return FALSE;
  if ((state.revents & (POLLHUP | POLLERR)) != 0)
    return TRUE;
  return (state.revents & POLLRDHUP) != 0 &&
         (ioctl (connection->fd, FIONREAD, &n_unread) < 0 || n_unread == 0);
}

static void
look_at_receiving (ListenerConnection *connection)
{
  if (connection->receive_until_us <= connection->listener->now_us)
    {
      if (!connection->listener->stopping)
        connection->listener->counters.n_timed_out_request++;
      listener_connection_cut (connection);
    }
  else if (listener_connection_check_gone (connection))
    listener_connection_cut (connection);
  else
    listener_connection_enter (connection, LISTENER_PHASE_RECEIVING);
}

static void
look_at_resting (ListenerConnection *connection)
{
  if (listener_connection_check_gone (connection))
    listener_connection_cut (connection);
  else
    listener_connection_enter (connection, LISTENER_PHASE_IDLE);
}

static void
look_at_handling (ListenerConnection *connection)
{
  listener_connection_enter (connection, LISTENER_PHASE_HANDLING);
  listener_request_is_gone (connection->request);
}

/* Each connection in @phase enters @next_phase, behind those that are there. */
static void
move_all (Listener *listener, ListenerPhase phase, ListenerPhase next_phase)
{
  ListenerConnection *last = listener->queues[phase].tail;
  ListenerConnection *connection = NULL;

  while (last != NULL && connection != last)
    {
      connection = listener->queues[phase].head;
      listener_connection_enter (connection, next_phase);
    }
}

/*
 * From now on whoever rests, or has sent nothing yet, has the grace of the settings to begin a request. Resting
 * connections without a grace are cut at once. What is being received keeps its time.
 */
void
listener_connections_begin_grace (Listener *listener)
{
  gint64 grace_us = listener->settings.stop_grace_ms * (gint64) 1000;
  ListenerQueue *receiving = &listener->queues[LISTENER_PHASE_RECEIVING];
  ListenerConnection *connection;

  listener->queues[LISTENER_PHASE_IDLE].span_us = grace_us;
  move_all (listener, LISTENER_PHASE_IDLE, LISTENER_PHASE_IDLE);
  move_all (listener, LISTENER_PHASE_RESTING, LISTENER_PHASE_IDLE);
  receiving->span_us = MIN (receiving->span_us, grace_us / 2 + 1000);
  for (connection = receiving->head; connection != NULL; connection = connection->next)
    if (!connection->busy)
      connection->receive_until_us =
        MIN (connection->receive_until_us, listener->now_us + grace_us);
  move_all (listener, LISTENER_PHASE_RECEIVING, LISTENER_PHASE_RECEIVING);
  if (grace_us == 0)
    listener_connections_sweep (listener);
}

static void
expire (ListenerConnection *connection)
{
  ListenerCounters *counters = &connection->listener->counters;

  switch (connection->phase)
    {
    case LISTENER_PHASE_RECEIVING:
      look_at_receiving (connection);
      break;
    case LISTENER_PHASE_HANDLING:
      look_at_handling (connection);
      break;
    case LISTENER_PHASE_RESTING:
      look_at_resting (connection);
      break;
    case LISTENER_PHASE_REPLYING:
      counters->n_timed_out_reply++;
      listener_connection_cut (connection);
      break;
    case LISTENER_PHASE_IDLE:
      if (!connection->listener->stopping)
        counters->n_timed_out_idle++;
      listener_connection_cut (connection);
      break;
    case LISTENER_PHASE_LINGERING:
    case LISTENER_PHASE_CUT:
    default:
      listener_connection_cut (connection);
      break;
    }
}

/* Ends what is overdue. */
void
listener_connections_sweep (Listener *listener)
{
  for (guint i = 0; i < LISTENER_N_QUEUES; i++)
    {
      ListenerQueue *queue = &listener->queues[i];

      while (queue->head != NULL && queue->head->deadline_us <= listener->now_us)
        expire (queue->head);
    }
}

/* The next instant of the monotonic clock at which the sweep has work, or %G_MAXINT64. */
gint64
listener_connections_next_deadline (Listener *listener)
{
  gint64 next_us = G_MAXINT64;

  for (guint i = 0; i < LISTENER_N_QUEUES; i++)
    if (listener->queues[i].head != NULL)
      next_us = MIN (next_us, listener->queues[i].head->deadline_us);
  return next_us;
}
