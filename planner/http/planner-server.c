/* SPDX-License-Identifier: EUPL-1.2 */
/* Opens the faces, knows the caller of each request, and takes it to its route. */
#include "http/planner-server.h"

#include <string.h>

#include "base/clock.h"
#include "http/planner-admin.h"
#include "http/planner-callers.h"
#include "http/planner-endpoint.h"
#include "http/planner-faces.h"
#include "http/planner-health.h"
#include "http/planner-pulse.h"
#include "http/planner-webhook-route.h"
#include "listener.h"
#include "planner-log.h"
#include "planner-metrics-dfdg-rows.h"
#include "planner-metrics-sync-rows.h"

#define TEXT_TYPE    "text/plain; charset=utf-8"
#define XML_TYPE     "text/xml; charset=utf-8"
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define ZONE         "Europe/Copenhagen"
/* Anybody who reaches the port can be refused; more than these a second are counted only. */
#define LOGGED_REFUSALS_PER_S 10

struct _PlannerServer
{
  PlannerConfig *config;
  PlannerCallers *callers;
  PlannerMetrics *metrics;
  PlannerEndpoint endpoint;
  PlannerAdmin *admin;
  PlannerHealth health;
  PlannerPulse pulse;
  FaceSet faces;
  ContractMapping *own_mapping;
  ContractSchema *schema;
  gint64 refusals_second;
  guint n_refusals;              /* within it */
  MetricsSyncFunc describe_sync; /* (nullable) */
  gpointer sync_data;
  MetricsDfdgFunc describe_dfdg; /* (nullable) */
  gpointer dfdg_data;
  PlannerWebhook webhook; /* path NULL: nobody takes messages */
};

static void
reply_text (ListenerRequest *request, guint status, const char *type, char *text)
{
  listener_request_reply_take (request, status, type, text, strlen (text));
}

static void
reply_words (ListenerRequest *request, guint status, const char *words)
{
  reply_text (request, status, TEXT_TYPE, g_strconcat (words, "\n", NULL));
}

static void
reply_wrong_method (ListenerRequest *request, const char *allowed)
{
  listener_request_add_reply_header (request, "Allow", allowed);
  reply_words (request, 405, "This path takes another method.");
}

static gboolean
reads (ListenerRequest *request)
{
  return listener_request_get_method (request) != LISTENER_METHOD_POST;
}

/* Where this caller reached us: what he wrote as Host, unless the configuration names an address. */
static char *
dup_url (PlannerServer *server, ListenerRequest *request, gboolean is_tls)
{
  const char *host = listener_request_find_header (request, "Host");

  if (*server->config->contract_public_url != '\0')
    return g_strconcat (server->config->contract_public_url, server->endpoint.mapping->path, NULL);
  return g_strdup_printf ("%s://%s%s", is_tls ? "https" : "http", host == NULL ? "localhost" : host,
                          server->endpoint.mapping->path);
}

static void
serve_document (PlannerServer *server, ListenerRequest *request, gboolean is_tls)
{
  const char *query = listener_request_get_query (request);
  g_autofree char *url = dup_url (server, request, is_tls);
  g_autoptr (GError) error = NULL;
  char *text;

  if (query != NULL && g_ascii_strcasecmp (query, "wsdl") == 0)
    text = contract_mapping_dup_wsdl (server->endpoint.mapping, url, &error);
  else if (query != NULL && g_ascii_strcasecmp (query, "xsd") == 0)
    text = contract_mapping_dup_xsd (server->endpoint.mapping, &error);
  else
    {
      reply_wrong_method (request, "POST");
      return;
    }
  if (text != NULL)
    reply_text (request, 200, XML_TYPE, text);
  else
    {
      planner_log_event (PLANNER_LOG_ERROR, "no-document", "text", error->message, NULL);
      reply_words (request, 500, "Internal error.");
    }
}

static void
route_contract (PlannerServer *server,
                ListenerRequest *request,
                const OpCaller *caller,
                gboolean is_tls)
{
  if (planner_webhook_is_at (&server->webhook, request))
    planner_webhook_handle (&server->webhook, request, caller);
  else if (strcmp (listener_request_get_path (request), server->endpoint.mapping->path) != 0)
    reply_words (request, 404, "There is nothing at this path.");
  else if (reads (request))
    serve_document (server, request, is_tls);
  else
    planner_endpoint_handle (&server->endpoint, request, server->callers, caller);
}

