/* SPDX-License-Identifier: EUPL-1.2 */
/* The alarm, the runs under way, and what they leave behind in log and counters. */
#include "sync/sync-scheduler.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/timer.h"
#include "planner-log.h"
#include "store/sync-binding-store.h"
#include "sync/sync-limits.h"

/* How often the list of bindings is read: a new one, or one that a person resumed, is seen by then. */
#define LIST_US (10 * SYNC_SECOND_US)
/* A calendar of tens of thousands of events on a slow server takes minutes; more hangs. */
#define LONGEST_RUN_US (3600 * SYNC_SECOND_US)
#define N_ENDINGS      (SYNC_ENDED_LOCAL + 1)
#define N_WORDS        (N_ENDINGS + CALSYNC_N_REMOTE_ERRORS)

struct _SyncScheduler
{
  OpService *service;
  Timer *timer;
  SyncAgenda *agenda;
  SyncSettings *settings;
  SyncWorkFunc work;
  GPtrArray *runs; /* of Run: under way */
  guint n_pauses;  /* that are being written */
  gboolean is_listing;
  gboolean is_stopping;
  gint64 listed_us;
  const char *words[N_WORDS];
  guint64 n_runs[N_WORDS];
  guint64 durations[METRICS_SYNC_N_BOUNDS + 1];
  gint64 duration_us;
  CalsyncCost cost;
  GArray *calendars; /* of the last picture */
};

/* @due: what has_news needs of it */
typedef struct
{
  SyncScheduler *scheduler;
  SyncSettings *settings;
  GCancellable *cancellable;
  SyncStart start;
  SyncDue due;
  gint64 started_us;
  gboolean is_too_long;
  SyncResult result;
  char call_id[IDS_GUID_LENGTH + 1];
} Run;

typedef struct
{
  SyncScheduler *scheduler;
  SyncPool *pool;
  GPtrArray *due;
} Listing;

typedef struct
{
  SyncScheduler *scheduler;
  GArray *ids;
} Pause;

static void tick (SyncScheduler *scheduler);

static SyncNow
now (void)
{
  return (SyncNow){ clock_monotonic_us (), clock_now_us () };
}

static void
name_words (SyncScheduler *scheduler)
{
  static const char *const endings[N_ENDINGS] = {
    [SYNC_ENDED_QUIET] = "quiet",         [SYNC_ENDED_CHANGED] = "changed",
    [SYNC_ENDED_GUARDED] = "guarded",     [SYNC_ENDED_SKIPPED] = "skipped",
    [SYNC_ENDED_ELSEWHERE] = "elsewhere", [SYNC_ENDED_CANCELLED] = "stopped",
    [SYNC_ENDED_REMOTE] = "remote",       [SYNC_ENDED_LOCAL] = "local",
  };

  for (guint i = 0; i < N_WORDS; i++)
    scheduler->words[i] =
      i < N_ENDINGS ? endings[i] : calsync_remote_error_format ((gint) (i - N_ENDINGS));
}

static guint
word_of (const SyncOutcome *outcome)
{
  return outcome->ending == SYNC_ENDED_REMOTE ? N_ENDINGS + outcome->code : outcome->ending;
}

/**
 * sync_result_set_error:
 * @error: of sync_run_binding() or sync_remote_new()
 *
 * Files an error where the agenda looks for it. One that a person has paused, disconnected or retired since the list
 * was read was stopped, and has not failed.
 */
void
sync_result_set_error (SyncResult *result, const GError *error)
{
  if (g_error_matches (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CANCELLED) ||
      g_error_matches (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED) ||
      g_error_matches (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND))
    result->outcome.ending = SYNC_ENDED_CANCELLED;
  else if (error->domain == CALSYNC_REMOTE_ERROR)
    {
      result->outcome.ending = SYNC_ENDED_REMOTE;
      result->outcome.code = (CalsyncRemoteError) error->code;
    }
  else if (g_error_matches (error, PLANNER_ERROR, PLANNER_ERROR_BUSY))
    result->outcome.ending = SYNC_ENDED_ELSEWHERE;
  else
    result->outcome.ending = SYNC_ENDED_LOCAL;
}

static void
run_free (Run *run)
{
  sync_settings_unref (run->settings);
  g_object_unref (run->cancellable);
  g_free (run);
}

