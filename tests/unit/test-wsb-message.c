/* SPDX-License-Identifier: EUPL-1.2 */
/* Pushed messages in every framing, as printed and as nobody printed them. */
/* Also tests: wsb-framing, dfdg-event. */
#include "dfdg/forms/wsb-message.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "base/error.h"
#include "dfdg/forms/wsb-framing.h"
#include "store/citizen-store.h"
#include "testlib.h"

/* The message of test T3 as the source prints it, ids masked by its author. */
static const char sample_header[] =
  "{\"Oprindelse\":{\"RegistrerendeMyndighed\":{\"OrganisationType\":8,\"OrganisationKode\":"
  "\"44000\"},"
  "\"RegistrerendeBruger\":{\"BrugertypeId\":2,\"BrugertypeNavn\":\"Caseworker\",\"Brugernavn\":"
  "\"xxxxxx\","
  "\"Brugeridentifikation\":\"exxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx\",\"Brugeremail\":\"xxxxxx@"
  "firma.example\","
  "\"KaldendeMyndighed\":{\"OrganisationType\":8,\"OrganisationKode\":\"44000\"}},\"SystemId\":1,"
  "\"Systemnavn\":\"Andet\"},"
  "\"BeskedIdentifier\":\"xxxxxxxx-b4a7-44c7-9a30-8e89f52e575d\",\"HaendelsesTid\":\"2024-04-23T12:"
  "47:17.154073+02:00\","
  "\"Miljoe\":\"T3\",\"KorrelationsIdentifier\":\"xxxxxxxx-53f2-4f3d-b21a-e94494ec338c\","
  "\"EntitetstypeId\":90000,"
  "\"EntitetstypeNavn\":\"Indkaldelse\",\"EksternIdentifier\":\"xxxxxxxx-54a7-4f3b-9b81-"
  "dd2661e45600\","
  "\"VersionIdentifier\":null,\"Identifikation\":\"1111111111\",\"IdentifikationstypeId\":1,"
  "\"IdentifikationstypeNavn\":\"CPR\",\"AendringstypeId\":1,\"AendringstypeNavn\":\"Create\"}";
static const char sample_body[] = "{\"Indkaldelsehaendelsestype\":3}";

#define ZERO "00000000-0000-0000-0000-000000000000"

static DfdgEvent *
read_text (const char *text)
{
  g_autoptr (GError) error = NULL;
  DfdgEvent *event = wsb_message_read (text, strlen (text), &error);

  g_assert_no_error (error);
  g_assert_nonnull (event);
  return event;
}

static void
assert_sample (const DfdgEvent *event, gint64 hint)
{
  g_assert_cmpstr (event->message_id, ==, "xxxxxxxx-b4a7-44c7-9a30-8e89f52e575d");
  g_assert_cmpstr (event->environment, ==, "T3");
  g_assert_cmpint (event->entity_type, ==, 90000);
  g_assert_cmpstr (event->entity_name, ==, "Indkaldelse");
  g_assert_cmpint (event->change_type, ==, DFDG_CHANGE_CREATE);
  g_assert_cmpstr (event->external_id, ==, "xxxxxxxx-54a7-4f3b-9b81-dd2661e45600");
  g_assert_null (event->version_id);
  g_assert_cmpstr (event->cpr, ==, "1111111111");
  g_assert_null (event->old_cpr);
  g_assert_cmpint (event->event_us, ==, G_GINT64_CONSTANT (1713869237154073));
  g_assert_cmpint (event->system_id, ==, 1);
  g_assert_cmpint (event->organisation_type, ==, 8);
  g_assert_cmpstr (event->organisation_code, ==, "44000");
  g_assert_cmpstr (event->correlation_id, ==, "xxxxxxxx-53f2-4f3d-b21a-e94494ec338c");
  g_assert_cmpint (event->hint, ==, hint);
  g_assert_cmpint (event->carrier, ==, DFDG_CARRIER_WSB);
}

