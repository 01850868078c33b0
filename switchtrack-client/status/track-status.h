/* SPDX-License-Identifier: EUPL-1.2 */
/* What the status page tells: units, Planners, disturbances and windows, as one JSON object. */
#pragma once

#include <json-glib/json-glib.h>

#include "route/track-route.h"
#include "status/track-latency.h"

/**
 * TrackStatusSources:
 * @watch: (nullable): track_watch_describe()
 * @latency: (nullable):
 * @canaries: (nullable) (element-type JsonObject): unit, endpoint, permille, state, since, who, reason
 * @alarm: (nullable): what is wrong with the registry, in the words of the log
 * @unconfirmed: revision of a roll-back that another person has to confirm; 0: none
 * @n_log_lost: calls that are missing in the call log
 */
typedef struct
{
  const TrackRoutes *routes;
  JsonObject *watch;
  const TrackLatency *latency;
  const char *alarm;
  gint64 now_us;
  JsonArray *canaries;
  guint64 unconfirmed;
  guint64 n_log_lost;
} TrackStatusSources;

JsonObject *track_status_dup (const TrackStatusSources *sources);
const char *track_status_get_text (JsonObject *object, const char *member);
JsonArray *track_status_get_list (JsonObject *object, const char *member);
