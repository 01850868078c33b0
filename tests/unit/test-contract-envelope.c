/* SPDX-License-Identifier: EUPL-1.2 */
/* Envelopes of both SOAP versions: what is read, what is refused and how, and hostile bytes. */

#include "contract-envelope.h"
#include "contract-error.h"
#include "testlib.h"

#include <string.h>

#define NS_1_1 "http://schemas.xmlsoap.org/soap/envelope/"
#define NS_1_2 "http://www.w3.org/2003/05/soap-envelope"
#define NS     CONTRACT_NAMESPACE_DEFAULT
#define GUID   "12345678-1234-1234-1234-123456789abc"

#define CANCEL                                                                  \
  "<CancelBooking xmlns='" NS "'><PersonCivilRegistrationIdentifier>0101905001" \
  "</PersonCivilRegistrationIdentifier><BookingIdentifier>" GUID                \
  "</BookingIdentifier></CancelBooking>"
#define ENVELOPE_1_1(header, body) \
  "<s:Envelope xmlns:s='" NS_1_1 "'>" header "<s:Body>" body "</s:Body></s:Envelope>"
#define ENVELOPE_1_2(header, body) \
  "<s:Envelope xmlns:s='" NS_1_2 "'>" header "<s:Body>" body "</s:Body></s:Envelope>"
#define HEADER(blocks) "<s:Header>" blocks "</s:Header>"
#define ORGANISATION(attributes)                                \
  "<ActiveOrganisation xmlns='" NS "'" attributes               \
  "><OrganisationTypeIdentifier>8</OrganisationTypeIdentifier>" \
  "<OrganisationCode>89000</OrganisationCode></ActiveOrganisation>"
#define METADATA                                                                             \
  "<RequestUserMetadata xmlns='" NS "'><RequestUserStructure><UserFullName>Vejleder 07"      \
  "</UserFullName><RequestUserTypeIdentifier>2</RequestUserTypeIdentifier><UserIdentifier>x" \
  "</UserIdentifier></RequestUserStructure><RequestOrganisationStructure>"                   \
  "<OrganisationTypeIdentifier>8</OrganisationTypeIdentifier><OrganisationCode>89000"        \
  "</OrganisationCode></RequestOrganisationStructure></RequestUserMetadata>"
#define UNKNOWN(attributes) "<x:Security xmlns:x='urn:x' " attributes "><x:y/>text</x:Security>"

typedef struct
{
  const char *name;
  const char *bytes;
  gint code; /* of CONTRACT_ERROR; -1 when it is read */
} Case;

