/* SPDX-License-Identifier: EUPL-1.2 */
/* Hooks of the executor over SQLite, with failures on demand. */
#include "executor-store.h"

#include "base/clock.h"
#include "base/error.h"
#include "store/store-executor.h"
#include "store/store-migrate.h"
#include "testlib.h"

static gpointer
bench_open (gpointer data, ExecutorPlace place, GError **error)
{
  Bench *bench = data;

  if (place == EXECUTOR_WAITING)
    g_atomic_int_inc (&bench->n_waiting_sessions);
  if (place == EXECUTOR_WAITING && g_atomic_int_get (&bench->refuses_sessions))
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "no session on demand");
      return NULL;
    }
  return store_open (bench->path, place == EXECUTOR_WRITER ? STORE_WRITE : STORE_READ, error);
}

static void
bench_close (gpointer data, ExecutorPlace place, gpointer session)
{
  store_close (session);
}

static gboolean
bench_commit (gpointer data, gpointer session, GError **error)
{
  Bench *bench = data;
  gboolean fails = bench->fail_commits > 0 ||
                   (bench->fail_percent > 0 &&
                    (guint) g_rand_int_range (bench->random, 0, 100) < bench->fail_percent);

  if (!fails)
    return store_executor_commit (bench, session, error);
  bench->fail_commits -= bench->fail_commits > 0;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "COMMIT failed on demand");
  return FALSE;
}

static gboolean
bench_seal (gpointer data, gpointer session, gpointer *out_delta, GError **error)
{
  *out_delta = g_new0 (guint, 1);
  return TRUE;
}

static void
bench_settle (gpointer data, gpointer session, gboolean is_durable)
{
  g_assert_false (store_is_in_transaction (session));
}

static void
bench_deliver (gpointer data, gpointer delta)
{
  Bench *bench = data;

  bench->n_deltas++;
  g_free (delta);
}

static void
bench_between_groups (gpointer data, gpointer session)
{
  Bench *bench = data;

  g_assert_false (store_is_in_transaction (session));
  bench->n_between++;
  if (bench->n_between % 16 == 0)
    store_checkpoint (session);
}

static const ExecutorHooks bench_hooks = {
  .name = "bench",
  .open = bench_open,
  .close = bench_close,
  .begin = store_executor_begin,
  .commit = bench_commit,
  .rollback = store_executor_rollback,
  .mark = store_executor_mark,
  .keep = store_executor_keep,
  .undo = store_executor_undo,
  .stands = store_executor_stands,
  .seal = bench_seal,
  .settle = bench_settle,
  .deliver = bench_deliver,
  .free_delta = g_free,
  .between_groups = bench_between_groups,
};

static void
create_database (const char *path)
{
  g_autofree char *schema = testlib_dup_source_path ("data/schema/sqlite");
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreSession) session = store_open (path, STORE_WRITE, &error);

  g_assert_no_error (error);
  g_assert_true (store_migrate (session, schema, &error));
}

/**
 * bench_init:
 * @max_queued: of ExecutorSettings
 *
 * Makes a database in a folder of its own and starts an executor over it.
 */
void
bench_init (Bench *bench, guint max_queued)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autoptr (GError) error = NULL;
  ExecutorSettings settings = { NULL, 2, max_queued, 64, 50000, BENCH_N_WAITING };

  *bench = (Bench){ .path = g_build_filename (folder, "planner.db", NULL) };
  g_mutex_init (&bench->lock);
  g_cond_init (&bench->changed);
  create_database (bench->path);
  bench->executor = executor_new (&settings, &bench_hooks, bench, &error);
  g_assert_no_error (error);
}

/**
 * bench_clear:
 *
 * Stops and frees all.
 */
void
bench_clear (Bench *bench)
{
  executor_free (bench->executor);
  g_clear_pointer (&bench->random, g_rand_free);
  g_mutex_clear (&bench->lock);
  g_cond_clear (&bench->changed);
  g_free (bench->path);
}

/**
 * bench_new_work:
 * @key: (nullable): row to add
 *
 * Returns: (transfer full): work that succeeds at its first run
 */
Work *
bench_new_work (Bench *bench, const char *key)
{
  Work *work = g_new0 (Work, 1);

  work->bench = bench;
  work->key = g_strdup (key);
  return work;
}

void
work_free (Work *work)
{
  g_clear_error (&work->error);
  g_free (work->key);
  g_free (work);
}

