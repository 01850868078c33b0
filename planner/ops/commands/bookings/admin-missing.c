/* SPDX-License-Identifier: EUPL-1.2 */
/* The kept empty answers: why citizens saw no times, counted and one by one. */
#include "ops/commands/bookings/admin-missing.h"

#include <stdio.h>

#include "base/error.h"
#include "ops/commands/admin-op.h"
#include "ops/commands/admin-records.h"

#define DEFAULT_DAYS  31
#define DEFAULT_LIMIT 500
#define MAX_LIMIT     5000

typedef struct
{
  AdminCall *call;
  AdminCatalogue *names;
  const CalsyncZone *zone;
  Period interval;
  gint64 unit_id;
  gint64 offer_id;
  gint64 citizen_id;
  gint64 after_us;
  gint64 after_id;
  gint64 limit;
} Work;

static void
work_clear (Work *work)
{
  g_clear_pointer (&work->names, admin_catalogue_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
find_subjects (Work *work, GError **error)
{
  g_autoptr (GPtrArray) offers = NULL;
  const OfferRecord *found = NULL;
  const UnitRecord *unit = NULL;
  const char *unit_key = NULL;
  const char *offer_key = NULL;

  if (!admin_get_text (work->call, "unit", &unit_key, error) ||
      !admin_get_text (work->call, "offer", &offer_key, error) ||
      (unit_key != NULL &&
       (unit = admin_catalogue_find_unit (work->names, unit_key, error)) == NULL))
    return FALSE;
  offers = offer_list (work->call->session, work->names->tenant->tenant_id, error);
  if (offers == NULL ||
      (offer_key != NULL && (found = admin_find_offer (offers, offer_key, error)) == NULL))
    return FALSE;
  work->unit_id = unit == NULL ? 0 : unit->unit_id;
  work->offer_id = found == NULL ? 0 : found->offer_id;
  return TRUE;
}

/* Somebody whom we do not know was not offered anything: -1 finds nothing. */
static gboolean
find_citizen (Work *work, GError **error)
{
  const char *cpr = NULL;

  if (!admin_get_text (work->call, "cpr", &cpr, error) ||
      !admin_find_citizen (work->call, work->names->tenant->tenant_id, "report-missing-times",
                           &work->citizen_id, error))
    return FALSE;
  if (cpr != NULL && work->citizen_id == 0)
    work->citizen_id = -1;
  return TRUE;
}

static gboolean
read_cursor (Work *work, GError **error)
{
  const char *text = NULL;
  int n_read = 0;

  work->after_us = -1;
  if (!admin_get_text (work->call, "cursor", &text, error))
    return FALSE;
  if (text == NULL || (sscanf (text, "%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT "%n", &work->after_us,
                               &work->after_id, &n_read) == 2 &&
                       text[n_read] == '\0'))
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "cursor is not what a page before has told");
  return FALSE;
}

static gboolean
add_counts (const Work *work, GError **error)
{
  JsonArray *list = json_array_new ();
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  json_object_set_array_member (work->call->result, "counts", list);
  if (!store_query (work->call->session, &query, error, SQL_MISSING_COUNTS, "iiiiii",
                    work->names->tenant->tenant_id, work->interval.start_us, work->interval.end_us,
                    work->unit_id, work->offer_id, work->citizen_id))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      JsonObject *object = json_object_new ();

      admin_set_text (object, "unit", store_text (&query, 0));
      admin_set_text (object, "offer", store_text (&query, 1));
      admin_set_text (object, "title", store_text (&query, 2));
      json_object_set_string_member (object, "reason", store_text (&query, 3));
      json_object_set_int_member (object, "answers", store_int (&query, 4));
      json_object_set_int_member (object, "citizens", store_int (&query, 5));
      admin_set_time (object, "first", work->zone, store_int (&query, 6));
      admin_set_time (object, "last", work->zone, store_int (&query, 7));
      json_array_add_object_element (list, object);
    }
  return step == STORE_END;
}

