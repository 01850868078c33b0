/* SPDX-License-Identifier: EUPL-1.2 */
/* Certificates made at test time, and a TLS client that runs in the same thread as the listener. */

#include "listener-certificates.h"

#include <glib-unix.h>
#include <gnutls/abstract.h>
#include <string.h>
#include <time.h>

static void
check (int code)
{
  if (code < 0)
    g_error ("GnuTLS: %s", gnutls_strerror (code));
}

static void
set_name (gnutls_x509_crt_t certificate, const char *oid, const char *text)
{
  guint8 der[130] = { 0x0c }; /* UTF8String */

  if (text == NULL)
    return;
  der[1] = (guint8) strlen (text);
  memcpy (der + 2, text, der[1]);
  check (gnutls_x509_crt_set_dn_by_oid (certificate, oid, 1, der, der[1] + 2u));
}

static void
set_names (gnutls_x509_crt_t certificate, const CertificatePlan *plan)
{
  set_name (certificate, "2.5.4.10", plan->organization);
  set_name (certificate, "2.5.4.97", plan->organization_identifier);
  set_name (certificate, "2.5.4.5", plan->serial_number);
  set_name (certificate, "2.5.4.5", plan->other_serial_number);
  set_name (certificate, "2.5.4.3", plan->common_name);
}

static void
set_use (gnutls_x509_crt_t certificate, const CertificatePlan *plan)
{
  check (gnutls_x509_crt_set_basic_constraints (certificate, plan->authority, -1));
  check (gnutls_x509_crt_set_key_usage (
    certificate, plan->authority ? GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN
                                 : GNUTLS_KEY_DIGITAL_SIGNATURE));
  if (plan->purpose != NULL)
    check (gnutls_x509_crt_set_key_purpose_oid (certificate, plan->purpose, 0));
  check (gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, "localhost", 9,
                                               GNUTLS_FSAN_SET));
}

static void
set_validity (gnutls_x509_crt_t certificate, const CertificatePlan *plan)
{
  gint64 begin = g_get_real_time () / G_USEC_PER_SEC + plan->begins_in_s - 60;
  gint64 span = plan->lasts_s != 0 ? plan->lasts_s : 24 * 3600;

  check (gnutls_x509_crt_set_activation_time (certificate, (time_t) begin));
  check (gnutls_x509_crt_set_expiration_time (certificate, (time_t) (begin + span)));
}

static void
make_key (Certificate *self, guint rsa_bits)
{
  check (gnutls_x509_privkey_init (&self->key));
  if (rsa_bits != 0)
    check (gnutls_x509_privkey_generate (self->key, GNUTLS_PK_RSA, rsa_bits, 0));
  else
    check (gnutls_x509_privkey_generate (self->key, GNUTLS_PK_ECDSA,
                                         GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0));
}

/* A key that nobody has, for its size. */
static void
show_key (gnutls_x509_crt_t certificate, const CertificatePlan *plan)
{
  g_autofree guint8 *modulus = g_malloc (plan->shown_bytes);
  g_autofree guint8 *exponent = g_malloc (plan->shown_exponent_bytes);
  gnutls_datum_t shown = { .data = modulus, .size = plan->shown_bytes };
  gnutls_datum_t power = { .data = exponent, .size = plan->shown_exponent_bytes };
  gnutls_pubkey_t key;

  memset (modulus, 0xc3, plan->shown_bytes);
  memset (exponent, 0x43, plan->shown_exponent_bytes);
  check (gnutls_pubkey_init (&key));
  check (gnutls_pubkey_import_rsa_raw (key, &shown, &power));
  check (gnutls_x509_crt_set_pubkey (certificate, key));
  gnutls_pubkey_deinit (key);
}

/* The library fills in some of what it compares (the raw names) only when it reads a certificate. */
static void
read_again (Certificate *self)
{
  gnutls_datum_t der;

  check (gnutls_x509_crt_export2 (self->certificate, GNUTLS_X509_FMT_DER, &der));
  gnutls_x509_crt_deinit (self->certificate);
  check (gnutls_x509_crt_init (&self->certificate));
  check (gnutls_x509_crt_import (self->certificate, &der, GNUTLS_X509_FMT_DER));
  gnutls_free (der.data);
}

