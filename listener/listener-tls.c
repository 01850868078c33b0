/* SPDX-License-Identifier: EUPL-1.2 */
/* TLS material that can be replaced while serving, and the verdict over a client's certificate chain. */

#include "listener-error.h"
#include "listener-tls-private.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/stat.h>

/* Forward secrecy only; TLS 1.0 and 1.1 are history; certificates of at least medium strength. */
#define DEFAULT_PRIORITY \
  "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:%SERVER_PRECEDENCE:%PROFILE_MEDIUM"

/* One reading of the files: constant, kept by the connections that began with it. */
typedef struct
{
  gnutls_certificate_credentials_t credentials;
  gnutls_priority_t priority;
  ListenerClientCertificate client_certificate;
  gint64 expires_unix_us;
  ListenerTrust *trust; /* NULL when nobody is asked */
} TlsMaterial;

struct _ListenerTls
{
  grefcount references;
  ListenerTlsSettings settings;
  TlsMaterial *material;
  guint8 ticket_key[LISTENER_TICKET_KEY_BYTES];
  gboolean has_ticket_key;
};

struct _ListenerTlsSession
{
  TlsMaterial *material;
  gnutls_session_t session; /* the library's */
  const char *peer;         /* the connection's */
  ListenerVerdict verdict;
  guint64 generation; /* of the trust that gave it; 0 before */
  gint64 judged_us;
  gboolean refused;
  ListenerIdentity *identity; /* as judged; worked out when asked for */
};

static void
clear_material (gpointer data)
{
  TlsMaterial *material = data;

  if (material->credentials != NULL)
    gnutls_certificate_free_credentials (material->credentials);
  if (material->priority != NULL)
    gnutls_priority_deinit (material->priority);
  g_clear_pointer (&material->trust, listener_trust_unref);
}

static void
unref_material (TlsMaterial *material)
{
  g_rc_box_release_full (material, clear_material);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TlsMaterial, unref_material)

static gboolean
fail (GError **error, const char *what, const char *path, int code)
{
  g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_CERTIFICATE, "cannot use %s %s: %s", what,
               path, gnutls_strerror (code));
  return FALSE;
}

static gboolean
check_key_file (const char *path, GError **error)
{
  struct stat status;

  if (stat (path, &status) < 0)
    {
      g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_CERTIFICATE, "cannot use key file %s: %s",
                   path, g_strerror (errno));
      return FALSE;
    }
  if ((status.st_mode & 0007) != 0)
    {
      g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_CERTIFICATE,
                   "key file %s is open to everybody on this machine: chmod 600", path);
      return FALSE;
    }
  return TRUE;
}

static gboolean
fail_pair (GError **error, const ListenerTlsSettings *settings, int code)
{
  g_autofree char *both =
    g_strdup_printf ("%s, %s", settings->certificate_file, settings->key_file);

  return fail (error, "certificate and key", both, code);
}

static gboolean
load_key (TlsMaterial *material, const ListenerTlsSettings *settings, GError **error)
{
  gnutls_x509_crt_t *certificates = NULL;
  guint n_certificates = 0;
  int code;

  if (!check_key_file (settings->key_file, error))
    return FALSE;
  code = gnutls_certificate_set_x509_key_file (material->credentials, settings->certificate_file,
                                               settings->key_file, GNUTLS_X509_FMT_PEM);
  if (code < 0)
    return fail_pair (error, settings, code);
  code = gnutls_certificate_get_x509_crt (material->credentials, (guint) code, &certificates,
                                          &n_certificates);
  if (code < 0)
    return fail (error, "certificate", settings->certificate_file, code);
  material->expires_unix_us =
    (gint64) gnutls_x509_crt_get_expiration_time (certificates[0]) * G_USEC_PER_SEC;
  for (guint i = 0; i < n_certificates; i++)
    gnutls_x509_crt_deinit (certificates[i]);
  gnutls_free (certificates);
  return TRUE;
}

