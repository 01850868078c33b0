/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers cut anywhere: what is one, which fault it is, and every identifier in it, against a document tree. */
/* Also tests: contract-stream. */
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <string.h>

#include "contract-error.h"
#include "contract-fault.h"
#include "contract-random.h"
#include "route/track-answer.h"
#include "route/track-words.h"
#include "testlib.h"

#define NS      CONTRACT_NAMESPACE_DEFAULT
#define GUID    "12345678-1234-1234-1234-123456789abc"
#define ENV(x)  "<s:Envelope xmlns:s='" TRACK_SOAP_1_1 "'>" x "</s:Envelope>"
#define BODY(x) ENV ("<s:Body>" x "</s:Body>")

typedef struct
{
  const char *name;
  const char *bytes;
  int error; /* of CONTRACT_ERROR; -1: none */
  TrackAnswerKind kind;
  gint64 fault_code;
  gboolean is_receivers;
} Case;

/* clang-format off */
static const Case cases[] = {
  { "answer", BODY ("<CancelBookingResponse xmlns='" NS "'><BookingDetails/></CancelBookingResponse>"), -1, TRACK_ANSWER_MESSAGE, 0, FALSE },
  { "fault", BODY ("<s:Fault><faultcode>s:Client</faultcode><faultstring/><detail><PlannerFault xmlns='" NS "'><Code>990001</Code></PlannerFault></detail></s:Fault>"), -1, TRACK_ANSWER_FAULT, 990001, FALSE },
  { "server's", BODY ("<s:Fault><faultcode>s:Server.Busy</faultcode><faultstring/></s:Fault>"), -1, TRACK_ANSWER_FAULT, 0, TRUE },
  { "1.2 fault to a 1.1 call", "<e:Envelope xmlns:e='" TRACK_SOAP_1_2 "'><e:Body><e:Fault><e:Code><e:Value>e:Receiver</e:Value></e:Code></e:Fault></e:Body></e:Envelope>", -1, TRACK_ANSWER_FAULT, 0, TRUE },
  { "fault whose code is elsewhere", BODY ("<s:Fault><faultcode>s:Client</faultcode><detail><x><Code xmlns='" NS "'>5</Code></x></detail></s:Fault>"), -1, TRACK_ANSWER_FAULT, 0, FALSE },
  { "other operation", BODY ("<AcceptBookingResponse xmlns='" NS "'/>"), CONTRACT_ERROR_UNKNOWN_OPERATION, 0, 0, FALSE },
  { "other version", "<e:Envelope xmlns:e='" TRACK_SOAP_1_2 "'><e:Body><CancelBookingResponse xmlns='" NS "'/></e:Body></e:Envelope>", CONTRACT_ERROR_VERSION, 0, 0, FALSE },
  { "page", "<html><body>It works</body></html>", CONTRACT_ERROR_ENVELOPE, 0, 0, FALSE },
  { "empty body", BODY (""), CONTRACT_ERROR_ENVELOPE, 0, 0, FALSE },
  { "no body", ENV ("<s:Header/>"), CONTRACT_ERROR_ENVELOPE, 0, 0, FALSE },
  { "two answers", BODY ("<CancelBookingResponse xmlns='" NS "'/><CancelBookingResponse xmlns='" NS "'/>"), CONTRACT_ERROR_ENVELOPE, 0, 0, FALSE },
  { "cut", "<s:Envelope xmlns:s='" TRACK_SOAP_1_1 "'><s:Body><CancelBookingResponse xmlns='" NS "'>", CONTRACT_ERROR_MALFORMED, 0, 0, FALSE },
  { "more behind it", BODY ("<CancelBookingResponse xmlns='" NS "'/>") "x", CONTRACT_ERROR_MALFORMED, 0, 0, FALSE },
  { "DTD", "<!DOCTYPE a>" BODY ("<CancelBookingResponse xmlns='" NS "'/>"), CONTRACT_ERROR_MALFORMED, 0, 0, FALSE },
  { "unbound prefix", BODY ("<x:CancelBookingResponse/>"), CONTRACT_ERROR_MALFORMED, 0, 0, FALSE },
  { "nothing", "", CONTRACT_ERROR_MALFORMED, 0, 0, FALSE },
};
/* clang-format on */

static TrackAnswer *
new_answer (const char *operation, ContractSoapVersion version)
{
  TrackCall call = { .version = version, .contract = contract_operation_find (operation) };

  return track_answer_new (&call, contract_mapping_get_default ());
}

