/* SPDX-License-Identifier: EUPL-1.2 */
/* Groups of the writer: neighbours, retries, lost transactions and failed commits, over a real file. */
/* Also tests: store-executor. */
#include "base/clock.h"
#include "base/error.h"
#include "executor-store.h"
#include "testlib.h"

/* Several jobs that are certain to share one group: they queue up behind one that waits. */
typedef struct
{
  Work *first;
  Work *works[3];
} Four;

static Four
queue_four (Bench *bench, const char *a, const char *b, const char *c)
{
  Four four = { bench_new_work (bench, "first"),
                { bench_new_work (bench, a), bench_new_work (bench, b),
                  bench_new_work (bench, c) } };

  four.first->waits_at_gate = TRUE;
  bench_shut_gate (bench);
  work_submit (four.first);
  bench_wait_at_gate (bench);
  return four;
}

static void
run_four (Four *four)
{
  for (guint i = 0; i < 3; i++)
    if (four->works[i]->n_done == 0)
      work_submit (four->works[i]);
  bench_open_gate (four->first->bench);
  work_wait (four->first);
  for (guint i = 0; i < 3; i++)
    work_wait (four->works[i]);
}

static void
free_four (Four *four)
{
  work_free (four->first);
  for (guint i = 0; i < 3; i++)
    work_free (four->works[i]);
}

static void
assert_done (const Work *work)
{
  g_assert_no_error (work->error);
  g_assert_cmpuint (bench_count_rows (work->bench, work->key), ==, 1);
}

