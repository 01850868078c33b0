/* SPDX-License-Identifier: EUPL-1.2 */
/* A listener's life over real sockets: replies now and later, deadlines, caps, the last descriptor, the end. */

#include "listener-harness.h"
#include "testlib.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define HOST        "Host: planner.example\r\n"
#define GET(target) "GET " target " HTTP/1.1\r\n" HOST "\r\n"

static ListenerRequest *
held (Harness *harness, guint n)
{
  g_assert_cmpuint (harness->held->len, >, n);
  return harness->held->pdata[n];
}

static void
reply (ListenerRequest *request, const char *text)
{
  listener_request_reply_take (request, 200, "text/plain", g_strdup (text), strlen (text));
}

/* Waits until the handler holds @n requests. */
static void
wait_held (Harness *harness, guint n)
{
  for (guint i = 0; i < 2000 && harness->held->len < n; i++)
    harness_run_ms (harness, 1);
  g_assert_cmpuint (harness->held->len, ==, n);
}

static void
test_request_value (Harness *harness)
{
  static const char text[] =
    "POST /later?a=%20b&c HTTP/1.1\r\n" HOST "SOAPAction:  \"x\" \r\nX-Empty:\r\n"
    "Content-Length: 5\r\n\r\nh\0llo";
  g_autoptr (Client) client = client_new (harness);
  const char *body;
  gsize n_bytes;

  client_send (client, text, sizeof text - 1);
  wait_held (harness, 1);
  g_assert_cmpint (listener_request_get_method (held (harness, 0)), ==, LISTENER_METHOD_POST);
  g_assert_cmpstr (listener_request_get_path (held (harness, 0)), ==, "/later");
  g_assert_cmpstr (listener_request_get_query (held (harness, 0)), ==, "a=%20b&c");
  g_assert_cmpstr (listener_request_find_header (held (harness, 0), "soapACTION"), ==, "\"x\"");
  g_assert_cmpstr (listener_request_find_header (held (harness, 0), "X-Empty"), ==, "");
  g_assert_null (listener_request_find_header (held (harness, 0), "X-Emp"));
  g_assert_cmpstr (listener_request_get_peer (held (harness, 0)), ==, "127.0.0.1");
  g_assert_null (listener_request_get_identity (held (harness, 0)));
  body = listener_request_get_body (held (harness, 0), &n_bytes);
  g_assert_cmpmem (body, n_bytes, "h\0llo", 5);
  g_assert_cmpuint (harness_counters (harness)->n_body_bytes, ==, 5);
  listener_request_add_reply_header (held (harness, 0), "X-Request-Id", "42");
  reply (held (harness, 0), "later");
  g_ptr_array_set_size (harness->held, 0);
  g_assert_true (client_wait_text (client, "\r\n\r\nlater", PATIENCE_MS));
  g_assert_true (client_wait_text (client, "\r\nX-Request-Id: 42\r\n", 0));
  g_assert_cmpuint (harness_counters (harness)->n_body_bytes, ==, 0);
}

static void
test_keep_alive (Harness *harness)
{
  g_autoptr (Client) client = client_new (harness);

  for (guint i = 1; i <= 5; i++)
    {
      client_send (client, GET ("/nowhere"), -1);
      for (guint k = 0; k < 1000 && client_count (client, "/nowhere") < i; k++)
        client_wait_text (client, "never", 1);
      g_assert_cmpuint (client_count (client, "HTTP/1.1 404"), ==, i);
    }
  g_assert_false (client->closed);
  g_assert_cmpuint (harness_counters (harness)->n_accepted, ==, 1);
  g_assert_cmpuint (harness_counters (harness)->n_busy, ==, 0);
  client_send (client, GET ("/end"), -1);
  g_assert_true (client_wait_closed (client, PATIENCE_MS));
}

