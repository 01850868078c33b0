/* SPDX-License-Identifier: EUPL-1.2 */
/* Mapping files: under every mapping that is accepted the schema can be served, and messages are written and read. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "contract-envelope.h"
#include "contract-error.h"
#include "contract-schema.h"
#include "fuzz.h"

#define GUID "12345678-1234-1234-1234-123456789abc"

/* The loader takes a path: a file in memory has one. */
static ContractMapping *
load (const guint8 *data, gsize n_bytes, GError **error)
{
  int fd = memfd_create ("mapping", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  ContractMapping *mapping;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, n_bytes), ==, (gssize) n_bytes);
  mapping = contract_mapping_load (path, error);
  close (fd);
  return mapping;
}

static void
check_message (const ContractMapping *mapping, const ContractSchema *schema)
{
  const ContractOperation *operation = contract_operation_get (CONTRACT_OPERATION_CANCEL_BOOKING);
  const ContractReadOptions options = { .mapping = mapping };
  ContractCancelBookingRequest request = { "0000000000", GUID };
  g_autoptr (GString) body = g_string_new (NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (ContractEnvelope) envelope = contract_envelope_new ();
  g_autofree char *action = contract_mapping_dup_action (mapping, operation);
  g_autoptr (GError) error = NULL;

  g_assert_true (contract_body_write_request (mapping, operation, &request, body, &error));
  g_assert_true (contract_schema_check (schema, body->str, body->len, &error));
  g_assert_no_error (error);
  contract_envelope_write (CONTRACT_SOAP_1_1, body->str, body->len, text);
  g_assert_true (
    contract_envelope_parse (envelope, &options, text->str, text->len, action, &error));
  g_assert_no_error (error);
  g_assert_true (envelope->operation == operation);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ContractMapping) mapping = load (data, n_bytes, &error);
  g_autoptr (ContractSchema) schema = NULL;
  g_autofree char *xsd = NULL;
  g_autofree char *wsdl = NULL;

  if (mapping == NULL)
    {
      g_assert_error (error, CONTRACT_ERROR, CONTRACT_ERROR_MAPPING);
      return 0;
    }
  xsd = contract_mapping_dup_xsd (mapping, &error);
  g_assert_no_error (error);
  wsdl = contract_mapping_dup_wsdl (mapping, "https://planner.example/", &error);
  g_assert_no_error (error);
  schema = contract_schema_new (mapping, &error);
  g_assert_no_error (error);
  check_message (mapping, schema);
  return 0;
}
