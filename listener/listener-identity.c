/* SPDX-License-Identifier: EUPL-1.2 */
/* A client certificate read into plain text: who it names, who signed it, how to recognise it. */

#include "listener-tls-private.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

#define OID_COMMON_NAME             "2.5.4.3"
#define OID_SERIAL_NUMBER           "2.5.4.5"
#define OID_ORGANIZATION            "2.5.4.10"
#define OID_ORGANIZATION_IDENTIFIER "2.5.4.97"

static char *
format_hex (const guint8 *bytes, gsize n_bytes)
{
  static const char digits[] = "0123456789abcdef";
  char *text = g_malloc (2 * n_bytes + 1);

  for (gsize i = 0; i < n_bytes; i++)
    {
      text[2 * i] = digits[bytes[i] >> 4];
      text[2 * i + 1] = digits[bytes[i] & 15];
    }
  text[2 * n_bytes] = '\0';
  return text;
}

/* The text of a datum of the library, which is freed; %NULL when it holds a NUL, which no name may. */
static char *
take_text (gnutls_datum_t *datum)
{
  char *text = NULL;

  if (datum->data != NULL && memchr (datum->data, '\0', datum->size) == NULL)
    text = g_strndup ((const char *) datum->data, datum->size);
  gnutls_free (datum->data);
  return text;
}

static char *
read_name (gnutls_x509_crt_t certificate,
           int (*read) (gnutls_x509_crt_t, gnutls_datum_t *, unsigned))
{
  gnutls_datum_t datum = { 0 };
  char *text = read (certificate, &datum, 0) == 0 ? take_text (&datum) : NULL;

  return text != NULL ? text : g_strdup ("");
}

/* The text of a DER string of a kind that names use; %NULL for others, and for what is no plain text. */
static char *
decode_string (const guint8 *der, gsize n_bytes)
{
  enum
  {
    UTF8_STRING = 0x0c,
    PRINTABLE_STRING = 0x13,
    IA5_STRING = 0x16,
  };
  gsize header = 2;

  if (n_bytes < 2 || (der[0] != UTF8_STRING && der[0] != PRINTABLE_STRING && der[0] != IA5_STRING))
    return NULL;
  if (der[1] == 0x81)
    header = 3;
  if (n_bytes < header || der[header - 1] != n_bytes - header || (header == 2 && der[1] > 127) ||
      !g_utf8_validate ((const char *) der + header, (gssize) (n_bytes - header), NULL))
    return NULL;
  return g_strndup ((const char *) der + header, n_bytes - header);
}

/* The only such attribute of the subject; two are none, for who has both could be either. Read raw: the library gives those that it does not know, 2.5.4.97 too, in hex. */
static char *
read_attribute (gnutls_x509_crt_t certificate, const char *oid)
{
  guint8 der[512], second[1];
  gsize n_bytes = sizeof der;
  gsize n_second = sizeof second;

  if (gnutls_x509_crt_get_dn_by_oid (certificate, oid, 0, 1, der, &n_bytes) < 0 ||
      gnutls_x509_crt_get_dn_by_oid (certificate, oid, 1, 1, second, &n_second) !=
        GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
    return NULL;
  return decode_string (der, n_bytes);
}

static char *
read_serial (gnutls_x509_crt_t certificate)
{
  guint8 bytes[64];
  gsize n_bytes = sizeof bytes;

  if (gnutls_x509_crt_get_serial (certificate, bytes, &n_bytes) < 0)
    n_bytes = 0;
  return format_hex (bytes, n_bytes);
}

static char *
read_fingerprint (gnutls_x509_crt_t certificate)
{
  guint8 bytes[32];
  gsize n_bytes = sizeof bytes;

  if (gnutls_x509_crt_get_fingerprint (certificate, GNUTLS_DIG_SHA256, bytes, &n_bytes) < 0)
    n_bytes = 0;
  return format_hex (bytes, n_bytes);
}

static ListenerIdentity *
read_identity (gnutls_x509_crt_t certificate, ListenerVerdict verdict)
{
  ListenerIdentity *identity = g_atomic_rc_box_new0 (ListenerIdentity);

  identity->verified = verdict == LISTENER_VERDICT_GOOD;
  identity->problem = identity->verified ? NULL : listener_verdict_get_sentence (verdict);
  identity->subject = read_name (certificate, gnutls_x509_crt_get_dn3);
  identity->issuer = read_name (certificate, gnutls_x509_crt_get_issuer_dn3);
  identity->serial = read_serial (certificate);
  identity->fingerprint_sha256 = read_fingerprint (certificate);
  identity->common_name = read_attribute (certificate, OID_COMMON_NAME);
  identity->organization = read_attribute (certificate, OID_ORGANIZATION);
  identity->organization_identifier = read_attribute (certificate, OID_ORGANIZATION_IDENTIFIER);
  identity->subject_serial_number = read_attribute (certificate, OID_SERIAL_NUMBER);
  identity->expires_unix_us =
    (gint64) gnutls_x509_crt_get_expiration_time (certificate) * G_USEC_PER_SEC;
  return identity;
}

/*
 * Whom the certificate @der names, its chain having been judged as @verdict; %NULL when there is none, or one that
 * cannot be read.
 */
ListenerIdentity *
listener_identity_new (const gnutls_datum_t *der, ListenerVerdict verdict)
{
  gnutls_x509_crt_t certificate;
  ListenerIdentity *identity = NULL;

  if (der == NULL || gnutls_x509_crt_init (&certificate) < 0)
    return NULL;
  if (gnutls_x509_crt_import (certificate, der, GNUTLS_X509_FMT_DER) == 0)
    identity = read_identity (certificate, verdict);
  gnutls_x509_crt_deinit (certificate);
  return identity;
}

static void
clear_identity (gpointer data)
{
  ListenerIdentity *identity = data;

  g_free (identity->subject);
  g_free (identity->issuer);
  g_free (identity->serial);
  g_free (identity->fingerprint_sha256);
  g_free (identity->common_name);
  g_free (identity->organization);
  g_free (identity->organization_identifier);
  g_free (identity->subject_serial_number);
}

void
listener_identity_unref (ListenerIdentity *identity)
{
  g_atomic_rc_box_release_full (identity, clear_identity);
}
