/* SPDX-License-Identifier: EUPL-1.2 */
/* Making blocks: rounding, sharing, and a part made anew equals the whole made anew. */
/* Also tests: offer-block. */
#include "index/availability-block.h"

#include "index/bitset.h"
#include "index/offer-block.h"
#include "testlib.h"

#define MINUTE PERIOD_US_PER_MINUTE
#define N_DAYS 4

static const Period window = { 20000 * PERIOD_US_PER_DAY, (20000 + N_DAYS) * PERIOD_US_PER_DAY };

static gboolean
get (const AvailabilityBlock *block, const AvailabilityBits *bits, gint64 instant_us)
{
  gint64 step = period_floor_to (instant_us, PERIOD_STEP_US) / PERIOD_STEP_US;
  gint64 bit = step - block->first_word * BITSET_WORD_BITS;

  return (bits->words[bit / BITSET_WORD_BITS] >> (bit % BITSET_WORD_BITS)) & 1;
}

static gint64
at (int minute)
{
  return window.start_us + minute * MINUTE;
}

static void
test_rounding (void)
{
  g_autoptr (GArray) work = period_list_new (), busy = period_list_new ();
  SlotResource facts = { 1, work, busy, NULL, at (1003), G_MAXINT64 };
  g_autoptr (AvailabilityBlock) block = NULL;

  period_list_add (work, (Period){ at (-100), at (13) });
  period_list_add (work, (Period){ at (61), at (119) });
  period_list_add (busy, (Period){ at (64), at (66) });
  block = availability_block_new (window, &facts, NULL);
  g_assert_cmpint (block->first_work_step, ==, at (-100) / PERIOD_STEP_US);
  g_assert_true (get (block, block->work, at (5)));
  g_assert_false (get (block, block->work, at (10)));
  g_assert_false (get (block, block->work, at (60)));
  g_assert_true (get (block, block->work, at (65)));
  g_assert_true (get (block, block->work, at (110)));
  g_assert_false (get (block, block->work, at (115)));
  g_assert_false (get (block, block->busy_full, at (55)));
  g_assert_true (get (block, block->busy_full, at (60)));
  g_assert_true (get (block, block->busy_full, at (65)));
  g_assert_false (get (block, block->busy_full, at (70)));
  g_assert_false (get (block, block->busy_full, at (995)));
  g_assert_true (get (block, block->busy_full, at (1000))); /* from the step that 1003 lies in */
  g_assert_true (get (block, block->busy_full, window.end_us));
  g_assert_true (get (block, block->busy_full, window.start_us - 1));
  g_assert_false (get (block, block->work, window.start_us - 1));
  g_assert_true (block->busy_core == block->busy_full);
}

static void
test_shared_buffers (void)
{
  g_autoptr (GArray) claims = g_array_new (FALSE, FALSE, sizeof (SlotClaim));
  SlotClaim claim = { { at (100), at (130) }, 10 * MINUTE, 20 * MINUTE, 7, TRUE, TRUE };
  SlotResource facts = { 1, NULL, NULL, claims, G_MAXINT64, G_MAXINT64 };
  g_autoptr (AvailabilityBlock) block = NULL, without = NULL;

  g_array_append_val (claims, claim);
  block = availability_block_new (window, &facts, NULL);
  g_assert_true (get (block, block->busy_full, at (90)));
  g_assert_true (get (block, block->busy_full, at (145)));
  g_assert_false (get (block, block->busy_core, at (90)));
  g_assert_true (get (block, block->busy_core, at (100)));
  g_assert_false (get (block, block->busy_core, at (130)));
  without = availability_block_with_busy (block, (Period){ at (80), at (160) }, &facts, 7);
  g_assert_false (get (without, without->busy_full, at (100)));
  g_assert_true (without->busy_core == without->busy_full);
  g_assert_true (without->work == block->work);
  g_assert_cmpuint (availability_block_get_bytes (without), <,
                    availability_block_get_bytes (block));
}

static void
test_shared_work (void)
{
  g_autoptr (GArray) work = period_list_new ();
  SlotResource facts = { 1, work, NULL, NULL, G_MAXINT64, G_MAXINT64 };
  g_autoptr (AvailabilityBlock) first = NULL, same = NULL, other = NULL;

  period_list_add (work, (Period){ at (480), at (720) });
  first = availability_block_new (window, &facts, NULL);
  same = availability_block_new (window, &facts, first);
  period_list_add (work, (Period){ at (765), at (960) });
  other = availability_block_new (window, &facts, first);
  g_assert_true (same->work == first->work);
  g_assert_true (other->work != first->work);
}

