/* SPDX-License-Identifier: EUPL-1.2 */
/* The registry as a document. */
#pragma once

#include <json-glib/json-glib.h>

#include "registry/track-shape.h"

#define TRACK_REGISTRY_FORMAT             "switch-track-registry-1"
#define TRACK_REGISTRY_MAX_DOCUMENT_BYTES (4 * 1024 * 1024)
#define TRACK_REGISTRY_MAX_RECORDS        5000

TrackRegistry *
track_registry_parse (const char *json, gsize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *track_registry_dup_json (const TrackRegistry *registry) G_GNUC_WARN_UNUSED_RESULT;
gpointer track_record_read (const TrackShape *shape,
                            JsonObject *object,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
JsonNode *track_record_write (const TrackShape *shape, gconstpointer record);
TrackRegistry *track_registry_copy (const TrackRegistry *registry);
