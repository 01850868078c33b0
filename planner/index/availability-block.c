/* SPDX-License-Identifier: EUPL-1.2 */
/* Making availability blocks from lists of periods; every change makes a new block. */
#include "index/availability-block.h"

#include "index/bitset.h"

#include <string.h>

/* Where a set of bits lies on the raster. */
typedef struct
{
  gint64 first_step;
  guint n_words;
} Raster;

static gint64
step_at_or_before (gint64 instant_us)
{
  return period_floor_to (instant_us, PERIOD_STEP_US) / PERIOD_STEP_US;
}

static gint64
step_at_or_after (gint64 instant_us)
{
  return period_ceil_to (instant_us, PERIOD_STEP_US) / PERIOD_STEP_US;
}

static AvailabilityBits *
bits_new (guint n_words, guint64 fill)
{
  gsize size = sizeof (AvailabilityBits) + n_words * sizeof (guint64);
  AvailabilityBits *bits = g_atomic_rc_box_alloc (size);

  bits->n_words = n_words;
  for (guint i = 0; i < n_words; i++)
    bits->words[i] = fill;
  return bits;
}

static AvailabilityBits *
bits_copy (const AvailabilityBits *bits)
{
  return g_atomic_rc_box_dup (sizeof (AvailabilityBits) + bits->n_words * sizeof (guint64),
                              (gpointer) bits);
}

static gboolean
bits_equal (const AvailabilityBits *a, const AvailabilityBits *b)
{
  return a->n_words == b->n_words &&
         memcmp (a->words, b->words, a->n_words * sizeof (guint64)) == 0;
}

/* Gives up @bits for @like when both say the same. */
static AvailabilityBits *
bits_share (AvailabilityBits *bits, AvailabilityBits *like)
{
  if (!bits_equal (bits, like))
    return bits;
  g_atomic_rc_box_release (bits);
  return g_atomic_rc_box_acquire (like);
}

/* Busy time: every step that it touches. */
static void
set_outwards (AvailabilityBits *bits, Raster raster, Period period)
{
  if (!period_is_empty (period))
    bitset_set_range (bits->words, bits->n_words,
                      step_at_or_before (period.start_us) - raster.first_step,
                      step_at_or_after (period.end_us) - raster.first_step);
}

/* Working time: only steps that lie wholly inside. */
static void
set_inwards (AvailabilityBits *bits, Raster raster, Period period)
{
  bitset_set_range (bits->words, bits->n_words,
                    step_at_or_after (period.start_us) - raster.first_step,
                    step_at_or_before (period.end_us) - raster.first_step);
}

/* The same raster for all blocks, with a word of unknown time on either side of the window. */
static Raster
raster_for (Period window)
{
  gint64 first_step = step_at_or_before (window.start_us);
  gint64 end_step = step_at_or_after (window.end_us);
  gint64 first_word = period_floor_to (first_step, BITSET_WORD_BITS) / BITSET_WORD_BITS - 1;
  gint64 end_word = period_ceil_to (end_step, BITSET_WORD_BITS) / BITSET_WORD_BITS + 1;

  return (Raster){ first_word * BITSET_WORD_BITS, (guint) (end_word - first_word) };
}

static AvailabilityBits *
make_work (AvailabilityBlock *block, Raster raster, const GArray *work)
{
  AvailabilityBits *bits = bits_new (raster.n_words, 0);
  guint n_work = work == NULL ? 0 : work->len;

  block->first_work_step = step_at_or_after (block->window.start_us);
  for (guint i = 0; i < n_work; i++)
    {
      Period span = g_array_index (work, Period, i);

      set_inwards (bits, raster, period_intersect (span, block->window));
      if (span.start_us < block->window.start_us && span.end_us > block->window.start_us)
        block->first_work_step = step_at_or_after (span.start_us);
    }
  return bits;
}

/* Where busy time is noted: with buffers, and without those that may be shared. */
typedef struct
{
  AvailabilityBits *full;
  AvailabilityBits *core;
} BusyBits;

/* Adds what @busy and the claims of @facts say of @part to both sets, which are clear there. */
static void
add_busy (BusyBits bits, Raster raster, Period part, const GArray *busy, const SlotResource *facts)
{
  guint n_busy = busy == NULL ? 0 : busy->len;
  guint n_claims = facts->claims == NULL ? 0 : facts->claims->len;
  Period unknown = { facts->trusted_until_us, G_MAXINT64 - PERIOD_STEP_US };

  for (guint i = 0; i < n_busy; i++)
    {
      Period taken = period_intersect (g_array_index (busy, Period, i), part);

      set_outwards (bits.full, raster, taken);
      set_outwards (bits.core, raster, taken);
    }
  for (guint i = 0; i < n_claims; i++)
    {
      const SlotClaim *claim = &g_array_index (facts->claims, SlotClaim, i);
      Period full = period_widen (claim->core, claim->before_us, claim->after_us);
      Period core = claim->may_share_buffers ? claim->core : full;

      set_outwards (bits.full, raster, period_intersect (full, part));
      set_outwards (bits.core, raster, period_intersect (core, part));
    }
  set_outwards (bits.full, raster, period_intersect (unknown, part));
  set_outwards (bits.core, raster, period_intersect (unknown, part));
}

