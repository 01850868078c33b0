/* SPDX-License-Identifier: EUPL-1.2 */
/* Says in the record of what is open that the machine's clock was set. */
#include "base/clock.h"
#include "health/track-watch-private.h"

#define LEAP_US (120 * G_GINT64_CONSTANT (1000000))

static void
tell_clock (TrackWatch *watch, gint64 now_us, const char *text)
{
  GHashTableIter iter;
  gpointer value;

  g_message ("%s", text);
  g_hash_table_iter_init (&iter, watch->open);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    track_watch_add_step (value, "clock", now_us, 0, text);
}

/**
 * track_watch_look_at_clock:
 *
 * Times in a record are those of the clock; that it was set belongs to the record.
 */
void
track_watch_look_at_clock (TrackWatch *watch, gint64 now_us)
{
  gint64 passed_us = clock_monotonic_us ();
  gint64 ahead_us = (now_us - watch->ticked_wall_us) - (passed_us - watch->ticked_us);
  gboolean is_standing =
    now_us == watch->ticked_wall_us && track_steady_behind_us (&watch->steady) > 0;

  if (is_standing && !watch->is_clock_standing)
    tell_clock (
      watch, now_us,
      "maskinens ur blev stillet tilbage: tiderne står stille, til det har indhentet det / "
      "the machine's clock was set back: times stand still until it has caught up");
  if (!is_standing && watch->is_clock_standing)
    tell_clock (watch, now_us, "maskinens ur går igen / the machine's clock goes on again");
  if (watch->ticked_us != 0 && ahead_us > LEAP_US)
    tell_clock (watch, now_us,
                "maskinens ur sprang frem, eller maskinen stod stille / the machine's clock leapt "
                "ahead, or the machine stood still");
  watch->is_clock_standing = is_standing;
  watch->ticked_wall_us = now_us;
  watch->ticked_us = passed_us;
}
