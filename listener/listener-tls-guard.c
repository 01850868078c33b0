/* SPDX-License-Identifier: EUPL-1.2 */
/* Refuses client certificates whose key is made to be slow, before the TLS library checks a signature with it. */

#include "listener-tls-private.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

/* Authorities use 4096 bits and the exponent 65537. */
#define MAX_RSA_BYTES      (8192 / 8)
#define MAX_EXPONENT_BYTES 8

/* What is left of the message; borrowed. */
typedef struct
{
  const guint8 *bytes;
  gsize n_bytes;
} Span;

/* The bytes behind a length of @n_length bytes. */
static gboolean
take (Span *span, guint n_length, gnutls_datum_t *out)
{
  gsize length = 0;

  if (span->n_bytes < n_length)
    return FALSE;
  for (guint i = 0; i < n_length; i++)
    length = length << 8 | span->bytes[i];
  if (span->n_bytes - n_length < length)
    return FALSE;
  *out = (gnutls_datum_t){ .data = (guint8 *) span->bytes + n_length, .size = (guint) length };
  span->bytes += n_length + length;
  span->n_bytes -= n_length + length;
  return TRUE;
}

/* RSA takes the square of the modulus' length times that of the exponent, and the client chooses both. */
static gboolean
is_quick_rsa (gnutls_pubkey_t key)
{
  gnutls_datum_t modulus = { 0 }, exponent = { 0 };
  gboolean is_quick =
    gnutls_pubkey_export_rsa_raw2 (key, &modulus, &exponent, GNUTLS_EXPORT_FLAG_NO_LZ) == 0 &&
    modulus.size <= MAX_RSA_BYTES && exponent.size <= MAX_EXPONENT_BYTES;

  gnutls_free (modulus.data);
  gnutls_free (exponent.data);
  return is_quick;
}

static gboolean
is_quick_key (gnutls_pubkey_t key)
{
  switch (gnutls_pubkey_get_pk_algorithm (key, NULL))
    {
    case GNUTLS_PK_RSA:
    case GNUTLS_PK_RSA_PSS:
      return is_quick_rsa (key);
    case GNUTLS_PK_ECDSA:
    case GNUTLS_PK_EDDSA_ED25519:
    case GNUTLS_PK_EDDSA_ED448:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
is_quick_certificate (const gnutls_datum_t *der)
{
  gnutls_x509_crt_t certificate = NULL;
  gnutls_pubkey_t key = NULL;
  gboolean is_quick = gnutls_x509_crt_init (&certificate) == 0 && gnutls_pubkey_init (&key) == 0 &&
                      gnutls_x509_crt_import (certificate, der, GNUTLS_X509_FMT_DER) == 0 &&
                      gnutls_pubkey_import_x509 (key, certificate, 0) == 0 && is_quick_key (key);

  if (key != NULL)
    gnutls_pubkey_deinit (key);
  if (certificate != NULL)
    gnutls_x509_crt_deinit (certificate);
  return is_quick;
}

/*
 * Whether the certificates of @message, the body of a client's Certificate message, may be worked with: none of them
 * costs more than a real one would. The library checks the client's signature with whatever key the certificate holds,
 * and only then asks whether anybody trusts it: one of 65,536 bits with an exponent as long took it 13 seconds, and the
 * loop with it. Source: RFC 5246 §7.4.2, RFC 8446 §4.4.2.
 */
gboolean
listener_tls_is_quick (const gnutls_datum_t *message, gboolean is_1_3)
{
  Span span = { message->data, message->size };
  gnutls_datum_t context, list, certificate, extensions;
  guint n_certificates = 0;

  if ((is_1_3 && !take (&span, 1, &context)) || !take (&span, 3, &list) || span.n_bytes > 0)
    return FALSE;
  span = (Span){ list.data, list.size };
  while (span.n_bytes > 0)
    if (!take (&span, 3, &certificate) || (is_1_3 && !take (&span, 2, &extensions)) ||
        ++n_certificates > LISTENER_MAX_CHAIN || !is_quick_certificate (&certificate))
      return FALSE;
  return TRUE;
}