/* Facts without the claims of one owner, borrowed from @facts but for the claims. */
static SlotResource
without_owner (const SlotResource *facts, gint64 owner_id, GArray *claims)
{
  SlotResource left = *facts;
  guint n_claims = facts->claims == NULL ? 0 : facts->claims->len;

  for (guint i = 0; i < n_claims; i++)
    {
      SlotClaim claim = g_array_index (facts->claims, SlotClaim, i);

      if (owner_id == 0 || claim.owner_id != owner_id)
        g_array_append_val (claims, claim);
    }
  left.claims = claims;
  return left;
}

/* Sets for a new block: what lies outside the window is taken. */
static BusyBits
make_busy (Raster raster, Period window, const GArray *busy, const SlotResource *facts)
{
  BusyBits bits = { .full = bits_new (raster.n_words, ~G_GUINT64_CONSTANT (0)) };

  bitset_clear_range (bits.full->words, raster.n_words,
                      step_at_or_after (window.start_us) - raster.first_step,
                      step_at_or_before (window.end_us) - raster.first_step);
  bits.core = bits_copy (bits.full);
  add_busy (bits, raster, window, busy, facts);
  bits.core = bits_share (bits.core, bits.full);
  return bits;
}

/* Remote meetings are hindered by the same. */
static void
share_remote (AvailabilityBlock *block)
{
  block->remote_full = g_atomic_rc_box_acquire (block->busy_full);
  block->remote_core = g_atomic_rc_box_acquire (block->busy_core);
}

static void
take_busy (AvailabilityBlock *block, BusyBits bits)
{
  block->busy_full = bits.full;
  block->busy_core = bits.core;
}

static void
take_remote (AvailabilityBlock *block, BusyBits bits)
{
  block->remote_full = bits_share (bits.full, block->busy_full);
  block->remote_core = bits_share (bits.core, block->busy_core);
}

/**
 * availability_block_new:
 * @window: what the block shall know of; must begin at least a day before any start that is asked for,
 *   because buffers reach back
 * @facts: the resource's working and busy time, whole over @window
 * @like: (nullable): a block, such as the one before, whose equal working time is shared
 *
 * Returns: (transfer full): a new block. Any thread; some microseconds per hundred periods.
 */
AvailabilityBlock *
availability_block_new (Period window, const SlotResource *facts, const AvailabilityBlock *like)
{
  AvailabilityBlock *block = g_atomic_rc_box_new0 (AvailabilityBlock);
  Raster raster = raster_for (window);

  block->resource_id = facts->resource_id;
  block->first_word = raster.first_step / BITSET_WORD_BITS;
  block->window = window;
  block->trusted_until_us = facts->trusted_until_us;
  block->fresh_until_us = facts->fresh_until_us;
  block->work = make_work (block, raster, facts->work);
  if (like != NULL && like->first_word == block->first_word)
    block->work = bits_share (block->work, like->work);
  take_busy (block, make_busy (raster, window, facts->busy, facts));
  if (facts->busy_remote == NULL)
    share_remote (block);
  else
    take_remote (block, make_busy (raster, window, facts->busy_remote, facts));
  return block;
}

/**
 * availability_block_round_part:
 * @part: a stretch that changed
 *
 * Returns: @part widened to whole steps: what must be read for availability_block_with_busy(), because
 *   a step at its edge may be busy for another reason. Any thread.
 */
Period
availability_block_round_part (Period part)
{
  if (part.start_us >= G_MININT64 + PERIOD_STEP_US)
    part.start_us = period_floor_to (part.start_us, PERIOD_STEP_US);
  if (part.end_us <= G_MAXINT64 - PERIOD_STEP_US)
    part.end_us = period_ceil_to (part.end_us, PERIOD_STEP_US);
  return part;
}

/* The steps of the window that lie in @part. */
static Period
steps_inside (const AvailabilityBlock *block, Period part)
{
  Period known = { period_ceil_to (block->window.start_us, PERIOD_STEP_US),
                   period_floor_to (block->window.end_us, PERIOD_STEP_US) };
  return period_intersect (availability_block_round_part (part), known);
}

