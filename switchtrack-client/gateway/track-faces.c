/* SPDX-License-Identifier: EUPL-1.2 */
/* From configuration to listeners: addresses, caps, time-outs, TLS. */
#include "gateway/track-faces.h"

#include <grp.h>
#include <string.h>

#include "base/clock.h"
#include "base/ids.h"
#include "ops/admin/admin.h"
#include "planner-log.h"

/* A rehearsal may last; nobody but the socket's group can ask for it. */
#define ADMIN_REPLY_MS 600000
/* Tickets are bound to shorter spans besides; with the key go all that it ever protected. */
#define TICKET_KEY_US (24 * G_TIME_SPAN_HOUR)

static const char *const face_names[TRACK_N_FACES] = { "service", "plain", "status", "admin" };

/**
 * track_face_name:
 *
 * Returns: as its configuration group is called
 */
const char *
track_face_name (TrackFace face)
{
  return face_names[face];
}

/**
 * track_sockets_init:
 *
 * None handed over.
 */
void
track_sockets_init (TrackSockets *sockets)
{
  for (guint face = 0; face < TRACK_N_FACES; face++)
    sockets->descriptors[face] = -1;
}

/**
 * track_sockets_add:
 * @name: of the face
 * @descriptor: a listening stream socket; the face's own from track_faces_start() on
 *
 * Errors: LISTENER_ERROR_SETTINGS, when no face has that name, or it has a socket already.
 */
gboolean
track_sockets_add (TrackSockets *sockets, const char *name, int descriptor, GError **error)
{
  for (guint face = 0; face < TRACK_N_FACES; face++)
    if (strcmp (face_names[face], name) == 0 && sockets->descriptors[face] < 0)
      {
        sockets->descriptors[face] = descriptor;
        return TRUE;
      }
  g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_SETTINGS,
               "a socket named %s was handed over; each must have the name of another face: "
               "service, plain, status or admin",
               name);
  return FALSE;
}

static void
init_settings (ListenerSettings *settings, const TrackConfig *config)
{
  listener_settings_init (settings);
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

static gboolean
init_service (TrackFaces *faces,
              ListenerSettings *settings,
              const TrackConfig *config,
              GError **error)
{
  ListenerTrustSettings trust = {
    .trust_file = config->service_trust,
    .crl_path = *config->service_crl != '\0' ? config->service_crl : NULL,
    .crl_grace_s = (guint) config->service_crl_grace_h * 3600,
    .accepts_missing = config->service_crl_missing != 0,
  };
  ListenerTlsSettings tls = { .certificate_file = config->service_certificate,
                              .key_file = config->service_key,
                              .client_certificate = LISTENER_CLIENT_CERTIFICATE_REQUIRED,
                              .resumption_s = (guint) config->service_resumption_s };

  settings->address = config->service_address;
  settings->port = (guint16) config->service_port;
  faces->trust = listener_trust_new (&trust, error);
  if (faces->trust == NULL)
    return FALSE;
  tls.trust = faces->trust;
  faces->tls = listener_tls_new (&tls, error);
  settings->tls = faces->tls;
  if (faces->tls == NULL || listener_tls_get_expiry_unix_us (faces->tls) > clock_now_us ())
    return faces->tls != NULL;
  g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_CERTIFICATE, "%s: the certificate has expired",
               config->service_certificate);
  return FALSE;
}

/* Members of the group operate the track; who they are is told by the socket itself. */
static gboolean
init_admin (ListenerSettings *settings, const TrackConfig *config, GError **error)
{
  const struct group *group = NULL;

  settings->address = NULL;
  settings->unix_path = config->admin_socket;
  settings->unix_mode = 0660;
  settings->stop_grace_ms = 0;
  settings->max_body_bytes = ADMIN_MAX_BODY_BYTES;
  settings->max_buffered_bytes = MAX (settings->max_buffered_bytes, 2 * settings->max_body_bytes);
  settings->reply_timeout_ms = ADMIN_REPLY_MS;
  if (*config->admin_group == '\0')
    return TRUE;
  group = getgrnam (config->admin_group);
  if (group == NULL)
    {
      g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_SETTINGS, "there is no group %s",
                   config->admin_group);
      return FALSE;
    }
  settings->unix_group = group->gr_gid;
  return TRUE;
}

static gboolean
is_wanted (TrackFace face, const TrackConfig *config)
{
  return (face == TRACK_FACE_SERVICE && config->service_port != 0) ||
         (face == TRACK_FACE_PLAIN && config->plain_port != 0) ||
         (face == TRACK_FACE_STATUS && config->status_port != 0) || face == TRACK_FACE_ADMIN;
}

static gboolean
init_face (TrackFaces *faces,
           TrackFace face,
           ListenerSettings *settings,
           const TrackConfig *config,
           GError **error)
{
  init_settings (settings, config);
  settings->descriptor = faces->sockets.descriptors[face];
  switch (face)
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

static char *
dup_address (const ListenerSettings *settings)
{
  if (settings->descriptor >= 0)
    return g_strdup ("handed over");
  if (settings->unix_path != NULL)
    return g_strdup (settings->unix_path);
  return g_strdup_printf ("%s port %u", settings->address, settings->port);
}

static gboolean
open_face (TrackFaces *faces,
           TrackFace face,
           const TrackConfig *config,
           ListenerHandler handler,
           gpointer user_data,
           GError **error)
{
  ListenerSettings settings;

  if (!is_wanted (face, config))
    {
      if (faces->sockets.descriptors[face] < 0)
        return TRUE;
      g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_SETTINGS,
                   "[%s] is closed in the configuration, but a socket was handed over for it",
                   face_names[face]);
      return FALSE;
    }
  if (init_face (faces, face, &settings, config, error))
    faces->listeners[face] = listener_new (&settings, handler, user_data, error);
  if (faces->listeners[face] == NULL)
    {
      g_prefix_error (error, "[%s] ", face_names[face]);
      return FALSE;
    }
  faces->addresses[face] = dup_address (&settings);
  return TRUE;
}

