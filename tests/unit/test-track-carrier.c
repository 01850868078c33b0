/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages to a webhook that fails at times, and to a mail server of another make. */
/* Also tests: track-mail. */
#include "health/track-carrier.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/clock.h"
#include "fake-http.h"
#include "health/track-escalation.h"
#include "testlib.h"

#define S G_GINT64_CONSTANT (1000000)

typedef struct
{
  guint n_done;
  char *problem;
} Told;

static void
on_done (gpointer data, const char *problem)
{
  Told *told = data;

  told->n_done++;
  g_free (told->problem);
  told->problem = g_strdup (problem);
}

static void
wait_done (Told *told, guint n)
{
  while (told->n_done < n)
    g_main_context_iteration (NULL, TRUE);
}

static void
answer (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  static const char *const statuses[] = { "204 No Content", "503 Service Unavailable", "302 Found",
                                          "200 OK" };
  guint *n = data;

  fake_peer_answer (peer, statuses[(*n)++ % G_N_ELEMENTS (statuses)],
                    "Location: http://127.0.0.1:1/\r\n", "");
}

static void
test_webhook (void)
{
  static const char *const problems[] = { NULL, "HTTP status 503", "HTTP status 302", NULL };
  const TrackCarrierSettings settings = { NULL };
  guint n_answers = 0;
  g_autoptr (FakeHttp) server = fake_http_new (answer, &n_answers);
  g_autofree char *url = fake_http_dup_uri (server, "127.0.0.1", "/hook");
  const TrackNoticeParcel parcel = { TRACK_NOTICE_WEBHOOK, url, "key", "subject", "{\"a\":1}" };
  const TrackNoticeParcel nowhere = { TRACK_NOTICE_WEBHOOK, "ftp://x.invalid/", "key", "s", "{}" };
  g_autoptr (TrackCarrier) carrier = track_carrier_new (&settings, NULL);
  TrackNoticeCarrier carries = track_carrier_get (carrier);
  Told told = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (problems); i++)
    {
      carries.send (carries.data, &parcel, on_done, &told);
      g_assert_cmpuint (told.n_done, ==, i);
      wait_done (&told, i + 1);
      g_assert_cmpstr (told.problem, ==, problems[i]);
    }
  g_assert_cmpuint (fake_http_count (server), ==, G_N_ELEMENTS (problems));
  g_assert_cmpstr (fake_http_get (server, 0)->body, ==, "{\"a\":1}");
  carries.send (carries.data, &nowhere, on_done, &told);
  wait_done (&told, 5);
  g_assert_nonnull (told.problem);
  track_carrier_stop (carrier);
  g_free (told.problem);
}

/* Stopped in the middle: it is told, so that it is tried again. */
static void
hang (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  fake_peer_wait_for_end (peer);
}

static void
test_stop (void)
{
  const TrackCarrierSettings settings = { NULL };
  g_autoptr (FakeHttp) server = fake_http_new (hang, NULL);
  g_autofree char *url = fake_http_dup_uri (server, "127.0.0.1", "/hook");
  const TrackNoticeParcel parcel = { TRACK_NOTICE_WEBHOOK, url, "key", "subject", "{}" };
  g_autoptr (TrackCarrier) carrier = track_carrier_new (&settings, NULL);
  TrackNoticeCarrier carries = track_carrier_get (carrier);
  Told told = { 0 };

  carries.send (carries.data, &parcel, on_done, &told);
  while (fake_http_count (server) == 0)
    g_main_context_iteration (NULL, FALSE);
  track_carrier_stop (carrier);
  g_assert_cmpuint (told.n_done, ==, 1);
  g_assert_nonnull (told.problem);
  g_free (told.problem);
}

/* Mail: Debian's aiosmtpd prints what it takes. */

static guint
find_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);

  g_socket_listener_close (listener);
  return port;
}

static gboolean
answers (guint port)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;

  /* libproxy throws an exception within itself, and the address sanitizer does not bear one in C. */
  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", (guint16) port, NULL, NULL);
  return connection != NULL;
}

static GSubprocess *
start_mail_server (guint port)
{
  g_autofree char *where = g_strdup_printf ("127.0.0.1:%u", port);
  g_autoptr (GError) error = NULL;
  GSubprocess *server = g_subprocess_new (
    G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "/usr/bin/python3", "-u", "-m", "aiosmtpd", "-n", "-l",
    where, "-c", "aiosmtpd.handlers.Debugging", "stdout", NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < 600 && !answers (port); i++)
    clock_pause_us (100000);
  return server;
}

static char *
stop_mail_server (GSubprocess *server)
{
  g_autoptr (GDataInputStream) lines =
    g_data_input_stream_new (g_subprocess_get_stdout_pipe (server));
  GString *all = g_string_new (NULL);
  char *line;

  g_subprocess_send_signal (server, 15);
  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, NULL)) != NULL)
    {
      g_string_append_printf (all, "%s\n", line);
      g_free (line);
    }
  g_subprocess_wait (server, NULL, NULL);
  return g_string_free (all, FALSE);
}

