/* SPDX-License-Identifier: EUPL-1.2 */
/* Lists told anew: the past stays, the future is the new word, a great loss is noticed, and random lists hold it all. */
#include <string.h>

#include "base/error.h"
#include "rules/code-merge.h"
#include "testlib.h"

#define HEADER "code,name,valid_from,valid_until,source\n"
#define TODAY  20000
/* 0001-01-01 and 9999-12-31. */
#define FIRST_DAY (-719162)
#define LAST_DAY  2932896

static CodeList *
list_of (const char *text)
{
  g_autoptr (GError) error = NULL;
  CodeList *list = code_list_parse ("test", text, &error);

  g_assert_no_error (error);
  return list;
}

static void
tell (GArray *told, int code, const char *name, gint32 from, gint32 until)
{
  CodeRow row = { code, (char *) name, from, until, (char *) "CodeListService" };

  g_array_append_val (told, row);
}

static GArray *
told_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (CodeRow));
}

static const char *
name_on (const CodeList *list, int code, gint32 date)
{
  const CodeRow *row = code_list_find (list, code, date);

  return row == NULL ? NULL : row->name;
}

static void
test_past_and_future (void)
{
  g_autoptr (CodeList) held =
    list_of (HEADER "1,Gammel,,,x\n2,Bliver,,,x\n3,\"Med \"\"citat\"\", og komma\",,,x\n");
  g_autoptr (GArray) told = told_new ();
  g_autoptr (CodeList) merged = NULL;
  g_autoptr (CodeList) again = NULL;
  g_auto (CodeMerge) merge = { 0 };
  g_auto (CodeMerge) twice = { 0 };

  tell (told, 1, "Ny", TODAY - 500, G_MAXINT32);
  tell (told, 2, "Bliver", 0, TODAY + 10);
  tell (told, 3, "Med \"citat\", og komma", G_MININT32, G_MAXINT32);
  tell (told, 9, "Helt ny", TODAY - 3, G_MAXINT32);
  g_assert_null (code_rows_find_fault (told));
  code_merge (held, told, TODAY, &merge);
  merged = list_of (merge.text);
  g_assert_cmpstr (name_on (merged, 1, TODAY - 1), ==, "Gammel");
  g_assert_cmpstr (name_on (merged, 1, TODAY), ==, "Ny");
  g_assert_cmpstr (name_on (merged, 2, TODAY + 9), ==, "Bliver");
  g_assert_cmpstr (name_on (merged, 2, TODAY + 10), ==, NULL);
  g_assert_cmpstr (name_on (merged, 3, TODAY), ==, "Med \"citat\", og komma");
  g_assert_cmpstr (name_on (merged, 9, TODAY - 3), ==, "Helt ny");
  g_assert_cmpuint (merge.n_new, ==, 1);
  g_assert_cmpuint (merge.n_lost, ==, 0);
  g_assert_false (code_merge_needs_person (&merge));
  code_merge (merged, told, TODAY, &twice);
  g_assert_cmpstr (twice.text, ==, merge.text);
}

/* The first and the last date that can be written: what they mean is "always". */
static void
test_no_end (void)
{
  g_autoptr (CodeList) held = list_of (HEADER "1,Gammel,,,x\n");
  g_autoptr (GArray) told = told_new ();
  g_autoptr (CodeList) merged = NULL;
  g_auto (CodeMerge) merge = { 0 };

  tell (told, 1, "Ny", FIRST_DAY, LAST_DAY + 1);
  tell (told, 2, "Helt ny", FIRST_DAY, LAST_DAY + 1);
  g_assert_null (code_rows_find_fault (told));
  code_merge (held, told, TODAY, &merge);
  merged = list_of (merge.text);
  g_assert_cmpstr (name_on (merged, 1, TODAY - 1), ==, "Gammel");
  g_assert_cmpstr (name_on (merged, 1, TODAY), ==, "Ny");
  g_assert_cmpstr (name_on (merged, 2, LAST_DAY), ==, "Helt ny");
}

