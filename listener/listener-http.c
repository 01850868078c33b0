/* SPDX-License-Identifier: EUPL-1.2 */
/* The library's callbacks: a connection, a request line, a head, a body, the end of a reply. */

#include "listener-proxied-private.h"
#include "listener-request-private.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <string.h>

/* How many connections more than the cap the library may hold while cut ones are on their way out. */
#define SLACK 256

static ListenerConnection *
get_connection (struct MHD_Connection *mhd)
{
  return MHD_get_connection_info (mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void
begin_connection (Listener *listener, struct MHD_Connection *mhd, void **socket_context)
{
  ListenerConnection *connection = g_steal_pointer (&listener->starting);
  ListenerTls *tls = listener->settings.tls;

  *socket_context = connection;
  connection->mhd = mhd;
  listener->counters.n_accepted++;
  listener->counters.n_open++;
  if (tls != NULL)
    connection->tls = listener_tls_session_new (
      tls, MHD_get_connection_info (mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session,
      connection->peer_text);
  listener_connection_receive (connection);
}

static void
on_connection (void *cls,
               struct MHD_Connection *mhd,
               void **socket_context,
               enum MHD_ConnectionNotificationCode code)
{
  Listener *listener = cls;

  if (code == MHD_CONNECTION_NOTIFY_STARTED)
    begin_connection (listener, mhd, socket_context);
  else
    {
      listener->counters.n_open--;
      listener_connection_free (*socket_context);
    }
}

/* Origin form only, printable ASCII. */
static gboolean
is_target (const char *text, gsize n_bytes)
{
  for (gsize i = 0; i < n_bytes; i++)
    if (text[i] <= ' ' || text[i] > '~' || text[i] == '#')
      return FALSE;
  return text[0] == '/';
}

/* The request line is there, its target not yet taken apart. */
static void *
on_request_line (void *cls, const char *target, struct MHD_Connection *mhd)
{
  ListenerConnection *connection = get_connection (mhd);
  const char *query = strchr (target, '?');

  connection->target = target;
  connection->target_bytes = strlen (target);
  connection->target_ok = is_target (target, connection->target_bytes);
  g_clear_pointer (&connection->query, g_free);
  if (query != NULL)
    connection->query = g_strdup (query + 1);
  if (!connection->busy)
    connection->listener->counters.n_busy++;
  connection->busy = TRUE;
  if (connection->phase != LISTENER_PHASE_CUT)
    listener_connection_receive (connection);
  return connection;
}

/* Paths are passed on as they came: nobody decodes twice. */
static size_t
on_unescape (void *cls, struct MHD_Connection *mhd, char *text)
{
  return strlen (text);
}

/* Whether the client's certificate is still good; a resumed session's is looked at here for the first time. */
static gboolean
admit (ListenerConnection *connection, ListenerHead *head)
{
  if (connection->tls == NULL)
    return TRUE;
  if (!connection->greeted && listener_tls_session_is_resumed (connection->tls))
    connection->listener->counters.n_resumed++;
  connection->greeted = TRUE;
  if (listener_tls_session_admit (connection->tls))
    return TRUE;
  head->status = MHD_HTTP_FORBIDDEN;
  head->refusal = LISTENER_REFUSED_CERTIFICATE;
  return FALSE;
}

static enum MHD_Result
on_head (ListenerConnection *connection, const char *method, const char *version)
{
  Listener *listener = connection->listener;
  ListenerHead head;
  gboolean body_follows;

  if (listener_head_scan (&head, connection, method, version) && admit (connection, &head))
    {
      connection->request = listener_request_new (connection, &head);
      listener->counters.n_bytes_in += head.n_bytes;
      if (listener->settings.proxied_trust == NULL ||
          listener_proxied_admit (connection->request, &head))
        return MHD_YES;
      listener_connection_drop_request (connection);
    }
  body_follows = (head.chunked || head.content_length > 0) && !head.expects_continue;
  return listener_refuse (connection, head.status, head.refusal, body_follows);
}

static enum MHD_Result
on_body (ListenerConnection *connection, const char *data, size_t *n_bytes)
{
  Listener *listener = connection->listener;
  gsize n_new = *n_bytes;

  *n_bytes = 0;
  listener->counters.n_bytes_in += n_new;
  if (connection->request->body_bytes + n_new > listener->settings.max_body_bytes)
    {
      listener_connection_drop_request (connection);
      return listener_refuse (connection, 413, LISTENER_REFUSED_BODY_SIZE, TRUE);
    }
  if (listener->shared->n_body_bytes + n_new > listener->settings.max_buffered_bytes)
    {
      listener_connection_drop_request (connection);
      return listener_refuse (connection, 503, LISTENER_REFUSED_MEMORY, TRUE);
    }
  listener_request_append_body (connection->request, data, n_new);
  return MHD_YES;
}

static enum MHD_Result
on_whole_request (ListenerConnection *connection)
{
  Listener *listener = connection->listener;
  ListenerRequest *request = connection->request;

  listener_connection_leave (connection);
  connection->phase = LISTENER_PHASE_HANDLING;
  listener->counters.n_requests++;
  listener->handler (request, listener->user_data);
  if (connection->phase == LISTENER_PHASE_HANDLING)
    {
      MHD_suspend_connection (connection->mhd);
      connection->suspended = TRUE;
      listener_connection_enter (connection, LISTENER_PHASE_HANDLING);
    }
  /* If the application took no reference, this is the last one, and the answer is 500. */
  connection->owns_request = FALSE;
  listener_request_unref (request);
  return connection->suspended || connection->phase == LISTENER_PHASE_REPLYING ? MHD_YES : MHD_NO;
}

static enum MHD_Result
on_progress (void *cls,
             struct MHD_Connection *mhd,
             const char *url,
             const char *method,
             const char *version,
             const char *data,
             size_t *n_bytes,
             void **request_context)
{
  ListenerConnection *connection = *request_context;

  switch (connection->phase)
    {
    case LISTENER_PHASE_RECEIVING:
      if (connection->request == NULL)
        return on_head (connection, method, version);
      if (*n_bytes > 0)
        return on_body (connection, data, n_bytes);
      return on_whole_request (connection);
    case LISTENER_PHASE_LINGERING:
      {
        gsize n_new = *n_bytes;

        *n_bytes = 0;
        return listener_linger (connection, n_new);
      }
    case LISTENER_PHASE_HANDLING:
    case LISTENER_PHASE_REPLYING:
    case LISTENER_PHASE_RESTING:
    case LISTENER_PHASE_IDLE:
    case LISTENER_PHASE_CUT:
    default:
      return MHD_NO;
    }
}

/* The reply is out, or the request has come to another end. */
static void
on_completed (void *cls,
              struct MHD_Connection *mhd,
              void **request_context,
              enum MHD_RequestTerminationCode code)
{
  ListenerConnection *connection = *request_context;
  Listener *listener = connection->listener;
  ListenerRequest *streaming = connection->stream != NULL ? connection->request : NULL;

  if (connection->busy)
    listener->counters.n_busy--;
  connection->busy = FALSE;
  listener_connection_drop_request (connection);
  /* The library has answered by itself, or hung up: nothing of this request ever reached us. */
  if (code == MHD_REQUEST_TERMINATED_WITH_ERROR && connection->phase == LISTENER_PHASE_RECEIVING)
    listener->counters.n_refused[LISTENER_REFUSED_MALFORMED]++;
  if (connection->phase == LISTENER_PHASE_REPLYING)
    listener_connection_enter (connection, LISTENER_PHASE_RESTING);
  if (streaming != NULL && code != MHD_REQUEST_TERMINATED_COMPLETED_OK &&
      code != MHD_REQUEST_TERMINATED_DAEMON_SHUTDOWN)
    listener_request_tell_gone (streaming, listener);
}

/* Never asked: every session brings its own credentials. The library insists on having one. */
static int
on_retrieve (gnutls_session_t session,
             const struct gnutls_cert_retr_st *info,
             gnutls_pcert_st **out_certificates,
             unsigned int *out_n_certificates,
             gnutls_ocsp_data_st **out_ocsp,
             unsigned int *out_n_ocsp,
             gnutls_privkey_t *out_key,
             unsigned int *out_flags)
{
  return -1;
}

/*
 * Starts the library without a socket of its own, without a thread, without its own time-outs, and without
 * its log, whose lines quote what clients sent. %NULL when the system refuses.
 */
struct MHD_Daemon *
listener_http_start (Listener *listener)
{
  const ListenerSettings *settings = &listener->settings;
  guint flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME;
  struct MHD_OptionItem tls_items[] = {
    { MHD_OPTION_HTTPS_CERT_CALLBACK2, 0, (void *) on_retrieve },
    { MHD_OPTION_END, 0, NULL },
  };
  struct MHD_OptionItem no_items[] = { { MHD_OPTION_END, 0, NULL } };

  if (settings->tls != NULL)
    flags |= MHD_USE_TLS;
  return MHD_start_daemon (
    flags, 0, NULL, NULL, on_progress, listener, MHD_OPTION_CONNECTION_LIMIT,
    settings->max_connections + SLACK, MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings->pool_bytes,
    MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_NOTIFY_CONNECTION, on_connection, listener,
    MHD_OPTION_NOTIFY_COMPLETED, on_completed, listener, MHD_OPTION_URI_LOG_CALLBACK,
    on_request_line, listener, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL, MHD_OPTION_ARRAY,
    settings->tls != NULL ? tls_items : no_items, MHD_OPTION_END);
}
