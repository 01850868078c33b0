/* SPDX-License-Identifier: EUPL-1.2 */
/* What the index knows of one offer: its group sessions and, where windows count, its starts. */
#pragma once

#include "rules/slot.h"

/**
 * OfferBlock:
 * @sessions: (element-type SlotSession): by start, then session id; with and without seats left
 * @starts: (element-type gint64): ascending starts of live bookings and holds of the offer; kept
 *   only for offers whose windows have a capacity
 *
 * What the index knows of one offer. Immutable and reference-counted.
 */
typedef struct
{
  gint64 offer_id;
  GArray *sessions;
  GArray *starts;
} OfferBlock;

OfferBlock *offer_block_new (gint64 offer_id, GArray *sessions, GArray *starts);
OfferBlock *offer_block_ref (const OfferBlock *block);
void offer_block_unref (OfferBlock *block);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OfferBlock, offer_block_unref)
