/* SPDX-License-Identifier: EUPL-1.2 */
/* The admin face: commands of the table over a unix socket, one POST each. */
#pragma once

#include "listener-request.h"
#include "ops/service/op-worker.h"
#include "planner-config.h"

typedef struct _PlannerAdmin PlannerAdmin;

PlannerAdmin *planner_admin_new (OpService *service);
void planner_admin_free (PlannerAdmin *admin);
void planner_admin_cancel (PlannerAdmin *admin);
void
planner_admin_handle (PlannerAdmin *admin, const PlannerConfig *config, ListenerRequest *request);
