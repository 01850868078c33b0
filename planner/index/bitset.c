/* SPDX-License-Identifier: EUPL-1.2 */
/* Word-wise work on bitsets; bit i of word w is number w * 64 + i. */
#include "index/bitset.h"

/* Two words that the processor works on at once; any 64-bit machine has it, the C is portable. */
typedef guint64 BitsetPair __attribute__ ((vector_size (16), aligned (8), may_alias));

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

/* words &= words moved down by @n_bits; zeros come in from above. Two words at a time. */
static void
and_with_moved_down (guint64 *words, guint n_words, guint n_bits)
{
  guint skip = n_bits / BITSET_WORD_BITS, rest = n_bits % BITSET_WORD_BITS, i = 0;

  for (; rest != 0 && i + skip + 2 < n_words; i += 2)
    {
      BitsetPair low = *(const BitsetPair *) (words + i + skip);
      BitsetPair high = *(const BitsetPair *) (words + i + skip + 1);

      *(BitsetPair *) (words + i) &= (low >> rest) | (high << (BITSET_WORD_BITS - rest));
    }
  for (; i < n_words; i++)
    {
      guint64 low = i + skip < n_words ? words[i + skip] : 0;
      guint64 high = i + skip + 1 < n_words ? words[i + skip + 1] : 0;

      words[i] &= rest == 0 ? low : (low >> rest) | (high << (BITSET_WORD_BITS - rest));
    }
}

/* Runs of up to 64 reach into the next word only, so that each pair of words is done in one go. */
static void
erode_short (guint64 *words, guint n_words, guint n_run)
{
  guint shifts[6], n_shifts = 0, i = 0;

  for (guint n_done = 1; n_done < n_run; n_done += shifts[n_shifts++])
    shifts[n_shifts] = MIN (n_done, n_run - n_done);
  for (; i + 2 < n_words; i += 2)
    {
      BitsetPair low = *(const BitsetPair *) (words + i);
      BitsetPair high = *(const BitsetPair *) (words + i + 1);

      if ((words[i] | words[i + 1]) == 0)
        continue; /* most of a week is no working time */
      for (guint s = 0; s < n_shifts; s++)
        {
          low &= (low >> shifts[s]) | (high << (BITSET_WORD_BITS - shifts[s]));
          high &= high >> shifts[s];
        }
      *(BitsetPair *) (words + i) = low;
    }
  for (guint s = 0; s < n_shifts; s++)
    and_with_moved_down (words + i, n_words - i, shifts[s]);
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

  if (n_run <= BITSET_WORD_BITS)
    {
      erode_short (words, n_words, n_run);
      return;
    }
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
 * bitset_and_not:
 * @out: @n_words words; may be one of the others
 *
 * out = set & ~without. Any thread.
 */
void
bitset_and_not (guint64 *out, const guint64 *set, const guint64 *without, guint n_words)
{
  guint i = 0;

  for (; i + 1 < n_words; i += 2)
    *(BitsetPair *) (out + i) =
      *(const BitsetPair *) (set + i) & ~*(const BitsetPair *) (without + i);
  if (i < n_words)
    out[i] = set[i] & ~without[i];
}

/**
 * bitset_or:
 *
 * Adds the bits of @set to @words. Any thread.
 */
void
bitset_or (guint64 *words, const guint64 *set, guint n_words)
{
  guint i = 0;

  for (; i + 1 < n_words; i += 2)
    *(BitsetPair *) (words + i) |= *(const BitsetPair *) (set + i);
  if (i < n_words)
    words[i] |= set[i];
}

/**
 * bitset_and:
 *
 * Keeps the bits of @words that are in @set too. Any thread.
 */
void
bitset_and (guint64 *words, const guint64 *set, guint n_words)
{
  guint i = 0;

  for (; i + 1 < n_words; i += 2)
    *(BitsetPair *) (words + i) &= *(const BitsetPair *) (set + i);
  if (i < n_words)
    words[i] &= set[i];
}

/* Per byte of both words: how many of its bits are set. */
static BitsetPair
count_per_byte (BitsetPair words)
{
  BitsetPair sums = words - ((words >> 1) & G_GUINT64_CONSTANT (0x5555555555555555));
  const guint64 pairs = G_GUINT64_CONSTANT (0x3333333333333333);

  sums = (sums & pairs) + ((sums >> 2) & pairs);
  return (sums + (sums >> 4)) & G_GUINT64_CONSTANT (0x0f0f0f0f0f0f0f0f);
}

static gsize
sum_of_bytes (guint64 bytes)
{
  const guint64 even = G_GUINT64_CONSTANT (0x00ff00ff00ff00ff);
  return (
    gsize) ((((bytes & even) + ((bytes >> 8) & even)) * G_GUINT64_CONSTANT (0x0001000100010001)) >>
            48);
}

/**
 * bitset_count:
 *
 * Written out, because without the processor's own instruction the built-in is a call per word. Any
 * thread.
 *
 * Returns: how many bits are set
 */
gsize
bitset_count (const guint64 *words, guint n_words)
{
  gsize n = 0;
  guint i = 0;

  while (i + 1 < n_words)
    {
      BitsetPair bytes = { 0, 0 };

      /* A byte holds the sums of 31 words of at most 8. */
      for (guint end = MIN (n_words - 1, i + 62); i < end; i += 2)
        if ((words[i] | words[i + 1]) != 0)
          bytes += count_per_byte (*(const BitsetPair *) (words + i));
      n += sum_of_bytes (bytes[0]) + sum_of_bytes (bytes[1]);
    }
  if (i < n_words)
    n += sum_of_bytes (count_per_byte ((BitsetPair){ words[i], 0 })[0]);
  return n;
}