static void
test_sample (void)
{
  g_autofree char *text = g_strconcat (sample_header, "\n\n", sample_body, "\n", NULL);
  g_autoptr (DfdgEvent) event = read_text (text);

  assert_sample (event, 3);
}

/* H is the header's members, with braces around; M the same without them; B the body. */
static const struct
{
  const char *name;
  const char *form;
  gint64 hint;
} framings[] = {
  { "one", "{M,\"Indkaldelsehaendelsestype\":3}", 3 },
  { "one-other-name", "{M,\"Indkaldelseshaendelse\":3}", 3 },
  { "two", "H\n\nB", 3 },
  { "two-at-once", "HB", 3 },
  { "two-windows", "\xef\xbb\xbfH\r\n\r\nB\r\n", 3 },
  { "two-with-marks",
    "\xef\xbb\xbfH\xef\xbb\xbf"
    "B",
    3 },
  { "body-first", "B H", 3 },
  { "header-only", "H", -1 },
  { "body", "{M,\"Body\":B}", 3 },
  { "payload", "{M,\"Payload\":B}", 3 },
  { "krop", "{M,\"Krop\":B}", 3 },
  { "null-body", "{M,\"Body\":null}", -1 },
  { "text-body", "{M,\"Body\":\"ingen\"}", -1 },
  { "header-and-body", "{\"Header\":H,\"Body\":B}", 3 },
  { "hoved-and-krop", "{\"Hoved\":H,\"Krop\":B}", 3 },
  { "header-and-beside", "{\"Header\":H,\"Indkaldelsehaendelsestype\":3}", 3 },
  { "list", "[H,B]", 3 },
  { "list-of-one", "[{M,\"Krop\":B}]", 3 },
  { "comma", "H,\nB", 3 },
  { "hint-as-text", "{M,\"Indkaldelsehaendelsestype\":\"3\"}", 3 },
  { "hint-as-double", "{M,\"Indkaldelsehaendelsestype\":3.0}", 3 },
  { "no-hint", "{M,\"Indkaldelsehaendelsestype\":\"x\"}", -1 },
  { "unknown-members", "{\"Nyt\":[1,{\"a\":null}],M,\"Indkaldelsehaendelsestype\":3,\"Mere\":{}}",
    3 },
  { "twice-unknown", "{\"Nyt\":1,\"Nyt\":2,M,\"Indkaldelsehaendelsestype\":3}", 3 },
  { "rubbish-behind", "H B and more", 3 },
  { "half-a-body", "H {\"Indkaldelsehaendel", -1 },
};

static char *
dup_framed (const char *form, const char *header, const char *body)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (const char *c = form; *c != '\0'; c++)
    {
      gboolean is_alone =
        (c == form || !g_ascii_isalpha (c[-1]) || strchr ("HMB", c[-1]) != NULL) &&
        (!g_ascii_isalpha (c[1]) || c[1] == 'B');
      if (is_alone && *c == 'H')
        g_string_append (text, header);
      else if (is_alone && *c == 'M')
        g_string_append_len (text, header + 1, (gssize) strlen (header) - 2);
      else if (is_alone && *c == 'B')
        g_string_append (text, body);
      else
        g_string_append_c (text, *c);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_framings (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (framings); i++)
    {
      g_autofree char *text = dup_framed (framings[i].form, sample_header, sample_body);
      g_autoptr (DfdgEvent) event = NULL;

      g_test_message ("%s", framings[i].name);
      event = read_text (text);
      assert_sample (event, framings[i].hint);
    }
}

