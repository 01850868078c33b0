/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A start is free when the meeting lies in open working time and, with its buffers, in free time:
 *
 *   starts = erode (work & ~closed & ~busy_full, core) & erode (~busy, before + core + after) << before
 *
 * where busy is busy_full, or busy_core when the offer shares buffers (design.md 6). Eroding by n keeps
 * the bits at which n set bits begin, in log2 (n) steps of shift-and-and.
 */
#include "index/free-starts.h"

#include "index/bitset.h"

#define N_REACH_MAX 5 /* words that 288 steps can reach into, above or below */
#define N_SCRATCH   (FREE_STARTS_MAX_WORDS + 2 * N_REACH_MAX)
#define ALL_BITS    (~G_GUINT64_CONSTANT (0))

/* The shifts that erode by a run of up to 64. */
typedef struct
{
  guint n_shifts;
  guint shifts[6];
} Erosion;

static Erosion
plan_erosion (guint n_run)
{
  Erosion erosion = { 0 };

  for (guint n_done = 1; n_done < n_run;)
    {
      guint n_more = MIN (n_done, n_run - n_done);

      erosion.shifts[erosion.n_shifts++] = n_more;
      n_done += n_more;
    }
  return erosion;
}

/* Erodes a window of two words by at most 64; the lower word comes out right. */
static inline guint64
erode_word (guint64 low, guint64 high, const Erosion *erosion)
{
  for (guint i = 0; i < erosion->n_shifts; i++)
    {
      guint shift = erosion->shifts[i];

      low &= (low >> shift) | (high << (BITSET_WORD_BITS - shift));
      high &= high >> shift;
    }
  return low;
}

/* The first step of the working block around @step, from the end of the last closed day on. */
static gint64
find_block_start (const AvailabilityBlock *block, const GArray *closed, gint64 step)
{
  gint64 first_step = block->first_word * BITSET_WORD_BITS;
  gint64 window_step = period_ceil_to (block->window.start_us, PERIOD_STEP_US) / PERIOD_STEP_US;
  gint64 start = first_step + bitset_run_start (block->work->words, step - first_step);
  guint i = closed == NULL ? 0 : period_list_find (closed, step * PERIOD_STEP_US);

  if (start == window_step)
    start = block->first_work_step;
  if (i > 0)
    {
      gint64 end_us = g_array_index (closed, Period, i - 1).end_us;
      start = MAX (start, period_ceil_to (end_us, PERIOD_STEP_US) / PERIOD_STEP_US);
    }
  return start;
}

/* Keeps the starts that lie a whole number of grid steps behind the start of their working block. */
static guint64
keep_block_grid (const AvailabilityBlock *block,
                 const FreeStartsNeed *need,
                 const FreeStartsChunk *chunk,
                 guint i,
                 guint64 starts)
{
  gint64 word_step = (chunk->first_word + i) * BITSET_WORD_BITS;
  guint64 hours = block->work->words[chunk->first_word + i - block->first_word];
  guint64 kept = 0;

  if (chunk->closed != NULL)
    hours &= ~chunk->closed[i];
  while (starts != 0)
    {
      guint first = (guint) __builtin_ctzll (starts);
      guint64 run = ALL_BITS << first;
      guint64 holes = ~hours & run;
      gint64 block_start;
      guint n_off;

      if (holes != 0)
        run &= (holes & -holes) - 1; /* up to the first hole behind */
      block_start = find_block_start (block, chunk->closed_periods, word_step + first);
      n_off = (guint) (word_step + first - block_start) % need->n_grid;
      kept |=
        starts & run & bitset_every (need->n_grid, first + (n_off == 0 ? 0 : need->n_grid - n_off));
      starts &= ~run;
    }
  return kept;
}

