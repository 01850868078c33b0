/* SPDX-License-Identifier: EUPL-1.2 */
/* Asks every address of every Planner a real question now and then, as a caller would, and reports as of a call. */
#pragma once

#include "base/track-outcome.h"
#include "contract-mapping.h"
#include "health/track-health.h"
#include "registry/track-registry.h"
#include "upstream/track-upstream.h"

/**
 * TrackProbeSettings:
 * @upstream: of its own, that keeps no connection at rest: each probe looks up the name, connects and sees the
 *   certificate. Outlives the probes
 * @health: tells who fails, and is asked sooner, and who is busy, and is asked more seldom
 * @interval_s: between two probes of an address; 0: only those that are asked for
 * @citizen: ten digits of a citizen who cannot exist
 * @observe: what came of each; @observe_data goes with it
 */
typedef struct
{
  GMainContext *context;
  TrackUpstream *upstream;
  TrackHealth *health;
  const ContractMapping *mapping;
  guint interval_s;
  const char *citizen;
  void (*observe) (const TrackRecord *record, gpointer observe_data);
  gpointer observe_data;
} TrackProbeSettings;

typedef struct _TrackProbes TrackProbes;

TrackProbes *track_probes_new (const TrackProbeSettings *settings);
void track_probes_set_registry (TrackProbes *probes, TrackRegistry *registry);
void track_probes_set_interval (TrackProbes *probes, guint interval_s);
gboolean track_probes_ask_now (TrackProbes *probes, const char *endpoint);
void track_probes_stop (TrackProbes *probes);
void track_probes_free (TrackProbes *probes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackProbes, track_probes_free)