static JsonObject *
row_to_json (const Work *work, StoreQuery *query)
{
  JsonObject *object = json_object_new ();

  admin_set_time (object, "at", work->zone, store_int (query, 0));
  admin_set_text (object, "unit", store_text (query, 2));
  admin_set_text (object, "offer", store_text (query, 3));
  admin_set_text (object, "title", store_text (query, 4));
  json_object_set_string_member (object, "reason", store_text (query, 5));
  if (store_int (query, 7) != 0)
    {
      admin_set_time (object, "asked_from", work->zone, store_int (query, 6));
      admin_set_time (object, "asked_to", work->zone, store_int (query, 7));
    }
  json_object_set_string_member (object, "call", store_text (query, 8));
  return object;
}

static gboolean
add_rows (const Work *work, GError **error)
{
  JsonArray *list = json_array_new ();
  g_autofree char *cursor = NULL;
  g_auto (StoreQuery) query = { 0 };
  gint64 n = 0;
  StoreStep step;

  json_object_set_array_member (work->call->result, "rows", list);
  if (!store_query (work->call->session, &query, error, SQL_MISSING_ROWS, "iiiiiiiii",
                    work->names->tenant->tenant_id, work->interval.start_us, work->interval.end_us,
                    work->unit_id, work->offer_id, work->citizen_id, work->after_us, work->after_id,
                    work->limit + 1))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW && ++n <= work->limit)
    {
      g_free (cursor);
      cursor = g_strdup_printf ("%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT, store_int (&query, 0),
                                store_int (&query, 1));
      json_array_add_object_element (list, row_to_json (work, &query));
    }
  json_object_set_boolean_member (work->call->result, "more", step == STORE_ROW);
  if (step == STORE_ROW)
    json_object_set_string_member (work->call->result, "cursor", cursor);
  return step != STORE_FAILED;
}

/* clang-format off */
const AdminArgument admin_report_missing_times_arguments[] = {
  { "from", ADMIN_DAY_OR_TIME, ADMIN_OPTION, "TIME", "asked from then on (a month ago)" },
  { "to", ADMIN_DAY_OR_TIME, ADMIN_OPTION, "TIME", "asked until then" },
  { "unit", ADMIN_TEXT, ADMIN_OPTION, "KEY", "of this unit" },
  { "offer", ADMIN_TEXT, ADMIN_OPTION, "OFFER", "of this offer" },
  { "cpr", ADMIN_CITIZEN, ADMIN_OPTION, "FILE", "of the citizen whose number this file holds; - is standard input", .option = "citizen-file" },
  { "limit", ADMIN_INTEGER, ADMIN_OPTION, "N", "rows of a page (500)", .min = 1, .max = MAX_LIMIT },
  { "cursor", ADMIN_TEXT, ADMIN_OPTION, "CURSOR", "go on behind the page that told it" },
  { NULL },
};
/* clang-format on */

/**
 * admin_report_missing_times:
 *
 * Arguments: see the table. Result: counts by unit, offer and reason; rows, by when they were
 * answered; more; cursor, when there are more rows. No citizen is named.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND, PLANNER_ERROR_NOT_VALID.
 */
gboolean
admin_report_missing_times (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call,
                         .interval = { call->now_us - DEFAULT_DAYS * PERIOD_US_PER_DAY,
                                       G_GINT64_CONSTANT (9000000000000000) } };

  work.names = admin_catalogue_load (call, error);
  work.zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  work.limit = admin_get_integer (call, "limit", DEFAULT_LIMIT);
  return work.names != NULL && find_subjects (&work, error) && read_cursor (&work, error) &&
         admin_get_interval (call, work.zone, "from", "to", &work.interval, error) &&
         find_citizen (&work, error) && add_counts (&work, error) && add_rows (&work, error);
}
