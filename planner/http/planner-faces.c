/* SPDX-License-Identifier: EUPL-1.2 */
/* From configuration to listeners: addresses, caps, time-outs, TLS. */
#include "http/planner-faces.h"

#include <grp.h>
#include <string.h>

#include "base/clock.h"
#include "base/ids.h"
#include "ops/admin/admin.h"
#include "planner-log.h"

/* An import's JSON may be large; nobody but the socket's owner can send it. */
#define ADMIN_REPLY_MS 600000
/* Tickets are bound to shorter spans besides; with the key go all that it ever protected. */
#define TICKET_KEY_US (24 * G_TIME_SPAN_HOUR)

static const char *const face_names[] = { "dfdg", "proxied", "plain", "health", "admin" };

/**
 * planner_sockets_init:
 *
 * None handed over.
 */
void
planner_sockets_init (PlannerSockets *sockets)
{
  for (guint face = 0; face < PLANNER_N_FACES; face++)
    sockets->descriptors[face] = -1;
}

/**
 * planner_sockets_add:
 * @name: of the face, as its configuration group is called
 * @descriptor: a listening stream socket; the face's own from planner_faces_start() on
 *
 * Errors: LISTENER_ERROR_SETTINGS, when no face has that name, or it has a socket already.
 */
gboolean
planner_sockets_add (PlannerSockets *sockets, const char *name, int descriptor, GError **error)
{
  for (guint face = 0; face < PLANNER_N_FACES; face++)
    if (strcmp (face_names[face], name) == 0 && sockets->descriptors[face] < 0)
      {
        sockets->descriptors[face] = descriptor;
        return TRUE;
      }
  g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_SETTINGS,
               "a socket named %s was handed over; each must have the name of another face, such "
               "as dfdg or health",
               name);
  return FALSE;
}

static void
init_settings (ListenerSettings *settings, const PlannerConfig *config)
{
  listener_settings_init (settings);
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
load_trust (PlannerFaces *faces, const PlannerConfig *config, GError **error)
{
  ListenerTrustSettings settings = {
    .trust_file = config->dfdg_trust,
    .crl_path = *config->dfdg_crl != '\0' ? config->dfdg_crl : NULL,
    .crl_grace_s = (guint) config->dfdg_crl_grace_h * 3600,
    .accepts_missing = config->dfdg_crl_missing == CONFIG_MISSING_ACCEPT,
  };

  if (faces->trust == NULL)
    faces->trust = listener_trust_new (&settings, error);
  return faces->trust != NULL;
}

static gboolean
init_dfdg (PlannerFaces *faces,
           ListenerSettings *settings,
           const PlannerConfig *config,
           GError **error)
{
  ListenerTlsSettings tls = { .certificate_file = config->dfdg_certificate,
                              .key_file = config->dfdg_key,
                              .client_certificate = LISTENER_CLIENT_CERTIFICATE_REQUIRED,
                              .resumption_s = (guint) config->dfdg_resumption_s };

  settings->address = config->dfdg_address;
  settings->port = (guint16) config->dfdg_port;
  if (!load_trust (faces, config, error))
    return FALSE;
  tls.trust = faces->trust;
  faces->tls = listener_tls_new (&tls, error);
  settings->tls = faces->tls;
  if (faces->tls == NULL || listener_tls_get_expiry_unix_us (faces->tls) > clock_now_us ())
    return faces->tls != NULL;
  g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_CERTIFICATE, "%s: the certificate has expired",
               config->dfdg_certificate);
  return FALSE;
}

static gboolean
init_proxied (PlannerFaces *faces,
              ListenerSettings *settings,
              const PlannerConfig *config,
              GError **error)
{
  const struct group *group = NULL;

  if (!load_trust (faces, config, error))
    return FALSE;
  if (*config->proxied_group != '\0')
    {
      group = getgrnam (config->proxied_group);
      if (group == NULL)
        {
          g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_SETTINGS, "there is no group %s",
                       config->proxied_group);
          return FALSE;
        }
      settings->unix_group = group->gr_gid;
    }
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
  settings->max_body_bytes = ADMIN_MAX_BODY_BYTES;
  settings->reply_timeout_ms = ADMIN_REPLY_MS;
}

static gboolean
is_wanted (PlannerFace face, const PlannerConfig *config)
{
  return (face == PLANNER_FACE_DFDG && config->dfdg_port != 0) ||
         (face == PLANNER_FACE_PROXIED && *config->proxied_socket != '\0') ||
         (face == PLANNER_FACE_PLAIN && config->plain_port != 0) ||
         (face == PLANNER_FACE_HEALTH && config->health_port != 0) || face == PLANNER_FACE_ADMIN;
}

