/* SPDX-License-Identifier: EUPL-1.2 */
/* TLS material that can be replaced while serving, and the verdict over a client's certificate chain. */

#include "listener-error.h"
#include "listener-tls-private.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
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
} TlsMaterial;

struct _ListenerTls
{
  grefcount references;
  ListenerTlsSettings settings;
  TlsMaterial *material;
};

struct _ListenerTlsSession
{
  TlsMaterial *material;
  gnutls_session_t session; /* the library's */
  guint status;             /* of gnutls_certificate_verify_peers() */
  gboolean refused;
  ListenerIdentity *identity;
};

static void
clear_material (gpointer data)
{
  TlsMaterial *material = data;

  if (material->credentials != NULL)
    gnutls_certificate_free_credentials (material->credentials);
  if (material->priority != NULL)
    gnutls_priority_deinit (material->priority);
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
    return fail (error, "certificate and key", settings->certificate_file, code);
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

static gboolean
load_trust (TlsMaterial *material, const ListenerTlsSettings *settings, GError **error)
{
  int code;

  if (settings->client_certificate == LISTENER_CLIENT_CERTIFICATE_NONE)
    return TRUE;
  if (settings->trust_file == NULL)
    {
      g_set_error_literal (error, LISTENER_ERROR, LISTENER_ERROR_CERTIFICATE,
                           "client certificates cannot be judged without a trust file");
      return FALSE;
    }
  code = gnutls_certificate_set_x509_trust_file (material->credentials, settings->trust_file,
                                                 GNUTLS_X509_FMT_PEM);
  if (code <= 0)
    return fail (error, "trust file", settings->trust_file,
                 code < 0 ? code : GNUTLS_E_NO_CERTIFICATE_FOUND);
  return TRUE;
}

static guint
judge (gnutls_session_t session)
{
  gnutls_typed_vdata_st purpose = { .type = GNUTLS_DT_KEY_PURPOSE_OID,
                                    .data = (void *) GNUTLS_KP_TLS_WWW_CLIENT };
  guint status = GNUTLS_CERT_INVALID;

  if (gnutls_certificate_verify_peers (session, &purpose, 1, &status) < 0)
    status |= GNUTLS_CERT_INVALID;
  return status;
}

static gnutls_alert_description_t
choose_alert (gboolean shown, guint status)
{
  if (!shown)
    return GNUTLS_A_CERTIFICATE_REQUIRED;
  if ((status & GNUTLS_CERT_EXPIRED) != 0)
    return GNUTLS_A_CERTIFICATE_EXPIRED;
  if ((status & GNUTLS_CERT_REVOKED) != 0)
    return GNUTLS_A_CERTIFICATE_REVOKED;
  if ((status & GNUTLS_CERT_SIGNER_NOT_FOUND) != 0)
    return GNUTLS_A_UNKNOWN_CA;
  return GNUTLS_A_BAD_CERTIFICATE;
}

/*
 * Within the handshake, when the client's certificate message has come, empty or not. The alert is ours to
 * send: the HTTP library would only hang up, and the client's operator would have nothing to go by.
 */
static int
on_verify (gnutls_session_t session)
{
  ListenerTlsSession *self = gnutls_session_get_ptr (session);
  guint n_certificates = 0;
  gboolean shown = gnutls_certificate_get_peers (session, &n_certificates) != NULL;

  self->status = shown ? judge (session) : GNUTLS_CERT_INVALID;
  if (self->status == 0 ||
      self->material->client_certificate != LISTENER_CLIENT_CERTIFICATE_REQUIRED)
    return 0;
  self->refused = TRUE;
  gnutls_alert_send (session, GNUTLS_AL_FATAL, choose_alert (shown, self->status));
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
  if (!load_key (material, settings, error) || !load_trust (material, settings, error))
    return NULL;
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
  tls->settings.trust_file = g_strdup (settings->trust_file);
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
  g_free ((char *) tls->settings.trust_file);
  g_free ((char *) tls->settings.priority);
  g_free (tls);
}

/**
 * listener_tls_reload:
 * @tls: a TLS side.
 * @error: %LISTENER_ERROR_CERTIFICATE; the former material then stays in force.
 *
 * Reads the files again. Connections from now on use them; open ones keep what they began with.
 * Reads files; blocks. Loop thread.
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

/*
 * Puts our own credentials and rules in place of the HTTP library's on @gnutls_session, before its
 * handshake. The session's user pointer, which the library uses with pre-shared keys only, becomes ours.
 */
ListenerTlsSession *
listener_tls_session_new (ListenerTls *tls, gpointer gnutls_session)
{
  ListenerTlsSession *self = g_new0 (ListenerTlsSession, 1);

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

/* A reference to who the peer is, worked out at its first request; %NULL without a certificate. */
ListenerIdentity *
listener_tls_session_dup_identity (ListenerTlsSession *session)
{
  if (session->identity == NULL)
    session->identity = listener_identity_new (session->session, session->status);
  return session->identity != NULL ? g_atomic_rc_box_acquire (session->identity) : NULL;
}

/* Sends what fits now, then ends our half of the TLS layer. */
gssize
listener_tls_session_send (ListenerTlsSession *session, const char *data, gsize n_bytes)
{
  gssize sent = gnutls_record_send (session->session, data, n_bytes);

  gnutls_bye (session->session, GNUTLS_SHUT_WR);
  return sent;
}
