/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of what blocks which meetings, row by row, and that no rule opens busy or unknown time. */
#include "calsync-policy.h"

#include <string.h>

#include "testlib.h"

/* clang-format off */
static const struct
{
  CalsyncClass busy_class;
  gboolean is_all_day;
  CalsyncBlocks by_default, all_day_yes, all_day_no;
} rows[] = {
  { CALSYNC_CLASS_BUSY,      FALSE, CALSYNC_BLOCKS_ALL,       CALSYNC_BLOCKS_ALL,       CALSYNC_BLOCKS_ALL },
  { CALSYNC_CLASS_TENTATIVE, FALSE, CALSYNC_BLOCKS_ALL,       CALSYNC_BLOCKS_ALL,       CALSYNC_BLOCKS_ALL },
  { CALSYNC_CLASS_AWAY,      FALSE, CALSYNC_BLOCKS_ALL,       CALSYNC_BLOCKS_ALL,       CALSYNC_BLOCKS_ALL },
  { CALSYNC_CLASS_ELSEWHERE, FALSE, CALSYNC_BLOCKS_IN_PERSON, CALSYNC_BLOCKS_IN_PERSON, CALSYNC_BLOCKS_IN_PERSON },
  { CALSYNC_CLASS_UNKNOWN,   FALSE, CALSYNC_BLOCKS_ALL,       CALSYNC_BLOCKS_ALL,       CALSYNC_BLOCKS_ALL },
  { CALSYNC_CLASS_FREE,      FALSE, CALSYNC_BLOCKS_NOTHING,   CALSYNC_BLOCKS_NOTHING,   CALSYNC_BLOCKS_NOTHING },
  { CALSYNC_CLASS_BUSY,      TRUE,  CALSYNC_BLOCKS_ALL,       CALSYNC_BLOCKS_ALL,       CALSYNC_BLOCKS_NOTHING },
  { CALSYNC_CLASS_TENTATIVE, TRUE,  CALSYNC_BLOCKS_ALL,       CALSYNC_BLOCKS_ALL,       CALSYNC_BLOCKS_NOTHING },
  { CALSYNC_CLASS_AWAY,      TRUE,  CALSYNC_BLOCKS_ALL,       CALSYNC_BLOCKS_ALL,       CALSYNC_BLOCKS_ALL },
  { CALSYNC_CLASS_ELSEWHERE, TRUE,  CALSYNC_BLOCKS_IN_PERSON, CALSYNC_BLOCKS_ALL,       CALSYNC_BLOCKS_NOTHING },
  { CALSYNC_CLASS_UNKNOWN,   TRUE,  CALSYNC_BLOCKS_ALL,       CALSYNC_BLOCKS_ALL,       CALSYNC_BLOCKS_ALL },
  { CALSYNC_CLASS_FREE,      TRUE,  CALSYNC_BLOCKS_NOTHING,   CALSYNC_BLOCKS_ALL,       CALSYNC_BLOCKS_NOTHING },
};
/* clang-format on */

static void
test_table (void)
{
  CalsyncPolicy policy, yes, no;

  calsync_policy_init (&policy);
  yes = no = policy;
  g_assert_true (calsync_policy_set (&yes, "all-day", "yes"));
  g_assert_true (calsync_policy_set (&no, "all-day", "no"));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_cmpint (calsync_policy_get (&policy, rows[i].busy_class, rows[i].is_all_day), ==,
                       rows[i].by_default);
      g_assert_cmpint (calsync_policy_get (&yes, rows[i].busy_class, rows[i].is_all_day), ==,
                       rows[i].all_day_yes);
      g_assert_cmpint (calsync_policy_get (&no, rows[i].busy_class, rows[i].is_all_day), ==,
                       rows[i].all_day_no);
    }
  g_assert_cmpint (calsync_policy_get (&no, (CalsyncClass) 77, TRUE), ==, CALSYNC_BLOCKS_ALL);
}

static void
test_meetings (void)
{
  CalsyncPolicy policy;

  calsync_policy_init (&policy);
  g_assert_true (
    calsync_policy_blocks (&policy, CALSYNC_CLASS_ELSEWHERE, FALSE, CALSYNC_MEETING_IN_PERSON));
  g_assert_false (
    calsync_policy_blocks (&policy, CALSYNC_CLASS_ELSEWHERE, FALSE, CALSYNC_MEETING_REMOTE));
  g_assert_true (
    calsync_policy_blocks (&policy, CALSYNC_CLASS_BUSY, FALSE, CALSYNC_MEETING_REMOTE));
  g_assert_true (
    calsync_policy_blocks (&policy, CALSYNC_CLASS_ELSEWHERE, FALSE, (CalsyncMeeting) 9));
}

