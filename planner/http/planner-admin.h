/* SPDX-License-Identifier: EUPL-1.2 */
/* The admin face: commands of the table over a unix socket, one POST each. */
#pragma once

#include "listener-request.h"
#include "ops/op-worker.h"
#include "planner-config.h"

#define PLANNER_ADMIN_PREFIX "/admin/v1/"

void
planner_admin_handle (OpService *service, const PlannerConfig *config, ListenerRequest *request);