static gboolean
check_wanted (PlannerFaces *faces, PlannerFace face, const PlannerConfig *config, GError **error)
{
  if (faces->sockets.descriptors[face] < 0 || is_wanted (face, config))
    return TRUE;
  g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_SETTINGS,
               "[%s] is closed in the configuration, but a socket was handed over for it: open the "
               "face or disable the socket",
               face_names[face]);
  return FALSE;
}

static gboolean
init_face (PlannerFaces *faces,
           PlannerFace face,
           ListenerSettings *settings,
           const PlannerConfig *config,
           GError **error)
{
  init_settings (settings, config);
  settings->descriptor = faces->sockets.descriptors[face];
  if (face == PLANNER_FACE_HEALTH || face == PLANNER_FACE_ADMIN)
    settings->stop_grace_ms = 0;
  switch (face)
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
      return TRUE;
    case PLANNER_FACE_ADMIN:
      init_admin (settings, config);
      return TRUE;
    case PLANNER_N_FACES:
    default:
      g_return_val_if_reached (FALSE);
    }
}

static char *
dup_address (PlannerFace face, const ListenerSettings *settings)
{
  if (settings->descriptor >= 0)
    return g_strdup ("handed over");
  if (settings->unix_path != NULL)
    return g_strdup (settings->unix_path);
  return g_strdup_printf ("%s port %u", settings->address, settings->port);
}

/**
 * planner_faces_open:
 * @handlers: (array length=PLANNER_N_FACES): of each face
 *
 * Makes the listeners of the faces that the configuration opens. Errors: LISTENER_ERROR, with the
 * face's name in front.
 */
gboolean
planner_faces_open (PlannerFaces *faces,
                    const PlannerConfig *config,
                    const ListenerHandler *handlers,
                    gpointer user_data,
                    GError **error)
{
  faces->watch_us = config->dfdg_crl_check_s * G_USEC_PER_SEC;
  for (guint face = 0; face < PLANNER_N_FACES; face++)
    {
      ListenerSettings settings;

      if (!check_wanted (faces, face, config, error))
        return FALSE;
      if (!is_wanted (face, config))
        continue;
      if (init_face (faces, face, &settings, config, error))
        faces->listeners[face] = listener_new (&settings, handlers[face], user_data, error);
      if (faces->listeners[face] == NULL)
        {
          g_prefix_error (error, "[%s] ", face_names[face]);
          return FALSE;
        }
      faces->addresses[face] = dup_address (face, &settings);
    }
  return TRUE;
}

/* What the log has not been told yet of the revocation lists. */
static void
tell_lists (PlannerFaces *faces)
{
  const ListenerCrlInfo *crl;

  if (faces->told_generation == listener_trust_get_generation (faces->trust))
    return;
  faces->told_generation = listener_trust_get_generation (faces->trust);
  g_clear_pointer (&faces->told_problem, g_free);
  for (guint i = 0; (crl = listener_trust_get_crl (faces->trust, i)) != NULL; i++)
    planner_log_event (crl->problem == NULL ? PLANNER_LOG_INFO : PLANNER_LOG_WARNING,
                       "revocation-list", "file", crl->file, "issuer", crl->issuer, "part",
                       crl->scope, "not-used", crl->problem, NULL);
}

/* The same trouble at every look is one line. */
static void
tell_problem (PlannerFaces *faces, const char *problem)
{
  if (g_strcmp0 (problem, faces->told_problem) == 0)
    return;
  planner_log_event (PLANNER_LOG_ERROR, "reload", "revocation-lists", problem, NULL);
  g_free (faces->told_problem);
  faces->told_problem = g_strdup (problem);
}

static void
renew_ticket_key (PlannerFaces *faces)
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
  PlannerFaces *faces = data;

  listener_trust_refresh_behind (faces->trust, faces->context);
  if (listener_trust_get_problem (faces->trust) != NULL)
    tell_problem (faces, listener_trust_get_problem (faces->trust));
  tell_lists (faces);
  renew_ticket_key (faces);
  timer_arm (faces->watch, clock_monotonic_us () + faces->watch_us);
}

/**
 * planner_faces_start:
 *
 * Errors: LISTENER_ERROR when one cannot be bound; the others may be serving then.
 */
