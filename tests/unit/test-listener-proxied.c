/* SPDX-License-Identifier: EUPL-1.2 */
/* Certificates handed on by a proxy: both its spellings, what is refused, and that nobody else is believed. */

#include "listener-certificates.h"
#include "testlib.h"

#include <string.h>
#include <unistd.h>

#define HOST "Host: planner.example\r\n"

static Certificate *root;
static Certificate *good;
static Certificate *stranger;
static char *folder;
static char *socket_path;
static ListenerTrust *trust;

static void
put_list (const Certificate *const *revoked, gint64 made_in_s)
{
  g_autofree char *path = crl_save (
    &(CrlPlan){ .issuer = root, .revoked = revoked, .made_in_s = made_in_s }, folder, "root.crl");
  g_assert_nonnull (path);
}

static void
make_material (void)
{
  g_autofree char *root_file = NULL;
  g_autofree char *list = NULL;
  g_autoptr (GError) error = NULL;

  folder = testlib_make_folder ();
  socket_path = g_build_filename (folder, "proxied", NULL);
  list = g_build_filename (folder, "root.crl", NULL);
  root = certificate_new (&(CertificatePlan){ .common_name = "Root", .authority = TRUE });
  good = certificate_new (&(CertificatePlan){ .common_name = "Good", .issuer = root });
  stranger = certificate_new (&(CertificatePlan){ .common_name = "Stranger" });
  root_file = certificate_save (root, folder, "root.pem");
  put_list (NULL, 0);
  trust = listener_trust_new (
    &(ListenerTrustSettings){ .trust_file = root_file, .crl_path = list, .crl_grace_s = 60 },
    &error);
  g_assert_no_error (error);
}

static void
free_material (void)
{
  listener_trust_unref (trust);
  certificate_free (root);
  certificate_free (good);
  certificate_free (stranger);
  g_free (folder);
  g_free (socket_path);
}

/* As nginx writes it: PEM, everything but letters and digits as percent signs. */
static char *
dup_escaped (const Certificate *certificate)
{
  gnutls_datum_t pem;
  char *text;

  g_assert_cmpint (gnutls_x509_crt_export2 (certificate->certificate, GNUTLS_X509_FMT_PEM, &pem),
                   ==, 0);
  text = g_uri_escape_string ((const char *) pem.data, NULL, FALSE);
  gnutls_free (pem.data);
  return text;
}

/* As HAProxy writes it. */
static char *
dup_base64 (const Certificate *certificate)
{
  gnutls_datum_t der;
  char *text;

  g_assert_cmpint (gnutls_x509_crt_export2 (certificate->certificate, GNUTLS_X509_FMT_DER, &der),
                   ==, 0);
  text = g_base64_encode (der.data, der.size);
  gnutls_free (der.data);
  return text;
}

static void
start (Harness *harness)
{
  harness_init (harness);
  harness->settings.address = NULL;
  harness->settings.unix_path = socket_path;
  harness->settings.proxied_trust = trust;
  harness_start (harness);
}

/* The status of one request with these fields. */
static guint
ask (Harness *harness, const char *fields)
{
  g_autoptr (Client) client = client_new (harness);
  g_autofree char *text =
    g_strdup_printf ("GET /echo HTTP/1.1\r\n" HOST "%sConnection: close\r\n\r\n", fields);

  client_send (client, text, -1);
  g_assert_true (client_wait_closed (client, PATIENCE_MS));
  return client_status (client);
}

static char *
field (const char *value)
{
  return g_strdup_printf ("X-Client-Certificate: %s\r\n", value);
}

static void
test_spellings (void)
{
  g_autofree char *escaped = dup_escaped (good);
  g_autofree char *base64 = dup_base64 (good);
  const char *values[] = { escaped, base64 };
  Harness harness;

  start (&harness);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (Client) client = client_new (&harness);
      g_autofree char *text =
        g_strdup_printf ("GET /later HTTP/1.1\r\n" HOST "X-CLIENT-Certificate: %s\r\n"
                         "X-Client-Address: 2001:db8::7\r\n\r\n",
                         values[i % 2]);
      const ListenerIdentity *identity;

      client_send (client, text, -1);
      for (guint turn = 0; turn < 2000 && harness.held->len == i; turn++)
        harness_run_ms (&harness, 1);
      g_assert_cmpuint (harness.held->len, ==, i + 1);
      identity = listener_request_get_identity (harness.held->pdata[i]);
      g_assert_true (identity->verified);
      g_assert_cmpstr (identity->common_name, ==, "Good");
      g_assert_cmpstr (listener_request_get_peer (harness.held->pdata[i]), ==, "2001:db8::7");
    }
  harness_clear (&harness);
}