/* Up to where the new block may be trusted: what was not made anew is known as far as before only. */
static gint64
trusted_after (const AvailabilityBlock *block, Period inside, gint64 trusted_until_us)
{
  gint64 both_us = MIN (trusted_until_us, block->trusted_until_us);
  Period unsure = period_intersect ((Period){ both_us, G_MAXINT64 }, block->window);
  gboolean is_sure =
    period_is_empty (unsure) ||
    (inside.start_us <= unsure.start_us && steps_inside (block, unsure).end_us <= inside.end_us);

  return trusted_until_us == block->trusted_until_us || is_sure ? trusted_until_us : both_us;
}

/* Copies of two sets in which @part is made anew from @busy and @facts. */
static BusyBits
with_part (BusyBits old,
           const AvailabilityBlock *block,
           Period part,
           const GArray *busy,
           const SlotResource *facts)
{
  Raster raster = { block->first_word * BITSET_WORD_BITS, block->work->n_words };
  BusyBits bits = { bits_copy (old.full), bits_copy (old.core) };
  Period unknown =
    period_intersect ((Period){ block->trusted_until_us, G_MAXINT64 }, block->window);

  if (!period_is_empty (part))
    {
      gint64 start = part.start_us / PERIOD_STEP_US - raster.first_step;
      gint64 end = part.end_us / PERIOD_STEP_US - raster.first_step;

      bitset_clear_range (bits.full->words, raster.n_words, start, end);
      bitset_clear_range (bits.core->words, raster.n_words, start, end);
      add_busy (bits, raster, part, busy, facts);
    }
  set_outwards (bits.full, raster, unknown);
  set_outwards (bits.core, raster, unknown);
  bits.core = bits_share (bits.core, bits.full);
  return bits;
}

/**
 * availability_block_with_busy:
 * @block: the block before
 * @part: the stretch that may have changed; its steps are made anew
 * @facts: busy time and every claim that touches availability_block_round_part() of @part, buffers
 *   included; its working time is not read, its freshness is taken over
 * @ignored_owner_id: claims of this owner are left out, so that a booking may be moved over itself;
 *   0 for none
 *
 * Never clears single bits: what is busy in @part is only what @facts say. When facts->trusted_until_us
 * is not the block's, and @part does not reach from the earlier of both to the window's end, the
 * earlier one holds until a whole block is made (compare them, and make one). Any thread.
 *
 * Returns: (transfer full): the block after; it shares the working time
 */
AvailabilityBlock *
availability_block_with_busy (const AvailabilityBlock *block,
                              Period part,
                              const SlotResource *facts,
                              gint64 ignored_owner_id)
{
  AvailabilityBlock *next = g_atomic_rc_box_dup (sizeof (AvailabilityBlock), (gpointer) block);
  g_autoptr (GArray) claims = g_array_new (FALSE, FALSE, sizeof (SlotClaim));
  SlotResource counted = without_owner (facts, ignored_owner_id, claims);
  Period inside = steps_inside (block, part);
  const BusyBits busy = { block->busy_full, block->busy_core };
  const BusyBits remote = { block->remote_full, block->remote_core };

  next->work = g_atomic_rc_box_acquire (block->work);
  next->trusted_until_us = trusted_after (block, inside, facts->trusted_until_us);
  next->fresh_until_us = facts->fresh_until_us;
  take_busy (next, with_part (busy, next, inside, counted.busy, &counted));
  if (counted.busy_remote == NULL && remote.full == busy.full && remote.core == busy.core)
    share_remote (next);
  else
    take_remote (next, with_part (remote, next, inside,
                                  counted.busy_remote != NULL ? counted.busy_remote : counted.busy,
                                  &counted));
  return next;
}

static void
clear_block (gpointer data)
{
  AvailabilityBlock *block = data;

  g_atomic_rc_box_release (block->work);
  g_atomic_rc_box_release (block->busy_full);
  g_atomic_rc_box_release (block->busy_core);
  g_atomic_rc_box_release (block->remote_full);
  g_atomic_rc_box_release (block->remote_core);
}

/**
 * availability_block_ref:
 *
 * Returns: (transfer full): @block with one reference more. Any thread.
 */
AvailabilityBlock *
availability_block_ref (const AvailabilityBlock *block)
{
  return g_atomic_rc_box_acquire ((gpointer) block);
}

/**
 * availability_block_unref:
 *
 * Drops a reference; the last one frees the block. Any thread.
 */
void
availability_block_unref (AvailabilityBlock *block)
{
  g_atomic_rc_box_release_full (block, clear_block);
}

/**
 * availability_block_get_bytes:
 *
 * Returns: memory of the block, with bits that it shares with others counted in full. Any thread.
 */
gsize
availability_block_get_bytes (const AvailabilityBlock *block)
{
  gsize n_sets =
    2 + (block->busy_core != block->busy_full) + (block->remote_full != block->busy_full) +
    (block->remote_core != block->busy_core && block->remote_core != block->remote_full);
  return sizeof *block +
         n_sets * (sizeof (AvailabilityBits) + block->work->n_words * sizeof (guint64));
}
