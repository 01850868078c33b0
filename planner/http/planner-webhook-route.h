/* SPDX-License-Identifier: EUPL-1.2 */
/* The route of pushed messages: who may push, and how the answer leaves. */
#pragma once

#include "listener-request.h"
#include "ops/call/op.h"
#include "planner-webhook.h"

gboolean planner_webhook_is_at (const PlannerWebhook *webhook, ListenerRequest *request);
void planner_webhook_handle (const PlannerWebhook *webhook,
                             ListenerRequest *request,
                             const OpCaller *caller);
