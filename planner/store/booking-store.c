/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads and writes bookings; a change is refused when somebody else changed the record first. */
#include "store/booking-store.h"

#include "base/error.h"

static const char *const origins[] = { "citizen", "indkalder", "kss", "unemployment-fund" };
static const char *const states[] = { "booked", "cancelled" };

/**
 * booking_origin_to_text:
 *
 * Returns: the origin's word in the database and the journal.
 */
const char *
booking_origin_to_text (BookingOrigin origin)
{
  return origins[origin];
}

/**
 * booking_state_to_text:
 *
 * Returns: the state's word in the database, the journal and fault texts.
 */
const char *
booking_state_to_text (BookingState state)
{
  return states[state];
}

static guint
word_index (const char *const *words, guint n_words, const char *word)
{
  for (guint i = 0; i < n_words; i++)
    if (g_strcmp0 (words[i], word) == 0)
      return i;
  g_return_val_if_reached (0);
}

/**
 * booking_free:
 *
 * Frees a record and its texts; NULL is ignored.
 */
void
booking_free (Booking *booking)
{
  if (booking == NULL)
    return;
  char *texts[] = { booking->identifier,      booking->group_identifier,
                    booking->start_local,     booking->zone,
                    booking->tzdata,          booking->foreign_advisor,
                    booking->title,           booking->description,
                    booking->location,        booking->address,
                    booking->telephone,       booking->meeting_link,
                    booking->contact_options, booking->cpr };
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (texts[i]);
  g_free (booking);
}

static gint64
int_or (StoreQuery *query, int column, gint64 absent)
{
  return store_is_null (query, column) ? absent : store_int (query, column);
}

static char *
dup_text (StoreQuery *query, int column)
{
  return g_strdup (store_text (query, column));
}

/* The order is that of SQL_BOOKING_COLUMNS. */
static Booking *
read_record (StoreQuery *query)
{
  Booking *b = g_new0 (Booking, 1);
  int i = 0;

  b->booking_id = store_int (query, i++);
  b->tenant_id = store_int (query, i++);
  b->unit_id = store_int (query, i++);
  b->identifier = dup_text (query, i++);
  b->revision = store_int (query, i++);
  b->placement = store_int (query, i++);
  b->state = word_index (states, G_N_ELEMENTS (states), store_text (query, i++));
  b->origin = word_index (origins, G_N_ELEMENTS (origins), store_text (query, i++));
  b->owner_system = int_or (query, i++, -1);
  b->citizen_id = store_int (query, i++);
  b->offer_id = store_int (query, i++);
  b->session_id = store_int (query, i++);
  b->group_identifier = dup_text (query, i++);
  b->core.start_us = store_int (query, i++);
  b->core.end_us = store_int (query, i++);
  b->start_local = dup_text (query, i++);
  b->zone = dup_text (query, i++);
  b->tzdata = dup_text (query, i++);
  b->advisor_id = store_int (query, i++);
  b->foreign_advisor = dup_text (query, i++);
  b->room_id = store_int (query, i++);
  b->interview_type = store_int (query, i++);
  b->form_type = store_int (query, i++);
  b->contact_type = store_int (query, i++);
  b->title = dup_text (query, i++);
  b->description = dup_text (query, i++);
  b->location = dup_text (query, i++);
  b->address = dup_text (query, i++);
  b->telephone = dup_text (query, i++);
  b->meeting_link = dup_text (query, i++);
  b->contact_options = dup_text (query, i++);
  b->fund_participation = int_or (query, i++, -1);
  b->self_booked = store_int (query, i++) != 0;
  b->compulsory = store_int (query, i++) != 0;
  b->should_accept = store_int (query, i++) != 0;
  b->accepted = store_int (query, i++) != 0;
  b->rebook_possible = store_int (query, i++) != 0;
  b->rebook_deadline_us = store_int (query, i++);
  b->cancel_possible = store_int (query, i++) != 0;
  b->cancel_deadline_us = store_int (query, i++);
  b->conflict = store_int (query, i++) != 0;
  b->originator_type = store_int (query, i++);
  b->originator_code = store_int (query, i++);
  b->owner_id = store_int (query, i++);
  b->created_us = store_int (query, i++);
  b->changed_us = store_int (query, i++);
  b->cpr = dup_text (query, i++);
  return b;
}

