/* SPDX-License-Identifier: EUPL-1.2 */
/* Who asks for times of what: shared by slots and case workers, inline and on a worker. */
#pragma once

#include "ops/booking/placement.h"
#include "ops/call/op.h"

/**
 * SlotContext:
 * @citizen: facts (borrowed inline, owned on a worker), other bookings, open type
 * @owners: (element-type gint64): whose claims count as free: the moved booking's, the own hold's
 * @own_session_id: where the own hold has a seat, which counts as free too; 0 for none
 * @owns_citizen: TRUE when @citizen must be cleared
 */
typedef struct
{
  const CatalogueOffer *offer;
  const CatalogueUnit *unit;
  Booking *moving;
  gint64 citizen_id;
  CitizenContext citizen;
  gboolean owns_citizen;
  GArray *owners;
  gint64 own_session_id;
} SlotContext;

void slot_context_clear (SlotContext *context);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SlotContext, slot_context_clear)

/* TRUE with call->wants_session set means: run again on a worker. */
gboolean slot_context_load (OpCall *call,
                            const char *cpr,
                            const char *offer_identifier,
                            const char *booking_identifier,
                            SlotContext *out_context,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
