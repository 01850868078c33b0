/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes down what a citizen is to be told, counts the day's messages, sends, and finds again what DFDG has already. */
#include "dfdg/messages/message-lane.h"

#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "base/period.h"
#include "dfdg/messages/message-rules.h"
#include "dfdg/pump/dfdg-pump.h"
#include "planner-log.h"
#include "store/message-lane-store.h"

/* DFDG remembers a request id for seven days. */
#define REMEMBERED_US (6 * PERIOD_US_PER_DAY)
/* Between DFDG's clock and ours. */
#define CLOCKS_US (10 * PERIOD_US_PER_MINUTE)
#define CREATE    "CreateBorgerbesked"
#define REPLY     "CreateBorgerbeskedsvar"

typedef struct
{
  const MessageLane *lane;
  MessageRules rules;
  DfdgPumpResult *result;
  gboolean is_held; /* the next one waits for its time, and those behind it with it */
} Run;

/* What becomes of one message, for its write. */
typedef struct
{
  const Run *run;
  const Message *message;
  gint64 not_before_us;
  const char *text; /* a reason */
  char *identifier; /* DFDG's */
  char request_id[IDS_GUID_LENGTH + 1];
  gboolean is_over_limit;
  gboolean is_waiting;
} Turn;

static gboolean
write_down (const Run *run, AdminWrite write, gpointer data, GError **error)
{
  return run->lane->runner.run_write (run->lane->runner.runner, write, data, error);
}

/* News of a-kassers' interviews. */

typedef struct
{
  const Run *run;
  const MessageUntold *untold;
} Telling;

static MessageNews
judge_news (const MessageUntold *untold, gboolean is_told)
{
  if (untold->is_cancelled)
    return MESSAGE_NEWS_CANCELLED;
  return is_told ? MESSAGE_NEWS_MOVED : MESSAGE_NEWS_BOOKED;
}

/* Of a meeting that the citizen never heard of, its end is no news: that is written down, so that it is over. */
static void
fill_news (const Telling *telling, gboolean is_told, Message *message)
{
  const MessageLane *lane = telling->run->lane;
  const MessageUntold *untold = telling->untold;
  MessageNews news = judge_news (untold, is_told);
  gboolean is_dropped = untold->is_cancelled && !is_told;

  message->tenant_id = lane->tenant_id;
  message->citizen_id = lane->citizen_id;
  message->state = is_dropped ? MESSAGE_DROPPED : MESSAGE_WAITING;
  message->case_name = g_strdup (MESSAGE_FUND_INTERVIEW);
  message->delivery_key = g_strdup_printf (MESSAGE_FUND_INTERVIEW ":%s:%" G_GINT64_FORMAT,
                                           untold->booking, untold->revision);
  message->request_id = message_dup_request_id (
    dfdg_client_get_settings (lane->client)->client->tenant, message->delivery_key);
  message->channel = telling->run->rules.fund_channel;
  message->type = dfdg_client_get_settings (lane->client)->client->message_type;
  message->unit_code = g_strdup (untold->unit_code);
  message->title = g_strdup (message_news_title (news));
  message->body = message_news_dup_text (news, untold->start_us);
  message->booking = g_strdup (untold->booking);
  message->about_start_us = untold->start_us;
  message->about_cancelled = untold->is_cancelled;
  message->reason = is_dropped ? g_strdup ("never told of: nothing to take back") : NULL;
  message->added_us = lane->now_us;
  message->since_us = MIN (untold->changed_us, lane->now_us);
  message->is_looked_for = TRUE;
}

/* AdminWrite. */
static gboolean
write_news (StoreSession *session, gpointer data, GError **error)
{
  const Telling *telling = data;
  g_autoptr (Message) message = g_new0 (Message, 1);
  gboolean is_told = FALSE;
  gboolean is_new = FALSE;

  if (!message_lane_store_replace (session, telling->run->lane->tenant_id, telling->untold->booking,
                                   &is_told, error))
    return FALSE;
  fill_news (telling, is_told, message);
  return message_store_add (session, message, &is_new, error);
}

