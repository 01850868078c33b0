/* SPDX-License-Identifier: EUPL-1.2 */
/* One row a binding, whosever it is; and whether a booking has news for one. */
#include "store/sync-due-store.h"

#define STATE_PAUSED  "paused"
#define STATE_GUARDED "guarded"

/**
 * sync_due_free:
 */
void
sync_due_free (SyncDue *due)
{
  if (due == NULL)
    return;
  g_free (due->resource_key);
  g_free (due->url);
  g_free (due->user);
  g_free (due->secret);
  g_free (due->health);
  g_free (due);
}

static SyncDue *
read_due (StoreQuery *query)
{
  SyncDue *due = g_new0 (SyncDue, 1);
  const char *state = store_text (query, 7);

  due->binding_id = store_int (query, 0);
  due->resource_id = store_int (query, 1);
  due->resource_key = g_strdup (store_text (query, 2));
  due->url = g_strdup (store_text (query, 3));
  due->user = g_strdup (store_text (query, 4));
  due->secret = g_strdup (store_text (query, 5));
  due->direction = store_int (query, 6);
  due->is_paused = g_strcmp0 (state, STATE_PAUSED) == 0;
  due->is_guarded = g_strcmp0 (state, STATE_GUARDED) == 0;
  due->health = g_strdup (store_text (query, 8));
  due->next_try_us = store_int (query, 9);
  due->pulled_us = store_int (query, 10);
  due->fresh_until_us = store_int (query, 11);
  due->changed_us = store_int (query, 12);
  due->has_bookings_soon = store_int (query, 13) != 0;
  due->has_unsent = store_int (query, 14) != 0;
  due->n_conflicts = (guint) store_int (query, 15);
  return due;
}

/**
 * sync_due_store_list:
 *
 * Returns: (transfer full) (element-type SyncDue): every binding of every tenant whose owner
 *   still serves, by id
 */
GPtrArray *
sync_due_store_list (StoreSession *session, gint64 now_us, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) sync_due_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SYNC_DUE_LIST, "i", now_us))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_ptr_array_add (all, read_due (&query));
  return step == STORE_END ? g_steal_pointer (&all) : NULL;
}

/**
 * sync_due_store_has_news:
 * @out_has_news: (out): whether a meeting of the resource to come was not sent as it is now, or one that was
 *   sent is not there any more
 *
 * Compared, and not by when it was changed: an operation takes its instant when it begins, and may be written
 * long after a run has looked.
 */
gboolean
sync_due_store_has_news (StoreSession *session,
                         const SyncDue *due,
                         gint64 now_us,
                         gboolean *out_has_news,
                         GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_SYNC_DUE_HAS_NEWS, "iii", due->binding_id,
                    due->resource_id, now_us) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_has_news = store_int (&query, 0) != 0;
  return TRUE;
}
