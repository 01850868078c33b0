/* SPDX-License-Identifier: EUPL-1.2 */
/* The faces of switchtrackd: knows the caller of each request, and takes it to where it belongs. */
#include "gateway/track-server.h"

#include <string.h>

#include "base/clock.h"
#include "planner-log.h"

#define TEXT_TYPE "text/plain; charset=utf-8"
#define XML_TYPE  "text/xml; charset=utf-8"
/* Anybody who reaches the port can be refused; more than these a second are counted only. */
#define LOGGED_REFUSALS_PER_S 10

struct _TrackServer
{
  TrackServerSettings settings;
  TrackConfig *config;
  FaceSet faces;
  gint64 refusals_second;
  guint n_refusals; /* within it */
  guint64 n_denied;
};

static void
reply_words (ListenerRequest *request, guint status, const char *words)
{
  char *text = g_strconcat (words, "\n", NULL);

  listener_request_reply_take (request, status, TEXT_TYPE, text, strlen (text));
}

/* The contract as callers meet it here: at the address by which they came. */
static void
serve_document (TrackServer *server, ListenerRequest *request, const char *scheme)
{
  const ContractMapping *mapping = server->settings.mapping;
  const char *query = listener_request_get_query (request);
  const char *host = listener_request_find_header (request, "Host");
  g_autofree char *url =
    g_strconcat (scheme, "://", host == NULL ? "localhost" : host, mapping->path, NULL);
  g_autofree char *text = NULL;

  if (query != NULL && g_ascii_strcasecmp (query, "wsdl") == 0)
    text = contract_mapping_dup_wsdl (mapping, url, NULL);
  else if (query != NULL && g_ascii_strcasecmp (query, "xsd") == 0)
    text = contract_mapping_dup_xsd (mapping, NULL);
  if (text != NULL)
    {
      gsize n_bytes = strlen (text);

      listener_request_reply_take (request, 200, XML_TYPE, g_steal_pointer (&text), n_bytes);
      return;
    }
  listener_request_add_reply_header (request, "Allow", "POST");
  reply_words (request, 405, "This path takes another method.");
}

static void
serve_call (TrackServer *server, ListenerRequest *request, const char *caller, const char *scheme)
{
  if (strcmp (listener_request_get_path (request), server->settings.mapping->path) != 0)
    reply_words (request, 404, "There is nothing at this path.");
  else if (listener_request_get_method (request) != LISTENER_METHOD_POST)
    serve_document (server, request, scheme);
  else
    track_gateway_handle (server->settings.gateway, request, caller);
}

/* What an operator needs to put a certificate on the allow-list, or to see why it is not let in. */
static void
log_denial (TrackServer *server,
            const ListenerIdentity *identity,
            const char *peer,
            const char *problem)
{
  static const ListenerIdentity nobody;
  const ListenerIdentity *who = identity != NULL ? identity : &nobody;
  gint64 second = clock_monotonic_us () / G_USEC_PER_SEC;

  server->n_denied++;
  if (second != server->refusals_second)
    server->n_refusals = 0;
  server->refusals_second = second;
  if (server->n_refusals++ < LOGGED_REFUSALS_PER_S)
    planner_log_event (PLANNER_LOG_WARNING, "access-denied", "peer", peer, "fingerprint",
                       who->fingerprint_sha256, "issuer", who->issuer, "subject-serial",
                       who->subject_serial_number, "organisation", who->organization_identifier,
                       "problem", problem, NULL);
}

static void
on_service_request (ListenerRequest *request, gpointer user_data)
{
  TrackServer *server = user_data;
  const ListenerIdentity *identity = listener_request_get_identity (request);
  const ConfigPeer *caller =
    config_peer_find_by_certificate (server->config->callers, identity, NULL);

  if (caller != NULL)
    {
      serve_call (server, request, caller->name, "https");
      return;
    }
  log_denial (server, identity, listener_request_get_peer (request),
              "the certificate is on no caller of the configuration, or on two");
  reply_words (request, 403, "This certificate is not on the allow-list.");
}

/* In the handshake, or on an open connection. */
static void
on_refused (const ListenerIdentity *identity,
            ListenerVerdict verdict,
            const char *peer,
            gpointer user_data)
{
  log_denial (user_data, identity, peer, listener_verdict_get_sentence (verdict));
}

static void
on_plain_request (ListenerRequest *request, gpointer user_data)
{
  TrackServer *server = user_data;

  if (config_peer_find (server->config->callers, server->config->plain_caller) != NULL)
    serve_call (server, request, server->config->plain_caller, "http");
  else
    reply_words (request, 403, "This face has no caller any more.");
}

