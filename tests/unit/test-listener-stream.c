/* SPDX-License-Identifier: EUPL-1.2 */
/* Replies given piece by piece: whole or visibly not, at the client's speed, through every kind of end. */

#include "listener-certificates.h"
#include "listener-harness.h"
#include "testlib.h"

#include <string.h>
#include <sys/socket.h>

#define HOST  "Host: planner.example\r\n"
#define LATER "GET /later HTTP/1.1\r\n" HOST "\r\n"
#define OLD   "GET /later HTTP/1.0\r\n\r\n"

static void
feed (ListenerRequest *request, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  listener_request_reply_feed (request, bytes);
}

static gsize
feed_large (ListenerRequest *request, gsize n_bytes)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_strnfill (n_bytes, 'y'), n_bytes);

  return listener_request_reply_feed (request, bytes);
}

/* Sends @text and waits for the request to be held; borrowed from the harness. */
static ListenerRequest *
ask (Client *client, const char *text)
{
  GPtrArray *held = client->harness->held;
  guint n_before = held->len;

  client_send (client, text, -1);
  for (guint i = 0; i < 2000 && held->len == n_before; i++)
    harness_run_ms (client->harness, 1);
  g_assert_cmpuint (held->len, ==, n_before + 1);
  return held->pdata[n_before];
}

/* The body of the first reply in @received with its chunks joined; %NULL unless the last chunk has come. */
static char *
dup_unchunked (const char *received)
{
  const char *at = strstr (received, "\r\n\r\n");
  g_autoptr (GString) body = g_string_new (NULL);

  g_assert_nonnull (at);
  for (at += 4;;)
    {
      char *end;
      gsize n_bytes = (gsize) g_ascii_strtoull (at, &end, 16);

      if (end == at || !g_str_has_prefix (end, "\r\n"))
        return NULL;
      if (n_bytes == 0)
        return g_string_free (g_steal_pointer (&body), FALSE);
      if (strlen (end + 2) < n_bytes + 2)
        return NULL;
      g_string_append_len (body, end + 2, (gssize) n_bytes);
      at = end + 2 + n_bytes + 2;
    }
}

static void
start (Harness *harness)
{
  harness_init (harness);
  harness_start (harness);
}

/* Of known length, in pieces with pauses between them; the connection serves the next request. */
static void
test_known (void)
{
  Harness harness;

  start (&harness);
  {
    g_autoptr (Client) client = client_new (&harness);
    ListenerRequest *request = ask (client, LATER);

    listener_request_add_reply_header (request, "X-Own", "yes");
    listener_request_reply_begin (request, 200, "text/xml", 12);
    g_assert_true (client_wait_text (client, "\r\n\r\n", PATIENCE_MS));
    feed (request, "first ");
    g_assert_true (client_wait_text (client, "first ", PATIENCE_MS));
    harness_run_ms (&harness, 20);
    feed (request, "");
    feed (request, "second");
    listener_request_reply_end (request);
    listener_request_reply_abort (request);
    g_assert_true (client_wait_text (client, "first second", PATIENCE_MS));
    g_assert_nonnull (strstr (client->received->str, "Content-Length: 12\r\n"));
    g_assert_nonnull (strstr (client->received->str, "Content-Type: text/xml\r\n"));
    g_assert_nonnull (strstr (client->received->str, "X-Own: yes\r\n"));
    g_string_truncate (client->received, 0);
    client_send (client, "GET /echo HTTP/1.1\r\n" HOST "\r\n", -1);
    g_assert_true (client_wait_text (client, "200 OK", PATIENCE_MS));
    g_assert_cmpuint (harness_counters (&harness)->n_replies[2], ==, 2);
    g_assert_cmpuint (harness_counters (&harness)->n_aborted, ==, 0);
    g_assert_cmpuint (listener_n_busy (harness.listener), ==, 0);
  }
  harness_clear (&harness);
}

