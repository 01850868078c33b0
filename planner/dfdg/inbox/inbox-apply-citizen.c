/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages about a citizen: the service is asked where there is one, else what the message says is taken; what nobody can
 * tell any more is forgotten. */
#include "dfdg/inbox/inbox-apply-citizen.h"

#include "base/error.h"
#include "dfdg/readings/citizen-reading.h"
#include "dfdg/services/frist-client.h"
#include "dfdg/services/visitering-client.h"
#include "dfdg/wire/dfdg-contact.h"
#include "ops/booking/ledger.h"
#include "store/citizen-store.h"

#define ZONE        "Europe/Copenhagen"
#define FUND_SOURCE "dfdg-event"
#define FUND_KIND   "unemployment-fund"

/**
 * Work:
 * @is_read: @read is what the service says
 * @content: (nullable): what the message says itself
 * @zone: Danish time
 */
typedef struct
{
  DfdgLane *lane;
  const DfdgEvent *event;
  Reading reading;
  gboolean is_read;
  CitizenReading read;
  JsonNode *content;
  const CalsyncZone *zone;
} Work;

static void
work_clear (Work *work)
{
  citizen_reading_clear (&work->read);
  g_clear_pointer (&work->content, json_node_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
fail (GError **error, const char *why)
{
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, why);
  return FALSE;
}

static gboolean
init (Work *work, GError **error)
{
  const char *detail = work->event->detail;
  JsonNode *node = detail == NULL ? NULL : json_from_string (detail, NULL);

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    work->content = node;
  else
    g_clear_pointer (&node, json_node_unref);
  work->zone = calsync_zone_lookup (ZONE, error);
  if (work->zone == NULL)
    return FALSE;
  return work->event->cpr != NULL ||
         fail (error, "no-citizen: the message does not say whose it is");
}

static JsonObject *
get_content (const Work *work)
{
  return work->content == NULL ? NULL : json_node_get_object (work->content);
}

/* Later ones of the kind are answered by the same reading; what they say themselves is the newer word. */
static void
cover_kind (Work *work)
{
  DfdgLane *lane = work->lane;

  for (guint i = lane->at + 1; i < lane->events->len; i++)
    {
      const DfdgEvent *later = lane->events->pdata[i];

      if (later->state == DFDG_EVENT_NEW && later->entity_type == work->event->entity_type)
        g_array_append_val (lane->covered, later->event_id);
    }
}

/* Whether we hold anything that a change of the citizen's could make wrong. */
static gboolean
is_of_interest (const Work *work, gboolean *out_is, GError **error)
{
  StoreSession *session = work->lane->session;
  g_autoptr (GError) local_error = NULL;
  g_auto (StoreQuery) query = { 0 };
  gint64 citizen_id =
    citizen_store_find (session, work->lane->tenant_id, work->event->cpr, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (!store_query (session, &query, error, SQL_CITIZEN_IS_OF_INTEREST, "ii", citizen_id,
                    work->event->received_us) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_is = store_int (&query, 0) != 0;
  return TRUE;
}

/* One that is down is not run over by as many citizens as have messages. */
static gboolean
is_resting (const Work *work)
{
  return dfdg_contact_is_resting (work->lane->tenant_key, work->reading == READING_DEADLINE
                                                            ? DFDG_SERVICE_FRIST
                                                            : DFDG_SERVICE_VISITERING);
}

static gboolean
ask (Work *work, GError **error)
{
  DfdgClient *client = work->lane->context;
  gboolean asks = TRUE;

  if (client == NULL ||
      !citizen_reading_is_possible (dfdg_client_get_settings (client), work->reading))
    return TRUE;
  if (work->reading != READING_DEADLINE && !is_of_interest (work, &asks, error))
    return FALSE;
  if (!asks)
    {
      g_clear_pointer (&work->content, json_node_unref);
      return TRUE;
    }
  if (is_resting (work))
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
                           "resting: the service did not answer others a moment ago");
      return FALSE;
    }
  if (!citizen_reading_ask (client, work->reading, work->event->cpr, &work->read,
                            work->lane->cancellable, error))
    return FALSE;
  work->is_read = TRUE;
  cover_kind (work);
  return TRUE;
}

static gboolean
find_of (const Work *work, OpCall *call, ReadingOf *out_of, GError **error)
{
  gint64 citizen_id = citizen_store_put (call->session, call->tenant_id, work->event->cpr, error);

  *out_of = (ReadingOf){ call->tenant_id, citizen_id, work->reading, call->now_us };
  return citizen_id != 0;
}

/* The new one ends those that are open, and replaces one of the same first day. */
static gboolean
add_span (const Work *work, OpCall *call, const ReadingOf *of, CitizenSpan added, GError **error)
{
  g_autoptr (GArray) held =
    reading_store_list_spans (call->session, of->citizen_id, of->reading, error);
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CitizenSpan));

  for (guint i = 0; held != NULL && i < held->len; i++)
    {
      CitizenSpan span = g_array_index (held, CitizenSpan, i);

      if (span.until_date == READING_OPEN && span.from_date < added.from_date)
        span.until_date = added.from_date;
      if (span.from_date != added.from_date)
        g_array_append_val (spans, span);
    }
  g_array_append_val (spans, added);
  return held != NULL &&
         reading_store_put_spans (call->session, of, spans,
                                  calsync_zone_local_day (work->zone, call->now_us), error) &&
         ledger_note_citizen (call->session, of->tenant_id, of->citizen_id, error);
}

