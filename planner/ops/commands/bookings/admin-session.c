/* SPDX-License-Identifier: EUPL-1.2 */
/* Group meetings by hand, through the door that judges and claims every other meeting's time. */
#include "ops/commands/bookings/admin-session.h"

#include "base/error.h"
#include "base/ids.h"
#include "ops/booking/ledger.h"
#include "ops/booking/op-expire.h"
#include "ops/commands/admin-op.h"
#include "ops/commands/admin-records.h"
#include "ops/commands/admin-rows.h"
#include "rules/offer-match.h"

#define MAX_SEATS    1000
#define DEFAULT_DAYS 31

/* An admin plans when it suits: neither notice nor horizon nor grid bind them. */
#define WAIVED                                                                         \
  (SLOT_VERDICT_MASK (SLOT_PAST_LEAD_TIME) | SLOT_VERDICT_MASK (SLOT_BEYOND_HORIZON) | \
   SLOT_VERDICT_MASK (SLOT_OFF_GRID) | SLOT_VERDICT_MASK (SLOT_WINDOW_FULL))
/* What they may overrule: hours and the advisor's own appointments, never another meeting. */
#define FORCED                                                                             \
  (WAIVED | SLOT_VERDICT_MASK (SLOT_CLOSED_DAY) | SLOT_VERDICT_MASK (SLOT_OUTSIDE_HOURS) | \
   SLOT_VERDICT_MASK (SLOT_BUSY) | SLOT_VERDICT_MASK (SLOT_OUTSIDE_WINDOW))

typedef struct
{
  AdminCall *call;
  AdminOp op;
  AdminCatalogue *names;
  Wish wish;          /* of a new one */
  const char *prefix; /* of one that is there */
  gint64 seats;       /* 0: the offer's */
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
refuse (GError **error, const char *text)
{
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, text);
  return FALSE;
}

static gboolean
work_init (Work *work, GError **error)
{
  if (!admin_op_init (&work->op, work->call, error))
    return FALSE;
  work->names = admin_catalogue_load (work->call, error);
  work->is_forced = admin_get_flag (work->call, "force");
  return work->names != NULL;
}

static gboolean
find_named (Work *work,
            const char *argument,
            ResourceKind kind,
            const CatalogueResource **out_resource,
            GError **error)
{
  const char *key = NULL;

  if (!admin_get_text (work->call, argument, &key, error))
    return FALSE;
  if (key == NULL)
    return TRUE;
  *out_resource = admin_op_find_resource (&work->op, key, error);
  if (*out_resource == NULL || (*out_resource)->kind == kind)
    return *out_resource != NULL;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s is no %s", key, argument);
  return FALSE;
}

static gboolean
read_wish (Work *work, GError **error)
{
  const char *offer = NULL;
  const char *time = NULL;
  Wish *wish = &work->wish;

  if (!admin_need_text (work->call, "offer", &offer, error) ||
      !admin_need_text (work->call, "time", &time, error))
    return FALSE;
  wish->offer = admin_op_find_offer (&work->op, offer, error);
  if (wish->offer == NULL)
    return FALSE;
  if (wish->offer->rules->form != OFFER_GROUP)
    return refuse (error, "the offer is for individual meetings");
  wish->unit = catalogue_get_unit (work->op.catalogue, wish->offer->rules->unit_id);
  work->seats = admin_get_integer (work->call, "seats", 0);
  wish->is_new_session = TRUE;
  wish->waived = work->is_forced ? FORCED : WAIVED;
  if (!admin_parse_time (wish->unit->zone, time, &wish->start_us, error) ||
      !find_named (work, "advisor", RESOURCE_ADVISOR, &wish->advisor, error) ||
      !find_named (work, "room", RESOURCE_ROOM, &wish->room, error))
    return FALSE;
  if (wish->start_us <= work->call->now_us)
    return refuse (error, "the time is past");
  if (wish->room != NULL && !wish->offer->rules->needs_room)
    return refuse (error, "the offer's meetings take no room");
  if (wish->start_us % PERIOD_STEP_US != 0)
    return refuse (error, "a meeting starts at a whole step of 5 minutes");
  return TRUE;
}

static void
set_name (const Work *work, JsonObject *object, const char *member, gint64 resource_id)
{
  const ResourceRecord *resource = admin_catalogue_get_resource (work->names, resource_id);

  if (resource != NULL)
    json_object_set_string_member (object, member, resource->resource_key);
}