static void
assert_equal_bits (const AvailabilityBits *a, const AvailabilityBits *b)
{
  g_assert_cmpmem (a->words, a->n_words * sizeof (guint64), b->words,
                   b->n_words * sizeof (guint64));
}

static void
add_random (GRand *rand, Period part, GArray *busy, GArray *claims)
{
  gint64 length_us = part.end_us - part.start_us;
  gint64 start_us = part.start_us + (gint64) (g_rand_double (rand) * (double) length_us / 2);
  gint64 end_us = start_us + (gint64) (g_rand_double (rand) * (double) length_us / 4);
  SlotClaim claim = { { start_us, end_us },
                      g_rand_int_range (rand, 0, 15) * MINUTE,
                      g_rand_int_range (rand, 0, 15) * MINUTE,
                      1,
                      g_rand_boolean (rand),
                      TRUE };
  Period full = period_widen (claim.core, claim.before_us, claim.after_us);

  if (g_rand_boolean (rand))
    period_list_add (busy, claim.core);
  else if (period_contains (part, full))
    g_array_append_val (claims, claim);
  period_list_normalise (busy);
}

/* Time that blocks in person only needs sets of its own, and nobody else pays for them. */
static void
test_remote (void)
{
  g_autoptr (GArray) busy = period_list_new (), remote = period_list_new ();
  SlotResource facts = { 1, NULL, busy, NULL, G_MAXINT64, G_MAXINT64 };
  g_autoptr (AvailabilityBlock) plain = NULL, block = NULL, back = NULL;
  Period part = { at (100), at (160) };

  period_list_add (busy, (Period){ at (300), at (330) });
  plain = availability_block_new (window, &facts, NULL);
  g_assert_true (plain->remote_full == plain->busy_full);
  g_assert_true (plain->remote_core == plain->busy_core);
  period_list_add (remote, (Period){ at (300), at (330) });
  period_list_add (busy, (Period){ at (100), at (160) });
  period_list_normalise (busy);
  facts.busy_remote = remote;
  block = availability_block_with_busy (plain, part, &facts, 0);
  g_assert_true (get (block, block->busy_full, at (120)));
  g_assert_false (get (block, block->remote_full, at (120)));
  g_assert_true (get (block, block->remote_full, at (310)));
  g_assert_true (get (block, block->remote_full, window.end_us));
  g_assert_true (block->remote_core == block->remote_full);
  g_assert_cmpuint (availability_block_get_bytes (block), >, availability_block_get_bytes (plain));
  g_array_remove_index (busy, 0);
  facts.busy_remote = NULL;
  back = availability_block_with_busy (block, part, &facts, 0);
  g_assert_true (back->remote_full == back->busy_full);
  g_assert_cmpuint (availability_block_get_bytes (back), ==, availability_block_get_bytes (plain));
}

/* What changes inside a part, and only there, is found by making that part anew. */
static void
test_part (void)
{
  g_autoptr (GRand) rand = testlib_random_new ();
  guint64 n_rounds = testlib_budget ("availability-block");

  for (guint64 round = 0; round < n_rounds; round++)
    {
      g_autoptr (GArray) busy = period_list_new ();
      g_autoptr (GArray) remote = period_list_new ();
      g_autoptr (GArray) claims = g_array_new (FALSE, FALSE, sizeof (SlotClaim));
      SlotResource facts = { 1, NULL, busy, claims, G_MAXINT64, G_MAXINT64 };
      g_autoptr (AvailabilityBlock) old = NULL, whole = NULL, by_part = NULL;
      gint64 from = g_rand_int_range (rand, -600, N_DAYS * 1440);
      Period part = { at ((int) from), at ((int) from + g_rand_int_range (rand, 1, 3000)) };

      for (int i = 0; i < 6; i++)
        add_random (rand, window, i % 2 == 0 ? busy : remote, claims);
      facts.busy_remote = g_rand_boolean (rand) ? remote : NULL;
      old = availability_block_new (window, &facts, NULL);
      for (int i = 0; i < 4; i++)
        add_random (rand, part, i % 2 == 0 ? busy : remote, claims);
      whole = availability_block_new (window, &facts, NULL);
      by_part = availability_block_with_busy (old, part, &facts, 0);
      assert_equal_bits (by_part->busy_full, whole->busy_full);
      assert_equal_bits (by_part->busy_core, whole->busy_core);
      assert_equal_bits (by_part->remote_full, whole->remote_full);
      assert_equal_bits (by_part->remote_core, whole->remote_core);
    }
}

