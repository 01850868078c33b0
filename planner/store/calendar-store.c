/* SPDX-License-Identifier: EUPL-1.2 */
/* Puts, removes and lists calendars and their objects. */
#include "store/calendar-store.h"

#include "store/claim-store.h"

/**
 * calendar_record_free:
 */
void
calendar_record_free (CalendarRecord *calendar)
{
  if (calendar == NULL)
    return;
  g_free ((char *) calendar->calendar_key);
  g_free ((char *) calendar->origin);
  g_free (calendar);
}

/**
 * calendar_object_free:
 */
void
calendar_object_free (CalendarObject *object)
{
  if (object == NULL)
    return;
  g_free (object->uid_hash);
  g_free (object->etag);
  g_free (object->text);
  g_free (object->note);
  g_free (object);
}

/* The first column of the first row: 0 when there is no row. */
static gboolean
read_id (StoreQuery *query, gint64 *out_id, GError **error)
{
  StoreStep step = store_step (query, error);

  if (step == STORE_FAILED)
    return FALSE;
  *out_id = step == STORE_ROW ? store_int (query, 0) : 0;
  store_query_end (query);
  return TRUE;
}

/* Nothing of it is laid out: until then its resource is not offered. */
static gboolean
note_new (StoreSession *session, const CalendarRecord *calendar, GError **error)
{
  Change change = { .tenant_id = calendar->tenant_id,
                    .kind = CHANGE_RESOURCE,
                    .subject_id = calendar->resource_id };
  return change_store_add (session, &change, error);
}

/**
 * calendar_put:
 * @calendar: resource and key decide which one it is; its id is filled in; freshness and expansion
 *   are not written
 *
 * Writer only.
 */
gboolean
calendar_put (StoreSession *session,
              CalendarRecord *calendar,
              PutOutcome *out_outcome,
              GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  gint64 old_id = 0;

  if (!store_query (session, &query, error, SQL_CALENDAR_FIND, "iis", calendar->tenant_id,
                    calendar->resource_id, calendar->calendar_key) ||
      !read_id (&query, &old_id, error) ||
      !store_run (session, error, SQL_CALENDAR_PUT, "iiss", calendar->tenant_id,
                  calendar->resource_id, calendar->calendar_key, calendar->origin))
    return FALSE;
  *out_outcome = put_outcome_of (old_id, store_n_changed (session));
  calendar->calendar_id = old_id != 0 ? old_id : store_last_id (session);
  return old_id != 0 || note_new (session, calendar, error);
}

/**
 * calendar_list:
 *
 * Returns: (transfer full) (element-type CalendarRecord): by key; NULL with @error set.
 */
GPtrArray *
calendar_list (StoreSession *session, gint64 tenant_id, gint64 resource_id, GError **error)
{
  g_autoptr (GPtrArray) calendars =
    g_ptr_array_new_with_free_func ((GDestroyNotify) calendar_record_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_CALENDAR_LIST, "ii", tenant_id, resource_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      CalendarRecord *calendar = g_new0 (CalendarRecord, 1);
      calendar->tenant_id = tenant_id;
      calendar->resource_id = resource_id;
      calendar->calendar_id = store_int (&query, 0);
      calendar->calendar_key = g_strdup (store_text (&query, 1));
      calendar->origin = g_strdup (store_text (&query, 2));
      calendar->fresh_until_us = store_int (&query, 3);
      calendar->expanded_until_us = store_int (&query, 4);
      calendar->revision = store_int (&query, 5);
      g_ptr_array_add (calendars, calendar);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&calendars);
}

/**
 * calendar_set_expanded:
 *
 * Writer only.
 */
gboolean
calendar_set_expanded (StoreSession *session,
                       gint64 calendar_id,
                       gint64 expanded_until_us,
                       GError **error)
{
  return store_run (session, error, SQL_CALENDAR_SET_EXPANDED, "ii", calendar_id,
                    expanded_until_us);
}

/**
 * calendar_list_due:
 * @until_us: where expansion should have come to
 * @after_resource_id: only resources behind that one; 0 for all
 *
 * Returns: (transfer full) (element-type gint64): tenant id and resource id in turn; NULL with
 *   @error set.
 */