/* The library's own idea of trust is what it names to clients; the verdict is the trust's. */
static gboolean
take_trust (TlsMaterial *material, const ListenerTlsSettings *settings, GError **error)
{
  gnutls_x509_crt_t *authorities;
  guint n_authorities;
  int code;

  if (settings->client_certificate == LISTENER_CLIENT_CERTIFICATE_NONE)
    return TRUE;
  if (settings->trust == NULL)
    {
      g_set_error_literal (error, LISTENER_ERROR, LISTENER_ERROR_CERTIFICATE,
                           "client certificates cannot be judged without a trust file");
      return FALSE;
    }
  material->trust = listener_trust_ref (settings->trust);
  authorities = listener_trust_get_authorities (settings->trust, &n_authorities);
  code =
    gnutls_certificate_set_x509_trust (material->credentials, authorities, (int) n_authorities);
  return code > 0 || fail (error, "trust file", "", code);
}

/* Clears the old identity: it says what was believed then. */
static void
judge (ListenerTlsSession *self)
{
  ListenerTrust *trust = self->material->trust;
  guint n_certificates = 0;
  const gnutls_datum_t *chain = gnutls_certificate_get_peers (self->session, &n_certificates);

  self->verdict = listener_trust_judge (trust, chain, n_certificates);
  self->generation = listener_trust_get_generation (trust);
  self->judged_us = g_get_monotonic_time ();
  g_clear_pointer (&self->identity, listener_identity_unref);
}

static ListenerIdentity *
get_identity (ListenerTlsSession *self)
{
  guint n_certificates = 0;
  const gnutls_datum_t *chain = gnutls_certificate_get_peers (self->session, &n_certificates);

  if (self->identity == NULL)
    self->identity = listener_identity_new (n_certificates > 0 ? chain : NULL, self->verdict);
  return self->identity;
}

static gboolean
is_refusal (const ListenerTlsSession *self)
{
  return self->verdict != LISTENER_VERDICT_GOOD &&
         self->material->client_certificate == LISTENER_CLIENT_CERTIFICATE_REQUIRED;
}

static gnutls_alert_description_t
choose_alert (ListenerVerdict verdict)
{
  switch ((int) verdict)
    {
    case LISTENER_VERDICT_NONE_SHOWN:
      return GNUTLS_A_CERTIFICATE_REQUIRED;
    case LISTENER_VERDICT_EXPIRED:
      return GNUTLS_A_CERTIFICATE_EXPIRED;
    case LISTENER_VERDICT_REVOKED:
      return GNUTLS_A_CERTIFICATE_REVOKED;
    case LISTENER_VERDICT_UNKNOWN_ISSUER:
      return GNUTLS_A_UNKNOWN_CA;
    case LISTENER_VERDICT_LIST_MISSING:
    case LISTENER_VERDICT_LIST_STALE:
      return GNUTLS_A_CERTIFICATE_UNKNOWN;
    default:
      return GNUTLS_A_BAD_CERTIFICATE;
    }
}

/*
 * Within the handshake, when the client's certificate message has come, empty or not. The alert is ours to
 * send: the HTTP library would only hang up, and the client's operator would have nothing to go by.
 */
static int
on_verify (gnutls_session_t session)
{
  ListenerTlsSession *self = gnutls_session_get_ptr (session);

  judge (self);
  if (!is_refusal (self))
    return 0;
  self->refused = TRUE;
  listener_trust_refuse (self->material->trust, self->verdict, get_identity (self), self->peer);
  gnutls_alert_send (session, GNUTLS_AL_FATAL, choose_alert (self->verdict));
  return GNUTLS_E_CERTIFICATE_ERROR;
}

/* Before the library works with what a client's Certificate message holds. */
static int
on_certificate (gnutls_session_t session,
                guint type,
                guint when,
                guint is_incoming,
                const gnutls_datum_t *message)
{
  ListenerTlsSession *self = gnutls_session_get_ptr (session);

  if (type != GNUTLS_HANDSHAKE_CERTIFICATE_PKT || when != GNUTLS_HOOK_PRE || is_incoming == 0 ||
      listener_tls_is_quick (message, gnutls_protocol_get_version (session) >= GNUTLS_TLS1_3))
    return 0;
  self->refused = TRUE;
  listener_trust_refuse (self->material->trust, LISTENER_VERDICT_UNREADABLE, NULL, self->peer);
  gnutls_alert_send (session, GNUTLS_AL_FATAL, GNUTLS_A_BAD_CERTIFICATE);
  return GNUTLS_E_CERTIFICATE_ERROR;
}

