/* SPDX-License-Identifier: EUPL-1.2 */
/* What a disturbance was, for a citizen, a municipality or an authority: as JSON and as a page. */
#pragma once

#include "health/track-disturbance.h"

typedef enum
{
  TRACK_LANGUAGE_DA,
  TRACK_LANGUAGE_EN,
  TRACK_N_LANGUAGES,
} TrackLanguage;

char *track_evidence_dup_json (const TrackDisturbance *disturbance);
char *track_evidence_dup_page (const TrackDisturbance *disturbance, TrackLanguage language);
char *track_evidence_dup_digest (const TrackDisturbance *disturbance);
const char *track_evidence_outcome_words (TrackOutcome outcome, TrackLanguage language);
const char *track_evidence_told_words (TrackOutcome outcome, TrackLanguage language);
