/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes that share a group with others: of waiting threads that come by the hundred, and of the loop. */
#pragma once

#include "ops/service/op-worker.h"

/* Inside the group's transaction: @call has session, the writer's catalogue and the clock; the rest is the step's to
 * set. May be run more than once. */
typedef gboolean (*OpStep) (OpCall *call, gpointer data, GError **error);
/* Loop thread, once; after a durable commit when @error is NULL. */
typedef void (*OpStepDone) (gpointer data, const GError *error);

gboolean op_service_run_step (OpService *service, OpStep step, gpointer data, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
gboolean op_service_send_step (OpService *service,
                               OpStep step,
                               OpStepDone done,
                               gpointer data,
                               gint64 deadline_us,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
