/* SPDX-License-Identifier: EUPL-1.2 */
/* Which advisor or room gets the meeting when the caller named none. */
#pragma once

#include "rules/slot.h"

typedef struct _CalsyncZone CalsyncZone;

/**
 * SlotCandidate:
 * @claimed_us: microseconds that claims cover on the meeting's local day (slot_claimed_us())
 */
typedef struct
{
  gint64 resource_id;
  gint64 claimed_us;
} SlotCandidate;

Period slot_local_day (const CalsyncZone *zone, gint64 instant_us, gint32 *out_date);
gint64 slot_claimed_us (const GArray *claims, Period local_day, gint64 ignored_owner_id);
/* Index of the one with fewest claimed microseconds, then lowest id; -1 when there is none. */
int slot_choose (const SlotCandidate *candidates, guint n_candidates);
