/* SPDX-License-Identifier: EUPL-1.2 */
/* libxml2's verdict as a mode of live operation: envelopes, places, and no value told. */

#include "contract-error.h"
#include "contract-schema.h"
#include "testlib.h"

#include <string.h>

#define ENVELOPE(uri, header, body)                                                              \
  "<s:Envelope xmlns:s='" uri "' xmlns='" CONTRACT_NAMESPACE_DEFAULT "'>" header "<s:Body>" body \
  "</s:Body></s:Envelope>"
#define OLD "http://schemas.xmlsoap.org/soap/envelope/"
#define NEW "http://www.w3.org/2003/05/soap-envelope"
#define ASK(count) \
  "<GetBookings><JobCenterCode>89000</JobCenterCode><MaxCount>" count "</MaxCount></GetBookings>"

static const struct
{
  const char *bytes;
  gint code;         /* -1 when it is valid */
  const char *place; /* start of the text */
} cases[] = {
  { ENVELOPE (OLD, "", ASK ("1")), -1, NULL },
  { ENVELOPE (NEW, "<s:Header><x/></s:Header>", "\n" ASK ("500") "\n"), -1, NULL },
  { ENVELOPE (OLD, "", ASK ("501")), CONTRACT_ERROR_INVALID,
    "/GetBookings/MaxCount (libxml2 error " },
  { ENVELOPE (OLD, "", ASK ("hemmelig")), CONTRACT_ERROR_INVALID, "/GetBookings/MaxCount " },
  { ENVELOPE (OLD, "", "<Unknown/>"), CONTRACT_ERROR_INVALID, "/Unknown " },
  { ENVELOPE (OLD, "", ""), CONTRACT_ERROR_MALFORMED, "the message" },
  { "<s:Envelope xmlns:s='" OLD "'/>", CONTRACT_ERROR_MALFORMED, "the message" },
  { "<a>", CONTRACT_ERROR_MALFORMED, "the message" },
  { "", CONTRACT_ERROR_MALFORMED, "the message" },
};

static void
test_envelopes (void)
{
  g_autoptr (ContractSchema) schema = contract_schema_new (NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      gsize n_bytes = strlen (cases[i].bytes);
      gboolean is_valid = contract_schema_check_envelope (schema, cases[i].bytes, n_bytes, &error);
      g_assert_cmpint (is_valid, ==, cases[i].code < 0);
      if (is_valid)
        continue;
      g_assert_error (error, CONTRACT_ERROR, cases[i].code);
      g_assert_true (g_str_has_prefix (error->message, cases[i].place));
      g_assert_null (strstr (error->message, "hemmelig"));
    }
}

static void
test_broken_document (void)
{
  g_autoptr (ContractSchema) schema = contract_schema_new (NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_assert_false (contract_schema_check (schema, "<a", 2, &error));
  g_assert_error (error, CONTRACT_ERROR, CONTRACT_ERROR_MALFORMED);
}

static gpointer
run_envelopes (gpointer data)
{
  const ContractSchema *schema = data;
  for (guint i = 0; i < 200; i++)
    {
      gboolean is_valid = contract_schema_check_envelope (schema, cases[i % 5].bytes,
                                                          strlen (cases[i % 5].bytes), NULL);
      g_assert_cmpint (is_valid, ==, cases[i % 5].code < 0);
    }
  return NULL;
}

/* One schema, several threads. */
static void
test_threads (void)
{
  g_autoptr (ContractSchema) schema = contract_schema_new (NULL, NULL);
  GThread *threads[4];
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("check", run_envelopes, schema);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/contract-schema/envelopes", test_envelopes);
  g_test_add_func ("/contract-schema/broken-document", test_broken_document);
  g_test_add_func ("/contract-schema/threads", test_threads);
  return g_test_run ();
}
