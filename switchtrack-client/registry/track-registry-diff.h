/* SPDX-License-Identifier: EUPL-1.2 */
/* What differs between two registries, member by member. */
#pragma once

#include "registry/track-registry.h"

/**
 * TrackDifference:
 * @what: endpoint, unit, window or freeze
 * @key: of the record
 * @member: (nullable): NULL: the whole record came or went
 * @before, @after: (nullable): as a person reads them; of a whole record NULL on the side where it is not
 */
typedef struct
{
  const char *what;
  char *key;
  const char *member;
  char *before;
  char *after;
} TrackDifference;

void track_difference_free (TrackDifference *difference);
GPtrArray *track_registry_diff (const TrackRegistry *before, const TrackRegistry *after);
char *track_difference_dup_text (const TrackDifference *difference) G_GNUC_WARN_UNUSED_RESULT;
