/* SPDX-License-Identifier: EUPL-1.2 */
/* Decides, and does nothing else: conflicts, what has to be pushed, when disappearances are held back. */
#include "calsync-plan.h"

#define OWN_MIN         3
#define OWN_PERCENT     5
#define FOREIGN_MIN     10
#define FOREIGN_PERCENT 20
/* Of a day: so that what stays below the limit of each hour does not go on for ever. */
#define DAY_OWN_MIN         6
#define DAY_OWN_PERCENT     5
#define DAY_FOREIGN_MIN     30
#define DAY_FOREIGN_PERCENT 60

static gboolean
is_moved_by_us (const CalsyncWanted *wanted)
{
  return !calsync_shape_has_time (&wanted->base, wanted->start_us, wanted->end_us);
}

static void
record (CalsyncVerdict *verdict, CalsyncConflictKind kind, CalsyncDecision decision)
{
  verdict->has_conflict = TRUE;
  verdict->kind = kind;
  verdict->decision = decision;
  if (decision == CALSYNC_DECISION_WAITS || decision == CALSYNC_DECISION_PROPOSED)
    verdict->state = CALSYNC_LINK_CONFLICT;
  else if (decision == CALSYNC_DECISION_PUT_BACK)
    verdict->state = CALSYNC_LINK_LINKED;
  verdict->proposes = decision == CALSYNC_DECISION_PROPOSED;
}

/* Ours is pushed again, unless that happened too often: then something fights us, and a person decides. */
static void
put_back (const CalsyncWanted *wanted,
          const CalsyncBinding *binding,
          CalsyncConflictKind kind,
          CalsyncVerdict *verdict)
{
  if (wanted->n_putbacks >= binding->max_putbacks || binding->writes_left == 0)
    {
      record (verdict, CALSYNC_CONFLICT_STORM, CALSYNC_DECISION_WAITS);
      return;
    }
  record (verdict, kind, CALSYNC_DECISION_PUT_BACK);
  verdict->counts_putback = TRUE;
}

static void
resolve_gone (const CalsyncWanted *wanted, const CalsyncBinding *binding, CalsyncVerdict *verdict)
{
  if (!wanted->is_live)
    verdict->unlinks = TRUE;
  else if (calsync_shape_is_none (&wanted->seen))
    return; /* known to be gone already */
  else if (is_moved_by_us (wanted) || binding->on_delete == CALSYNC_ON_DELETE_PUT_BACK)
    put_back (wanted, binding, CALSYNC_CONFLICT_DELETED, verdict);
  else
    record (verdict, CALSYNC_CONFLICT_DELETED, CALSYNC_DECISION_WAITS);
}

static void
resolve_move (const CalsyncWanted *wanted, const CalsyncBinding *binding, CalsyncVerdict *verdict)
{
  if (!wanted->is_live)
    record (verdict, CALSYNC_CONFLICT_MOVED, CALSYNC_DECISION_PUT_BACK); /* it is removed */
  else if (is_moved_by_us (wanted))
    put_back (wanted, binding, CALSYNC_CONFLICT_BOTH_MOVED, verdict);
  else if (binding->on_move == CALSYNC_ON_MOVE_PUT_BACK)
    put_back (wanted, binding, CALSYNC_CONFLICT_MOVED, verdict);
  else
    record (verdict, CALSYNC_CONFLICT_MOVED,
            binding->on_move == CALSYNC_ON_MOVE_PROPOSE ? CALSYNC_DECISION_PROPOSED
                                                        : CALSYNC_DECISION_WAITS);
}

static gboolean
is_same_time (const CalsyncShape *one, const CalsyncShape *other)
{
  return one->start_us == other->start_us && one->end_us == other->end_us &&
         !one->is_all_day == !other->is_all_day && !one->is_series == !other->is_series &&
         !one->has_attendees == !other->has_attendees;
}

