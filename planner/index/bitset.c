/* SPDX-License-Identifier: EUPL-1.2 */
/* Word-wise work on bitsets; bit i of word w is number w * 64 + i. */
#include "index/bitset.h"

/* The bits of word @w that lie in [start, end). */
static guint64
range_in_word (gint64 w, gint64 start, gint64 end)
{
  gint64 first = w * BITSET_WORD_BITS, after = first + BITSET_WORD_BITS;
  guint64 from_start =
    start > first ? ~G_GUINT64_CONSTANT (0) << (start - first) : ~G_GUINT64_CONSTANT (0);
  guint64 to_end =
    end < after ? ~(~G_GUINT64_CONSTANT (0) << (end - first)) : ~G_GUINT64_CONSTANT (0);

  return from_start & to_end;
}

static gboolean
clip (guint n_words, gint64 *start, gint64 *end)
{
  *start = MAX (*start, 0);
  *end = MIN (*end, (gint64) n_words * BITSET_WORD_BITS);
  return *start < *end;
}

/**
 * bitset_set_range:
 *
 * Sets the bits [start, end), as far as they lie inside the array. Any thread.
 */
void
bitset_set_range (guint64 *words, guint n_words, gint64 start, gint64 end)
{
  if (!clip (n_words, &start, &end))
    return;
  for (gint64 w = start / BITSET_WORD_BITS; w * BITSET_WORD_BITS < end; w++)
    words[w] |= range_in_word (w, start, end);
}

/**
 * bitset_clear_range:
 *
 * Clears the bits [start, end), as far as they lie inside the array. Any thread.
 */
void
bitset_clear_range (guint64 *words, guint n_words, gint64 start, gint64 end)
{
  if (!clip (n_words, &start, &end))
    return;
  for (gint64 w = start / BITSET_WORD_BITS; w * BITSET_WORD_BITS < end; w++)
    words[w] &= ~range_in_word (w, start, end);
}

/**
 * bitset_run_start:
 * @bit: number of a bit that is set
 *
 * Returns: number of the first bit of the run of set bits that @bit belongs to. Any thread.
 */
gint64
bitset_run_start (const guint64 *words, gint64 bit)
{
  gint64 w = bit / BITSET_WORD_BITS;
  guint low = (guint) (bit % BITSET_WORD_BITS);
  /* the clear bits below @bit, in this word */
  guint64 holes = low == 0 ? 0 : ~words[w] & ~(~G_GUINT64_CONSTANT (0) << low);

  while (holes == 0 && w > 0)
    holes = ~words[--w];
  return holes == 0 ? 0 : w * BITSET_WORD_BITS + (BITSET_WORD_BITS - __builtin_clzll (holes));
}

/* words &= words moved down by @n_bits; zeros come in from above. */
static void
and_with_moved_down (guint64 *words, guint n_words, guint n_bits)
{
  guint skip = n_bits / BITSET_WORD_BITS, rest = n_bits % BITSET_WORD_BITS;

  for (guint i = 0; i < n_words; i++)
    {
      guint64 low = i + skip < n_words ? words[i + skip] : 0;
      guint64 high = i + skip + 1 < n_words ? words[i + skip + 1] : 0;

      words[i] &= rest == 0 ? low : (low >> rest) | (high << (BITSET_WORD_BITS - rest));
    }
}

/**
 * bitset_erode:
 * @n_run: length of a run, at least 1
 *
 * Keeps the bits at which @n_run set bits in a row begin; what lies behind the array counts as clear.
 * Doubles the run length per pass, so that the passes are as many as log2. Any thread.
 */
void
bitset_erode (guint64 *words, guint n_words, guint n_run)
{
  guint n_done = 1;

  while (n_done < n_run)
    {
      guint n_more = MIN (n_done, n_run - n_done);

      and_with_moved_down (words, n_words, n_more);
      n_done += n_more;
    }
}

/**
 * bitset_shift_up:
 *
 * Moves every bit up by @n_bits; zeros come in from below, what leaves the array is lost. Any thread.
 */
void
bitset_shift_up (guint64 *words, guint n_words, guint n_bits)
{
  guint skip = n_bits / BITSET_WORD_BITS, rest = n_bits % BITSET_WORD_BITS;

  for (guint i = n_words; i-- > 0;)
    {
      guint64 high = i >= skip ? words[i - skip] : 0;
      guint64 low = i >= skip + 1 ? words[i - skip - 1] : 0;

      words[i] = rest == 0 ? high : (high << rest) | (low >> (BITSET_WORD_BITS - rest));
    }
}

/**
 * bitset_every:
 * @n_step: distance of two set bits, at least 1
 * @offset: number of the first set bit
 *
 * Returns: one word with every @n_step-th bit set from @offset on; 0 when @offset is beyond it. Any
 *   thread.
 */
guint64
bitset_every (guint n_step, guint64 offset)
{
  guint64 word = 0;

  for (guint64 i = offset; i < BITSET_WORD_BITS; i += n_step)
    word |= G_GUINT64_CONSTANT (1) << i;
  return word;
}

/**
 * bitset_count:
 *
 * Returns: how many bits are set. Any thread.
 */
gsize
bitset_count (const guint64 *words, guint n_words)
{
  gsize n = 0;

  for (guint i = 0; i < n_words; i++)
    n += (gsize) __builtin_popcountll (words[i]);
  return n;
}
