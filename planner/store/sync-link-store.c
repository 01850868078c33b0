/* SPDX-License-Identifier: EUPL-1.2 */
/* Lists the meetings of a resource, and keeps what was sent of each to a calendar. */
#include "store/sync-link-store.h"

/**
 * sync_link_free:
 *
 * Frees a record; NULL is ignored.
 */
void
sync_link_free (SyncLink *link)
{
  if (link == NULL)
    return;
  g_free (link->reference);
  g_free (link->uid);
  g_free (link->key);
  g_free (link->version);
  g_free (link->in_flight_uid);
  g_free (link->in_flight_key);
  g_free (link->failure);
  g_free (link);
}

/**
 * sync_meeting_free:
 *
 * Frees a record; NULL is ignored.
 */
void
sync_meeting_free (SyncMeeting *meeting)
{
  if (meeting == NULL)
    return;
  g_free (meeting->identifier);
  g_free (meeting->zone);
  g_free (meeting->offer_title);
  g_free (meeting->contact_types);
  g_free (meeting);
}

/**
 * sync_meeting_list:
 * @binding_id: whose links are told
 * @window: meetings that touch it
 *
 * Returns: (transfer full) (element-type SyncMeeting): booked ones where the resource is advisor or
 *   room, a group meeting once; by start and id; NULL with @error set.
 */
GPtrArray *
sync_meeting_list (StoreSession *session,
                   gint64 binding_id,
                   gint64 resource_id,
                   Period window,
                   GError **error)
{
  g_autoptr (GPtrArray) meetings =
    g_ptr_array_new_with_free_func ((GDestroyNotify) sync_meeting_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SYNC_MEETING_LIST, "iiii", binding_id, resource_id,
                    window.start_us, window.end_us))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      SyncMeeting *meeting = g_new0 (SyncMeeting, 1);
      meeting->booking_id = store_int (&query, 0);
      meeting->session_id = store_int (&query, 1);
      meeting->identifier = g_strdup (store_text (&query, 2));
      meeting->period = (Period){ store_int (&query, 3), store_int (&query, 4) };
      meeting->zone = g_strdup (store_text (&query, 5));
      meeting->unit_id = store_int (&query, 6);
      meeting->offer_title = g_strdup (store_text (&query, 7));
      meeting->link_id = store_int (&query, 8);
      meeting->contact_types = g_strdup (store_text (&query, 9));
      g_ptr_array_add (meetings, meeting);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&meetings);
}

static SyncShape
read_shape (StoreQuery *query, int column)
{
  return (SyncShape){ store_int (query, column), store_int (query, column + 1),
                      store_int (query, column + 2), store_int (query, column + 3) };
}

/* The order is that of SQL_SYNC_LINK_COLUMNS. */
static SyncLink *
read_record (StoreQuery *query)
{
  SyncLink *link = g_new0 (SyncLink, 1);
  int i = 0;

  link->link_id = store_int (query, i++);
  link->tenant_id = store_int (query, i++);
  link->binding_id = store_int (query, i++);
  link->booking_id = store_int (query, i++);
  link->session_id = store_int (query, i++);
  link->reference = g_strdup (store_text (query, i++));
  link->state = store_int (query, i++);
  link->create_sequence = store_int (query, i++);
  link->event_sequence = store_int (query, i++);
  link->uid = g_strdup (store_text (query, i++));
  link->key = g_strdup (store_text (query, i++));
  link->version = g_strdup (store_text (query, i++));
  link->base = read_shape (query, i);
  link->seen = read_shape (query, i + 4);
  i += 8;
  link->awaits_feed = store_int (query, i++);
  link->in_flight = store_int (query, i++);
  link->in_flight_uid = g_strdup (store_text (query, i++));
  link->in_flight_key = g_strdup (store_text (query, i++));
  link->in_flight_create_sequence = store_int (query, i++);
  link->in_flight_event_sequence = store_int (query, i++);
  link->in_flight_shape = read_shape (query, i);
  i += 4;
  link->in_flight_us = store_int (query, i++);
  link->not_before_us = store_int (query, i++);
  link->failure = g_strdup (store_text (query, i++));
  link->n_putbacks = store_int (query, i);
  return link;
}

/**
 * sync_link_store_list:
 * @after_us: now: what is over is left out, unless something of it is in flight
 * @putbacks_after_us: what is counted in n_putbacks
 *
 * Returns: (transfer full) (element-type SyncLink): by reference; NULL with @error set.
 */
