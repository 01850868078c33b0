/* SPDX-License-Identifier: EUPL-1.2 */
/* Versions of the index: what changes, what is shared, what old readers still see. Also tests: index-table. */
#include "index/index.h"

#include "testlib.h"

static const Period window = { 0, 70 * PERIOD_US_PER_DAY };

static AvailabilityBlock *
make_block (gint64 resource_id, gint64 trusted_until_us)
{
  SlotResource facts = { .resource_id = resource_id,
                         .trusted_until_us = trusted_until_us,
                         .fresh_until_us = G_MAXINT64 };
  Period small = { 0, PERIOD_US_PER_DAY };
  return availability_block_new (small, &facts, NULL);
}

static Index *
replace_one (Index *old, gint64 resource_id, AvailabilityBlock *block)
{
  IndexChange change = { resource_id, block };
  return index_replace (old, &change, 1, NULL, 0);
}

static void
test_versions (void)
{
  g_autoptr (AvailabilityBlock) first = make_block (7, 1), second = make_block (7, 2);
  g_autoptr (Index) empty = index_new (window);
  g_autoptr (Index) one = replace_one (empty, 7, first);
  g_autoptr (Index) two = replace_one (one, 7, second);
  g_autoptr (Index) none = replace_one (two, 7, NULL);

  g_assert_null (index_find_resource (empty, 7));
  g_assert_true (index_find_resource (one, 7) == first);
  g_assert_true (index_find_resource (two, 7) == second);
  g_assert_null (index_find_resource (none, 7));
  g_assert_cmpuint (index_count_resources (one), ==, 1);
  g_assert_cmpuint (index_count_resources (none), ==, 0);
  g_assert_cmpuint (index_get_version (empty), ==, 1);
  g_assert_cmpuint (index_get_version (none), ==, 4);
  g_assert_cmpint (index_get_window (none).end_us, ==, window.end_us);
}

static void
test_offers (void)
{
  g_autoptr (OfferBlock) block = offer_block_new (3, NULL, NULL);
  g_autoptr (Index) empty = index_new (window);
  IndexChange change = { 3, block };
  g_autoptr (Index) one = index_replace (empty, NULL, 0, &change, 1);
  Period later = { 0, 1 };
  g_autoptr (Index) moved = index_with_window (one, later);

  g_assert_null (index_find_offer (empty, 3));
  g_assert_true (index_find_offer (one, 3) == block);
  g_assert_null (index_find_resource (one, 3));
  g_assert_true (index_find_offer (moved, 3) == block);
  g_assert_cmpint (index_get_window (moved).end_us, ==, 1);
}

/* The same id twice in one group: the later block counts. */
static void
test_last_counts (void)
{
  g_autoptr (AvailabilityBlock) first = make_block (7, 1), second = make_block (7, 2);
  g_autoptr (Index) empty = index_new (window);
  IndexChange changes[] = { { 7, first }, { 8, NULL }, { 7, second } };
  g_autoptr (Index) index = index_replace (empty, changes, G_N_ELEMENTS (changes), NULL, 0);

  g_assert_true (index_find_resource (index, 7) == second);
  g_assert_null (index_find_resource (index, 8));
  g_assert_cmpuint (index_count_resources (index), ==, 1);
}

/* Random changes against a plain hash table, with old versions kept and looked at again. */
static void
test_model (void)
{
  g_autoptr (GRand) rand = testlib_random_new ();
  guint64 n_rounds = testlib_budget ("index");
  g_autoptr (Index) index = index_new (window);
  g_autoptr (Index) kept = NULL;
  AvailabilityBlock *model[300] = { 0 }, *kept_model[300] = { 0 };

  for (guint64 round = 0; round < n_rounds; round++)
    {
      IndexChange changes[5];
      AvailabilityBlock *made[5] = { 0 };
      guint n = (guint) g_rand_int_range (rand, 1, 6);
      Index *next;

      for (guint i = 0; i < n; i++)
        {
          guint id = (guint) g_rand_int_range (rand, 0, G_N_ELEMENTS (model));

          made[i] = g_rand_boolean (rand) ? make_block (id, 1) : NULL;
          changes[i] = (IndexChange){ (gint64) id * 1000003 - 50, made[i] };
          model[id] = made[i];
        }
      next = index_replace (index, changes, n, NULL, 0);
      for (guint i = 0; i < n; i++)
        g_clear_pointer (&made[i], availability_block_unref);
      index_unref (index);
      index = next;
      for (guint id = 0; id < G_N_ELEMENTS (model); id++)
        g_assert_true (index_find_resource (index, (gint64) id * 1000003 - 50) == model[id]);
      for (guint id = 0; kept != NULL && id < G_N_ELEMENTS (model); id++)
        g_assert_true (index_find_resource (kept, (gint64) id * 1000003 - 50) == kept_model[id]);
      if (round % 50 == 0)
        {
          g_clear_pointer (&kept, index_unref);
          kept = index_ref (index);
          memcpy (kept_model, model, sizeof model);
        }
    }
}

static void
test_find_many (void)
{
  g_autoptr (AvailabilityBlock) block = make_block (5, 1);
  g_autoptr (Index) empty = index_new (window);
  g_autoptr (Index) index = replace_one (empty, 5, block);
  const gint64 ids[] = { 4, 5, 6 };
  const AvailabilityBlock *found[3];

  index_find_resources (index, ids, 3, found);
  g_assert_null (found[0]);
  g_assert_true (found[1] == block);
  g_assert_null (found[2]);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/index/versions", test_versions);
  g_test_add_func ("/index/offers", test_offers);
  g_test_add_func ("/index/last-counts", test_last_counts);
  g_test_add_func ("/index/model", test_model);
  g_test_add_func ("/index/find-many", test_find_many);
  return g_test_run ();
}