/* clang-format off */
static const Case cases[] = {
  { "1.1", ENVELOPE_1_1 ("", CANCEL), -1 },
  { "1.2", ENVELOPE_1_2 ("", CANCEL), -1 },
  { "declaration", "<?xml version='1.0' encoding='utf-8'?>" ENVELOPE_1_1 ("", CANCEL), -1 },
  { "byte order mark", "\xef\xbb\xbf<?xml version='1.0' encoding=\"UTF-8\" standalone='yes'?>\n" ENVELOPE_1_1 ("", CANCEL), -1 },
  { "white space, comments, instructions", "<!-- < --><?x <?>" ENVELOPE_1_1 (" <!--x--> ", "\n<?y z?>" CANCEL "<!-- > -->\n") "\n", -1 },
  { "empty header", ENVELOPE_1_1 (HEADER (""), CANCEL), -1 },
  { "known headers", ENVELOPE_1_1 (HEADER (METADATA ORGANISATION (" s:mustUnderstand='1'")), CANCEL), -1 },
  { "unknown header", ENVELOPE_1_1 (HEADER (UNKNOWN ("")), CANCEL), -1 },
  { "need not be understood", ENVELOPE_1_1 (HEADER (UNKNOWN ("s:mustUnderstand='0'")), CANCEL), -1 },
  { "for somebody else", ENVELOPE_1_1 (HEADER (UNKNOWN ("s:mustUnderstand='1' s:actor='urn:else'")), CANCEL), -1 },
  { "role none", ENVELOPE_1_2 (HEADER (UNKNOWN ("s:mustUnderstand='true' s:role='" NS_1_2 "/role/none'")), CANCEL), -1 },
  { "must be understood, 1.1", ENVELOPE_1_1 (HEADER (UNKNOWN ("s:mustUnderstand='1'")), CANCEL), CONTRACT_ERROR_MUST_UNDERSTAND },
  { "must be understood, next", ENVELOPE_1_1 (HEADER (UNKNOWN ("s:mustUnderstand='1' s:actor='http://schemas.xmlsoap.org/soap/actor/next'")), CANCEL), CONTRACT_ERROR_MUST_UNDERSTAND },
  { "must be understood, 1.2", ENVELOPE_1_2 (HEADER (UNKNOWN ("s:mustUnderstand=' true '")), CANCEL), CONTRACT_ERROR_MUST_UNDERSTAND },
  { "must be understood, receiver", ENVELOPE_1_2 (HEADER (UNKNOWN ("s:mustUnderstand='1' s:role='" NS_1_2 "/role/ultimateReceiver'")), CANCEL), CONTRACT_ERROR_MUST_UNDERSTAND },
  { "header twice", ENVELOPE_1_1 (HEADER (ORGANISATION ("") ORGANISATION ("")), CANCEL), CONTRACT_ERROR_ENVELOPE },
  { "header broken", ENVELOPE_1_1 (HEADER ("<ActiveOrganisation xmlns='" NS "'/>"), CANCEL), CONTRACT_ERROR_INVALID },
  { "1.3", "<s:Envelope xmlns:s='urn:soap-1.3'><s:Body/></s:Envelope>", CONTRACT_ERROR_VERSION },
  { "no namespace", "<Envelope><Body/></Envelope>", CONTRACT_ERROR_VERSION },
  { "no envelope", CANCEL, CONTRACT_ERROR_ENVELOPE },
  { "no body", "<s:Envelope xmlns:s='" NS_1_1 "'/>", CONTRACT_ERROR_ENVELOPE },
  { "empty body", ENVELOPE_1_1 ("", ""), CONTRACT_ERROR_ENVELOPE },
  { "two bodies", "<s:Envelope xmlns:s='" NS_1_1 "'><s:Body>" CANCEL "</s:Body><s:Body/></s:Envelope>", CONTRACT_ERROR_ENVELOPE },
  { "two elements", ENVELOPE_1_1 ("", CANCEL CANCEL), CONTRACT_ERROR_ENVELOPE },
  { "two headers", ENVELOPE_1_1 (HEADER ("") HEADER (""), CANCEL), CONTRACT_ERROR_ENVELOPE },
  { "header last", "<s:Envelope xmlns:s='" NS_1_1 "'><s:Body>" CANCEL "</s:Body><s:Header/></s:Envelope>", CONTRACT_ERROR_ENVELOPE },
  { "text in between", ENVELOPE_1_1 ("x", CANCEL), CONTRACT_ERROR_ENVELOPE },
  { "text in the body", ENVELOPE_1_1 ("", CANCEL "x"), CONTRACT_ERROR_ENVELOPE },
  { "mixed versions", "<s:Envelope xmlns:s='" NS_1_1 "'><t:Body xmlns:t='" NS_1_2 "'>" CANCEL "</t:Body></s:Envelope>", CONTRACT_ERROR_ENVELOPE },
  { "unknown operation", ENVELOPE_1_1 ("", "<Cancel xmlns='" NS "'/>"), CONTRACT_ERROR_UNKNOWN_OPERATION },
  { "operation in lower case", ENVELOPE_1_1 ("", "<cancelBooking xmlns='" NS "'/>"), CONTRACT_ERROR_UNKNOWN_OPERATION },
  { "an answer", ENVELOPE_1_1 ("", "<CancelBookingResponse xmlns='" NS "'/>"), CONTRACT_ERROR_UNKNOWN_OPERATION },
  { "another namespace", ENVELOPE_1_1 ("", "<CancelBooking xmlns='urn:x'/>"), CONTRACT_ERROR_UNKNOWN_OPERATION },
  { "no namespace inside", ENVELOPE_1_1 ("", "<CancelBooking/>"), CONTRACT_ERROR_UNKNOWN_OPERATION },
  { "a fault", ENVELOPE_1_1 ("", "<s:Fault><faultcode>s:Client</faultcode></s:Fault>"), CONTRACT_ERROR_UNKNOWN_OPERATION },
  { "empty message", ENVELOPE_1_1 ("", "<CancelBooking xmlns='" NS "'/>"), CONTRACT_ERROR_INVALID },
  { "empty", "", CONTRACT_ERROR_MALFORMED },
  { "blank", "   ", CONTRACT_ERROR_MALFORMED },
  { "text", "hello", CONTRACT_ERROR_MALFORMED },
  { "JSON", "{\"a\": 1}", CONTRACT_ERROR_MALFORMED },
  { "cut off", "<s:Envelope xmlns:s='" NS_1_1 "'><s:Body>" CANCEL, CONTRACT_ERROR_MALFORMED },
  { "two roots", ENVELOPE_1_1 ("", CANCEL) ENVELOPE_1_1 ("", CANCEL), CONTRACT_ERROR_MALFORMED },
  { "text behind", ENVELOPE_1_1 ("", CANCEL) "x", CONTRACT_ERROR_MALFORMED },
  { "undeclared prefix", "<s:Envelope><s:Body/></s:Envelope>", CONTRACT_ERROR_MALFORMED },
  { "attribute twice", ENVELOPE_1_1 ("", "<CancelBooking xmlns='" NS "' a='' a=''/>"), CONTRACT_ERROR_MALFORMED },
  { "DTD", "<!DOCTYPE s:Envelope [<!ENTITY a 'b'>]>" ENVELOPE_1_1 ("", CANCEL), CONTRACT_ERROR_MALFORMED },
  { "DTD in lower case", "<!doctype x>" ENVELOPE_1_1 ("", CANCEL), CONTRACT_ERROR_MALFORMED },
  { "external DTD", "<!DOCTYPE x SYSTEM 'http://127.0.0.1:1/x.dtd'>" ENVELOPE_1_1 ("", CANCEL), CONTRACT_ERROR_MALFORMED },
  { "external entity", "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/hostname'>]>" ENVELOPE_1_1 ("", CANCEL), CONTRACT_ERROR_MALFORMED },
  { "unknown entity", ENVELOPE_1_1 ("", "<CancelBooking xmlns='" NS "'>&a;</CancelBooking>"), CONTRACT_ERROR_MALFORMED },
  { "HTML entity", ENVELOPE_1_1 ("", "<CancelBooking xmlns='" NS "'>&nbsp;</CancelBooking>"), CONTRACT_ERROR_MALFORMED },
  { "control character", ENVELOPE_1_1 ("", "<CancelBooking xmlns='" NS "'>&#1;</CancelBooking>"), CONTRACT_ERROR_MALFORMED },
  { "reference to NUL", ENVELOPE_1_1 ("", "<CancelBooking xmlns='" NS "'>&#0;</CancelBooking>"), CONTRACT_ERROR_MALFORMED },
  { "broken UTF-8", ENVELOPE_1_1 ("", "\xc3\x28"), CONTRACT_ERROR_MALFORMED },
  { "overlong UTF-8", ENVELOPE_1_1 ("", "\xc0\xaf\xc1\x81\xe0\x80\xaf"), CONTRACT_ERROR_MALFORMED },
  { "surrogate in UTF-8", ENVELOPE_1_1 ("", "\xed\xa0\x80"), CONTRACT_ERROR_MALFORMED },
  { "Latin 1", "<?xml version='1.0' encoding='iso-8859-1'?>" ENVELOPE_1_1 ("", CANCEL), CONTRACT_ERROR_MALFORMED },
  { "UTF-7", "<?xml version='1.0' encoding='UTF-7'?>" ENVELOPE_1_1 ("", CANCEL), CONTRACT_ERROR_MALFORMED },
  { "says UTF-16", "<?xml version='1.0' encoding='UTF-16'?>" ENVELOPE_1_1 ("", CANCEL), CONTRACT_ERROR_MALFORMED },
  { "XML 2.0", "<?xml version='2.0'?>" ENVELOPE_1_1 ("", CANCEL), CONTRACT_ERROR_MALFORMED },
};
/* clang-format on */

