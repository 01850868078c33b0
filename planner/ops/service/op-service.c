/* SPDX-License-Identifier: EUPL-1.2 */
/* The executor's hooks over store, journal and index feed, and the service's own jobs: expiry and upkeep. */
#include "config.h"

#include "ops/service/op-service.h"

#include "base/clock.h"
#include "base/error.h"
#include "ops/booking/op-expire.h"
#include "ops/service/op-upkeep.h"
#include "ops/service/op-uptime.h"
#include "store/journal-store.h"
#include "store/store-executor.h"
#include "store/store-upgrade.h"

#define RETRY_US (5 * G_USEC_PER_SEC)
/* design.md 6; admin commands on the bulk thread may look longer. */
#define MAX_READ_US        G_USEC_PER_SEC
#define MAX_GROUP_US       20000
#define MAX_CLOCK_ERROR_US (300 * G_USEC_PER_SEC)
/* A wall clock may be set; an alarm that far off is looked at again. */
#define MAX_ALARM_US (600 * G_USEC_PER_SEC)

/* Everything once, in one picture of the database. */
static gboolean
load_index (OpService *service, StoreSession *session, GError **error)
{
  g_autoptr (IndexDelta) delta = NULL;

  if (!store_begin (session, STORE_READ, error))
    return FALSE;
  service->feed = index_feed_new (service->data_dir);
  delta = index_feed_load_all (service->feed, session, clock_now_us (), error);
  store_rollback (session);
  if (delta == NULL)
    return FALSE;
  index_feed_keep (service->feed);
  index_view_apply (&service->view, delta);
  return TRUE;
}

/* The time of the newest journal row; 0 when there is none. */
static gboolean
find_newest (StoreSession *session, gint64 *out_at_us, GError **error)
{
  g_auto (StoreQuery) last = { 0 };
  g_auto (StoreQuery) row = { 0 };
  gint64 sequence;

  if (!store_query (session, &last, error, SQL_JOURNAL_LAST_SEQUENCE, "") ||
      store_step (&last, error) != STORE_ROW)
    return FALSE;
  sequence = store_int (&last, 0);
  if (!store_query (session, &row, error, SQL_JOURNAL_ROWS_AFTER, "ii", sequence - 1, sequence))
    return FALSE;
  *out_at_us = store_step (&row, NULL) == STORE_ROW ? store_int (&row, 2) : 0;
  return TRUE;
}

/* A clock that went back would bring expired reservations to life, and its journal would lie. */
static gboolean
check_clock (OpService *service, StoreSession *session, GError **error)
{
  gint64 newest_us = 0;

  if (service->ignores_clock)
    return TRUE;
  if (!find_newest (session, &newest_us, error))
    return FALSE;
  if (clock_now_us () + MAX_CLOCK_ERROR_US >= newest_us)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
                       "the clock of this machine shows a time before the newest journal entry: "
                       "set it right, or set [database] ignore-clock if that entry is wrong");
  return FALSE;
}

static gpointer
open_session (gpointer user_data, ExecutorPlace place, GError **error)
{
  OpService *service = user_data;
  const StoreUpgrade upgrade = { service->database_path, service->schema_dir, PLANNER_VERSION,
                                 clock_now_us () };
  g_autoptr (StoreSession) session = NULL;

  session =
    store_open (service->database_path, place == EXECUTOR_WRITER ? STORE_WRITE : STORE_READ, error);
  if (session == NULL || (place == EXECUTOR_WRITER && (!store_upgrade (session, &upgrade, error) ||
                                                       !check_clock (service, session, error) ||
                                                       !load_index (service, session, error))))
    return NULL;
  if (place == EXECUTOR_WORKER)
    store_limit_reads (session, MAX_READ_US);
  return g_steal_pointer (&session);
}

