/* SPDX-License-Identifier: EUPL-1.2 */
/* The allow-list: which certificate is which caller. */
#pragma once

#include "listener-tls.h"
#include "ops/call/op.h"
#include "planner-config.h"

/**
 * PlannerCallers:
 *
 * Made from a configuration; constant, reference-counted. A call holds a reference for as long as it
 * uses its caller, so that the list can be replaced meanwhile.
 */
typedef struct _PlannerCallers PlannerCallers;

PlannerCallers *planner_callers_new (const PlannerConfig *config);
PlannerCallers *planner_callers_ref (PlannerCallers *callers);
void planner_callers_unref (PlannerCallers *callers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PlannerCallers, planner_callers_unref)

const OpCaller *planner_callers_find (const PlannerCallers *callers,
                                      const ListenerIdentity *identity,
                                      const OpCaller **out_other);
const OpCaller *planner_callers_get_plain (const PlannerCallers *callers);
