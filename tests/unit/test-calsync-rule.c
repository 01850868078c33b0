/* SPDX-License-Identifier: EUPL-1.2 */
/* Recurrence rules: random ones against python-dateutil, and what neither library gets right. */
#include "calsync-error.h"
#include "calsync-rule.h"
#include "testlib.h"

#include <string.h>

#define MAX_LISTED 60

static gint64
parse_wall (const char *text)
{
  CalsyncTime value = { 0 };

  g_assert_true (calsync_parse_time (text, strlen (text), &value));
  return value.seconds;
}

static CalsyncRule
parse_rule (const char *text)
{
  g_autoptr (GError) error = NULL;
  CalsyncRule rule = { 0 };
  gboolean is_good = calsync_rule_parse (text, &rule, &error);

  g_assert_no_error (error);
  g_assert_true (is_good);
  return rule;
}

/* Instances in [from, to), joined by commas. */
static char *
list_instances (const char *text, const char *start, const char *from, const char *to)
{
  const CalsyncRule rule = parse_rule (text);
  gint64 until_s = parse_wall (to) - 1, wall_s;
  GString *list = g_string_new (NULL);
  g_autoptr (CalsyncRuleWalk) walk = NULL;

  if (rule.has_until)
    until_s = MIN (until_s, rule.until.seconds);
  walk = calsync_rule_walk_new (&rule, parse_wall (start), FALSE, parse_wall (from), until_s);
  for (guint i = 0; i < MAX_LISTED && calsync_rule_walk_next (walk, &wall_s); i++)
    {
      const CalsyncTime value = { CALSYNC_TIME_LOCAL, wall_s };
      char instance[20];

      calsync_format_time (&value, instance);
      g_string_append_printf (list, "%s%s", i == 0 ? "" : ",", instance);
    }
  g_assert_false (calsync_rule_walk_is_exhausted (walk));
  return g_string_free (list, FALSE);
}

static char *
run_oracle (guint64 n_rules)
{
  g_autofree char *script = testlib_dup_source_path ("tests/corpus/rule-oracle.py");
  g_autofree char *seed = g_strdup_printf ("%u", testlib_random_seed ());
  g_autofree char *count = g_strdup_printf ("%" G_GUINT64_FORMAT, n_rules);
  const char *const words[] = { "/usr/bin/python3", script, seed, count, NULL };
  g_autoptr (GError) error = NULL;
  char *output = NULL;
  gint status;

  g_spawn_sync (NULL, (char **) words, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &output, NULL,
                &status, &error);
  g_assert_no_error (error);
  if (status == 0)
    return output;
  g_free (output);
  return NULL;
}

/* dateutil gives a start that its rule does not give never, we always, and it counts for COUNT. */
static gboolean
is_comparable (char *const *words)
{
  const CalsyncRule rule = parse_rule (words[0]);

  return calsync_rule_includes_start (&rule, parse_wall (words[1]), FALSE) ||
         (rule.count == 0 && strcmp (words[1], words[2]) < 0);
}

static void
test_random (void)
{
  g_autofree char *output = run_oracle (testlib_budget ("calsync-rule"));
  g_auto (GStrv) lines = output == NULL ? NULL : g_strsplit (output, "\n", -1);
  guint n_compared = 0;

  if (output == NULL)
    {
      g_test_skip ("python3-dateutil is not installed");
      return;
    }
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", 5);
      g_autofree char *actual = NULL;

      if (!is_comparable (words))
        continue;
      actual = list_instances (words[0], words[1], words[2], words[3]);
      if (g_strcmp0 (actual, strcmp (words[4], "-") == 0 ? "" : words[4]) != 0)
        g_test_message ("%s from %s, window %s to %s", words[0], words[1], words[2], words[3]);
      g_assert_cmpstr (actual, ==, strcmp (words[4], "-") == 0 ? "" : words[4]);
      n_compared++;
    }
  g_assert_cmpuint (n_compared, >, 0);
}