static Booking *
take_single (StoreQuery *query, GError **error)
{
  Booking *booking = NULL;

  if (store_step (query, error) == STORE_ROW)
    booking = read_record (query);
  store_query_end (query);
  return booking;
}

/**
 * booking_store_load:
 *
 * Returns: (transfer full): the record. Errors: PLANNER_ERROR_NOT_FOUND.
 */
Booking *
booking_store_load (StoreSession *session, gint64 booking_id, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  GError *local_error = NULL;
  Booking *booking;

  if (!store_query (session, &query, error, SQL_BOOKING_BY_ID, "i", booking_id))
    return NULL;
  booking = take_single (&query, &local_error);
  if (booking == NULL && local_error == NULL)
    g_set_error_literal (&local_error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "no such booking");
  if (local_error != NULL)
    g_propagate_error (error, local_error);
  return booking;
}

/**
 * booking_store_find:
 * @identifier: lower-case GUID
 *
 * Returns: (transfer full) (nullable): the tenant's booking of that identifier; NULL without error
 * when there is none.
 */
Booking *
booking_store_find (StoreSession *session, gint64 tenant_id, const char *identifier, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_BOOKING_BY_IDENTIFIER, "is", tenant_id, identifier))
    return NULL;
  return take_single (&query, error);
}

/**
 * booking_store_take_all:
 * @query: of SQL_BOOKING_COLUMNS
 *
 * Returns: (transfer full) (element-type Booking): the rows that are left of it.
 */
GPtrArray *
booking_store_take_all (StoreQuery *query, GError **error)
{
  g_autoptr (GPtrArray) bookings = g_ptr_array_new_with_free_func ((GDestroyNotify) booking_free);
  StoreStep step;

  while ((step = store_step (query, error)) == STORE_ROW)
    g_ptr_array_add (bookings, read_record (query));
  return step == STORE_END ? g_steal_pointer (&bookings) : NULL;
}

/**
 * booking_store_list_live:
 *
 * Returns: (transfer full) (element-type Booking): the citizen's booked meetings that end after
 * @ending_after_us, by start.
 */
GPtrArray *
booking_store_list_live (StoreSession *session,
                         gint64 citizen_id,
                         gint64 ending_after_us,
                         GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_BOOKINGS_LIVE_OF_CITIZEN, "ii", citizen_id,
                    ending_after_us))
    return NULL;
  return booking_store_take_all (&query, error);
}

/**
 * booking_store_list_page:
 *
 * One page in the order in which bookings were made, so that paging misses nothing and repeats
 * nothing while others book.
 *
 * Returns: (transfer full) (element-type Booking): at most @page->max_count records.
 */
GPtrArray *
booking_store_list_page (StoreSession *session, const BookingPage *page, GError **error)
{
  static const StoreStatement statements[] = {
    [BOOKINGS_OF_CITIZEN] = SQL_BOOKINGS_OF_CITIZEN_PAGE,
    [BOOKINGS_OF_UNIT] = SQL_BOOKINGS_OF_UNIT_PAGE,
    [BOOKINGS_OF_ADVISOR] = SQL_BOOKINGS_OF_ADVISOR_PAGE,
  };
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, statements[page->selector], "iiiiii", page->subject_id,
                    page->interval.start_us, page->interval.end_us, (gint64) page->with_cancelled,
                    page->after_booking_id, (gint64) page->max_count))
    return NULL;
  return booking_store_take_all (&query, error);
}

