/* SPDX-License-Identifier: EUPL-1.2 */
/* What a call is routed by: a table of calls, and any message of the contract against a document tree. */
/* Also tests: track-words. */
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <string.h>

#include "contract-error.h"
#include "contract-random.h"
#include "ops/handlers/op-table.h"
#include "route/track-call.h"
#include "route/track-words.h"
#include "testlib.h"

#define NS         CONTRACT_NAMESPACE_DEFAULT
#define GUID       "12345678-1234-1234-1234-123456789abc"
#define BODY(x)    "<s:Envelope xmlns:s='" TRACK_SOAP_1_1 "'><s:Body>" x "</s:Body></s:Envelope>"
#define BODY12(x)  "<s:Envelope xmlns:s='" TRACK_SOAP_1_2 "'><s:Body>" x "</s:Body></s:Envelope>"
#define OPTIONS(x) "<GetSelfbookInterviewOptions xmlns='" NS "'>" x "</GetSelfbookInterviewOptions>"
#define CODE(x)    "<JobCenterCode>" x "</JobCenterCode>"

typedef struct
{
  const char *name;
  const char *bytes;
  int error; /* of CONTRACT_ERROR; -1: none */
  const char *code;
  const char *booking;
} Case;

/* clang-format off */
static const Case cases[] = {
  { "code", BODY (OPTIONS (CODE ("89000"))), -1, "89000", "" },
  { "1.2", BODY12 (OPTIONS (CODE ("89000"))), -1, "89000", "" },
  { "white space", BODY (OPTIONS (CODE ("\n 89000\t"))), -1, "89000", "" },
  { "in pieces", BODY (OPTIONS (CODE ("89<!-- x -->0<![CDATA[0]]>&#48;"))), -1, "89000", "" },
  { "none", BODY (OPTIONS ("")), -1, "", "" },
  { "nested only", BODY (OPTIONS ("<BookingCollection><Booking><BookingIdentifier>" GUID "</BookingIdentifier>" CODE ("11100") "</Booking></BookingCollection>")), -1, "", "" },
  { "nested too", BODY (OPTIONS (CODE ("89000") "<BookingCollection><Booking>" CODE ("11100") "</Booking></BookingCollection>")), -1, "89000", "" },
  { "four digits", BODY (OPTIONS (CODE ("8900"))), -1, "!", "" },
  { "letters", BODY (OPTIONS (CODE ("89A00"))), -1, "!", "" },
  { "endless", BODY (OPTIONS (CODE ("890000000000000000000000000000000000000000000000000000000000000000000000"))), -1, "!", "" },
  { "another namespace", BODY (OPTIONS ("<x:JobCenterCode xmlns:x='urn:x'>89000</x:JobCenterCode>")), -1, "", "" },
  { "in the header", "<s:Envelope xmlns:s='" TRACK_SOAP_1_1 "'><s:Header><h xmlns='" NS "'>" CODE ("11100") "</h></s:Header><s:Body>" OPTIONS (CODE ("89000")) "</s:Body></s:Envelope>", -1, "89000", "" },
  { "booking", BODY ("<CancelBooking xmlns='" NS "'><BookingIdentifier>12345678-1234-1234-1234-123456789ABC</BookingIdentifier></CancelBooking>"), -1, "", GUID },
  { "no guid", BODY ("<CancelBooking xmlns='" NS "'><BookingIdentifier>1234</BookingIdentifier></CancelBooking>"), -1, "", "" },
  { "twice", BODY (OPTIONS (CODE ("89000") CODE ("11100"))), CONTRACT_ERROR_INVALID, "", "" },
  { "two operations", BODY (OPTIONS (CODE ("89000")) OPTIONS (CODE ("11100"))), CONTRACT_ERROR_ENVELOPE, "", "" },
  { "two bodies", "<s:Envelope xmlns:s='" TRACK_SOAP_1_1 "'><s:Body>" OPTIONS ("") "</s:Body><s:Body/></s:Envelope>", CONTRACT_ERROR_ENVELOPE, "", "" },
  { "empty body", BODY (""), CONTRACT_ERROR_ENVELOPE, "", "" },
  { "no operation", BODY ("<Book xmlns='" NS "'/>"), CONTRACT_ERROR_UNKNOWN_OPERATION, "", "" },
  { "no namespace", BODY ("<CancelBooking/>"), CONTRACT_ERROR_UNKNOWN_OPERATION, "", "" },
  { "no envelope", "<a/>", CONTRACT_ERROR_ENVELOPE, "", "" },
  { "other version", "<s:Envelope xmlns:s='urn:s'/>", CONTRACT_ERROR_VERSION, "", "" },
  { "cut", "<s:Envelope xmlns:s='" TRACK_SOAP_1_1 "'><s:Body>", CONTRACT_ERROR_MALFORMED, "", "" },
  { "DTD", "<!DOCTYPE a [<!ENTITY c '89000'>]>" BODY (OPTIONS (CODE ("&c;"))), CONTRACT_ERROR_MALFORMED, "", "" },
  { "empty", "", CONTRACT_ERROR_MALFORMED, "", "" },
};
/* clang-format on */

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *row = &cases[i];
      g_autoptr (GError) error = NULL;
      TrackCall call;
      gboolean ok = track_call_scan (&call, row->bytes, strlen (row->bytes),
                                     contract_mapping_get_default (), &error);

      g_test_message ("%s: %s", row->name, ok ? "read" : error->message);
      if (row->error >= 0)
        {
          g_assert_error (error, CONTRACT_ERROR, row->error);
          continue;
        }
      g_assert_true (ok);
      g_assert_cmpint (call.has_bad_code, ==, *row->code == '!');
      g_assert_cmpstr (call.code, ==, *row->code == '!' ? "" : row->code);
      g_assert_cmpstr (call.booking, ==, row->booking);
    }
}

