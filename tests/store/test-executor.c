/* SPDX-License-Identifier: EUPL-1.2 */
/* The executor's promises to callers: bounded queue, deadlines, preparation, workers, a clean stop. */
#include "base/clock.h"
#include "base/error.h"
#include "executor-store.h"
#include "testlib.h"

static void
assert_busy (const Work *work)
{
  g_assert_error (work->error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
  g_assert_cmpuint (bench_count_rows (work->bench, work->key), ==, 0);
}

/* A job that holds the writer until the gate opens. */
static Work *
block_writer (Bench *bench)
{
  Work *work = bench_new_work (bench, "blocker");

  work->waits_at_gate = TRUE;
  bench_shut_gate (bench);
  work_submit (work);
  bench_wait_at_gate (bench);
  return work;
}

static void
test_full_queue_refuses_at_once (void)
{
  Bench bench;
  bench_init (&bench, 2);
  {
    g_autoptr (Work) blocker = block_writer (&bench);
    g_autoptr (Work) second = bench_new_work (&bench, "second");
    g_autoptr (Work) third = bench_new_work (&bench, "third");
    g_autoptr (GError) error = NULL;
    ExecutorJob job = work_to_job (third);
    ExecutorCounters counters;

    work_submit (second);
    g_assert_false (executor_submit (bench.executor, &job, &error));
    g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
    bench_open_gate (&bench);
    work_wait (second);
    g_assert_no_error (second->error);
    g_assert_cmpuint (third->n_done, ==, 0);
    g_assert_cmpuint (bench_count_rows (&bench, "third"), ==, 0);
    executor_get_counters (bench.executor, &counters);
    g_assert_cmpuint (counters.n_queued[EXECUTOR_WRITER], ==, 0);
    g_assert_cmpuint (counters.n_busy, ==, 1);
  }
  bench_clear (&bench);
}

static void
test_deadline_passed_while_waiting (void)
{
  Bench bench;
  bench_init (&bench, 10);
  {
    g_autoptr (Work) blocker = block_writer (&bench);
    g_autoptr (Work) late = bench_new_work (&bench, "late");
    g_autoptr (GError) error = NULL;
    ExecutorJob job = work_to_job (late);

    job.deadline_us = clock_monotonic_us ();
    g_assert_true (executor_submit (bench.executor, &job, &error));
    bench_open_gate (&bench);
    work_wait (late);
    assert_busy (late);
    g_assert_cmpuint (late->report.n_runs, ==, 0);
    work_wait (blocker);
    g_assert_no_error (blocker->error);
  }
  bench_clear (&bench);
}

static void
test_prepares_on_a_worker (void)
{
  Bench bench;
  bench_init (&bench, 10);
  {
    g_autoptr (Work) good = bench_new_work (&bench, "good");
    g_autoptr (Work) bad = bench_new_work (&bench, "bad");

    good->n_prepared = bad->n_prepared = 1;
    bad->fails = TRUE;
    work_submit (good);
    work_submit (bad);
    work_wait (good);
    work_wait (bad);
    g_assert_no_error (good->error);
    g_assert_cmpuint (good->n_prepared, ==, 2);
    g_assert_cmpuint (bench_count_rows (&bench, "good"), ==, 1);
    g_assert_error (bad->error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
    g_assert_cmpuint (bad->report.n_runs, ==, 0);
  }
  bench_clear (&bench);
}

static void
test_workers_do_not_wait_for_the_writer (void)
{
  Bench bench;
  bench_init (&bench, 10);
  {
    g_autoptr (Work) blocker = block_writer (&bench);
    g_autoptr (Work) reader = bench_new_work (&bench, NULL);
    g_autoptr (GError) error = NULL;
    ExecutorJob job = work_to_job (reader);

    job.place = EXECUTOR_WORKER;
    reader->n_busy = 2;
    g_assert_true (executor_submit (bench.executor, &job, &error));
    work_wait (reader);
    g_assert_no_error (reader->error);
    g_assert_cmpuint (reader->report.n_runs, ==, 3);
    g_assert_cmpuint (reader->report.group_size, ==, 0);
    g_assert_cmpuint (blocker->n_done, ==, 0);
    bench_open_gate (&bench);
    work_wait (blocker);
  }
  bench_clear (&bench);
}

static void
test_stop_drains_the_writer (void)
{
  Bench bench;
  bench_init (&bench, 1000);
  {
    g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) work_free);
    g_autoptr (Work) refused = bench_new_work (&bench, "refused");
    g_autoptr (GError) error = NULL;
    ExecutorJob job = work_to_job (refused);

    for (guint i = 0; i < 200; i++)
      {
        g_autofree char *key = g_strdup_printf ("t%u", i);
        Work *work = bench_new_work (&bench, key);
        work->n_prepared = i % 2;
        g_ptr_array_add (all, work);
        work_submit (work);
      }
    executor_stop (bench.executor);
    for (guint i = 0; i < all->len; i++)
      {
        Work *work = all->pdata[i];
        g_assert_cmpuint (work->n_done, ==, 1);
        g_assert_no_error (work->error);
        g_assert_cmpuint (bench_count_rows (&bench, work->key), ==, 1);
      }
    g_assert_false (executor_submit (bench.executor, &job, &error));
    g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
  }
  bench_clear (&bench);
}

