/* SPDX-License-Identifier: EUPL-1.2 */
/* One citizen's messages, sent one after the other. */
#pragma once

#include "dfdg/pump/dfdg-agenda.h"
#include "dfdg/services/besked-client.h"
#include "ops/admin/admin.h"

/**
 * MessageLane:
 * @session: for reading
 * @runner: of writes
 * @now_us: wall clock
 *
 * A run over the messages of one citizen. One thread's.
 */
typedef struct
{
  StoreSession *session;
  AdminRunner runner;
  DfdgClient *client;
  gint64 tenant_id;
  gint64 citizen_id;
  gint64 now_us;
  GCancellable *cancellable;
  const char *call_id;
} MessageLane;

void message_lane_run (const MessageLane *lane, DfdgPumpResult *out_result);