/* Of unknown length: chunks to HTTP/1.1, until the end to HTTP/1.0, and nothing but a head to HEAD. */
static void
test_unknown (void)
{
  Harness harness;

  start (&harness);
  {
    g_autoptr (Client) modern = client_new (&harness);
    g_autoptr (Client) old = client_new (&harness);
    g_autoptr (Client) head = client_new (&harness);
    ListenerRequest *requests[] = {
      ask (modern, LATER),
      ask (old, OLD),
      ask (head, "HEAD /later HTTP/1.1\r\n" HOST "\r\n"),
    };
    g_autofree char *body = NULL;

    for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
      {
        listener_request_reply_begin (requests[i], 200, "text/xml", LISTENER_LENGTH_UNKNOWN);
        feed (requests[i], "one, ");
        harness_run_ms (&harness, 10);
        feed (requests[i], "two");
        listener_request_reply_end (requests[i]);
      }
    g_assert_true (client_wait_text (modern, "\r\n0\r\n\r\n", PATIENCE_MS));
    body = dup_unchunked (modern->received->str);
    g_assert_cmpstr (body, ==, "one, two");
    g_assert_true (client_wait_closed (old, PATIENCE_MS));
    g_assert_false (old->reset);
    g_assert_true (g_str_has_suffix (old->received->str, "\r\n\r\none, two"));
    g_assert_null (strstr (old->received->str, "chunked"));
    g_assert_true (client_wait_text (head, "\r\n\r\n", PATIENCE_MS));
    g_assert_true (g_str_has_suffix (head->received->str, "\r\n\r\n"));
    g_string_truncate (head->received, 0);
    client_send (head, "GET /echo HTTP/1.1\r\n" HOST "\r\n", -1);
    g_assert_true (client_wait_text (head, "200 OK", PATIENCE_MS));
  }
  harness_clear (&harness);
}

/* How a reply that is not whole comes about. */
typedef enum
{
  BREAK_ABORT,
  BREAK_SHORT, /* ended before the announced length */
  BREAK_LONG,
  BREAK_DROPPED, /* the last reference goes without an end */
  N_BREAKS,
} Break;

static void
break_reply (Harness *harness, ListenerRequest *request, Break how)
{
  switch (how)
    {
    case BREAK_ABORT:
      listener_request_reply_abort (request);
      break;
    case BREAK_SHORT:
      listener_request_reply_end (request);
      break;
    case BREAK_LONG:
      testlib_expect_log ("listener", G_LOG_LEVEL_WARNING, "*longer than its announced*");
      feed_large (request, 1000);
      testlib_assert_expected_logs ();
      break;
    case BREAK_DROPPED:
      g_ptr_array_remove (harness->held, request);
      break;
    case N_BREAKS:
    default:
      g_assert_not_reached ();
    }
}

static void
check_broken (Break how, guint moment, guint kind)
{
  gboolean is_known = kind == 0 || how == BREAK_SHORT || how == BREAK_LONG;
  Harness harness;

  start (&harness);
  {
    g_autoptr (Client) client = client_new (&harness);
    ListenerRequest *request = ask (client, kind == 2 ? OLD : LATER);

    listener_request_reply_begin (request, 200, NULL, is_known ? 100 : -1);
    if (moment > 0)
      harness_run_ms (&harness, 5);
    if (moment > 1)
      {
        feed (request, "some");
        g_assert_true (client_wait_text (client, "some", PATIENCE_MS));
      }
    break_reply (&harness, request, how);
    g_assert_true (client_wait_closed (client, PATIENCE_MS));
    g_assert_true (client->reset);
    g_assert_cmpuint (harness_counters (&harness)->n_aborted, ==, 1);
    for (guint i = 0; i < 2000 && harness_counters (&harness)->n_open > 0; i++)
      harness_run_ms (&harness, 1);
    g_assert_cmpuint (harness_counters (&harness)->n_open, ==, 0);
    g_assert_cmpuint (listener_n_busy (harness.listener), ==, 0);
  }
  harness_clear (&harness);
}

/* Whatever breaks it, the client sees a reset, after some of the body, after none, and before the head. */
static void
test_broken (void)
{
  for (Break how = 0; how < N_BREAKS; how++)
    for (guint moment = 0; moment < 3; moment++)
      for (guint kind = 0; kind < 3; kind++)
        check_broken (how, moment, kind);
}

typedef struct
{
  guint n_drained;
  guint n_gone;
} Heard;

static void
on_drained (ListenerRequest *request, gpointer user_data)
{
  ((Heard *) user_data)->n_drained++;
}

static void
on_gone (ListenerRequest *request, gpointer user_data)
{
  ((Heard *) user_data)->n_gone++;
}

/* Reads until @n_bytes have come in all, looking at none of them. */
static void
swallow (Client *client, gsize *n_read, gsize n_bytes)
{
  char buffer[65536];
  gssize n;

  for (guint i = 0; i < 20000 && *n_read < n_bytes; i++)
    if ((n = recv (client->fd, buffer, sizeof buffer, MSG_DONTWAIT)) > 0)
      *n_read += (gsize) n;
    else
      harness_run_ms (client->harness, 1);
  g_assert_cmpuint (*n_read, >=, n_bytes);
}

