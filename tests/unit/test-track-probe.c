/* SPDX-License-Identifier: EUPL-1.2 */
/* Probes against a server that answers as it is told: what is good, what is ill, what is broken, how often it is asked. */
/* Also tests: track-judge, track-lookout. */
#include "health/track-lookout.h"

#include <string.h>

#include "base/clock.h"
#include "fake-http.h"
#include "testlib.h"

#define S G_GINT64_CONSTANT (1000000)

#define ENVELOPE(body)                                                              \
  "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>" body \
  "</s:Body></s:Envelope>"

typedef struct
{
  const char *status;
  const char *head;
  const char *body;
} Answer;

typedef struct
{
  GArray *outcomes; /* TrackOutcome */
  GArray *codes;    /* gint64 */
  TrackProbes *probes;
  TrackHealth *health;
} World;

static void
say (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  const Answer *answer = data;

  g_assert_cmpstr (request->method, ==, "POST");
  g_assert_nonnull (strstr (request->body, "<JobCenterCode>75100</JobCenterCode>"));
  g_assert_nonnull (strstr (request->body, "0000000000"));
  fake_peer_answer (peer, answer->status, answer->head, answer->body);
}

static void
on_record (const TrackRecord *record, gpointer data)
{
  World *world = data;

  g_assert_true (record->is_probe);
  g_assert_cmpstr (record->unit, ==, "75100");
  g_array_append_val (world->outcomes, record->outcome);
  g_array_append_val (world->codes, record->fault_code);
  track_health_note (world->health, record, clock_now_us ());
}

static TrackRegistry *
make_registry (const char *url)
{
  TrackRegistry *registry = track_registry_new ();
  TrackEndpoint *endpoint = g_new0 (TrackEndpoint, 1);
  TrackUnit *unit = g_new0 (TrackUnit, 1);

  endpoint->name = g_strdup ("aarhus");
  endpoint->urls = g_new0 (char *, 2);
  endpoint->urls[0] = g_strdup (url);
  endpoint->connect_ms = 5000;
  endpoint->timeout_ms = 5000;
  unit->code = g_strdup ("75100");
  unit->endpoint = g_strdup ("aarhus");
  unit->from_us = G_MININT64;
  unit->until_us = G_MAXINT64;
  g_ptr_array_add (registry->endpoints, endpoint);
  g_ptr_array_add (registry->units, unit);
  return registry;
}

static void
ask (const char *url, guint n, World *world)
{
  const TrackUpstreamSettings settings = { .max_parallel = 10, .max_answer_bytes = 65536 };
  g_autoptr (TrackUpstream) upstream = track_upstream_new (&settings, NULL);
  g_autoptr (TrackRegistry) registry = make_registry (url);
  TrackProbeSettings probes = { .upstream = upstream,
                                .mapping = contract_mapping_get_default (),
                                .interval_s = 3600,
                                .observe = on_record,
                                .observe_data = world };

  world->outcomes = g_array_new (FALSE, TRUE, sizeof (TrackOutcome));
  world->codes = g_array_new (FALSE, TRUE, sizeof (gint64));
  world->health = track_health_new (&track_health_defaults, NULL, NULL);
  track_health_set_endpoint (
    world->health, "aarhus",
    (const char *const *) ((TrackEndpoint *) registry->endpoints->pdata[0])->urls);
  probes.health = world->health;
  world->probes = track_probes_new (&probes);
  track_probes_set_registry (world->probes, registry);
  for (guint i = 1; i <= n; i++)
    {
      g_assert_true (track_probes_ask_now (world->probes, "aarhus"));
      g_assert_false (track_probes_ask_now (world->probes, "nobody"));
      while (world->outcomes->len < i)
        g_main_context_iteration (NULL, TRUE);
    }
  track_probes_stop (world->probes);
  g_clear_pointer (&world->probes, track_probes_free);
}

static void
clear (World *world)
{
  g_array_unref (world->outcomes);
  g_array_unref (world->codes);
  track_health_free (world->health);
}

static char *
dup_fault (const char *side, int code)
{
  return g_strdup_printf (
    ENVELOPE ("<s:Fault><faultcode>s:%s</faultcode>"
              "<faultstring>x</faultstring><detail><PlannerFault xmlns=\"%s\"><Code>%d</Code>"
              "<Message>x</Message></PlannerFault></detail></s:Fault>"),
    side, contract_mapping_get_default ()->namespace_uri, code);
}

