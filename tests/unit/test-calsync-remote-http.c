/* SPDX-License-Identifier: EUPL-1.2 */
/* The HTTP client against a server that misbehaves: statuses, half answers, endless answers, redirects, repeats. */
/* Also tests: calsync-remote-http-auth, calsync-remote-http-error, calsync-remote-http-exchange. */
#include "calsync-remote-http.h"
#include "fake-http.h"
#include "testlib.h"

#include <string.h>

#define SECRET "hemmelig-7f3a"

/* What the server does at a path; an entry without an answer says nothing. */
typedef enum
{
  THEN_KEEP,
  THEN_CLOSE,
  THEN_WAIT,
  THEN_DRIP /* one byte every 50 ms, for ever */
} Then;

typedef struct
{
  const char *path;
  const char *answer;
  Then then;
} Route;

/* clang-format off */
static const Route routes[] = {
  { "/ok",            "HTTP/1.1 207 Multi-Status\r\nContent-Type: text/XML; charset=utf-8\r\nETag: \"1\"\r\nDAV: 1\r\nDAV: calendar-access\r\nAllow: PROPFIND, REPORT\r\nContent-Length: 4\r\n\r\nbody", THEN_KEEP },
  { "/empty",         "HTTP/1.1 204 No Content\r\n\r\n", THEN_KEEP },
  { "/once",          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", THEN_CLOSE },
  { "/old",           "HTTP/1.0 200 OK\r\n\r\nall of it", THEN_CLOSE },
  { "/half",          "HTTP/1.1 207 Multi-Status\r\nContent-Length: 100\r\n\r\n<multistatus", THEN_CLOSE },
  { "/half-and-bye",  "HTTP/1.1 207 Multi-Status\r\nConnection: close\r\nContent-Length: 100\r\n\r\n<multistatus", THEN_CLOSE },
  { "/half-chunk",    "HTTP/1.1 207 Multi-Status\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n<multistatus", THEN_CLOSE },
  { "/nothing",       "", THEN_CLOSE },
  { "/half-head",     "HTTP/1.1 207 Multi-", THEN_CLOSE },
  { "/garbage",       "220 mail.example ESMTP\r\n\r\n", THEN_CLOSE },
  { "/silent",        "", THEN_WAIT },
  { "/silent-later",  "HTTP/1.1 207 Multi-Status\r\nContent-Length: 100\r\n\r\n<multistatus", THEN_WAIT },
  { "/drip",          "HTTP/1.1 207 Multi-Status\r\nContent-Length: 1000000\r\n\r\n", THEN_DRIP },
  { "/drip-head",     "HTTP/1.1 207 Multi-Status\r\nX-Long: ", THEN_DRIP },
  { "/drip-error",    "HTTP/1.1 500 Oh\r\nContent-Length: 1000000\r\n\r\n", THEN_DRIP },
  { "/301",           "HTTP/1.1 301 Moved\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n", THEN_KEEP },
  { "/302",           "HTTP/1.1 302 Moved\r\nLocation: ok\r\nContent-Length: 5\r\n\r\nmoved", THEN_KEEP },
  { "/303",           "HTTP/1.1 303 Moved\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n", THEN_KEEP },
  { "/307",           "HTTP/1.1 307 Moved\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n", THEN_KEEP },
  { "/308",           "HTTP/1.1 308 Moved\r\nLocation: /301\r\nContent-Length: 0\r\n\r\n", THEN_KEEP },
  { "/loop",          "HTTP/1.1 302 Moved\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n", THEN_KEEP },
  { "/nowhere",       "HTTP/1.1 302 Moved\r\nContent-Length: 0\r\n\r\n", THEN_KEEP },
  { "/ftp",           "HTTP/1.1 302 Moved\r\nLocation: ftp://files.example/\r\nContent-Length: 0\r\n\r\n", THEN_KEEP },
  { "/wait-7",        "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", THEN_KEEP },
  { "/407",           "HTTP/1.1 407 Proxy\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n", THEN_KEEP },
};
/* clang-format on */

static void
drip (FakePeer *peer)
{
  while (fake_peer_say (peer, "x", 1))
    g_usleep (50 * 1000);
}

static void
finish_route (FakePeer *peer, Then then)
{
  if (then == THEN_WAIT)
    fake_peer_wait_for_end (peer);
  else if (then == THEN_DRIP)
    drip (peer);
  else if (then == THEN_CLOSE)
    fake_peer_end (peer);
}

static void
on_request (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      if (g_str_equal (request->target, routes[i].path))
        {
          fake_peer_say (peer, routes[i].answer, -1);
          finish_route (peer, routes[i].then);
          return;
        }
    }
  fake_peer_answer (peer, "404 Not Found", "", "");
}