static const struct
{
  const char *name;
  const char *text;
  const char *reason;
} refused[] = {
  { "empty", "", "no BeskedIdentifier" },
  { "blank", " \r\n", "no BeskedIdentifier" },
  { "text", "hello", "no JSON" },
  { "xml", "<a/>", "no JSON" },
  { "number", "1", "no JSON" },
  { "object", "{}", "no BeskedIdentifier" },
  { "list", "[]", "no BeskedIdentifier" },
  { "other", "{\"a\":1}", "no BeskedIdentifier" },
  { "no-id", "{\"BeskedIdentifier\":null}", "no id" },
  { "two-messages", "[{\"BeskedIdentifier\":\"m-1\"},{\"BeskedIdentifier\":\"m-2\"}]",
    "more than one" },
  { "two-documents", "{\"BeskedIdentifier\":\"m-1\"}\n{\"BeskedIdentifier\":\"m-2\"}",
    "more than one" },
  { "empty-id", "{\"BeskedIdentifier\":\"\"}", "no id" },
  { "zero-id", "{\"BeskedIdentifier\":\"" ZERO "\"}", "no id" },
  { "object-id", "{\"BeskedIdentifier\":{}}", "no id" },
  { "boolean-id", "{\"BeskedIdentifier\":true}", "no id" },
  { "long-id",
    "{\"BeskedIdentifier\":\"12345678901234567890123456789012345678901234567890123456789012345\"}",
    "no id" },
  { "cut", "{\"BeskedIdentifier\":\"a\"", "cut short" },
  { "two-ids", "{\"BeskedIdentifier\":\"a\",\"BeskedIdentifier\":\"b\"}", "twice" },
  { "two-citizens",
    "{\"BeskedIdentifier\":\"a\",\"Identifikation\":\"1\",\"Identifikation\":\"2\"}", "twice" },
  { "latin-1", "{\"BeskedIdentifier\":\"\xe6\"}", "UTF-8" },
  { "half-character", "{\"BeskedIdentifier\":\"\\ud800\"}", "half a character" },
  { "nul-escape", "{\"BeskedIdentifier\":\"a\\u0000\"}", "NUL" },
  { "long-number", "{\"BeskedIdentifier\":\"a\",\"EntitetstypeId\":99999999999999999999}",
    "too long" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", refused[i].name);
      g_assert_null (wsb_message_read (refused[i].text, strlen (refused[i].text), &error));
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED);
      g_assert_nonnull (strstr (error->message, refused[i].reason));
    }
}

static void
test_limits (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *large = g_strnfill (WSB_MAX_BYTES + 1, ' ');
  g_autoptr (GString) deep = g_string_new ("{\"BeskedIdentifier\":\"a\",\"x\":");
  const char nul[] = "{\"BeskedIdentifier\":\"a\"}\0{}";

  g_assert_null (wsb_message_read (large, WSB_MAX_BYTES + 1, &error));
  g_assert_nonnull (strstr (error->message, "larger"));
  g_clear_error (&error);
  for (guint i = 0; i < 100000; i++)
    g_string_append_c (deep, '[');
  for (guint i = 0; i < 100000; i++)
    g_string_append_c (deep, ']');
  g_string_append_c (deep, '}');
  g_assert_null (wsb_message_read (deep->str, deep->len, &error));
  g_assert_nonnull (strstr (error->message, "too deeply"));
  g_clear_error (&error);
  g_assert_null (wsb_message_read (nul, sizeof nul - 1, &error));
  g_assert_nonnull (strstr (error->message, "UTF-8"));
}

