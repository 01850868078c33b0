/* SPDX-License-Identifier: EUPL-1.2 */
/* One thing of a remote calendar: laid out while nobody waits, then put in the place of what was known of it. */
#include "base/error.h"
#include "ops/facts/expansion.h"
#include "store/busy-span-store.h"
#include "store/claim-store.h"
#include "sync/sync-local-private.h"

/* Text of an item that nobody could read and of which nothing was known: cannot be expanded, so that all time is taken. */
#define UNREADABLE_TEXT "UNREADABLE"
#define UNREADABLE_NAME "unreadable"
#define UNREADABLE_NOTE "The calendar holds something that cannot be read; all time is taken."

/* clang-format off */
static const struct
{
  guint flag;
  const char *sentence;
} notes[] = {
  { CALSYNC_FLAG_ZONE_GUESSED, "Its time zone is unknown; the calendar's own is taken." },
  { CALSYNC_FLAG_NOT_EXPANDABLE, "Its rule cannot be followed; everything from its start is taken." },
  { CALSYNC_FLAG_CLIPPED, "It is longer than five years; it is cut." },
  { CALSYNC_FLAG_UNREADABLE, "Part of it cannot be read; more may be taken than was meant." },
  { CALSYNC_FLAG_NEGATIVE, "It ends before it starts; it takes no time." },
};
/* clang-format on */

static char *
dup_note (guint flags)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    if ((flags & notes[i].flag) != 0)
      g_string_append_printf (text, "%s%s", text->len == 0 ? "" : " ", notes[i].sentence);
  return text->len == 0 ? NULL : g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * sync_prepared_new:
 * @found: borrowed
 * @meetings: (element-type SyncMeeting): of sync_local_list_meetings()
 *
 * Lays its objects out. Needs no session.
 *
 * Returns: (transfer full)
 */
SyncPrepared *
sync_prepared_new (SyncLocal *local, const CalsyncFound *found, const GPtrArray *meetings)
{
  SyncPrepared *prepared = g_new0 (SyncPrepared, 1);

  prepared->found = found;
  prepared->spans = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  prepared->overlaps = g_ptr_array_new_with_free_func ((GDestroyNotify) sync_conflict_free);
  for (guint i = 0; found->objects != NULL && i < found->objects->len; i++)
    {
      const CalsyncObject *object = found->objects->pdata[i];
      GArray *spans = busy_spans_new ();

      (void) expansion_compute_object (object->text, 0, local->zone, local->window, spans);
      for (guint k = 0; found->key == NULL && k < spans->len; k++)
        sync_overlaps_add (local, &g_array_index (spans, BusySpan, k), meetings,
                           prepared->overlaps);
      g_ptr_array_add (prepared->spans, spans);
    }
  return prepared;
}

/**
 * sync_prepared_free:
 */
void
sync_prepared_free (SyncPrepared *prepared)
{
  if (prepared == NULL)
    return;
  g_free (prepared->reference);
  g_ptr_array_unref (prepared->spans);
  g_ptr_array_unref (prepared->overlaps);
  g_free (prepared);
}

/* One item while it is written. */
typedef struct
{
  SyncLocal *local;
  StoreSession *session;
  const SyncPrepared *prepared;
  SyncItem *before;   /* (nullable) */
  GPtrArray *objects; /* (element-type CalendarObject): as they were */
  SyncItem item;
  Period touched;
  gboolean is_changed;
  gboolean counts; /* see SyncRunChange */
} Writing;

