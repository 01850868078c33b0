/* SPDX-License-Identifier: EUPL-1.2 */
/* The way of one call: sent, answered, judged, learned from, passed back, told. */
#include "gateway/track-passage.h"
#include "route/track-judge.h"

#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "http/planner-faults.h"
#include "planner-log.h"

/* A caller who reads slowly holds up his Planner, not our memory. */
#define HIGH_BYTES (256 * 1024)
#define LOW_BYTES  (64 * 1024)

static void
passage_free (TrackPassage *passage)
{
  timer_free (passage->patience);
  track_answer_free (passage->answer);
  g_clear_pointer (&passage->held, g_byte_array_unref);
  g_clear_pointer (&passage->routes, track_routes_unref);
  g_clear_pointer (&passage->body, g_bytes_unref);
  g_clear_pointer (&passage->whole, g_bytes_unref);
  g_strfreev (passage->headers);
  g_free (passage->content_type);
  g_free (passage->retry_after);
  g_free (passage->problem);
  g_free (passage->caller);
  g_free (passage);
}

static void
count_held (TrackPassage *passage)
{
  gsize now = passage->held == NULL ? 0 : passage->held->len;

  passage->gateway->counters.n_held_bytes += now - passage->n_counted;
  passage->n_counted = now;
}

/* --- the end ---------------------------------------------------------------------------------- */

static PlannerLogLevel
level_of (TrackOutcome outcome)
{
  switch (track_outcome_class (outcome))
    {
    case TRACK_CLASS_ILL:
    case TRACK_CLASS_NO_CONTACT:
    case TRACK_CLASS_BROKEN:
      return PLANNER_LOG_WARNING;
    case TRACK_CLASS_ALIVE:
    case TRACK_CLASS_BUSY:
    case TRACK_CLASS_PLANNED:
    case TRACK_CLASS_OURS:
    case TRACK_N_CLASSES:
    default:
      return PLANNER_LOG_INFO;
    }
}

static void
log_record (const TrackRecord *record)
{
  char digits[4][DECIMAL_BYTES];
  const char *fault =
    record->fault_code == 0 ? NULL : decimal_write (digits[0], record->fault_code);
  const char *status = decimal_write (digits[1], record->http_status);
  const char *total =
    record->times.total_us < 0 ? NULL : decimal_write (digits[2], record->times.total_us);
  const char *own = decimal_write (digits[3], record->own_us);

  planner_log_event (level_of (record->outcome), "call", "request", record->request_id, "caller",
                     record->caller, "operation", record->operation, "asked", record->asked, "unit",
                     record->unit, "endpoint", record->endpoint, "how", record->how, "outcome",
                     track_outcome_word (record->outcome), "fault", fault, "status", status,
                     "planner_us", total, "own_us", own, "problem", record->problem, NULL);
}

static void
fill_record (TrackPassage *passage, TrackRecord *record)
{
  const TrackDecision *decision = &passage->decision;
  gint64 now_us = clock_monotonic_us ();
  gint64 away_us = passage->sent_us == 0       ? 0
                   : passage->answered_us == 0 ? now_us - passage->sent_us
                                               : passage->answered_us - passage->sent_us;

  *record = (TrackRecord){
    .at_us = passage->at_us,
    .request_id = passage->request_id,
    .unit = *decision->unit == '\0' ? NULL : decision->unit,
    .asked = *passage->call.code == '\0' ? NULL : passage->call.code,
    .endpoint = decision->endpoint == NULL ? NULL : decision->endpoint->name,
    .url = passage->url,
    .operation = passage->call.operation,
    .caller = passage->caller,
    .how = track_how_word (decision->how),
    .outcome = passage->outcome,
    .fault_code = passage->fault_code,
    .http_status = passage->is_gone ? 0 : passage->replied_status,
    .times = passage->times,
    .own_us = MAX (now_us - passage->arrived_us - away_us, 0),
    .n_request = passage->body == NULL ? 0 : g_bytes_get_size (passage->body),
    .n_answer = passage->n_answer,
    .problem = passage->problem,
    .certificate_until_us = passage->certificate_until_us,
  };
}

static void
tell_passed (TrackPassage *passage, const TrackRecord *record)
{
  TrackGateway *gateway = passage->gateway;
  TrackPassed passed = { .call = &passage->call,
                         .decision = &passage->decision,
                         .routes = passage->routes,
                         .request = passage->body,
                         .headers = (const char *const *) passage->headers,
                         .record = record };

  if (gateway->passed == NULL || passage->answer == NULL || passage->verdict != TRACK_N_OUTCOMES)
    return;
  if (passage->whole != NULL)
    passed.answer = g_bytes_get_data (passage->whole, &passed.n_answer);
  gateway->passed (&passed, gateway->passed_data);
}