static gboolean
parse (ContractEnvelope **envelope,
       const char *bytes,
       gsize n_bytes,
       const char *action,
       GError **error)
{
  *envelope = contract_envelope_new ();
  return contract_envelope_parse (*envelope, NULL, bytes, n_bytes, action, error);
}

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ContractEnvelope) envelope = NULL;
      g_test_message ("%s", cases[i].name);
      gboolean is_read = parse (&envelope, cases[i].bytes, strlen (cases[i].bytes), NULL, &error);
      if (cases[i].code < 0)
        {
          g_assert_no_error (error);
          g_assert_true (is_read);
          const ContractCancelBookingRequest *request = envelope->request;
          g_assert_cmpint (envelope->operation->id, ==, CONTRACT_OPERATION_CANCEL_BOOKING);
          g_assert_cmpstr (request->booking_identifier, ==, GUID);
          continue;
        }
      g_assert_error (error, CONTRACT_ERROR, cases[i].code);
      g_assert_null (envelope->request);
      g_assert_null (envelope->active_organisation);
    }
}

/* A refused call tells its version and its operation, for the fault and the log. */
static void
test_refused (void)
{
  g_autoptr (ContractEnvelope) envelope = NULL;
  const char *bytes =
    ENVELOPE_1_2 ("", "<GetBookings xmlns='" NS "'><MaxCount>0</MaxCount></GetBookings>");
  g_assert_false (parse (&envelope, bytes, strlen (bytes), NULL, NULL));
  g_assert_cmpint (envelope->version, ==, CONTRACT_SOAP_1_2);
  g_assert_cmpstr (envelope->operation->name, ==, "GetBookings");
}

