/* SPDX-License-Identifier: EUPL-1.2 */
/* TLS: which clients get in, who they are said to be, material replaced while serving, and HTTP over it. */

#include "listener-certificates.h"
#include "testlib.h"

#include <glib/gstdio.h>
#include <string.h>

#define HOST        "Host: planner.example\r\n"
#define GET(target) "GET " target " HTTP/1.1\r\n" HOST "\r\n"
#define DAY_S       (24 * 3600)

static Certificate *root;
static Certificate *other_root;
static Certificate *intermediate;
static Certificate *server_certificate;
static char *folder;
static char *root_file;
static ListenerTrust *trust;
static char *server_file;
static char *server_key_file;

static Certificate *
make_client (const Certificate *issuer, const char *purpose, gint64 begins_in_s)
{
  return certificate_new (
    &(CertificatePlan){ .common_name = "Jobnet test",
                        .organization = "Styrelsen Test",
                        .organization_identifier = "NTRDK-00000000",
                        .serial_number = "UI:DK-O:G:00000000-0000-4000-8000-000000000000",
                        .issuer = issuer,
                        .purpose = purpose,
                        .begins_in_s = begins_in_s });
}

static void
make_material (void)
{
  folder = testlib_make_folder ();
  root = certificate_new (&(CertificatePlan){ .common_name = "Root", .authority = TRUE });
  other_root =
    certificate_new (&(CertificatePlan){ .common_name = "Other root", .authority = TRUE });
  intermediate = certificate_new (
    &(CertificatePlan){ .common_name = "Intermediate", .authority = TRUE, .issuer = root });
  server_certificate = certificate_new (&(CertificatePlan){
    .common_name = "localhost", .issuer = root, .purpose = GNUTLS_KP_TLS_WWW_SERVER });
  root_file = certificate_save (root, folder, "root.pem");
  server_file = certificate_save (server_certificate, folder, "server.pem");
  server_key_file = certificate_save_key (server_certificate, folder, "server.key");
  trust = listener_trust_new (&(ListenerTrustSettings){ .trust_file = root_file }, NULL);
  g_assert_nonnull (trust);
}

static void
free_material (void)
{
  listener_trust_unref (trust);
  certificate_free (root);
  certificate_free (other_root);
  certificate_free (intermediate);
  certificate_free (server_certificate);
  g_free (folder);
  g_free (root_file);
  g_free (server_file);
  g_free (server_key_file);
}

static ListenerTlsSettings
usual_settings (ListenerClientCertificate client_certificate)
{
  return (ListenerTlsSettings){ .certificate_file = server_file,
                                .key_file = server_key_file,
                                .trust = trust,
                                .client_certificate = client_certificate };
}

static void
start (Harness *harness, ListenerClientCertificate client_certificate)
{
  ListenerTlsSettings settings = usual_settings (client_certificate);
  g_autoptr (GError) error = NULL;
  g_autoptr (ListenerTls) tls = listener_tls_new (&settings, &error);

  g_assert_no_error (error);
  harness_init (harness);
  harness->settings.tls = tls;
  harness->settings.request_timeout_ms = 1500;
  harness_start (harness);
}

static void
assert_let_in (Harness *harness, const Certificate *const *chain, const char *priority)
{
  g_autoptr (TlsClient) client = tls_client_new (harness, root, chain, priority);

  g_assert_cmpint (client->failure, ==, 0);
  g_assert_true (tls_client_send (client, GET ("/echo"), -1));
  g_assert_true (tls_client_wait_text (client, "HTTP/1.1 200 OK", PATIENCE_MS));
}

/* Refused within the handshake, which with TLS 1.3 the client learns only when it reads; @n_open others stay. */
static void
assert_kept_out (Harness *harness,
                 const Certificate *const *chain,
                 const char *priority,
                 int alert,
                 guint n_open)
{
  const guint64 n_requests = harness_counters (harness)->n_requests;
  guint64 n_refused = harness_counters (harness)->n_refused[LISTENER_REFUSED_CERTIFICATE];
  g_autoptr (TlsClient) client = tls_client_new (harness, root, chain, priority);

  tls_client_send (client, GET ("/echo"), -1);
  g_assert_true (tls_client_wait_end (client, PATIENCE_MS));
  g_assert_cmpuint (client->plain->received->len, ==, 0);
  g_assert_cmpint (client->failure, ==, GNUTLS_E_FATAL_ALERT_RECEIVED);
  g_assert_cmpint (gnutls_alert_get (client->session), ==, alert);
  harness_run_ms (harness, 10);
  g_assert_cmpuint (harness_counters (harness)->n_requests, ==, n_requests);
  g_assert_cmpuint (harness_counters (harness)->n_refused[LISTENER_REFUSED_CERTIFICATE], ==,
                    n_refused + 1);
  g_assert_cmpuint (harness_counters (harness)->n_open, ==, n_open);
}

