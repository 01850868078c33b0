/* SPDX-License-Identifier: EUPL-1.2 */
/* One walk over named checks: listing stops at the first no, explaining collects them all. */
#include "rules/offer-match.h"

#include "rules/offer-checks.h"

/* Runs checks in order, up to the first no that counts; with @all, on, collecting every one. */
static SlotFinding
run_checks (const SlotCheck *checks, const Judgement *judgement, guint waived, GArray *all)
{
  SlotFinding first = slot_finding_free;

  for (guint i = 0; checks[i] != NULL; i++)
    {
      SlotFinding found = checks[i](judgement);

      if (found.verdict == SLOT_FREE || (waived & SLOT_VERDICT_MASK (found.verdict)))
        continue;
      if (all != NULL)
        g_array_append_val (all, found);
      if (first.verdict == SLOT_FREE)
        first = found;
      if (all == NULL)
        break;
    }
  return first;
}

static Judgement
judge (const Offer *offer, const SlotQuestion *question)
{
  gint64 start_us = question->start_us;

  return (Judgement){
    .offer = offer,
    .question = question,
    .meeting = question->meeting,
    .wanted = { .core = { start_us, start_us + offer->duration_us },
                .before_us = offer->before_us,
                .after_us = offer->after_us,
                .owner_id = question->owner_id,
                .may_share_buffers = offer->may_share_buffers,
                .exclusive = TRUE },
  };
}

/**
 * offer_match_time:
 *
 * Judges what hangs on no resource: citizen, validity, lead time, horizon, windows, the citizen's own
 * bookings. Any thread, never blocks.
 *
 * Returns: the first no, or free
 */
SlotFinding
offer_match_time (const Offer *offer, const SlotQuestion *question)
{
  Judgement judgement = judge (offer, question);
  return run_checks (offer_time_checks, &judgement, question->waived, NULL);
}

/**
 * offer_match_room:
 * @room: facts of one room
 *
 * Judges a room over its own widened interval (the offer's room buffers). Any thread, never blocks.
 *
 * Returns: the first no, or free
 */
SlotFinding
offer_match_room (const Offer *offer, const SlotQuestion *question, const SlotResource *room)
{
  Judgement judgement = judge (offer, question);

  judgement.resource = room;
  judgement.meeting = CALSYNC_MEETING_IN_PERSON;
  judgement.wanted.before_us = offer->room_before_us;
  judgement.wanted.after_us = offer->room_after_us;
  return run_checks (offer_room_checks, &judgement, question->waived, NULL);
}

/* No room is free; with @all, also each room's own first no. */
static SlotFinding
match_rooms (const Offer *offer,
             const SlotQuestion *question,
             const SlotResource *rooms,
             guint n_rooms,
             GArray *all)
{
  SlotFinding no_room = { .verdict = SLOT_NO_ROOM };

  if (!offer->needs_room || (question->waived & SLOT_VERDICT_MASK (SLOT_NO_ROOM)))
    return slot_finding_free;
  for (guint i = 0; i < n_rooms; i++)
    if (offer_match_room (offer, question, &rooms[i]).verdict == SLOT_FREE)
      return slot_finding_free;
  if (all != NULL)
    g_array_append_val (all, no_room);
  for (guint i = 0; all != NULL && i < n_rooms; i++)
    {
      SlotFinding found = offer_match_room (offer, question, &rooms[i]);
      g_array_append_val (all, found);
    }
  return no_room;
}

/**
 * offer_match_start:
 * @offer: a sound offer (offer_find_fault())
 * @advisor: facts of the advisor who would hold the meeting
 * @rooms: (nullable): facts of the offer's rooms, read when it needs one
 *
 * May the offer start at question->start_us with this advisor and one of these rooms, as a new
 * meeting? Decides holds and bookings inside the write transaction. Any thread, never blocks.
 *
 * Returns: the first no in the order of #SlotVerdict, or free
 */
SlotFinding
offer_match_start (const Offer *offer,
                   const SlotQuestion *question,
                   const SlotResource *advisor,
                   const SlotResource *rooms,
                   guint n_rooms)
{
  Judgement judgement = judge (offer, question);
  SlotFinding found = run_checks (offer_time_checks, &judgement, question->waived, NULL);

  judgement.resource = advisor;
  if (found.verdict == SLOT_FREE)
    found = run_checks (offer_advisor_checks, &judgement, question->waived, NULL);
  if (found.verdict == SLOT_FREE)
    found = match_rooms (offer, question, rooms, n_rooms, NULL);
  return found;
}

/**
 * offer_match_list_findings:
 *
 * As offer_match_start(), for `explain`: every no that holds, in the order of #SlotVerdict. After
 * "no-room" follows each room's own first no. Any thread, never blocks.
 *
 * Returns: (transfer full) (element-type SlotFinding): empty when the start is free
 */
GArray *
offer_match_list_findings (const Offer *offer,
                           const SlotQuestion *question,
                           const SlotResource *advisor,
                           const SlotResource *rooms,
                           guint n_rooms)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (SlotFinding));
  Judgement judgement = judge (offer, question);

  (void) run_checks (offer_time_checks, &judgement, question->waived, all);
  judgement.resource = advisor;
  (void) run_checks (offer_advisor_checks, &judgement, question->waived, all);
  (void) match_rooms (offer, question, rooms, n_rooms, all);
  return all;
}

/**
 * offer_match_session:
 * @session: (nullable): the session that a seat is wanted in; NULL when there is none
 *
 * Judges a seat in a group meeting that exists: the citizen, the offer's time rules and the seats; its
 * own interval counts, question->start_us and the offer's duration do not. Any thread, never blocks.
 *
 * Returns: the first no, or free
 */
SlotFinding
offer_match_session (const Offer *offer, const SlotQuestion *question, const SlotSession *session)
{
  Judgement judgement = judge (offer, question);
  SlotFinding found;

  if (session == NULL)
    return (SlotFinding){ .verdict = SLOT_UNKNOWN_SESSION };
  judgement.session = session;
  judgement.wanted.core = session->core;
  found = run_checks (offer_time_checks, &judgement, question->waived, NULL);
  return found.verdict != SLOT_FREE
           ? found
           : run_checks (offer_session_checks, &judgement, question->waived, NULL);
}

/**
 * offer_match_interval:
 * @wanted: the interval, its buffers and its owner
 * @meeting: what the resource's time is wanted for
 * @waived: SLOT_VERDICT_MASK() of the noes that do not count
 *
 * Judges occupancy alone, for meetings that no offer stands behind (RegisterBooking, KSS, imports).
 * Any thread, never blocks.
 *
 * Returns: busy, claimed or buffer; or free
 */
SlotFinding
offer_match_interval (const SlotClaim *wanted,
                      CalsyncMeeting meeting,
                      const SlotResource *resource,
                      guint waived)
{
  Judgement judgement = { .resource = resource, .wanted = *wanted, .meeting = meeting };
  return run_checks (offer_interval_checks, &judgement, waived, NULL);
}