static gboolean
is_shown_open (CalsyncClass busy_class)
{
  return busy_class == CALSYNC_CLASS_FREE || busy_class == CALSYNC_CLASS_TENTATIVE;
}

/**
 * calsync_plan_resolve:
 * @wanted: a booking, with what was seen of its event so far; no intent under way
 * @theirs: what the calendar shows now; none when the event is gone, which a second look has confirmed
 * @binding: rules of the unit, and what is left of the limits
 * @out_verdict: (out): what to do about it
 *
 * The conflict matrix of calendar-sync.md §2.5. An update beats a deletion, our change beats theirs, and
 * no clock decides anything. What is equal to what was seen before is an echo. Pure. Any thread.
 */
void
calsync_plan_resolve (const CalsyncWanted *wanted,
                      const CalsyncShape *theirs,
                      const CalsyncBinding *binding,
                      CalsyncVerdict *out_verdict)
{
  CalsyncVerdict verdict = { .state = wanted->state };

  if (calsync_shape_is_none (theirs))
    resolve_gone (wanted, binding, &verdict);
  else if (wanted->is_live && !theirs->has_attendees &&
           calsync_shape_has_time (theirs, wanted->start_us, wanted->end_us))
    {
      verdict.is_agreed = TRUE;
      verdict.state = CALSYNC_LINK_LINKED;
      if (is_shown_open (theirs->busy_class) && theirs->busy_class != wanted->seen.busy_class)
        record (&verdict, CALSYNC_CONFLICT_SHOWN_FREE, CALSYNC_DECISION_KEPT);
    }
  else if (is_same_time (theirs, &wanted->seen))
    {
      if (is_shown_open (theirs->busy_class) && theirs->busy_class != wanted->seen.busy_class)
        record (&verdict, CALSYNC_CONFLICT_SHOWN_FREE, CALSYNC_DECISION_KEPT);
    }
  else if (theirs->has_attendees)
    record (&verdict, CALSYNC_CONFLICT_ATTENDEES, CALSYNC_DECISION_WAITS);
  else if (theirs->is_series)
    record (&verdict, CALSYNC_CONFLICT_SERIES, CALSYNC_DECISION_WAITS);
  else
    resolve_move (wanted, binding, &verdict);
  *out_verdict = verdict;
}

/**
 * calsync_plan_settle:
 * @wanted: a booking, after the pull
 * @out_verdict: (out): what its link becomes; untouched when it stays as it is
 *
 * What our own side's changes settle without a word to the calendar: a cancelled booking whose event is
 * gone, a proposal that was taken, a question that a newer re-booking has answered. Pure. Any thread.
 *
 * Returns: whether the link changes
 */
gboolean
calsync_plan_settle (const CalsyncWanted *wanted, CalsyncVerdict *out_verdict)
{
  CalsyncVerdict verdict = { .state = CALSYNC_LINK_LINKED };

  if (wanted->in_flight != CALSYNC_PUSH_NONE)
    return FALSE;
  if (!wanted->is_live && wanted->key == NULL)
    verdict.unlinks = TRUE;
  else if (!wanted->is_live || wanted->state != CALSYNC_LINK_CONFLICT)
    return FALSE;
  else if (wanted->key != NULL && !wanted->seen.has_attendees &&
           calsync_shape_has_time (&wanted->seen, wanted->start_us, wanted->end_us))
    verdict.is_agreed = TRUE;
  else if (!is_moved_by_us (wanted) || wanted->seen.has_attendees || wanted->seen.is_series)
    return FALSE;
  *out_verdict = verdict;
  return TRUE;
}

/**
 * calsync_plan_push:
 * @wanted: a booking, after the pull
 *
 * The difference between what should be in the calendar and what was last seen there. An event is only
 * ever removed because its booking is not live; a series or a meeting that somebody made of it only
 * after a person has said so (the link is no longer in conflict). Pure. Any thread.
 *
 * Returns: what has to be asked of the calendar
 */
