/* SPDX-License-Identifier: EUPL-1.2 */
/* The HTTP client against a server that misbehaves: statuses, half answers, endless answers, redirects, repeats. */
/* Also tests: calsync-remote-http-error. */
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
  THEN_DRIP, /* one byte every 50 ms, for ever */
  THEN_DRIP_60,
  THEN_SPEAK /* after two seconds */
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
  { "/no-last-chunk", "HTTP/1.1 207 Multi-Status\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<mul\r\n", THEN_CLOSE },
  { "/bare",          "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n", THEN_CLOSE },
  { "/bare-207",      "HTTP/1.1 207 Multi-Status\r\nConnection: close\r\n\r\n", THEN_CLOSE },
  { "/bare-201",      "HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n", THEN_CLOSE },
  { "/deflated",      "HTTP/1.1 207 Multi-Status\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx", THEN_KEEP },
  { "/no-gzip",       "HTTP/1.1 207 Multi-Status\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nbody", THEN_KEEP },
  { "/nothing",       "", THEN_CLOSE },
  { "/half-head",     "HTTP/1.1 207 Multi-", THEN_CLOSE },
  { "/garbage",       "220 mail.example ESMTP\r\n\r\n", THEN_CLOSE },
  { "/silent",        "", THEN_WAIT },
  { "/late",          "", THEN_SPEAK },
  { "/slow",          "HTTP/1.1 207 Multi-Status\r\nContent-Length: 60\r\n\r\n", THEN_DRIP_60 },
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
drip (FakePeer *peer, guint n_bytes)
{
  for (guint i = 0; i < n_bytes && fake_peer_say (peer, "x", 1); i++)
    g_usleep (50 * 1000);
}

static void
speak (FakePeer *peer)
{
  g_usleep (2 * G_USEC_PER_SEC);
  fake_peer_answer (peer, "207 Multi-Status", "", "body");
}

static void
finish_route (FakePeer *peer, Then then)
{
  if (then == THEN_WAIT)
    fake_peer_wait_for_end (peer);
  else if (then == THEN_DRIP)
    drip (peer, G_MAXUINT);
  else if (then == THEN_DRIP_60)
    drip (peer, 60);
  else if (then == THEN_SPEAK)
    speak (peer);
  else if (then == THEN_CLOSE)
    fake_peer_end (peer);
}

static GBytes *
gzip (gsize n_bytes)
{
  g_autoptr (GConverter) converter =
    G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, converter);
  g_autofree char *zeroes = g_malloc0 (n_bytes);

  memset (zeroes, 'z', n_bytes);
  g_assert_true (g_output_stream_write_all (stream, zeroes, n_bytes, NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (stream, NULL, NULL));
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

static void
say_gzip (FakePeer *peer, gsize n_bytes, gsize n_cut)
{
  g_autoptr (GBytes) bytes = gzip (n_bytes);
  g_autofree char *head =
    g_strdup_printf ("HTTP/1.1 207 Multi-Status\r\nConnection: close\r\nContent-Encoding: gzip\r\n"
                     "%s\r\n",
                     n_cut > 0 ? "" : "X-Whole: yes\r\n");

  fake_peer_say (peer, head, -1);
  fake_peer_say (peer, g_bytes_get_data (bytes, NULL), (gssize) (g_bytes_get_size (bytes) - n_cut));
  fake_peer_end (peer);
}

static void
say_long_head (FakePeer *peer)
{
  g_autofree char *value = g_strnfill (8000, 'v');

  fake_peer_say (peer, "HTTP/1.1 207 Multi-Status\r\n", -1);
  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *line = g_strdup_printf ("X-%u: %s\r\n", i, value);

      if (!fake_peer_say (peer, line, -1))
        return;
    }
}

static gboolean
answer_made_up (FakePeer *peer, const FakeRequest *request)
{
  if (g_str_equal (request->target, "/gzip"))
    say_gzip (peer, 100000, 0);
  else if (g_str_equal (request->target, "/gzip-cut"))
    say_gzip (peer, 100000, 20);
  else if (g_str_equal (request->target, "/gzip-bomb"))
    say_gzip (peer, 64 * 1024 * 1024, 0);
  else if (g_str_equal (request->target, "/long-head"))
    say_long_head (peer);
  else
    return FALSE;
  return TRUE;
}

