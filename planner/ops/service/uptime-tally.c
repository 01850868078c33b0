/* SPDX-License-Identifier: EUPL-1.2 */
/* The tally of calls by hour, unit, outcome and duration, and the run that plannerd is in. */
#include "ops/service/uptime-tally.h"

/* Under load a sign of life rides with a group each second. */
#define MIN_INTERVAL_US PERIOD_US_PER_S

const gint64 uptime_bounds_us[UPTIME_N_BOUNDS] = { 1000,   2500,    5000,    10000,   25000,
                                                   50000,  100000,  200000,  300000,  500000,
                                                   750000, 1000000, 2500000, 5000000, 5500000 };

static const char *const outcome_names[] = { "ok", "fault", "busy", "error", "closed" };

typedef struct
{
  gint64 hour_us;
  gint64 tenant_id;
  gint64 unit_id;
  guint outcome;
  guint bucket;
} Key;

/* The run as the database has it. */
typedef struct
{
  gint64 span_id;
  gint64 seen_us;
  gint64 gap_us;
} Run;

struct _UptimeTally
{
  GMutex lock;
  GHashTable *waiting; /* Key → gint64 */
  GHashTable *written; /* (nullable): in a transaction that is not durable yet */
  Run kept;
  Run pending;
  gint64 tried_us;
  gboolean is_ending;
};

static guint
key_hash (gconstpointer value)
{
  const Key *key = value;
  guint64 mixed = (guint64) key->hour_us / PERIOD_US_PER_HOUR * 31 +
                  (guint64) key->tenant_id * 1009 + (guint64) key->unit_id * 10007 +
                  key->outcome * 97 + key->bucket;

  return (guint) (mixed * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) >> 32);
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  const Key *left = a, *right = b;

  return left->hour_us == right->hour_us && left->tenant_id == right->tenant_id &&
         left->unit_id == right->unit_id && left->outcome == right->outcome &&
         left->bucket == right->bucket;
}

static GHashTable *
counts_new (void)
{
  return g_hash_table_new_full (key_hash, key_equal, g_free, g_free);
}

/**
 * uptime_tally_new:
 *
 * Returns: (transfer full): nothing counted, no run begun
 */
UptimeTally *
uptime_tally_new (void)
{
  UptimeTally *tally = g_new0 (UptimeTally, 1);

  g_mutex_init (&tally->lock);
  tally->waiting = counts_new ();
  return tally;
}

/**
 * uptime_tally_free:
 */
void
uptime_tally_free (UptimeTally *tally)
{
  if (tally == NULL)
    return;
  g_hash_table_unref (tally->waiting);
  g_clear_pointer (&tally->written, g_hash_table_unref);
  g_mutex_clear (&tally->lock);
  g_free (tally);
}

static void
add (GHashTable *counts, const Key *key, gint64 n)
{
  gint64 *count = g_hash_table_lookup (counts, key);

  if (count == NULL)
    {
      count = g_new0 (gint64, 1);
      g_hash_table_insert (counts, g_memdup2 (key, sizeof *key), count);
    }
  *count += n;
}

/**
 * uptime_tally_count:
 *
 * Any thread; does not block for long.
 */
void
uptime_tally_count (UptimeTally *tally, const UptimeCall *call, gint64 now_us)
{
  Key key = { .hour_us = period_floor_to (now_us, PERIOD_US_PER_HOUR),
              .tenant_id = call->tenant_id,
              .unit_id = call->unit_id,
              .outcome = call->outcome };

  while (key.bucket < UPTIME_N_BOUNDS && call->duration_us > uptime_bounds_us[key.bucket])
    key.bucket++;
  g_mutex_lock (&tally->lock);
  add (tally->waiting, &key, 1);
  g_mutex_unlock (&tally->lock);
}

/**
 * uptime_tally_is_due:
 *
 * Returns: whether a group that is made now should carry a sign of life. Writer.
 */
gboolean
uptime_tally_is_due (UptimeTally *tally, gint64 now_us)
{
  gboolean is_due;

  g_mutex_lock (&tally->lock);
  is_due = tally->is_ending || now_us - tally->tried_us >= MIN_INTERVAL_US;
  g_mutex_unlock (&tally->lock);
  return is_due;
}

/**
 * uptime_tally_get_seen:
 *
 * Returns: the last durable sign of life, 0 before the first. Any thread.
 */
gint64
uptime_tally_get_seen (UptimeTally *tally)
{
  gint64 seen_us;

  g_mutex_lock (&tally->lock);
  seen_us = tally->kept.seen_us;
  g_mutex_unlock (&tally->lock);
  return seen_us;
}