static void
writing_clear (Writing *writing)
{
  g_clear_pointer (&writing->before, sync_item_free);
  g_clear_pointer (&writing->objects, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Writing, writing_clear)

static gboolean
writing_init (Writing *writing, GError **error)
{
  const CalsyncFound *found = writing->prepared->found;
  const SyncBinding *binding = writing->local->binding;
  g_autoptr (GError) local_error = NULL;

  writing->before =
    sync_item_store_find (writing->session, binding->binding_id, found->key_hash, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  writing->item = (SyncItem){ .tenant_id = binding->tenant_id,
                              .binding_id = binding->binding_id,
                              .key_hash = found->key_hash,
                              .key = found->key,
                              .version = found->version,
                              .reference = found->reference,
                              .is_own = found->key != NULL,
                              .is_unreadable = found->is_unreadable };
  writing->objects =
    writing->before == NULL
      ? g_ptr_array_new_with_free_func ((GDestroyNotify) calendar_object_free)
      : sync_item_store_list_objects (writing->session, writing->before->item_id, error);
  return writing->objects != NULL;
}

static void
widen (Period *touched, Period by)
{
  if (period_is_empty (by))
    return;
  if (period_is_empty (*touched))
    *touched = by;
  touched->start_us = MIN (touched->start_us, by.start_us);
  touched->end_us = MAX (touched->end_us, by.end_us);
}

static gboolean
replace_spans (Writing *writing, gint64 object_id, GArray *spans, GError **error)
{
  LaidOutObject laid_out = { .resource_id = writing->local->binding->resource_id,
                             .object_id = object_id,
                             .window = writing->local->window,
                             .spans = spans };
  Period touched = { 0, 0 };

  for (guint i = 0; i < spans->len; i++)
    g_array_index (spans, BusySpan, i).object_id = object_id;
  if (!busy_span_replace_object (writing->session, &laid_out, &touched, error))
    return FALSE;
  widen (&writing->touched, touched);
  return TRUE;
}

static gboolean
remove_object (Writing *writing, const CalendarObject *object, GError **error)
{
  g_autoptr (GArray) nothing = busy_spans_new ();

  writing->is_changed = TRUE;
  return replace_spans (writing, object->object_id, nothing, error) &&
         calendar_object_remove (writing->session, object->object_id, error);
}

static CalendarObject *
find_object (const GPtrArray *objects, const char *name)
{
  for (guint i = 0; i < objects->len; i++)
    if (g_str_equal (((CalendarObject *) objects->pdata[i])->uid_hash, name))
      return objects->pdata[i];
  return NULL;
}

static gboolean
put_object (Writing *writing, CalendarObject *object, GArray *spans, GError **error)
{
  const CalendarObject *before = find_object (writing->objects, object->uid_hash);

  object->tenant_id = writing->item.tenant_id;
  object->calendar_id = writing->local->binding->calendar_id;
  if (before != NULL && g_strcmp0 (before->text, object->text) == 0)
    return TRUE;
  writing->is_changed = TRUE;
  return sync_item_store_put_object (writing->session, &writing->item, object, error) &&
         replace_spans (writing, object->object_id, spans, error);
}

static gboolean
put_objects (Writing *writing, GHashTable *kept, GError **error)
{
  const CalsyncFound *found = writing->prepared->found;

  for (guint i = 0; found->objects != NULL && i < found->objects->len; i++)
    {
      const CalsyncObject *from = found->objects->pdata[i];
      g_autofree char *note = dup_note (from->flags);
      char *name = sync_object_name (&writing->item, from->uid_hash);
      CalendarObject object = { .uid_hash = name, .text = from->text, .note = note };

      g_hash_table_add (kept, name);
      if (!put_object (writing, &object, writing->prepared->spans->pdata[i], error))
        return FALSE;
    }
  return TRUE;
}

/* Nothing is known of it, and it cannot be read: whatever it is, it may be at any time. */
static gboolean
put_unreadable (Writing *writing, GError **error)
{
  g_autoptr (GArray) spans = busy_spans_new ();
  g_autofree char *name = sync_object_name (&writing->item, UNREADABLE_NAME);
  CalendarObject object = { .uid_hash = name,
                            .text = (char *) UNREADABLE_TEXT,
                            .note = (char *) UNREADABLE_NOTE };

  (void) expansion_compute_object (object.text, 0, writing->local->zone, writing->local->window,
                                   spans);
  return put_object (writing, &object, spans, error);
}

static gboolean
put_all (Writing *writing, GError **error)
{
  g_autoptr (GHashTable) kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (writing->item.is_unreadable)
    return writing->before != NULL || put_unreadable (writing, error);
  if (!put_objects (writing, kept, error))
    return FALSE;
  for (guint i = 0; i < writing->objects->len; i++)
    {
      const CalendarObject *object = writing->objects->pdata[i];
      if (!g_hash_table_contains (kept, object->uid_hash) &&
          !remove_object (writing, object, error))
        return FALSE;
    }
  return TRUE;
}

/* What a first pull found is undone by disconnecting: it leaves no row for each appointment. */
static gboolean
record (Writing *writing, const char *what, GError **error)
{
  g_autofree char *before =
    writing->objects->len == 0 ? NULL : sync_objects_format (writing->objects);
  SyncRunChange change = { .what = (char *) what,
                           .counts = writing->counts,
                           .is_own = writing->before != NULL ? writing->before->is_own
                                                             : writing->item.is_own,
                           .key_hash = writing->item.key_hash,
                           .reference = writing->item.reference,
                           .before = before };

  return writing->prepared->is_echo ||
         (writing->before == NULL && writing->local->binding->pulled_us == 0) ||
         sync_record_change (writing->local, writing->session, &change, error);
}

static gboolean
record_overlaps (Writing *writing, GError **error)
{
  const GPtrArray *overlaps = writing->prepared->overlaps;

  for (guint i = 0; i < overlaps->len; i++)
    if (!sync_record_conflict (writing->local, writing->session, overlaps->pdata[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
write_there (Writing *writing, GError **error)
{
  const SyncItem *before = writing->before;
  PutOutcome outcome;

  /* Unreadable today: what was known of it stays, also whose it is. */
  if (writing->item.is_unreadable && before != NULL)
    {
      writing->item.is_own = before->is_own;
      writing->item.key = before->key;
      writing->item.reference = before->reference;
    }
  if (!sync_item_store_put (writing->session, &writing->item, &outcome, error) ||
      !put_all (writing, error))
    return FALSE;
  if (writing->item.is_unreadable && (before == NULL || !before->is_unreadable))
    return record (writing, "item-unreadable", error);
  if (before == NULL)
    return record (writing, "item-added", error) && record_overlaps (writing, error);
  return !writing->is_changed ||
         (record (writing, "item-changed", error) && record_overlaps (writing, error));
}

static gboolean
write_gone (Writing *writing, gboolean *out_was_coming, GError **error)
{
  if (writing->before == NULL)
    return TRUE;
  writing->item.reference = writing->before->reference;
  writing->counts = writing->before->last_end_us > writing->local->now_us &&
                    !sync_local_was_agreed (writing->local, writing->before->key_hash);
  *out_was_coming = writing->counts;
  for (guint i = 0; i < writing->objects->len; i++)
    if (!remove_object (writing, writing->objects->pdata[i], error))
      return FALSE;
  return sync_item_store_remove (writing->session, writing->before->item_id, error) &&
         record (writing, "item-removed", error);
}

/**
 * sync_item_write:
 *
 * Writer only; costs what the item has spans, whatever else the calendar holds.
 */
gboolean
sync_item_write (SyncLocal *local,
                 StoreSession *session,
                 const SyncPrepared *prepared,
                 Period *touched,
                 gboolean *out_was_coming,
                 GError **error)
{
  g_auto (Writing) writing = { .local = local, .session = session, .prepared = prepared };

  if (!writing_init (&writing, error) ||
      !(prepared->found->is_gone ? write_gone (&writing, out_was_coming, error)
                                 : write_there (&writing, error)))
    return FALSE;
  widen (touched, writing.touched);
  return TRUE;
}

/**
 * sync_local_tell_index:
 * @touched: empty: nothing to tell
 *
 * Writer only.
 */
gboolean
sync_local_tell_index (SyncLocal *local, StoreSession *session, Period touched, GError **error)
{
  Change change = { .tenant_id = local->binding->tenant_id,
                    .kind = CHANGE_RESOURCE,
                    .subject_id = local->binding->resource_id,
                    .interval = touched };

  return period_is_empty (touched) || change_store_add (session, &change, error);
}

/**
 * sync_item_write_echo:
 * @push: with its receipt: done
 *
 * Writer only.
 */
gboolean
sync_item_write_echo (SyncLocal *local,
                      StoreSession *session,
                      const CalsyncPush *push,
                      GError **error)
{
  g_autofree char *key_hash = sync_local_hash_key (local, push->key);
  CalsyncFound found = { .key_hash = key_hash,
                         .key = push->key,
                         .version = push->version,
                         .reference = push->reference,
                         .is_gone = push->verb == CALSYNC_PUSH_REMOVE };
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();
  SyncPrepared prepared = { .found = &found, .is_echo = TRUE, .overlaps = nothing };
  Period touched = { 0, 0 };
  gboolean was_coming = FALSE;

  return sync_item_write (local, session, &prepared, &touched, &was_coming, error) &&
         sync_local_tell_index (local, session, touched, error);
}
