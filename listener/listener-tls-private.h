/* SPDX-License-Identifier: EUPL-1.2 */
/* One TLS session and its peer's identity, as the listener's own files see them. */

#pragma once

#include "listener-tls.h"
#include "listener-trust-private.h"

typedef struct _ListenerTlsSession ListenerTlsSession;

/* listener-tls.c */
ListenerTlsSession *
listener_tls_session_new (ListenerTls *tls, gpointer gnutls_session, const char *peer);
void listener_tls_session_free (ListenerTlsSession *session);
gboolean listener_tls_session_is_refused (const ListenerTlsSession *session);
gboolean listener_tls_session_is_resumed (const ListenerTlsSession *session);
gboolean listener_tls_session_admit (ListenerTlsSession *session);
ListenerIdentity *listener_tls_session_dup_identity (ListenerTlsSession *session);
gssize listener_tls_session_send (ListenerTlsSession *session, const char *data, gsize n_bytes);

/* listener-tls-guard.c */
gboolean listener_tls_is_quick (const gnutls_datum_t *message, gboolean is_1_3);

/* listener-identity.c */
ListenerIdentity *listener_identity_new (const gnutls_datum_t *der, ListenerVerdict verdict);
void listener_identity_unref (ListenerIdentity *identity);