static JsonObject *
to_json (const Work *work, const GroupSession *group)
{
  const CatalogueOffer *offer = catalogue_get_offer (work->op.catalogue, group->offer_id);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "group", group->identifier);
  if (offer != NULL)
    {
      json_object_set_string_member (object, "offer", offer->rules->identifier);
      json_object_set_string_member (object, "title", offer->title);
      admin_set_time (object, "start", offer->rules->zone, group->core.start_us);
      admin_set_time (object, "end", offer->rules->zone, group->core.end_us);
    }
  set_name (work, object, "advisor", group->advisor_id);
  set_name (work, object, "room", group->room_id);
  json_object_set_int_member (object, "seats", group->seats);
  json_object_set_int_member (object, "taken", group->n_taken);
  json_object_set_boolean_member (object, "planned", group->is_kept);
  return object;
}

/* @before: (nullable), @after: (nullable): as to_json() makes them. */
static gboolean
journal (const Work *work,
         StoreSession *session,
         const GroupSession *group,
         JsonObject *before,
         JsonObject *after,
         GError **error)
{
  AdminRecordChange change = { .tenant_id = group->tenant_id,
                               .kind = before == NULL  ? "session-added"
                                       : after == NULL ? "session-cancelled"
                                                       : "session-changed",
                               .subject = group->identifier,
                               .before = before,
                               .after = after };

  return admin_rows_journal (work->call, session, &change, error);
}

static gboolean
begin (Work *work, StoreSession *session, GError **error)
{
  work->op.call.session = session;
  return op_expire_holds (session, work->call->now_us, NULL, error);
}

/* AdminWrite. */
static gboolean
write_session (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;
  g_auto (Placement) placement = { 0 };
  g_autoptr (GroupSession) group = NULL;
  JsonObject *after;
  gint64 seats = work->seats != 0 ? work->seats : work->wish.offer->rules->seats;

  if (!begin (work, session, error) ||
      !placement_find (&work->op.call, &work->wish, &placement, error))
    return FALSE;
  group = ledger_open_session (&work->op.call, &work->wish, &placement, seats, error);
  if (group == NULL)
    return FALSE;
  after = to_json (work, group);
  json_object_set_object_member (work->call->result, "session", after);
  return journal (work, session, group, NULL, after, error);
}

static gboolean
run (Work *work, AdminWrite write, GError **error)
{
  gboolean is_dry_run = admin_get_flag (work->call, "dry_run");

  json_object_set_boolean_member (work->call->result, "dry_run", is_dry_run);
  return admin_write (work->call, write, work, is_dry_run, error);
}

/* clang-format off */
#define DRY_RUN { "dry_run", ADMIN_FLAG, ADMIN_OPTION, NULL, "tell what would happen; write nothing", .letter = 'n' }
#define SESSION { "session", ADMIN_TEXT, ADMIN_WORD, "SESSION", "group id, or the beginning of it" }

const AdminArgument admin_add_session_arguments[] = {
  { "offer", ADMIN_TEXT, ADMIN_WORD, "OFFER", "identifier of a group offer, or the beginning of it" },
  { "time", ADMIN_TIME, ADMIN_WORD, "TIME", "when it starts" },
  { "advisor", ADMIN_TEXT, ADMIN_OPTION, "KEY", "who holds it: key or e-mail address (who has least that day)" },
  { "room", ADMIN_TEXT, ADMIN_OPTION, "KEY", "where (a free one)" },
  { "seats", ADMIN_INTEGER, ADMIN_OPTION, "N", "seats (the offer's)", .min = 1, .max = MAX_SEATS },
  { "force", ADMIN_FLAG, ADMIN_OPTION, NULL, "also outside working hours, on closed days and over own appointments" },
  DRY_RUN, { NULL },
};
const AdminArgument admin_list_sessions_arguments[] = {
  { "offer", ADMIN_TEXT, ADMIN_OPTION, "OFFER", "of this offer only" },
  { "from", ADMIN_DATE, ADMIN_OPTION, "DATE", "from this day (today)" },
  { "to", ADMIN_DATE, ADMIN_OPTION, "DATE", "to this day (a month later)" },
  { NULL },
};
const AdminArgument admin_show_session_arguments[] = { SESSION, { NULL } };
const AdminArgument admin_change_session_arguments[] = {
  SESSION,
  { "seats", ADMIN_INTEGER, ADMIN_NEEDED_OPTION, "N", "seats from now on; never fewer than are taken", .min = 1, .max = MAX_SEATS },
  DRY_RUN, { NULL },
};
const AdminArgument admin_cancel_session_arguments[] = {
  SESSION,
  { "force", ADMIN_FLAG, ADMIN_OPTION, NULL, "cancel the bookings and reservations in it as well" },
  DRY_RUN, { NULL },
};
/* clang-format on */

