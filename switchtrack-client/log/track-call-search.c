/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads rows of the call log by time, unit, endpoint, outcome or request, as JSON. */
#include "log/track-call-search.h"

#include <string.h>

static gboolean
begin (StoreSession *session, StoreQuery *rows, const TrackCallQuery *query, GError **error)
{
  if (query->request_id != NULL)
    return store_query (session, rows, error, SQL_TRACK_CALLS_OF_REQUEST, "si", query->request_id,
                        (gint64) query->max_rows);
  return store_query (session, rows, error,
                      query->only_failed ? SQL_TRACK_CALLS_FAILED : SQL_TRACK_CALLS, "iisssssi",
                      query->from_us, query->until_us, query->unit, query->endpoint, query->outcome,
                      query->operation, query->kind, (gint64) query->max_rows);
}

/* A time that was not reached, a code that there is not: no member. */
static gboolean
is_absent (StoreQuery *row, int column, const char *name)
{
  return store_is_null (row, column) ||
         (store_is_int (row, column) && store_int (row, column) < 0) ||
         (strcmp (name, "fault_code") == 0 && store_int (row, column) == 0);
}

/* People read this, too. */
static void
set_instant (JsonObject *one, gint64 at_us)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (at_us / G_USEC_PER_SEC);
  g_autofree char *second = at != NULL ? g_date_time_format (at, "%Y-%m-%dT%H:%M:%S") : NULL;
  g_autofree char *text =
    second != NULL ? g_strdup_printf ("%s.%06dZ", second, (int) (at_us % G_USEC_PER_SEC)) : NULL;

  if (text != NULL)
    json_object_set_string_member (one, "at", text);
}

static JsonObject *
read_row (StoreQuery *row)
{
  JsonObject *one = json_object_new ();

  for (int i = 0; i < store_n_columns (row); i++)
    {
      const char *name = store_column_name (row, i);

      if (is_absent (row, i, name))
        continue;
      if (strcmp (name, "at_us") == 0)
        set_instant (one, store_int (row, i));
      else if (strcmp (name, "failed") == 0 || strcmp (name, "reused") == 0)
        json_object_set_boolean_member (one, name, store_int (row, i) != 0);
      else if (store_is_int (row, i))
        json_object_set_int_member (one, name, store_int (row, i));
      else
        json_object_set_string_member (one, name, store_text (row, i));
    }
  return one;
}

/**
 * track_call_search:
 * @session: of a database of data/schema/track-log
 *
 * Returns: (transfer full): objects named as the columns, newest first (by request: oldest first); but at
 *   in place of at_us: YYYY-MM-DDTHH:MM:SS.ffffffZ
 */
JsonArray *
track_call_search (StoreSession *session, const TrackCallQuery *query, GError **error)
{
  g_autoptr (JsonArray) found = json_array_new ();
  g_auto (StoreQuery) rows = { 0 };
  StoreStep step;

  if (!begin (session, &rows, query, error))
    return NULL;
  while ((step = store_step (&rows, error)) == STORE_ROW)
    json_array_add_object_element (found, read_row (&rows));
  return step == STORE_END ? g_steal_pointer (&found) : NULL;
}
