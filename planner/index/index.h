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
 * IndexResource:
 * @block: (nullable): the resource's new block; NULL to take it out
 *
 * IndexOffer is the same for offers. Both are borrowed: the new version takes its own references.
 */
typedef struct
{
  gint64 resource_id;
  const AvailabilityBlock *block;
} IndexResource;

typedef struct
{
  gint64 offer_id;
  const OfferBlock *block;
} IndexOffer;

Index *index_new (Period window);
Index *index_ref (Index *index);
void index_unref (Index *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Index, index_unref)

Index *index_replace_resources (Index *old, const IndexResource *changes, guint n_changes);
Index *index_replace_offers (Index *old, const IndexOffer *changes, guint n_changes);
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
