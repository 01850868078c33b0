/* SPDX-License-Identifier: EUPL-1.2 */
/* Gathers calls, hands them to the disk one batch after the other, and removes what is older than its term. */
#include "log/track-call-log.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/timer.h"
#include "base/track-steady.h"
#include "log/track-call-batch.h"

#define GATHER_US    (300 * G_GINT64_CONSTANT (1000))
#define MAX_BATCH    4096
#define UPKEEP_US    (3600 * G_GINT64_CONSTANT (1000000))
#define REMOVE_PIECE 5000
#define QUIET_US     (60 * G_GINT64_CONSTANT (1000000))
#define DAY_US       (86400 * G_GINT64_CONSTANT (1000000))

/* A batch on its way; one at a time, so that lines and rows are in the order of the calls. */
typedef struct
{
  TrackCallLog *log;
  TrackCallBatch *batch;
  guint n_pending;
} Flight;

struct _TrackCallLog
{
  TrackDatabase *database;
  char *lines_dir;
  guint days;
  guint max_queued;
  Timer *timer;
  Timer *upkeep;
  TrackCallBatch *gathered;
  guint n_flights;
  guint n_flying; /* calls in them */
  gboolean is_gathering;
  gboolean is_stopping;
  gint64 complained_us;
  TrackSteady steady;
  gint64 remove_before_us; /* of the upkeep under way */
  guint n_removed;
  TrackCallLogCounters counters;
};

static void flush (TrackCallLog *log);

/* One line a minute: a full disk needs no more. */
static void
complain (TrackCallLog *log, const char *message)
{
  gint64 now_us = clock_monotonic_us ();

  if (log->complained_us != 0 && now_us - log->complained_us < QUIET_US)
    return;
  log->complained_us = now_us;
  g_message ("calls are missing in the call log: %s", message);
}

/* A half of a batch is done: its rows or its lines. */
static void
finish_half (Flight *flight)
{
  TrackCallLog *log = flight->log;

  if (--flight->n_pending > 0)
    return;
  log->n_flights--;
  log->n_flying -= flight->batch->records->len;
  track_call_batch_free (flight->batch);
  g_free (flight);
  if (log->n_flights == 0)
    flush (log);
}

static gboolean
run_store (gpointer data, gpointer session, GError **error)
{
  const Flight *flight = data;

  return track_call_batch_store (flight->batch, session, error);
}

static void
on_stored (gpointer data, const ExecutorReport *report, const GError *error)
{
  Flight *flight = data;
  TrackCallLog *log = flight->log;

  if (error == NULL)
    log->counters.n_written += flight->batch->records->len;
  else
    {
      log->counters.n_failed += flight->batch->records->len;
      complain (log, error->message);
    }
  finish_half (flight);
}

static gboolean
run_lines (gpointer data, gpointer session, GError **error)
{
  const Flight *flight = data;

  return track_call_batch_append_lines (flight->batch, flight->log->lines_dir, error);
}

/* While the program stops, what did not begin will not: then here and now. */
static void
on_lines (gpointer data, const ExecutorReport *report, const GError *error)
{
  Flight *flight = data;
  TrackCallLog *log = flight->log;
  g_autoptr (GError) problem = error != NULL ? g_error_copy (error) : NULL;

  if (log->is_stopping && g_error_matches (error, PLANNER_ERROR, PLANNER_ERROR_BUSY))
    {
      g_clear_error (&problem);
      (void) !run_lines (flight, NULL, &problem);
    }
  if (problem != NULL)
    {
      log->counters.n_lines_failed += flight->batch->records->len;
      complain (log, problem->message);
    }
  finish_half (flight);
}

static void
flush (TrackCallLog *log)
{
  g_autoptr (GError) error = NULL;
  Flight *flight;

  if (log->gathered->records->len == 0)
    return;
  flight = g_new0 (Flight, 1);
  flight->log = log;
  flight->batch = g_steal_pointer (&log->gathered);
  flight->n_pending = 2;
  log->gathered = track_call_batch_new ();
  log->n_flights++;
  log->n_flying += flight->batch->records->len;
  if (log->lines_dir == NULL)
    flight->n_pending = 1;
  else if (!track_database_run_once (log->database, run_lines, on_lines, flight, &error))
    on_lines (flight, NULL, error);
  g_clear_error (&error);
  if (!track_database_write (log->database, run_store, on_stored, flight, &error))
    on_stored (flight, NULL, error);
}

static void
on_timer (gpointer data)
{
  TrackCallLog *log = data;

  log->is_gathering = FALSE;
  if (log->n_flights == 0)
    flush (log);
}

/* Upkeep ------------------------------------------------------------------------------------------ */

static gboolean
run_remove_lines (gpointer data, gpointer session, GError **error)
{
  TrackCallLog *log = data;

  return track_call_lines_remove_before (log->lines_dir, log->remove_before_us, error);
}

static void
on_removed_lines (gpointer data, const ExecutorReport *report, const GError *error)
{
  if (error != NULL)
    g_message ("old files of the call log could not be removed: %s", error->message);
}

