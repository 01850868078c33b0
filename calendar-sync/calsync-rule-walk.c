/* SPDX-License-Identifier: EUPL-1.2 */
/* Walks a recurrence rule on the wall clock, starting near the window and not at the rule's birth. */
#include "calsync-rule.h"

#include <string.h>

#define MAX_STEPS      200000 /* periods looked at in one walk */
#define MAX_TIMES      1440   /* times in one day */
#define MAX_CANDIDATES 20000  /* instances in one period */

/*
 * A period is one year, month, week, ... of the rule. It is numbered in its own unit since 1970
 * (years: the year itself; weeks: the day number of their first day), and every interval-th one
 * counts, seen from the one that holds the start.
 */
struct _CalsyncRuleWalk
{
  CalsyncRule rule; /* with what DTSTART supplies filled in */
  gint64 start_s;
  gint64 from_s;
  gint64 until_s;
  gint64 period;
  gint64 n_left; /* instances that COUNT still allows; -1 without COUNT */
  GArray *times; /* gint32, seconds of the day (or within the hour or minute) */
  GArray *days;  /* gint64, days of the period at hand */
  GArray *candidates;
  guint next_candidate;
  guint n_steps;
  gboolean is_start_due;
  gboolean is_exhausted;
};

static gint64
floor_div (gint64 value, gint64 by)
{
  gint64 quotient = value / by;

  return quotient * by > value ? quotient - 1 : quotient;
}

static gboolean
has_number (const CalsyncNumbers *list, gint number)
{
  for (guint i = 0; i < list->n; i++)
    {
      if (list->values[i] == number)
        return TRUE;
    }
  return FALSE;
}

static gint64
unit_seconds (CalsyncFrequency frequency)
{
  switch (frequency)
    {
    case CALSYNC_SECONDLY:
      return 1;
    case CALSYNC_MINUTELY:
      return 60;
    case CALSYNC_HOURLY:
      return 3600;
    case CALSYNC_DAILY:
    case CALSYNC_WEEKLY:
    case CALSYNC_MONTHLY:
    case CALSYNC_YEARLY:
    default:
      return CALSYNC_SECONDS_PER_DAY;
    }
}

static gint64
week_start_of (const CalsyncRule *rule, gint64 day)
{
  return day - (calsync_days_weekday (day) - rule->week_start + 7) % 7;
}

static gint64
period_of (const CalsyncRule *rule, gint64 local_s)
{
  gint64 day = floor_div (local_s, CALSYNC_SECONDS_PER_DAY);
  gint year, month, of_month;

  calsync_days_to_civil (day, &year, &month, &of_month);
  switch (rule->frequency)
    {
    case CALSYNC_YEARLY:
      return year;
    case CALSYNC_MONTHLY:
      return (gint64) year * 12 + month - 1;
    case CALSYNC_WEEKLY:
      return week_start_of (rule, day);
    case CALSYNC_SECONDLY:
    case CALSYNC_MINUTELY:
    case CALSYNC_HOURLY:
    case CALSYNC_DAILY:
    default:
      return floor_div (local_s, unit_seconds (rule->frequency));
    }
}

static gint64
period_stride (const CalsyncRule *rule)
{
  return rule->frequency == CALSYNC_WEEKLY ? 7 * (gint64) rule->interval : rule->interval;
}

/* First moment of a period, on the wall clock. */
static gint64
period_start_s (const CalsyncRule *rule, gint64 period)
{
  switch (rule->frequency)
    {
    case CALSYNC_YEARLY:
      return calsync_days_from_civil ((gint) period, 1, 1) * CALSYNC_SECONDS_PER_DAY;
    case CALSYNC_MONTHLY:
      return calsync_days_from_civil ((gint) floor_div (period, 12),
                                      (gint) (period - floor_div (period, 12) * 12) + 1, 1) *
             CALSYNC_SECONDS_PER_DAY;
    case CALSYNC_SECONDLY:
    case CALSYNC_MINUTELY:
    case CALSYNC_HOURLY:
    case CALSYNC_DAILY:
    case CALSYNC_WEEKLY:
    default:
      return period * unit_seconds (rule->frequency);
    }
}

