/* SPDX-License-Identifier: EUPL-1.2 */
/* Takes a call as far as the decision where it goes: scanned, routed, within limits, sent. */
#include "gateway/track-gateway.h"

#include <string.h>

#include "base/clock.h"
#include "gateway/track-passage.h"
#include "http/planner-media.h"

/**
 * track_gateway_new:
 * @settings: copied; what it points to must outlive the gateway
 *
 * Returns: (transfer full): freed when no call is under way
 */
TrackGateway *
track_gateway_new (const TrackGatewaySettings *settings)
{
  TrackGateway *gateway = g_new0 (TrackGateway, 1);

  gateway->settings = *settings;
  gateway->config = track_config_ref (settings->config);
  gateway->watchers = g_array_new (FALSE, FALSE, sizeof (TrackWatcher));
  gateway->slots = g_hash_table_new (g_direct_hash, g_direct_equal);
  return gateway;
}

/**
 * track_gateway_free:
 *
 * NULL is ignored.
 */
void
track_gateway_free (TrackGateway *gateway)
{
  if (gateway == NULL)
    return;
  g_array_unref (gateway->watchers);
  g_hash_table_unref (gateway->slots);
  track_config_unref (gateway->config);
  g_free (gateway);
}

/**
 * track_gateway_set_config:
 *
 * For calls from now on. Loop thread.
 */
void
track_gateway_set_config (TrackGateway *gateway, const TrackConfig *config)
{
  TrackConfig *old = gateway->config;

  gateway->config = track_config_ref (config);
  track_config_unref (old);
}

/**
 * track_gateway_set_guard:
 * @guard: of the canaries, which could not be had before
 */
void
track_gateway_set_guard (TrackGateway *gateway, const TrackCanaryGuard *guard)
{
  gateway->settings.guard = guard;
}

/**
 * track_gateway_set_pick:
 * @pick: who knows which addresses are well; without it the first one is taken
 */
void
track_gateway_set_pick (TrackGateway *gateway, TrackPickFunc pick, gpointer data)
{
  gateway->pick = pick;
  gateway->pick_data = data;
}

/**
 * track_gateway_pick_url:
 *
 * Returns: (transfer none): the address at which a call of now is made; valid as long as @endpoint. Loop thread.
 */
const char *
track_gateway_pick_url (TrackGateway *gateway, const TrackEndpoint *endpoint, gint64 now_us)
{
  return gateway->pick == NULL ? endpoint->urls[0]
                               : gateway->pick (endpoint, now_us, gateway->pick_data);
}

/**
 * track_gateway_set_passed:
 * @func: (nullable): told of every call that got an answer or a fault of its Planner
 */
void
track_gateway_set_passed (TrackGateway *gateway, TrackPassedFunc func, gpointer data)
{
  gateway->passed = func;
  gateway->passed_data = data;
}

/**
 * track_gateway_add_observer:
 *
 * In the order in which they were added. Loop thread.
 */
void
track_gateway_add_observer (TrackGateway *gateway, TrackObserver func, gpointer data)
{
  TrackWatcher watcher = { func, data };

  g_array_append_val (gateway->watchers, watcher);
}

/**
 * track_gateway_tell:
 * @record: of a call, or of a probe, which is nobody's call
 *
 * All observers hear of it. Loop thread.
 */
void
track_gateway_tell (TrackGateway *gateway, const TrackRecord *record)
{
  for (guint i = 0; i < gateway->watchers->len; i++)
    {
      const TrackWatcher *watcher = &g_array_index (gateway->watchers, TrackWatcher, i);

      watcher->func (record, watcher->data);
    }
}

/**
 * track_gateway_get_counters:
 */
const TrackGatewayCounters *
track_gateway_get_counters (const TrackGateway *gateway)
{
  return &gateway->counters;
}

/**
 * track_gateway_count_at:
 *
 * Returns: calls under way at that endpoint
 */
guint
track_gateway_count_at (const TrackGateway *gateway, const char *endpoint)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (gateway->slots, g_intern_string (endpoint)));
}

static gboolean
take_slot (TrackPassage *passage)
{
  TrackGateway *gateway = passage->gateway;
  const TrackEndpoint *endpoint = passage->decision.endpoint;
  const char *name = g_intern_string (endpoint->name);
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (gateway->slots, name));

  if (n >= endpoint->max_parallel)
    return FALSE;
  g_hash_table_insert (gateway->slots, (gpointer) name, GUINT_TO_POINTER (n + 1));
  passage->slot = name;
  return TRUE;
}

