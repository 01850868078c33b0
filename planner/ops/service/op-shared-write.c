/* SPDX-License-Identifier: EUPL-1.2 */
/* Each step is a job of the writer like a citizen's call: many are committed at once, and each is undone alone. */
#include "ops/service/op-shared-write.h"

#include "base/clock.h"
#include "ops/service/op-service.h"

#define DEADLINE_US (60 * G_USEC_PER_SEC)

typedef struct
{
  OpService *service;
  OpStep step;
  OpStepDone done; /* NULL: somebody waits at @changed */
  gpointer data;
  GMutex lock;
  GCond changed;
  gboolean is_over;
  GError *error;
} SharedWrite;

static gboolean
run (gpointer data, gpointer session, GError **error)
{
  SharedWrite *write = data;
  OpCall call = { .session = session, .now_us = clock_now_us () };
  gboolean ok;

  call.view.catalogue = catalogue_ref (index_feed_get_catalogue (write->service->feed));
  ok = write->step (&call, write->data, error);
  op_call_reset (&call);
  catalogue_unref (call.view.catalogue);
  return ok;
}

static void
on_waited_for (gpointer data, const ExecutorReport *report, const GError *error)
{
  SharedWrite *write = data;

  g_mutex_lock (&write->lock);
  write->is_over = TRUE;
  write->error = error == NULL ? NULL : g_error_copy (error);
  g_cond_signal (&write->changed);
  g_mutex_unlock (&write->lock);
}

/**
 * op_service_run_step:
 *
 * Queues one write beside those of others and waits until it is durable; what it changed is in the index then. Who uses
 * it bounds how many run at once. Errors: the step's, or PLANNER_ERROR_BUSY. Waiting threads; blocks.
 */
gboolean
op_service_run_step (OpService *service, OpStep step, gpointer data, GError **error)
{
  SharedWrite write = { .service = service, .step = step, .data = data };
  ExecutorJob job = { .place = EXECUTOR_WRITER,
                      .run = run,
                      .done = on_waited_for,
                      .data = &write,
                      .deadline_us = clock_monotonic_us () + DEADLINE_US };
  gboolean is_queued;

  g_mutex_init (&write.lock);
  g_cond_init (&write.changed);
  is_queued = executor_submit (service->executor, &job, &write.error);
  g_mutex_lock (&write.lock);
  while (is_queued && !write.is_over)
    g_cond_wait (&write.changed, &write.lock);
  g_mutex_unlock (&write.lock);
  g_mutex_clear (&write.lock);
  g_cond_clear (&write.changed);
  if (write.error == NULL)
    return TRUE;
  g_propagate_error (error, write.error);
  return FALSE;
}

static void
on_sent_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  g_autofree SharedWrite *write = data;

  write->done (write->data, error);
}

/**
 * op_service_send_step:
 * @deadline_us: of clock_monotonic_us(); passed while it waits means: PLANNER_ERROR_BUSY, not run
 *
 * Queues one write. Errors: PLANNER_ERROR_BUSY when the queue is full, and @done is not called. Loop thread; does not
 * block.
 */
gboolean
op_service_send_step (OpService *service,
                      OpStep step,
                      OpStepDone done,
                      gpointer data,
                      gint64 deadline_us,
                      GError **error)
{
  SharedWrite *write = g_new0 (SharedWrite, 1);
  ExecutorJob job = { .place = EXECUTOR_WRITER,
                      .run = run,
                      .done = on_sent_done,
                      .data = write,
                      .deadline_us = deadline_us };

  *write = (SharedWrite){ .service = service, .step = step, .done = done, .data = data };
  if (executor_submit (service->executor, &job, error))
    return TRUE;
  g_free (write);
  return FALSE;
}
