/* SPDX-License-Identifier: EUPL-1.2 */
/* One item's text: an event of ours, a claim to be one, or somebody else's. Nothing of the text is kept. */
#include "calsync-job-run.h"

#include <string.h>

#include "calsync-hint.h"

/**
 * calsync_run_find_wanted:
 * @run: a run
 * @own: what an item says to be
 *
 * Returns: (transfer none) (nullable): the booking that it means
 */
CalsyncWanted *
calsync_run_find_wanted (const CalsyncRun *run, const CalsyncOwn *own)
{
  CalsyncWanted *wanted = NULL;

  if (own->reference != NULL)
    wanted = g_hash_table_lookup (run->by_reference, own->reference);
  if (wanted == NULL && own->reference == NULL && own->uid_guid != NULL)
    wanted = g_hash_table_lookup (run->by_guid, own->uid_guid);
  return wanted;
}

static CalsyncFound *
new_found (const CalsyncEntryState *entry, const char *version)
{
  CalsyncFound *found = g_new0 (CalsyncFound, 1);

  found->key_hash = g_strdup (entry->key_hash);
  found->version = g_strdup (version);
  found->objects = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_object_free);
  return found;
}

/* With what lets a person find it: never a title, never where it stands. */
static void
tell_unreadable (CalsyncRun *run, const CalsyncEntryState *entry, const CalsyncItem *item)
{
  CalsyncConflict *conflict = g_new0 (CalsyncConflict, 1);
  CalsyncHint hint = { 0 };

  conflict->kind = CALSYNC_CONFLICT_UNREADABLE;
  conflict->decision = CALSYNC_DECISION_KEPT;
  conflict->key_hash = g_strdup (entry->key_hash);
  if (item->text != NULL)
    calsync_hint_read (item->text, item->n_text, run->binding.import.zone, &hint);
  conflict->theirs.start_us = conflict->theirs.end_us = hint.start_us;
  conflict->changed_us = hint.changed_us;
  if (entry->wanted != NULL)
    {
      conflict->reference = g_strdup (entry->wanted->reference);
      conflict->ours = calsync_wanted_get_shape (entry->wanted);
    }
  calsync_run_tell (run, conflict);
}

/* Whole window taken until somebody can read it; said once. */
static void
take_unreadable (CalsyncRun *run,
                 const CalsyncEntryState *entry,
                 const CalsyncItem *item,
                 const char *version)
{
  CalsyncFound *found = new_found (entry, version);
  gboolean is_news = entry->known == NULL || !entry->known->is_unreadable;

  found->is_unreadable = TRUE;
  if (entry->wanted != NULL)
    {
      found->key = g_strdup (entry->key);
      found->reference = g_strdup (entry->wanted->reference);
      if (g_strcmp0 (entry->wanted->version, version) != 0)
        {
          g_free (entry->wanted->version);
          entry->wanted->version = g_strdup (version);
          (void) calsync_run_change_link (run, entry->wanted);
        }
    }
  if (is_news)
    tell_unreadable (run, entry, item);
  run->has_unread |= version == NULL && entry->wanted == NULL &&
                     (entry->known == NULL || entry->known->is_unreadable);
  if (version == NULL && (is_news || !run->report->was_full))
    run->holds_cursor = TRUE; /* the server may be able to give it the next time */
  if (is_news || version != NULL)
    calsync_run_add_found (run, found);
  else
    calsync_found_free (found);
}

/* The time that a text takes; FALSE: part of it cannot be read, so that none of it is believed. */
static gboolean
import_objects (CalsyncRun *run, const CalsyncItem *item, CalsyncFound *found)
{
  CalsyncImportOptions options = run->binding.import;
  g_autoptr (CalsyncImport) import = NULL;

  options.from_us = run->binding.window_from_us;
  options.to_us = run->binding.window_to_us;
  import = calsync_ical_import (item->text, item->n_text, &options, NULL);
  if (import == NULL || import->n_refused > 0)
    return FALSE;
  g_ptr_array_unref (found->objects);
  found->objects = g_ptr_array_ref (import->objects);
  return TRUE;
}

static void
take_foreign (CalsyncRun *run,
              const CalsyncEntryState *entry,
              const CalsyncItem *item,
              const char *version)
{
  CalsyncFound *found;

  if (!(run->binding.direction & CALSYNC_DIRECTION_IN))
    return;
  found = new_found (entry, version);
  if (import_objects (run, item, found))
    calsync_run_add_found (run, found);
  else
    {
      take_unreadable (run, entry, item, version);
      calsync_found_free (found);
    }
}

/* The event of a booking, where the link says that it is. */
static void
take_own (CalsyncRun *run,
          const CalsyncEntryState *entry,
          const CalsyncItem *item,
          const char *version,
          const CalsyncOwn *own)
{
  CalsyncWanted *wanted = entry->wanted;
  CalsyncFound *found = new_found (entry, version);
  CalsyncVerdict verdict;

  calsync_plan_resolve (wanted, &own->shape, &run->binding, &verdict);
  g_free (wanted->version);
  wanted->version = g_strdup (version);
  wanted->seen = own->shape;
  calsync_run_apply_verdict (run, wanted, &verdict, &own->shape);
  found->key = g_strdup (wanted->key);
  found->reference = g_strdup (wanted->reference);
  if (own->shape.is_series)
    (void) import_objects (run, item, found); /* further instances are the advisor's own time */
  calsync_run_add_found (run, found);
}

static gboolean
is_copy_known (const CalsyncEntryState *entry)
{
  return entry->known != NULL && !entry->known->is_own && entry->known->reference != NULL;
}

