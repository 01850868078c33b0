/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages to DFDG against a server that says what it is told to: rules, bodies, paths, threads, hidden content. */
/* Also tests: besked-message, besked-json. */
#include <string.h>

#include "base/error.h"
#include "base/period.h"
#include "dfdg/services/besked-client.h"
#include "dfdg/services/besked-json.h"
#include "fake-http.h"
#include "testlib.h"

#define ID  "3f0c1d4e-0b5f-4a7e-9a43-89000000bb01"
#define PDF "%PDF-1.7\nprøve"
/* Words that must not be in any error. */
#define CANARY "Kanariefugl"

typedef struct
{
  const char *status;
  const char *headers;
  const char *body;
} Say;

typedef struct
{
  FakeHttp *server;
  Say say;
  PlannerConfig *config;
  DfdgSettings *settings;
  DfdgClient *client;
} World;

static void
on_request (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  const World *world = data;

  fake_peer_answer (peer, world->say.status, world->say.headers, world->say.body);
}

static void
set_up (World *world, gconstpointer data)
{
  g_autofree char *uri = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  world->server = fake_http_new (on_request, world);
  uri = fake_http_dup_uri (world->server, "127.0.0.1", "/besked");
  text = g_strdup_printf ("[database]\npath=x\n[dfdg]\nport=0\n[dfdg-client demo]\nbesked-url=%s\n"
                          "organisation-code=89000\nuser-identifier=CVR:1\n"
                          "connect-timeout-s=20\nanswer-timeout-s=20\n",
                          uri);
  world->config = planner_config_parse (text, &error);
  g_assert_no_error (error);
  world->settings = dfdg_settings_new (world->config, world->config->dfdg_clients->pdata[0]);
  world->client = dfdg_client_take (world->settings);
  world->say = (Say){ "200 OK", "", "{}" };
}

static void
tear_down (World *world, gconstpointer data)
{
  dfdg_client_give (world->client);
  dfdg_client_close_idle ();
  dfdg_settings_unref (world->settings);
  planner_config_unref (world->config);
  fake_http_free (world->server);
}

static const FakeRequest *
last (World *world)
{
  return fake_http_get (world->server, fake_http_count (world->server) - 1);
}

static void
check_sent (World *world, const char *method, const char *target)
{
  g_assert_cmpstr (last (world)->method, ==, method);
  g_assert_cmpstr (last (world)->target, ==, target);
  g_assert_null (strstr (last (world)->target, testlib_cpr (1)));
}

static BeskedDraft
make_draft (void)
{
  return (BeskedDraft){ .sender_type = BESKED_JOBCENTER,
                        .cpr = testlib_cpr (1),
                        .channel = BESKED_NOTIFICATION,
                        .type = 1,
                        .title = "Besked",
                        .text = "Se [Jobnet](https://jobnet.example/) først." };
}

