/* SPDX-License-Identifier: EUPL-1.2 */
/* Whole SOAP calls: what is read can be written and comes back equal; what is refused gets a fault that the schema accepts. */
#include <string.h>

#include "contract-envelope.h"
#include "contract-error.h"
#include "contract-fault.h"
#include "contract-random.h"
#include "contract-schema.h"
#include "fuzz.h"
#include "http/planner-endpoint.h"
#include "http/planner-faults.h"

static ContractSchema *
get_schema (void)
{
  static ContractSchema *schema;

  if (schema == NULL)
    schema = contract_schema_new (NULL, NULL);
  g_assert_nonnull (schema);
  return schema;
}

static gboolean
parse (ContractEnvelope *envelope, const char *bytes, gsize n_bytes, GError **error)
{
  const ContractReadOptions options = {
    .resolve_time = planner_endpoint_resolve_time,
    .resolver_data = (gpointer) calsync_zone_lookup ("Europe/Copenhagen", NULL),
  };

  return contract_envelope_parse (envelope, &options, bytes, n_bytes, NULL, error);
}

static void
check_fault (const ContractEnvelope *envelope, const GError *error)
{
  const FaultRow *row = planner_faults_find (error, FAULT_STAGE_REQUEST);
  const ContractFault fault = { .side = row->side,
                                .code = row->fault_code,
                                .text = planner_faults_get_text (row, error),
                                .request_id = "00000000-0000-4000-8000-000000000000" };
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) verdict = NULL;

  g_assert_true (error->domain == CONTRACT_ERROR);
  g_assert_cmpint (error->code, <=, CONTRACT_ERROR_TIME);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_null (envelope->request);
  contract_fault_write (NULL, envelope->version, &fault, text);
  g_assert_nonnull (strstr (text->str, "PlannerFault"));
  g_assert_nonnull (strstr (text->str, "RequestId"));
  g_assert_cmpuint (text->len, <, 4096);
}

static void
check_round_trip (const ContractEnvelope *envelope)
{
  const ContractOperation *operation = envelope->operation;
  g_autoptr (GString) body = g_string_new (NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (ContractEnvelope) again = contract_envelope_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (contract_body_write_request (NULL, operation, envelope->request, body, &error));
  g_assert_no_error (error);
  g_assert_true (contract_schema_check (get_schema (), body->str, body->len, &error));
  g_assert_no_error (error);
  contract_envelope_write (envelope->version, body->str, body->len, text);
  g_assert_true (parse (again, text->str, text->len, &error));
  g_assert_no_error (error);
  g_assert_true (again->operation == operation && again->version == envelope->version);
  g_assert_true (contract_random_is_equal (operation->request, envelope->request, again->request));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  /* A copy of exactly this size: reading beyond it is seen. */
  g_autofree char *bytes = g_memdup2 (data, n_bytes);
  g_autoptr (ContractEnvelope) envelope = contract_envelope_new ();
  g_autoptr (GError) error = NULL;

  if (parse (envelope, n_bytes == 0 ? "" : bytes, n_bytes, &error))
    check_round_trip (envelope);
  else
    check_fault (envelope, error);
  return 0;
}
