/* SPDX-License-Identifier: EUPL-1.2 */
/* AcceptBooking: the citizen confirms a meeting; saying so twice changes nothing. */
#include "ops/booking/booking-details.h"
#include "ops/booking/booking-echo.h"
#include "ops/booking/booking-journal.h"
#include "ops/call/op-context.h"
#include "ops/handlers/op-table.h"

#include "base/error.h"

typedef ContractAcceptBookingRequest Request;
typedef ContractAcceptBookingResponse Response;

static gboolean
accept (OpCall *call, Booking *booking, GError **error)
{
  g_autoptr (Booking) before = NULL;

  if (booking->accepted)
    return TRUE;
  before = booking_store_load (call->session, booking->booking_id, error);
  if (before == NULL)
    return FALSE;
  booking->accepted = TRUE;
  booking->changed_us = call->now_us;
  return booking_store_change (call->session, booking, error) &&
         booking_journal (call, "booking-accepted", before, booking, error) &&
         booking_echo_await (call, booking, error);
}

/**
 * op_accept_booking:
 *
 * Ours [N]; see docs/contract.md. Errors: PLANNER_ERROR_STATE_CHANGED for a cancelled booking,
 * _DEADLINE_PASSED for one that has begun.
 */
gboolean
op_accept_booking (OpCall *call, GError **error)
{
  const Request *request = call->request;
  const char *cpr = request->person_civil_registration_identifier;
  Response *response = contract_arena_new0 (call->arena, Response);
  g_autoptr (Booking) booking = NULL;

  if (!op_check_cpr (cpr, error))
    return FALSE;
  booking = op_find_booking (call, request->booking_identifier, cpr, error);
  if (booking == NULL)
    return FALSE;
  if (booking->state == BOOKING_CANCELLED)
    return op_decision_to_error (BOOKING_IS_CANCELLED, error);
  if (!booking->accepted && booking->core.start_us <= call->now_us)
    return op_decision_to_error (BOOKING_HAS_STARTED, error);
  if (!accept (call, booking, error))
    return FALSE;
  booking_details_fill (call, booking, &response->booking_details);
  op_keep (call, g_steal_pointer (&booking), (GDestroyNotify) booking_free);
  call->response = response;
  return TRUE;
}
