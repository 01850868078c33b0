/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of the clock: it never runs backwards, on any thread, and tests can pin it. */
#include "base/clock.h"
#include "testlib.h"

#define N_THREADS  4
#define N_READINGS 20000
#define DAY_US     (24 * 3600 * G_TIME_SPAN_SECOND)

static gint64 latest_us;

static gpointer
run_reader (gpointer data)
{
  for (guint i = 0; i < N_READINGS; i++)
    {
      gint64 seen_us = __atomic_load_n (&latest_us, __ATOMIC_ACQUIRE);
      gint64 now_us = clock_now_us ();

      if (now_us < seen_us)
        return GINT_TO_POINTER (1);
      __atomic_store_n (&latest_us, now_us, __ATOMIC_RELEASE);
    }
  return NULL;
}

static void
test_never_backwards (void)
{
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("reader", run_reader, NULL);
  for (guint i = 0; i < N_THREADS; i++)
    g_assert_null (g_thread_join (threads[i]));
}

static void
test_is_wall_time (void)
{
  gint64 before_us = g_get_real_time ();
  gint64 now_us = clock_now_us ();

  g_assert_cmpint (now_us, >=, before_us);
  g_assert_cmpint (now_us, <=, MAX (g_get_real_time (), before_us) + G_USEC_PER_SEC);
}

static void
test_pinned (void)
{
  gint64 running_us = clock_now_us ();

  clock_set_for_test (1000000);
  g_assert_cmpint (clock_now_us (), ==, 1000000);
  g_assert_cmpint (clock_now_us (), ==, 1000000);
  clock_set_for_test (0);
  g_assert_cmpint (clock_now_us (), >=, running_us);
}

static void
test_monotonic (void)
{
  gint64 first_us = clock_monotonic_us ();

  clock_set_for_test (1);
  g_assert_cmpint (clock_monotonic_us (), >=, first_us);
  g_assert_cmpint (clock_monotonic_us (), >, 1);
  clock_set_for_test (0);
}

/* The last one: from here on this program's clock is ahead. */
static void
test_set_back (void)
{
  gint64 real_us = g_get_real_time ();
  gint64 ahead_us = clock_follow (real_us + DAY_US);
  gint64 first_us = clock_follow (real_us);
  gint64 began_us = g_get_monotonic_time ();
  gint64 last_us = first_us;

  g_assert_cmpint (ahead_us, ==, real_us + DAY_US);
  g_assert_cmpint (first_us, >=, ahead_us);
  for (guint i = 0; i < 50; i++)
    {
      gint64 now_us;

      g_usleep (4000);
      now_us = clock_follow (real_us);
      g_assert_cmpint (now_us, >=, last_us);
      last_us = now_us;
    }
  g_assert_cmpint (last_us - first_us, >=, 50 * 4000 / 2 - 4000);
  g_assert_cmpint (last_us - first_us, <=, (g_get_monotonic_time () - began_us) / 2 + 4000);
}

/* What threads read while it is set back goes on, however many they are, and is caught up with. */
static void
test_caught_up (void)
{
  gint64 before_us = clock_now_us ();
  gint64 began_us = g_get_monotonic_time ();

  test_never_backwards ();
  g_usleep (20000);
  g_assert_cmpint (clock_now_us (), >, before_us);
  g_assert_cmpint (clock_now_us () - before_us, <=, g_get_monotonic_time () - began_us);
  g_assert_cmpint (clock_follow (before_us + DAY_US), ==, before_us + DAY_US);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/clock/never-backwards", test_never_backwards);
  g_test_add_func ("/clock/is-wall-time", test_is_wall_time);
  g_test_add_func ("/clock/pinned", test_pinned);
  g_test_add_func ("/clock/monotonic", test_monotonic);
  g_test_add_func ("/clock/set-back", test_set_back);
  g_test_add_func ("/clock/set-back/caught-up", test_caught_up);
  return g_test_run ();
}
