/* SPDX-License-Identifier: EUPL-1.2 */
/* From configuration to listeners: addresses, caps, time-outs, TLS. */
#include "http/planner-faces.h"

#include "face/face-check.h"
#include "ops/admin/admin.h"

/* An import's JSON may be large; nobody but the socket's owner can send it. */
#define ADMIN_REPLY_MS 600000

const char *const planner_face_names[] = { "dfdg", "proxied", "plain", "health", "admin", NULL };

G_STATIC_ASSERT (G_N_ELEMENTS (planner_face_names) == PLANNER_N_FACES + 1);
G_STATIC_ASSERT (PLANNER_N_FACES <= FACE_MAX);

static FaceCredentials
credentials_of (const PlannerConfig *config)
{
  return (FaceCredentials){ .trust_file = config->dfdg_trust,
                            .crl_path = config->dfdg_crl,
                            .crl_grace_h = config->dfdg_crl_grace_h,
                            .crl_check_s = config->dfdg_crl_check_s,
                            .accepts_missing = config->dfdg_crl_missing == CONFIG_MISSING_ACCEPT,
                            .certificate_file = config->dfdg_certificate,
                            .key_file = config->dfdg_key,
                            .resumption_s = config->dfdg_resumption_s };
}

static void
set_limits (ListenerSettings *settings, const PlannerConfig *config)
{
  settings->max_connections = (guint) config->limits_max_connections;
  settings->max_connections_per_peer = (guint) config->limits_max_connections_per_peer;
  settings->max_body_bytes = (gsize) config->limits_max_body_bytes;
  settings->max_head_bytes = (gsize) config->limits_max_head_bytes;
  settings->pool_bytes = MAX (settings->pool_bytes, 2 * settings->max_head_bytes);
  settings->request_timeout_ms = (guint) config->limits_request_timeout_ms;
  settings->idle_timeout_ms = (guint) config->limits_idle_timeout_ms;
  settings->reply_timeout_ms = (guint) config->limits_reply_timeout_ms;
  settings->stop_grace_ms = (guint) config->limits_stop_grace_ms;
}

static gboolean
init_dfdg (FaceSet *faces, ListenerSettings *settings, const PlannerConfig *config, GError **error)
{
  const FaceCredentials files = credentials_of (config);
  gboolean ok = face_set_load_tls (faces, &files, error);

  settings->address = config->dfdg_address;
  settings->port = (guint16) config->dfdg_port;
  settings->tls = faces->tls;
  return ok;
}

static gboolean
init_proxied (FaceSet *faces,
              ListenerSettings *settings,
              const PlannerConfig *config,
              GError **error)
{
  const FaceCredentials files = credentials_of (config);

  if (!face_set_load_trust (faces, &files, error) ||
      !face_settings_use_group (settings, config->proxied_group, error))
    return FALSE;
  settings->address = NULL;
  settings->unix_path = config->proxied_socket;
  settings->unix_mode = config->proxied_mode == CONFIG_SOCKET_OWNER ? 0600 : 0660;
  settings->proxied_trust = faces->trust;
  return TRUE;
}

static void
init_admin (ListenerSettings *settings, const PlannerConfig *config)
{
  settings->address = NULL;
  settings->unix_path = config->admin_socket;
  settings->unix_mode = 0600;
  settings->stop_grace_ms = 0;
  settings->max_body_bytes = ADMIN_MAX_BODY_BYTES;
  settings->reply_timeout_ms = ADMIN_REPLY_MS;
}

static gboolean
is_wanted (guint face, gconstpointer data)
{
  const PlannerConfig *config = data;

  return (face == PLANNER_FACE_DFDG && config->dfdg_port != 0) ||
         (face == PLANNER_FACE_PROXIED && *config->proxied_socket != '\0') ||
         (face == PLANNER_FACE_PLAIN && config->plain_port != 0) ||
         (face == PLANNER_FACE_HEALTH && config->health_port != 0) || face == PLANNER_FACE_ADMIN;
}

