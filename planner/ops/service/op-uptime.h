/* SPDX-License-Identifier: EUPL-1.2 */
/* The service's own part of the record of availability: signs of life, with or without calls. */
#pragma once

#include "ops/service/op-worker.h"
#include "store/store.h"

void op_uptime_start (OpService *service);
/* The last sign of life, queued behind everything else. */
void op_uptime_stop (OpService *service);
/* On the writer, while a group is sealed: never fails the group. */
void op_uptime_seal (OpService *service, StoreSession *session);
void op_uptime_settle (OpService *service, gboolean is_durable);
