/* SPDX-License-Identifier: EUPL-1.2 */
/* Sockets handed over, and the stop in which nobody who may still bring a request is turned away. */

#include "listener-harness.h"
#include "testlib.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST        "Host: planner.example\r\n"
#define GET(target) "GET " target " HTTP/1.1\r\n" HOST "\r\n"

/* A socket such as a service manager binds: blocking, and inherited by every program. */
static int
bind_socket (int type, const char *address)
{
  struct sockaddr_in name = { .sin_family = AF_INET };
  int fd = socket (AF_INET, type, 0);

  g_assert_cmpint (inet_pton (AF_INET, address, &name.sin_addr), ==, 1);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &name, sizeof name), ==, 0);
  return fd;
}

static int
listen_socket (void)
{
  int fd = bind_socket (SOCK_STREAM, "127.0.0.1");

  g_assert_cmpint (listen (fd, 64), ==, 0);
  return fd;
}

static void
start_on (Harness *harness, int fd, guint grace_ms)
{
  harness_init (harness);
  harness->settings.address = NULL;
  harness->settings.descriptor = fd;
  harness->settings.stop_grace_ms = grace_ms;
  harness_start (harness);
}

static void
wait_drained (Harness *harness, guint limit_ms)
{
  for (guint i = 0; i < limit_ms && listener_n_draining (harness->listener) > 0; i++)
    harness_run_ms (harness, 1);
  g_assert_cmpuint (listener_n_draining (harness->listener), ==, 0);
}

/* Two programs after another on one socket: who comes in between is answered by the second. */
static void
test_successor (void)
{
  int ours = listen_socket ();
  Harness first, second;

  start_on (&first, dup (ours), 0);
  start_on (&second, dup (ours), 0);
  g_assert_cmpuint (listener_get_port (first.listener), !=, 0);
  g_assert_cmpuint (listener_get_port (first.listener), ==, listener_get_port (second.listener));
  {
    g_autoptr (Client) early = client_new (&first);

    client_send (early, GET ("/echo"), -1);
    g_assert_true (client_wait_text (early, "200 OK", PATIENCE_MS));
    listener_stop_accepting (first.listener);
    wait_drained (&first, 2000);
  }
  {
    g_autoptr (Client) between = client_new (&first);

    client_send (between, GET ("/echo"), -1);
    harness_run_ms (&first, 20);
    g_assert_cmpuint (between->received->len, ==, 0);
    harness_clear (&first);
    between->harness = &second;
    g_assert_true (client_wait_text (between, "200 OK", PATIENCE_MS));
  }
  harness_clear (&second);
  g_assert_cmpint (fcntl (ours, F_GETFD), >=, 0);
  close (ours);
}

/* A resting connection and one that has sent nothing yet are answered, and told that it was the last time. */
static void
test_grace (void)
{
  Harness harness;

  start_on (&harness, listen_socket (), 3000);
  {
    g_autoptr (Client) resting = client_new (&harness);
    g_autoptr (Client) fresh = client_new (&harness);

    client_send (resting, GET ("/echo"), -1);
    g_assert_true (client_wait_text (resting, "200 OK", PATIENCE_MS));
    g_assert_null (strstr (resting->received->str, "Connection: close"));
    g_string_truncate (resting->received, 0);
    harness_run_ms (&harness, 5);
    listener_stop_accepting (harness.listener);
    g_assert_cmpuint (listener_n_draining (harness.listener), ==, 2);
    harness_run_ms (&harness, 50);
    client_send (resting, GET ("/echo"), -1);
    client_send (fresh, GET ("/echo"), -1);
    g_assert_true (client_wait_closed (resting, PATIENCE_MS));
    g_assert_true (client_wait_closed (fresh, PATIENCE_MS));
    g_assert_cmpuint (client_status (resting), ==, 200);
    g_assert_cmpuint (client_status (fresh), ==, 200);
    g_assert_nonnull (strstr (resting->received->str, "Connection: close"));
    g_assert_nonnull (strstr (fresh->received->str, "Connection: close"));
    wait_drained (&harness, 2000);
  }
  harness_clear (&harness);
}

