/* SPDX-License-Identifier: EUPL-1.2 */
/* Each way in which a start can be refused, one function each, over exact intervals. */
#include "rules/offer-checks.h"

#include "calsync-timezone.h"
#include "rules/citizen-match.h"
#include "rules/offer-time.h"
#include "rules/slot-choice.h"

static SlotFinding
refuse (SlotVerdict verdict, gint64 why_start_us, gint64 why_end_us)
{
  return (SlotFinding){ verdict, { why_start_us, why_end_us }, 0 };
}

static SlotFinding
refuse_resource (const Judgement *judgement, SlotVerdict verdict, Period why)
{
  return (SlotFinding){ verdict, why, judgement->resource->resource_id };
}

static Period
widened (const SlotClaim *claim)
{
  return period_widen (claim->core, claim->before_us, claim->after_us);
}

static SlotFinding
check_citizen_rules (const Judgement *judgement)
{
  const OfferCitizenRules *rules = &judgement->offer->citizen_rules;
  const CitizenFacts *facts = judgement->question->facts;

  if (facts == NULL || offer_match_citizen (rules, facts) != CITIZEN_CONTRADICTS)
    return slot_finding_free;
  return refuse (SLOT_NOT_FOR_CITIZEN, 0, 0);
}

static SlotFinding
check_open_booking (const Judgement *judgement)
{
  return judgement->question->citizen_has_open ? refuse (SLOT_CITIZEN_HAS_OPEN, 0, 0)
                                               : slot_finding_free;
}

static SlotFinding
check_validity (const Judgement *judgement)
{
  const Offer *offer = judgement->offer;
  gint64 start_us = judgement->wanted.core.start_us;

  if (start_us >= offer->valid_from_us && start_us < offer->valid_until_us)
    return slot_finding_free;
  return refuse (SLOT_OUTSIDE_VALIDITY, offer->valid_from_us, offer->valid_until_us);
}

static SlotFinding
check_lead (const Judgement *judgement)
{
  gint64 now_us = judgement->question->now_us;
  gint64 first_us = now_us + judgement->offer->lead_us;

  if (judgement->wanted.core.start_us >= first_us)
    return slot_finding_free;
  return refuse (SLOT_PAST_LEAD_TIME, now_us, first_us);
}

static SlotFinding
check_horizon (const Judgement *judgement)
{
  const Offer *offer = judgement->offer;
  gint32 date;
  Period day = slot_local_day (offer->zone, judgement->wanted.core.start_us, &date);
  gint64 opens_us = offer_day_opens_us (offer, date);

  if (judgement->question->now_us >= opens_us)
    return slot_finding_free;
  return refuse (SLOT_BEYOND_HORIZON, opens_us, day.end_us);
}

static const char *
get_fund (const SlotQuestion *question)
{
  return question->facts == NULL ? NULL : question->facts->unemployment_fund;
}

/* Occurrences of all windows around a start that hold the meeting: does one have room, is there one. */
static SlotFinding
look_for_window (const Judgement *judgement)
{
  const Offer *offer = judgement->offer;
  Period core = judgement->wanted.core;
  gint32 date = (gint32) calsync_zone_local_day (offer->zone, core.start_us);
  SlotFinding found = refuse (SLOT_OUTSIDE_WINDOW, 0, 0);

  for (guint i = 0; i < offer->n_windows * 3; i++)
    {
      const OfferWindow *window = &offer->windows[i / 3];
      Period occurrence = offer_window_occurrence (offer, window, date - 1 + (gint32) (i % 3));

      if (!offer_window_admits (window, get_fund (judgement->question)) ||
          !period_contains (occurrence, core))
        continue;
      if (!offer_window_is_full (window, occurrence, judgement->question->offer_starts))
        return slot_finding_free;
      found = refuse (SLOT_WINDOW_FULL, occurrence.start_us, occurrence.end_us);
    }
  return offer->n_windows == 0 ? slot_finding_free : found;
}

