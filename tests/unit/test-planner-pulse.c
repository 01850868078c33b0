/* SPDX-License-Identifier: EUPL-1.2 */
/* When the watchdog is fed: a writer that works, fails or rests is alive; one that hangs is not. */
#include "http/planner-pulse.h"
#include "testlib.h"

#define S G_USEC_PER_SEC

static void
test_rest_is_life (void)
{
  PulseSeen seen = { 0 };
  ExecutorCounters counters = { .n_groups = 3 };

  for (gint64 now_us = S; now_us < 500 * S; now_us += 100 * S)
    g_assert_true (pulse_writer_moves (&seen, &counters, now_us));
}

static void
test_a_hanging_group_is_not (void)
{
  PulseSeen seen = { 0 };
  ExecutorCounters counters = { .n_groups = 3, .group_started_us = 10 * S };

  g_assert_true (pulse_writer_moves (&seen, &counters, 11 * S));
  g_assert_true (pulse_writer_moves (&seen, &counters, 41 * S));
  g_assert_false (pulse_writer_moves (&seen, &counters, 42 * S));
  counters.n_groups = 4;
  g_assert_true (pulse_writer_moves (&seen, &counters, 43 * S));
}

static void
test_jobs_left_lying_are_not (void)
{
  PulseSeen seen = { 0 };
  ExecutorCounters counters = { .n_queued = { [EXECUTOR_WRITER] = 5 } };

  g_assert_true (pulse_writer_moves (&seen, &counters, 10 * S));
  g_assert_false (pulse_writer_moves (&seen, &counters, 41 * S));
}

/* A full disk: every group is lost, everybody is told busy, and a restart would mend nothing. */
static void
test_failing_is_life (void)
{
  PulseSeen seen = { 0 };
  ExecutorCounters counters = { .n_queued = { [EXECUTOR_WRITER] = 5 } };

  for (gint64 now_us = 10 * S; now_us < 500 * S; now_us += 20 * S)
    {
      counters.n_lost++;
      g_assert_true (pulse_writer_moves (&seen, &counters, now_us));
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/planner-pulse/rest-is-life", test_rest_is_life);
  g_test_add_func ("/planner-pulse/a-hanging-group-is-not", test_a_hanging_group_is_not);
  g_test_add_func ("/planner-pulse/jobs-left-lying-are-not", test_jobs_left_lying_are_not);
  g_test_add_func ("/planner-pulse/failing-is-life", test_failing_is_life);
  return g_test_run ();
}
