/* SPDX-License-Identifier: EUPL-1.2 */
/* What synchronisation counts, for /metrics and /health/sync. */
#pragma once

#include <glib.h>

#define METRICS_SYNC_N_BOUNDS 10
/* Upper bounds of how long runs take. */
extern const gint64 metrics_sync_bounds_us[METRICS_SYNC_N_BOUNDS];

/* One calendar: the advisor's key, the binding's number, and how long ago it was last read whole; -1: never. */
typedef struct
{
  const char *resource_key;
  gint64 binding_id;
  gint64 age_us;
} MetricsSyncCalendar;

/**
 * MetricsSync:
 * @n_withheld: advisors and rooms that are not offered because what is known of a calendar is too old
 * @n_blocked: calendars whose server or account gets no request now
 * @oldest_us: since the oldest whole reading of a calendar that is not paused
 * @words: (array length=n_words): how runs ended; @runs: how many each
 * @durations: runs up to each bound, and beyond
 * @calendars: (nullable) (element-type MetricsSyncCalendar): NULL unless wanted one by one
 *
 * A picture of one moment; its texts live until the loop turns.
 */
typedef struct
{
  gboolean is_on;
  guint n_bindings;
  guint n_paused;
  guint n_guarded;
  guint n_stale;
  guint n_failing;
  guint n_withheld;
  guint n_conflicts;
  guint n_running;
  guint n_waiting;
  guint n_blocked;
  guint n_open_hosts;
  gint64 oldest_us;
  const char *const *words;
  const guint64 *runs;
  guint n_words;
  guint64 durations[METRICS_SYNC_N_BOUNDS + 1];
  gint64 duration_us;
  guint64 n_requests;
  guint64 n_bytes_sent;
  guint64 n_bytes_received;
  GArray *calendars;
} MetricsSync;

typedef void (*MetricsSyncFunc) (gpointer data, MetricsSync *out_sync);