/* Three at once, the middle one answered late: the replies keep the order. */
static void
test_pipelining (Harness *harness)
{
  g_autoptr (Client) client = client_new (harness);
  const char *first;
  const char *second;
  const char *third;

  client_send (client, GET ("/one") GET ("/later") GET ("/three"), -1);
  wait_held (harness, 1);
  g_assert_true (client_wait_text (client, "\r\n\r\n/one", PATIENCE_MS));
  g_assert_cmpuint (client_count (client, "HTTP/1.1 "), ==, 1);
  reply (held (harness, 0), "two");
  g_assert_true (client_wait_text (client, "/three", PATIENCE_MS));
  first = strstr (client->received->str, "/one");
  second = strstr (client->received->str, "two");
  third = strstr (client->received->str, "/three");
  g_assert_true (first < second && second < third);
}

static void
test_head_method (Harness *harness)
{
  g_autoptr (Client) client = client_new (harness);

  client_send (client, "HEAD /large?500 HTTP/1.1\r\n" HOST "\r\n" GET ("/after"), -1);
  g_assert_true (client_wait_text (client, "/after", PATIENCE_MS));
  g_assert_cmpuint (client_count (client, "Content-Length: 500\r\n"), ==, 1);
  g_assert_null (strstr (client->received->str, "xxx"));
}

static void
test_large_reply (Harness *harness)
{
  g_autoptr (Client) client = client_new (harness);

  client_send (client, GET ("/large?3000000"), -1);
  for (guint i = 0; i < 5000 && client->received->len < 3000000; i++)
    client_wait_text (client, "never", 1);
  g_assert_cmpuint (client->received->len, >, 3000000);
  g_assert_true (g_str_has_suffix (client->received->str, "xxxx"));
  g_assert_false (client->closed);
}

static void
test_dropped (Harness *harness)
{
  g_autoptr (Client) client = client_new (harness);

  client_send (client, GET ("/drop"), -1);
  g_assert_true (client_wait_text (client, "HTTP/1.1 500", PATIENCE_MS));
  client_send (client, GET ("/later"), -1);
  wait_held (harness, 1);
  g_ptr_array_set_size (harness->held, 0);
  for (guint k = 0; k < 2000 && client_count (client, "HTTP/1.1 500") < 2; k++)
    client_wait_text (client, "never", 1);
  g_assert_cmpuint (client_count (client, "HTTP/1.1 500"), ==, 2);
}

static gpointer
drop_elsewhere (gpointer request)
{
  listener_request_unref (request);
  return NULL;
}

static void
test_dropped_on_other_thread (Harness *harness)
{
  g_autoptr (Client) client = client_new (harness);
  GThread *thread;

  client_send (client, GET ("/later"), -1);
  wait_held (harness, 1);
  g_ptr_array_set_free_func (harness->held, NULL);
  thread = g_thread_new ("drop", drop_elsewhere, held (harness, 0));
  g_ptr_array_set_size (harness->held, 0);
  g_ptr_array_set_free_func (harness->held, (GDestroyNotify) listener_request_unref);
  g_thread_join (thread);
  g_assert_true (client_wait_text (client, "HTTP/1.1 500", PATIENCE_MS));
}

static void
test_replied_twice (Harness *harness)
{
  g_autoptr (Client) client = client_new (harness);

  testlib_expect_log ("listener", G_LOG_LEVEL_CRITICAL, "*replied*");
  client_send (client, GET ("/twice"), -1);
  g_assert_true (client_wait_text (client, "HTTP/1.1 200", PATIENCE_MS));
  harness_run_ms (harness, 20);
  g_assert_cmpuint (client_count (client, "HTTP/1.1 "), ==, 1);
  testlib_assert_expected_logs ();
}

static void
on_gone (ListenerRequest *request, gpointer user_data)
{
  ++*(guint *) user_data;
}

