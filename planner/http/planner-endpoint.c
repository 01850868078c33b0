/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads a SOAP request, hands it to the service, writes the answer or the fault, and logs one line. */
#include "http/planner-endpoint.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/timer.h"
#include "http/planner-faults.h"
#include "http/planner-media.h"

/* One call, from the whole request to the last thing that is known about it. */
typedef struct
{
  PlannerEndpoint *endpoint;
  ListenerRequest *request;
  PlannerCallers *callers;
  ContractEnvelope *envelope;
  OpCall op;
  Timer *deadline;   /* of calls that do not end at once */
  gboolean *is_over; /* set when the call ends while it is being submitted */
  gint64 arrived_us;
  gint64 queue_us;
  gint64 unit_id;  /* as the service found it; not read while the call is its */
  gint64 retry_us; /* likewise */
  const char *place;
  gboolean is_answered;
  char request_id[IDS_GUID_LENGTH + 1];
} Call;

static const char *const place_names[] = { "inline", "worker", "writer" };
static const char *const outcome_names[] = {
  [METRICS_OK] = "ok",     [METRICS_REPLAY] = "replay", [METRICS_FAULT] = "fault",
  [METRICS_BUSY] = "busy", [METRICS_ERROR] = "error",   [METRICS_CLOSED] = "closed"
};

/* Most calls end before the next one begins: they do with one envelope and its memory. */
static ContractEnvelope *
take_envelope (PlannerEndpoint *endpoint)
{
  ContractEnvelope *envelope = g_steal_pointer (&endpoint->spare);

  return envelope != NULL ? envelope : contract_envelope_new ();
}

static void
give_envelope (PlannerEndpoint *endpoint, ContractEnvelope *envelope)
{
  contract_envelope_reset (envelope);
  g_clear_pointer (&endpoint->spare, contract_envelope_free);
  endpoint->spare = envelope;
}

/**
 * planner_endpoint_clear:
 *
 * Frees what the endpoint owns, when no call is under way. Loop thread.
 */
void
planner_endpoint_clear (PlannerEndpoint *endpoint)
{
  g_clear_pointer (&endpoint->spare, contract_envelope_free);
}

static void
call_free (Call *call)
{
  op_call_reset (&call->op);
  if (call->op.body != NULL)
    g_string_free (call->op.body, TRUE);
  call->endpoint->n_calls--;
  give_envelope (call->endpoint, call->envelope);
  timer_free (call->deadline);
  planner_callers_unref (call->callers);
  listener_request_unref (call->request);
  g_free (call);
}

/**
 * planner_endpoint_resolve_time:
 * @time: (inout): a wall-clock reading
 * @zone: a CalsyncZone
 *
 * A ContractTimeResolver: in the gap the offset before it counts, in the overlap the first of the
 * two, by RFC 5545 section 3.3.5. Any thread.
 *
 * Returns: FALSE for a reading at the very ends of time, whose instant could not be sent back
 */
gboolean
planner_endpoint_resolve_time (ContractTime *time, gpointer zone)
{
  gint64 rest_us = time->unix_us % G_USEC_PER_SEC;
  gint64 local_s;

  if (rest_us < 0)
    rest_us += G_USEC_PER_SEC;
  local_s = (time->unix_us - rest_us) / G_USEC_PER_SEC;
  time->unix_us = calsync_zone_seconds_to_instant (zone, local_s, NULL) + rest_us;
  time->offset_s = calsync_zone_offset_at (zone, time->unix_us);
  /* Before 1894 the clock was off by seconds too, which no offset can say: the instant stays right. */
  time->offset_s -= time->offset_s % 60;
  time->has_offset = TRUE;
  return contract_time_is_sendable (time);
}

/* The organisation key that a request names, found by the tables so that no operation is forgotten. */
static const char *
find_unit (const ContractEnvelope *envelope)
{
  const ContractType *type;

  if (envelope->operation == NULL || envelope->request == NULL)
    return NULL;
  type = &contract_types[envelope->operation->request];
  for (guint i = 0; i < type->n_fields; i++)
    {
      const ContractField *field = &type->fields[i];
      if (field->kind == CONTRACT_KIND_STRING && (field->flags & CONTRACT_FIELD_LIST) == 0 &&
          strcmp (contract_names[field->name].text, "JobCenterCode") == 0)
        return *(const char *const *) ((const char *) envelope->request + field->offset);
    }
  return NULL;
}

static void
log_call (Call *call, const FaultRow *row, const char *outcome, guint status, const char *reason)
{
  const ContractEnvelope *envelope = call->envelope;
  LogCall line = { .level = row == NULL ? PLANNER_LOG_INFO : row->level,
                   .request_id = call->request_id,
                   .caller = call->op.caller->name,
                   .peer = listener_request_get_peer (call->request),
                   .operation = envelope->operation == NULL ? NULL : envelope->operation->name,
                   .unit = find_unit (envelope),
                   .place = call->place,
                   .outcome = outcome,
                   .fault_code = row == NULL ? 0 : row->fault_code,
                   .reason = reason,
                   .http_status = status,
                   .queue_us = call->queue_us,
                   .duration_us = clock_monotonic_us () - call->arrived_us };

  if (envelope->active_organisation != NULL)
    line.organisation = envelope->active_organisation->organisation_code;
  if (envelope->request_user_metadata != NULL)
    line.user = envelope->request_user_metadata->request_user_structure.user_identifier;
  planner_log_call (&line);
}