static gboolean
find_span (const Work *work, CitizenSpan *out_span)
{
  static const char *const names[2][3] = {
    { "ContactGroupTypeIdentifier", "StartDate", "EndDate" },
    { "PersonCategoryTypeIdentifier", "StartDate", "EndDate" },
  };
  JsonObject *content = get_content (work);

  return content != NULL && visitering_read_span (content, names[work->reading == READING_CATEGORY],
                                                  work->zone, out_span);
}

static gboolean
write_placement (OpCall *call, gpointer data, const char **out_outcome, GError **error)
{
  const Work *work = data;
  CitizenSpan span;
  ReadingOf of;

  if (!find_of (work, call, &of, error))
    return FALSE;
  *out_outcome = "read";
  if (work->is_read)
    return citizen_reading_write (call->session, &work->read, &of, error);
  *out_outcome = "told";
  if (find_span (work, &span))
    return add_span (work, call, &of, span, error);
  *out_outcome = "forgotten";
  return reading_store_forget (call->session, &of, error) &&
         ledger_note_citizen (call->session, of.tenant_id, of.citizen_id, error);
}

static gboolean
apply_placement (DfdgLane *lane, const DfdgEvent *event, Reading reading, GError **error)
{
  g_auto (Work) work = { .lane = lane, .event = event, .reading = reading };

  return init (&work, error) && ask (&work, error) &&
         dfdg_lane_write (lane, write_placement, &work, error);
}

/**
 * inbox_apply_contact_group:
 *
 * A DfdgEventFunc: the citizen has another contact group.
 */
gboolean
inbox_apply_contact_group (DfdgLane *lane, const DfdgEvent *event, GError **error)
{
  return apply_placement (lane, event, READING_CONTACT_GROUP, error);
}

/**
 * inbox_apply_person_category:
 *
 * A DfdgEventFunc: the citizen has another category.
 */
gboolean
inbox_apply_person_category (DfdgLane *lane, const DfdgEvent *event, GError **error)
{
  return apply_placement (lane, event, READING_CATEGORY, error);
}

static gboolean
write_frist (OpCall *call, gpointer data, const char **out_outcome, GError **error)
{
  const Work *work = data;
  JsonObject *content = get_content (work);
  g_autoptr (Deadline) deadline = NULL;
  ReadingOf of;

  if (!find_of (work, call, &of, error))
    return FALSE;
  *out_outcome = "read";
  if (work->is_read)
    return citizen_reading_write (call->session, &work->read, &of, error);
  *out_outcome = "told";
  deadline = content == NULL ? NULL : frist_read (content, &frist_members_of_queue, work->zone);
  if (deadline == NULL)
    return fail (error, "no-address: the message does not say what the deadline is, and frist-url "
                        "of [dfdg-client] does not say where to ask: set it, reload, retry");
  if (deadline->said_us == 0)
    deadline->said_us = work->event->event_us;
  return reading_store_put_deadline (call->session, &of, deadline, error);
}

/**
 * inbox_apply_frist:
 *
 * A DfdgEventFunc: a deadline was set, met or closed. Whether a booking meets it is DFDG's to say.
 */
gboolean
inbox_apply_frist (DfdgLane *lane, const DfdgEvent *event, GError **error)
{
  g_auto (Work) work = { .lane = lane, .event = event, .reading = READING_DEADLINE };

  return init (&work, error) && ask (&work, error) &&
         dfdg_lane_write (lane, write_frist, &work, error);
}

/* docs/dfdg-wire.md 3 and 5 [N]. A number is a code as well. */
static char *
dup_fund (const Work *work)
{
  static const char *const names[] = { "AkasseKode", "FundCode" };
  JsonObject *content = get_content (work);
  const char *text = NULL;
  gint64 number = 0;

  for (guint i = 0; content != NULL && i < G_N_ELEMENTS (names); i++)
    {
      if (dfdg_json_get_text (content, names[i], &text))
        return g_strndup (text, 16);
      if (dfdg_json_get_int (content, names[i], &number))
        return g_strdup_printf ("%" G_GINT64_FORMAT, number);
    }
  return NULL;
}

static gboolean
write_fund (OpCall *call, gpointer data, const char **out_outcome, GError **error)
{
  const Work *work = data;
  gboolean has_ended = work->event->change_type == DFDG_CHANGE_DELETE;
  g_autofree char *fund = has_ended ? g_strdup ("") : dup_fund (work);
  CitizenFact fact = { (char *) FUND_KIND, fund };
  CitizenFactSource source = { FUND_SOURCE, call->now_us };
  g_autoptr (GPtrArray) facts = g_ptr_array_new ();
  ReadingOf of;

  if (fund != NULL)
    g_ptr_array_add (facts, &fact);
  *out_outcome = fund != NULL ? "told" : "forgotten";
  return find_of (work, call, &of, error) &&
         store_run (call->session, error, SQL_CITIZEN_FACTS_REMOVE_KIND, "isi", of.citizen_id,
                    FUND_KIND, call->now_us) &&
         citizen_store_put_facts (call->session, call->tenant_id, of.citizen_id, &source, facts,
                                  error) &&
         ledger_note_citizen (call->session, call->tenant_id, of.citizen_id, error);
}

/**
 * inbox_apply_fund_membership:
 *
 * A DfdgEventFunc: the citizen has joined or left an a-kasse.
 */
gboolean
inbox_apply_fund_membership (DfdgLane *lane, const DfdgEvent *event, GError **error)
{
  g_auto (Work) work = { .lane = lane, .event = event };

  return init (&work, error) && dfdg_lane_write (lane, write_fund, &work, error);
}
