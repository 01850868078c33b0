/* SPDX-License-Identifier: EUPL-1.2 */
/* The listeners of plannerd, set up from the configuration. */
#pragma once

#include "listener.h"
#include "planner-config.h"
#include "planner-metrics.h"

typedef enum
{
  PLANNER_FACE_DFDG,   /* TLS, client certificate required */
  PLANNER_FACE_PLAIN,  /* the same in plain HTTP, loopback only */
  PLANNER_FACE_HEALTH, /* health and metrics, loopback only */
  PLANNER_FACE_ADMIN,  /* unix socket */
  PLANNER_N_FACES,
} PlannerFace;

/**
 * PlannerFaces:
 * @listeners: NULL where a face is closed
 */
typedef struct
{
  Listener *listeners[PLANNER_N_FACES];
  ListenerTls *tls;
  char *addresses[PLANNER_N_FACES];
} PlannerFaces;

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
guint planner_faces_count_busy (PlannerFaces *faces);
guint planner_faces_describe (PlannerFaces *faces, MetricsFace *out_faces);
char *planner_faces_dup_addresses (PlannerFaces *faces);
void planner_faces_close (PlannerFaces *faces);
