/* SPDX-License-Identifier: EUPL-1.2 */
/* One look into DFDG's queue: what is there is stored, and only then removed there. */
#pragma once

#include <gio/gio.h>

#include "dfdg/forms/queue-message.h"
#include "dfdg/wire/dfdg-settings.h"
#include "ops/service/op-shared-write.h"

/**
 * QueueDoor:
 * @send: one call: @url (nullable): of the service that was named, NULL for the queue's own; @out_body: (transfer full)
 * @run_step: as op_service_run_step()
 *
 * What a run needs of the world: the client and the writer, or a test's own. PLANNER_ERROR_UNAVAILABLE from @send is
 * what another try may cure.
 */
typedef struct
{
  gboolean (*send) (gpointer data,
                    const char *url,
                    const char *xml,
                    GString **out_body,
                    GCancellable *cancellable,
                    GError **error);
  gboolean (*run_step) (gpointer runner, OpStep step, gpointer data, GError **error);
} QueueDoor;

/**
 * QueueRun:
 * @door: with @door_data for its send, @runner for its run_step
 */
typedef struct
{
  const QueueDoor *door;
  gpointer door_data;
  gpointer runner;
  const DfdgSettings *settings;
  GCancellable *cancellable;
} QueueRun;

/**
 * QueueResult:
 * @n_new: of the messages: that were not there yet; @n_unknown: of those: that nobody takes
 * @is_full: the sequence held all it may: there is more
 */
typedef struct
{
  guint n_messages;
  guint n_new;
  guint n_unknown;
  gboolean is_full;
} QueueResult;

gboolean queue_wsrm_run (const QueueRun *run,
                         QueueResult *out_result,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The program's: over the connections that rest. On a waiting thread; blocks. */
gboolean queue_wsrm_run_service (OpService *service,
                                 const DfdgSettings *settings,
                                 GCancellable *cancellable,
                                 QueueResult *out_result,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
