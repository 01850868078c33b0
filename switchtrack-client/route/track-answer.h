/* SPDX-License-Identifier: EUPL-1.2 */
/* What an answer tells as it streams past: whether it is one, which fault it is, and what its Planner issued. */
#pragma once

#include "route/track-call.h"

typedef enum
{
  TRACK_ID_BOOKING,
  TRACK_ID_RESERVATION,
  TRACK_ID_OPTION,
  TRACK_N_ID_KINDS,
} TrackIdKind;

/**
 * TrackId:
 * @guid: in lower case
 *
 * Something that a Planner issued.
 */
typedef struct
{
  TrackIdKind kind;
  char guid[TRACK_GUID_LENGTH + 1];
} TrackId;

/**
 * TrackAnswerKind:
 * @TRACK_ANSWER_UNDECIDED: nothing yet that only a SOAP answer has
 * @TRACK_ANSWER_MESSAGE: the answer of the operation that was called
 * @TRACK_ANSWER_FAULT: a soap:Fault, of either version
 */
typedef enum
{
  TRACK_ANSWER_UNDECIDED,
  TRACK_ANSWER_MESSAGE,
  TRACK_ANSWER_FAULT,
} TrackAnswerKind;

/**
 * TrackAnswer:
 *
 * An answer being read; belongs to one thread.
 */
typedef struct _TrackAnswer TrackAnswer;

TrackAnswer *track_answer_new (const TrackCall *call, const ContractMapping *mapping);
gboolean track_answer_feed (TrackAnswer *answer, const char *bytes, gsize n_bytes, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
gboolean track_answer_end (TrackAnswer *answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_answer_free (TrackAnswer *answer);

TrackAnswerKind track_answer_get_kind (const TrackAnswer *answer);
gint64 track_answer_get_fault_code (const TrackAnswer *answer);
gboolean track_answer_is_receivers (const TrackAnswer *answer);
const TrackId *track_answer_get_ids (const TrackAnswer *answer, guint *out_n);
guint64 track_answer_get_n_passed_over (const TrackAnswer *answer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackAnswer, track_answer_free)