/* The environment: real time goes by; waits are only noted. */
static guint64 waited_us;
static guint n_waits;

static gint64
on_now (gpointer data)
{
  return g_get_monotonic_time ();
}

static gboolean
on_wait (guint64 wait_us, GCancellable *cancellable, gpointer data)
{
  waited_us += wait_us;
  n_waits++;
  return TRUE;
}

static guint32
on_random (gpointer data)
{
  return 0x80000000;
}

static const CalsyncHttpEnvironment environment = { on_now, on_wait, on_random, NULL };

typedef struct
{
  FakeHttp *server;
  CalsyncHttp *http;
  char *uri;
} Pair;

static Pair
make_pair (FakeHandler handler, gpointer data, CalsyncHttpSettings settings)
{
  Pair pair = { fake_http_new (handler, data), NULL, NULL };
  g_autoptr (GError) error = NULL;

  pair.uri = fake_http_dup_uri (pair.server, "127.0.0.1", "/");
  settings.base_uri = pair.uri;
  settings.environment = &environment;
  if (settings.answer_timeout_s == 0)
    settings.answer_timeout_s = 20;
  pair.http = calsync_http_new (&settings, &error);
  g_assert_no_error (error);
  n_waits = 0;
  waited_us = 0;
  return pair;
}

static void
clear_pair (Pair *pair)
{
  calsync_http_free (pair->http);
  fake_http_free (pair->server);
  g_free (pair->uri);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pair, clear_pair)

static CalsyncRequest
make_report (const char *target)
{
  return (CalsyncRequest){
    .method = "REPORT",
    .target = target,
    .depth = "0",
    .content_type = "application/xml",
    .body = "<x/>",
    .n_body = 4,
    .is_safe = TRUE,
  };
}

/* No message gives away what nobody else should read. */
static void
check_error (const GError *error, gint code)
{
  g_assert_error (error, CALSYNC_REMOTE_ERROR, code);
  g_assert_null (strstr (error->message, SECRET));
  g_assert_null (strstr (error->message, "multistatus"));
  g_assert_null (strchr (error->message, '?'));
  g_assert_true (g_str_has_suffix (error->message, "."));
}

static void
check_fails (CalsyncHttp *http, const CalsyncRequest *request, gint code)
{
  g_auto (CalsyncReply) reply = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (calsync_http_send (http, request, &reply, NULL, &error));
  g_test_message ("%s: %s", request->target, error->message);
  check_error (error, code);
  g_assert_cmpuint (reply.status, ==, 0);
  g_assert_null (reply.body);
}