static void
test_loss (void)
{
  g_autoptr (GString) text = g_string_new (HEADER);
  g_autoptr (GArray) told = told_new ();
  g_autoptr (CodeList) held = NULL;
  g_autoptr (CodeList) merged = NULL;
  g_auto (CodeMerge) one = { 0 };
  g_auto (CodeMerge) two = { 0 };
  g_auto (CodeMerge) all = { 0 };

  for (int code = 1; code <= 10; code++)
    {
      g_string_append_printf (text, "%d,Navn %d,,,x\n", code, code);
      tell (told, code, "Navn", G_MININT32, G_MAXINT32);
    }
  held = list_of (text->str);
  g_array_set_size (told, 9);
  code_merge (held, told, TODAY, &one);
  g_assert_false (code_merge_needs_person (&one));
  merged = list_of (one.text);
  g_assert_cmpstr (name_on (merged, 10, TODAY - 1), ==, "Navn 10");
  g_assert_cmpstr (name_on (merged, 10, TODAY), ==, NULL);
  g_array_set_size (told, 8);
  code_merge (held, told, TODAY, &two);
  g_assert_true (code_merge_needs_person (&two));
  g_assert_cmpstr (two.lost, ==, "9 (Navn 9), 10 (Navn 10)");
  g_array_set_size (told, 0);
  code_merge (held, told, TODAY, &all);
  g_assert_true (code_merge_needs_person (&all));
}

static void
check_fault (int code, const char *name, gint32 from, gint32 until, const char *expected)
{
  g_autoptr (GArray) told = told_new ();
  g_autofree char *fault = NULL;

  tell (told, 5, "Fem", 0, 100);
  tell (told, code, name, from, until);
  fault = code_rows_find_fault (told);
  g_assert_cmpstr (fault, ==, expected);
}

static void
test_faults (void)
{
  check_fault (6, "Seks", 0, 100, NULL);
  check_fault (5, "Igen", 100, 200, NULL);
  check_fault (5, "Igen", 99, 200, "code 5 has two rows for the same dates");
  check_fault (6, "", 0, 100, "code 6 has no name");
  check_fault (6, "To\nlinjer", 0, 100, "code 6 has no name");
  check_fault (6, "Seks", 100, 100, "code 6 ends before it begins");
  check_fault (-1, "Minus", 0, 100, "-1 is no code");
}

/* Whatever is told: yesterday of a known code is as it was, today and later is as told, and twice changes nothing. */
static void
test_random (void)
{
  g_autoptr (CodeList) held =
    list_of (HEADER "1,A,,,x\n2,B,2020-01-01,2030-01-01,x\n3,C,,2024-01-01,x\n");

  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (GArray) told = told_new ();
      g_auto (CodeMerge) merge = { 0 };
      g_autoptr (CodeList) merged = NULL;

      for (int code = 1; code <= 5; code++)
        {
          gint32 from = TODAY + g_test_rand_int_range (-400, 400);
          if (g_test_rand_bit ())
            tell (told, code, g_test_rand_bit () ? "A" : "Z", from,
                  from + g_test_rand_int_range (1, 600));
        }
      g_assert_null (code_rows_find_fault (told));
      code_merge (held, told, TODAY, &merge);
      merged = list_of (merge.text);
      for (int code = 1; code <= 3; code++)
        g_assert_cmpstr (name_on (merged, code, TODAY - 1), ==, name_on (held, code, TODAY - 1));
      for (guint i = 0; i < told->len; i++)
        {
          const CodeRow *row = &g_array_index (told, CodeRow, i);
          gint32 date = MAX (row->valid_from, TODAY);
          if (date < row->valid_until)
            g_assert_cmpstr (name_on (merged, row->code, date), ==, row->name);
        }
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/code-merge/past-and-future", test_past_and_future);
  g_test_add_func ("/code-merge/no-end", test_no_end);
  g_test_add_func ("/code-merge/loss", test_loss);
  g_test_add_func ("/code-merge/faults", test_faults);
  g_test_add_func ("/code-merge/random", test_random);
  return g_test_run ();
}