/* In pieces of @n_piece bytes. */
static gboolean
feed_all (TrackAnswer *answer, const char *bytes, gsize n_bytes, gsize n_piece, GError **error)
{
  for (gsize at = 0; at < n_bytes; at += n_piece)
    if (!track_answer_feed (answer, bytes + at, MIN (n_piece, n_bytes - at), error))
      return FALSE;
  return track_answer_end (answer, error);
}

static void
check_case (const Case *row, gsize n_piece)
{
  g_autoptr (TrackAnswer) answer = new_answer ("CancelBooking", CONTRACT_SOAP_1_1);
  g_autoptr (GError) error = NULL;
  gboolean ok = feed_all (answer, row->bytes, strlen (row->bytes), n_piece, &error);

  g_test_message ("%s in pieces of %" G_GSIZE_FORMAT ": %s", row->name, n_piece,
                  ok ? "read" : error->message);
  if (row->error >= 0)
    {
      g_assert_error (error, CONTRACT_ERROR, row->error);
      g_assert_false (track_answer_feed (answer, "<a/>", 4, NULL));
      return;
    }
  g_assert_true (ok);
  g_assert_cmpint (track_answer_get_kind (answer), ==, row->kind);
  g_assert_cmpint (track_answer_get_fault_code (answer), ==, row->fault_code);
  g_assert_cmpint (track_answer_is_receivers (answer), ==, row->is_receivers);
}

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize n_piece = 1; n_piece < 1000; n_piece *= 3)
      check_case (&cases[i], n_piece);
}

/* The faults that plannerd writes, in both versions. */
/* As it comes: with a mark before it, or two bytes a character; the parser is used again, and must not remember. */
static void
test_encodings (void)
{
  static const char text[] = BODY ("<CancelBookingResponse xmlns='" NS "'><BookingIdentifier>" GUID
                                   "</BookingIdentifier></CancelBookingResponse>");
  static const struct
  {
    const char *mark;
    gsize n_mark;
    const char *encoding;
  } rows[] = {
    { "", 0, "UTF-8" },
    { "\xef\xbb\xbf", 3, "UTF-8" },
    { "\xff\xfe", 2, "UTF-16LE" },
    { "\xfe\xff", 2, "UTF-16BE" },
  };

  for (guint i = 0; i < 5 * G_N_ELEMENTS (rows); i++)
    {
      guint row = i * 7 % G_N_ELEMENTS (rows);
      g_autoptr (TrackAnswer) answer = new_answer ("CancelBooking", CONTRACT_SOAP_1_1);
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autoptr (GError) error = NULL;
      gsize n_wide = 0;
      g_autofree char *wide =
        g_convert (text, -1, rows[row].encoding, "UTF-8", NULL, &n_wide, &error);
      guint n_ids = 0;

      g_assert_no_error (error);
      g_byte_array_append (bytes, (const guint8 *) rows[row].mark, (guint) rows[row].n_mark);
      g_byte_array_append (bytes, (const guint8 *) wide, (guint) n_wide);
      feed_all (answer, (const char *) bytes->data, bytes->len, i % 3 == 0 ? bytes->len : i % 3,
                &error);
      g_test_message ("%u: %s", row, error == NULL ? "read" : error->message);
      g_assert_no_error (error);
      track_answer_get_ids (answer, &n_ids);
      g_assert_cmpuint (n_ids, ==, 1);
    }
}

static void
test_own_faults (void)
{
  for (guint i = 0; i < 4; i++)
    {
      ContractFault fault = { (ContractFaultSide) (i / 2), 990012, "Busy.", "x" };
      ContractSoapVersion version = (ContractSoapVersion) (i % 2);
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (TrackAnswer) answer = new_answer ("CancelBooking", version);

      contract_fault_write (NULL, version, &fault, text);
      g_assert_true (feed_all (answer, text->str, text->len, 7, NULL));
      g_assert_cmpint (track_answer_get_fault_code (answer), ==, 990012);
      g_assert_cmpint (track_answer_is_receivers (answer), ==,
                       fault.side == CONTRACT_FAULT_RECEIVER);
    }
}

static guint
count (const char *text, gsize n_bytes, const char *name)
{
  xmlDoc *document = xmlReadMemory (text, (int) n_bytes, NULL, NULL, XML_PARSE_NONET);
  xmlXPathContext *context = xmlXPathNewContext (document);
  g_autofree char *query = g_strdup_printf ("count(//*[local-name()='%s'])", name);
  xmlXPathObject *found = xmlXPathEvalExpression ((const xmlChar *) query, context);
  guint n = (guint) found->floatval;

  xmlXPathFreeObject (found);
  xmlXPathFreeContext (context);
  xmlFreeDoc (document);
  return n;
}