/* Who stays silent is closed when the grace ends, long before its time-outs; no counter calls that slow. */
static void
test_grace_ends (void)
{
  Harness harness;

  start_on (&harness, listen_socket (), 60);
  {
    g_autoptr (Client) resting = client_new (&harness);
    g_autoptr (Client) fresh = client_new (&harness);
    g_autoptr (Client) begun = client_new (&harness);

    client_send (resting, GET ("/echo"), -1);
    g_assert_true (client_wait_text (resting, "200 OK", PATIENCE_MS));
    client_send (begun, "GET /echo HTTP/1.1\r\n", -1);
    harness_run_ms (&harness, 5);
    listener_stop_accepting (harness.listener);
    g_assert_true (client_wait_closed (resting, PATIENCE_MS));
    g_assert_true (client_wait_closed (fresh, PATIENCE_MS));
    g_assert_cmpuint (listener_n_draining (harness.listener), ==, 1);
    client_send (begun, HOST "\r\n", -1);
    g_assert_true (client_wait_closed (begun, PATIENCE_MS));
    g_assert_cmpuint (client_status (begun), ==, 200);
    g_assert_cmpuint (harness_counters (&harness)->n_timed_out_idle, ==, 0);
    g_assert_cmpuint (harness_counters (&harness)->n_timed_out_request, ==, 0);
  }
  harness_clear (&harness);
}

/* Whoever was given a minute is closed when somebody is in a hurry; what has begun is answered all the same. */
static void
test_grace_shortened (void)
{
  Harness harness;

  start_on (&harness, listen_socket (), 60000);
  {
    g_autoptr (Client) resting = client_new (&harness);
    g_autoptr (Client) begun = client_new (&harness);

    client_send (resting, GET ("/echo"), -1);
    g_assert_true (client_wait_text (resting, "200 OK", PATIENCE_MS));
    client_send (begun, "GET /echo HTTP/1.1\r\n", -1);
    harness_run_ms (&harness, 5);
    listener_stop_accepting (harness.listener);
    listener_shorten_grace (harness.listener, 70000);
    harness_run_ms (&harness, 100);
    g_assert_cmpuint (listener_n_draining (harness.listener), ==, 2);
    listener_shorten_grace (harness.listener, 30);
    g_assert_true (client_wait_closed (resting, PATIENCE_MS));
    g_assert_cmpuint (listener_n_draining (harness.listener), ==, 1);
    client_send (begun, HOST "\r\n", -1);
    g_assert_true (client_wait_closed (begun, PATIENCE_MS));
    g_assert_cmpuint (client_status (begun), ==, 200);
    wait_drained (&harness, 2000);
  }
  harness_clear (&harness);
}

/* Of a socket of our own nobody else will answer the backlog, so it is taken on first. */
static void
test_own_backlog (void)
{
  Harness harness;

  harness_init (&harness);
  harness.settings.stop_grace_ms = 3000;
  harness_start (&harness);
  {
    g_autoptr (Client) waiting = client_new (&harness);

    /* Without a turn of the loop, which client_send() would take. */
    g_assert_cmpint (send (waiting->fd, GET ("/echo"), strlen (GET ("/echo")), 0), >, 0);
    listener_stop_accepting (harness.listener);
    g_assert_true (client_wait_closed (waiting, PATIENCE_MS));
    g_assert_cmpuint (client_status (waiting), ==, 200);
  }
  harness_clear (&harness);
}

static void
assert_not_taken (int fd, ListenerError code, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Listener) listener = NULL;
  Harness harness;

  harness_init (&harness);
  harness.settings.descriptor = fd;
  listener = listener_new (&harness.settings, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (listener_start (listener, harness.context, &error));
  g_assert_error (error, LISTENER_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1);
  g_ptr_array_unref (harness.held);
  g_main_context_unref (harness.context);
}

static void
test_not_taken (void)
{
  int everywhere = bind_socket (SOCK_STREAM, "0.0.0.0");

  g_assert_cmpint (listen (everywhere, 5), ==, 0);
  assert_not_taken (open ("/dev/null", O_RDONLY), LISTENER_ERROR_ADDRESS, "listening stream");
  assert_not_taken (bind_socket (SOCK_STREAM, "127.0.0.1"), LISTENER_ERROR_ADDRESS, "listening");
  assert_not_taken (bind_socket (SOCK_DGRAM, "127.0.0.1"), LISTENER_ERROR_ADDRESS, "listening");
  assert_not_taken (everywhere, LISTENER_ERROR_SETTINGS, "loopback");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/listener-stop/successor", test_successor);
  g_test_add_func ("/listener-stop/grace", test_grace);
  g_test_add_func ("/listener-stop/grace-ends", test_grace_ends);
  g_test_add_func ("/listener-stop/grace-shortened", test_grace_shortened);
  g_test_add_func ("/listener-stop/own-backlog", test_own_backlog);
  g_test_add_func ("/listener-stop/not-taken", test_not_taken);
  return g_test_run ();
}