static gboolean
add_news (const Run *run, GError **error)
{
  const MessageLane *lane = run->lane;
  MessageQuestion question = { lane->tenant_id, lane->now_us, 0 };
  g_autoptr (GPtrArray) all = NULL;

  if (run->rules.fund_channel == 0)
    return TRUE;
  all = message_lane_store_list_untold (lane->session, &question, run->rules.fund_since_us,
                                        lane->citizen_id, error);
  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      Telling telling = { run, all->pdata[i] };

      if (!write_down (run, write_news, &telling, error))
        return FALSE;
    }
  return all != NULL;
}

/* What becomes of one message. */

/* AdminWrite: the day's count and the try are one transaction. */
static gboolean
write_try (StoreSession *session, gpointer data, GError **error)
{
  Turn *turn = data;
  gint64 now_us = turn->run->lane->now_us;
  gint64 n_today = 0;

  turn->is_over_limit = FALSE;
  turn->is_waiting = TRUE;
  if (turn->message->channel != BESKED_AUTHORITY)
    {
      if (!message_lane_store_count_since (session, turn->message, message_day_start_us (now_us),
                                           &n_today, error))
        return FALSE;
      turn->is_over_limit = n_today >= turn->run->rules.limit_day;
    }
  if (turn->is_over_limit)
    return message_lane_store_put_off (
      session, turn->message->message_id, message_next_morning_us (now_us),
      "limit: the citizen has had message-limit-day messages today", error);
  return message_lane_store_try (session, turn->message->message_id, now_us, &turn->is_waiting,
                                 error);
}

/* AdminWrite. */
static gboolean
write_sent (StoreSession *session, gpointer data, GError **error)
{
  const Turn *turn = data;

  return message_lane_store_finish (session, turn->message->message_id, MESSAGE_SENT,
                                    turn->identifier, turn->text, error);
}

/* AdminWrite. */
static gboolean
write_refused (StoreSession *session, gpointer data, GError **error)
{
  const Turn *turn = data;

  return message_lane_store_refuse (session, turn->message->message_id, turn->text, error);
}

/* AdminWrite. */
static gboolean
write_put_off (StoreSession *session, gpointer data, GError **error)
{
  const Turn *turn = data;

  return message_lane_store_put_off (session, turn->message->message_id, turn->not_before_us,
                                     turn->text, error);
}

/* AdminWrite. */
static gboolean
write_renewed (StoreSession *session, gpointer data, GError **error)
{
  const Turn *turn = data;

  return message_lane_store_renew (session, turn->message->message_id, turn->request_id, error);
}

static gboolean
put_off (Turn *turn, const DfdgAnswer *answer, const char *reason, GError **error)
{
  gint64 retry_after_s = answer == NULL ? 0 : answer->retry_after_s;

  turn->text = reason;
  turn->not_before_us =
    turn->run->lane->now_us + dfdg_pump_backoff_us (turn->message->attempts + 1, retry_after_s);
  turn->run->result->ending =
    answer != NULL && answer->status == 429 ? DFDG_ENDED_LATER : DFDG_ENDED_DOWN;
  return write_down (turn->run, write_put_off, turn, error);
}

/* @cause: (transfer full): no answer came */
static gboolean
take_silence (Turn *turn, GError *cause, GError **error)
{
  g_autoptr (GError) owned = cause;

  if (g_error_matches (cause, PLANNER_ERROR, PLANNER_ERROR_BUSY) ||
      g_cancellable_is_cancelled (turn->run->lane->cancellable))
    {
      turn->run->result->ending = DFDG_ENDED_CANCELLED;
      return TRUE;
    }
  return put_off (turn, NULL, cause->message, error);
}

static gboolean
refuse (Turn *turn, const char *reason, GError **error)
{
  turn->text = reason;
  turn->run->result->n_parked++;
  return write_down (turn->run, write_refused, turn, error);
}

static gboolean
finish (Turn *turn, const char *text, GError **error)
{
  turn->text = text;
  turn->run->result->n_done++;
  return write_down (turn->run, write_sent, turn, error);
}

static void
fill_head (const Turn *turn, const char *cpr, DfdgCallHead *head)
{
  *head = (DfdgCallHead){ .request_id = *turn->request_id != '\0' ? turn->request_id
                                                                  : turn->message->request_id,
                          .cpr = cpr,
                          .unit_code = turn->message->unit_code,
                          .correlation_id = turn->run->lane->call_id };
}

