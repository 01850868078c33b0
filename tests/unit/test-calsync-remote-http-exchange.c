/* SPDX-License-Identifier: EUPL-1.2 */
/* A request of which libsoup tells nothing any more: it is given up with its session, and the next one is answered. */
#include "calsync-remote-http-private.h"
#include "fake-http.h"
#include "testlib.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#define HAS_LEAK_CHECK
#endif
#endif

static void
on_request (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  fake_peer_answer (peer, "200 OK", "", "ok");
  if (g_str_equal (request->target, "/once"))
    fake_peer_end (peer);
}

static gint64
on_now (gpointer data)
{
  return g_get_monotonic_time ();
}

static void
check (CalsyncHttp *http, const char *target)
{
  const CalsyncRequest request = { .method = "GET", .target = target, .is_safe = TRUE };
  g_auto (CalsyncReply) reply = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (calsync_http_send (http, &request, &reply, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (reply.status, ==, 200);
  g_assert_cmpstr (reply.body->str, ==, "ok");
}

/* What libsoup forgets, it leaks: no finding about us. */
static gboolean
send_forgotten (CalsyncHttp *http, const CalsyncRequest *request, GError **error)
{
  g_auto (CalsyncReply) reply = { 0 };
  gboolean is_sent;

#ifdef HAS_LEAK_CHECK
  __lsan_disable ();
#endif
  is_sent = calsync_http_send (http, request, &reply, NULL, error);
#ifdef HAS_LEAK_CHECK
  __lsan_enable ();
#endif
  return is_sent;
}

/* libsoup 3.2 forgets a request that takes up a connection which the session's idle timer closes under it: neither an
 * answer nor its being stopped is told any more. */
static void
test_forgotten (void)
{
  const CalsyncHttpEnvironment environment = { on_now, NULL, NULL, NULL };
  const CalsyncRequest request = { .method = "GET", .target = "/", .is_safe = TRUE };
  FakeHttp *server = fake_http_new (on_request, NULL);
  g_autofree char *uri = fake_http_dup_uri (server, "127.0.0.1", "/");
  const CalsyncHttpSettings settings = {
    .base_uri = uri, .environment = &environment, .answer_timeout_s = 1, .connect_timeout_s = 1
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (CalsyncHttp) http = calsync_http_new (&settings, &error);

  g_assert_no_error (error);
  check (http, "/once");
  g_object_set (http->session, "idle-timeout", 1, NULL);
  check (http, "/");
  g_usleep (2500 * 1000);
  g_assert_false (send_forgotten (http, &request, &error));
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_UNREACHABLE);
  g_assert_true (http->is_spoilt);
  check (http, "/");
  check (http, "/");
  g_assert_false (http->is_spoilt);
  fake_http_free (server);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync-remote-http-exchange/forgotten", test_forgotten);
  return g_test_run ();
}