static void
test_mail (void)
{
  guint port = find_port ();
  g_autofree char *url = g_strdup_printf ("smtp://127.0.0.1:%u", port);
  const TrackCarrierSettings settings = { .mail = { .url = url,
                                                    .from = "skiftespor@drift.example" } };
  g_autoptr (TrackCarrier) carrier = track_carrier_new (&settings, NULL);
  TrackNoticeCarrier carries = track_carrier_get (carrier);
  const TrackNoticeParcel parcel = { TRACK_NOTICE_MAIL, "vagt@drift.example", "key-1",
                                     "Skiftespor: test", "Prøve på æøå\n" };
  const TrackNoticeParcel evil = { TRACK_NOTICE_MAIL, "a@b.example>\r\nDATA", "key-2", "s", "t" };
  g_autofree char *base64 = g_base64_encode ((const guchar *) parcel.body, strlen (parcel.body));
  g_autofree char *taken = NULL;
  Told told = { 0 };
  GSubprocess *server;

  carries.send (carries.data, &parcel, on_done, &told);
  wait_done (&told, 1);
  g_assert_nonnull (told.problem);
  server = start_mail_server (port);
  carries.send (carries.data, &parcel, on_done, &told);
  wait_done (&told, 2);
  g_assert_cmpstr (told.problem, ==, NULL);
  carries.send (carries.data, &evil, on_done, &told);
  wait_done (&told, 3);
  g_assert_nonnull (told.problem);
  taken = stop_mail_server (server);
  g_object_unref (server);
  g_assert_nonnull (strstr (taken, "Subject: Skiftespor: test"));
  g_assert_nonnull (strstr (taken, "To: <vagt@drift.example>"));
  g_assert_nonnull (strstr (taken, "From: <skiftespor@drift.example>"));
  g_assert_nonnull (strstr (taken, base64));
  g_assert_null (strstr (taken, "b.example"));
  track_carrier_stop (carrier);
  g_free (told.problem);
}

/* A mail server that takes the connection and says nothing: a stop does not wait for its thirty seconds. */
static void
test_mail_hangs (void)
{
  g_autoptr (GSocketListener) silent = g_socket_listener_new ();
  g_autoptr (GError) error = NULL;
  guint port = g_socket_listener_add_any_inet_port (silent, NULL, &error);
  g_autofree char *url = g_strdup_printf ("smtp://127.0.0.1:%u", port);
  const TrackCarrierSettings settings = { .mail = { .url = url,
                                                    .from = "skiftespor@drift.example" } };
  g_autoptr (TrackCarrier) carrier = track_carrier_new (&settings, NULL);
  TrackNoticeCarrier carries = track_carrier_get (carrier);
  const TrackNoticeParcel parcel = { TRACK_NOTICE_MAIL, "vagt@drift.example", "key-1", "s", "t" };
  Told told = { 0 };
  gint64 began_us;

  g_assert_no_error (error);
  for (guint i = 0; i < 6; i++)
    carries.send (carries.data, &parcel, on_done, &told);
  began_us = clock_monotonic_us () + S / 2;
  while (clock_monotonic_us () < began_us)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (10000);
    }
  g_assert_cmpuint (told.n_done, ==, 0);
  track_carrier_stop (carrier);
  g_assert_cmpuint (told.n_done, ==, 6);
  g_assert_nonnull (told.problem);
  g_assert_cmpint (clock_monotonic_us () - began_us, <, 20 * S);
  g_free (told.problem);
}

/* Without TLS nothing is said when it is asked for; a password that others may read is not used. */
static void
test_mail_refused (void)
{
  guint port = find_port ();
  g_autofree char *url = g_strdup_printf ("smtp://127.0.0.1:%u", port);
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *file = g_build_filename (folder, "password", NULL);
  GSubprocess *server = start_mail_server (port);
  TrackMailSettings settings = { .url = url, .from = "a@drift.example", .needs_tls = TRUE };
  const TrackMail mail = { "b@drift.example", "key", "subject", "text", 0 };
  g_autofree char *taken = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (track_mail_send (&settings, &mail, &error));
  g_assert_error (error, TRACK_MAIL_ERROR, TRACK_MAIL_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (file, "secret-word\n", -1, NULL));
  g_assert_cmpint (g_chmod (file, 0644), ==, 0);
  settings.needs_tls = FALSE;
  settings.user = "user";
  settings.password_file = file;
  g_assert_false (track_mail_send (&settings, &mail, &error));
  g_assert_error (error, TRACK_MAIL_ERROR, TRACK_MAIL_ERROR_SETTINGS);
  g_assert_null (strstr (error->message, "secret-word"));
  taken = stop_mail_server (server);
  g_object_unref (server);
  g_assert_null (strstr (taken, "Subject"));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-carrier/webhook", test_webhook);
  g_test_add_func ("/track-carrier/stop", test_stop);
  g_test_add_func ("/track-carrier/mail", test_mail);
  g_test_add_func ("/track-carrier/mail-hangs", test_mail_hangs);
  g_test_add_func ("/track-carrier/mail-refused", test_mail_refused);
  return g_test_run ();
}
