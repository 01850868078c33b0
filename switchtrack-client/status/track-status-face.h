/* SPDX-License-Identifier: EUPL-1.2 */
/* GET /status, /status.json and /metrics. */
#pragma once

#include "listener.h"
#include "status/track-metrics.h"
#include "status/track-status.h"

gboolean track_status_face_serve (ListenerRequest *request,
                                  const TrackStatusSources *sources,
                                  const TrackMetrics *metrics);
