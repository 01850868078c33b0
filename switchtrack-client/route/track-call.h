/* SPDX-License-Identifier: EUPL-1.2 */
/* What of a call says where it must go: operation, jobcenter code, identifiers, citizen. */
#pragma once

#include "contract-envelope.h"

#define TRACK_GUID_LENGTH    36
#define TRACK_CITIZEN_LENGTH 10

/**
 * TrackCall:
 * @operation: (nullable): by the contract's own name; static
 * @is_write: it may change something: all but those that only list
 * @code: JobCenterCode; likewise the others, as they stand in the call; empty: not there
 * @has_bad_code: there is a code, but not of five digits
 *
 * Only children of the operation's own element count: a code within a citizen's other bookings is not the call's.
 * @citizen is a civil registration number: it stays in memory.
 */
typedef struct
{
  ContractSoapVersion version;
  const char *operation;
  const ContractOperation *contract;
  gboolean is_write;
  gboolean has_bad_code;
  char code[6];
  char citizen[TRACK_CITIZEN_LENGTH + 1];
  char booking[TRACK_GUID_LENGTH + 1];
  char reservation[TRACK_GUID_LENGTH + 1];
  char option[TRACK_GUID_LENGTH + 1];
} TrackCall;

gboolean track_call_scan (TrackCall *out_call,
                          const char *bytes,
                          gsize n_bytes,
                          const ContractMapping *mapping,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_call_is_write (const char *operation);