GArray *
calendar_list_due (StoreSession *session,
                   gint64 until_us,
                   gint64 after_resource_id,
                   guint max_resources,
                   GError **error)
{
  g_autoptr (GArray) due = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_CALENDAR_DUE, "iii", until_us,
                    (gint64) max_resources, after_resource_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      gint64 pair[2] = { store_int (&query, 0), store_int (&query, 1) };
      g_array_append_vals (due, pair, 2);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&due);
}

/**
 * calendar_object_put:
 * @object: calendar and UID hash decide which one it is; its id is filled in
 *
 * The spans are not touched: ops/facts/expansion derives them. Writer only.
 */
gboolean
calendar_object_put (StoreSession *session,
                     CalendarObject *object,
                     PutOutcome *out_outcome,
                     GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  gint64 old_id = 0;

  if (!store_query (session, &query, error, SQL_OBJECT_FIND, "is", object->calendar_id,
                    object->uid_hash) ||
      !read_id (&query, &old_id, error) ||
      !store_run (session, error, SQL_OBJECT_PUT, "iissss", object->tenant_id, object->calendar_id,
                  object->uid_hash, object->etag, object->text, object->note))
    return FALSE;
  *out_outcome = put_outcome_of (old_id, store_n_changed (session));
  object->object_id = old_id != 0 ? old_id : store_last_id (session);
  return TRUE;
}

/**
 * calendar_object_rename:
 * @object: its id decides which one it is; uid_hash and text are written
 *
 * Writer only.
 */
gboolean
calendar_object_rename (StoreSession *session, const CalendarObject *object, GError **error)
{
  return store_run (session, error, SQL_OBJECT_RENAME, "iss", object->object_id, object->uid_hash,
                    object->text);
}

/**
 * calendar_object_remove:
 *
 * Its busy spans go with it. Writer only.
 */
gboolean
calendar_object_remove (StoreSession *session, gint64 object_id, GError **error)
{
  return store_run (session, error, SQL_OBJECT_REMOVE, "i", object_id);
}

/**
 * calendar_object_set_note:
 * @note: (nullable)
 *
 * Writer only.
 */
gboolean
calendar_object_set_note (StoreSession *session, gint64 object_id, const char *note, GError **error)
{
  return store_run (session, error, SQL_OBJECT_SET_NOTE, "is", object_id, note);
}

static GPtrArray *
read_objects (StoreQuery *query, gint64 tenant_id, GError **error)
{
  g_autoptr (GPtrArray) objects =
    g_ptr_array_new_with_free_func ((GDestroyNotify) calendar_object_free);
  StoreStep step;

  while ((step = store_step (query, error)) == STORE_ROW)
    {
      CalendarObject *object = g_new0 (CalendarObject, 1);
      object->tenant_id = tenant_id;
      object->object_id = store_int (query, 0);
      object->calendar_id = store_int (query, 1);
      object->uid_hash = g_strdup (store_text (query, 2));
      object->etag = g_strdup (store_text (query, 3));
      object->text = g_strdup (store_text (query, 4));
      object->note = g_strdup (store_text (query, 5));
      g_ptr_array_add (objects, object);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&objects);
}

/**
 * calendar_object_list:
 *
 * Returns: (transfer full) (element-type CalendarObject): by id; NULL with @error set.
 */
GPtrArray *
calendar_object_list (StoreSession *session, gint64 tenant_id, gint64 resource_id, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  return store_query (session, &query, error, SQL_OBJECT_LIST, "ii", tenant_id, resource_id)
           ? read_objects (&query, tenant_id, error)
           : NULL;
}

/**
 * calendar_object_list_of:
 *
 * Returns: (transfer full) (element-type CalendarObject): of one calendar, by id; NULL with @error set.
 */
GPtrArray *
calendar_object_list_of (StoreSession *session, const CalendarRecord *calendar, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  return store_query (session, &query, error, SQL_OBJECT_LIST_OF_CALENDAR, "i",
                      calendar->calendar_id)
           ? read_objects (&query, calendar->tenant_id, error)
           : NULL;
}