/* What an operator needs to put a certificate on the allow-list, or to see why it is not let in. */
static void
log_denial (const ListenerIdentity *identity, const char *peer, const char *problem)
{
  static const ListenerIdentity nobody;
  const ListenerIdentity *who = identity != NULL ? identity : &nobody;

  planner_log_event (PLANNER_LOG_WARNING, "access-denied", "peer", peer, "fingerprint",
                     who->fingerprint_sha256, "issuer", who->issuer, "subject-serial",
                     who->subject_serial_number, "organisation", who->organization_identifier,
                     "problem", problem, NULL);
}

/* The certificate is verified, or the listener would have refused it; it may still be nobody's we know. */
static void
on_dfdg_request (ListenerRequest *request, gpointer user_data)
{
  PlannerServer *server = user_data;
  const ListenerIdentity *identity = listener_request_get_identity (request);
  const OpCaller *other = NULL;
  const OpCaller *caller = planner_callers_find (server->callers, identity, &other);

  if (caller != NULL)
    {
      route_contract (server, request, caller, TRUE);
      return;
    }
  planner_metrics_count_denial (server->metrics,
                                other != NULL ? METRICS_TWO_CALLERS : METRICS_UNKNOWN_CALLER);
  log_denial (identity, listener_request_get_peer (request),
              other != NULL ? "the certificate fits two callers of the configuration"
                            : "the certificate is on no caller of the configuration");
  reply_words (request, 403, "This certificate is not on the allow-list.");
}

/* In the handshake, or on an open connection; counted by the trust. */
static void
on_refused (const ListenerIdentity *identity,
            ListenerVerdict verdict,
            const char *peer,
            gpointer user_data)
{
  PlannerServer *server = user_data;
  gint64 second = clock_monotonic_us () / G_USEC_PER_SEC;

  if (second != server->refusals_second)
    server->n_refusals = 0;
  server->refusals_second = second;
  if (server->n_refusals++ < LOGGED_REFUSALS_PER_S)
    log_denial (identity, peer, listener_verdict_get_sentence (verdict));
}

static void
on_plain_request (ListenerRequest *request, gpointer user_data)
{
  PlannerServer *server = user_data;
  const OpCaller *caller = planner_callers_get_plain (server->callers);

  if (caller != NULL)
    route_contract (server, request, caller, FALSE);
  else
    reply_words (request, 403, "This face has no caller any more.");
}

static void
on_admin_request (ListenerRequest *request, gpointer user_data)
{
  PlannerServer *server = user_data;

  planner_admin_handle (server->admin, server->config, request);
}

static void
reply_verdict (ListenerRequest *request, const char *problem)
{
  reply_words (request, problem == NULL ? 200 : 503, problem == NULL ? "ok" : problem);
}

/* The first line is the verdict; a second one tells of a planned window. */
static void
reply_ready (PlannerServer *server, ListenerRequest *request)
{
  g_autofree char *problem = planner_health_dup_ready_problem (&server->health);
  g_autofree char *notice =
    problem == NULL ? planner_health_dup_window_notice (&server->health) : NULL;
  g_autofree char *both = notice == NULL ? NULL : g_strconcat ("ok\n", notice, NULL);

  if (both == NULL)
    reply_verdict (request, problem);
  else
    reply_words (request, 200, both);
}

static void
describe_window (PlannerServer *server, MetricsPicture *picture)
{
  const IndexView *view = op_service_get_view (server->endpoint.service);
  const ServiceWindow *next =
    service_window_find_next (catalogue_get_windows (view->catalogue), picture->now_us);

  if (next == NULL)
    return;
  picture->window = next->period;
  picture->is_window_on = service_window_is_on (next, picture->now_us);
}

static void
serve_metrics (PlannerServer *server, ListenerRequest *request)
{
  MetricsFace faces[PLANNER_N_FACES];
  MetricsSync sync;
  MetricsDfdg dfdg;
  MetricsPicture picture = { .metrics = server->metrics,
                             .faces = faces,
                             .n_faces = planner_faces_describe (&server->faces, faces),
                             .now_us = clock_now_us () };
  OpServiceState state;

  op_service_get_state (server->endpoint.service, &state);
  picture.executor = state.executor;
  picture.n_resources = state.n_resources;
  picture.n_citizens = state.n_citizens;
  picture.index_version = state.index_version;
  picture.n_notes_lost = state.n_notes_lost;
  picture.trust = server->faces.trust;
  picture.seen_us = state.seen_us;
  picture.gap_us = state.gap_us;
  if (server->describe_sync != NULL)
    {
      server->describe_sync (server->sync_data, &sync);
      picture.sync = &sync;
    }
  if (server->describe_dfdg != NULL)
    {
      server->describe_dfdg (server->dfdg_data, &dfdg);
      picture.dfdg = &dfdg;
    }
  picture.backup_us = planner_health_find_newest_backup (&server->health);
  describe_window (server, &picture);
  reply_text (request, 200, METRICS_TYPE, planner_metrics_dup_text (&picture));
}

