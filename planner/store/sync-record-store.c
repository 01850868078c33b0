/* SPDX-License-Identifier: EUPL-1.2 */
/* Keeps runs with their changes, conflicts with both versions, and what waits for a person's word. */
#include "store/sync-record-store.h"

#include <json-glib/json-glib.h>

#include "base/error.h"
#include "base/period.h"
#include "store/calendar-store.h"

/**
 * sync_run_free:
 *
 * Frees a record; NULL is ignored.
 */
void
sync_run_free (SyncRun *run)
{
  if (run == NULL)
    return;
  g_free (run->mode);
  g_free (run->outcome);
  g_free (run->actor);
  g_free (run->call_id);
  g_free (run);
}

/**
 * sync_run_change_free:
 *
 * Frees a record; NULL is ignored.
 */
void
sync_run_change_free (SyncRunChange *change)
{
  if (change == NULL)
    return;
  g_free (change->what);
  g_free (change->key_hash);
  g_free (change->reference);
  g_free (change->before);
  g_free (change->after);
  g_free (change);
}

/**
 * sync_conflict_free:
 *
 * Frees a record; NULL is ignored.
 */
void
sync_conflict_free (SyncConflict *conflict)
{
  if (conflict == NULL)
    return;
  g_free (conflict->reference);
  g_free (conflict->kind);
  g_free (conflict->decision);
  g_free (conflict->state);
  g_free (conflict->resolved_by);
  g_free (conflict->resolution);
  g_free (conflict->key_hash);
  g_free (conflict);
}

/**
 * sync_guard_free:
 *
 * Frees a record; NULL is ignored.
 */
void
sync_guard_free (SyncGuard *guard)
{
  if (guard == NULL)
    return;
  g_free (guard->reason);
  g_free (guard->agreed_by);
  g_free (guard);
}

/**
 * sync_shape_format:
 *
 * Returns: (transfer full): as it stands in run changes.
 */
char *
sync_shape_format (const SyncShape *shape)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                          " %" G_GINT64_FORMAT,
                          shape->start_us, shape->end_us, shape->busy_class, shape->flags);
}

/**
 * sync_shape_parse:
 * @text: (nullable)
 */
gboolean
sync_shape_parse (const char *text, SyncShape *out_shape)
{
  g_auto (GStrv) words = g_strsplit (text != NULL ? text : "", " ", -1);
  gint64 numbers[4];

  if (g_strv_length (words) != G_N_ELEMENTS (numbers))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (!g_ascii_string_to_signed (words[i], 10, G_MININT64, G_MAXINT64, &numbers[i], NULL))
      return FALSE;
  *out_shape = (SyncShape){ numbers[0], numbers[1], numbers[2], numbers[3] };
  return TRUE;
}

/**
 * sync_objects_format:
 * @objects: (element-type CalendarObject): of one foreign item
 *
 * Returns: (transfer full): as it stands in run changes.
 */
char *
sync_objects_format (const GPtrArray *objects)
{
  g_autoptr (JsonArray) list = json_array_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);

  for (guint i = 0; i < objects->len; i++)
    {
      const CalendarObject *object = objects->pdata[i];
      JsonArray *pair = json_array_new ();
      json_array_add_string_element (pair, object->uid_hash);
      json_array_add_string_element (pair, object->text);
      json_array_add_array_element (list, pair);
    }
  json_node_set_array (node, list);
  return json_to_string (node, FALSE);
}

static gboolean
is_pair (JsonNode *node)
{
  JsonArray *pair = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  return pair != NULL && json_array_get_length (pair) == 2 &&
         json_node_get_value_type (json_array_get_element (pair, 0)) == G_TYPE_STRING &&
         json_node_get_value_type (json_array_get_element (pair, 1)) == G_TYPE_STRING;
}

/**
 * sync_objects_parse:
 * @text: (nullable)
 *
 * Returns: (transfer full) (element-type CalendarObject) (nullable): uid_hash and text are set; NULL
 *   for anything that sync_objects_format() does not write.
 */
