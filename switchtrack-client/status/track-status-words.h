/* SPDX-License-Identifier: EUPL-1.2 */
/* Every text of the status page in both languages, and its style sheet. */
#pragma once

#include "status/track-status-page.h"

typedef enum
{
  WORD_TITLE,
  WORD_SKIP,
  WORD_LANGUAGES,
  WORD_AS_OF,
  WORD_ALL_WELL,
  WORD_TROUBLE,
  WORD_ALARM,
  WORD_DISTURBANCES,
  WORD_NO_DISTURBANCES,
  WORD_PLANNERS,
  WORD_UNITS,
  WORD_NO_UNITS,
  WORD_WINDOWS,
  WORD_NO_WINDOWS,
  WORD_FILTER,
  WORD_SEARCH,
  WORD_ONLY_TROUBLED,
  WORD_SHOW,
  WORD_PLANNER,
  WORD_OWNER,
  WORD_STATE,
  WORD_SUCCESS,
  WORD_CALLS,
  WORD_P50,
  WORD_P99,
  WORD_CERTIFICATE,
  WORD_CODE,
  WORD_NAME,
  WORD_FROM,
  WORD_UNTIL,
  WORD_LAST_FAILURE,
  WORD_FAILED,
  WORD_PLANNED,
  WORD_YES,
  WORD_NO,
  WORD_TEXT,
  WORD_CLOSED,
  WORD_DAYS,
  WORD_NO_FIGURE,
  WORD_ALIAS_OF,
  WORD_CANARY,
  WORD_REVISION,
  WORD_HOUR,
  WORD_CANARIES,
  WORD_NO_CANARIES,
  WORD_CANDIDATE,
  WORD_SHARE,
  WORD_SINCE,
  WORD_WHO,
  WORD_GUARD,
  WORD_REASON,
  WORD_UNIT,
  WORD_OWN_CERTIFICATES,
  WORD_HOLDER,
  WORD_HOLDER_CLIENT,
  WORD_HOLDER_SERVER,
  WORD_DAYS_LEFT,
  WORD_NO_CERTIFICATES,
  N_WORDS,
} Word;

extern const char *const track_status_words[N_WORDS][TRACK_STATUS_N_LANGUAGES];
extern const char track_status_style[];

const char *track_status_canary_words (const char *state, TrackStatusLanguage language);
const char *track_status_state_words (const char *state, TrackStatusLanguage language);
