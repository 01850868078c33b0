/* SPDX-License-Identifier: EUPL-1.2 */
/* Outgoing calls against servers that answer, lie, stall and leave: what came of each, and how often it was sent. */
/* Also tests: track-exchange-end, track-exchange-setup, track-exchange, track-socket. */

#include "upstream/track-upstream.h"

#include "fake-http.h"
#include "listener-certificates.h"
#include "listener-harness.h"
#include "testlib.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_ANSWER 100000
/* A reset as soon as the connection is there can be seen in three places. */
#define ANY_RESET TRACK_N_OUTCOMES

typedef struct
{
  GMainContext *context;
  TrackUpstream *upstream;
  TrackUpstreamSettings settings;
} World;

/* What came of one exchange. */
typedef struct
{
  TrackExchange *exchange;
  gboolean is_done;
  guint n_heads;
  guint status;
  gint64 length;
  char *type;
  char *later;
  GString *body;
  TrackOutcome outcome;
  TrackTimes times;
  char *problem;
  char *pin;
  gint64 until_us;
  gboolean is_repeated;
  gsize pause_at; /* pauses when so much has come; 0: never */
  gsize stop_at;
} Answer;

static gboolean
on_head (TrackExchange *exchange,
         guint status,
         const char *content_type,
         gint64 length,
         gpointer data)
{
  Answer *answer = data;

  answer->n_heads++;
  answer->status = status;
  answer->length = length;
  answer->type = g_strdup (content_type);
  answer->later = g_strdup (track_exchange_find_header (exchange, "Retry-After"));
  return TRUE;
}

static gboolean
on_data (TrackExchange *exchange, const char *bytes, gsize n_bytes, gpointer data)
{
  Answer *answer = data;

  g_string_append_len (answer->body, bytes, (gssize) n_bytes);
  if (answer->pause_at != 0 && answer->body->len >= answer->pause_at)
    track_exchange_pause (exchange);
  return answer->stop_at == 0 || answer->body->len < answer->stop_at;
}

static void
on_done (TrackExchange *exchange,
         TrackOutcome outcome,
         const TrackTimes *times,
         const char *problem,
         gpointer data)
{
  Answer *answer = data;
  const TrackPeerCertificate *peer = track_exchange_get_certificate (exchange);

  g_assert_false (answer->is_done);
  answer->is_done = TRUE;
  answer->exchange = NULL;
  answer->outcome = outcome;
  answer->times = *times;
  answer->problem = g_strdup (problem);
  answer->is_repeated = track_exchange_is_repeated (exchange);
  answer->pin = peer != NULL ? g_strdup (peer->pin) : NULL;
  answer->until_us = peer != NULL ? peer->until_us : 0;
}

static const TrackExchangeFuncs funcs = { .head = on_head, .data = on_data, .done = on_done };

static void
answer_clear (Answer *answer)
{
  if (answer->body != NULL)
    g_string_free (answer->body, TRUE);
  g_free (answer->type);
  g_free (answer->later);
  g_free (answer->problem);
  g_free (answer->pin);
  *answer = (Answer){ 0 };
}