static void
test_let_in (void)
{
  g_autoptr (Certificate) direct = make_client (root, GNUTLS_KP_TLS_WWW_CLIENT, 0);
  g_autoptr (Certificate) by_intermediate = make_client (intermediate, GNUTLS_KP_TLS_WWW_CLIENT, 0);
  g_autoptr (Certificate) any_purpose = make_client (root, NULL, 0);
  g_autoptr (Certificate) rsa =
    certificate_new (&(CertificatePlan){ .common_name = "RSA", .issuer = root, .rsa_bits = 2048 });
  const Certificate *one[] = { direct, NULL };
  const Certificate *two[] = { by_intermediate, intermediate, NULL };
  const Certificate *any[] = { any_purpose, NULL };
  const Certificate *old[] = { rsa, NULL };
  Harness harness;

  start (&harness, LISTENER_CLIENT_CERTIFICATE_REQUIRED);
  assert_let_in (&harness, one, "NORMAL:-VERS-ALL:+VERS-TLS1.3");
  assert_let_in (&harness, one, "NORMAL:-VERS-ALL:+VERS-TLS1.2");
  assert_let_in (&harness, two, NULL);
  assert_let_in (&harness, any, NULL);
  assert_let_in (&harness, old, NULL);
  harness_clear (&harness);
}

static void
test_kept_out (gconstpointer priority)
{
  g_autoptr (Certificate) stranger = make_client (other_root, GNUTLS_KP_TLS_WWW_CLIENT, 0);
  g_autoptr (Certificate) itself = make_client (NULL, GNUTLS_KP_TLS_WWW_CLIENT, 0);
  g_autoptr (Certificate) expired = make_client (root, GNUTLS_KP_TLS_WWW_CLIENT, -2 * DAY_S);
  g_autoptr (Certificate) future = make_client (root, GNUTLS_KP_TLS_WWW_CLIENT, DAY_S);
  g_autoptr (Certificate) server_only = make_client (root, GNUTLS_KP_TLS_WWW_SERVER, 0);
  g_autoptr (Certificate) orphan = make_client (intermediate, GNUTLS_KP_TLS_WWW_CLIENT, 0);
  g_autoptr (Certificate) good = make_client (root, GNUTLS_KP_TLS_WWW_CLIENT, 0);
  g_autoptr (Certificate) by_client = make_client (good, GNUTLS_KP_TLS_WWW_CLIENT, 0);
  g_autoptr (Certificate) weak =
    certificate_new (&(CertificatePlan){ .common_name = "Weak", .issuer = root, .rsa_bits = 1024 });
  const struct
  {
    const Certificate *chain[3];
    int alert;
  } rows[] = {
    { { NULL }, GNUTLS_A_CERTIFICATE_REQUIRED },       { { stranger }, GNUTLS_A_UNKNOWN_CA },
    { { stranger, other_root }, GNUTLS_A_UNKNOWN_CA }, { { itself }, GNUTLS_A_UNKNOWN_CA },
    { { expired }, GNUTLS_A_CERTIFICATE_EXPIRED },     { { future }, GNUTLS_A_BAD_CERTIFICATE },
    { { server_only }, GNUTLS_A_BAD_CERTIFICATE },     { { orphan }, GNUTLS_A_UNKNOWN_CA },
    { { by_client, good }, GNUTLS_A_UNKNOWN_CA },      { { weak }, GNUTLS_A_BAD_CERTIFICATE },
  };
  Harness harness;

  start (&harness, LISTENER_CLIENT_CERTIFICATE_REQUIRED);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("row %u", (guint) i);
      assert_kept_out (&harness, rows[i].chain, priority, rows[i].alert, 0);
    }
  harness_clear (&harness);
}