static TlsMaterial *
load_material (const ListenerTlsSettings *settings, GError **error)
{
  g_autoptr (TlsMaterial) material = g_rc_box_new0 (TlsMaterial);
  const char *priority = settings->priority != NULL ? settings->priority : DEFAULT_PRIORITY;
  int code = gnutls_certificate_allocate_credentials (&material->credentials);

  if (code < 0)
    {
      fail (error, "certificate", settings->certificate_file, code);
      return NULL;
    }
  material->client_certificate = settings->client_certificate;
  code = gnutls_priority_init (&material->priority, priority, NULL);
  if (code < 0)
    {
      fail (error, "priority string", priority, code);
      return NULL;
    }
  if (!load_key (material, settings, error) || !take_trust (material, settings, error))
    return NULL;
  if (material->trust != NULL)
    gnutls_certificate_set_verify_function (material->credentials, on_verify);
  return g_steal_pointer (&material);
}

/**
 * listener_tls_new:
 * @settings: the files and the rules; copied.
 * @error: %LISTENER_ERROR_CERTIFICATE, naming the file and what is wrong with it.
 *
 * Returns: (transfer full) (nullable): the TLS side of listeners. Reads files; blocks. Loop thread.
 */
ListenerTls *
listener_tls_new (const ListenerTlsSettings *settings, GError **error)
{
  g_autoptr (TlsMaterial) material = load_material (settings, error);
  ListenerTls *tls;

  if (material == NULL)
    return NULL;
  tls = g_new0 (ListenerTls, 1);
  g_ref_count_init (&tls->references);
  tls->settings = *settings;
  tls->settings.certificate_file = g_strdup (settings->certificate_file);
  tls->settings.key_file = g_strdup (settings->key_file);
  if (settings->trust != NULL)
    listener_trust_ref (settings->trust);
  tls->settings.priority = g_strdup (settings->priority);
  tls->material = g_steal_pointer (&material);
  return tls;
}

/**
 * listener_tls_ref:
 * @tls: a TLS side.
 *
 * Returns: (transfer full): @tls. Loop thread.
 */
ListenerTls *
listener_tls_ref (ListenerTls *tls)
{
  g_ref_count_inc (&tls->references);
  return tls;
}

/**
 * listener_tls_unref:
 * @tls: (transfer full): a TLS side. Loop thread.
 */
void
listener_tls_unref (ListenerTls *tls)
{
  if (!g_ref_count_dec (&tls->references))
    return;
  unref_material (tls->material);
  g_free ((char *) tls->settings.certificate_file);
  g_free ((char *) tls->settings.key_file);
  g_clear_pointer (&tls->settings.trust, listener_trust_unref);
  g_free ((char *) tls->settings.priority);
  g_free (tls);
}

/**
 * listener_tls_reload:
 * @tls: a TLS side.
 * @error: %LISTENER_ERROR_CERTIFICATE; the former material then stays in force.
 *
 * Reads certificate and key again; the trust has its own listener_trust_reload(), to be called first. Connections from
 * now on use them; open ones keep what they began with. Reads files; blocks. Loop thread.
 *
 * Returns: whether the new material is in force.
 */
gboolean
listener_tls_reload (ListenerTls *tls, GError **error)
{
  TlsMaterial *material = load_material (&tls->settings, error);

  if (material == NULL)
    return FALSE;
  unref_material (tls->material);
  tls->material = material;
  return TRUE;
}

/**
 * listener_tls_set_ticket_key:
 * @tls: a TLS side.
 * @key: random bytes; copied.
 *
 * From now on sessions get tickets by which they may be resumed for @resumption_s, TLS 1.2 and 1.3 alike, and only
 * tickets under this key are taken: call it again now and then. A resumed session is judged like a new one, by the
 * certificate that its ticket carries. Loop thread.
 */
void
listener_tls_set_ticket_key (ListenerTls *tls, const guint8 key[LISTENER_TICKET_KEY_BYTES])
{
  memcpy (tls->ticket_key, key, sizeof tls->ticket_key);
  tls->has_ticket_key = tls->settings.resumption_s > 0;
}

