/* SPDX-License-Identifier: EUPL-1.2 */
/* A registry with its names looked up, for checks that walk over all of it. */
#pragma once

#include "registry/track-registry.h"

typedef struct _TrackRegistryIndex TrackRegistryIndex;

TrackRegistryIndex *track_registry_index_new (const TrackRegistry *registry);
void track_registry_index_free (TrackRegistryIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackRegistryIndex, track_registry_index_free)

const TrackEndpoint *track_registry_index_find_endpoint (const TrackRegistryIndex *index,
                                                         const char *name);
const TrackUnit *const *track_registry_index_get_rows (const TrackRegistryIndex *index,
                                                       const char *code,
                                                       guint *out_n_rows);
gboolean track_registry_index_is_used (const TrackRegistryIndex *index, const char *endpoint);
const TrackUnit *
track_registry_index_find_server (const TrackRegistryIndex *index, const char *code, gint64 at_us);
