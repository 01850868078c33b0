/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages from the command to DFDG: off by default, sent once whatever happens, counted, replied to, hidden. */
/* Also tests: message-lane, message-pump, message-rules, message-task, message-commands, message-commands-send, message-commands-read. */
/* Also tests: message-store, message-lane-store. */
#include <string.h>

#include "../unit/fake-http.h"
#include "admin-harness.h"
#include "base/error.h"
#include "base/period.h"
#include "dfdg/messages/message-lane.h"
#include "dfdg/messages/message-rules.h"
#include "dfdg/wire/dfdg-settings.h"
#include "store/message-lane-store.h"

#define CANARY "Kanariefugl"
#define TEXT   CANARY "\\n\\nKom venligst til " CANARY " [her](https://jobnet.example/)."
#define BODY   "Kom venligst til " CANARY " [her](https://jobnet.example/)."
#define DAY_US PERIOD_US_PER_DAY

/* What the server says: to writes and to reads. */
typedef struct
{
  AdminHarness harness;
  FakeHttp *server;
  const char *write_status;
  const char *write_body;
  char *read_body;
  PlannerConfig *config;
  GPtrArray *all;
  DfdgClient *client;
} World;

static void
on_request (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  const World *world = data;

  if (g_str_equal (request->method, "GET"))
    fake_peer_answer (peer, "200 OK", "", world->read_body);
  else if (world->write_status == NULL)
    fake_peer_end (peer);
  else
    fake_peer_answer (peer, world->write_status, "", world->write_body);
}

static void
use_config (World *world, const char *messages)
{
  g_autofree char *uri = fake_http_dup_uri (world->server, "127.0.0.1", "/b");
  g_autofree char *text = g_strdup_printf (
    "[database]\npath=x\n[dfdg]\nport=0\n[dfdg-client demo]\nbesked-url=%s\nmessages=%s\n"
    "organisation-code=89000\nuser-identifier=CVR:1\nconnect-timeout-s=20\nanswer-timeout-s=20\n",
    uri, messages);
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&world->client, dfdg_client_give);
  dfdg_client_close_idle ();
  g_clear_pointer (&world->all, g_ptr_array_unref);
  g_clear_pointer (&world->config, planner_config_unref);
  world->config = planner_config_parse (text, &error);
  g_assert_no_error (error);
  world->all = dfdg_settings_list (world->config);
  dfdg_settings_set_current (world->all);
  world->client = dfdg_client_take (world->all->pdata[0]);
}

/* @arguments: taken. */
static JsonObject *
command (World *world, const char *name, char *arguments, GError **error)
{
  g_autofree char *owned = arguments;

  return admin_harness_run (&world->harness, name, owned, error);
}

static void
set_setting (World *world, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result =
    command (world, "set-setting",
             g_strdup_printf ("{\"key\":\"%s\",\"value\":\"%s\"}", key, value), &error);

  g_assert_no_error (error);
}

static void
set_up (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = NULL;

  admin_harness_init (&world->harness);
  result = admin_harness_import_demo (&world->harness, "{}", &error);
  g_assert_no_error (error);
  world->server = fake_http_new (on_request, world);
  world->write_status = "201 Created";
  world->write_body = "{\"beskedIdentifier\":\"dfdg-1\",\"svarIdentifier\":\"svar-1\"}";
  world->read_body = g_strdup ("{\"beskeder\":[]}");
  use_config (world, "true");
  set_setting (world, "message-by-hand", "yes");
}

static void
tear_down (World *world, gconstpointer data)
{
  g_clear_pointer (&world->client, dfdg_client_give);
  dfdg_client_close_idle ();
  dfdg_settings_set_current (NULL);
  g_ptr_array_unref (world->all);
  planner_config_unref (world->config);
  fake_http_free (world->server);
  g_free (world->read_body);
  admin_harness_clear (&world->harness);
}

static char *
send_arguments (const char *more)
{
  return g_strdup_printf ("{\"cpr\":\"%s\",\"channel\":\"notification\",\"content\":\"%s\"%s}",
                          testlib_cpr (1), TEXT, more);
}

/* Returns: the message's number; its outcome is @outcome. */
static gint64
send (World *world, const char *more, const char *outcome)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = command (world, "message-send", send_arguments (more), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (json_object_get_string_member (result, "outcome"), ==, outcome);
  return json_object_get_int_member_with_default (result, "message", 0);
}

static void
expect_refusal (World *world, const char *name, char *arguments, const char *begin)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = command (world, name, arguments, &error);

  g_assert_nonnull (error);
  if (!g_str_has_prefix (error->message, begin))
    g_error ("\"%s\" instead of \"%s\"", error->message, begin);
  g_assert_null (strstr (error->message, CANARY));
  g_assert_null (strstr (error->message, testlib_cpr (1)));
}