/* Looking for it at DFDG. */

/* Which authority "the citizen's own" was only DFDG knows. */
static gboolean
goes_to (const Besked *besked, const Message *message)
{
  if (message->channel != BESKED_AUTHORITY ||
      g_strcmp0 (message->party_code, BESKED_OWN_CENTRE) == 0)
    return TRUE;
  for (guint i = 0; i < besked->receivers->len; i++)
    {
      const BeskedParty *receiver = besked->receivers->pdata[i];

      if (receiver->organisation_type == message->party_type &&
          g_strcmp0 (receiver->organisation_code, message->party_code) == 0)
        return TRUE;
    }
  return FALSE;
}

/* The same words may have been sent twice, on purpose. */
static gboolean
is_anothers (const Turn *turn, const Besked *besked)
{
  const MessageLane *lane = turn->run->lane;
  g_autoptr (GError) error = NULL;
  g_autoptr (Message) known =
    message_store_find_by_foreign (lane->session, lane->tenant_id, besked->identifier, &error);

  return error == NULL && known != NULL && known->state == MESSAGE_SENT &&
         known->message_id != turn->message->message_id;
}

static gboolean
is_it (const Turn *turn, const Besked *besked)
{
  const Message *message = turn->message;

  return besked->channel == message->channel && g_strcmp0 (besked->title, message->title) == 0 &&
         g_strcmp0 (besked->text, message->body) == 0 && goes_to (besked, message) &&
         besked->created_us >= message->since_us - CLOCKS_US && !is_anothers (turn, besked);
}

static char *
find_reply (const Turn *turn, const Besked *thread)
{
  for (guint i = 0; thread != NULL && i < thread->replies->len; i++)
    {
      const BeskedReply *reply = thread->replies->pdata[i];

      if (g_strcmp0 (reply->text, turn->message->body) == 0 &&
          reply->at_us >= turn->message->since_us - CLOCKS_US)
        return g_strdup (reply->identifier);
    }
  return NULL;
}

/* Returns: FALSE when DFDG does not say; @turn gets the id when it has it. */
static gboolean
look (Turn *turn, const char *cpr, GError **error)
{
  const MessageLane *lane = turn->run->lane;
  DfdgCallHead head = { .cpr = cpr, .unit_code = turn->message->unit_code };
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (Besked) thread = NULL;

  turn->run->result->n_calls++;
  if (turn->message->answers != NULL)
    {
      if (!besked_get (lane->client, &head, turn->message->answers, &thread, lane->cancellable,
                       error))
        return FALSE;
      turn->identifier = find_reply (turn, thread);
      return TRUE;
    }
  all = besked_list (lane->client, &head, BESKED_WITHOUT_REPLIES, lane->cancellable, error);
  for (guint i = 0; all != NULL && turn->identifier == NULL && i < all->len; i++)
    if (is_it (turn, all->pdata[i]))
      turn->identifier = g_strdup (((const Besked *) all->pdata[i])->identifier);
  return all != NULL;
}

static gboolean
is_forgotten (const Turn *turn)
{
  return turn->message->first_try_us != 0 &&
         turn->run->lane->now_us - turn->message->first_try_us > REMEMBERED_US;
}

/* Sending it. */

static GPtrArray *
load_documents (const Turn *turn, GError **error)
{
  g_autoptr (GPtrArray) stored =
    message_store_load_documents (turn->run->lane->session, turn->message->message_id, error);
  GPtrArray *documents;

  if (stored == NULL)
    return NULL;
  documents = g_ptr_array_new_with_free_func ((GDestroyNotify) besked_document_free);
  for (guint i = 0; i < stored->len; i++)
    {
      const MessageDocument *document = stored->pdata[i];
      g_ptr_array_add (documents, besked_document_new (document->file_name, document->content));
    }
  return documents;
}