GPtrArray *
sync_objects_parse (const char *text)
{
  g_autoptr (GPtrArray) objects =
    g_ptr_array_new_with_free_func ((GDestroyNotify) calendar_object_free);
  g_autoptr (JsonNode) node = text == NULL ? NULL : json_from_string (text, NULL);
  JsonArray *list =
    node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (list == NULL)
    return NULL;
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      CalendarObject *object;
      JsonArray *pair;

      if (!is_pair (json_array_get_element (list, i)))
        return NULL;
      pair = json_array_get_array_element (list, i);
      object = g_new0 (CalendarObject, 1);
      object->uid_hash = g_strdup (json_array_get_string_element (pair, 0));
      object->text = g_strdup (json_array_get_string_element (pair, 1));
      g_ptr_array_add (objects, object);
    }
  return g_steal_pointer (&objects);
}

/* The order is that of SQL_SYNC_RUN_COLUMNS. */
static SyncRun *
read_run (StoreQuery *query)
{
  SyncRun *run = g_new0 (SyncRun, 1);
  int i = 0;

  run->run_id = store_int (query, i++);
  run->tenant_id = store_int (query, i++);
  run->binding_id = store_int (query, i++);
  run->started_us = store_int (query, i++);
  run->finished_us = store_int (query, i++);
  run->mode = g_strdup (store_text (query, i++));
  run->was_full = store_int (query, i++) != 0;
  run->outcome = g_strdup (store_text (query, i++));
  run->actor = g_strdup (store_text (query, i++));
  run->call_id = g_strdup (store_text (query, i++));
  run->n_found = store_int (query, i++);
  run->n_changed = store_int (query, i++);
  run->n_gone = store_int (query, i++);
  run->n_unreadable = store_int (query, i++);
  run->n_created = store_int (query, i++);
  run->n_updated = store_int (query, i++);
  run->n_removed = store_int (query, i++);
  run->n_conflicts = store_int (query, i++);
  run->n_left = store_int (query, i++);
  run->n_requests = store_int (query, i++);
  run->n_bytes = store_int (query, i);
  return run;
}

/**
 * sync_run_add:
 * @run: its id is filled in; what it finds out comes with sync_run_finish()
 *
 * Writer only.
 */
gboolean
sync_run_add (StoreSession *session, SyncRun *run, GError **error)
{
  if (!store_run (session, error, SQL_SYNC_RUN_ADD, "iiisss", run->tenant_id, run->binding_id,
                  run->started_us, run->mode, run->actor, run->call_id))
    return FALSE;
  run->run_id = store_last_id (session);
  return TRUE;
}

/**
 * sync_run_finish:
 *
 * Writer only.
 */
gboolean
sync_run_finish (StoreSession *session, const SyncRun *run, GError **error)
{
  return store_run (session, error, SQL_SYNC_RUN_FINISH, "iisiiiiiiiiiiii", run->run_id,
                    run->finished_us, run->outcome, (gint64) run->was_full, run->n_found,
                    run->n_changed, run->n_gone, run->n_unreadable, run->n_created, run->n_updated,
                    run->n_removed, run->n_conflicts, run->n_left, run->n_requests, run->n_bytes);
}

/**
 * sync_run_load:
 *
 * Returns: (transfer full)
 *
 * Errors: PLANNER_ERROR_NOT_FOUND when there is none, or its term is over.
 */
SyncRun *
sync_run_load (StoreSession *session, gint64 run_id, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SYNC_RUN_LOAD, "i", run_id))
    return NULL;
  step = store_step (&query, error);
  if (step == STORE_ROW)
    return read_run (&query);
  if (step == STORE_END)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                 "there is no run %" G_GINT64_FORMAT " of the synchronisation", run_id);
  return NULL;
}

/**
 * sync_run_list:
 *
 * Returns: (transfer full) (element-type SyncRun): newest first; NULL with @error set.
 */
GPtrArray *
sync_run_list (StoreSession *session, gint64 binding_id, guint max_runs, GError **error)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify) sync_run_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SYNC_RUN_LIST, "ii", binding_id, (gint64) max_runs))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_ptr_array_add (runs, read_run (&query));
  return step == STORE_FAILED ? NULL : g_steal_pointer (&runs);
}

/**
 * sync_run_change_add:
 *
 * Writer only.
 */
