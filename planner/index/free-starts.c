/* SPDX-License-Identifier: EUPL-1.2 */
/* One resource's free starts by shifting and masking words. */
/*
 * A start is free when the meeting lies in open working time and, with its buffers, in free time:
 *
 *   starts = erode (work & ~closed & ~busy_full, core) & erode (~busy, before + core + after) << before
 *
 * where busy is busy_full, or busy_core when the offer shares buffers (design.md 6); of a remote meeting
 * remote_full and remote_core. Eroding by n keeps the bits at which n set bits begin, in log2 (n) steps of shift-and-and.
 */
#include "index/free-starts.h"

#include "index/bitset.h"

#define N_SCRATCH (FREE_STARTS_MAX_WORDS + 2 * FREE_STARTS_MAX_REACH)

/* A grid that is counted from the start of each working block of one resource. */
typedef struct
{
  const AvailabilityBlock *block;
  const GArray *closed; /* normal list, nullable */
  gint64 window_step;
  guint n_grid;
  guint64 every; /* the grid from bit 0 on */
} BlockGrid;

/* The first step of the working block around @step, from the end of the last closed day on. */
static gint64
find_block_start (const BlockGrid *grid, gint64 step)
{
  gint64 first_step = grid->block->first_word * BITSET_WORD_BITS;
  gint64 start = first_step + bitset_run_start (grid->block->work->words, step - first_step);
  guint i = grid->closed == NULL ? 0 : period_list_find (grid->closed, step * PERIOD_STEP_US);

  if (start == grid->window_step)
    start = grid->block->first_work_step;
  if (i > 0)
    {
      gint64 end_us = g_array_index (grid->closed, Period, i - 1).end_us;
      start = MAX (start, period_ceil_to (end_us, PERIOD_STEP_US) / PERIOD_STEP_US);
    }
  return start;
}

/* Keeps the starts of one word that lie whole grid steps behind the start of their working block. */
static guint64
keep_block_grid (const BlockGrid *grid, gint64 word_step, guint64 hours, guint64 starts)
{
  guint64 kept = 0;

  while (starts != 0)
    {
      guint first = (guint) __builtin_ctzll (starts), n_off;
      guint64 run = ~G_GUINT64_CONSTANT (0) << first;
      guint64 holes_below = ~hours & ~run, holes_above = ~hours & run;
      gint64 step = word_step + first, block_start;

      if (holes_above != 0)
        run &= (holes_above & -holes_above) - 1;
      block_start = holes_below == 0 ? G_MININT64 /* begins in an earlier word */
                                     : word_step + BITSET_WORD_BITS - __builtin_clzll (holes_below);
      if (block_start <= grid->window_step)
        block_start = find_block_start (grid, step);
      n_off = (guint) (step - block_start) % grid->n_grid;
      first += n_off == 0 ? 0 : grid->n_grid - n_off;
      if (first < BITSET_WORD_BITS)
        kept |= starts & run & (grid->every << first);
      starts &= ~run;
    }
  return kept;
}

static void
and_block_grid (const AvailabilityBlock *block,
                const FreeStartsNeed *need,
                const FreeStartsChunk *chunk,
                guint64 *words)
{
  const guint64 *work = block->work->words;
  BlockGrid grid = { .block = block,
                     .closed = chunk->closed_periods,
                     .window_step =
                       period_ceil_to (block->window.start_us, PERIOD_STEP_US) / PERIOD_STEP_US,
                     .n_grid = need->n_grid,
                     .every = bitset_every (need->n_grid, 0) };

  for (guint i = 0; i < chunk->n_words; i++)
    if (words[i] != 0)
      {
        gint64 word = chunk->first_word + i;
        guint64 hours = work[word - block->first_word];

        if (chunk->closed != NULL)
          hours &= ~chunk->closed[i];
        words[i] = keep_block_grid (&grid, word * BITSET_WORD_BITS, hours, words[i]);
      }
}

/* Which of @n words of the raster from @first on a block has: [skipped, end). */
typedef struct
{
  guint skipped;
  guint end;
  gint64 in_block; /* number of the word @skipped in the block */
} Overlap;

