/* SPDX-License-Identifier: EUPL-1.2 */
/* The one GSource: the library's epoll descriptor, the listening socket and the next deadline. */

#include "listener-private.h"

typedef struct
{
  GSource source;
  Listener *listener;
} ListenerSource;

/*
 * GLib's poll() looks at every descriptor each time; with one epoll descriptor for all connections, 5,000
 * resting ones cost nothing.
 */
static gint64
next_wakeup_us (Listener *listener)
{
  MHD_UNSIGNED_LONG_LONG timeout_ms = 0;
  gint64 next_us = listener_connections_next_deadline (listener);

  if (listener->run_pending)
    return 0;
  if (MHD_get_timeout (listener->daemon, &timeout_ms) == MHD_YES)
    next_us = timeout_ms == 0 ? 0 : MIN (next_us, listener->now_us + (gint64) timeout_ms * 1000);
  if (listener->accept_again_us != 0)
    next_us = MIN (next_us, listener->accept_again_us);
  return next_us;
}

static gboolean
prepare (GSource *source, int *out_timeout_ms)
{
  Listener *listener = ((ListenerSource *) source)->listener;
  gint64 next_us;

  listener->now_us = g_source_get_time (source);
  next_us = next_wakeup_us (listener);
  if (next_us == G_MAXINT64)
    {
      *out_timeout_ms = -1;
      return FALSE;
    }
  next_us = next_us == 0 ? 0 : MAX (0, next_us - listener->now_us);
  *out_timeout_ms = (int) MIN ((next_us + 999) / 1000, G_MAXINT);
  return *out_timeout_ms == 0;
}

static gboolean
is_ready (GSource *source, gpointer tag)
{
  return tag != NULL && g_source_query_unix_fd (source, tag) != 0;
}

static gboolean
check (GSource *source)
{
  Listener *listener = ((ListenerSource *) source)->listener;

  listener->now_us = g_source_get_time (source);
  return is_ready (source, listener->epoll_tag) || is_ready (source, listener->accept_tag) ||
         next_wakeup_us (listener) <= listener->now_us;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  Listener *listener = ((ListenerSource *) source)->listener;

  if (is_ready (source, listener->accept_tag))
    listener_accept_some (listener);
  listener_accept_resume_when_due (listener);
  listener->run_pending = FALSE;
  MHD_run (listener->daemon);
  listener_connections_sweep (listener);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs functions = { .prepare = prepare, .check = check, .dispatch = dispatch };

/* The source of @listener, whose daemon runs and whose socket listens; not yet attached. */
GSource *
listener_source_new (Listener *listener)
{
  GSource *source = g_source_new (&functions, sizeof (ListenerSource));
  const union MHD_DaemonInfo *info =
    MHD_get_daemon_info (listener->daemon, MHD_DAEMON_INFO_EPOLL_FD);

  ((ListenerSource *) source)->listener = listener;
  g_source_set_name (source, "listener");
  listener->epoll_tag = g_source_add_unix_fd (source, info->epoll_fd, G_IO_IN);
  listener->accept_tag = g_source_add_unix_fd (source, listener->socket_fd, G_IO_IN);
  /* No loop runs inside a dispatch. Without this GLib takes both descriptors out and in again, and wakes itself four times. */
  g_source_set_can_recurse (source, TRUE);
  return source;
}

/* Whether new connections wake the source. */
void
listener_source_watch_accept (Listener *listener, gboolean watch)
{
  if (listener->accept_tag != NULL)
    g_source_modify_unix_fd (listener->source, listener->accept_tag, watch ? G_IO_IN : 0);
}