/* An early run asks its own database first: most changes of somebody's time are no booking's. */
static gboolean
is_needless (const Run *run, StoreSession *session)
{
  gboolean has_news = TRUE;

  return run->start.is_early &&
         sync_due_store_has_news (session, &run->due, clock_now_us (), &has_news, NULL) &&
         !has_news;
}

static gboolean
run_one (gpointer data, gpointer session, GError **error)
{
  Run *run = data;
  SyncWork work = { .service = run->scheduler->service,
                    .session = session,
                    .settings = run->settings,
                    .cancellable = run->cancellable,
                    .binding_id = run->start.binding_id,
                    .call_id = run->call_id };

  if (g_cancellable_is_cancelled (run->cancellable))
    run->result.outcome.ending = SYNC_ENDED_CANCELLED;
  else if (is_needless (run, session))
    run->result.outcome.ending = SYNC_ENDED_SKIPPED;
  else
    run->scheduler->work (&work, &run->result);
  return TRUE;
}

static void
count_run (SyncScheduler *scheduler, const Run *run, gint64 duration_us)
{
  const CalsyncCost *cost = &run->result.cost;
  guint bucket = 0;

  scheduler->n_runs[word_of (&run->result.outcome)]++;
  if (run->result.outcome.ending == SYNC_ENDED_SKIPPED)
    return;
  while (bucket < METRICS_SYNC_N_BOUNDS && duration_us > metrics_sync_bounds_us[bucket])
    bucket++;
  scheduler->durations[bucket]++;
  scheduler->duration_us += duration_us;
  scheduler->cost.n_requests += cost->n_requests;
  scheduler->cost.n_bytes_sent += cost->n_bytes_sent;
  scheduler->cost.n_bytes_received += cost->n_bytes_received;
}

/* A streak of failures is one warning; its repeats are news of lower rank. */
static PlannerLogLevel
level_of (const Run *run)
{
  SyncEnding ending = run->result.outcome.ending;

  if (ending == SYNC_ENDED_GUARDED)
    return PLANNER_LOG_WARNING;
  if (ending == SYNC_ENDED_QUIET || ending == SYNC_ENDED_SKIPPED)
    return PLANNER_LOG_DEBUG;
  if (ending == SYNC_ENDED_REMOTE || ending == SYNC_ENDED_LOCAL)
    return run->start.n_failures == 0 ? PLANNER_LOG_WARNING : PLANNER_LOG_INFO;
  return PLANNER_LOG_INFO;
}

typedef struct
{
  char text[24];
} Number;

static const char *
print (Number *number, gint64 value)
{
  g_snprintf (number->text, sizeof number->text, "%" G_GINT64_FORMAT, value);
  return number->text;
}

/* Numbers and words of ours alone: no address, no name, no title. */
static void
log_run (const SyncScheduler *scheduler, const Run *run, gint64 duration_us)
{
  const SyncResult *result = &run->result;
  Number n[12];

  planner_log_event (
    level_of (run), "sync", "request", run->call_id, "binding", print (&n[0], run->due.binding_id),
    "outcome", scheduler->words[word_of (&result->outcome)], "full",
    result->was_full ? "yes" : NULL, "failures",
    run->start.n_failures > 0 ? print (&n[1], run->start.n_failures) : NULL, "read",
    print (&n[2], result->n_read), "gone", print (&n[3], result->n_gone), "unreadable",
    print (&n[4], result->n_unreadable), "sent", print (&n[5], result->n_sent), "removed",
    print (&n[6], result->n_removed), "conflicts", print (&n[7], result->n_conflicts), "waiting",
    print (&n[8], result->n_left), "requests", print (&n[9], (gint64) result->cost.n_requests),
    "retry_after_s",
    result->outcome.retry_after_s > 0 ? print (&n[10], result->outcome.retry_after_s) : NULL,
    "duration_us", print (&n[11], duration_us), NULL);
}

static gboolean
write_pauses (StoreSession *session, gpointer data, GError **error)
{
  Pause *pause = data;

  for (guint i = 0; i < pause->ids->len; i++)
    if (!sync_binding_store_set_state (session, g_array_index (pause->ids, gint64, i),
                                       SYNC_BINDING_PAUSED, SYNC_WHY_DENIED, error))
      return FALSE;
  return TRUE;
}

static gboolean
run_pauses (gpointer data, gpointer session, GError **error)
{
  Pause *pause = data;

  return op_service_write (pause->scheduler->service, write_pauses, pause, error);
}