/* Members that are missing, of another kind or out of range are left open; the message is taken. */
static void
test_open (void)
{
  g_autoptr (DfdgEvent) bare = read_text ("{\"BeskedIdentifier\":\"a\"}");
  g_autoptr (DfdgEvent) odd = read_text (
    "{\"BeskedIdentifier\":17,\"Miljoe\":7,\"EntitetstypeId\":\"90001\",\"AendringstypeId\":9,"
    "\"EksternIdentifier\":\"" ZERO "\",\"Identifikation\":1111111111,\"HaendelsesTid\":\"i går\","
    "\"Oprindelse\":[],\"IdentifikationstypeId\":\"1\"}");
  g_autoptr (DfdgEvent) upper =
    read_text ("{\"beskedIdentifier\":\"AAAAAAAA-B4A7-44C7-9A30-8E89F52E575D\","
               "\"eksternIdentifier\":\"ABC-1\","
               "\"identifikation\":\"0000000000\",\"haendelsesTid\":\"2024-04-23T12:47:17\"}");
  g_autoptr (DfdgEvent) company = read_text (
    "{\"BeskedIdentifier\":\"a\",\"Identifikation\":\"1111111111\",\"IdentifikationstypeId\":2}");

  g_assert_cmpint (bare->entity_type, ==, -1);
  g_assert_cmpint (bare->change_type, ==, DFDG_CHANGE_UNKNOWN);
  g_assert_cmpint (bare->system_id, ==, -1);
  g_assert_cmpint (bare->event_us, ==, 0);
  g_assert_null (bare->environment);
  g_assert_null (bare->cpr);
  g_assert_cmpstr (odd->message_id, ==, "17");
  g_assert_cmpstr (odd->environment, ==, "7");
  g_assert_cmpint (odd->entity_type, ==, 90001);
  g_assert_cmpint (odd->change_type, ==, DFDG_CHANGE_UNKNOWN);
  g_assert_null (odd->external_id);
  g_assert_cmpstr (odd->cpr, ==, "1111111111");
  g_assert_cmpint (odd->event_us, ==, 0);
  g_assert_cmpstr (upper->message_id, ==, "aaaaaaaa-b4a7-44c7-9a30-8e89f52e575d");
  g_assert_cmpstr (upper->external_id, ==, "ABC-1");
  g_assert_null (upper->cpr);
  g_assert_cmpint (upper->event_us, ==, G_GINT64_CONSTANT (1713869237000000));
  g_assert_null (company->cpr);
}

/* A citizen's number stands in one field only, whatever the message puts where. */
static void
test_numbers (void)
{
  g_autofree char *text = g_strdup_printf (
    "{\"BeskedIdentifier\":\"m-%s\",\"EntitetstypeNavn\":\"om %s\",\"EksternIdentifier\":\"%s\","
    "\"Identifikation\":\"%s\",\"Body\":{\"tekst\":\"kaldt %s, før "
    "%s\",\"TidligereIdentifikation\":\"%s\"}}",
    testlib_cpr (1), testlib_cpr (1), testlib_cpr (1), testlib_cpr (2), testlib_cpr (1),
    testlib_cpr (2), testlib_cpr (1));
  g_autoptr (DfdgEvent) event = read_text (text);

  g_assert_cmpstr (event->cpr, ==, testlib_cpr (2));
  g_assert_cmpstr (event->old_cpr, ==, testlib_cpr (1));
  g_assert_null (strstr (event->message_id, testlib_cpr (1)));
  g_assert_null (strstr (event->entity_name, testlib_cpr (1)));
  g_assert_null (strstr (event->external_id, testlib_cpr (1)));
  g_assert_nonnull (event->detail);
  g_assert_null (strstr (event->detail, testlib_cpr (1)));
  g_assert_null (strstr (event->detail, testlib_cpr (2)));
}

static DfdgEvent *
read_with_id (const char *id)
{
  g_autofree char *text = g_strdup_printf ("{\"BeskedIdentifier\":\"nr. %s\"}", id);

  return read_text (text);
}

/* Ids are anybody's: two that look like citizens' numbers are two, and the same again is one. */
static void
test_starred_ids (void)
{
  g_autoptr (DfdgEvent) first = read_with_id (testlib_cpr (1));
  g_autoptr (DfdgEvent) second = read_with_id (testlib_cpr (2));
  g_autoptr (DfdgEvent) again = read_with_id (testlib_cpr (1));

  g_assert_cmpstr (first->message_id, !=, second->message_id);
  g_assert_cmpstr (first->message_id, ==, again->message_id);
  g_assert_null (strstr (first->message_id, testlib_cpr (1)));
  g_assert_cmpuint (strlen (first->message_id), ==, 64);
}