gboolean
sync_run_change_add (StoreSession *session, const SyncRunChange *change, GError **error)
{
  return store_run (session, error, SQL_SYNC_RUN_CHANGE_ADD, "iiiisissssi", change->tenant_id,
                    change->run_id, change->binding_id, change->at_us, change->what,
                    (gint64) change->is_own, change->key_hash, change->reference, change->before,
                    change->after, (gint64) change->counts);
}

/**
 * sync_run_change_list:
 *
 * Returns: (transfer full) (element-type SyncRunChange): in order; NULL with @error set.
 */
GPtrArray *
sync_run_change_list (StoreSession *session, gint64 run_id, GError **error)
{
  g_autoptr (GPtrArray) changes =
    g_ptr_array_new_with_free_func ((GDestroyNotify) sync_run_change_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SYNC_RUN_CHANGE_LIST, "i", run_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      SyncRunChange *change = g_new0 (SyncRunChange, 1);
      change->change_id = store_int (&query, 0);
      change->tenant_id = store_int (&query, 1);
      change->run_id = store_int (&query, 2);
      change->binding_id = store_int (&query, 3);
      change->at_us = store_int (&query, 4);
      change->what = g_strdup (store_text (&query, 5));
      change->is_own = store_int (&query, 6) != 0;
      change->key_hash = g_strdup (store_text (&query, 7));
      change->reference = g_strdup (store_text (&query, 8));
      change->before = g_strdup (store_text (&query, 9));
      change->after = g_strdup (store_text (&query, 10));
      change->counts = store_int (&query, 11) != 0;
      g_ptr_array_add (changes, change);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&changes);
}

/**
 * sync_run_change_count:
 * @hour_us: an hour ago
 * @day_us: a day ago; not after @hour_us
 * @out_counts: (array fixed-size=5): since @hour_us requests that wrote to the calendar, and things of ours and
 *   of others that were seen to have gone; these two since @day_us
 */
gboolean
sync_run_change_count (StoreSession *session,
                       gint64 binding_id,
                       gint64 hour_us,
                       gint64 day_us,
                       guint out_counts[5],
                       GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_SYNC_RUN_CHANGE_COUNT, "iii", binding_id, hour_us,
                    day_us) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  for (int i = 0; i < 5; i++)
    out_counts[i] = (guint) store_int (&query, i);
  return TRUE;
}

/* The order is that of SQL_SYNC_CONFLICT_COLUMNS. */
static SyncConflict *
read_conflict (StoreQuery *query)
{
  SyncConflict *conflict = g_new0 (SyncConflict, 1);
  int i = 0;

  conflict->conflict_id = store_int (query, i++);
  conflict->tenant_id = store_int (query, i++);
  conflict->binding_id = store_int (query, i++);
  conflict->run_id = store_int (query, i++);
  conflict->booking_id = store_int (query, i++);
  conflict->reference = g_strdup (store_text (query, i++));
  conflict->kind = g_strdup (store_text (query, i++));
  conflict->decision = g_strdup (store_text (query, i++));
  for (int k = 0; k < 2; k++)
    {
      SyncShape *shape = k == 0 ? &conflict->ours : &conflict->theirs;
      shape->start_us = store_int (query, i++);
      shape->end_us = store_int (query, i++);
      shape->busy_class = store_int (query, i++);
      shape->flags = store_int (query, i++);
    }
  conflict->state = g_strdup (store_text (query, i++));
  conflict->found_us = store_int (query, i++);
  conflict->seen_us = store_int (query, i++);
  conflict->resolved_us = store_int (query, i++);
  conflict->resolved_by = g_strdup (store_text (query, i++));
  conflict->resolution = g_strdup (store_text (query, i++));
  conflict->key_hash = g_strdup (store_text (query, i++));
  conflict->changed_us = store_int (query, i);
  return conflict;
}

static gboolean
find_same (StoreSession *session, SyncConflict *conflict, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SYNC_CONFLICT_FIND, "isssiiiiiis",
                    conflict->binding_id, conflict->reference, conflict->kind, conflict->decision,
                    conflict->ours.start_us, conflict->ours.end_us, conflict->theirs.start_us,
                    conflict->theirs.end_us, conflict->theirs.busy_class, conflict->theirs.flags,
                    conflict->key_hash))
    return FALSE;
  step = store_step (&query, error);
  conflict->conflict_id = step == STORE_ROW ? store_int (&query, 0) : 0;
  return step != STORE_FAILED;
}

