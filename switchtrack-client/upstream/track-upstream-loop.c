/* SPDX-License-Identifier: EUPL-1.2 */
/* The library on a GLib main loop: one GSource over one epoll descriptor and the library's one timer. */

#include "upstream/track-upstream-private.h"

#include "base/clock.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#define MAX_EVENTS 64

typedef struct
{
  GSource source;
  TrackUpstream *upstream;
  int epoll_fd;
} LoopSource;

/*
 * The library's own time of connecting counts TLS in. A connection is waited for by writing; who waits to read after
 * the name is known has one, and is in its TLS handshake, or later.
 */
static void
note_connected (CURL *easy, int what)
{
  TrackHandle *handle = NULL;
  curl_off_t known_us = 0;

  if ((what & CURL_POLL_IN) == 0)
    return;
  curl_easy_getinfo (easy, CURLINFO_PRIVATE, (char **) &handle);
  if (handle == NULL || handle->exchange == NULL || handle->exchange->is_connected)
    return;
  curl_easy_getinfo (easy, CURLINFO_NAMELOOKUP_TIME_T, &known_us);
  handle->exchange->is_connected = known_us > 0;
}

/* What is known of @fd; valid until the next one is asked for. */
static TrackWatched *
get_watched (TrackUpstream *upstream, int fd)
{
  if ((guint) fd >= upstream->watched->len)
    g_array_set_size (upstream->watched, (guint) fd + 1);
  return &g_array_index (upstream->watched, TrackWatched, fd);
}

/* Only to watch can fail: what epoll does not know need not be taken out, whatever has the number by then. */
static gboolean
watch (TrackUpstream *upstream, int fd, guint32 events)
{
  LoopSource *loop = (LoopSource *) upstream->source;
  TrackWatched *one = get_watched (upstream, fd);
  struct epoll_event event = { .data.fd = fd, .events = events };
  int what = events == 0 ? EPOLL_CTL_DEL : one->events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

  if (one->events == events)
    return TRUE;
  one->events = events;
  if (epoll_ctl (loop->epoll_fd, what, fd, &event) == 0 || what == EPOLL_CTL_DEL)
    return TRUE;
  one->events = 0;
  g_warning ("cannot watch a connection: %s", g_strerror (errno));
  return FALSE;
}

/* Nothing is known of @fd any more. */
void
track_upstream_loop_forget (TrackUpstream *upstream, int fd)
{
  TrackWatched *one = get_watched (upstream, fd);

  (void) !watch (upstream, fd, 0);
  if (one->user != NULL && one->user->fd == fd)
    one->user->fd = -1;
  if (one->is_ours)
    upstream->n_open--;
  *one = (TrackWatched){ 0 };
}

/* What comes on @fd is for @exchange. */
static void
use (TrackExchange *exchange, int fd)
{
  get_watched (exchange->upstream, fd)->user = exchange;
  exchange->has_more_fds |= exchange->fd >= 0 && exchange->fd != fd;
  exchange->fd = fd;
}

static void
watch_for (TrackExchange *exchange, int fd, guint32 events)
{
  if (watch (exchange->upstream, fd, events))
    return;
  exchange->is_unwatched = TRUE;
  track_upstream_loop_touch (exchange);
}

/* What did not become a connection is closed by now. */
static void
leave (TrackUpstream *upstream, int fd)
{
  TrackWatched *one = get_watched (upstream, fd);

  one->user = NULL;
  if (!one->is_connection)
    track_upstream_loop_forget (upstream, fd);
}

/* Nothing more comes for @exchange on any descriptor; the library has let go of it. */
void
track_upstream_loop_leave (TrackExchange *exchange)
{
  TrackUpstream *upstream = exchange->upstream;

  if (exchange->fd >= 0)
    leave (upstream, exchange->fd);
  exchange->fd = -1;
  /* Two addresses were tried at once. */
  for (guint i = 0; exchange->has_more_fds && i < upstream->watched->len; i++)
    if (get_watched (upstream, (int) i)->user == exchange)
      leave (upstream, (int) i);
}

