/* SPDX-License-Identifier: EUPL-1.2 */
/* What is known of a citizen, how old it is, and what of it does not go together; without the number. */
#include "ops/commands/citizens/admin-show-citizen.h"

#include "base/error.h"
#include "ops/admin/admin-format.h"
#include "ops/commands/admin-op.h"
#include "ops/commands/admin-records.h"
#include "store/booking-store.h"
#include "store/reading-store.h"

/* Of these a citizen should never see several at once (dossier 3.1). */
static const gint64 single_types[] = { 7, 4 };

/* clang-format off */
const AdminArgument admin_show_citizen_arguments[] = {
  { "cpr", ADMIN_CITIZEN, ADMIN_NEEDED_OPTION, "FILE", "file with the citizen's number; - is standard input", .option = "citizen-file" },
  { NULL },
};
/* clang-format on */

typedef struct
{
  AdminCall *call;
  AdminCatalogue *catalogue;
  const CalsyncZone *zone;
  gint64 citizen_id;
  GPtrArray *bookings;
  GPtrArray *interviews;
} Show;

static void
show_clear (Show *show)
{
  g_clear_pointer (&show->catalogue, admin_catalogue_free);
  g_clear_pointer (&show->bookings, g_ptr_array_unref);
  g_clear_pointer (&show->interviews, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Show, show_clear)

static JsonArray *
add_list (const Show *show, const char *member)
{
  JsonArray *list = json_array_new ();

  json_object_set_array_member (show->call->result, member, list);
  return list;
}

static void
set_date (JsonObject *row, const char *member, gint64 date)
{
  g_autofree char *text = admin_format_date (date);

  json_object_set_string_member (row, member, text);
}

/* How old each kind is, and what went wrong last. */
static gboolean
add_ages (const Show *show, GError **error)
{
  JsonArray *list = add_list (show, "readings");

  for (guint i = 0; i < N_READINGS; i++)
    {
      g_auto (ReadingState) state = { 0 };
      JsonObject *row;

      if (!reading_store_find (show->call->session, show->citizen_id, i, &state, error))
        return FALSE;
      if (state.tried_us == 0)
        continue;
      row = json_object_new ();
      json_object_set_string_member (row, "what", reading_to_text (i));
      if (state.read_us != 0)
        admin_set_time (row, "read", show->zone, state.read_us);
      json_object_set_int_member (row, "failures", state.n_failures);
      admin_set_text (row, "problem", state.problem);
      json_array_add_object_element (list, row);
    }
  return TRUE;
}

static gboolean
add_spans (const Show *show, Reading reading, const char *member, GError **error)
{
  g_autoptr (GArray) spans =
    reading_store_list_spans (show->call->session, show->citizen_id, reading, error);
  JsonArray *list;

  if (spans == NULL)
    return FALSE;
  list = add_list (show, member);
  for (guint i = 0; i < spans->len; i++)
    {
      const CitizenSpan *span = &g_array_index (spans, CitizenSpan, i);
      JsonObject *row = json_object_new ();

      json_object_set_int_member (row, "code", span->code);
      set_date (row, "from", span->from_date);
      if (span->until_date != READING_OPEN)
        set_date (row, "last_day", span->until_date - 1);
      json_array_add_object_element (list, row);
    }
  return TRUE;
}

/* Which of our meetings meets it is shown, and DFDG's to say. */
static const Booking *
find_meeting (const Show *show, const Deadline *deadline)
{
  for (guint i = 0; i < show->bookings->len; i++)
    {
      const Booking *booking = show->bookings->pdata[i];

      if (booking->interview_type == deadline->interview_type &&
          calsync_zone_local_day (show->zone, booking->core.start_us) <= deadline->last_date)
        return booking;
    }
  return NULL;
}

static gboolean
add_deadlines (const Show *show, GError **error)
{
  static const char *const words[] = { "", "open", "met", "closed" };
  g_autoptr (GPtrArray) deadlines =
    reading_store_list_deadlines (show->call->session, show->citizen_id, error);
  JsonArray *list;

  if (deadlines == NULL)
    return FALSE;
  list = add_list (show, "deadlines");
  for (guint i = 0; i < deadlines->len; i++)
    {
      const Deadline *deadline = deadlines->pdata[i];
      const Booking *booking = find_meeting (show, deadline);
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "deadline", deadline->identifier);
      json_object_set_int_member (row, "interview_type", deadline->interview_type);
      set_date (row, "book_by", deadline->deadline_date);
      set_date (row, "hold_by", deadline->last_date);
      json_object_set_string_member (
        row, "status",
        deadline->status > 0 && deadline->status < 4 ? words[deadline->status] : "unknown");
      json_object_set_boolean_member (row, "immediate", deadline->is_immediate);
      admin_set_text (row, "fitting_booking", booking == NULL ? NULL : booking->identifier);
      json_array_add_object_element (list, row);
    }
  return TRUE;
}