static void
expect_refusal (const BeskedDraft *draft, const char *code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (besked_check_draft (draft, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  if (!g_str_has_prefix (error->message, code))
    g_error ("\"%s\" instead of %s", error->message, code);
  g_assert_null (strstr (error->message, CANARY));
  g_assert_null (strstr (error->message, testlib_cpr (1)));
}

/* @n letters of two bytes each: letters are counted, not bytes. */
static char *
make_text (guint n)
{
  GString *text = g_string_new (CANARY);

  while (g_utf8_strlen (text->str, -1) < n)
    g_string_append (text, "ø");
  return g_string_free (text, FALSE);
}

static void
test_length (void)
{
  static const struct
  {
    BeskedChannel channel;
    guint max;
  } rows[] = { { BESKED_SMS, 160 },
               { BESKED_MAIL, 2000 },
               { BESKED_NOTIFICATION, 500 },
               { BESKED_AUTHORITY, 2000 } };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *fits = make_text (rows[i].max);
      g_autofree char *is_longer = make_text (rows[i].max + 1);
      BeskedDraft draft = make_draft ();

      draft.channel = rows[i].channel;
      draft.sender_type = rows[i].channel == BESKED_SMS ? BESKED_STAR : BESKED_JOBCENTER;
      draft.receiver_type = BESKED_JOBCENTER;
      draft.receiver_code = rows[i].channel == BESKED_AUTHORITY ? "89000" : NULL;
      draft.text = fits;
      g_assert_true (besked_check_draft (&draft, &error));
      g_assert_no_error (error);
      draft.text = is_longer;
      expect_refusal (&draft, "8143");
      draft.text = "";
      expect_refusal (&draft, "1014");
    }
  for (guint n = 249; n <= 251; n++)
    {
      /* An emoji counts as two. */
      GString *faces = g_string_new (NULL);
      g_autofree char *text = NULL;
      BeskedDraft draft = make_draft ();

      for (guint i = 0; i < n; i++)
        g_string_append (faces, "😀");
      draft.text = text = g_string_free (faces, FALSE);
      draft.channel = BESKED_NOTIFICATION;
      g_assert_true (besked_check_draft (&draft, NULL) == (n <= 250));
    }
  for (guint n = BESKED_MAX_REPLY; n <= BESKED_MAX_REPLY + 1; n++)
    {
      g_autofree char *text = make_text (n);

      g_clear_error (&error);
      g_assert_true (besked_check_reply (text, &error) == (n == BESKED_MAX_REPLY));
    }
  g_assert_true (g_str_has_prefix (error->message, "8143"));
}

static void
test_rules (void)
{
  BeskedDraft draft = make_draft ();
  g_autofree char *title = make_text (256);

  draft.channel = BESKED_SMS;
  expect_refusal (&draft, "9014");
  draft = make_draft ();
  draft.channel = 5;
  expect_refusal (&draft, "1014");
  draft = make_draft ();
  draft.title = title;
  expect_refusal (&draft, "8143");
  draft = make_draft ();
  draft.text = "Se [" CANARY "] (https://jobnet.example/)";
  expect_refusal (&draft, "1014");
  draft = make_draft ();
  draft.receiver_code = "89000";
  expect_refusal (&draft, "1014");
  draft = make_draft ();
  draft.text = CANARY "\x1b[2J";
  expect_refusal (&draft, "1014");
  draft = make_draft ();
  draft.title = CANARY "\nB";
  expect_refusal (&draft, "1014");
  draft = make_draft ();
  draft.cpr = NULL;
  expect_refusal (&draft, "1014");
  for (draft.type = 11; draft.type <= 12; draft.type++)
    {
      draft = (BeskedDraft){ .sender_type = BESKED_JOBCENTER,
                             .cpr = testlib_cpr (1),
                             .type = draft.type };
      draft.channel = BESKED_AUTHORITY;
      draft.receiver_type = BESKED_JOBCENTER;
      draft.receiver_code = "89000";
      draft.title = draft.text = CANARY;
      expect_refusal (&draft, "1014");
    }
}

static void
test_main_centre (void)
{
  static const struct
  {
    gint64 type;
    const char *code;
    gboolean is_right;
  } rows[] = {
    { BESKED_JOBCENTER, "89000", TRUE },
    { BESKED_JOBCENTER, "99999", TRUE },
    { BESKED_JOBCENTER, "89001", FALSE },
    { BESKED_JOBCENTER, "8900", FALSE },
    { BESKED_JOBCENTER, "a9000", FALSE },
    { 5, "7", TRUE },
    { 5, "99999", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      BeskedDraft draft = make_draft ();
      g_autoptr (GError) error = NULL;

      draft.channel = BESKED_AUTHORITY;
      draft.receiver_type = rows[i].type;
      draft.receiver_code = rows[i].code;
      if (rows[i].is_right)
        g_assert_true (besked_check_draft (&draft, &error));
      else
        expect_refusal (&draft, "9310");
    }
}

static void
add_document (GPtrArray *documents, const char *name, const char *begin, gsize n_bytes)
{
  char *bytes = g_malloc0 (n_bytes);
  g_autoptr (GBytes) content = NULL;

  memcpy (bytes, begin, MIN (strlen (begin), n_bytes));
  content = g_bytes_new_take (bytes, n_bytes);
  g_ptr_array_add (documents, besked_document_new (name, content));
}

static void
test_documents (void)
{
  g_autoptr (GPtrArray) documents =
    g_ptr_array_new_with_free_func ((GDestroyNotify) besked_document_free);
  BeskedDraft draft = make_draft ();
  g_autoptr (GError) error = NULL;

  draft.documents = documents;
  add_document (documents, "a.pdf", PDF, BESKED_MAX_DOCUMENT_BYTES - 100);
  add_document (documents, "b.xml", "<?xml version=\"1.0\"?><a/>", 100);
  g_assert_true (besked_check_draft (&draft, &error));
  add_document (documents, CANARY ".pdf", PDF, 20);
  expect_refusal (&draft, "8143");
  g_ptr_array_set_size (documents, 0);
  add_document (documents, CANARY ".doc", "PK", 20);
  expect_refusal (&draft, "1014");
  g_ptr_array_set_size (documents, 0);
  add_document (documents, "", PDF, 20);
  expect_refusal (&draft, "1014");
  g_ptr_array_set_size (documents, 0);
  add_document (documents, "a\nb.pdf", PDF, 20);
  expect_refusal (&draft, "1014");
  g_ptr_array_set_size (documents, 0);
  add_document (documents, "a\xf0", PDF, 20);
  expect_refusal (&draft, "1014");
}

static void
test_create (World *world, gconstpointer data)
{
  g_autoptr (GPtrArray) documents =
    g_ptr_array_new_with_free_func ((GDestroyNotify) besked_document_free);
  BeskedDraft draft = make_draft ();
  g_auto (BeskedOutcome) outcome = { 0 };
  g_autoptr (GError) error = NULL;
  DfdgCallHead head = { .request_id = "r-1", .cpr = testlib_cpr (1) };
  g_autofree char *receiver =
    g_strdup_printf ("\"modtagere\":[{\"civilregistrationIdentifier\":\"%s\"}]", testlib_cpr (1));

  world->say = (Say){ "201 Created", "", "{\"beskedIdentifier\":\"" ID "\"}" };
  add_document (documents, "a.pdf", PDF, strlen (PDF));
  add_document (documents, "b.pdf", PDF, strlen (PDF));
  draft.documents = documents;
  g_assert_true (besked_create (world->client, &head, &draft, &outcome, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (outcome.answer.verdict, ==, DFDG_DONE);
  g_assert_cmpstr (outcome.identifier, ==, ID);
  check_sent (world, "POST", "/besked/v1/Borgerbesked");
  g_assert_nonnull (strstr (last (world)->body, receiver));
  g_assert_nonnull (strstr (last (world)->body, "\"kanal\":3"));
  g_assert_nonnull (strstr (last (world)->body, "\"indhold\":\"JVBERi0xLjcKcHLDuHZl\""));
  g_assert_null (strstr (last (world)->body, "svartype"));
  draft.channel = BESKED_AUTHORITY;
  draft.receiver_type = BESKED_JOBCENTER;
  draft.receiver_code = BESKED_OWN_CENTRE;
  draft.reply_kind = 1;
  world->say.body = "{\"beskedIdent";
  g_assert_true (besked_create (world->client, &head, &draft, &outcome, NULL, &error));
  g_assert_cmpint (outcome.answer.verdict, ==, DFDG_DONE);
  g_assert_null (outcome.identifier);
  g_assert_nonnull (strstr (
    last (world)->body, "\"modtagere\":[{\"organisationType\":8,\"organisationKode\":\"99999\"}]"));
  g_assert_nonnull (strstr (last (world)->body, "\"svartype\":1"));
  world->say = (Say){ "400 Bad Request", "", "{\"fejl\":[{\"kode\":9310,\"tekst\":\"forkert\"}]}" };
  g_assert_true (besked_create (world->client, &head, &draft, &outcome, NULL, &error));
  g_assert_cmpint (outcome.answer.verdict, ==, DFDG_REFUSED);
  g_assert_cmpint (g_array_index (outcome.answer.codes, gint64, 0), ==, 9310);
}

static void
test_writes (World *world, gconstpointer data)
{
  const struct
  {
    BeskedWriteFunc write;
    const char *method;
    const char *target;
    const char *body;
  } rows[] = {
    { besked_reply, "POST", "/besked/v1/Borgerbeskedsvar/a%2Fb", "{\"tekst\":\"ja\"}" },
    { besked_set_status, "PUT", "/besked/v1/Besked/a%2Fb/action/setstatus", "{\"status\":2}" },
    { besked_set_reply_status, "PUT", "/besked/v1/Beskedsvar/a%2Fb/action/setstatus",
      "{\"status\":3}" },
    { besked_set_mark, "PUT", "/besked/v1/Besked/a%2Fb/action/setmarkering",
      "{\"markering\":2,\"tidspunkt\":\"2026-11-23T08:00:00+01:00\"}" },
  };
  BeskedWrite write = { .identifier = "a/b",
                        .text = "ja",
                        .status = BESKED_CLOSED,
                        .mark = BESKED_READ,
                        .at_us = G_GINT64_CONSTANT (1795417200000000) };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (BeskedOutcome) outcome = { 0 };
      g_autoptr (GError) error = NULL;
      DfdgCallHead head = { .request_id = "r" };

      g_assert_true (rows[i].write (world->client, &head, &write, &outcome, NULL, &error));
      check_sent (world, rows[i].method, rows[i].target);
      g_assert_cmpstr (last (world)->body, ==, rows[i].body);
    }
}

#define MESSAGE                                                                                    \
  "{\"beskedIdentifier\":\"" ID "\",\"kanal\":4,\"beskedtype\":12,\"overskrift\":\"" CANARY        \
  "\",\"tekst\":\"tekst\",\"status\":1,"                                                           \
  "\"svartype\":1,\"skjult\":%s,\"afsender\":{\"organisationType\":5,\"organisationKode\":\"7\"}," \
  "\"oprettetTidspunkt\":\"2026-11-23T08:00:00+01:00\","                                           \
  "\"modtagere\":[{\"organisationType\":8,\"organisationKode\":\"89000\"}],\"svar\":[{"            \
  "\"svarIdentifier\":\"s\",\"tekst\":\"svar\","                                                   \
  "\"afsender\":{\"organisationType\":8,\"organisationKode\":\"89000\"},\"status\":3,"             \
  "\"tidspunkt\":\"2026-11-23T09:00:00+01:00\"}],"                                                 \
  "\"dokumenter\":[{\"dokumentIdentifier\":\"d\",\"filnavn\":\"a.pdf\",\"mediatype\":"             \
  "\"application/pdf\"}],"                                                                         \
  "\"markeringer\":[{\"markering\":2,\"tidspunkt\":\"2026-11-23T10:00:00+01:00\"},{\"markering\":" \
  "1,\"tidspunkt\":\"2026-11-23T09:00:00+01:00\"}]}"

static Besked *
get_one (World *world, const char *body)
{
  DfdgCallHead head = { 0 };
  Besked *besked = NULL;
  g_autoptr (GError) error = NULL;

  world->say = (Say){ "200 OK", "", body };
  g_assert_true (besked_get (world->client, &head, ID, &besked, NULL, &error));
  g_assert_no_error (error);
  check_sent (world, "GET", "/besked/v1/Beskeder/" ID);
  return besked;
}

static void
test_get (World *world, gconstpointer data)
{
  g_autofree char *open = g_strdup_printf (MESSAGE, "false");
  g_autofree char *hidden = g_strdup_printf (MESSAGE, "true");
  g_autoptr (Besked) one = get_one (world, open);
  g_autoptr (Besked) other = get_one (world, hidden);
  const BeskedReply *reply;

  g_assert_cmpstr (one->title, ==, CANARY);
  g_assert_true (besked_is_from_fund (one->type));
  g_assert_cmpint (one->sender.organisation_type, ==, 5);
  g_assert_cmpstr (((BeskedParty *) one->receivers->pdata[0])->organisation_code, ==, "89000");
  reply = one->replies->pdata[0];
  g_assert_cmpstr (reply->text, ==, "svar");
  g_assert_cmpint (reply->status, ==, BESKED_MISTAKEN);
  g_assert_cmpstr (((BeskedDocument *) one->documents->pdata[0])->identifier, ==, "d");
  g_assert_cmpint (one->created_us, ==, G_GINT64_CONSTANT (1795417200000000));
  g_assert_cmpint (one->read_us - one->created_us, ==, 2 * PERIOD_US_PER_DAY / 24);
  g_assert_cmpint (one->shown_us - one->created_us, ==, PERIOD_US_PER_DAY / 24);
  g_assert_true (other->is_hidden);
  g_assert_null (other->title);
  g_assert_null (other->text);
  g_assert_cmpuint (other->replies->len + other->documents->len, ==, 0);
}

static void
test_bad_answers (World *world, gconstpointer data)
{
  static const struct
  {
    const char *status;
    const char *body;
    PlannerError code;
  } rows[] = {
    { "200 OK", "<html>", PLANNER_ERROR_UNAVAILABLE },
    { "200 OK", "{\"beskeder\":[{\"overskrift\":\"" CANARY "\"}]}", PLANNER_ERROR_NOT_VALID },
    { "200 OK", "{\"beskeder\":[7]}", PLANNER_ERROR_NOT_VALID },
    { "200 OK", "{}", PLANNER_ERROR_NOT_VALID },
    { "404 Not Found", "{}", PLANNER_ERROR_NOT_FOUND },
    { "503 Busy", CANARY, PLANNER_ERROR_UNAVAILABLE },
    { "403 Forbidden", "{\"fejl\":[{\"kode\":990403,\"tekst\":\"nej\"}]}",
      PLANNER_ERROR_ACCESS_DENIED },
  };
  DfdgCallHead head = { .cpr = testlib_cpr (1) };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      world->say = (Say){ rows[i].status, "", rows[i].body };
      g_assert_null (besked_list (world->client, &head, BESKED_WITH_REPLIES, NULL, &error));
      g_assert_error (error, PLANNER_ERROR, (gint) rows[i].code);
      g_assert_null (strstr (error->message, CANARY));
    }
}

static void
test_list_and_document (World *world, gconstpointer data)
{
  DfdgCallHead head = { .cpr = testlib_cpr (1) };
  g_autoptr (GError) error = NULL;
  g_autofree char *one = g_strdup_printf (MESSAGE, "false");
  g_autofree char *body = g_strdup_printf ("{\"beskeder\":[%s,%s]}", one, one);
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GBytes) bytes = NULL;

  world->say = (Say){ "200 OK", "", body };
  list = besked_list (world->client, &head, BESKED_WITHOUT_REPLIES, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 2);
  check_sent (world, "GET", "/besked/v1/Beskeder?medSvar=false");
  world->say = (Say){ "200 OK", "Content-Type: application/pdf\r\n", PDF };
  bytes = besked_get_document (world->client, &head, "d", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), PDF, strlen (PDF));
  world->say = (Say){ "404 Not Found", "", "{}" };
  g_assert_null (besked_get_document (world->client, &head, "d", NULL, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
}

static void
test_for_people (void)
{
  static const char *const rows[][2] = {
    { "Se [Jobnet](https://jobnet.example/a) nu", "Se Jobnet <https://jobnet.example/a> nu" },
    { "[a](http://x.example)[b](https://y.example)", "a <http://x.example>b <https://y.example>" },
    { "[a] (http://x.example)", "[a] (http://x.example)" },
    { "[a](javascript:alert)", "[a](javascript:alert)" },
    { "[a](http://x", "[a](http://x" },
    { "to\nlinjer\x1b[31m\x07", "to\nlinjer[31m" },
    { "[a\x1b[2J](https://x\x07.example)", "[a2J <https://x.example>" },
    { "[a\x1b\xc2\x9b](https://x\x07.example)", "a <https://x.example>" },
    { "[", "[" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *shown = besked_dup_for_people (rows[i][0]);
      g_assert_cmpstr (shown, ==, rows[i][1]);
    }
}

static void
test_words (void)
{
  g_assert_cmpstr (besked_channel_to_text (BESKED_MAIL), ==, "mail");
  g_assert_cmpstr (besked_channel_to_text (9), ==, "other");
  g_assert_cmpstr (besked_status_to_text (BESKED_CLOSED), ==, "closed");
  g_assert_cmpstr (besked_status_to_text (-4), ==, "unknown");
  g_assert_false (besked_is_from_fund (10));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/besked/length", test_length);
  g_test_add_func ("/besked/rules", test_rules);
  g_test_add_func ("/besked/main-centre", test_main_centre);
  g_test_add_func ("/besked/documents", test_documents);
  g_test_add_func ("/besked/for-people", test_for_people);
  g_test_add_func ("/besked/words", test_words);
  g_test_add ("/besked/create", World, NULL, set_up, test_create, tear_down);
  g_test_add ("/besked/writes", World, NULL, set_up, test_writes, tear_down);
  g_test_add ("/besked/get", World, NULL, set_up, test_get, tear_down);
  g_test_add ("/besked/bad-answers", World, NULL, set_up, test_bad_answers, tear_down);
  g_test_add ("/besked/list-and-document", World, NULL, set_up, test_list_and_document, tear_down);
  return g_test_run ();
}
