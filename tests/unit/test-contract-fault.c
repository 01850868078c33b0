/* SPDX-License-Identifier: EUPL-1.2 */
/* Faults in both SOAP versions: the code, the status, a detail that the schema accepts. */

#include "contract-fault.h"
#include "contract-schema.h"
#include "testlib.h"

#include <string.h>

static const char expected_1_1[] =
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
  "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault>"
  "<faultcode>s:Client</faultcode><faultstring>no &lt;offer&gt; fits</faultstring><detail>"
  "<PlannerFault xmlns=\"urn:dk:planner:externalbooking:3\"><Code>4770</Code>"
  "<Text>no &lt;offer&gt; fits</Text><RequestId>r-1</RequestId></PlannerFault></detail>"
  "</s:Fault></s:Body></s:Envelope>";

static const char expected_1_2[] =
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
  "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><s:Fault><s:Code>"
  "<s:Value>s:Sender</s:Value><s:Subcode>"
  "<s:Value xmlns:p=\"urn:dk:planner:externalbooking:3\">p:E4770</s:Value></s:Subcode></s:Code>"
  "<s:Reason><s:Text xml:lang=\"en\">no &lt;offer&gt; fits</s:Text></s:Reason><s:Detail>"
  "<PlannerFault xmlns=\"urn:dk:planner:externalbooking:3\"><Code>4770</Code>"
  "<Text>no &lt;offer&gt; fits</Text><RequestId>r-1</RequestId></PlannerFault></s:Detail>"
  "</s:Fault></s:Body></s:Envelope>";

static void
test_text (void)
{
  ContractFault fault = { CONTRACT_FAULT_SENDER, 4770, "no <offer> fits", "r-1" };
  g_autoptr (GString) old = g_string_new (NULL);
  g_autoptr (GString) new = g_string_new (NULL);
  contract_fault_write (NULL, CONTRACT_SOAP_1_1, &fault, old);
  contract_fault_write (NULL, CONTRACT_SOAP_1_2, &fault, new);
  testlib_assert_xml_equal (old->str, expected_1_1);
  testlib_assert_xml_equal (new->str, expected_1_2);
}

static void
test_sides (void)
{
  static const struct
  {
    ContractFaultSide side;
    const char *old, *new;
    guint old_status, new_status;
  } rows[] = {
    { CONTRACT_FAULT_SENDER, "s:Client", "s:Sender", 500, 400 },
    { CONTRACT_FAULT_RECEIVER, "s:Server", "s:Receiver", 500, 500 },
    { CONTRACT_FAULT_MUST_UNDERSTAND, "s:MustUnderstand", "s:MustUnderstand", 500, 500 },
    { CONTRACT_FAULT_VERSION_MISMATCH, "s:VersionMismatch", "s:VersionMismatch", 500, 500 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ContractFault fault = { rows[i].side, 990000, "text", "r" };
      g_autoptr (GString) old = g_string_new (NULL);
      g_autoptr (GString) new = g_string_new (NULL);
      contract_fault_write (NULL, CONTRACT_SOAP_1_1, &fault, old);
      contract_fault_write (NULL, CONTRACT_SOAP_1_2, &fault, new);
      g_assert_nonnull (strstr (old->str, rows[i].old));
      g_assert_nonnull (strstr (new->str, rows[i].new));
      g_assert_cmpuint (contract_fault_http_status (CONTRACT_SOAP_1_1, rows[i].side), ==,
                        rows[i].old_status);
      g_assert_cmpuint (contract_fault_http_status (CONTRACT_SOAP_1_2, rows[i].side), ==,
                        rows[i].new_status);
    }
}

/* The detail of a fault, as a document. */
static char *
dup_detail (const char *fault)
{
  const char *start = strstr (fault, "<PlannerFault");
  const char *end = strstr (fault, "</PlannerFault>");
  g_assert_nonnull (start);
  g_assert_nonnull (end);
  return g_strndup (start, (gsize) (end - start) + strlen ("</PlannerFault>"));
}

/* Whatever the text is, a fault leaves that the schema accepts. */
static void
test_hostile_text (void)
{
  g_autofree char *long_text = g_strnfill (5000, 'x');
  g_autofree char *wide_text = NULL;
  g_autoptr (GString) wide = g_string_new (NULL);
  for (guint i = 0; i < 3000; i++)
    g_string_append (wide, "æ");
  wide_text = g_strdup (wide->str);
  const char *texts[] = {
    NULL,           "",        "\x01\x02\x7f", "\xff\xfe", "\xef\xbf\xbf", "]]>&<\r\n\t",
    "\xed\xa0\x80", long_text, wide_text,      "\xc3"
  };
  g_autoptr (ContractSchema) schema = contract_schema_new (NULL, NULL);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (texts); i++)
    {
      const char *text = texts[i / 2];
      ContractFault fault = { CONTRACT_FAULT_RECEIVER, G_MAXINT32, text, text };
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      contract_fault_write (NULL, i % 2 == 0 ? CONTRACT_SOAP_1_1 : CONTRACT_SOAP_1_2, &fault, out);
      g_autofree char *canonical = testlib_dup_canonical_xml (out->str, -1, &error);
      g_assert_no_error (error);
      g_autofree char *detail = dup_detail (out->str);
      gboolean is_valid = contract_schema_check (schema, detail, strlen (detail), &error);
      g_assert_no_error (error);
      g_assert_true (is_valid);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/contract-fault/text", test_text);
  g_test_add_func ("/contract-fault/sides", test_sides);
  g_test_add_func ("/contract-fault/hostile-text", test_hostile_text);
  return g_test_run ();
}