static void
on_request (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  if (answer_made_up (peer, request))
    return;
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
    { "/no-last-chunk", CALSYNC_REMOTE_ERROR_NONSENSE },
    { "/bare", CALSYNC_REMOTE_ERROR_DENIED },
    { "/bare-207", CALSYNC_REMOTE_ERROR_NONSENSE },
    { "/deflated", CALSYNC_REMOTE_ERROR_NONSENSE },
    { "/no-gzip", CALSYNC_REMOTE_ERROR_NONSENSE },
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

/* How a body of an answer is marked off. */
typedef enum
{
  FRAME_LENGTH,
  FRAME_LENGTH_AND_BYE,
  FRAME_GZIP_LENGTH,
  FRAME_GZIP_CHUNKS,
  FRAME_GZIP_END,
  N_FRAMES
} Frame;

#define CUT_BODY_BYTES 300

static GString *
make_answer (Frame frame)
{
  GString *answer = g_string_new ("HTTP/1.1 207 Multi-Status\r\nContent-Type: text/xml\r\n");
  g_autofree char *plain = g_strnfill (CUT_BODY_BYTES, 'z');
  g_autoptr (GBytes) packed = gzip (CUT_BODY_BYTES);
  const gboolean is_packed = frame >= FRAME_GZIP_LENGTH;
  const char *body = is_packed ? g_bytes_get_data (packed, NULL) : plain;
  const gsize n_body = is_packed ? g_bytes_get_size (packed) : CUT_BODY_BYTES;

  if (is_packed)
    g_string_append (answer, "Content-Encoding: gzip\r\n");
  if (frame == FRAME_LENGTH_AND_BYE || frame == FRAME_GZIP_END)
    g_string_append (answer, "Connection: close\r\n");
  if (frame == FRAME_GZIP_CHUNKS)
    g_string_append (answer, "Transfer-Encoding: chunked\r\n\r\n");
  else if (frame == FRAME_GZIP_END)
    g_string_append (answer, "\r\n");
  else
    g_string_append_printf (answer, "Content-Length: %zu\r\n\r\n", n_body);
  if (frame != FRAME_GZIP_CHUNKS)
    return g_string_append_len (answer, body, (gssize) n_body);
  for (gsize i = 0; i < n_body; i += 7)
    {
      g_string_append_printf (answer, "%zx\r\n", MIN (7, n_body - i));
      g_string_append_len (answer, body + i, (gssize) MIN (7, n_body - i));
      g_string_append (answer, "\r\n");
    }
  return g_string_append (answer, "0\r\n\r\n");
}

typedef struct
{
  const GString *answer;
  gsize n_said;
} Cut;

static void
on_cut (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  const Cut *cut = data;

  fake_peer_say (peer, cut->answer->str, (gssize) cut->n_said);
  fake_peer_end (peer);
}

/* Cut at every byte: half an answer is never taken for a whole one. */
static void
test_cuts (void)
{
  for (guint frame = 0; frame < N_FRAMES; frame++)
    {
      g_autoptr (GString) answer = make_answer (frame);
      Cut cut = { answer, 0 };
      g_auto (Pair) pair = make_pair (on_cut, &cut, (CalsyncHttpSettings){ 0 });
      const CalsyncRequest request = make_report ("/");
      /* after the last byte of the gzip there are only the marks of the last chunk */
      const gsize n_needed =
        answer->len - (frame == FRAME_GZIP_CHUNKS ? strlen ("\r\n0\r\n\r\n") : 0);

      for (cut.n_said = 0; cut.n_said <= answer->len; cut.n_said++)
        {
          g_auto (CalsyncReply) reply = { 0 };
          g_autoptr (GError) error = NULL;
          const gboolean is_answered =
            calsync_http_send (pair.http, &request, &reply, NULL, &error);

          if (cut.n_said < n_needed && is_answered)
            g_error ("frame %u: %zu of %zu bytes are taken for all", frame, cut.n_said,
                     answer->len);
          if (cut.n_said == answer->len)
            g_assert_true (is_answered);
          if (is_answered)
            g_assert_cmpuint (reply.body->len, ==, CUT_BODY_BYTES);
        }
    }
}

static void
test_whole (void)
{
  g_auto (Pair) pair = make_pair (on_request, NULL, (CalsyncHttpSettings){ 0 });
  CalsyncRequest request = make_report ("/empty");

  check_answers (pair.http, &request, 204, "");
  request.method = "PUT";
  request.target = "/bare-201";
  check_answers (pair.http, &request, 201, "");
  request = make_report ("/old");
  check_answers (pair.http, &request, 200, "all of it");
  request.target = "/ok";
  check_answers (pair.http, &request, 207, "body");
}

static gboolean
on_piece (const char *bytes, gsize n_bytes, gpointer data, GError **error)
{
  gsize *left = data;

  if (n_bytes > *left)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "enough");
      return FALSE;
    }
  *left -= n_bytes;
  return TRUE;
}