/**
 * certificate_new:
 * @plan: what it shall say
 *
 * Returns: (transfer full): a key and its certificate; serial numbers count up from 0x10.
 */
Certificate *
certificate_new (const CertificatePlan *plan)
{
  static guint8 serial = 0x10;
  Certificate *self = g_new0 (Certificate, 1);
  const Certificate *issuer = plan->issuer != NULL ? plan->issuer : self;

  make_key (self, plan->rsa_bits);
  check (gnutls_x509_crt_init (&self->certificate));
  check (gnutls_x509_crt_set_version (self->certificate, 3));
  check (gnutls_x509_crt_set_serial (self->certificate, &serial, 1));
  serial++;
  set_names (self->certificate, plan);
  set_use (self->certificate, plan);
  set_validity (self->certificate, plan);
  if (plan->point != NULL)
    check (gnutls_x509_crt_set_crl_dist_points (self->certificate, GNUTLS_SAN_URI, plan->point, 0));
  self->shown_bytes = plan->shown_bytes;
  if (plan->shown_bytes != 0)
    show_key (self->certificate, plan);
  else
    check (gnutls_x509_crt_set_key (self->certificate, self->key));
  check (gnutls_x509_crt_sign2 (self->certificate, issuer->certificate, issuer->key,
                                GNUTLS_DIG_SHA256, 0));
  read_again (self);
  return self;
}

void
certificate_free (Certificate *certificate)
{
  gnutls_x509_crt_deinit (certificate->certificate);
  gnutls_x509_privkey_deinit (certificate->key);
  g_free (certificate);
}

static char *
save (const gnutls_datum_t *pem, const char *folder, const char *name)
{
  char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, (const char *) pem->data, pem->size, G_FILE_SET_CONTENTS_NONE,
                            0600, &error);
  g_assert_no_error (error);
  gnutls_free (pem->data);
  return path;
}

/**
 * certificate_save:
 * @certificate: a certificate
 * @folder: where
 * @name: a file name
 *
 * Returns: (transfer full): the path of the PEM file.
 */
char *
certificate_save (const Certificate *certificate, const char *folder, const char *name)
{
  gnutls_datum_t pem;

  check (gnutls_x509_crt_export2 (certificate->certificate, GNUTLS_X509_FMT_PEM, &pem));
  return save (&pem, folder, name);
}

/**
 * certificate_save_key:
 * @certificate: a certificate
 * @folder: where
 * @name: a file name
 *
 * Returns: (transfer full): the path of the key's PEM file, mode 0600.
 */
char *
certificate_save_key (const Certificate *certificate, const char *folder, const char *name)
{
  gnutls_datum_t pem;

  check (gnutls_x509_privkey_export2 (certificate->key, GNUTLS_X509_FMT_PEM, &pem));
  return save (&pem, folder, name);
}

static void
add_revoked (gnutls_x509_crl_t list, const Certificate *const *revoked, gint64 when)
{
  for (gsize i = 0; revoked != NULL && revoked[i] != NULL; i++)
    {
      guint8 serial[32];
      gsize n_bytes = sizeof serial;

      check (gnutls_x509_crt_get_serial (revoked[i]->certificate, serial, &n_bytes));
      check (gnutls_x509_crl_set_crt_serial (list, serial, n_bytes, (time_t) when));
    }
}

static GByteArray *
der_wrap (guint8 tag, const guint8 *content, gsize n_bytes)
{
  const guint8 header[] = { tag, 0x83, (guint8) (n_bytes >> 16), (guint8) (n_bytes >> 8),
                            (guint8) n_bytes };
  /* In the shortest form. */
  const gsize n_length = n_bytes < 0x80 ? 0 : n_bytes < 0x100 ? 1 : n_bytes < 0x10000 ? 2 : 3;
  GByteArray *whole = g_byte_array_new ();
  const guint8 form = (guint8) (0x80 | n_length);

  g_byte_array_append (whole, &tag, 1);
  if (n_length > 0)
    g_byte_array_append (whole, &form, 1);
  g_byte_array_append (whole, header + 5 - MAX (n_length, 1), (guint) MAX (n_length, 1));
  return g_byte_array_append (whole, content, (guint) n_bytes);
}

