/* SPDX-License-Identifier: EUPL-1.2 */
/* Which Planner a call goes to: by what it carries, in the order of the contract, and never by guess. */
#include "gateway/track-decide.h"

#include <string.h>

/* What a call is decided by. */
typedef struct
{
  const TrackRoutes *routes;
  TrackLearned *learned;
  const TrackCanaryGuard *guard; /* (nullable) */
} Ways;

static void
set (TrackDecision *decision, TrackHow how, const TrackEndpoint *endpoint, const char *unit)
{
  decision->how = how;
  decision->endpoint = endpoint;
  g_strlcpy (decision->unit, unit, sizeof decision->unit);
}

/* What a Planner issued goes to it, whatever the unit's row says today; unless its bookings were migrated. */
static gboolean
decide_by_id (const Ways *ways, const TrackCall *call, gint64 now_us, TrackDecision *decision)
{
  const struct
  {
    TrackIdKind kind;
    TrackHow how;
    const char *guid;
  } ids[] = {
    { TRACK_ID_BOOKING, TRACK_HOW_BOOKING, call->booking },
    { TRACK_ID_RESERVATION, TRACK_HOW_RESERVATION, call->reservation },
    { TRACK_ID_OPTION, TRACK_HOW_OPTION, call->option },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      const TrackEndpoint *issuer = NULL;
      TrackPlace place;

      if (*ids[i].guid == '\0' ||
          !track_learned_find (ways->learned, ids[i].kind, ids[i].guid, &place))
        continue;
      if (place.endpoint != NULL)
        issuer = track_routes_find_issuer (ways->routes, place.endpoint,
                                           *place.unit == '\0' ? NULL : place.unit, now_us);
      if (issuer == NULL)
        continue;
      set (decision, ids[i].how, issuer, *place.unit != '\0' ? place.unit : call->code);
      return TRUE;
    }
  return FALSE;
}

/* What was chosen for a citizen stays; only who is new may be chosen, and only where that is declared to be safe. */
static void
try_canary (const Ways *ways, const TrackCall *call, const TrackUnit *unit, TrackDecision *decision)
{
  const TrackCanary *share = unit->canary;
  const TrackEndpoint *chosen = NULL;
  const char *name;
  TrackPlace place;
  gboolean is_known;

  if (*call->citizen == '\0' || decision->how == TRACK_HOW_DEFAULT)
    return;
  is_known = track_learned_find_citizen (ways->learned, call->citizen, &place);
  name = track_canary_choose (
    unit, decision->endpoint->name, is_known ? &place : NULL,
    share == NULL ? 0 : track_learned_hash_citizen (ways->learned, call->citizen, share->endpoint),
    share != NULL && (ways->guard == NULL ||
                      track_canary_guard_may_begin (ways->guard, unit->code, share->endpoint)));
  if (name != NULL)
    chosen = track_registry_find_endpoint (track_routes_get_registry (ways->routes), name);
  if (chosen == NULL)
    return;
  decision->canary = chosen->name;
  if (chosen == decision->endpoint)
    return;
  decision->how = TRACK_HOW_CANARY;
  decision->endpoint = chosen;
}

static gboolean
decide_by_code (const Ways *ways, const TrackCall *call, gint64 now_us, TrackDecision *decision)
{
  const TrackUnit *unit = NULL;
  const TrackEndpoint *endpoint = NULL;
  TrackHow how = track_routes_resolve (ways->routes, call->code, now_us, &unit, &endpoint);

  if (how == TRACK_HOW_NONE)
    return FALSE;
  set (decision, how, endpoint, how == TRACK_HOW_DEFAULT ? call->code : unit->code);
  try_canary (ways, call, unit, decision);
  return TRUE;
}

/* The default is for calls that say their code: a remembered one must have a row. */
static gboolean
decide_by_citizen (const Ways *ways, const TrackCall *call, gint64 now_us, TrackDecision *decision)
{
  const TrackUnit *unit = NULL;
  const TrackEndpoint *endpoint = NULL;
  TrackPlace place;
  TrackHow how;

  if (*call->citizen == '\0' ||
      !track_learned_find_citizen (ways->learned, call->citizen, &place) || *place.unit == '\0')
    return FALSE;
  how = track_routes_resolve (ways->routes, place.unit, now_us, &unit, &endpoint);
  if (how == TRACK_HOW_NONE || how == TRACK_HOW_DEFAULT)
    return FALSE;
  set (decision, TRACK_HOW_CITIZEN, endpoint, unit->code);
  try_canary (ways, call, unit, decision);
  return TRUE;
}

/**
 * track_decide:
 * @guard: (nullable): who may stop a canary
 *
 * Memory, and at most four looks by a primary key. Loop thread. Source: issue of the switch-track.
 */
void
track_decide (const TrackRoutes *routes,
              TrackLearned *learned,
              const TrackCanaryGuard *guard,
              const TrackCall *call,
              gint64 now_us,
              TrackDecision *out_decision)
{
  const Ways ways = { routes, learned, guard };
  gboolean is_found;

  *out_decision = (TrackDecision){ .how = TRACK_HOW_NONE };
  if (call->has_bad_code || decide_by_id (&ways, call, now_us, out_decision))
    return;
  is_found = *call->code != '\0' ? decide_by_code (&ways, call, now_us, out_decision)
                                 : decide_by_citizen (&ways, call, now_us, out_decision);
  if (!is_found)
    *out_decision = (TrackDecision){ .how = TRACK_HOW_NONE };
}