static gboolean
call_create (Turn *turn, const char *cpr, BeskedOutcome *outcome, GError **error)
{
  const MessageLane *lane = turn->run->lane;
  const Message *message = turn->message;
  g_autoptr (GPtrArray) documents = load_documents (turn, error);
  DfdgCallHead head;
  BeskedDraft draft = {
    .sender_type = dfdg_client_get_settings (lane->client)->client->organisation_type,
    .cpr = cpr,
    .channel = message->channel,
    .type = message->type,
    .title = message->title,
    .text = message->body,
    .reply_kind = message->reply_kind,
    .receiver_type = message->party_type,
    .receiver_code = message->party_code,
    .documents = documents,
  };

  if (documents == NULL || !besked_check_draft (&draft, error))
    return FALSE;
  fill_head (turn, cpr, &head);
  return besked_create (lane->client, &head, &draft, outcome, lane->cancellable, error);
}

static gboolean
call_reply (Turn *turn, const char *cpr, BeskedOutcome *outcome, GError **error)
{
  const MessageLane *lane = turn->run->lane;
  BeskedWrite write = { .identifier = turn->message->answers, .text = turn->message->body };
  DfdgCallHead head;

  fill_head (turn, cpr, &head);
  return besked_check_reply (write.text, error) &&
         besked_reply (lane->client, &head, &write, outcome, lane->cancellable, error);
}

/* Of a request that we never sent: before a restore it may have been another message's. The next try has a new id. */
static gboolean
take_strange_repeat (Turn *turn, GError **error)
{
  ids_new_guid (turn->request_id);
  return write_down (turn->run, write_renewed, turn, error) &&
         refuse (turn,
                 "DFDG says that it has had this request, and shows no such message: message retry "
                 "sends it",
                 error);
}

/* It is there, and the answer did not say where: that is good to know, and no more. */
static gboolean
take_repeat (Turn *turn, const DfdgAnswer *answer, const char *cpr, GError **error)
{
  g_autoptr (GError) unsaid = NULL;

  if (!look (turn, cpr, &unsaid))
    return finish (turn, "DFDG has it; its id is not known", error);
  if (turn->identifier == NULL && answer->verdict == DFDG_REPEATED &&
      turn->message->first_try_us == 0)
    return take_strange_repeat (turn, error);
  return finish (turn, NULL, error);
}

static gboolean
take_outcome (Turn *turn, const char *cpr, BeskedOutcome *outcome, GError **error)
{
  const DfdgAnswer *answer = &outcome->answer;
  g_autoptr (GError) said = NULL;

  if (answer->verdict == DFDG_REPEATED ||
      (answer->verdict == DFDG_DONE && outcome->identifier == NULL))
    return take_repeat (turn, answer, cpr, error);
  if (answer->verdict == DFDG_DONE)
    {
      turn->identifier = g_steal_pointer (&outcome->identifier);
      return finish (turn, NULL, error);
    }
  dfdg_answer_set_error (answer, turn->message->answers == NULL ? CREATE : REPLY, &said);
  if (answer->verdict == DFDG_LATER)
    return put_off (turn, answer, said->message, error);
  return refuse (turn, said->message, error);
}

static gboolean
send (Turn *turn, const char *cpr, GError **error)
{
  g_auto (BeskedOutcome) outcome = { 0 };
  GError *cause = NULL;
  gboolean ok;

  turn->run->result->n_calls++;
  ok = turn->message->answers == NULL ? call_create (turn, cpr, &outcome, &cause)
                                      : call_reply (turn, cpr, &outcome, &cause);
  if (ok)
    return take_outcome (turn, cpr, &outcome, error);
  if (g_error_matches (cause, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID))
    {
      g_autoptr (GError) owned = cause;
      return refuse (turn, owned->message, error);
    }
  return take_silence (turn, cause, error);
}

/* DFDG may have it although we do not know: after a restore, or when it has forgotten the request id. */
static gboolean
look_and_send (Turn *turn, const char *cpr, GError **error)
{
  GError *cause = NULL;

  if (!turn->message->is_looked_for && !is_forgotten (turn))
    return send (turn, cpr, error);
  if (!look (turn, cpr, &cause))
    {
      g_autoptr (GError) owned = NULL;

      /* Nobody of that number there: there is no message of it either. */
      if (!g_error_matches (cause, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND) &&
          !g_error_matches (cause, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID))
        return take_silence (turn, cause, error);
      owned = cause;
      return refuse (turn, owned->message, error);
    }
  if (turn->identifier != NULL)
    return finish (turn, "DFDG had it already", error);
  if (is_forgotten (turn))
    {
      ids_new_guid (turn->request_id);
      if (!write_down (turn->run, write_renewed, turn, error))
        return FALSE;
    }
  return send (turn, cpr, error);
}

