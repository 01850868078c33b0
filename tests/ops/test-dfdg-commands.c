/* SPDX-License-Identifier: EUPL-1.2 */
/* plannerctl dfdg without a DFDG: what is shown of inbox, outbox and echoes, and what a person decides. */
/* Also tests: dfdg-state, dfdg-task, dfdg-find, dfdg-commands-status, dfdg-commands-list, dfdg-commands-mend, errand-store,
 * inbox-search. */
#include <string.h>

#include "admin-harness.h"
#include "admin-world.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/period.h"
#include "dfdg/care/dfdg-state.h"
#include "dfdg/readings/code-refresh.h"
#include "dfdg/services/dfdg-subscribe.h"
#include "store/inbox-search.h"

#define CONFIG                                                                            \
  "[database]\npath=x\n[dfdg]\nport=0\n[dfdg-client demo]\nenvironment=T3\ncarrier=wsb\n" \
  "indkaldelse-url=http://127.0.0.1:1/\norganisation-code=89000\nuser-identifier=x\n"

#define BOOKING "11111111-0000-4000-8000-000000000001"
#define LOST    "11111111-0000-4000-8000-000000000002"
#define MESSAGE "22222222-0000-4000-8000-000000000001"
#define STRANGE "22222222-0000-4000-8000-000000000002"

/* A refused change with one behind it, a parked and an unknown message, a flagged and an overdue echo. */
#define ROWS                                                                                     \
  "INSERT INTO outbox (outbox_id, tenant_id, citizen_id, kind, subject, revision, request_id, "  \
  "payload, state, attempts, added_us, reason) VALUES (7, 1, NULL, 'register', '" BOOKING        \
  "', 1, 'r1', '{}', 'refused', 1, 1795417000000000, '990400 lokation mangler'), "               \
  "(8, 1, NULL, 'update', '" BOOKING "', 2, 'r2', '{}', 'held', 0, 1795417000000000, NULL);"     \
  "INSERT INTO dfdg_event (event_id, tenant_id, carrier, message_id, entity_type, change_type, " \
  "external_id, event_us, received_us, system_id, organisation_type, hint, state, reason) "      \
  "VALUES (3, 1, 'wsb', '" MESSAGE "', 90000, 1, '" BOOKING                                      \
  "', 1795417000000000, 1795417000000000, 1, 8, 1, 'parked', 'unknown-unit: no unit 12345'), "   \
  "(4, 1, 'wsb', '" STRANGE "', 4711, 2, NULL, 1795417000000000, 1795417000000000, 1, 8, -1, "   \
  "'unknown', NULL);"                                                                            \
  "INSERT INTO citizen (citizen_id, tenant_id, cpr) VALUES (900, 1, '1111111111');"              \
  "INSERT INTO echo_watch (tenant_id, citizen_id, subject, revision, added_us, is_flagged, "     \
  "reason) VALUES (1, 900, '" LOST "', 1, 1795400000000000, 1, 'DFDG has none'), "               \
  "(1, 900, '33333333-0000-4000-8000-000000000003', 1, 1795420800000000, 0, NULL)"

static void
use_settings (const char *more)
{
  g_autofree char *text = g_strconcat (CONFIG, more, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PlannerConfig) config = planner_config_parse (text, &error);
  g_autoptr (GPtrArray) all = NULL;

  g_assert_no_error (error);
  all = dfdg_settings_list (config);
  dfdg_settings_set_current (all);
}

static World *
world_with_rows (void)
{
  World *world = admin_world_new ();

  use_settings ("");
  world_run_sql (world, ROWS);
  return world;
}

static JsonObject *
line_of (JsonObject *result, const char *list, guint index)
{
  return json_array_get_object_element (json_object_get_array_member (result, list), index);
}

static const char *
text_of (JsonObject *object, const char *member)
{
  return json_object_get_string_member_with_default (object, member, "");
}

static gint64
number_of (JsonObject *object, const char *member)
{
  return json_object_get_int_member (object, member);
}