static void
test_headers (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ContractEnvelope) envelope = NULL;
  const char *bytes =
    ENVELOPE_1_1 (HEADER (UNKNOWN ("") METADATA ORGANISATION (" s:actor=''")), CANCEL);
  gboolean is_read = parse (&envelope, bytes, strlen (bytes), NULL, &error);
  g_assert_no_error (error);
  g_assert_true (is_read);
  g_assert_cmpstr (envelope->active_organisation->organisation_code, ==, "89000");
  g_assert_cmpint (envelope->active_organisation->organisation_type_identifier, ==, 8);
  const ContractRequestUserMetadata *metadata = envelope->request_user_metadata;
  g_assert_cmpstr (metadata->request_user_structure.user_full_name, ==, "Vejleder 07");
  g_assert_null (metadata->request_user_structure.user_email);
  g_assert_cmpstr (metadata->request_organisation_structure.organisation_code, ==, "89000");
}

static void
test_action (void)
{
  static const struct
  {
    const char *action;
    gboolean fits;
  } rows[] = {
    { NULL, TRUE },
    { "", TRUE },
    { "\"\"", TRUE },
    { " \"\" ", TRUE },
    { NS "/CancelBooking", TRUE },
    { "\"" NS "/CancelBooking\"", TRUE },
    { "  \"" NS "/CancelBooking\"", TRUE },
    { "\"" NS "/CreateBooking\"", FALSE },
    { "\"" NS "/CancelBookin\"", FALSE },
    { "\"" NS "/CancelBookings\"", FALSE },
    { "\"" NS "/CancelBooking", FALSE },
    { "CancelBooking", FALSE },
    { "\"", FALSE },
  };
  const char *bytes = ENVELOPE_1_1 ("", CANCEL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ContractEnvelope) envelope = NULL;
      gboolean is_read = parse (&envelope, bytes, strlen (bytes), rows[i].action, &error);
      g_assert_cmpint (is_read, ==, rows[i].fits);
      if (!rows[i].fits)
        g_assert_error (error, CONTRACT_ERROR, CONTRACT_ERROR_ACTION);
    }
}

/* --- limits ----------------------------------------------------------------------------------- */

static char *
repeat (const char *text, guint n)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < n; i++)
    g_string_append (out, text);
  return g_string_free (out, FALSE);
}

static void
assert_refused (const char *bytes, ContractReadOptions *options, gint code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ContractEnvelope) envelope = contract_envelope_new ();
  g_assert_false (contract_envelope_parse (envelope, options, bytes, strlen (bytes), NULL, &error));
  g_assert_error (error, CONTRACT_ERROR, code);
}

