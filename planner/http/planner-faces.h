/* SPDX-License-Identifier: EUPL-1.2 */
/* The listeners of plannerd, set up from the configuration. */
#pragma once

#include "base/timer.h"
#include "listener.h"
#include "planner-config.h"
#include "planner-metrics.h"

typedef enum
{
  PLANNER_FACE_DFDG,    /* TLS, client certificate required */
  PLANNER_FACE_PROXIED, /* unix socket of a proxy that ends TLS and hands on the client certificate */
  PLANNER_FACE_PLAIN,   /* the same in plain HTTP, loopback only */
  PLANNER_FACE_HEALTH, /* health and metrics, loopback only */
  PLANNER_FACE_ADMIN,  /* unix socket */
  PLANNER_N_FACES,
} PlannerFace;

/**
 * PlannerSockets:
 * @descriptors: listening sockets handed over by a service manager, by face; -1 where there is none
 *
 * A face that has one serves it instead of binding the address of the configuration.
 */
typedef struct
{
  int descriptors[PLANNER_N_FACES];
} PlannerSockets;

/**
 * PlannerFaces:
 * @trust: by which every face judges client certificates
 * @listeners: NULL where a face is closed
 */
typedef struct
{
  PlannerSockets sockets;
  ListenerTrust *trust;
  GMainContext *context; /* NULL for the default one */
  Timer *watch;          /* of the lists' files, and of the ticket key's age */
  gint64 watch_us;
  gint64 ticket_key_until_us;
  guint64 told_generation; /* of the lists that the log knows */
  char *told_problem;      /* the latest that the log knows */
  Listener *listeners[PLANNER_N_FACES];
  ListenerTls *tls;
  char *addresses[PLANNER_N_FACES];
} PlannerFaces;

void planner_sockets_init (PlannerSockets *sockets);
gboolean planner_sockets_add (PlannerSockets *sockets,
                              const char *name,
                              int descriptor,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean planner_faces_open (PlannerFaces *faces,
                             const PlannerConfig *config,
                             const ListenerHandler *handlers,
                             gpointer user_data,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean planner_faces_start (PlannerFaces *faces,
                              GMainContext *context,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
void planner_faces_reload (PlannerFaces *faces);
void planner_faces_stop_accepting (PlannerFaces *faces);
guint planner_faces_count_draining (PlannerFaces *faces);
guint planner_faces_describe (PlannerFaces *faces, MetricsFace *out_faces);
char *planner_faces_dup_addresses (PlannerFaces *faces);
void planner_faces_close (PlannerFaces *faces);

/**
 * PlannerCredentials:
 * @tls: (nullable): NULL when no face needs a certificate
 * @expiry_unix_us: of our certificate
 *
 * What the configuration's certificates are, without listening.
 */
typedef struct
{
  ListenerTrust *trust;
  ListenerTls *tls;
  gint64 expiry_unix_us;
} PlannerCredentials;

/* Opens certificate, key, trust and revocation lists as plannerd does at its start. */
gboolean planner_credentials_load (PlannerCredentials *credentials,
                                   const PlannerConfig *config,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
void planner_credentials_clear (PlannerCredentials *credentials);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PlannerCredentials, planner_credentials_clear)