static void
reply_ready (TrackServer *server, ListenerRequest *request)
{
  g_autofree char *problem = server->settings.get_problem == NULL
                               ? NULL
                               : server->settings.get_problem (server->settings.problem_data);

  reply_words (request, problem == NULL ? 200 : 503, problem == NULL ? "ok" : problem);
}

static void
on_status_request (ListenerRequest *request, gpointer user_data)
{
  TrackServer *server = user_data;
  const char *path = listener_request_get_path (request);

  if (listener_request_get_method (request) == LISTENER_METHOD_POST)
    {
      listener_request_add_reply_header (request, "Allow", "GET, HEAD");
      reply_words (request, 405, "This path takes another method.");
    }
  else if (strcmp (path, "/health/live") == 0)
    reply_words (request, 200, "ok");
  else if (strcmp (path, "/health/ready") == 0)
    reply_ready (server, request);
  else if (server->settings.status != NULL)
    server->settings.status (request, path, server->settings.status_data);
  else
    reply_words (request, 404, "There is nothing at this path.");
}

static void
on_admin_request (ListenerRequest *request, gpointer user_data)
{
  TrackServer *server = user_data;

  if (server->settings.admin != NULL)
    server->settings.admin (request, server->settings.admin_data);
  else
    reply_words (request, 404, "There is nothing at this path.");
}

static const ListenerHandler handlers[TRACK_N_FACES] = {
  [TRACK_FACE_SERVICE] = on_service_request,
  [TRACK_FACE_PLAIN] = on_plain_request,
  [TRACK_FACE_STATUS] = on_status_request,
  [TRACK_FACE_ADMIN] = on_admin_request,
};

/**
 * track_server_new:
 * @settings: copied; what it points to must outlive the server
 *
 * Opens every face; nobody is served before track_server_start(). Errors: LISTENER_ERROR. Loop thread.
 *
 * Returns: (transfer full)
 */
TrackServer *
track_server_new (const TrackServerSettings *settings, GError **error)
{
  g_autoptr (TrackServer) server = g_new0 (TrackServer, 1);

  server->settings = *settings;
  server->config = track_config_ref (settings->config);
  face_sockets_init (&server->faces.sockets);
  if (settings->sockets != NULL)
    server->faces.sockets = *settings->sockets;
  if (!track_faces_open (&server->faces, settings->config, handlers, server, error))
    return NULL;
  if (server->faces.trust != NULL)
    listener_trust_set_refused_func (server->faces.trust, on_refused, server);
  return g_steal_pointer (&server);
}

/**
 * track_server_start:
 *
 * Begins to accept. Errors: LISTENER_ERROR when an address cannot be bound.
 */
gboolean
track_server_start (TrackServer *server, GError **error)
{
  return face_set_start (&server->faces, server->settings.context, error);
}

/**
 * track_server_reload:
 * @config: as the file is now
 *
 * Takes over callers, and reads the certificates again; keys that take a restart are logged.
 *
 * Returns: (transfer full) (nullable): as face_set_reload()
 */
char *
track_server_reload (TrackServer *server, const TrackConfig *config)
{
  g_autofree char *fixed = track_config_list_fixed_changes (server->config, config);
  TrackConfig *old = server->config;

  if (fixed != NULL)
    planner_log_event (PLANNER_LOG_WARNING, "reload", "needs-restart", fixed, NULL);
  server->config = track_config_ref (config);
  track_config_unref (old);
  return face_set_reload (&server->faces);
}

/**
 * track_server_get_certificate_until_us:
 *
 * Returns: the last instant, Unix time, of the certificate that callers are shown, whatever its file says by now; 0: none
 */
gint64
track_server_get_certificate_until_us (TrackServer *server)
{
  return server->faces.tls != NULL ? listener_tls_get_expiry_unix_us (server->faces.tls) : 0;
}

/**
 * track_server_stop_accepting:
 */
void
track_server_stop_accepting (TrackServer *server)
{
  face_set_stop_accepting (&server->faces);
}

/**
 * track_server_is_draining:
 *
 * Returns: whether calls are under way, or connections that may still bring one
 */
gboolean
track_server_is_draining (TrackServer *server)
{
  return track_gateway_get_counters (server->settings.gateway)->n_calls > 0 ||
         face_set_count_draining (&server->faces) > 0;
}

/**
 * track_server_get_faces:
 */
FaceSet *
track_server_get_faces (TrackServer *server)
{
  return &server->faces;
}

/**
 * track_server_get_n_denied:
 *
 * Returns: requests and handshakes refused for their certificate
 */
guint64
track_server_get_n_denied (const TrackServer *server)
{
  return server->n_denied;
}

/**
 * track_server_free:
 *
 * NULL is ignored.
 */
void
track_server_free (TrackServer *server)
{
  if (server == NULL)
    return;
  face_set_close (&server->faces);
  track_config_unref (server->config);
  g_free (server);
}