/* An event with our marker where no link points: moved, lost, or a copy. Decided when all is seen. */
static void
take_claim (CalsyncRun *run,
            const CalsyncEntryState *entry,
            const CalsyncItem *item,
            const char *version,
            CalsyncOwn *own)
{
  CalsyncWanted *wanted = calsync_run_find_wanted (run, own);
  CalsyncClaim *claim = g_new0 (CalsyncClaim, 1);

  claim->wanted = wanted;
  claim->key = g_strdup (entry->key);
  claim->key_hash = g_strdup (entry->key_hash);
  claim->version = g_strdup (version);
  claim->is_news = !is_copy_known (entry);
  claim->found = new_found (entry, version);
  claim->found->reference = g_strdup (own->reference != NULL ? own->reference
                                      : wanted != NULL       ? wanted->reference
                                                             : NULL);
  if (!import_objects (run, item, claim->found))
    claim->found->is_unreadable = TRUE;
  claim->own = *own;
  *own = (CalsyncOwn){ 0 };
  g_ptr_array_add (run->claims, claim);
}

/* Our event of a booking that is over: it stays ours, as long as it is not moved ahead to serve again. */
static void
take_history (CalsyncRun *run, const CalsyncEntryState *entry, const char *version)
{
  CalsyncFound *found = new_found (entry, version);

  found->key = g_strdup (entry->key);
  found->reference = g_strdup (entry->known->reference);
  calsync_run_add_found (run, found);
}

static void
add_gone (CalsyncRun *run, const CalsyncEntryState *entry, gboolean keeps_item)
{
  CalsyncEntryState *gone;

  if (entry->known == NULL && entry->wanted == NULL)
    return;
  gone = calsync_entry_state_new (run, entry->key, entry->key_hash);
  gone->is_confirmed = TRUE;
  gone->keeps_item = keeps_item;
  g_ptr_array_add (run->gone, gone);
}

/*
 * Not there. Where feed or listing say so, too, it is gone. Where they do not, it went after they were
 * read, perhaps to another key that they could not yet name: the next run will know.
 */
static void
take_missing (CalsyncRun *run, const CalsyncEntryState *entry)
{
  CalsyncWanted *wanted = entry->wanted;

  if (entry->is_said_gone)
    {
      add_gone (run, entry, FALSE);
      return;
    }
  run->has_unread |= wanted == NULL && entry->known == NULL; /* it may have been one of ours */
  if (wanted == NULL)
    return;
  g_hash_table_add (run->postponed, wanted);
  run->report->n_left++;
  if (wanted->version == NULL)
    return;
  g_clear_pointer (&wanted->version, g_free);
  (void) calsync_run_change_link (run, wanted);
}

static void
take_text (CalsyncRun *run,
           const CalsyncEntryState *entry,
           const CalsyncItem *item,
           const char *version)
{
  g_auto (CalsyncOwn) own = { 0 };
  CalsyncOwnResult result = calsync_own_read (item->text, item->n_text, run->binding.instance,
                                              run->binding.import.zone, &own);
  const CalsyncWanted *meant = calsync_run_find_wanted (run, &own);
  gboolean is_ours = result != CALSYNC_OWN_FOREIGN && (own.reference || own.uid_guid);

  if (result == CALSYNC_OWN_UNREADABLE)
    {
      take_unreadable (run, entry, item, version);
      return;
    }
  if (entry->wanted != NULL && meant == entry->wanted)
    {
      take_own (run, entry, item, version, &own);
      return;
    }
  if (entry->wanted != NULL)
    add_gone (run, entry, TRUE); /* somebody put another event in its place */
  if (!is_ours)
    take_foreign (run, entry, item, version);
  else if (meant == NULL && entry->known != NULL && entry->known->is_own &&
           own.shape.end_us <= run->binding.now_us && !own.shape.is_series)
    take_history (run, entry, version);
  else
    take_claim (run, entry, item, version, &own);
}

/**
 * calsync_run_on_item:
 * @item: an item of the request under way
 * @data: the #CalsyncRun
 * @error: not set
 *
 * A #CalsyncItemFunc. Without a version from the server a hash of the text, keyed like the keys, tells
 * whether it has changed: `x-` and its digits.
 *
 * Returns: %TRUE
 */
gboolean
calsync_run_on_item (const CalsyncItem *item, gpointer data, GError **error)
{
  CalsyncRun *run = data;
  CalsyncEntryState *entry = g_hash_table_lookup (run->fetching, item->key);
  g_autofree char *made = NULL;
  const char *version;

  (void) error;
  if (entry == NULL)
    return TRUE;
  g_hash_table_remove (run->fetching, item->key);
  if (item->state == CALSYNC_ITEM_GONE)
    {
      take_missing (run, entry);
      return TRUE;
    }
  if (item->state == CALSYNC_ITEM_UNREADABLE || item->text == NULL)
    {
      take_unreadable (run, entry, item, NULL);
      return TRUE;
    }
  version = item->version != NULL ? item->version : entry->version;
  if (version == NULL)
    {
      g_autofree char *text = g_strndup (item->text, item->n_text);
      g_autofree char *hash = calsync_uid_hash (text, &run->binding.import);

      version = made = g_strconcat ("x-", hash, NULL);
    }
  if (entry->known != NULL && !entry->known->is_unreadable &&
      g_strcmp0 (version, entry->known->version) == 0 &&
      (entry->wanted == NULL || g_strcmp0 (version, entry->wanted->version) == 0))
    return TRUE; /* nothing new after all */
  take_text (run, entry, item, version);
  return TRUE;
}