static gboolean
seal (gpointer user_data, gpointer session, gpointer *out_delta, GError **error)
{
  OpService *service = user_data;
  gint64 now_us = clock_now_us ();

  service->has_reloaded = g_atomic_int_compare_and_exchange (&service->wants_reload, TRUE, FALSE);
  op_uptime_seal (service, session);
  if (!journal_store_seal (session, error))
    return FALSE;
  *out_delta = service->has_reloaded
                 ? index_feed_load_day (service->feed, session, now_us, error)
                 : index_feed_load_changes (service->feed, session, now_us, error);
  return *out_delta != NULL;
}

static void
settle (gpointer user_data, gpointer session, gboolean is_durable)
{
  OpService *service = user_data;

  op_uptime_settle (service, is_durable);
  if (is_durable)
    index_feed_keep (service->feed);
  else
    {
      index_feed_undo (service->feed);
      if (service->has_reloaded)
        g_atomic_int_set (&service->wants_reload, TRUE);
    }
  service->has_reloaded = FALSE;
}

/* Wall-clock instant to alarm. */
static void
arm_expiry (OpService *service, gint64 expiry_us)
{
  gint64 delay_us;

  if (expiry_us == G_MAXINT64)
    {
      timer_arm (service->expiry, TIMER_NEVER);
      return;
    }
  delay_us = CLAMP (expiry_us - clock_now_us (), 0, MAX_ALARM_US);
  timer_arm (service->expiry, clock_monotonic_us () + delay_us);
}

static void
tell_watch (OpService *service, const GArray *resources)
{
  if (resources->len > 0)
    service->watch ((const gint64 *) resources->data, resources->len, service->watch_data);
}

static void
deliver (gpointer user_data, gpointer delta)
{
  OpService *service = user_data;

  index_view_apply (&service->view, delta);
  if (service->expiry != NULL)
    arm_expiry (service, index_delta_get_next_expiry (delta));
  if (service->watch != NULL)
    tell_watch (service, index_delta_get_resources (delta));
  if (service->committed != NULL)
    service->committed (service->committed_data);
  index_delta_free (delta);
  op_service_flush_notes (service);
}

static void
free_delta (gpointer delta)
{
  index_delta_free (delta);
}

static void
between_groups (gpointer user_data, gpointer session)
{
  OpService *service = user_data;

  store_executor_checkpoint (session, &service->checkpointed_us);
}

static const ExecutorHooks hooks = {
  .name = "store",
  .open = open_session,
  .close = store_executor_close,
  STORE_EXECUTOR_TRANSACTIONS,
  .seal = seal,
  .settle = settle,
  .deliver = deliver,
  .free_delta = free_delta,
  .between_groups = between_groups,
};

static gboolean
run_expiry (gpointer data, gpointer session, GError **error)
{
  gint64 next_us;

  return op_expire_holds (session, clock_now_us (), &next_us, error);
}

/* Success re-arms the alarm through the delta; failure must not end the upkeep for good. */
static void
on_expiry_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  OpService *service = data;

  if (error == NULL)
    return;
  g_message ("expired reservations could not be removed: %s", error->message);
  timer_arm (service->expiry, clock_monotonic_us () + RETRY_US);
}

static void
on_expiry (gpointer data)
{
  OpService *service = data;
  ExecutorJob job = { .place = EXECUTOR_WRITER,
                      .run = run_expiry,
                      .done = on_expiry_done,
                      .data = service,
                      .deadline_us = clock_monotonic_us () + RETRY_US };

  if (!executor_submit (service->executor, &job, NULL))
    timer_arm (service->expiry, clock_monotonic_us () + RETRY_US);
}

static Executor *
start_executor (OpService *service, const OpServiceSettings *settings, GError **error)
{
  ExecutorSettings executor_settings = { .context = settings->context,
                                         .n_workers = settings->n_workers,
                                         .max_queued = settings->max_queued,
                                         .max_group = settings->max_group,
                                         .max_group_us = MAX_GROUP_US,
                                         .n_waiting = settings->n_waiting };

  return executor_new (&executor_settings, &hooks, service, error);
}