/* Weeks of the year that the week of this day belongs to, and its number in it. */
static gint
week_number (const CalsyncRule *rule, gint64 day, gint *out_n_weeks)
{
  gint64 week = week_start_of (rule, day), first, next_first;
  gint year, month, of_month;

  calsync_days_to_civil (week + 3, &year, &month, &of_month); /* week 1 has four days of its year */
  first = week_start_of (rule, calsync_days_from_civil (year, 1, 4));
  next_first = week_start_of (rule, calsync_days_from_civil (year + 1, 1, 4));
  *out_n_weeks = (gint) ((next_first - first) / 7);
  return (gint) ((week - first) / 7) + 1;
}

static gboolean
is_in_week_list (const CalsyncRule *rule, gint64 day)
{
  gint n_weeks;
  gint number = week_number (rule, day, &n_weeks);

  return has_number (&rule->weeks, number) || has_number (&rule->weeks, number - n_weeks - 1);
}

/* BYDAY with numbers: counted in the month, or in the year for a yearly rule without BYMONTH. */
static gboolean
is_nth_weekday (const CalsyncRule *rule, gint64 day, gint year, gint month, gint of_month)
{
  gint weekday = calsync_days_weekday (day);
  gint position = of_month - 1, length = calsync_month_length (year, month);

  if (rule->frequency == CALSYNC_YEARLY && rule->months.n == 0)
    {
      gint64 new_year = calsync_days_from_civil (year, 1, 1);

      position = (gint) (day - new_year);
      length = (gint) (calsync_days_from_civil (year + 1, 1, 1) - new_year);
    }
  return has_number (&rule->nth_weekdays, (position / 7 + 1) * 8 + weekday) ||
         has_number (&rule->nth_weekdays, -((length - 1 - position) / 7 + 1) * 8 + weekday);
}

static gboolean
is_in_year_days (const CalsyncRule *rule, gint64 day, gint year)
{
  gint64 new_year = calsync_days_from_civil (year, 1, 1);
  gint length = (gint) (calsync_days_from_civil (year + 1, 1, 1) - new_year);
  gint number = (gint) (day - new_year) + 1;

  return has_number (&rule->year_days, number) ||
         has_number (&rule->year_days, number - length - 1);
}

static gboolean
day_matches (const CalsyncRule *rule, gint64 day)
{
  gint year, month, of_month;

  calsync_days_to_civil (day, &year, &month, &of_month);
  if (rule->months.n > 0 && !has_number (&rule->months, month))
    return FALSE;
  if (rule->month_days.n > 0 && !has_number (&rule->month_days, of_month) &&
      !has_number (&rule->month_days, of_month - calsync_month_length (year, month) - 1))
    return FALSE;
  if ((rule->weekdays != 0 || rule->nth_weekdays.n > 0) &&
      !(rule->weekdays & (1u << calsync_days_weekday (day))) &&
      !is_nth_weekday (rule, day, year, month, of_month))
    return FALSE;
  if (rule->year_days.n > 0 && !is_in_year_days (rule, day, year))
    return FALSE;
  return rule->weeks.n == 0 || is_in_week_list (rule, day);
}

static void
add_matching_days (CalsyncRuleWalk *walk, gint64 first, gint64 end)
{
  for (gint64 day = first; day < end; day++)
    {
      if (day_matches (&walk->rule, day))
        g_array_append_val (walk->days, day);
    }
}

static void
add_month (CalsyncRuleWalk *walk, gint year, gint month)
{
  gint64 first = calsync_days_from_civil (year, month, 1);

  if (walk->rule.months.n == 0 || has_number (&walk->rule.months, month))
    add_matching_days (walk, first, first + calsync_month_length (year, month));
}

static void
list_days (CalsyncRuleWalk *walk)
{
  gint64 period = walk->period;

  g_array_set_size (walk->days, 0);
  switch (walk->rule.frequency)
    {
    case CALSYNC_YEARLY:
      for (gint month = 1; month <= 12; month++)
        add_month (walk, (gint) period, month);
      break;
    case CALSYNC_MONTHLY:
      add_month (walk, (gint) floor_div (period, 12),
                 (gint) (period - floor_div (period, 12) * 12) + 1);
      break;
    case CALSYNC_WEEKLY:
      add_matching_days (walk, period, period + 7);
      break;
    case CALSYNC_DAILY:
      add_matching_days (walk, period, period + 1);
      break;
    case CALSYNC_SECONDLY:
    case CALSYNC_MINUTELY:
    case CALSYNC_HOURLY:
    default:
      break;
    }
}