/* Never a reason to take the planner out of service: the other advisors are served. */
static void
reply_sync (PlannerServer *server, ListenerRequest *request)
{
  MetricsSync sync;
  gboolean is_well;
  g_autofree char *text = NULL;

  if (server->describe_sync == NULL)
    {
      reply_words (request, 200, "ok");
      return;
    }
  server->describe_sync (server->sync_data, &sync);
  text = metrics_sync_dup_health (&sync, &is_well);
  reply_words (request, is_well ? 200 : 503, text);
}

/* Likewise: citizens book while DFDG is told nothing. */
static void
reply_dfdg (PlannerServer *server, ListenerRequest *request)
{
  MetricsDfdg dfdg;
  gboolean is_well;
  g_autofree char *text = NULL;

  if (server->describe_dfdg == NULL)
    {
      reply_words (request, 200, "ok");
      return;
    }
  server->describe_dfdg (server->dfdg_data, &dfdg);
  text = metrics_dfdg_dup_health (&dfdg, &is_well);
  reply_words (request, is_well ? 200 : 503, text);
}

static void
on_health_request (ListenerRequest *request, gpointer user_data)
{
  PlannerServer *server = user_data;
  const char *path = listener_request_get_path (request);

  if (!reads (request))
    reply_wrong_method (request, "GET, HEAD");
  else if (strcmp (path, "/health/live") == 0)
    reply_verdict (request, NULL);
  else if (strcmp (path, "/health/ready") == 0)
    reply_ready (server, request);
  else if (strcmp (path, "/health/semantic") == 0)
    reply_verdict (request, planner_health_probe (&server->health));
  else if (strcmp (path, "/health/sync") == 0)
    reply_sync (server, request);
  else if (strcmp (path, "/health/dfdg") == 0)
    reply_dfdg (server, request);
  else if (strcmp (path, "/metrics") == 0)
    serve_metrics (server, request);
  else
    reply_words (request, 404, "There is nothing at this path.");
}

/* Handlers by face; see PlannerFace. */
static const ListenerHandler handlers[PLANNER_N_FACES] = {
  [PLANNER_FACE_DFDG] = on_dfdg_request,   [PLANNER_FACE_PROXIED] = on_dfdg_request,
  [PLANNER_FACE_PLAIN] = on_plain_request, [PLANNER_FACE_HEALTH] = on_health_request,
  [PLANNER_FACE_ADMIN] = on_admin_request,
};

static gboolean
load_contract (PlannerServer *server, GError **error)
{
  const PlannerConfig *config = server->config;

  if (*config->contract_mapping != '\0')
    {
      server->own_mapping = contract_mapping_load (config->contract_mapping, error);
      if (server->own_mapping == NULL)
        return FALSE;
    }
  server->endpoint.mapping =
    server->own_mapping != NULL ? server->own_mapping : contract_mapping_get_default ();
  server->schema = contract_schema_new (server->endpoint.mapping, error);
  if (server->schema == NULL)
    return FALSE;
  server->endpoint.schema = config->contract_validate_live ? server->schema : NULL;
  server->endpoint.zone = calsync_zone_lookup (ZONE, error);
  return server->endpoint.zone != NULL;
}

/**
 * planner_server_new:
 * @config: a reference is taken
 * @sockets: (nullable): those handed over; taken over by planner_server_start()
 * @service: must outlive the server
 * @context: (nullable): the loop's
 *
 * Opens every face; nobody is served before planner_server_start(). Errors: LISTENER_ERROR,
 * CONTRACT_ERROR for the mapping, CALSYNC_ERROR without time zones. Loop thread.
 *
 * Returns: (transfer full)
 */