/* A client that does not read holds what was fed and no more; when it reads, the application hears once. */
static void
test_back_pressure (void)
{
  const gsize n_bytes = 48 * 1024 * 1024;
  Harness harness;

  start (&harness);
  {
    g_autoptr (Client) client = client_new (&harness);
    ListenerRequest *request = ask (client, LATER);
    Heard heard = { 0 };
    gsize n_waiting, n_read = 0;
    char more;

    listener_request_set_drained_func (request, 1024 * 1024, on_drained, &heard);
    listener_request_reply_begin (request, 200, NULL, (gint64) n_bytes);
    n_waiting = feed_large (request, n_bytes / 2);
    g_assert_cmpuint (n_waiting, ==, n_bytes / 2);
    harness_run_ms (&harness, 100);
    g_assert_cmpuint (heard.n_drained, ==, 0);
    n_waiting = feed_large (request, 1000);
    g_assert_cmpuint (n_waiting, >, 1024 * 1024);
    harness_run_ms (&harness, 50);
    g_assert_cmpuint (feed_large (request, 1000), ==, n_waiting + 1000);
    swallow (client, &n_read, n_bytes / 2 + 2000);
    harness_run_ms (&harness, 20);
    g_assert_cmpuint (heard.n_drained, ==, 1);
    g_assert_cmpuint (feed_large (request, n_bytes / 2 - 2000), ==, n_bytes / 2 - 2000);
    listener_request_reply_end (request);
    swallow (client, &n_read, n_bytes + 60);
    harness_run_ms (&harness, 20);
    g_assert_cmpint (recv (client->fd, &more, 1, MSG_DONTWAIT), ==, -1);
    g_assert_cmpuint (n_read, <, n_bytes + 1000);
  }
  harness_clear (&harness);
}

/* The client leaves while the reply waits for the application, or for the client. */
static void
test_gone (void)
{
  for (guint is_full = 0; is_full < 2; is_full++)
    {
      Harness harness;
      Heard heard = { 0 };
      ListenerRequest *request;

      start (&harness);
      {
        g_autoptr (Client) client = client_new (&harness);

        request = ask (client, LATER);
        listener_request_set_gone_func (request, on_gone, &heard);
        listener_request_reply_begin (request, 200, NULL, LISTENER_LENGTH_UNKNOWN);
        feed_large (request, is_full ? 16 * 1024 * 1024 : 10);
        harness_run_ms (&harness, 20);
      }
      for (guint i = 0; i < 500 && heard.n_gone == 0; i++)
        harness_run_ms (&harness, 10);
      g_assert_cmpuint (heard.n_gone, ==, 1);
      g_assert_true (listener_request_is_gone (request));
      g_assert_cmpuint (harness_counters (&harness)->n_gone, ==, 1);
      feed_large (request, 10);
      listener_request_reply_end (request);
      for (guint i = 0; i < 500 && harness_counters (&harness)->n_open > 0; i++)
        harness_run_ms (&harness, 10);
      g_assert_cmpuint (harness_counters (&harness)->n_open, ==, 0);
      g_assert_cmpuint (heard.n_gone, ==, 1);
      harness_clear (&harness);
    }
}

/* The client's time runs while something waits for it, and not while the application has nothing. */
static void
test_deadlines (void)
{
  Harness harness;
  Heard heard = { 0 };

  harness_init (&harness);
  harness.settings.reply_timeout_ms = 200;
  harness_start (&harness);
  {
    g_autoptr (Client) patient = client_new (&harness);
    g_autoptr (Client) slow = client_new (&harness);
    ListenerRequest *late = ask (patient, LATER);
    ListenerRequest *large = ask (slow, OLD);

    listener_request_set_gone_func (large, on_gone, &heard);
    listener_request_reply_begin (late, 200, NULL, LISTENER_LENGTH_UNKNOWN);
    listener_request_reply_begin (large, 200, NULL, LISTENER_LENGTH_UNKNOWN);
    feed (late, "begun");
    feed_large (large, 16 * 1024 * 1024);
    for (guint i = 0; i < 1000 && heard.n_gone == 0; i++)
      harness_run_ms (&harness, 5);
    g_assert_cmpuint (heard.n_gone, ==, 1);
    g_assert_cmpuint (harness_counters (&harness)->n_timed_out_reply, ==, 1);
    g_assert_true (client_wait_closed (slow, PATIENCE_MS));
    g_assert_true (slow->reset);
    harness_run_ms (&harness, 300);
    feed (late, " and done");
    listener_request_reply_end (late);
    g_assert_true (client_wait_text (patient, "\r\n0\r\n\r\n", PATIENCE_MS));
    g_assert_cmpuint (harness_counters (&harness)->n_timed_out_reply, ==, 1);
  }
  harness_clear (&harness);
}