/* A run over the first citizen's messages. */
static DfdgPumpResult
run_lane (World *world)
{
  DfdgPumpResult result;
  MessageLane lane = { .session = world->harness.session,
                       .runner = admin_runner_direct (world->harness.session),
                       .client = world->client,
                       .tenant_id = 1,
                       .citizen_id = 1,
                       .now_us = world->harness.now_us,
                       .call_id = "test-run" };

  message_lane_run (&lane, &result);
  return result;
}

static guint
count (World *world, const char *method)
{
  guint n = 0;

  for (guint i = 0; i < fake_http_count (world->server); i++)
    n += g_str_equal (fake_http_get (world->server, i)->method, method) ? 1 : 0;
  return n;
}

static void
check_state (World *world, gint64 message_id, MessageState state, const char *foreign_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Message) message = message_store_find (world->harness.session, 1, message_id, &error);

  g_assert_no_error (error);
  g_assert_nonnull (message);
  g_assert_cmpstr (message_state_to_text (message->state), ==, message_state_to_text (state));
  g_assert_cmpstr (message->foreign_id, ==, foreign_id);
}

static void
test_off (World *world, gconstpointer data)
{
  set_setting (world, "message-by-hand", "no");
  expect_refusal (
    world, "message-send", send_arguments (""),
    "messages of the case by-hand are off: plannerctl set setting message-by-hand yes");
  set_setting (world, "message-by-hand", "yes");
  use_config (world, "false");
  expect_refusal (world, "message-send", send_arguments (""),
                  "messages are off: set messages = true");
  expect_refusal (world, "set-setting",
                  g_strdup ("{\"key\":\"message-fund-interview\",\"value\":\"sms\"}"), "");
  g_assert_cmpint (admin_harness_count (&world->harness, "message"), ==, 0);
}

static char *
authority_arguments (const char *to, const char *more)
{
  return g_strdup_printf (
    "{\"cpr\":\"%s\",\"channel\":\"authority\",\"to\":\"%s\",\"content\":\"" TEXT "\"%s}",
    testlib_cpr (1), to, more);
}

static void
test_rules (World *world, gconstpointer data)
{
  g_autofree char *cpr = g_strdup_printf (
    "{\"cpr\":\"%s\",\"channel\":\"mail\",\"content\":\"Titel\\n\\nDit nummer er %s\"}",
    testlib_cpr (1), testlib_cpr (1));

  expect_refusal (world, "message-send", g_steal_pointer (&cpr),
                  "the message holds what looks like a citizen's number");
  expect_refusal (world, "message-send",
                  g_strdup_printf ("{\"cpr\":\"%s\",\"channel\":\"sms\",\"content\":\"" TEXT "\"}",
                                   testlib_cpr (1)),
                  "9014");
  set_setting (world, "message-authority", "yes");
  expect_refusal (world, "message-send",
                  g_strdup_printf (
                    "{\"cpr\":\"%s\",\"channel\":\"authority\",\"to\":\"89001\",\"content\":\"" TEXT
                    "\"}",
                    testlib_cpr (1)),
                  "9310");
  expect_refusal (
    world, "message-send",
    g_strdup_printf (
      "{\"cpr\":\"%s\",\"channel\":\"authority\",\"to\":\"89000\",\"type\":12,\"content\":\"" TEXT
      "\"}",
      testlib_cpr (1)),
    "1014");
  expect_refusal (world, "message-send",
                  g_strdup_printf ("{\"cpr\":\"%s\",\"channel\":\"mail\",\"content\":\"" CANARY
                                   "\"}",
                                   testlib_cpr (1)),
                  "the file has the title in its first line");
  expect_refusal (world, "message-send", send_arguments (",\"unit\":\"70000\""),
                  "unit: there is no unit");
  expect_refusal (world, "message-send", send_arguments (",\"key\":\"om 1111111111\""), "key has");
  expect_refusal (world, "message-send",
                  send_arguments (",\"attach\":{\"1111111111.pdf\":\"JVBERi0x\"}"),
                  "the name of an attachment holds");
  expect_refusal (world, "message-send", authority_arguments ("7 7", ",\"to_type\":5"), "1014");
  g_assert_cmpint (admin_harness_count (&world->harness, "message"), ==, 0);
}

static void
test_once (World *world, gconstpointer data)
{
  gint64 id = send (world, "", "written");
  DfdgPumpResult result;

  g_assert_cmpint (send (world, "", "there-already"), ==, id);
  send (world, ",\"dry_run\":true", "there-already");
  result = run_lane (world);
  g_assert_cmpint (result.ending, ==, DFDG_ENDED_DONE);
  g_assert_cmpuint (result.n_done, ==, 1);
  g_assert_cmpuint (count (world, "POST"), ==, 1);
  g_assert_nonnull (strstr (fake_http_get (world->server, 0)->body, "\"tekst\":\""
                                                                    "Kom"));
  check_state (world, id, MESSAGE_SENT, "dfdg-1");
  g_assert_cmpint (send (world, "", "there-already"), ==, id);
  run_lane (world);
  g_assert_cmpuint (count (world, "POST"), ==, 1);
  /* The same words tomorrow are another message; a key of one's own is not. */
  send (world, ",\"key\":\"a\"", "written");
  world->harness.now_us += DAY_US;
  g_assert_cmpint (send (world, "", "written"), !=, id);
  send (world, ",\"key\":\"a\"", "there-already");
}