static void
check_answers (CalsyncHttp *http, const CalsyncRequest *request, guint status, const char *body)
{
  g_auto (CalsyncReply) reply = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (calsync_http_send (http, request, &reply, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (reply.status, ==, status);
  if (body != NULL)
    g_assert_cmpstr (reply.body->str, ==, body);
}

static void
test_reply (void)
{
  g_auto (Pair) pair = make_pair (on_request, NULL, (CalsyncHttpSettings){ 0 });
  const CalsyncRequest request = make_report ("/ok");
  g_auto (CalsyncReply) reply = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = fake_http_dup_uri (pair.server, "127.0.0.1", "/ok");
  CalsyncCost cost;

  for (guint i = 0; i < 5; i++)
    {
      g_assert_true (calsync_http_send (pair.http, &request, &reply, NULL, &error));
      g_assert_no_error (error);
    }
  g_assert_cmpuint (reply.status, ==, 207);
  g_assert_cmpstr (reply.content_type, ==, "text/xml");
  g_assert_cmpstr (reply.etag, ==, "\"1\"");
  g_assert_cmpstr (reply.dav, ==, "1, calendar-access");
  g_assert_cmpstr (reply.allow, ==, "PROPFIND, REPORT");
  g_assert_cmpstr (reply.uri, ==, uri);
  g_assert_null (reply.location);
  g_assert_cmpstr (reply.body->str, ==, "body");
  calsync_http_get_cost (pair.http, &cost);
  g_assert_cmpuint (cost.n_requests, ==, 5);
  g_assert_cmpuint (cost.n_bytes_received, ==, 5 * strlen (routes[0].answer));
  g_assert_cmpuint (cost.n_bytes_sent, >, 5 * 100);
  g_assert_cmpuint (fake_http_count (pair.server), ==, 5);
  g_assert_cmpuint (fake_http_count_connections (pair.server), ==, 1);
}

static void
test_request (void)
{
  g_auto (Pair) pair =
    make_pair (on_request, NULL, (CalsyncHttpSettings){ .user_agent = "Planner/1" });
  CalsyncRequest request = make_report ("/ok?x=1#y");
  const FakeRequest *seen;
  g_autofree char *agent = NULL;
  g_autofree char *depth = NULL;
  g_autofree char *none = NULL;
  g_autofree char *match = NULL;
  g_autofree char *authorization = NULL;

  check_answers (pair.http, &request, 404, "");
  seen = fake_http_get (pair.server, 0);
  g_assert_cmpstr (seen->method, ==, "REPORT");
  g_assert_cmpstr (seen->target, ==, "/ok?x=1");
  g_assert_cmpstr (seen->body, ==, "<x/>");
  g_assert_nonnull (agent = fake_request_dup_header (seen, "User-Agent"));
  g_assert_cmpstr (agent, ==, "Planner/1");
  g_assert_nonnull (depth = fake_request_dup_header (seen, "Depth"));
  g_assert_null (authorization = fake_request_dup_header (seen, "Authorization"));
  request = (CalsyncRequest){ .method = "PUT", .target = "/a%20%C3%B8%40.ics", .if_none = TRUE };
  check_answers (pair.http, &request, 404, "");
  g_assert_cmpstr (fake_http_get (pair.server, 1)->target, ==, "/a%20%C3%B8%40.ics");
  none = fake_request_dup_header (fake_http_get (pair.server, 1), "If-None-Match");
  g_assert_cmpstr (none, ==, "*");
  request = (CalsyncRequest){ .method = "DELETE", .target = "a.ics", .if_match = "\"7\"" };
  check_answers (pair.http, &request, 404, "");
  g_assert_cmpstr (fake_http_get (pair.server, 2)->target, ==, "/a.ics");
  match = fake_request_dup_header (fake_http_get (pair.server, 2), "If-Match");
  g_assert_cmpstr (match, ==, "\"7\"");
  request = (CalsyncRequest){ .method = "DELETE", .target = "a.ics", .if_match = "\"7\"\r\nX: 1" };
  check_fails (pair.http, &request, CALSYNC_REMOTE_ERROR_ASTRAY);
  request = make_report ("http://caldav.example/");
  check_fails (pair.http, &request, CALSYNC_REMOTE_ERROR_ASTRAY);
  g_assert_cmpuint (fake_http_count (pair.server), ==, 3);
}

static void
test_broken (void)
{
  static const struct
  {
    const char *path;
    gint code;
  } rows[] = {
    { "/half", CALSYNC_REMOTE_ERROR_NONSENSE },
    { "/half-and-bye", CALSYNC_REMOTE_ERROR_NONSENSE },
    { "/half-chunk", CALSYNC_REMOTE_ERROR_NONSENSE },
    { "/nothing", CALSYNC_REMOTE_ERROR_UNREACHABLE },
    { "/half-head", CALSYNC_REMOTE_ERROR_NONSENSE },
    { "/garbage", CALSYNC_REMOTE_ERROR_NONSENSE },
    { "/407", CALSYNC_REMOTE_ERROR_DENIED },
    { "/nowhere", CALSYNC_REMOTE_ERROR_ASTRAY },
    { "/ftp", CALSYNC_REMOTE_ERROR_ASTRAY },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Pair) pair = make_pair (on_request, NULL, (CalsyncHttpSettings){ 0 });
      const CalsyncRequest request = make_report (rows[i].path);

      check_fails (pair.http, &request, rows[i].code);
      g_assert_cmpuint (fake_http_count (pair.server), ==, 1);
    }
}

static void
test_whole (void)
{
  g_auto (Pair) pair = make_pair (on_request, NULL, (CalsyncHttpSettings){ 0 });
  CalsyncRequest request = make_report ("/empty");

  check_answers (pair.http, &request, 204, "");
  request.target = "/old";
  check_answers (pair.http, &request, 200, "all of it");
  request.target = "/ok";
  check_answers (pair.http, &request, 207, "body");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync-remote-http/reply", test_reply);
  g_test_add_func ("/calsync-remote-http/request", test_request);
  g_test_add_func ("/calsync-remote-http/broken", test_broken);
  g_test_add_func ("/calsync-remote-http/whole", test_whole);
  return g_test_run ();
}
