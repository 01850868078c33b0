/* SPDX-License-Identifier: EUPL-1.2 */
/* Decisions about bookings that exist (dossier 3.3) and about interview types (dossier 3.4). */
#include "rules/booking-rules.h"

#include "calsync-timezone.h"

/* clang-format off */
static const char *const decision_names[N_BOOKING_DECISIONS] = {
  [BOOKING_MAY]                = "may",
  [BOOKING_IS_CANCELLED]       = "is-cancelled",
  [BOOKING_HAS_STARTED]        = "has-started",
  [BOOKING_OWNED_BY_OTHER]     = "owned-by-other",
  [BOOKING_NOT_MOVABLE]        = "not-movable",
  [BOOKING_FLAG_OFF]           = "flag-off",
  [BOOKING_DEADLINE_PASSED]    = "deadline-passed",
  [BOOKING_TYPE_CLOSED]        = "type-closed",
  [BOOKING_CHANGE_NOT_ALLOWED] = "change-not-allowed",
};
/* clang-format on */

/**
 * booking_decision_get_name:
 *
 * Returns: (transfer none): a stable name, for logs and `explain`. Any thread.
 */
const char *
booking_decision_get_name (BookingDecision decision)
{
  return (guint) decision < N_BOOKING_DECISIONS ? decision_names[decision] : "unknown";
}

/**
 * booking_rebook_deadline:
 *
 * Returns: the first instant at which the citizen may no longer move the booking: its deadline, else
 *   24 hours before the start; never after the start. Any thread. Source: dossier 8, no. 21.
 */
gint64
booking_rebook_deadline (const BookingFacts *booking)
{
  gint64 deadline_us = booking->has_rebook_deadline
                         ? booking->rebook_deadline_us
                         : booking->start_us - BOOKING_DEFAULT_REBOOK_NOTICE_US;
  return MIN (deadline_us, booking->start_us);
}

/**
 * booking_cancel_deadline:
 *
 * Returns: the first instant at which the citizen may no longer cancel: the booking's deadline, else
 *   its start; never after the start. Any thread.
 */
gint64
booking_cancel_deadline (const BookingFacts *booking)
{
  if (!booking->has_cancel_deadline)
    return booking->start_us;
  return MIN (booking->cancel_deadline_us, booking->start_us);
}

/**
 * booking_deadline_from_date:
 * @zone: the unit's zone
 * @date: local date, days since 1970-01-01
 *
 * Returns: the first instant after that local day, which a deadline given as a date means. Any thread.
 *   Source: dossier 8, no. 13.
 */
gint64
booking_deadline_from_date (const CalsyncZone *zone, gint32 date)
{
  return calsync_zone_midnight (zone, (gint64) date + 1);
}

/* What refuses a citizen whatever the flags say. */
static BookingDecision
judge_citizen (const BookingFacts *booking, gint64 now_us)
{
  if (booking->is_cancelled)
    return BOOKING_IS_CANCELLED;
  if (booking->origin == BOOKING_BY_UNEMPLOYMENT_FUND)
    return BOOKING_OWNED_BY_OTHER;
  return now_us >= booking->start_us ? BOOKING_HAS_STARTED : BOOKING_MAY;
}

/*
 * Staff: whoever made the booking changes it; a planner's own also other systems, unless an owner
 * system is set: then only that one. What a KSS or an a-kasse made is theirs. A meeting that has begun
 * may still be put right.
 */
static BookingDecision
judge_staff (const BookingFacts *booking, const BookingAsker *asker)
{
  gboolean is_kss = asker->actor == BOOKING_ACTOR_KSS;

  if (booking->is_cancelled)
    return BOOKING_IS_CANCELLED;
  if (booking->origin == BOOKING_BY_UNEMPLOYMENT_FUND)
    return BOOKING_OWNED_BY_OTHER;
  if (booking->origin == BOOKING_BY_KSS && !is_kss)
    return BOOKING_OWNED_BY_OTHER;
  if (booking->origin == BOOKING_BY_CITIZEN && is_kss)
    return BOOKING_OWNED_BY_OTHER;
  if (booking->owner_system != NULL && g_strcmp0 (booking->owner_system, asker->system) != 0)
    return BOOKING_OWNED_BY_OTHER;
  return BOOKING_MAY;
}

static gboolean
is_staff (const BookingAsker *asker)
{
  return asker->actor == BOOKING_ACTOR_INDKALDER || asker->actor == BOOKING_ACTOR_KSS;
}

/**
 * booking_may_rebook:
 * @booking: the booking as it stands
 * @asker: who asks, and when
 *
 * May the booking be moved to another time or advisor? A citizen may move what the flags allow before
 * the deadline, never what a KSS made. DFDG's own record (an event) is always followed. Any thread.
 *
 * Returns: %BOOKING_MAY, or the first reason why not
 */