PlannerServer *
planner_server_new (const PlannerConfig *config,
                    const FaceSockets *sockets,
                    OpService *service,
                    GMainContext *context,
                    GError **error)
{
  g_autoptr (PlannerServer) server = g_new0 (PlannerServer, 1);

  server->config = planner_config_ref (config);
  server->callers = planner_callers_new (config);
  server->metrics = planner_metrics_new ();
  server->endpoint = (PlannerEndpoint){
    .context = context, .service = service, .metrics = server->metrics, .config = server->config
  };
  server->admin = planner_admin_new (service);
  server->health.endpoint = &server->endpoint;
  face_sockets_init (&server->faces.sockets);
  if (sockets != NULL)
    server->faces.sockets = *sockets;
  if (!load_contract (server, error) ||
      !planner_faces_open (&server->faces, config, handlers, server, error))
    return NULL;
  if (server->faces.trust != NULL)
    listener_trust_set_refused_func (server->faces.trust, on_refused, server);
  return g_steal_pointer (&server);
}

/**
 * planner_server_start:
 *
 * Begins to accept. Errors: LISTENER_ERROR when an address cannot be bound.
 */
gboolean
planner_server_start (PlannerServer *server, GError **error)
{
  if (!face_set_start (&server->faces, server->endpoint.context, error))
    return FALSE;
  planner_pulse_start (&server->pulse, &server->health);
  return TRUE;
}

/**
 * planner_server_set_sync:
 * @describe: (nullable): who knows how synchronisation is doing
 *
 * For /metrics and /health/sync. Loop thread.
 */
void
planner_server_set_sync (PlannerServer *server, MetricsSyncFunc describe, gpointer data)
{
  server->describe_sync = describe;
  server->sync_data = data;
}

/**
 * planner_server_set_webhook:
 * @webhook: copied; who takes pushed messages, on the faces that DFDG calls
 *
 * Loop thread.
 */
void
planner_server_set_webhook (PlannerServer *server, const PlannerWebhook *webhook)
{
  server->webhook = *webhook;
}

/**
 * planner_server_set_dfdg:
 * @describe: (nullable): who knows how things stand with DFDG
 *
 * For /metrics and /health/dfdg. Loop thread.
 */
void
planner_server_set_dfdg (PlannerServer *server, MetricsDfdgFunc describe, gpointer data)
{
  server->describe_dfdg = describe;
  server->dfdg_data = data;
}

/**
 * planner_server_reload:
 * @config: as the file is now
 *
 * Takes over callers and what else may change while running, and reads the certificates again.
 * Calls under way keep their caller. What cannot be read stays as it was, and is logged.
 */
void
planner_server_reload (PlannerServer *server, const PlannerConfig *config)
{
  g_autofree char *fixed = planner_config_list_fixed_changes (server->config, config);
  g_autofree char *problem = NULL;

  if (fixed != NULL)
    planner_log_event (PLANNER_LOG_WARNING, "reload", "needs-restart", fixed, NULL);
  planner_callers_unref (server->callers);
  server->callers = planner_callers_new (config);
  planner_config_unref (server->config);
  server->config = planner_config_ref (config);
  server->endpoint.config = server->config;
  server->endpoint.schema = config->contract_validate_live ? server->schema : NULL;
  /* Logged; what is in force stands in the metrics. */
  problem = face_set_reload (&server->faces);
}

/**
 * planner_server_stop_accepting:
 */
void
planner_server_stop_accepting (PlannerServer *server)
{
  face_set_stop_accepting (&server->faces);
  planner_admin_cancel (server->admin);
}

/**
 * planner_server_is_draining:
 *
 * Returns: TRUE, after planner_server_stop_accepting(), while a request may come or is being answered
 */
gboolean
planner_server_is_draining (PlannerServer *server)
{
  return server->endpoint.n_calls > 0 || face_set_count_draining (&server->faces) > 0;
}

/**
 * planner_server_dup_addresses:
 *
 * Returns: (transfer full): face and address of each, for the log
 */
char *
planner_server_dup_addresses (PlannerServer *server)
{
  return face_set_dup_addresses (&server->faces);
}

/**
 * planner_server_free:
 *
 * Closes every connection. No call may be under way.
 */
void
planner_server_free (PlannerServer *server)
{
  if (server == NULL)
    return;
  planner_pulse_stop (&server->pulse);
  face_set_close (&server->faces);
  planner_health_clear (&server->health);
  planner_endpoint_clear (&server->endpoint);
  g_clear_pointer (&server->admin, planner_admin_free);
  g_clear_pointer (&server->schema, contract_schema_free);
  g_clear_pointer (&server->own_mapping, contract_mapping_free);
  g_clear_pointer (&server->callers, planner_callers_unref);
  g_clear_pointer (&server->metrics, planner_metrics_free);
  g_clear_pointer (&server->config, planner_config_unref);
  g_free (server);
}
