/* SPDX-License-Identifier: EUPL-1.2 */
/* One TLS session and its peer's identity, as the listener's own files see them. */

#pragma once

#include "listener-tls.h"

typedef struct _ListenerTlsSession ListenerTlsSession;

/* listener-tls.c */
ListenerTlsSession *listener_tls_session_new (ListenerTls *tls, gpointer gnutls_session);
void listener_tls_session_free (ListenerTlsSession *session);
gboolean listener_tls_session_is_refused (const ListenerTlsSession *session);
ListenerIdentity *listener_tls_session_dup_identity (ListenerTlsSession *session);
gssize listener_tls_session_send (ListenerTlsSession *session, const char *data, gsize n_bytes);

/* listener-identity.c */
ListenerIdentity *listener_identity_new (gpointer gnutls_session, guint status);
void listener_identity_unref (ListenerIdentity *identity);
