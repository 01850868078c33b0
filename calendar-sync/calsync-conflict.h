/* SPDX-License-Identifier: EUPL-1.2 */
/* Disagreements of a calendar with our bookings, what is done about them, and why a run is held back. */
#pragma once

#include "calsync-shape.h"

G_BEGIN_DECLS

/**
 * CalsyncConflictKind:
 * @CALSYNC_CONFLICT_MOVED: moved or resized in the calendar
 * @CALSYNC_CONFLICT_DELETED: deleted in the calendar
 * @CALSYNC_CONFLICT_BOTH_MOVED: moved in the calendar and by us, to different times
 * @CALSYNC_CONFLICT_SERIES: turned into a series
 * @CALSYNC_CONFLICT_ATTENDEES: turned into a meeting with people
 * @CALSYNC_CONFLICT_SHOWN_FREE: no longer shown as taken
 * @CALSYNC_CONFLICT_COPY: a second event with our marker; it takes time like anybody's
 * @CALSYNC_CONFLICT_REFUSED: the server will not have the event
 * @CALSYNC_CONFLICT_STORM: put back too often; somebody else's program moves it again and again
 * @CALSYNC_CONFLICT_UNREADABLE: an item that nobody can read
 *
 * Stored by word.
 */
typedef enum
{
  CALSYNC_CONFLICT_MOVED,
  CALSYNC_CONFLICT_DELETED,
  CALSYNC_CONFLICT_BOTH_MOVED,
  CALSYNC_CONFLICT_SERIES,
  CALSYNC_CONFLICT_ATTENDEES,
  CALSYNC_CONFLICT_SHOWN_FREE,
  CALSYNC_CONFLICT_COPY,
  CALSYNC_CONFLICT_REFUSED,
  CALSYNC_CONFLICT_STORM,
  CALSYNC_CONFLICT_UNREADABLE
} CalsyncConflictKind;

/**
 * CalsyncDecision:
 * @CALSYNC_DECISION_PUT_BACK: ours is pushed again
 * @CALSYNC_DECISION_PROPOSED: theirs is a proposal to re-book; the local side answers it
 * @CALSYNC_DECISION_WAITS: for a person
 * @CALSYNC_DECISION_KEPT: nothing is done about it
 *
 * Stored by word.
 */
typedef enum
{
  CALSYNC_DECISION_PUT_BACK,
  CALSYNC_DECISION_PROPOSED,
  CALSYNC_DECISION_WAITS,
  CALSYNC_DECISION_KEPT
} CalsyncDecision;

/* Why disappearances were held back. Stored by word. */
typedef enum
{
  CALSYNC_GUARD_NONE,
  CALSYNC_GUARD_OWN,       /* more than max (3, 5 %) of our coming events */
  CALSYNC_GUARD_FOREIGN,   /* more than max (10, 20 %) of the others in the window */
  CALSYNC_GUARD_EMPTY,     /* nothing is left */
  CALSYNC_GUARD_WIDESPREAD /* many calendars of the municipality at once */
} CalsyncGuard;

#define CALSYNC_N_CONFLICTS 10
#define CALSYNC_N_DECISIONS 4
#define CALSYNC_N_GUARDS    5

/**
 * CalsyncConflict:
 * @kind: what happened
 * @decision: what is done about it
 * @reference: (nullable): the booking; %NULL: not about one of ours
 * @ours: our version; none when there is none
 * @theirs: the calendar's version; none when it is gone; of an item that nobody can read no more than its start
 * @key_hash: (nullable): of an item that nobody can read
 * @changed_us: when that was last changed, as it says itself; 0: it does not
 *
 * One disagreement, with both versions.
 */
typedef struct
{
  CalsyncConflictKind kind;
  CalsyncDecision decision;
  char *reference;
  CalsyncShape ours;
  CalsyncShape theirs;
  char *key_hash;
  gint64 changed_us;
} CalsyncConflict;

const char *calsync_conflict_format (CalsyncConflictKind kind);
gboolean calsync_conflict_parse (const char *word,
                                 CalsyncConflictKind *out_kind) G_GNUC_WARN_UNUSED_RESULT;
const char *calsync_decision_format (CalsyncDecision decision);
gboolean calsync_decision_parse (const char *word,
                                 CalsyncDecision *out_decision) G_GNUC_WARN_UNUSED_RESULT;
const char *calsync_guard_format (CalsyncGuard guard);
gboolean calsync_guard_parse (const char *word, CalsyncGuard *out_guard) G_GNUC_WARN_UNUSED_RESULT;
void calsync_conflict_free (CalsyncConflict *conflict);
CalsyncConflict *calsync_conflict_copy (const CalsyncConflict *conflict);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncConflict, calsync_conflict_free)

G_END_DECLS