/* A clean stop waits for the stream, tells that it is the last, and the free ends what is left with a reset. */
static void
test_stop (void)
{
  Harness harness;

  start (&harness);
  {
    g_autoptr (Client) begun = client_new (&harness);
    g_autoptr (Client) later = client_new (&harness);
    Client *left[3] = { client_new (&harness), client_new (&harness), client_new (&harness) };
    ListenerRequest *first = ask (begun, LATER);
    ListenerRequest *second = ask (later, LATER);
    ListenerRequest *third[3] = { ask (left[0], OLD), ask (left[1], OLD), ask (left[2], OLD) };

    listener_request_reply_begin (first, 200, NULL, 10);
    feed (first, "12345");
    for (guint i = 0; i < 3; i++)
      listener_request_reply_begin (third[i], 200, NULL, LISTENER_LENGTH_UNKNOWN);
    feed (third[0], "waits for the application");
    feed_large (third[1], 16 * 1024 * 1024);
    feed_large (third[2], 16 * 1024 * 1024);
    listener_request_reply_end (third[2]);
    harness_run_ms (&harness, 20);
    listener_stop_accepting (harness.listener);
    listener_request_reply_begin (second, 200, NULL, 5);
    feed (second, "whole");
    feed (first, "67890");
    listener_request_reply_end (second);
    listener_request_reply_end (first);
    g_assert_true (client_wait_text (begun, "1234567890", PATIENCE_MS));
    g_assert_true (client_wait_closed (later, PATIENCE_MS));
    g_assert_false (later->reset);
    g_assert_nonnull (strstr (later->received->str, "Connection: close"));
    g_assert_cmpuint (listener_n_draining (harness.listener), >=, 3);
    g_clear_pointer (&harness.listener, listener_free);
    g_assert_true (listener_request_is_gone (third[0]));
    feed (third[1], "nowhere");
    listener_request_reply_end (third[1]);
    for (guint i = 0; i < 3; i++)
      {
        g_assert_true (client_wait_closed (left[i], PATIENCE_MS));
        g_assert_true (left[i]->reset);
        client_free (left[i]);
      }
  }
  harness_clear (&harness);
}

/* Over TLS: whole, and broken off without the alert that says that it was whole. */
static void
test_tls (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autoptr (Certificate) authority =
    certificate_new (&(CertificatePlan){ .common_name = "Prøve-CA", .authority = TRUE });
  g_autoptr (Certificate) own =
    certificate_new (&(CertificatePlan){ .common_name = "localhost", .issuer = authority });
  g_autofree char *certificate_file = certificate_save (own, folder, "own.pem");
  g_autofree char *key_file = certificate_save_key (own, folder, "own.key");
  ListenerTlsSettings tls = { .certificate_file = certificate_file, .key_file = key_file };
  g_autoptr (GError) error = NULL;
  Harness harness;

  harness_init (&harness);
  harness.settings.tls = listener_tls_new (&tls, &error);
  g_assert_no_error (error);
  harness_start (&harness);
  for (guint is_broken = 0; is_broken < 2; is_broken++)
    {
      g_autoptr (TlsClient) client = tls_client_new (&harness, authority, NULL, NULL);
      ListenerRequest *request;

      tls_client_send (client, OLD, -1);
      for (guint i = 0; i < 2000 && harness.held->len <= is_broken; i++)
        harness_run_ms (&harness, 1);
      request = harness.held->pdata[is_broken];
      listener_request_reply_begin (request, 200, NULL, LISTENER_LENGTH_UNKNOWN);
      feed (request, "half, ");
      g_assert_true (tls_client_wait_text (client, "half, ", PATIENCE_MS));
      if (is_broken)
        listener_request_reply_abort (request);
      else
        {
          feed (request, "whole");
          listener_request_reply_end (request);
          g_assert_true (tls_client_wait_text (client, "half, whole", PATIENCE_MS));
        }
      g_assert_true (tls_client_wait_end (client, PATIENCE_MS));
      g_assert_cmpint (client->failure != 0, ==, is_broken);
    }
  listener_tls_unref (harness.settings.tls);
  harness_clear (&harness);
}

typedef struct
{
  ListenerRequest *request;
  GString *expected;
  gsize n_left;
  gboolean is_held; /* until drained */
} Source;

static void
on_source_drained (ListenerRequest *request, gpointer user_data)
{
  ((Source *) user_data)->is_held = FALSE;
}