/* DFDG's answer is lost, then it says 412: sent, and found by reading. */
static void
test_lost_answer (World *world, gconstpointer data)
{
  gint64 id = send (world, "", "written");
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  world->write_status = "500 Oops";
  g_assert_cmpint (run_lane (world).ending, ==, DFDG_ENDED_DOWN);
  check_state (world, id, MESSAGE_WAITING, NULL);
  g_assert_cmpint (run_lane (world).ending, ==, DFDG_ENDED_LATER);
  g_assert_cmpuint (count (world, "POST"), ==, 1);
  world->harness.now_us += DAY_US;
  world->write_status = "412 Precondition Failed";
  g_free (world->read_body);
  world->read_body =
    g_strdup ("{\"beskeder\":[{\"beskedIdentifier\":\"x\",\"kanal\":3,\"overskrift\":\"andet\"},"
              "{\"beskedIdentifier\":\"dfdg-7\",\"kanal\":3,\"overskrift\":\"" CANARY
              "\",\"tekst\":\"" BODY "\",\"oprettetTidspunkt\":\"2026-11-23T09:00:00+01:00\"}]}");
  g_assert_cmpint (run_lane (world).ending, ==, DFDG_ENDED_DONE);
  check_state (world, id, MESSAGE_SENT, "dfdg-7");
  first = fake_request_dup_header (fake_http_get (world->server, 0), "x-requestId");
  second = fake_request_dup_header (fake_http_get (world->server, 1), "x-requestId");
  g_assert_cmpstr (first, ==, second);
}

/* DFDG has forgotten the request id: it is asked first, and gets a new id only when it has none. */
static void
test_forgotten (World *world, gconstpointer data)
{
  gint64 id = send (world, "", "written");
  gint64 other = 0;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  world->write_status = "503 Busy";
  run_lane (world);
  world->harness.now_us += 8 * DAY_US;
  world->write_status = "201 Created";
  g_assert_cmpint (run_lane (world).ending, ==, DFDG_ENDED_DONE);
  g_assert_cmpuint (count (world, "GET"), ==, 1);
  check_state (world, id, MESSAGE_SENT, "dfdg-1");
  first = fake_request_dup_header (fake_http_get (world->server, 0), "x-requestId");
  second = fake_request_dup_header (fake_http_get (world->server, 2), "x-requestId");
  g_assert_cmpstr (first, !=, second);
  other = send (world, ",\"key\":\"b\"", "written");
  world->write_status = "503 Busy";
  run_lane (world);
  world->harness.now_us += 8 * DAY_US;
  g_free (world->read_body);
  world->read_body =
    g_strdup ("{\"beskeder\":[{\"beskedIdentifier\":\"dfdg-8\",\"kanal\":3,\"overskrift\":\"" CANARY
              "\",\"tekst\":\"" BODY "\",\"oprettetTidspunkt\":\"2026-12-02T09:00:00+01:00\"}]}");
  g_assert_cmpint (run_lane (world).ending, ==, DFDG_ENDED_DONE);
  check_state (world, other, MESSAGE_SENT, "dfdg-8");
  g_assert_cmpuint (count (world, "POST"), ==, 3);
}

static void
test_refused (World *world, gconstpointer data)
{
  gint64 id = send (world, "", "written");
  gint64 other = send (world, ",\"key\":\"b\"", "written");
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) listed = NULL;
  g_autoptr (JsonObject) retried = NULL;
  g_autoptr (JsonObject) dropped = NULL;
  g_autofree char *states = NULL;
  DfdgPumpResult result;

  world->write_status = "400 Bad Request";
  world->write_body = "{\"fejl\":[{\"kode\":1014,\"tekst\":\"nej\"}]}";
  result = run_lane (world);
  g_assert_cmpint (result.ending, ==, DFDG_ENDED_DONE);
  g_assert_cmpuint (result.n_parked, ==, 2);
  listed = command (world, "message-list", g_strdup ("{}"), &error);
  g_assert_no_error (error);
  states = admin_harness_dup_words (listed, "messages", "state");
  g_assert_cmpstr (states, ==, "refused refused");
  world->write_status = "201 Created";
  world->write_body = "{\"beskedIdentifier\":\"dfdg-2\"}";
  retried =
    command (world, "message-retry", g_strdup_printf ("{\"message\":%d}", (int) id), &error);
  g_assert_no_error (error);
  dropped = command (
    world, "message-drop",
    g_strdup_printf ("{\"message\":%d,\"reason\":\"told by telephone\"}", (int) other), &error);
  g_assert_no_error (error);
  run_lane (world);
  check_state (world, id, MESSAGE_SENT, "dfdg-2");
  check_state (world, other, MESSAGE_DROPPED, NULL);
  expect_refusal (world, "message-retry", g_strdup_printf ("{\"message\":%d}", (int) id),
                  "it neither waits nor is it refused");
}