static Certificate *
make_slow (guint n_bytes, guint n_exponent_bytes)
{
  return certificate_new (&(CertificatePlan){ .common_name = "Slow",
                                              .issuer = root,
                                              .rsa_bits = 2048,
                                              .shown_bytes = n_bytes,
                                              .shown_exponent_bytes = n_exponent_bytes });
}

/* Keys that are made to be slow, trusted or not, are refused before the library works with them: 13 s of the loop each. */
static void
test_slow_keys (gconstpointer priority)
{
  g_autoptr (Certificate) large =
    make_slow (512, 3); /* as large as real ones: the signature is wrong */
  g_autoptr (Certificate) larger = make_slow (1025, 3);
  g_autoptr (Certificate) long_exponent = make_slow (512, 512);
  g_autoptr (Certificate) slow = make_slow (8192, 8191); /* as slow as they come */
  g_autoptr (Certificate) by_slow = make_client (long_exponent, GNUTLS_KP_TLS_WWW_CLIENT, 0);
  const Certificate *chains[][3] = {
    { larger }, { long_exponent }, { slow }, { by_slow, long_exponent }
  };
  const Certificate *wrong[] = { large, NULL };
  const ListenerTrustCounters *counters = listener_trust_get_counters (trust);
  const guint64 n_before = counters->n_refused[LISTENER_VERDICT_UNREADABLE];
  Harness harness;

  start (&harness, LISTENER_CLIENT_CERTIFICATE_REQUIRED);
  for (gsize i = 0; i < G_N_ELEMENTS (chains); i++)
    {
      g_test_message ("chain %u", (guint) i);
      assert_kept_out (&harness, chains[i], priority, GNUTLS_A_BAD_CERTIFICATE, 0);
      g_assert_cmpuint (counters->n_refused[LISTENER_VERDICT_UNREADABLE], ==, n_before + i + 1);
    }
  {
    g_autoptr (TlsClient) client = tls_client_new (&harness, root, wrong, priority);

    tls_client_send (client, GET ("/echo"), -1);
    g_assert_true (tls_client_wait_end (client, PATIENCE_MS));
    g_assert_cmpuint (client->plain->received->len, ==, 0);
    g_assert_cmpuint (counters->n_refused[LISTENER_VERDICT_UNREADABLE], ==,
                      n_before + G_N_ELEMENTS (chains));
  }
  harness_clear (&harness);
}

static void
test_old_versions (void)
{
  g_autoptr (Certificate) good = make_client (root, GNUTLS_KP_TLS_WWW_CLIENT, 0);
  const Certificate *chain[] = { good, NULL };
  Harness harness;

  start (&harness, LISTENER_CLIENT_CERTIFICATE_REQUIRED);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TlsClient) client =
        tls_client_new (&harness, root, chain,
                        i == 0 ? "NORMAL:-VERS-ALL:+VERS-TLS1.1" : "NORMAL:-VERS-ALL:+VERS-TLS1.0");

      g_assert_cmpint (client->failure, !=, 0);
    }
  g_assert_cmpuint (harness_counters (&harness)->n_requests, ==, 0);
  harness_clear (&harness);
}

static const ListenerIdentity *
wait_identity (Harness *harness, TlsClient *client)
{
  guint n_held = harness->held->len;

  g_assert_cmpint (client->failure, ==, 0);
  g_assert_true (tls_client_send (client, GET ("/later"), -1));
  for (guint i = 0; i < 2000 && harness->held->len == n_held; i++)
    harness_run_ms (harness, 1);
  g_assert_cmpuint (harness->held->len, ==, n_held + 1);
  return listener_request_get_identity (harness->held->pdata[n_held]);
}

