/* SPDX-License-Identifier: EUPL-1.2 */
/* Versions of the index: two tables, a window and a number. */
#include "index/index.h"

#include "index/index-table.h"

struct _Index
{
  guint64 version;
  Period window;
  IndexTable *resources;
  IndexTable *offers;
};

static gpointer
ref_availability (gpointer block)
{
  return availability_block_ref (block);
}

static void
unref_availability (gpointer block)
{
  availability_block_unref (block);
}

static gpointer
ref_offer (gpointer block)
{
  return offer_block_ref (block);
}

static void
unref_offer (gpointer block)
{
  offer_block_unref (block);
}

static const IndexTableKind resource_kind = { ref_availability, unref_availability };
static const IndexTableKind offer_kind = { ref_offer, unref_offer };

static Index *
index_next (Index *old, Period window, IndexTable *resources, IndexTable *offers)
{
  Index *index = g_atomic_rc_box_new0 (Index);

  index->version = old == NULL ? 1 : old->version + 1;
  index->window = window;
  index->resources = resources;
  index->offers = offers;
  return index;
}

/**
 * index_new:
 * @window: what its blocks will cover
 *
 * Returns: (transfer full): version 1: nobody, nothing. Any thread.
 */
Index *
index_new (Period window)
{
  return index_next (NULL, window, index_table_new (&resource_kind), index_table_new (&offer_kind));
}

/**
 * index_ref:
 *
 * Returns: (transfer full): @index with one reference more. Any thread.
 */
Index *
index_ref (Index *index)
{
  return g_atomic_rc_box_acquire (index);
}

static void
clear_index (gpointer data)
{
  Index *index = data;

  index_table_unref (index->resources);
  index_table_unref (index->offers);
}

/**
 * index_unref:
 *
 * Drops a reference; the last one frees what no other version holds. Any thread.
 */
void
index_unref (Index *index)
{
  g_atomic_rc_box_release_full (index, clear_index);
}

static IndexTable *
replace_blocks (IndexTable *old, const IndexChange *changes, guint n_changes)
{
  g_autofree gint64 *ids = NULL;
  g_autofree gpointer *blocks = NULL;

  if (n_changes == 0)
    return index_table_ref (old);
  ids = g_new (gint64, n_changes);
  blocks = g_new (gpointer, n_changes);
  for (guint i = 0; i < n_changes; i++)
    {
      ids[i] = changes[i].id;
      blocks[i] = changes[i].block;
    }
  return index_table_replace (old, ids, blocks, n_changes);
}

/**
 * index_replace:
 * @old: left as it is, for those who still read it
 * @resources: (nullable): new availability blocks, any order; of two for one id the later counts
 * @offers: (nullable): new offer blocks, likewise
 *
 * Any thread; about 5 us for one change among 10,000. Hand over all changes of a group at once.
 *
 * Returns: (transfer full): the next version
 */
Index *
index_replace (Index *old,
               const IndexChange *resources,
               guint n_resources,
               const IndexChange *offers,
               guint n_offers)
{
  return index_next (old, old->window, replace_blocks (old->resources, resources, n_resources),
                     replace_blocks (old->offers, offers, n_offers));
}

/**
 * index_with_window:
 * @old: left as it is
 * @window: what blocks made from now on cover; blocks with another window stay right, they only know
 *   less
 *
 * Returns: (transfer full): the next version, with the same blocks. Any thread.
 */
Index *
index_with_window (Index *old, Period window)
{
  return index_next (old, window, index_table_ref (old->resources), index_table_ref (old->offers));
}

/**
 * index_get_version:
 *
 * Returns: 1 for a new index, and one more for each version made from another. Any thread.
 */
guint64
index_get_version (const Index *index)
{
  return index->version;
}

/**
 * index_get_window:
 *
 * Returns: what blocks of this version are meant to cover. Any thread.
 */
Period
index_get_window (const Index *index)
{
  return index->window;
}

/**
 * index_count_resources:
 *
 * Returns: how many resources have a block. Any thread.
 */
guint
index_count_resources (const Index *index)
{
  return index_table_count (index->resources);
}

/**
 * index_find_resource:
 *
 * Returns: (nullable) (transfer none): the resource's block, valid while the index is held. Any thread.
 */
const AvailabilityBlock *
index_find_resource (const Index *index, gint64 resource_id)
{
  return index_table_find (index->resources, resource_id);
}

/**
 * index_find_offer:
 *
 * Returns: (nullable) (transfer none): the offer's block, valid while the index is held. Any thread.
 */
const OfferBlock *
index_find_offer (const Index *index, gint64 offer_id)
{
  return index_table_find (index->offers, offer_id);
}

/**
 * index_find_resources:
 * @out_blocks: (out): @n_resources blocks in the order of the ids, NULL where there is none
 *
 * Looks up a whole pool for a #SlotSearch. Any thread; about 10 ns per resource.
 */
void
index_find_resources (const Index *index,
                      const gint64 *resource_ids,
                      guint n_resources,
                      const AvailabilityBlock **out_blocks)
{
  for (guint i = 0; i < n_resources; i++)
    out_blocks[i] = index_table_find (index->resources, resource_ids[i]);
}
