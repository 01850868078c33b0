/* SPDX-License-Identifier: EUPL-1.2 */
/* GetBookingDetails: reserves a time for a citizen and tells what would be booked. */
#include "ops/booking/booking-details.h"
#include "ops/booking/reservation.h"
#include "ops/call/op-context.h"
#include "ops/handlers/op-table.h"

#include "base/error.h"
#include "store/citizen-store.h"

typedef ContractGetBookingDetailsRequest Request;
typedef ContractGetBookingDetailsResponse Response;

static gboolean
check_movable (const OpCall *call, const Booking *booking, GError **error)
{
  g_autofree char *owner_system = NULL;
  BookingFacts facts = op_booking_facts (booking, &owner_system);
  BookingAsker asker = { BOOKING_ACTOR_CITIZEN, NULL, call->now_us };

  return op_decision_to_error (booking_may_rebook (&facts, &asker), error);
}

/* A new meeting names its offer; a move names its booking, and an offer only if it is the same. */
static gboolean
find_context (OpCall *call,
              const Request *request,
              ReservationWish *wish,
              Booking **out_moving,
              GError **error)
{
  g_autoptr (Booking) moving = NULL;

  if (request->booking_identifier == NULL)
    {
      wish->offer = op_find_offer (call, request->interview_option_id, error);
      return wish->offer != NULL;
    }
  moving = op_find_booking (call, request->booking_identifier,
                            request->person_civil_registration_identifier, error);
  if (moving == NULL || !check_movable (call, moving, error))
    return FALSE;
  wish->offer = reservation_offer_of (call, moving, error);
  if (wish->offer == NULL)
    return FALSE;
  if (request->interview_option_id != NULL &&
      g_ascii_strcasecmp (request->interview_option_id, wish->offer->rules->identifier) != 0)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                           "InterviewOptionID is not the booking's offer");
      return FALSE;
    }
  *out_moving = g_steal_pointer (&moving);
  wish->moving = *out_moving;
  return TRUE;
}

/* As the booking will stand: the moved one at its new time, or a new one under the hold's key. */
static gboolean
fill_answer (OpCall *call,
             const Request *request,
             const ReservationWish *wish,
             const Hold *hold,
             Booking *booking,
             GError **error)
{
  const CatalogueUnit *unit = catalogue_get_unit (call->view.catalogue, booking->unit_id);
  Response *response = contract_arena_new0 (call->arena, Response);

  booking_place (call, booking, wish->offer, hold);
  booking->contact_type = hold->contact_type;
  if (!reservation_fill_group (call, booking, error))
    return FALSE;
  g_free (booking->cpr);
  booking->cpr = g_strdup (request->person_civil_registration_identifier);
  booking_details_fill (call, booking, &response->booking_details);
  response->booking_details.booking_status_identifier = BOOKING_STATUS_RESERVED;
  response->reservation_identifier = contract_arena_strdup (call->arena, hold->token);
  response->reservation_expiry_time = op_contract_time (unit, hold->expiry_us);
  op_keep (call, booking, (GDestroyNotify) booking_free);
  call->response = response;
  return TRUE;
}

/**
 * op_get_booking_details:
 *
 * Operation 4 of the contract; not replayed from memory: while the hold lives a repeat renews it.
 */
gboolean
op_get_booking_details (OpCall *call, GError **error)
{
  const Request *request = call->request;
  ReservationWish wish = { .start_us = request->booking_start_time.unix_us,
                           .case_worker = request->case_worker_identifier,
                           .contact_type = request->interview_contact_type_identifier };
  g_autoptr (Booking) moving = NULL;
  g_autoptr (Hold) hold = NULL;

  if (!op_check_cpr (request->person_civil_registration_identifier, error) ||
      !find_context (call, request, &wish, &moving, error))
    return FALSE;
  wish.citizen_id = citizen_store_put (call->session, call->tenant_id,
                                       request->person_civil_registration_identifier, error);
  if (wish.citizen_id == 0)
    return FALSE;
  hold = reservation_make (call, &wish, error);
  if (hold == NULL)
    return FALSE;
  return fill_answer (call, request, &wish, hold,
                      moving != NULL
                        ? g_steal_pointer (&moving)
                        : booking_from_offer (call, wish.offer, hold->token, hold->contact_type),
                      error);
}
