/* SPDX-License-Identifier: EUPL-1.2 */
/* Certificates made at test time, and a TLS client that runs in the same thread as the listener. */
#pragma once

#include "listener-harness.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

G_BEGIN_DECLS

typedef struct
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t certificate;
  guint
    shown_bytes; /* of the modulus that the certificate shows instead of the key's; 0: the key's */
} Certificate;

/* What a certificate shall say; 0 and NULL stand for the usual. */
typedef struct
{
  const char *common_name;
  const char *organization;
  const char *organization_identifier;
  const char *serial_number;
  const char *purpose;       /* an OID, NULL for none stated */
  const Certificate *issuer; /* NULL: signs itself */
  gboolean authority;
  gint64 begins_in_s; /* from now; negative is the past */
  gint64 lasts_s;     /* 0: a day */
  guint rsa_bits;     /* 0: P-256 */
  const char *point;  /* address of its revocation list; NULL for none stated */
  guint shown_bytes;  /* of an RSA modulus that is shown instead of the key's own; 0: the own */
  guint shown_exponent_bytes;
  const char *other_serial_number; /* a second attribute beside serial_number */
} CertificatePlan;

Certificate *certificate_new (const CertificatePlan *plan);
void certificate_free (Certificate *certificate);
char *certificate_save (const Certificate *certificate, const char *folder, const char *name);
char *certificate_save_key (const Certificate *certificate, const char *folder, const char *name);

/* What a revocation list shall say. */
typedef struct
{
  const Certificate *issuer;
  const Certificate *signer;         /* NULL: the issuer */
  const Certificate *const *revoked; /* ended by NULL; NULL for none */
  gint64 made_in_s;                  /* from now; negative is the past */
  gint64 lasts_s;                    /* 0: a day */
  gboolean der;
  const char
    *extension; /* DER of a whole Extension in hex, added to those of every list; NULL for none */
} CrlPlan;

char *crl_save (const CrlPlan *plan, const char *folder, const char *name);

typedef struct
{
  Client *plain;
  gnutls_session_t session;
  gnutls_certificate_credentials_t credentials;
  int failure; /* 0, or the library's code that ended the connection */
} TlsClient;

/* Tickets of an earlier connection, to be offered by the next; owned by the test. */
extern const gnutls_datum_t *tls_client_ticket;

TlsClient *tls_client_new (Harness *harness,
                           const Certificate *authority,
                           const Certificate *const *chain,
                           const char *priority);
void tls_client_free (TlsClient *client);
gboolean tls_client_send (TlsClient *client, const char *data, gssize n_bytes);
gboolean tls_client_wait_text (TlsClient *client, const char *text, guint limit_ms);
gboolean tls_client_wait_end (TlsClient *client, guint limit_ms);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Certificate, certificate_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TlsClient, tls_client_free)

G_END_DECLS