GPtrArray *
sync_link_store_list (StoreSession *session,
                      gint64 binding_id,
                      gint64 after_us,
                      gint64 putbacks_after_us,
                      GError **error)
{
  g_autoptr (GPtrArray) links = g_ptr_array_new_with_free_func ((GDestroyNotify) sync_link_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SYNC_LINK_LIST, "iii", binding_id,
                    putbacks_after_us, after_us))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_ptr_array_add (links, read_record (&query));
  return step == STORE_FAILED ? NULL : g_steal_pointer (&links);
}

/**
 * sync_link_store_find:
 *
 * Returns: (transfer full) (nullable): NULL without @error when there is none; n_putbacks counts all.
 */
SyncLink *
sync_link_store_find (StoreSession *session,
                      gint64 binding_id,
                      const char *reference,
                      GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_SYNC_LINK_FIND, "iis", binding_id, (gint64) 0,
                    reference))
    return NULL;
  return store_step (&query, error) == STORE_ROW ? read_record (&query) : NULL;
}

/**
 * sync_link_store_put:
 * @link: binding and reference decide which one it is; its id is filled in
 *
 * Writer only.
 */
gboolean
sync_link_store_put (StoreSession *session, SyncLink *link, GError **error)
{
  const SyncShape *base = &link->base;
  const SyncShape *seen = &link->seen;
  const SyncShape *sent = &link->in_flight_shape;
  g_autoptr (SyncLink) stored = NULL;

  if (!store_run (session, error, SQL_SYNC_LINK_PUT, "iiiisiiisssiiiiiiiiiissiiiiiiiis",
                  link->tenant_id, link->binding_id, link->booking_id, link->session_id,
                  link->reference, link->state, link->create_sequence, link->event_sequence,
                  link->uid, link->key, link->version, base->start_us, base->end_us,
                  base->busy_class, base->flags, seen->start_us, seen->end_us, seen->busy_class,
                  seen->flags, link->awaits_feed, link->in_flight, link->in_flight_uid,
                  link->in_flight_key, link->in_flight_create_sequence,
                  link->in_flight_event_sequence, sent->start_us, sent->end_us, sent->busy_class,
                  sent->flags, link->in_flight_us, link->not_before_us, link->failure))
    return FALSE;
  if (link->link_id != 0)
    return TRUE;
  stored = sync_link_store_find (session, link->binding_id, link->reference, error);
  if (stored == NULL)
    return FALSE;
  link->link_id = stored->link_id;
  return TRUE;
}

/**
 * sync_link_store_remove:
 * @key_hash: (nullable): of the key that the event stood at
 *
 * Writer only.
 */
gboolean
sync_link_store_remove (StoreSession *session,
                        const SyncLink *link,
                        const char *key_hash,
                        gint64 now_us,
                        GError **error)
{
  return store_run (session, error, SQL_SYNC_TOMBSTONE_PUT, "isisii", link->binding_id,
                    link->reference, link->tenant_id, key_hash, link->create_sequence, now_us) &&
         store_run (session, error, SQL_SYNC_LINK_REMOVE, "i", link->link_id);
}

/**
 * sync_link_store_add_putback:
 *
 * Writer only.
 */
gboolean
sync_link_store_add_putback (StoreSession *session, gint64 link_id, gint64 now_us, GError **error)
{
  return store_run (session, error, SQL_SYNC_PUTBACK_ADD, "ii", link_id, now_us);
}

/**
 * sync_tombstone_find:
 * @out_create_sequence: what the last event of the reference was created with; 0: none was
 */
gboolean
sync_tombstone_find (StoreSession *session,
                     gint64 binding_id,
                     const char *reference,
                     gint64 *out_create_sequence,
                     GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SYNC_TOMBSTONE_FIND, "is", binding_id, reference))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_FAILED)
    return FALSE;
  *out_create_sequence = step == STORE_ROW ? store_int (&query, 0) : 0;
  return TRUE;
}

/**
 * sync_meeting_find:
 * @is_session: whether @identifier is a group meeting's
 * @out_id: 0 when it is gone
 */
gboolean
sync_meeting_find (StoreSession *session,
                   gint64 tenant_id,
                   const char *identifier,
                   gboolean is_session,
                   gint64 *out_id,
                   GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error,
                    is_session ? SQL_SYNC_MEETING_FIND_SESSION : SQL_SYNC_MEETING_FIND_BOOKING,
                    "is", tenant_id, identifier))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_FAILED)
    return FALSE;
  *out_id = step == STORE_ROW ? store_int (&query, 0) : 0;
  return TRUE;
}