static SlotFinding
check_window (const Judgement *judgement)
{
  SlotFinding found = look_for_window (judgement);
  return found.verdict == SLOT_OUTSIDE_WINDOW ? found : slot_finding_free;
}

static SlotFinding
check_window_capacity (const Judgement *judgement)
{
  SlotFinding found = look_for_window (judgement);
  return found.verdict == SLOT_WINDOW_FULL ? found : slot_finding_free;
}

static SlotFinding
check_citizen_busy (const Judgement *judgement)
{
  const GArray *busy = judgement->question->citizen_busy;
  Period core = judgement->wanted.core, hit;

  if (busy == NULL || !period_list_overlaps (busy, core))
    return slot_finding_free;
  hit = g_array_index (busy, Period, period_list_find (busy, core.start_us));
  return refuse (SLOT_CITIZEN_BUSY, hit.start_us, hit.end_us);
}

static SlotFinding
check_seats (const Judgement *judgement)
{
  Period core = judgement->session->core;

  if (judgement->session->seats_left > 0)
    return slot_finding_free;
  return refuse (SLOT_SEATS_FULL, core.start_us, core.end_us);
}

static SlotFinding
check_pool (const Judgement *judgement)
{
  if (offer_has_advisor (judgement->offer, judgement->resource->resource_id))
    return slot_finding_free;
  return refuse_resource (judgement, SLOT_NOT_IN_POOL, (Period){ 0, 0 });
}

static SlotFinding
check_calendar (const Judgement *judgement)
{
  const SlotResource *resource = judgement->resource;
  Period full = widened (&judgement->wanted);

  if (judgement->question->now_us >= resource->fresh_until_us)
    return refuse_resource (judgement, SLOT_STALE_CALENDAR,
                            (Period){ resource->fresh_until_us, full.end_us });
  if (full.end_us > resource->trusted_until_us)
    return refuse_resource (judgement, SLOT_STALE_CALENDAR,
                            (Period){ resource->trusted_until_us, full.end_us });
  return slot_finding_free;
}

static SlotFinding
check_closed_day (const Judgement *judgement)
{
  const GArray *closed = judgement->question->closed;
  Period core = judgement->wanted.core, hit;

  if (closed == NULL || !period_list_overlaps (closed, core))
    return slot_finding_free;
  hit = g_array_index (closed, Period, period_list_find (closed, core.start_us));
  return refuse (SLOT_CLOSED_DAY, hit.start_us, hit.end_us);
}

/* The working block that a start lies in, from the end of the last closed day on; empty if none. */
static Period
find_block (const Judgement *judgement)
{
  const GArray *work = judgement->resource->work, *closed = judgement->question->closed;
  gint64 start_us = judgement->wanted.core.start_us;
  guint i = period_list_find (work, start_us);
  guint next_closed = closed == NULL ? 0 : period_list_find (closed, start_us);
  Period block;

  if (i >= work->len || g_array_index (work, Period, i).start_us > start_us)
    return (Period){ 0, 0 };
  block = g_array_index (work, Period, i);
  if (next_closed > 0)
    block.start_us = MAX (block.start_us, g_array_index (closed, Period, next_closed - 1).end_us);
  return block;
}

static SlotFinding
check_hours (const Judgement *judgement)
{
  Period block = find_block (judgement);

  if (!period_is_empty (block) && period_contains (block, judgement->wanted.core))
    return slot_finding_free;
  return refuse_resource (judgement, SLOT_OUTSIDE_HOURS, block);
}

/* How far a start lies after the latest instant on the grid. */
static gint64
grid_rest_us (const Judgement *judgement)
{
  const Offer *offer = judgement->offer;
  gint64 start_us = judgement->wanted.core.start_us, from_us;

  if (offer->grid_anchor == OFFER_GRID_FROM_LOCAL_MIDNIGHT)
    {
      gint64 offset_us = calsync_zone_offset_at (offer->zone, start_us) * CALSYNC_US_PER_SECOND;
      from_us = period_floor_to (start_us + offset_us, PERIOD_US_PER_DAY) - offset_us;
    }
  else
    from_us = period_ceil_to (find_block (judgement).start_us, PERIOD_STEP_US);
  return start_us - from_us - period_floor_to (start_us - from_us, offer->grid_us);
}

