/* SPDX-License-Identifier: EUPL-1.2 */
/* Decides, and does nothing else: conflicts, what has to be pushed, when disappearances are held back. */
#pragma once

#include "calsync-binding.h"

G_BEGIN_DECLS

/**
 * CalsyncVerdict:
 * @has_conflict: whether there is something to record
 * @kind: what
 * @decision: what is done about it
 * @state: of the link from now on
 * @is_agreed: both sides show the same time now
 * @counts_putback: whether putting it back is one of the day's
 * @proposes: whether theirs is a proposal to re-book
 * @unlinks: booking and event are both gone
 */
typedef struct
{
  gboolean has_conflict;
  CalsyncConflictKind kind;
  CalsyncDecision decision;
  CalsyncLinkState state;
  gboolean is_agreed;
  gboolean counts_putback;
  gboolean proposes;
  gboolean unlinks;
} CalsyncVerdict;

/**
 * CalsyncDisappearance:
 * @n_own: coming own events that nobody agreed to miss, of this run and of the last 60 minutes
 * @n_foreign: others' items in the window, likewise
 * @n_known_own: coming own events before
 * @n_known_foreign: others' items in the window before
 * @n_all: items of any kind that disappear now
 * @n_known_all: items of any kind that were known before this run
 * @is_widespread: many calendars of the municipality at once
 * @n_before_own: of own events, disappearances of the last 24 hours beyond those in @n_own
 * @n_before_foreign: and of others' items
 * @n_absent: others' items with time ahead that disappear now and that no word of the server's calls deleted:
 *   a listing lacks them
 * @n_known_ahead: others' items with time ahead that were known before this run
 */
typedef struct
{
  guint n_own;
  guint n_foreign;
  guint n_known_own;
  guint n_known_foreign;
  guint n_all;
  guint n_known_all;
  gboolean is_widespread;
  guint n_before_own;
  guint n_before_foreign;
  guint n_absent;
  guint n_known_ahead;
} CalsyncDisappearance;

void calsync_plan_resolve (const CalsyncWanted *wanted,
                           const CalsyncShape *theirs,
                           const CalsyncBinding *binding,
                           CalsyncVerdict *out_verdict);
gboolean calsync_plan_settle (const CalsyncWanted *wanted, CalsyncVerdict *out_verdict);
CalsyncPushVerb calsync_plan_push (const CalsyncWanted *wanted);
CalsyncGuard calsync_plan_guard (const CalsyncDisappearance *disappearance);

G_END_DECLS