/* AdminWrite. */
static gboolean
write_over (StoreSession *session, gpointer data, GError **error)
{
  const Turn *turn = data;

  return message_lane_store_finish (session, turn->message->message_id, MESSAGE_DROPPED, NULL,
                                    "the meeting is over", error);
}

/* What waited over its meeting is no news any more. */
static gboolean
is_over (const Turn *turn)
{
  return turn->message->about_start_us != 0 &&
         turn->message->about_start_us <= turn->run->lane->now_us;
}

static gboolean
work_one (Run *run, const Message *message, GError **error)
{
  Turn turn = { .run = run, .message = message };
  g_autofree char *cpr = NULL;
  gboolean ok;

  run->is_held = message->not_before_us > run->lane->now_us;
  if (run->is_held)
    return TRUE;
  if (is_over (&turn))
    {
      run->result->n_done++;
      return write_down (run, write_over, &turn, error);
    }
  cpr = message_lane_store_dup_number (run->lane->session, message->citizen_id, error);
  if (cpr == NULL || !write_down (run, write_try, &turn, error))
    return FALSE;
  run->is_held = turn.is_over_limit;
  if (turn.is_over_limit || !turn.is_waiting)
    return TRUE;
  ok = look_and_send (&turn, cpr, error);
  g_free (turn.identifier);
  return ok;
}

static gboolean
goes_on (const Run *run)
{
  return run->result->ending == DFDG_ENDED_DONE && !run->is_held;
}

static gboolean
work_all (Run *run, gboolean to_authorities, GError **error)
{
  const MessageLane *lane = run->lane;
  guint n_listed;

  run->is_held = FALSE;
  do
    {
      g_autoptr (GPtrArray) waiting = message_store_list_lane (
        lane->session, lane->tenant_id, lane->citizen_id, to_authorities, error);

      if (waiting == NULL)
        return FALSE;
      n_listed = waiting->len;
      for (guint i = 0; i < n_listed && goes_on (run); i++)
        if (!work_one (run, waiting->pdata[i], error))
          return FALSE;
    }
  while (n_listed > 0 && goes_on (run));
  return TRUE;
}

/* The day's limit is the citizen's: an authority does not wait for it. */
static gboolean
work_both (Run *run, GError **error)
{
  gboolean is_citizen_held;

  if (!work_all (run, FALSE, error))
    return FALSE;
  is_citizen_held = run->is_held;
  if (run->result->ending == DFDG_ENDED_DONE && !work_all (run, TRUE, error))
    return FALSE;
  if (run->result->ending == DFDG_ENDED_DONE && (is_citizen_held || run->is_held))
    run->result->ending = DFDG_ENDED_LATER;
  return TRUE;
}

/**
 * message_lane_run:
 *
 * Until nothing waits, or something must wait. A run that is cut short anywhere is made good by the next: what may have
 * reached DFDG is sent with the same request id, or looked for first. On a waiting thread; blocks.
 */
void
message_lane_run (const MessageLane *lane, DfdgPumpResult *out_result)
{
  Run run = { .lane = lane, .result = out_result };
  g_autoptr (GError) error = NULL;

  *out_result = (DfdgPumpResult){ .ending = DFDG_ENDED_DONE };
  if (message_rules_load (lane->session, lane->tenant_id, lane->now_us, &run.rules, &error) &&
      add_news (&run, &error) && work_both (&run, &error))
    return;
  out_result->ending =
    g_cancellable_is_cancelled (lane->cancellable) ? DFDG_ENDED_CANCELLED : DFDG_ENDED_LOCAL;
  planner_log_event (PLANNER_LOG_WARNING, "messages-run", "request", lane->call_id, "problem",
                     error->message, NULL);
}
