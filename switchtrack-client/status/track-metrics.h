/* SPDX-License-Identifier: EUPL-1.2 */
/* Counters of calls, and Prometheus' text of them and of the status. Labels come from the registry and the contract only. */
#pragma once

#include <json-glib/json-glib.h>

#include "base/track-outcome.h"
#include "registry/track-registry.h"

typedef struct _TrackMetrics TrackMetrics;

TrackMetrics *track_metrics_new (void);
void track_metrics_free (TrackMetrics *metrics);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackMetrics, track_metrics_free)

void track_metrics_set_registry (TrackMetrics *metrics, TrackRegistry *registry);
void track_metrics_observe (const TrackRecord *record, gpointer metrics);
char *track_metrics_dup_text (const TrackMetrics *metrics, JsonObject *status);
