/* SPDX-License-Identifier: EUPL-1.2 */
/* The upgrade: a successor is started on our listening sockets, and only when it is ready do we stop. */
#pragma once

#include "listener.h"

/**
 * TrackHandoverSocket:
 * @name: the successor knows its socket by it
 * @listener: started
 */
typedef struct
{
  const char *name;
  Listener *listener;
} TrackHandoverSocket;

/**
 * TrackHandoverFunc:
 * @problem: (nullable): why there is no successor, and everything is as before; NULL: there is one, which accepts
 *   on our sockets already
 * @pid: of the successor, 0 without one
 *
 * Loop thread, once for each track_handover_start() that returned TRUE. May free the handover.
 */
typedef void (*TrackHandoverFunc) (const char *problem, gint64 pid, gpointer data);

typedef struct _TrackHandover TrackHandover;

/* The predecessor's side. */
TrackHandover *track_handover_new (GMainContext *context, char **arguments);
gboolean track_handover_start (TrackHandover *handover,
                               const TrackHandoverSocket *sockets,
                               guint n_sockets,
                               guint timeout_ms,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_handover_set_func (TrackHandover *handover, TrackHandoverFunc func, gpointer data);
gboolean track_handover_is_running (const TrackHandover *handover);
void track_handover_free (TrackHandover *handover);

/* The successor's side. */
#define TRACK_HANDOVER_FIRST 3
char **track_handover_dup_names (void);
void track_handover_tell_ready (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackHandover, track_handover_free)
