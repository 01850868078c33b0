/* SPDX-License-Identifier: EUPL-1.2 */
/* What a registry must be before anybody is routed by it. */
#pragma once

#include "registry/track-registry.h"

/**
 * TrackFinding:
 * @is_error: with it the document is refused; else a person should look
 * @text: what is wrong and where
 */
typedef struct
{
  gboolean is_error;
  char *text;
} TrackFinding;

/**
 * TrackCheckSettings:
 * @now_us: of the check
 * @allows_plain_http: also to other machines than this one
 */
typedef struct
{
  gint64 now_us;
  gboolean allows_plain_http;
} TrackCheckSettings;

void track_finding_free (TrackFinding *finding);
void track_findings_add (GPtrArray *findings,
                         gboolean is_error,
                         const char *where,
                         const char *format,
                         ...) G_GNUC_PRINTF (4, 5);
GPtrArray *track_registry_check (const TrackRegistry *registry, const TrackCheckSettings *settings);
GPtrArray *track_registry_check_change (const TrackRegistry *before,
                                        const TrackRegistry *after,
                                        const TrackCheckSettings *settings);
gboolean track_findings_have_error (const GPtrArray *findings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackFinding, track_finding_free)