/* One booking, a hundred mails: not here. */
static void
test_limit (World *world, gconstpointer data)
{
  set_setting (world, "message-limit-day", "2");
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *key = g_strdup_printf (",\"key\":\"%u\"", i);
      send (world, key, "written");
    }
  g_assert_cmpint (run_lane (world).ending, ==, DFDG_ENDED_LATER);
  g_assert_cmpuint (count (world, "POST"), ==, 2);
  world->harness.now_us += 60 * PERIOD_US_PER_MINUTE;
  run_lane (world);
  g_assert_cmpuint (count (world, "POST"), ==, 2);
  world->harness.now_us += DAY_US;
  run_lane (world);
  g_assert_cmpuint (count (world, "POST"), ==, 4);
  world->harness.now_us += DAY_US;
  g_assert_cmpint (run_lane (world).ending, ==, DFDG_ENDED_DONE);
  g_assert_cmpuint (count (world, "POST"), ==, 5);
}

static gint64
send_to (World *world, const char *to, const char *more)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result =
    command (world, "message-send", authority_arguments (to, more), &error);

  g_assert_no_error (error);
  return json_object_get_int_member (result, "message");
}

/* The limit is the citizen's: an authority hears of it today, and the citizen's are no less held. */
static void
test_limit_and_authority (World *world, gconstpointer data)
{
  MessageQuestion question = { 1, world->harness.now_us, 10 };
  g_autoptr (GArray) due = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GError) error = NULL;
  gint64 next_us = 0;
  gint64 held;
  gint64 other;

  set_setting (world, "message-authority", "yes");
  set_setting (world, "message-limit-day", "1");
  send (world, "", "written");
  held = send (world, ",\"key\":\"b\"", "written");
  run_lane (world);
  g_assert_cmpuint (count (world, "POST"), ==, 1);
  other = send_to (world, "89000", "");
  g_assert_true (
    message_lane_store_list_due (world->harness.session, &question, due, &next_us, &error));
  g_assert_cmpuint (due->len, ==, 1);
  g_assert_cmpint (run_lane (world).ending, ==, DFDG_ENDED_LATER);
  g_assert_cmpuint (count (world, "POST"), ==, 2);
  check_state (world, other, MESSAGE_SENT, "dfdg-1");
  check_state (world, held, MESSAGE_WAITING, NULL);
  g_array_set_size (due, 0);
  g_assert_true (
    message_lane_store_list_due (world->harness.session, &question, due, &next_us, &error));
  g_assert_cmpuint (due->len, ==, 0);
  g_assert_cmpint (next_us, >, world->harness.now_us);
  send_to (world, "89000", ",\"key\":\"c\"");
  question.now_us += DAY_US;
  g_assert_true (
    message_lane_store_list_due (world->harness.session, &question, due, &next_us, &error));
  g_assert_cmpuint (due->len, ==, 1);
}

/* DFDG shows one message to the jobcenter with the words that all have here. */
static void
list_letter (World *world, const char *identifier)
{
  g_free (world->read_body);
  world->read_body = g_strdup_printf (
    "{\"beskeder\":[{\"beskedIdentifier\":\"%s\",\"kanal\":4,\"overskrift\":\"" CANARY
    "\",\"tekst\":\"" BODY "\",\"oprettetTidspunkt\":\"2026-11-23T09:00:00+01:00\",\"modtagere\":"
    "[{\"organisationType\":8,\"organisationKode\":\"89000\"}]}]}",
    identifier);
}

/* The same words to another receiver, and the same words sent twice, are not found to be sent already. */
static void
test_same_words (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) retried = NULL;
  g_autoptr (JsonObject) again = NULL;
  gint64 second;
  gint64 third;

  set_setting (world, "message-authority", "yes");
  send_to (world, "89000", "");
  run_lane (world);
  list_letter (world, "sent-before-a-restore");
  second = send_to (world, "7", ",\"to_type\":5");
  retried =
    command (world, "message-retry", g_strdup_printf ("{\"message\":%d}", (int) second), &error);
  g_assert_no_error (error);
  world->write_body = "{\"beskedIdentifier\":\"dfdg-2\"}";
  run_lane (world);
  check_state (world, second, MESSAGE_SENT, "dfdg-2");
  list_letter (world, "dfdg-1");
  third = send_to (world, "89000", ",\"key\":\"once more\"");
  again =
    command (world, "message-retry", g_strdup_printf ("{\"message\":%d}", (int) third), &error);
  g_assert_no_error (error);
  world->write_body = "{\"beskedIdentifier\":\"dfdg-3\"}";
  run_lane (world);
  check_state (world, third, MESSAGE_SENT, "dfdg-3");
  g_assert_cmpuint (count (world, "POST"), ==, 3);
}

