/* SPDX-License-Identifier: EUPL-1.2 */
/* RegisterBooking: a meeting that an indkalder or a case system has made enters the calendar. */
#include "ops/booking/booking-details.h"
#include "ops/booking/booking-journal.h"
#include "ops/booking/op-expire.h"
#include "ops/booking/registration.h"
#include "ops/call/op-context.h"
#include "ops/call/op-inquiry.h"
#include "ops/call/op-memory.h"
#include "ops/handlers/op-table.h"

#include "base/error.h"
#include "base/ids.h"
#include "calsync-timezone.h"
#include "store/citizen-store.h"

typedef ContractRegisterBookingRequest Request;
typedef ContractRegisterBookingResponse Response;

static void
set_rights (Booking *booking, const Request *request)
{
  booking->self_booked = request->has_self_booked && request->self_booked;
  booking->compulsory = request->compulsory_attendance;
  booking->should_accept =
    request->has_citizen_should_accept_booking && request->citizen_should_accept_booking;
  booking->rebook_possible = request->re_booking_possible;
  booking->rebook_deadline_us =
    request->has_re_booking_deadline ? request->re_booking_deadline.unix_us : 0;
  booking->cancel_possible = request->cancellation_possible;
  booking->cancel_deadline_us =
    request->has_cancellation_deadline ? request->cancellation_deadline.unix_us : 0;
  booking->owner_system =
    request->has_owner_system_identifier ? request->owner_system_identifier : -1;
  booking->fund_participation = request->has_unemployment_fund_participation_identifier
                                  ? request->unemployment_fund_participation_identifier
                                  : -1;
}

static void
set_originator (const CatalogueUnit *unit, Booking *booking, const Request *request)
{
  const ContractBookingOriginator *originator = request->booking_originator;

  booking->originator_type =
    originator != NULL ? originator->organisation_type_identifier : unit->organisation_type;
  booking->originator_code =
    originator != NULL ? originator->organisation_code : g_ascii_strtoll (unit->key, NULL, 10);
}

static Booking *
booking_of (OpCall *call, const CatalogueUnit *unit, const Request *request, gint64 citizen_id)
{
  Booking *booking = g_new0 (Booking, 1);
  char guid[IDS_GUID_LENGTH + 1];

  ids_new_guid (guid);
  booking->tenant_id = call->tenant_id;
  booking->unit_id = unit->unit_id;
  booking->identifier = request->booking_identifier != NULL
                          ? ids_fold_guid (request->booking_identifier)
                          : g_strdup (guid);
  booking->revision = booking->placement = 1;
  booking->state = BOOKING_BOOKED;
  booking->origin = op_acting_role (call) == OP_ROLE_KSS ? BOOKING_BY_KSS : BOOKING_BY_PLANNER;
  booking->citizen_id = citizen_id;
  booking->cpr = g_strdup (request->person_civil_registration_identifier);
  booking->group_identifier = ids_fold_guid (request->group_identifier);
  booking_set_core (
    call, booking,
    (Period){ request->booking_start_time.unix_us, request->booking_end_time.unix_us });
  booking->interview_type = request->interview_type_identifier;
  booking->form_type = request->interview_form_type_identifier;
  booking->contact_type = request->interview_contact_type_identifier;
  booking->title = g_strdup (request->title);
  booking->description = g_strdup (request->description);
  registration_set_location (booking, request->interview_location_detail);
  booking->contact_options = contact_options_to_text (request->contact_options);
  set_rights (booking, request);
  set_originator (unit, booking, request);
  booking->created_us = booking->changed_us = call->now_us;
  return booking;
}

/**
 * op_register_booking_ask:
 *
 * An OpAsk: whether the citizen may have that type of interview.
 */
gboolean
op_register_booking_ask (const OpCall *call, OpQuestion *out_question)
{
  const Request *request = call->request;

  if (!op_question_fill (call, request->person_civil_registration_identifier,
                         request->job_center_code, request->booking_start_time.unix_us,
                         out_question))
    return FALSE;
  out_question->interview_type = request->interview_type_identifier;
  return TRUE;
}

/* What DFDG registers for somebody else it has judged itself. */
static gboolean
check_citizen (const OpCall *call, GError **error)
{
  OpQuestion question;

  return op_acting_role (call) != OP_ROLE_INDKALDER || !op_register_booking_ask (call, &question) ||
         citizen_judge_question (call, &question, error);
}

static gboolean
check (const OpCall *call, const CatalogueUnit *unit, const Booking *booking, GError **error)
{
  gint32 date = (gint32) calsync_zone_local_day (unit->zone, booking->core.start_us);

  return registration_check_rights (booking, error) && check_citizen (call, error) &&
         op_decision_to_error (
           catalogue_may_plan (call->view.catalogue, unit, (int) booking->interview_type, date),
           error);
}

static gboolean
add (OpCall *call, Booking *booking, const Request *request, GError **error)
{
  GError *local_error = NULL;

  if (!op_expire_holds (call->session, call->now_us, NULL, error) ||
      !registration_set_advisor (call, booking, request->case_worker_identifier, error) ||
      !registration_judge (call, booking, request->has_force && request->force, error))
    return FALSE;
  if (!booking_store_add (call->session, booking, &local_error))
    {
      if (g_error_matches (local_error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT))
        {
          g_clear_error (&local_error);
          g_set_error_literal (&local_error, PLANNER_ERROR, PLANNER_ERROR_KEY_REUSED,
                               "BookingIdentifier is in use");
        }
      g_propagate_error (error, local_error);
      return FALSE;
    }
  return registration_claim (call, booking, error) &&
         booking_journal (call, "booking-registered", NULL, booking, error) &&
         (booking->origin != BOOKING_BY_PLANNER ||
          booking_tell_dfdg (call, "register", booking, error));
}

/**
 * op_register_booking:
 *
 * Operation 6 as served by us [N]. A KSS booking is DFDG's record: it is taken even when the time is
 * not free, and flagged.
 */
gboolean
op_register_booking (OpCall *call, GError **error)
{
  const Request *request = call->request;
  const char *cpr = request->person_civil_registration_identifier;
  Response *response = contract_arena_new0 (call->arena, Response);
  g_autofree char *key = ids_fold_guid (request->booking_identifier);
  OpKeyKind kind = key != NULL ? OP_KEY_IDENTIFIER : OP_KEY_DIGEST;
  g_autoptr (Booking) booking = NULL;
  g_autoptr (GBytes) digest = NULL;
  OpMemoryVerdict memory;
  CatalogueUnit *unit;
  gint64 citizen_id;

  if (!op_check_cpr (cpr, error))
    return FALSE;
  unit = op_find_unit (call, request->job_center_code, error);
  citizen_id = unit == NULL ? 0 : citizen_store_put (call->session, call->tenant_id, cpr, error);
  digest = citizen_id == 0 ? NULL : op_memory_digest (call, citizen_id, cpr, error);
  if (digest == NULL)
    return FALSE;
  memory = op_memory_recall (call, kind, key, digest, cpr, error);
  if (memory != OP_MEMORY_NEW)
    return memory == OP_MEMORY_REPLAY;
  booking = booking_of (call, unit, request, citizen_id);
  if (!check (call, unit, booking, error) || !add (call, booking, request, error))
    return FALSE;
  op_memory_set (call, kind, key, digest, booking);
  booking_details_fill (call, booking, &response->booking_details);
  response->conflict_flag = booking->conflict;
  op_keep (call, g_steal_pointer (&booking), (GDestroyNotify) booking_free);
  call->response = response;
  return TRUE;
}
