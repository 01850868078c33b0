/* SPDX-License-Identifier: EUPL-1.2 */
/* The server's certificate and the judgement over client certificates, apart from any listener. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ListenerTls:
 *
 * Keys, trust and rules of one TLS face; reference-counted, shared by any number of listeners, loop thread.
 * Connections keep the material that they began with; listener_tls_reload() decides for later ones.
 */
typedef struct _ListenerTls ListenerTls;

/**
 * ListenerClientCertificate:
 * @LISTENER_CLIENT_CERTIFICATE_NONE: not asked for.
 * @LISTENER_CLIENT_CERTIFICATE_OPTIONAL: asked for and judged; the handler sees the verdict.
 * @LISTENER_CLIENT_CERTIFICATE_REQUIRED: without a certificate that chains to the trust file, is in
 *   force and may serve as a TLS client, the handshake fails: such a client never reaches HTTP.
 */
typedef enum
{
  LISTENER_CLIENT_CERTIFICATE_NONE,
  LISTENER_CLIENT_CERTIFICATE_OPTIONAL,
  LISTENER_CLIENT_CERTIFICATE_REQUIRED,
} ListenerClientCertificate;

/**
 * ListenerTlsSettings:
 * @certificate_file: PEM, own certificate first, then its intermediates.
 * @key_file: PEM, unencrypted, not accessible to "others" (mode & 007 must be 0).
 * @trust_file: PEM, the authorities that client certificates must chain to; %NULL only with
 *   %LISTENER_CLIENT_CERTIFICATE_NONE.
 * @client_certificate: whether clients must show one.
 * @priority: a GnuTLS priority string; %NULL for TLS 1.2 and 1.3 with forward secrecy only.
 */
typedef struct
{
  const char *certificate_file;
  const char *key_file;
  const char *trust_file;
  ListenerClientCertificate client_certificate;
  const char *priority;
} ListenerTlsSettings;

/**
 * ListenerIdentity:
 * @verified: chain, dates and purpose hold against the trust file. When %FALSE believe nothing below.
 * @problem: (nullable): why not verified, in English, without personal data.
 * @subject: the subject's distinguished name, RFC 4514.
 * @issuer: the issuer's distinguished name, RFC 4514.
 * @serial: the certificate's serial number, lower-case hex.
 * @fingerprint_sha256: of the DER form, 64 lower-case hex digits.
 * @common_name: (nullable): subject attribute 2.5.4.3.
 * @organization: (nullable): subject attribute 2.5.4.10.
 * @organization_identifier: (nullable): subject attribute 2.5.4.97, OCES3 `NTRDK-` and the CVR number.
 * @subject_serial_number: (nullable): subject attribute 2.5.4.5, OCES2 `CVR:…-FID:…`, OCES3 `UI:DK-O:G:…`.
 * @expires_unix_us: the certificate's last instant.
 *
 * Who the peer says it is; constant and shared by all requests of a connection.
 */
typedef struct
{
  gboolean verified;
  char *problem;
  char *subject;
  char *issuer;
  char *serial;
  char *fingerprint_sha256;
  char *common_name;
  char *organization;
  char *organization_identifier;
  char *subject_serial_number;
  gint64 expires_unix_us;
} ListenerIdentity;

ListenerTls *listener_tls_new (const ListenerTlsSettings *settings,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
ListenerTls *listener_tls_ref (ListenerTls *tls);
void listener_tls_unref (ListenerTls *tls);
gboolean listener_tls_reload (ListenerTls *tls, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gint64 listener_tls_get_expiry_unix_us (const ListenerTls *tls);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ListenerTls, listener_tls_unref)

G_END_DECLS
