/* SPDX-License-Identifier: EUPL-1.2 */
/* Fewest minutes claimed that local day, then lowest id. */
#include "rules/slot-choice.h"

#include "calsync-timezone.h"

/**
 * slot_local_day:
 * @zone: the unit's zone
 * @instant_us: any instant
 * @out_date: (out) (optional): the day's date, days since 1970-01-01
 *
 * Days are cut at the instants at which their midnights come first, so that a day is one stretch even
 * where clocks are put back over midnight. They last 23, 24 or 25 hours. Any thread.
 *
 * Returns: the local day that @instant_us lies in
 */
Period
slot_local_day (const CalsyncZone *zone, gint64 instant_us, gint32 *out_date)
{
  gint64 date = calsync_zone_local_day (zone, instant_us) + 1;

  while (calsync_zone_midnight (zone, date) > instant_us)
    date--;
  if (out_date != NULL)
    *out_date = (gint32) date;
  return (Period){ calsync_zone_midnight (zone, date), calsync_zone_midnight (zone, date + 1) };
}

/**
 * slot_claimed_us:
 * @claims: (element-type SlotClaim) (nullable): claims of one resource, any order
 * @local_day: from slot_local_day()
 * @ignored_owner_id: this owner's claims do not count; 0 for none
 *
 * Returns: microseconds of that day under claims, buffers included; what two buffers share counts
 *   twice, so that the database can sum it up. Any thread.
 */
gint64
slot_claimed_us (const GArray *claims, Period local_day, gint64 ignored_owner_id)
{
  gint64 sum_us = 0;

  for (guint i = 0; claims != NULL && i < claims->len; i++)
    {
      const SlotClaim *claim = &g_array_index (claims, SlotClaim, i);
      Period full = period_widen (claim->core, claim->before_us, claim->after_us);
      Period inside = period_intersect (full, local_day);

      if (!period_is_empty (inside) &&
          (ignored_owner_id == 0 || claim->owner_id != ignored_owner_id))
        sum_us += inside.end_us - inside.start_us;
    }
  return sum_us;
}

/**
 * slot_choose:
 * @candidates: those who are free, any order
 *
 * Returns: index of the candidate with the fewest microseconds claimed, then the lowest id; -1 when
 *   there is none. Any thread.
 */
int
slot_choose (const SlotCandidate *candidates, guint n_candidates)
{
  int best = -1;

  for (guint i = 0; i < n_candidates; i++)
    {
      const SlotCandidate *next = &candidates[i], *held = best < 0 ? NULL : &candidates[best];

      if (held == NULL || next->claimed_us < held->claimed_us ||
          (next->claimed_us == held->claimed_us && next->resource_id < held->resource_id))
        best = (int) i;
    }
  return best;
}
