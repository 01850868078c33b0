/* SPDX-License-Identifier: EUPL-1.2 */
/* UpdateBooking: changes of a meeting by the municipality's own systems. */
#include "ops/booking/booking-details.h"
#include "ops/booking/booking-journal.h"
#include "ops/booking/ledger.h"
#include "ops/booking/op-expire.h"
#include "ops/booking/registration.h"
#include "ops/call/op-context.h"
#include "ops/call/op-inquiry.h"
#include "ops/call/op-memory.h"
#include "ops/handlers/op-table.h"

#include "base/error.h"
#include "base/ids.h"
#include "calsync-timezone.h"
#include "ops/facts/citizen-facts.h"

typedef ContractUpdateBookingRequest Request;
typedef ContractUpdateBookingResponse Response;

/* A missing text stays, an empty one clears. */
static void
set_text (char **text, const char *with)
{
  if (with == NULL)
    return;
  g_free (*text);
  *text = *with == '\0' ? NULL : g_strdup (with);
}

static void
set_rights (Booking *booking, const Request *request)
{
  if (request->has_re_booking_possible)
    booking->rebook_possible = request->re_booking_possible;
  if (request->has_re_booking_deadline)
    booking->rebook_deadline_us = request->re_booking_deadline.unix_us;
  if (request->has_cancellation_possible)
    booking->cancel_possible = request->cancellation_possible;
  if (request->has_cancellation_deadline)
    booking->cancel_deadline_us = request->cancellation_deadline.unix_us;
  if (request->has_citizen_should_accept_booking)
    booking->should_accept = request->citizen_should_accept_booking;
  if (request->has_compulsory_attendance)
    booking->compulsory = request->compulsory_attendance;
  if (request->has_owner_system_identifier)
    booking->owner_system = request->owner_system_identifier;
  if (request->has_unemployment_fund_participation_identifier)
    booking->fund_participation = request->unemployment_fund_participation_identifier;
}

static void
set_content (Booking *booking, const Request *request)
{
  if (request->has_interview_type_identifier)
    booking->interview_type = request->interview_type_identifier;
  if (request->has_interview_form_type_identifier)
    booking->form_type = request->interview_form_type_identifier;
  if (request->has_interview_contact_type_identifier)
    booking->contact_type = request->interview_contact_type_identifier;
  if (request->title != NULL && *request->title != '\0')
    set_text (&booking->title, request->title);
  set_text (&booking->description, request->description);
  registration_set_location (booking, request->interview_location_detail);
  if (request->contact_options != NULL)
    {
      g_free (booking->contact_options);
      booking->contact_options = contact_options_to_text (request->contact_options);
    }
}

/* A start alone moves the meeting and keeps its length. */
static Period
new_core (const Booking *booking, const Request *request)
{
  Period core = booking->core;
  gint64 length_us = core.end_us - core.start_us;

  if (request->has_booking_start_time)
    core = (Period){ request->booking_start_time.unix_us,
                     request->booking_start_time.unix_us + length_us };
  if (request->has_booking_end_time)
    core.end_us = request->booking_end_time.unix_us;
  return core;
}

static gboolean
is_placed_anew (const Booking *before, const Booking *after)
{
  return before->core.start_us != after->core.start_us ||
         before->core.end_us != after->core.end_us || before->advisor_id != after->advisor_id ||
         g_strcmp0 (before->group_identifier, after->group_identifier) != 0;
}

/**
 * op_update_booking_ask:
 *
 * An OpAsk: another type of interview may go by the citizen's contact group.
 */
gboolean
op_update_booking_ask (const OpCall *call, OpQuestion *out_question)
{
  const Request *request = call->request;
  g_autofree char *identifier = ids_fold_guid (request->booking_identifier);
  OpQuestion question = { .interview_type = request->interview_type_identifier };

  question.tenant_id = catalogue_find_tenant (call->view.catalogue, call->caller->tenant_key);
  if (!request->has_interview_type_identifier || question.tenant_id == 0 || identifier == NULL)
    return FALSE;
  g_strlcpy (question.tenant_key, call->caller->tenant_key, sizeof question.tenant_key);
  g_strlcpy (question.cpr, request->person_civil_registration_identifier, sizeof question.cpr);
  g_strlcpy (question.booking, identifier, sizeof question.booking);
  if (request->has_booking_start_time)
    question.date = request->booking_start_time.unix_us / PERIOD_US_PER_DAY;
  *out_question = question;
  return TRUE;
}

