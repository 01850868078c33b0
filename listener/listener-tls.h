/* SPDX-License-Identifier: EUPL-1.2 */
/* The server's certificate and the judgement over client certificates, apart from any listener. */

#pragma once

#include "listener-trust.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * ListenerTls:
 *
 * Keys, trust and rules of one TLS face; reference-counted, shared by any number of listeners, loop thread.
 * Connections keep the key that they began with, listener_tls_reload() decides for later ones; but what the trust
 * says now holds for all of them.
 */
typedef struct _ListenerTls ListenerTls;

/**
 * ListenerClientCertificate:
 * @LISTENER_CLIENT_CERTIFICATE_NONE: not asked for.
 * @LISTENER_CLIENT_CERTIFICATE_OPTIONAL: asked for and judged; the handler sees the verdict.
 * @LISTENER_CLIENT_CERTIFICATE_REQUIRED: without a certificate that the trust finds good the handshake fails: such a
 *   client never reaches HTTP. A connection whose certificate is good no more is answered 403 and closed.
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
 * @trust: what client certificates are judged by; a reference is taken. %NULL only with
 *   %LISTENER_CLIENT_CERTIFICATE_NONE.
 * @client_certificate: whether clients must show one.
 * @priority: a GnuTLS priority string; %NULL for TLS 1.2 and 1.3 with forward secrecy only.
 * @resumption_s: how long a session may be resumed by its ticket; 0: never. See listener_tls_set_ticket_key().
 */
typedef struct
{
  const char *certificate_file;
  const char *key_file;
  ListenerTrust *trust;
  ListenerClientCertificate client_certificate;
  const char *priority;
  guint resumption_s;
} ListenerTlsSettings;

#define LISTENER_TICKET_KEY_BYTES 64

ListenerTls *listener_tls_new (const ListenerTlsSettings *settings,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
ListenerTls *listener_tls_ref (ListenerTls *tls);
void listener_tls_unref (ListenerTls *tls);
gboolean listener_tls_reload (ListenerTls *tls, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void listener_tls_set_ticket_key (ListenerTls *tls, const guint8 key[LISTENER_TICKET_KEY_BYTES]);
gint64 listener_tls_get_expiry_unix_us (const ListenerTls *tls);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ListenerTls, listener_tls_unref)

gboolean listener_tls_has_unread (gpointer gnutls_session);

G_END_DECLS
