/* SPDX-License-Identifier: EUPL-1.2 */
/* Finds bookings, and tells how to go on: no list ends without saying so. */
#include "ops/commands/bookings/admin-search.h"

#include <stdio.h>

#include "base/error.h"
#include "base/ids.h"
#include "ops/commands/admin-op.h"
#include "ops/commands/admin-records.h"

#define DEFAULT_LIMIT 100
#define MAX_LIMIT     500

typedef struct
{
  AdminCall *call;
  AdminCatalogue *names;
  BookingSearch search;
  char *identifier;
  gboolean is_nobody; /* the citizen is not known: nothing is found */
} Work;

static void
work_clear (Work *work)
{
  g_clear_pointer (&work->names, admin_catalogue_free);
  g_clear_pointer (&work->search.unit_ids, g_array_unref);
  g_clear_pointer (&work->identifier, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
find_unit (Work *work, GError **error)
{
  const char *key = NULL;
  const UnitRecord *unit;

  work->search.unit_ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < work->names->units->len; i++)
    g_array_append_val (work->search.unit_ids,
                        ((UnitRecord *) work->names->units->pdata[i])->unit_id);
  if (!admin_get_text (work->call, "unit", &key, error))
    return FALSE;
  if (key == NULL)
    return TRUE;
  unit = admin_catalogue_find_unit (work->names, key, error);
  work->search.unit_id = unit == NULL ? 0 : unit->unit_id;
  return unit != NULL;
}

static gboolean
find_resource (Work *work, const char *argument, gint64 *out_id, GError **error)
{
  const ResourceRecord *resource;
  const char *key = NULL;

  if (!admin_get_text (work->call, argument, &key, error))
    return FALSE;
  if (key == NULL)
    return TRUE;
  resource = admin_catalogue_find_resource (work->names, key, error);
  *out_id = resource == NULL ? 0 : resource->resource_id;
  return resource != NULL;
}

static gboolean
find_offer (Work *work, GError **error)
{
  g_autoptr (GPtrArray) offers = NULL;
  const OfferRecord *found;
  const char *key = NULL;

  if (!admin_get_text (work->call, "offer", &key, error))
    return FALSE;
  if (key == NULL)
    return TRUE;
  offers = offer_list (work->call->session, work->names->tenant->tenant_id, error);
  found = offers == NULL ? NULL : admin_find_offer (offers, key, error);
  work->search.offer_id = found == NULL ? 0 : found->offer_id;
  return found != NULL;
}

static gboolean
find_citizen (Work *work, GError **error)
{
  const char *cpr = NULL;

  if (!admin_get_text (work->call, "cpr", &cpr, error) ||
      !admin_find_citizen (work->call, work->search.tenant_id, "search-bookings",
                           &work->search.citizen_id, error))
    return FALSE;
  work->is_nobody = cpr != NULL && work->search.citizen_id == 0;
  return TRUE;
}

static gboolean
read_identifier (Work *work, GError **error)
{
  const char *text = NULL;

  if (!admin_get_text (work->call, "booking", &text, error))
    return FALSE;
  work->identifier = ids_fold_guid (text);
  work->search.identifier = work->identifier;
  return TRUE;
}

/**
 * admin_search_read_cursor:
 * @search: gets the place from the argument cursor: KEY.ID, as a page has told it
 *
 * Errors: PLANNER_ERROR_NOT_VALID.
 */
gboolean
admin_search_read_cursor (AdminCall *call, BookingSearch *search, GError **error)
{
  const char *text = NULL;
  int n_read = 0;

  search->after_key = -1;
  if (!admin_get_text (call, "cursor", &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;
  if (sscanf (text, "%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT "%n", &search->after_key,
              &search->after_id, &n_read) == 2 &&
      text[n_read] == '\0')
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "cursor is not what a page before has told");
  return FALSE;
}

static gboolean
read_intervals (Work *work, GError **error)
{
  const UnitRecord *first = work->names->units->len == 0 ? NULL : work->names->units->pdata[0];
  const CalsyncZone *zone = admin_zone_of (work->names->units, first == NULL ? 0 : first->unit_id);
  BookingSearch *search = &work->search;
  AdminCall *call = work->call;

  search->interval = search->created = search->changed = (Period) BOOKING_SEARCH_EVER;
  return admin_get_interval (call, zone, "from", "to", &search->interval, error) &&
         admin_get_interval (call, zone, "created_from", "created_to", &search->created, error) &&
         admin_get_interval (call, zone, "changed_from", "changed_to", &search->changed, error);
}

static gboolean
read_arguments (Work *work, GError **error)
{
  BookingSearch *search = &work->search;
  AdminCall *call = work->call;

  work->names = admin_catalogue_load (call, error);
  if (work->names == NULL)
    return FALSE;
  search->tenant_id = work->names->tenant->tenant_id;
  search->interview_type = admin_get_integer (call, "interview_type", 0);
  search->only_conflicts = admin_get_flag (call, "conflict");
  search->max_count = (guint) admin_get_integer (call, "limit", DEFAULT_LIMIT) + 1;
  return find_unit (work, error) && find_resource (work, "advisor", &search->advisor_id, error) &&
         find_resource (work, "room", &search->room_id, error) && find_offer (work, error) &&
         admin_get_text (call, "state", &search->state, error) &&
         admin_get_text (call, "origin", &search->origin, error) && read_identifier (work, error) &&
         read_intervals (work, error) && admin_search_read_cursor (call, search, error) &&
         find_citizen (work, error);
}

/**
 * admin_search_set_cursor:
 * @last: of the page
 */
void
admin_search_set_cursor (AdminCall *call, const BookingSearch *search, const Booking *last)
{
  g_autofree char *cursor = g_strdup_printf (
    "%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT,
    booking_search_order (search) == SEARCH_BY_START ? last->core.start_us : last->changed_us,
    last->booking_id);

  json_object_set_string_member (call->result, "cursor", cursor);
}

/* clang-format off */
const AdminArgument admin_search_bookings_arguments[] = {
  { "unit", ADMIN_TEXT, ADMIN_OPTION, "KEY", "of this unit" },
  { "advisor", ADMIN_TEXT, ADMIN_OPTION, "KEY", "with this advisor: key or e-mail address" },
  { "room", ADMIN_TEXT, ADMIN_OPTION, "KEY", "in this room" },
  { "offer", ADMIN_TEXT, ADMIN_OPTION, "OFFER", "of this offer" },
  { "interview_type", ADMIN_INTEGER, ADMIN_OPTION, "N", "of this interview type", .min = 1, .max = 999 },
  { "state", ADMIN_CHOICE, ADMIN_OPTION, "booked|cancelled", "in this state" },
  { "origin", ADMIN_CHOICE, ADMIN_OPTION, "citizen|indkalder|kss|unemployment-fund", "made by" },
  { "from", ADMIN_DAY_OR_TIME, ADMIN_OPTION, "TIME", "meetings from then on" },
  { "to", ADMIN_DAY_OR_TIME, ADMIN_OPTION, "TIME", "meetings until then" },
  { "created_from", ADMIN_DAY_OR_TIME, ADMIN_OPTION, "TIME", "booked from then on" },
  { "created_to", ADMIN_DAY_OR_TIME, ADMIN_OPTION, "TIME", "booked until then" },
  { "changed_from", ADMIN_DAY_OR_TIME, ADMIN_OPTION, "TIME", "last changed from then on" },
  { "changed_to", ADMIN_DAY_OR_TIME, ADMIN_OPTION, "TIME", "last changed until then" },
  { "conflict", ADMIN_FLAG, ADMIN_OPTION, NULL, "whose time collides with another" },
  { "cpr", ADMIN_CITIZEN, ADMIN_OPTION, "FILE", "of the citizen whose number this file holds; - is standard input", .option = "citizen-file" },
  { "booking", ADMIN_TEXT, ADMIN_OPTION, "BEGINNING", "whose identifier begins so" },
  { "limit", ADMIN_INTEGER, ADMIN_OPTION, "N", "of a page (100)", .min = 1, .max = MAX_LIMIT },
  { "cursor", ADMIN_TEXT, ADMIN_OPTION, "CURSOR", "go on behind the page that told it" },
  { NULL },
};
/* clang-format on */

/**
 * admin_search_bookings:
 *
 * Arguments: see the table; all that are there must fit. Result: bookings, without citizens; more;
 * cursor, when there is more.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND, PLANNER_ERROR_NOT_VALID.
 */
gboolean
admin_search_bookings (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };
  g_autoptr (GPtrArray) bookings = NULL;
  JsonArray *list = json_array_new ();
  guint limit;

  json_object_set_array_member (call->result, "bookings", list);
  if (!read_arguments (&work, error))
    return FALSE;
  limit = work.search.max_count - 1;
  bookings =
    work.is_nobody ? g_ptr_array_new () : booking_search_run (call->session, &work.search, error);
  for (guint i = 0; bookings != NULL && i < MIN (bookings->len, limit); i++)
    json_array_add_object_element (list, admin_booking_to_json (work.names, bookings->pdata[i]));
  if (bookings == NULL)
    return FALSE;
  json_object_set_boolean_member (call->result, "more", bookings->len > limit);
  if (bookings->len > limit)
    admin_search_set_cursor (call, &work.search, bookings->pdata[limit - 1]);
  return TRUE;
}
