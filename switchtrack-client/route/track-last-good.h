/* SPDX-License-Identifier: EUPL-1.2 */
/* The copy of the registry beside its database, for when the database cannot be read. */
#pragma once

#include "registry/track-revision-store.h"

char *track_last_good_dup_path (const char *registry_path) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_last_good_write (const char *path,
                                const TrackRevision *revision,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
TrackRevision *track_last_good_read (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
