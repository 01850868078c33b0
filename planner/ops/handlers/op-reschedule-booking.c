/* SPDX-License-Identifier: EUPL-1.2 */
/* RescheduleBooking: the old time is freed and the new one taken in one commit. */
#include "ops/booking/booking-details.h"
#include "ops/booking/booking-echo.h"
#include "ops/booking/booking-move.h"
#include "ops/booking/reservation.h"
#include "ops/call/op-context.h"
#include "ops/call/op-memory.h"
#include "ops/handlers/op-table.h"

#include "base/error.h"
#include "base/ids.h"

typedef ContractRescheduleBookingRequest Request;
typedef ContractRescheduleBookingResponse Response;

static gboolean
agrees (const OpCall *call,
        const Request *request,
        const Hold *hold,
        const Booking *booking,
        GError **error)
{
  const CatalogueResource *advisor =
    catalogue_get_resource (call->view.catalogue, hold->advisor_id);
  const char *text = NULL;

  if (hold->booking_id != booking->booking_id)
    text = "the reservation is not for moving this booking";
  else if (request->has_booking_start_time &&
           request->booking_start_time.unix_us != hold->core.start_us)
    text = "BookingStartTime is not the reservation's";
  else if (request->case_worker_identifier != NULL && advisor != NULL &&
           !g_str_equal (request->case_worker_identifier, advisor->key))
    text = "CaseWorkerIdentifier is not the reservation's";
  if (text != NULL)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, text);
  return text == NULL;
}

static gboolean
may_move (const OpCall *call, const Booking *booking, GError **error)
{
  g_autofree char *owner_system = NULL;
  BookingFacts facts = op_booking_facts (booking, &owner_system);
  BookingAsker asker = { BOOKING_ACTOR_CITIZEN, NULL, call->now_us };

  return op_decision_to_error (booking_may_rebook (&facts, &asker), error);
}

static Hold *
find_or_make_hold (OpCall *call, const Request *request, const Booking *booking, GError **error)
{
  g_autoptr (Hold) hold = NULL;
  ReservationWish wish = { .citizen_id = booking->citizen_id,
                           .moving = booking,
                           .start_us = request->booking_start_time.unix_us,
                           .case_worker = request->case_worker_identifier };

  if (request->reservation_identifier == NULL)
    {
      wish.offer = reservation_offer_of (call, booking, error);
      return wish.offer == NULL ? NULL : reservation_take (call, &wish, error);
    }
  hold = reservation_find (call, request->reservation_identifier, booking->citizen_id, error);
  if (hold == NULL || !agrees (call, request, hold, booking, error) ||
      !reservation_check (call, hold, booking, error))
    return NULL;
  return g_steal_pointer (&hold);
}

/* With a reservation its key; without, the booking and the placement that the answer was about. */
static char *
choose_key (const Request *request, const Booking *booking, OpKeyKind *out_kind)
{
  if (request->reservation_identifier != NULL)
    {
      *out_kind = OP_KEY_RESERVATION;
      return ids_fold_guid (request->reservation_identifier);
    }
  *out_kind = OP_KEY_PLACEMENT;
  return g_strdup_printf ("%s:%" G_GINT64_FORMAT, booking->identifier, booking->placement);
}

/**
 * op_reschedule_booking:
 *
 * Operation 4 of the contract. A repeat gets the stored answer; moves A→B→A→B are three moves.
 */
gboolean
op_reschedule_booking (OpCall *call, GError **error)
{
  const Request *request = call->request;
  const char *cpr = request->person_civil_registration_identifier;
  Response *response = contract_arena_new0 (call->arena, Response);
  g_autoptr (Booking) booking = NULL;
  g_autoptr (GBytes) digest = NULL;
  g_autoptr (Hold) hold = NULL;
  g_autofree char *key = NULL;
  g_autofree char *new_key = NULL;
  OpMemoryVerdict memory;
  OpKeyKind kind;

  if (!op_check_cpr (cpr, error))
    return FALSE;
  booking = op_find_booking (call, request->booking_identifier, cpr, error);
  digest = booking == NULL ? NULL : op_memory_digest (call, booking->citizen_id, cpr, error);
  if (digest == NULL)
    return FALSE;
  key = choose_key (request, booking, &kind);
  memory = op_memory_recall (call, kind, key, digest, cpr, error);
  if (memory != OP_MEMORY_NEW)
    return memory == OP_MEMORY_REPLAY;
  if (!may_move (call, booking, error))
    return FALSE;
  hold = find_or_make_hold (call, request, booking, error);
  if (hold == NULL || !booking_move (call, booking, hold, error) ||
      !booking_echo_await (call, booking, error))
    return FALSE;
  new_key = choose_key (request, booking, &kind);
  op_memory_set (call, kind, new_key, digest, booking);
  booking_details_fill (call, booking, &response->booking_details);
  op_keep (call, g_steal_pointer (&booking), (GDestroyNotify) booking_free);
  call->response = response;
  return TRUE;
}
