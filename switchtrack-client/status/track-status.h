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
 * @alarm: (nullable): what is wrong with the gateway itself
 */
typedef struct
{
  const TrackRoutes *routes;
  JsonObject *watch;
  const TrackLatency *latency;
  const char *alarm;
  gint64 now_us;
} TrackStatusSources;

JsonObject *track_status_dup (const TrackStatusSources *sources);
const char *track_status_get_text (JsonObject *object, const char *member);
JsonArray *track_status_get_list (JsonObject *object, const char *member);