static void
on_paused (gpointer data, const ExecutorReport *report, const GError *error)
{
  Pause *pause = data;
  SyncScheduler *scheduler = pause->scheduler;

  scheduler->n_pauses--;
  if (error != NULL)
    g_message ("calendars could not be marked as paused: %s", error->message);
  scheduler->listed_us = 0;
  g_array_unref (pause->ids);
  g_free (pause);
  tick (scheduler);
}

/* The agenda asks nobody of that account any more; the database says so to whoever looks. */
static void
pause_account (SyncScheduler *scheduler, gint64 binding_id)
{
  Pause *pause = g_new0 (Pause, 1);
  Number n[2];

  pause->scheduler = scheduler;
  pause->ids = sync_agenda_list_account (scheduler->agenda, binding_id);
  planner_log_event (PLANNER_LOG_WARNING, "sync-paused", "binding", print (&n[0], binding_id),
                     "reason", "denied", "bindings", print (&n[1], pause->ids->len), NULL);
  scheduler->n_pauses++;
  if (op_service_run_waiting (scheduler->service, run_pauses, on_paused, pause, NULL))
    return;
  scheduler->n_pauses--;
  g_array_unref (pause->ids);
  g_free (pause);
}

static void
on_run_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  Run *run = data;
  SyncScheduler *scheduler = run->scheduler;
  gint64 duration_us = clock_monotonic_us () - run->started_us;

  if (error != NULL)
    sync_result_set_error (&run->result, error);
  if (run->is_too_long && run->result.outcome.ending == SYNC_ENDED_CANCELLED)
    run->result.outcome =
      (SyncOutcome){ .ending = SYNC_ENDED_REMOTE, .code = CALSYNC_REMOTE_ERROR_UNREACHABLE };
  g_ptr_array_remove_fast (scheduler->runs, run);
  count_run (scheduler, run, duration_us);
  log_run (scheduler, run, duration_us);
  if (sync_agenda_end (scheduler->agenda, run->due.binding_id, &run->result.outcome, now ()))
    pause_account (scheduler, run->due.binding_id);
  run_free (run);
  tick (scheduler);
}

static Run *
run_new (SyncScheduler *scheduler, const SyncStart *start)
{
  Run *run = g_new0 (Run, 1);
  const SyncDue *due = sync_agenda_find (scheduler->agenda, start->binding_id);

  run->scheduler = scheduler;
  run->settings = sync_settings_ref (scheduler->settings);
  run->cancellable = g_cancellable_new ();
  run->start = *start;
  run->due = (SyncDue){ .binding_id = due->binding_id, .resource_id = due->resource_id };
  run->started_us = clock_monotonic_us ();
  ids_new_guid (run->call_id);
  return run;
}

/* Returns: FALSE when there is no thread to be had. */
static gboolean
begin (SyncScheduler *scheduler, const SyncStart *start)
{
  static const SyncOutcome no_room = { .ending = SYNC_ENDED_ELSEWHERE };
  Run *run = run_new (scheduler, start);

  g_ptr_array_add (scheduler->runs, run);
  if (op_service_run_waiting (scheduler->service, run_one, on_run_done, run, NULL))
    return TRUE;
  g_ptr_array_remove_fast (scheduler->runs, run);
  run_free (run);
  sync_agenda_end (scheduler->agenda, start->binding_id, &no_room, now ());
  return FALSE;
}

/* Connections that have rested too long are closed here, too: saying goodbye may take a moment. */
static gboolean
run_listing (gpointer data, gpointer session, GError **error)
{
  Listing *listing = data;

  if (listing->pool != NULL)
    sync_pool_close_idle (listing->pool);
  listing->due = sync_due_store_list (session, clock_now_us (), error);
  return listing->due != NULL;
}

/* What a person has said since they began ends them; in the middle of an answer, when it is a long one. */
static void
cancel_what_was_stopped (SyncScheduler *scheduler)
{
  for (guint i = 0; i < scheduler->runs->len; i++)
    {
      Run *run = scheduler->runs->pdata[i];

      if (!sync_agenda_may_go_on (scheduler->agenda, run->due.binding_id))
        g_cancellable_cancel (run->cancellable);
    }
}

static void
on_listed (gpointer data, const ExecutorReport *report, const GError *error)
{
  Listing *listing = data;
  SyncScheduler *scheduler = listing->scheduler;

  scheduler->is_listing = FALSE;
  if (error != NULL)
    g_message ("the list of bound calendars could not be read: %s", error->message);
  else
    sync_agenda_take_list (scheduler->agenda, g_steal_pointer (&listing->due), now ());
  cancel_what_was_stopped (scheduler);
  g_clear_pointer (&listing->pool, sync_pool_unref);
  g_free (listing);
  tick (scheduler);
}