/*
 * From the block's start: the first whole step of the block, then every grid step (working time is
 * rounded inwards). From local midnight: the wall clock's minute of the day is divisible by the grid,
 * whatever the clock did that night; both hours of an overlap count.
 */
static SlotFinding
check_grid (const Judgement *judgement)
{
  const Offer *offer = judgement->offer;
  gint64 start_us = judgement->wanted.core.start_us;
  gint64 rest_us;

  if (offer->grid_anchor == OFFER_GRID_FROM_BLOCK_START && period_is_empty (find_block (judgement)))
    return slot_finding_free; /* outside hours: there is no grid to be off */
  rest_us = grid_rest_us (judgement);
  if (rest_us == 0 && start_us % PERIOD_STEP_US == 0)
    return slot_finding_free;
  return refuse_resource (judgement, SLOT_OFF_GRID,
                          (Period){ start_us - rest_us, start_us - rest_us + offer->grid_us });
}

static SlotFinding
check_busy (const Judgement *judgement)
{
  const SlotResource *resource = judgement->resource;
  const GArray *busy = judgement->meeting == CALSYNC_MEETING_REMOTE && resource->busy_remote != NULL
                         ? resource->busy_remote
                         : resource->busy;
  Period full = widened (&judgement->wanted);

  if (busy == NULL || !period_list_overlaps (busy, full))
    return slot_finding_free;
  return refuse_resource (judgement, SLOT_BUSY,
                          g_array_index (busy, Period, period_list_find (busy, full.start_us)));
}

/*
 * Two meetings need between their cores the sum of the earlier one's time after and the later one's
 * time before; when both may share buffers, the longer of the two:
 *
 *   [ core ]--after--|--before--[ core ]      [ core ]--after--[ core ]
 *                                                   |--before--|
 */
static gboolean
claims_collide (const SlotClaim *wanted, const SlotClaim *held)
{
  if (wanted->may_share_buffers && held->may_share_buffers)
    return period_overlaps (widened (wanted), held->core) ||
           period_overlaps (wanted->core, widened (held));
  return period_overlaps (widened (wanted), widened (held));
}

/* The first claim of another owner that collides, and whose core is hit as asked. */
static SlotFinding
find_claim (const Judgement *judgement, gboolean core_is_hit, SlotVerdict verdict)
{
  const GArray *claims = judgement->resource->claims;
  const SlotClaim *wanted = &judgement->wanted;

  for (guint i = 0; claims != NULL && i < claims->len; i++)
    {
      const SlotClaim *held = &g_array_index (claims, SlotClaim, i);

      if (wanted->owner_id != 0 && held->owner_id == wanted->owner_id)
        continue;
      if (period_overlaps (wanted->core, held->core) == core_is_hit &&
          claims_collide (wanted, held))
        return refuse_resource (judgement, verdict, held->core);
    }
  return slot_finding_free;
}

static SlotFinding
check_claims (const Judgement *judgement)
{
  return find_claim (judgement, TRUE, SLOT_CLAIMED);
}

static SlotFinding
check_buffers (const Judgement *judgement)
{
  return find_claim (judgement, FALSE, SLOT_BUFFER);
}

const SlotCheck offer_time_checks[] = {
  check_citizen_rules, check_open_booking,    check_validity,     check_lead, check_horizon,
  check_window,        check_window_capacity, check_citizen_busy, NULL
};
const SlotCheck offer_advisor_checks[] = { check_pool,   check_calendar, check_closed_day,
                                           check_hours,  check_grid,     check_busy,
                                           check_claims, check_buffers,  NULL };
const SlotCheck offer_room_checks[] = { check_calendar, check_hours,   check_busy,
                                        check_claims,   check_buffers, NULL };
const SlotCheck offer_interval_checks[] = { check_busy, check_claims, check_buffers, NULL };
const SlotCheck offer_session_checks[] = { check_seats, NULL };
