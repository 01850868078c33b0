/* SPDX-License-Identifier: EUPL-1.2 */
/* Reserving a time for a citizen, and finding the reservation again: shared by details, create and move. */
#pragma once

#include "ops/booking/ledger.h"

/**
 * ReservationWish:
 * @offer: the offer; the booking's when it is moved
 * @moving: (nullable): the booking to be moved
 * @case_worker: (nullable): CaseWorkerIdentifier; NULL lets us choose
 * @waived: SLOT_VERDICT_MASK bits of noes that an admin overrules
 * @contact_type: 0 for the booking's, else the offer's first
 */
typedef struct
{
  gint64 citizen_id;
  const CatalogueOffer *offer;
  const Booking *moving;
  gint64 start_us;
  const char *case_worker;
  gint64 contact_type;
  guint waived;
} ReservationWish;

gint64 reservation_owner_of (const Booking *moving);
Hold *reservation_make (const OpCall *call,
                        const ReservationWish *wish,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
Hold *reservation_take (const OpCall *call,
                        const ReservationWish *wish,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
Hold *reservation_find (OpCall *call, const char *token, gint64 citizen_id, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
/* The citizen may still have this: facts, other bookings and closed types judged again. */
gboolean reservation_check (const OpCall *call,
                            const Hold *hold,
                            const Booking *moving,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
CatalogueOffer *reservation_offer_of (const OpCall *call,
                                      const Booking *booking,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean reservation_fill_group (const OpCall *call,
                                 Booking *booking,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