/* 412 to what was never tried: a number that a restore gave away anew. Nothing counts as sent that DFDG does not show. */
static void
test_strange_repeat (World *world, gconstpointer data)
{
  gint64 id = send (world, "", "written");
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) retried = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  world->write_status = "412 Precondition Failed";
  run_lane (world);
  check_state (world, id, MESSAGE_REFUSED, NULL);
  world->write_status = "201 Created";
  retried =
    command (world, "message-retry", g_strdup_printf ("{\"message\":%d}", (int) id), &error);
  g_assert_no_error (error);
  run_lane (world);
  check_state (world, id, MESSAGE_SENT, "dfdg-1");
  first = fake_request_dup_header (fake_http_get (world->server, 0), "x-requestId");
  second = fake_request_dup_header (
    fake_http_get (world->server, fake_http_count (world->server) - 1), "x-requestId");
  g_assert_cmpstr (first, !=, second);
}

/* More than a page were refused: all are seen, and tried again at once. */
static void
test_many_refused (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) first = NULL;
  g_autoptr (JsonObject) rest = NULL;
  g_autoptr (JsonObject) retried = NULL;
  gint64 cursor;

  set_setting (world, "message-limit-day", "2");
  send (world, "", "written");
  g_assert_true (store_run_script (
    world->harness.session,
    "UPDATE message SET state = 'refused'; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + "
    "1 "
    "FROM n WHERE i < 202) INSERT INTO message (tenant_id, citizen_id, state, case_name, "
    "delivery_key, request_id, channel, message_type, title, body, added_us) SELECT 1, 1, "
    "'refused', 'by-hand', 'k' || i, 'r' || i, 3, 1, 'a', 'b', 1 FROM n",
    &error));
  first = command (world, "message-list", g_strdup ("{}"), &error);
  g_assert_no_error (error);
  g_assert_true (json_object_get_boolean_member (first, "more"));
  cursor = json_object_get_int_member (first, "cursor");
  rest = command (world, "message-list", g_strdup_printf ("{\"cursor\":%d}", (int) cursor), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (rest, "messages")), ==, 3);
  g_assert_false (json_object_get_boolean_member (rest, "more"));
  expect_refusal (world, "message-retry", g_strdup ("{}"), "name a message by its number");
  expect_refusal (world, "message-retry", g_strdup ("{\"message\":1,\"all_refused\":true}"),
                  "name a message by its number");
  retried = command (world, "message-retry", g_strdup ("{\"all_refused\":true}"), &error);
  g_assert_no_error (error);
  g_assert_cmpint (json_object_get_int_member (retried, "messages"), ==, 203);
  run_lane (world);
  g_assert_cmpuint (count (world, "POST"), ==, 2);
  g_assert_cmpint (admin_harness_count (&world->harness, "journal WHERE kind = 'message-retried'"),
                   ==, 1);
}

