/* SPDX-License-Identifier: EUPL-1.2 */
/* The one way in which a booking of an offer goes to another time, whoever asks. */
#include "ops/booking/booking-move.h"

#include "ops/booking/booking-details.h"
#include "ops/booking/booking-journal.h"
#include "ops/booking/reservation.h"

/**
 * booking_move:
 * @booking: as stored; is changed
 * @hold: its new time, from reservation_take() or reservation_find() in this job
 *
 * Frees the old time, takes the new one and journals the move. Writer only.
 */
gboolean
booking_move (const OpCall *call, Booking *booking, const Hold *hold, GError **error)
{
  g_autoptr (Booking) before = booking_store_load (call->session, booking->booking_id, error);
  CatalogueOffer *offer = catalogue_get_offer (call->view.catalogue, hold->offer_id);

  if (before == NULL)
    return FALSE;
  booking_place (call, booking, offer, hold);
  booking->contact_type = hold->contact_type;
  booking->placement++;
  booking->accepted = FALSE;
  booking->conflict = FALSE;
  booking->changed_us = call->now_us;
  return reservation_fill_group (call, booking, error) &&
         ledger_release_booking (call, before, error) &&
         ledger_use_hold (call, hold, booking, error) &&
         booking_store_change (call->session, booking, error) &&
         booking_journal (call, "booking-moved", before, booking, error) &&
         ledger_settle (call, before, error);
}