/**
 * op_service_new:
 * @settings: copied
 *
 * Opens the database (whose lock the caller holds), brings it to this program's schema, loads the
 * index and starts the threads. Errors: PLANNER_ERROR_UNAVAILABLE when the file cannot be opened or
 * its schema is not known or the clock is behind its journal; others when it cannot be read. Loop thread; blocks.
 *
 * Returns: (transfer full): stop it with op_service_stop() before it is freed
 */
OpService *
op_service_new (const OpServiceSettings *settings, GError **error)
{
  g_autoptr (OpService) service = g_new0 (OpService, 1);

  service->context = settings->context;
  service->database_path = g_strdup (settings->database_path);
  service->schema_dir = g_strdup (settings->schema_dir);
  service->data_dir = g_strdup (settings->data_dir);
  service->ignores_clock = settings->ignores_clock;
  service->tally = uptime_tally_new ();
  g_mutex_init (&service->write_lock);
  index_view_init (&service->view);
  service->executor = start_executor (service, settings, error);
  if (service->executor == NULL)
    return NULL;
  service->expiry = timer_new (settings->context, on_expiry, service);
  timer_arm (service->expiry, clock_monotonic_us ());
  op_upkeep_start (service);
  op_uptime_start (service);
  return g_steal_pointer (&service);
}

/**
 * op_service_stop:
 *
 * Runs and commits what is queued, answers it, and ends the threads. Loop thread; blocks.
 */
void
op_service_stop (OpService *service)
{
  op_service_flush_notes (service);
  g_clear_pointer (&service->expiry, timer_free);
  g_clear_pointer (&service->upkeep, timer_free);
  op_uptime_stop (service);
  executor_stop (service->executor);
}

/**
 * op_service_free:
 */
void
op_service_free (OpService *service)
{
  if (service == NULL)
    return;
  g_clear_pointer (&service->expiry, timer_free);
  g_clear_pointer (&service->upkeep, timer_free);
  g_clear_pointer (&service->beat, timer_free);
  g_clear_pointer (&service->executor, executor_free);
  g_clear_pointer (&service->feed, index_feed_free);
  g_clear_pointer (&service->waiting_notes, g_ptr_array_unref);
  g_clear_pointer (&service->tally, uptime_tally_free);
  index_view_clear (&service->view);
  g_mutex_clear (&service->write_lock);
  g_free (service->database_path);
  g_free (service->schema_dir);
  g_free (service->data_dir);
  g_free (service);
}

/**
 * op_service_watch:
 * @watch: (nullable): NULL: nobody any more
 *
 * Told of every commit that touches somebody's time, after the index shows it. Loop thread.
 */
void
op_service_watch (OpService *service, OpWatch watch, gpointer data)
{
  service->watch = watch;
  service->watch_data = data;
}

/**
 * op_service_watch_commits:
 * @committed: (nullable): NULL: nobody any more
 *
 * Told of every commit, for whoever works what stands in the database. Loop thread.
 */
void
op_service_watch_commits (OpService *service, OpCommitted committed, gpointer data)
{
  service->committed = committed;
  service->committed_data = data;
}

/**
 * op_service_get_view:
 *
 * Returns: (transfer none): the loop's; valid until the loop turns. Loop thread.
 */
const IndexView *
op_service_get_view (const OpService *service)
{
  return &service->view;
}

/**
 * op_service_get_state:
 *
 * For health and metrics. Loop thread.
 */
void
op_service_get_state (OpService *service, OpServiceState *out_state)
{
  executor_get_counters (service->executor, &out_state->executor);
  out_state->n_resources = index_count_resources (service->view.index);
  out_state->n_citizens = citizen_index_count (service->view.citizens);
  out_state->index_version = index_get_version (service->view.index);
  out_state->n_notes_lost = service->n_notes_lost;
  out_state->seen_us = uptime_tally_get_seen (service->tally);
  out_state->gap_us = uptime_tally_get_gap (service->tally);
}
