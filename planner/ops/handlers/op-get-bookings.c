/* SPDX-License-Identifier: EUPL-1.2 */
/* GetBookings: bookings of a citizen, a unit or an advisor, page by page, complete and stable. */
#include "ops/booking/booking-details.h"
#include "ops/call/op-context.h"
#include "ops/handlers/op-table.h"

#include "base/error.h"
#include "store/citizen-store.h"

typedef ContractGetBookingsRequest Request;
typedef ContractGetBookingsResponse Response;

static gboolean
choose_citizen (const OpCall *call, const char *cpr, BookingPage *page, GError **error)
{
  GError *local_error = NULL;

  page->selector = BOOKINGS_OF_CITIZEN;
  page->subject_id = citizen_store_find (call->session, call->tenant_id, cpr, &local_error);
  if (local_error != NULL)
    g_propagate_error (error, local_error);
  return local_error == NULL;
}

static gboolean
choose_subject (OpCall *call, const Request *request, BookingPage *page, GError **error)
{
  if (request->job_center_code != NULL)
    {
      CatalogueUnit *unit = op_find_unit (call, request->job_center_code, error);
      page->selector = BOOKINGS_OF_UNIT;
      page->subject_id = unit == NULL ? 0 : unit->unit_id;
      return unit != NULL;
    }
  if (request->case_worker_identifier != NULL)
    {
      CatalogueResource *advisor = op_find_advisor (call, request->case_worker_identifier, error);
      page->selector = BOOKINGS_OF_ADVISOR;
      page->subject_id = advisor == NULL ? 0 : advisor->resource_id;
      return advisor != NULL;
    }
  return op_check_cpr (request->person_civil_registration_identifier, error) &&
         choose_citizen (call, request->person_civil_registration_identifier, page, error);
}

/* The cursor is where the page before ended; it is ours to read, so anything else is refused. */
static gboolean
read_cursor (const Request *request, BookingPage *page, GError **error)
{
  if (request->cursor == NULL ||
      g_ascii_string_to_signed (request->cursor, 10, 0, G_MAXINT64, &page->after_booking_id, NULL))
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "Cursor is not one of ours");
  return FALSE;
}

/* What the caller may not see is passed over: it takes no place on a page and no cursor points to it. */
static GPtrArray *
list_seen (const OpCall *call, const BookingPage *wanted, GError **error)
{
  g_autoptr (GPtrArray) seen = g_ptr_array_new_with_free_func ((GDestroyNotify) booking_free);
  BookingPage page = *wanted;
  guint n_read;

  do
    {
      g_autoptr (GPtrArray) bookings = booking_store_list_page (call->session, &page, error);

      if (bookings == NULL)
        return NULL;
      n_read = bookings->len;
      if (n_read > 0)
        page.after_booking_id = ((Booking *) bookings->pdata[n_read - 1])->booking_id;
      for (guint i = n_read; i > 0; i--)
        if (op_unit_of (call, bookings->pdata[i - 1]) == NULL)
          g_ptr_array_remove_index (bookings, i - 1);
      g_ptr_array_extend_and_steal (seen, g_steal_pointer (&bookings));
    }
  while (n_read == page.max_count && seen->len < page.max_count);
  return g_steal_pointer (&seen);
}

/* Asked for by a number, all are of one citizen: each carries that number, be it a former one. */
static void
fill_one (const OpCall *call,
          const Request *request,
          const Booking *booking,
          ContractBookingDetails *details)
{
  booking_details_fill (call, booking, details);
  if (request->job_center_code == NULL && request->case_worker_identifier == NULL)
    details->person_civil_registration_identifier = request->person_civil_registration_identifier;
}

static void
fill_answer (OpCall *call, const Request *request, GPtrArray *bookings)
{
  Response *response = contract_arena_new0 (call->arena, Response);
  ContractBookingDetailsList *list = &response->booking_collection;
  guint n_shown = MIN (bookings->len, (guint) request->max_count);

  list->items = contract_arena_new0_n (call->arena, ContractBookingDetails, n_shown);
  list->is_present = TRUE;
  for (guint i = 0; i < n_shown; i++)
    fill_one (call, request, bookings->pdata[i], &list->items[list->n_items++]);
  if (bookings->len > n_shown)
    response->next_cursor = contract_arena_printf (
      call->arena, "%" G_GINT64_FORMAT, ((Booking *) bookings->pdata[n_shown - 1])->booking_id);
  call->response = response;
}

/**
 * op_get_bookings:
 *
 * Operation 5 as served by us [N]. Pages go by the order in which bookings were made: a booking
 * that is made, moved or cancelled meanwhile neither hides nor doubles another.
 */
gboolean
op_get_bookings (OpCall *call, GError **error)
{
  const Request *request = call->request;
  BookingPage page = {
    .interval = { request->has_interval_start_time ? request->interval_start_time.unix_us
                                                   : G_MININT64,
                  request->has_interval_end_time ? request->interval_end_time.unix_us
                                                 : G_MAXINT64 },
    .with_cancelled = request->include_cancelled,
    .max_count = (guint) request->max_count + 1
  };
  GPtrArray *bookings;

  if (!choose_subject (call, request, &page, error) || !read_cursor (request, &page, error))
    return FALSE;
  bookings = list_seen (call, &page, error);
  if (bookings == NULL)
    return FALSE;
  op_keep (call, bookings, (GDestroyNotify) g_ptr_array_unref);
  fill_answer (call, request, bookings);
  return TRUE;
}
