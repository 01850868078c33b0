/* SPDX-License-Identifier: EUPL-1.2 */
/* The faces of switchtrackd: knows the caller of each request, and takes it to where it belongs. */
#pragma once

#include "gateway/track-faces.h"
#include "gateway/track-gateway.h"

/* Who opened the socket is told by the request's peer; replies once */
typedef void (*TrackAdminFunc) (ListenerRequest *request, gpointer data);
/* GET of any path of the status face but /health/…; replies once */
typedef void (*TrackStatusFunc) (ListenerRequest *request, const char *path, gpointer data);

/**
 * TrackServerSettings:
 * @sockets: (nullable): those handed over; taken over by track_server_start()
 * @status: (nullable): without it the status face knows /health/live and /health/ready only
 * @get_problem: (nullable): why we are not ready, (transfer full), NULL: we are
 */
typedef struct
{
  GMainContext *context;
  const TrackConfig *config;
  const FaceSockets *sockets;
  const ContractMapping *mapping;
  TrackGateway *gateway;
  TrackAdminFunc admin;
  gpointer admin_data;
  TrackStatusFunc status;
  gpointer status_data;
  char *(*get_problem) (gpointer data);
  gpointer problem_data;
} TrackServerSettings;

typedef struct _TrackServer TrackServer;

TrackServer *track_server_new (const TrackServerSettings *settings,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_server_start (TrackServer *server, GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *track_server_reload (TrackServer *server,
                           const TrackConfig *config) G_GNUC_WARN_UNUSED_RESULT;
gint64 track_server_get_certificate_until_us (TrackServer *server);
void track_server_stop_accepting (TrackServer *server);
gboolean track_server_is_draining (TrackServer *server);
FaceSet *track_server_get_faces (TrackServer *server);
guint64 track_server_get_n_denied (const TrackServer *server);
void track_server_free (TrackServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackServer, track_server_free)