/*
 * @exchange made @fd. What is known of the number is of a socket that the library has closed without a word; it goes
 * on believing that it is watched when the new one waits for the same, and does not say so again.
 */
void
track_upstream_loop_opened (TrackExchange *exchange, int fd)
{
  TrackUpstream *upstream = exchange->upstream;
  guint32 events = get_watched (upstream, fd)->events;

  track_upstream_loop_forget (upstream, fd);
  get_watched (upstream, fd)->is_ours = TRUE;
  upstream->n_open++;
  use (exchange, fd);
  watch_for (exchange, fd, events);
}

/* Whether @exchange made @fd, and has it still. */
gboolean
track_upstream_loop_has (const TrackExchange *exchange, int fd)
{
  const TrackWatched *one = fd >= 0 ? get_watched (exchange->upstream, fd) : NULL;

  return one != NULL && one->is_ours && one->user == exchange;
}

/* A request goes out on @fd, which we made: from now on the library closes it by us. */
void
track_upstream_loop_connected (TrackUpstream *upstream, int fd)
{
  get_watched (upstream, fd)->is_connection = TRUE;
}

/*
 * A socket that is no connection yet is closed or will be: one that loses against another address, runs out of time or
 * is cancelled, 7.88 closes without a word, and tells of it here afterwards, when the number may be a file's or
 * socket's of another thread. It tries the next address of a name when it looks at the exchange again, and has nothing
 * that would make it look.
 */
static void
leave_attempt (TrackUpstream *upstream, int fd)
{
  const TrackWatched *one = get_watched (upstream, fd);
  TrackExchange *exchange = one->is_ours ? one->user : NULL;

  track_upstream_loop_forget (upstream, fd);
  if (exchange == NULL)
    return;
  exchange->needs_look = TRUE;
  track_upstream_loop_touch (exchange);
}

/* Connections stay watched while they rest: that saves two system calls a call. */
static void
leave_socket (TrackUpstream *upstream, int fd)
{
  const TrackWatched *one = get_watched (upstream, fd);

  if (!one->is_connection)
    leave_attempt (upstream, fd);
  else if (one->user != NULL && one->user->is_held)
    (void) !watch (upstream, fd, 0);
  else
    (void) !watch (upstream, fd, one->events & EPOLLIN);
}

/* Never fails: the library would end all exchanges, and hear of no new ones before the last of them was gone. */
static int
on_socket (CURL *easy, curl_socket_t fd, int what, void *data, void *mark)
{
  TrackUpstream *upstream = ((LoopSource *) data)->upstream;
  guint32 events =
    ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0);
  TrackHandle *handle = NULL;

  if (what == CURL_POLL_REMOVE)
    {
      leave_socket (upstream, fd);
      return 0;
    }
  note_connected (easy, what);
  curl_easy_getinfo (easy, CURLINFO_PRIVATE, (char **) &handle);
  if (handle == NULL || handle->exchange == NULL)
    return 0;
  if (get_watched (upstream, fd)->is_ours)
    use (handle->exchange, fd);
  watch_for (handle->exchange, fd, events);
  return 0;
}

static int
on_timer (CURLM *multi, long timeout_ms, void *data)
{
  LoopSource *loop = data;
  gint64 ready_us = -1;

  if (timeout_ms == 0)
    ready_us = 0;
  else if (timeout_ms > 0)
    ready_us = clock_monotonic_us () + timeout_ms * (gint64) 1000;
  g_source_set_ready_time (&loop->source, ready_us);
  return 0;
}

static void
collect (TrackUpstream *upstream)
{
  CURLMsg *message;
  int n_left;

  while ((message = curl_multi_info_read (upstream->multi, &n_left)) != NULL)
    {
      TrackHandle *handle = NULL;
      CURLcode code = message->data.result;

      curl_easy_getinfo (message->easy_handle, CURLINFO_PRIVATE, (char **) &handle);
      if (handle == NULL)
        track_sweep_done (upstream);
      else
        track_exchange_finish (handle->exchange, code);
    }
}

