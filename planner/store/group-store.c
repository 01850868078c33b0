/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads and writes group sessions; a seat is a numbered row, so that two callers cannot have the same. */
#include "store/group-store.h"

#include "base/error.h"

/**
 * group_session_free:
 *
 * Frees a record; NULL is ignored.
 */
void
group_session_free (GroupSession *group)
{
  if (group == NULL)
    return;
  g_free (group->identifier);
  g_free (group);
}

/* The order is that of SQL_SESSION_COLUMNS. */
static GroupSession *
read_record (StoreQuery *query)
{
  GroupSession *group = g_new0 (GroupSession, 1);

  group->session_id = store_int (query, 0);
  group->tenant_id = store_int (query, 1);
  group->offer_id = store_int (query, 2);
  group->identifier = g_strdup (store_text (query, 3));
  group->core = (Period){ store_int (query, 4), store_int (query, 5) };
  group->advisor_id = store_int (query, 6);
  group->room_id = store_int (query, 7);
  group->seats = store_int (query, 8);
  group->owner_id = store_int (query, 9);
  group->is_kept = store_int (query, 10) != 0;
  group->n_taken = store_int (query, 11);
  return group;
}

static GPtrArray *
take_all (StoreQuery *query, GError **error)
{
  g_autoptr (GPtrArray) groups =
    g_ptr_array_new_with_free_func ((GDestroyNotify) group_session_free);
  StoreStep step;

  while ((step = store_step (query, error)) == STORE_ROW)
    g_ptr_array_add (groups, read_record (query));
  return step == STORE_END ? g_steal_pointer (&groups) : NULL;
}

/**
 * group_store_load:
 *
 * Returns: (transfer full) (nullable): the session; NULL without error when there is none.
 */
GroupSession *
group_store_load (StoreSession *session, gint64 session_id, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_SESSION_BY_ID, "i", session_id) ||
      store_step (&query, error) != STORE_ROW)
    return NULL;
  return read_record (&query);
}

/**
 * group_store_find:
 * @identifier: lower-case GUID, the group id
 *
 * Returns: (transfer full) (nullable): the session; NULL without error when there is none.
 */
GroupSession *
group_store_find (StoreSession *session, gint64 tenant_id, const char *identifier, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_SESSION_BY_IDENTIFIER, "is", tenant_id,
                    identifier) ||
      store_step (&query, error) != STORE_ROW)
    return NULL;
  return read_record (&query);
}

/**
 * group_store_find_prefix:
 * @prefix: lower-case beginning of an identifier
 *
 * Errors: PLANNER_ERROR_NOT_VALID when several begin so.
 *
 * Returns: (transfer full) (nullable): the session; NULL without error when there is none.
 */
GroupSession *
group_store_find_prefix (StoreSession *session,
                         gint64 tenant_id,
                         const char *prefix,
                         GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  g_autoptr (GPtrArray) groups = NULL;

  if (!store_query (session, &query, error, SQL_SESSION_BY_PREFIX, "is", tenant_id, prefix))
    return NULL;
  groups = take_all (&query, error);
  if (groups == NULL || groups->len == 0)
    return NULL;
  if (groups->len == 1)
    return g_ptr_array_steal_index (groups, 0);
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
               "several group meetings begin with %s", prefix);
  return NULL;
}

/**
 * group_store_list_at:
 *
 * Returns: (transfer full) (element-type GroupSession): the offer's sessions that start then, by id.
 */
GPtrArray *
group_store_list_at (StoreSession *session, gint64 offer_id, gint64 start_us, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_SESSIONS_OF_OFFER_AT, "ii", offer_id, start_us))
    return NULL;
  return take_all (&query, error);
}

/**
 * group_store_list:
 *
 * Returns: (transfer full) (element-type GroupSession): the offer's sessions that end after an
 * instant, by start.
 */
