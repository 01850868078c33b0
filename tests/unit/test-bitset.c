/* SPDX-License-Identifier: EUPL-1.2 */
/* Words of bits, held against an array with one entry per bit. */
#include "index/bitset.h"

#include "testlib.h"

#define MAX_WORDS 9
#define MAX_BITS  (MAX_WORDS * BITSET_WORD_BITS)

/* Long runs with some holes: what erosion is about. */
static guint
fill (GRand *rand, guint64 *words, gboolean *bits)
{
  guint n_words = (guint) g_rand_int_range (rand, 1, MAX_WORDS + 1);
  gboolean is_set = FALSE;

  memset (words, 0, MAX_WORDS * sizeof *words);
  for (guint i = 0; i < MAX_BITS; i++)
    {
      if (g_rand_int_range (rand, 0, 40) == 0)
        is_set = !is_set;
      bits[i] = is_set && i < n_words * BITSET_WORD_BITS;
      words[i / BITSET_WORD_BITS] |= (guint64) bits[i] << (i % BITSET_WORD_BITS);
    }
  return n_words;
}

static gboolean
get (const guint64 *words, guint bit)
{
  return (words[bit / BITSET_WORD_BITS] >> (bit % BITSET_WORD_BITS)) & 1;
}

static void
test_ranges (GRand *rand)
{
  guint64 set[MAX_WORDS], cleared[MAX_WORDS];
  gboolean bits[MAX_BITS];
  guint n_words = fill (rand, set, bits);
  gint64 start = g_rand_int_range (rand, -100, MAX_BITS + 50);
  gint64 end = start + g_rand_int_range (rand, -10, 300);

  memcpy (cleared, set, sizeof set);
  bitset_set_range (set, n_words, start, end);
  bitset_clear_range (cleared, n_words, start, end);
  for (guint i = 0; i < n_words * BITSET_WORD_BITS; i++)
    {
      gboolean is_inside = i >= start && i < end;

      g_assert_cmpint (get (set, i), ==, bits[i] || is_inside);
      g_assert_cmpint (get (cleared, i), ==, bits[i] && !is_inside);
    }
}

static void
test_erode (GRand *rand)
{
  guint64 words[MAX_WORDS];
  gboolean bits[MAX_BITS];
  guint n_words = fill (rand, words, bits), run = 0;
  guint n_run = (guint) g_rand_int_range (rand, 1, g_rand_boolean (rand) ? 66 : 300);

  bitset_erode (words, n_words, n_run);
  for (guint i = n_words * BITSET_WORD_BITS; i-- > 0;)
    {
      run = bits[i] ? run + 1 : 0;
      g_assert_cmpint (get (words, i), ==, run >= n_run);
    }
}

static void
test_shift (GRand *rand)
{
  guint64 words[MAX_WORDS];
  gboolean bits[MAX_BITS];
  guint n_words = fill (rand, words, bits);
  guint n_bits = (guint) g_rand_int_range (rand, 0, 200);

  bitset_shift_up (words, n_words, n_bits);
  for (guint i = 0; i < n_words * BITSET_WORD_BITS; i++)
    g_assert_cmpint (get (words, i), ==, i >= n_bits && bits[i - n_bits]);
}

static void
test_combine (GRand *rand)
{
  guint64 a[MAX_WORDS], b[MAX_WORDS], without[MAX_WORDS], either[MAX_WORDS], both[MAX_WORDS];
  gboolean in_a[MAX_BITS], in_b[MAX_BITS];
  guint n_words = fill (rand, a, in_a);

  (void) fill (rand, b, in_b);
  memcpy (either, a, sizeof a);
  memcpy (both, a, sizeof a);
  bitset_and_not (without, a, b, n_words);
  bitset_or (either, b, n_words);
  bitset_and (both, b, n_words);
  for (guint i = 0; i < n_words * BITSET_WORD_BITS; i++)
    {
      g_assert_cmpint (get (without, i), ==, in_a[i] && !in_b[i]);
      g_assert_cmpint (get (either, i), ==, in_a[i] || in_b[i]);
      g_assert_cmpint (get (both, i), ==, in_a[i] && in_b[i]);
    }
}

static void
test_runs_and_counts (GRand *rand)
{
  guint64 words[MAX_WORDS];
  gboolean bits[MAX_BITS];
  guint n_words = fill (rand, words, bits), start = 0;
  gsize n = 0;

  for (guint i = 0; i < n_words * BITSET_WORD_BITS; i++)
    {
      if (bits[i] && (i == 0 || !bits[i - 1]))
        start = i;
      if (bits[i])
        g_assert_cmpint (bitset_run_start (words, i), ==, start);
      n += bits[i] ? 1 : 0;
    }
  g_assert_cmpuint (bitset_count (words, n_words), ==, n);
}

static void
test_every (void)
{
  for (guint step = 1; step < 70; step++)
    for (guint offset = 0; offset < 80; offset++)
      for (guint i = 0; i < BITSET_WORD_BITS; i++)
        g_assert_cmpint ((bitset_every (step, offset) >> i) & 1, ==,
                         i >= offset && (i - offset) % step == 0);
}

/* All words full: the greatest sums that counting meets. */
static void
test_full_count (void)
{
  guint64 words[200];

  memset (words, 0xff, sizeof words);
  for (guint n = 0; n <= G_N_ELEMENTS (words); n++)
    g_assert_cmpuint (bitset_count (words, n), ==, n * BITSET_WORD_BITS);
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = testlib_random_new ();
  guint64 n_rounds = testlib_budget ("bitset");

  for (guint64 round = 0; round < n_rounds; round++)
    {
      test_ranges (rand);
      test_erode (rand);
      test_shift (rand);
      test_combine (rand);
      test_runs_and_counts (rand);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/bitset/random", test_random);
  g_test_add_func ("/bitset/every", test_every);
  g_test_add_func ("/bitset/full-count", test_full_count);
  return g_test_run ();
}
