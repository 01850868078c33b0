/* SPDX-License-Identifier: EUPL-1.2 */
/* Connections between two calls: what comes on them is nobody's answer, and when their time is over they end. */
/* Also tests: track-handle. */

#include "upstream/track-upstream.h"

#include "fake-http.h"
#include "listener-certificates.h"
#include "listener-harness.h"
#include "testlib.h"

#include <string.h>

typedef struct
{
  GMainContext *context;
  TrackUpstream *upstream;
  TrackUpstreamSettings settings;
} World;

/* What came of one exchange. */
typedef struct
{
  gboolean is_done;
  GString *body;
  TrackOutcome outcome;
  TrackTimes times;
  gboolean is_repeated;
} Answer;

static gboolean
on_data (TrackExchange *exchange, const char *bytes, gsize n_bytes, gpointer data)
{
  g_string_append_len (((Answer *) data)->body, bytes, (gssize) n_bytes);
  return TRUE;
}

static void
on_done (TrackExchange *exchange,
         TrackOutcome outcome,
         const TrackTimes *times,
         const char *problem,
         gpointer data)
{
  Answer *answer = data;

  answer->is_done = TRUE;
  answer->outcome = outcome;
  answer->times = *times;
  answer->is_repeated = track_exchange_is_repeated (exchange);
}

static const TrackExchangeFuncs funcs = { .data = on_data, .done = on_done };

static void
answer_clear (Answer *answer)
{
  g_string_free (answer->body, TRUE);
  *answer = (Answer){ 0 };
}

static void
world_init (World *world, GMainContext *context)
{
  *world = (World){ .context = g_main_context_ref (context) };
  world->settings = (TrackUpstreamSettings){ .context = context,
                                             .max_idle = 10,
                                             .idle_ms = 60000,
                                             .max_parallel = 100,
                                             .max_answer_bytes = 100000 };
}

static void
world_start (World *world)
{
  g_autoptr (GError) error = NULL;

  world->upstream = track_upstream_new (&world->settings, &error);
  g_assert_no_error (error);
}