static void
test_caps (void)
{
  g_auto (Pair) pair =
    make_pair (on_request, NULL, (CalsyncHttpSettings){ .max_answer_bytes = 1000000 });
  CalsyncRequest request = make_report ("/gzip");
  g_auto (CalsyncReply) reply = { 0 };
  g_autoptr (GError) error = NULL;
  gsize left = 50000;

  g_assert_true (calsync_http_send (pair.http, &request, &reply, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (reply.body->len, ==, 100000);
  request.max_bytes = 99999;
  check_fails (pair.http, &request, CALSYNC_REMOTE_ERROR_TOO_LARGE);
  request.max_bytes = 100000;
  check_answers (pair.http, &request, 207, NULL);
  request = make_report ("/gzip-bomb");
  check_fails (pair.http, &request, CALSYNC_REMOTE_ERROR_TOO_LARGE);
  request = make_report ("/gzip-cut");
  check_fails (pair.http, &request, CALSYNC_REMOTE_ERROR_NONSENSE);
  request = make_report ("/long-head");
  check_fails (pair.http, &request, CALSYNC_REMOTE_ERROR_TOO_LARGE);
  request = make_report ("/gzip");
  request.body_func = on_piece;
  request.body_data = &left;
  g_assert_false (calsync_http_send (pair.http, &request, &reply, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_clear_error (&error);
  left = 100000;
  g_assert_true (calsync_http_send (pair.http, &request, &reply, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (left, ==, 0);
  g_assert_null (reply.body);
}

/* An answer (@code < 0) or that error. Where a second decides, a machine that stands still gets another try. */
static void
check_in_the_end (CalsyncHttp *http, const CalsyncRequest *request, gint code)
{
  for (guint i = 0; i < 6; i++)
    {
      g_auto (CalsyncReply) reply = { 0 };
      g_autoptr (GError) error = NULL;

      if (calsync_http_send (http, request, &reply, NULL, &error)
            ? code < 0
            : g_error_matches (error, G_IO_ERROR, code))
        return;
    }
  g_assert_not_reached ();
}

/* Much may be long in coming: silent for the total time-out, and six times that in all. */
static void
test_bulk (void)
{
  g_auto (Pair) pair = make_pair (
    on_request, NULL, (CalsyncHttpSettings){ .answer_timeout_s = 1, .total_timeout_s = 2 });
  g_auto (Pair) patient = make_pair (
    on_request, NULL, (CalsyncHttpSettings){ .answer_timeout_s = 1, .total_timeout_s = 20 });
  CalsyncRequest request = make_report ("/slow");

  check_fails (pair.http, &request, CALSYNC_REMOTE_ERROR_UNREACHABLE);
  request.is_bulk = TRUE;
  check_in_the_end (pair.http, &request, -1);
  request.target = "/late";
  check_answers (patient.http, &request, 207, "body");
  request.is_bulk = FALSE;
  check_fails (patient.http, &request, CALSYNC_REMOTE_ERROR_UNREACHABLE);
}

/* A server that never ends costs no more than is read of it, and the next request is well. */
static void
test_endless (void)
{
  g_auto (Pair) pair = make_pair (
    on_request, NULL, (CalsyncHttpSettings){ .answer_timeout_s = 1, .total_timeout_s = 2 });
  static const char *const targets[] = { "/silent", "/silent-later", "/drip", "/drip-head",
                                         "/drip-error" };
  CalsyncRequest request = make_report ("");
  gsize left = 10;

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      request.target = targets[i];
      check_fails (pair.http, &request, CALSYNC_REMOTE_ERROR_UNREACHABLE);
    }
  g_assert_cmpuint (fake_http_count (pair.server), <=, G_N_ELEMENTS (targets));
  request.target = "/drip";
  request.body_func = on_piece;
  request.body_data = &left;
  check_in_the_end (pair.http, &request, G_IO_ERROR_NO_SPACE);
  request = make_report ("/ok");
  check_in_the_end (pair.http, &request, -1);
  g_assert_cmpuint (n_waits, ==, 0);
}

static gpointer
run_cancel (gpointer data)
{
  g_usleep (200 * 1000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancel (void)
{
  g_auto (Pair) pair = make_pair (on_request, NULL, (CalsyncHttpSettings){ .max_retries = 2 });
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *thread = g_thread_new ("cancel", run_cancel, cancellable);
  CalsyncRequest request = make_report ("/silent");
  g_auto (CalsyncReply) reply = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (calsync_http_send (pair.http, &request, &reply, cancellable, &error));
  check_error (error, CALSYNC_REMOTE_ERROR_CANCELLED);
  g_thread_join (thread);
  g_clear_error (&error);
  request.target = "/ok";
  g_assert_false (calsync_http_send (pair.http, &request, &reply, cancellable, &error));
  check_error (error, CALSYNC_REMOTE_ERROR_CANCELLED);
  g_assert_cmpuint (fake_http_count (pair.server), ==, 1);
  check_answers (pair.http, &request, 207, "body");
}

static void
test_repeats (void)
{
  g_auto (Pair) pair = make_pair (on_request, NULL, (CalsyncHttpSettings){ .max_retries = 2 });
  CalsyncRequest request = make_report ("/nothing");

  check_fails (pair.http, &request, CALSYNC_REMOTE_ERROR_UNREACHABLE);
  g_assert_cmpuint (fake_http_count (pair.server), ==, 3);
  g_assert_cmpuint (n_waits, ==, 2);
  g_assert_cmpuint (waited_us, ==, 500000 + 1000000);
  /* what was sent may have been done */
  request.is_safe = FALSE;
  check_fails (pair.http, &request, CALSYNC_REMOTE_ERROR_UNREACHABLE);
  g_assert_cmpuint (fake_http_count (pair.server), ==, 4);
  /* an answer that was begun is not asked for again by us */
  request = make_report ("/half");
  check_fails (pair.http, &request, CALSYNC_REMOTE_ERROR_NONSENSE);
  g_assert_cmpuint (fake_http_count (pair.server), ==, 5);
  g_assert_cmpuint (n_waits, ==, 2);
  /* a status is an answer */
  request = make_report ("/wait-7");
  check_answers (pair.http, &request, 503, "");
  g_assert_cmpint (calsync_http_get_retry_after_s (pair.http), ==, 7);
  g_assert_cmpuint (n_waits, ==, 2);
  /* nobody listens: nothing was sent, so that a write is tried again too */
  g_clear_pointer (&pair.server, fake_http_free);
  request = (CalsyncRequest){ .method = "PUT", .target = "/x.ics", .body = "x", .n_body = 1 };
  check_fails (pair.http, &request, CALSYNC_REMOTE_ERROR_UNREACHABLE);
  g_assert_cmpuint (n_waits, ==, 4);
  g_assert_cmpint (calsync_http_get_retry_after_s (pair.http), ==, 0);
  pair.server = fake_http_new (on_request, NULL);
}

/* Closes after its first answer without saying so, and cuts the second connection off after a write. */
static void
on_fickle (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  static gint n_puts;

  if (g_str_equal (request->method, "PUT") && g_atomic_int_add (&n_puts, 1) > 0)
    fake_peer_answer (peer, "412 Precondition Failed", "", "");
  else if (g_str_equal (request->method, "PUT"))
    fake_peer_end (peer);
  else
    fake_peer_answer (peer, "200 OK", "", "ok");
}

/* libsoup sends a request again when a connection that it kept was closed: then a 412 is our own trace. */
static void
test_own_trace (void)
{
  g_auto (Pair) pair = make_pair (on_fickle, NULL, (CalsyncHttpSettings){ .max_retries = 2 });
  CalsyncRequest request = make_report ("/");

  check_answers (pair.http, &request, 200, "ok");
  request = (CalsyncRequest){
    .method = "PUT", .target = "/x.ics", .body = "x", .n_body = 1, .if_none = TRUE
  };
  check_fails (pair.http, &request, CALSYNC_REMOTE_ERROR_UNREACHABLE);
  g_assert_cmpuint (fake_http_count (pair.server), ==, 3);
  check_answers (pair.http, &request, 412, "");
}

static void
test_kept_connection (void)
{
  g_auto (Pair) pair = make_pair (on_request, NULL, (CalsyncHttpSettings){ .max_retries = 2 });
  CalsyncRequest request = make_report ("/once");

  for (guint i = 0; i < 4; i++)
    {
      check_answers (pair.http, &request, 200, "ok");
      g_usleep (20 * 1000);
    }
  g_assert_cmpuint (fake_http_count (pair.server), ==, 4);
  g_assert_cmpuint (n_waits, ==, 0);
}

static gpointer
run_elsewhere (gpointer data)
{
  const CalsyncRequest request = make_report ("/ok");

  check_answers (data, &request, 207, "body");
  return NULL;
}

static void
test_threads (void)
{
  g_auto (Pair) pair = make_pair (on_request, NULL, (CalsyncHttpSettings){ 0 });

  for (guint i = 0; i < 4; i++)
    g_thread_join (g_thread_new ("elsewhere", run_elsewhere, pair.http));
  run_elsewhere (pair.http);
  g_assert_cmpuint (fake_http_count (pair.server), ==, 5);
  g_assert_cmpuint (fake_http_count_connections (pair.server), ==, 1);
}

static void
test_redirects (void)
{
  static const char *const paths[] = { "/301", "/302", "/303", "/307", "/308" };
  g_auto (Pair) pair = make_pair (on_request, NULL, (CalsyncHttpSettings){ 0 });
  g_autofree char *end = fake_http_dup_uri (pair.server, "127.0.0.1", "/ok");
  CalsyncRequest request;
  guint n_before;

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_auto (CalsyncReply) reply = { 0 };
      g_autoptr (GError) error = NULL;
      const FakeRequest *last;
      g_autofree char *depth = NULL;

      request = make_report (paths[i]);
      g_assert_true (calsync_http_send (pair.http, &request, &reply, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (reply.uri, ==, end);
      g_assert_cmpstr (reply.body->str, ==, "body");
      last = fake_http_get (pair.server, fake_http_count (pair.server) - 1);
      depth = fake_request_dup_header (last, "Depth");
      g_assert_cmpstr (last->method, ==, "REPORT");
      g_assert_cmpstr (last->body, ==, "<x/>");
      g_assert_cmpstr (depth, ==, "0");
    }
  n_before = fake_http_count (pair.server);
  request = make_report ("/loop");
  check_fails (pair.http, &request, CALSYNC_REMOTE_ERROR_ASTRAY);
  g_assert_cmpuint (fake_http_count (pair.server) - n_before, ==, 6);
  g_assert_cmpuint (fake_http_count_connections (pair.server), ==, 1);
}

/* Sends everything on to the server that data names. */
static void
on_elsewhere (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  g_autofree char *header = g_strdup_printf ("Location: %sok?token=1\r\n", (const char *) data);

  fake_peer_answer (peer, "301 Moved", header, "");
}

static void
test_other_origin (void)
{
  g_autoptr (FakeHttp) other = fake_http_new (on_request, NULL);
  g_autofree char *uri = fake_http_dup_uri (other, "127.0.0.1", "/");
  g_autofree char *location = g_strconcat (uri, "ok?token=1", NULL);
  g_auto (Pair) known =
    make_pair (on_elsewhere, uri,
               (CalsyncHttpSettings){ .auth = CALSYNC_AUTH_BASIC, .user = "u", .secret = SECRET });
  g_auto (Pair) unknown = make_pair (on_elsewhere, uri, (CalsyncHttpSettings){ 0 });
  CalsyncRequest request = make_report ("/");
  g_auto (CalsyncReply) reply = { 0 };
  g_autoptr (GError) error = NULL;

  check_fails (known.http, &request, CALSYNC_REMOTE_ERROR_ASTRAY);
  request.answers_redirect = TRUE;
  g_assert_true (calsync_http_send (known.http, &request, &reply, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (reply.status, ==, 301);
  g_assert_cmpstr (reply.location, ==, location);
  g_assert_cmpuint (fake_http_count (other), ==, 0);
  request.answers_redirect = FALSE;
  request.is_safe = FALSE;
  check_fails (unknown.http, &request, CALSYNC_REMOTE_ERROR_ASTRAY);
  g_assert_cmpuint (fake_http_count (other), ==, 0);
  request.is_safe = TRUE;
  check_answers (unknown.http, &request, 404, "");
  g_assert_cmpuint (fake_http_count (other), ==, 1);
}

static void
test_settings (void)
{
  static const struct
  {
    CalsyncHttpSettings settings;
    gint code; /* -1: fine */
  } rows[] = {
    { { .base_uri = "http://caldav.example/" }, CALSYNC_REMOTE_ERROR_ASTRAY },
    { { .base_uri = "http://caldav.example/", .allows_plain = TRUE }, -1 },
    { { .base_uri = "http://localhost:1/" }, -1 },
    { { .base_uri = "http://[::1]:1/" }, -1 },
    { { .base_uri = "https://u:p@caldav.example/" }, CALSYNC_REMOTE_ERROR_ASTRAY },
    { { .base_uri = "caldav.example" }, CALSYNC_REMOTE_ERROR_ASTRAY },
    { { .base_uri = "https:///x" }, CALSYNC_REMOTE_ERROR_ASTRAY },
    { { .base_uri = "ftp://caldav.example/" }, CALSYNC_REMOTE_ERROR_ASTRAY },
    { { .base_uri = NULL }, CALSYNC_REMOTE_ERROR_ASTRAY },
    { { .base_uri = "https://a.example/", .proxy = "socks://b" }, CALSYNC_REMOTE_ERROR_ASTRAY },
    { { .base_uri = "https://a.example/", .proxy = "http://u@b" }, CALSYNC_REMOTE_ERROR_ASTRAY },
    { { .base_uri = "https://a.example/", .ca_file = "/nowhere" }, CALSYNC_REMOTE_ERROR_UNTRUSTED },
    { { .base_uri = "https://a.example/", .certificate_file = "/nowhere" },
      CALSYNC_REMOTE_ERROR_UNTRUSTED },
    { { .base_uri = "https://a.example/", .auth = CALSYNC_AUTH_BASIC, .user = "u" },
      CALSYNC_REMOTE_ERROR_DENIED },
    { { .base_uri = "https://a.example/",
        .auth = CALSYNC_AUTH_BASIC,
        .user = "a:b",
        .secret = "x" },
      CALSYNC_REMOTE_ERROR_DENIED },
    { { .base_uri = "https://a.example/", .auth = CALSYNC_AUTH_BEARER, .secret = "a\nb" },
      CALSYNC_REMOTE_ERROR_DENIED },
    { { .base_uri = "https://a.example/", .auth = CALSYNC_AUTH_DIGEST, .secret = "x" },
      CALSYNC_REMOTE_ERROR_DENIED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CalsyncHttp) http = calsync_http_new (&rows[i].settings, &error);

      g_test_message ("%u: %s", i, error != NULL ? error->message : "fine");
      g_assert_cmpint (http != NULL, ==, rows[i].code < 0);
      if (http == NULL)
        check_error (error, rows[i].code);
    }
}

static void
test_status_errors (void)
{
  static const struct
  {
    guint status;
    const char *body;
    gint code;
  } rows[] = {
    { 301, "", CALSYNC_REMOTE_ERROR_ASTRAY },
    { 400, "", CALSYNC_REMOTE_ERROR_FAILED },
    { 401, "", CALSYNC_REMOTE_ERROR_DENIED },
    { 403, "", CALSYNC_REMOTE_ERROR_FORBIDDEN },
    { 404, "<html>", CALSYNC_REMOTE_ERROR_GONE },
    { 407, "", CALSYNC_REMOTE_ERROR_DENIED },
    { 409, "", CALSYNC_REMOTE_ERROR_CHANGED },
    { 410, "", CALSYNC_REMOTE_ERROR_GONE },
    { 412, "", CALSYNC_REMOTE_ERROR_CHANGED },
    { 413, "", CALSYNC_REMOTE_ERROR_REFUSED },
    { 418, "", CALSYNC_REMOTE_ERROR_FAILED },
    { 423, "", CALSYNC_REMOTE_ERROR_BUSY },
    { 429, "", CALSYNC_REMOTE_ERROR_BUSY },
    { 500, "", CALSYNC_REMOTE_ERROR_FAILED },
    { 503, "", CALSYNC_REMOTE_ERROR_BUSY },
    { 507, "", CALSYNC_REMOTE_ERROR_FULL },
    { 403, "<D:error xmlns:D='DAV:'><D:valid-sync-token/></D:error>", CALSYNC_REMOTE_ERROR_CURSOR },
    { 409, "<error><valid-sync-token xmlns='DAV:' /></error>", CALSYNC_REMOTE_ERROR_CURSOR },
    { 403, "<error>valid-sync-token</error>", CALSYNC_REMOTE_ERROR_FORBIDDEN },
    { 403, "<C:valid-calendar-data>no</C:valid-calendar-data>", CALSYNC_REMOTE_ERROR_REFUSED },
    { 403, "<c:no-uid-conflict><d:href>/x</d:href></c:no-uid-conflict>",
      CALSYNC_REMOTE_ERROR_CHANGED },
    { 403, "<a:need-privileges/>", CALSYNC_REMOTE_ERROR_FORBIDDEN },
    { 403, "<a:quota-not-exceeded/>", CALSYNC_REMOTE_ERROR_FULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) body = g_string_new (rows[i].body);
      const CalsyncReply reply = { .status = rows[i].status, .body = body };
      g_autoptr (GError) error = NULL;

      calsync_http_set_status_error (&reply, "Reading the calendar", &error);
      g_test_message ("%s", error->message);
      check_error (error, rows[i].code);
      g_assert_true (g_str_has_prefix (error->message, "Reading the calendar failed with status "));
    }
}

static void
on_retry_after (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  fake_peer_answer (peer, "429 Too Many Requests", data, "");
}

static void
test_retry_after (void)
{
  static const struct
  {
    const char *headers;
    gint64 expected_s;
  } rows[] = {
    { "", 0 },
    { "Retry-After: 120\r\n", 120 },
    { "Retry-After: 0\r\n", 0 },
    { "Retry-After: 86400\r\n", 3600 },
    { "Retry-After: 99999999999999999999999\r\n", 3600 },
    { "Retry-After: soon\r\n", 0 },
    { "Retry-After: -5\r\n", 0 },
    { "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n", 300 },
    { "Date: Fri, 31 Dec 1999 23:58:00 GMT\r\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n",
      119 },
    { "Date: Fri, 31 Dec 1999 23:58:00 GMT\r\nRetry-After: Fri, 31 Dec 1999 23:00:00 GMT\r\n", 0 },
    { "Date: Fri, 31 Dec 1999 23:58:00 GMT\r\nRetry-After: Sat, 01 Jan 2000 23:59:59 GMT\r\n",
      3600 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Pair) pair =
        make_pair (on_retry_after, (gpointer) rows[i].headers, (CalsyncHttpSettings){ 0 });
      const CalsyncRequest request = make_report ("/");

      check_answers (pair.http, &request, 429, "");
      g_assert_cmpint (calsync_http_get_retry_after_s (pair.http), ==, rows[i].expected_s);
      g_assert_cmpuint (fake_http_count (pair.server), ==, 1);
    }
}

/* As a proxy it sees whole addresses; the environment's is never asked. */
static void
test_proxy (void)
{
  g_autoptr (FakeHttp) trap = fake_http_new (on_request, NULL);
  g_autofree char *trap_uri = fake_http_dup_uri (trap, "127.0.0.1", "/");
  g_autoptr (FakeHttp) proxy = fake_http_new (on_request, NULL);
  g_autofree char *proxy_uri = fake_http_dup_uri (proxy, "127.0.0.1", "/");
  const CalsyncHttpSettings settings = { .base_uri = "http://caldav.example/",
                                         .allows_plain = TRUE,
                                         .proxy = proxy_uri };
  const CalsyncHttpSettings secure = { .base_uri = "https://caldav.example/", .proxy = proxy_uri };
  g_auto (Pair) direct = make_pair (on_request, NULL, (CalsyncHttpSettings){ 0 });
  g_autoptr (CalsyncHttp) http = NULL;
  g_autoptr (CalsyncHttp) https = NULL;
  CalsyncRequest request = make_report ("/x");

  g_assert_true (g_setenv ("http_proxy", trap_uri, TRUE));
  g_assert_true (g_setenv ("https_proxy", trap_uri, TRUE));
  g_assert_nonnull (http = calsync_http_new (&settings, NULL));
  g_assert_nonnull (https = calsync_http_new (&secure, NULL));
  check_answers (http, &request, 404, "");
  g_assert_cmpstr (fake_http_get (proxy, 0)->target, ==, "http://caldav.example/x");
  check_answers (direct.http, &request, 404, "");
  check_fails (https, &request, CALSYNC_REMOTE_ERROR_UNREACHABLE);
  g_assert_cmpstr (fake_http_get (proxy, 1)->method, ==, "CONNECT");
  g_assert_cmpuint (fake_http_count (trap), ==, 0);
  g_unsetenv ("http_proxy");
  g_unsetenv ("https_proxy");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync-remote-http/reply", test_reply);
  g_test_add_func ("/calsync-remote-http/request", test_request);
  g_test_add_func ("/calsync-remote-http/broken", test_broken);
  g_test_add_func ("/calsync-remote-http/cuts", test_cuts);
  g_test_add_func ("/calsync-remote-http/whole", test_whole);
  g_test_add_func ("/calsync-remote-http/caps", test_caps);
  g_test_add_func ("/calsync-remote-http/bulk", test_bulk);
  g_test_add_func ("/calsync-remote-http/endless", test_endless);
  g_test_add_func ("/calsync-remote-http/cancel", test_cancel);
  g_test_add_func ("/calsync-remote-http/repeats", test_repeats);
  g_test_add_func ("/calsync-remote-http/own-trace", test_own_trace);
  g_test_add_func ("/calsync-remote-http/kept-connection", test_kept_connection);
  g_test_add_func ("/calsync-remote-http/threads", test_threads);
  g_test_add_func ("/calsync-remote-http/redirects", test_redirects);
  g_test_add_func ("/calsync-remote-http/other-origin", test_other_origin);
  g_test_add_func ("/calsync-remote-http/settings", test_settings);
  g_test_add_func ("/calsync-remote-http/status-errors", test_status_errors);
  g_test_add_func ("/calsync-remote-http/retry-after", test_retry_after);
  g_test_add_func ("/calsync-remote-http/proxy", test_proxy);
  return g_test_run ();
}