static gboolean
init_face (FaceSet *faces,
           guint face,
           ListenerSettings *settings,
           gconstpointer data,
           GError **error)
{
  const PlannerConfig *config = data;

  set_limits (settings, config);
  switch ((PlannerFace) face)
    {
    case PLANNER_FACE_DFDG:
      return init_dfdg (faces, settings, config, error);
    case PLANNER_FACE_PROXIED:
      return init_proxied (faces, settings, config, error);
    case PLANNER_FACE_PLAIN:
      settings->address = config->plain_address;
      settings->port = (guint16) config->plain_port;
      return TRUE;
    case PLANNER_FACE_HEALTH:
      settings->address = config->health_address;
      settings->port = (guint16) config->health_port;
      settings->stop_grace_ms = 0;
      return TRUE;
    case PLANNER_FACE_ADMIN:
      init_admin (settings, config);
      return TRUE;
    case PLANNER_N_FACES:
    default:
      g_return_val_if_reached (FALSE);
    }
}

static const FacePlan plan = { planner_face_names, is_wanted, init_face };

/**
 * planner_faces_open:
 * @handlers: (array length=PLANNER_N_FACES): of each face
 *
 * As face_set_open().
 */
gboolean
planner_faces_open (FaceSet *faces,
                    const PlannerConfig *config,
                    const ListenerHandler *handlers,
                    gpointer user_data,
                    GError **error)
{
  return face_set_open (faces, &plan, config, handlers, user_data, error);
}

/**
 * planner_faces_describe:
 * @out_faces: (array): room for PLANNER_N_FACES
 *
 * Returns: how many are open
 */
guint
planner_faces_describe (FaceSet *faces, MetricsFace *out_faces)
{
  guint n_faces = 0;

  for (guint face = 0; face < PLANNER_N_FACES; face++)
    if (faces->listeners[face] != NULL)
      out_faces[n_faces++] = (MetricsFace){
        .name = planner_face_names[face],
        .counters = listener_get_counters (faces->listeners[face]),
        .certificate_expiry_us =
          face == PLANNER_FACE_DFDG ? listener_tls_get_expiry_unix_us (faces->tls) : 0,
      };
  return n_faces;
}

/**
 * planner_credentials_clear:
 */
void
planner_credentials_clear (PlannerCredentials *credentials)
{
  g_clear_pointer (&credentials->tls, listener_tls_unref);
  g_clear_pointer (&credentials->trust, listener_trust_unref);
}

/**
 * planner_credentials_load:
 * @credentials: zeroed; to be cleared in any case
 *
 * For plannerctl doctor. Expired certificates are loaded, not judged.
 *
 * Errors: LISTENER_ERROR_CERTIFICATE: a file that is missing, unreadable, or a key that does not fit.
 */
gboolean
planner_credentials_load (PlannerCredentials *credentials,
                          const PlannerConfig *config,
                          GError **error)
{
  FaceSet faces = { 0 };
  const FaceCredentials files = credentials_of (config);
  g_autoptr (GError) local_error = NULL;
  gboolean ok = TRUE;

  if (is_wanted (PLANNER_FACE_DFDG, config))
    ok = face_set_load_tls (&faces, &files, &local_error);
  else if (is_wanted (PLANNER_FACE_PROXIED, config))
    ok = face_set_load_trust (&faces, &files, &local_error);
  credentials->trust = faces.trust;
  credentials->tls = faces.tls;
  if (faces.tls != NULL)
    credentials->expiry_unix_us = listener_tls_get_expiry_unix_us (faces.tls);
  if (ok || faces.tls != NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/**
 * planner_faces_check_files:
 * @out_notes: (transfer full): as face_check_end()
 *
 * For plannerd --check-config: certificates, keys and authorities, towards callers, DFDG and calendars. Blocks. Errors: as
 * face_check_end().
 */
gboolean
planner_faces_check_files (const PlannerConfig *config, char **out_notes, GError **error)
{
  const FaceCredentials files = credentials_of (config);
  FaceCheck *check = face_check_new ();

  if (is_wanted (PLANNER_FACE_DFDG, config))
    face_check_pair (check, files.certificate_file, files.key_file);
  if (is_wanted (PLANNER_FACE_DFDG, config) || is_wanted (PLANNER_FACE_PROXIED, config))
    face_check_trust (check, &files);
  face_check_authorities (check, config->sync_ca_file);
  for (guint i = 0; i < config->dfdg_clients->len; i++)
    {
      const ConfigDfdgClient *client = config->dfdg_clients->pdata[i];

      face_check_pair (check, client->certificate, client->key);
      face_check_authorities (check, client->ca_file);
    }
  return face_check_end (check, out_notes, error);
}
