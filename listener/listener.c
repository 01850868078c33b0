/* SPDX-License-Identifier: EUPL-1.2 */
/* A listener's life: settings checked, started, drained, freed; and what it counts. */

#include "listener-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* How often a client is looked after whose leaving the library may miss. */
#define LOOK_MS 1000
/* How long a refused client may go on sending before it is cut. */
#define LINGER_MS 2000

/**
 * listener_settings_init:
 * @settings: settings to fill in.
 *
 * Loopback, any free port, plain HTTP, and limits that suit a SOAP service.
 */
void
listener_settings_init (ListenerSettings *settings)
{
  *settings = (ListenerSettings){
    .address = "127.0.0.1",
    .unix_mode = 0600,
    .unix_group = -1,
    .descriptor = -1,
    .backlog = 1024,
    .max_connections = 10000,
    .pool_bytes = 16 * 1024,
    .max_head_bytes = 8 * 1024,
    .max_headers = 64,
    .max_body_bytes = 1024 * 1024,
    .max_buffered_bytes = 256 * 1024 * 1024,
    .request_timeout_ms = 20 * 1000,
    .idle_timeout_ms = 75 * 1000,
    .reply_timeout_ms = 30 * 1000,
  };
}

static const char *
find_fault (const ListenerSettings *settings)
{
  if (settings->descriptor < 0 && (settings->address == NULL) == (settings->unix_path == NULL))
    return "either an address or a unix socket must be given";
  if (settings->proxied_trust != NULL &&
      (settings->tls != NULL || (settings->descriptor < 0 && settings->unix_path == NULL)))
    return "a proxy must come by a unix socket, without TLS";
  if (settings->pool_bytes < 2048 || settings->pool_bytes > 64 * 1024)
    return "pool_bytes must be between 2048 and 65536";
  if (settings->max_head_bytes < 256 || settings->max_head_bytes > settings->pool_bytes - 1024)
    return "max_head_bytes must be between 256 and pool_bytes less 1024";
  if (settings->max_headers < 1 || settings->max_headers > LISTENER_MAX_HEADERS)
    return "max_headers must be between 1 and 128";
  if (settings->max_connections < 1 || settings->max_connections > 1000000)
    return "max_connections must be between 1 and 1000000";
  if (settings->backlog < 1 || settings->backlog > 65535)
    return "backlog must be between 1 and 65535";
  if (settings->request_timeout_ms == 0 || settings->idle_timeout_ms == 0 ||
      settings->reply_timeout_ms == 0)
    return "time-outs must not be 0";
  if (settings->descriptor < 0 && settings->tls == NULL && settings->address != NULL &&
      !settings->allow_plain_remote && !listener_socket_is_local (settings->address))
    return "plain HTTP is for loopback addresses only";
  return NULL;
}

static guint
hash_peer (gconstpointer key)
{
  guint32 words[4];

  memcpy (words, key, sizeof words);
  return (words[0] * 31 + words[1]) ^ (words[2] * 17 + words[3]) * 2654435761u;
}

static gboolean
equal_peer (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, 16) == 0;
}

static void
set_span (Listener *listener, ListenerPhase phase, guint span_ms)
{
  listener->queues[phase].span_us = span_ms * (gint64) 1000;
}

static void
set_spans (Listener *listener)
{
  const ListenerSettings *settings = &listener->settings;
  guint rest_ms = MIN (LOOK_MS, settings->idle_timeout_ms / 2);

  set_span (listener, LISTENER_PHASE_RECEIVING,
            MIN (LOOK_MS, settings->request_timeout_ms / 4 + 1));
  set_span (listener, LISTENER_PHASE_HANDLING, LOOK_MS);
  set_span (listener, LISTENER_PHASE_REPLYING, settings->reply_timeout_ms);
  set_span (listener, LISTENER_PHASE_RESTING, rest_ms);
  set_span (listener, LISTENER_PHASE_IDLE, settings->idle_timeout_ms - rest_ms);
  set_span (listener, LISTENER_PHASE_LINGERING, LINGER_MS);
}

static void
copy_settings (Listener *listener, const ListenerSettings *settings)
{
  listener->settings = *settings;
  listener->settings.address = g_strdup (settings->address);
  listener->settings.unix_path = g_strdup (settings->unix_path);
  if (settings->tls != NULL)
    listener_tls_ref (settings->tls);
  if (settings->proxied_trust != NULL)
    listener_trust_ref (settings->proxied_trust);
  set_spans (listener);
}