static void
test_entities (void)
{
  DfdgEntityIds ids;

  dfdg_entity_ids_init (&ids);
  g_assert_cmpint (dfdg_entity_of (&ids, 90000), ==, DFDG_ENTITY_INDKALDELSE);
  g_assert_cmpint (dfdg_entity_of (&ids, 60010), ==, DFDG_ENTITY_FUND_MEMBERSHIP);
  g_assert_cmpint (dfdg_entity_of (&ids, 5), ==, DFDG_ENTITY_UNKNOWN);
  g_assert_cmpint (dfdg_entity_of (&ids, -1), ==, DFDG_ENTITY_UNKNOWN);
  ids.ids[DFDG_ENTITY_FRIST] = 0;
  g_assert_cmpint (dfdg_entity_of (&ids, 0), ==, DFDG_ENTITY_UNKNOWN);
}

static void
mutate (GRand *random, GString *text)
{
  static const char *const pieces[] = { "{",          "}",
                                        "[",          "]",
                                        "\"",         ",",
                                        ":",          "null",
                                        "\\u0031",    "\\",
                                        "1111111111", "\xef\xbb\xbf",
                                        "\"Body\":",  "\"BeskedIdentifier\":\"b\",",
                                        "1e9",        "\xff" };
  gsize n_bytes;
  gsize at = text->len == 0 ? 0 : (gsize) g_rand_int_range (random, 0, (gint32) text->len);

  switch (g_rand_int_range (random, 0, 5))
    {
    case 0:
      g_string_insert (text, (gssize) at,
                       pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))]);
      break;
    case 1:
      n_bytes = (gsize) g_rand_int_range (random, 1, 20);
      g_string_erase (text, (gssize) at, (gssize) MIN (n_bytes, text->len - at));
      break;
    case 2:
      if (text->len > 0)
        text->str[at] = (char) g_rand_int_range (random, 1, 256);
      break;
    case 3:
      g_string_truncate (text, at);
      break;
    default:
      if (text->len < 8000)
        g_string_insert_len (text, (gssize) at, text->str, (gssize) (text->len / 2));
    }
}

/* Accepted or refused with a reason; what is accepted has an id, and no field another's number. */
static void
test_mutated (void)
{
  g_autoptr (GRand) random = testlib_random_new ();
  guint n_rounds = testlib_budget ("wsb-mutated");
  guint n_taken = 0;

  for (guint i = 0; i < n_rounds; i++)
    {
      guint form = (guint) g_rand_int_range (random, 0, G_N_ELEMENTS (framings));
      g_autofree char *framed = dup_framed (framings[form].form, sample_header, sample_body);
      g_autoptr (GString) text = g_string_new (framed);
      g_autoptr (GError) error = NULL;
      g_autoptr (DfdgEvent) event = NULL;
      g_autofree char *masked = NULL;

      for (int n = g_rand_int_range (random, 1, 6); n > 0; n--)
        mutate (random, text);
      event = wsb_message_read (text->str, text->len, &error);
      if (event == NULL)
        {
          g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED);
          g_assert_null (strstr (error->message, "44000"));
          continue;
        }
      g_assert_no_error (error);
      n_taken++;
      g_assert_true (strlen (event->message_id) <= 64 && *event->message_id != '\0');
      g_assert_true (event->cpr == NULL || dfdg_is_cpr (event->cpr));
      masked = event->detail == NULL ? NULL : citizen_dup_masked (event->detail);
      g_assert_cmpstr (event->detail, ==, masked);
      g_assert_true (event->external_id == NULL || g_utf8_validate (event->external_id, -1, NULL));
    }
  g_test_message ("%u of %u taken", n_taken, n_rounds);
  g_assert_cmpuint (n_taken, >, n_rounds / 20);
  g_assert_cmpuint (n_taken, <, n_rounds);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/wsb-message/sample", test_sample);
  g_test_add_func ("/wsb-message/framings", test_framings);
  g_test_add_func ("/wsb-message/refused", test_refused);
  g_test_add_func ("/wsb-message/limits", test_limits);
  g_test_add_func ("/wsb-message/open", test_open);
  g_test_add_func ("/wsb-message/numbers", test_numbers);
  g_test_add_func ("/wsb-message/starred-ids", test_starred_ids);
  g_test_add_func ("/wsb-message/entities", test_entities);
  g_test_add_func ("/wsb-message/mutated", test_mutated);
  return g_test_run ();
}