static char *
expected_fingerprint (const Certificate *certificate)
{
  guint8 bytes[32];
  gsize n_bytes = sizeof bytes;
  GString *text = g_string_new (NULL);

  gnutls_x509_crt_get_fingerprint (certificate->certificate, GNUTLS_DIG_SHA256, bytes, &n_bytes);
  for (gsize i = 0; i < n_bytes; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (text, FALSE);
}

static void
test_identity (void)
{
  g_autoptr (Certificate) good = make_client (root, GNUTLS_KP_TLS_WWW_CLIENT, 0);
  g_autofree char *fingerprint = expected_fingerprint (good);
  const Certificate *chain[] = { good, NULL };
  const ListenerIdentity *identity;
  Harness harness;

  start (&harness, LISTENER_CLIENT_CERTIFICATE_REQUIRED);
  {
    g_autoptr (TlsClient) client = tls_client_new (&harness, root, chain, NULL);

    identity = wait_identity (&harness, client);
    g_assert_nonnull (identity);
    g_assert_true (identity->verified);
    g_assert_null (identity->problem);
    g_assert_cmpstr (identity->common_name, ==, "Jobnet test");
    g_assert_cmpstr (identity->organization, ==, "Styrelsen Test");
    g_assert_cmpstr (identity->organization_identifier, ==, "NTRDK-00000000");
    g_assert_cmpstr (identity->subject_serial_number, ==,
                     "UI:DK-O:G:00000000-0000-4000-8000-000000000000");
    g_assert_nonnull (strstr (identity->subject, "CN=Jobnet test"));
    g_assert_cmpstr (identity->issuer, ==, "CN=Root");
    g_assert_cmpuint (strlen (identity->serial), ==, 2);
    g_assert_cmpstr (identity->fingerprint_sha256, ==, fingerprint);
    g_assert_cmpint (identity->expires_unix_us, >, g_get_real_time ());
  }
  /* The value outlives its connection. */
  harness_run_ms (&harness, 20);
  g_assert_cmpstr (identity->common_name, ==, "Jobnet test");
  harness_clear (&harness);
}

static void
test_optional (void)
{
  g_autoptr (Certificate) good = make_client (root, GNUTLS_KP_TLS_WWW_CLIENT, 0);
  g_autoptr (Certificate) stranger = make_client (other_root, GNUTLS_KP_TLS_WWW_CLIENT, 0);
  g_autoptr (Certificate) expired = make_client (root, GNUTLS_KP_TLS_WWW_CLIENT, -2 * DAY_S);
  const Certificate *good_chain[] = { good, NULL };
  const Certificate *strange_chain[] = { stranger, NULL };
  const Certificate *expired_chain[] = { expired, NULL };
  Harness harness;

  start (&harness, LISTENER_CLIENT_CERTIFICATE_OPTIONAL);
  {
    g_autoptr (TlsClient) first = tls_client_new (&harness, root, good_chain, NULL);
    g_autoptr (TlsClient) second = tls_client_new (&harness, root, strange_chain, NULL);
    g_autoptr (TlsClient) third = tls_client_new (&harness, root, expired_chain, NULL);
    g_autoptr (TlsClient) fourth = tls_client_new (&harness, root, NULL, NULL);
    const ListenerIdentity *identity = wait_identity (&harness, first);

    g_assert_true (identity->verified);
    identity = wait_identity (&harness, second);
    g_assert_false (identity->verified);
    g_assert_nonnull (strstr (identity->problem, "issuer is unknown"));
    identity = wait_identity (&harness, third);
    g_assert_false (identity->verified);
    g_assert_nonnull (strstr (identity->problem, "expired"));
    g_assert_null (wait_identity (&harness, fourth));
  }
  harness_clear (&harness);
}

/* Two serial numbers in one subject: it is neither. */
static void
test_doubled_attribute (void)
{
  g_autoptr (Certificate) both =
    certificate_new (&(CertificatePlan){ .common_name = "Both",
                                         .serial_number = "CVR:00000000-FID:1",
                                         .other_serial_number = "CVR:00000000-FID:2",
                                         .issuer = root,
                                         .purpose = GNUTLS_KP_TLS_WWW_CLIENT });
  const Certificate *chain[] = { both, NULL };
  Harness harness;

  start (&harness, LISTENER_CLIENT_CERTIFICATE_REQUIRED);
  {
    g_autoptr (TlsClient) client = tls_client_new (&harness, root, chain, NULL);
    const ListenerIdentity *identity = wait_identity (&harness, client);

    g_assert_true (identity->verified);
    g_assert_nonnull (strstr (identity->subject, "serialNumber="));
    g_assert_cmpstr (identity->common_name, ==, "Both");
    g_assert_null (identity->subject_serial_number);
  }
  harness_clear (&harness);
}

static void
test_not_asked (void)
{
  Harness harness;

  start (&harness, LISTENER_CLIENT_CERTIFICATE_NONE);
  assert_let_in (&harness, NULL, NULL);
  harness_clear (&harness);
}

/* Byte streams, long replies, refusals and departures are the same as without TLS. */
static void
test_http_over_tls (void)
{
  g_autofree char *body = g_strnfill (99999, 'b');
  g_autofree char *post =
    g_strdup_printf ("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 99999\r\n\r\n%s", body);
  g_autofree char *many =
    g_strdup_printf ("POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
                     "1869f\r\n%s\r\n1869f\r\n%s\r\n0\r\n\r\n",
                     body, body);
  Harness harness;

  start (&harness, LISTENER_CLIENT_CERTIFICATE_NONE);
  {
    g_autoptr (TlsClient) client = tls_client_new (&harness, root, NULL, NULL);

    g_assert_true (tls_client_send (client, post, -1));
    g_assert_true (tls_client_wait_text (client, body, PATIENCE_MS));
    g_string_truncate (client->plain->received, 0);
    wait_identity (&harness, client);
    listener_request_reply_take (harness.held->pdata[0], 200, NULL, g_strdup ("later"), 5);
    g_assert_true (tls_client_wait_text (client, "later", PATIENCE_MS));
    g_string_truncate (client->plain->received, 0);
    g_assert_true (tls_client_send (client, GET ("/large?2000000"), -1));
    for (guint i = 0; i < 5000 && client->plain->received->len < 2000000; i++)
      tls_client_wait_text (client, "never", 1);
    g_assert_cmpuint (client->plain->received->len, >, 2000000);
    g_string_truncate (client->plain->received, 0);
    tls_client_send (client, many, -1);
    g_assert_true (tls_client_wait_text (client, "HTTP/1.1 413", PATIENCE_MS));
    g_assert_true (tls_client_wait_end (client, PATIENCE_MS));
  }
  harness_run_ms (&harness, 20);
  g_assert_cmpuint (harness_counters (&harness)->n_open, ==, 0);
  harness_clear (&harness);
}

static void
test_no_handshake (void)
{
  static const char *const beginnings[] = { "", "\026\003\001\002\000", GET ("/echo") };
  Harness harness;

  start (&harness, LISTENER_CLIENT_CERTIFICATE_REQUIRED);
  for (gsize i = 0; i < G_N_ELEMENTS (beginnings); i++)
    {
      g_autoptr (Client) client = client_new (&harness);

      client_send (client, beginnings[i], -1);
      g_assert_true (client_wait_closed (client, PATIENCE_MS));
      g_assert_null (strstr (client->received->str, "HTTP"));
    }
  g_assert_cmpuint (harness_counters (&harness)->n_requests, ==, 0);
  harness_clear (&harness);
}

static void
overwrite (const char *path, const Certificate *certificate, gboolean key)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *written = key ? certificate_save_key (certificate, folder, name)
                                 : certificate_save (certificate, folder, name);

  g_assert_cmpstr (written, ==, path);
}

