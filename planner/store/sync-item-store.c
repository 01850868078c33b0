/* SPDX-License-Identifier: EUPL-1.2 */
/* Finds, puts, lists and removes what was seen in a bound calendar. */
#include "store/sync-item-store.h"

/**
 * sync_item_free:
 *
 * Frees a record; NULL is ignored.
 */
void
sync_item_free (SyncItem *item)
{
  if (item == NULL)
    return;
  g_free (item->key_hash);
  g_free (item->key);
  g_free (item->version);
  g_free (item->reference);
  g_free (item);
}

/* The order is that of SQL_SYNC_ITEM_COLUMNS. */
static SyncItem *
read_record (StoreQuery *query)
{
  SyncItem *item = g_new0 (SyncItem, 1);

  item->item_id = store_int (query, 0);
  item->tenant_id = store_int (query, 1);
  item->binding_id = store_int (query, 2);
  item->key_hash = g_strdup (store_text (query, 3));
  item->key = g_strdup (store_text (query, 4));
  item->version = g_strdup (store_text (query, 5));
  item->reference = g_strdup (store_text (query, 6));
  item->is_own = store_int (query, 7) != 0;
  item->is_unreadable = store_int (query, 8) != 0;
  item->last_end_us = store_int (query, 9);
  return item;
}

/**
 * sync_item_store_find:
 *
 * Returns: (transfer full) (nullable): NULL without @error when it is not known.
 */
SyncItem *
sync_item_store_find (StoreSession *session,
                      gint64 binding_id,
                      const char *key_hash,
                      GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_SYNC_ITEM_FIND, "is", binding_id, key_hash))
    return NULL;
  return store_step (&query, error) == STORE_ROW ? read_record (&query) : NULL;
}

/**
 * sync_item_store_list:
 *
 * Returns: (transfer full) (element-type SyncItem): by hash; NULL with @error set.
 */
GPtrArray *
sync_item_store_list (StoreSession *session, gint64 binding_id, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) sync_item_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SYNC_ITEM_LIST, "i", binding_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_ptr_array_add (items, read_record (&query));
  return step == STORE_FAILED ? NULL : g_steal_pointer (&items);
}

/**
 * sync_item_store_put:
 * @item: binding and hash decide which one it is; its id is filled in
 *
 * Writer only.
 *
 * Errors: PLANNER_ERROR_CONFLICT for a key of one that is not ours.
 */
gboolean
sync_item_store_put (StoreSession *session, SyncItem *item, PutOutcome *out_outcome, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (SyncItem) old =
    sync_item_store_find (session, item->binding_id, item->key_hash, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (!store_run (session, error, SQL_SYNC_ITEM_PUT, "iissssii", item->tenant_id, item->binding_id,
                  item->key_hash, item->key, item->version, item->reference, (gint64) item->is_own,
                  (gint64) item->is_unreadable))
    return FALSE;
  *out_outcome = put_outcome_of (old == NULL ? 0 : old->item_id, store_n_changed (session));
  item->item_id = old == NULL ? store_last_id (session) : old->item_id;
  return TRUE;
}

/**
 * sync_item_store_remove:
 *
 * Its objects go with it, and their time with them. Writer only.
 */
gboolean
sync_item_store_remove (StoreSession *session, gint64 item_id, GError **error)
{
  return store_run (session, error, SQL_SYNC_ITEM_REMOVE, "i", item_id);
}

/**
 * sync_item_store_list_objects:
 *
 * Returns: (transfer full) (element-type CalendarObject): by id; NULL with @error set.
 */
GPtrArray *
sync_item_store_list_objects (StoreSession *session, gint64 item_id, GError **error)
{
  g_autoptr (GPtrArray) objects =
    g_ptr_array_new_with_free_func ((GDestroyNotify) calendar_object_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SYNC_OBJECT_LIST, "i", item_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      CalendarObject *object = g_new0 (CalendarObject, 1);
      object->object_id = store_int (&query, 0);
      object->calendar_id = store_int (&query, 1);
      object->uid_hash = g_strdup (store_text (&query, 2));
      object->text = g_strdup (store_text (&query, 3));
      object->note = g_strdup (store_text (&query, 4));
      g_ptr_array_add (objects, object);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&objects);
}

/**
 * sync_object_name:
 * @item: with its id
 * @uid_hash: of the object's UID
 *
 * Servers hold one UID at several keys when a person or a program copied an event: each copy takes
 * its time, and goes by itself.
 *
 * Returns: (transfer full): what stands in the calendar as the object's uid_hash
 */
char *
sync_object_name (const SyncItem *item, const char *uid_hash)
{
  return g_strdup_printf ("%s.%" G_GINT64_FORMAT, uid_hash, item->item_id);
}

/**
 * sync_item_store_put_object:
 * @item: whose it is, with its id
 * @object: calendar and name decide which one it is; its id is filled in
 *
 * The spans are not touched. Writer only.
 */
gboolean
sync_item_store_put_object (StoreSession *session,
                            const SyncItem *item,
                            CalendarObject *object,
                            GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_run (session, error, SQL_SYNC_OBJECT_PUT, "iisssi", object->tenant_id,
                  object->calendar_id, object->uid_hash, object->text, object->note, item->item_id))
    return FALSE;
  if (!store_query (session, &query, error, SQL_OBJECT_FIND, "is", object->calendar_id,
                    object->uid_hash) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  object->object_id = store_int (&query, 0);
  return TRUE;
}