/* A window into a series gives the same as walking the series from its birth. */
static void
test_windows (void)
{
  static const char *const texts[] = {
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=DAILY;INTERVAL=2;COUNT=400",
    "FREQ=WEEKLY;INTERVAL=4;BYDAY=SU",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=150",
    "FREQ=WEEKLY;WKST=SU;INTERVAL=3;BYDAY=SU,SA;BYHOUR=8,12;COUNT=99",
    "FREQ=MONTHLY;BYDAY=-1FR;COUNT=60",
    "FREQ=HOURLY;INTERVAL=5;COUNT=3000",
    "FREQ=MINUTELY;INTERVAL=7;BYHOUR=9;BYDAY=MO",
    "FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO,SU",
  };
  g_autoptr (GRand) random = testlib_random_new ();

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const CalsyncRule rule = parse_rule (texts[i]);
      gint64 start_s = parse_wall ("20200106T080000") + g_rand_int_range (random, 0, 30) * 86400;
      gint64 from_s = parse_wall ("20200601T000000") + g_rand_int_range (random, 0, 500) * 86400;
      gint64 to_s = from_s + 100 * 86400, whole_s = 0, part_s = 0;
      g_autoptr (CalsyncRuleWalk) whole =
        calsync_rule_walk_new (&rule, start_s, FALSE, start_s, to_s);
      g_autoptr (CalsyncRuleWalk) part =
        calsync_rule_walk_new (&rule, start_s, FALSE, from_s, to_s);

      while (calsync_rule_walk_next (whole, &whole_s))
        {
          if (whole_s < from_s)
            continue;
          g_assert_true (calsync_rule_walk_next (part, &part_s));
          g_assert_cmpint (part_s, ==, whole_s);
        }
      g_assert_false (calsync_rule_walk_next (part, &part_s));
    }
}