/**
 * sync_conflict_put:
 * @conflict: its id is filled in; seen_us is found_us
 *
 * Writer only.
 */
gboolean
sync_conflict_put (StoreSession *session,
                   SyncConflict *conflict,
                   gboolean *out_is_new,
                   GError **error)
{
  if (!find_same (session, conflict, error))
    return FALSE;
  *out_is_new = conflict->conflict_id == 0;
  if (conflict->conflict_id != 0)
    return store_run (session, error, SQL_SYNC_CONFLICT_SEEN, "ii", conflict->conflict_id,
                      conflict->found_us);
  if (!store_run (session, error, SQL_SYNC_CONFLICT_ADD, "iiiisssiiiiiiiisisi", conflict->tenant_id,
                  conflict->binding_id, conflict->run_id, conflict->booking_id, conflict->reference,
                  conflict->kind, conflict->decision, conflict->ours.start_us,
                  conflict->ours.end_us, conflict->ours.busy_class, conflict->ours.flags,
                  conflict->theirs.start_us, conflict->theirs.end_us, conflict->theirs.busy_class,
                  conflict->theirs.flags, conflict->state, conflict->found_us, conflict->key_hash,
                  conflict->changed_us))
    return FALSE;
  conflict->conflict_id = store_last_id (session);
  return TRUE;
}

/**
 * sync_conflict_load:
 *
 * Returns: (transfer full)
 *
 * Errors: PLANNER_ERROR_NOT_FOUND when there is none, or its term is over.
 */
SyncConflict *
sync_conflict_load (StoreSession *session, gint64 conflict_id, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SYNC_CONFLICT_LOAD, "i", conflict_id))
    return NULL;
  step = store_step (&query, error);
  if (step == STORE_ROW)
    return read_conflict (&query);
  if (step == STORE_END)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                 "there is no conflict %" G_GINT64_FORMAT " of the synchronisation", conflict_id);
  return NULL;
}

/**
 * sync_conflict_list:
 * @binding_id: 0 for every one
 * @state: (nullable): NULL for any
 *
 * Returns: (transfer full) (element-type SyncConflict): the newest 1,000, newest first; NULL with
 *   @error set.
 */
GPtrArray *
sync_conflict_list (StoreSession *session,
                    gint64 tenant_id,
                    gint64 binding_id,
                    const char *state,
                    GError **error)
{
  g_autoptr (GPtrArray) conflicts =
    g_ptr_array_new_with_free_func ((GDestroyNotify) sync_conflict_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SYNC_CONFLICT_LIST, "iis", tenant_id, binding_id,
                    state))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_ptr_array_add (conflicts, read_conflict (&query));
  return step == STORE_FAILED ? NULL : g_steal_pointer (&conflicts);
}

/**
 * sync_conflict_list_overlaps:
 *
 * Returns: (transfer full) (element-type SyncConflict): NULL with @error set.
 */
GPtrArray *
sync_conflict_list_overlaps (StoreSession *session, gint64 binding_id, GError **error)
{
  g_autoptr (GPtrArray) conflicts =
    g_ptr_array_new_with_free_func ((GDestroyNotify) sync_conflict_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SYNC_OVERLAP_LIST, "i", binding_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_ptr_array_add (conflicts, read_conflict (&query));
  return step == STORE_FAILED ? NULL : g_steal_pointer (&conflicts);
}

/**
 * sync_conflict_count_over:
 * @out_n: open conflicts of the binding that nobody has to decide any more
 *
 * Costs what the binding has open ones.
 */
gboolean
sync_conflict_count_over (StoreSession *session,
                          gint64 binding_id,
                          gint64 now_us,
                          guint *out_n,
                          GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_SYNC_CONFLICTS_COUNT_OVER, "ii", binding_id,
                    now_us) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_n = (guint) store_int (&query, 0);
  return TRUE;
}

/**
 * sync_conflict_close_over:
 *
 * Both versions stay. The reason is its resolution: over (the meeting is), cancelled, superseded (by a later
 * conflict about it), settled (both sides agree, or the event has gone with the meeting), readable (or gone).
 * Writer only.
 */
gboolean
sync_conflict_close_over (StoreSession *session, gint64 binding_id, gint64 now_us, GError **error)
{
  return store_run (session, error, SQL_SYNC_CONFLICTS_CLOSE_OVER, "ii", binding_id, now_us);
}

