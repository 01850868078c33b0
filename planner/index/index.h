/* SPDX-License-Identifier: EUPL-1.2 */
/* One version of the whole index: immutable, cheap to replace in part, read by whoever holds it. */
#pragma once

#include "index/availability-block.h"
#include "index/offer-block.h"

/**
 * Index:
 *
 * A version of the index: blocks of resources and of offers over one window. Reference-counted. The
 * loop keeps the newest and swaps it; a worker takes a reference and reads without locks.
 */
typedef struct _Index Index;

/**
 * IndexChange:
 * @id: resource id or offer id
 * @block: (nullable): its new AvailabilityBlock or OfferBlock; NULL to take it out
 *
 * Borrowed: the new version takes its own references.
 */
typedef struct
{
  gint64 id;
  gpointer block;
} IndexChange;

Index *index_new (Period window);
Index *index_ref (Index *index);
void index_unref (Index *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Index, index_unref)

Index *index_replace (Index *old,
                      const IndexChange *resources,
                      guint n_resources,
                      const IndexChange *offers,
                      guint n_offers);
Index *index_with_window (Index *old, Period window);

guint64 index_get_version (const Index *index);
Period index_get_window (const Index *index);
guint index_count_resources (const Index *index);
const AvailabilityBlock *index_find_resource (const Index *index, gint64 resource_id);
const OfferBlock *index_find_offer (const Index *index, gint64 offer_id);
void index_find_resources (const Index *index,
                           const gint64 *resource_ids,
                           guint n_resources,
                           const AvailabilityBlock **out_blocks);