/* Of the element at @der: where its content begins, and how long it is with its header. */
static gsize
der_measure (const guint8 *der, gsize *out_n_bytes)
{
  gsize n_length = der[1] < 0x80 ? 0 : der[1] & 0x7fu;
  gsize length = n_length == 0 ? der[1] : 0;

  for (gsize i = 0; i < n_length; i++)
    length = length << 8 | der[2 + i];
  *out_n_bytes = 2 + n_length + length;
  return 2 + n_length;
}

/* The list's signed part with @extension behind its others, which stand last in it. */
static GByteArray *
der_extend (const guint8 *der, GBytes *extension)
{
  gsize n_tbs, n_one, start, i;
  const guint8 *tbs = der + der_measure (der, &n_one);
  g_autoptr (GByteArray) extensions = g_byte_array_new ();
  g_autoptr (GByteArray) sequence = NULL, tagged = NULL, content = g_byte_array_new ();

  start = der_measure (tbs, &n_tbs);
  for (i = start; tbs[i] != 0xa0; i += n_one)
    der_measure (tbs + i, &n_one);
  g_byte_array_append (content, tbs + start, (guint) (i - start));
  tbs += i + der_measure (tbs + i, &n_one);
  start = der_measure (tbs, &n_one);
  g_byte_array_append (extensions, tbs + start, (guint) (n_one - start));
  g_byte_array_append (extensions, g_bytes_get_data (extension, NULL),
                       (guint) g_bytes_get_size (extension));
  sequence = der_wrap (0x30, extensions->data, extensions->len);
  tagged = der_wrap (0xa0, sequence->data, sequence->len);
  g_byte_array_append (content, tagged->data, tagged->len);
  return der_wrap (0x30, content->data, content->len);
}

static GBytes *
bytes_of_hex (const char *hex)
{
  GByteArray *bytes = g_byte_array_new ();

  for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2)
    {
      guint8 byte = (guint8) (g_ascii_xdigit_value (hex[0]) * 16 + g_ascii_xdigit_value (hex[1]));
      g_byte_array_append (bytes, &byte, 1);
    }
  return g_byte_array_free_to_bytes (bytes);
}

/* The library writes two extensions of lists and no others: @list again with @hex among them, signed by @signer. */
static void
extend (gnutls_x509_crl_t *list, const Certificate *signer, const char *hex)
{
  static const guint8 ecdsa_sha256[] = { 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
                                         0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 };
  g_autoptr (GBytes) extension = bytes_of_hex (hex);
  g_autoptr (GByteArray) tbs = NULL, bits = NULL, whole = NULL, signed_bits = g_byte_array_new ();
  gnutls_datum_t der, signature, data;
  gnutls_privkey_t key;

  check (gnutls_x509_crl_export2 (*list, GNUTLS_X509_FMT_DER, &der));
  tbs = der_extend (der.data, extension);
  data = (gnutls_datum_t){ .data = tbs->data, .size = tbs->len };
  check (gnutls_privkey_init (&key));
  check (gnutls_privkey_import_x509 (key, signer->key, 0));
  check (gnutls_privkey_sign_data2 (key, GNUTLS_SIGN_ECDSA_SHA256, 0, &data, &signature));
  g_byte_array_append (signed_bits, (const guint8 *) "", 1);
  g_byte_array_append (signed_bits, signature.data, signature.size);
  bits = der_wrap (0x03, signed_bits->data, signed_bits->len);
  g_byte_array_append (tbs, ecdsa_sha256, sizeof ecdsa_sha256);
  g_byte_array_append (tbs, bits->data, bits->len);
  whole = der_wrap (0x30, tbs->data, tbs->len);
  data = (gnutls_datum_t){ .data = whole->data, .size = whole->len };
  gnutls_x509_crl_deinit (*list);
  check (gnutls_x509_crl_init (list));
  check (gnutls_x509_crl_import (*list, &data, GNUTLS_X509_FMT_DER));
  gnutls_privkey_deinit (key);
  gnutls_free (signature.data);
  gnutls_free (der.data);
}

/**
 * crl_save:
 * @plan: what it shall say
 * @folder: where
 * @name: a file name
 *
 * Returns: (transfer full): the path of the list.
 */
