/* SPDX-License-Identifier: EUPL-1.2 */
/* Bytes on a connection: each request that reaches the application stood there word for word, and nothing is left behind. */
#include <string.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "listener-harness.h"
#include "testlib.h"

static const char *current;
static gsize current_bytes;

/* The path and, unless it came in chunks, the body are bytes of the input, in one piece. */
static void
on_request (ListenerRequest *request, gpointer user_data)
{
  guint *n_requests = user_data;
  const char *path = listener_request_get_path (request);
  const char *length = listener_request_find_header (request, "Content-Length");
  gsize n_body = 0;
  const char *body = listener_request_get_body (request, &n_body);
  g_autoptr (GBytes) reply = g_bytes_new_static ("ok", 2);

  ++*n_requests;
  g_assert_true (*path == '/');
  g_assert_cmpuint (n_body, <=, current_bytes);
  if (length != NULL)
    {
      g_assert_cmpuint (g_ascii_strtoull (length, NULL, 10), ==, n_body);
      g_assert_null (listener_request_find_header (request, "Transfer-Encoding"));
      g_assert_nonnull (n_body == 0 ? "" : memmem (current, current_bytes, body, n_body));
    }
  if (listener_request_get_method (request) != LISTENER_METHOD_POST)
    g_assert_cmpuint (n_body, ==, 0);
  listener_request_reply (request, 200, "text/plain", reply);
}

static guint n_handled;

static Harness *
get_harness (void)
{
  static Harness harness;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;

  if (harness.listener != NULL)
    return &harness;
  harness_init (&harness);
  /* Ports would run out. */
  harness.settings.address = NULL;
  folder = testlib_make_folder ();
  harness.settings.unix_path = g_build_filename (folder, "socket", NULL);
  harness.settings.max_body_bytes = 2000;
  harness.settings.request_timeout_ms = 1000;
  harness.listener = listener_new (&harness.settings, on_request, &n_handled, &error);
  g_assert_no_error (error);
  g_assert_true (listener_start (harness.listener, harness.context, &error));
  return &harness;
}

/* Sends, tells that nothing more comes, and waits until the server is through with it; the first reply's status. */
static guint
exchange (Harness *harness, const char *bytes, gsize n_bytes)
{
  g_autoptr (Client) client = client_new (harness);

  current = bytes;
  current_bytes = n_bytes;
  n_handled = 0;
  client_send (client, bytes, (gssize) n_bytes);
  shutdown (client->fd, SHUT_WR);
  g_assert_true (client_wait_closed (client, 10000));
  g_assert_cmpuint (client_count (client, "HTTP/1.1 200"), <=, n_handled);
  g_assert_cmpuint (client_count (client, "HTTP/1.1 5"), ==,
                    client_count (client, "HTTP/1.1 505") + client_count (client, "HTTP/1.1 501"));
  if (client->received->len > 0)
    g_assert_true (g_str_has_prefix (client->received->str, "HTTP/1.1 "));
  return client_status (client);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  static const char good[] = "POST /good HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab";
  Harness *harness = get_harness ();
  g_autofree char *bytes = g_memdup2 (data, n_bytes);

  exchange (harness, n_bytes == 0 ? "" : bytes, n_bytes);
  g_assert_cmpuint (exchange (harness, good, sizeof good - 1), ==, 200);
  g_assert_cmpuint (n_handled, ==, 1);
  for (guint i = 0; i < 1000 && harness_counters (harness)->n_open > 0; i++)
    harness_run_ms (harness, 1);
  g_assert_cmpuint (harness_counters (harness)->n_open, ==, 0);
  return 0;
}
