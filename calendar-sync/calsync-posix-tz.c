/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads the rule at the end of a TZif file (POSIX TZ) and lays its changes out year by year. */
#include "calsync-zone-data.h"

#include <string.h>

#define YEARS_LAID_OUT 403 /* one Gregorian cycle of 400 years and a margin at both ends */

typedef enum
{
  DAY_OF_YEAR_NO_LEAP, /* Jn: 1 to 365, 29 February is never counted */
  DAY_OF_YEAR,         /* n: 0 to 365 */
  WEEKDAY_OF_MONTH     /* Mm.w.d */
} DayForm;

typedef struct
{
  DayForm form;
  gint month;
  gint week;
  gint day;
  gint32 time_s;
} ChangeRule;

typedef struct
{
  gint32 standard_s; /* east of UTC */
  gint32 daylight_s;
  gboolean has_daylight;
  ChangeRule start;
  ChangeRule end;
} PosixRule;

static gboolean
read_number (const char **cursor, gint limit, gint *out_number)
{
  const char *at = *cursor;
  gint number = 0;

  if (!g_ascii_isdigit (*at))
    return FALSE;
  for (; g_ascii_isdigit (*at); at++)
    {
      number = number * 10 + (*at - '0');
      if (number > limit)
        return FALSE;
    }
  *cursor = at;
  *out_number = number;
  return TRUE;
}

/* [+-]hh[:mm[:ss]], up to a week: RFC 8536 section 3.3.1 */
static gboolean
read_time (const char **cursor, gint32 *out_seconds)
{
  gint sign = 1;
  gint parts[3] = { 0, 0, 0 };

  if (**cursor == '+' || **cursor == '-')
    sign = *(*cursor)++ == '-' ? -1 : 1;
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      if (i > 0)
        {
          if (**cursor != ':')
            break;
          (*cursor)++;
        }
      if (!read_number (cursor, i == 0 ? 167 : 59, &parts[i]))
        return FALSE;
    }
  *out_seconds = sign * (parts[0] * 3600 + parts[1] * 60 + parts[2]);
  return TRUE;
}

static gboolean
skip_name (const char **cursor)
{
  const char *start = *cursor;

  if (*start == '<')
    {
      const char *end = strchr (start, '>');

      if (end == NULL)
        return FALSE;
      *cursor = end + 1;
      return TRUE;
    }
  while (g_ascii_isalpha (**cursor))
    (*cursor)++;
  return *cursor > start;
}

static gboolean
read_day (const char **cursor, ChangeRule *rule)
{
  if (**cursor == 'J')
    {
      (*cursor)++;
      rule->form = DAY_OF_YEAR_NO_LEAP;
      return read_number (cursor, 365, &rule->day) && rule->day >= 1;
    }
  if (**cursor != 'M')
    {
      rule->form = DAY_OF_YEAR;
      return read_number (cursor, 365, &rule->day);
    }
  (*cursor)++;
  rule->form = WEEKDAY_OF_MONTH;
  if (!read_number (cursor, 12, &rule->month) || rule->month < 1 || *(*cursor)++ != '.')
    return FALSE;
  if (!read_number (cursor, 5, &rule->week) || rule->week < 1 || *(*cursor)++ != '.')
    return FALSE;
  return read_number (cursor, 6, &rule->day);
}

static gboolean
read_change (const char **cursor, ChangeRule *rule)
{
  if (*(*cursor)++ != ',' || !read_day (cursor, rule))
    return FALSE;
  rule->time_s = 2 * 3600;
  if (**cursor != '/')
    return TRUE;
  (*cursor)++;
  return read_time (cursor, &rule->time_s);
}

static gboolean
parse_rule (const char *text, PosixRule *out_rule)
{
  const char *cursor = text;
  gint32 west_s;

  if (!skip_name (&cursor) || !read_time (&cursor, &west_s))
    return FALSE;
  out_rule->standard_s = -west_s;
  out_rule->has_daylight = *cursor != '\0';
  if (!out_rule->has_daylight)
    return TRUE;
  if (!skip_name (&cursor))
    return FALSE;
  out_rule->daylight_s = out_rule->standard_s + 3600;
  if (*cursor != ',')
    {
      if (!read_time (&cursor, &west_s))
        return FALSE;
      out_rule->daylight_s = -west_s;
    }
  return read_change (&cursor, &out_rule->start) && read_change (&cursor, &out_rule->end) &&
         *cursor == '\0';
}

/* Day on which the rule falls in a year, as days since 1970. */
static gint64
day_in_year (const ChangeRule *rule, gint year)
{
  gint64 new_year = calsync_days_from_civil (year, 1, 1);
  gint64 first;
  gint day;

  if (rule->form == DAY_OF_YEAR)
    return new_year + rule->day;
  if (rule->form == DAY_OF_YEAR_NO_LEAP)
    return new_year + rule->day - 1 +
           (rule->day > 59 && calsync_month_length (year, 2) == 29 ? 1 : 0);

  first = calsync_days_from_civil (year, rule->month, 1);
  day = (rule->day - calsync_days_weekday (first) % 7 + 7) % 7 + (rule->week - 1) * 7;
  while (day >= calsync_month_length (year, rule->month))
    day -= 7;
  return first + day;
}

static void
add_change (GArray *changes, gint64 from_s, gint64 at_s, gint32 offset_s)
{
  CalsyncZoneChange change = { at_s, offset_s };

  if (at_s > from_s)
    g_array_append_val (changes, change);
}

/**
 * calsync_posix_tz_extend:
 * @rule: a POSIX TZ rule with RFC 8536's extensions, e.g. `CET-1CEST,M3.5.0,M10.5.0/3`
 * @from_s: the rule holds after this instant, Unix seconds
 * @changes: (element-type CalsyncZoneChange): changes are appended here, not sorted
 * @out_cycle_end_s: (out): the instant from which the offsets of the 400 years before it repeat;
 *   0 when the rule has no changes
 *
 * Any thread. Source: RFC 8536 section 3.3.1, POSIX `TZ`.
 *
 * Returns: %FALSE when the rule cannot be read; @changes is then as it was
 */
gboolean
calsync_posix_tz_extend (const char *rule, gint64 from_s, GArray *changes, gint64 *out_cycle_end_s)
{
  PosixRule parsed = { 0 };
  CalsyncLocalTime from;

  if (!parse_rule (rule, &parsed))
    return FALSE;
  *out_cycle_end_s = 0;
  if (!parsed.has_daylight)
    {
      if (from_s > G_MININT64 / 2)
        add_change (changes, from_s, from_s + 1, parsed.standard_s);
      return TRUE;
    }

  calsync_local_from_seconds (MAX (from_s, 0), &from);
  for (gint year = from.year; year < from.year + YEARS_LAID_OUT; year++)
    {
      gint64 start_s = day_in_year (&parsed.start, year) * CALSYNC_SECONDS_PER_DAY;
      gint64 end_s = day_in_year (&parsed.end, year) * CALSYNC_SECONDS_PER_DAY;

      start_s += parsed.start.time_s - parsed.standard_s;
      end_s += parsed.end.time_s - parsed.daylight_s;
      add_change (changes, from_s, end_s, parsed.standard_s);
      add_change (changes, from_s, start_s, parsed.daylight_s);
    }
  *out_cycle_end_s =
    calsync_days_from_civil (from.year + YEARS_LAID_OUT - 1, 1, 1) * CALSYNC_SECONDS_PER_DAY;
  return TRUE;
}
