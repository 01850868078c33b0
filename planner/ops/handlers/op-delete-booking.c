/* SPDX-License-Identifier: EUPL-1.2 */
/* DeleteBooking: the municipality's own systems call a meeting off. */
#include "ops/booking/booking-cancel.h"
#include "ops/booking/booking-details.h"
#include "ops/booking/booking-journal.h"
#include "ops/booking/registration.h"
#include "ops/call/op-context.h"
#include "ops/handlers/op-table.h"

typedef ContractDeleteBookingRequest Request;
typedef ContractDeleteBookingResponse Response;

/**
 * op_delete_booking:
 *
 * Operation 6 as served by us [N]. The record stays, as cancelled. A repeat gets the stored answer.
 */
gboolean
op_delete_booking (OpCall *call, GError **error)
{
  const Request *request = call->request;
  Response *response = contract_arena_new0 (call->arena, Response);
  g_autofree char *system = NULL;
  BookingAsker asker = registration_asker (call, &system);
  CancelWish wish = { request->booking_identifier, request->person_civil_registration_identifier,
                      &asker, "booking-deleted" };
  g_autoptr (Booking) booking = NULL;

  if (!op_check_cpr (wish.cpr, error))
    return FALSE;
  booking = booking_cancel (call, &wish, error);
  if (booking == NULL)
    return call->is_replay;
  if (asker.actor == BOOKING_ACTOR_INDKALDER && !booking_tell_dfdg (call, "delete", booking, error))
    return FALSE;
  booking_details_fill (call, booking, &response->booking_details);
  op_keep (call, g_steal_pointer (&booking), (GDestroyNotify) booking_free);
  call->response = response;
  return TRUE;
}