static void
send (Call *call, guint status, GString *text)
{
  const char *type = contract_soap_content_type (call->envelope->version);
  gsize n_bytes = text->len;

  call->is_answered = TRUE;
  listener_request_reply_take (call->request, status, type, g_string_free (text, FALSE), n_bytes);
}

static MetricsOutcome
outcome_of (const FaultRow *row)
{
  if (row->domain == FAULT_DOMAIN_PLANNER && row->code == PLANNER_ERROR_BUSY)
    return METRICS_BUSY;
  if (row->domain == FAULT_DOMAIN_PLANNER && row->code == PLANNER_ERROR_SERVICE_WINDOW)
    return METRICS_CLOSED;
  return row->side == CONTRACT_FAULT_RECEIVER ? METRICS_ERROR : METRICS_FAULT;
}

/* What the caller is not told is said here, under the request id. */
static void
log_hidden (Call *call, const FaultRow *row, const GError *error)
{
  if (row->may_show)
    return;
  planner_log_event (row->level, "hidden-error", "request", call->request_id, "text",
                     error == NULL ? "failed without saying why" : error->message, NULL);
}

static void
count (Call *call, MetricsOutcome outcome)
{
  static const UptimeOutcome outcomes[] = {
    [METRICS_OK] = UPTIME_OK,     [METRICS_REPLAY] = UPTIME_OK,   [METRICS_FAULT] = UPTIME_FAULT,
    [METRICS_BUSY] = UPTIME_BUSY, [METRICS_ERROR] = UPTIME_ERROR, [METRICS_CLOSED] = UPTIME_CLOSED,
  };
  gint64 duration_us = clock_monotonic_us () - call->arrived_us;

  planner_metrics_count_call (call->endpoint->metrics, call->envelope->operation, outcome,
                              duration_us);
  op_service_count_call (call->endpoint->service, call->op.caller, call->unit_id, outcomes[outcome],
                         duration_us);
}

/* When it is worth trying again: a service window tells. */
static void
add_retry_after (Call *call)
{
  gint64 wait_us = call->retry_us - clock_now_us ();
  g_autofree char *seconds = NULL;

  if (call->retry_us == 0)
    return;
  seconds = g_strdup_printf ("%" G_GINT64_FORMAT, MAX (wait_us / G_USEC_PER_SEC + 1, 1));
  listener_request_add_reply_header (call->request, "Retry-After", seconds);
}

static void
answer_fault (Call *call, const GError *error, FaultStage stage)
{
  const FaultRow *row = planner_faults_find (error, stage);
  ContractFault fault = { .side = row->side,
                          .code = row->fault_code,
                          .text = planner_faults_get_text (row, error),
                          .request_id = call->request_id };
  GString *text = g_string_sized_new (1024);
  guint status = planner_faults_get_status (row, call->envelope->version);

  if (outcome_of (row) == METRICS_CLOSED)
    add_retry_after (call);
  contract_fault_write (call->endpoint->mapping, call->envelope->version, &fault, text);
  send (call, status, text);
  count (call, outcome_of (row));
  planner_metrics_count_fault (call->endpoint->metrics, row->fault_code);
  log_hidden (call, row, error);
  log_call (call, row, outcome_names[outcome_of (row)], status, fault.text);
}

static gboolean
check_with_schema (Call *call, const char *bytes, gsize n_bytes, const char *way, GError **error)
{
  g_autoptr (GError) verdict = NULL;

  if (call->endpoint->schema == NULL ||
      contract_schema_check_envelope (call->endpoint->schema, bytes, n_bytes, &verdict))
    return TRUE;
  planner_log_event (PLANNER_LOG_ERROR, "schema-disagrees", "request", call->request_id, "way", way,
                     "text", verdict->message, NULL);
  g_propagate_error (error, g_steal_pointer (&verdict));
  return FALSE;
}

static void
answer (Call *call)
{
  GString *text = g_steal_pointer (&call->op.body);
  MetricsOutcome outcome = call->op.is_replay ? METRICS_REPLAY : METRICS_OK;
  g_autoptr (GError) error = NULL;

  contract_envelope_wrap (call->envelope->version, text);
  if (!check_with_schema (call, text->str, text->len, "out", &error))
    {
      g_string_free (text, TRUE);
      answer_fault (call, error, FAULT_STAGE_ANSWER);
      return;
    }
  send (call, 200, text);
  count (call, outcome);
  log_call (call, NULL, outcome_names[outcome], 200, NULL);
}

/* The caller was told busy, and then it came through: whoever looks for it must find a line. */
static void
note_late (Call *call, const GError *error)
{
  if (error != NULL || call->op.row->place != OP_WRITE)
    return;
  planner_metrics_count_late (call->endpoint->metrics);
  planner_log_event (PLANNER_LOG_WARNING, "late-commit", "request", call->request_id, "caller",
                     call->op.caller->name, "operation", call->op.row->name, NULL);
}