/* A person gives it up, or the citizen is erased, while the lane is at work. */
static void
test_meanwhile (World *world, gconstpointer data)
{
  gint64 id = send (world, "", "written");
  StoreSession *session = world->harness.session;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) dropped = NULL;
  gboolean is_waiting = FALSE;

  g_assert_true (message_lane_store_try (session, id, world->harness.now_us, &is_waiting, &error));
  g_assert_true (is_waiting);
  dropped = command (
    world, "message-drop",
    g_strdup_printf ("{\"message\":%d,\"reason\":\"told by telephone\"}", (int) id), &error);
  g_assert_no_error (error);
  g_assert_nonnull (
    strstr (json_object_get_string_member (dropped, "note"), "it was tried before"));
  g_assert_true (message_lane_store_try (session, id, world->harness.now_us, &is_waiting, &error));
  g_assert_false (is_waiting);
  g_assert_true (
    message_lane_store_finish (session, id, MESSAGE_DROPPED, NULL, "the meeting is over", &error));
  check_state (world, id, MESSAGE_DROPPED, NULL);
  g_assert_true (message_lane_store_finish (session, id, MESSAGE_SENT, "dfdg-9", NULL, &error));
  check_state (world, id, MESSAGE_SENT, "dfdg-9");
  g_assert_null (message_lane_store_dup_number (session, 4711, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
}

static void
test_documents (World *world, gconstpointer data)
{
  /* Longer than a piece: begins as a PDF does. */
  g_autofree char *bytes = g_malloc0 (MESSAGE_PART_BYTES + 100);
  g_autofree char *encoded = NULL;
  g_autofree char *more = NULL;
  gint64 id;

  memcpy (bytes, "%PDF-1.7", 8);
  memset (bytes + 8, 'k', MESSAGE_PART_BYTES);
  encoded = g_base64_encode ((const guchar *) bytes, MESSAGE_PART_BYTES + 100);
  more = g_strdup_printf (",\"attach\":{\"a.pdf\":\"%s\",\"b.pdf\":\"JVBERi0x\"}", encoded);
  id = send (world, more, "written");
  g_assert_cmpint (admin_harness_count (&world->harness, "message_part"), ==, 3);
  g_assert_cmpint (send (world, more, "there-already"), ==, id);
  run_lane (world);
  g_assert_nonnull (strstr (fake_http_get (world->server, 0)->body, encoded));
  g_assert_nonnull (strstr (fake_http_get (world->server, 0)->body, "\"filnavn\":\"b.pdf\""));
  check_state (world, id, MESSAGE_SENT, "dfdg-1");
  g_assert_cmpint (admin_harness_count (&world->harness, "message_part"), ==, 0);
  g_assert_cmpint (admin_harness_count (&world->harness, "message_document"), ==, 2);
  expect_refusal (world, "message-send",
                  send_arguments (",\"attach\":{\"" CANARY ".doc\":\"UEsD\"}"),
                  "1014: attachment 1 is neither PDF nor XML");
}

/* Writing was cut short before all attachments stood there: nobody sends half of it. */
static void
test_draft (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 id = send (world, ",\"attach\":{\"b.pdf\":\"JVBERi0x\"}", "written");
  gint64 again;

  g_assert_true (
    store_run_script (world->harness.session, "UPDATE message SET state = 'draft'", &error));
  run_lane (world);
  g_assert_cmpuint (count (world, "POST"), ==, 0);
  again = send (world, ",\"attach\":{\"b.pdf\":\"JVBERi0x\"}", "written");
  g_assert_cmpint (again, !=, id);
  g_assert_cmpint (admin_harness_count (&world->harness, "message"), ==, 1);
  run_lane (world);
  g_assert_cmpuint (count (world, "POST"), ==, 1);
}

/* An attachment cannot be written down: nothing of the message is left. */
static void
test_failed_draft (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) refusal = NULL;
  g_autoptr (JsonObject) result = NULL;

  g_assert_true (store_run_script (world->harness.session,
                                   "CREATE TRIGGER full BEFORE INSERT ON message_part WHEN "
                                   "NEW.number = 2 BEGIN SELECT raise (ABORT, 'full'); END;",
                                   &error));
  result = command (world, "message-send",
                    send_arguments (",\"attach\":{\"a.pdf\":\"JVBERi0x\",\"b.pdf\":\"JVBERi0x\"}"),
                    &refusal);
  g_assert_nonnull (refusal);
  g_assert_cmpint (admin_harness_count (&world->harness, "message"), ==, 0);
  g_assert_cmpint (admin_harness_count (&world->harness, "message_part"), ==, 0);
}

#define OF_FUND                                                                                    \
  "{\"beskedIdentifier\":\"f-1\",\"kanal\":4,\"beskedtype\":12,\"overskrift\":\"" CANARY           \
  "\",\"tekst\":\"" CANARY "\",\"status\":1,\"svartype\":1,"                                       \
  "\"skjult\":%s,\"afsender\":{\"organisationType\":5,\"organisationKode\":\"7\"},\"modtagere\":[" \
  "{\"organisationType\":8,\"organisationKode\":\"%s\"}],"                                         \
  "\"dokumenter\":[{\"dokumentIdentifier\":\"d-1\",\"filnavn\":\"a.pdf\"}],\"oprettetTidspunkt\":" \
  "\"2026-11-20T09:00:00+01:00\"}"

static void
list_of_fund (World *world, const char *hidden, const char *receiver)
{
  g_autofree char *one = g_strdup_printf (OF_FUND, hidden, receiver);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = NULL;
  g_autofree char *meaning = NULL;
  g_autofree char *states = NULL;

  g_free (world->read_body);
  world->read_body = g_strdup_printf ("{\"beskeder\":[%s]}", one);
  result =
    command (world, "message-list", g_strdup_printf ("{\"cpr\":\"%s\"}", testlib_cpr (1)), &error);
  g_assert_no_error (error);
  meaning = admin_harness_dup_words (result, "at_dfdg", "meaning");
  g_assert_true (g_str_has_prefix (meaning, "met in a control action"));
  states = admin_harness_dup_words (result, "messages", "state");
  g_assert_true (g_str_has_suffix (states, "received"));
}

static Message *
find_of_fund (World *world)
{
  g_autoptr (GError) error = NULL;
  Message *message = message_store_find_by_foreign (world->harness.session, 1, "f-1", &error);

  g_assert_no_error (error);
  g_assert_nonnull (message);
  return message;
}