/**
 * admin_add_session:
 *
 * Arguments: tenant, offer (identifier or its beginning), time, advisor, room, seats (the
 * offer's), force, dry_run. Result: session. Notice, horizon and grid do not bind; hours, closed
 * days and own appointments do unless forced; another meeting always.
 *
 * Errors: those of placement_find(); PLANNER_ERROR_NOT_FOUND, PLANNER_ERROR_NOT_VALID.
 */
gboolean
admin_add_session (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };

  return work_init (&work, error) && read_wish (&work, error) && run (&work, write_session, error);
}

static GroupSession *
find_session (const Work *work, StoreSession *session, GError **error)
{
  g_autofree char *folded = ids_fold_guid (work->prefix);
  GError *local_error = NULL;
  GroupSession *group =
    group_store_find_prefix (session, work->op.tenant->tenant_id, folded, &local_error);

  if (local_error != NULL)
    g_propagate_error (error, local_error);
  else if (group == NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no group meeting %s",
                 work->prefix);
  return group;
}

/* AdminWrite. */
static gboolean
write_seats (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;
  g_autoptr (GroupSession) group = NULL;
  g_autoptr (JsonObject) before = NULL;
  JsonObject *after;
  Change change = { .kind = CHANGE_OFFER };

  if (!begin (work, session, error))
    return FALSE;
  group = find_session (work, session, error);
  if (group == NULL)
    return FALSE;
  if (work->seats < group->n_taken)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT,
                   "%" G_GINT64_FORMAT " seats are taken: cancel or move bookings first",
                   group->n_taken);
      return FALSE;
    }
  before = to_json (work, group);
  group->seats = work->seats;
  after = to_json (work, group);
  change.tenant_id = group->tenant_id;
  change.subject_id = group->offer_id;
  json_object_set_object_member (work->call->result, "session", after);
  return group_store_set_seats (session, group->session_id, group->seats, error) &&
         change_store_add (session, &change, error) &&
         journal (work, session, group, before, after, error);
}

/**
 * admin_change_session:
 *
 * Arguments: tenant, session (group id or its beginning), seats, dry_run. Result: session.
 *
 * Errors: PLANNER_ERROR_CONFLICT when more seats are taken; PLANNER_ERROR_NOT_FOUND,
 * PLANNER_ERROR_NOT_VALID.
 */
gboolean
admin_change_session (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };

  if (!work_init (&work, error) || !admin_need_text (call, "session", &work.prefix, error))
    return FALSE;
  work.seats = admin_get_integer (call, "seats", 0);
  return run (&work, write_seats, error);
}

/* Who sits where, by booking or reservation. */
static gboolean
add_seats (const Work *work,
           StoreSession *session,
           const GroupSession *group,
           JsonArray *list,
           GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SEATS_OF_SESSION, "i", group->session_id))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      JsonObject *object = json_object_new ();

      json_object_set_int_member (object, "seat", store_int (&query, 0));
      json_object_set_string_member (object, "kind",
                                     store_int (&query, 1) != 0 ? "booking" : "reservation");
      json_object_set_string_member (object, "identifier", store_text (&query, 2));
      json_array_add_object_element (list, object);
    }
  return step == STORE_END;
}

static gboolean
cancel_booking (Work *work, StoreSession *session, const char *identifier, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (Booking) booking =
    booking_store_find (session, work->op.tenant->tenant_id, identifier, error);
  ContractDeleteBookingRequest request = { .booking_identifier = identifier };

  if (booking == NULL)
    return FALSE;
  request.person_civil_registration_identifier = booking->cpr;
  if (admin_op_run (&work->op, session, "DeleteBooking", &request, &local_error) != NULL)
    return TRUE;
  g_set_error (error, local_error->domain, local_error->code, "booking %s: %s", identifier,
               local_error->message);
  return FALSE;
}

static gboolean
drop_reservation (Work *work, StoreSession *session, const char *token, GError **error)
{
  g_autoptr (Hold) hold = hold_store_find_token (session, work->op.tenant->tenant_id, token, error);

  return hold != NULL && hold_store_note_used (session, hold, 0, work->call->now_us, error) &&
         ledger_drop_hold (&work->op.call, hold, error);
}

static gboolean
empty (Work *work, StoreSession *session, JsonArray *seats, GError **error)
{
  for (guint i = 0; i < json_array_get_length (seats); i++)
    {
      JsonObject *seat = json_array_get_object_element (seats, i);
      const char *identifier = json_object_get_string_member (seat, "identifier");

      if (g_str_equal (json_object_get_string_member (seat, "kind"), "booking")
            ? !cancel_booking (work, session, identifier, error)
            : !drop_reservation (work, session, identifier, error))
        return FALSE;
    }
  return TRUE;
}