/* A new server certificate and a new authority for clients, while a connection stays open. */
static void
test_reload (void)
{
  g_autoptr (Certificate) good = make_client (root, GNUTLS_KP_TLS_WWW_CLIENT, 0);
  g_autoptr (Certificate) new_good = make_client (other_root, GNUTLS_KP_TLS_WWW_CLIENT, 0);
  g_autoptr (Certificate) renewed = certificate_new (
    &(CertificatePlan){ .common_name = "localhost", .issuer = root, .lasts_s = 30 * DAY_S });
  const Certificate *chain[] = { good, NULL };
  const Certificate *new_chain[] = { new_good, NULL };
  g_autoptr (GError) error = NULL;
  gint64 expiry_us;
  Harness harness;

  start (&harness, LISTENER_CLIENT_CERTIFICATE_REQUIRED);
  expiry_us = listener_tls_get_expiry_unix_us (harness.settings.tls);
  {
    g_autoptr (TlsClient) open = tls_client_new (&harness, root, chain, NULL);

    /* Once served it may rest for long, whatever time the rest of this takes. */
    g_assert_true (tls_client_send (open, GET ("/echo"), -1));
    g_assert_true (tls_client_wait_text (open, "200 OK", PATIENCE_MS));
    overwrite (server_file, renewed, FALSE);
    g_assert_false (listener_tls_reload (harness.settings.tls, &error));
    g_assert_error (error, LISTENER_ERROR, LISTENER_ERROR_CERTIFICATE);
    assert_let_in (&harness, chain, NULL);
    overwrite (server_key_file, renewed, TRUE);
    overwrite (root_file, other_root, FALSE);
    g_clear_error (&error);
    g_assert_true (listener_trust_reload (trust, &error));
    g_assert_true (listener_tls_reload (harness.settings.tls, &error));
    g_assert_no_error (error);
    g_assert_cmpint (listener_tls_get_expiry_unix_us (harness.settings.tls), >, expiry_us);
    assert_let_in (&harness, new_chain, NULL);
    assert_kept_out (&harness, chain, NULL, GNUTLS_A_UNKNOWN_CA, 1);
    /* An authority that is trusted no more has no friends left, not even on open connections. */
    g_assert_true (tls_client_send (open, GET ("/echo"), -1));
    g_assert_true (tls_client_wait_text (open, "HTTP/1.1 403 Forbidden", PATIENCE_MS));
    g_assert_true (tls_client_wait_end (open, PATIENCE_MS));
  }
  harness_clear (&harness);
  overwrite (server_file, server_certificate, FALSE);
  overwrite (server_key_file, server_certificate, TRUE);
  overwrite (root_file, root, FALSE);
  g_assert_true (listener_trust_reload (trust, &error));
}

