/* SPDX-License-Identifier: EUPL-1.2 */
/* Is the program alive, can it serve, and does a slot query really work. */
#pragma once

#include "http/planner-endpoint.h"

/**
 * PlannerHealth:
 * @probed_us: monotonic instant of the last slot query, whose outcome is kept for a while
 * @problem: (nullable): what was wrong then
 */
typedef struct
{
  PlannerEndpoint *endpoint;
  gint64 probed_us;
  char *problem;
} PlannerHealth;

void planner_health_clear (PlannerHealth *health);
char *planner_health_dup_ready_problem (PlannerHealth *health);
/* Of the window of a whole municipality, or of some units or changes only: what ready says of it. */
char *planner_health_dup_window_notice (PlannerHealth *health);
gint64 planner_health_find_newest_backup (const PlannerHealth *health);
const char *planner_health_probe (PlannerHealth *health);