static void
release_slot (TrackPassage *passage)
{
  TrackGateway *gateway = passage->gateway;
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (gateway->slots, passage->slot));

  if (passage->slot == NULL)
    return;
  g_hash_table_insert (gateway->slots, (gpointer) passage->slot, GUINT_TO_POINTER (n - 1));
  passage->slot = NULL;
}

/**
 * track_passage_end:
 *
 * All is said and known: observers are told, and the passage is freed unless the writer still holds it.
 */
void
track_passage_end (TrackPassage *passage)
{
  TrackGateway *gateway = passage->gateway;
  TrackRecord record;

  fill_record (passage, &record);
  gateway->counters.n_by_outcome[record.outcome]++;
  log_record (&record);
  track_gateway_tell (gateway, &record);
  tell_passed (passage, &record);
  release_slot (passage);
  g_clear_pointer (&passage->held, g_byte_array_unref);
  count_held (passage);
  listener_request_set_gone_func (passage->request, NULL, NULL);
  listener_request_set_drained_func (passage->request, 0, NULL, NULL);
  g_clear_pointer (&passage->request, listener_request_unref);
  gateway->counters.n_calls--;
  passage->is_over = TRUE;
  if (!passage->is_learning)
    passage_free (passage);
}

/* --- faults of ours --------------------------------------------------------------------------- */

static void
reply_fault (TrackPassage *passage, const ContractFault *fault, guint status)
{
  GString *text = g_string_sized_new (1024);
  gsize n_bytes;

  contract_fault_write (passage->gateway->settings.mapping, passage->call.version, fault, text);
  n_bytes = text->len;
  passage->fault_code = fault->code;
  passage->replied_status = status;
  if (passage->retry_after != NULL)
    listener_request_add_reply_header (passage->request, "Retry-After", passage->retry_after);
  listener_request_reply_take (passage->request, status,
                               contract_soap_content_type (passage->call.version),
                               g_string_free (text, FALSE), n_bytes);
}

/**
 * track_passage_refuse:
 * @kind: what the caller is told
 *
 * The end of a call that gets no answer of its Planner.
 */
void
track_passage_refuse (TrackPassage *passage, TrackOutcome outcome, TrackFaultKind kind)
{
  const TrackFaultRow *row = &track_faults[kind];
  ContractFault fault = { .side = row->side,
                          .code = row->code,
                          .text = row->text,
                          .request_id = passage->request_id,
                          .cause_code = row->cause_code };

  passage->outcome = outcome;
  reply_fault (passage, &fault, track_fault_status (row, passage->call.version));
  track_passage_end (passage);
}

/**
 * track_passage_refuse_call:
 * @error: CONTRACT_ERROR: why the message cannot be routed
 *
 * As plannerd would have said it.
 */
void
track_passage_refuse_call (TrackPassage *passage, const GError *error)
{
  const FaultRow *row = planner_faults_find (error, FAULT_STAGE_REQUEST);
  ContractFault fault = { .side = row->side,
                          .code = row->fault_code,
                          .text = planner_faults_get_text (row, error),
                          .request_id = passage->request_id };

  passage->outcome = TRACK_OUTCOME_REFUSED_CALL;
  reply_fault (passage, &fault, planner_faults_get_status (row, passage->call.version));
  track_passage_end (passage);
}

/* What was not sent changed nothing: the caller of a change is told so when we know it. */
static TrackFaultKind
fault_of (const TrackPassage *passage, TrackOutcome outcome)
{
  switch (track_outcome_class (outcome))
    {
    case TRACK_CLASS_BROKEN:
      return TRACK_FAULT_BROKEN;
    case TRACK_CLASS_BUSY:
      return TRACK_FAULT_BUSY;
    case TRACK_CLASS_ALIVE:
    case TRACK_CLASS_PLANNED:
    case TRACK_CLASS_ILL:
    case TRACK_CLASS_NO_CONTACT:
    case TRACK_CLASS_OURS:
    case TRACK_N_CLASSES:
    default:
      return passage->is_sent ? TRACK_FAULT_NO_CONTACT : TRACK_FAULT_NOT_SENT;
    }
}

/**
 * track_passage_fail:
 *
 * The exchange came to nothing. What has begun to stream is cut: no half answer may look whole.
 */
void
track_passage_fail (TrackPassage *passage, TrackOutcome outcome)
{
  if (!passage->is_streaming)
    {
      track_passage_refuse (passage, outcome, fault_of (passage, outcome));
      return;
    }
  passage->outcome = outcome;
  passage->fault_code = track_faults[fault_of (passage, outcome)].code;
  listener_request_reply_abort (passage->request);
  track_passage_end (passage);
}

