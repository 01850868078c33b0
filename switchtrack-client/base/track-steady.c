/* SPDX-License-Identifier: EUPL-1.2 */
/* The wall clock as long as it goes; the time that passed when it stands, as it does after it was set back. */
#include "base/track-steady.h"

#include "base/clock.h"

/* clock_now_us() stands still until a clock that was set back has caught up. So long that is believed. */
#define BELIEVED_US (30 * G_GINT64_CONSTANT (1000000))

/**
 * track_steady_now_us:
 *
 * Never goes back, never stands for longer than half a minute. Equal to clock_now_us() unless the clock was set back.
 */
gint64
track_steady_now_us (TrackSteady *steady)
{
  gint64 wall_us = clock_now_us ();
  gint64 passed_us = clock_monotonic_us ();
  gint64 by_passed_us = steady->base_wall_us + (passed_us - steady->base_us);

  if (steady->began_us == 0)
    {
      steady->began_us = passed_us;
      steady->began_wall_us = wall_us;
    }
  if (steady->base_us == 0 || wall_us >= by_passed_us)
    {
      steady->base_wall_us = wall_us;
      steady->base_us = passed_us;
      return wall_us;
    }
  return MAX (wall_us, by_passed_us - BELIEVED_US);
}

/**
 * track_steady_behind_us:
 *
 * Returns: how far the wall clock is behind track_steady_now_us(); 0 as long as it goes
 */
gint64
track_steady_behind_us (TrackSteady *steady)
{
  return track_steady_now_us (steady) - clock_now_us ();
}

/**
 * track_steady_has_leapt:
 *
 * Returns: whether the wall clock ran so far ahead of the time that has passed since the first call: what is removed by
 *   such a clock would be gone for good
 */
gboolean
track_steady_has_leapt (TrackSteady *steady, gint64 by_us)
{
  (void) track_steady_now_us (steady);
  return (clock_now_us () - steady->began_wall_us) - (clock_monotonic_us () - steady->began_us) >
         by_us;
}
