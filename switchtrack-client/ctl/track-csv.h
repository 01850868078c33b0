/* SPDX-License-Identifier: EUPL-1.2 */
/* Lists of the registry as CSV. */
#pragma once

#include "registry/track-registry-json.h"

char *track_csv_write (const TrackShape *shape, const TrackRegistry *registry);
gboolean track_csv_read (const TrackShape *shape,
                         const char *text,
                         TrackRegistry *registry,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
