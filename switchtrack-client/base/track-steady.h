/* SPDX-License-Identifier: EUPL-1.2 */
/* Time for waits and damping: it goes on when the machine's clock was set back. */
#pragma once

#include <glib.h>

/**
 * TrackSteady:
 *
 * Zeroed at first; one thread. Members are for track-steady.c and its tests.
 */
typedef struct
{
  gint64 base_wall_us;
  gint64 base_us;
  gint64 began_wall_us;
  gint64 began_us;
} TrackSteady;

gint64 track_steady_now_us (TrackSteady *steady);
gint64 track_steady_behind_us (TrackSteady *steady);
gboolean track_steady_has_leapt (TrackSteady *steady, gint64 by_us);