static void
set_retry_after (TrackPassage *passage, gint64 until_us)
{
  gint64 left_us = until_us - passage->at_us;

  if (until_us > 0)
    passage->retry_after =
      g_strdup_printf ("%" G_GINT64_FORMAT, MAX (left_us / G_USEC_PER_SEC + 1, 1));
}

static void
send (TrackPassage *passage)
{
  TrackGateway *gateway = passage->gateway;
  const TrackEndpoint *endpoint = passage->decision.endpoint;
  TrackTarget target = { .pins = (const char *const *) endpoint->pins,
                         .connect_ms = endpoint->connect_ms,
                         .timeout_ms = endpoint->timeout_ms,
                         .may_repeat = !passage->call.is_write || endpoint->repeats_are_safe };

  passage->url = track_gateway_pick_url (gateway, endpoint, passage->at_us);
  target.url = passage->url;
  passage->headers = track_headers_dup_passed (passage->request, passage->request_id);
  track_passage_send (passage, &target);
}

static void
route (TrackPassage *passage)
{
  TrackGateway *gateway = passage->gateway;
  TrackRoutes *routes = gateway->settings.get_routes (gateway->settings.routes_data);
  gint64 until_us = 0;

  if (routes == NULL)
    {
      track_passage_refuse (passage, TRACK_OUTCOME_NO_ROUTE, TRACK_FAULT_NO_REGISTRY);
      return;
    }
  passage->routes = track_routes_ref (routes);
  track_decide (routes, gateway->settings.learned, gateway->settings.guard, &passage->call,
                passage->at_us, &passage->decision);
  if (passage->decision.how == TRACK_HOW_NONE)
    track_passage_refuse (passage, TRACK_OUTCOME_NO_ROUTE,
                          passage->call.has_bad_code    ? TRACK_FAULT_BAD_CODE
                          : *passage->call.code != '\0' ? TRACK_FAULT_UNKNOWN_UNIT
                                                        : TRACK_FAULT_NO_ROUTE);
  else if (track_routes_is_closed (routes, passage->decision.endpoint, passage->at_us, &until_us))
    {
      set_retry_after (passage, until_us);
      track_passage_refuse (passage, TRACK_OUTCOME_MAINTENANCE, TRACK_FAULT_MAINTENANCE);
    }
  else if (!take_slot (passage))
    track_passage_refuse (passage, TRACK_OUTCOME_LIMIT, TRACK_FAULT_LIMIT);
  else
    send (passage);
}

static void
unref_request (gpointer request)
{
  listener_request_unref (request);
}

/* The listener holds the body until the request is freed: no copy. */
static GBytes *
borrow_body (ListenerRequest *request)
{
  gsize n_bytes = 0;
  const char *bytes = listener_request_get_body (request, &n_bytes);

  return g_bytes_new_with_free_func (bytes, n_bytes, unref_request, listener_request_ref (request));
}

static TrackPassage *
passage_new (TrackGateway *gateway, ListenerRequest *request, const char *caller)
{
  TrackPassage *passage = g_new0 (TrackPassage, 1);

  passage->gateway = gateway;
  passage->request = listener_request_ref (request);
  passage->caller = g_strdup (caller);
  passage->at_us = clock_now_us ();
  passage->arrived_us = clock_monotonic_us ();
  passage->verdict = TRACK_N_OUTCOMES;
  passage->decision.how = TRACK_HOW_NONE;
  passage->body = borrow_body (request);
  track_times_init (&passage->times);
  track_headers_take_id (request, passage->request_id);
  gateway->counters.n_calls++;
  return passage;
}

/**
 * track_gateway_handle:
 * @request: a POST to the contract's path; a reference is taken
 * @caller: name on the allow-list
 *
 * Replies once: with the Planner's answer byte for byte, with a fault of ours in the caller's SOAP version, or with 415
 * when the body is not SOAP by its media type. Loop thread; does not block.
 */
void
track_gateway_handle (TrackGateway *gateway, ListenerRequest *request, const char *caller)
{
  g_autofree char *action = NULL;
  g_autoptr (GError) error = NULL;
  TrackPassage *passage;
  const char *bytes;
  gsize n_bytes;

  if (!planner_media_is_plain (listener_request_find_header (request, "Content-Encoding")) ||
      !planner_media_read (listener_request_find_header (request, "Content-Type"),
                           listener_request_find_header (request, "SOAPAction"), &action))
    {
      planner_media_refuse (request);
      return;
    }
  passage = passage_new (gateway, request, caller);
  bytes = g_bytes_get_data (passage->body, &n_bytes);
  if (track_call_scan (&passage->call, bytes == NULL ? "" : bytes, n_bytes,
                       gateway->settings.mapping, &error))
    route (passage);
  else
    track_passage_refuse_call (passage, error);
}
