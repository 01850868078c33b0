/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers out of their envelopes: what the library writes it reads, what breaks the contract is refused. */

#include "contract-error.h"
#include "contract-fault.h"
#include "contract-reply.h"
#include "testlib.h"

#include <string.h>

#define OPERATION  (&contract_operations[CONTRACT_OPERATION_GET_SELFBOOK_CASE_WORKERS])
#define SOAP_1_1   "http://schemas.xmlsoap.org/soap/envelope/"
#define NAMESPACE  "urn:dk:planner:externalbooking:3"
#define WRAP(body) "<s:Envelope xmlns:s=\"" SOAP_1_1 "\"><s:Body>" body "</s:Body></s:Envelope>"
#define WORKERS(content)                                                                         \
  "<GetSelfbookCaseWorkersResponse xmlns=\"" NAMESPACE "\"><CaseWorkerToBookCollection>" content \
  "</CaseWorkerToBookCollection></GetSelfbookCaseWorkersResponse>"

static gboolean
parse (const char *text, ContractArena *arena, ContractReply *reply, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  return contract_reply_parse (reply, NULL, OPERATION, bytes, arena, error);
}

static void
test_answer (void)
{
  ContractCaseWorkerToBook workers[] = { { "a", "Vejleder 01" }, { "b", "Vejleder 02" } };
  ContractGetSelfbookCaseWorkersResponse response = { { workers, 2, TRUE } };
  for (ContractSoapVersion version = CONTRACT_SOAP_1_1; version <= CONTRACT_SOAP_1_2; version++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (ContractArena) arena = contract_arena_new ();
      g_autoptr (GError) error = NULL;
      ContractReply reply;
      g_assert_true (
        contract_envelope_write_answer (NULL, version, OPERATION, &response, text, &error));
      g_assert_true (parse (text->str, arena, &reply, &error));
      g_assert_no_error (error);
      g_assert_cmpint (reply.version, ==, version);
      g_assert_false (reply.is_fault);
      const ContractGetSelfbookCaseWorkersResponse *read = reply.response;
      g_assert_cmpuint (read->case_worker_to_book_collection.n_items, ==, 2);
      g_assert_cmpstr (read->case_worker_to_book_collection.items[1].case_worker_name, ==,
                       "Vejleder 02");
    }
}

static void
test_fault (void)
{
  ContractFault fault = { CONTRACT_FAULT_SENDER, 4770, "nothing to book", "r-1" };
  for (ContractSoapVersion version = CONTRACT_SOAP_1_1; version <= CONTRACT_SOAP_1_2; version++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (ContractArena) arena = contract_arena_new ();
      g_autoptr (GError) error = NULL;
      ContractReply reply;
      contract_fault_write (NULL, version, &fault, text);
      g_assert_true (parse (text->str, arena, &reply, &error));
      g_assert_no_error (error);
      g_assert_cmpint (reply.version, ==, version);
      g_assert_true (reply.is_fault);
      g_assert_null (reply.response);
      g_assert_cmpint (reply.fault->code, ==, 4770);
      g_assert_cmpstr (reply.fault->request_id, ==, "r-1");
    }
}

static void
test_foreign_fault (void)
{
  g_autoptr (ContractArena) arena = contract_arena_new ();
  g_autoptr (GError) error = NULL;
  ContractReply reply;
  g_assert_true (parse (WRAP ("<s:Fault><faultcode>s:Server</faultcode><faultstring>x</faultstring>"
                              "<detail><o:Other xmlns:o=\"urn:o\">y</o:Other></detail></s:Fault>"),
                        arena, &reply, &error));
  g_assert_true (reply.is_fault);
  g_assert_null (reply.fault);
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text;
    ContractError code;
  } rows[] = {
    { "", CONTRACT_ERROR_MALFORMED },
    { "<html/>", CONTRACT_ERROR_ENVELOPE },
    { "<!DOCTYPE a>" WRAP (WORKERS ("")), CONTRACT_ERROR_MALFORMED },
    { WRAP (""), CONTRACT_ERROR_ENVELOPE },
    { WRAP (WORKERS ("") WORKERS ("")), CONTRACT_ERROR_ENVELOPE },
    { WRAP ("<s:Fault/>" WORKERS ("")), CONTRACT_ERROR_ENVELOPE },
    { WRAP ("text" WORKERS ("")), CONTRACT_ERROR_ENVELOPE },
    { WRAP (WORKERS ("<Surprise/>")), CONTRACT_ERROR_INVALID },
    { WRAP ("<CancelBookingResponse xmlns=\"" NAMESPACE "\"/>"), CONTRACT_ERROR_ENVELOPE },
    { WRAP ("<GetSelfbookCaseWorkersResponse/>"), CONTRACT_ERROR_ENVELOPE },
    { WRAP ("<s:Fault><detail><PlannerFault xmlns=\"" NAMESPACE "\"><Code>x</Code></PlannerFault>"
            "</detail></s:Fault>"),
      CONTRACT_ERROR_INVALID },
    { "<s:Envelope xmlns:s=\"" SOAP_1_1 "\"><s:Body>" WORKERS ("") "</s:Body>",
      CONTRACT_ERROR_MALFORMED },
    { "<s:Envelope xmlns:s=\"" SOAP_1_1
      "\"><s:Body>" WORKERS ("") "</s:Body><s:Body/></s:Envelope>",
      CONTRACT_ERROR_ENVELOPE },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (ContractArena) arena = contract_arena_new ();
      g_autoptr (GError) error = NULL;
      ContractReply reply;
      g_assert_false (parse (rows[i].text, arena, &reply, &error));
      g_assert_error (error, CONTRACT_ERROR, (int) rows[i].code);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/contract-reply/answer", test_answer);
  g_test_add_func ("/contract-reply/fault", test_fault);
  g_test_add_func ("/contract-reply/foreign-fault", test_foreign_fault);
  g_test_add_func ("/contract-reply/refused", test_refused);
  return g_test_run ();
}