static void
assert_refused (const ListenerTlsSettings *settings, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (listener_tls_new (settings, &error));
  g_assert_error (error, LISTENER_ERROR, LISTENER_ERROR_CERTIFICATE);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_settings (void)
{
  ListenerTlsSettings good = usual_settings (LISTENER_CLIENT_CERTIFICATE_REQUIRED);
  ListenerTlsSettings bad = good;
  g_autofree char *empty = g_build_filename (folder, "empty.pem", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (empty, "nothing\n", -1, NULL));
  bad.key_file = "/nonexistent/server.key";
  assert_refused (&bad, "/nonexistent/server.key");
  bad = good;
  bad.certificate_file = "/nonexistent/server.pem";
  assert_refused (&bad, "/nonexistent/server.pem");
  bad = good;
  bad.certificate_file = root_file;
  assert_refused (&bad, root_file);
  bad = good;
  bad.trust = NULL;
  assert_refused (&bad, "trust file");
  g_assert_null (listener_trust_new (&(ListenerTrustSettings){ .trust_file = empty }, &error));
  g_assert_error (error, LISTENER_ERROR, LISTENER_ERROR_CERTIFICATE);
  g_assert_nonnull (strstr (error->message, "empty.pem"));
  bad = good;
  bad.priority = "NORMAL:+WISHES";
  assert_refused (&bad, "WISHES");
  g_assert_cmpint (g_chmod (server_key_file, 0644), ==, 0);
  assert_refused (&good, "chmod 600");
  g_assert_cmpint (g_chmod (server_key_file, 0600), ==, 0);
}

int
main (int argc, char **argv)
{
  int status;

  testlib_init (&argc, &argv);
  make_material ();
  g_test_add_func ("/listener-tls/let-in", test_let_in);
  g_test_add_data_func ("/listener-tls/kept-out-1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.2",
                        test_kept_out);
  g_test_add_data_func ("/listener-tls/kept-out-1.3", "NORMAL:-VERS-ALL:+VERS-TLS1.3",
                        test_kept_out);
  g_test_add_data_func ("/listener-tls/slow-keys-1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.2",
                        test_slow_keys);
  g_test_add_data_func ("/listener-tls/slow-keys-1.3", "NORMAL:-VERS-ALL:+VERS-TLS1.3",
                        test_slow_keys);
  g_test_add_func ("/listener-tls/old-versions", test_old_versions);
  g_test_add_func ("/listener-tls/doubled-attribute", test_doubled_attribute);
  g_test_add_func ("/listener-tls/identity", test_identity);
  g_test_add_func ("/listener-tls/optional", test_optional);
  g_test_add_func ("/listener-tls/not-asked", test_not_asked);
  g_test_add_func ("/listener-tls/http-over-tls", test_http_over_tls);
  g_test_add_func ("/listener-tls/no-handshake", test_no_handshake);
  g_test_add_func ("/listener-tls/reload", test_reload);
  g_test_add_func ("/listener-tls/settings", test_settings);
  status = g_test_run ();
  free_material ();
  return status;
}
