/* SPDX-License-Identifier: EUPL-1.2 */
/* Bookings by hand, by the rules and through the door that citizens' bookings pass; DFDG is told of them. */
#include "ops/commands/bookings/admin-booking.h"

#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "ops/booking/booking-details.h"
#include "ops/booking/booking-journal.h"
#include "ops/booking/booking-move.h"
#include "ops/booking/registration.h"
#include "ops/booking/reservation.h"
#include "ops/call/op-context.h"
#include "ops/commands/admin-op.h"
#include "ops/commands/admin-records.h"
#include "ops/commands/bookings/admin-explain.h"
#include "store/citizen-store.h"
#include "store/echo-store.h"

/* What --force overrules: everything that concerns no other meeting and no other booking of the citizen. */
#define FORCED                                                                          \
  (SLOT_VERDICT_MASK (SLOT_NOT_FOR_CITIZEN) | SLOT_VERDICT_MASK (SLOT_PAST_LEAD_TIME) | \
   SLOT_VERDICT_MASK (SLOT_BEYOND_HORIZON) | SLOT_VERDICT_MASK (SLOT_OUTSIDE_WINDOW) |  \
   SLOT_VERDICT_MASK (SLOT_WINDOW_FULL) | SLOT_VERDICT_MASK (SLOT_CLOSED_DAY) |         \
   SLOT_VERDICT_MASK (SLOT_OUTSIDE_HOURS) | SLOT_VERDICT_MASK (SLOT_OFF_GRID) |         \
   SLOT_VERDICT_MASK (SLOT_BUSY))

typedef struct
{
  AdminCall *call;
  AdminOp op;
  AdminCatalogue *names;
  const CatalogueOffer *offer;
  const char *cpr;
  const char *identifier; /* of a booking that is there */
  const char *time;
  const char *advisor; /* key; NULL lets us choose */
  gint64 contact_type;
  gint64 start_us;
  gboolean is_forced;
} Work;