/* The one child of the operation, by a parser and a query that share nothing with the scan. */
static char *
dup_child (xmlDoc *document, const char *name)
{
  xmlXPathContext *context = xmlXPathNewContext (document);
  g_autofree char *query =
    g_strdup_printf ("normalize-space(/*[local-name()='Envelope']/*[local-name()='Body']/*[1]/"
                     "*[local-name()='%s'][1])",
                     name);
  xmlXPathObject *found = xmlXPathEvalExpression ((const xmlChar *) query, context);
  char *text = g_strdup ((const char *) found->stringval);

  xmlXPathFreeObject (found);
  xmlXPathFreeContext (context);
  return text;
}

static void
check_child (xmlDoc *document, const char *name, const char *scanned)
{
  g_autofree char *text = dup_child (document, name);

  g_assert_true (g_ascii_strcasecmp (text, scanned) == 0);
}

static void
test_any_message (void)
{
  g_autoptr (GRand) random = testlib_random_new ();
  guint64 n_messages = testlib_budget ("track-call");

  for (guint64 i = 0; i < n_messages; i++)
    {
      const ContractOperation *operation =
        contract_operation_get (i % CONTRACT_OPERATION_N_OPERATIONS);
      g_autoptr (ContractArena) arena = contract_arena_new ();
      ContractRandom maker = { random, arena, 3 };
      gpointer message = contract_random_message (&maker, operation->request);
      ContractSoapVersion version = (ContractSoapVersion) g_rand_int_range (random, 0, 2);
      g_autoptr (GString) body = g_string_new (NULL);
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      TrackCall call;
      xmlDoc *document;

      contract_message_write (contract_mapping_get_default (), operation->request_name, message,
                              body);
      contract_envelope_write (version, body->str, body->len, text);
      g_assert_true (
        track_call_scan (&call, text->str, text->len, contract_mapping_get_default (), &error));
      g_assert_no_error (error);
      document = xmlReadMemory (text->str, (int) text->len, NULL, NULL, XML_PARSE_NONET);
      g_assert_nonnull (document);
      g_assert_cmpstr (call.operation, ==, operation->name);
      g_assert_cmpint (call.version, ==, version);
      check_child (document, "JobCenterCode", call.code);
      check_child (document, "PersonCivilRegistrationIdentifier", call.citizen);
      check_child (document, "BookingIdentifier", call.booking);
      check_child (document, "ReservationIdentifier", call.reservation);
      check_child (document, "InterviewOptionID", call.option);
      xmlFreeDoc (document);
    }
}

/* plannerd's own table says which operations change something. */
static void
test_writes (void)
{
  for (guint i = 0; i < CONTRACT_OPERATION_N_OPERATIONS; i++)
    {
      const char *name = contract_operation_get ((ContractOperationId) i)->name;

      g_assert_cmpint (track_call_is_write (name), ==, op_table_find (name)->place == OP_WRITE);
    }
  g_assert_true (track_call_is_write ("Unknown"));
}

static void
test_speed (void)
{
  const char *bytes = BODY (OPTIONS (CODE ("89000")));
  gint64 start_us = g_get_monotonic_time ();
  TrackCall call;

  for (guint i = 0; i < 2000; i++)
    g_assert_true (
      track_call_scan (&call, bytes, strlen (bytes), contract_mapping_get_default (), NULL));
  g_test_message ("a short call is scanned in %.1f us",
                  (double) (g_get_monotonic_time () - start_us) / 2000);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-call/cases", test_cases);
  g_test_add_func ("/track-call/any-message", test_any_message);
  g_test_add_func ("/track-call/writes", test_writes);
  g_test_add_func ("/track-call/speed", test_speed);
  return g_test_run ();
}