/* Facts are read for the part in whole steps: what else is busy in a step at its edge stays busy. */
static void
test_edges (void)
{
  g_autoptr (GArray) busy = period_list_new (), fewer = period_list_new ();
  SlotResource facts = { 1, NULL, busy, NULL, G_MAXINT64, G_MAXINT64 };
  Period part = { at (103), at (122) }, read = availability_block_round_part (part);
  Period all = availability_block_round_part ((Period){ G_MININT64, G_MAXINT64 });
  g_autoptr (AvailabilityBlock) old = NULL, next = NULL;

  g_assert_cmpint (read.start_us, ==, at (100));
  g_assert_cmpint (read.end_us, ==, at (125));
  g_assert_cmpint (all.start_us, ==, G_MININT64);
  g_assert_cmpint (all.end_us, ==, G_MAXINT64);
  period_list_add (busy, (Period){ at (98), at (102) });
  period_list_add (busy, part);
  old = availability_block_new (window, &facts, NULL);
  period_list_add (fewer, (Period){ at (98), at (102) }); /* the appointment of the part is gone */
  facts.busy = fewer;
  next = availability_block_with_busy (old, part, &facts, 0);
  g_assert_true (get (next, next->busy_full, at (95)));
  g_assert_true (get (next, next->busy_full, at (100)));
  g_assert_false (get (next, next->busy_full, at (105)));
  g_assert_false (get (next, next->busy_full, at (120)));
}

/* A calendar is never trusted further than all of its block was read. */
static void
test_trust (void)
{
  SlotResource facts = { 1, NULL, NULL, NULL, at (1000), G_MAXINT64 };
  g_autoptr (AvailabilityBlock) old = availability_block_new (window, &facts, NULL);
  g_autoptr (AvailabilityBlock) longer = NULL, shorter = NULL, rest = NULL;
  Period part = { at (100), at (200) };

  facts.trusted_until_us = at (2000);
  longer = availability_block_with_busy (old, part, &facts, 0);
  g_assert_cmpint (longer->trusted_until_us, ==, at (1000));
  g_assert_true (get (longer, longer->busy_full, at (1500)));
  part = (Period){ at (1000), window.end_us };
  rest = availability_block_with_busy (old, part, &facts, 0);
  g_assert_cmpint (rest->trusted_until_us, ==, at (2000));
  g_assert_false (get (rest, rest->busy_full, at (1500)));
  g_assert_true (get (rest, rest->busy_full, at (2000)));
  facts.trusted_until_us = at (500);
  part = (Period){ at (100), at (200) };
  shorter = availability_block_with_busy (old, part, &facts, 0);
  g_assert_cmpint (shorter->trusted_until_us, ==, at (500));
  g_assert_true (get (shorter, shorter->busy_full, at (500)));
  g_assert_false (get (shorter, shorter->busy_full, at (495)));
}

static void
test_offer_block (void)
{
  const SlotSession sessions[] = { { 9, 1, { 20, 30 }, 1 },
                                   { 3, 1, { 20, 30 }, 1 },
                                   { 5, 1, { 10, 20 }, 0 } };
  const gint64 starts[] = { 7, 3, 5 };
  GArray *some = g_array_new (FALSE, FALSE, sizeof (SlotSession));
  GArray *instants = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (OfferBlock) block = NULL, empty = offer_block_new (2, NULL, NULL), held = NULL;

  g_array_append_vals (some, sessions, 3);
  g_array_append_vals (instants, starts, 3);
  block = offer_block_new (1, some, instants);
  held = offer_block_ref (block);
  g_assert_cmpint (g_array_index (held->sessions, SlotSession, 0).session_id, ==, 5);
  g_assert_cmpint (g_array_index (held->sessions, SlotSession, 1).session_id, ==, 3);
  g_assert_cmpint (g_array_index (held->sessions, SlotSession, 2).session_id, ==, 9);
  g_assert_cmpint (g_array_index (held->starts, gint64, 0), ==, 3);
  g_assert_cmpint (g_array_index (held->starts, gint64, 2), ==, 7);
  g_assert_cmpuint (empty->sessions->len + empty->starts->len, ==, 0);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/availability-block/rounding", test_rounding);
  g_test_add_func ("/availability-block/shared-buffers", test_shared_buffers);
  g_test_add_func ("/availability-block/shared-work", test_shared_work);
  g_test_add_func ("/availability-block/remote", test_remote);
  g_test_add_func ("/availability-block/part", test_part);
  g_test_add_func ("/availability-block/edges", test_edges);
  g_test_add_func ("/availability-block/trust", test_trust);
  g_test_add_func ("/availability-block/offer-block", test_offer_block);
  return g_test_run ();
}
