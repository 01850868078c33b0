/* SPDX-License-Identifier: EUPL-1.2 */
/* The arena: aligned, zeroed, apart from each other, and used again. */

#include "contract-arena.h"
#include "testlib.h"

#include <string.h>

/* Blocks of all sizes keep their bytes, whatever is allocated after them. */
static void
test_blocks (void)
{
  g_autoptr (GRand) random = testlib_random_new ();
  g_autoptr (ContractArena) arena = contract_arena_new ();
  for (guint round = 0; round < 20; round++)
    {
      guint8 *blocks[200];
      gsize sizes[200];
      for (guint i = 0; i < G_N_ELEMENTS (blocks); i++)
        {
          sizes[i] = (gsize) g_rand_int_range (random, 0, i % 20 == 0 ? 300000 : 300);
          blocks[i] = contract_arena_alloc0 (arena, sizes[i]);
          g_assert_cmpuint (GPOINTER_TO_SIZE (blocks[i]) % 16, ==, 0);
          for (gsize j = 0; j < sizes[i]; j++)
            g_assert_cmpuint (blocks[i][j], ==, 0);
          if (sizes[i] > 0)
            memset (blocks[i], (int) i, sizes[i]);
        }
      for (guint i = 0; i < G_N_ELEMENTS (blocks); i++)
        for (gsize j = 0; j < sizes[i]; j++)
          g_assert_cmpuint (blocks[i][j], ==, (guint8) i);
      contract_arena_reset (arena);
    }
}

static void
test_text (void)
{
  g_autoptr (ContractArena) arena = contract_arena_new ();
  g_assert_cmpstr (contract_arena_strdup (arena, "abc"), ==, "abc");
  g_assert_null (contract_arena_strdup (arena, NULL));
  g_assert_cmpstr (contract_arena_strndup (arena, "abcdef", 3), ==, "abc");
  g_assert_cmpstr (contract_arena_strndup (arena, NULL, 0), ==, "");
  g_assert_cmpstr (contract_arena_printf (arena, "%d %s", 7, "æ"), ==, "7 æ");
  int *numbers = contract_arena_new0_n (arena, int, 1000);
  g_assert_cmpint (numbers[999], ==, 0);
  g_assert_nonnull (contract_arena_new0_n (arena, int, 0));
  g_assert_cmpint (*contract_arena_new0 (arena, int), ==, 0);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/contract-arena/blocks", test_blocks);
  g_test_add_func ("/contract-arena/text", test_text);
  return g_test_run ();
}