static void
on_done (OpCall *op, const OpReport *report, const GError *error, gpointer data)
{
  Call *call = data;

  call->place = report->run.n_runs == 0 ? "none" : place_names[report->place];
  call->queue_us = report->run.queue_us;
  call->unit_id = op->unit_id;
  call->retry_us = op->retry_us;
  if (report->run.n_runs > 0)
    planner_metrics_count_wait (call->endpoint->metrics, (MetricsPlace) report->place,
                                report->run.queue_us);
  if (call->is_answered)
    note_late (call, error);
  else if (error != NULL)
    answer_fault (call, error, FAULT_STAGE_ANSWER);
  else
    answer (call);
  if (call->is_over != NULL)
    *call->is_over = TRUE;
  call_free (call);
}

/* The call itself lives on until the service gives it back. */
static void
on_deadline (gpointer data)
{
  Call *call = data;
  g_autoptr (GError) error = g_error_new_literal (PLANNER_ERROR, PLANNER_ERROR_BUSY, "too late");

  if (!call->is_answered)
    answer_fault (call, error, FAULT_STAGE_ANSWER);
}

static gboolean
check_headers (const PlannerConfig *config, const ContractEnvelope *envelope, GError **error)
{
  const char *missing = NULL;

  if (config->contract_require_active_organisation && envelope->active_organisation == NULL)
    missing = "ActiveOrganisation";
  else if (config->contract_require_request_user_metadata &&
           envelope->request_user_metadata == NULL)
    missing = "RequestUserMetadata";
  if (missing != NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "the header %s is missing",
                 missing);
  return missing == NULL;
}

static gboolean
parse (Call *call, const char *action, GError **error)
{
  PlannerEndpoint *endpoint = call->endpoint;
  ContractReadOptions options = { .mapping = endpoint->mapping,
                                  .resolve_time = planner_endpoint_resolve_time,
                                  .resolver_data = (gpointer) endpoint->zone,
                                  .max_bytes = (gsize) endpoint->config->limits_max_body_bytes };
  gsize n_bytes = 0;
  const char *bytes = listener_request_get_body (call->request, &n_bytes);

  return contract_envelope_parse (call->envelope, &options, bytes, n_bytes, action, error) &&
         check_with_schema (call, bytes, n_bytes, "in", error) &&
         check_headers (endpoint->config, call->envelope, error);
}

static void
submit (Call *call)
{
  PlannerEndpoint *endpoint = call->endpoint;
  const OpRow *row = op_table_find (call->envelope->operation->name);
  gboolean is_over = FALSE;
  gint64 deadline_us;

  if (row == NULL)
    {
      answer_fault (call, NULL, FAULT_STAGE_ANSWER);
      call_free (call);
      return;
    }
  deadline_us = call->arrived_us + (gint64) row->deadline_ms * 1000;
  call->op.row = row;
  call->op.request_id = call->request_id;
  call->op.mapping = endpoint->mapping;
  call->op.operation = call->envelope->operation;
  call->op.arena = call->envelope->arena;
  call->op.request = call->envelope->request;
  call->is_over = &is_over;
  op_service_submit (endpoint->service, &call->op, deadline_us, on_done, call);
  if (is_over)
    return;
  call->is_over = NULL;
  call->deadline = timer_new (endpoint->context, on_deadline, call);
  timer_arm (call->deadline, deadline_us);
}

static Call *
call_new (PlannerEndpoint *endpoint,
          ListenerRequest *request,
          PlannerCallers *callers,
          const OpCaller *caller)
{
  Call *call = g_new0 (Call, 1);

  call->endpoint = endpoint;
  call->request = listener_request_ref (request);
  call->callers = planner_callers_ref (callers);
  call->envelope = take_envelope (endpoint);
  call->op.caller = caller;
  call->arrived_us = clock_monotonic_us ();
  call->place = "none";
  ids_new_guid (call->request_id);
  endpoint->n_calls++;
  return call;
}

/**
 * planner_endpoint_handle:
 * @request: a POST to the contract's path; a reference is taken
 * @caller: one of @callers
 *
 * Replies once: with the answer, with a fault, or with 415 when the body is not SOAP by its
 * content type. Loop thread; does not block.
 */
void
planner_endpoint_handle (PlannerEndpoint *endpoint,
                         ListenerRequest *request,
                         PlannerCallers *callers,
                         const OpCaller *caller)
{
  g_autofree char *action = NULL;
  g_autoptr (GError) error = NULL;
  Call *call;

  if (!planner_media_is_plain (listener_request_find_header (request, "Content-Encoding")) ||
      !planner_media_read (listener_request_find_header (request, "Content-Type"),
                           listener_request_find_header (request, "SOAPAction"), &action))
    {
      planner_media_refuse (request);
      return;
    }
  call = call_new (endpoint, request, callers, caller);
  if (parse (call, action, &error))
    submit (call);
  else
    {
      answer_fault (call, error, FAULT_STAGE_REQUEST);
      call_free (call);
    }
}
