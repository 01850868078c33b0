/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of the test library: numbers, shares, announced warnings, XML differences. */
#include "config.h"

#include "testlib.h"

#include <string.h>

static guint
sum_modulus_11 (const char *cpr)
{
  static const guint weights[] = { 4, 3, 2, 7, 6, 5, 4, 3, 2, 1 };
  guint sum = 0;

  for (guint i = 0; i < 10; i++)
    sum += weights[i] * (guint) (cpr[i] - '0');
  return sum % 11;
}

static void
test_cpr (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  guint64 n_rounds = testlib_budget ("testlib-cpr");

  g_assert_cmpstr (testlib_cpr (0), ==, "0101585001");
  g_assert_cmpstr (testlib_cpr (1000000), ==, "0903947171");
  for (guint64 i = 0; i < n_rounds; i++)
    {
      const char *cpr = testlib_cpr ((guint) (i % TESTLIB_N_CPR));
      guint year = (guint) (cpr[4] - '0') * 10 + (guint) (cpr[5] - '0');

      g_assert_cmpuint (strlen (cpr), ==, 10);
      g_assert_cmpuint (year, >=, 58);
      g_assert_true (cpr[6] >= '5' && cpr[6] <= '8');
      g_assert_cmpuint (sum_modulus_11 (cpr), !=, 0);
      g_assert_true (g_hash_table_add (seen, (gpointer) cpr));
    }
  g_assert_cmpuint (strlen (testlib_cpr (TESTLIB_N_CPR - 1)), ==, 10);
}

static void
test_expected_logs (void)
{
  testlib_expect_log ("some-domain", G_LOG_LEVEL_WARNING, "one *");
  testlib_expect_log ("some-domain", G_LOG_LEVEL_CRITICAL, "two");
  g_log ("some-domain", G_LOG_LEVEL_WARNING, "one %d", 1);
  g_log_structured ("some-domain", G_LOG_LEVEL_CRITICAL, "MESSAGE", "two");
  testlib_assert_expected_logs ();
}

static void
run_unexpected (void)
{
  if (!g_test_subprocess ())
    return;
  g_log_structured ("some-domain", G_LOG_LEVEL_WARNING, "MESSAGE", "nobody announced me");
}

static void
test_unexpected_log (void)
{
  g_test_trap_subprocess ("/testlib/subprocess/unexpected", 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*unexpected warning: nobody announced me*");
}

static void
run_missing (void)
{
  if (!g_test_subprocess ())
    return;
  testlib_expect_log ("some-domain", G_LOG_LEVEL_WARNING, "never");
  testlib_assert_expected_logs ();
}

static void
test_missing_log (void)
{
  g_test_trap_subprocess ("/testlib/subprocess/missing", 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
}

static void
test_folder (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *file = g_build_filename (folder, "file", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));
  g_file_set_contents (file, "content", -1, &error);
  g_assert_no_error (error);
}

static void
test_xml_equal (void)
{
  testlib_assert_xml_equal ("<a xmlns='urn:x'  b='1' a='2'><!-- c --><b> </b>\n  <c/></a>",
                            "<a xmlns=\"urn:x\" a=\"2\" b=\"1\"><b> </b><c></c></a>");
}

static void
test_xml_difference (void)
{
  g_autofree char *difference =
    testlib_dup_xml_difference ("<a><b>1</b><c>2</c></a>", "<a><b>1</b><c>3</c></a>");
  g_autofree char *broken = testlib_dup_xml_difference ("<a>", "<a/>");
  g_autofree char *prefix = testlib_dup_xml_difference ("<a/>", "<a xmlns='urn:y'/>");

  g_assert_nonnull (strstr (difference, "  - <c>3</c>"));
  g_assert_nonnull (strstr (difference, "  + <c>2</c>"));
  g_assert_true (g_str_has_prefix (broken, "actual is not XML: line 1"));
  g_assert_nonnull (prefix);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/testlib/cpr", test_cpr);
  g_test_add_func ("/testlib/expected-logs", test_expected_logs);
  g_test_add_func ("/testlib/unexpected-log", test_unexpected_log);
  g_test_add_func ("/testlib/subprocess/unexpected", run_unexpected);
  g_test_add_func ("/testlib/missing-log", test_missing_log);
  g_test_add_func ("/testlib/subprocess/missing", run_missing);
  g_test_add_func ("/testlib/folder", test_folder);
  g_test_add_func ("/testlib/xml-equal", test_xml_equal);
  g_test_add_func ("/testlib/xml-difference", test_xml_difference);
  return g_test_run ();
}