static void
find_by_windows (const AvailabilityBlock *block,
                 const FreeStartsNeed *need,
                 const FreeStartsChunk *chunk,
                 guint64 *out_words)
{
  const guint64 *work = block->work->words, *full = block->busy_full->words;
  const guint64 *around = need->may_share_buffers ? block->busy_core->words : full;
  guint n_around = need->n_before + need->n_core + need->n_after;
  gint64 back = chunk->first_word - block->first_word;
  Erosion core = plan_erosion (need->n_core), wide = plan_erosion (n_around);
  guint before = need->n_before;

  for (guint i = 0; i < chunk->n_words; i++)
    {
      gint64 w = back + i;
      guint64 free_low, free_high;

      out_words[i] = 0;
      if (w < 1 || w >= (gint64) block->work->n_words - 1 || chunk->allowed[i] == 0)
        continue;
      free_low = work[w] & ~full[w];
      free_high = work[w + 1] & ~full[w + 1];
      if (chunk->closed != NULL)
        {
          free_low &= ~chunk->closed[i];
          free_high &= ~chunk->closed[i + 1];
        }
      if (free_low == 0)
        continue;
      free_low = erode_word (free_low, free_high, &core) & chunk->allowed[i];
      if (n_around > need->n_core && free_low != 0)
        {
          guint64 low = ~around[w], high = ~around[w + 1];

          if (before > 0)
            {
              high = (high << before) | (low >> (BITSET_WORD_BITS - before));
              low = (low << before) | (~around[w - 1] >> (BITSET_WORD_BITS - before));
            }
          free_low &= erode_word (low, high, &wide);
        }
      out_words[i] = free_low;
    }
}

/* Words of the block or, outside it, unknown time: no working time, all busy. */
static void
copy_free (const AvailabilityBlock *block,
           const AvailabilityBits *busy,
           gint64 first,
           guint n,
           guint64 *out)
{
  for (guint i = 0; i < n; i++)
    {
      gint64 w = first + i - block->first_word;
      out[i] = w >= 0 && w < busy->n_words ? ~busy->words[w] : 0;
    }
}

/* Meetings of more than 64 steps: the same over whole arrays. */
static void
find_by_arrays (const AvailabilityBlock *block,
                const FreeStartsNeed *need,
                const FreeStartsChunk *chunk,
                guint64 *out_words)
{
  guint64 inside[N_SCRATCH], around[N_SCRATCH];
  guint n_around = need->n_before + need->n_core + need->n_after;
  guint n_reach = free_starts_n_reach (need), n_scratch = chunk->n_words + 2 * n_reach;
  gint64 first = chunk->first_word - n_reach;

  copy_free (block, block->busy_full, first, n_scratch, inside);
  copy_free (block, need->may_share_buffers ? block->busy_core : block->busy_full, first, n_scratch,
             around);
  for (guint i = 0; i < n_scratch; i++)
    {
      gint64 w = first + i - block->first_word;

      inside[i] &= w >= 0 && w < block->work->n_words ? block->work->words[w] : 0;
      if (chunk->closed != NULL && i >= n_reach)
        inside[i] &= ~chunk->closed[i - n_reach];
    }
  bitset_erode (inside, n_scratch, need->n_core);
  bitset_erode (around, n_scratch, n_around);
  bitset_shift_up (around, n_scratch, need->n_before);
  for (guint i = 0; i < chunk->n_words; i++)
    out_words[i] = inside[n_reach + i] & around[n_reach + i] & chunk->allowed[i];
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
 * @out_words: (out): chunk->n_words words: bit i of word w is set when the meeting may start at step
 *   (chunk->first_word + w) * 64 + i
 *
 * Any thread, never blocks, allocates nothing.
 */
void
free_starts_find (const AvailabilityBlock *block,
                  const FreeStartsNeed *need,
                  const FreeStartsChunk *chunk,
                  guint64 *out_words)
{
  if (need->n_before + need->n_core + need->n_after <= BITSET_WORD_BITS)
    find_by_windows (block, need, chunk, out_words);
  else
    find_by_arrays (block, need, chunk, out_words);
  if (need->n_grid <= 1)
    return;
  for (guint i = 0; i < chunk->n_words; i++)
    if (out_words[i] != 0)
      out_words[i] = keep_block_grid (block, need, chunk, i, out_words[i]);
}
