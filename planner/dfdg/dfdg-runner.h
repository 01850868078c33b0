/* SPDX-License-Identifier: EUPL-1.2 */
/* The DFDG side of the program as one thing to start, reload and stop. */
#pragma once

#include "dfdg/inbox/webhook-wsb.h"
#include "ops/service/op-worker.h"
#include "planner-config.h"
#include "planner-metrics-dfdg.h"

/**
 * DfdgRunner:
 *
 * All pumps, and what the program counts of them. Loop thread.
 */
typedef struct _DfdgRunner DfdgRunner;

DfdgRunner *
dfdg_runner_new (OpService *service, GMainContext *context, const PlannerConfig *config);
void dfdg_runner_reload (DfdgRunner *runner, const PlannerConfig *config);
void dfdg_runner_stop (DfdgRunner *runner);
gboolean dfdg_runner_is_draining (DfdgRunner *runner);
void dfdg_runner_free (DfdgRunner *runner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DfdgRunner, dfdg_runner_free)
guint dfdg_runner_count_threads (const PlannerConfig *config);
void dfdg_runner_set_webhook (DfdgRunner *runner, const DfdgWebhook *webhook);
void dfdg_runner_describe (gpointer data, MetricsDfdg *out_dfdg);