GPtrArray *
group_store_list (StoreSession *session, gint64 offer_id, gint64 ending_after_us, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_SESSIONS_OF_OFFER, "ii", offer_id, ending_after_us))
    return NULL;
  return take_all (&query, error);
}

/**
 * group_store_add:
 * @group: its session_id is filled in
 */
gboolean
group_store_add (StoreSession *session, GroupSession *group, GError **error)
{
  if (!store_run (session, error, SQL_SESSION_ADD, "iisiiiiiii", group->tenant_id, group->offer_id,
                  group->identifier, group->core.start_us, group->core.end_us, group->advisor_id,
                  group->room_id, group->seats, group->owner_id, (gint64) group->is_kept))
    return FALSE;
  group->session_id = store_last_id (session);
  return TRUE;
}

/**
 * group_store_remove:
 *
 * Removes a session that nobody sits in and nothing refers to.
 */
gboolean
group_store_remove (StoreSession *session, gint64 session_id, GError **error)
{
  return store_run (session, error, SQL_SESSION_REMOVE, "i", session_id);
}

/* Seats keep their numbers; those above the new count move down to free ones. */
static gboolean
move_down (StoreSession *session,
           gint64 session_id,
           gint64 seats,
           gboolean *out_moved,
           GError **error)
{
  g_auto (StoreQuery) beyond = { 0 };
  g_auto (StoreQuery) lowest = { 0 };
  gint64 number;
  StoreStep step;

  *out_moved = FALSE;
  if (!store_query (session, &beyond, error, SQL_SEATS_BEYOND, "ii", session_id, seats))
    return FALSE;
  step = store_step (&beyond, error);
  if (step != STORE_ROW)
    return step == STORE_END;
  number = store_int (&beyond, 0);
  store_query_end (&beyond);
  if (!store_query (session, &lowest, error, SQL_SEAT_FREE_NUMBER, "i", session_id) ||
      store_step (&lowest, error) != STORE_ROW)
    return FALSE;
  *out_moved = store_int (&lowest, 0) < number;
  return !*out_moved || store_run (session, error, SQL_SEAT_RENUMBER, "iii", session_id, number,
                                   store_int (&lowest, 0));
}

/**
 * group_store_set_seats:
 *
 * Errors: PLANNER_ERROR_CONFLICT when more are taken: the database refuses it.
 */
gboolean
group_store_set_seats (StoreSession *session, gint64 session_id, gint64 seats, GError **error)
{
  gboolean moved = TRUE;

  while (moved)
    if (!move_down (session, session_id, seats, &moved, error))
      return FALSE;
  return store_run (session, error, SQL_SESSION_SET_SEATS, "ii", session_id, seats);
}

/**
 * group_store_take_seat:
 * @booking_id: 0 when the seat is for a hold; @hold_id: 0 when it is for a booking
 *
 * Takes the lowest free seat. Errors: PLANNER_ERROR_CONFLICT when the session is full: the number
 * would lie beyond its seats and the database refuses it.
 */
gboolean
group_store_take_seat (StoreSession *session,
                       gint64 session_id,
                       gint64 booking_id,
                       gint64 hold_id,
                       GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  gint64 number;

  if (!store_query (session, &query, error, SQL_SEAT_FREE_NUMBER, "i", session_id) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  number = store_int (&query, 0);
  return store_run (session, error, SQL_SEAT_ADD, "iiii", session_id, number, booking_id, hold_id);
}

/**
 * group_store_free_seat:
 * @booking_id: 0 when the seat is a hold's; @hold_id: 0 when it is a booking's
 */
gboolean
group_store_free_seat (StoreSession *session, gint64 booking_id, gint64 hold_id, GError **error)
{
  if (booking_id != 0)
    return store_run (session, error, SQL_SEAT_REMOVE_BY_BOOKING, "i", booking_id);
  return store_run (session, error, SQL_SEAT_REMOVE_BY_HOLD, "i", hold_id);
}
