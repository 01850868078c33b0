/* SPDX-License-Identifier: EUPL-1.2 */
/* The gateway: takes a call, finds its Planner, passes the call there and the answer back. */
#pragma once

#include "base/track-config.h"
#include "base/track-outcome.h"
#include "gateway/track-decide.h"
#include "listener.h"
#include "upstream/track-upstream.h"

typedef struct _TrackGateway TrackGateway;

/* Loop thread, once for each call, when all is known of it. Must be short. */
typedef void (*TrackObserver) (const TrackRecord *record, gpointer data);

/* The routes in force; the gateway takes a reference for each call. (nullable): there is no registry. */
typedef TrackRoutes *(*TrackRoutesFunc) (gpointer data);

/* Which of an endpoint's addresses, all of the same Planner; one of @endpoint's own strings. */
typedef const char *(*TrackPickFunc) (const TrackEndpoint *endpoint, gint64 now_us, gpointer data);

/**
 * TrackPassed:
 * @headers: (array zero-terminated=1): as they were sent to the Planner
 * @answer: (array length=n_answer) (nullable): NULL when it streamed past and was not held whole
 *
 * A call that got its answer, for who compares Planners. Lives until the function returns; @request may be kept.
 */
typedef struct
{
  const TrackCall *call;
  const TrackDecision *decision;
  TrackRoutes *routes;
  GBytes *request;
  const char *const *headers;
  const TrackRecord *record;
  const char *answer;
  gsize n_answer;
} TrackPassed;

typedef void (*TrackPassedFunc) (const TrackPassed *passed, gpointer data);

/**
 * TrackGatewaySettings:
 * @context: (nullable): the loop's
 * @config: a reference is taken
 * @mapping: names of the wire; must outlive it, as the others
 * @guard: (nullable): of the canaries
 * @upstream: who sends
 */
typedef struct
{
  GMainContext *context;
  const TrackConfig *config;
  const ContractMapping *mapping;
  TrackLearned *learned;
  const TrackCanaryGuard *guard;
  TrackUpstream *upstream;
  TrackRoutesFunc get_routes;
  gpointer routes_data;
} TrackGatewaySettings;

/**
 * TrackGatewayCounters:
 * @n_calls: under way
 * @n_waited: answers that were held back until what they teach was on disk
 * @n_not_waited: of them those that went on because it took too long, or failed
 * @n_held_bytes: of answers, now
 */
typedef struct
{
  guint n_calls;
  guint64 n_by_outcome[TRACK_N_OUTCOMES];
  guint64 n_waited;
  guint64 n_not_waited;
  guint64 n_streamed;
  gsize n_held_bytes;
} TrackGatewayCounters;

TrackGateway *track_gateway_new (const TrackGatewaySettings *settings);
void track_gateway_free (TrackGateway *gateway);
void track_gateway_set_config (TrackGateway *gateway, const TrackConfig *config);
void track_gateway_set_guard (TrackGateway *gateway, const TrackCanaryGuard *guard);
void track_gateway_set_pick (TrackGateway *gateway, TrackPickFunc pick, gpointer data);
const char *
track_gateway_pick_url (TrackGateway *gateway, const TrackEndpoint *endpoint, gint64 now_us);
void track_gateway_set_passed (TrackGateway *gateway, TrackPassedFunc func, gpointer data);
void track_gateway_add_observer (TrackGateway *gateway, TrackObserver func, gpointer data);
void track_gateway_tell (TrackGateway *gateway, const TrackRecord *record);
void track_gateway_handle (TrackGateway *gateway, ListenerRequest *request, const char *caller);
const TrackGatewayCounters *track_gateway_get_counters (const TrackGateway *gateway);
guint track_gateway_count_at (const TrackGateway *gateway, const char *endpoint);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackGateway, track_gateway_free)
