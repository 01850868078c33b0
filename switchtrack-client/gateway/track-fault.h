/* SPDX-License-Identifier: EUPL-1.2 */
/* What the gateway itself has to say, as a fault of the contract: one table. */
#pragma once

#include "contract-fault.h"

typedef enum
{
  TRACK_FAULT_NO_CONTACT,
  TRACK_FAULT_NOT_SENT,
  TRACK_FAULT_LIMIT,
  TRACK_FAULT_BROKEN,
  TRACK_FAULT_BUSY,
  TRACK_FAULT_MAINTENANCE,
  TRACK_FAULT_UNKNOWN_UNIT,
  TRACK_FAULT_NO_ROUTE,
  TRACK_FAULT_BAD_CODE,
  TRACK_FAULT_NO_REGISTRY,
  TRACK_N_FAULTS,
} TrackFaultKind;

/**
 * TrackFaultRow:
 * @cause_code: 0: none
 * @http_status: in SOAP 1.2; in 1.1 a fault is always 500
 */
typedef struct
{
  ContractFaultSide side;
  gint64 code;
  gint64 cause_code;
  guint http_status;
  const char *text;
} TrackFaultRow;

extern const TrackFaultRow track_faults[TRACK_N_FAULTS];

guint track_fault_status (const TrackFaultRow *row, ContractSoapVersion version);