static gboolean
run_remove (gpointer data, gpointer session, GError **error)
{
  TrackCallLog *log = data;

  if (!store_run (session, error, SQL_TRACK_CALLS_REMOVE, "ii", log->remove_before_us,
                  (gint64) REMOVE_PIECE))
    return FALSE;
  log->n_removed = (guint) store_n_changed (session);
  return TRUE;
}

/* In pieces, so that calls are written in between. */
static void
on_removed (gpointer data, const ExecutorReport *report, const GError *error)
{
  TrackCallLog *log = data;

  if (error != NULL)
    g_message ("old rows of the call log could not be removed: %s", error->message);
  else if (log->n_removed == REMOVE_PIECE && !log->is_stopping &&
           track_database_write (log->database, run_remove, on_removed, log, NULL))
    return;
  if (!log->is_stopping)
    timer_arm (log->upkeep, clock_monotonic_us () + UPKEEP_US);
}

static void
on_upkeep (gpointer data)
{
  TrackCallLog *log = data;

  /* By a clock that was set a year ahead all would be old, and nothing would bring it back. */
  if (track_steady_has_leapt (&log->steady, DAY_US))
    {
      g_warning (
        "the clock leapt ahead: nothing is removed from the call log before switchtrackd is "
        "started again");
      timer_arm (log->upkeep, clock_monotonic_us () + UPKEEP_US);
      return;
    }
  log->remove_before_us = clock_now_us () - log->days * DAY_US;
  if (log->lines_dir != NULL &&
      !track_database_run_once (log->database, run_remove_lines, on_removed_lines, log, NULL))
    g_debug ("no room for removing old files; in an hour again");
  if (!track_database_write (log->database, run_remove, on_removed, log, NULL))
    timer_arm (log->upkeep, clock_monotonic_us () + UPKEEP_US);
}

/* Front ------------------------------------------------------------------------------------------- */

/**
 * track_call_log_new:
 * @settings: copied
 *
 * Loop thread.
 */
TrackCallLog *
track_call_log_new (const TrackCallLogSettings *settings)
{
  TrackCallLog *log = g_new0 (TrackCallLog, 1);

  log->database = settings->database;
  if (settings->lines_dir != NULL && *settings->lines_dir != '\0')
    log->lines_dir = g_strdup (settings->lines_dir);
  log->days = settings->days;
  log->max_queued = settings->max_queued;
  log->gathered = track_call_batch_new ();
  log->timer = timer_new (settings->context, on_timer, log);
  log->upkeep = timer_new (settings->context, on_upkeep, log);
  timer_arm (log->upkeep, clock_monotonic_us ());
  return log;
}

static guint
count_queued (const TrackCallLog *log)
{
  return log->gathered->records->len + log->n_flying;
}

/**
 * track_call_log_add:
 * @record: copied
 *
 * Written within half a second; never waits. When too many wait for the disk it is counted and lost. Loop thread.
 */
void
track_call_log_add (TrackCallLog *log, const TrackRecord *record)
{
  if (count_queued (log) >= log->max_queued)
    {
      log->counters.n_dropped++;
      complain (log, "the disk does not keep up");
      return;
    }
  track_call_batch_add (log->gathered, record);
  if (log->gathered->records->len >= MAX_BATCH && log->n_flights == 0)
    flush (log);
  else if (!log->is_gathering && log->n_flights == 0)
    {
      log->is_gathering = TRUE;
      timer_arm (log->timer, clock_monotonic_us () + GATHER_US);
    }
}

/**
 * track_call_log_remove_now:
 *
 * What is older than its term, as every hour. Loop thread.
 */
void
track_call_log_remove_now (TrackCallLog *log)
{
  timer_arm (log->upkeep, clock_monotonic_us ());
}

/**
 * track_call_log_set_days:
 *
 * From the next hour on. Loop thread.
 */
void
track_call_log_set_days (TrackCallLog *log, guint days)
{
  log->days = days;
}

/**
 * track_call_log_get_counters:
 * @out_counters: (out): since the start
 */
void
track_call_log_get_counters (const TrackCallLog *log, TrackCallLogCounters *out_counters)
{
  *out_counters = log->counters;
  out_counters->n_queued = count_queued (log);
}

/**
 * track_call_log_stop:
 *
 * Writes what was gathered and stops the database, which is nobody else's.
 * Loop thread; may block for as long as the disk does.
 */
void
track_call_log_stop (TrackCallLog *log)
{
  log->is_stopping = TRUE;
  timer_arm (log->timer, TIMER_NEVER);
  timer_arm (log->upkeep, TIMER_NEVER);
  flush (log);
  track_database_stop (log->database);
}

/**
 * track_call_log_free:
 *
 * After the database was stopped. NULL is ignored.
 */
void
track_call_log_free (TrackCallLog *log)
{
  if (log == NULL)
    return;
  g_clear_pointer (&log->timer, timer_free);
  g_clear_pointer (&log->upkeep, timer_free);
  g_clear_pointer (&log->gathered, track_call_batch_free);
  g_free (log->lines_dir);
  g_free (log);
}
