/* SPDX-License-Identifier: EUPL-1.2 */
/* Finds messages of DFDG for commands and comparisons. */
#include "store/inbox-search.h"

/* The message whose id the query's row begins with. */
static DfdgEvent *
find_row (StoreSession *session, StoreQuery *query, gint64 tenant_id, GError **error)
{
  gint64 event_id;

  if (store_step (query, error) != STORE_ROW)
    return NULL;
  event_id = store_int (query, 0);
  store_query_end (query);
  return inbox_store_find (session, tenant_id, event_id, error);
}

/**
 * inbox_search_message:
 */
DfdgEvent *
inbox_search_message (StoreSession *session,
                      gint64 tenant_id,
                      const char *message_id,
                      GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_DFDG_EVENT_OF_MESSAGE, "is", tenant_id, message_id))
    return NULL;
  return find_row (session, &query, tenant_id, error);
}

/**
 * inbox_search_thing:
 */
GPtrArray *
inbox_search_thing (StoreSession *session,
                    gint64 tenant_id,
                    const char *external_id,
                    guint max_events,
                    GError **error)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) dfdg_event_free);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_DFDG_EVENTS_OF_THING, "isi", tenant_id, external_id,
                    (gint64) max_events))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      gint64 id = store_int (&query, 0);
      g_array_prepend_val (ids, id);
    }
  if (step != STORE_END)
    return NULL;
  for (guint i = 0; i < ids->len; i++)
    {
      DfdgEvent *event =
        inbox_store_find (session, tenant_id, g_array_index (ids, gint64, i), error);

      if (event == NULL)
        return NULL;
      g_ptr_array_add (events, event);
    }
  return g_steal_pointer (&events);
}

static gboolean
ask_number (StoreQuery *query, gint64 *out_number, GError **error)
{
  if (store_step (query, error) != STORE_ROW)
    return FALSE;
  *out_number = store_int (query, 0);
  return TRUE;
}

/**
 * inbox_search_has_open:
 */
gboolean
inbox_search_has_open (StoreSession *session,
                       gint64 tenant_id,
                       const char *external_id,
                       gboolean *out_has_open,
                       GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  gint64 has_open = 0;

  if (!store_query (session, &query, error, SQL_DFDG_EVENT_HAS_OPEN, "is", tenant_id,
                    external_id) ||
      !ask_number (&query, &has_open, error))
    return FALSE;
  *out_has_open = has_open != 0;
  return TRUE;
}

/**
 * inbox_search_count_lanes:
 *
 * Citizens with messages that wait; those of nobody are one more.
 */
gboolean
inbox_search_count_lanes (StoreSession *session,
                          gint64 tenant_id,
                          gint64 *out_n_lanes,
                          GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  return store_query (session, &query, error, SQL_DFDG_EVENT_COUNT_LANES, "i", tenant_id) &&
         ask_number (&query, out_n_lanes, error);
}