static void
test_limits (void)
{
  const char *good = ENVELOPE_1_1 ("", CANCEL);
  ContractReadOptions tight = { .max_bytes = strlen (good), .max_depth = 4, .max_attributes = 1 };
  tight.max_name_bytes = strlen ("PersonCivilRegistrationIdentifier");
  g_autoptr (ContractEnvelope) envelope = contract_envelope_new ();
  g_assert_true (contract_envelope_parse (envelope, &tight, good, strlen (good), NULL, NULL));

  ContractReadOptions options = tight;
  options.max_bytes--;
  assert_refused (good, &options, CONTRACT_ERROR_TOO_LARGE);
  options = tight;
  options.max_depth--;
  assert_refused (good, &options, CONTRACT_ERROR_TOO_LARGE);
  options = tight;
  options.max_name_bytes--;
  assert_refused (good, &options, CONTRACT_ERROR_TOO_LARGE);
  assert_refused ("<a b='' c=''/>", &tight, CONTRACT_ERROR_TOO_LARGE);

  g_autofree char *deep = repeat ("<a>", 100000);
  assert_refused (deep, NULL, CONTRACT_ERROR_TOO_LARGE);
  g_autofree char *attributes = repeat (" a='b'", 50000);
  g_autofree char *wide = g_strconcat ("<a", attributes, "/>", NULL);
  assert_refused (wide, NULL, CONTRACT_ERROR_TOO_LARGE);
  g_autofree char *letters = repeat ("a", 100000);
  g_autofree char *name = g_strconcat ("<", letters, "/>", NULL);
  assert_refused (name, NULL, CONTRACT_ERROR_TOO_LARGE);
  g_autofree char *unclosed = g_strconcat ("<a b='", letters, NULL);
  assert_refused (unclosed, NULL, CONTRACT_ERROR_MALFORMED);
  g_autofree char *openings = repeat ("<", 100000);
  assert_refused (openings, NULL, CONTRACT_ERROR_TOO_LARGE);
  g_autofree char *instructions = repeat ("<?a", 100000);
  assert_refused (instructions, NULL, CONTRACT_ERROR_MALFORMED);
}

/* A list of the caller's ends at its limit. */
static void
test_list_limit (void)
{
  const char *item = "<PersonGroupProjectIdentifier>" GUID "</PersonGroupProjectIdentifier>";
  for (guint n = 199; n <= 201; n++)
    {
      g_autofree char *items = repeat (item, n);
      g_autofree char *bytes = g_strconcat (
        "<s:Envelope xmlns:s='" NS_1_1 "'><s:Body><GetSelfbookInterviewOptions xmlns='" NS "'>"
        "<PersonCivilRegistrationIdentifier>0101905001</PersonCivilRegistrationIdentifier>"
        "<JobCenterCode>89000</JobCenterCode><ContactGroupTypeIdentifier>1"
        "</ContactGroupTypeIdentifier><PersonGroupProjectIdentifierCollection>",
        items,
        "</PersonGroupProjectIdentifierCollection></GetSelfbookInterviewOptions></s:Body>"
        "</s:Envelope>",
        NULL);
      g_autoptr (ContractEnvelope) envelope = NULL;
      gboolean is_read = parse (&envelope, bytes, strlen (bytes), NULL, NULL);
      g_assert_cmpint (is_read, ==, n <= 200);
      if (!is_read)
        continue;
      const ContractGetSelfbookInterviewOptionsRequest *request = envelope->request;
      g_assert_cmpuint (request->person_group_project_identifier_collection.n_items, ==, n);
      g_assert_cmpstr (request->person_group_project_identifier_collection.items[n - 1], ==, GUID);
    }
}