/**
 * listener_new:
 * @settings: what to listen on and how; copied.
 * @handler: (scope forever): called with each request.
 * @user_data: for @handler.
 * @error: %LISTENER_ERROR_SETTINGS, with the sentence for the operator.
 *
 * Checks @settings; opens nothing yet.
 *
 * Returns: (transfer full) (nullable): a listener.
 */
Listener *
listener_new (const ListenerSettings *settings,
              ListenerHandler handler,
              gpointer user_data,
              GError **error)
{
  const char *fault = find_fault (settings);
  Listener *listener;

  if (fault != NULL)
    {
      g_set_error_literal (error, LISTENER_ERROR, LISTENER_ERROR_SETTINGS, fault);
      return NULL;
    }
  listener = g_new0 (Listener, 1);
  copy_settings (listener, settings);
  listener->handler = handler;
  listener->user_data = user_data;
  listener->socket_fd = listener->spare_fd = -1;
  listener->peers = g_hash_table_new_full (hash_peer, equal_peer, g_free, NULL);
  return listener;
}

/**
 * listener_start:
 * @listener: a listener not yet started.
 * @context: (nullable): the main context to live in, iterated by the calling thread; %NULL for the default one.
 * @error: %LISTENER_ERROR_ADDRESS, %LISTENER_ERROR_SETTINGS or %LISTENER_ERROR_RESOURCES.
 *
 * Binds and listens, or takes the given descriptor over; requests come as soon as @context is iterated. After a
 * failure free the listener.
 *
 * Returns: whether it listens.
 */
gboolean
listener_start (Listener *listener, GMainContext *context, GError **error)
{
  g_return_val_if_fail (listener->daemon == NULL, FALSE);

  listener->socket_fd = listener_socket_open (&listener->settings, &listener->port, error);
  if (listener->socket_fd < 0)
    return FALSE;
  listener->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  listener->daemon = listener_http_start (listener);
  if (listener->daemon == NULL || listener->spare_fd < 0)
    {
      g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_RESOURCES,
                   "cannot start the HTTP library: %s", g_strerror (errno));
      return FALSE;
    }
  listener->shared = listener_shared_new (context != NULL ? context : g_main_context_default ());
  listener->source = listener_source_new (listener);
  g_source_attach (listener->source, context);
  return TRUE;
}

static void
close_socket (Listener *listener)
{
  if (listener->socket_fd < 0)
    return;
  if (listener->accept_tag != NULL)
    g_source_remove_unix_fd (listener->source, g_steal_pointer (&listener->accept_tag));
  close (listener->socket_fd);
  listener->socket_fd = -1;
  listener->accept_again_us = 0;
  if (listener->settings.unix_path != NULL && listener->settings.descriptor < 0)
    unlink (listener->settings.unix_path);
}

/**
 * listener_stop_accepting:
 * @listener: a listener.
 *
 * The first step of a clean stop. Who waits in the backlog of a socket of our own is still taken on, for nobody else
 * will; the backlog of a descriptor that was handed over is left to the successor. The socket is closed (the file of
 * an own unix socket removed), every further reply ends its connection, and connections without a request have
 * @stop_grace_ms to bring one. Then iterate the context until listener_n_draining() is 0 or patience ends, and free.
 * Can be called again, to no effect.
 */
void
listener_stop_accepting (Listener *listener)
{
  if (listener->stopping)
    return;
  listener->now_us = g_get_monotonic_time ();
  /* First of all: the library answers what has come already while it takes a connection on. */
  listener->stopping = TRUE;
  if (listener->accept_tag != NULL && listener->settings.descriptor < 0)
    listener_accept_rest (listener);
  close_socket (listener);
  listener_connections_begin_grace (listener);
}

/**
 * listener_dup_socket:
 * @listener: a started listener.
 *
 * For a successor of this program: a listener whose settings have it as @descriptor. Nothing changes for @listener,
 * see listener_leave_socket().
 *
 * Returns: a copy of the listening descriptor, not inherited; -1 when accepting has stopped or no descriptor is left.
 */
int
listener_dup_socket (Listener *listener)
{
  return listener->socket_fd < 0 ? -1 : fcntl (listener->socket_fd, F_DUPFD_CLOEXEC, 3);
}

/**
 * listener_leave_socket:
 * @listener: a started listener whose socket a successor listens on now.
 *
 * The next listener_stop_accepting() leaves the backlog, and the file of an own unix socket, to the successor.
 * Connections without a request keep the whole @idle_timeout_ms instead of the grace: nobody who may still bring a
 * request is closed earlier than without a successor.
 */