static void
check_ids (const TrackAnswer *answer, const GString *text)
{
  guint n_ids;
  const TrackId *ids = track_answer_get_ids (answer, &n_ids);
  guint counted[TRACK_N_ID_KINDS] = { 0 };

  for (guint i = 0; i < n_ids; i++)
    {
      g_autofree char *upper = g_ascii_strup (ids[i].guid, -1);

      counted[ids[i].kind]++;
      g_assert_true (strstr (text->str, ids[i].guid) != NULL || strstr (text->str, upper) != NULL ||
                     strcasestr (text->str, upper) != NULL);
    }
  g_assert_cmpuint (counted[TRACK_ID_BOOKING], ==,
                    count (text->str, text->len, "BookingIdentifier"));
  g_assert_cmpuint (counted[TRACK_ID_RESERVATION], ==,
                    count (text->str, text->len, "ReservationIdentifier"));
  g_assert_cmpuint (counted[TRACK_ID_OPTION], ==,
                    count (text->str, text->len, "InterviewOptionIdentifier"));
}

static void
test_any_answer (void)
{
  g_autoptr (GRand) random = testlib_random_new ();
  guint64 n_messages = testlib_budget ("track-answer");

  for (guint64 i = 0; i < n_messages; i++)
    {
      const ContractOperation *operation =
        contract_operation_get (i % CONTRACT_OPERATION_N_OPERATIONS);
      g_autoptr (ContractArena) arena = contract_arena_new ();
      ContractRandom maker = { random, arena, 5 };
      gpointer message = contract_random_message (&maker, operation->response);
      ContractSoapVersion version = (ContractSoapVersion) g_rand_int_range (random, 0, 2);
      g_autoptr (TrackAnswer) answer = new_answer (operation->name, version);
      g_autoptr (GString) body = g_string_new (NULL);
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GError) error = NULL;

      contract_message_write (contract_mapping_get_default (), operation->response_name, message,
                              body);
      contract_envelope_write (version, body->str, body->len, text);
      g_assert_true (
        feed_all (answer, text->str, text->len, (gsize) g_rand_int_range (random, 1, 300), &error));
      g_assert_no_error (error);
      g_assert_cmpint (track_answer_get_kind (answer), ==, TRACK_ANSWER_MESSAGE);
      check_ids (answer, text);
    }
}

/* Two at a time on one thread: a gateway reads as many as there are calls. */
static void
test_interleaved (void)
{
  g_autoptr (TrackAnswer) one = new_answer ("CancelBooking", CONTRACT_SOAP_1_1);
  g_autoptr (TrackAnswer) other = new_answer ("AcceptBooking", CONTRACT_SOAP_1_1);
  const char *first = BODY ("<CancelBookingResponse xmlns='" NS "'/>");
  const char *second = BODY ("<AcceptBookingResponse xmlns='" NS "'/>");

  for (gsize i = 0; i < MAX (strlen (first), strlen (second)); i++)
    {
      if (i < strlen (first))
        g_assert_true (track_answer_feed (one, first + i, 1, NULL));
      if (i < strlen (second))
        g_assert_true (track_answer_feed (other, second + i, 1, NULL));
    }
  g_assert_true (track_answer_end (one, NULL));
  g_assert_true (track_answer_end (other, NULL));
}

static void
test_limits (void)
{
  g_autoptr (TrackAnswer) answer = new_answer ("CancelBooking", CONTRACT_SOAP_1_1);
  g_autoptr (GString) text = g_string_new ("<s:Envelope xmlns:s='" TRACK_SOAP_1_1 "'>");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 100; i++)
    g_string_append (text, "<a>");
  g_assert_false (feed_all (answer, text->str, text->len, text->len, &error));
  g_assert_error (error, CONTRACT_ERROR, CONTRACT_ERROR_TOO_LARGE);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-answer/cases", test_cases);
  g_test_add_func ("/track-answer/encodings", test_encodings);
  g_test_add_func ("/track-answer/own-faults", test_own_faults);
  g_test_add_func ("/track-answer/any-answer", test_any_answer);
  g_test_add_func ("/track-answer/interleaved", test_interleaved);
  g_test_add_func ("/track-answer/limits", test_limits);
  return g_test_run ();
}