static void
test_utf_16 (void)
{
  static const char *const encodings[] = { "UTF-16", "UTF-16LE", "UTF-16BE" };
  const char *text = "<?xml version='1.0' encoding='UTF-16'?>" ENVELOPE_1_1 ("<!-- æ𝄞 -->", CANCEL);
  for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
    {
      gsize n_bytes = 0;
      g_autofree char *bytes = g_convert (text, -1, encodings[i], "UTF-8", NULL, &n_bytes, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (ContractEnvelope) envelope = NULL;
      gboolean is_read = parse (&envelope, bytes, n_bytes, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (is_read);
      g_autoptr (ContractEnvelope) cut = NULL;
      g_assert_false (parse (&cut, bytes, n_bytes - 1, NULL, NULL));
    }
}

static void
test_nul (void)
{
  char bytes[] = ENVELOPE_1_1 ("", CANCEL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ContractEnvelope) envelope = NULL;
  bytes[sizeof (bytes) - 30] = '\0';
  g_assert_false (parse (&envelope, bytes, sizeof (bytes) - 1, NULL, &error));
  g_assert_error (error, CONTRACT_ERROR, CONTRACT_ERROR_MALFORMED);
}

/* --- hostile bytes ---------------------------------------------------------------------------- */

/* Cut off anywhere, a call is refused, and the next one on the same parser is read. */
static void
test_cut_off (void)
{
  const char *bytes = ENVELOPE_1_2 (HEADER (METADATA), CANCEL);
  gsize n_bytes = strlen (bytes);
  for (gsize n = 0; n <= n_bytes; n++)
    {
      g_autofree char *exact = g_memdup2 (bytes, n);
      g_autoptr (ContractEnvelope) envelope = NULL;
      g_assert_cmpint (parse (&envelope, exact, n, NULL, NULL), ==, n == n_bytes);
    }
}

/* Random bytes in a good call: whatever the verdict, nothing breaks and no value is told. */
static void
test_random_bytes (void)
{
  static const char *const snippets[] = {
    "<!DOCTYPE", "<![CDATA[", "]]>", "<!--", "-->",      "&#",   "&lt;", "<?xml",  "?>",
    "'",         "\"",        "/>",  "</",   "xmlns=''", "\xff", "\xc3", "s:Body", "xsi:nil='1'"
  };
  g_autoptr (GRand) random = testlib_random_new ();
  guint64 n_rounds = testlib_budget ("contract-bytes");
  const char *good = ENVELOPE_1_2 (HEADER (METADATA ORGANISATION ("")), CANCEL);
  for (guint64 i = 0; i < n_rounds; i++)
    {
      g_autoptr (GString) bytes = g_string_new (good);
      for (gint32 n = g_rand_int_range (random, 1, 5); n > 0; n--)
        {
          gint32 at = g_rand_int_range (random, 0, (gint32) bytes->len);
          if (g_rand_boolean (random))
            bytes->str[at] = (char) g_rand_int_range (random, 0, 256);
          else if (g_rand_boolean (random))
            g_string_insert (bytes, at,
                             snippets[g_rand_int_range (random, 0, G_N_ELEMENTS (snippets))]);
          else
            g_string_erase (bytes, at, MIN (8, (gssize) bytes->len - at));
        }
      g_autofree char *exact = g_memdup2 (bytes->str, bytes->len);
      g_autoptr (GError) error = NULL;
      g_autoptr (ContractEnvelope) envelope = NULL;
      if (parse (&envelope, exact, bytes->len, NULL, &error))
        {
          g_assert_nonnull (envelope->request);
          continue;
        }
      g_assert_true (error->domain == CONTRACT_ERROR);
      g_assert_null (strstr (error->message, "0101905001"));
      g_assert_null (strstr (error->message, "Vejleder"));
    }
}

/* More names than a parser may keep: it is replaced, and goes on. */
static void
test_many_names (void)
{
  for (guint i = 0; i < 6000; i++)
    {
      g_autofree char *bytes = g_strdup_printf ("<a%u xmlns='urn:x%u'/>", i, i);
      g_autoptr (ContractEnvelope) envelope = NULL;
      g_assert_false (parse (&envelope, bytes, strlen (bytes), NULL, NULL));
    }
  test_cases ();
}

static gpointer
run_cases (gpointer data)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (ContractEnvelope) envelope = NULL;
      const char *bytes = ENVELOPE_1_1 ("", CANCEL);
      g_assert_true (parse (&envelope, bytes, strlen (bytes), NULL, NULL));
    }
  return NULL;
}

