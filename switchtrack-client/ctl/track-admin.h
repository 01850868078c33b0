/* SPDX-License-Identifier: EUPL-1.2 */
/* Admin commands over switchtrackd's Unix socket. */
#pragma once

#include "base/track-database.h"
#include "listener-request.h"

typedef struct _TrackAdmin TrackAdmin;

TrackAdmin *track_admin_new (TrackDatabase *registry, GMainContext *context);
void track_admin_stop (TrackAdmin *admin);
void track_admin_set_registry (TrackAdmin *admin, TrackDatabase *registry);
void track_admin_free (TrackAdmin *admin);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackAdmin, track_admin_free)

void track_admin_handle (TrackAdmin *admin, ListenerRequest *request);
char *track_person_dup_name (const char *peer);
char *track_person_dup_own_name (void);
