/* SPDX-License-Identifier: EUPL-1.2 */
/* Observers of the gateway: what they do is short, and no call waits for it. */
#include "gateway/track-side.h"

#include <string.h>

#include "base/clock.h"
#include "gateway/track-self.h"
#include "gateway/track-shadow-send.h"

#define MAX_KEYS            4000
#define SHADOW_PARALLEL     8
#define SHADOW_IDLE         8
#define SHADOW_ANSWER_BYTES (4 * 1024 * 1024)

struct _TrackSide
{
  TrackSideSettings settings;
  TrackUpstream
    *upstream; /* of the shadow alone: a slow candidate takes no connection of the live calls */
  TrackShadowSender sender;
  char *alarm;
  TrackLatency *latency;
  TrackMetrics *metrics;
  TrackShadowing *shadowing;
};

static void
on_passed (const TrackPassed *passed, gpointer data)
{
  TrackSide *side = data;
  TrackRegistry *registry = track_routes_get_registry (passed->routes);
  const TrackUnit *unit =
    track_registry_find_unit (registry, passed->decision->unit, clock_now_us ());
  const TrackEndpoint *candidate =
    unit == NULL || unit->shadow == NULL
      ? NULL
      : track_registry_find_endpoint (registry, unit->shadow->endpoint);
  TrackShadowCall call = {
    .unit = passed->decision->unit,
    .operation = passed->call->contract,
    .option = passed->call->option,
    .booking = passed->call->booking,
    .request_id = passed->record->request_id,
    .request = passed->request,
    .headers = passed->headers,
    .answer = passed->answer,
    .n_answer = passed->n_answer,
  };

  /* What a canary sent to the candidate is no question for the candidate to be compared on. */
  if (candidate != NULL && candidate != passed->decision->endpoint && call.operation != NULL)
    track_shadowing_offer (side->shadowing, unit->shadow, candidate, &call);
}

static gboolean
open_upstream (TrackSide *side, GError **error)
{
  const TrackConfig *config = side->settings.config;
  TrackUpstreamSettings settings = {
    .ca_file = config->upstream_trust,
    .certificate_file = config->upstream_certificate,
    .key_file = config->upstream_key,
    .max_idle = SHADOW_IDLE,
    .idle_ms = (guint) config->upstream_idle_ms,
    .life_s = (guint) config->upstream_life_s,
    .max_parallel = SHADOW_PARALLEL,
    .max_answer_bytes = SHADOW_ANSWER_BYTES,
  };

  side->upstream = track_upstream_new (&settings, error);
  return side->upstream != NULL;
}

static void
on_routes (TrackRoutes *routes, gpointer data)
{
  TrackSide *side = data;

  track_metrics_set_registry (side->metrics, track_routes_get_registry (routes));
}

/**
 * track_side_new:
 *
 * Begins to observe the gateway. Loop thread. Errors: those of the certificates.
 *
 * Returns: (transfer full): freed behind the gateway
 */
TrackSide *
track_side_new (const TrackSideSettings *settings, GError **error)
{
  g_autoptr (TrackSide) side = g_new0 (TrackSide, 1);

  side->settings = *settings;
  if (!open_upstream (side, error))
    return NULL;
  side->sender = (TrackShadowSender){ .upstream = side->upstream,
                                      .gateway = settings->gateway,
                                      .log = settings->log };
  TrackShadowSettings shadow = {
    .port = track_shadow_send_port (&side->sender),
    .mapping = settings->mapping,
    .workers = settings->workers,
    .max_parallel = SHADOW_PARALLEL,
  };
  side->latency = track_latency_new (MAX_KEYS);
  side->metrics = track_metrics_new ();
  side->shadowing = track_shadowing_new (&shadow);
  track_gateway_add_observer (settings->gateway, track_latency_observe, side->latency);
  track_gateway_add_observer (settings->gateway, track_metrics_observe, side->metrics);
  track_keeper_add_listener (settings->keeper, on_routes, side);
  if (track_keeper_get_routes (settings->keeper) != NULL)
    on_routes (track_keeper_get_routes (settings->keeper), side);
  track_gateway_set_passed (settings->gateway, on_passed, side);
  return g_steal_pointer (&side);
}