/* Rules that other libraries get wrong, or that the RFC explains. */
static void
test_known (void)
{
  static const struct
  {
    const char *text;
    const char *start;
    const char *from;
    const char *to;
    const char *expected;
  } rows[] = {
    /* libical 3.0.16 with set_start says 14 June */
    { "FREQ=WEEKLY;INTERVAL=4;BYDAY=SU", "20220106T110000", "20260528T000000", "20260627T000000",
      "20260621T110000" },
    { "FREQ=HOURLY;INTERVAL=5", "20240210T093000", "20260622T000000", "20260622T120000",
      "20260622T023000,20260622T073000" },
    { "FREQ=MINUTELY;INTERVAL=3", "20190106T083000", "20260103T000000", "20260103T000700",
      "20260103T000000,20260103T000300,20260103T000600" },
    { "FREQ=MONTHLY;BYMONTHDAY=31", "20260131T080000", "20260101T000000", "20260701T000000",
      "20260131T080000,20260331T080000,20260531T080000" },
    { "FREQ=YEARLY", "20240229T080000", "20240101T000000", "20330101T000000",
      "20240229T080000,20280229T080000,20320229T080000" },
    { "FREQ=MONTHLY;BYDAY=5MO", "20260330T080000", "20260101T000000", "20261201T000000",
      "20260330T080000,20260629T080000,20260831T080000,20261130T080000" },
    { "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "20260101T080000", "20260102T000000",
      "20400101T000000", "" },
    { "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "20200101T080000", "20260101T000000",
      "20270101T000000", "" },
    /* the weekday of BYWEEKNO without BYDAY is the start's; dateutil takes the whole week */
    { "FREQ=YEARLY;BYWEEKNO=20", "20260513T080000", "20260101T000000", "20280101T000000",
      "20260513T080000,20270519T080000" },
    /* the last week of a year may end in the next one; dateutil gives no day of January */
    { "FREQ=YEARLY;BYWEEKNO=52;BYDAY=SA;WKST=SU", "20240124T143000", "20251201T000000",
      "20280201T000000", "20251227T143000,20270102T143000,20280101T143000" },
    /* WKST decides which weeks an interval skips: the RFC's own example */
    { "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "19970805T090000", "19970801T000000",
      "19971001T000000", "19970805T090000,19970810T090000,19970819T090000,19970824T090000" },
    { "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "19970805T090000", "19970801T000000",
      "19971001T000000", "19970805T090000,19970817T090000,19970819T090000,19970831T090000" },
    /* a start that is not in its rule is the first instance and counts */
    { "FREQ=WEEKLY;BYDAY=TU;COUNT=3", "20261123T090000", "20261101T000000", "20270101T000000",
      "20261123T090000,20261124T090000,20261201T090000" },
    { "FREQ=DAILY;COUNT=1", "20261123T090000", "20261124T000000", "20270101T000000", "" },
    { "FREQ=WEEKLY; BYDAY=MO, TU;WKST=SU", "20261123T090000", "20261123T000000", "20261130T000000",
      "20261123T090000,20261124T090000" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *actual =
        list_instances (rows[i].text, rows[i].start, rows[i].from, rows[i].to);

      g_assert_cmpstr (actual, ==, rows[i].expected);
    }
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "",
    "FREQ",
    "FREQ=FORTNIGHTLY",
    "INTERVAL=2",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;COUNT=0",
    "FREQ=DAILY;COUNT=-1",
    "FREQ=DAILY;COUNT=99999999999999999999",
    "FREQ=DAILY;BYDAY=XX",
    "FREQ=DAILY;BYDAY=",
    "FREQ=MONTHLY;BYDAY=0MO",
    "FREQ=MONTHLY;BYMONTHDAY=32",
    "FREQ=MONTHLY;BYMONTH=-1",
    "FREQ=DAILY;BYHOUR=24",
    "FREQ=DAILY;UNTIL=soon",
    "FREQ=DAILY;BYEASTER=0",
    "FREQ=YEARLY;RSCALE=HEBREW",
    "FREQ=YEARLY;SKIP=FORWARD",
    "FREQ=YEARLY;BYMONTH=5L",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      CalsyncRule rule = { .count = 42 };

      g_assert_false (calsync_rule_parse (texts[i], &rule, &error));
      g_assert_error (error, CALSYNC_ERROR, CALSYNC_ERROR_UNSUPPORTED);
      g_assert_cmpint (rule.count, ==, 42);
    }
}

/* More work than any appointment needs ends the walk instead of running on. */
static void
test_runaway (void)
{
  const CalsyncRule rule = parse_rule ("FREQ=SECONDLY");
  const CalsyncRule wide =
    parse_rule ("FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,"
                "19,20,21,22,23;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,"
                "16,17,18,19,20,21,22,23,24,25,26,27,28,29,30;BYSECOND=0,1,2");
  gint64 start_s = parse_wall ("20260101T000000"), wall_s, n = 0;
  g_autoptr (CalsyncRuleWalk) walk =
    calsync_rule_walk_new (&rule, start_s, FALSE, start_s, start_s + 400 * 86400);
  g_autoptr (CalsyncRuleWalk) none =
    calsync_rule_walk_new (&wide, start_s, FALSE, start_s + 1, start_s + 86400);

  while (calsync_rule_walk_next (walk, &wall_s))
    n++;
  g_assert_cmpint (n, <=, 200000);
  g_assert_true (calsync_rule_walk_is_exhausted (walk));
  g_assert_false (calsync_rule_walk_next (none, &wall_s));
  g_assert_true (calsync_rule_walk_is_exhausted (none));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync/rule/known", test_known);
  g_test_add_func ("/calsync/rule/refused", test_refused);
  g_test_add_func ("/calsync/rule/runaway", test_runaway);
  g_test_add_func ("/calsync/rule/windows", test_windows);
  g_test_add_func ("/calsync/rule/random", test_random);
  return g_test_run ();
}