/**
 * sync_conflict_resolve:
 * @conflict: resolved_us, resolved_by and resolution are written
 *
 * Writer only.
 */
gboolean
sync_conflict_resolve (StoreSession *session, const SyncConflict *conflict, GError **error)
{
  return store_run (session, error, SQL_SYNC_CONFLICT_RESOLVE, "iiss", conflict->conflict_id,
                    conflict->resolved_us, conflict->resolved_by, conflict->resolution);
}

/**
 * sync_guard_find:
 *
 * Returns: (transfer full) (nullable): NULL without @error when nothing is held back.
 */
SyncGuard *
sync_guard_find (StoreSession *session, gint64 binding_id, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  SyncGuard *guard;

  if (!store_query (session, &query, error, SQL_SYNC_GUARD_FIND, "i", binding_id) ||
      store_step (&query, error) != STORE_ROW)
    return NULL;
  guard = g_new0 (SyncGuard, 1);
  guard->binding_id = store_int (&query, 0);
  guard->tenant_id = store_int (&query, 1);
  guard->reason = g_strdup (store_text (&query, 2));
  guard->at_us = store_int (&query, 3);
  guard->n_own = store_int (&query, 4);
  guard->n_foreign = store_int (&query, 5);
  guard->n_known_own = store_int (&query, 6);
  guard->n_known_foreign = store_int (&query, 7);
  guard->agreed_until_us = store_int (&query, 8);
  guard->agreed_by = g_strdup (store_text (&query, 9));
  return guard;
}

/**
 * sync_guard_put:
 *
 * Writer only.
 */
gboolean
sync_guard_put (StoreSession *session, const SyncGuard *guard, GError **error)
{
  return store_run (session, error, SQL_SYNC_GUARD_CLEAR, "i", guard->binding_id) &&
         store_run (session, error, SQL_SYNC_GUARD_PUT, "iisiiiii", guard->binding_id,
                    guard->tenant_id, guard->reason, guard->at_us, guard->n_own, guard->n_foreign,
                    guard->n_known_own, guard->n_known_foreign);
}

/**
 * sync_guard_stage:
 * @key_hash: of something that disappeared
 *
 * Holds it back; it counts with the next sync_guard_put() only. Writer only.
 */
gboolean
sync_guard_stage (StoreSession *session, gint64 binding_id, const char *key_hash, GError **error)
{
  return store_run (session, error, SQL_SYNC_STAGED_ADD, "is", binding_id, key_hash);
}

/**
 * sync_guard_agree:
 * @guard: agreed_until_us and agreed_by are written
 *
 * Whoever looked at it knows of what went in the day before it, too: the limits of an hour and of a day count
 * anew, so that the next deletion is not asked about again. Writer only.
 */
gboolean
sync_guard_agree (StoreSession *session, const SyncGuard *guard, GError **error)
{
  return store_run (session, error, SQL_SYNC_RUN_CHANGES_LOOKED_AT, "ii", guard->binding_id,
                    guard->at_us - PERIOD_US_PER_DAY) &&
         store_run (session, error, SQL_SYNC_GUARD_AGREE, "iis", guard->binding_id,
                    guard->agreed_until_us, guard->agreed_by);
}

/**
 * sync_guard_clear:
 *
 * Writer only.
 */
gboolean
sync_guard_clear (StoreSession *session, gint64 binding_id, GError **error)
{
  return store_run (session, error, SQL_SYNC_STAGED_CLEAR, "i", binding_id) &&
         store_run (session, error, SQL_SYNC_GUARD_CLEAR, "i", binding_id);
}

/**
 * sync_guard_list_staged:
 *
 * Returns: (transfer full) (element-type utf8): hashes of keys in order; NULL with @error set.
 */
GPtrArray *
sync_guard_list_staged (StoreSession *session, gint64 binding_id, GError **error)
{
  g_autoptr (GPtrArray) hashes = g_ptr_array_new_with_free_func (g_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SYNC_STAGED_LIST, "i", binding_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_ptr_array_add (hashes, g_strdup (store_text (&query, 0)));
  return step == STORE_FAILED ? NULL : g_steal_pointer (&hashes);
}