/* --- the answer passes ------------------------------------------------------------------------ */

static GBytes *
steal_held (TrackPassage *passage)
{
  GByteArray *held = g_steal_pointer (&passage->held);

  passage->held = g_byte_array_new ();
  return g_byte_array_free_to_bytes (held);
}

static void
on_drained (ListenerRequest *request, gpointer data)
{
  TrackPassage *passage = data;

  if (passage->exchange != NULL)
    track_exchange_resume (passage->exchange);
}

static void
feed_held (TrackPassage *passage)
{
  g_autoptr (GBytes) bytes = steal_held (passage);

  if (passage->is_gone)
    return;
  if (listener_request_reply_feed (passage->request, bytes) > HIGH_BYTES &&
      passage->exchange != NULL)
    track_exchange_pause (passage->exchange);
}

static void
add_reply_headers (TrackPassage *passage)
{
  if (passage->retry_after != NULL)
    listener_request_add_reply_header (passage->request, "Retry-After", passage->retry_after);
}

static void
begin_stream (TrackPassage *passage)
{
  passage->is_streaming = TRUE;
  passage->replied_status = passage->status;
  passage->gateway->counters.n_streamed++;
  add_reply_headers (passage);
  listener_request_set_drained_func (passage->request, LOW_BYTES, on_drained, passage);
  listener_request_reply_begin (passage->request, passage->status, passage->content_type,
                                passage->length);
}

static void
pass_answer (TrackPassage *passage)
{
  if (passage->is_streaming)
    {
      feed_held (passage);
      listener_request_reply_end (passage->request);
      track_passage_end (passage);
      return;
    }
  passage->replied_status = passage->status;
  add_reply_headers (passage);
  passage->whole = steal_held (passage);
  listener_request_reply (passage->request, passage->status, passage->content_type, passage->whole);
  track_passage_end (passage);
}

/* --- what it teaches -------------------------------------------------------------------------- */

static void
on_impatient (gpointer data)
{
  TrackPassage *passage = data;

  passage->gateway->counters.n_not_waited++;
  track_learned_count_early (passage->gateway->settings.learned);
  pass_answer (passage);
}

static void
on_learned (const GError *error, gpointer data)
{
  TrackPassage *passage = data;

  passage->is_learning = FALSE;
  if (passage->is_over)
    {
      passage_free (passage);
      return;
    }
  if (passage->patience == NULL)
    return; /* it was refused at once: whoever noted it goes on */
  if (error != NULL)
    passage->gateway->counters.n_not_waited++;
  pass_answer (passage);
}

static void
wait_for_disk (TrackPassage *passage)
{
  passage->gateway->counters.n_waited++;
  passage->patience = timer_new (passage->gateway->settings.context, on_impatient, passage);
  timer_arm (passage->patience,
             clock_monotonic_us () + passage->gateway->config->learned_wait_ms * 1000);
}

/* The code counts for the citizen only when the call itself says it. */
static void
learn_and_pass (TrackPassage *passage)
{
  const TrackDecision *decision = &passage->decision;
  TrackLesson lesson = { .endpoint = decision->endpoint->name,
                         .unit = decision->code,
                         .canary = decision->canary,
                         .routes = passage->routes };

  if (*passage->call.code != '\0' && *passage->call.citizen != '\0')
    {
      lesson.citizen = passage->call.citizen;
      lesson.asked = passage->call.code;
    }
  lesson.ids = track_answer_get_ids (passage->answer, &lesson.n_ids);
  passage->is_learning = TRUE;
  if (track_learned_note (passage->gateway->settings.learned, &lesson, on_learned, passage))
    passage->is_learning = FALSE;
  if (passage->is_learning && passage->gateway->config->learned_wait_ms > 0)
    wait_for_disk (passage);
  else
    pass_answer (passage);
}

/* --- the exchange ----------------------------------------------------------------------------- */

static void
blame (TrackPassage *passage, TrackOutcome verdict, const char *problem)
{
  passage->verdict = verdict;
  g_free (passage->problem);
  passage->problem = g_strdup (problem);
}

static gboolean
on_head (TrackExchange *exchange,
         guint status,
         const char *content_type,
         gint64 length,
         gpointer data)
{
  TrackPassage *passage = data;
  const char *retry_after = track_exchange_find_header (exchange, "Retry-After");
  const char *problem = NULL;
  TrackOutcome outcome = TRACK_N_OUTCOMES;

  passage->status = status;
  passage->length = length;
  if (track_judge_is_field (retry_after))
    passage->retry_after = g_strdup (retry_after);
  if (!track_judge_head (status, content_type, &outcome, &problem))
    {
      blame (passage, outcome, problem);
      return FALSE;
    }
  passage->content_type = g_strdup (content_type);
  passage->held = g_byte_array_new ();
  passage->answer = track_answer_new (&passage->call, passage->gateway->settings.mapping);
  return TRUE;
}