static void
test_refused (void)
{
  g_autofree char *good_value = dup_escaped (good);
  g_autofree char *strange_value = dup_escaped (stranger);
  g_autofree char *good_field = field (good_value);
  g_autofree char *strange_field = field (strange_value);
  g_autofree char *twice = g_strconcat (good_field, good_field, NULL);
  g_autofree char *two = g_strconcat (good_field, strange_field, NULL);
  const struct
  {
    const char *fields;
    guint status;
    int verdict; /* -1: not a matter of trust */
  } rows[] = {
    { good_field, 200, -1 },
    { "", 403, LISTENER_VERDICT_NONE_SHOWN },
    { "X-Client-Certificate:\r\n", 403, LISTENER_VERDICT_NONE_SHOWN },
    { "X-Client-Certificate: (null)\r\n", 403, LISTENER_VERDICT_UNREADABLE },
    { "X-Client-Certificate: %2\r\n", 403, LISTENER_VERDICT_UNREADABLE },
    { "X-Client-Certificate: MIIBAAAA\r\n", 403, LISTENER_VERDICT_UNREADABLE },
    { "X-Client-Certificate: -----BEGIN%20CERTIFICATE-----\r\n", 403, LISTENER_VERDICT_UNREADABLE },
    { strange_field, 403, LISTENER_VERDICT_UNKNOWN_ISSUER },
    { twice, 400, -1 },
    { two, 400, -1 },
    { "X-Client-Address: 192.0.2.1\r\nX-Client-Address: 192.0.2.2\r\n", 400, -1 },
  };
  const ListenerTrustCounters *counters = listener_trust_get_counters (trust);
  Harness harness;

  start (&harness);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint64 n_before = rows[i].verdict < 0 ? 0 : counters->n_refused[rows[i].verdict];

      g_test_message ("row %u", (guint) i);
      g_assert_cmpuint (ask (&harness, rows[i].fields), ==, rows[i].status);
      if (rows[i].verdict >= 0)
        g_assert_cmpuint (counters->n_refused[rows[i].verdict], ==, n_before + 1);
    }
  g_assert_cmpuint (harness_counters (&harness)->n_requests, ==, 1);
  harness_clear (&harness);
}

/* Judged once, remembered, and judged again when the list changes; on the connection that is open as well. */
static void
test_revoked_meanwhile (void)
{
  const Certificate *revoked[] = { good, NULL };
  g_autofree char *value = dup_escaped (good);
  g_autofree char *good_field = field (value);
  g_autofree char *text = g_strdup_printf ("GET /echo HTTP/1.1\r\n" HOST "%s\r\n", good_field);
  g_autoptr (GError) error = NULL;
  Harness harness;

  start (&harness);
  {
    g_autoptr (Client) open = client_new (&harness);

    client_send (open, text, -1);
    g_assert_true (client_wait_text (open, "HTTP/1.1 200", PATIENCE_MS));
    put_list (revoked, 1);
    g_assert_true (listener_trust_refresh (trust, &error));
    client_send (open, text, -1);
    g_assert_true (client_wait_text (open, "HTTP/1.1 403", PATIENCE_MS));
    g_assert_cmpuint (ask (&harness, good_field), ==, 403);
    put_list (NULL, 2);
    g_assert_true (listener_trust_refresh (trust, &error));
    g_assert_cmpuint (ask (&harness, good_field), ==, 200);
  }
  harness_clear (&harness);
}

/* More certificates than are remembered. */
static void
test_many (void)
{
  g_autofree char *value = dup_escaped (good);
  g_autofree char *good_field = field (value);
  Harness harness;

  start (&harness);
  for (guint i = 0; i < 150; i++)
    {
      g_autofree char *other = g_strdup_printf ("X-Client-Certificate: %u\r\n", i);

      g_assert_cmpuint (ask (&harness, other), ==, 403);
    }
  g_assert_cmpuint (ask (&harness, good_field), ==, 200);
  harness_clear (&harness);
}

/* On a listener without a proxy the fields are fields like any other. */
static void
test_nobody_else (void)
{
  g_autofree char *value = dup_escaped (good);
  g_autofree char *text =
    g_strdup_printf ("GET /later HTTP/1.1\r\n" HOST "X-Client-Certificate: %s\r\n"
                     "X-Client-Address: 192.0.2.1\r\n\r\n",
                     value);
  Harness harness;

  harness_init (&harness);
  harness_start (&harness);
  {
    g_autoptr (Client) client = client_new (&harness);

    client_send (client, text, -1);
    for (guint turn = 0; turn < 2000 && harness.held->len == 0; turn++)
      harness_run_ms (&harness, 1);
    g_assert_null (listener_request_get_identity (harness.held->pdata[0]));
    g_assert_cmpstr (listener_request_get_peer (harness.held->pdata[0]), ==, "127.0.0.1");
  }
  harness_clear (&harness);
}

static void
test_settings (void)
{
  ListenerSettings settings;
  g_autoptr (GError) error = NULL;

  listener_settings_init (&settings);
  settings.proxied_trust = trust;
  g_assert_null (listener_new (&settings, NULL, NULL, &error));
  g_assert_error (error, LISTENER_ERROR, LISTENER_ERROR_SETTINGS);
  g_assert_nonnull (strstr (error->message, "unix socket"));
}

int
main (int argc, char **argv)
{
  int status;

  testlib_init (&argc, &argv);
  make_material ();
  g_test_add_func ("/listener-proxied/spellings", test_spellings);
  g_test_add_func ("/listener-proxied/refused", test_refused);
  g_test_add_func ("/listener-proxied/revoked-meanwhile", test_revoked_meanwhile);
  g_test_add_func ("/listener-proxied/many", test_many);
  g_test_add_func ("/listener-proxied/nobody-else", test_nobody_else);
  g_test_add_func ("/listener-proxied/settings", test_settings);
  status = g_test_run ();
  free_material ();
  return status;
}
