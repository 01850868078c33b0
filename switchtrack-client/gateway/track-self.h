/* SPDX-License-Identifier: EUPL-1.2 */
/* What is not well with the gateway itself, or waits for a person: for alarms and for the status page. */
#pragma once

#include "gateway/track-canary.h"
#include "gateway/track-side.h"
#include "health/track-watch.h"
#include "log/track-call-log.h"
#include "route/track-keeper.h"

/**
 * TrackSelf:
 * @side: (nullable): what an upgrade that failed says
 * @log: (nullable): NULL: the call log could not be opened
 * @has_new_key: calls without a code find nobody: the key of what was learned is gone
 * @reload_problem: (nullable): why what was read again last was not taken
 * @n_lost, @lost_us: of calls that are missing in the log, as they were last seen; zeroed at first
 */
typedef struct
{
  const TrackKeeper *keeper;
  const TrackCanaryGuard *guard;
  const TrackCallLog *log;
  const TrackSide *side;
  gboolean has_new_key;
  char *reload_problem;
  guint64 n_lost;
  gint64 lost_us;
} TrackSelf;

void track_self_look (TrackWatch *watch, gint64 now_us, gpointer self);
JsonArray *track_self_list_canaries (const TrackCanaryGuard *guard, gint64 now_us);
