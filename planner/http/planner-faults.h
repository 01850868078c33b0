/* SPDX-License-Identifier: EUPL-1.2 */
/* Every error and the fault it becomes: one table. */
#pragma once

#include "contract-fault.h"
#include "planner-log.h"

typedef enum
{
  FAULT_DOMAIN_PLANNER,
  FAULT_DOMAIN_CONTRACT,
} FaultDomain;

/**
 * FaultStage:
 * @FAULT_STAGE_REQUEST: while the request was read: the caller's doing
 * @FAULT_STAGE_ANSWER: later: an answer that breaks the schema is our bug
 */
typedef enum
{
  FAULT_STAGE_REQUEST,
  FAULT_STAGE_ANSWER,
} FaultStage;

/**
 * FaultRow:
 * @code: PlannerError or ContractError, by @domain
 * @fault_code: of the contract
 * @http_status: in SOAP 1.2; in 1.1 a fault is always 500
 * @may_show: whether the error's own text may leave
 * @text: what is said otherwise
 */
typedef struct
{
  FaultDomain domain;
  int code;
  ContractFaultSide side;
  gint64 fault_code;
  guint http_status;
  PlannerLogLevel level;
  gboolean may_show;
  const char *text;
} FaultRow;

extern const FaultRow planner_faults[];
extern const guint planner_faults_length;

const FaultRow *planner_faults_find (const GError *error, FaultStage stage);
const char *planner_faults_get_text (const FaultRow *row, const GError *error);
guint planner_faults_get_status (const FaultRow *row, ContractSoapVersion version);
