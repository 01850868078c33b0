/* SPDX-License-Identifier: EUPL-1.2 */
/* The names of the wire swapped: in the mapping file, the schema, the WSDL and the messages. */

#include "contract-envelope.h"
#include "contract-error.h"
#include "contract-fault.h"
#include "contract-mapping.h"
#include "contract-random.h"
#include "contract-schema.h"
#include "testlib.h"

#include <string.h>

#define SWAPPED_NAMESPACE "http://planner.example/v3?x=1;y"

static const char swapped[] = "[service]\n"
                              "namespace = http://planner.example/v3?x=1;y\n"
                              "service = BorgerBookingService\n"
                              "port = BorgerBookingPort\n"
                              "path = /services/Booking.svc\n"
                              "action = {namespace}/IBooking/{operation}\n"
                              "[elements]\n"
                              "InterviewOptionID = MoedetilbudId\n"
                              "Title = Overskrift\n"
                              "CreateBooking = OpretBooking\n"
                              "CreateBookingResponse = OpretBookingSvar\n"
                              "BookingDetails = BookingIdentifier\n" /* two names change places */
                              "BookingIdentifier = BookingDetails\n"
                              "PlannerFault = Fejl\n"
                              "ActiveOrganisation = ActiveOrganisationHeader\n";

static ContractMapping *
load (const char *text, GError **error)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "contract.conf", NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return contract_mapping_load (path, error);
}

/* The file in the tree says what the schema says. */
static void
test_default (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = testlib_dup_source_path ("data/contract.conf");
  g_autoptr (ContractMapping) mapping = contract_mapping_load (path, &error);
  g_assert_no_error (error);
  const ContractMapping *standard = contract_mapping_get_default ();
  g_assert_cmpstr (mapping->namespace_uri, ==, standard->namespace_uri);
  g_assert_cmpstr (mapping->service_name, ==, standard->service_name);
  g_assert_cmpstr (mapping->port_name, ==, standard->port_name);
  g_assert_cmpstr (mapping->path, ==, standard->path);
  g_assert_cmpstr (mapping->path, ==, "/soap/ExternalBookingService/v3");
  g_assert_cmpstr (mapping->action, ==, standard->action);
  g_assert_cmpstr (mapping->root_attribute, ==, standard->root_attribute);
  for (guint i = 0; i < contract_n_names; i++)
    {
      g_assert_cmpstr (mapping->names[i].open, ==, standard->names[i].open);
      g_assert_cmpstr (mapping->names[i].close, ==, standard->names[i].close);
      g_assert_cmpuint (standard->names[i].n_text, ==, strlen (standard->names[i].text));
      g_assert_cmpuint (standard->names[i].n_open, ==, strlen (standard->names[i].open));
      g_assert_cmpuint (standard->names[i].n_close, ==, strlen (standard->names[i].close));
    }
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "nonsense",
    "[other]\na = b\n",
    "[service]\nnames = x\n",
    "[service]\nnamespace =\n",
    "[service]\nnamespace = a b\n",
    "[service]\nnamespace = urn:a&b\n",
    "[service]\nnamespace = no-scheme\n",
    "[service]\nservice = a\\q\n",
    "[elements]\nTitle = Over\\\n",
    "[elements]\nTitle = \xe6\n",
    "[service]\nnamespace = urn:{a}\n",
    "[service]\nservice = a<b\n",
    "[service]\npath = x\n",
    "[service]\npath = /x?y\n",
    "[service]\naction = \"x\"\n",
    "[elements]\nNoSuchElement = x\n",
    "[elements]\nTitle = a b\n",
    "[elements]\nTitle =\n",
    "[elements]\nTitle = 1a\n",
    "[elements]\nTitle = <x\n",
    "[elements]\nTitle = Description\n",
    "[elements]\nTitle = x\nDescription = x\n",
  };
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (load (texts[i], &error));
      g_assert_error (error, CONTRACT_ERROR, CONTRACT_ERROR_MAPPING);
    }
  g_autoptr (GError) error = NULL;
  g_assert_null (contract_mapping_load ("no-such-file.conf", &error));
  g_assert_error (error, CONTRACT_ERROR, CONTRACT_ERROR_MAPPING);
}

