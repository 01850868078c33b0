/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads the system's clocks for everybody else; tests may pin the wall clock. */
#include "base/clock.h"

#include <stdatomic.h>

/* What two threads read at one time differs by less; so much later than it was, the clock was set back. */
#define SET_BACK_US G_USEC_PER_SEC
/* While it was set back, time goes so many times slower, until it has been caught up. */
#define SLOWNESS 2

static _Atomic gint64 latest_us;
static _Atomic gint64 pinned_us;

/* Of a clock that was set back: what was answered last while it was, and when. */
static GMutex slow_lock;
static gint64 slow_us;
static gint64 slow_monotonic_us;

/* Raises what was answered last to @now_us. Returns: that, or what another thread has raised it to */
static gint64
raise_latest (gint64 now_us)
{
  gint64 seen_us = atomic_load (&latest_us);

  while (now_us > seen_us)
    if (atomic_compare_exchange_weak (&latest_us, &seen_us, now_us))
      return now_us;
  return seen_us;
}

/* Time goes on, at half its pace. */
static gint64
go_slowly (void)
{
  gint64 monotonic_us = clock_monotonic_us ();
  gint64 seen_us;
  gint64 step_us;

  g_mutex_lock (&slow_lock);
  seen_us = atomic_load (&latest_us);
  if (seen_us != slow_us)
    {
      slow_us = seen_us;
      slow_monotonic_us = monotonic_us;
    }
  step_us = MAX (monotonic_us - slow_monotonic_us, 0) / SLOWNESS;
  slow_monotonic_us += step_us * SLOWNESS;
  slow_us = raise_latest (seen_us + step_us);
  seen_us = slow_us;
  g_mutex_unlock (&slow_lock);
  return seen_us;
}

/**
 * clock_follow:
 * @real_us: what the system's clock shows
 *
 * clock_now_us() of a system's clock that a test reads itself.
 */
gint64
clock_follow (gint64 real_us)
{
  gint64 seen_us = raise_latest (real_us);

  return seen_us - real_us < SET_BACK_US ? seen_us : go_slowly ();
}

/**
 * clock_now_us:
 *
 * Wall time in microseconds since 1970 UTC. Never smaller than an earlier answer of this process:
 * expiries and leads compare against it, so a clock that steps back must not bring a hold to life. Nor does it stand
 * still then, for what waits would wait until the right time has caught up: a clock that was set back by a day goes on
 * at half its pace for two.
 *
 * Any thread; does not block.
 */
gint64
clock_now_us (void)
{
  gint64 pinned = atomic_load (&pinned_us);

  return pinned != 0 ? pinned : clock_follow (g_get_real_time ());
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
