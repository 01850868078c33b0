/* SPDX-License-Identifier: EUPL-1.2 */
/* Between the files of the evidence: the facts in order, and the words for them. */
#pragma once

#include "health/track-evidence.h"

typedef enum
{
  EVIDENCE_TITLE,
  EVIDENCE_SUMMARY_OPEN,
  EVIDENCE_SUMMARY_OVER,
  EVIDENCE_PLANNED,
  EVIDENCE_FROM,
  EVIDENCE_UNTIL,
  EVIDENCE_NOT_OVER,
  EVIDENCE_LASTED,
  EVIDENCE_ENDPOINT,
  EVIDENCE_OWNER,
  EVIDENCE_FOUND_BY,
  EVIDENCE_BY_CALL,
  EVIDENCE_BY_PROBE,
  EVIDENCE_CALLS_FAILED,
  EVIDENCE_CALLS_ANSWERED,
  EVIDENCE_PROBES_FAILED,
  EVIDENCE_PROBES_ANSWERED,
  EVIDENCE_UNITS,
  EVIDENCE_UNIT,
  EVIDENCE_NAME,
  EVIDENCE_FAILURES,
  EVIDENCE_OPERATION,
  EVIDENCE_WHAT,
  EVIDENCE_TOLD,
  EVIDENCE_NUMBER,
  EVIDENCE_STEPS,
  EVIDENCE_TIME,
  EVIDENCE_SAMPLES,
  EVIDENCE_REQUEST,
  EVIDENCE_NOT_KNOWN,
  EVIDENCE_DIGEST,
  EVIDENCE_OTHERS,
  EVIDENCE_NONE,
  EVIDENCE_FACTS,
  EVIDENCE_N_WORDS,
} EvidenceWord;

const char *track_evidence_word (EvidenceWord word, TrackLanguage language);
/* (element-type utf8): sentences about what cannot be known from here. */
GPtrArray *track_evidence_list_unknown (const TrackDisturbance *disturbance,
                                        TrackLanguage language);
char *track_evidence_dup_utc (gint64 at_us);
