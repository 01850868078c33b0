/* SPDX-License-Identifier: EUPL-1.2 */
/* Calls to DFDG against a server that says what it is told to: headers, verdicts, faults without numbers, every path. */
/* Also tests: dfdg-object, indkaldelse-client. */
#include <glib/gstdio.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "dfdg/services/indkaldelse-client.h"
#include "fake-http.h"
#include "testlib.h"

#define ID "3f0c1d4e-0b5f-4a7e-9a43-89000000bb01"

/* What the server says to every request; the test's own. */
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

static gint64 later_us;

/* Instead of GLib's, for the code under test: a clock that can be moved on. */
gint64
g_get_monotonic_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return later_us + (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void
set_up (World *world, gconstpointer data)
{
  g_autofree char *uri = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  world->server = fake_http_new (on_request, world);
  uri = fake_http_dup_uri (world->server, "127.0.0.1", "/dfdg");
  text =
    g_strdup_printf ("[database]\npath=x\n[dfdg]\nport=0\n[dfdg-client demo]\nindkaldelse-url=%s\n"
                     "organisation-code=89000\nuser-name=Planlægger\nuser-identifier=CVR:1\n"
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
check_header (World *world, const char *name, const char *value)
{
  g_autofree char *is = fake_request_dup_header (last (world), name);

  if (g_strcmp0 (is, value) != 0)
    g_error ("%s: \"%s\" instead of \"%s\"", name, is, value);
}

static DfdgIndkaldelse *
make_record (void)
{
  DfdgIndkaldelse *record = indkaldelse_new ();

  record->identifier = g_strdup (ID);
  record->unit_code = g_strdup ("89000");
  record->title = g_strdup ("Samtale");
  record->core =
    (Period){ G_GINT64_CONSTANT (1774857600000000), G_GINT64_CONSTANT (1774860300000000) };
  record->interview_type = 7;
  return record;
}

static void
test_headers (World *world, gconstpointer data)
{
  g_autoptr (DfdgIndkaldelse) record = make_record ();
  g_auto (DfdgAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;
  DfdgCallHead head = { .request_id = "r-1", .cpr = testlib_cpr (1), .unit_code = "89001" };

  world->say = (Say){ "201 Created", "", "{\"indkaldelseIdentifier\":\"" ID "\"}" };
  g_assert_true (indkaldelse_create (world->client, &head, record, &answer, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (answer.verdict, ==, DFDG_DONE);
  g_assert_cmpstr (last (world)->method, ==, "POST");
  g_assert_cmpstr (last (world)->target, ==, "/dfdg/v1/Indkaldelse/" ID);
  g_assert_nonnull (strstr (last (world)->body, "\"titel\":\"Samtale\""));
  check_header (world, "Content-Type", "application/json");
  check_header (world, "x-requestId", "r-1");
  check_header (world, "x-civilregistrationIdentifier", testlib_cpr (1));
  check_header (world, "x-activeOrganisationTypeIdentifier", "8");
  check_header (world, "x-activeOrganisationCode", "89001");
  check_header (world, "x-requestUserFullName", "Planl%C3%A6gger");
  check_header (world, "x-requestUserTypeIdentifier", "3");
  check_header (world, "x-requestUserIdentifier", "CVR:1");
  check_header (world, "x-requestUserEmail", NULL);
  check_header (world, "x-requestOrganisationTypeIdentifier", "8");
  check_header (world, "x-requestOrganisationCode", "89000");
  g_assert_null (strstr (last (world)->target, testlib_cpr (1)));
  head = (DfdgCallHead){ .user_name = "Vejleder 07",
                         .user_identifier = "RID-07",
                         .user_type = 2,
                         .user_email = "v07@kommune.example",
                         .correlation_id = "c\r\nx-evil: 1" };
  g_assert_true (indkaldelse_update (world->client, &head, record, &answer, NULL, &error));
  g_assert_cmpstr (last (world)->method, ==, "PUT");
  check_header (world, "x-requestUserFullName", "Vejleder 07");
  check_header (world, "x-requestUserTypeIdentifier", "2");
  check_header (world, "x-requestUserEmail", "v07@kommune.example");
  check_header (world, "x-correlationId", "c%0D%0Ax-evil: 1");
  check_header (world, "x-evil", NULL);
  check_header (world, "x-civilregistrationIdentifier", NULL);
}

static void
test_verdicts (World *world, gconstpointer data)
{
  static const struct
  {
    const char *status;
    DfdgVerdict verdict;
    gint code; /* of dfdg_answer_set_error() */
    const char *body;
  } rows[] = {
    { "400 Bad", DFDG_REFUSED, PLANNER_ERROR_NOT_VALID },
    { "403 No", DFDG_REFUSED, PLANNER_ERROR_NOT_VALID },
    { "404 None", DFDG_ABSENT, PLANNER_ERROR_NOT_FOUND, "{\"fejl\":[]}" },
    { "404 None", DFDG_ABSENT, PLANNER_ERROR_NOT_FOUND, "" },
    /* A gateway's own: what DFDG has nobody knows. */
    { "404 None", DFDG_LATER, PLANNER_ERROR_UNAVAILABLE },
    { "408 Late", DFDG_LATER, PLANNER_ERROR_UNAVAILABLE },
    { "409 Clash", DFDG_CLASH, PLANNER_ERROR_NOT_VALID },
    { "410 Gone", DFDG_ABSENT, PLANNER_ERROR_NOT_FOUND, "" },
    { "412 Again", DFDG_REPEATED, PLANNER_ERROR_NOT_VALID },
    { "415 Type", DFDG_REFUSED, PLANNER_ERROR_NOT_VALID },
    { "429 Many", DFDG_LATER, PLANNER_ERROR_UNAVAILABLE },
    { "500 Oh", DFDG_LATER, PLANNER_ERROR_UNAVAILABLE },
    { "503 Busy", DFDG_LATER, PLANNER_ERROR_UNAVAILABLE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (DfdgAnswer) answer = { 0 };
      g_autoptr (GError) error = NULL;

      world->say = (Say){ rows[i].status, "Retry-After: 7\r\n",
                          rows[i].body != NULL ? rows[i].body : "<html>no</html>" };
      g_assert_true (indkaldelse_delete (world->client, NULL, ID, &answer, NULL, &error));
      g_assert_cmpint (answer.verdict, ==, rows[i].verdict);
      g_assert_cmpint (answer.retry_after_s, ==, 7);
      g_assert_null (answer.text);
      dfdg_answer_set_error (&answer, "DeleteIndkaldelse", &error);
      g_assert_error (error, PLANNER_ERROR, rows[i].code);
    }
  g_assert_cmpstr (last (world)->method, ==, "DELETE");
  g_assert_cmpstr (last (world)->body, ==, "");
}

/* One 401 does not keep us from asking again. */
static void
test_denied (World *world, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      g_auto (DfdgAnswer) answer = { 0 };
      g_autoptr (GError) error = NULL;

      world->say = (Say){ "401 Who", "", "" };
      g_assert_true (indkaldelse_delete (world->client, NULL, ID, &answer, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (answer.status, ==, 401);
      g_assert_cmpint (answer.verdict, ==, DFDG_LATER);
      dfdg_answer_set_error (&answer, "DeleteIndkaldelse", &error);
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_ACCESS_DENIED);
    }
  {
    g_auto (DfdgAnswer) answer = { 0 };
    g_autoptr (GError) error = NULL;

    world->say = (Say){ "204 Done", "", "" };
    g_assert_true (indkaldelse_delete (world->client, NULL, ID, &answer, NULL, &error));
    g_assert_cmpint (answer.verdict, ==, DFDG_DONE);
  }
}

/* All codes, all texts, and no number of anybody. */
static void
test_faults (World *world, gconstpointer data)
{
  g_autofree char *body = g_strdup_printf (
    "{\"fejl\":[{\"kode\":8107,\"tekst\":\"%s er ikke\\nborgeren\"},{\"kode\":1014},7,"
    "{\"tekst\":\"%.6s-%s mangler\"}]}",
    testlib_cpr (2), testlib_cpr (3), testlib_cpr (3) + 6);
  g_auto (DfdgAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;

  world->say = (Say){ "400 Bad", "", body };
  g_assert_true (indkaldelse_delete (world->client, NULL, ID, &answer, NULL, &error));
  g_assert_cmpuint (answer.codes->len, ==, 2);
  g_assert_cmpint (g_array_index (answer.codes, gint64, 0), ==, 8107);
  g_assert_cmpint (g_array_index (answer.codes, gint64, 1), ==, 1014);
  g_assert_cmpstr (answer.text, ==, "********** er ikke borgeren; *********** mangler");
  dfdg_answer_set_error (&answer, "DeleteIndkaldelse", &error);
  g_assert_cmpstr (error->message, ==,
                   "DeleteIndkaldelse: DFDG answered 400 8107 1014: ********** er ikke borgeren; "
                   "*********** mangler");
}

static void
test_masked (void)
{
  g_autofree char *long_text = g_strnfill (499, 'a');
  g_autofree char *cut = NULL;
  g_autofree char *text = g_strconcat (long_text, "øøø", NULL);
  static const struct
  {
    const char *text;
    const char *masked;
  } rows[] = {
    { "", "" },
    { "99999999990", "99999999990" },
    { "tlf 00000000", "tlf 00000000" },
    { "a0000000000b", "a**********b" },
    { "000000 0000 000000-0000", "*********** ***********" },
    { "0000000000,0000000000", "**********,**********" },
    { "\xff\t", "\xef\xbf\xbd " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *masked = dfdg_dup_masked (rows[i].text);
      g_assert_cmpstr (masked, ==, rows[i].masked);
    }
  cut = dfdg_dup_masked (text);
  g_assert_true (g_utf8_validate (cut, -1, NULL));
  g_assert_cmpuint (strlen (cut), ==, 499);
}

#define SUMMONS(id)                  \
  "{\"indkaldelseIdentifier\":\"" id \
  "\",\"starttidspunkt\":\"2026-03-30T10:00:00+02:00\",\"varighed\":45,\"samtaleType\":7}"
#define ONE SUMMONS (ID)

static void
test_get (World *world, gconstpointer data)
{
  static const struct
  {
    const char *status;
    const char *body;
    gint code; /* -1: found, -2: none */
  } rows[] = {
    { "200 OK", SUMMONS ("A/b ?"), -1 },
    { "200 OK", ONE, PLANNER_ERROR_NOT_VALID },
    { "404 None", "{\"fejl\":[]}", -2 },
    { "410 Gone", "", -2 },
    { "200 OK", "<html>", PLANNER_ERROR_UNAVAILABLE },
    { "200 OK", "{\"a\":", PLANNER_ERROR_UNAVAILABLE },
    { "200 OK", "[]", PLANNER_ERROR_UNAVAILABLE },
    { "200 OK", "{}", PLANNER_ERROR_NOT_VALID },
    { "403 No", "", PLANNER_ERROR_ACCESS_DENIED },
    { "401 Who", "", PLANNER_ERROR_ACCESS_DENIED },
    { "500 Oh", "", PLANNER_ERROR_UNAVAILABLE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DfdgIndkaldelse) record = NULL;
      g_autoptr (GError) error = NULL;

      world->say = (Say){ rows[i].status, "", rows[i].body };
      g_assert_cmpint (indkaldelse_get (world->client, "a/b ?", &record, NULL, &error), ==,
                       rows[i].code < 0);
      g_assert_cmpint (record != NULL, ==, rows[i].code == -1);
      if (rows[i].code >= 0)
        g_assert_error (error, PLANNER_ERROR, rows[i].code);
      g_assert_cmpstr (last (world)->target, ==, "/dfdg/v1/Indkaldelse/a%2Fb%20%3F");
    }
}

static void
on_pages (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  gboolean is_last = g_str_has_suffix (request->target, "side=3");

  fake_peer_answer (peer, "200 OK", "",
                    is_last ? "{\"indkaldelser\":[" ONE "],\"flere\":false}"
                            : "{\"indkaldelser\":[" ONE "," ONE "],\"flere\":true}");
}

static void
test_lists (World *world, gconstpointer data)
{
  IndkaldelseSearch search = { .cpr = testlib_cpr (1),
                               .from_date = "2026-03-01",
                               .to_date = "2026-03-31",
                               .interview_types = "10,7,15" };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) some = NULL;

  world->say = (Say){ "200 OK", "", "{\"indkaldelser\":[" ONE "]}" };
  some = indkaldelse_list (world->client, &search, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (some->len, ==, 1);
  g_assert_cmpstr (last (world)->target, ==,
                   "/dfdg/v1/Indkaldelse?fra=2026-03-01&til=2026-03-31&samtaleType=10,7,15");
  check_header (world, "x-civilregistrationIdentifier", testlib_cpr (1));
  world->say = (Say){ "404 None", "", "" };
  g_assert_null (indkaldelse_list (world->client, &search, NULL, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
  g_clear_error (&error);
  world->say = (Say){ "200 OK", "", "{\"indkaldelser\":[7]}" };
  g_assert_null (indkaldelse_list (world->client, &search, NULL, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_clear_error (&error);
  world->say = (Say){ "200 OK", "",
                      "{\"historik\":[{\"tidspunkt\":\"2026-03-01T08:00:00Z\","
                      "\"aendringstype\":3,\"indkaldelse\":" ONE "}]}" };
  g_clear_pointer (&some, g_ptr_array_unref);
  some = indkaldelse_list_history (world->client, ID, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (((IndkaldelseHistory *) some->pdata[0])->change, ==, 3);
  g_assert_cmpint (((IndkaldelseHistory *) some->pdata[0])->at_us, ==,
                   G_GINT64_CONSTANT (1772352000000000));
  g_assert_cmpstr (last (world)->target, ==, "/dfdg/v1/Indkaldelse/historik/" ID);
  g_clear_pointer (&some, g_ptr_array_unref);
  some = indkaldelse_list_history (world->client, NULL, testlib_cpr (1), NULL, &error);
  g_assert_cmpstr (last (world)->target, ==, "/dfdg/v1/Indkaldelse/historik");
  check_header (world, "x-civilregistrationIdentifier", testlib_cpr (1));
}

/* GetSoegning, to its last page. */
static void
test_pages (void)
{
  World world = { 0 };
  IndkaldelseSearch search = { .unit_code = "89001",
                               .from_date = "2026-03-01",
                               .to_date = "2026-03-31" };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = NULL;

  set_up (&world, NULL);
  fake_http_free (world.server);
  world.server = fake_http_new (on_pages, NULL);
  g_free (((ConfigDfdgClient *) world.settings->client)->indkaldelse_url);
  ((ConfigDfdgClient *) world.settings->client)->indkaldelse_url =
    fake_http_dup_uri (world.server, "127.0.0.1", "/");
  all = indkaldelse_list (world.client, &search, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (all->len, ==, 5);
  g_assert_cmpstr (
    last (&world)->target, ==,
    "/v1/Indkaldelse/soegning?jobcenterKode=89001&fra=2026-03-01&til=2026-03-31&side=3");
  check_header (&world, "x-activeOrganisationCode", "89001");
  check_header (&world, "x-civilregistrationIdentifier", NULL);
  tear_down (&world, NULL);
}

static void
test_participants (World *world, gconstpointer data)
{
  IndkaldelseDeltager participant = { .identifier = (char *) "d-1",
                                      .name = (char *) "A-kassen",
                                      .organisation_type = 5 };
  IndkaldelseParticipation participation = { INDKALDELSE_PARTICIPANT_CREATE, ID, &participant };
  g_auto (DfdgAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean is_opted_out = FALSE;

  g_assert_true (
    indkaldelse_write_participant (world->client, NULL, &participation, &answer, NULL, &error));
  g_assert_cmpstr (last (world)->method, ==, "POST");
  g_assert_cmpstr (last (world)->target, ==, "/dfdg/v2/Indkaldelse/myndighedsdeltager/d-1");
  g_assert_nonnull (strstr (last (world)->body, "\"indkaldelseIdentifier\":\"" ID "\""));
  participation.call = INDKALDELSE_PARTICIPANT_DELETE;
  g_assert_true (
    indkaldelse_write_participant (world->client, NULL, &participation, &answer, NULL, &error));
  g_assert_cmpstr (last (world)->method, ==, "DELETE");
  g_assert_cmpstr (last (world)->body, ==, "");
  g_assert_true (indkaldelse_save_opt_out (world->client, NULL, ID, TRUE, &answer, &error));
  g_assert_cmpstr (last (world)->body, ==, "{\"fravalgt\":true}");
  g_assert_cmpstr (last (world)->target, ==, "/dfdg/v1/Indkaldelse/" ID "/deltagelsesvalg");
  g_assert_false (indkaldelse_get_opt_out (world->client, ID, &is_opted_out, NULL, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
  g_clear_error (&error);
  world->say.body = "{\"fravalgt\":true}";
  g_assert_true (indkaldelse_get_opt_out (world->client, ID, &is_opted_out, NULL, &error));
  g_assert_true (is_opted_out);
}

/* Nobody there, a stop of ours, a place on another server, a key that others can read, no address at all. */
static void
test_no_answer (World *world, gconstpointer data)
{
  g_autoptr (GCancellable) stopped = g_cancellable_new ();
  g_autoptr (FakeHttp) other = fake_http_new (on_request, world);
  g_autofree char *uri = fake_http_dup_uri (other, "127.0.0.1", "/x");
  g_autofree char *location = g_strdup_printf ("Location: %s\r\n", uri);
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *key = g_build_filename (folder, "key.pem", NULL);
  ConfigDfdgClient *client = (ConfigDfdgClient *) world->settings->client;
  DfdgRequest request = { .service = DFDG_SERVICE_FRIST, .method = "GET", .path = "v1/x" };
  g_auto (DfdgAnswer) answer = { 0 };
  g_autoptr (DfdgIndkaldelse) record = NULL;
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (stopped);
  g_assert_false (indkaldelse_get (world->client, ID, &record, stopped, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
  g_clear_error (&error);
  world->say = (Say){ "302 Moved", location, "" };
  g_assert_false (indkaldelse_get (world->client, ID, &record, NULL, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE);
  g_assert_cmpuint (fake_http_count (other), ==, 0);
  g_clear_error (&error);
  g_assert_false (dfdg_client_send (world->client, &request, &answer, NULL, &error));
  g_assert_nonnull (strstr (error->message, "[dfdg-client demo] names no address"));
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (key, "x", -1, NULL));
  g_assert_cmpint (g_chmod (key, 0644), ==, 0);
  g_free (client->frist_url);
  g_free (client->key);
  client->frist_url = g_strdup ("https://127.0.0.1:1");
  client->key = g_strdup (key);
  g_assert_false (dfdg_client_send (world->client, &request, &answer, NULL, &error));
  g_assert_nonnull (strstr (error->message, "chmod 600"));
  g_clear_error (&error);
  g_free (client->key);
  client->key = g_strdup ("");
  g_assert_false (dfdg_client_send (world->client, &request, &answer, NULL, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE);
}

/* One connection serves one call after another, and whoever takes it up later. */
static void
test_rest (World *world, gconstpointer data)
{
  g_auto (DfdgAnswer) answer = { 0 };
  DfdgClient *before = world->client;

  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (indkaldelse_delete (world->client, NULL, ID, &answer, NULL, NULL));
      dfdg_client_give (world->client);
      world->client = dfdg_client_take (world->settings);
      g_assert_true (world->client == before);
    }
  g_assert_cmpuint (fake_http_count_connections (world->server), ==, 1);
}

/* What has rested for longer than servers keep a connection is not taken up again. */
static void
test_rested_too_long (World *world, gconstpointer data)
{
  g_auto (DfdgAnswer) answer = { 0 };

  g_assert_true (indkaldelse_delete (world->client, NULL, ID, &answer, NULL, NULL));
  dfdg_client_give (world->client);
  later_us = 21 * G_USEC_PER_SEC;
  world->client = dfdg_client_take (world->settings);
  g_assert_true (indkaldelse_delete (world->client, NULL, ID, &answer, NULL, NULL));
  g_assert_cmpuint (fake_http_count_connections (world->server), ==, 2);
  later_us = 0;
}

/* Hangs up on the second request without a word. */
static void
on_rude (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  static gint n_requests;

  if (g_atomic_int_add (&n_requests, 1) == 1)
    fake_peer_end (peer);
  else
    fake_peer_answer (peer, "200 OK", "", "{}");
}

/* A connection that rested was closed: what libsoup sends again by itself is the whole request, body and headers. */
static void
test_sent_again (void)
{
  World world = { 0 };
  g_autoptr (DfdgIndkaldelse) record = make_record ();
  g_auto (DfdgAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;
  DfdgCallHead head = { .request_id = "r-1", .cpr = testlib_cpr (1) };

  set_up (&world, NULL);
  fake_http_free (world.server);
  world.server = fake_http_new (on_rude, NULL);
  g_free (((ConfigDfdgClient *) world.settings->client)->indkaldelse_url);
  ((ConfigDfdgClient *) world.settings->client)->indkaldelse_url =
    fake_http_dup_uri (world.server, "127.0.0.1", "/");
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (indkaldelse_update (world.client, &head, record, &answer, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpint (answer.verdict, ==, DFDG_DONE);
    }
  g_assert_cmpuint (fake_http_count (world.server), ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpstr (fake_http_get (world.server, i)->body, ==,
                       fake_http_get (world.server, 0)->body);
      g_assert_nonnull (strstr (fake_http_get (world.server, i)->body, "Samtale"));
    }
  check_header (&world, "x-requestId", "r-1");
  check_header (&world, "x-civilregistrationIdentifier", testlib_cpr (1));
  tear_down (&world, NULL);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add ("/dfdg-http/headers", World, NULL, set_up, test_headers, tear_down);
  g_test_add ("/dfdg-http/verdicts", World, NULL, set_up, test_verdicts, tear_down);
  g_test_add ("/dfdg-http/faults", World, NULL, set_up, test_faults, tear_down);
  g_test_add ("/dfdg-http/denied", World, NULL, set_up, test_denied, tear_down);
  g_test_add_func ("/dfdg-http/masked", test_masked);
  g_test_add ("/dfdg-http/get", World, NULL, set_up, test_get, tear_down);
  g_test_add ("/dfdg-http/lists", World, NULL, set_up, test_lists, tear_down);
  g_test_add_func ("/dfdg-http/pages", test_pages);
  g_test_add ("/dfdg-http/participants", World, NULL, set_up, test_participants, tear_down);
  g_test_add ("/dfdg-http/no-answer", World, NULL, set_up, test_no_answer, tear_down);
  g_test_add_func ("/dfdg-http/sent-again", test_sent_again);
  g_test_add ("/dfdg-http/rest", World, NULL, set_up, test_rest, tear_down);
  g_test_add ("/dfdg-http/rested-too-long", World, NULL, set_up, test_rested_too_long, tear_down);
  return g_test_run ();
}