static void
work_clear (Work *work)
{
  admin_op_clear (&work->op);
  g_clear_pointer (&work->names, admin_catalogue_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
find_advisor (Work *work, GError **error)
{
  const CatalogueResource *advisor;
  const char *key = NULL;

  if (!admin_get_text (work->call, "advisor", &key, error))
    return FALSE;
  if (key == NULL)
    return TRUE;
  advisor = admin_op_find_resource (&work->op, key, error);
  if (advisor == NULL)
    return FALSE;
  work->advisor = advisor->key;
  return TRUE;
}

static gboolean
work_init (Work *work, GError **error)
{
  if (!admin_op_init (&work->op, work->call, error))
    return FALSE;
  work->names = admin_catalogue_load (work->call, error);
  work->is_forced = admin_get_flag (work->call, "force");
  return work->names != NULL && find_advisor (work, error);
}

static gboolean
read_citizen (Work *work, GError **error)
{
  if (!admin_need_text (work->call, "cpr", &work->cpr, error))
    return FALSE;
  if (strlen (work->cpr) == 10 && strspn (work->cpr, "0123456789") == 10)
    return op_check_cpr (work->cpr, error);
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "the citizen's number is not ten digits");
  return FALSE;
}

static void
set_result (const Work *work, const Booking *booking)
{
  json_object_set_object_member (work->call->result, "booking",
                                 admin_booking_to_json (work->names, booking));
}

/* The offer's booking as CreateBooking makes it, but ours: an indkalder's, not the citizen's own. */
static Booking *
make_booking (Work *work, const Hold *hold, GError **error)
{
  OpCall *call = &work->op.call;
  const CatalogueOffer *offer = work->offer;
  g_autoptr (Booking) booking = booking_from_offer (call, offer, hold->token, hold->contact_type);

  booking_place (call, booking, offer, hold);
  booking->origin = BOOKING_BY_PLANNER;
  booking->self_booked = FALSE;
  booking->citizen_id = hold->citizen_id;
  booking->cpr = g_strdup (work->cpr);
  booking->created_us = booking->changed_us = call->now_us;
  if (!reservation_fill_group (call, booking, error) ||
      !booking_store_add (call->session, booking, error) ||
      !ledger_use_hold (call, hold, booking, error) ||
      !booking_journal (call, "booking-registered", NULL, booking, error) ||
      !booking_tell_dfdg (call, "register", booking, error))
    return NULL;
  return g_steal_pointer (&booking);
}

/* AdminWrite. */
static gboolean
write_registration (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;
  OpCall *call = &work->op.call;
  ReservationWish wish = { .offer = work->offer,
                           .start_us = work->start_us,
                           .case_worker = work->advisor,
                           .contact_type = work->contact_type,
                           .waived = work->is_forced ? FORCED : 0 };
  g_autoptr (Booking) booking = NULL;
  g_autoptr (Hold) hold = NULL;

  call->session = session;
  wish.citizen_id = citizen_store_put (session, call->tenant_id, work->cpr, error);
  hold = wish.citizen_id == 0 ? NULL : reservation_take (call, &wish, error);
  booking = hold == NULL ? NULL : make_booking (work, hold, error);
  if (booking == NULL)
    return FALSE;
  set_result (work, booking);
  return TRUE;
}

static gboolean
run (Work *work, AdminWrite write, GError **error)
{
  gboolean is_dry_run = admin_get_flag (work->call, "dry_run");

  json_object_set_boolean_member (work->call->result, "dry_run", is_dry_run);
  return admin_write (work->call, write, work, is_dry_run, error);
}

/* A refusal says which no came first; explain says them all. What explain cannot say adds nothing. */
static void
explain (Work *work)
{
  g_autoptr (JsonObject) arguments = json_object_new ();
  g_autoptr (JsonObject) result = json_object_new ();
  AdminCall call = *work->call;

  call.arguments = arguments;
  call.result = result;
  json_object_set_string_member (arguments, "tenant", work->op.tenant->tenant_key);
  json_object_set_string_member (arguments, "offer", work->offer->rules->identifier);
  json_object_set_string_member (arguments, "time", work->time);
  json_object_set_string_member (arguments, "cpr", work->cpr);
  if (work->advisor != NULL)
    json_object_set_string_member (arguments, "advisor", work->advisor);
  if (admin_explain (&call, NULL))
    json_object_set_object_member (work->call->result, "explanation", json_object_ref (result));
}

/* clang-format off */
#define DRY_RUN { "dry_run", ADMIN_FLAG, ADMIN_OPTION, NULL, "tell what would happen; write nothing", .letter = 'n' }
#define FORCE   { "force", ADMIN_FLAG, ADMIN_OPTION, NULL, "overrule hours, grid, notice, rules for citizens: all but another meeting" }
#define BOOKING { "booking", ADMIN_TEXT, ADMIN_WORD, "BOOKING", "identifier of the booking" }

const AdminArgument admin_register_booking_arguments[] = {
  { "offer", ADMIN_TEXT, ADMIN_WORD, "OFFER", "identifier of the offer, or the beginning of it" },
  { "time", ADMIN_TIME, ADMIN_WORD, "TIME", "when the meeting starts" },
  { "cpr", ADMIN_CITIZEN, ADMIN_NEEDED_OPTION, "FILE", "file with the citizen's number; - is standard input", .option = "citizen-file" },
  { "advisor", ADMIN_TEXT, ADMIN_OPTION, "KEY", "with whom: key or e-mail address (who has least that day)" },
  { "contact_type", ADMIN_INTEGER, ADMIN_OPTION, "N", "code of the contact type (the offer's first)", .min = 1, .max = 999 },
  FORCE, DRY_RUN, { NULL },
};
const AdminArgument admin_move_booking_arguments[] = {
  BOOKING,
  { "time", ADMIN_TIME, ADMIN_WORD, "TIME", "when the meeting starts from now on" },
  { "advisor", ADMIN_TEXT, ADMIN_OPTION, "KEY", "with whom: key or e-mail address (of an offer's booking: who has least that day)" },
  FORCE, DRY_RUN, { NULL },
};
const AdminArgument admin_cancel_booking_arguments[] = { BOOKING, DRY_RUN, { NULL } };
/* clang-format on */

/**
 * admin_register_booking:
 *
 * Arguments: tenant, offer, time, cpr, advisor, contact_type, force, dry_run. Result: booking,
 * without its citizen; of a refusal explanation, see admin_explain().
 *
 * Errors: those of placement_find(); PLANNER_ERROR_NOT_FOUND, PLANNER_ERROR_NOT_VALID.
 */
gboolean
admin_register_booking (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };
  const char *offer = NULL;
  const CatalogueUnit *unit;

  if (!work_init (&work, error) || !read_citizen (&work, error) ||
      !admin_need_text (call, "offer", &offer, error) ||
      !admin_need_text (call, "time", &work.time, error))
    return FALSE;
  work.offer = admin_op_find_offer (&work.op, offer, error);
  if (work.offer == NULL)
    return FALSE;
  unit = catalogue_get_unit (work.op.catalogue, work.offer->rules->unit_id);
  if (!admin_parse_time (unit->zone, work.time, &work.start_us, error))
    return FALSE;
  if (work.start_us <= call->now_us)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "the time is past");
      return FALSE;
    }
  work.contact_type = admin_get_integer (call, "contact_type", 0);
  if (run (&work, write_registration, error))
    return TRUE;
  explain (&work);
  return FALSE;
}

static Booking *
find_booking (const Work *work, StoreSession *session, GError **error)
{
  g_autofree char *folded = ids_fold_guid (work->identifier);
  g_autoptr (GError) local_error = NULL;
  Booking *booking = booking_store_find (session, work->op.tenant->tenant_id, folded, &local_error);

  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else if (booking == NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no booking %s",
                 work->identifier);
  return booking;
}

/* The result is the booking as it is now. */
static Booking *
show_after (const Work *work, StoreSession *session, GError **error)
{
  Booking *after = find_booking (work, session, error);

  if (after != NULL)
    set_result (work, after);
  return after;
}