static void
test_gone (Harness *harness)
{
  guint n_calls = 0;
  Client *client = client_new (harness);

  client_send (client, GET ("/later"), -1);
  wait_held (harness, 1);
  listener_request_set_gone_func (held (harness, 0), on_gone, &n_calls);
  g_assert_false (listener_request_is_gone (held (harness, 0)));
  client_free (client);
  harness_run_ms (harness, 1300);
  g_assert_cmpuint (n_calls, ==, 1);
  g_assert_true (listener_request_is_gone (held (harness, 0)));
  g_assert_cmpuint (harness_counters (harness)->n_gone, ==, 1);
  reply (held (harness, 0), "nobody");
  harness_run_ms (harness, 20);
  g_assert_cmpuint (harness_counters (harness)->n_open, ==, 0);
  g_assert_cmpuint (harness_counters (harness)->n_busy, ==, 0);
  g_assert_cmpuint (n_calls, ==, 1);
}

/* A client that resets instead of closing, and a reply far larger than any buffer. */
static void
test_reset_while_handled (Harness *harness)
{
  struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
  Client *client = client_new (harness);

  client_send (client, GET ("/later"), -1);
  wait_held (harness, 1);
  setsockopt (client->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  client_free (client);
  listener_request_reply_take (held (harness, 0), 200, NULL, g_strnfill (5000000, 'x'), 5000000);
  harness_run_ms (harness, 30);
  g_assert_cmpuint (harness_counters (harness)->n_open, ==, 0);
}

static void
test_body_limit (Harness *harness)
{
  static const struct
  {
    guint n_bytes;
    gboolean chunked;
    guint status;
  } rows[] = { { 100000, FALSE, 200 }, { 100001, FALSE, 413 },  { 100000, TRUE, 200 },
               { 100001, TRUE, 413 },  { 3000000, FALSE, 413 }, { 3000000, TRUE, 413 } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Client) client = client_new (harness);
      g_autofree char *body = g_strnfill (rows[i].n_bytes, 'b');
      g_autoptr (GString) text = g_string_new ("POST /end HTTP/1.1\r\n" HOST);

      if (rows[i].chunked)
        g_string_append_printf (text, "Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n",
                                rows[i].n_bytes, body);
      else
        g_string_append_printf (text, "Content-Length: %u\r\n\r\n%s", rows[i].n_bytes, body);
      client_send (client, text->str, (gssize) text->len);
      g_assert_true (client_wait_closed (client, PATIENCE_MS));
      g_assert_cmpuint (client_status (client), ==, rows[i].status);
      g_assert_cmpuint (client->received->len, >, rows[i].status == 200 ? 100000 : 100);
    }
  harness_run_ms (harness, 10);
  g_assert_cmpuint (harness_counters (harness)->n_body_bytes, ==, 0);
  g_assert_cmpuint (harness_counters (harness)->n_refused[LISTENER_REFUSED_BODY_SIZE], ==, 4);
}

/* Many small chunks, each below the limit, pass it together. */
static void
test_body_limit_in_small_chunks (Harness *harness)
{
  g_autoptr (Client) client = client_new (harness);

  client_send (client, "POST /end HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", -1);
  for (guint i = 0; i < 2000 && !client_wait_text (client, "HTTP/1.1 413", 0); i++)
    client_send (client,
                 "64\r\n0123456789012345678901234567890123456789012345678901234567890123456789"
                 "012345678901234567890123456789\r\n",
                 -1);
  g_assert_true (client_wait_text (client, "HTTP/1.1 413", PATIENCE_MS));
}

/* Refused in the middle of its body, a client that then waits sees the end at once; its own is not waited for long. */
static void
test_refused_and_silent (Harness *harness)
{
  g_autofree char *body = g_strnfill (100001, 'b');
  g_autofree char *text = g_strdup_printf (
    "POST /end HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n186a1\r\n%s\r\n", body);
  g_autoptr (Client) client = client_new (harness);

  client_send (client, text, -1);
  for (guint i = 0; i < 500 && !client_wait_closed (client, 0); i++)
    harness_run_ms (harness, 2);
  g_assert_true (client_wait_closed (client, 0));
  g_assert_cmpuint (client_status (client), ==, 413);
  harness_run_ms (harness, 2100);
  g_assert_cmpuint (harness_counters (harness)->n_open, ==, 0);
}

