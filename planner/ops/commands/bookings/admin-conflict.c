/* SPDX-License-Identifier: EUPL-1.2 */
/* Meetings that were taken although their time was not free: with what they collide, and who has seen to it. */
#include "ops/commands/bookings/admin-conflict.h"

#include "base/error.h"
#include "base/ids.h"
#include "ops/commands/admin-op.h"
#include "ops/commands/admin-records.h"
#include "ops/commands/bookings/admin-search.h"
#include "ops/facts/block-rules.h"
#include "store/busy-span-store.h"

#include "store/evidence-store.h"
#include "store/journal-store.h"

#define DEFAULT_LIMIT 100
#define MAX_LIMIT     500
#define KIND          "conflict"

typedef struct
{
  AdminCall *call;
  AdminCatalogue *names;
  const CalsyncZone *zone;
  Booking *booking;
  const char *note;
} Work;

static void
work_clear (Work *work)
{
  g_clear_pointer (&work->names, admin_catalogue_free);
  g_clear_pointer (&work->booking, booking_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
work_init (Work *work, GError **error)
{
  work->zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  work->names = admin_catalogue_load (work->call, error);
  return work->names != NULL;
}

/* A meeting that moves is another matter: what was said of it is said no more. */
static char *
dup_message_id (const Booking *booking)
{
  return g_strdup_printf ("%s:%" G_GINT64_FORMAT, booking->identifier, booking->placement);
}

static gboolean
find_note (StoreSession *session,
           const Booking *booking,
           gint64 *out_inbox_id,
           char **out_note,
           GError **error)
{
  g_autofree char *message_id = dup_message_id (booking);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_INBOX_FIND, "iss", booking->tenant_id, KIND,
                    message_id))
    return FALSE;
  step = store_step (&query, error);
  *out_inbox_id = step == STORE_ROW ? store_int (&query, 0) : 0;
  *out_note = step == STORE_ROW ? g_strdup (store_text (&query, 1)) : NULL;
  return step != STORE_FAILED;
}

static gboolean
add_conflict (Work *work, const Booking *booking, JsonArray *list, GError **error)
{
  g_autofree char *note = NULL;
  gint64 inbox_id = 0;
  JsonObject *object;

  if (!find_note (work->call->session, booking, &inbox_id, &note, error))
    return FALSE;
  if (inbox_id != 0 && !admin_get_flag (work->call, "all"))
    return TRUE;
  object = admin_booking_to_json (work->names, booking);
  admin_set_text (object, "note", note);
  json_array_add_object_element (list, object);
  return TRUE;
}

/* clang-format off */
#define BOOKING { "booking", ADMIN_TEXT, ADMIN_WORD, "BOOKING", "identifier of the booking" }

const AdminArgument admin_list_conflicts_arguments[] = {
  { "all", ADMIN_FLAG, ADMIN_OPTION, NULL, "also those that were seen to" },
  { "limit", ADMIN_INTEGER, ADMIN_OPTION, "N", "looked at for a page (100)", .min = 1, .max = MAX_LIMIT },
  { "cursor", ADMIN_TEXT, ADMIN_OPTION, "CURSOR", "go on behind the page that told it" },
  { NULL },
};
const AdminArgument admin_show_conflict_arguments[] = { BOOKING, { NULL } };
const AdminArgument admin_done_conflict_arguments[] = {
  BOOKING,
  { "note", ADMIN_TEXT, ADMIN_NEEDED_OPTION, "TEXT", "what was done" },
  { NULL },
};
/* clang-format on */

/**
 * admin_list_conflicts:
 *
 * Arguments: tenant, all, limit, cursor. Result: conflicts, by start, without citizens; more; cursor,
 * when there is more.
 */
gboolean
admin_list_conflicts (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };
  BookingSearch search = { .interval = { call->now_us, G_GINT64_CONSTANT (9000000000000000) },
                           .created = BOOKING_SEARCH_EVER,
                           .changed = BOOKING_SEARCH_EVER,
                           .only_conflicts = TRUE };
  guint limit = (guint) admin_get_integer (call, "limit", DEFAULT_LIMIT);
  g_autoptr (GPtrArray) bookings = NULL;
  JsonArray *list = json_array_new ();

  json_object_set_array_member (call->result, "conflicts", list);
  search.max_count = limit + 1;
  if (!work_init (&work, error) || !admin_search_read_cursor (call, &search, error))
    return FALSE;
  search.tenant_id = work.names->tenant->tenant_id;
  bookings = booking_search_run (call->session, &search, error);
  for (guint i = 0; bookings != NULL && i < MIN (bookings->len, limit); i++)
    if (!add_conflict (&work, bookings->pdata[i], list, error))
      return FALSE;
  if (bookings == NULL)
    return FALSE;
  json_object_set_boolean_member (call->result, "more", bookings->len > limit);
  if (bookings->len > limit)
    admin_search_set_cursor (call, &search, bookings->pdata[limit - 1]);
  return TRUE;
}