void
listener_leave_socket (Listener *listener)
{
  listener->settings.descriptor = listener->socket_fd;
  listener->settings.stop_grace_ms = listener->settings.idle_timeout_ms;
}

/**
 * listener_shorten_grace:
 * @listener: a listener.
 * @grace_ms: instead of the settings' @stop_grace_ms, if it is less
 *
 * Connections without a request have so long from now on; after listener_stop_accepting() this begins at once.
 */
void
listener_shorten_grace (Listener *listener, guint grace_ms)
{
  if (grace_ms >= listener->settings.stop_grace_ms)
    return;
  listener->settings.stop_grace_ms = grace_ms;
  if (!listener->stopping)
    return;
  listener->now_us = g_get_monotonic_time ();
  listener_connections_begin_grace (listener);
}

/* The library must not be stopped with suspended connections. */
static void
abandon_requests (Listener *listener)
{
  ListenerQueue *handling = &listener->queues[LISTENER_PHASE_HANDLING];
  ListenerConnection *connection;

  while ((connection = handling->head) != NULL)
    {
      listener_connection_cut (connection);
      listener_connection_drop_request (connection);
      if (connection->suspended)
        MHD_resume_connection (connection->mhd);
      connection->suspended = FALSE;
    }
  MHD_run (listener->daemon);
}

/* Nor must it end half a reply as if that were the whole. */
static void
abandon_streams (Listener *listener)
{
  ListenerConnection *next;

  for (ListenerConnection *each = listener->queues[LISTENER_PHASE_REPLYING].head; each != NULL;
       each = next)
    {
      next = each->next;
      if (each->stream == NULL)
        continue;
      listener_connection_cut (each);
      listener_connection_drop_request (each);
    }
}

/**
 * listener_free:
 * @listener: (transfer full): a listener, started or not; not from within its handler.
 *
 * Ends every connection at once. Requests that the application still holds stay readable; replies to them
 * lead nowhere.
 */
void
listener_free (Listener *listener)
{
  close_socket (listener);
  if (listener->source != NULL)
    {
      abandon_requests (listener);
      abandon_streams (listener);
      MHD_stop_daemon (listener->daemon);
      g_source_destroy (listener->source);
      g_source_unref (listener->source);
    }
  else if (listener->daemon != NULL)
    MHD_stop_daemon (listener->daemon);
  if (listener->spare_fd >= 0)
    close (listener->spare_fd);
  g_clear_pointer (&listener->shared, listener_shared_unref);
  g_clear_pointer (&listener->settings.tls, listener_tls_unref);
  g_clear_pointer (&listener->settings.proxied_trust, listener_trust_unref);
  g_clear_pointer (&listener->judged, g_hash_table_unref);
  g_hash_table_unref (listener->peers);
  g_free ((char *) listener->settings.address);
  g_free ((char *) listener->settings.unix_path);
  g_free (listener);
}

/**
 * listener_get_port:
 * @listener: a started listener.
 *
 * Returns: the bound TCP port, 0 for a unix socket.
 */
guint16
listener_get_port (const Listener *listener)
{
  return listener->port;
}

/**
 * listener_n_busy:
 * @listener: a listener.
 *
 * Returns: requests between their request line and the last byte of their reply.
 */
guint
listener_n_busy (const Listener *listener)
{
  return listener->counters.n_busy;
}

/**
 * listener_n_draining:
 * @listener: a listener that has stopped accepting.
 *
 * Returns: connections that a clean stop still waits for: with a request under way, or in their grace.
 */
guint
listener_n_draining (const Listener *listener)
{
  return listener->counters.n_open - listener->n_cut;
}

/**
 * listener_get_counters:
 * @listener: a started listener.
 *
 * Returns: (transfer none): the counters, up to date at the call.
 */
const ListenerCounters *
listener_get_counters (Listener *listener)
{
  if (listener->shared != NULL)
    listener->counters.n_body_bytes = listener->shared->n_body_bytes;
  return &listener->counters;
}

/**
 * listener_refusal_get_name:
 * @refusal: a reason.
 *
 * Returns: (transfer none): its name for a metric's label. Any thread.
 */
const char *
listener_refusal_get_name (ListenerRefusal refusal)
{
  static const char *const names[LISTENER_N_REFUSALS] = {
    "malformed", "framing", "host",        "method",      "expectation", "head-size",
    "body-size", "memory",  "certificate", "connections", "peer",        "descriptors",
  };

  g_return_val_if_fail (refusal < LISTENER_N_REFUSALS, NULL);
  return names[refusal];
}
