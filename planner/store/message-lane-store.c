/* SPDX-License-Identifier: EUPL-1.2 */
/* Citizens in turn, a message from state to state, and interviews of a-kasser beside what was told of them. */
#include "store/message-lane-store.h"

#include "base/error.h"

static gboolean
has_id (const GArray *ids, gint64 id)
{
  for (guint i = 0; i < ids->len; i++)
    if (g_array_index (ids, gint64, i) == id)
      return TRUE;
  return FALSE;
}

/* Each once. */
static gboolean
append_ids (StoreQuery *query, GArray *out_ids, GError **error)
{
  StoreStep step;

  while ((step = store_step (query, error)) == STORE_ROW)
    {
      gint64 id = store_int (query, 0);

      if (!has_id (out_ids, id))
        g_array_append_val (out_ids, id);
    }
  return step == STORE_END;
}

static gboolean
find_next (StoreSession *session,
           const MessageQuestion *question,
           gint64 *out_next_us,
           GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_MESSAGE_NEXT, "ii", question->tenant_id,
                    question->now_us) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_next_us = store_int (&query, 0);
  return TRUE;
}

/**
 * message_lane_store_list_due:
 *
 * Messages to a citizen go in order, and so do those to authorities about the citizen: whose first one waits for its time
 * is not due, whatever stands behind it. Each citizen once.
 */
gboolean
message_lane_store_list_due (StoreSession *session,
                             const MessageQuestion *question,
                             GArray *out_citizens,
                             gint64 *out_next_us,
                             GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  return store_query (session, &query, error, SQL_MESSAGE_LANES_DUE, "iii", question->tenant_id,
                      question->now_us, (gint64) question->limit) &&
         append_ids (&query, out_citizens, error) &&
         find_next (session, question, out_next_us, error);
}

/**
 * message_lane_store_try:
 *
 * @out_is_waiting: FALSE: somebody has given it up meanwhile
 *
 * Before the call: that it may have reached DFDG is known from here on, whatever becomes of us.
 */
gboolean
message_lane_store_try (StoreSession *session,
                        gint64 message_id,
                        gint64 now_us,
                        gboolean *out_is_waiting,
                        GError **error)
{
  if (!store_run (session, error, SQL_MESSAGE_TRY, "ii", message_id, now_us))
    return FALSE;
  *out_is_waiting = store_n_changed (session) == 1;
  return TRUE;
}

/**
 * message_lane_store_count_since:
 */
gboolean
message_lane_store_count_since (StoreSession *session,
                                const Message *message,
                                gint64 since_us,
                                gint64 *out_n,
                                GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_MESSAGE_COUNT_DAY, "iii", message->citizen_id,
                    since_us, message->message_id) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_n = store_int (&query, 0);
  return TRUE;
}

/**
 * message_lane_store_finish:
 * @state: MESSAGE_SENT or MESSAGE_DROPPED
 * @foreign_id: (nullable): DFDG's id of it, where that is known
 * @reason: (nullable)
 */
gboolean
message_lane_store_finish (StoreSession *session,
                           gint64 message_id,
                           MessageState state,
                           const char *foreign_id,
                           const char *reason,
                           GError **error)
{
  return store_run (session, error, SQL_MESSAGE_FINISH, "isss", message_id,
                    message_state_to_text (state), foreign_id, reason) &&
         store_run (session, error, SQL_MESSAGE_PARTS_REMOVE, "i", message_id);
}

/**
 * message_lane_store_put_off:
 * @not_before_us: wall clock
 */
gboolean
message_lane_store_put_off (StoreSession *session,
                            gint64 message_id,
                            gint64 not_before_us,
                            const char *reason,
                            GError **error)
{
  return store_run (session, error, SQL_MESSAGE_PUT_OFF, "iis", message_id, not_before_us, reason);
}

/**
 * message_lane_store_renew:
 * @request_id: a new one: what follows is another call, not a repeat
 */
gboolean
message_lane_store_renew (StoreSession *session,
                          gint64 message_id,
                          const char *request_id,
                          GError **error)
{
  return store_run (session, error, SQL_MESSAGE_RENEW, "is", message_id, request_id);
}

/**
 * message_lane_store_refuse:
 * @reason: masked
 *
 * It waits for a person; the citizen's other messages go on.
 */
gboolean
message_lane_store_refuse (StoreSession *session,
                           gint64 message_id,
                           const char *reason,
                           GError **error)
{
  return store_run (session, error, SQL_MESSAGE_REFUSE, "is", message_id, reason);
}

static gboolean
check_changed (StoreSession *session, GError **error)
{
  if (store_n_changed (session) == 1)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED,
                       "it neither waits nor is it refused: message show tells its state");
  return FALSE;
}

