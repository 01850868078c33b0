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

/* (nullable): the row that serves @code now, as long as it is not the default's. */
static const TrackUnit *
find_row (const Ways *ways, const char *code, gint64 now_us)
{
  const TrackUnit *unit = NULL;
  const TrackEndpoint *endpoint = NULL;
  TrackHow how = track_routes_resolve (ways->routes, code, now_us, &unit, &endpoint);

  return how == TRACK_HOW_NONE || how == TRACK_HOW_DEFAULT ? NULL : unit;
}

/* @code is kept as it was asked for; for log and metrics it is that of the row. */
static void
set (const Ways *ways,
     TrackDecision *decision,
     TrackHow how,
     const TrackEndpoint *endpoint,
     const char *code,
     gint64 now_us)
{
  const TrackUnit *unit = find_row (ways, code, now_us);

  decision->how = how;
  decision->endpoint = endpoint;
  g_strlcpy (decision->code, code, sizeof decision->code);
  g_strlcpy (decision->unit, unit == NULL ? code : unit->code, sizeof decision->unit);
}

/* What is known of the citizen, if it is of this very unit, under whichever of its codes he called. */
static gboolean
find_known (const Ways *ways,
            const char *citizen,
            const TrackUnit *unit,
            gint64 now_us,
            TrackPlace *out_place)
{
  if (*citizen == '\0' || !track_learned_find_citizen (ways->learned, citizen, out_place) ||
      find_row (ways, out_place->unit, now_us) != unit)
    return FALSE;
  g_strlcpy (out_place->unit, unit->code, sizeof out_place->unit);
  return TRUE;
}

/* A call that goes by what it carries takes no citizen's choice away. */
static void
keep_choice (const Ways *ways, const TrackCall *call, gint64 now_us, TrackDecision *decision)
{
  const TrackUnit *unit = *call->code == '\0' ? NULL : find_row (ways, call->code, now_us);
  TrackPlace place;

  if (unit != NULL && find_known (ways, call->citizen, unit, now_us, &place))
    decision->canary = place.endpoint;
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
        issuer =
          track_routes_find_issuer (ways->routes, place.endpoint,
                                    *place.unit == '\0' ? NULL : place.unit, place.seen_us, now_us);
      if (issuer == NULL)
        continue;
      set (ways, decision, ids[i].how, issuer, *place.unit != '\0' ? place.unit : call->code,
           now_us);
      keep_choice (ways, call, now_us, decision);
      return TRUE;
    }
  return FALSE;
}

/* Nobody new goes to a candidate that drains or rests. */
static gboolean
may_begin (const Ways *ways, const TrackUnit *unit)
{
  const TrackCanary *share = unit->canary;
  const TrackEndpoint *endpoint =
    share == NULL
      ? NULL
      : track_registry_find_endpoint (track_routes_get_registry (ways->routes), share->endpoint);

  return endpoint != NULL && endpoint->state == TRACK_STATE_ACTIVE &&
         (ways->guard == NULL ||
          track_canary_guard_may_begin (ways->guard, unit->code, share->endpoint));
}

/* What was chosen for a citizen stays; only who is new may be chosen, and only where that is declared to be safe. */
static void
try_canary (const Ways *ways,
            const TrackCall *call,
            const TrackUnit *unit,
            gint64 now_us,
            TrackDecision *decision)
{
  const TrackCanary *share = unit->canary;
  const TrackEndpoint *chosen = NULL;
  const char *name;
  TrackPlace place;
  gboolean is_known;

  if (*call->citizen == '\0' || decision->how == TRACK_HOW_DEFAULT)
    return;
  is_known = find_known (ways, call->citizen, unit, now_us, &place);
  name = track_canary_choose (
    unit, decision->endpoint->name, is_known ? &place : NULL,
    share == NULL ? 0 : track_learned_hash_citizen (ways->learned, call->citizen, share->endpoint),
    may_begin (ways, unit));
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
  set (ways, decision, how, endpoint, call->code, now_us);
  try_canary (ways, call, unit, now_us, decision);
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
  set (ways, decision, TRACK_HOW_CITIZEN, endpoint, place.unit, now_us);
  try_canary (ways, call, unit, now_us, decision);
  return TRUE;
}

/**
 * track_decide:
 * @guard: (nullable): who may stop a canary
 *
 * Memory, and at most four looks by a primary key. Loop thread. Source: docs/switchtrack.md, "Where a call goes".
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