/**
 * booking_store_list_starts:
 * @interval: of the starts wanted
 * @ignored_owner_id: whose own bookings and holds do not count; 0 for nobody's
 * @now_us: holds that ended by then do not count
 *
 * What counts against the capacity of an offer's windows.
 *
 * Returns: (transfer full) (element-type gint64): starts of live bookings and holds, ascending.
 */
GArray *
booking_store_list_starts (StoreSession *session,
                           gint64 offer_id,
                           Period interval,
                           gint64 ignored_owner_id,
                           gint64 now_us,
                           GError **error)
{
  g_autoptr (GArray) starts = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_OFFER_STARTS, "iiiii", offer_id, interval.start_us,
                    interval.end_us, ignored_owner_id, now_us))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      gint64 start_us = store_int (&query, 0);
      g_array_append_val (starts, start_us);
    }
  return step == STORE_END ? g_steal_pointer (&starts) : NULL;
}

/**
 * booking_store_add:
 * @booking: its booking_id is filled in
 *
 * Errors: PLANNER_ERROR_CONFLICT when the tenant has a booking of that identifier.
 */
gboolean
booking_store_add (StoreSession *session, Booking *b, GError **error)
{
  if (!store_run (session, error, SQL_BOOKING_ADD, "iisiissiiiisiisssisiiiisssssssiiiiiiiiiiiiiii",
                  b->tenant_id, b->unit_id, b->identifier, b->revision, b->placement,
                  states[b->state], origins[b->origin], b->owner_system, b->citizen_id, b->offer_id,
                  b->session_id, b->group_identifier, b->core.start_us, b->core.end_us,
                  b->start_local, b->zone, b->tzdata, b->advisor_id, b->foreign_advisor, b->room_id,
                  b->interview_type, b->form_type, b->contact_type, b->title, b->description,
                  b->location, b->address, b->telephone, b->meeting_link, b->contact_options,
                  b->fund_participation, (gint64) b->self_booked, (gint64) b->compulsory,
                  (gint64) b->should_accept, (gint64) b->accepted, (gint64) b->rebook_possible,
                  b->rebook_deadline_us, (gint64) b->cancel_possible, b->cancel_deadline_us,
                  (gint64) b->conflict, b->originator_type, b->originator_code, b->owner_id,
                  b->created_us, b->changed_us))
    return FALSE;
  b->booking_id = store_last_id (session);
  return TRUE;
}

/**
 * booking_store_change:
 * @booking: the record as it shall be, with the revision it was read with; raised by one on success
 *
 * Errors: PLANNER_ERROR_CONFLICT when the record has another revision by now.
 */
gboolean
booking_store_change (StoreSession *session, Booking *b, GError **error)
{
  if (!store_run (session, error, SQL_BOOKING_CHANGE, "iiiisisiisssisiiiisssssssiiiiiiiiiiiiii",
                  b->booking_id, b->revision, b->revision + 1, b->placement, states[b->state],
                  b->session_id, b->group_identifier, b->core.start_us, b->core.end_us,
                  b->start_local, b->zone, b->tzdata, b->advisor_id, b->foreign_advisor, b->room_id,
                  b->interview_type, b->form_type, b->contact_type, b->title, b->description,
                  b->location, b->address, b->telephone, b->meeting_link, b->contact_options,
                  b->fund_participation, (gint64) b->compulsory, (gint64) b->should_accept,
                  (gint64) b->accepted, (gint64) b->rebook_possible, b->rebook_deadline_us,
                  (gint64) b->cancel_possible, b->cancel_deadline_us, (gint64) b->conflict,
                  b->changed_us, b->owner_system, b->offer_id, b->owner_id, b->unit_id))
    return FALSE;
  if (store_n_changed (session) != 1)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT,
                           "the booking has changed in the meantime");
      return FALSE;
    }
  b->revision++;
  return TRUE;
}
