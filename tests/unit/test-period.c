/* SPDX-License-Identifier: EUPL-1.2 */
/* Stretches of time and their lists, held against a plain array of minutes. */
#include "base/period.h"

#include "testlib.h"

#define N_MINUTES 200

static void
test_single (void)
{
  Period a = { 10, 20 }, touching = { 20, 30 }, inside = { 12, 15 }, none = { 15, 15 };

  g_assert_true (period_is_empty (none));
  g_assert_false (period_overlaps (a, touching));
  g_assert_true (period_overlaps (a, inside));
  g_assert_false (period_overlaps (a, none));
  g_assert_true (period_contains (a, inside));
  g_assert_true (period_contains (a, a));
  g_assert_false (period_contains (inside, a));
  g_assert_true (period_is_empty (period_intersect (a, touching)));
  g_assert_cmpint (period_intersect (a, inside).start_us, ==, 12);
  g_assert_cmpint (period_widen (a, 3, 4).start_us, ==, 7);
  g_assert_cmpint (period_widen (a, 3, 4).end_us, ==, 24);
}

static void
test_raster (void)
{
  g_assert_cmpint (period_floor_to (7, 5), ==, 5);
  g_assert_cmpint (period_floor_to (5, 5), ==, 5);
  g_assert_cmpint (period_floor_to (-1, 5), ==, -5);
  g_assert_cmpint (period_floor_to (-5, 5), ==, -5);
  g_assert_cmpint (period_ceil_to (7, 5), ==, 10);
  g_assert_cmpint (period_ceil_to (10, 5), ==, 10);
  g_assert_cmpint (period_ceil_to (-1, 5), ==, 0);
  g_assert_cmpint (period_ceil_to (-6, 5), ==, -5);
}

static GArray *
random_list (GRand *rand, gboolean *minutes)
{
  GArray *list = period_list_new ();

  for (int i = g_rand_int_range (rand, 0, 12); i > 0; i--)
    {
      int start = g_rand_int_range (rand, 0, N_MINUTES - 40);
      int end = start + g_rand_int_range (rand, -3, 40);

      period_list_add (list, (Period){ start, end });
      for (int minute = start; minute < end; minute++)
        minutes[minute] = TRUE;
    }
  period_list_normalise (list);
  return list;
}

static gboolean
is_inside (const GArray *list, int minute)
{
  return period_list_overlaps (list, (Period){ minute, minute + 1 });
}

static void
assert_normal (const GArray *list)
{
  for (guint i = 0; i < list->len; i++)
    {
      g_assert_false (period_is_empty (g_array_index (list, Period, i)));
      if (i > 0)
        g_assert_cmpint (g_array_index (list, Period, i - 1).end_us, <,
                         g_array_index (list, Period, i).start_us);
    }
}

static void
check_queries (GRand *rand, const GArray *list, const gboolean *minutes)
{
  int start = g_rand_int_range (rand, 0, N_MINUTES - 20);
  int end = start + g_rand_int_range (rand, 1, 20);
  gboolean any = FALSE, all = TRUE;

  for (int minute = start; minute < end; minute++)
    {
      any |= minutes[minute];
      all &= minutes[minute];
    }
  g_assert_cmpint (period_list_overlaps (list, (Period){ start, end }), ==, any);
  g_assert_cmpint (period_list_contains (list, (Period){ start, end }), ==, all);
  g_assert_false (period_list_contains (list, (Period){ start, start }));
}

static void
test_lists (void)
{
  g_autoptr (GRand) rand = testlib_random_new ();
  guint64 n_rounds = testlib_budget ("period");

  for (guint64 round = 0; round < n_rounds; round++)
    {
      gboolean in_a[N_MINUTES] = { 0 }, in_b[N_MINUTES] = { 0 };
      g_autoptr (GArray) a = random_list (rand, in_a), b = random_list (rand, in_b);
      g_autoptr (GArray) both = period_list_intersect (a, b), less = period_list_subtract (a, b);

      assert_normal (a);
      assert_normal (both);
      assert_normal (less);
      check_queries (rand, a, in_a);
      for (int minute = 0; minute < N_MINUTES; minute++)
        {
          g_assert_cmpint (is_inside (a, minute), ==, in_a[minute]);
          g_assert_cmpint (is_inside (both, minute), ==, in_a[minute] && in_b[minute]);
          g_assert_cmpint (is_inside (less, minute), ==, in_a[minute] && !in_b[minute]);
        }
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/period/single", test_single);
  g_test_add_func ("/period/raster", test_raster);
  g_test_add_func ("/period/lists", test_lists);
  return g_test_run ();
}
