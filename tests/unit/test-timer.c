/* SPDX-License-Identifier: EUPL-1.2 */
/* Alarms: ring once, at their instant, may be armed again or freed from within. */
#include "base/clock.h"
#include "base/timer.h"
#include "testlib.h"

typedef struct
{
  Timer *timer;
  guint n_rings;
  guint n_wanted;
} Bell;

static void
on_ring (gpointer data)
{
  Bell *bell = data;

  bell->n_rings++;
  if (bell->n_rings < bell->n_wanted)
    timer_arm (bell->timer, clock_monotonic_us () + 1000);
  else
    g_clear_pointer (&bell->timer, timer_free);
}

static void
test_rings_again_when_armed_again (void)
{
  Bell bell = { .n_wanted = 3 };

  bell.timer = timer_new (NULL, on_ring, &bell);
  g_assert_cmpint (timer_get_instant (bell.timer), ==, TIMER_NEVER);
  timer_arm (bell.timer, clock_monotonic_us () - 5);
  while (bell.timer != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (bell.n_rings, ==, 3);
}

static void
test_keeps_quiet_until_its_instant (void)
{
  Bell bell = { .n_wanted = 1 };
  gint64 instant_us = clock_monotonic_us () + 20000;

  bell.timer = timer_new (NULL, on_ring, &bell);
  timer_arm (bell.timer, clock_monotonic_us () + 10);
  timer_arm (bell.timer, TIMER_NEVER);
  timer_arm (bell.timer, instant_us);
  while (bell.timer != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (clock_monotonic_us (), >=, instant_us);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/timer/rings-again-when-armed-again", test_rings_again_when_armed_again);
  g_test_add_func ("/timer/keeps-quiet-until-its-instant", test_keeps_quiet_until_its_instant);
  return g_test_run ();
}