/* Random messages under swapped names: libxml2 accepts them by the swapped schema, and only by it. */
static void
test_messages (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ContractMapping) mapping = load (swapped, &error);
  g_assert_no_error (error);
  g_autoptr (ContractSchema) schema = contract_schema_new (mapping, &error);
  g_assert_no_error (error);
  g_autoptr (ContractSchema) standard = contract_schema_new (NULL, &error);
  ContractReadOptions options = { .mapping = mapping };
  ContractRandom maker = { testlib_random_new (), contract_arena_new (), 3 };
  g_autoptr (GString) xml = g_string_new (NULL);
  for (guint round = 0; round < 10; round++)
    for (guint16 name = 0; name < contract_n_names; name++)
      {
        if (contract_name_types[name] < 0)
          continue;
        ContractTypeId type = (ContractTypeId) contract_name_types[name];
        gpointer message = contract_random_message (&maker, type);
        g_string_truncate (xml, 0);
        contract_message_write (mapping, name, message, xml);
        g_assert_true (contract_schema_check (schema, xml->str, xml->len, &error));
        g_assert_false (contract_schema_check (standard, xml->str, xml->len, NULL));
        gpointer again =
          contract_message_read (&options, name, xml->str, xml->len, maker.arena, &error);
        g_assert_no_error (error);
        g_assert_true (contract_random_is_equal (type, message, again));
        g_assert_null (contract_message_read (NULL, name, xml->str, xml->len, maker.arena, NULL));
        contract_arena_reset (maker.arena);
      }
  contract_arena_free (maker.arena);
  g_rand_free (maker.random);
}

static void
test_envelope (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ContractMapping) mapping = load (swapped, &error);
  const char *bytes =
    "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Header>"
    "<ActiveOrganisationHeader xmlns='" SWAPPED_NAMESPACE "'><OrganisationTypeIdentifier>8"
    "</OrganisationTypeIdentifier><OrganisationCode>1</OrganisationCode>"
    "</ActiveOrganisationHeader></s:Header><s:Body><OpretBooking xmlns='" SWAPPED_NAMESPACE "'>"
    "<PersonCivilRegistrationIdentifier>0101905001</PersonCivilRegistrationIdentifier>"
    "<BookingStartTime>2026-01-01T09:00:00Z</BookingStartTime><MoedetilbudId>"
    "12345678-1234-1234-1234-123456789abc</MoedetilbudId><InterviewContactTypeIdentifier>1"
    "</InterviewContactTypeIdentifier></OpretBooking></s:Body></s:Envelope>";
  ContractReadOptions options = { .mapping = mapping };
  g_autoptr (ContractEnvelope) envelope = contract_envelope_new ();
  const char *action = "\"http://planner.example/v3?x=1;y/IBooking/OpretBooking\"";
  g_assert_true (
    contract_envelope_parse (envelope, &options, bytes, strlen (bytes), action, &error));
  g_assert_cmpstr (envelope->operation->name, ==, "CreateBooking");
  g_assert_nonnull (envelope->active_organisation);
  const ContractCreateBookingRequest *request = envelope->request;
  g_assert_cmpstr (request->interview_option_id, ==, "12345678-1234-1234-1234-123456789abc");

  g_autofree char *own = contract_mapping_dup_action (mapping, envelope->operation);
  g_assert_cmpstr (own, ==, "http://planner.example/v3?x=1;y/IBooking/OpretBooking");
  g_assert_false (contract_mapping_action_fits (
    mapping, envelope->operation, "http://planner.example/v3?x=1;y/IBooking/CreateBooking"));

  g_autoptr (GString) fault = g_string_new (NULL);
  ContractFault cause = { CONTRACT_FAULT_SENDER, 1014, "x", "y" };
  contract_fault_write (mapping, CONTRACT_SOAP_1_2, &cause, fault);
  g_assert_nonnull (strstr (fault->str, "<Fejl xmlns=\"" SWAPPED_NAMESPACE "\">"));
  g_assert_nonnull (strstr (fault->str, "xmlns:p=\"" SWAPPED_NAMESPACE "\""));
}