static gboolean
may_move (const OpCall *call, const Booking *booking, GError **error)
{
  g_autofree char *owner_system = NULL;
  BookingFacts facts = op_booking_facts (booking, &owner_system);
  BookingAsker asker = { BOOKING_ACTOR_INDKALDER, NULL, call->now_us };

  return op_decision_to_error (booking_may_update (&facts, &asker), error);
}

/* What was made from an offer moves by the offer's rules. */
static gboolean
move_within_offer (Work *work, Booking *booking, GError **error)
{
  OpCall *call = &work->op.call;
  ReservationWish wish = { .citizen_id = booking->citizen_id,
                           .moving = booking,
                           .start_us = work->start_us,
                           .case_worker = work->advisor,
                           .waived = work->is_forced ? FORCED : 0 };
  g_autoptr (Hold) hold = NULL;

  if (!may_move (call, booking, error))
    return FALSE;
  wish.offer = reservation_offer_of (call, booking, error);
  hold = wish.offer == NULL ? NULL : reservation_take (call, &wish, error);
  return hold != NULL && booking_move (call, booking, hold, error) &&
         booking_tell_dfdg (call, "update", booking, error);
}

/* What an indkalder or a case system made up itself moves as they would move it. */
static gboolean
move_freely (Work *work, StoreSession *session, const Booking *booking, GError **error)
{
  ContractUpdateBookingRequest request = { .person_civil_registration_identifier = booking->cpr,
                                           .booking_identifier = booking->identifier,
                                           .has_booking_start_time = TRUE,
                                           .booking_start_time = { .unix_us = work->start_us,
                                                                   .has_offset = TRUE },
                                           .case_worker_identifier = work->advisor,
                                           .has_force = TRUE,
                                           .force = work->is_forced };

  return admin_op_run (&work->op, session, "UpdateBooking", &request, error) != NULL;
}

/* AdminWrite. */
static gboolean
write_move (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;
  g_autoptr (Booking) booking = find_booking (work, session, error);
  g_autoptr (Booking) after = NULL;
  const CalsyncZone *zone;

  work->op.call.session = session;
  if (booking == NULL)
    return FALSE;
  zone = catalogue_get_unit (work->op.catalogue, booking->unit_id)->zone;
  if (!admin_parse_time (zone, work->time, &work->start_us, error))
    return FALSE;
  if (work->start_us <= work->call->now_us)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "the time is past");
      return FALSE;
    }
  if (booking->offer_id != 0 ? !move_within_offer (work, booking, error)
                             : !move_freely (work, session, booking, error))
    return FALSE;
  after = show_after (work, session, error);
  return after != NULL;
}

/**
 * admin_move_booking:
 *
 * Arguments: tenant, booking, time, advisor, force, dry_run. Result: booking.
 *
 * Errors: those of placement_find() and UpdateBooking; PLANNER_ERROR_NOT_FOUND.
 */
gboolean
admin_move_booking (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };

  return work_init (&work, error) && admin_need_text (call, "booking", &work.identifier, error) &&
         admin_need_text (call, "time", &work.time, error) && run (&work, write_move, error);
}

/* AdminWrite. */
static gboolean
write_cancellation (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;
  g_autoptr (Booking) booking = find_booking (work, session, error);
  g_autoptr (Booking) after = NULL;
  ContractDeleteBookingRequest request = { 0 };

  if (booking == NULL)
    return FALSE;
  request.booking_identifier = booking->identifier;
  request.person_civil_registration_identifier = booking->cpr;
  if (admin_op_run (&work->op, session, "DeleteBooking", &request, error) == NULL)
    return FALSE;
  after = show_after (work, session, error);
  return after != NULL;
}

/**
 * admin_cancel_booking:
 *
 * Arguments: tenant, booking, dry_run. Result: booking. As DeleteBooking by an indkalder.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND; why it cannot be cancelled.
 */
gboolean
admin_cancel_booking (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };

  return work_init (&work, error) && admin_need_text (call, "booking", &work.identifier, error) &&
         run (&work, write_cancellation, error);
}

/* AdminWrite. */
static gboolean
write_acceptance (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;
  g_autoptr (Booking) booking = find_booking (work, session, error);
  g_autoptr (Booking) after = NULL;
  ContractAcceptBookingRequest request = { 0 };

  if (booking == NULL)
    return FALSE;
  request.booking_identifier = booking->identifier;
  request.person_civil_registration_identifier = booking->cpr;
  if (admin_op_run (&work->op, session, "AcceptBooking", &request, error) == NULL)
    return FALSE;
  after = show_after (work, session, error);
  return after != NULL && (after->revision == booking->revision ||
                           (booking_tell_dfdg (&work->op.call, "update", after, error) &&
                            echo_store_clear (session, after->tenant_id, after->identifier,
                                              after->revision, error)));
}

/**
 * admin_accept_booking:
 *
 * Arguments: tenant, booking, dry_run. Result: booking. Accepting twice changes nothing.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND, PLANNER_ERROR_STATE_CHANGED, PLANNER_ERROR_DEADLINE_PASSED.
 */
gboolean
admin_accept_booking (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };

  return work_init (&work, error) && admin_need_text (call, "booking", &work.identifier, error) &&
         run (&work, write_acceptance, error);
}
