/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads the system's clocks for everybody else; tests may pin the wall clock. */
#include "base/clock.h"

#include <stdatomic.h>

static _Atomic gint64 latest_us;
static _Atomic gint64 pinned_us;

/**
 * clock_now_us:
 *
 * Wall time in microseconds since 1970 UTC. Never smaller than an earlier answer of this process:
 * expiries and leads compare against it, so a clock that steps back must not bring a hold to life.
 *
 * Any thread; does not block.
 */
gint64
clock_now_us (void)
{
  gint64 pinned = atomic_load (&pinned_us);
  gint64 now = pinned != 0 ? pinned : g_get_real_time ();
  gint64 seen = atomic_load (&latest_us);

  if (pinned != 0)
    return pinned;
  while (now > seen)
    if (atomic_compare_exchange_weak (&latest_us, &seen, now))
      return now;
  return seen;
}

/**
 * clock_monotonic_us:
 *
 * Microseconds since some fixed instant, for deadlines and durations. Any thread.
 */
gint64
clock_monotonic_us (void)
{
  return g_get_monotonic_time ();
}

/**
 * clock_pause_us:
 *
 * Lets others have the disk for a moment. For long work outside the server; blocks.
 */
void
clock_pause_us (guint64 pause_us)
{
  g_usleep (pause_us);
}

/**
 * clock_wait_us:
 * @cancellable: (nullable): ends the wait
 *
 * Between two tries of something that another machine did not do. Any thread but the loop's; blocks.
 *
 * Returns: FALSE when it was cancelled
 */
gboolean
clock_wait_us (guint64 wait_us, GCancellable *cancellable)
{
  gint64 until_us = clock_monotonic_us () + (gint64) wait_us;
  gint64 left_us = (gint64) wait_us;
  GPollFD waiting;
  guint n_waiting = g_cancellable_make_pollfd (cancellable, &waiting) ? 1 : 0;

  while (left_us > 0 && !g_cancellable_is_cancelled (cancellable))
    {
      g_poll (&waiting, n_waiting, (gint) MIN (left_us / 1000 + 1, G_MAXINT));
      left_us = until_us - clock_monotonic_us ();
    }
  if (n_waiting > 0)
    g_cancellable_release_fd (cancellable);
  return !g_cancellable_is_cancelled (cancellable);
}

/**
 * clock_set_for_test:
 * @now_us: the instant that clock_now_us() answers from now on; 0 lets the clock run again
 *
 * For tests and the seeded simulator only.
 */
void
clock_set_for_test (gint64 now_us)
{
  atomic_store (&pinned_us, now_us);
}
