/* SPDX-License-Identifier: EUPL-1.2 */
/* The place for work that waits: threads on demand, sessions at the first job, one attempt, a stop that cancels. */
#include "base/clock.h"
#include "base/error.h"
#include "executor-store.h"
#include "testlib.h"

static ExecutorJob
waiting_job (Work *work)
{
  ExecutorJob job = work_to_job (work);

  job.place = EXECUTOR_WAITING;
  job.prepare = NULL;
  job.deadline_us = G_MAXINT64;
  return job;
}

static void
submit (Work *work)
{
  g_autoptr (GError) error = NULL;
  ExecutorJob job = waiting_job (work);

  g_assert_true (executor_submit (work->bench->executor, &job, &error));
  g_assert_no_error (error);
}

static Work *
submit_at_gate (Bench *bench)
{
  Work *work = bench_new_work (bench, NULL);

  work->waits_at_gate = TRUE;
  submit (work);
  return work;
}

static guint
count_queued (Bench *bench)
{
  ExecutorCounters counters;

  executor_get_counters (bench->executor, &counters);
  return counters.n_queued[EXECUTOR_WAITING];
}

/* One after the other needs one thread and one session; three at once three, and a fourth waits for them. */
static void
test_threads_on_demand (void)
{
  Bench bench;
  bench_init (&bench, 10);
  {
    g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) work_free);

    g_assert_cmpint (g_atomic_int_get (&bench.n_waiting_sessions), ==, 0);
    for (guint i = 0; i < 5; i++)
      {
        Work *work = bench_new_work (&bench, NULL);
        g_ptr_array_add (all, work);
        submit (work);
        work_wait (work);
        g_assert_no_error (work->error);
        g_assert_cmpuint (work->report.n_runs, ==, 1);
        g_assert_cmpuint (work->report.group_size, ==, 0);
      }
    g_assert_cmpint (g_atomic_int_get (&bench.n_waiting_sessions), <=, 2);
    bench_shut_gate (&bench);
    for (guint i = 0; i < BENCH_N_WAITING + 1; i++)
      g_ptr_array_add (all, submit_at_gate (&bench));
    g_assert_cmpuint (count_queued (&bench), ==, BENCH_N_WAITING + 1);
    bench_open_gate (&bench);
    for (guint i = 0; i < all->len; i++)
      work_wait (all->pdata[i]);
    g_assert_cmpint (g_atomic_int_get (&bench.n_waiting_sessions), <=, BENCH_N_WAITING);
    g_assert_cmpuint (count_queued (&bench), ==, 0);
  }
  bench_clear (&bench);
}

/* What was said to another machine is not said again, whatever the error is called. */
static void
test_busy_is_not_repeated (void)
{
  Bench bench;
  bench_init (&bench, 10);
  {
    g_autoptr (Work) work = bench_new_work (&bench, NULL);

    work->n_busy = 1;
    submit (work);
    work_wait (work);
    g_assert_error (work->error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
    g_assert_cmpuint (work->report.n_runs, ==, 1);
  }
  bench_clear (&bench);
}

static void
test_session_that_does_not_open (void)
{
  Bench bench;
  bench_init (&bench, 10);
  {
    g_autoptr (Work) first = bench_new_work (&bench, NULL);
    g_autoptr (Work) second = bench_new_work (&bench, NULL);

    g_atomic_int_set (&bench.refuses_sessions, TRUE);
    submit (first);
    work_wait (first);
    g_assert_error (first->error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE);
    g_assert_cmpuint (first->report.n_runs, ==, 0);
    g_atomic_int_set (&bench.refuses_sessions, FALSE);
    submit (second);
    work_wait (second);
    g_assert_no_error (second->error);
  }
  bench_clear (&bench);
}

static void
test_full_queue_refuses (void)
{
  Bench bench;
  bench_init (&bench, 2);
  {
    g_autoptr (Work) first = NULL;
    g_autoptr (Work) second = NULL;
    g_autoptr (Work) third = bench_new_work (&bench, NULL);
    g_autoptr (GError) error = NULL;
    ExecutorJob job = waiting_job (third);

    bench_shut_gate (&bench);
    first = submit_at_gate (&bench);
    second = submit_at_gate (&bench);
    g_assert_false (executor_submit (bench.executor, &job, &error));
    g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
    bench_open_gate (&bench);
    work_wait (first);
    work_wait (second);
    g_assert_cmpuint (third->n_done, ==, 0);
  }
  bench_clear (&bench);
}

/* A stop waits for what has begun, and answers the rest unexecuted. */
static void
test_stop_drops_what_has_not_begun (void)
{
  Bench bench;
  bench_init (&bench, 100);
  {
    g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) work_free);
    guint n_run = 0;
    gint64 until_us = clock_monotonic_us () + 200000;

    for (guint i = 0; i < 50; i++)
      {
        Work *work = bench_new_work (&bench, NULL);
        work->lasts_until_us = until_us;
        g_ptr_array_add (all, work);
        submit (work);
      }
    executor_stop (bench.executor);
    for (guint i = 0; i < all->len; i++)
      {
        Work *work = all->pdata[i];
        g_assert_cmpuint (work->n_done, ==, 1);
        n_run += work->report.n_runs;
        if (work->report.n_runs == 0)
          g_assert_error (work->error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
        else
          g_assert_no_error (work->error);
      }
    g_assert_cmpuint (n_run, <=, BENCH_N_WAITING);
  }
  bench_clear (&bench);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/executor-waiting/threads-on-demand", test_threads_on_demand);
  g_test_add_func ("/executor-waiting/busy-is-not-repeated", test_busy_is_not_repeated);
  g_test_add_func ("/executor-waiting/session-does-not-open", test_session_that_does_not_open);
  g_test_add_func ("/executor-waiting/full-queue-refuses", test_full_queue_refuses);
  g_test_add_func ("/executor-waiting/stop-drops-the-rest", test_stop_drops_what_has_not_begun);
  return g_test_run ();
}