static void
test_buffered_bytes (Harness *harness)
{
  g_autoptr (Client) first = client_new (harness);
  g_autoptr (Client) second = client_new (harness);
  g_autofree char *body = g_strnfill (60000, 'b');
  g_autofree char *text =
    g_strdup_printf ("POST /later HTTP/1.1\r\n" HOST "Content-Length: 60000\r\n\r\n%s", body);

  client_send (first, text, -1);
  wait_held (harness, 1);
  client_send (second, text, -1);
  g_assert_true (client_wait_closed (second, PATIENCE_MS));
  g_assert_cmpuint (client_status (second), ==, 503);
  reply (held (harness, 0), "fine");
  g_assert_true (client_wait_text (first, "fine", PATIENCE_MS));
}

static void
test_silent_clients (Harness *harness)
{
  static const char *const beginnings[] = {
    "",
    "GET /ec",
    "GET /echo HTTP/1.1\r\n",
    "GET /echo HTTP/1.1\r\nHost: a\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello",
    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: trailer\r\n",
  };
  Client *clients[G_N_ELEMENTS (beginnings)];

  for (gsize i = 0; i < G_N_ELEMENTS (beginnings); i++)
    {
      clients[i] = client_new (harness);
      client_send (clients[i], beginnings[i], -1);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (beginnings); i++)
    {
      g_assert_true (client_wait_closed (clients[i], PATIENCE_MS));
      g_assert_cmpuint (client_status (clients[i]), ==, 0);
      client_free (clients[i]);
    }
  harness_run_ms (harness, 10);
  g_assert_cmpuint (harness_counters (harness)->n_timed_out_request, ==, G_N_ELEMENTS (beginnings));
  g_assert_cmpuint (harness_counters (harness)->n_open, ==, 0);
}

/* One byte now and then is activity, but not progress. */
static void
test_dribbling_client (Harness *harness)
{
  static const char text[] =
    "POST /echo HTTP/1.1\r\nHost: a\r\nX-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  g_autoptr (Client) client = client_new (harness);
  gsize n_sent = 0;

  for (; n_sent < sizeof text - 1 && !client_wait_closed (client, 0); n_sent++)
    {
      client_send (client, text + n_sent, 1);
      harness_run_ms (harness, 40);
    }
  g_assert_cmpuint (n_sent, <, sizeof text - 1);
  g_assert_true (client_wait_closed (client, 0));
  g_assert_cmpuint (harness_counters (harness)->n_timed_out_request, ==, 1);
}

static void
test_idle_client (Harness *harness)
{
  g_autoptr (Client) client = client_new (harness);

  client_send (client, GET ("/echo"), -1);
  g_assert_true (client_wait_text (client, "200 OK", PATIENCE_MS));
  g_assert_true (client_wait_closed (client, PATIENCE_MS));
  g_assert_cmpuint (harness_counters (harness)->n_timed_out_idle, ==, 1);
}

static void
test_slow_reader (Harness *harness)
{
  Client *client = client_new (harness);

  client_send (client, GET ("/large?30000000"), -1);
  harness_run_ms (harness, 900);
  g_assert_cmpuint (harness_counters (harness)->n_timed_out_reply, ==, 1);
  g_assert_cmpuint (harness_counters (harness)->n_open, ==, 0);
  client_free (client);
}

/* Neither deadline touches a request that the application holds. */
static void
test_held_beyond_deadlines (Harness *harness)
{
  g_autoptr (Client) client = client_new (harness);

  client_send (client, GET ("/later"), -1);
  wait_held (harness, 1);
  harness_run_ms (harness, 1500);
  reply (held (harness, 0), "at last");
  g_assert_true (client_wait_text (client, "at last", PATIENCE_MS));
}