char *
crl_save (const CrlPlan *plan, const char *folder, const char *name)
{
  const Certificate *signer = plan->signer != NULL ? plan->signer : plan->issuer;
  gint64 made = g_get_real_time () / G_USEC_PER_SEC + plan->made_in_s;
  gnutls_x509_crl_t list;
  gnutls_datum_t bytes;

  check (gnutls_x509_crl_init (&list));
  check (gnutls_x509_crl_set_version (list, 2));
  check (gnutls_x509_crl_set_this_update (list, (time_t) made));
  check (gnutls_x509_crl_set_next_update (
    list, (time_t) (made + (plan->lasts_s ? plan->lasts_s : 86400))));
  check (gnutls_x509_crl_set_number (list, "\1", 1));
  add_revoked (list, plan->revoked, made);
  check (
    gnutls_x509_crl_sign2 (list, plan->issuer->certificate, signer->key, GNUTLS_DIG_SHA256, 0));
  if (plan->extension != NULL)
    extend (&list, signer, plan->extension);
  check (
    gnutls_x509_crl_export2 (list, plan->der ? GNUTLS_X509_FMT_DER : GNUTLS_X509_FMT_PEM, &bytes));
  gnutls_x509_crl_deinit (list);
  return save (&bytes, folder, name);
}

const gnutls_datum_t *tls_client_ticket;

/* Nothing that anybody could verify, as long as a signature by the modulus that is shown. */
static int
sign_nothing (gnutls_privkey_t key,
              gnutls_sign_algorithm_t algorithm,
              void *data,
              unsigned flags,
              const gnutls_datum_t *text,
              gnutls_datum_t *out_signature)
{
  const Certificate *certificate = data;

  out_signature->size = certificate->shown_bytes;
  out_signature->data = gnutls_malloc (certificate->shown_bytes);
  memset (out_signature->data, 0x5a, certificate->shown_bytes);
  return 0;
}

static int
tell_key (gnutls_privkey_t key, unsigned flags, void *data)
{
  const Certificate *certificate = data;

  if ((flags & GNUTLS_PRIVKEY_INFO_PK_ALGO) != 0)
    return GNUTLS_PK_RSA;
  if ((flags & GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS) != 0)
    return (int) certificate->shown_bytes * 8;
  return GNUTLS_FLAGS_TO_SIGN_ALGO (flags) == GNUTLS_SIGN_RSA_PSS_RSAE_SHA256 ? 1 : 0;
}

/* @certificates with a key that nobody has. */
static void
set_shown_key (TlsClient *client, gnutls_x509_crt_t *certificates, guint n, Certificate *first)
{
  gnutls_pcert_st list[4]; /* what they hold goes over to the credentials */
  gnutls_privkey_t key;

  check (gnutls_pcert_import_x509_list (list, certificates, &n, 0));
  check (gnutls_privkey_init (&key));
  check (
    gnutls_privkey_import_ext4 (key, first, sign_nothing, sign_nothing, NULL, NULL, tell_key, 0));
  check (gnutls_certificate_set_key (client->credentials, NULL, 0, list, (int) n, key));
}

static void
set_credentials (TlsClient *client, const Certificate *authority, const Certificate *const *chain)
{
  gnutls_x509_crt_t certificates[4];
  int n = 0;

  check (gnutls_certificate_allocate_credentials (&client->credentials));
  certificates[0] = authority->certificate;
  check (gnutls_certificate_set_x509_trust (client->credentials, certificates, 1));
  for (n = 0; chain != NULL && chain[n] != NULL; n++)
    certificates[n] = chain[n]->certificate;
  /* Whatever authorities the server names, and whatever the key is: send what the test wants sent. */
  gnutls_certificate_set_flags (client->credentials, GNUTLS_CERTIFICATE_SKIP_KEY_CERT_MATCH);
  if (n > 0 && chain[0]->shown_bytes != 0)
    set_shown_key (client, certificates, (guint) n, (Certificate *) chain[0]);
  else if (n > 0)
    check (gnutls_certificate_set_x509_key (client->credentials, certificates, n, chain[0]->key));
  check (gnutls_credentials_set (client->session, GNUTLS_CRD_CERTIFICATE, client->credentials));
}