CalsyncPushVerb
calsync_plan_push (const CalsyncWanted *wanted)
{
  gboolean is_theirs = wanted->seen.is_series || wanted->seen.has_attendees;

  if (wanted->in_flight != CALSYNC_PUSH_NONE)
    return CALSYNC_PUSH_NONE;
  if (!wanted->is_live)
    return wanted->key == NULL || (is_theirs && wanted->state == CALSYNC_LINK_CONFLICT)
             ? CALSYNC_PUSH_NONE
             : CALSYNC_PUSH_REMOVE;
  if (wanted->state == CALSYNC_LINK_CONFLICT)
    return CALSYNC_PUSH_NONE;
  if (wanted->state == CALSYNC_LINK_REFUSED && !is_moved_by_us (wanted))
    return CALSYNC_PUSH_NONE;
  if (wanted->key == NULL)
    return CALSYNC_PUSH_CREATE;
  return !wanted->seen.has_attendees &&
             calsync_shape_has_time (&wanted->seen, wanted->start_us, wanted->end_us)
           ? CALSYNC_PUSH_NONE
           : CALSYNC_PUSH_UPDATE;
}

static gboolean
is_beyond (guint n, guint n_known, guint min, guint percent)
{
  return n > min && (guint64) n * 100 > (guint64) n_known * percent;
}

static gboolean
is_beyond_own (const CalsyncDisappearance *of)
{
  guint n_day = of->n_own + of->n_before_own;

  return is_beyond (of->n_own, of->n_known_own, OWN_MIN, OWN_PERCENT) ||
         (of->n_own > 0 &&
          is_beyond (n_day, of->n_known_own + of->n_before_own, DAY_OWN_MIN, DAY_OWN_PERCENT));
}

static gboolean
is_beyond_foreign (const CalsyncDisappearance *of)
{
  guint n_day = of->n_foreign + of->n_before_foreign;

  return is_beyond (of->n_foreign, of->n_known_foreign, FOREIGN_MIN, FOREIGN_PERCENT) ||
         (of->n_foreign > 0 && is_beyond (n_day, of->n_known_foreign + of->n_before_foreign,
                                          DAY_FOREIGN_MIN, DAY_FOREIGN_PERCENT));
}

/*
 * The last one is deleted by people, too: a server that tells deletions is believed. A listing without any of the
 * others' coming time is not: a right to see them may be lost, while ours are there.
 */
static gboolean
is_emptied (const CalsyncDisappearance *of)
{
  return (of->n_known_all > 1 && of->n_all >= of->n_known_all) ||
         (of->n_absent > 0 && of->n_absent >= of->n_known_ahead);
}

/**
 * calsync_plan_guard:
 * @disappearance: what disappears, and of how much
 *
 * More than max (3, 5 %) of our coming events in an hour or max (6, 5 %) in a day, more than max (10, 20 %) of
 * the others in the window in an hour or max (30, 60 %) in a day, everything (of more than one), all of the others'
 * time ahead when a listing merely lacks it, or anything while many calendars lose items at once.
 * Pure. Any thread. Source: calendar-sync.md §2.7, docs/decisions/0020-what-counts-as-gone.md.
 *
 * Returns: why it has to be held back; %CALSYNC_GUARD_NONE: it need not
 */
CalsyncGuard
calsync_plan_guard (const CalsyncDisappearance *disappearance)
{
  if (is_beyond_own (disappearance))
    return CALSYNC_GUARD_OWN;
  if (is_beyond_foreign (disappearance))
    return CALSYNC_GUARD_FOREIGN;
  if (is_emptied (disappearance))
    return CALSYNC_GUARD_EMPTY;
  if (disappearance->is_widespread && disappearance->n_own + disappearance->n_foreign > 0)
    return CALSYNC_GUARD_WIDESPREAD;
  return CALSYNC_GUARD_NONE;
}
