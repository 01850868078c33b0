/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of the outbox: read in order, and from one state to the next. */
#include "store/outbox-store.h"

#include <string.h>

#include "base/error.h"

#define REGISTER "register"

static const char *const states[] = { "waiting", "sent", "refused", "held", "dropped" };

/**
 * outbox_item_free:
 */
void
outbox_item_free (OutboxItem *item)
{
  if (item == NULL)
    return;
  g_free (item->kind);
  g_free (item->subject);
  g_free (item->request_id);
  g_free (item->reason);
  g_free (item);
}

/**
 * outbox_state_to_text:
 *
 * Returns: (transfer none): the word of the database
 */
const char *
outbox_state_to_text (OutboxState state)
{
  return states[state];
}

static OutboxState
parse_state (const char *text)
{
  guint state = 0;

  while (state < OUTBOX_N_STATES - 1 && strcmp (states[state], text) != 0)
    state++;
  return (OutboxState) state;
}

static OutboxItem *
read_item (StoreQuery *query)
{
  OutboxItem *item = g_new0 (OutboxItem, 1);

  item->outbox_id = store_int (query, 0);
  item->tenant_id = store_int (query, 1);
  item->citizen_id = store_int (query, 2);
  item->kind = g_strdup (store_text (query, 3));
  item->subject = g_strdup (store_text (query, 4));
  item->revision = store_int (query, 5);
  item->request_id = g_strdup (store_text (query, 6));
  item->state = parse_state (store_text (query, 7));
  item->attempts = store_int (query, 8);
  item->not_before_us = store_int (query, 9);
  item->added_us = store_int (query, 10);
  item->first_try_us = store_int (query, 11);
  item->last_try_us = store_int (query, 12);
  item->reason = g_strdup (store_text (query, 13));
  return item;
}

static GPtrArray *
take_all (StoreQuery *query, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) outbox_item_free);
  StoreStep step;

  while ((step = store_step (query, error)) == STORE_ROW)
    g_ptr_array_add (items, read_item (query));
  return step == STORE_END ? g_steal_pointer (&items) : NULL;
}

static gboolean
find_next (StoreSession *session,
           const OutboxQuestion *question,
           gint64 *out_next_us,
           GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_OUTBOX_NEXT, "ii", question->tenant_id,
                    question->now_us) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_next_us = store_int (&query, 0);
  return TRUE;
}

/**
 * outbox_store_list_due:
 * @out_citizens: (element-type gint64): appended to: whose first waiting row is due, the oldest row first
 * @out_next_us: when a row that is not due will be; 0: none
 *
 * A citizen whose first row waits for its time is not due, whatever stands behind it.
 */
gboolean
outbox_store_list_due (StoreSession *session,
                       const OutboxQuestion *question,
                       GArray *out_citizens,
                       gint64 *out_next_us,
                       GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_OUTBOX_LANES_DUE, "iii", question->tenant_id,
                    question->now_us, (gint64) question->limit))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      gint64 citizen_id = store_int (&query, 0);
      g_array_append_val (out_citizens, citizen_id);
    }
  return step == STORE_END && find_next (session, question, out_next_us, error);
}

/**
 * outbox_store_list_lane:
 */
GPtrArray *
outbox_store_list_lane (StoreSession *session,
                        gint64 tenant_id,
                        gint64 citizen_id,
                        guint limit,
                        GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_OUTBOX_LANE, "iii", tenant_id, citizen_id,
                    (gint64) limit))
    return NULL;
  return take_all (&query, error);
}

/**
 * outbox_store_complete_lane:
 *
 * One call speaks for all rows of a booking, so none of them may be missing.
 */
gboolean
outbox_store_complete_lane (StoreSession *session,
                            GPtrArray *lane,
                            const char *subject,
                            GError **error)
{
  const OutboxItem *last = lane->pdata[lane->len - 1];
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_OUTBOX_LANE_REST, "iisi", last->tenant_id,
                    last->citizen_id, subject, last->outbox_id))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_ptr_array_add (lane, read_item (&query));
  return step == STORE_END;
}

/* What @statement says of a booking. */
static gboolean
is_true (StoreSession *session,
         StoreStatement statement,
         gint64 tenant_id,
         const char *subject,
         gboolean *out_is,
         GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, statement, "is", tenant_id, subject) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_is = store_int (&query, 0) != 0;
  return TRUE;
}

/**
 * outbox_store_has_unsent:
 * @subject: a booking's identifier
 */
gboolean
outbox_store_has_unsent (StoreSession *session,
                         gint64 tenant_id,
                         const char *subject,
                         gboolean *out_has_unsent,
                         GError **error)
{
  return is_true (session, SQL_OUTBOX_HAS_UNSENT, tenant_id, subject, out_has_unsent, error);
}

/**
 * outbox_store_is_waiting:
 * @subject: a booking's identifier
 *
 * Whether a change of it will be sent by itself. What was refused, and what is held behind that, will not.
 */
gboolean
outbox_store_is_waiting (StoreSession *session,
                         gint64 tenant_id,
                         const char *subject,
                         gboolean *out_is_waiting,
                         GError **error)
{
  return is_true (session, SQL_OUTBOX_IS_WAITING, tenant_id, subject, out_is_waiting, error);
}

/**
 * outbox_store_try:
 *
 * Before the call: that it may have reached DFDG is known from here on, whatever becomes of us.
 */
gboolean
outbox_store_try (StoreSession *session, gint64 outbox_id, gint64 now_us, GError **error)
{
  return store_run (session, error, SQL_OUTBOX_TRY, "ii", outbox_id, now_us);
}

