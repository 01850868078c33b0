/* SPDX-License-Identifier: EUPL-1.2 */
/* Making and freeing offer blocks. */
#include "index/offer-block.h"

static int
compare_sessions (gconstpointer a, gconstpointer b)
{
  const SlotSession *left = a, *right = b;

  if (left->core.start_us != right->core.start_us)
    return left->core.start_us < right->core.start_us ? -1 : 1;
  return (left->session_id > right->session_id) - (left->session_id < right->session_id);
}

static int
compare_starts (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;
  return (left > right) - (left < right);
}

/**
 * offer_block_new:
 * @sessions: (transfer full) (nullable) (element-type SlotSession): in any order
 * @starts: (transfer full) (nullable) (element-type gint64): in any order
 *
 * Returns: (transfer full): a new block over both, sorted. Any thread.
 */
OfferBlock *
offer_block_new (gint64 offer_id, GArray *sessions, GArray *starts)
{
  OfferBlock *block = g_atomic_rc_box_new0 (OfferBlock);

  block->offer_id = offer_id;
  block->sessions = sessions != NULL ? sessions : g_array_new (FALSE, FALSE, sizeof (SlotSession));
  block->starts = starts != NULL ? starts : g_array_new (FALSE, FALSE, sizeof (gint64));
  g_array_sort (block->sessions, compare_sessions);
  g_array_sort (block->starts, compare_starts);
  return block;
}

static void
clear_block (gpointer data)
{
  OfferBlock *block = data;

  g_array_unref (block->sessions);
  g_array_unref (block->starts);
}

/**
 * offer_block_ref:
 *
 * Returns: (transfer full): @block with one reference more. Any thread.
 */
OfferBlock *
offer_block_ref (const OfferBlock *block)
{
  return g_atomic_rc_box_acquire ((gpointer) block);
}

/**
 * offer_block_unref:
 *
 * Drops a reference; the last one frees the block. Any thread.
 */
void
offer_block_unref (OfferBlock *block)
{
  g_atomic_rc_box_release_full (block, clear_block);
}