/* The last seat's going may have closed a session that nobody had planned. */
static gboolean
close_if_there (Work *work, StoreSession *session, gint64 session_id, GError **error)
{
  GError *local_error = NULL;
  g_autoptr (GroupSession) group = group_store_load (session, session_id, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  return group == NULL || ledger_close_session (&work->op.call, group, error);
}

/* AdminWrite. */
static gboolean
write_cancellation (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;
  g_autoptr (GroupSession) group = NULL;
  JsonObject *before;
  JsonArray *seats;

  if (!begin (work, session, error))
    return FALSE;
  group = find_session (work, session, error);
  if (group == NULL)
    return FALSE;
  seats = json_array_new ();
  json_object_set_array_member (work->call->result, "seats", seats);
  before = to_json (work, group);
  json_object_set_object_member (work->call->result, "session", before);
  if (!add_seats (work, session, group, seats, error))
    return FALSE;
  if (group->n_taken > 0 && !work->is_forced)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT,
                   "%" G_GINT64_FORMAT " seats are taken; with force they are cancelled as well",
                   group->n_taken);
      return FALSE;
    }
  return journal (work, session, group, before, NULL, error) &&
         empty (work, session, seats, error) && begin (work, session, error) &&
         close_if_there (work, session, group->session_id, error);
}

/**
 * admin_cancel_session:
 *
 * Arguments: tenant, session (group id or its beginning), force, dry_run. Result: session and seats:
 * the bookings and reservations that stand in the way, or with force were cancelled.
 *
 * Errors: PLANNER_ERROR_CONFLICT when seats are taken and it is not forced; why a booking cannot be
 * cancelled; PLANNER_ERROR_NOT_FOUND.
 */
gboolean
admin_cancel_session (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };

  return work_init (&work, error) && admin_need_text (call, "session", &work.prefix, error) &&
         run (&work, write_cancellation, error);
}

/**
 * admin_show_session:
 *
 * Arguments: tenant, session (group id or its beginning). Result: session, seats.
 */
gboolean
admin_show_session (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };
  g_autoptr (GroupSession) group = NULL;
  JsonArray *seats = json_array_new ();

  json_object_set_array_member (call->result, "seats", seats);
  if (!work_init (&work, error) || !admin_need_text (call, "session", &work.prefix, error))
    return FALSE;
  group = find_session (&work, call->session, error);
  if (group == NULL)
    return FALSE;
  json_object_set_object_member (call->result, "session", to_json (&work, group));
  return add_seats (&work, call->session, group, seats, error);
}

static gboolean
add_sessions (Work *work,
              const CatalogueOffer *offer,
              Period interval,
              JsonArray *list,
              GError **error)
{
  g_autoptr (GPtrArray) groups =
    group_store_list (work->call->session, offer->rules->offer_id, interval.start_us, error);

  for (guint i = 0; groups != NULL && i < groups->len; i++)
    if (((GroupSession *) groups->pdata[i])->core.start_us < interval.end_us)
      json_array_add_object_element (list, to_json (work, groups->pdata[i]));
  return groups != NULL;
}

/**
 * admin_list_sessions:
 *
 * Arguments: tenant; offer (identifier or its beginning; all group offers); from, to (dates, both
 * included; from today, a month). Result: sessions, by offer and start.
 */
gboolean
admin_list_sessions (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };
  const CalsyncZone *zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  const CatalogueOffer *only = NULL;
  const GPtrArray *offers;
  const char *key = NULL;
  gint64 first = 0;
  gint64 last = 0;
  JsonArray *list = json_array_new ();

  json_object_set_array_member (call->result, "sessions", list);
  if (!work_init (&work, error) || !admin_get_text (call, "offer", &key, error) ||
      !admin_get_date (call, "from", calsync_zone_local_day (zone, call->now_us), &first, error) ||
      !admin_get_date (call, "to", first + DEFAULT_DAYS, &last, error))
    return FALSE;
  if (key != NULL && (only = admin_op_find_offer (&work.op, key, error)) == NULL)
    return FALSE;
  offers = catalogue_get_offers (work.op.catalogue);
  for (guint i = 0; i < offers->len; i++)
    {
      const CatalogueOffer *offer = offers->pdata[i];
      Period interval = { calsync_zone_midnight (offer->rules->zone, first),
                          calsync_zone_midnight (offer->rules->zone, last + 1) };

      if (offer->rules->tenant_id == work.op.tenant->tenant_id &&
          offer->rules->form == OFFER_GROUP && (only == NULL || only == offer) &&
          !add_sessions (&work, offer, interval, list, error))
        return FALSE;
    }
  return TRUE;
}
