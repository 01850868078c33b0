/* SPDX-License-Identifier: EUPL-1.2 */
/* CancelBooking: the citizen gives the meeting up; its time is free in the same commit. */
#include "ops/booking/booking-cancel.h"
#include "ops/booking/booking-details.h"
#include "ops/booking/booking-echo.h"
#include "ops/call/op-context.h"
#include "ops/call/op-memory.h"
#include "ops/handlers/op-table.h"

typedef ContractCancelBookingRequest Request;
typedef ContractCancelBookingResponse Response;

/**
 * op_cancel_booking:
 *
 * Operation 4 of the contract. A repeat gets the stored answer.
 */
gboolean
op_cancel_booking (OpCall *call, GError **error)
{
  const Request *request = call->request;
  Response *response = contract_arena_new0 (call->arena, Response);
  BookingAsker asker = { BOOKING_ACTOR_CITIZEN, NULL, call->now_us };
  CancelWish wish = { request->booking_identifier, request->person_civil_registration_identifier,
                      &asker, "booking-cancelled-by-citizen" };
  g_autoptr (Booking) booking = NULL;

  if (!op_check_cpr (wish.cpr, error))
    return FALSE;
  booking = booking_cancel (call, &wish, error);
  if (booking == NULL)
    return call->is_replay;
  if (!booking_echo_await (call, booking, error))
    return FALSE;
  booking_details_fill (call, booking, &response->booking_details);
  op_keep (call, g_steal_pointer (&booking), (GDestroyNotify) booking_free);
  call->response = response;
  return TRUE;
}