static void
test_outcomes (void)
{
  const char *space = contract_mapping_get_default ()->namespace_uri;
  g_autofree char *good =
    g_strdup_printf (ENVELOPE ("<GetSelfbookInterviewOptionsResponse xmlns=\"%s\"/>"), space);
  g_autofree char *unknown = dup_fault ("Client", 1010);
  g_autofree char *nothing = dup_fault ("Client", 4770);
  g_autofree char *stranger = dup_fault ("Client", 990023);
  g_autofree char *no_unit = dup_fault ("Client", 990010);
  g_autofree char *busy = dup_fault ("Server", 990012);
  g_autofree char *closed = dup_fault ("Server", 990034);
  g_autofree char *faulty = dup_fault ("Server", 990013);
  const struct
  {
    Answer answer;
    TrackOutcome outcome;
    gint64 code;
  } cases[] = {
    { { "200 OK", "Content-Type: text/xml\r\n", good }, TRACK_OUTCOME_OK, 0 },
    { { "500 Error", "Content-Type: text/xml\r\n", unknown }, TRACK_OUTCOME_OK, 1010 },
    { { "500 Error", "Content-Type: text/xml\r\n", nothing }, TRACK_OUTCOME_OK, 4770 },
    { { "500 Error", "Content-Type: text/xml\r\n", stranger }, TRACK_OUTCOME_FAULTY, 990023 },
    { { "500 Error", "Content-Type: text/xml\r\n", no_unit }, TRACK_OUTCOME_FAULTY, 990010 },
    { { "500 Error", "Content-Type: text/xml\r\n", busy }, TRACK_OUTCOME_BUSY, 990012 },
    { { "500 Error", "Content-Type: text/xml\r\n", closed }, TRACK_OUTCOME_CLOSED, 990034 },
    { { "500 Error", "Content-Type: text/xml\r\n", faulty }, TRACK_OUTCOME_FAULTY, 990013 },
    { { "200 OK", "Content-Type: text/html\r\n", "<html/>" }, TRACK_OUTCOME_HTTP, 0 },
    { { "503 Busy", "Content-Type: text/plain\r\n", "x" }, TRACK_OUTCOME_BUSY, 0 },
    { { "200 OK", "Content-Type: text/xml\r\n", "<Envelope" }, TRACK_OUTCOME_XML, 0 },
    { { "200 OK", "Content-Type: text/xml\r\n", "" }, TRACK_OUTCOME_XML, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      World world = { 0 };
      g_autoptr (FakeHttp) server = fake_http_new (say, (gpointer) &cases[i].answer);
      g_autofree char *url = fake_http_dup_uri (server, "127.0.0.1", "/service");

      g_test_message ("case %u", i);
      ask (url, 1, &world);
      g_assert_cmpstr (track_outcome_word (g_array_index (world.outcomes, TrackOutcome, 0)), ==,
                       track_outcome_word (cases[i].outcome));
      g_assert_cmpint (g_array_index (world.codes, gint64, 0), ==, cases[i].code);
      clear (&world);
    }
}

/* Each begins anew: name, connection, certificate. */
static void
test_fresh (void)
{
  g_autofree char *fault = dup_fault ("Client", 1010);
  const Answer answer = { "500 Error", "Content-Type: text/xml\r\n", fault };
  g_autoptr (FakeHttp) server = fake_http_new (say, (gpointer) &answer);
  g_autofree char *url = fake_http_dup_uri (server, "127.0.0.1", "/service");
  World world = { 0 };

  ask (url, 3, &world);
  g_assert_cmpuint (fake_http_count (server), ==, 3);
  g_assert_cmpuint (fake_http_count_connections (server), ==, 3);
  clear (&world);
}

static void
test_refused (void)
{
  World world = { 0 };

  ask ("http://127.0.0.1:1/", 1, &world);
  g_assert_cmpint (g_array_index (world.outcomes, TrackOutcome, 0), ==, TRACK_OUTCOME_REFUSED);
  g_assert_true (track_health_is_failing (world.health, "aarhus"));
  clear (&world);
}

/* The room as the daemon has it: probes of themselves, a disturbance of a peer that is not there. */

static void
pass_on (const TrackRecord *record, gpointer data)
{
  TrackLookout **lookout = data;

  track_watch_observe (record, track_lookout_get_watch (*lookout));
}

static void
test_lookout (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "registry.db", NULL);
  g_autofree char *schema = testlib_dup_source_path ("data/schema/track-registry");
  const TrackDatabaseSettings database_settings = { NULL, path, schema };
  g_autofree char *text = g_strdup_printf (
    "[service]\nport=0\n[registry]\npath=%s\n[calls]\npath=%s.calls\n[probe]\ninterval-"
    "s=1\n[escalation]\nsteps=0:webhook\n",
    path, path);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrackConfig) config = track_config_parse (text, &error);
  g_autoptr (TrackDatabase) database = track_database_open (&database_settings, &error);
  g_autoptr (TrackRegistry) registry = make_registry ("http://127.0.0.1:1/");
  g_autoptr (TrackLookout) lookout = NULL;
  TrackLookoutSettings settings = { .config = config,
                                    .database = database,
                                    .mapping = contract_mapping_get_default (),
                                    .observe = pass_on,
                                    .observe_data = &lookout };
  g_autoptr (JsonObject) seen = NULL;

  g_assert_no_error (error);
  lookout = track_lookout_new (&settings, &error);
  g_assert_no_error (error);
  track_lookout_set_registry (lookout, registry);
  do
    {
      g_clear_pointer (&seen, json_object_unref);
      g_main_context_iteration (NULL, TRUE);
      seen = track_watch_describe (track_lookout_get_watch (lookout), clock_now_us ());
    }
  while (json_array_get_length (json_object_get_array_member (seen, "disturbances")) == 0);
  g_assert_true (track_lookout_reload (lookout, config, &error));
  g_assert_cmpstr (track_watch_pick_url (track_lookout_get_watch (lookout), "aarhus"), ==,
                   "http://127.0.0.1:1/");
  track_lookout_stop (lookout);
  track_database_stop (database);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-probe/outcomes", test_outcomes);
  g_test_add_func ("/track-probe/fresh", test_fresh);
  g_test_add_func ("/track-probe/refused", test_refused);
  g_test_add_func ("/track-probe/lookout", test_lookout);
  return g_test_run ();
}
