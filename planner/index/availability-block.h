/* SPDX-License-Identifier: EUPL-1.2 */
/* One resource's working and busy time as immutable bitsets over UTC steps (PERIOD_STEP_US). */
#pragma once

#include "rules/slot.h"

/**
 * AvailabilityBits:
 * @words: bit i of word w stands for step (first_word + w) * 64 + i of the block that holds it
 *
 * Immutable and reference-counted (g_atomic_rc_box), so that equal sets can be shared.
 */
typedef struct
{
  guint n_words;
  guint64 words[];
} AvailabilityBits;

/**
 * AvailabilityBlock:
 * @first_word: steps since 1970 UTC divided by 64: all blocks share one raster
 * @first_work_step: where the working block that reaches into the first step really began
 * @work: working time, rounded inwards
 * @busy_full: foreign busy time and every claim with its buffers, rounded outwards; also all that lies
 *   outside the window or at or past trusted_until
 * @busy_core: the same, but claims that may share buffers count with their core only; pointer-equal
 *   to @busy_full when there is no such claim
 * @remote_full: @busy_full for meetings by telephone or video: without what blocks in person only;
 *   pointer-equal to @busy_full when nothing does
 * @remote_core: @busy_core in the same way
 * @window: what the block knows of
 * @fresh_until_us: not offered from this instant on
 *
 * Immutable; any thread may read it while holding a reference.
 */
typedef struct
{
  gint64 resource_id;
  gint64 first_word;
  gint64 first_work_step;
  AvailabilityBits *work;
  AvailabilityBits *busy_full;
  AvailabilityBits *busy_core;
  AvailabilityBits *remote_full;
  AvailabilityBits *remote_core;
  Period window;
  gint64 trusted_until_us;
  gint64 fresh_until_us;
} AvailabilityBlock;

AvailabilityBlock *
availability_block_new (Period window, const SlotResource *facts, const AvailabilityBlock *like);
/* A copy in which the busy time of @part is computed anew from @facts; working time stays. */
Period availability_block_round_part (Period part);
AvailabilityBlock *availability_block_with_busy (const AvailabilityBlock *block,
                                                 Period part,
                                                 const SlotResource *facts,
                                                 gint64 ignored_owner_id);
AvailabilityBlock *availability_block_ref (const AvailabilityBlock *block);
void availability_block_unref (AvailabilityBlock *block);
gsize availability_block_get_bytes (const AvailabilityBlock *block);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvailabilityBlock, availability_block_unref)
