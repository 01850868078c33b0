/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads and writes holds and the tokens of those that were used. */
#include "store/hold-store.h"

/**
 * hold_free:
 *
 * Frees a record; NULL is ignored.
 */
void
hold_free (Hold *hold)
{
  if (hold == NULL)
    return;
  g_free (hold->token);
  g_free (hold->context);
  g_free (hold);
}

/**
 * hold_context_of:
 * @unit_id: that holds the meeting
 * @booking_identifier: (nullable): the booking to be moved; NULL for a new meeting
 *
 * A citizen has one live hold for a new meeting in each unit, and one for each booking to be moved:
 * what one unit's caller reserves does not end what was reserved at another.
 *
 * Returns: (transfer full): the context's name
 */
char *
hold_context_of (gint64 unit_id, const char *booking_identifier)
{
  return booking_identifier != NULL ? g_strdup (booking_identifier)
                                    : g_strdup_printf ("new:%" G_GINT64_FORMAT, unit_id);
}

/* The order is that of SQL_HOLD_COLUMNS. */
static Hold *
read_record (StoreQuery *query)
{
  Hold *hold = g_new0 (Hold, 1);
  int i = 0;

  hold->hold_id = store_int (query, i++);
  hold->tenant_id = store_int (query, i++);
  hold->token = g_strdup (store_text (query, i++));
  hold->citizen_id = store_int (query, i++);
  hold->context = g_strdup (store_text (query, i++));
  hold->offer_id = store_int (query, i++);
  hold->session_id = store_int (query, i++);
  hold->booking_id = store_int (query, i++);
  hold->core.start_us = store_int (query, i++);
  hold->core.end_us = store_int (query, i++);
  hold->advisor_id = store_int (query, i++);
  hold->room_id = store_int (query, i++);
  hold->contact_type = store_int (query, i++);
  hold->owner_id = store_int (query, i++);
  hold->expiry_us = store_int (query, i++);
  return hold;
}

static Hold *
take_single (StoreQuery *query, GError **error)
{
  Hold *hold = store_step (query, error) == STORE_ROW ? read_record (query) : NULL;

  store_query_end (query);
  return hold;
}

static GPtrArray *
take_all (StoreQuery *query, GError **error)
{
  g_autoptr (GPtrArray) holds = g_ptr_array_new_with_free_func ((GDestroyNotify) hold_free);
  StoreStep step;

  while ((step = store_step (query, error)) == STORE_ROW)
    g_ptr_array_add (holds, read_record (query));
  return step == STORE_END ? g_steal_pointer (&holds) : NULL;
}

/**
 * hold_store_find_token:
 *
 * Returns: (transfer full) (nullable): the hold, live or expired; NULL without error when unknown.
 */
Hold *
hold_store_find_token (StoreSession *session, gint64 tenant_id, const char *token, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_HOLD_BY_TOKEN, "is", tenant_id, token))
    return NULL;
  return take_single (&query, error);
}

/**
 * hold_store_find_context:
 *
 * Returns: (transfer full) (nullable): the citizen's hold in that context; NULL without error when
 * there is none.
 */
Hold *
hold_store_find_context (StoreSession *session,
                         gint64 citizen_id,
                         const char *context,
                         GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_HOLD_BY_CONTEXT, "is", citizen_id, context))
    return NULL;
  return take_single (&query, error);
}

/**
 * hold_store_list_of_citizen:
 *
 * Returns: (transfer full) (element-type Hold): the citizen's holds, expired ones too.
 */
GPtrArray *
hold_store_list_of_citizen (StoreSession *session, gint64 citizen_id, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_HOLDS_OF_CITIZEN, "i", citizen_id))
    return NULL;
  return take_all (&query, error);
}

/**
 * hold_store_list_expired:
 *
 * Returns: (transfer full) (element-type Hold): holds that ended by @now_us, first ended first.
 */
GPtrArray *
hold_store_list_expired (StoreSession *session, gint64 now_us, guint max_count, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_HOLDS_EXPIRED, "ii", now_us, (gint64) max_count))
    return NULL;
  return take_all (&query, error);
}

/**
 * hold_store_next_expiry:
 *
 * Returns: the earliest expiry of all holds, G_MAXINT64 when there is none.
 */
gint64
hold_store_next_expiry (StoreSession *session)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, NULL, SQL_HOLD_NEXT_EXPIRY, "") ||
      store_step (&query, NULL) != STORE_ROW || store_is_null (&query, 0))
    return G_MAXINT64;
  return store_int (&query, 0);
}

/**
 * hold_store_add:
 * @hold: its hold_id is filled in
 */
gboolean
hold_store_add (StoreSession *session, Hold *hold, GError **error)
{
  if (!store_run (session, error, SQL_HOLD_ADD, "isisiiiiiiiiii", hold->tenant_id, hold->token,
                  hold->citizen_id, hold->context, hold->offer_id, hold->session_id,
                  hold->booking_id, hold->core.start_us, hold->core.end_us, hold->advisor_id,
                  hold->room_id, hold->contact_type, hold->owner_id, hold->expiry_us))
    return FALSE;
  hold->hold_id = store_last_id (session);
  return TRUE;
}

/**
 * hold_store_renew:
 *
 * Writes the hold's expiry and contact type.
 */
gboolean
hold_store_renew (StoreSession *session, const Hold *hold, GError **error)
{
  return store_run (session, error, SQL_HOLD_RENEW, "iii", hold->hold_id, hold->expiry_us,
                    hold->contact_type);
}

/**
 * hold_store_remove:
 *
 * Removes the record; its claims and seat must be gone or passed on.
 */
gboolean
hold_store_remove (StoreSession *session, gint64 hold_id, GError **error)
{
  return store_run (session, error, SQL_HOLD_REMOVE, "i", hold_id);
}

/**
 * hold_store_note_used:
 *
 * Remembers which booking a token was used for (0: it expired), so that a repeat can be told.
 */
gboolean
hold_store_note_used (StoreSession *session,
                      const Hold *hold,
                      gint64 booking_id,
                      gint64 now_us,
                      GError **error)
{
  return store_run (session, error, SQL_USED_HOLD_ADD, "isii", hold->tenant_id, hold->token,
                    booking_id, now_us);
}

/**
 * hold_store_find_used:
 * @out_booking_id: (out): the booking that the token was used for; 0 when it expired
 *
 * Returns: FALSE when the token is not remembered (or with @error set).
 */
gboolean
hold_store_find_used (StoreSession *session,
                      gint64 tenant_id,
                      const char *token,
                      gint64 *out_booking_id,
                      GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_USED_HOLD_FIND, "is", tenant_id, token) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_booking_id = store_int (&query, 0);
  return TRUE;
}
