/* SPDX-License-Identifier: EUPL-1.2 */
/* From a program's configuration to its listeners: sockets, trust, certificate, tickets; started, reloaded, stopped. */
#include "face/face-set.h"

#include <grp.h>
#include <string.h>

#include "base/clock.h"
#include "base/ids.h"
#include "planner-log.h"

/* Tickets are bound to shorter spans besides; with the key go all that it ever protected. */
#define TICKET_KEY_US (24 * G_TIME_SPAN_HOUR)

/**
 * face_sockets_init:
 *
 * None handed over.
 */
void
face_sockets_init (FaceSockets *sockets)
{
  for (guint face = 0; face < FACE_MAX; face++)
    sockets->descriptors[face] = -1;
}

/**
 * face_sockets_add:
 * @names: (array zero-terminated=1): of the program's faces
 * @name: of the face
 * @descriptor: a listening stream socket; the face's own from face_set_start() on
 *
 * Errors: LISTENER_ERROR_SETTINGS, when no face has that name, or it has a socket already.
 */
gboolean
face_sockets_add (FaceSockets *sockets,
                  const char *const *names,
                  const char *name,
                  int descriptor,
                  GError **error)
{
  g_autofree char *all = g_strjoinv (", ", (char **) names);

  for (guint face = 0; names[face] != NULL; face++)
    if (strcmp (names[face], name) == 0 && sockets->descriptors[face] < 0)
      {
        sockets->descriptors[face] = descriptor;
        return TRUE;
      }
  g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_SETTINGS,
               "a socket named %s was handed over; each must have the name of another face: %s",
               name, all);
  return FALSE;
}

/**
 * face_set_load_trust:
 *
 * Once, whichever faces need it. Errors: LISTENER_ERROR_CERTIFICATE.
 */
gboolean
face_set_load_trust (FaceSet *set, const FaceCredentials *files, GError **error)
{
  ListenerTrustSettings settings = {
    .trust_file = files->trust_file,
    .crl_path = *files->crl_path != '\0' ? files->crl_path : NULL,
    .crl_grace_s = (guint) files->crl_grace_h * 3600,
    .accepts_missing = files->accepts_missing,
  };

  set->watch_us = files->crl_check_s * G_USEC_PER_SEC;
  if (set->trust == NULL)
    set->trust = listener_trust_new (&settings, error);
  return set->trust != NULL;
}

/**
 * face_set_load_tls:
 *
 * The trust too. Errors: LISTENER_ERROR_CERTIFICATE, also when our own certificate has expired; @set has it then, too.
 */
gboolean
face_set_load_tls (FaceSet *set, const FaceCredentials *files, GError **error)
{
  ListenerTlsSettings tls = { .certificate_file = files->certificate_file,
                              .key_file = files->key_file,
                              .client_certificate = LISTENER_CLIENT_CERTIFICATE_REQUIRED,
                              .resumption_s = (guint) files->resumption_s };

  if (!face_set_load_trust (set, files, error))
    return FALSE;
  tls.trust = set->trust;
  set->tls = listener_tls_new (&tls, error);
  if (set->tls == NULL || listener_tls_get_expiry_unix_us (set->tls) > clock_now_us ())
    return set->tls != NULL;
  g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_CERTIFICATE, "%s: the certificate has expired",
               files->certificate_file);
  return FALSE;
}

/**
 * face_settings_use_group:
 * @group: whose members may open the unix socket; empty: the program's own
 *
 * Errors: LISTENER_ERROR_SETTINGS, when there is no such group.
 */
gboolean
face_settings_use_group (ListenerSettings *settings, const char *group, GError **error)
{
  const struct group *entry;

  if (*group == '\0')
    return TRUE;
  entry = getgrnam (group);
  if (entry != NULL)
    settings->unix_group = entry->gr_gid;
  else
    g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_SETTINGS, "there is no group %s", group);
  return entry != NULL;
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
check_closed (const FaceSet *set, guint face, GError **error)
{
  if (set->sockets.descriptors[face] < 0)
    return TRUE;
  g_set_error_literal (error, LISTENER_ERROR, LISTENER_ERROR_SETTINGS,
                       "is closed in the configuration, but a socket was handed over for it: open "
                       "the face or disable the socket");
  return FALSE;
}

/**
 * face_set_open:
 * @plan: constant while the set is used
 * @config: for the plan's functions
 * @handlers: (array): of each face
 *
 * Makes the listeners of the faces that the configuration opens. Errors: LISTENER_ERROR, with the face's name in
 * front.
 */
gboolean
face_set_open (FaceSet *set,
               const FacePlan *plan,
               gconstpointer config,
               const ListenerHandler *handlers,
               gpointer user_data,
               GError **error)
{
  set->names = plan->names;
  for (guint face = 0; set->names[face] != NULL; face++)
    {
      ListenerSettings settings;
      gboolean is_wanted = plan->is_wanted (face, config);
      gboolean ok = is_wanted || check_closed (set, face, error);

      listener_settings_init (&settings);
      settings.descriptor = set->sockets.descriptors[face];
      if (is_wanted && plan->init (set, face, &settings, config, error))
        set->listeners[face] = listener_new (&settings, handlers[face], user_data, error);
      if (!ok || (is_wanted && set->listeners[face] == NULL))
        {
          g_prefix_error (error, "[%s] ", set->names[face]);
          return FALSE;
        }
      if (is_wanted)
        set->addresses[face] = dup_address (&settings);
    }
  return TRUE;
}

