/* SPDX-License-Identifier: EUPL-1.2 */
/* The listeners of switchtrackd, set up from the configuration. */
#pragma once

#include "base/track-config.h"
#include "face/face-set.h"

typedef enum
{
  TRACK_FACE_SERVICE, /* TLS, client certificate required */
  TRACK_FACE_PLAIN,   /* the same in plain HTTP, loopback only */
  TRACK_FACE_STATUS,  /* status, health and metrics, loopback only */
  TRACK_FACE_ADMIN,   /* unix socket */
  TRACK_N_FACES,
} TrackFace;

extern const char *const track_face_names[];

gboolean track_faces_open (FaceSet *faces,
                           const TrackConfig *config,
                           const ListenerHandler *handlers,
                           gpointer user_data,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_faces_check_files (const TrackConfig *config,
                                  char **out_notes,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