BookingDecision
booking_may_rebook (const BookingFacts *booking, const BookingAsker *asker)
{
  BookingDecision decision;

  if (asker->actor == BOOKING_ACTOR_RECORD)
    return BOOKING_MAY;
  if (is_staff (asker))
    return judge_staff (booking, asker);
  decision = judge_citizen (booking, asker->now_us);
  if (decision != BOOKING_MAY)
    return decision;
  if (booking->origin == BOOKING_BY_KSS)
    return BOOKING_NOT_MOVABLE;
  if (!booking->rebook_possible)
    return BOOKING_FLAG_OFF;
  return asker->now_us < booking_rebook_deadline (booking) ? BOOKING_MAY : BOOKING_DEADLINE_PASSED;
}

/**
 * booking_may_cancel:
 *
 * As booking_may_rebook(), for cancelling; a citizen may cancel a KSS booking when its flag says so.
 * Any thread.
 *
 * Returns: %BOOKING_MAY, or the first reason why not
 */
BookingDecision
booking_may_cancel (const BookingFacts *booking, const BookingAsker *asker)
{
  BookingDecision decision;

  if (asker->actor == BOOKING_ACTOR_RECORD)
    return BOOKING_MAY;
  if (is_staff (asker))
    return judge_staff (booking, asker);
  decision = judge_citizen (booking, asker->now_us);
  if (decision != BOOKING_MAY)
    return decision;
  if (!booking->cancel_possible)
    return BOOKING_FLAG_OFF;
  return asker->now_us < booking_cancel_deadline (booking) ? BOOKING_MAY : BOOKING_DEADLINE_PASSED;
}

/**
 * booking_may_update:
 *
 * May the booking's fields be changed (UpdateBooking, DeleteBooking)? Citizens never change fields. Any
 * thread.
 *
 * Returns: %BOOKING_MAY, or the first reason why not
 */
BookingDecision
booking_may_update (const BookingFacts *booking, const BookingAsker *asker)
{
  if (asker->actor == BOOKING_ACTOR_RECORD)
    return BOOKING_MAY;
  return is_staff (asker) ? judge_staff (booking, asker) : BOOKING_OWNED_BY_OTHER;
}

static gboolean
is_in (const int *zero_terminated, int id)
{
  for (guint i = 0; zero_terminated != NULL && zero_terminated[i] != 0; i++)
    if (zero_terminated[i] == id)
      return TRUE;
  return FALSE;
}

/**
 * interview_type_rules_default:
 *
 * Returns: the rules as published: cv interviews (10) closed from 2024-01-01 (the source leaves
 *   1 January or 1 February open), to be changed to 7 for contact groups 1 and 8; 7 and 12 for all; no
 *   bars. Its arrays are static. Any thread. Source: dossier 3.4.
 */
InterviewTypeRules
interview_type_rules_default (void)
{
  static const int groups[] = { 1, 8, 0 }, for_all[] = { 7, 12, 0 };

  return (InterviewTypeRules){ .closed_type = 10,
                               .closed_from = (gint32) calsync_days_from_civil (2024, 1, 1),
                               .replacement_type = 7,
                               .replacement_groups = groups,
                               .types_for_all = for_all };
}

/**
 * interview_type_fits_group:
 * @contact_group: 0 when not known, which fits every type
 *
 * Returns: FALSE when a bar of the municipality stops the type for the group. Any thread.
 */
gboolean
interview_type_fits_group (const InterviewTypeRules *rules, int interview_type, int contact_group)
{
  if (contact_group == 0 || is_in (rules->types_for_all, interview_type))
    return TRUE;
  for (guint i = 0; i < rules->n_bars; i++)
    if (rules->bars[i].interview_type == interview_type &&
        rules->bars[i].contact_group == contact_group)
      return FALSE;
  return TRUE;
}

/**
 * interview_type_may_plan:
 * @planned_date: local date of the meeting, days since 1970-01-01
 *
 * Judges new bookings. The date that counts is the planned one, not today's. Any thread.
 *
 * Returns: %BOOKING_MAY or %BOOKING_TYPE_CLOSED
 */
BookingDecision
interview_type_may_plan (const InterviewTypeRules *rules, int interview_type, gint32 planned_date)
{
  gboolean is_closed = interview_type == rules->closed_type && planned_date >= rules->closed_from;
  return is_closed ? BOOKING_TYPE_CLOSED : BOOKING_MAY;
}

/**
 * interview_type_may_change:
 * @contact_group: the citizen's; 0 when not known
 * @planned_date: local date that the meeting will have, days since 1970-01-01
 *
 * Judges changes of an existing booking; cancelling needs no leave from here. A booking of the closed
 * type on or after the cut-off may only become the replacement type, and only for its contact groups.
 * Any thread.
 *
 * Returns: %BOOKING_MAY, %BOOKING_TYPE_CLOSED or %BOOKING_CHANGE_NOT_ALLOWED
 */
BookingDecision
interview_type_may_change (const InterviewTypeRules *rules,
                           int old_type,
                           int new_type,
                           int contact_group,
                           gint32 planned_date)
{
  if (interview_type_may_plan (rules, new_type, planned_date) != BOOKING_MAY)
    return BOOKING_TYPE_CLOSED;
  if (old_type != rules->closed_type || new_type == old_type || planned_date < rules->closed_from)
    return BOOKING_MAY;
  return new_type == rules->replacement_type && is_in (rules->replacement_groups, contact_group)
           ? BOOKING_MAY
           : BOOKING_CHANGE_NOT_ALLOWED;
}