static gboolean
hold_or_stream (TrackPassage *passage, const char *bytes, gsize n_bytes)
{
  if (passage->is_streaming && passage->held->len > 0)
    feed_held (passage);
  g_byte_array_append (passage->held, (const guint8 *) bytes, (guint) n_bytes);
  count_held (passage);
  if (passage->is_streaming ||
      passage->held->len <= (guint) passage->gateway->config->upstream_hold_bytes)
    return TRUE;
  if (track_answer_get_kind (passage->answer) == TRACK_ANSWER_UNDECIDED)
    {
      blame (passage, TRACK_OUTCOME_CONTRACT, "a long answer that does not begin as one");
      return FALSE;
    }
  /* For a caller that has left it is read on, for what it teaches. */
  begin_stream (passage);
  return TRUE;
}

static gboolean
on_data (TrackExchange *exchange, const char *bytes, gsize n_bytes, gpointer data)
{
  TrackPassage *passage = data;
  g_autoptr (GError) error = NULL;

  passage->n_answer += n_bytes;
  if (track_answer_feed (passage->answer, bytes, n_bytes, &error))
    return hold_or_stream (passage, bytes, n_bytes);
  blame (passage, track_judge_error (error), error->message);
  return FALSE;
}

static void
conclude (TrackPassage *passage)
{
  g_autoptr (GError) error = NULL;

  if (!track_answer_end (passage->answer, &error))
    {
      blame (passage, track_judge_error (error), error->message);
      track_passage_fail (passage, passage->verdict);
      return;
    }
  passage->outcome = track_judge_answer (passage->answer);
  passage->fault_code = track_answer_get_fault_code (passage->answer);
  if (track_answer_get_kind (passage->answer) == TRACK_ANSWER_MESSAGE)
    learn_and_pass (passage);
  else
    pass_answer (passage);
}

static void
on_done (TrackExchange *exchange,
         TrackOutcome outcome,
         const TrackTimes *times,
         const char *problem,
         gpointer data)
{
  TrackPassage *passage = data;
  const TrackPeerCertificate *certificate = track_exchange_get_certificate (exchange);

  passage->exchange = NULL;
  passage->answered_us = clock_monotonic_us ();
  passage->times = *times;
  passage->is_sent = track_exchange_is_sent (exchange);
  if (certificate != NULL)
    passage->certificate_until_us = certificate->until_us;
  if (passage->verdict == TRACK_N_OUTCOMES && outcome != TRACK_OUTCOME_OK)
    blame (passage, outcome, problem);
  if (passage->verdict != TRACK_N_OUTCOMES)
    track_passage_fail (passage, passage->verdict);
  else if (passage->answer == NULL)
    track_passage_fail (passage, TRACK_OUTCOME_RESET);
  else
    conclude (passage);
}

static const TrackExchangeFuncs funcs = { on_head, on_data, on_done };

/* A read is given up; of a change it must become known what came of it. */
static void
on_gone (ListenerRequest *request, gpointer data)
{
  TrackPassage *passage = data;

  passage->is_gone = TRUE;
  if (passage->exchange == NULL)
    return;
  if (passage->call.is_write)
    {
      track_exchange_resume (passage->exchange);
      return;
    }
  track_exchange_cancel (g_steal_pointer (&passage->exchange));
  passage->outcome = TRACK_OUTCOME_GONE;
  track_passage_end (passage);
}

/**
 * track_passage_send:
 * @target: headers and body are filled in here
 *
 * Sends the call; all else comes from the loop.
 */
void
track_passage_send (TrackPassage *passage, const TrackTarget *target)
{
  TrackTarget whole = *target;
  g_autoptr (GError) error = NULL;

  whole.headers = (const char *const *) passage->headers;
  whole.body = passage->body;
  passage->sent_us = clock_monotonic_us ();
  passage->exchange =
    track_upstream_send (passage->gateway->settings.upstream, &whole, &funcs, passage, &error);
  if (passage->exchange == NULL)
    {
      blame (passage, TRACK_OUTCOME_LIMIT, error->message);
      track_passage_refuse (passage, TRACK_OUTCOME_LIMIT, TRACK_FAULT_LIMIT);
      return;
    }
  listener_request_set_gone_func (passage->request, on_gone, passage);
}
