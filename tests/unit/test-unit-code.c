/* SPDX-License-Identifier: EUPL-1.2 */
/* Jobcenter codes: well formed, main centre, sub-centre, placeholder. */
#include "rules/unit-code.h"

#include "testlib.h"

static const struct
{
  const char *code;
  gboolean is_well_formed, is_placeholder, is_main;
  const char *main_code; /* NULL when there is none */
} cases[] = {
  { "14700", TRUE, FALSE, TRUE, "14700" }, { "89001", TRUE, FALSE, FALSE, "89000" },
  { "00000", TRUE, FALSE, TRUE, "00000" }, { "99999", TRUE, TRUE, FALSE, NULL },
  { "99900", TRUE, FALSE, TRUE, "99900" }, { "1470", FALSE, FALSE, FALSE, NULL },
  { "147000", FALSE, FALSE, FALSE, NULL }, { "1470a", FALSE, FALSE, FALSE, NULL },
  { " 4700", FALSE, FALSE, FALSE, NULL },  { "", FALSE, FALSE, FALSE, NULL },
  { "+4700", FALSE, FALSE, FALSE, NULL },  { NULL, FALSE, FALSE, FALSE, NULL },
};

static void
test_codes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char main_code[UNIT_CODE_LENGTH + 1] = "-----";
      gboolean has_main = unit_code_find_main (cases[i].code, main_code);

      g_assert_cmpint (unit_code_is_well_formed (cases[i].code), ==, cases[i].is_well_formed);
      g_assert_cmpint (unit_code_is_placeholder (cases[i].code), ==, cases[i].is_placeholder);
      g_assert_cmpint (unit_code_is_main (cases[i].code), ==, cases[i].is_main);
      g_assert_cmpint (has_main, ==, cases[i].main_code != NULL);
      g_assert_cmpstr (main_code, ==, has_main ? cases[i].main_code : "-----");
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/unit-code/codes", test_codes);
  return g_test_run ();
}