typedef struct
{
  Work *inner;
  GMutex lock;
  GCond changed;
  gboolean is_over;
} Outer;

static void
on_inner_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  Outer *outer = data;

  g_assert_no_error (error);
  g_mutex_lock (&outer->lock);
  outer->is_over = TRUE;
  g_cond_broadcast (&outer->changed);
  g_mutex_unlock (&outer->lock);
}

static gboolean
run_step_of_inner (gpointer data, gpointer session, GError **error)
{
  Outer *outer = data;
  ExecutorJob job = work_to_job (outer->inner);

  return job.run (outer->inner, session, error);
}

/* As an admin command does: waits for its own write. */
static gboolean
run_outer (gpointer data, gpointer session, GError **error)
{
  Outer *outer = data;
  ExecutorJob job = work_to_job (outer->inner);

  job.run = run_step_of_inner;
  job.done = on_inner_done;
  job.data = outer;
  if (!executor_submit (outer->inner->bench->executor, &job, error))
    return FALSE;
  g_mutex_lock (&outer->lock);
  while (!outer->is_over)
    g_cond_wait (&outer->changed, &outer->lock);
  g_mutex_unlock (&outer->lock);
  return TRUE;
}

static void
on_outer_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  Outer *outer = data;

  if (error != NULL)
    outer->inner->error = g_error_copy (error);
  outer->inner->n_done++;
}

/* Bulk work waits for the writer through the loop; a stop in the middle must not wait for ever. */
static void
test_bulk_waits_for_its_write (gconstpointer stops)
{
  Bench bench;
  bench_init (&bench, 10);
  {
    g_autoptr (Work) inner = bench_new_work (&bench, "inner");
    g_autoptr (GError) error = NULL;
    Outer outer = { .inner = inner };
    ExecutorJob job = { .place = EXECUTOR_BULK,
                        .run = run_outer,
                        .done = on_outer_done,
                        .data = &outer,
                        .deadline_us = G_MAXINT64 };

    g_assert_true (executor_submit (bench.executor, &job, &error));
    if (stops != NULL)
      executor_stop (bench.executor);
    work_wait (inner);
    if (inner->error == NULL)
      g_assert_cmpuint (bench_count_rows (&bench, "inner"), ==, 1);
    else
      assert_busy (inner);
    g_assert_true (stops != NULL || inner->error == NULL);
  }
  bench_clear (&bench);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/executor/full-queue-refuses-at-once", test_full_queue_refuses_at_once);
  g_test_add_func ("/executor/deadline-passed-while-waiting", test_deadline_passed_while_waiting);
  g_test_add_func ("/executor/prepares-on-a-worker", test_prepares_on_a_worker);
  g_test_add_func ("/executor/workers-do-not-wait", test_workers_do_not_wait_for_the_writer);
  g_test_add_func ("/executor/stop-drains-the-writer", test_stop_drains_the_writer);
  g_test_add_data_func ("/executor/bulk-waits-for-its-write", NULL, test_bulk_waits_for_its_write);
  g_test_add_data_func ("/executor/bulk-is-stopped", "stop", test_bulk_waits_for_its_write);
  return g_test_run ();
}
