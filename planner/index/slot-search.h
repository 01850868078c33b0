/* SPDX-License-Identifier: EUPL-1.2 */
/* The bitset evaluator: every free start of an offer over a pool, sorted, from index blocks alone. */
#pragma once

#include "calsync-policy.h"
#include "index/availability-block.h"
#include "index/offer-block.h"
#include "rules/offer.h"

/**
 * SlotSearch:
 * @interval: starts wanted, half-open
 * @advisors: blocks by ascending resource id; only those asked for; NULL entries are skipped (an
 *   advisor without a block is not offered)
 * @rooms: blocks of the offer's rooms, any order, NULL entries skipped; read when it needs a room
 * @offer_block: (nullable): its sessions and starts; NULL for none
 * @session_resource_id: list sessions of this advisor only; 0 for all
 * @unemployment_fund: (nullable): the citizen's, when known
 * @meeting: what advisors' time is wanted for, as SlotQuestion says it
 * @closed: (element-type Period) (nullable): normal list of the unit's closed days
 * @citizen_busy: (element-type Period) (nullable): normal list of the citizen's other live bookings
 * @max_starts: stop after so many; 0 for all
 *
 * Everything is borrowed. Citizen rules are not judged here: offer_match_citizen() does it once.
 */
typedef struct
{
  const Offer *offer;
  gint64 now_us;
  Period interval;
  const AvailabilityBlock *const *advisors;
  guint n_advisors;
  const AvailabilityBlock *const *rooms;
  guint n_rooms;
  const OfferBlock *offer_block;
  gint64 session_resource_id;
  const char *unemployment_fund;
  CalsyncMeeting meeting;
  const GArray *closed;
  const GArray *citizen_busy;
  guint max_starts;
} SlotSearch;

/**
 * SlotStart:
 * @resource_id: the advisor who is free (and, when the offer needs one, a room is too); for a
 *   session its leader, or 0
 * @session_id: the session with a seat left; 0 for a new meeting
 */
typedef struct
{
  gint64 start_us;
  gint64 resource_id;
  gint64 session_id;
} SlotStart;

GArray *slot_search_run (const SlotSearch *search, gboolean *out_cut);
gsize slot_search_count (const SlotSearch *search);