static void
test_threads (void)
{
  GThread *threads[4];
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("parse", run_cases, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

/* --- errors and times ------------------------------------------------------------------------- */

/* The path of what is wrong, and never its value. */
static void
test_paths (void)
{
  static const struct
  {
    const char *body;
    const char *text;
  } rows[] = {
    { "<MaxCount>hemmelig</MaxCount>", "GetBookings/MaxCount: is no integer" },
    { "<PersonCivilRegistrationIdentifier>3102905001</PersonCivilRegistrationIdentifier>"
      "<MaxCount>1</MaxCount>",
      "GetBookings/PersonCivilRegistrationIdentifier: does not fit its pattern" },
    { "<MaxCount>1</MaxCount>", "GetBookings: exactly one of PersonCivilRegistrationIdentifier, "
                                "JobCenterCode, CaseWorkerIdentifier must be there" },
    { "<JobCenterCode>89000</JobCenterCode>", "GetBookings/MaxCount: is missing" },
    { "<Hemmelig0101905001/>", "GetBookings: an unknown element is not expected here" },
    { "<Title/>", "GetBookings/Title: is not expected here" },
    { "<JobCenterCode hemmelig='1'>89000</JobCenterCode>",
      "GetBookings/JobCenterCode: an attribute is not allowed" },
    { "hemmelig", "GetBookings: must hold elements, not text" },
    { "<x:a xmlns:x='urn:hemmelig'/>",
      "GetBookings: an element of another namespace is not expected here" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ContractEnvelope) envelope = NULL;
      g_autofree char *bytes =
        g_strconcat ("<s:Envelope xmlns:s='" NS_1_1 "'><s:Body><GetBookings xmlns='" NS "'>",
                     rows[i].body, "</GetBookings></s:Body></s:Envelope>", NULL);
      g_assert_false (parse (&envelope, bytes, strlen (bytes), NULL, &error));
      g_assert_cmpstr (error->message, ==, rows[i].text);
    }
}

static gboolean
resolve (ContractTime *time, gpointer data)
{
  guint *n_calls = data;
  ++*n_calls;
  if (time->unix_us % G_GINT64_CONSTANT (3600000000) == G_GINT64_CONSTANT (1800000000))
    return FALSE; /* half past the hour stands for a gap */
  time->unix_us -= G_GINT64_CONSTANT (3600000000);
  time->offset_s = 3600;
  time->has_offset = TRUE;
  return TRUE;
}

static gboolean
parse_times (const char *start,
             const char *end,
             ContractEnvelope *envelope,
             guint *n_calls,
             GError **error)
{
  ContractReadOptions options = { .resolve_time = resolve, .resolver_data = n_calls };
  g_autofree char *bytes = g_strconcat (
    "<s:Envelope xmlns:s='" NS_1_1 "'><s:Body><GetBookings xmlns='" NS "'><JobCenterCode>89000"
    "</JobCenterCode><IntervalStartTime>",
    start, "</IntervalStartTime><IntervalEndTime>", end,
    "</IntervalEndTime><MaxCount>1</MaxCount></GetBookings></s:Body></s:Envelope>", NULL);
  return contract_envelope_parse (envelope, &options, bytes, strlen (bytes), NULL, error);
}

static void
test_resolver (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ContractEnvelope) envelope = contract_envelope_new ();
  guint n_calls = 0;
  g_assert_true (
    parse_times ("1970-01-01T02:00:00", "1970-01-01T03:00:00+02:00", envelope, &n_calls, NULL));
  const ContractGetBookingsRequest *request = envelope->request;
  g_assert_cmpuint (n_calls, ==, 1);
  g_assert_true (request->has_interval_start_time && request->has_interval_end_time);
  g_assert_cmpint (request->interval_start_time.unix_us, ==, G_GINT64_CONSTANT (3600000000));
  g_assert_cmpint (request->interval_end_time.unix_us, ==, G_GINT64_CONSTANT (3600000000));
  g_assert_cmpint (request->interval_start_time.offset_s, ==, 3600);
  g_assert_cmpint (request->interval_end_time.offset_s, ==, 7200);

  g_autoptr (ContractEnvelope) refused = contract_envelope_new ();
  g_assert_false (
    parse_times ("2026-03-29T02:30:00", "2026-03-29T03:00:00", refused, &n_calls, &error));
  g_assert_error (error, CONTRACT_ERROR, CONTRACT_ERROR_TIME);
  g_assert_cmpstr (error->message, ==,
                   "GetBookings/IntervalStartTime: there is no such time of day");
}

/* --- answers ---------------------------------------------------------------------------------- */

static void
fill_details (ContractBookingDetails *details)
{
  details->booking_identifier = GUID;
  details->booking_originator.organisation_type_identifier = 8;
  details->booking_start_time = (ContractTime){ G_GINT64_CONSTANT (1790000000000000), 7200, TRUE };
  details->booking_end_time = (ContractTime){ G_GINT64_CONSTANT (1790003600000000), 7200, TRUE };
  details->person_civil_registration_identifier = "0101905001";
  details->job_center_code = "89000";
  details->title = "Jobsamtale <1> & \"2\"";
}

/* A stored body is the same bytes in either version, and reads as one element by itself. */
static void
test_answer (void)
{
  const ContractOperation *operation = contract_operation_get (CONTRACT_OPERATION_CANCEL_BOOKING);
  g_autoptr (GError) error = NULL;
  g_autoptr (ContractArena) arena = contract_arena_new ();
  ContractCancelBookingResponse response = { 0 };
  fill_details (&response.booking_details);
  g_autoptr (GString) body = g_string_new (NULL);
  g_assert_true (contract_body_write_answer (NULL, operation, &response, body, &error));
  for (guint version = CONTRACT_SOAP_1_1; version <= CONTRACT_SOAP_1_2; version++)
    {
      g_autoptr (GString) fresh = g_string_new (NULL);
      g_autoptr (GString) replayed = g_string_new (NULL);
      g_autoptr (GString) wrapped = g_string_new (body->str);
      g_assert_true (contract_envelope_write_answer (NULL, (ContractSoapVersion) version, operation,
                                                     &response, fresh, &error));
      contract_envelope_write ((ContractSoapVersion) version, body->str, body->len, replayed);
      contract_envelope_wrap ((ContractSoapVersion) version, wrapped);
      g_assert_cmpstr (wrapped->str, ==, replayed->str);
      g_assert_cmpstr (fresh->str, ==, replayed->str);
      g_assert_nonnull (strstr (fresh->str, version == CONTRACT_SOAP_1_1 ? NS_1_1 : NS_1_2));
      g_autofree char *canonical = testlib_dup_canonical_xml (fresh->str, -1, &error);
      g_assert_no_error (error);
    }
  const ContractCancelBookingResponse *again =
    contract_message_read (NULL, operation->response_name, body->str, body->len, arena, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->booking_details.title, ==, "Jobsamtale <1> & \"2\"");
}

static void
test_answer_refused (void)
{
  const ContractOperation *operation = contract_operation_get (CONTRACT_OPERATION_CANCEL_BOOKING);
  g_autoptr (GError) error = NULL;
  ContractCancelBookingResponse response = { 0 };
  fill_details (&response.booking_details);
  response.booking_details.booking_end_time.has_offset = FALSE;
  g_autoptr (GString) out = g_string_new ("untouched");
  g_assert_false (
    contract_envelope_write_answer (NULL, CONTRACT_SOAP_1_1, operation, &response, out, &error));
  g_assert_error (error, CONTRACT_ERROR, CONTRACT_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==,
                   "CancelBookingResponseType/BookingDetails/BookingEndTime: cannot be sent");
  g_assert_cmpstr (out->str, ==, "untouched");
}

/* What a probe sends is what a Planner reads. */
static void
test_request (void)
{
  const ContractOperation *operation = contract_operation_find ("CancelBooking");
  ContractCancelBookingRequest request = { "0101905001", GUID };
  g_autoptr (GString) body = g_string_new (NULL);
  g_autoptr (GString) bytes = g_string_new (NULL);
  g_autoptr (ContractEnvelope) envelope = NULL;
  g_assert_true (contract_body_write_request (NULL, operation, &request, body, NULL));
  contract_envelope_write (CONTRACT_SOAP_1_1, body->str, body->len, bytes);
  g_assert_true (parse (&envelope, bytes->str, bytes->len, NULL, NULL));
  g_assert_cmpstr (((const ContractCancelBookingRequest *) envelope->request)->booking_identifier,
                   ==, GUID);
  request.booking_identifier = "x";
  g_assert_false (contract_body_write_request (NULL, operation, &request, body, NULL));
  g_assert_cmpstr (contract_soap_content_type (CONTRACT_SOAP_1_1), ==, "text/xml; charset=utf-8");
  g_assert_cmpstr (contract_soap_content_type (CONTRACT_SOAP_1_2), ==,
                   "application/soap+xml; charset=utf-8");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/contract-envelope/cases", test_cases);
  g_test_add_func ("/contract-envelope/refused", test_refused);
  g_test_add_func ("/contract-envelope/headers", test_headers);
  g_test_add_func ("/contract-envelope/action", test_action);
  g_test_add_func ("/contract-envelope/limits", test_limits);
  g_test_add_func ("/contract-envelope/list-limit", test_list_limit);
  g_test_add_func ("/contract-envelope/utf-16", test_utf_16);
  g_test_add_func ("/contract-envelope/nul", test_nul);
  g_test_add_func ("/contract-envelope/cut-off", test_cut_off);
  g_test_add_func ("/contract-envelope/random-bytes", test_random_bytes);
  g_test_add_func ("/contract-envelope/many-names", test_many_names);
  g_test_add_func ("/contract-envelope/threads", test_threads);
  g_test_add_func ("/contract-envelope/paths", test_paths);
  g_test_add_func ("/contract-envelope/resolver", test_resolver);
  g_test_add_func ("/contract-envelope/answer", test_answer);
  g_test_add_func ("/contract-envelope/answer-refused", test_answer_refused);
  g_test_add_func ("/contract-envelope/request", test_request);
  return g_test_run ();
}