/* Every value of every rule is told as it was set; what is no rule or no value changes nothing. */
static void
test_words (void)
{
  static const char *const values[] = { "all", "in-person", "none", "yes", "as-marked", "no" };
  static const char *const wrong[][2] = { { "unknown", "none" }, { "busy", "none" },
                                          { "free", "all" },     { "tentative", "no" },
                                          { "all-day", "all" },  { "", "all" } };
  guint n_set = 0;

  for (guint rule = 0; rule < CALSYNC_N_RULES; rule++)
    for (guint i = 0; i < G_N_ELEMENTS (values); i++)
      {
        CalsyncPolicy policy, before;

        calsync_policy_init (&policy);
        before = policy;
        if (calsync_policy_set (&policy, calsync_policy_get_rule_name (rule), values[i]))
          {
            n_set++;
            g_assert_cmpstr (calsync_policy_format (&policy, rule), ==, values[i]);
            g_assert_nonnull (strstr (calsync_policy_get_rule_values (rule), values[i]));
          }
        else
          g_assert_cmpmem (&policy, sizeof policy, &before, sizeof before);
      }
  g_assert_cmpuint (n_set, ==, 3 * CALSYNC_N_RULES);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      CalsyncPolicy policy;

      calsync_policy_init (&policy);
      g_assert_false (calsync_policy_set (&policy, wrong[i][0], wrong[i][1]));
    }
}

static CalsyncPolicy
policy_of (guint number)
{
  static const char *const words[] = { "all", "in-person", "none" };
  static const char *const days[] = { "yes", "as-marked", "no" };
  CalsyncPolicy policy;

  calsync_policy_init (&policy);
  g_assert_true (calsync_policy_set (&policy, "tentative", words[number % 3]) &&
                 calsync_policy_set (&policy, "elsewhere", words[number / 3 % 3]) &&
                 calsync_policy_set (&policy, "away", words[number / 9 % 3]) &&
                 calsync_policy_set (&policy, "all-day", days[number / 27 % 3]));
  return policy;
}

static void
check_joined (const CalsyncPolicy *left, const CalsyncPolicy *right)
{
  CalsyncPolicy both = *left;

  calsync_policy_make_stricter (&both, right);
  for (guint i = 0; i < 2 * CALSYNC_N_CLASSES; i++)
    {
      CalsyncClass busy_class = (CalsyncClass) (i / 2);
      CalsyncBlocks of_left = calsync_policy_get (left, busy_class, i % 2);
      CalsyncBlocks of_right = calsync_policy_get (right, busy_class, i % 2);
      CalsyncBlocks of_both = calsync_policy_get (&both, busy_class, i % 2);

      g_assert_cmpint (of_both, <=, MIN (of_left, of_right));
      if (i % 2 == 0)
        g_assert_cmpint (of_both, ==, MIN (of_left, of_right));
    }
}

/* Of every pair of policies: the joined one blocks what either blocks, and of hours nothing else. */
static void
test_stricter (void)
{
  for (guint i = 0; i < 81 * 81; i++)
    {
      CalsyncPolicy left = policy_of (i / 81), right = policy_of (i % 81);

      check_joined (&left, &right);
    }
}

/* What nobody filled in blocks. */
static void
test_empty (void)
{
  const CalsyncPolicy empty = { { 0 }, 0 };

  for (guint i = 0; i < CALSYNC_N_CLASSES; i++)
    g_assert_cmpint (calsync_policy_get (&empty, (CalsyncClass) i, FALSE), ==,
                     i == CALSYNC_CLASS_FREE ? CALSYNC_BLOCKS_NOTHING : CALSYNC_BLOCKS_ALL);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync-policy/table", test_table);
  g_test_add_func ("/calsync-policy/meetings", test_meetings);
  g_test_add_func ("/calsync-policy/words", test_words);
  g_test_add_func ("/calsync-policy/stricter", test_stricter);
  g_test_add_func ("/calsync-policy/empty", test_empty);
  return g_test_run ();
}
