/* SPDX-License-Identifier: EUPL-1.2 */
/* ReportError (CreateFejlmelding): what Jobnet or DFDG found wrong lands in the operator's inbox. */
#include <json-glib/json-glib.h>

#include "ops/call/op-context.h"
#include "ops/call/op-memory.h"
#include "ops/handlers/op-table.h"

#include "base/error.h"
#include "base/ids.h"
#include "store/citizen-store.h"
#include "store/evidence-store.h"

typedef ContractReportErrorRequest Request;
typedef ContractReportErrorResponse Response;

/* Client systems that may report, dossier 1.7. */
#define ORIGIN_DFDG   30
#define ORIGIN_JOBNET 32

static gboolean
check_subject (OpCall *call, const Request *request, GError **error)
{
  g_autoptr (Booking) booking = NULL;

  if (request->error_origin != ORIGIN_DFDG && request->error_origin != ORIGIN_JOBNET)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                           "ErrorOrigin is neither 30 nor 32");
      return FALSE;
    }
  if (request->interview_option_id != NULL &&
      op_find_offer (call, request->interview_option_id, error) == NULL)
    return FALSE;
  if (request->booking_identifier == NULL)
    return TRUE;
  booking = op_find_booking (call, request->booking_identifier,
                             request->person_civil_registration_identifier, error);
  return booking != NULL;
}

static void
add_member (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static char *
payload_of (const Request *request, gint64 citizen_id)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = request->error_text == NULL
                            ? NULL
                            : citizen_dup_without_cpr (
                                request->error_text, request->person_civil_registration_identifier);
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "citizen_id");
  json_builder_add_int_value (builder, citizen_id);
  json_builder_set_member_name (builder, "error_code");
  json_builder_add_int_value (builder, request->error_code);
  json_builder_set_member_name (builder, "error_origin");
  json_builder_add_int_value (builder, request->error_origin);
  json_builder_set_member_name (builder, "error_time_us");
  json_builder_add_int_value (builder, request->error_time.unix_us);
  add_member (builder, "offer", request->interview_option_id);
  add_member (builder, "booking", request->booking_identifier);
  add_member (builder, "text", text);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

/**
 * op_report_error:
 *
 * Ours after BorgerBookingService's CreateFejlmelding (dossier 1.7). The same report twice is kept
 * once.
 */
gboolean
op_report_error (OpCall *call, GError **error)
{
  const Request *request = call->request;
  const char *cpr = request->person_civil_registration_identifier;
  Response *response = contract_arena_new0 (call->arena, Response);
  g_autoptr (GBytes) digest = NULL;
  g_autofree char *message_id = NULL;
  g_autofree char *payload = NULL;
  InboxMessage message = { call->tenant_id, "error-report", NULL, call->now_us, NULL, 0 };
  gint64 citizen_id;

  if (!op_check_cpr (cpr, error) || !check_subject (call, request, error))
    return FALSE;
  citizen_id = citizen_store_put (call->session, call->tenant_id, cpr, error);
  digest = citizen_id == 0 ? NULL : op_memory_digest (call, citizen_id, cpr, error);
  if (digest == NULL)
    return FALSE;
  message_id = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, digest);
  payload = payload_of (request, citizen_id);
  message.citizen_id = citizen_id;
  message.message_id = message_id;
  message.payload = payload;
  response->is_present = TRUE;
  call->response = response;
  return evidence_store_add_inbox (call->session, &message, error);
}