static void
world_init (World *world)
{
  *world = (World){ .context = g_main_context_new () };
  world->settings = (TrackUpstreamSettings){
    .context = world->context,
    .max_idle = 10,
    .idle_ms = 60000,
    .max_parallel = 2000,
    .max_answer_bytes = MAX_ANSWER,
  };
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
turn (World *world)
{
  g_autoptr (GSource) tick = g_timeout_source_new (5);

  g_source_set_callback (tick, on_tick, NULL, NULL);
  g_source_attach (tick, world->context);
  g_main_context_iteration (world->context, TRUE);
  g_source_destroy (tick);
}

static void
run_ms (World *world, guint duration_ms)
{
  gint64 end_us = g_get_monotonic_time () + duration_ms * (gint64) 1000;

  for (guint n_turns = 0; g_get_monotonic_time () < end_us || n_turns < duration_ms / 5; n_turns++)
    turn (world);
}

static void
send_to (World *world, Answer *answer, const TrackTarget *target, const char *body)
{
  static const char *const headers[] = { "Content-Type: text/xml", "X-Own: yes", NULL };
  g_autoptr (GBytes) bytes = body != NULL ? g_bytes_new (body, strlen (body)) : NULL;
  TrackTarget whole = *target;
  g_autoptr (GError) error = NULL;

  whole.headers = headers;
  whole.body = bytes;
  answer->body = g_string_new (NULL);
  answer->exchange = track_upstream_send (world->upstream, &whole, &funcs, answer, &error);
  g_assert_no_error (error);
  g_assert_false (answer->is_done);
}

static void
wait_for (World *world, Answer *answer)
{
  for (guint i = 0; i < 6000 && !answer->is_done; i++)
    turn (world);
  g_assert_true (answer->is_done);
}

static void
call (World *world, Answer *answer, const char *url, gboolean may_repeat)
{
  const TrackTarget target = {
    .url = url, .connect_ms = 2000, .timeout_ms = 4000, .may_repeat = may_repeat
  };

  send_to (world, answer, &target, "<question/>");
  wait_for (world, answer);
}

static void
say_many (FakePeer *peer, gsize n_bytes)
{
  g_autofree char *text = g_strnfill (n_bytes, 'x');

  fake_peer_say (peer, text, (gssize) n_bytes);
}

static void
dribble (FakePeer *peer)
{
  fake_peer_say (peer, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", -1);
  for (guint i = 0; i < 100 && fake_peer_say (peer, "x", 1); i++)
    g_usleep (50000);
}

/* Each connection answers once, and leaves when it is asked again. */
static void
answer_once (FakePeer *peer, const FakeRequest *request, FakeHttp *server)
{
  guint n_before = 0;

  for (guint i = 0; i + 1 < fake_http_count (server); i++)
    n_before += fake_http_get (server, i)->connection == request->connection ? 1 : 0;
  if (n_before == 0)
    fake_peer_answer (peer, "200 OK", "", "first");
  else
    fake_peer_end (peer);
}

/* What stands under a path is said as it is, and then nothing more comes. */
static const struct
{
  const char *path;
  const char *text;
} says[] = {
  { "/cut-length", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf" },
  { "/cut-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf" },
  { "/cut-last-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n" },
  { "/bad-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf\r\n" },
  { "/cut-head", "HTTP/1.1 200 OK\r\nContent-" },
  { "/old", "HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\nuntil the end" },
  { "/announced", "HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n" },
  { "/not-http", "hello, who is there?\r\n\r\n" },
  { "/nothing", "" },
  { "/continue", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" },
  { "/moved", "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n" },
  { "/busy", "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbusy" },
};

static void
on_request (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  FakeHttp *server = *(FakeHttp **) data;
  const char *path = request->target;

  for (guint i = 0; i < G_N_ELEMENTS (says); i++)
    if (strcmp (path, says[i].path) == 0)
      {
        fake_peer_say (peer, says[i].text, -1);
        fake_peer_end (peer);
        return;
      }
  if (strcmp (path, "/silent") == 0)
    fake_peer_wait_for_end (peer);
  else if (strcmp (path, "/dribble") == 0)
    dribble (peer);
  else if (strcmp (path, "/once") == 0)
    answer_once (peer, request, server);
  else if (strcmp (path, "/long") == 0)
    {
      fake_peer_say (peer, "HTTP/1.0 200 OK\r\n\r\n", -1);
      say_many (peer, 200000);
      fake_peer_end (peer);
    }
  else if (strcmp (path, "/whole") == 0)
    {
      fake_peer_say (peer, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", -1);
      say_many (peer, 100000);
    }
  else if (strcmp (path, "/long-head") == 0)
    {
      fake_peer_say (peer, "HTTP/1.1 200 OK\r\nX-Long: ", -1);
      say_many (peer, 90000);
      fake_peer_say (peer, "\r\nContent-Length: 0\r\n\r\n", -1);
    }
  else
    {
      fake_peer_answer (peer, "200 OK", "Content-Type: text/xml\r\n", request->body);
      if (strcmp (path, "/leave") == 0)
        fake_peer_end (peer);
    }
}

static void
stop_plain (World *world, FakeHttp *server)
{
  world_clear (world);
  fake_http_free (server);
}

/* Each answer and each lie has its outcome, and is asked for once. */
static void
test_outcomes (void)
{
  static const struct
  {
    const char *path;
    TrackOutcome outcome;
    guint status;
    const char *body;
  } rows[] = {
    { "/ok", TRACK_OUTCOME_OK, 200, "<question/>" },
    { "/cut-length", TRACK_OUTCOME_CUT, 200, "half" },
    { "/cut-chunk", TRACK_OUTCOME_CUT, 200, "half" },
    { "/cut-last-chunk", TRACK_OUTCOME_CUT, 200, "half" },
    { "/bad-chunk", TRACK_OUTCOME_CUT, 200, "" },
    { "/cut-head", TRACK_OUTCOME_CUT, 0, "" },
    { "/old", TRACK_OUTCOME_OK, 200, "until the end" },
    { "/announced", TRACK_OUTCOME_TOO_LARGE, 0, "" },
    { "/long", TRACK_OUTCOME_TOO_LARGE, 200, NULL },
    { "/whole", TRACK_OUTCOME_OK, 200, NULL },
    { "/long-head", TRACK_OUTCOME_HTTP, 0, "" },
    { "/not-http", TRACK_OUTCOME_HTTP, 0, "" },
    { "/nothing", TRACK_OUTCOME_RESET, 0, "" },
    { "/continue", TRACK_OUTCOME_OK, 200, "ok" },
    { "/moved", TRACK_OUTCOME_OK, 302, "" },
    { "/busy", TRACK_OUTCOME_OK, 503, "busy" },
  };
  FakeHttp *server = NULL;
  World world;

  server = fake_http_new (on_request, &server);
  world_init (&world);
  world.settings.max_idle = 0;
  world_start (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint may_repeat = 0; may_repeat < 2; may_repeat++)
      {
        g_autofree char *url = fake_http_dup_uri (server, "127.0.0.1", rows[i].path);
        guint n_before = fake_http_count (server);
        Answer answer = { 0 };

        call (&world, &answer, url, may_repeat != 0);
        g_test_message ("%s: %s: %s", rows[i].path, track_outcome_word (answer.outcome),
                        answer.problem);
        g_assert_cmpstr (track_outcome_word (answer.outcome), ==,
                         track_outcome_word (rows[i].outcome));
        g_assert_cmpuint (answer.status, ==, rows[i].status);
        g_assert_cmpuint (answer.n_heads, ==, rows[i].status != 0 ? 1 : 0);
        if (rows[i].body != NULL)
          g_assert_cmpstr (answer.body->str, ==, rows[i].body);
        g_assert_cmpint (answer.problem != NULL, ==, rows[i].outcome != TRACK_OUTCOME_OK);
        g_assert_cmpuint (fake_http_count (server) - n_before, ==, 1);
        g_assert_cmpint (answer.times.total_us, >, 0);
        if (rows[i].status == 503)
          g_assert_cmpstr (answer.later, ==, "7");
        answer_clear (&answer);
      }
  g_assert_cmpuint (track_upstream_n_running (world.upstream), ==, 0);
  stop_plain (&world, server);
}

static int
listen_on (struct sockaddr_in *out_name, int backlog)
{
  socklen_t n_bytes = sizeof *out_name;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  *out_name = (struct sockaddr_in){ .sin_family = AF_INET };
  out_name->sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (bind (fd, (struct sockaddr *) out_name, sizeof *out_name), ==, 0);
  g_assert_cmpint (listen (fd, backlog), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) out_name, &n_bytes), ==, 0);
  return fd;
}

static gpointer
reset_each (gpointer data)
{
  struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
  int listening = GPOINTER_TO_INT (data);
  int fd;

  while ((fd = accept (listening, NULL, NULL)) >= 0)
    {
      setsockopt (fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      close (fd);
    }
  return NULL;
}

static void
check_contact (World *world, const char *url, guint ms, TrackOutcome outcome)
{
  const TrackTarget target = { .url = url, .connect_ms = ms, .timeout_ms = 32000 - ms };
  Answer answer = { 0 };

  send_to (world, &answer, &target, "<question/>");
  wait_for (world, &answer);
  g_test_message ("%s: %s", track_outcome_word (answer.outcome), answer.problem);
  if (outcome == ANY_RESET)
    g_assert_true (answer.outcome == TRACK_OUTCOME_REFUSED || answer.outcome == TRACK_OUTCOME_TLS ||
                   answer.outcome == TRACK_OUTCOME_RESET);
  else
    g_assert_cmpstr (track_outcome_word (answer.outcome), ==, track_outcome_word (outcome));
  g_assert_nonnull (answer.problem);
  g_assert_cmpint (answer.times.first_byte_us, ==, -1);
  answer_clear (&answer);
}

static char *
dup_url (const char *scheme, const struct sockaddr_in *name)
{
  return g_strdup_printf ("%s://127.0.0.1:%u/", scheme, ntohs (name->sin_port));
}

/* Nobody there, nobody who takes the call, nobody who speaks. A halted machine uses up one time only. */
static void
test_no_contact (void)
{
  struct sockaddr_in name;
  int listening = listen_on (&name, 0);
  g_autofree char *plain = dup_url ("http", &name);
  g_autofree char *secure = dup_url ("https", &name);
  int fillers[4];
  GThread *thread;
  World world;

  world_init (&world);
  world_start (&world);
  check_contact (&world, plain, 30000, TRACK_OUTCOME_TIMEOUT);
  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
    {
      fillers[i] = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      (void) !connect (fillers[i], (struct sockaddr *) &name, sizeof name);
    }
  check_contact (&world, plain, 1500, TRACK_OUTCOME_CONNECT_TIMEOUT);
  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
    close (fillers[i]);
  close (listening);
  check_contact (&world, plain, 4000, TRACK_OUTCOME_REFUSED);
  check_contact (&world, secure, 4000, TRACK_OUTCOME_REFUSED);
  check_contact (&world, "http://nobody.invalid:1/", 4000, TRACK_OUTCOME_NO_DNS);
  listening = listen_on (&name, 16);
  g_free (secure);
  g_free (plain);
  secure = dup_url ("https", &name);
  plain = dup_url ("http", &name);
  check_contact (&world, secure, 4000, TRACK_OUTCOME_TIMEOUT);
  thread = g_thread_new ("reset", reset_each, GINT_TO_POINTER (listening));
  check_contact (&world, plain, 4000, ANY_RESET);
  check_contact (&world, secure, 4000, ANY_RESET);
  shutdown (listening, SHUT_RDWR);
  g_thread_join (thread);
  close (listening);
  world_clear (&world);
}

/* A server, a path on it, and a world to ask it from. */
static FakeHttp *
start_plain (World *world, FakeHttp **server, const char *path, char **out_url)
{
  *server = fake_http_new (on_request, server);
  *out_url = fake_http_dup_uri (*server, "127.0.0.1", path);
  world_init (world);
  world_start (world);
  return *server;
}

/* Silent, or a byte now and then: the time is over all. */
static void
test_slow (void)
{
  static const char *const paths[] = { "/silent", "/dribble" };
  FakeHttp *server = NULL;
  World world;

  server = fake_http_new (on_request, &server);
  world_init (&world);
  world_start (&world);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *url = fake_http_dup_uri (server, "127.0.0.1", paths[i]);
      const TrackTarget target = { .url = url, .connect_ms = 30000, .timeout_ms = 1000 };
      Answer answer = { 0 };

      send_to (&world, &answer, &target, NULL);
      wait_for (&world, &answer);
      g_assert_cmpint (answer.outcome, ==, TRACK_OUTCOME_TIMEOUT);
      g_assert_cmpint (answer.times.total_us, >=, 990000);
      g_assert_cmpstr (fake_http_get (server, i)->method, ==, "GET");
      answer_clear (&answer);
    }
  stop_plain (&world, server);
}

/* A kept connection that ends when it is used again: a write is not sent twice, a read once more. */
static void
test_repeat (void)
{
  FakeHttp *server = NULL;
  g_autofree char *url = NULL;
  World world;

  start_plain (&world, &server, "/once", &url);
  for (guint may_repeat = 0; may_repeat < 2; may_repeat++)
    {
      guint n_requests = fake_http_count (server);
      guint n_connections = fake_http_count_connections (server);
      Answer first = { 0 }, second = { 0 };

      call (&world, &first, url, FALSE);
      g_assert_cmpint (first.outcome, ==, TRACK_OUTCOME_OK);
      g_assert_false (first.times.reused);
      call (&world, &second, url, may_repeat != 0);
      g_assert_cmpint (second.outcome, ==, may_repeat ? TRACK_OUTCOME_OK : TRACK_OUTCOME_RESET);
      g_assert_cmpint (second.is_repeated, ==, may_repeat != 0);
      g_assert_cmpuint (fake_http_count (server) - n_requests, ==, may_repeat ? 3 : 2);
      g_assert_cmpuint (fake_http_count_connections (server) - n_connections, <=, 3);
      answer_clear (&first);
      answer_clear (&second);
      g_clear_pointer (&world.upstream, track_upstream_free);
      world_start (&world);
    }
  stop_plain (&world, server);
}

/* A kept connection that ended at rest is not used: a write needs no second sending. */
static void
test_left_at_rest (void)
{
  FakeHttp *server = NULL;
  g_autofree char *url = NULL;
  World world;

  start_plain (&world, &server, "/leave", &url);
  for (guint i = 0; i < 5; i++)
    {
      Answer answer = { 0 };

      call (&world, &answer, url, FALSE);
      g_assert_cmpint (answer.outcome, ==, TRACK_OUTCOME_OK);
      g_assert_false (answer.is_repeated);
      g_assert_false (answer.times.reused);
      answer_clear (&answer);
      g_usleep (20000);
    }
  g_assert_cmpuint (fake_http_count (server), ==, 5);
  stop_plain (&world, server);
}

/* The certificates of a test, in a folder. */
typedef struct
{
  char *folder;
  Certificate *authority;
  Certificate *stranger;
  char *ca;
  char *other_ca;
} Papers;

static void
papers_init (Papers *papers)
{
  papers->folder = testlib_make_folder ();
  papers->authority =
    certificate_new (&(CertificatePlan){ .common_name = "Prøve-CA", .authority = TRUE });
  papers->stranger =
    certificate_new (&(CertificatePlan){ .common_name = "Anden CA", .authority = TRUE });
  papers->ca = certificate_save (papers->authority, papers->folder, "ca.pem");
  papers->other_ca = certificate_save (papers->stranger, papers->folder, "other-ca.pem");
}

static void
papers_clear (Papers *papers)
{
  certificate_free (papers->authority);
  certificate_free (papers->stranger);
  g_free (papers->folder);
  g_free (papers->ca);
  g_free (papers->other_ca);
}

/* Writes a pair NAME.pem and NAME.key that @issuer signed. */
static void
make_pair (Papers *papers, const Certificate *issuer, const char *name, gint64 begins_in_s)
{
  g_autoptr (Certificate) pair = certificate_new (
    &(CertificatePlan){ .common_name = "Planner", .issuer = issuer, .begins_in_s = begins_in_s });
  g_autofree char *file = g_strconcat (name, ".pem", NULL);
  g_autofree char *key = g_strconcat (name, ".key", NULL);

  g_free (certificate_save (pair, papers->folder, file));
  g_free (certificate_save_key (pair, papers->folder, key));
}

static FakeHttp *
serve_tls (Papers *papers, FakeHttp **server, const char *name)
{
  g_autofree char *certificate = g_strdup_printf ("%s/%s.pem", papers->folder, name);
  g_autofree char *key = g_strdup_printf ("%s/%s.key", papers->folder, name);

  *server = fake_http_new (on_request, server);
  fake_http_use_tls (*server, certificate, key);
  return *server;
}

static void
call_tls (World *world, Answer *answer, FakeHttp *server, const char *host, const char *const *pins)
{
  g_autofree char *url = fake_http_dup_uri (server, host, "/ok");
  const TrackTarget target = { .url = url, .pins = pins, .connect_ms = 4000, .timeout_ms = 4000 };

  send_to (world, answer, &target, "<question/>");
  wait_for (world, answer);
  g_test_message ("%s: %s", track_outcome_word (answer->outcome), answer->problem);
}

/* Whom we believe: chain, dates, name, and one of the pins. */
static void
test_trust (void)
{
  static const struct
  {
    const char *pair;
    const char *host;
    TrackOutcome outcome;
    const char *problem;
  } rows[] = {
    { "good", "localhost", TRACK_OUTCOME_OK, NULL },
    { "good", "127.0.0.1", TRACK_OUTCOME_CERTIFICATE, "its certificate is for another name" },
    { "expired", "localhost", TRACK_OUTCOME_CERTIFICATE, "its certificate has expired" },
    { "stranger", "localhost", TRACK_OUTCOME_CERTIFICATE,
      "its certificate does not chain to the authorities that are trusted, or is not valid now" },
  };
  Papers papers;
  World world;

  papers_init (&papers);
  make_pair (&papers, papers.authority, "good", 0);
  make_pair (&papers, papers.authority, "expired", -3 * 24 * 3600);
  make_pair (&papers, papers.stranger, "stranger", 0);
  world_init (&world);
  world.settings.ca_file = papers.ca;
  world_start (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      FakeHttp *server = NULL;
      Answer answer = { 0 };

      serve_tls (&papers, &server, rows[i].pair);
      call_tls (&world, &answer, server, rows[i].host, NULL);
      g_assert_cmpstr (track_outcome_word (answer.outcome), ==,
                       track_outcome_word (rows[i].outcome));
      g_assert_cmpstr (answer.problem, ==, rows[i].problem);
      g_assert_nonnull (answer.pin);
      g_assert_true (g_str_has_prefix (answer.pin, "sha256//"));
      g_assert_cmpint (answer.until_us < g_get_real_time (), ==, i == 2);
      g_assert_cmpuint (fake_http_count (server), ==, rows[i].outcome == TRACK_OUTCOME_OK);
      answer_clear (&answer);
      fake_http_free (server);
    }
  world_clear (&world);
  papers_clear (&papers);
}

static void
test_pins (void)
{
  static const char *const wrong = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  g_autofree char *right = NULL;
  FakeHttp *server = NULL;
  Papers papers;
  World world;

  papers_init (&papers);
  make_pair (&papers, papers.authority, "good", 0);
  world_init (&world);
  world.settings.ca_file = papers.ca;
  world_start (&world);
  serve_tls (&papers, &server, "good");
  for (guint i = 0; i < 4; i++)
    {
      const char *pins[] = { i == 0 ? NULL : wrong, i > 1 ? right : NULL, NULL };
      Answer answer = { 0 };

      call_tls (&world, &answer, server, "localhost", i == 3 ? pins + 1 : pins);
      g_assert_cmpint (answer.outcome, ==, i == 1 ? TRACK_OUTCOME_PIN : TRACK_OUTCOME_OK);
      g_assert_cmpstr (answer.pin, ==, i == 0 ? answer.pin : right);
      g_assert_false (answer.times.reused);
      if (i == 0)
        right = g_strdup (answer.pin);
      answer_clear (&answer);
    }
  g_assert_cmpuint (fake_http_count (server), ==, 3);
  fake_http_free (server);
  world_clear (&world);
  papers_clear (&papers);
}

/* Our own certificate: of the wrong authority, renewed while calls go on, and expired: that is told apart. */
static void
test_reload (void)
{
  g_autoptr (GError) error = NULL;
  FakeHttp *server = NULL;
  g_autofree char *own = NULL;
  g_autofree char *key = NULL;
  Papers papers;
  World world;

  papers_init (&papers);
  make_pair (&papers, papers.authority, "good", 0);
  make_pair (&papers, papers.stranger, "own", 0);
  own = g_build_filename (papers.folder, "own.pem", NULL);
  key = g_build_filename (papers.folder, "own.key", NULL);
  world_init (&world);
  world.settings.ca_file = papers.ca;
  world.settings.certificate_file = own;
  world.settings.key_file = key;
  world_start (&world);
  serve_tls (&papers, &server, "good");
  fake_http_demand_certificate (server, papers.ca);
  for (guint step = 0; step < 6; step++)
    {
      gboolean is_good = step >= 2 && step < 5;
      Answer answer = { 0 };

      if (step == 1 || step == 5)
        make_pair (&papers, papers.authority, "own", step == 1 ? 0 : -3 * 24 * 3600);
      if (step == 2 || (step == 5 && g_chmod (key, 0600) == 0))
        g_assert_true (track_upstream_reload (world.upstream, &error));
      if (step == 3)
        {
          g_assert_true (g_file_set_contents (key, "no key", -1, NULL));
          g_assert_false (track_upstream_reload (world.upstream, &error));
          g_assert_error (error, TRACK_UPSTREAM_ERROR, TRACK_UPSTREAM_ERROR_KEYS);
          g_clear_error (&error);
        }
      call_tls (&world, &answer, server, "localhost", NULL);
      /* The server's alert can be lost in the reset that follows it. */
      g_assert_true (is_good ? answer.outcome == TRACK_OUTCOME_OK
                             : (step == 5 ? answer.outcome == TRACK_OUTCOME_OWN_CERTIFICATE
                                          : answer.outcome == TRACK_OUTCOME_TLS ||
                                              answer.outcome == TRACK_OUTCOME_RESET));
      g_assert_cmpint (answer.times.reused, ==, step > 2 && step < 5);
      answer_clear (&answer);
    }
  g_assert_cmpint (track_upstream_get_certificate_until_us (world.upstream), <, g_get_real_time ());
  fake_http_free (server);
  world_clear (&world);
  papers_clear (&papers);
}

/* Keys that cannot be used are refused with the name of the file. */
static void
test_bad_keys (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *own = NULL;
  Papers papers;
  World world;

  papers_init (&papers);
  make_pair (&papers, papers.authority, "own", 0);
  own = g_build_filename (papers.folder, "own.pem", NULL);
  world_init (&world);
  world.settings.certificate_file = own;
  g_assert_null (track_upstream_new (&world.settings, &error));
  g_assert_error (error, TRACK_UPSTREAM_ERROR, TRACK_UPSTREAM_ERROR_KEYS);
  g_assert_nonnull (strstr (error->message, "own.pem"));
  g_clear_error (&error);
  world.settings.certificate_file = NULL;
  world.settings.ca_file = "/nonexistent/ca.pem";
  g_assert_null (track_upstream_new (&world.settings, &error));
  g_assert_error (error, TRACK_UPSTREAM_ERROR, TRACK_UPSTREAM_ERROR_KEYS);
  g_assert_nonnull (strstr (error->message, "/nonexistent/ca.pem"));
  world_clear (&world);
  papers_clear (&papers);
}

/* Held back, nothing comes; let go, all of it does; not wanted any more, it ends. */
static void
test_pace (void)
{
  FakeHttp *server = NULL;
  g_autofree char *url = NULL;
  World world;

  start_plain (&world, &server, "/whole", &url);
  for (guint is_stopped = 0; is_stopped < 2; is_stopped++)
    {
      const TrackTarget target = { .url = url, .connect_ms = 2000, .timeout_ms = 8000 };
      Answer answer = { .pause_at = 20000, .stop_at = is_stopped ? 50000 : 0 };
      guint n_pauses = 0;

      send_to (&world, &answer, &target, "<question/>");
      while (!answer.is_done && n_pauses < 100)
        {
          gsize n_before = MAX (answer.body->len + 1, answer.pause_at);
          for (guint i = 0; i < 4000 && !answer.is_done && answer.body->len < n_before; i++)
            turn (&world);
          n_before = answer.body->len;
          run_ms (&world, 30);
          g_assert_cmpuint (answer.body->len, ==, n_before);
          if (!answer.is_done)
            track_exchange_resume (answer.exchange);
          n_pauses++;
        }
      g_assert_true (answer.is_done);
      g_assert_cmpuint (n_pauses, >, 2);
      g_assert_cmpint (answer.outcome, ==, is_stopped ? TRACK_OUTCOME_GONE : TRACK_OUTCOME_OK);
      if (!is_stopped)
        g_assert_cmpuint (answer.body->len, ==, 100000);
      answer_clear (&answer);
    }
  stop_plain (&world, server);
}

/* Cancelled at any moment: not a word afterwards, nothing left behind, and the next call is served. */
static void
test_cancel (void)
{
  static const char *const paths[] = { "/ok", "/silent", "/dribble", "/whole", "/cut-chunk" };
  g_autoptr (GRand) random = testlib_random_new ();
  FakeHttp *server = NULL;
  g_autofree char *ok = NULL;
  Answer last = { 0 };
  World world;

  start_plain (&world, &server, "/ok", &ok);
  for (guint i = 0; i < 100; i++)
    {
      const char *path = paths[g_rand_int_range (random, 0, G_N_ELEMENTS (paths))];
      g_autofree char *url = i % 10 == 0 ? g_strdup ("http://nobody.invalid/")
                                         : fake_http_dup_uri (server, "127.0.0.1", path);
      const TrackTarget target = { .url = url, .connect_ms = 2000, .timeout_ms = 5000 };
      Answer answer = { .pause_at = g_rand_boolean (random) ? 1000 : 0 };
      gint n_turns = g_rand_int_range (random, 0, 8);

      send_to (&world, &answer, &target, "<question/>");
      while (n_turns-- > 0)
        g_main_context_iteration (world.context, FALSE);
      if (!answer.is_done)
        {
          if (g_rand_boolean (random))
            track_exchange_resume (answer.exchange);
          track_exchange_cancel (answer.exchange);
        }
      answer.is_done = TRUE;
      g_assert_cmpuint (track_upstream_n_running (world.upstream), ==, 0);
      g_main_context_iteration (world.context, FALSE);
      answer_clear (&answer);
    }
  call (&world, &last, ok, FALSE);
  g_assert_cmpint (last.outcome, ==, TRACK_OUTCOME_OK);
  answer_clear (&last);
  stop_plain (&world, server);
}

/* Freed with exchanges in every state. */
static void
test_free (void)
{
  static const char *const paths[] = { "/silent", "/whole", "/ok" };
  FakeHttp *server = NULL;
  Answer answers[G_N_ELEMENTS (paths)] = { 0 };
  World world;

  server = fake_http_new (on_request, &server);
  world_init (&world);
  world_start (&world);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *url = fake_http_dup_uri (server, "127.0.0.1", paths[i]);
      const TrackTarget target = { .url = url, .connect_ms = 2000, .timeout_ms = 5000 };

      answers[i].pause_at = 1000;
      send_to (&world, &answers[i], &target, "<question/>");
    }
  run_ms (&world, 100);
  world_clear (&world);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    answer_clear (&answers[i]);
  fake_http_free (server);
}

/* A thousand at once, each with its own answer; then no more connections at rest than allowed; then the limit. */
static void
test_many (void)
{
  enum
  {
    N_CALLS = 1000
  };
  g_autofree Answer *answers = g_new0 (Answer, N_CALLS);
  g_autoptr (GError) error = NULL;
  g_autofree char *url = NULL;
  TrackTarget target = { .connect_ms = 20000, .timeout_ms = 30000 };
  Harness harness;
  World world;

  harness_init (&harness);
  harness_start (&harness);
  url = g_strdup_printf ("http://127.0.0.1:%u/echo", listener_get_port (harness.listener));
  target.url = url;
  world_init (&world);
  world.settings.context = harness.context;
  world.settings.max_parallel = N_CALLS;
  world.settings.max_idle = 7;
  world_start (&world);
  for (guint i = 0; i < N_CALLS; i++)
    {
      g_autofree char *body = g_strdup_printf ("<question n=\"%u\"/>", i);

      send_to (&world, &answers[i], &target, body);
    }
  g_assert_null (track_upstream_send (world.upstream, &target, &funcs, &answers[0], &error));
  g_assert_error (error, TRACK_UPSTREAM_ERROR, TRACK_UPSTREAM_ERROR_LIMIT);
  for (guint i = 0; i < 20000 && track_upstream_n_running (world.upstream) > 0; i++)
    harness_run_ms (&harness, 1);
  for (guint i = 0; i < N_CALLS; i++)
    {
      g_autofree char *body = g_strdup_printf ("<question n=\"%u\"/>", i);

      g_assert_cmpint (answers[i].outcome, ==, TRACK_OUTCOME_OK);
      g_assert_cmpstr (answers[i].body->str, ==, body);
      answer_clear (&answers[i]);
    }
  harness_run_ms (&harness, 100);
  g_assert_cmpuint (harness_counters (&harness)->n_open, <=, 7);
  g_assert_cmpuint (harness_counters (&harness)->n_requests, ==, N_CALLS);
  g_clear_pointer (&world.upstream, track_upstream_free);
  g_main_context_unref (world.context);
  harness_clear (&harness);
}

/* Kept connections are used again; targets that are none are refused. */
static void
test_reuse (void)
{
  static const char *const bad[] = { "ftp://127.0.0.1/", "https://", "", "http://a/\r\nX: y" };
  static const char *const lines[] = { "X-Bad: a\r\nb: c", NULL };
  FakeHttp *server = NULL;
  g_autofree char *url = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = { 0 };
  World world;

  start_plain (&world, &server, "/ok", &url);
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *type = NULL;

      call (&world, &answer, url, FALSE);
      g_assert_cmpint (answer.outcome, ==, TRACK_OUTCOME_OK);
      g_assert_cmpint (answer.times.reused, ==, i > 0);
      g_assert_cmpstr (answer.type, ==, "text/xml");
      type = fake_request_dup_header (fake_http_get (server, i), "Content-Type");
      g_assert_cmpstr (type, ==, "text/xml");
      g_assert_null (strstr (fake_http_get (server, i)->head, "Expect"));
      answer_clear (&answer);
    }
  g_assert_cmpuint (fake_http_count_connections (server), ==, 1);
  for (guint i = 0; i <= G_N_ELEMENTS (bad); i++)
    {
      const char *to = i < G_N_ELEMENTS (bad) ? bad[i] : url;
      TrackTarget target = { .url = to, .timeout_ms = 100, .headers = lines };

      g_assert_null (track_upstream_send (world.upstream, &target, &funcs, &answer, &error));
      g_assert_error (error, TRACK_UPSTREAM_ERROR, TRACK_UPSTREAM_ERROR_TARGET);
      g_clear_error (&error);
    }
  stop_plain (&world, server);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-upstream/outcomes", test_outcomes);
  g_test_add_func ("/track-upstream/no-contact", test_no_contact);
  g_test_add_func ("/track-upstream/slow", test_slow);
  g_test_add_func ("/track-upstream/repeat", test_repeat);
  g_test_add_func ("/track-upstream/left-at-rest", test_left_at_rest);
  g_test_add_func ("/track-upstream/trust", test_trust);
  g_test_add_func ("/track-upstream/pins", test_pins);
  g_test_add_func ("/track-upstream/reload", test_reload);
  g_test_add_func ("/track-upstream/bad-keys", test_bad_keys);
  g_test_add_func ("/track-upstream/pace", test_pace);
  g_test_add_func ("/track-upstream/cancel", test_cancel);
  g_test_add_func ("/track-upstream/free", test_free);
  g_test_add_func ("/track-upstream/many", test_many);
  g_test_add_func ("/track-upstream/reuse", test_reuse);
  return g_test_run ();
}