/**
 * track_faces_open:
 * @handlers: (array length=TRACK_N_FACES): of each face
 *
 * Makes the listeners of the faces that the configuration opens. Errors: LISTENER_ERROR, with the face's name in front.
 */
gboolean
track_faces_open (TrackFaces *faces,
                  const TrackConfig *config,
                  const ListenerHandler *handlers,
                  gpointer user_data,
                  GError **error)
{
  faces->watch_us = config->service_crl_check_s * G_USEC_PER_SEC;
  for (guint face = 0; face < TRACK_N_FACES; face++)
    if (!open_face (faces, face, config, handlers[face], user_data, error))
      return FALSE;
  return TRUE;
}

/* The same trouble at every look is one line. */
static void
tell_problem (TrackFaces *faces, const char *problem)
{
  if (problem == NULL || g_strcmp0 (problem, faces->told_problem) == 0)
    return;
  planner_log_event (PLANNER_LOG_ERROR, "reload", "revocation-lists", problem, NULL);
  g_free (faces->told_problem);
  faces->told_problem = g_strdup (problem);
}

static void
renew_ticket_key (TrackFaces *faces)
{
  guint8 key[LISTENER_TICKET_KEY_BYTES];

  if (faces->tls == NULL || faces->ticket_key_until_us > clock_monotonic_us ())
    return;
  ids_random_bytes (key, sizeof key);
  listener_tls_set_ticket_key (faces->tls, key);
  faces->ticket_key_until_us = clock_monotonic_us () + TICKET_KEY_US;
}

static void
on_watch (gpointer data)
{
  TrackFaces *faces = data;

  listener_trust_refresh_behind (faces->trust, faces->context);
  tell_problem (faces, listener_trust_get_problem (faces->trust));
  renew_ticket_key (faces);
  timer_arm (faces->watch, clock_monotonic_us () + faces->watch_us);
}

/**
 * track_faces_start:
 *
 * Errors: LISTENER_ERROR when one cannot be bound; the others may be serving then.
 */
gboolean
track_faces_start (TrackFaces *faces, GMainContext *context, GError **error)
{
  if (faces->trust != NULL)
    {
      faces->context = context;
      faces->watch = timer_new (context, on_watch, faces);
      on_watch (faces);
    }
  for (guint face = 0; face < TRACK_N_FACES; face++)
    if (faces->listeners[face] != NULL && !listener_start (faces->listeners[face], context, error))
      {
        g_prefix_error (error, "[%s] %s: ", face_names[face], faces->addresses[face]);
        return FALSE;
      }
  return TRUE;
}

/**
 * track_faces_reload:
 *
 * Reads trust, revocation lists, certificate and key again; what is wrong with them is logged, and the old ones stay.
 */
void
track_faces_reload (TrackFaces *faces)
{
  g_autoptr (GError) error = NULL;

  if (faces->trust != NULL && !listener_trust_reload (faces->trust, &error))
    planner_log_event (PLANNER_LOG_ERROR, "reload", "trust", error->message, NULL);
  g_clear_error (&error);
  if (faces->tls != NULL && !listener_tls_reload (faces->tls, &error))
    planner_log_event (PLANNER_LOG_ERROR, "reload", "certificates", error->message, NULL);
}

/**
 * track_faces_stop_accepting:
 */
void
track_faces_stop_accepting (TrackFaces *faces)
{
  for (guint face = 0; face < TRACK_N_FACES; face++)
    if (faces->listeners[face] != NULL)
      listener_stop_accepting (faces->listeners[face]);
}

/**
 * track_faces_count_draining:
 *
 * Returns: connections that a stop still waits for, over all faces
 */
guint
track_faces_count_draining (TrackFaces *faces)
{
  guint n_draining = 0;

  for (guint face = 0; face < TRACK_N_FACES; face++)
    if (faces->listeners[face] != NULL)
      n_draining += listener_n_draining (faces->listeners[face]);
  return n_draining;
}

/**
 * track_faces_dup_addresses:
 *
 * Returns: (transfer full): such as "service :: port 8444, admin /run/switchtrack/socket"
 */
char *
track_faces_dup_addresses (TrackFaces *faces)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint face = 0; face < TRACK_N_FACES; face++)
    if (faces->listeners[face] != NULL)
      g_string_append_printf (text, "%s%s %s", text->len == 0 ? "" : ", ", face_names[face],
                              faces->addresses[face]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * track_faces_close:
 */
void
track_faces_close (TrackFaces *faces)
{
  for (guint face = 0; face < TRACK_N_FACES; face++)
    {
      g_clear_pointer (&faces->listeners[face], listener_free);
      g_clear_pointer (&faces->addresses[face], g_free);
    }
  g_clear_pointer (&faces->tls, listener_tls_unref);
  g_clear_pointer (&faces->watch, timer_free);
  g_clear_pointer (&faces->trust, listener_trust_unref);
  g_clear_pointer (&faces->told_problem, g_free);
}