static guint
count (const char *text, const char *part)
{
  guint n = 0;
  for (; (text = strstr (text, part)) != NULL; text += strlen (part))
    n++;
  return n;
}

static void
test_wsdl (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ContractMapping) mapping = load (swapped, &error);
  g_autofree char *text = contract_mapping_dup_wsdl (
    mapping, "https://planner.example:8443/services/Booking.svc", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count (text, "location=\"https://planner.example:8443/services/Booking.svc\""),
                    ==, 2);
  g_assert_cmpuint (count (text, "127.0.0.1"), ==, 0);
  g_assert_cmpuint (count (text, "ExternalBooking"), ==, 0);
  g_assert_cmpuint (count (text, "urn:dk:planner:externalbooking"), ==, 0);
  g_assert_cmpuint (count (text, "targetNamespace=\"" SWAPPED_NAMESPACE "\""), ==, 2);
  g_assert_cmpuint (count (text, "soapAction=\"" SWAPPED_NAMESPACE "/IBooking/"), ==,
                    2 * CONTRACT_OPERATION_N_OPERATIONS);
  g_assert_cmpuint (count (text, "<wsdl:operation name=\"OpretBooking\">"), ==, 3);
  g_assert_cmpuint (count (text, "element=\"tns:OpretBooking\""), ==, 1);
  g_assert_cmpuint (count (text, "element=\"tns:OpretBookingSvar\""), ==, 1);
  g_assert_cmpuint (count (text, "element=\"tns:Fejl\""), ==, 1);
  g_assert_cmpuint (
    count (text, "<wsdl:port name=\"BorgerBookingPort\" binding=\"tns:BorgerBookingPort\">"), ==,
    1);
  g_assert_cmpuint (
    count (text, "<wsdl:port name=\"BorgerBookingPort12\" binding=\"tns:BorgerBookingPort12\">"),
    ==, 1);
  g_assert_cmpuint (count (text, "exactly-one-of MoedetilbudId BookingDetails"), ==, 2);
  g_assert_cmpuint (count (text, "name=\"InterviewOptionID\""), ==, 0);
}

/* With the names of the schema, what is served is what stands in the tree. */
static void
test_served_by_default (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = testlib_dup_source_path ("soap-contract/external-booking-v3.xsd");
  g_autofree char *file = NULL;
  g_assert_true (g_file_get_contents (path, &file, NULL, NULL));
  g_autofree char *served = contract_mapping_dup_xsd (contract_mapping_get_default (), &error);
  testlib_assert_xml_equal (served, file);
  g_autofree char *wsdl = contract_mapping_dup_wsdl (contract_mapping_get_default (), NULL, &error);
  g_assert_cmpuint (count (wsdl, "<wsdl:operation "), ==, 3 * CONTRACT_OPERATION_N_OPERATIONS);
  testlib_assert_xml_equal (wsdl, contract_wsdl_source);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/contract-mapping/default", test_default);
  g_test_add_func ("/contract-mapping/refused", test_refused);
  g_test_add_func ("/contract-mapping/messages", test_messages);
  g_test_add_func ("/contract-mapping/envelope", test_envelope);
  g_test_add_func ("/contract-mapping/wsdl", test_wsdl);
  g_test_add_func ("/contract-mapping/served-by-default", test_served_by_default);
  return g_test_run ();
}
