/* SPDX-License-Identifier: EUPL-1.2 */
/* Keys that are read again and again: no connection that was made with others is used. */

#include "upstream/track-upstream.h"

#include "fake-http.h"
#include "listener-certificates.h"
#include "testlib.h"

typedef struct
{
  gboolean is_done;
  TrackOutcome outcome;
  gboolean is_reused;
} Answer;

static void
on_done (TrackExchange *exchange,
         TrackOutcome outcome,
         const TrackTimes *times,
         const char *problem,
         gpointer data)
{
  Answer *answer = data;

  if (problem != NULL)
    g_test_message ("%s", problem);
  *answer = (Answer){ TRUE, outcome, times->reused };
}

static void
on_request (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  fake_peer_answer (peer, "200 OK", "", "answer");
}

static void
call (TrackUpstream *upstream, FakeHttp *server, Answer *answer)
{
  const TrackExchangeFuncs funcs = { .done = on_done };
  g_autofree char *url = fake_http_dup_uri (server, "localhost", "/");
  g_autoptr (GBytes) body = g_bytes_new_static ("<question/>", 11);
  const TrackTarget target = { .url = url, .connect_ms = 20000, .timeout_ms = 20000, .body = body };
  g_autoptr (GError) error = NULL;

  *answer = (Answer){ 0 };
  g_assert_nonnull (track_upstream_send (upstream, &target, &funcs, answer, &error));
  g_assert_no_error (error);
  while (!answer->is_done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (answer->outcome, ==, TRACK_OUTCOME_OK);
}

static void
test_again (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = testlib_make_folder ();
  g_autoptr (Certificate) authority =
    certificate_new (&(CertificatePlan){ .common_name = "Prøve-CA", .authority = TRUE });
  g_autoptr (Certificate) pair =
    certificate_new (&(CertificatePlan){ .common_name = "Planner", .issuer = authority });
  g_autofree char *ca = certificate_save (authority, folder, "ca.pem");
  g_autofree char *own = certificate_save (pair, folder, "own.pem");
  g_autofree char *key = certificate_save_key (pair, folder, "own.key");
  FakeHttp *server = fake_http_new (on_request, NULL);
  const TrackUpstreamSettings settings = { .ca_file = ca,
                                           .certificate_file = own,
                                           .key_file = key,
                                           .max_idle = 10,
                                           .idle_ms = 60000,
                                           .max_parallel = 10,
                                           .max_answer_bytes = 1000 };
  TrackUpstream *upstream = track_upstream_new (&settings, &error);
  Answer answer;

  g_assert_no_error (error);
  fake_http_use_tls (server, own, key);
  for (guint step = 0; step < 8; step++)
    {
      call (upstream, server, &answer);
      g_assert_false (answer.is_reused);
      call (upstream, server, &answer);
      g_assert_true (answer.is_reused);
      /* Two at a time bring the numbers of the descriptors back. */
      for (guint i = 0; i <= step % 3; i++)
        g_assert_true (track_upstream_reload (upstream, &error));
    }
  track_upstream_free (upstream);
  fake_http_free (server);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-keys/again", test_again);
  return g_test_run ();
}