static void
test_status (void)
{
  g_autoptr (World) world = world_with_rows ();
  g_autoptr (JsonObject) status = admin_world_ask (world, "dfdg-status", "{}");
  g_autoptr (JsonObject) changes = admin_world_ask (world, "dfdg-status", "{\"changes\": true}");
  g_autoptr (JsonObject) page =
    admin_world_ask (world, "dfdg-status", "{\"changes\": true, \"limit\": 1}");
  g_autoptr (JsonObject) nobody = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *words = admin_harness_dup_words (status, "to_do", "state");
  JsonObject *line = line_of (status, "tenants", 0);

  g_assert_cmpstr (text_of (line, "state"), ==, "refused");
  g_assert_cmpstr (words, ==, "refused flagged parked unknown");
  g_assert_cmpstr (text_of (line, "carrier"), ==, "wsb");
  g_assert_cmpint (number_of (line, "outbox_refused"), ==, 1);
  g_assert_cmpint (number_of (line, "outbox_held"), ==, 1);
  g_assert_cmpint (number_of (line, "parked"), ==, 1);
  g_assert_cmpint (number_of (line, "unknown"), ==, 1);
  g_assert_cmpint (number_of (line, "echoes_flagged"), ==, 1);
  g_assert_false (json_object_has_member (line, "reachable_since"));
  g_assert_cmpstr (text_of (line_of (changes, "changes", 0), "reason"), ==,
                   "990400 lokation mangler");
  g_assert_true (json_object_get_boolean_member (page, "more"));
  g_assert_cmpint (number_of (page, "cursor"), ==, 7);
  nobody = admin_world_run (world, "dfdg-status", "{\"tenant\": \"x\"}", &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
  dfdg_settings_set_current (NULL);
}

/* A message to a citizen: state and first try. */
#define LETTER(values)                                                                             \
  "INSERT INTO citizen (citizen_id, tenant_id, cpr) VALUES (900, 1, '1111111111');"                \
  "INSERT INTO message (tenant_id, citizen_id, case_name, delivery_key, channel, message_type, "   \
  "added_us, state, first_try_us) VALUES (1, 900, 'by-hand', 'k', 2, 1, 1795400000000000, " values \
  ")"

/* One thing is the matter at a time. */
static void
test_words (void)
{
  static const struct
  {
    const char *config;
    const char *sql;
    const char *words;
  } rows[] = {
    { "", "INSERT INTO dfdg_errand VALUES (1, 'subscribe', 0, 1, 1, NULL, NULL)", "unsubscribed" },
    { "carrier=none\n", "", "" },
    { "carrier=none\n", "INSERT INTO dfdg_errand VALUES (1, 'subscribe', 0, 1, 0, 'no', NULL)",
      "subscribing" },
    { "carrier=none\n",
      "INSERT INTO dfdg_errand VALUES (1, 'reconcile', 0, 1, "
      "1795410000000000, NULL, '{\"differences\": 2}')",
      "different" },
    { "carrier=none\n",
      "INSERT INTO dfdg_errand VALUES (1, 'reconcile', 0, 1, "
      "1795000000000000, 'no', '{\"differences\": 0}')",
      "uncompared" },
    { "carrier=none\n", "INSERT INTO dfdg_errand VALUES (1, 'reconcile', 0, 1, 0, 'no', NULL)",
      "uncompared" },
    /* Of a unit that was retired since. */
    { "carrier=none\n",
      "INSERT INTO dfdg_errand VALUES (1, 'reconcile', 1, 1, "
      "1795000000000000, 'no', '{\"differences\": 2}'); "
      "UPDATE unit SET retired_us = 1795000000000001 WHERE unit_id = 1",
      "" },
    { "carrier=none\n",
      "INSERT INTO dfdg_errand VALUES (1, 'reconcile', 1, 1, "
      "1795410000000000, NULL, '{\"differences\": 2}'); "
      "UPDATE unit SET retired_us = 1995000000000001 WHERE unit_id = 1",
      "different" },
    { "carrier=none\n", LETTER ("'refused', 0"), "unsent" },
    { "carrier=none\n", LETTER ("'waiting', 0"), "" },
    { "carrier=none\n", LETTER ("'waiting', 1795400000000000"), "late" },
    { "carrier=none\nreconcile-hour=-1\n",
      "INSERT INTO dfdg_errand VALUES (1, 'reconcile', 0, 1, "
      "1795000000000000, 'no', '{\"differences\": 0}')",
      "" },
    { "carrier=none\n",
      "INSERT INTO outbox (tenant_id, kind, subject, revision, request_id, payload, "
      "added_us) VALUES (1, 'update', 'x', 1, 'r', '{}', 1795400000000000)",
      "late" },
    { "carrier=none\n",
      "INSERT INTO dfdg_task VALUES (1, 'code-lists', 1795410000000000, 0, 1, 'lost')", "codes" },
    { "carrier=none\ncertificate=/nowhere/x.pem\n", "", "certificate" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (World) world = admin_world_new ();
      g_autoptr (JsonObject) status = NULL;
      g_autofree char *words = NULL;

      use_settings (rows[i].config);
      if (*rows[i].sql != '\0')
        world_run_sql (world, rows[i].sql);
      status = admin_world_ask (world, "dfdg-status", "{}");
      words = admin_harness_dup_words (status, "to_do", "state");
      g_test_message ("%s: %s", rows[i].config, rows[i].sql);
      g_assert_cmpstr (words, ==, rows[i].words);
      g_assert_cmpstr (text_of (line_of (status, "tenants", 0), "state"), ==,
                       *rows[i].words == '\0' ? "ok" : rows[i].words);
    }
  dfdg_settings_set_current (NULL);
}

static char *
dup_matters (World *world, gint64 now_us)
{
  g_autoptr (DfdgSettings) settings = dfdg_settings_dup_current ("demo");
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_auto (DfdgState) state = { 0 };
  guint n_words = 0;
  const DfdgStateWord *words = dfdg_state_list_words (&n_words);

  g_assert_true (dfdg_state_load (world->reader, settings, 1, now_us, &state, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < n_words; i++)
    if (words[i].applies (&state))
      {
        g_autofree char *cause = dfdg_state_dup_cause (&state, &words[i]);
        g_string_append_printf (text, "%s (%s) ", words[i].word, cause);
      }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Any service that will not have us is a person's, after some refusals in a row and a while. */
static void
test_forbidden (void)
{
  g_autoptr (World) world = admin_world_new ();
  gint64 soon_us = clock_now_us () + 2 * PERIOD_US_PER_MINUTE;
  g_autofree char *early = NULL;
  g_autofree char *late = NULL;
  g_autofree char *after = NULL;

  use_settings ("carrier=none\n");
  for (guint i = 0; i < 3; i++)
    dfdg_contact_note_forbidden ("demo", DFDG_SERVICE_FRIST, "DFDG answered 403");
  early = dup_matters (world, clock_now_us ());
  g_assert_cmpstr (early, ==, "");
  late = dup_matters (world, soon_us);
  g_assert_cmpstr (late, ==, "forbidden (FristService: DFDG answered 403) ");
  dfdg_contact_note ("demo", DFDG_SERVICE_FRIST, NULL);
  dfdg_contact_note_forbidden ("demo", DFDG_SERVICE_FRIST, "DFDG answered 403");
  after = dup_matters (world, soon_us);
  g_assert_cmpstr (after, ==, "");
  dfdg_contact_note ("demo", DFDG_SERVICE_FRIST, NULL);
  dfdg_settings_set_current (NULL);
}

static gboolean
are_codes_due (World *world, gint64 now_us)
{
  g_autoptr (GError) error = NULL;
  gboolean is_due = FALSE;

  g_assert_true (code_refresh_is_due (world->reader, 1, now_us, &is_due, &error));
  g_assert_no_error (error);
  return is_due;
}

/* The files are everybody's: what one municipality has read, no other reads again that day. */
static void
test_shared_codes (void)
{
  g_autoptr (World) world = admin_world_new ();
  gint64 now_us = 1795420000000000;

  g_assert_true (are_codes_due (world, now_us));
  world_run_sql (world, "INSERT INTO tenant VALUES (2, 'other', 'Other');"
                        "INSERT INTO dfdg_task VALUES (2, 'code-lists', 1795420000000000, "
                        "1795420000000000, 0, NULL)");
  g_assert_false (are_codes_due (world, now_us + PERIOD_US_PER_HOUR));
  g_assert_true (are_codes_due (world, now_us + PERIOD_US_PER_DAY));
  world_run_sql (world, "UPDATE dfdg_task SET n_failures = 1, problem = 'lost'");
  g_assert_true (are_codes_due (world, now_us));
  world_run_sql (world,
                 "INSERT INTO dfdg_task VALUES (1, 'code-lists', 1795420000000000, 0, 1, 'no')");
  g_assert_false (are_codes_due (world, now_us + PERIOD_US_PER_MINUTE));
  g_assert_true (are_codes_due (world, now_us + PERIOD_US_PER_HOUR));
}

/* What an admin reads stands in docs/dfdg.md, with what to do. */
static void
test_words_documented (void)
{
  g_autofree char *path = testlib_dup_source_path ("docs/dfdg.md");
  g_autofree char *text = NULL;
  guint n_words = 0;
  const DfdgStateWord *words = dfdg_state_list_words (&n_words);

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  for (guint i = 0; i < n_words; i++)
    {
      g_autofree char *row = g_strdup_printf ("| `%s` |", words[i].word);

      g_test_message ("%s", row);
      g_assert_nonnull (strstr (text, row));
    }
  for (guint i = 0; i < OUTBOX_N_STATES; i++)
    {
      g_autofree char *row = g_strdup_printf ("| `%s` |", outbox_state_to_text (i));

      g_assert_nonnull (strstr (text, row));
    }
  for (guint i = DFDG_EVENT_NEW; i <= DFDG_EVENT_UNKNOWN; i++)
    {
      g_autofree char *row = g_strdup_printf ("| `%s` |", dfdg_event_state_to_text (i));

      g_assert_nonnull (strstr (text, row));
    }
  for (guint i = DFDG_SUBSCRIBED; i <= DFDG_SUBSCRIBE_FAILED; i++)
    {
      g_autofree char *row = g_strdup_printf ("| `%s` |", dfdg_subscribed_to_text (i));

      g_assert_nonnull (strstr (text, row));
    }
}

/* What is not talked with at all is said too. */
static void
test_off (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) status = NULL;
  g_autoptr (JsonObject) asked = NULL;
  g_autoptr (GError) error = NULL;

  dfdg_settings_set_current (NULL);
  status = admin_world_ask (world, "dfdg-status", "{}");
  g_assert_cmpstr (text_of (line_of (status, "tenants", 0), "state"), ==, "off");
  asked = admin_world_run (world, "dfdg-test", "{}", &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_assert_nonnull (strstr (error->message, "[dfdg-client demo]"));
}

static void
test_show (void)
{
  g_autoptr (World) world = world_with_rows ();
  g_autoptr (JsonObject) booking =
    admin_world_ask (world, "dfdg-show", "{\"id\": \"" BOOKING "\"}");
  g_autoptr (JsonObject) message =
    admin_world_ask (world, "dfdg-show", "{\"id\": \"" MESSAGE "\"}");
  g_autoptr (JsonObject) change = admin_world_ask (world, "dfdg-show", "{\"id\": \"8\"}");
  g_autoptr (JsonObject) lost = admin_world_ask (world, "dfdg-show", "{\"id\": \"" LOST "\"}");
  g_autoptr (JsonObject) parked = admin_world_ask (world, "dfdg-parked", "{}");
  g_autoptr (JsonObject) unknown = admin_world_ask (world, "dfdg-parked", "{\"unknown\": true}");
  g_autoptr (JsonObject) echoes = admin_world_ask (world, "dfdg-echoes", "{}");
  g_autoptr (JsonObject) all = admin_world_ask (world, "dfdg-echoes", "{\"all\": true}");
  g_autofree char *states = admin_harness_dup_words (all, "echoes", "state");
  g_autoptr (JsonObject) digits = NULL;
  g_autoptr (JsonObject) nothing = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (booking, "changes")), ==,
                    2);
  g_assert_cmpstr (text_of (line_of (booking, "messages", 0), "message"), ==, MESSAGE);
  g_assert_cmpstr (text_of (line_of (message, "messages", 0), "about"), ==, "summonses");
  g_assert_cmpstr (text_of (line_of (message, "messages", 0), "kind"), ==, "made");
  g_assert_cmpstr (text_of (line_of (change, "changes", 0), "state"), ==, "held");
  g_assert_cmpstr (text_of (json_object_get_object_member (lost, "echo"), "state"), ==, "flagged");
  g_assert_cmpstr (text_of (line_of (parked, "messages", 0), "reason"), ==,
                   "unknown-unit: no unit 12345");
  g_assert_cmpint (number_of (line_of (unknown, "messages", 0), "entity_type"), ==, 4711);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (echoes, "echoes")), ==, 1);
  g_assert_cmpstr (states, ==, "flagged waiting");
  world_run_sql (world, "UPDATE dfdg_event SET message_id = '4711' WHERE event_id = 3");
  digits = admin_world_ask (world, "dfdg-show", "{\"id\": \"4711\"}");
  g_assert_cmpint (number_of (line_of (digits, "messages", 0), "event"), ==, 3);
  nothing = admin_world_run (world, "dfdg-show", "{\"id\": \"1111111111\"}", &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
  g_assert_null (strstr (error->message, "1111111111"));
  dfdg_settings_set_current (NULL);
}

static void
assert_refused (World *world, const char *command, const char *arguments, PlannerError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = admin_world_run (world, command, arguments, &error);

  g_test_message ("%s %s: %s", command, arguments, error == NULL ? "" : error->message);
  g_assert_error (error, PLANNER_ERROR, (gint) code);
}

static gint64
count (World *world, const char *sql)
{
  return world_count (world, sql);
}

static void
test_retry (void)
{
  g_autoptr (World) world = world_with_rows ();
  g_autoptr (JsonObject) done = admin_world_ask (world, "dfdg-retry", "{\"id\": \"" BOOKING "\"}");
  g_autoptr (JsonObject) echo = admin_world_ask (world, "dfdg-retry", "{\"id\": \"" LOST "\"}");
  g_autofree char *outcomes = admin_harness_dup_words (done, "done", "what");

  g_assert_cmpstr (outcomes, ==, "change message");
  g_assert_cmpint (count (world, "SELECT count(*) FROM outbox WHERE state = 'waiting'"), ==, 2);
  g_assert_cmpint (count (world, "SELECT count(*) FROM dfdg_event WHERE state = 'new'"), ==, 1);
  g_assert_cmpint (count (world, "SELECT count(*) FROM echo_watch WHERE is_flagged = 1"), ==, 0);
  g_assert_cmpint (count (world, "SELECT count(*) FROM journal WHERE kind = 'dfdg-retried'"), ==,
                   3);
  assert_refused (world, "dfdg-retry", "{}", PLANNER_ERROR_NOT_VALID);
  assert_refused (world, "dfdg-retry", "{\"id\": \"7\", \"all_refused\": true}",
                  PLANNER_ERROR_NOT_VALID);
  assert_refused (world, "dfdg-retry", "{\"id\": \"4711\"}", PLANNER_ERROR_NOT_FOUND);
  dfdg_settings_set_current (NULL);
}

static void
test_retry_all (void)
{
  g_autoptr (World) world = world_with_rows ();
  g_autoptr (JsonObject) done =
    admin_world_ask (world, "dfdg-retry", "{\"all_refused\": true, \"all_parked\": true}");

  g_assert_cmpint (number_of (done, "changes"), ==, 1);
  g_assert_cmpint (number_of (done, "messages"), ==, 1);
  g_assert_cmpint (count (world, "SELECT count(*) FROM outbox WHERE state = 'waiting'"), ==, 2);
  g_assert_cmpint (count (world, "SELECT count(*) FROM dfdg_event WHERE state = 'new'"), ==, 1);
  dfdg_settings_set_current (NULL);
}

static void
test_give_up (void)
{
  g_autoptr (World) world = world_with_rows ();
  g_autoptr (JsonObject) done = NULL;
  g_autoptr (JsonObject) echo = NULL;
  g_autoptr (JsonObject) strange = NULL;
  g_autofree char *outcomes = NULL;

  assert_refused (world, "dfdg-give-up", "{\"id\": \"" BOOKING "\"}", PLANNER_ERROR_NOT_VALID);
  assert_refused (world, "dfdg-give-up",
                  "{\"id\": \"" BOOKING "\", \"reason\": \"borger 0000000000\"}",
                  PLANNER_ERROR_NOT_VALID);
  assert_refused (world, "dfdg-give-up", "{\"id\": \"8\", \"reason\": \"held alone\"}",
                  PLANNER_ERROR_STATE_CHANGED);
  done = admin_world_ask (world, "dfdg-give-up",
                          "{\"id\": \"" BOOKING "\", \"reason\": \"aftalt med KSS\"}");
  outcomes = admin_harness_dup_words (done, "done", "outcome");
  g_assert_cmpstr (outcomes, ==, "dropped done");
  g_assert_cmpint (count (world, "SELECT count(*) FROM outbox WHERE state = 'dropped' AND reason "
                                 "= 'aftalt med KSS'"),
                   ==, 2);
  strange =
    admin_world_ask (world, "dfdg-give-up", "{\"id\": \"" STRANGE "\", \"reason\": \"til andre\"}");
  echo = admin_world_ask (world, "dfdg-give-up", "{\"id\": \"" LOST "\", \"reason\": \"ringet\"}");
  g_assert_cmpint (count (world, "SELECT count(*) FROM echo_watch WHERE is_flagged = 1"), ==, 0);
  g_assert_cmpint (count (world, "SELECT count(*) FROM dfdg_event WHERE state = 'done'"), ==, 2);
  g_assert_cmpint (count (world, "SELECT count(*) FROM journal WHERE kind = 'dfdg-given-up'"), ==,
                   4);
  assert_refused (world, "dfdg-give-up", "{\"id\": \"" BOOKING "\", \"reason\": \"igen\"}",
                  PLANNER_ERROR_STATE_CHANGED);
  dfdg_settings_set_current (NULL);
}

/* A problem leaves what the last success found. */
static void
test_errands (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (GPtrArray) errands = NULL;
  g_autoptr (GError) error = NULL;
  Errand good = { .tenant_id = 1,
                  .name = (char *) "reconcile",
                  .tried_us = 5,
                  .detail = (char *) "{\"differences\":1}" };
  Errand bad = {
    .tenant_id = 1, .name = (char *) "reconcile", .tried_us = 9, .problem = (char *) "no answer"
  };
  const Errand *one;
  gboolean has_open = FALSE;
  gint64 n_lanes = -1;

  g_assert_true (errand_store_put (world->writer, &good, &error));
  g_assert_true (errand_store_put (world->writer, &bad, &error));
  g_assert_no_error (error);
  errands = errand_store_list (world->writer, 1, "reconcile", &error);
  g_assert_cmpuint (errands->len, ==, 1);
  one = errands->pdata[0];
  g_assert_cmpint (one->tried_us, ==, 9);
  g_assert_cmpint (one->done_us, ==, 5);
  g_assert_cmpstr (one->problem, ==, "no answer");
  g_assert_cmpstr (one->detail, ==, "{\"differences\":1}");
  world_run_sql (world, ROWS);
  g_assert_true (inbox_search_has_open (world->writer, 1, BOOKING, &has_open, &error));
  g_assert_true (has_open);
  g_assert_true (inbox_search_count_lanes (world->writer, 1, &n_lanes, &error));
  g_assert_cmpint (n_lanes, ==, 0);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/dfdg-commands/status", test_status);
  g_test_add_func ("/dfdg-commands/words", test_words);
  g_test_add_func ("/dfdg-commands/forbidden", test_forbidden);
  g_test_add_func ("/dfdg-commands/shared-codes", test_shared_codes);
  g_test_add_func ("/dfdg-commands/words-documented", test_words_documented);
  g_test_add_func ("/dfdg-commands/off", test_off);
  g_test_add_func ("/dfdg-commands/show", test_show);
  g_test_add_func ("/dfdg-commands/retry", test_retry);
  g_test_add_func ("/dfdg-commands/retry-all", test_retry_all);
  g_test_add_func ("/dfdg-commands/give-up", test_give_up);
  g_test_add_func ("/dfdg-commands/errands", test_errands);
  return g_test_run ();
}