static gboolean
find_booking (Work *work, StoreSession *session, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *folded = NULL;
  const char *identifier = NULL;

  if (!admin_need_text (work->call, "booking", &identifier, error))
    return FALSE;
  folded = ids_fold_guid (identifier);
  g_clear_pointer (&work->booking, booking_free);
  work->booking =
    booking_store_find (session, work->names->tenant->tenant_id, folded, &local_error);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else if (work->booking == NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no booking %s",
                 identifier);
  else if (!work->booking->conflict)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "booking %s collides with nothing",
                 identifier);
  return work->booking != NULL && work->booking->conflict;
}

static void
add_other (const Work *work, JsonArray *list, const char *kind, Period time, const char *identifier)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "kind", kind);
  admin_set_time (object, "start", work->zone, time.start_us);
  admin_set_time (object, "end", work->zone, time.end_us);
  admin_set_text (object, "identifier", identifier);
  json_array_add_object_element (list, object);
}

/* Meetings and appointments in the way of one of the booking's resources. */
static gboolean
add_of_resource (const Work *work, gint64 resource_id, JsonArray *list, GError **error)
{
  const Booking *booking = work->booking;
  g_autoptr (GArray) busy = busy_span_list (work->call->session, resource_id, booking->core, error);
  g_auto (StoreQuery) query = { 0 };
  CalsyncPolicy policy;
  StoreStep step;

  if (busy == NULL ||
      !block_rules_load (work->call->session, resource_id, work->call->now_us, &policy, error))
    return FALSE;
  for (guint i = 0; i < busy->len; i++)
    if (block_rules_get (&policy, &g_array_index (busy, BusySpan, i)) != CALSYNC_BLOCKS_NOTHING)
      add_other (work, list, "appointment", g_array_index (busy, BusySpan, i).period, NULL);
  if (!store_query (work->call->session, &query, error, SQL_SCHEDULE, "iiii", resource_id,
                    booking->core.start_us, booking->core.end_us, work->call->now_us))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    if (g_strcmp0 (store_text (&query, 5), booking->identifier) != 0)
      add_other (work, list, store_text (&query, 4),
                 (Period){ store_int (&query, 2), store_int (&query, 3) }, store_text (&query, 5));
  return step == STORE_END;
}

static gboolean
add_of_citizen (const Work *work, JsonArray *list, GError **error)
{
  const Booking *booking = work->booking;
  g_autoptr (GPtrArray) others =
    booking_store_list_live (work->call->session, booking->citizen_id, work->call->now_us, error);

  for (guint i = 0; others != NULL && i < others->len; i++)
    {
      const Booking *other = others->pdata[i];

      if (other->booking_id != booking->booking_id &&
          (period_overlaps (other->core, booking->core) ||
           other->interview_type == booking->interview_type))
        add_other (work, list, "citizen", other->core, other->identifier);
    }
  return others != NULL;
}

/**
 * admin_show_conflict:
 *
 * Arguments: tenant, booking. Result: conflict, without its citizen; against: what is in the way of
 * advisor, room and citizen.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND, also when it collides with nothing.
 */
gboolean
admin_show_conflict (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };
  JsonArray *list = json_array_new ();

  json_object_set_array_member (call->result, "against", list);
  if (!work_init (&work, error) || !find_booking (&work, call->session, error))
    return FALSE;
  json_object_set_object_member (call->result, "conflict",
                                 admin_booking_to_json (work.names, work.booking));
  return (work.booking->advisor_id == 0 ||
          add_of_resource (&work, work.booking->advisor_id, list, error)) &&
         (work.booking->room_id == 0 ||
          add_of_resource (&work, work.booking->room_id, list, error)) &&
         add_of_citizen (&work, list, error);
}

static gboolean
journal (const Work *work, StoreSession *session, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *payload = NULL;
  JournalEntry entry = { .tenant_id = work->booking->tenant_id,
                         .at_us = work->call->now_us,
                         .actor = work->call->actor,
                         .call_id = work->call->call_id,
                         .kind = "conflict-noted",
                         .subject = work->booking->identifier };

  json_object_set_string_member (object, "note", work->note);
  json_node_take_object (node, object);
  payload = json_to_string (node, FALSE);
  entry.payload = payload;
  return journal_store_add (session, &entry, error);
}

/* AdminWrite. */
static gboolean
write_done (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;
  g_autofree char *message_id = NULL;
  g_autofree char *old_note = NULL;
  InboxMessage message = { .kind = KIND, .payload = "{}" };
  gint64 inbox_id = 0;

  if (!find_booking (work, session, error))
    return FALSE;
  message_id = dup_message_id (work->booking);
  message.tenant_id = work->booking->tenant_id;
  message.message_id = message_id;
  message.received_us = work->call->now_us;
  return evidence_store_add_inbox (session, &message, error) &&
         find_note (session, work->booking, &inbox_id, &old_note, error) &&
         store_run (session, error, SQL_INBOX_SET_DONE, "iis", work->booking->tenant_id, inbox_id,
                    work->note) &&
         journal (work, session, error);
}

/**
 * admin_done_conflict:
 *
 * Arguments: tenant, booking, note. The meeting leaves the list until it is moved; its conflict stays
 * flagged until it ends.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND; PLANNER_ERROR_NOT_VALID for a note with a citizen's number.
 */
gboolean
admin_done_conflict (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };

  return work_init (&work, error) && admin_need_text (call, "note", &work.note, error) &&
         admin_check_prose (work.note, error) &&
         admin_write (call, write_done, &work, FALSE, error);
}
