/* SPDX-License-Identifier: EUPL-1.2 */
/* Decimal numbers as printf writes them. */
#include "base/decimal.h"

#include "testlib.h"

#define N_ROUNDS 2000

static void
assert_same (gint64 number)
{
  g_autoptr (GString) text = g_string_new ("x");
  g_autofree char *wanted = g_strdup_printf ("x%" G_GINT64_FORMAT, number);

  char digits[DECIMAL_BYTES];

  decimal_append (text, number);
  g_assert_cmpstr (decimal_write (digits, number), ==, wanted + 1);
  g_assert_cmpstr (text->str, ==, wanted);
}

static void
test_append (void)
{
  static const gint64 numbers[] = {
    0, 1, -1, 9, 10, -10, 99, 100, G_MAXINT64, G_MININT64, G_MININT64 + 1
  };
  g_autoptr (GRand) random = testlib_random_new ();

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    assert_same (numbers[i]);
  for (guint i = 0; i < N_ROUNDS; i++)
    assert_same ((gint64) (((guint64) g_rand_int (random) << 32 | g_rand_int (random)) >>
                           g_rand_int_range (random, 0, 64)));
}

static void
test_padded (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  decimal_append_padded (text, 7, 2);
  decimal_append_padded (text, 2026, 4);
  decimal_append_padded (text, 12345, 3);
  decimal_append_padded (text, 5, 0);
  decimal_append_padded (text, G_MAXUINT, 10);
  g_assert_cmpstr (text->str, ==, "0720263454294967295");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/decimal/append", test_append);
  g_test_add_func ("/decimal/padded", test_padded);
  return g_test_run ();
}
