/* SPDX-License-Identifier: EUPL-1.2 */
/* What the gateway itself has to say, as a fault of the contract: one table. */
#include "gateway/track-fault.h"

#define SENDER   CONTRACT_FAULT_SENDER
#define RECEIVER CONTRACT_FAULT_RECEIVER

/* clang-format off */
const TrackFaultRow track_faults[TRACK_N_FAULTS] = {
  [TRACK_FAULT_NO_CONTACT]   = { RECEIVER, 4769,   9018, 500, "The booking system of this jobcenter cannot be reached. It is not known whether a change came through." },
  [TRACK_FAULT_NOT_SENT]     = { RECEIVER, 4769,   9018, 500, "The booking system of this jobcenter cannot be reached. Nothing was sent." },
  [TRACK_FAULT_LIMIT]        = { RECEIVER, 4769,   9018, 500, "The booking system of this jobcenter has too many calls under way. Nothing was sent." },
  [TRACK_FAULT_BROKEN]       = { RECEIVER, 9303,   9329, 500, "The answer of the booking system does not keep the contract. It is not known whether a change came through." },
  [TRACK_FAULT_BUSY]         = { RECEIVER, 990012, 0,    500, "The booking system of this jobcenter is busy. It is not known whether a change came through." },
  [TRACK_FAULT_MAINTENANCE]  = { RECEIVER, 990034, 0,    500, "The booking system of this jobcenter is closed for planned service. Nothing was sent." },
  [TRACK_FAULT_UNKNOWN_UNIT] = { SENDER,   990010, 0,    400, "No booking system is known for this jobcenter code." },
  [TRACK_FAULT_NO_ROUTE]     = { SENDER,   990036, 0,    400, "The call has no jobcenter code, and neither its identifiers nor the citizen are known here. Nothing was sent." },
  [TRACK_FAULT_BAD_CODE]     = { SENDER,   1014,   0,    400, "JobCenterCode is not five digits." },
  [TRACK_FAULT_NO_REGISTRY]  = { RECEIVER, 990025, 0,    500, "The gateway has no registry. Nothing was sent." },
};
/* clang-format on */

/**
 * track_fault_status:
 *
 * Any thread. Returns: the HTTP status; SOAP 1.1 section 6.2, SOAP 1.2 part 2 section 7.5
 */
guint
track_fault_status (const TrackFaultRow *row, ContractSoapVersion version)
{
  return version == CONTRACT_SOAP_1_1 ? 500 : row->http_status;
}
