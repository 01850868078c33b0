/* SPDX-License-Identifier: EUPL-1.2 */
/* The listeners of plannerd, set up from the configuration. */
#pragma once

#include "face/face-set.h"
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

extern const char *const planner_face_names[];

gboolean planner_faces_open (FaceSet *faces,
                             const PlannerConfig *config,
                             const ListenerHandler *handlers,
                             gpointer user_data,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean planner_faces_check_files (const PlannerConfig *config,
                                    char **out_notes,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
guint planner_faces_describe (FaceSet *faces, MetricsFace *out_faces);

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
