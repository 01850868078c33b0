/* SPDX-License-Identifier: EUPL-1.2 */
/* The exact evaluator: may this offer start then with this advisor, and if not, why not. */
#pragma once

#include "calsync-policy.h"
#include "rules/citizen-match.h"
#include "rules/offer.h"
#include "rules/slot.h"

/**
 * SlotQuestion:
 * @now_us: the instant of the question; the rules read no clock
 * @start_us: start of the meeting
 * @owner_id: claims of this owner are no hindrance (a booking and its re-book holds); 0 for none
 * @meeting: what the advisor's time is wanted for; a room is always needed in person
 * @waived: SLOT_VERDICT_MASK() of the noes that do not count
 * @facts: (nullable): what is known of the citizen; NULL when nothing is
 * @citizen_has_open: another open booking of the interview type exists and the unit allows only one
 * @citizen_busy: (element-type Period) (nullable): normal list of the citizen's other live bookings
 * @closed: (element-type Period) (nullable): normal list of the unit's closed days
 * @offer_starts: (element-type gint64) (nullable): ascending starts of live bookings and holds of
 *   this offer, without those of @owner_id; needed only when the offer has windows with a capacity
 */
typedef struct
{
  gint64 now_us;
  gint64 start_us;
  gint64 owner_id;
  CalsyncMeeting meeting;
  guint waived;
  const CitizenFacts *facts;
  gboolean citizen_has_open;
  const GArray *citizen_busy;
  const GArray *closed;
  const GArray *offer_starts;
} SlotQuestion;

/* One start with one advisor. @rooms: the offer's rooms, any order; needed when it needs a room. */
SlotFinding offer_match_start (const Offer *offer,
                               const SlotQuestion *question,
                               const SlotResource *advisor,
                               const SlotResource *rooms,
                               guint n_rooms);
/* The same walk, but every no: (element-type SlotFinding), empty when free. */
GArray *offer_match_list_findings (const Offer *offer,
                                   const SlotQuestion *question,
                                   const SlotResource *advisor,
                                   const SlotResource *rooms,
                                   guint n_rooms);
/* Parts of the walk, for callers that choose advisor and room themselves. */
SlotFinding offer_match_time (const Offer *offer, const SlotQuestion *question);
SlotFinding
offer_match_room (const Offer *offer, const SlotQuestion *question, const SlotResource *room);
/* A seat in a session that exists; question->start_us is taken from the session. */
SlotFinding
offer_match_session (const Offer *offer, const SlotQuestion *question, const SlotSession *session);
/* Occupancy alone, without an offer: busy time and claims against one interval. */
SlotFinding offer_match_interval (const SlotClaim *wanted,
                                  CalsyncMeeting meeting,
                                  const SlotResource *resource,
                                  guint waived);