/* BYSETPOS: only the named positions of the period's sorted instances stay. */
static void
keep_positions (CalsyncRuleWalk *walk)
{
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint n = (gint) walk->candidates->len;

  for (gint i = 0; i < n; i++)
    {
      if (has_number (&walk->rule.positions, i + 1) || has_number (&walk->rule.positions, i - n))
        g_array_append_val (kept, g_array_index (walk->candidates, gint64, i));
    }
  g_array_set_size (walk->candidates, 0);
  g_array_append_vals (walk->candidates, kept->data, kept->len);
}

static void
add_times (CalsyncRuleWalk *walk, gint64 base_s)
{
  for (guint i = 0; i < walk->times->len; i++)
    {
      gint64 instance_s = base_s + g_array_index (walk->times, gint32, i);

      g_array_append_val (walk->candidates, instance_s);
    }
}

/* The next period at or after a moment, by whole strides. */
static void
skip_to (CalsyncRuleWalk *walk, gint64 target_s)
{
  gint64 target = floor_div (target_s - 1, unit_seconds (walk->rule.frequency)) + 1;
  gint64 n_strides = floor_div (target - walk->period - 1, walk->rule.interval) + 1;

  walk->period += MAX (n_strides, 1) * walk->rule.interval;
}

/* One hour, minute or second; moves on by itself, over whole days and hours that cannot match. */
static void
fill_short_period (CalsyncRuleWalk *walk)
{
  const CalsyncRule *rule = &walk->rule;
  gint64 start_s = period_start_s (rule, walk->period);
  gint64 day = floor_div (start_s, CALSYNC_SECONDS_PER_DAY);
  gint second_of_day = (gint) (start_s - day * CALSYNC_SECONDS_PER_DAY);
  gint hour = second_of_day / 3600, minute = second_of_day / 60 % 60;

  if (!day_matches (rule, day))
    skip_to (walk, (day + 1) * CALSYNC_SECONDS_PER_DAY);
  else if (rule->hours.n > 0 && !has_number (&rule->hours, hour))
    skip_to (walk, start_s - second_of_day % 3600 + 3600);
  else if (rule->frequency != CALSYNC_HOURLY && rule->minutes.n > 0 &&
           !has_number (&rule->minutes, minute))
    skip_to (walk, start_s - second_of_day % 60 + 60);
  else
    {
      if (rule->frequency != CALSYNC_SECONDLY || rule->seconds.n == 0 ||
          has_number (&rule->seconds, second_of_day % 60))
        add_times (walk, start_s);
      walk->period += rule->interval;
    }
}

static void
fill_candidates (CalsyncRuleWalk *walk)
{
  g_array_set_size (walk->candidates, 0);
  walk->next_candidate = 0;
  if (walk->rule.frequency < CALSYNC_DAILY)
    fill_short_period (walk);
  else
    {
      list_days (walk);
      if ((guint64) walk->days->len * walk->times->len > MAX_CANDIDATES)
        walk->is_exhausted = TRUE;
      else
        for (guint i = 0; i < walk->days->len; i++)
          add_times (walk, g_array_index (walk->days, gint64, i) * CALSYNC_SECONDS_PER_DAY);
      walk->period += period_stride (&walk->rule);
    }
  if (walk->rule.positions.n > 0)
    keep_positions (walk);
}

static void
fill_default (CalsyncNumbers *list, gint number)
{
  if (list->n == 0)
    {
      list->values[0] = (gint16) number;
      list->n = 1;
    }
}

/* What the rule does not say comes from the start (RFC 5545 3.3.10). */
static void
fill_from_start (CalsyncRule *rule, gint64 start_s)
{
  CalsyncLocalTime start;
  gint64 day = floor_div (start_s, CALSYNC_SECONDS_PER_DAY);
  gboolean has_day_part = rule->weeks.n > 0 || rule->year_days.n > 0 || rule->month_days.n > 0 ||
                          rule->weekdays != 0 || rule->nth_weekdays.n > 0;

  calsync_local_from_seconds (start_s, &start);
  if (rule->frequency < CALSYNC_MONTHLY)
    {
      /* A number before the weekday means nothing in shorter rules. */
      for (guint i = 0; i < rule->nth_weekdays.n; i++)
        rule->weekdays |= (guint8) (1u << (rule->nth_weekdays.values[i] & 7));
      rule->nth_weekdays.n = 0;
    }
  if (rule->frequency == CALSYNC_YEARLY && rule->weeks.n > 0 && rule->weekdays == 0 &&
      rule->nth_weekdays.n == 0 && rule->month_days.n == 0 && rule->year_days.n == 0)
    rule->weekdays = (guint8) (1u << calsync_days_weekday (day));
  if (has_day_part)
    return;
  if (rule->frequency == CALSYNC_YEARLY)
    fill_default (&rule->months, start.month);
  if (rule->frequency >= CALSYNC_MONTHLY)
    fill_default (&rule->month_days, start.day);
  if (rule->frequency == CALSYNC_WEEKLY)
    rule->weekdays = (guint8) (1u << calsync_days_weekday (day));
}

