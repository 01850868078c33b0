/* SPDX-License-Identifier: EUPL-1.2 */
/* A call as a line of JSON. */
#pragma once

#include "base/track-outcome.h"

#include <glib.h>

/**
 * TrackSecond:
 * @number: since 1970
 * @text: its date and time, UTC
 *
 * The last one that was written out: many lines share it. Zeroed it is the first one of all.
 */
typedef struct
{
  gint64 number;
  char text[sizeof "2026-03-29T10:00:00"];
} TrackSecond;

const char *track_call_kind (const TrackRecord *record);
void track_call_line_append (GString *out, const TrackRecord *record, TrackSecond *second);