gboolean
planner_faces_start (PlannerFaces *faces, GMainContext *context, GError **error)
{
  if (faces->trust != NULL)
    {
      faces->context = context;
      faces->watch = timer_new (context, on_watch, faces);
      on_watch (faces);
    }
  for (guint face = 0; face < PLANNER_N_FACES; face++)
    if (faces->listeners[face] != NULL && !listener_start (faces->listeners[face], context, error))
      {
        g_prefix_error (error, "[%s] %s: ", face_names[face], faces->addresses[face]);
        return FALSE;
      }
  return TRUE;
}

/**
 * planner_faces_reload:
 *
 * Reads trust, revocation lists, certificate and key again; what is wrong with them is logged, and the old ones stay.
 */
void
planner_faces_reload (PlannerFaces *faces)
{
  g_autoptr (GError) error = NULL;

  if (faces->trust != NULL && !listener_trust_reload (faces->trust, &error))
    planner_log_event (PLANNER_LOG_ERROR, "reload", "trust", error->message, NULL);
  if (faces->trust != NULL)
    tell_lists (faces);
  g_clear_error (&error);
  if (faces->tls != NULL && !listener_tls_reload (faces->tls, &error))
    planner_log_event (PLANNER_LOG_ERROR, "reload", "certificates", error->message, NULL);
}

/**
 * planner_faces_stop_accepting:
 */
void
planner_faces_stop_accepting (PlannerFaces *faces)
{
  for (guint face = 0; face < PLANNER_N_FACES; face++)
    if (faces->listeners[face] != NULL)
      listener_stop_accepting (faces->listeners[face]);
}

/**
 * planner_faces_count_draining:
 *
 * Returns: connections that a stop still waits for, over all faces
 */
guint
planner_faces_count_draining (PlannerFaces *faces)
{
  guint n_draining = 0;

  for (guint face = 0; face < PLANNER_N_FACES; face++)
    if (faces->listeners[face] != NULL)
      n_draining += listener_n_draining (faces->listeners[face]);
  return n_draining;
}

/**
 * planner_faces_describe:
 * @out_faces: (array): room for PLANNER_N_FACES
 *
 * Returns: how many are open
 */
guint
planner_faces_describe (PlannerFaces *faces, MetricsFace *out_faces)
{
  guint n_faces = 0;

  for (guint face = 0; face < PLANNER_N_FACES; face++)
    if (faces->listeners[face] != NULL)
      out_faces[n_faces++] = (MetricsFace){
        .name = face_names[face],
        .counters = listener_get_counters (faces->listeners[face]),
        .certificate_expiry_us =
          face == PLANNER_FACE_DFDG ? listener_tls_get_expiry_unix_us (faces->tls) : 0,
      };
  return n_faces;
}

/**
 * planner_faces_dup_addresses:
 *
 * Returns: (transfer full): such as "dfdg :: port 8443, admin /run/planner/socket"
 */
char *
planner_faces_dup_addresses (PlannerFaces *faces)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint face = 0; face < PLANNER_N_FACES; face++)
    if (faces->listeners[face] != NULL)
      g_string_append_printf (text, "%s%s %s", text->len == 0 ? "" : ", ", face_names[face],
                              faces->addresses[face]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * planner_faces_close:
 */
void
planner_faces_close (PlannerFaces *faces)
{
  for (guint face = 0; face < PLANNER_N_FACES; face++)
    {
      g_clear_pointer (&faces->listeners[face], listener_free);
      g_clear_pointer (&faces->addresses[face], g_free);
    }
  g_clear_pointer (&faces->tls, listener_tls_unref);
  g_clear_pointer (&faces->watch, timer_free);
  g_clear_pointer (&faces->trust, listener_trust_unref);
  g_clear_pointer (&faces->told_problem, g_free);
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
 * For plannerd --check-config and plannerctl doctor. Expired certificates are loaded, not judged.
 *
 * Errors: LISTENER_ERROR_CERTIFICATE: a file that is missing, unreadable, or a key that does not fit.
 */
gboolean
planner_credentials_load (PlannerCredentials *credentials,
                          const PlannerConfig *config,
                          GError **error)
{
  PlannerFaces faces = { 0 };
  ListenerSettings settings;
  g_autoptr (GError) local_error = NULL;
  gboolean ok = TRUE;

  listener_settings_init (&settings);
  if (is_wanted (PLANNER_FACE_DFDG, config))
    ok = init_dfdg (&faces, &settings, config, &local_error);
  else if (is_wanted (PLANNER_FACE_PROXIED, config))
    ok = load_trust (&faces, config, &local_error);
  credentials->trust = faces.trust;
  credentials->tls = faces.tls;
  if (faces.tls != NULL)
    credentials->expiry_unix_us = listener_tls_get_expiry_unix_us (faces.tls);
  if (ok || faces.tls != NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}