/* What had to wait until the library had come back. */
static void
settle (TrackUpstream *upstream)
{
  GList *link;

  while ((link = g_queue_pop_head_link (&upstream->touched)) != NULL)
    {
      TrackExchange *exchange = link->data;

      exchange->is_touched = FALSE;
      track_exchange_settle (exchange);
    }
}

static void
act (TrackUpstream *upstream, curl_socket_t fd, int events)
{
  int n_running;

  upstream->n_nested++;
  curl_multi_socket_action (upstream->multi, fd, events, &n_running);
  upstream->n_nested--;
}

static int
to_curl (guint32 events)
{
  return ((events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
         ((events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
         ((events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
}

static void
take_event (TrackUpstream *upstream, const struct epoll_event *event)
{
  const TrackWatched *one = get_watched (upstream, event->data.fd);

  if (one->events == 0)
    return; /* one before it in the same batch has ended it */
  if (one->is_ours && one->user == NULL)
    (void) !watch (upstream, event->data.fd, 0); /* track_socket_is_disturbed() will see it too */
  else
    act (upstream, event->data.fd, to_curl (event->events));
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  LoopSource *loop = (LoopSource *) source;
  TrackUpstream *upstream = loop->upstream;
  struct epoll_event events[MAX_EVENTS];
  gint64 ready_us = g_source_get_ready_time (source);
  int n = epoll_wait (loop->epoll_fd, events, MAX_EVENTS, 0);

  settle (upstream);
  for (int i = 0; i < n; i++)
    take_event (upstream, &events[i]);
  if (ready_us >= 0 && ready_us <= g_source_get_time (source))
    {
      g_source_set_ready_time (source, -1);
      act (upstream, CURL_SOCKET_TIMEOUT, 0);
    }
  collect (upstream);
  if (!g_queue_is_empty (&upstream->touched))
    g_source_set_ready_time (source, 0);
  return G_SOURCE_CONTINUE;
}

static void
finalize (GSource *source)
{
  close (((LoopSource *) source)->epoll_fd);
}

static GSourceFuncs functions = { .dispatch = dispatch, .finalize = finalize };

/**
 * track_upstream_loop_start:
 * @upstream: with its multi handle
 *
 * Attaches @upstream to its main context.
 *
 * Returns: whether the system had a descriptor for it
 */
gboolean
track_upstream_loop_start (TrackUpstream *upstream)
{
  int epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  LoopSource *loop;

  if (epoll_fd < 0)
    return FALSE;
  upstream->source = g_source_new (&functions, sizeof (LoopSource));
  loop = (LoopSource *) upstream->source;
  loop->upstream = upstream;
  loop->epoll_fd = epoll_fd;
  g_source_set_name (upstream->source, "upstream");
  g_source_add_unix_fd (upstream->source, epoll_fd, G_IO_IN);
  /* No loop runs inside a dispatch: without this GLib takes the descriptor out and in again. */
  g_source_set_can_recurse (upstream->source, TRUE);
  curl_multi_setopt (upstream->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt (upstream->multi, CURLMOPT_SOCKETDATA, loop);
  curl_multi_setopt (upstream->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt (upstream->multi, CURLMOPT_TIMERDATA, loop);
  g_source_attach (upstream->source, upstream->settings.context);
  return TRUE;
}

/* Lets go of the main context; the library must have been freed. */
void
track_upstream_loop_stop (TrackUpstream *upstream)
{
  if (upstream->source == NULL)
    return;
  g_source_destroy (upstream->source);
  g_clear_pointer (&upstream->source, g_source_unref);
}

/* Has @exchange looked at when the library is not at work. */
void
track_upstream_loop_touch (TrackExchange *exchange)
{
  TrackUpstream *upstream = exchange->upstream;

  if (exchange->is_touched)
    return;
  exchange->is_touched = TRUE;
  g_queue_push_tail_link (&upstream->touched, &exchange->touched_link);
  g_source_set_ready_time (upstream->source, 0);
}