static void
add_meetings (const Show *show)
{
  JsonArray *list = add_list (show, "bookings");
  JsonArray *others = add_list (show, "fund_interviews");

  for (guint i = 0; i < show->bookings->len; i++)
    json_array_add_object_element (
      list, admin_booking_to_json (show->catalogue, show->bookings->pdata[i]));
  for (guint i = 0; i < show->interviews->len; i++)
    {
      const FundInterview *one = show->interviews->pdata[i];
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "meeting", one->identifier);
      json_object_set_int_member (row, "interview_type", one->interview_type);
      admin_set_time (row, "start", show->zone, one->core.start_us);
      admin_set_time (row, "end", show->zone, one->core.end_us);
      admin_set_text (row, "fund", one->fund);
      json_array_add_object_element (others, row);
    }
}

static guint
count_ahead (const Show *show, gint64 interview_type)
{
  guint n = 0;

  for (guint i = 0; i < show->bookings->len; i++)
    n += ((Booking *) show->bookings->pdata[i])->interview_type == interview_type;
  for (guint i = 0; i < show->interviews->len; i++)
    {
      const FundInterview *one = show->interviews->pdata[i];
      n += one->interview_type == interview_type && one->core.end_us > show->call->now_us;
    }
  return n;
}

/* Meetings at an a-kasse count: the citizen sees them all. */
static void
add_remarks (const Show *show)
{
  JsonArray *list = add_list (show, "remarks");

  for (guint i = 0; i < G_N_ELEMENTS (single_types); i++)
    {
      guint n = count_ahead (show, single_types[i]);
      g_autofree char *text = g_strdup_printf (
        "several bookings at once: %u meetings of interview type %" G_GINT64_FORMAT " ahead", n,
        single_types[i]);

      if (n > 1)
        json_array_add_string_element (list, text);
    }
}

static gboolean
add_facts (const Show *show, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  JsonArray *list = add_list (show, "facts");
  StoreStep step;

  if (!store_query (show->call->session, &query, error, SQL_EXTRACT_FACTS, "i", show->citizen_id))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "kind", store_text (&query, 0));
      json_object_set_string_member (row, "value", store_text (&query, 1));
      json_object_set_string_member (row, "source", store_text (&query, 2));
      admin_set_time (row, "said", show->zone, store_int (&query, 3));
      json_array_add_object_element (list, row);
    }
  return step == STORE_END;
}

static gboolean
init (Show *show, GError **error)
{
  show->catalogue = admin_catalogue_load (show->call, error);
  if (show->catalogue == NULL ||
      !admin_find_citizen (show->call, show->catalogue->tenant->tenant_id, "show-citizen",
                           &show->citizen_id, error))
    return FALSE;
  show->zone = admin_zone_of (show->catalogue->units, 0);
  if (show->citizen_id == 0)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                         "nothing is held of this citizen");
  return show->citizen_id != 0;
}

/**
 * admin_show_citizen:
 *
 * Arguments: tenant, cpr. Result: facts (kind, value, source, said), contact_groups and categories with their days,
 * deadlines with the booking that fits, bookings ahead, fund_interviews, readings (what, read, failures, problem),
 * remarks. That somebody looked is written to the journal; the number is in no part of the answer.
 */
gboolean
admin_show_citizen (AdminCall *call, GError **error)
{
  g_auto (Show) show = { .call = call };

  if (!init (&show, error))
    return FALSE;
  show.bookings = booking_store_list_live (call->session, show.citizen_id, call->now_us, error);
  show.interviews = show.bookings == NULL
                      ? NULL
                      : reading_store_list_interviews (call->session, show.citizen_id, error);
  if (show.interviews == NULL || !add_facts (&show, error) ||
      !add_spans (&show, READING_CONTACT_GROUP, "contact_groups", error) ||
      !add_spans (&show, READING_CATEGORY, "categories", error) || !add_deadlines (&show, error))
    return FALSE;
  add_meetings (&show);
  add_remarks (&show);
  return add_ages (&show, error);
}
