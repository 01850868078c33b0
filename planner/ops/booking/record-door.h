/* SPDX-License-Identifier: EUPL-1.2 */
/* What DFDG has decided of a meeting enters by the one door: its time is taken even when it is not free, and flagged. */
#pragma once

#include "ops/call/op.h"
#include "store/booking-store.h"

/* Makes @call act as DFDG's record, for every unit of the tenant. Errors: PLANNER_ERROR_NOT_FOUND without the tenant.
 * @caller must outlive the call. */
gboolean record_door_open (OpCall *call,
                           OpCaller *caller,
                           const char *tenant_key,
                           const char *call_id,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
CatalogueUnit *record_door_find_unit (const OpCall *call,
                                      const char *code,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * RecordWish:
 * @booking: as it is to be; its advisor is @advisor_key's
 * @advisor_key: (nullable): one whom we do not have is kept by name; NULL: as @booking says
 */
typedef struct
{
  Booking *booking;
  const char *advisor_key;
} RecordWish;

/* All on the writer; DFDG is told nothing. Errors: PLANNER_ERROR_NOT_VALID for times that nobody meets at, or a group
 * of somebody else's; the store's. */
gboolean record_door_register (OpCall *call,
                               const RecordWish *wish,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean record_door_change (OpCall *call,
                             const Booking *before,
                             const RecordWish *wish,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A change of ours that DFDG was not told of is overtaken by another system's: a person hears of it. */
gboolean record_door_report_overtaken (OpCall *call,
                                       const Booking *booking,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
record_door_cancel (OpCall *call, Booking *booking, GError **error) G_GNUC_WARN_UNUSED_RESULT;
