/* SPDX-License-Identifier: EUPL-1.2 */
/* One revocation list, and the judging of chains, as the listener's own files see them. */

#pragma once

#include "listener-scope-private.h"
#include "listener-trust.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

/* More than any real chain has; a client that sends more is not read. */
#define LISTENER_MAX_CHAIN 8

typedef struct
{
  ListenerCrlInfo info;
  gnutls_x509_crl_t list; /* NULL when it has a problem */
  guint8 digest[32];      /* of its DER */
  GArray *serials;        /* CrlSerial, sorted */
  ListenerScope *scope;   /* NULL: the whole list of its issuer */
  guint8
    verified_by[32]; /* fingerprint of the certificate whose key signed it, once that is known */
  gboolean is_verified;
} ListenerCrl;

/* listener-crl.c */
GPtrArray *
listener_crl_read (const char *path, char **out_stamp, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean listener_crl_is_signed_by (ListenerCrl *crl, gnutls_x509_crt_t issuer);
gboolean listener_crl_is_of (const ListenerCrl *crl, gnutls_x509_crt_t issuer);
gboolean listener_crl_covers (const ListenerCrl *crl, gnutls_x509_crt_t certificate);
gboolean listener_crl_has (const ListenerCrl *crl, gnutls_x509_crt_t certificate);
char *listener_crl_dup_stamp (const char *path);
void listener_crl_reject (ListenerCrl *crl, const char *problem);

/* listener-trust.c */
ListenerVerdict
listener_trust_judge (ListenerTrust *trust, const gnutls_datum_t *certificates, guint n);
void listener_trust_refuse (ListenerTrust *trust,
                            ListenerVerdict verdict,
                            const ListenerIdentity *identity,
                            const char *peer);
gboolean
listener_trust_must_judge_again (const ListenerTrust *trust, guint64 generation, gint64 judged_us);
gnutls_x509_crt_t *listener_trust_get_authorities (ListenerTrust *trust, guint *out_n);