/* While there is no binding the bulk thread looks now and then; no thread is made for that. */
static void
list (SyncScheduler *scheduler)
{
  gboolean is_empty = sync_agenda_get (scheduler->agenda, 0) == NULL;
  SyncPool *pool = scheduler->settings->pool;
  Listing *listing = g_new0 (Listing, 1);

  listing->scheduler = scheduler;
  listing->pool = pool == NULL ? NULL : sync_pool_ref (pool);
  scheduler->listed_us = clock_monotonic_us ();
  scheduler->is_listing =
    is_empty ? op_service_run_bulk (scheduler->service, run_listing, on_listed, listing, NULL)
             : op_service_run_waiting (scheduler->service, run_listing, on_listed, listing, NULL);
  if (scheduler->is_listing)
    return;
  g_clear_pointer (&listing->pool, sync_pool_unref);
  g_free (listing);
}

static void
cancel_what_hangs (SyncScheduler *scheduler)
{
  for (guint i = 0; i < scheduler->runs->len; i++)
    {
      Run *run = scheduler->runs->pdata[i];

      if (clock_monotonic_us () - run->started_us < LONGEST_RUN_US || run->is_too_long)
        continue;
      run->is_too_long = TRUE;
      g_cancellable_cancel (run->cancellable);
    }
}

static void
arm (SyncScheduler *scheduler)
{
  gint64 next_us = sync_agenda_next_us (scheduler->agenda, now ());

  timer_arm (scheduler->timer, MIN (next_us, scheduler->listed_us + LIST_US));
}

/* Whatever has happened: begins what may begin, and sets the alarm for the rest. */
static void
tick (SyncScheduler *scheduler)
{
  SyncStart start;

  if (scheduler->is_stopping)
    return;
  cancel_what_hangs (scheduler);
  if (!scheduler->is_listing && scheduler->listed_us + LIST_US <= clock_monotonic_us ())
    list (scheduler);
  while (sync_agenda_start_next (scheduler->agenda, now (), &start))
    if (!begin (scheduler, &start))
      break;
  arm (scheduler);
}

static void
on_alarm (gpointer data)
{
  tick (data);
}

/* A booking, most of the time: its advisor's calendar is told soon. */
static void
on_touched (const gint64 *resource_ids, guint n_resources, gpointer data)
{
  SyncScheduler *scheduler = data;
  gboolean has_moved = FALSE;

  for (guint i = 0; i < n_resources; i++)
    has_moved |= sync_agenda_hasten (scheduler->agenda, resource_ids[i], now ());
  if (has_moved && !scheduler->is_stopping)
    arm (scheduler);
}

/**
 * sync_scheduler_new:
 * @service: must outlive it
 * @context: (nullable): the loop's
 * @work: what a run is
 *
 * Begins with the loop's next turn.
 *
 * Returns: (transfer full): stop it with sync_scheduler_stop(), and free it when it has drained and the
 *   service has stopped
 */
SyncScheduler *
sync_scheduler_new (OpService *service,
                    GMainContext *context,
                    const SyncSettings *settings,
                    SyncWorkFunc work)
{
  SyncScheduler *scheduler = g_new0 (SyncScheduler, 1);

  scheduler->service = service;
  scheduler->settings = sync_settings_ref (settings);
  scheduler->agenda = sync_agenda_new (settings);
  scheduler->work = work;
  scheduler->runs = g_ptr_array_new ();
  scheduler->calendars = g_array_new (FALSE, FALSE, sizeof (MetricsSyncCalendar));
  scheduler->listed_us = -LIST_US;
  name_words (scheduler);
  scheduler->timer = timer_new (context, on_alarm, scheduler);
  timer_arm (scheduler->timer, clock_monotonic_us ());
  op_service_watch (service, on_touched, scheduler);
  return scheduler;
}

/**
 * sync_scheduler_set_settings:
 *
 * Runs under way keep those that they began with.
 */
void
sync_scheduler_set_settings (SyncScheduler *scheduler, const SyncSettings *settings)
{
  SyncSettings *old = scheduler->settings;

  scheduler->settings = sync_settings_ref (settings);
  sync_settings_unref (old);
  sync_agenda_set_settings (scheduler->agenda, settings);
  tick (scheduler);
}