/**
 * outbox_store_finish:
 * @state: OUTBOX_SENT or OUTBOX_DROPPED
 * @reason: (nullable)
 */
gboolean
outbox_store_finish (StoreSession *session,
                     gint64 outbox_id,
                     OutboxState state,
                     const char *reason,
                     GError **error)
{
  return store_run (session, error, SQL_OUTBOX_FINISH, "iss", outbox_id, states[state], reason);
}

/**
 * outbox_store_put_off:
 * @not_before_us: wall clock
 */
gboolean
outbox_store_put_off (StoreSession *session,
                      gint64 outbox_id,
                      gint64 not_before_us,
                      const char *reason,
                      GError **error)
{
  return store_run (session, error, SQL_OUTBOX_PUT_OFF, "iis", outbox_id, not_before_us, reason);
}

/**
 * outbox_store_renew:
 * @request_id: a new one: what follows is another call, not a repeat
 */
gboolean
outbox_store_renew (StoreSession *session, gint64 outbox_id, const char *request_id, GError **error)
{
  return store_run (session, error, SQL_OUTBOX_RENEW, "is", outbox_id, request_id);
}

/**
 * outbox_store_set_registered:
 *
 * DFDG has the booking: what is left of a registration is a change. Nothing happens to other rows.
 */
gboolean
outbox_store_set_registered (StoreSession *session, gint64 outbox_id, GError **error)
{
  return store_run (session, error, SQL_OUTBOX_IS_REGISTERED, "i", outbox_id);
}

/**
 * outbox_store_refuse:
 * @reason: masked
 *
 * The row waits for a person, and with it all of the same booking.
 */
gboolean
outbox_store_refuse (StoreSession *session,
                     const OutboxItem *item,
                     const char *reason,
                     GError **error)
{
  return store_run (session, error, SQL_OUTBOX_REFUSE, "is", item->outbox_id, reason) &&
         store_run (session, error, SQL_OUTBOX_HOLD, "is", item->tenant_id, item->subject);
}

/**
 * outbox_store_list:
 * @subject: (nullable): all rows of that booking; NULL: all that DFDG has not been told of
 */
GPtrArray *
outbox_store_list (StoreSession *session,
                   gint64 tenant_id,
                   const char *subject,
                   gint64 after_id,
                   guint limit,
                   GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  gboolean ok = subject == NULL
                  ? store_query (session, &query, error, SQL_OUTBOX_LIST, "iii", tenant_id,
                                 after_id, (gint64) limit)
                  : store_query (session, &query, error, SQL_OUTBOX_LIST_OF_SUBJECT, "iiis",
                                 tenant_id, after_id, (gint64) limit, subject);

  return ok ? take_all (&query, error) : NULL;
}

/**
 * outbox_store_find:
 *
 * Returns: (transfer full) (nullable): NULL without @error: there is none
 */
OutboxItem *
outbox_store_find (StoreSession *session, gint64 tenant_id, gint64 outbox_id, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_OUTBOX_FIND, "ii", tenant_id, outbox_id))
    return NULL;
  return store_step (&query, error) == STORE_ROW ? read_item (&query) : NULL;
}

/**
 * outbox_store_retry:
 * @item: any of a booking: all of it are tried again at once, with their request ids
 *
 * What was held back by a restore may have reached DFDG long ago, and is taken for tried since it was added.
 */
gboolean
outbox_store_retry (StoreSession *session, const OutboxItem *item, GError **error)
{
  return store_run (session, error, SQL_OUTBOX_RETRY, "is", item->tenant_id, item->subject) &&
         store_run (session, error, SQL_OUTBOX_HASTEN, "is", item->tenant_id, item->subject);
}

/**
 * outbox_store_give_up:
 * @item: a refused one
 * @reason: who says so
 *
 * DFDG is not told of it. What waited behind it goes on; behind a registration only a cancellation does, for DFDG does
 * not have the booking. Errors: PLANNER_ERROR_STATE_CHANGED when it is not refused any more.
 */
gboolean
outbox_store_give_up (StoreSession *session,
                      const OutboxItem *item,
                      const char *reason,
                      GError **error)
{
  if (!store_run (session, error, SQL_OUTBOX_GIVE_UP, "iis", item->tenant_id, item->outbox_id,
                  reason))
    return FALSE;
  if (store_n_changed (session) == 0)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED,
                           "it is not refused: only what DFDG refused is given up");
      return FALSE;
    }
  if (g_str_equal (item->kind, REGISTER) &&
      !store_run (session, error, SQL_OUTBOX_GIVE_UP_BEHIND, "iss", item->tenant_id, item->subject,
                  reason))
    return FALSE;
  return store_run (session, error, SQL_OUTBOX_RELEASE, "is", item->tenant_id, item->subject);
}

/**
 * outbox_store_count:
 *
 * OUTBOX_SENT is not counted: those rows are many, and of no interest.
 */
gboolean
outbox_store_count (StoreSession *session,
                    gint64 tenant_id,
                    OutboxCounts *out_counts,
                    GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  OutboxCounts counts = { { 0 }, 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_OUTBOX_COUNT, "i", tenant_id))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      OutboxState state = parse_state (store_text (&query, 0));

      counts.n[state] = store_int (&query, 1);
      if (state == OUTBOX_WAITING)
        counts.oldest_us = store_int (&query, 2);
    }
  if (step != STORE_END)
    return FALSE;
  *out_counts = counts;
  return TRUE;
}
