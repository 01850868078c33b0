/* SPDX-License-Identifier: EUPL-1.2 */
/* Once a second on the loop: does the writer move, and what the service manager should know. */
#pragma once

#include "base/timer.h"
#include "http/planner-health.h"

/**
 * PulseSeen:
 * @progress: changes whenever a group begins, ends or is given up
 * @progress_us: monotonic instant of its last change, or of the last time that nothing waited
 *
 * What the writer was seen to do.
 */
typedef struct
{
  guint64 progress;
  gint64 progress_us;
} PulseSeen;

/* Pure: TRUE while the writer moves or has nothing to do. */
gboolean pulse_writer_moves (PulseSeen *seen, const ExecutorCounters *counters, gint64 now_us);

/**
 * PlannerPulse:
 * @status: (nullable): as last told
 * @windows: (element-type gint64): ids of the service windows that were on
 */
typedef struct
{
  PlannerHealth *health;
  Timer *timer;
  PulseSeen seen;
  gint64 interval_us;
  gint64 told_alive_us;
  gint64 judged_us;
  char *status;
  GArray *windows;
} PlannerPulse;

void planner_pulse_start (PlannerPulse *pulse, PlannerHealth *health);
void planner_pulse_stop (PlannerPulse *pulse);