/* The contact group decides whether a cv interview may become a jobsamtale. */
static gboolean
check_type (const OpCall *call, const Booking *before, const Booking *after, GError **error)
{
  const CatalogueUnit *unit = catalogue_get_unit (call->view.catalogue, after->unit_id);
  CitizenFacts facts = { 0 };
  gint32 date = (gint32) calsync_zone_local_day (unit->zone, after->core.start_us);
  int type = (int) after->interview_type;
  BookingDecision may_plan = BOOKING_MAY;
  int contact_group;

  if (before->interview_type == after->interview_type &&
      before->core.start_us == after->core.start_us)
    return TRUE;
  if (!citizen_facts_load (call->session, after->citizen_id, &facts, error))
    return FALSE;
  contact_group = facts.contact_group_known ? facts.contact_group : 0;
  citizen_facts_clear (&facts);
  if (before->interview_type != after->interview_type &&
      !citizen_judge_booking (call, after, date, error))
    return FALSE;
  if (before->interview_type != after->interview_type)
    may_plan = catalogue_may_plan (call->view.catalogue, unit, type, date);
  return op_decision_to_error (may_plan, error) &&
         op_decision_to_error (interview_type_may_change (&unit->types,
                                                          (int) before->interview_type, type,
                                                          contact_group, date),
                               error);
}

/* A session's room stays the session's; a meeting of its own keeps its room, which must be free. */
static gboolean
place_anew (OpCall *call, const Booking *before, Booking *after, gboolean force, GError **error)
{
  after->placement++;
  after->accepted = FALSE;
  if (before->session_id != 0)
    after->room_id = 0;
  return op_expire_holds (call->session, call->now_us, NULL, error) &&
         ledger_release_booking (call, before, error) &&
         registration_judge (call, after, force, error);
}

static gboolean
change (OpCall *call, const Booking *before, Booking *after, const Request *request, GError **error)
{
  g_autofree char *group_identifier = ids_fold_guid (request->group_identifier);
  gboolean force = request->has_force && request->force;
  gboolean is_placed;

  set_rights (after, request);
  set_content (after, request);
  set_text (&after->group_identifier, group_identifier);
  if (request->has_interview_form_type_identifier && after->form_type != BOOKING_FORM_GROUP)
    g_clear_pointer (&after->group_identifier, g_free); /* no group meeting any more */
  booking_set_core (call, after, new_core (before, request));
  after->changed_us = call->now_us;
  if (!registration_set_advisor (call, after, request->case_worker_identifier, error) ||
      !registration_check_rights (after, error) || !check_type (call, before, after, error))
    return FALSE;
  is_placed = is_placed_anew (before, after);
  if (is_placed && !place_anew (call, before, after, force, error))
    return FALSE;
  if (!is_placed && after->interview_type != before->interview_type &&
      !registration_judge_type (call, after, force, error))
    return FALSE;
  return booking_store_change (call->session, after, error) &&
         (!is_placed || registration_claim (call, after, error)) &&
         booking_journal (call, "booking-updated", before, after, error) &&
         (!is_placed || ledger_settle (call, before, error)) &&
         (op_acting_role (call) != OP_ROLE_INDKALDER ||
          booking_tell_dfdg (call, "update", after, error));
}

static gboolean
may_update (const OpCall *call, const Booking *booking, const Request *request, GError **error)
{
  g_autofree char *owner_system = NULL;
  g_autofree char *system = NULL;
  BookingFacts facts = op_booking_facts (booking, &owner_system);
  BookingAsker asker = registration_asker (call, &system);

  if (request->has_revision && request->revision != booking->revision)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED,
                   "the booking has revision %" G_GINT64_FORMAT " by now", booking->revision);
      return FALSE;
    }
  return op_decision_to_error (booking_may_update (&facts, &asker), error);
}

/* The answer stands as long as nobody has changed the booking since. */
static char *
revision_key (const Booking *booking)
{
  return g_strdup_printf ("%s:revision-%" G_GINT64_FORMAT, booking->identifier, booking->revision);
}

/**
 * op_update_booking:
 *
 * Operation 6 as served by us [N]. An immediate repeat gets the stored answer, also when it names the
 * revision that it has itself replaced.
 */
gboolean
op_update_booking (OpCall *call, GError **error)
{
  const Request *request = call->request;
  const char *cpr = request->person_civil_registration_identifier;
  Response *response = contract_arena_new0 (call->arena, Response);
  g_autoptr (Booking) before = NULL;
  g_autoptr (Booking) after = NULL;
  g_autoptr (GBytes) digest = NULL;
  g_autofree char *key = NULL;
  g_autofree char *new_key = NULL;
  OpMemoryVerdict memory;

  if (!op_check_cpr (cpr, error))
    return FALSE;
  before = op_find_booking (call, request->booking_identifier, cpr, error);
  digest = before == NULL ? NULL : op_memory_digest (call, before->citizen_id, cpr, error);
  if (digest == NULL)
    return FALSE;
  key = revision_key (before);
  memory = op_memory_recall (call, OP_KEY_PLACEMENT, key, digest, cpr, error);
  if (memory != OP_MEMORY_NEW)
    return memory == OP_MEMORY_REPLAY;
  if (!may_update (call, before, request, error))
    return FALSE;
  after = booking_store_load (call->session, before->booking_id, error);
  if (after == NULL || !change (call, before, after, request, error))
    return FALSE;
  new_key = revision_key (after);
  op_memory_set (call, OP_KEY_PLACEMENT, new_key, digest, after);
  booking_details_fill (call, after, &response->booking_details);
  response->conflict_flag = after->conflict;
  op_keep (call, g_steal_pointer (&after), (GDestroyNotify) booking_free);
  call->response = response;
  return TRUE;
}