static gint
compare_times (gconstpointer one, gconstpointer other)
{
  return *(const gint32 *) one - *(const gint32 *) other;
}

/* Times of the day, of the hour or of the minute, depending on the frequency. */
static void
list_times (CalsyncRuleWalk *walk, gboolean is_date)
{
  CalsyncRule parts = walk->rule;
  CalsyncLocalTime start;
  const CalsyncNumbers zero = { .n = 1 };

  calsync_local_from_seconds (walk->start_s, &start);
  fill_default (&parts.hours, start.hour);
  fill_default (&parts.minutes, start.minute);
  fill_default (&parts.seconds, start.second);
  if (is_date || parts.frequency <= CALSYNC_HOURLY)
    parts.hours = zero;
  if (is_date || parts.frequency <= CALSYNC_MINUTELY)
    parts.minutes = zero;
  if (is_date || parts.frequency <= CALSYNC_SECONDLY)
    parts.seconds = zero;
  if (parts.hours.n * parts.minutes.n * parts.seconds.n > MAX_TIMES)
    {
      walk->is_exhausted = TRUE;
      return;
    }
  for (guint i = 0; i < parts.hours.n * parts.minutes.n * parts.seconds.n; i++)
    {
      gint32 time_s = parts.hours.values[i / parts.seconds.n / parts.minutes.n] * 3600 +
                      parts.minutes.values[i / parts.seconds.n % parts.minutes.n] * 60 +
                      parts.seconds.values[i % parts.seconds.n];

      g_array_append_val (walk->times, time_s);
    }
  g_array_sort (walk->times, compare_times);
}

/* Rules with COUNT may jump only where every period holds equally many instances. */
static gint
instances_per_period (const CalsyncRuleWalk *walk)
{
  const CalsyncRule *rule = &walk->rule;
  gint n_weekdays = 0;

  if (rule->months.n > 0 || rule->month_days.n > 0 || rule->year_days.n > 0 || rule->weeks.n > 0 ||
      rule->positions.n > 0)
    return 0;
  for (gint weekday = 1; weekday <= 7; weekday++)
    n_weekdays += (rule->weekdays >> weekday) & 1;
  if (rule->frequency == CALSYNC_WEEKLY)
    return n_weekdays * (gint) walk->times->len;
  if (n_weekdays > 0 || rule->hours.n > 0 || rule->minutes.n > 0 || rule->seconds.n > 0)
    return 0;
  return rule->frequency <= CALSYNC_DAILY ? (gint) walk->times->len : 0;
}

/*
 * Jumps from the start's period to the last one before the window. The instances in between are
 * taken off COUNT; the start's own period is left to be walked first when there is a COUNT.
 */
static void
jump_near (CalsyncRuleWalk *walk)
{
  gint64 stride = period_stride (&walk->rule);
  gint64 n_strides = (period_of (&walk->rule, walk->from_s) - walk->period) / stride - 1;
  gint per_period = instances_per_period (walk);

  if (n_strides <= 0)
    return;
  if (walk->n_left >= 0)
    {
      if (per_period == 0)
        return;
      n_strides = MIN (n_strides, walk->n_left / per_period);
      walk->n_left -= n_strides * per_period;
    }
  walk->period += n_strides * stride;
}

/**
 * calsync_rule_walk_new:
 * @rule: the rule; its UNTIL is not looked at, see @until_local_s
 * @start_local_s: DTSTART on the wall clock
 * @is_date: whether the start is a date; times of the rule are then ignored
 * @from_local_s: instances before this moment are not given out
 * @until_local_s: the last moment that may be given out: the window's end or the rule's
 *
 * The start is the first instance whether or not it fits the rule, and counts for COUNT. Everything
 * is wall time; who calls turns it into instants. The cost does not grow with the distance between
 * start and window, but for rules with COUNT that hold unequal periods. Any thread; a walk belongs
 * to one. Source: RFC 5545 sections 3.3.10 and 3.8.5.3.
 *
 * Returns: (transfer full): the walk
 */
