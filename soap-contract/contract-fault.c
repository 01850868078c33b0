/* SPDX-License-Identifier: EUPL-1.2 */
/* soap:Fault with our detail, in both SOAP versions. */

#include "contract-fault.h"

#include "contract-value.h"

#include <string.h>

#define MAX_TEXT_CHARACTERS 2000
#define MAX_ID_CHARACTERS   64

/* The four codes as each version spells them. */
static const char *const codes_1_1[] = {
  [CONTRACT_FAULT_SENDER] = "Client",
  [CONTRACT_FAULT_RECEIVER] = "Server",
  [CONTRACT_FAULT_MUST_UNDERSTAND] = "MustUnderstand",
  [CONTRACT_FAULT_VERSION_MISMATCH] = "VersionMismatch",
};
static const char *const codes_1_2[] = {
  [CONTRACT_FAULT_SENDER] = "Sender",
  [CONTRACT_FAULT_RECEIVER] = "Receiver",
  [CONTRACT_FAULT_MUST_UNDERSTAND] = "MustUnderstand",
  [CONTRACT_FAULT_VERSION_MISMATCH] = "VersionMismatch",
};

/* Text that XML can hold and that its type allows: a fault must never fail. */
static char *
dup_fit (const char *text, glong max_characters)
{
  if (text == NULL)
    return NULL;
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  if (g_utf8_strlen (valid, -1) > max_characters)
    *g_utf8_offset_to_pointer (valid, max_characters) = '\0';
  for (char *c = valid; *c != '\0'; c++)
    if ((guint8) *c < 0x20 && *c != '\n' && *c != '\t')
      *c = ' ';
  if (!contract_text_is_sendable (valid, strlen (valid)))
    return g_strdup ("");
  return g_steal_pointer (&valid);
}

/* Messages in 1.1: code and text stand bare. */
static void
write_1_1 (const ContractFault *fault, const char *text, const char *detail, GString *out)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_string_append_printf (out,
                          "<s:Fault xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">"
                          "<faultcode>s:%s</faultcode><faultstring>%s</faultstring>"
                          "<detail>%s</detail></s:Fault>",
                          codes_1_1[fault->side], escaped, detail);
}

/* In 1.2 the error code is the subcode as well, in our namespace. */
static void
write_1_2 (const ContractMapping *mapping,
           const ContractFault *fault,
           const char *text,
           const char *detail,
           GString *out)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_string_append_printf (out,
                          "<s:Fault xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\">"
                          "<s:Code><s:Value>s:%s</s:Value>",
                          codes_1_2[fault->side]);
  if (fault->side == CONTRACT_FAULT_SENDER || fault->side == CONTRACT_FAULT_RECEIVER)
    {
      g_autofree char *uri = g_markup_escape_text (mapping->namespace_uri, -1);
      g_string_append_printf (
        out, "<s:Subcode><s:Value xmlns:p=\"%s\">p:E%" G_GINT64_FORMAT "</s:Value></s:Subcode>",
        uri, fault->code);
    }
  g_string_append_printf (out,
                          "</s:Code><s:Reason><s:Text xml:lang=\"en\">%s</s:Text></s:Reason>"
                          "<s:Detail>%s</s:Detail></s:Fault>",
                          escaped, detail);
}

/**
 * contract_fault_write:
 * @mapping: (nullable): names of the wire; %NULL for those of the schema
 * @version: SOAP version of the call
 * @fault: what to say
 * @out: what is written to, at its end
 *
 * Writes a fault in its envelope, with `PlannerFault` as detail. Never fails: text that is too long
 * is cut, and what XML cannot hold is replaced.
 *
 * Thread: any. Source: SOAP 1.1 §4.4, SOAP 1.2 part 1 §5.4, design.md §5.
 */
void
contract_fault_write (const ContractMapping *mapping,
                      ContractSoapVersion version,
                      const ContractFault *fault,
                      GString *out)
{
  g_return_if_fail (fault != NULL && (guint) fault->side < G_N_ELEMENTS (codes_1_1));
  if (mapping == NULL)
    mapping = contract_mapping_get_default ();
  g_autofree char *text = dup_fit (fault->text == NULL ? "" : fault->text, MAX_TEXT_CHARACTERS);
  g_autofree char *request_id = dup_fit (fault->request_id, MAX_ID_CHARACTERS);
  const char *id = request_id == NULL || *request_id == '\0' ? "-" : request_id;
  ContractPlannerFault message = { .code = fault->code,
                                   .text = text,
                                   .request_id = id,
                                   .has_cause_code = fault->cause_code != 0,
                                   .cause_code = fault->cause_code };
  g_autoptr (GString) detail = g_string_new (NULL);
  contract_message_write (mapping, contract_name_planner_fault, &message, detail);
  g_autoptr (GString) body = g_string_new (NULL);
  if (version == CONTRACT_SOAP_1_1)
    write_1_1 (fault, text, detail->str, body);
  else
    write_1_2 (mapping, fault, text, detail->str, body);
  contract_envelope_write (version, body->str, body->len, out);
}

/**
 * contract_fault_http_status:
 * @version: SOAP version of the call
 * @side: whose fault it is
 *
 * Thread: any. Source: SOAP 1.1 §6.2, SOAP 1.2 part 2 §7.5.
 *
 * Returns: the HTTP status: always 500 in 1.1; in 1.2 400 for the sender's faults, else 500
 */
guint
contract_fault_http_status (ContractSoapVersion version, ContractFaultSide side)
{
  return version == CONTRACT_SOAP_1_2 && side == CONTRACT_FAULT_SENDER ? 400 : 500;
}