static void
check_hidden (World *world, gboolean is_hidden)
{
  g_autoptr (Message) message = find_of_fund (world);

  g_assert_cmpint (message->is_hidden, ==, is_hidden);
  g_assert_cmpstr (message->title, ==, is_hidden ? NULL : CANARY);
  g_assert_cmpstr (message->body, ==, is_hidden ? NULL : CANARY);
}

static void
test_received (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) shown = NULL;
  g_autoptr (JsonObject) digits = NULL;

  send (world, "", "written"); /* so that the citizen is known */
  list_of_fund (world, "true", "89000");
  check_hidden (world, TRUE);
  list_of_fund (world, "false", "89000");
  check_hidden (world, FALSE);
  g_assert_true (
    store_run_script (world->harness.session,
                      "UPDATE message SET foreign_id = '4711' WHERE foreign_id = 'f-1'", &error));
  digits =
    command (world, "message-show", g_strdup ("{\"message\":\"4711\",\"stored\":true}"), &error);
  g_assert_no_error (error);
  g_assert_true (json_object_has_member (digits, "stored"));
  g_assert_true (
    store_run_script (world->harness.session,
                      "UPDATE message SET foreign_id = 'f-1' WHERE foreign_id = '4711'", &error));
  /* Between others: hidden although DFDG forgets to say so. */
  list_of_fund (world, "false", "14700");
  check_hidden (world, TRUE);
  g_free (world->read_body);
  world->read_body = g_strdup_printf (OF_FUND, "true", "14700");
  shown = command (world, "message-show", g_strdup ("{\"message\":\"f-1\"}"), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (
    json_object_get_string_member (json_object_get_object_member (shown, "at_dfdg"), "text"), ==,
    "(hidden)");
  g_assert_cmpint (
    admin_harness_count (&world->harness,
                         "journal WHERE kind = 'message-looked-at' AND subject = 'citizen:1'"),
    ==, 2);
}

static void
test_reply (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (JsonObject) again = NULL;

  send (world, "", "written");
  run_lane (world);
  list_of_fund (world, "true", "89000");
  set_setting (world, "message-authority", "yes");
  expect_refusal (world, "message-reply", g_strdup ("{\"message\":\"f-1\",\"content\":\"ja\"}"),
                  "the message allows no reply");
  expect_refusal (world, "message-reply", g_strdup ("{\"message\":\"f-2\",\"content\":\"ja\"}"),
                  "no message of that id was read");
  list_of_fund (world, "false", "89000");
  result = command (world, "message-reply",
                    g_strdup ("{\"message\":\"f-1\",\"content\":\"ja tak\"}"), &error);
  g_assert_no_error (error);
  again = command (world, "message-reply",
                   g_strdup ("{\"message\":\"f-1\",\"content\":\"ja tak\"}"), &error);
  g_assert_cmpstr (json_object_get_string_member (again, "outcome"), ==, "there-already");
  world->write_body = "{\"svarIdentifier\":\"svar-1\"}";
  g_assert_cmpuint (run_lane (world).n_done, ==, 1);
  check_state (world, json_object_get_int_member (result, "message"), MESSAGE_SENT, "svar-1");
  g_assert_cmpstr (fake_http_get (world->server, fake_http_count (world->server) - 1)->target, ==,
                   "/b/v1/Borgerbeskedsvar/f-1");
}