/* An end that comes in one piece with the data before it gives the library no edge to wake up on. */
static void
test_end_unseen_by_library (Harness *harness)
{
  static const struct
  {
    const char *data;
    guint status;
  } rows[] = { { "GET /ec", 0 },
               { "GET /echo HTTP/1.1\r\nHost: a\r\n", 0 },
               { GET ("/echo"), 200 } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Client) client = client_new (harness);

      harness_run_ms (harness, 5);
      g_assert_cmpint (send (client->fd, rows[i].data, strlen (rows[i].data), 0), >, 0);
      shutdown (client->fd, SHUT_WR);
      g_assert_true (client_wait_closed (client, PATIENCE_MS));
      g_assert_cmpuint (client_status (client), ==, rows[i].status);
    }
  harness_run_ms (harness, 5);
  g_assert_cmpuint (harness_counters (harness)->n_open, ==, 0);
  g_assert_cmpuint (harness_counters (harness)->n_timed_out_request, ==, 0);
}

static void
test_connection_cap (Harness *harness)
{
  g_autoptr (Client) first = client_new (harness);
  g_autoptr (Client) second = client_new (harness);
  g_autoptr (Client) third = NULL;
  g_autoptr (Client) fourth = NULL;

  client_send (first, GET ("/echo"), -1);
  g_assert_true (client_wait_text (first, "200 OK", PATIENCE_MS));
  client_send (second, GET ("/later"), -1);
  wait_held (harness, 1);
  third = client_new (harness);
  g_assert_true (client_wait_closed (third, PATIENCE_MS));
  g_assert_cmpuint (harness_counters (harness)->n_refused[LISTENER_REFUSED_CONNECTIONS], ==, 1);
  g_assert_false (client_wait_closed (first, 1100));
  fourth = client_new (harness);
  client_send (fourth, GET ("/echo"), -1);
  g_assert_true (client_wait_text (fourth, "200 OK", PATIENCE_MS));
  g_assert_true (client_wait_closed (first, PATIENCE_MS));
  g_assert_cmpuint (harness_counters (harness)->n_evicted, ==, 1);
  reply (held (harness, 0), "kept");
  g_assert_true (client_wait_text (second, "kept", PATIENCE_MS));
  g_clear_pointer (&second, client_free);
  harness_run_ms (harness, 10);
  second = client_new (harness);
  client_send (second, GET ("/echo"), -1);
  g_assert_true (client_wait_text (second, "200 OK", PATIENCE_MS));
}

static void
test_peer_cap (Harness *harness)
{
  Client *clients[4];

  for (guint i = 0; i < 4; i++)
    {
      clients[i] = client_new (harness);
      client_send (clients[i], GET ("/echo"), -1);
      g_assert_cmpint (client_wait_text (clients[i], "200 OK", PATIENCE_MS), ==, i < 2);
    }
  g_assert_cmpuint (harness_counters (harness)->n_refused[LISTENER_REFUSED_PEER], ==, 2);
  for (guint i = 0; i < 4; i++)
    client_free (clients[i]);
  harness_run_ms (harness, 20);
  clients[0] = client_new (harness);
  client_send (clients[0], GET ("/echo"), -1);
  g_assert_true (client_wait_text (clients[0], "200 OK", PATIENCE_MS));
  client_free (clients[0]);
}

static int
lowest_free_descriptor (void)
{
  int fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  close (fd);
  return fd;
}

static void
limit_descriptors (int n_free)
{
  static struct rlimit before;
  struct rlimit limit;

  if (before.rlim_max == 0)
    getrlimit (RLIMIT_NOFILE, &before);
  limit = before;
  if (n_free >= 0)
    limit.rlim_cur = (rlim_t) (lowest_free_descriptor () + n_free);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
}

/* Clients are told at once while there is no descriptor, and served again as soon as there is. */
static void
test_no_descriptors (Harness *harness)
{
  Client *clients[6];
  g_autoptr (Client) after = NULL;

  /* Their descriptors are ours too: connect first, then take the room for the server's halves away. */
  for (guint i = 0; i < 6; i++)
    clients[i] = client_new (harness);
  limit_descriptors (1);
  harness_run_ms (harness, 350);
  g_assert_cmpuint (harness_counters (harness)->n_open, ==, 1);
  g_assert_cmpuint (harness_counters (harness)->n_refused[LISTENER_REFUSED_DESCRIPTORS], >=, 2);
  g_assert_true (client_wait_closed (clients[1], 0));
  limit_descriptors (-1);
  for (guint i = 0; i < 6; i++)
    client_free (clients[i]);
  after = client_new (harness);
  client_send (after, GET ("/echo"), -1);
  g_assert_true (client_wait_text (after, "200 OK", PATIENCE_MS));
}

