/* SPDX-License-Identifier: EUPL-1.2 */
/* How long calls took and how many failed over the last hour, by key: log-linear histograms in pieces of five minutes. */
#pragma once

#include "base/track-outcome.h"

/**
 * TrackLatencyView:
 * @n_failed: of @n_calls
 * @p50_us, @p99_us: at most an eighth too long; 0 without a call
 */
typedef struct
{
  guint64 n_calls;
  guint64 n_failed;
  gint64 p50_us;
  gint64 p99_us;
} TrackLatencyView;

typedef struct _TrackLatency TrackLatency;

TrackLatency *track_latency_new (guint max_keys);
void track_latency_free (TrackLatency *latency);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackLatency, track_latency_free)

void track_latency_observe (const TrackRecord *record, gpointer latency);
void track_latency_note (TrackLatency *latency,
                         const char *key,
                         gint64 took_us,
                         gboolean is_failure,
                         gint64 now_us);
void track_latency_get (const TrackLatency *latency,
                        const char *key,
                        gint64 now_us,
                        TrackLatencyView *out_view);
guint64 track_latency_get_n_unkept (const TrackLatency *latency);