static void
world_clear (World *world)
{
  g_clear_pointer (&world->upstream, track_upstream_free);
  g_main_context_unref (world->context);
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
run_ms (World *world, guint duration_ms)
{
  gint64 end_us = g_get_monotonic_time () + duration_ms * (gint64) 1000;
  g_autoptr (GSource) tick = g_timeout_source_new (2);

  g_source_set_callback (tick, on_tick, NULL, NULL);
  g_source_attach (tick, world->context);
  do
    g_main_context_iteration (world->context, TRUE);
  while (g_get_monotonic_time () < end_us);
  g_source_destroy (tick);
}

static void
call (World *world, Answer *answer, const char *url)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("<question/>", strlen ("<question/>"));
  const TrackTarget target = { .url = url, .connect_ms = 10000, .timeout_ms = 20000, .body = body };
  g_autoptr (GError) error = NULL;

  answer->body = g_string_new (NULL);
  g_assert_nonnull (track_upstream_send (world->upstream, &target, &funcs, answer, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < 10000 && !answer->is_done; i++)
    run_ms (world, 1);
  g_assert_true (answer->is_done);
}

#define MORE "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nspoilt"

#define CHUNKS "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"

/* More than was announced, in pieces with a rest between them. */
static const struct
{
  const char *path;
  const char *pieces[3];
  gboolean is_empty;
  gboolean may_be_used; /* the library has taken it all off the connection */
} excesses[] = {
  { "/more/at-once", { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" MORE } },
  { "/more/with-body", { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "ok" MORE } },
  { "/more/half-body", { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no", "k" MORE } },
  { "/more/behind", { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", MORE } },
  { "/more/a-byte", { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "okH" } },
  { "/more/no-body", { "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" MORE }, TRUE },
  { "/more/late-body", { "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", MORE }, TRUE },
  { "/more/chunks-at-once", { CHUNKS MORE }, FALSE, TRUE },
  { "/more/chunks", { CHUNKS, MORE } },
};

static void
say_excess (FakePeer *peer, const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (excesses); i++)
    for (guint k = 0; k < 3 && strcmp (path, excesses[i].path) == 0; k++)
      if (excesses[i].pieces[k] != NULL)
        {
          fake_peer_say (peer, excesses[i].pieces[k], -1);
          g_usleep (50000);
        }
}

static void
on_request (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  if (g_str_has_prefix (request->target, "/more/"))
    say_excess (peer, request->target);
  else
    fake_peer_answer (peer, "200 OK", "Content-Type: text/xml\r\n", request->body);
  if (strcmp (request->target, "/leave") == 0)
    fake_peer_end (peer);
}

static void
check_with_tls (void (*check) (World *world, FakeHttp *server))
{
  g_autofree char *folder = testlib_make_folder ();
  g_autoptr (Certificate) authority =
    certificate_new (&(CertificatePlan){ .common_name = "Prøve-CA", .authority = TRUE });
  g_autoptr (Certificate) pair =
    certificate_new (&(CertificatePlan){ .common_name = "Planner", .issuer = authority });
  g_autofree char *ca = certificate_save (authority, folder, "ca.pem");
  g_autofree char *certificate = certificate_save (pair, folder, "own.pem");
  g_autofree char *key = certificate_save_key (pair, folder, "own.key");
  g_autoptr (GMainContext) context = g_main_context_new ();
  FakeHttp *server = fake_http_new (on_request, NULL);
  World world;

  fake_http_use_tls (server, certificate, key);
  world_init (&world, context);
  world.settings.ca_file = ca;
  world_start (&world);
  check (&world, server);
  world_clear (&world);
  fake_http_free (server);
}

/* Without TLS and with it: the library looks at connections at rest in the first case only. */
static void
on_both (void (*check) (World *world, FakeHttp *server))
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  FakeHttp *server = fake_http_new (on_request, NULL);
  World world;

  world_init (&world, context);
  world_start (&world);
  check (&world, server);
  world_clear (&world);
  fake_http_free (server);
  check_with_tls (check);
}

/* A kept connection that ended at rest is not used: a write needs no second sending. */
static void
check_left_at_rest (World *world, FakeHttp *server)
{
  g_autofree char *url = fake_http_dup_uri (server, "localhost", "/leave");

  for (guint i = 0; i < 5; i++)
    {
      Answer answer = { 0 };

      call (world, &answer, url);
      g_assert_cmpint (answer.outcome, ==, TRACK_OUTCOME_OK);
      g_assert_false (answer.is_repeated);
      g_assert_false (answer.times.reused);
      answer_clear (&answer);
      g_usleep (20000);
    }
  g_assert_cmpuint (fake_http_count (server), ==, 5);
}

static void
test_left_at_rest (void)
{
  on_both (check_left_at_rest);
}

/* What a Planner says behind its answer is never the answer to the next call. */
static void
check_excess (World *world, FakeHttp *server)
{
  for (guint i = 0; i < G_N_ELEMENTS (excesses); i++)
    {
      g_autofree char *url = fake_http_dup_uri (server, "localhost", excesses[i].path);
      g_autofree char *next = fake_http_dup_uri (server, "localhost", "/ok");
      guint n_before = fake_http_count_connections (server);
      Answer answer = { 0 };

      call (world, &answer, url);
      g_assert_cmpint (answer.outcome, ==, TRACK_OUTCOME_OK);
      g_assert_cmpstr (answer.body->str, ==, excesses[i].is_empty ? "" : "ok");
      answer_clear (&answer);
      run_ms (world, 150);
      call (world, &answer, next);
      g_test_message ("%s: %s", excesses[i].path, answer.body->str);
      g_assert_cmpint (answer.outcome, ==, TRACK_OUTCOME_OK);
      g_assert_cmpstr (answer.body->str, ==, "<question/>");
      if (!excesses[i].may_be_used)
        {
          g_assert_false (answer.times.reused);
          g_assert_cmpuint (fake_http_count_connections (server), >, n_before);
        }
      answer_clear (&answer);
    }
}

static void
test_excess (void)
{
  on_both (check_excess);
}

/* A connection at rest is closed when its time is over, though nobody calls. */
static void
test_rest_ends (void)
{
  g_autofree char *url = NULL;
  Harness harness;
  World world;

  harness_init (&harness);
  harness_start (&harness);
  url = g_strdup_printf ("http://127.0.0.1:%u/echo", listener_get_port (harness.listener));
  world_init (&world, harness.context);
  world.settings.idle_ms = 1000;
  world_start (&world);
  for (guint i = 0; i < 2; i++)
    {
      Answer answer = { 0 };
      gint64 began_us = g_get_monotonic_time ();
      guint n_turns = 0;

      call (&world, &answer, url);
      g_assert_cmpint (answer.outcome, ==, TRACK_OUTCOME_OK);
      g_assert_false (answer.times.reused);
      answer_clear (&answer);
      while (harness_counters (&harness)->n_open > 0 && n_turns++ < 3000)
        run_ms (&world, 10);
      g_assert_cmpuint (harness_counters (&harness)->n_open, ==, 0);
      g_assert_cmpint (g_get_monotonic_time () - began_us, >, 900000);
    }
  world_clear (&world);
  harness_clear (&harness);
}

/* A handle serves any target after the one that it was made for, and takes nothing of that along. */
static void
test_other_targets (void)
{
  FakeHttp *servers[2] = { fake_http_new (on_request, NULL), fake_http_new (on_request, NULL) };
  g_autoptr (GMainContext) context = g_main_context_new ();
  World world;

  world_init (&world, context);
  world_start (&world);
  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *path = g_strdup_printf ("/ok/%u", i % 150);
      g_autofree char *url = fake_http_dup_uri (servers[i % 2], "localhost", path);
      Answer answer = { 0 };

      call (&world, &answer, url);
      g_assert_cmpint (answer.outcome, ==, TRACK_OUTCOME_OK);
      g_assert_cmpstr (answer.body->str, ==, "<question/>");
      answer_clear (&answer);
      g_assert_cmpuint (fake_http_count (servers[i % 2]), ==, i / 2 + 1);
      g_assert_cmpstr (fake_http_get (servers[i % 2], i / 2)->target, ==, path);
    }
  g_assert_cmpuint (fake_http_count_connections (servers[0]), ==, 1);
  world_clear (&world);
  fake_http_free (servers[0]);
  fake_http_free (servers[1]);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-sweep/left-at-rest", test_left_at_rest);
  g_test_add_func ("/track-sweep/excess", test_excess);
  g_test_add_func ("/track-sweep/rest-ends", test_rest_ends);
  g_test_add_func ("/track-sweep/other-targets", test_other_targets);
  return g_test_run ();
}