/* What the log has not been told yet of the revocation lists. */
static void
tell_lists (FaceSet *set)
{
  const ListenerCrlInfo *crl;

  if (set->told_generation == listener_trust_get_generation (set->trust))
    return;
  set->told_generation = listener_trust_get_generation (set->trust);
  g_clear_pointer (&set->told_problem, g_free);
  for (guint i = 0; (crl = listener_trust_get_crl (set->trust, i)) != NULL; i++)
    planner_log_event (crl->problem == NULL ? PLANNER_LOG_INFO : PLANNER_LOG_WARNING,
                       "revocation-list", "file", crl->file, "issuer", crl->issuer, "part",
                       crl->scope, "not-used", crl->problem, NULL);
}

/* The same trouble at every look is one line. */
static void
tell_problem (FaceSet *set, const char *problem)
{
  if (problem == NULL || g_strcmp0 (problem, set->told_problem) == 0)
    return;
  planner_log_event (PLANNER_LOG_ERROR, "reload", "revocation-lists", problem, NULL);
  g_free (set->told_problem);
  set->told_problem = g_strdup (problem);
}

static void
renew_ticket_key (FaceSet *set)
{
  guint8 key[LISTENER_TICKET_KEY_BYTES];

  if (set->tls == NULL || set->ticket_key_until_us > clock_monotonic_us ())
    return;
  ids_random_bytes (key, sizeof key);
  listener_tls_set_ticket_key (set->tls, key);
  set->ticket_key_until_us = clock_monotonic_us () + TICKET_KEY_US;
}

static void
on_watch (gpointer data)
{
  FaceSet *set = data;

  listener_trust_refresh_behind (set->trust, set->context);
  tell_problem (set, listener_trust_get_problem (set->trust));
  tell_lists (set);
  renew_ticket_key (set);
  timer_arm (set->watch, clock_monotonic_us () + set->watch_us);
}

/**
 * face_set_start:
 *
 * Errors: LISTENER_ERROR when one cannot be bound; the others may be serving then.
 */
gboolean
face_set_start (FaceSet *set, GMainContext *context, GError **error)
{
  if (set->trust != NULL)
    {
      set->context = context;
      set->watch = timer_new (context, on_watch, set);
      on_watch (set);
    }
  for (guint face = 0; set->names[face] != NULL; face++)
    if (set->listeners[face] != NULL && !listener_start (set->listeners[face], context, error))
      {
        g_prefix_error (error, "[%s] %s: ", set->names[face], set->addresses[face]);
        return FALSE;
      }
  return TRUE;
}

/**
 * face_set_reload:
 *
 * Reads trust, revocation lists, certificate and key again; what is wrong with them is logged, and the old ones stay.
 *
 * Returns: (transfer full) (nullable): what is wrong, NULL when all was taken
 */
char *
face_set_reload (FaceSet *set)
{
  g_autoptr (GError) trust_error = NULL;
  g_autoptr (GError) error = NULL;

  if (set->trust != NULL && !listener_trust_reload (set->trust, &trust_error))
    planner_log_event (PLANNER_LOG_ERROR, "reload", "trust", trust_error->message, NULL);
  if (set->trust != NULL)
    tell_lists (set);
  if (set->tls != NULL && !listener_tls_reload (set->tls, &error))
    planner_log_event (PLANNER_LOG_ERROR, "reload", "certificates", error->message, NULL);
  return error != NULL         ? g_strdup (error->message)
         : trust_error != NULL ? g_strdup (trust_error->message)
                               : NULL;
}

/**
 * face_set_stop_accepting:
 */
void
face_set_stop_accepting (FaceSet *set)
{
  for (guint face = 0; face < FACE_MAX; face++)
    if (set->listeners[face] != NULL)
      listener_stop_accepting (set->listeners[face]);
}

/**
 * face_set_count_draining:
 *
 * Returns: connections that a stop still waits for, over all faces
 */
guint
face_set_count_draining (FaceSet *set)
{
  guint n_draining = 0;

  for (guint face = 0; face < FACE_MAX; face++)
    if (set->listeners[face] != NULL)
      n_draining += listener_n_draining (set->listeners[face]);
  return n_draining;
}

/**
 * face_set_dup_addresses:
 *
 * Returns: (transfer full): such as "dfdg :: port 8443, admin /run/planner/socket"
 */
char *
face_set_dup_addresses (FaceSet *set)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint face = 0; face < FACE_MAX; face++)
    if (set->listeners[face] != NULL)
      g_string_append_printf (text, "%s%s %s", text->len == 0 ? "" : ", ", set->names[face],
                              set->addresses[face]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * face_set_close:
 */
void
face_set_close (FaceSet *set)
{
  for (guint face = 0; face < FACE_MAX; face++)
    {
      g_clear_pointer (&set->listeners[face], listener_free);
      g_clear_pointer (&set->addresses[face], g_free);
    }
  g_clear_pointer (&set->tls, listener_tls_unref);
  g_clear_pointer (&set->watch, timer_free);
  g_clear_pointer (&set->trust, listener_trust_unref);
  g_clear_pointer (&set->told_problem, g_free);
}
