/* SPDX-License-Identifier: EUPL-1.2 */
/* The listeners of switchtrackd, set up from the configuration. */
#pragma once

#include "base/timer.h"
#include "base/track-config.h"
#include "listener.h"

typedef enum
{
  TRACK_FACE_SERVICE, /* TLS, client certificate required */
  TRACK_FACE_PLAIN,   /* the same in plain HTTP, loopback only */
  TRACK_FACE_STATUS,  /* status, health and metrics, loopback only */
  TRACK_FACE_ADMIN,   /* unix socket */
  TRACK_N_FACES,
} TrackFace;

/**
 * TrackSockets:
 * @descriptors: listening sockets handed over by a service manager or a predecessor, by face; -1: none
 */
typedef struct
{
  int descriptors[TRACK_N_FACES];
} TrackSockets;

/**
 * TrackFaces:
 * @listeners: NULL where a face is closed
 */
typedef struct
{
  TrackSockets sockets;
  ListenerTrust *trust;
  ListenerTls *tls;
  GMainContext *context; /* NULL for the default one */
  Timer *watch;          /* of the lists' files, and of the ticket key's age */
  gint64 watch_us;
  gint64 ticket_key_until_us;
  char *told_problem; /* the latest that the log knows */
  Listener *listeners[TRACK_N_FACES];
  char *addresses[TRACK_N_FACES];
} TrackFaces;

const char *track_face_name (TrackFace face);
void track_sockets_init (TrackSockets *sockets);
gboolean track_sockets_add (TrackSockets *sockets, const char *name, int descriptor, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
gboolean track_faces_open (TrackFaces *faces,
                           const TrackConfig *config,
                           const ListenerHandler *handlers,
                           gpointer user_data,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_faces_start (TrackFaces *faces,
                            GMainContext *context,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_faces_reload (TrackFaces *faces);
void track_faces_stop_accepting (TrackFaces *faces);
guint track_faces_count_draining (TrackFaces *faces);
char *track_faces_dup_addresses (TrackFaces *faces);
void track_faces_close (TrackFaces *faces);
