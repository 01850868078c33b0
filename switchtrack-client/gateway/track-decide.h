/* SPDX-License-Identifier: EUPL-1.2 */
/* Which Planner a call goes to: by what it carries, in the order of the contract, and never by guess. */
#pragma once

#include "gateway/track-canary.h"
#include "route/track-learned.h"
#include "route/track-route.h"

/**
 * TrackDecision:
 * @endpoint: (nullable): where it goes; NULL: nobody is known
 * @unit: jobcenter code of the row that decided; empty: none
 * @code: the code to be remembered with what the answer names: as it was asked for, now or when the identifier was learned
 * @canary: (nullable): endpoint that the citizen was chosen for, to be remembered
 *
 * Borrowed from the routes.
 */
typedef struct
{
  TrackHow how;
  const TrackEndpoint *endpoint;
  char unit[6];
  char code[6];
  const char *canary;
} TrackDecision;

void track_decide (const TrackRoutes *routes,
                   TrackLearned *learned,
                   const TrackCanaryGuard *guard,
                   const TrackCall *call,
                   gint64 now_us,
                   TrackDecision *out_decision);