/**
 * message_lane_store_retry:
 *
 * DFDG is asked first whether it has it.
 */
gboolean
message_lane_store_retry (StoreSession *session,
                          gint64 tenant_id,
                          gint64 message_id,
                          GError **error)
{
  return store_run (session, error, SQL_MESSAGE_RETRY, "ii", tenant_id, message_id) &&
         check_changed (session, error);
}

/**
 * message_lane_store_retry_all:
 *
 * DFDG is asked first whether it has them.
 */
gboolean
message_lane_store_retry_all (StoreSession *session,
                              gint64 tenant_id,
                              gint64 *out_n,
                              GError **error)
{
  if (!store_run (session, error, SQL_MESSAGE_RETRY_ALL, "i", tenant_id))
    return FALSE;
  *out_n = store_n_changed (session);
  return TRUE;
}

/**
 * message_lane_store_give_up:
 * @reason: who says so
 */
gboolean
message_lane_store_give_up (StoreSession *session,
                            gint64 tenant_id,
                            gint64 message_id,
                            const char *reason,
                            GError **error)
{
  return store_run (session, error, SQL_MESSAGE_GIVE_UP, "iis", tenant_id, message_id, reason) &&
         check_changed (session, error) &&
         store_run (session, error, SQL_MESSAGE_PARTS_REMOVE, "i", message_id);
}

/**
 * message_untold_free:
 */
void
message_untold_free (MessageUntold *untold)
{
  if (untold == NULL)
    return;
  g_free (untold->booking);
  g_free (untold->unit_code);
  g_free (untold);
}

/**
 * message_lane_store_list_untold_lanes:
 * @since_us: what was changed before is not told of
 */
gboolean
message_lane_store_list_untold_lanes (StoreSession *session,
                                      const MessageQuestion *question,
                                      gint64 since_us,
                                      GArray *out_citizens,
                                      GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  return store_query (session, &query, error, SQL_MESSAGE_UNTOLD_LANES, "iiii", question->tenant_id,
                      question->now_us, since_us, (gint64) question->limit) &&
         append_ids (&query, out_citizens, error);
}

/**
 * message_lane_store_list_untold:
 */
GPtrArray *
message_lane_store_list_untold (StoreSession *session,
                                const MessageQuestion *question,
                                gint64 since_us,
                                gint64 citizen_id,
                                GError **error)
{
  g_autoptr (GPtrArray) found =
    g_ptr_array_new_with_free_func ((GDestroyNotify) message_untold_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_MESSAGE_UNTOLD, "iiii", question->tenant_id,
                    question->now_us, since_us, citizen_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      MessageUntold *untold = g_new0 (MessageUntold, 1);

      untold->booking = g_strdup (store_text (&query, 0));
      untold->revision = store_int (&query, 1);
      untold->start_us = store_int (&query, 2);
      untold->is_cancelled = store_int (&query, 3) != 0;
      untold->changed_us = store_int (&query, 4);
      untold->unit_code = g_strdup (store_text (&query, 5));
      g_ptr_array_add (found, untold);
    }
  return step == STORE_END ? g_steal_pointer (&found) : NULL;
}

/**
 * message_lane_store_replace:
 */
gboolean
message_lane_store_replace (StoreSession *session,
                            gint64 tenant_id,
                            const char *booking,
                            gboolean *out_is_told,
                            GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_run (session, error, SQL_MESSAGE_REPLACE, "is", tenant_id, booking) ||
      !store_query (session, &query, error, SQL_MESSAGE_TOLD_OF, "is", tenant_id, booking) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_is_told = store_int (&query, 0) != 0;
  return TRUE;
}

/**
 * message_lane_store_count:
 */
gboolean
message_lane_store_count (StoreSession *session,
                          gint64 tenant_id,
                          MessageCounts *out_counts,
                          GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_MESSAGE_COUNT, "i", tenant_id) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_counts =
    (MessageCounts){ store_int (&query, 0), store_int (&query, 1), store_int (&query, 2) };
  return TRUE;
}

/**
 * message_lane_store_dup_number:
 *
 * Errors: PLANNER_ERROR_NOT_FOUND.
 */
char *
message_lane_store_dup_number (StoreSession *session, gint64 citizen_id, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  StoreStep step;

  if (!store_query (session, &query, error, SQL_MESSAGE_CITIZEN_NUMBER, "i", citizen_id))
    return NULL;
  step = store_step (&query, error);
  if (step == STORE_ROW)
    return g_strdup (store_text (&query, 0));
  if (step == STORE_END)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                         "the citizen was erased, or is another's number now");
  return NULL;
}
