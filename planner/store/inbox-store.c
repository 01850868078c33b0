/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages of DFDG as rows. Their citizens' numbers stay in the citizens' table. */
#include "store/inbox-store.h"

#include <string.h>

#include "base/error.h"
#include "store/citizen-store.h"

/* Rows looked at for each lane that is wanted, before all are. */
#define ROWS_PER_LANE 16

static const char *const carriers[] = { "wsb", "wsrm", "legacy" };
static const char *const states[] = { "new", "done", "parked", "unknown" };

static guint
index_of (const char *const *words, guint n_words, const char *word)
{
  guint i = 0;

  while (i < n_words - 1 && strcmp (words[i], word) != 0)
    i++;
  return i;
}

/**
 * dfdg_event_free:
 *
 * Frees a message; NULL is ignored.
 */
void
dfdg_event_free (DfdgEvent *event)
{
  if (event == NULL)
    return;
  g_free (event->message_id);
  g_free (event->environment);
  g_free (event->entity_name);
  g_free (event->external_id);
  g_free (event->version_id);
  g_free (event->cpr);
  g_free (event->old_cpr);
  g_free (event->organisation_code);
  g_free (event->correlation_id);
  g_free (event->detail);
  g_free (event->reason);
  g_free (event);
}

/**
 * dfdg_event_state_to_text:
 *
 * Returns: (transfer none): the word of the database.
 */
const char *
dfdg_event_state_to_text (DfdgEventState state)
{
  return states[state];
}

/**
 * dfdg_carrier_to_text:
 *
 * Returns: (transfer none): the word of the database.
 */
const char *
dfdg_carrier_to_text (DfdgCarrier carrier)
{
  return carriers[carrier];
}

/* A change of a number stands in the order of the old one, whose rows are here. */
static gboolean
put_citizens (StoreSession *session,
              const DfdgEvent *event,
              gint64 *out_citizen_id,
              gint64 *out_other_id,
              GError **error)
{
  const char *cpr = event->old_cpr != NULL ? event->old_cpr : event->cpr;

  *out_citizen_id = *out_other_id = 0;
  if (cpr != NULL)
    {
      *out_citizen_id = citizen_store_put (session, event->tenant_id, cpr, error);
      if (*out_citizen_id == 0)
        return FALSE;
    }
  if (event->old_cpr == NULL || event->cpr == NULL)
    return TRUE;
  *out_other_id = citizen_store_put (session, event->tenant_id, event->cpr, error);
  return *out_other_id != 0;
}

/* Who cannot be told by the message may be told by the booking that it is about. */
static gboolean
find_citizen_of_thing (StoreSession *session,
                       const DfdgEvent *event,
                       gint64 *citizen_id,
                       GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (*citizen_id != 0 || event->external_id == NULL)
    return TRUE;
  if (!store_query (session, &query, error, SQL_DFDG_EVENT_CITIZEN_OF_THING, "is", event->tenant_id,
                    event->external_id))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_ROW)
    *citizen_id = store_int (&query, 0);
  return step != STORE_FAILED;
}

static gboolean
is_there (StoreSession *session, const DfdgEvent *event, gboolean *out_is_there, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_DFDG_EVENT_IS_THERE, "is", event->tenant_id,
                    event->message_id))
    return FALSE;
  step = store_step (&query, error);
  *out_is_there = step == STORE_ROW;
  return step != STORE_FAILED;
}

static gboolean
insert (StoreSession *session,
        const DfdgEvent *event,
        gint64 citizen_id,
        gint64 other_id,
        GError **error)
{
  return store_run (session, error, SQL_DFDG_EVENT_ADD, "issiiisissiiiississ", event->tenant_id,
                    carriers[event->carrier], event->message_id, citizen_id, other_id,
                    event->entity_type, event->entity_name, (gint64) event->change_type,
                    event->external_id, event->version_id, event->event_us, event->received_us,
                    event->system_id, event->organisation_type, event->organisation_code,
                    event->correlation_id, event->hint, event->detail, states[event->state]);
}