/**
 * listener_tls_get_expiry_unix_us:
 * @tls: a TLS side.
 *
 * Returns: the last instant of the server's own certificate, for the warning in time. Loop thread.
 */
gint64
listener_tls_get_expiry_unix_us (const ListenerTls *tls)
{
  return tls->material->expires_unix_us;
}

static void
enable_tickets (ListenerTls *tls, gnutls_session_t session)
{
  gnutls_datum_t key = { .data = tls->ticket_key, .size = sizeof tls->ticket_key };

  gnutls_db_set_cache_expiration (session, (int) tls->settings.resumption_s);
  gnutls_session_ticket_enable_server (session, &key);
}

/*
 * Puts our own credentials and rules in place of the HTTP library's on @gnutls_session, before its
 * handshake. The session's user pointer, which the library uses with pre-shared keys only, becomes ours.
 */
ListenerTlsSession *
listener_tls_session_new (ListenerTls *tls, gpointer gnutls_session, const char *peer)
{
  ListenerTlsSession *self = g_new0 (ListenerTlsSession, 1);

  self->peer = peer;
  self->material = g_rc_box_acquire (tls->material);
  self->session = gnutls_session;
  gnutls_session_set_ptr (self->session, self);
  gnutls_priority_set (self->session, self->material->priority);
  gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE, self->material->credentials);
  /* "Request" also where it is required: then on_verify() runs without one too, and can say why. */
  gnutls_certificate_server_set_request (self->session, self->material->client_certificate ==
                                                            LISTENER_CLIENT_CERTIFICATE_NONE
                                                          ? GNUTLS_CERT_IGNORE
                                                          : GNUTLS_CERT_REQUEST);
  if (self->material->trust != NULL)
    gnutls_handshake_set_hook_function (self->session, GNUTLS_HANDSHAKE_CERTIFICATE_PKT,
                                        GNUTLS_HOOK_PRE, on_certificate);
  if (tls->has_ticket_key)
    enable_tickets (tls, self->session);
  return self;
}

/* The library has let go of its session. */
void
listener_tls_session_free (ListenerTlsSession *session)
{
  g_clear_pointer (&session->identity, listener_identity_unref);
  unref_material (session->material);
  g_free (session);
}

gboolean
listener_tls_session_is_refused (const ListenerTlsSession *session)
{
  return session->refused;
}

gboolean
listener_tls_session_is_resumed (const ListenerTlsSession *session)
{
  return gnutls_session_is_resumed (session->session) != 0;
}

/*
 * Whether a request of @session may be served. Judges again what the handshake could not (a resumed session shows its
 * certificate to nobody) or what has changed since: other trust, other lists, time.
 */
gboolean
listener_tls_session_admit (ListenerTlsSession *session)
{
  ListenerTrust *trust = session->material->trust;

  if (trust == NULL)
    return TRUE;
  if (listener_trust_must_judge_again (trust, session->generation, session->judged_us))
    judge (session);
  if (!is_refusal (session))
    return TRUE;
  listener_trust_refuse (trust, session->verdict, get_identity (session), session->peer);
  return FALSE;
}

/* A reference to who the peer is, as last judged; %NULL without a certificate. */
ListenerIdentity *
listener_tls_session_dup_identity (ListenerTlsSession *session)
{
  ListenerIdentity *identity = session->material->trust != NULL ? get_identity (session) : NULL;

  return identity != NULL ? g_atomic_rc_box_acquire (identity) : NULL;
}

/* Sends what fits now, then ends our half of the TLS layer. */
gssize
listener_tls_session_send (ListenerTlsSession *session, const char *data, gsize n_bytes)
{
  gssize sent = gnutls_record_send (session->session, data, n_bytes);

  gnutls_bye (session->session, GNUTLS_SHUT_WR);
  return sent;
}

/**
 * listener_tls_has_unread:
 * @gnutls_session: a gnutls_session_t, of whoever made it.
 *
 * What a socket cannot tell: bytes that were taken off it and decrypted, and that nobody has read yet.
 *
 * Returns: whether there are any. The session's thread.
 */
gboolean
listener_tls_has_unread (gpointer gnutls_session)
{
  return gnutls_record_check_pending (gnutls_session) > 0;
}