/**
 * track_side_free:
 * @side: (nullable) (transfer full): when the gateway tells nothing any more
 */
void
track_side_free (TrackSide *side)
{
  if (side == NULL)
    return;
  g_clear_pointer (&side->shadowing, track_shadowing_free);
  track_shadow_send_stop (&side->sender);
  g_clear_pointer (&side->upstream, track_upstream_free);
  g_clear_pointer (&side->latency, track_latency_free);
  g_clear_pointer (&side->metrics, track_metrics_free);
  g_free (side->alarm);
  g_free (side);
}

/**
 * track_side_reload:
 *
 * Reads the certificates again. Errors: then the old ones stay.
 */
gboolean
track_side_reload (TrackSide *side, GError **error)
{
  return track_upstream_reload (side->upstream, error);
}

/**
 * track_side_set_guard:
 * @guard: of the canaries, which could not be had before
 */
void
track_side_set_guard (TrackSide *side, const TrackCanaryGuard *guard)
{
  side->settings.guard = guard;
}

/**
 * track_side_set_alarm:
 * @words: (nullable): what is wrong with the gateway itself; NULL: nothing any more
 *
 * Shown by the status face when the registry has no alarm of its own. Loop thread.
 */
void
track_side_set_alarm (TrackSide *side, const char *words)
{
  g_free (side->alarm);
  side->alarm = g_strdup (words);
}

/**
 * track_side_get_alarm:
 *
 * Returns: (nullable): as it was set. Loop thread.
 */
const char *
track_side_get_alarm (const TrackSide *side)
{
  return side->alarm;
}

static void
reply_text (ListenerRequest *request, guint status, const char *text)
{
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));

  listener_request_reply (request, status, "text/plain; charset=utf-8", body);
}

static guint64
count_lost (const TrackCallLog *log)
{
  TrackCallLogCounters counters = { 0 };

  if (log != NULL)
    track_call_log_get_counters (log, &counters);
  return counters.n_dropped + counters.n_failed + counters.n_lines_failed;
}

/**
 * track_side_serve:
 * @side: a TrackSide
 *
 * Answers the status face: /status, /status.json, /metrics. A TrackStatusFunc; loop thread.
 */
void
track_side_serve (ListenerRequest *request, const char *path, gpointer side)
{
  TrackSide *own = side;
  const TrackSideSettings *settings = &own->settings;
  TrackRoutes *routes = track_keeper_get_routes (settings->keeper);
  const char *problem = track_keeper_get_state (settings->keeper)->problem;
  gint64 now_us = clock_now_us ();

  if (routes == NULL)
    {
      reply_text (request, 503, "there is no registry yet\n");
      return;
    }
  g_autoptr (JsonObject) watch =
    settings->describe == NULL ? NULL : settings->describe (now_us, settings->describe_data);
  g_autoptr (JsonArray) canaries = track_self_list_canaries (settings->guard, now_us);
  TrackStatusSources sources = {
    .routes = routes,
    .watch = watch,
    .canaries = canaries,
    .latency = own->latency,
    .alarm = problem != NULL ? problem : own->alarm,
    .unconfirmed = track_keeper_get_state (settings->keeper)->unconfirmed,
    .n_log_lost = count_lost (settings->log),
    .now_us = now_us,
  };
  if (!track_status_face_serve (request, &sources, own->metrics))
    reply_text (request, 404, "there is /status, /status.json, /metrics and /health/ready\n");
}

/**
 * track_side_get_shadowing:
 *
 * Returns: (transfer none): for its report
 */
TrackShadowing *
track_side_get_shadowing (TrackSide *side)
{
  return side->shadowing;
}
