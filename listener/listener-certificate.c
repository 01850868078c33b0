/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading a certificate in PEM: its subject, its dates, and the pin of its key. */

#include "listener-certificate.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

static char *
dup_pin (gnutls_x509_crt_t certificate)
{
  guint8 digest[32];
  gsize n_bytes = sizeof digest;
  g_autofree char *text = NULL;

  if (gnutls_x509_crt_get_key_id (certificate, GNUTLS_KEYID_USE_SHA256, digest, &n_bytes) < 0)
    return NULL;
  text = g_base64_encode (digest, n_bytes);
  return g_strconcat ("sha256//", text, NULL);
}

static char *
dup_subject (gnutls_x509_crt_t certificate)
{
  gnutls_datum_t datum = { 0 };
  char *text;

  if (gnutls_x509_crt_get_dn3 (certificate, &datum, 0) < 0)
    return NULL;
  text = memchr (datum.data, '\0', datum.size) == NULL
           ? g_strndup ((const char *) datum.data, datum.size)
           : NULL;
  gnutls_free (datum.data);
  return text;
}

static ListenerCertificateInfo *
describe (gnutls_x509_crt_t certificate)
{
  g_autoptr (ListenerCertificateInfo) info = g_new0 (ListenerCertificateInfo, 1);

  info->subject = dup_subject (certificate);
  info->pin = dup_pin (certificate);
  info->begins_unix_us =
    (gint64) gnutls_x509_crt_get_activation_time (certificate) * G_USEC_PER_SEC;
  info->expires_unix_us =
    (gint64) gnutls_x509_crt_get_expiration_time (certificate) * G_USEC_PER_SEC;
  return info->subject != NULL && info->pin != NULL ? g_steal_pointer (&info) : NULL;
}

/**
 * listener_certificate_read:
 * @pem: one certificate; of several the first is read.
 * @n_bytes: its length.
 *
 * Returns: (transfer full) (nullable): what it says of itself; %NULL when it cannot be read. Any thread.
 */
ListenerCertificateInfo *
listener_certificate_read (const char *pem, gsize n_bytes)
{
  gnutls_datum_t datum = { (guchar *) pem, (unsigned int) n_bytes };
  gnutls_x509_crt_t certificate;
  ListenerCertificateInfo *info = NULL;

  if (gnutls_x509_crt_init (&certificate) < 0)
    return NULL;
  if (gnutls_x509_crt_import (certificate, &datum, GNUTLS_X509_FMT_PEM) == 0)
    info = describe (certificate);
  gnutls_x509_crt_deinit (certificate);
  return info;
}

void
listener_certificate_info_free (ListenerCertificateInfo *info)
{
  g_free (info->subject);
  g_free (info->pin);
  g_free (info);
}
