/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads a run's changes backwards, and leaves alone what a later run has touched. */
#include "sync/sync-undo.h"

#include <string.h>

/* Older runs are gone by their term long before there are so many. */
#define MAX_RUNS 100000
#define SINCE    "changed since by a later run"

static void
free_event (gpointer data)
{
  SyncUndoEvent *event = data;

  g_free (event->reference);
  g_free (event->said);
  g_free (event);
}

static void
free_item (gpointer data)
{
  SyncUndoItem *item = data;

  g_free (item->key_hash);
  g_free (item->before);
  g_free (item);
}

/**
 * sync_undo_free:
 */
void
sync_undo_free (SyncUndo *undo)
{
  if (undo == NULL)
    return;
  g_ptr_array_unref (undo->events);
  g_ptr_array_unref (undo->items);
  g_free (undo);
}

static SyncUndoEvent *
find_event (const SyncUndo *undo, const char *reference)
{
  for (guint i = 0; i < undo->events->len; i++)
    {
      SyncUndoEvent *event = undo->events->pdata[i];
      if (g_str_equal (event->reference, reference))
        return event;
    }
  return NULL;
}

/* The first change knows how it was before the run, the last how it was behind it. */
static void
add_event (SyncUndo *undo, const SyncRunChange *change)
{
  SyncUndoEvent *event = find_event (undo, change->reference);
  SyncShape shape = { 0 };

  if (event == NULL)
    {
      event = g_new0 (SyncUndoEvent, 1);
      event->reference = g_strdup (change->reference);
      if (sync_shape_parse (change->before, &shape))
        event->before = shape;
      g_ptr_array_add (undo->events, event);
    }
  event->after = sync_shape_parse (change->after, &shape) ? shape : (SyncShape){ 0 };
}

/* @seen: key hashes that have their item. */
static void
add_item (SyncUndo *undo, GHashTable *seen, const SyncRunChange *change)
{
  SyncUndoItem *item;

  if (!g_hash_table_add (seen, g_strdup (change->key_hash)))
    return;
  item = g_new0 (SyncUndoItem, 1);
  item->key_hash = g_strdup (change->key_hash);
  item->before = g_strdup (change->before);
  g_ptr_array_add (undo->items, item);
}

/* That a meeting and its event are both gone leaves nothing to put back. */
static gboolean
is_of_event (const SyncRunChange *change)
{
  return change->is_own && change->reference != NULL && g_str_has_prefix (change->what, "sent-");
}

static gboolean
is_of_item (const SyncRunChange *change)
{
  return !change->is_own && change->key_hash != NULL && g_str_has_prefix (change->what, "item-");
}

static gboolean
read_changes (SyncUndo *undo, StoreSession *session, gint64 run_id, GError **error)
{
  g_autoptr (GPtrArray) changes = sync_run_change_list (session, run_id, error);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; changes != NULL && i < changes->len; i++)
    if (is_of_event (changes->pdata[i]))
      add_event (undo, changes->pdata[i]);
    else if (is_of_item (changes->pdata[i]))
      add_item (undo, seen, changes->pdata[i]);
  return changes != NULL;
}

/* Bookings that followed the calendar: the conflict tells both times. */
static gboolean
read_proposals (SyncUndo *undo, StoreSession *session, const SyncRun *run, GError **error)
{
  g_autoptr (GPtrArray) conflicts =
    sync_conflict_list (session, run->tenant_id, run->binding_id, "resolved", error);

  for (guint i = 0; conflicts != NULL && i < conflicts->len; i++)
    {
      const SyncConflict *conflict = conflicts->pdata[i];
      SyncUndoEvent *event;

      if (conflict->run_id != run->run_id || !g_str_equal (conflict->decision, "proposed") ||
          conflict->reference == NULL || find_event (undo, conflict->reference) != NULL)
        continue;
      event = g_new0 (SyncUndoEvent, 1);
      event->reference = g_strdup (conflict->reference);
      event->before = conflict->ours;
      event->after = conflict->theirs;
      event->followed = TRUE;
      g_ptr_array_add (undo->events, event);
    }
  return conflicts != NULL;
}

/* References and key hashes that a later run has touched. */
static gboolean
add_touched (GHashTable *touched, StoreSession *session, gint64 run_id, GError **error)
{
  g_autoptr (GPtrArray) changes = sync_run_change_list (session, run_id, error);

  for (guint i = 0; changes != NULL && i < changes->len; i++)
    {
      const SyncRunChange *change = changes->pdata[i];

      if (is_of_event (change))
        g_hash_table_add (touched, g_strdup (change->reference));
      else if (is_of_item (change))
        g_hash_table_add (touched, g_strdup (change->key_hash));
    }
  return changes != NULL;
}

static GHashTable *
list_touched (StoreSession *session, const SyncRun *run, GError **error)
{
  g_autoptr (GPtrArray) runs = sync_run_list (session, run->binding_id, MAX_RUNS, error);
  g_autoptr (GHashTable) touched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; runs != NULL && i < runs->len; i++)
    if (((SyncRun *) runs->pdata[i])->run_id > run->run_id &&
        !add_touched (touched, session, ((SyncRun *) runs->pdata[i])->run_id, error))
      return NULL;
  return runs == NULL ? NULL : g_steal_pointer (&touched);
}

/**
 * sync_undo_load:
 *
 * What a later run has touched again is left: how it is now is not what @run made of it.
 *
 * Returns: (transfer full)
 */
SyncUndo *
sync_undo_load (StoreSession *session, const SyncRun *run, GError **error)
{
  g_autoptr (SyncUndo) undo = g_new0 (SyncUndo, 1);
  g_autoptr (GHashTable) touched = NULL;

  undo->events = g_ptr_array_new_with_free_func (free_event);
  undo->items = g_ptr_array_new_with_free_func (free_item);
  touched = list_touched (session, run, error);
  if (touched == NULL || !read_changes (undo, session, run->run_id, error) ||
      !read_proposals (undo, session, run, error))
    return NULL;
  for (guint i = 0; i < undo->events->len; i++)
    {
      SyncUndoEvent *event = undo->events->pdata[i];
      if (g_hash_table_contains (touched, event->reference))
        event->said = g_strdup (SINCE);
    }
  for (guint i = 0; i < undo->items->len; i++)
    {
      SyncUndoItem *item = undo->items->pdata[i];
      item->is_left = g_hash_table_contains (touched, item->key_hash);
    }
  return g_steal_pointer (&undo);
}

/**
 * sync_undo_count_left:
 */
guint
sync_undo_count_left (const SyncUndo *undo)
{
  guint n_left = 0;

  for (guint i = 0; i < undo->events->len; i++)
    n_left += ((SyncUndoEvent *) undo->events->pdata[i])->said != NULL;
  for (guint i = 0; i < undo->items->len; i++)
    n_left += ((SyncUndoItem *) undo->items->pdata[i])->is_left;
  return n_left;
}