/**
 * uptime_tally_get_gap:
 *
 * Returns: how long nobody was served before this run, in microseconds; 0 for the first. Any thread.
 */
gint64
uptime_tally_get_gap (UptimeTally *tally)
{
  gint64 gap_us;

  g_mutex_lock (&tally->lock);
  gap_us = tally->kept.gap_us;
  g_mutex_unlock (&tally->lock);
  return gap_us;
}

/**
 * uptime_tally_end:
 *
 * Any thread.
 */
void
uptime_tally_end (UptimeTally *tally)
{
  g_mutex_lock (&tally->lock);
  tally->is_ending = TRUE;
  g_mutex_unlock (&tally->lock);
}

static gboolean
write_counts (UptimeTally *tally, StoreSession *session, GError **error)
{
  GHashTableIter iter;
  gpointer each_key, each_count;

  /* The order of the rows is nobody's concern: the table has its own. */
  g_hash_table_iter_init (&iter, tally->written);
  while (g_hash_table_iter_next (&iter, &each_key, &each_count))
    {
      const Key *key = each_key;
      UptimeCount count = { .hour_us = key->hour_us,
                            .tenant_id = key->tenant_id,
                            .unit_id = key->unit_id,
                            .outcome = outcome_names[key->outcome],
                            .bound_us =
                              key->bucket < UPTIME_N_BOUNDS ? uptime_bounds_us[key->bucket] : 0,
                            .n_calls = *(gint64 *) each_count };

      if (!uptime_store_add_count (session, &count, error))
        return FALSE;
    }
  return TRUE;
}

/* A run begins: after the last one, even if the clock was set back meanwhile. */
static gboolean
begin_run (Run *run, StoreSession *session, gint64 now_us, GError **error)
{
  UptimeSpan last;
  gint64 start_us;

  if (!uptime_store_find_last (session, &last, error))
    return FALSE;
  start_us = MAX (now_us, last.period.end_us);
  run->gap_us = last.span_id == 0 ? 0 : start_us - last.period.end_us;
  run->seen_us = start_us;
  return uptime_store_open_span (session, start_us, &run->span_id, error);
}

static gboolean
write_run (Run *run, StoreSession *session, gint64 now_us, gboolean is_ending, GError **error)
{
  if (run->span_id != 0 && now_us - run->seen_us > UPTIME_STALL_US)
    {
      if (!uptime_store_see (session, run->span_id, run->seen_us, UPTIME_STALLED, error))
        return FALSE;
      run->span_id = 0;
    }
  if (run->span_id == 0 && !begin_run (run, session, now_us, error))
    return FALSE;
  run->seen_us = MAX (now_us, run->seen_us);
  return uptime_store_see (session, run->span_id, run->seen_us,
                           is_ending ? UPTIME_STOPPED : UPTIME_OPEN, error);
}

/**
 * uptime_tally_write:
 *
 * Writes what waits, and that the writer lives.
 */
gboolean
uptime_tally_write (UptimeTally *tally, StoreSession *session, gint64 now_us, GError **error)
{
  gboolean is_ending;

  g_mutex_lock (&tally->lock);
  tally->tried_us = now_us;
  tally->written = g_steal_pointer (&tally->waiting);
  tally->waiting = counts_new ();
  tally->pending = tally->kept;
  is_ending = tally->is_ending;
  g_mutex_unlock (&tally->lock);
  return write_counts (tally, session, error) &&
         write_run (&tally->pending, session, now_us, is_ending, error);
}

/**
 * uptime_tally_keep:
 *
 * What was written is durable. Writer; nothing happens when nothing was written.
 */
void
uptime_tally_keep (UptimeTally *tally)
{
  if (tally->written == NULL)
    return;
  g_mutex_lock (&tally->lock);
  tally->kept = tally->pending;
  g_clear_pointer (&tally->written, g_hash_table_unref);
  g_mutex_unlock (&tally->lock);
}

/**
 * uptime_tally_undo:
 *
 * What was written came to nothing: it waits again.
 */
void
uptime_tally_undo (UptimeTally *tally)
{
  GHashTableIter iter;
  gpointer key, count;

  if (tally->written == NULL)
    return;
  g_mutex_lock (&tally->lock);
  g_hash_table_iter_init (&iter, tally->written);
  while (g_hash_table_iter_next (&iter, &key, &count))
    add (tally->waiting, key, *(gint64 *) count);
  g_clear_pointer (&tally->written, g_hash_table_unref);
  g_mutex_unlock (&tally->lock);
}
