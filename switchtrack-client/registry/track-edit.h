/* SPDX-License-Identifier: EUPL-1.2 */
/* Changes of one piece of a registry that is being made. */
#pragma once

#include <json-glib/json-glib.h>

#include "registry/track-registry-json.h"

/**
 * TrackUnitEdit:
 * @code: whose rows are written over between @from_us and @until_us
 * @endpoint, @alias_of: (nullable): neither: the rows go
 * @name: (nullable): NULL: as before
 * @moves_bookings: the bookings of who serves the unit until then are migrated to @endpoint
 */
typedef struct
{
  const char *code;
  const char *endpoint;
  const char *alias_of;
  const char *name;
  gint64 from_us;
  gint64 until_us;
  gboolean moves_bookings;
} TrackUnitEdit;

gboolean track_edit_unit (TrackRegistry *registry,
                          const TrackUnitEdit *edit,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_edit_record (TrackRegistry *registry,
                            TrackShapeKind kind,
                            JsonObject *members,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_edit_remove (TrackRegistry *registry,
                            TrackShapeKind kind,
                            const char *key,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
