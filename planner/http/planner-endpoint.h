/* SPDX-License-Identifier: EUPL-1.2 */
/* One SOAP request: bytes to message, message to the service, answer or fault back to bytes. */
#pragma once

#include "calsync-timezone.h"
#include "contract-schema.h"
#include "http/planner-callers.h"
#include "listener-request.h"
#include "ops/service/op-worker.h"
#include "planner-metrics.h"

/**
 * PlannerEndpoint:
 * @schema: (nullable): libxml2's, when live messages are held to it too
 * @zone: of times that come without an offset
 * @n_calls: under way
 * @spare: (nullable) (owned): of the last call, for the next; see planner_endpoint_clear()
 *
 * What every call needs; loop thread. The other members are borrowed.
 */
typedef struct
{
  GMainContext *context;
  OpService *service;
  PlannerMetrics *metrics;
  const PlannerConfig *config;
  const ContractMapping *mapping;
  const ContractSchema *schema;
  const CalsyncZone *zone;
  guint n_calls;
  ContractEnvelope *spare;
} PlannerEndpoint;

void planner_endpoint_handle (PlannerEndpoint *endpoint,
                              ListenerRequest *request,
                              PlannerCallers *callers,
                              const OpCaller *caller);
void planner_endpoint_clear (PlannerEndpoint *endpoint);
gboolean planner_endpoint_resolve_time (ContractTime *time, gpointer zone);