static void
test_refused_job_leaves_neighbours (void)
{
  Bench bench;
  Four four;

  bench_init (&bench, 10);
  four = queue_four (&bench, "a", "b", "a");
  four.works[1]->fails = TRUE;
  run_four (&four);
  assert_done (four.works[0]);
  g_assert_error (four.works[1]->error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_assert_cmpuint (bench_count_rows (&bench, "b"), ==, 0);
  g_assert_error (four.works[2]->error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
  g_assert_cmpuint (four.works[0]->report.group_size, ==, 4);
  g_assert_cmpuint (bench.n_deltas, ==, 1);
  g_assert_cmpuint (four.first->n_deltas_seen, ==, 1);
  free_four (&four);
  bench_clear (&bench);
}

static void
test_failed_commit_runs_each_again_alone (void)
{
  Bench bench;
  Four four;
  ExecutorCounters counters;

  bench_init (&bench, 10);
  four = queue_four (&bench, "a", "b", "a");
  bench.fail_commits = 1;
  run_four (&four);
  assert_done (four.first);
  assert_done (four.works[0]);
  assert_done (four.works[1]);
  g_assert_error (four.works[2]->error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
  g_assert_cmpuint (four.works[1]->report.group_size, ==, 1);
  g_assert_cmpuint (four.works[1]->report.n_runs, ==, 2);
  g_assert_cmpuint (bench.n_deltas, ==, 3);
  executor_get_counters (bench.executor, &counters);
  g_assert_cmpuint (counters.n_lost, ==, 1);
  free_four (&four);
  bench_clear (&bench);
}

static void
test_commit_that_never_works_answers_busy (void)
{
  Bench bench;
  Four four;

  bench_init (&bench, 10);
  four = queue_four (&bench, "a", "b", "c");
  bench.fail_commits = 1000;
  run_four (&four);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_error (four.works[i]->error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
      g_assert_cmpuint (four.works[i]->report.n_runs, ==, 4);
      g_assert_cmpuint (bench_count_rows (&bench, four.works[i]->key), ==, 0);
    }
  g_assert_cmpuint (bench.n_deltas, ==, 0);
  free_four (&four);
  bench_clear (&bench);
}

static void
test_lost_transaction_runs_each_again (void)
{
  Bench bench;
  Four four;

  bench_init (&bench, 10);
  four = queue_four (&bench, "a", "b", "c");
  four.works[1]->n_lose = 1;
  run_four (&four);
  assert_done (four.first);
  for (guint i = 0; i < 3; i++)
    assert_done (four.works[i]);
  g_assert_cmpuint (four.works[0]->report.n_runs, ==, 2);
  g_assert_cmpuint (four.works[1]->report.n_runs, ==, 2);
  g_assert_cmpuint (four.works[2]->report.n_runs, ==, 1);
  free_four (&four);
  bench_clear (&bench);
}

/* A refusal that rested on a neighbour's lost change is judged anew: the other may have the row. */
static void
test_refusal_in_a_lost_group_is_judged_again (void)
{
  Bench bench;
  Four four;
  g_autoptr (GError) error = NULL;
  ExecutorJob job;

  bench_init (&bench, 10);
  four = queue_four (&bench, "a", "a", "c");
  job = work_to_job (four.works[0]);
  job.deadline_us = clock_monotonic_us () + 300000;
  four.works[2]->n_lose = 1;
  four.works[2]->lasts_until_us = job.deadline_us + 1;
  g_assert_true (executor_submit (bench.executor, &job, &error));
  work_submit (four.works[1]);
  work_submit (four.works[2]);
  bench_open_gate (&bench);
  for (guint i = 0; i < 3; i++)
    work_wait (four.works[i]);
  g_assert_error (four.works[0]->error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
  assert_done (four.works[1]);
  assert_done (four.works[2]);
  g_assert_cmpuint (four.works[1]->report.n_runs, ==, 2);
  work_wait (four.first);
  free_four (&four);
  bench_clear (&bench);
}

static void
test_busy_is_tried_three_times_again (void)
{
  Bench bench;
  Four four;

  bench_init (&bench, 10);
  four = queue_four (&bench, "a", "b", "c");
  four.works[0]->n_busy = 3;
  four.works[1]->n_busy = 100;
  run_four (&four);
  assert_done (four.works[0]);
  g_assert_cmpuint (four.works[0]->report.n_runs, ==, 4);
  g_assert_error (four.works[1]->error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
  g_assert_cmpuint (four.works[1]->report.n_runs, ==, 4);
  assert_done (four.works[2]);
  g_assert_cmpuint (four.works[2]->report.n_runs, ==, 1);
  free_four (&four);
  bench_clear (&bench);
}

static void
test_bulk_job_is_alone (void)
{
  Bench bench;
  Four four;
  g_autoptr (GError) error = NULL;
  ExecutorJob job;

  bench_init (&bench, 10);
  four = queue_four (&bench, "a", "b", "c");
  work_submit (four.works[0]);
  job = work_to_job (four.works[1]);
  job.alone = TRUE;
  g_assert_true (executor_submit (bench.executor, &job, &error));
  work_submit (four.works[2]);
  bench_open_gate (&bench);
  work_wait (four.first);
  for (guint i = 0; i < 3; i++)
    work_wait (four.works[i]);
  g_assert_cmpuint (four.works[0]->report.group_size, ==, 2);
  g_assert_cmpuint (four.works[1]->report.group_size, ==, 1);
  g_assert_cmpuint (four.works[2]->report.group_size, ==, 1);
  free_four (&four);
  bench_clear (&bench);
}

/* Done means there, exactly once; refused means not there; nobody waits for ever. */
static void
test_random_failures (void)
{
  Bench bench;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) work_free);
  guint n_works = (guint) testlib_budget ("executor-writer");
  guint n_good = 0;

  bench_init (&bench, n_works);
  bench.random = testlib_random_new ();
  bench.fail_percent = 20;
  bench.lose_percent = 3;
  for (guint i = 0; i < n_works; i++)
    {
      g_autofree char *key = g_strdup_printf ("k%u", i % (n_works * 3 / 4));
      Work *work = bench_new_work (&bench, key);
      work->fails = i % 11 == 0;
      work->n_busy = i % 13 == 0 ? 2 : 0;
      g_ptr_array_add (all, work);
      work_submit (work);
      if (i % 7 == 0)
        g_main_context_iteration (NULL, FALSE);
    }
  for (guint i = 0; i < n_works; i++)
    work_wait (all->pdata[i]);
  for (guint i = 0; i < n_works * 3 / 4; i++)
    {
      Work *one = all->pdata[i];
      guint j = i + n_works * 3 / 4;
      Work *other = j < n_works ? all->pdata[j] : NULL;
      guint n_done = (one->error == NULL) + (other != NULL && other->error == NULL);
      g_assert_cmpuint (bench_count_rows (&bench, one->key), ==, n_done);
      n_good += n_done;
    }
  g_assert_cmpuint (n_good, >, n_works / 4);
  bench_clear (&bench);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/executor-writer/refused-leaves-neighbours",
                   test_refused_job_leaves_neighbours);
  g_test_add_func ("/executor-writer/failed-commit", test_failed_commit_runs_each_again_alone);
  g_test_add_func ("/executor-writer/commit-never", test_commit_that_never_works_answers_busy);
  g_test_add_func ("/executor-writer/lost-transaction", test_lost_transaction_runs_each_again);
  g_test_add_func ("/executor-writer/refusal-judged-again",
                   test_refusal_in_a_lost_group_is_judged_again);
  g_test_add_func ("/executor-writer/busy-is-retried", test_busy_is_tried_three_times_again);
  g_test_add_func ("/executor-writer/bulk-is-alone", test_bulk_job_is_alone);
  g_test_add_func ("/executor-writer/random-failures", test_random_failures);
  return g_test_run ();
}
