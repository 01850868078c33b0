/* SPDX-License-Identifier: EUPL-1.2 */
/* What leaves: the content of soap:Body, and the envelope of either SOAP version around it. */

#include "contract-envelope.h"
#include "contract-error.h"

#include <string.h>

#define HEAD(namespace_uri) \
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<s:Envelope xmlns:s=\"" namespace_uri "\"><s:Body>"

static const char head_1_1[] = HEAD ("http://schemas.xmlsoap.org/soap/envelope/");
static const char head_1_2[] = HEAD ("http://www.w3.org/2003/05/soap-envelope");
static const char tail[] = "</s:Body></s:Envelope>";

/**
 * contract_body_write_answer:
 * @mapping: (nullable): names of the wire; %NULL for those of the schema
 * @operation: the operation
 * @response: its `ContractXResponse`
 * @out: what is written to, at its end; untouched on failure
 * @error: return location
 *
 * Checks an answer and writes the content of soap:Body: one element that declares its own
 * namespace, so that it can be stored and later put into an envelope of either version, byte for
 * byte.
 *
 * Errors: %CONTRACT_ERROR_INVALID, %CONTRACT_ERROR_RULE: a bug of ours; nothing must be sent.
 * Thread: any. Source: design.md §5.
 *
 * Returns: whether it was written
 */
gboolean
contract_body_write_answer (const ContractMapping *mapping,
                            const ContractOperation *operation,
                            gconstpointer response,
                            GString *out,
                            GError **error)
{
  return contract_message_write_checked (mapping, operation->response_name, response, out, error);
}

/**
 * contract_body_write_request:
 * @mapping: (nullable): names of the wire; %NULL for those of the schema
 * @operation: the operation
 * @request: its `ContractXRequest`
 * @out: what is written to, at its end; untouched on failure
 * @error: return location
 *
 * The same for a request: for probes and tests, which call a Planner.
 *
 * Errors: %CONTRACT_ERROR_INVALID, %CONTRACT_ERROR_RULE. Thread: any.
 *
 * Returns: whether it was written
 */
gboolean
contract_body_write_request (const ContractMapping *mapping,
                             const ContractOperation *operation,
                             gconstpointer request,
                             GString *out,
                             GError **error)
{
  return contract_message_write_checked (mapping, operation->request_name, request, out, error);
}

/**
 * contract_envelope_write:
 * @version: SOAP version
 * @body: (array length=length_bytes): content of soap:Body
 * @length_bytes: its length
 * @out: what is written to, at its end
 *
 * Puts content into an envelope: a fresh answer, or a stored one that is replayed.
 *
 * Thread: any. Source: SOAP 1.1 §4, SOAP 1.2 part 1 §5.
 */
void
contract_envelope_write (ContractSoapVersion version,
                         const char *body,
                         gsize length_bytes,
                         GString *out)
{
  if (version == CONTRACT_SOAP_1_1)
    g_string_append_len (out, head_1_1, sizeof (head_1_1) - 1);
  else
    g_string_append_len (out, head_1_2, sizeof (head_1_2) - 1);
  g_string_append_len (out, body, (gssize) length_bytes);
  g_string_append_len (out, tail, sizeof (tail) - 1);
}

/**
 * contract_envelope_wrap:
 * @version: SOAP version
 * @body: (inout): content of soap:Body, which becomes the whole envelope
 *
 * The same in place.
 *
 * Thread: any.
 */
void
contract_envelope_wrap (ContractSoapVersion version, GString *body)
{
  const char *head = version == CONTRACT_SOAP_1_1 ? head_1_1 : head_1_2;
  g_string_prepend (body, head);
  g_string_append_len (body, tail, sizeof (tail) - 1);
}

/**
 * contract_envelope_write_answer:
 * @mapping: (nullable): names of the wire; %NULL for those of the schema
 * @version: SOAP version of the call
 * @operation: the operation
 * @response: its `ContractXResponse`
 * @out: what is written to, at its end; untouched on failure
 * @error: return location
 *
 * Checks an answer and writes it in its envelope, without a copy in between.
 *
 * Errors: %CONTRACT_ERROR_INVALID, %CONTRACT_ERROR_RULE: a bug of ours; nothing must be sent.
 * Thread: any.
 *
 * Returns: whether it was written
 */
gboolean
contract_envelope_write_answer (const ContractMapping *mapping,
                                ContractSoapVersion version,
                                const ContractOperation *operation,
                                gconstpointer response,
                                GString *out,
                                GError **error)
{
  gsize old_bytes = out->len;
  const char *head = version == CONTRACT_SOAP_1_1 ? head_1_1 : head_1_2;
  g_string_append (out, head);
  if (!contract_message_write_checked (mapping, operation->response_name, response, out, error))
    {
      g_string_truncate (out, old_bytes);
      return FALSE;
    }
  g_string_append_len (out, tail, sizeof (tail) - 1);
  return TRUE;
}

/**
 * contract_soap_content_type:
 * @version: SOAP version
 *
 * Thread: any. Source: SOAP 1.1 §6, SOAP 1.2 part 2 §7.
 *
 * Returns: the Content-Type of what we send
 */
const char *
contract_soap_content_type (ContractSoapVersion version)
{
  return version == CONTRACT_SOAP_1_1 ? "text/xml; charset=utf-8"
                                      : "application/soap+xml; charset=utf-8";
}
