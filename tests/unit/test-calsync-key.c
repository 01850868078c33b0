/* SPDX-License-Identifier: EUPL-1.2 */
/* Spellings of one address that are the same, and those that are not. */
#include "calsync-key.h"
#include "testlib.h"

static void
test_spellings (void)
{
  static const struct
  {
    const char *key;
    const char *expected;
  } cases[] = {
    { "/cal/a.ics", "/cal/a.ics" },
    { "https://kalender.example/cal/a.ics", "/cal/a.ics" },
    { "HTTP://kalender.example:8443/cal/a.ics", "/cal/a.ics" },
    { "https://kalender.example", "" },
    { "https://kalender.example?x=1", "" },
    { "/cal/%61%2e%7Eics", "/cal/a.~ics" },
    { "/cal/vejleder@kommune.example/a.ics", "/cal/vejleder%40kommune.example/a.ics" },
    { "/cal/vejleder%40kommune.example/a.ics", "/cal/vejleder%40kommune.example/a.ics" },
    { "/cal/m%c3%b8de.ics", "/cal/m%C3%B8de.ics" },
    { "/cal/m\xc3\xb8"
      "de.ics",
      "/cal/m%C3%B8de.ics" },
    { "/cal/a b.ics", "/cal/a%20b.ics" },
    { "/cal/a+b.ics", "/cal/a%2Bb.ics" },
    { "/cal/a%2Fb.ics", "/cal/a%2Fb.ics" },
    { "/cal/a%2fb.ics", "/cal/a%2Fb.ics" },
    { "/cal/a/b.ics", "/cal/a/b.ics" },
    { "/cal/100%.ics", "/cal/100%25.ics" },
    { "/cal/%zz.ics", "/cal/%25zz.ics" },
    { "/cal/%00.ics", "/cal/%00.ics" },
    { "/cal/A.ics", "/cal/A.ics" },
    { "/cal/a.ics?version=2", "/cal/a.ics" },
    { "/cal/a.ics#top", "/cal/a.ics" },
    { "/cal/see://x", "/cal/see%3A//x" },
    { "/cal/", "/cal/" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *once = calsync_key_normalise (cases[i].key);
      g_autofree char *twice = calsync_key_normalise (once);

      g_assert_cmpstr (once, ==, cases[i].expected);
      g_assert_cmpstr (twice, ==, once);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync-key/spellings", test_spellings);
  return g_test_run ();
}
