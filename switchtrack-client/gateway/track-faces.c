/* SPDX-License-Identifier: EUPL-1.2 */
/* From switchtrackd's configuration to its faces: addresses, caps, time-outs, TLS. */
#include "gateway/track-faces.h"

#include "face/face-check.h"
#include "ops/admin/admin.h"

/* A rehearsal may last; nobody but the socket's group can ask for it. */
#define ADMIN_REPLY_MS 600000

const char *const track_face_names[] = { "service", "plain", "status", "admin", NULL };

G_STATIC_ASSERT (G_N_ELEMENTS (track_face_names) == TRACK_N_FACES + 1);
G_STATIC_ASSERT (TRACK_N_FACES <= FACE_MAX);

static void
set_limits (ListenerSettings *settings, const TrackConfig *config)
{
  settings->max_connections = (guint) config->limits_max_connections;
  settings->max_connections_per_peer = (guint) config->limits_max_connections_per_peer;
  settings->max_body_bytes = (gsize) config->limits_max_request_bytes;
  settings->max_buffered_bytes = (gsize) config->limits_max_buffered_bytes;
  settings->max_head_bytes = (gsize) config->limits_max_head_bytes;
  settings->pool_bytes = MAX (settings->pool_bytes, 2 * settings->max_head_bytes);
  settings->request_timeout_ms = (guint) config->limits_request_timeout_ms;
  settings->idle_timeout_ms = (guint) config->limits_idle_timeout_ms;
  settings->reply_timeout_ms = (guint) config->limits_reply_timeout_ms;
  settings->stop_grace_ms = (guint) config->limits_stop_grace_ms;
}

static FaceCredentials
credentials_of (const TrackConfig *config)
{
  return (FaceCredentials){ .trust_file = config->service_trust,
                            .crl_path = config->service_crl,
                            .crl_grace_h = config->service_crl_grace_h,
                            .crl_check_s = config->service_crl_check_s,
                            .accepts_missing = config->service_crl_missing != 0,
                            .certificate_file = config->service_certificate,
                            .key_file = config->service_key,
                            .resumption_s = config->service_resumption_s };
}

static gboolean
init_service (FaceSet *faces, ListenerSettings *settings, const TrackConfig *config, GError **error)
{
  const FaceCredentials files = credentials_of (config);
  gboolean ok = face_set_load_tls (faces, &files, error);

  settings->address = config->service_address;
  settings->port = (guint16) config->service_port;
  settings->tls = faces->tls;
  return ok;
}

/* Members of the group operate the track; who they are is told by the socket itself. */
static gboolean
init_admin (ListenerSettings *settings, const TrackConfig *config, GError **error)
{
  settings->address = NULL;
  settings->unix_path = config->admin_socket;
  settings->unix_mode = 0660;
  settings->stop_grace_ms = 0;
  settings->max_body_bytes = ADMIN_MAX_BODY_BYTES;
  settings->max_buffered_bytes = MAX (settings->max_buffered_bytes, 2 * settings->max_body_bytes);
  settings->reply_timeout_ms = ADMIN_REPLY_MS;
  return face_settings_use_group (settings, config->admin_group, error);
}

static gboolean
is_wanted (guint face, gconstpointer data)
{
  const TrackConfig *config = data;

  return (face == TRACK_FACE_SERVICE && config->service_port != 0) ||
         (face == TRACK_FACE_PLAIN && config->plain_port != 0) ||
         (face == TRACK_FACE_STATUS && config->status_port != 0) || face == TRACK_FACE_ADMIN;
}

static gboolean
init_face (FaceSet *faces,
           guint face,
           ListenerSettings *settings,
           gconstpointer data,
           GError **error)
{
  const TrackConfig *config = data;

  set_limits (settings, config);
  switch ((TrackFace) face)
    {
    case TRACK_FACE_SERVICE:
      return init_service (faces, settings, config, error);
    case TRACK_FACE_PLAIN:
      settings->address = config->plain_address;
      settings->port = (guint16) config->plain_port;
      return TRUE;
    case TRACK_FACE_STATUS:
      settings->address = config->status_address;
      settings->port = (guint16) config->status_port;
      settings->stop_grace_ms = 0;
      return TRUE;
    case TRACK_FACE_ADMIN:
      return init_admin (settings, config, error);
    case TRACK_N_FACES:
    default:
      g_return_val_if_reached (FALSE);
    }
}

static const FacePlan plan = { track_face_names, is_wanted, init_face };

/**
 * track_faces_open:
 * @handlers: (array length=TRACK_N_FACES): of each face
 *
 * As face_set_open().
 */
gboolean
track_faces_open (FaceSet *faces,
                  const TrackConfig *config,
                  const ListenerHandler *handlers,
                  gpointer user_data,
                  GError **error)
{
  return face_set_open (faces, &plan, config, handlers, user_data, error);
}

/**
 * track_faces_check_files:
 * @out_notes: (transfer full): as face_check_end()
 *
 * For switchtrackd --check-config: certificates, keys, authorities and secrets, towards callers, Planners and those who
 * are told. Blocks. Errors: as face_check_end().
 */
gboolean
track_faces_check_files (const TrackConfig *config, char **out_notes, GError **error)
{
  const FaceCredentials files = credentials_of (config);
  FaceCheck *check = face_check_new ();

  if (is_wanted (TRACK_FACE_SERVICE, config))
    {
      face_check_pair (check, files.certificate_file, files.key_file);
      face_check_trust (check, &files);
    }
  face_check_pair (check, config->upstream_certificate, config->upstream_key);
  face_check_authorities (check, config->upstream_trust);
  face_check_authorities (check, config->escalation_trust);
  face_check_authorities (check, config->mail_trust);
  if (*config->mail_user != '\0')
    face_check_secret (check, config->mail_password_file);
  return face_check_end (check, out_notes, error);
}
