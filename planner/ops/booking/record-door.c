/* SPDX-License-Identifier: EUPL-1.2 */
/* Acts as a case system does: nothing that DFDG registered is refused for the time it takes. */
#include "ops/booking/record-door.h"

#include <json-glib/json-glib.h>

#include "base/error.h"
#include "ops/booking/booking-cancel.h"
#include "ops/booking/booking-details.h"
#include "ops/booking/booking-journal.h"
#include "ops/booking/ledger.h"
#include "ops/booking/op-expire.h"
#include "ops/booking/registration.h"
#include "rules/unit-code.h"
#include "store/evidence-store.h"

#define ACTOR  "dfdg"
#define REPORT "dfdg-report"

/* The row of no operation: what the door does is decided already. */
static const OpRow record_row = { "Record", OP_ROLE_KSS, OP_WRITE, 60000, NULL };

/**
 * record_door_open:
 * @caller: filled in
 * @call_id: for the journal
 *
 * Errors: PLANNER_ERROR_NOT_FOUND when there is no such municipality.
 */
gboolean
record_door_open (OpCall *call,
                  OpCaller *caller,
                  const char *tenant_key,
                  const char *call_id,
                  GError **error)
{
  *caller = (OpCaller){
    .name = (char *) ACTOR, .tenant_key = (char *) tenant_key, .roles = OP_ROLE_KSS, .system = -1
  };
  call->row = &record_row;
  call->caller = caller;
  call->request_id = call_id;
  call->tenant_id = catalogue_find_tenant (call->view.catalogue, tenant_key);
  if (call->tenant_id == 0)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no municipality %s",
                 tenant_key);
  return call->tenant_id != 0;
}

/**
 * record_door_find_unit:
 * @code: (nullable): jobcenter code; a sub-centre that we do not have is served by its main centre
 *
 * As op_find_unit(), but open while changes are closed: DFDG's record does not wait for our service windows. Errors:
 * PLANNER_ERROR_UNKNOWN_UNIT.
 */
CatalogueUnit *
record_door_find_unit (const OpCall *call, const char *code, GError **error)
{
  CatalogueUnit *unit = NULL;
  char main_code[UNIT_CODE_LENGTH + 1];

  if (code != NULL && !unit_code_is_placeholder (code))
    unit = catalogue_find_unit (call->view.catalogue, call->tenant_id, code);
  if (code != NULL && unit == NULL && unit_code_find_main (code, main_code))
    unit = catalogue_find_unit (call->view.catalogue, call->tenant_id, main_code);
  if (unit == NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNKNOWN_UNIT, "unit %s is not served here",
                 code != NULL && unit_code_is_well_formed (code) ? code : "of the summons");
  return unit;
}

/* For the operator's list; once for each place that the meeting is given. */
static gboolean
report (const OpCall *call, const Booking *booking, const char *what, GError **error)
{
  g_autofree char *message_id =
    g_strdup_printf ("%s:%s:%" G_GINT64_FORMAT, what, booking->identifier, booking->placement);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *payload = NULL;
  InboxMessage message = { .tenant_id = call->tenant_id,
                           .kind = REPORT,
                           .message_id = message_id,
                           .received_us = call->now_us,
                           .citizen_id = booking->citizen_id };

  json_object_set_string_member (object, "problem", what);
  json_object_set_string_member (object, "booking", booking->identifier);
  json_node_take_object (node, object);
  payload = json_to_string (node, FALSE);
  message.payload = payload;
  return evidence_store_add_inbox (call->session, &message, error);
}

static gboolean
report_troubles (const OpCall *call, const Booking *booking, GError **error)
{
  return (booking->foreign_advisor == NULL || report (call, booking, "unknown-advisor", error)) &&
         (!booking->conflict || report (call, booking, "conflict", error));
}

/**
 * record_door_register:
 *
 * A meeting that we do not have. An advisor whom we do not know and a time that is taken are reported.
 */
gboolean
record_door_register (OpCall *call, const RecordWish *wish, GError **error)
{
  Booking *booking = wish->booking;

  return op_expire_holds (call->session, call->now_us, NULL, error) &&
         registration_set_advisor (call, booking, wish->advisor_key, error) &&
         registration_judge (call, booking, TRUE, error) &&
         booking_store_add (call->session, booking, error) &&
         registration_claim (call, booking, error) &&
         booking_journal (call, "booking-registered", NULL, booking, error) &&
         report_troubles (call, booking, error);
}

static gboolean
is_placed_anew (const Booking *before, const Booking *after)
{
  return before->state != after->state || before->core.start_us != after->core.start_us ||
         before->core.end_us != after->core.end_us || before->advisor_id != after->advisor_id ||
         before->unit_id != after->unit_id ||
         g_strcmp0 (before->group_identifier, after->group_identifier) != 0;
}

/* As UpdateBooking does; whether the citizen has accepted the new time is DFDG's to say. */
static gboolean
place_anew (OpCall *call, const Booking *before, Booking *after, GError **error)
{
  after->placement++;
  if (before->session_id != 0 || before->unit_id != after->unit_id)
    after->room_id = 0;
  return op_expire_holds (call->session, call->now_us, NULL, error) &&
         ledger_release_booking (call, before, error) &&
         registration_judge (call, after, TRUE, error);
}

static const char *
journal_kind (const Booking *before, const Booking *after, gboolean is_placed)
{
  return !is_placed && !before->accepted && after->accepted ? "booking-accepted"
                                                            : "booking-updated";
}

static gboolean
store_change (OpCall *call,
              const Booking *before,
              Booking *after,
              gboolean is_placed,
              GError **error)
{
  return booking_store_change (call->session, after, error) &&
         (!is_placed || registration_claim (call, after, error)) &&
         booking_journal (call, journal_kind (before, after, is_placed), before, after, error) &&
         (!is_placed ||
          (ledger_settle (call, before, error) && report_troubles (call, after, error)));
}

/**
 * record_door_change:
 * @before: as it is stored
 *
 * Content, time, advisor, acceptance; one that was cancelled here and is not in DFDG is booked again.
 */
gboolean
record_door_change (OpCall *call, const Booking *before, const RecordWish *wish, GError **error)
{
  Booking *after = wish->booking;
  gboolean is_placed;

  after->changed_us = call->now_us;
  if (!registration_set_advisor (call, after, wish->advisor_key, error))
    return FALSE;
  is_placed = is_placed_anew (before, after);
  if (is_placed && !place_anew (call, before, after, error))
    return FALSE;
  if (!is_placed && after->interview_type != before->interview_type &&
      !registration_judge_type (call, after, TRUE, error))
    return FALSE;
  return store_change (call, before, after, is_placed, error);
}

/**
 * record_door_cancel:
 * @booking: as it is stored, and booked; then as it became
 *
 * Its time is free again.
 */
gboolean
record_door_cancel (OpCall *call, Booking *booking, GError **error)
{
  return booking_cancel_found (call, booking, "booking-deleted", error);
}

/**
 * record_door_report_overtaken:
 * @booking: ours
 */
gboolean
record_door_report_overtaken (OpCall *call, const Booking *booking, GError **error)
{
  return report (call, booking, "overtaken", error);
}