static void
feed_some (Source *source, GRand *random)
{
  gsize n_wanted = (gsize) g_rand_int_range (random, 1, 40000);
  gsize n = MIN (source->n_left, n_wanted);
  g_autoptr (GBytes) bytes = NULL;
  gsize begin = source->expected->len;

  if (source->is_held || source->n_left == 0)
    return;
  for (gsize i = 0; i < n; i++)
    g_string_append_c (source->expected, (char) ('a' + g_rand_int_range (random, 0, 26)));
  bytes = g_bytes_new (source->expected->str + begin, n);
  source->n_left -= n;
  source->is_held = listener_request_reply_feed (source->request, bytes) > 60000;
  if (source->n_left == 0)
    listener_request_reply_end (source->request);
}

static void
stream_one (Harness *harness, GRand *random)
{
  g_autoptr (Client) client = client_new (harness);
  gboolean is_known = g_rand_boolean (random);
  Source source = { .expected = g_string_new (NULL) };
  g_autofree char *body = NULL;
  gsize n_bytes = (gsize) g_rand_int_range (random, 1, 400000);
  const char *end = is_known ? "" : "\r\n0\r\n\r\n";

  source.request = ask (client, LATER);
  source.n_left = n_bytes;
  listener_request_set_drained_func (source.request, 20000, on_source_drained, &source);
  listener_request_reply_begin (source.request, 200, NULL, is_known ? (gint64) n_bytes : -1);
  while (source.n_left > 0)
    {
      feed_some (&source, random);
      if (g_rand_int_range (random, 0, 3) == 0)
        client_wait_text (client, "nowhere", (guint) g_rand_int_range (random, 0, 4));
    }
  for (guint i = 0; i < 500 && body == NULL; i++)
    {
      const char *start;

      client_wait_text (client, "nowhere", 5);
      start = strstr (client->received->str, "\r\n\r\n");
      if (start != NULL && !is_known && g_str_has_suffix (client->received->str, end))
        body = dup_unchunked (client->received->str);
      else if (start != NULL && is_known && strlen (start + 4) >= n_bytes)
        body = g_strdup (start + 4);
    }
  g_assert_cmpstr (body, ==, source.expected->str);
  g_string_free (source.expected, TRUE);
}

/* Any sizes of pieces, any pauses on either side: byte for byte what was fed. */
static void
test_any_pace (void)
{
  g_autoptr (GRand) random = testlib_random_new ();
  guint64 n_streams = testlib_budget ("listener-stream");
  Harness harness;

  start (&harness);
  for (guint64 i = 0; i < n_streams; i++)
    stream_one (&harness, random);
  g_assert_cmpuint (harness_counters (&harness)->n_aborted, ==, 0);
  harness_clear (&harness);
}

/* Many streams that wait at once cost no turns of the loop, and each gets its own. */
static void
test_many (void)
{
  enum
  {
    N_STREAMS = 300,
    N_RESTING = 1500
  };
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);
  Harness harness;

  start (&harness);
  for (guint i = 0; i < N_RESTING; i++)
    {
      g_ptr_array_add (clients, client_new (&harness));
      if (i % 200 == 0)
        harness_run_ms (&harness, 5);
    }
  for (guint i = 0; i < N_STREAMS; i++)
    {
      Client *client = client_new (&harness);

      g_ptr_array_add (clients, client);
      listener_request_reply_begin (ask (client, LATER), 200, NULL, LISTENER_LENGTH_UNKNOWN);
    }
  harness_run_ms (&harness, 50);
  g_assert_false (g_main_context_pending (harness.context));
  for (guint i = 0; i < N_STREAMS; i++)
    {
      g_autofree char *text = g_strdup_printf ("stream %u.", i);

      feed (harness.held->pdata[i], text);
      listener_request_reply_end (harness.held->pdata[i]);
    }
  for (guint i = 0; i < N_STREAMS; i++)
    {
      g_autofree char *text = g_strdup_printf ("stream %u.", i);

      g_assert_true (client_wait_text (clients->pdata[N_RESTING + i], text, PATIENCE_MS));
    }
  g_ptr_array_set_size (clients, 0);
  harness_clear (&harness);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/listener-stream/known", test_known);
  g_test_add_func ("/listener-stream/unknown", test_unknown);
  g_test_add_func ("/listener-stream/broken", test_broken);
  g_test_add_func ("/listener-stream/back-pressure", test_back_pressure);
  g_test_add_func ("/listener-stream/gone", test_gone);
  g_test_add_func ("/listener-stream/deadlines", test_deadlines);
  g_test_add_func ("/listener-stream/stop", test_stop);
  g_test_add_func ("/listener-stream/tls", test_tls);
  g_test_add_func ("/listener-stream/any-pace", test_any_pace);
  g_test_add_func ("/listener-stream/many", test_many);
  return g_test_run ();
}
