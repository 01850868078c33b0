/* SPDX-License-Identifier: EUPL-1.2 */
/* The room as the daemon sees it: probes, watch and messages, put together as the configuration says. */
#pragma once

#include "base/track-config.h"
#include "health/track-probe.h"
#include "health/track-watch.h"

/**
 * TrackLookoutSettings:
 * @config: a reference is taken
 * @database: (nullable): registry.db
 * @observe: what came of a probe, for everybody who observes calls; from there it comes back by track_watch_observe()
 */
typedef struct
{
  GMainContext *context;
  const TrackConfig *config;
  TrackDatabase *database;
  const ContractMapping *mapping;
  void (*observe) (const TrackRecord *record, gpointer observe_data);
  gpointer observe_data;
} TrackLookoutSettings;

typedef struct _TrackLookout TrackLookout;

TrackLookout *track_lookout_new (const TrackLookoutSettings *settings,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
TrackWatch *track_lookout_get_watch (TrackLookout *lookout);
TrackProbes *track_lookout_get_probes (TrackLookout *lookout);
void track_lookout_set_registry (TrackLookout *lookout, TrackRegistry *registry);
gboolean track_lookout_reload (TrackLookout *lookout,
                               const TrackConfig *config,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_lookout_stop (TrackLookout *lookout);
void track_lookout_free (TrackLookout *lookout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackLookout, track_lookout_free)