CalsyncRuleWalk *
calsync_rule_walk_new (const CalsyncRule *rule,
                       gint64 start_local_s,
                       gboolean is_date,
                       gint64 from_local_s,
                       gint64 until_local_s)
{
  CalsyncRuleWalk *walk = g_new0 (CalsyncRuleWalk, 1);

  walk->rule = *rule;
  walk->start_s = start_local_s;
  walk->from_s = from_local_s;
  walk->until_s = until_local_s;
  walk->n_left = rule->count > 0 ? rule->count - 1 : -1;
  walk->is_start_due = TRUE;
  walk->times = g_array_new (FALSE, FALSE, sizeof (gint32));
  walk->days = g_array_new (FALSE, FALSE, sizeof (gint64));
  walk->candidates = g_array_new (FALSE, FALSE, sizeof (gint64));
  fill_from_start (&walk->rule, start_local_s);
  list_times (walk, is_date);
  walk->period = period_of (&walk->rule, start_local_s);
  if (walk->n_left < 0)
    jump_near (walk);
  return walk;
}

/**
 * calsync_rule_walk_free:
 * @walk: (transfer full): the walk
 */
void
calsync_rule_walk_free (CalsyncRuleWalk *walk)
{
  g_array_unref (walk->times);
  g_array_unref (walk->days);
  g_array_unref (walk->candidates);
  g_free (walk);
}

/* The next instance after the start, before the window too; FALSE at the end. */
static gboolean
step (CalsyncRuleWalk *walk, gint64 *out_instance_s)
{
  while (!walk->is_exhausted)
    {
      if (walk->next_candidate < walk->candidates->len)
        {
          *out_instance_s = g_array_index (walk->candidates, gint64, walk->next_candidate++);
          if (*out_instance_s > walk->start_s)
            return TRUE;
          continue;
        }
      if (period_start_s (&walk->rule, walk->period) > walk->until_s)
        return FALSE;
      if (++walk->n_steps > MAX_STEPS)
        walk->is_exhausted = TRUE;
      else
        {
          gboolean is_second_period = walk->n_steps == 2 && walk->n_left >= 0;

          if (is_second_period)
            jump_near (walk);
          fill_candidates (walk);
        }
    }
  return FALSE;
}

/**
 * calsync_rule_walk_next:
 * @walk: a walk
 * @out_local_s: (out): the next instance, on the wall clock; ascending
 *
 * Returns: %FALSE when there are no more, or when the walk gave up: see
 *   calsync_rule_walk_is_exhausted()
 */
gboolean
calsync_rule_walk_next (CalsyncRuleWalk *walk, gint64 *out_local_s)
{
  gint64 instance_s;

  if (walk->is_start_due)
    {
      walk->is_start_due = FALSE;
      if (walk->start_s >= walk->from_s && walk->start_s <= walk->until_s)
        {
          *out_local_s = walk->start_s;
          return TRUE;
        }
    }
  while (walk->n_left != 0 && step (walk, &instance_s))
    {
      if (instance_s > walk->until_s)
        return FALSE;
      if (walk->n_left > 0)
        walk->n_left--;
      if (instance_s < walk->from_s)
        continue;
      *out_local_s = instance_s;
      return TRUE;
    }
  return FALSE;
}

/**
 * calsync_rule_includes_start:
 * @rule: a rule
 * @start_local_s: DTSTART on the wall clock
 * @is_date: whether it is a date
 *
 * Any thread.
 *
 * Returns: whether the rule by itself gives its start
 */
gboolean
calsync_rule_includes_start (const CalsyncRule *rule, gint64 start_local_s, gboolean is_date)
{
  g_autoptr (CalsyncRuleWalk) walk =
    calsync_rule_walk_new (rule, start_local_s, is_date, start_local_s, start_local_s);
  gint64 instance_s = 0;

  walk->start_s--; /* now the start itself is an instance like the others */
  return step (walk, &instance_s) && instance_s == start_local_s;
}

/**
 * calsync_rule_walk_is_exhausted:
 * @walk: a walk
 *
 * Returns: whether the walk stopped because the rule asks for too much work, so that instances may
 *   be missing and the whole series has to be taken as busy
 */
gboolean
calsync_rule_walk_is_exhausted (const CalsyncRuleWalk *walk)
{
  return walk->is_exhausted;
}