/**
 * inbox_store_add:
 * @event: its state is %DFDG_EVENT_NEW or %DFDG_EVENT_UNKNOWN; its citizen is found by @cpr
 * @out_is_new: FALSE: it was there, and nothing was written
 *
 * One that comes while its citizen's messages wait for another try waits with them. Writer.
 */
gboolean
inbox_store_add (StoreSession *session,
                 const DfdgEvent *event,
                 gboolean *out_is_new,
                 GError **error)
{
  gint64 citizen_id = 0;
  gint64 other_id = 0;
  gboolean was_there = FALSE;

  if (!is_there (session, event, &was_there, error))
    return FALSE;
  if (!was_there && (!put_citizens (session, event, &citizen_id, &other_id, error) ||
                     !find_citizen_of_thing (session, event, &citizen_id, error) ||
                     !insert (session, event, citizen_id, other_id, error)))
    return FALSE;
  *out_is_new = !was_there;
  return TRUE;
}

/**
 * inbox_store_set_done:
 * @outcome: a word: how
 *
 * What it said beside its ids is forgotten. Writer.
 */
gboolean
inbox_store_set_done (StoreSession *session,
                      gint64 event_id,
                      const char *outcome,
                      gint64 now_us,
                      GError **error)
{
  return store_run (session, error, SQL_DFDG_EVENT_SET_DONE, "isi", event_id, outcome, now_us);
}

/**
 * inbox_store_set_later:
 * @event: the first of its lane that failed
 *
 * All that waits of its citizen waits until then. Writer.
 */
gboolean
inbox_store_set_later (StoreSession *session,
                       const DfdgEvent *event,
                       gint64 not_before_us,
                       const char *reason,
                       GError **error)
{
  if (!store_run (session, error, SQL_DFDG_EVENT_SET_LATER, "is", event->event_id, reason))
    return FALSE;
  if (event->citizen_id == 0)
    return store_run (session, error, SQL_DFDG_EVENT_DELAY, "ii", event->event_id, not_before_us);
  return store_run (session, error, SQL_DFDG_EVENT_DELAY_LANE, "iii", event->tenant_id,
                    event->citizen_id, not_before_us);
}

/**
 * inbox_store_park:
 * @reason: a word and a sentence; no citizen's number
 *
 * Its lane goes on without it; a person has it tried again with inbox_store_retry(). Writer.
 */
gboolean
inbox_store_park (StoreSession *session, gint64 event_id, const char *reason, GError **error)
{
  return store_run (session, error, SQL_DFDG_EVENT_PARK, "is", event_id, reason);
}

/**
 * inbox_store_retry:
 * @event_id: one that waits, is parked or was unknown; 0: all that wait or are parked
 * @out_n_events: how many are tried again
 *
 * Writer.
 */
gboolean
inbox_store_retry (StoreSession *session,
                   gint64 tenant_id,
                   gint64 event_id,
                   gint64 *out_n_events,
                   GError **error)
{
  gint64 n_events;

  if (event_id != 0)
    {
      if (!store_run (session, error, SQL_DFDG_EVENT_RETRY, "ii", tenant_id, event_id))
        return FALSE;
      *out_n_events = store_n_changed (session);
      return TRUE;
    }
  if (!store_run (session, error, SQL_DFDG_EVENT_RETRY_ALL, "i", tenant_id))
    return FALSE;
  n_events = store_n_changed (session);
  if (!store_run (session, error, SQL_DFDG_EVENT_HASTEN_ALL, "i", tenant_id))
    return FALSE;
  *out_n_events = n_events + store_n_changed (session);
  return TRUE;
}

static gboolean
has_lane (const GArray *lanes, gint64 citizen_id)
{
  for (guint i = 0; i < lanes->len; i++)
    if (g_array_index (lanes, gint64, i) == citizen_id)
      return TRUE;
  return FALSE;
}