/* A connection at rest gives its descriptor to one who waits, and to nobody else. */
static void
test_descriptor_of_resting (Harness *harness)
{
  g_autoptr (Client) resting = client_new (harness);
  g_autoptr (Client) second = NULL;
  g_autoptr (Client) third = NULL;

  client_send (resting, GET ("/echo"), -1);
  g_assert_true (client_wait_text (resting, "200 OK", PATIENCE_MS));
  harness_run_ms (harness, 1100);
  second = client_new (harness);
  third = client_new (harness);
  limit_descriptors (1);
  client_send (second, GET ("/later"), -1);
  wait_held (harness, 1);
  g_assert_cmpuint (harness_counters (harness)->n_evicted, ==, 1);
  g_assert_true (client_wait_closed (resting, PATIENCE_MS));
  client_send (third, GET ("/echo"), -1);
  g_assert_true (client_wait_text (third, "200 OK", PATIENCE_MS));
  g_assert_cmpuint (harness_counters (harness)->n_refused[LISTENER_REFUSED_DESCRIPTORS], ==, 0);
  limit_descriptors (-1);
}

/* Taking the last descriptor is no reason to close anything. */
static void
test_last_descriptor (Harness *harness)
{
  g_autoptr (Client) resting = client_new (harness);
  g_autoptr (Client) second = NULL;

  client_send (resting, GET ("/echo"), -1);
  g_assert_true (client_wait_text (resting, "200 OK", PATIENCE_MS));
  harness_run_ms (harness, 1100);
  second = client_new (harness);
  limit_descriptors (1);
  client_send (second, GET ("/echo"), -1);
  g_assert_true (client_wait_text (second, "200 OK", PATIENCE_MS));
  g_assert_false (client_wait_closed (resting, 50));
  g_assert_cmpuint (harness_counters (harness)->n_evicted, ==, 0);
  limit_descriptors (-1);
}

static void
test_many_connections (Harness *harness)
{
  const guint64 n_rounds = testlib_budget ("listener-connections");
  int before = 0;

  for (guint64 i = 0; i < n_rounds; i++)
    {
      g_autoptr (Client) client = client_new (harness);

      client_send (client, GET ("/echo"), -1);
      g_assert_true (client_wait_text (client, "200 OK", PATIENCE_MS));
      if (i == 10)
        before = lowest_free_descriptor ();
    }
  harness_run_ms (harness, 10);
  g_assert_cmpint (lowest_free_descriptor (), <=, before);
  g_assert_cmpuint (harness_counters (harness)->n_open, ==, 0);
}

static void
test_drain (Harness *harness)
{
  g_autoptr (Client) busy = client_new (harness);
  g_autoptr (Client) idle = client_new (harness);
  g_autoptr (Client) half = client_new (harness);

  client_send (busy, GET ("/later"), -1);
  wait_held (harness, 1);
  client_send (idle, GET ("/echo"), -1);
  g_assert_true (client_wait_text (idle, "200 OK", PATIENCE_MS));
  client_send (half, "GET /echo HTTP/1.1\r\n", -1);
  harness_run_ms (harness, 5);
  g_assert_cmpuint (listener_n_busy (harness->listener), ==, 2);
  listener_stop_accepting (harness->listener);
  listener_stop_accepting (harness->listener);
  g_assert_true (client_wait_closed (idle, PATIENCE_MS));
  client_send (half, HOST "\r\n", -1);
  g_assert_true (client_wait_closed (half, PATIENCE_MS));
  g_assert_cmpuint (client_status (half), ==, 200);
  g_assert_nonnull (strstr (half->received->str, "Connection: close"));
  reply (held (harness, 0), "done");
  g_assert_true (client_wait_closed (busy, PATIENCE_MS));
  g_assert_nonnull (strstr (busy->received->str, "done"));
  g_assert_cmpuint (listener_n_busy (harness->listener), ==, 0);
}