static Overlap
overlap_of (const AvailabilityBlock *block, gint64 first, guint n)
{
  gint64 back = first - block->first_word;
  guint skipped = (guint) CLAMP (-back, 0, n);
  guint end = (guint) CLAMP ((gint64) block->work->n_words - back, skipped, n);

  return (Overlap){ skipped, end, back + skipped };
}

static void
clear_words (guint64 *words, guint start, guint end)
{
  for (guint i = start; i < end; i++)
    words[i] = 0;
}

/* Open working time that is free for a meeting's core; outside the block none is. */
static void
fill_inside (const AvailabilityBlock *block,
             const AvailabilityBits *busy,
             const FreeStartsChunk *chunk,
             guint n,
             guint64 *out)
{
  Overlap overlap = overlap_of (block, chunk->first_word, n);

  clear_words (out, 0, overlap.skipped);
  if (overlap.end > overlap.skipped)
    bitset_and_not (out + overlap.skipped, block->work->words + overlap.in_block,
                    busy->words + overlap.in_block, overlap.end - overlap.skipped);
  clear_words (out, overlap.end, n);
  if (chunk->closed != NULL)
    bitset_and_not (out, out, chunk->closed, n);
}

/* Time that is free for its buffers; outside the block none is. */
static void
fill_around (const AvailabilityBlock *block,
             const AvailabilityBits *busy,
             gint64 first,
             guint n,
             guint64 *out)
{
  Overlap overlap = overlap_of (block, first, n);

  clear_words (out, 0, overlap.skipped);
  for (guint i = overlap.skipped; i < overlap.end; i++)
    out[i] = ~busy->words[overlap.in_block + i - overlap.skipped];
  clear_words (out, overlap.end, n);
}

static const AvailabilityBits *
busy_with_buffers (const AvailabilityBlock *block, const FreeStartsNeed *need)
{
  return need->meeting == CALSYNC_MEETING_REMOTE ? block->remote_full : block->busy_full;
}

static const AvailabilityBits *
busy_around (const AvailabilityBlock *block, const FreeStartsNeed *need)
{
  if (!need->may_share_buffers)
    return busy_with_buffers (block, need);
  return need->meeting == CALSYNC_MEETING_REMOTE ? block->remote_core : block->busy_core;
}

/* Takes away the starts whose buffers are not free. */
static void
and_around (const AvailabilityBlock *block,
            const FreeStartsNeed *need,
            const FreeStartsChunk *chunk,
            guint64 *words)
{
  guint64 around[N_SCRATCH];
  guint n_reach = free_starts_n_reach (need), n = chunk->n_words + 2 * n_reach;

  fill_around (block, busy_around (block, need), chunk->first_word - n_reach, n, around);
  bitset_erode (around, n, need->n_before + need->n_core + need->n_after);
  bitset_shift_up (around, n, need->n_before);
  bitset_and (words, around + n_reach, chunk->n_words);
}

/**
 * free_starts_n_reach:
 *
 * Returns: how many words beyond a chunk a meeting that starts in it can reach into. Any thread.
 */
guint
free_starts_n_reach (const FreeStartsNeed *need)
{
  guint n_around = need->n_before + need->n_core + need->n_after;
  return (n_around - 1) / BITSET_WORD_BITS + 1;
}

/**
 * free_starts_find:
 * @out_words: (out): chunk->n_words words, and room for FREE_STARTS_MAX_REACH more to work in: bit i of
 *   word w is set when the meeting may start at step (chunk->first_word + w) * 64 + i
 *
 * Any thread, never blocks, allocates nothing.
 */
void
free_starts_find (const AvailabilityBlock *block,
                  const FreeStartsNeed *need,
                  const FreeStartsChunk *chunk,
                  guint64 *out_words)
{
  guint n = chunk->n_words + free_starts_n_reach (need);

  fill_inside (block, busy_with_buffers (block, need), chunk, n, out_words);
  bitset_erode (out_words, n, need->n_core);
  bitset_and (out_words, chunk->allowed, chunk->n_words);
  if (need->n_before + need->n_after > 0)
    and_around (block, need, chunk, out_words);
  if (need->n_grid > 1)
    and_block_grid (block, need, chunk, out_words);
}