static void
stand_at_gate (Bench *bench)
{
  g_mutex_lock (&bench->lock);
  bench->is_at_gate = TRUE;
  g_cond_broadcast (&bench->changed);
  while (bench->gate_is_shut)
    g_cond_wait (&bench->changed, &bench->lock);
  g_mutex_unlock (&bench->lock);
}

static gboolean
loses_now (Work *work)
{
  Bench *bench = work->bench;

  if (work->n_lose > 0)
    {
      work->n_lose--;
      return TRUE;
    }
  return bench->lose_percent > 0 &&
         (guint) g_rand_int_range (bench->random, 0, 100) < bench->lose_percent;
}

static gboolean
run_prepare (gpointer data, gpointer session, GError **error)
{
  Work *work = data;

  g_assert_false (store_is_in_transaction (session));
  work->n_prepared++;
  if (!work->fails)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "not prepared");
  return FALSE;
}

static gboolean
run_work (gpointer data, gpointer session, GError **error)
{
  Work *work = data;

  if (work->waits_at_gate)
    stand_at_gate (work->bench);
  while (clock_monotonic_us () < work->lasts_until_us)
    g_usleep (1000);
  if (work->n_busy > 0)
    {
      work->n_busy--;
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_BUSY, "busy on demand");
      return FALSE;
    }
  if (work->key != NULL &&
      !store_run (session, error, SQL_TENANT_ADD, "ss", work->key, "Demokommune"))
    return FALSE;
  if (loses_now (work))
    store_rollback (session);
  if (work->fails)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "refused on demand");
  return !work->fails;
}

static void
on_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  Work *work = data;

  work->n_done++;
  work->report = *report;
  work->n_deltas_seen = work->bench->n_deltas;
  if (error != NULL)
    work->error = g_error_copy (error);
}

/**
 * work_to_job:
 *
 * Returns: a writer job; with a preparation when @n_prepared is set beforehand
 */
ExecutorJob
work_to_job (Work *work)
{
  return (ExecutorJob){ .place = EXECUTOR_WRITER,
                        .run = run_work,
                        .prepare = work->n_prepared > 0 ? run_prepare : NULL,
                        .done = on_done,
                        .data = work,
                        .deadline_us = clock_monotonic_us () + 60 * G_USEC_PER_SEC };
}

/**
 * work_submit:
 *
 * Queues it; it must be taken.
 */
void
work_submit (Work *work)
{
  g_autoptr (GError) error = NULL;
  ExecutorJob job = work_to_job (work);

  g_assert_true (executor_submit (work->bench->executor, &job, &error));
}

/**
 * work_wait:
 *
 * Runs the loop until it is answered.
 */
void
work_wait (Work *work)
{
  while (work->n_done == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (work->n_done, ==, 1);
}

/**
 * bench_shut_gate:
 *
 * From now on work with @waits_at_gate stays on the writer.
 */
void
bench_shut_gate (Bench *bench)
{
  g_mutex_lock (&bench->lock);
  bench->gate_is_shut = TRUE;
  bench->is_at_gate = FALSE;
  g_mutex_unlock (&bench->lock);
}

/**
 * bench_wait_at_gate:
 *
 * Waits until the writer stands at the gate.
 */
void
bench_wait_at_gate (Bench *bench)
{
  g_mutex_lock (&bench->lock);
  while (!bench->is_at_gate)
    g_cond_wait (&bench->changed, &bench->lock);
  g_mutex_unlock (&bench->lock);
}

/**
 * bench_open_gate:
 *
 * Lets it go.
 */
void
bench_open_gate (Bench *bench)
{
  g_mutex_lock (&bench->lock);
  bench->gate_is_shut = FALSE;
  g_cond_broadcast (&bench->changed);
  g_mutex_unlock (&bench->lock);
}

/**
 * bench_count_rows:
 *
 * Returns: 1 when the row is there as a stranger sees it, through a session of its own, else 0
 */
guint
bench_count_rows (Bench *bench, const char *key)
{
  g_autoptr (StoreSession) session = store_open (bench->path, STORE_READ, NULL);
  g_auto (StoreQuery) query = { 0 };

  g_assert_true (store_query (session, &query, NULL, SQL_TENANT_BY_KEY, "s", key));
  return store_step (&query, NULL) == STORE_ROW ? 1 : 0;
}