/* The listener goes first: requests stay readable, and replies to them lead nowhere. */
static void
test_free_with_held_requests (Harness *harness)
{
  g_autoptr (Client) first = client_new (harness);
  g_autoptr (Client) second = client_new (harness);
  gsize n_bytes;

  client_send (first, "POST /later HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", -1);
  client_send (second, GET ("/later"), -1);
  wait_held (harness, 2);
  g_clear_pointer (&harness->listener, listener_free);
  g_assert_true (listener_request_is_gone (held (harness, 0)));
  g_assert_cmpstr (listener_request_get_body (held (harness, 0), &n_bytes), ==, "hello");
  reply (held (harness, 0), "nobody");
  g_assert_true (client_wait_closed (first, PATIENCE_MS));
  g_assert_cmpuint (client_status (first), ==, 0);
}

static void
leave_dead_socket (const char *path)
{
  struct sockaddr_un name = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (name.sun_path, path, sizeof name.sun_path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &name, sizeof name), ==, 0);
  close (fd);
}

static void
test_unix_socket (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "listener.sock", NULL);
  g_autofree char *peer = g_strdup_printf ("unix:%u", (guint) getuid ());
  GStatBuf status;

  for (guint i = 0; i < 2; i++)
    {
      Harness harness;

      harness_init (&harness);
      harness.settings.address = NULL;
      harness.settings.unix_path = path;
      harness.settings.unix_mode = 0620;
      harness_start (&harness);
      g_assert_cmpint (g_stat (path, &status), ==, 0);
      g_assert_cmpint (status.st_mode & 0777, ==, 0620);
      {
        g_autoptr (Client) client = client_new (&harness);

        client_send (client, GET ("/later"), -1);
        wait_held (&harness, 1);
        g_assert_cmpstr (listener_request_get_peer (held (&harness, 0)), ==, peer);
        reply (held (&harness, 0), "by file");
        g_assert_true (client_wait_text (client, "by file", PATIENCE_MS));
      }
      harness_clear (&harness);
      g_assert_cmpint (g_stat (path, &status), ==, -1);
      /* What a dead process leaves behind. */
      if (i == 0)
        leave_dead_socket (path);
    }
}

static void
no_handler (ListenerRequest *request, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
assert_settings_refused (const ListenerSettings *settings, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Listener) listener = listener_new (settings, no_handler, NULL, &error);

  if (listener != NULL)
    g_assert_false (listener_start (listener, NULL, &error));
  g_assert_error (error, LISTENER_ERROR, LISTENER_ERROR_SETTINGS);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_settings (void)
{
  ListenerSettings good;
  ListenerSettings bad;

  listener_settings_init (&good);
#define REFUSED(member, value, word) \
  bad = good;                        \
  bad.member = value;                \
  assert_settings_refused (&bad, word)
  REFUSED (address, "0.0.0.0", "loopback");
  REFUSED (address, "192.0.2.1", "loopback");
  REFUSED (address, "::", "loopback");
  REFUSED (address, NULL, "address");
  REFUSED (unix_path, "/x", "either");
  REFUSED (pool_bytes, 100, "pool_bytes");
  REFUSED (max_head_bytes, 16 * 1024, "max_head_bytes");
  REFUSED (max_headers, 1000, "max_headers");
  REFUSED (max_connections, 0, "max_connections");
  REFUSED (idle_timeout_ms, 0, "time-outs");
#undef REFUSED
  bad = good;
  bad.address = "planner.example";
  bad.allow_plain_remote = TRUE;
  assert_settings_refused (&bad, "neither");
  for (int i = 0; i < LISTENER_N_REFUSALS; i++)
    g_assert_nonnull (listener_refusal_get_name (i));
}

static void
test_address_in_use (Harness *harness)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Listener) second = NULL;
  ListenerSettings settings = harness->settings;

  settings.port = listener_get_port (harness->listener);
  second = listener_new (&settings, no_handler, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (listener_start (second, harness->context, &error));
  g_assert_error (error, LISTENER_ERROR, LISTENER_ERROR_ADDRESS);
}