static void
test_tell (World *world, gconstpointer data)
{
  static const char *const rows[][3] = {
    { "message-read", "{\"message\":\"f-1\",\"mark\":\"shown\"}", "{\"markering\":1}" },
    { "message-read", "{\"message\":\"f-1\",\"at\":\"2026-11-23T08:00\"}",
      "{\"markering\":2,\"tidspunkt\":\"2026-11-23T08:00:00+01:00\"}" },
    { "message-status", "{\"message\":\"f-1\",\"status\":\"closed\"}", "{\"status\":2}" },
    { "message-status", "{\"message\":\"f-1\",\"status\":\"mistaken\",\"reply\":\"s\"}",
      "{\"status\":3}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) result = command (world, rows[i][0], g_strdup (rows[i][1]), &error);

      g_assert_no_error (error);
      g_assert_cmpstr (fake_http_get (world->server, i)->body, ==, rows[i][2]);
    }
  expect_refusal (world, "message-status",
                  g_strdup ("{\"message\":\"f-1\",\"status\":\"closed\",\"reply\":\"s\"}"),
                  "a reply cannot be closed");
  world->write_status = "403 Forbidden";
  world->write_body = "{\"fejl\":[{\"kode\":990403,\"tekst\":\"kun afsenderen\"}]}";
  expect_refusal (world, "message-status", g_strdup ("{\"message\":\"f-1\",\"status\":\"closed\"}"),
                  "BorgerBeskedService: DFDG answered 403 990403");
}

static void
test_document (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = NULL;

  g_free (world->read_body);
  world->read_body = g_strdup ("%PDF-1.7 0000000000");
  result = command (world, "message-document",
                    g_strdup ("{\"message\":\"f-1\",\"document\":\"d-1\",\"file\":\"/tmp/none\"}"),
                    &error);
  g_assert_no_error (error);
  g_assert_cmpstr (json_object_get_string_member (result, "content"), ==,
                   "JVBERi0xLjcgMDAwMDAwMDAwMA==");
  g_assert_cmpint (json_object_get_int_member (result, "bytes"), ==, 19);
}

static void
test_news (void)
{
  /* 24 November 2026, 09:30 in Copenhagen; and one in summer. */
  g_autofree char *booked =
    message_news_dup_text (MESSAGE_NEWS_BOOKED, G_GINT64_CONSTANT (1795509000000000));
  g_autofree char *cancelled =
    message_news_dup_text (MESSAGE_NEWS_CANCELLED, G_GINT64_CONSTANT (1783072800000000));
  g_autofree char *one = message_dup_request_id ("demo", "a");
  g_autofree char *same = message_dup_request_id ("demo", "a");
  g_autofree char *other = message_dup_request_id ("demo", "b");

  g_assert_nonnull (strstr (booked, "den 24. november 2026 kl. 09.30."));
  g_assert_nonnull (strstr (cancelled, "den 3. juli 2026 kl. 12.00 er aflyst."));
  g_assert_cmpstr (one, ==, same);
  g_assert_cmpstr (one, !=, other);
  g_assert_cmpuint (strlen (one), ==, 36);
  g_assert_cmpint (message_next_morning_us (HARNESS_NOW_US), ==, HARNESS_NOW_US + DAY_US);
  g_assert_cmpint (message_day_start_us (HARNESS_NOW_US), ==, HARNESS_NOW_US - DAY_US / 3);
}

/* Erased with the citizen, masked in others' messages, gone by its term. */
static void
test_privacy (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) extracted = NULL;
  g_autoptr (JsonObject) erased = NULL;
  JsonObject *held;

  send (world, "", "written");
  run_lane (world);
  extracted = command (world, "extract-citizen",
                       g_strdup_printf ("{\"cpr\":\"%s\"}", testlib_cpr (1)), &error);
  g_assert_no_error (error);
  held = json_object_get_object_member (extracted, "held");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (held, "message")), ==, 1);
  erased =
    command (world, "erase-citizen",
             g_strdup_printf ("{\"cpr\":\"%s\",\"force\":true,\"yes\":true,\"reason\":\"asked\"}",
                              testlib_cpr (1)),
             &error);
  g_assert_no_error (error);
  g_assert_cmpint (admin_harness_count (&world->harness, "message"), ==, 0);
}

/* Without the service nobody is looked up: what DFDG has is refused first, what is kept here is told and recorded. */
static void
test_look_ups (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) refused = NULL;
  g_autoptr (JsonObject) stored = NULL;
  gint64 n_rows = admin_harness_count (&world->harness, "journal");

  dfdg_settings_set_current (NULL);
  refused =
    command (world, "message-list", g_strdup_printf ("{\"cpr\":\"%s\"}", testlib_cpr (1)), &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_assert_cmpint (admin_harness_count (&world->harness, "journal"), ==, n_rows);
  g_clear_error (&error);
  stored = command (world, "message-list",
                    g_strdup_printf ("{\"cpr\":\"%s\",\"stored\":true}", testlib_cpr (1)), &error);
  g_assert_no_error (error);
  g_assert_cmpint (admin_harness_count (&world->harness, "journal"), ==, n_rows + 1);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
#define ADD(name, func) g_test_add ("/messages/" name, World, NULL, set_up, func, tear_down)
  ADD ("off", test_off);
  ADD ("rules", test_rules);
  ADD ("once", test_once);
  ADD ("lost-answer", test_lost_answer);
  ADD ("forgotten", test_forgotten);
  ADD ("refused", test_refused);
  ADD ("limit", test_limit);
  ADD ("limit-and-authority", test_limit_and_authority);
  ADD ("same-words", test_same_words);
  ADD ("strange-repeat", test_strange_repeat);
  ADD ("many-refused", test_many_refused);
  ADD ("meanwhile", test_meanwhile);
  ADD ("documents", test_documents);
  ADD ("draft", test_draft);
  ADD ("draft/failed", test_failed_draft);
  ADD ("received", test_received);
  ADD ("reply", test_reply);
  ADD ("tell", test_tell);
  ADD ("document", test_document);
  ADD ("privacy", test_privacy);
  ADD ("look-ups", test_look_ups);
  g_test_add_func ("/messages/news", test_news);
  return g_test_run ();
}