static gboolean
take_lanes (StoreQuery *query, GArray *lanes, guint max_lanes, gint64 *out_n_rows, GError **error)
{
  StoreStep step;

  *out_n_rows = 0;
  while ((step = store_step (query, error)) == STORE_ROW)
    {
      gint64 citizen_id = store_int (query, 0);

      ++*out_n_rows;
      if (lanes->len < max_lanes && !has_lane (lanes, citizen_id))
        g_array_append_val (lanes, citizen_id);
    }
  return step == STORE_END;
}

/**
 * inbox_store_list_lanes:
 * @now_us: wall clock
 *
 * Returns: (transfer full) (element-type gint64): citizens whose messages are due, those that wait longest first;
 *   0 stands for the messages of nobody that we could tell.
 */
GArray *
inbox_store_list_lanes (StoreSession *session,
                        gint64 tenant_id,
                        gint64 now_us,
                        guint max_lanes,
                        GError **error)
{
  g_autoptr (GArray) lanes = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 max_rows = (gint64) max_lanes * ROWS_PER_LANE;
  g_auto (StoreQuery) first = { 0 };
  g_auto (StoreQuery) all = { 0 };
  gint64 n_rows = 0;

  if (!store_query (session, &first, error, SQL_DFDG_EVENT_DUE, "iii", tenant_id, now_us,
                    max_rows) ||
      !take_lanes (&first, lanes, max_lanes, &n_rows, error))
    return NULL;
  if (n_rows < max_rows || lanes->len == max_lanes)
    return g_steal_pointer (&lanes);
  /* Somebody's many hide the others: all are gone through. */
  if (!store_query (session, &all, error, SQL_DFDG_EVENT_DUE_LANES, "iii", tenant_id, now_us,
                    (gint64) max_lanes) ||
      !take_lanes (&all, lanes, max_lanes, &n_rows, error))
    return NULL;
  return g_steal_pointer (&lanes);
}

/**
 * inbox_store_find_next_us:
 * @now_us: wall clock
 * @out_next_us: when the first message will be due that is not yet; 0: there is none
 */
gboolean
inbox_store_find_next_us (StoreSession *session,
                          gint64 tenant_id,
                          gint64 now_us,
                          gint64 *out_next_us,
                          GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_DFDG_EVENT_NEXT, "ii", tenant_id, now_us) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_next_us = store_int (&query, 0);
  return TRUE;
}

static void
read_head (StoreQuery *query, DfdgEvent *event)
{
  event->event_id = store_int (query, 0);
  event->tenant_id = store_int (query, 1);
  event->citizen_id = store_int (query, 2);
  event->carrier =
    (DfdgCarrier) index_of (carriers, G_N_ELEMENTS (carriers), store_text (query, 3));
  event->state = (DfdgEventState) index_of (states, G_N_ELEMENTS (states), store_text (query, 4));
  event->message_id = g_strdup (store_text (query, 5));
  event->entity_type = store_int (query, 6);
  event->entity_name = g_strdup (store_text (query, 7));
  event->change_type = (int) store_int (query, 8);
  event->external_id = g_strdup (store_text (query, 9));
  event->version_id = g_strdup (store_text (query, 10));
}

static DfdgEvent *
read_event (StoreQuery *query)
{
  DfdgEvent *event = g_new0 (DfdgEvent, 1);
  const char *other = store_text (query, 12);

  read_head (query, event);
  event->cpr = g_strdup (other != NULL ? other : store_text (query, 11));
  event->old_cpr = other != NULL ? g_strdup (store_text (query, 11)) : NULL;
  event->event_us = store_int (query, 13);
  event->received_us = store_int (query, 14);
  event->system_id = store_int (query, 15);
  event->organisation_type = store_int (query, 16);
  event->organisation_code = g_strdup (store_text (query, 17));
  event->correlation_id = g_strdup (store_text (query, 18));
  event->hint = store_int (query, 19);
  event->detail = g_strdup (store_text (query, 20));
  event->attempts = store_int (query, 21);
  event->not_before_us = store_int (query, 22);
  event->reason = g_strdup (store_text (query, 23));
  return event;
}

