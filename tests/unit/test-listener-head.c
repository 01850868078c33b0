/* SPDX-License-Identifier: EUPL-1.2 */
/* Every shape of head and framing that is refused, over a socket, and those that look alike and are served. */

#include "listener-harness.h"
#include "testlib.h"

#include <string.h>

#define HOST "Host: planner.example\r\n"
#define NEXT "GET /smuggled HTTP/1.1\r\n" HOST "\r\n"

typedef struct
{
  const char *name;
  guint status;
  ListenerRefusal refusal; /* uncounted: the library saw to it before any request line */
  const char *data;
  gsize n_bytes;
} Case;

#define LISTENER_REFUSED_UNCOUNTED LISTENER_N_REFUSALS
#define CASE(name, status, refusal, data)                           \
  {                                                                 \
    name, status, LISTENER_REFUSED_##refusal, data, sizeof data - 1 \
  }
#define POST "POST /echo HTTP/1.1\r\n" HOST

/* clang-format off */
static const Case refused[] = {
  CASE ("length-then-chunked", 400, FRAMING, POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" NEXT),
  CASE ("chunked-then-length", 400, FRAMING, POST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" NEXT),
  CASE ("two-lengths", 400, FRAMING, POST "Content-Length: 5\r\nContent-Length: 0\r\n\r\nhello" NEXT),
  CASE ("two-lengths-zero-first", 400, FRAMING, POST "Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello" NEXT),
  CASE ("two-equal-lengths", 400, FRAMING, POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" NEXT),
  CASE ("length-list", 400, MALFORMED, POST "Content-Length: 5, 5\r\n\r\nhello" NEXT),
  CASE ("length-plus", 400, MALFORMED, POST "Content-Length: +5\r\n\r\nhello" NEXT),
  CASE ("length-negative", 400, MALFORMED, POST "Content-Length: -5\r\n\r\nhello" NEXT),
  CASE ("length-hex", 400, MALFORMED, POST "Content-Length: 0x5\r\n\r\nhello" NEXT),
  CASE ("length-words", 400, MALFORMED, POST "Content-Length: 5 5\r\n\r\nhello" NEXT),
  CASE ("length-empty", 400, MALFORMED, POST "Content-Length: \r\n\r\n" NEXT),
  CASE ("length-20-digits", 413, MALFORMED, POST "Content-Length: 99999999999999999999\r\n\r\n" NEXT),
  CASE ("length-19-digits", 413, BODY_SIZE, POST "Content-Length: 9999999999999999999\r\n\r\n" NEXT),
  CASE ("coding-gzip", 400, FRAMING, POST "Transfer-Encoding: gzip\r\n\r\n" NEXT),
  CASE ("coding-list", 400, FRAMING, POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" NEXT),
  CASE ("coding-chunked-twice", 400, FRAMING, POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" NEXT),
  CASE ("coding-two-fields", 400, FRAMING, POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" NEXT),
  CASE ("coding-prefix", 400, FRAMING, POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" NEXT),
  CASE ("coding-quoted", 400, FRAMING, POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" NEXT),
  CASE ("coding-parameter", 400, FRAMING, POST "Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n" NEXT),
  CASE ("coding-blank-after", 400, FRAMING, POST "Transfer-Encoding: chunked \r\n\r\n0\r\n\r\n" NEXT),
  CASE ("coding-empty", 400, FRAMING, POST "Transfer-Encoding:\r\n\r\n0\r\n\r\n" NEXT),
  CASE ("coding-vertical-tab", 400, MALFORMED, POST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n" NEXT),
  CASE ("coding-space-before-colon", 400, MALFORMED, POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" NEXT),
  CASE ("coding-folded", 400, MALFORMED, POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" NEXT),
  CASE ("coding-in-1.0", 400, FRAMING, "POST /echo HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" NEXT),
  CASE ("chunk-size-words", 400, MALFORMED, POST "Transfer-Encoding: chunked\r\n\r\n5 5\r\nhello\r\n0\r\n\r\n" NEXT),
  CASE ("chunk-size-negative", 400, MALFORMED, POST "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n" NEXT),
  CASE ("chunk-size-hex-prefix", 400, MALFORMED, POST "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n" NEXT),
  CASE ("chunk-size-overflow", 413, MALFORMED, POST "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n0\r\n\r\n" NEXT),
  CASE ("chunk-end-missing", 400, MALFORMED, POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n" NEXT),
  CASE ("get-with-body", 400, FRAMING, "GET /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello" NEXT),
  CASE ("get-chunked", 400, FRAMING, "GET /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" NEXT),
  CASE ("host-missing", 400, HOST, "GET /echo HTTP/1.1\r\n\r\n" NEXT),
  CASE ("host-twice", 400, HOST, "GET /echo HTTP/1.1\r\n" HOST "Host: other.example\r\n\r\n" NEXT),
  CASE ("host-twice-equal", 400, HOST, "GET /echo HTTP/1.1\r\n" HOST HOST "\r\n" NEXT),
  CASE ("host-empty", 400, HOST, "GET /echo HTTP/1.1\r\nHost:\r\n\r\n" NEXT),
  CASE ("host-list", 400, HOST, "GET /echo HTTP/1.1\r\nHost: a.example, b.example\r\n\r\n" NEXT),
  CASE ("host-path", 400, HOST, "GET /echo HTTP/1.1\r\nHost: a.example/b\r\n\r\n" NEXT),
  CASE ("host-user", 400, HOST, "GET /echo HTTP/1.1\r\nHost: a@b.example\r\n\r\n" NEXT),
  CASE ("bare-lf-field", 400, MALFORMED, "GET /echo HTTP/1.1\r\n" HOST "X: 1\nY: 2\r\n\r\n" NEXT),
  CASE ("bare-lf-request-line", 400, MALFORMED, "GET /echo HTTP/1.1\n" HOST "\r\n" NEXT),
  CASE ("bare-lf-end", 400, MALFORMED, "GET /echo HTTP/1.1\r\n" HOST "\n" NEXT),
  CASE ("bare-lf-all", 400, MALFORMED, "GET /echo HTTP/1.1\nHost: planner.example\n\n" NEXT),
  CASE ("bare-cr-in-value", 400, MALFORMED, "GET /echo HTTP/1.1\r\n" HOST "X: a\rb\r\n\r\n" NEXT),
  CASE ("cr-cr-lf", 400, MALFORMED, "GET /echo HTTP/1.1\r\n" HOST "X: a\r\r\n\r\n" NEXT),
  CASE ("nul-in-value", 400, MALFORMED, "GET /echo HTTP/1.1\r\n" HOST "X: a\0b\r\n\r\n" NEXT),
  CASE ("nul-at-value-end", 400, MALFORMED, "GET /echo HTTP/1.1\r\n" HOST "X: a\0\r\n\r\n" NEXT),
  CASE ("nul-hides-length", 400, MALFORMED, POST "Content-Length: 0\0" "5\r\n\r\nhello" NEXT),
  CASE ("nul-in-name", 400, MALFORMED, "GET /echo HTTP/1.1\r\n" HOST "X\0Y: a\r\n\r\n" NEXT),
  CASE ("nul-in-target", 400, MALFORMED, "GET /ec\0ho HTTP/1.1\r\n" HOST "\r\n" NEXT),
  CASE ("nul-in-method", 400, MALFORMED, "GE\0T /echo HTTP/1.1\r\n" HOST "\r\n" NEXT),
  CASE ("control-in-value", 400, MALFORMED, "GET /echo HTTP/1.1\r\n" HOST "X: a\001b\r\n\r\n" NEXT),
  CASE ("delete-in-value", 400, MALFORMED, "GET /echo HTTP/1.1\r\n" HOST "X: a\177b\r\n\r\n" NEXT),
  CASE ("folded-field", 400, MALFORMED, "GET /echo HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n" NEXT),
  CASE ("folded-first-field", 400, MALFORMED, "GET /echo HTTP/1.1\r\n X: a\r\n" HOST "\r\n" NEXT),
  CASE ("space-before-colon", 400, MALFORMED, "GET /echo HTTP/1.1\r\n" HOST "X : a\r\n\r\n" NEXT),
  CASE ("no-colon", 400, MALFORMED, "GET /echo HTTP/1.1\r\n" HOST "X\r\n\r\n" NEXT),
  CASE ("empty-name", 400, MALFORMED, "GET /echo HTTP/1.1\r\n" HOST ": a\r\n\r\n" NEXT),
  CASE ("name-with-bracket", 400, MALFORMED, "GET /echo HTTP/1.1\r\n" HOST "X(Y): a\r\n\r\n" NEXT),
  CASE ("name-not-ascii", 400, MALFORMED, "GET /echo HTTP/1.1\r\n" HOST "X\303\270: a\r\n\r\n" NEXT),
  CASE ("two-spaces-after-method", 400, MALFORMED, "GET  /echo HTTP/1.1\r\n" HOST "\r\n" NEXT),
  CASE ("two-spaces-before-version", 400, MALFORMED, "GET /echo  HTTP/1.1\r\n" HOST "\r\n" NEXT),
  CASE ("space-after-version", 400, UNCOUNTED, "GET /echo HTTP/1.1 \r\n" HOST "\r\n" NEXT),
  CASE ("space-in-target", 400, MALFORMED, "GET /ec ho HTTP/1.1\r\n" HOST "\r\n" NEXT),
  CASE ("tab-in-request-line", 0, UNCOUNTED, "GET\t/echo\tHTTP/1.1\r\n" HOST "\r\n" NEXT),
  CASE ("target-absolute", 400, MALFORMED, "GET http://planner.example/echo HTTP/1.1\r\n" HOST "\r\n" NEXT),
  CASE ("target-star", 400, MALFORMED, "GET * HTTP/1.1\r\n" HOST "\r\n" NEXT),
  CASE ("target-fragment", 400, MALFORMED, "GET /echo#a HTTP/1.1\r\n" HOST "\r\n" NEXT),
  CASE ("target-not-ascii", 400, MALFORMED, "GET /\303\270 HTTP/1.1\r\n" HOST "\r\n" NEXT),
  CASE ("version-1.2", 505, MALFORMED, "GET /echo HTTP/1.2\r\n" HOST "\r\n" NEXT),
  CASE ("version-2", 505, UNCOUNTED, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  CASE ("version-0.9", 400, UNCOUNTED, "GET /echo\r\n"),
  CASE ("version-lower-case", 400, UNCOUNTED, "GET /echo http/1.1\r\n" HOST "\r\n" NEXT),
  CASE ("method-lower-case", 405, METHOD, "get /echo HTTP/1.1\r\n" HOST "\r\n" NEXT),
  CASE ("method-put", 405, METHOD, "PUT /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello" NEXT),
  CASE ("method-trace", 405, METHOD, "TRACE /echo HTTP/1.1\r\n" HOST "\r\n" NEXT),
  CASE ("method-unknown", 405, METHOD, "FROB /echo HTTP/1.1\r\n" HOST "\r\n" NEXT),
  CASE ("expectation", 417, EXPECTATION, POST "Expect: 200-ok\r\nContent-Length: 5\r\n\r\nhello" NEXT),
  CASE ("body-size", 413, BODY_SIZE, POST "Content-Length: 100001\r\n\r\nhello" NEXT),
  CASE ("body-size-expected", 413, BODY_SIZE, POST "Expect: 100-continue\r\nContent-Length: 100001\r\n\r\n"),
  CASE ("tls-hello", 400, UNCOUNTED, "\026\003\001\002\000\001\000\001\374\003\003random random random\r\n\r\n"),
};

static const Case served[] = {
  CASE ("get", 200, UNCOUNTED, "GET /echo HTTP/1.1\r\n" HOST "\r\n"),
  CASE ("post", 200, UNCOUNTED, POST "Content-Length: 5\r\n\r\nhello"),
  CASE ("post-without-length", 200, UNCOUNTED, POST "\r\n"),
  CASE ("length-leading-zeros", 200, UNCOUNTED, POST "Content-Length: 0005\r\n\r\nhello"),
  CASE ("chunked", 200, UNCOUNTED, POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
  CASE ("chunked-mixed-case", 200, UNCOUNTED, POST "transfer-ENCODING: CHunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
  CASE ("chunked-after-tab", 200, UNCOUNTED, POST "Transfer-Encoding:\tchunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
  CASE ("chunked-bare-lf-in-framing", 200, UNCOUNTED, POST "Transfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n"),
  CASE ("chunked-extension-and-trailer", 200, UNCOUNTED, POST "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n"),
  CASE ("value-tab", 200, UNCOUNTED, "GET /echo HTTP/1.1\r\n" HOST "X: a\tb\r\n\r\n"),
  CASE ("value-not-ascii", 200, UNCOUNTED, "GET /echo HTTP/1.1\r\n" HOST "X: sm\303\270r\r\n\r\n"),
  CASE ("value-empty", 200, UNCOUNTED, "GET /echo HTTP/1.1\r\n" HOST "X:\r\n\r\n"),
  CASE ("value-empty-blanks", 200, UNCOUNTED, "GET /echo HTTP/1.1\r\n" HOST "X:   \r\nY: 1\r\n\r\n"),
  CASE ("no-blank-after-colon", 200, UNCOUNTED, "GET /echo HTTP/1.1\r\nHost:planner.example\r\n\r\n"),
  CASE ("same-field-twice", 200, UNCOUNTED, "GET /echo HTTP/1.1\r\n" HOST "X: 1\r\nX: 2\r\n\r\n"),
  CASE ("cookies", 200, UNCOUNTED, "GET /echo HTTP/1.1\r\n" HOST "Cookie: a=b; c=d\r\nX: 2\r\n\r\n"),
  CASE ("query", 200, UNCOUNTED, "GET /echo?a=b&c=%20d&&e HTTP/1.1\r\n" HOST "\r\n"),
  CASE ("empty-lines-first", 200, UNCOUNTED, "\r\n\r\nGET /echo HTTP/1.1\r\n" HOST "\r\n"),
  CASE ("host-with-port", 200, UNCOUNTED, "GET /echo HTTP/1.1\r\nHost: planner.example:8443\r\n\r\n"),
  CASE ("host-ipv6", 200, UNCOUNTED, "GET /echo HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n\r\n"),
  CASE ("version-1.0", 200, UNCOUNTED, "GET /echo HTTP/1.0\r\n\r\n"),
  CASE ("continue", 100, UNCOUNTED, POST "Expect: 100-Continue\r\nContent-Length: 5\r\n\r\nhello"),
};
/* clang-format on */

/* A length that libmicrohttpd 0.9.75 cannot read it refuses by itself, with the reply's head written twice. */
static guint
count_heads (const Case *row)
{
  if (row->status == 0)
    return 0;
  return row->refusal == LISTENER_REFUSED_MALFORMED && g_str_has_prefix (row->name, "length-") ? 2
                                                                                               : 1;
}

static void
test_refused (gconstpointer data)
{
  const Case *row = data;
  Harness harness;

  harness_init (&harness);
  harness_start (&harness);
  {
    g_autoptr (Client) client = client_new (&harness);

    client_send (client, row->data, (gssize) row->n_bytes);
    g_assert_true (client_wait_closed (client, PATIENCE_MS));
    g_test_message ("%s", client->received->str);
    g_assert_cmpuint (client_status (client), ==, row->status);
    g_assert_cmpuint (client_count (client, "HTTP/1.1 "), ==, count_heads (row));
    g_assert_cmpuint (harness_counters (&harness)->n_requests, ==, 0);
    if (row->refusal < LISTENER_N_REFUSALS)
      g_assert_cmpuint (harness_counters (&harness)->n_refused[row->refusal], ==, 1);
  }
  harness_run_ms (&harness, 5);
  g_assert_cmpuint (harness_counters (&harness)->n_open, ==, 0);
  harness_clear (&harness);
}

static void
test_served (gconstpointer data)
{
  const Case *row = data;
  Harness harness;

  harness_init (&harness);
  harness_start (&harness);
  {
    g_autoptr (Client) client = client_new (&harness);

    client_send (client, row->data, (gssize) row->n_bytes);
    g_assert_true (client_wait_text (client, "HTTP/1.1 200 OK", PATIENCE_MS));
    g_assert_cmpuint (client_status (client), ==, row->status);
    g_assert_cmpuint (harness_counters (&harness)->n_requests, ==, 1);
    if (strstr (row->name, "chunked") != NULL || strstr (row->name, "1.0") != NULL)
      g_assert_true (client_wait_closed (client, PATIENCE_MS));
    if (strstr (row->data, "hello") != NULL)
      g_assert_nonnull (strstr (client->received->str, "\r\n\r\nhello"));
  }
  harness_clear (&harness);
}

/* Each head byte by byte: the verdict does not hang on how it is cut into segments. */
static void
test_dripped (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i += 7)
    {
      Harness harness;

      harness_init (&harness);
      harness_start (&harness);
      {
        g_autoptr (Client) client = client_new (&harness);

        for (gsize k = 0; k < refused[i].n_bytes && !client->closed; k++)
          client_send (client, refused[i].data + k, 1);
        g_assert_true (client_wait_closed (client, PATIENCE_MS));
        g_assert_cmpuint (client_status (client), ==, refused[i].status);
      }
      g_assert_cmpuint (harness_counters (&harness)->n_requests, ==, 0);
      harness_clear (&harness);
    }
}

static void
send_fields (Client *client, guint n_fields, gsize value_bytes)
{
  g_autoptr (GString) text = g_string_new ("GET /echo HTTP/1.1\r\n" HOST);
  g_autofree char *value = g_strnfill (value_bytes, 'v');

  for (guint i = 1; i < n_fields; i++)
    g_string_append_printf (text, "X-%u: %s\r\n", i, value);
  g_string_append (text, "\r\n");
  client_send (client, text->str, (gssize) text->len);
}

static void
test_head_size (void)
{
  static const struct
  {
    guint n_fields;
    gsize value_bytes;
    guint status;
  } rows[] = { { 64, 1, 200 },   { 65, 1, 431 },   { 200, 1, 431 },
               { 2, 8000, 200 }, { 2, 8200, 431 }, { 2, 40000, 431 } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Harness harness;

      harness_init (&harness);
      harness_start (&harness);
      {
        g_autoptr (Client) client = client_new (&harness);

        send_fields (client, rows[i].n_fields, rows[i].value_bytes);
        g_assert_true (client_wait_text (client, "HTTP/1.1 ", PATIENCE_MS));
        g_assert_cmpuint (client_status (client), ==, rows[i].status);
        if (rows[i].status != 200)
          g_assert_true (client_wait_closed (client, PATIENCE_MS));
      }
      harness_clear (&harness);
    }
}

static void
test_target_size (void)
{
  Harness harness;
  g_autofree char *name = g_strnfill (20000, 'a');
  g_autofree char *text = g_strdup_printf ("GET /%s HTTP/1.1\r\n" HOST "\r\n", name);

  harness_init (&harness);
  harness_start (&harness);
  {
    g_autoptr (Client) client = client_new (&harness);

    client_send (client, text, -1);
    g_assert_true (client_wait_closed (client, PATIENCE_MS));
    g_assert_cmpuint (client_status (client), ==, 414);
  }
  harness_clear (&harness);
}

static void
add_cases (const char *folder, const Case *cases, gsize n_cases, GTestDataFunc function)
{
  for (gsize i = 0; i < n_cases; i++)
    {
      g_autofree char *path = g_strdup_printf ("/listener-head/%s/%s", folder, cases[i].name);

      g_test_add_data_func (path, &cases[i], function);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  add_cases ("refused", refused, G_N_ELEMENTS (refused), test_refused);
  add_cases ("served", served, G_N_ELEMENTS (served), test_served);
  g_test_add_func ("/listener-head/dripped", test_dripped);
  g_test_add_func ("/listener-head/head-size", test_head_size);
  g_test_add_func ("/listener-head/target-size", test_target_size);
  return g_test_run ();
}
