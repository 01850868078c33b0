/* SPDX-License-Identifier: EUPL-1.2 */
/* The listeners of one program: by the name of each face, with one trust, one certificate, and what keeps both fresh. */
#pragma once

#include "base/timer.h"
#include "listener.h"

#define FACE_MAX 8

/**
 * FaceSockets:
 * @descriptors: listening sockets that somebody handed over, by face; -1 where there is none
 *
 * A face that has one serves it instead of binding the address of the configuration.
 */
typedef struct
{
  int descriptors[FACE_MAX];
} FaceSockets;

/**
 * FaceCredentials:
 * @crl_path: a file or a folder; empty: revocation is not looked at
 * @certificate_file: (nullable): NULL when another ends TLS
 *
 * Files by which certificates are judged and shown, as the configuration names them.
 */
typedef struct
{
  const char *trust_file;
  const char *crl_path;
  gint64 crl_grace_h;
  gint64 crl_check_s;
  gboolean accepts_missing;
  const char *certificate_file;
  const char *key_file;
  gint64 resumption_s;
} FaceCredentials;

/**
 * FaceSet:
 * @names: (array zero-terminated=1): of the faces, as their configuration groups are called; at most FACE_MAX.
 *   Until it is set, the set is closed
 * @trust: (nullable): by which every face judges client certificates
 * @tls: (nullable): what the faces with TLS show
 * @listeners: NULL where a face is closed
 *
 * Zeroed but for @sockets to begin with. Belongs to the loop thread.
 */
typedef struct
{
  const char *const *names;
  FaceSockets sockets;
  ListenerTrust *trust;
  ListenerTls *tls;
  GMainContext *context; /* NULL for the default one */
  Timer *watch;          /* of the lists' files, and of the ticket key's age */
  gint64 watch_us;
  gint64 ticket_key_until_us;
  guint64 told_generation; /* of the lists that the log knows */
  char *told_problem;      /* the latest that the log knows */
  Listener *listeners[FACE_MAX];
  char *addresses[FACE_MAX];
} FaceSet;

void face_sockets_init (FaceSockets *sockets);
gboolean face_sockets_add (FaceSockets *sockets,
                           const char *const *names,
                           const char *name,
                           int descriptor,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * FacePlan:
 * @names: of the faces
 * @is_wanted: whether the configuration opens it
 * @init: fills in its settings, which have the library's defaults and the face's descriptor
 *
 * How a program's configuration becomes its faces.
 */
typedef struct
{
  const char *const *names;
  gboolean (*is_wanted) (guint face, gconstpointer config);
  gboolean (*init) (FaceSet *set,
                    guint face,
                    ListenerSettings *settings,
                    gconstpointer config,
                    GError **error);
} FacePlan;

gboolean face_set_open (FaceSet *set,
                        const FacePlan *plan,
                        gconstpointer config,
                        const ListenerHandler *handlers,
                        gpointer user_data,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* For the plan's init. */
gboolean face_set_load_trust (FaceSet *set,
                              const FaceCredentials *files,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean face_set_load_tls (FaceSet *set,
                            const FaceCredentials *files,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean face_settings_use_group (ListenerSettings *settings,
                                  const char *group,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean
face_set_start (FaceSet *set, GMainContext *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *face_set_reload (FaceSet *set) G_GNUC_WARN_UNUSED_RESULT;
void face_set_stop_accepting (FaceSet *set);
guint face_set_count_draining (FaceSet *set);
char *face_set_dup_addresses (FaceSet *set);
void face_set_close (FaceSet *set);