/**
 * sync_scheduler_stop:
 *
 * Begins nothing more and cancels what is under way. What a run has done so far stands in the database,
 * intents without receipt among it: the next one reads again before it decides.
 */
void
sync_scheduler_stop (SyncScheduler *scheduler)
{
  scheduler->is_stopping = TRUE;
  op_service_watch (scheduler->service, NULL, NULL);
  timer_arm (scheduler->timer, TIMER_NEVER);
  for (guint i = 0; i < scheduler->runs->len; i++)
    g_cancellable_cancel (((Run *) scheduler->runs->pdata[i])->cancellable);
}

/**
 * sync_scheduler_is_draining:
 *
 * Returns: TRUE, after sync_scheduler_stop(), while a run has not come back
 */
gboolean
sync_scheduler_is_draining (SyncScheduler *scheduler)
{
  return scheduler->runs->len + scheduler->n_pauses > 0;
}

/**
 * sync_scheduler_free:
 */
void
sync_scheduler_free (SyncScheduler *scheduler)
{
  if (scheduler == NULL)
    return;
  timer_free (scheduler->timer);
  g_ptr_array_unref (scheduler->runs);
  g_array_unref (scheduler->calendars);
  sync_agenda_free (scheduler->agenda);
  sync_settings_unref (scheduler->settings);
  g_free (scheduler);
}

/* By what callers are shown: the index. A resource with two bindings stands side by side only by chance. */
static guint
count_withheld (SyncScheduler *scheduler)
{
  const Index *index = op_service_get_view (scheduler->service)->index;
  g_autoptr (GHashTable) withheld = g_hash_table_new (g_int64_hash, g_int64_equal);
  const SyncDue *due;

  for (guint i = 0; (due = sync_agenda_get (scheduler->agenda, i)) != NULL; i++)
    {
      const AvailabilityBlock *block = index_find_resource (index, due->resource_id);

      if (block != NULL && block->fresh_until_us <= clock_now_us ())
        g_hash_table_add (withheld, (gpointer) &due->resource_id);
    }
  return g_hash_table_size (withheld);
}

static void
list_calendars (SyncScheduler *scheduler)
{
  const SyncDue *due;

  g_array_set_size (scheduler->calendars, 0);
  for (guint i = 0; (due = sync_agenda_get (scheduler->agenda, i)) != NULL; i++)
    {
      MetricsSyncCalendar calendar = { due->resource_key, due->binding_id,
                                       due->pulled_us == 0
                                         ? -1
                                         : MAX (clock_now_us () - due->pulled_us, 0) };
      g_array_append_val (scheduler->calendars, calendar);
    }
}

/**
 * sync_scheduler_describe:
 * @data: the scheduler
 *
 * A MetricsSyncFunc. What it fills in lives until the loop turns.
 */
void
sync_scheduler_describe (gpointer data, MetricsSync *out_sync)
{
  SyncScheduler *scheduler = data;
  SyncAgendaCounts counts;

  sync_agenda_count (scheduler->agenda, now (), &counts);
  *out_sync = (MetricsSync){ .is_on = scheduler->settings->is_enabled,
                             .n_bindings = counts.n_bindings,
                             .n_paused = counts.n_paused,
                             .n_guarded = counts.n_guarded,
                             .n_stale = counts.n_stale,
                             .n_failing = counts.n_failing,
                             .n_withheld = count_withheld (scheduler),
                             .n_conflicts = counts.n_conflicts,
                             .n_running = counts.n_running,
                             .n_waiting = counts.n_waiting,
                             .n_blocked = counts.n_blocked,
                             .n_open_hosts = counts.n_open_hosts,
                             .oldest_us = counts.oldest_us,
                             .words = scheduler->words,
                             .runs = scheduler->n_runs,
                             .n_words = N_WORDS,
                             .duration_us = scheduler->duration_us,
                             .n_requests = scheduler->cost.n_requests,
                             .n_bytes_sent = scheduler->cost.n_bytes_sent,
                             .n_bytes_received = scheduler->cost.n_bytes_received };
  for (guint i = 0; i <= METRICS_SYNC_N_BOUNDS; i++)
    out_sync->durations[i] = scheduler->durations[i];
  if (!scheduler->settings->shows_each)
    return;
  list_calendars (scheduler);
  out_sync->calendars = scheduler->calendars;
}
