/* SPDX-License-Identifier: EUPL-1.2 */
/* Eight buckets to each power of two microseconds, twelve pieces of five minutes: a count is one addition. */
#include "status/track-latency.h"

#include <string.h>

#include "base/clock.h"

#define N_PIECES  12
#define PIECE_US  (5 * G_TIME_SPAN_MINUTE)
#define LINEAR    8
#define N_POWERS  28 /* 2^30 µs: 17 minutes */
#define N_BUCKETS (LINEAR * N_POWERS)
#define MAX_KEY   256

typedef struct
{
  gint64 number; /* of the piece since 1970; another one: it is of an hour that has passed */
  guint32 n_calls;
  guint32 n_failed;
  guint32 counts[N_BUCKETS];
} Piece;

typedef struct
{
  Piece pieces[N_PIECES];
} Series;

struct _TrackLatency
{
  GHashTable *series; /* key → Series */
  guint max_keys;
  guint64 n_unkept;
};

/* Below 8 µs each has its own; above, the three bits behind the highest one. */
static guint
bucket_of (gint64 took_us)
{
  guint64 value = (guint64) CLAMP (took_us, 0, G_MAXINT32);
  guint n_bits = g_bit_storage (value);
  guint bucket =
    n_bits <= 3 ? (guint) value : (n_bits - 3) * LINEAR + (guint) ((value >> (n_bits - 4)) & 7);

  return MIN (bucket, N_BUCKETS - 1);
}

/* The longest that falls into the bucket. */
static gint64
end_of (guint bucket)
{
  guint shift = bucket / LINEAR;

  return shift == 0 ? (gint64) bucket
                    : ((gint64) (LINEAR + bucket % LINEAR + 1) << (shift - 1)) - 1;
}

/**
 * track_latency_new:
 * @max_keys: what comes under more keys is counted as not kept
 *
 * Returns: (transfer full):
 */
TrackLatency *
track_latency_new (guint max_keys)
{
  TrackLatency *latency = g_new0 (TrackLatency, 1);

  latency->series = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  latency->max_keys = max_keys;
  return latency;
}

/**
 * track_latency_free:
 * @latency: (nullable) (transfer full):
 */
void
track_latency_free (TrackLatency *latency)
{
  if (latency == NULL)
    return;
  g_hash_table_unref (latency->series);
  g_free (latency);
}

/**
 * track_latency_note:
 *
 * Counts a call under a key. Loop thread; well under a microsecond once the key is known.
 */
void
track_latency_note (TrackLatency *latency,
                    const char *key,
                    gint64 took_us,
                    gboolean is_failure,
                    gint64 now_us)
{
  Series *series = g_hash_table_lookup (latency->series, key);
  gint64 number = now_us / PIECE_US;

  if (series == NULL && g_hash_table_size (latency->series) >= latency->max_keys)
    {
      latency->n_unkept++;
      return;
    }
  if (series == NULL)
    {
      series = g_new0 (Series, 1);
      g_hash_table_insert (latency->series, g_strdup (key), series);
    }
  Piece *piece = &series->pieces[number % N_PIECES];
  if (piece->number != number)
    {
      memset (piece, 0, sizeof *piece);
      piece->number = number;
    }
  piece->n_calls++;
  piece->n_failed += is_failure ? 1 : 0;
  piece->counts[bucket_of (took_us)]++;
}

/* A key of up to three words; longer than its room it is cut. */
static const char *
join (char key[MAX_KEY], const char *first, const char *second, const char *third)
{
  const char *words[] = { first, second, third };
  gsize n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (words) && words[i] != NULL; i++)
    {
      if (i > 0 && n < MAX_KEY - 1)
        key[n++] = ' ';
      n += MIN (g_strlcpy (key + n, words[i], MAX_KEY - n), MAX_KEY - n - 1);
    }
  return key;
}

/**
 * track_latency_observe:
 * @latency: a TrackLatency
 *
 * Counts a live call under `unit CODE` (`unit default` when it went by the default row), `endpoint NAME` and `endpoint NAME OPERATION`; an observer
 * of the gateway. Probes, shadows and what was never sent are left out.
 */
void
track_latency_observe (const TrackRecord *record, gpointer latency)
{
  gint64 now_us = clock_now_us ();
  gint64 took_us = record->times.total_us + record->own_us;
  gboolean is_failure = track_outcome_is_failure (record->outcome);
  char key[MAX_KEY];

  if (record->is_probe || record->is_shadow || record->outcome == TRACK_OUTCOME_MAINTENANCE ||
      track_outcome_class (record->outcome) == TRACK_CLASS_OURS)
    return;
  if (record->unit != NULL)
    track_latency_note (
      latency,
      join (key, "unit", g_strcmp0 (record->how, "default") == 0 ? "default" : record->unit, NULL),
      took_us, is_failure, now_us);
  if (record->endpoint == NULL)
    return;
  track_latency_note (latency, join (key, "endpoint", record->endpoint, NULL), took_us, is_failure,
                      now_us);
  if (record->operation == NULL)
    return;
  track_latency_note (latency, join (key, "endpoint", record->endpoint, record->operation), took_us,
                      is_failure, now_us);
}

static gint64
find_quantile (const guint64 *sums, guint64 n_calls, guint permille)
{
  guint64 wanted = (n_calls * permille + 999) / 1000, seen = 0;

  for (guint i = 0; i < N_BUCKETS; i++)
    {
      seen += sums[i];
      if (seen >= wanted)
        return end_of (i);
    }
  return end_of (N_BUCKETS - 1);
}

/**
 * track_latency_get:
 *
 * The last hour of a key, up to five minutes less.
 */
void
track_latency_get (const TrackLatency *latency,
                   const char *key,
                   gint64 now_us,
                   TrackLatencyView *out_view)
{
  const Series *series = g_hash_table_lookup (latency->series, key);
  guint64 sums[N_BUCKETS] = { 0 };

  *out_view = (TrackLatencyView){ 0 };
  for (guint i = 0; series != NULL && i < N_PIECES; i++)
    {
      const Piece *piece = &series->pieces[i];

      if (piece->number <= now_us / PIECE_US - N_PIECES)
        continue;
      out_view->n_calls += piece->n_calls;
      out_view->n_failed += piece->n_failed;
      for (guint k = 0; k < N_BUCKETS; k++)
        sums[k] += piece->counts[k];
    }
  if (out_view->n_calls == 0)
    return;
  out_view->p50_us = find_quantile (sums, out_view->n_calls, 500);
  out_view->p99_us = find_quantile (sums, out_view->n_calls, 990);
}

/**
 * track_latency_get_n_unkept:
 *
 * Returns: calls that came under a key too many
 */
guint64
track_latency_get_n_unkept (const TrackLatency *latency)
{
  return latency->n_unkept;
}