static GPtrArray *
take_all (StoreQuery *query, GError **error)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) dfdg_event_free);
  StoreStep step;

  while ((step = store_step (query, error)) == STORE_ROW)
    g_ptr_array_add (events, read_event (query));
  return step == STORE_END ? g_steal_pointer (&events) : NULL;
}

/**
 * inbox_store_list_lane:
 * @citizen_id: of inbox_store_list_lanes()
 * @now_us: as there
 *
 * Returns: (transfer full) (element-type DfdgEvent): the first that are due, in the order of arrival.
 */
GPtrArray *
inbox_store_list_lane (StoreSession *session,
                       gint64 tenant_id,
                       gint64 citizen_id,
                       gint64 now_us,
                       guint max_events,
                       GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  gboolean ok = citizen_id == 0
                  ? store_query (session, &query, error, SQL_DFDG_EVENT_LANE_OF_NOBODY, "iii",
                                 tenant_id, now_us, (gint64) max_events)
                  : store_query (session, &query, error, SQL_DFDG_EVENT_LANE, "iiii", tenant_id,
                                 citizen_id, now_us, (gint64) max_events);

  return ok ? take_all (&query, error) : NULL;
}

/**
 * inbox_store_find:
 *
 * Returns: (transfer full) (nullable): NULL without error when there is none.
 */
DfdgEvent *
inbox_store_find (StoreSession *session, gint64 tenant_id, gint64 event_id, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_DFDG_EVENT_BY_ID, "ii", tenant_id, event_id) ||
      store_step (&query, error) != STORE_ROW)
    return NULL;
  return read_event (&query);
}

/**
 * inbox_store_list:
 * @after_event_id: the page starts behind this one
 *
 * Returns: (transfer full) (element-type DfdgEvent): those in that state, in the order of arrival.
 */
GPtrArray *
inbox_store_list (StoreSession *session,
                  gint64 tenant_id,
                  DfdgEventState state,
                  gint64 after_event_id,
                  guint max_events,
                  GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  gboolean is_open = state == DFDG_EVENT_PARKED || state == DFDG_EVENT_UNKNOWN;

  if (!store_query (session, &query, error,
                    is_open ? SQL_DFDG_EVENT_LIST_OPEN : SQL_DFDG_EVENT_LIST, "isii", tenant_id,
                    states[state], after_event_id, (gint64) max_events))
    return NULL;
  return take_all (&query, error);
}

/**
 * inbox_store_count:
 *
 * What is not done.
 */
gboolean
inbox_store_count (StoreSession *session, gint64 tenant_id, InboxCounts *out_counts, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_DFDG_EVENT_COUNT, "i", tenant_id) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_counts = (InboxCounts){ .n_new = store_int (&query, 0),
                               .n_waiting = store_int (&query, 1),
                               .n_parked = store_int (&query, 2),
                               .n_unknown = store_int (&query, 3),
                               .oldest_us = store_int (&query, 4) };
  return TRUE;
}

/**
 * inbox_store_find_end:
 * @out_has_ended: whether another message told of the thing's end, and happened no earlier
 *
 * For one whose thing DFDG does not show any more.
 */
gboolean
inbox_store_find_end (StoreSession *session,
                      const DfdgEvent *event,
                      gboolean *out_has_ended,
                      GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  *out_has_ended = FALSE;
  if (event->external_id == NULL)
    return TRUE;
  if (!store_query (session, &query, error, SQL_DFDG_EVENT_HAS_ENDED, "isii", event->tenant_id,
                    event->external_id, event->event_us, event->event_id) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_has_ended = store_int (&query, 0) != 0;
  return TRUE;
}