static void
test_ipv6 (void)
{
  Harness harness;

  harness_init (&harness);
  harness.settings.address = "::";
  harness.settings.allow_plain_remote = TRUE;
  harness_start (&harness);
  {
    g_autoptr (Client) client = client_new (&harness);

    client_send (client, GET ("/later"), -1);
    wait_held (&harness, 1);
    g_assert_cmpstr (listener_request_get_peer (held (&harness, 0)), ==, "127.0.0.1");
  }
  harness_clear (&harness);
}

typedef struct
{
  const char *name;
  void (*function) (Harness *harness);
  ListenerSettings changed; /* what is not 0 replaces the default */
} Test;

static const Test tests[] = {
  { "request-value", test_request_value },
  { "keep-alive", test_keep_alive },
  { "pipelining", test_pipelining },
  { "head-method", test_head_method },
  { "large-reply", test_large_reply },
  { "dropped", test_dropped },
  { "dropped-on-other-thread", test_dropped_on_other_thread },
  { "replied-twice", test_replied_twice },
  { "gone", test_gone },
  { "reset-while-handled", test_reset_while_handled },
  { "body-limit", test_body_limit },
  { "body-limit-in-small-chunks", test_body_limit_in_small_chunks },
  { "refused-and-silent", test_refused_and_silent },
  { "buffered-bytes", test_buffered_bytes, { .max_buffered_bytes = 100000 } },
  { "silent-clients", test_silent_clients, { .request_timeout_ms = 300 } },
  { "dribbling-client", test_dribbling_client, { .request_timeout_ms = 300 } },
  { "idle-client", test_idle_client, { .idle_timeout_ms = 300 } },
  { "slow-reader", test_slow_reader, { .reply_timeout_ms = 300 } },
  { "held-beyond-deadlines",
    test_held_beyond_deadlines,
    { .request_timeout_ms = 200, .idle_timeout_ms = 200, .reply_timeout_ms = 1000 } },
  { "end-unseen-by-library", test_end_unseen_by_library },
  { "connection-cap", test_connection_cap, { .max_connections = 2 } },
  { "peer-cap", test_peer_cap, { .max_connections_per_peer = 2 } },
  { "no-descriptors", test_no_descriptors },
  { "descriptor-of-resting", test_descriptor_of_resting },
  { "last-descriptor", test_last_descriptor },
  { "many-connections", test_many_connections },
  { "drain", test_drain },
  { "free-with-held-requests", test_free_with_held_requests },
  { "address-in-use", test_address_in_use },
};

static void
change_settings (ListenerSettings *settings, const ListenerSettings *changed)
{
#define CHANGE(member)      \
  if (changed->member != 0) \
  settings->member = changed->member
  CHANGE (max_buffered_bytes);
  CHANGE (max_connections);
  CHANGE (max_connections_per_peer);
  CHANGE (request_timeout_ms);
  CHANGE (idle_timeout_ms);
  CHANGE (reply_timeout_ms);
#undef CHANGE
}

static void
run_test (gconstpointer data)
{
  const Test *test = data;
  Harness harness;

  harness_init (&harness);
  change_settings (&harness.settings, &test->changed);
  harness_start (&harness);
  test->function (&harness);
  harness_clear (&harness);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/listener/%s", tests[i].name);

      g_test_add_data_func (path, &tests[i], run_test);
    }
  g_test_add_func ("/listener/unix-socket", test_unix_socket);
  g_test_add_func ("/listener/settings", test_settings);
  g_test_add_func ("/listener/ipv6", test_ipv6);
  return g_test_run ();
}