static void
shake_hands (TlsClient *client)
{
  gint64 end_us = g_get_monotonic_time () + PATIENCE_MS * (gint64) 1000;
  int code = GNUTLS_E_AGAIN;

  while (code == GNUTLS_E_AGAIN && g_get_monotonic_time () < end_us)
    {
      code = gnutls_handshake (client->session);
      if (code == GNUTLS_E_AGAIN)
        harness_run_ms (client->plain->harness, 1);
    }
  if (code < 0)
    client->failure = code;
}

/**
 * tls_client_new:
 * @harness: started, with TLS
 * @authority: whose signature the server must bear
 * @chain: (nullable): own certificate and intermediates, ended by %NULL
 * @priority: (nullable): GnuTLS priority string
 *
 * Returns: (transfer full): a client after its handshake; see its @failure.
 */
TlsClient *
tls_client_new (Harness *harness,
                const Certificate *authority,
                const Certificate *const *chain,
                const char *priority)
{
  TlsClient *client = g_new0 (TlsClient, 1);

  client->plain = client_new (harness);
  check (gnutls_init (&client->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL |
                                          GNUTLS_FORCE_CLIENT_CERT));
  check (
    gnutls_priority_set_direct (client->session, priority != NULL ? priority : "NORMAL", NULL));
  set_credentials (client, authority, chain);
  gnutls_session_set_verify_cert (client->session, "localhost", 0);
  if (tls_client_ticket != NULL)
    check (
      gnutls_session_set_data (client->session, tls_client_ticket->data, tls_client_ticket->size));
  g_unix_set_fd_nonblocking (client->plain->fd, TRUE, NULL);
  gnutls_transport_set_int (client->session, client->plain->fd);
  shake_hands (client);
  return client;
}

void
tls_client_free (TlsClient *client)
{
  gnutls_deinit (client->session);
  gnutls_certificate_free_credentials (client->credentials);
  client_free (client->plain);
  g_free (client);
}

/**
 * tls_client_send:
 * @client: a client
 * @data: bytes
 * @n_bytes: how many, -1 up to the NUL
 *
 * Returns: whether all of it went out.
 */
gboolean
tls_client_send (TlsClient *client, const char *data, gssize n_bytes)
{
  gsize left = n_bytes < 0 ? strlen (data) : (gsize) n_bytes;

  while (left > 0 && client->failure == 0)
    {
      gssize sent = gnutls_record_send (client->session, data, left);

      if (sent > 0)
        {
          data += sent;
          left -= (gsize) sent;
        }
      else if (sent != GNUTLS_E_AGAIN && sent != GNUTLS_E_INTERRUPTED)
        return FALSE;
      harness_run_ms (client->plain->harness, 1);
    }
  return left == 0;
}

static void
receive (TlsClient *client)
{
  char buffer[16384];

  while (client->failure == 0 && !client->plain->closed)
    {
      gssize n_bytes = gnutls_record_recv (client->session, buffer, sizeof buffer);

      if (n_bytes == GNUTLS_E_AGAIN)
        return;
      if (n_bytes == 0)
        client->plain->closed = TRUE;
      else if (n_bytes > 0)
        g_string_append_len (client->plain->received, buffer, n_bytes);
      else if (gnutls_error_is_fatal ((int) n_bytes))
        client->failure = (int) n_bytes;
    }
}

static gboolean
wait_for (TlsClient *client, const char *text, guint limit_ms)
{
  gint64 end_us = g_get_monotonic_time () + limit_ms * (gint64) 1000;
  gboolean found = FALSE;

  for (;;)
    {
      receive (client);
      found = text != NULL && strstr (client->plain->received->str, text) != NULL;
      if (found || client->failure != 0 || client->plain->closed ||
          g_get_monotonic_time () >= end_us)
        return found;
      harness_run_ms (client->plain->harness, 1);
    }
}

/**
 * tls_client_wait_text:
 * @client: a client
 * @text: to wait for
 * @limit_ms: patience
 *
 * Returns: whether @text has come.
 */
gboolean
tls_client_wait_text (TlsClient *client, const char *text, guint limit_ms)
{
  return wait_for (client, text, limit_ms);
}

/**
 * tls_client_wait_end:
 * @client: a client
 * @limit_ms: patience
 *
 * Returns: whether the server has ended the connection, in whatever way.
 */
gboolean
tls_client_wait_end (TlsClient *client, guint limit_ms)
{
  wait_for (client, NULL, limit_ms);
  return client->failure != 0 || client->plain->closed;
}
