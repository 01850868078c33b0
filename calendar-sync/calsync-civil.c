/* SPDX-License-Identifier: EUPL-1.2 */
/* Civil dates and wall times without a zone: day numbers, weekdays, ISO weeks. */
#include "calsync-civil.h"

#define DAYS_PER_ERA 146097 /* 400 Gregorian years */

/**
 * calsync_days_from_civil:
 * @year: year, any
 * @month: 1 to 12
 * @day: day of the month; days beyond the month's end count on into the next
 *
 * Any thread.
 *
 * Returns: days since 1970-01-01, proleptic Gregorian calendar
 */
gint64
calsync_days_from_civil (gint year, gint month, gint day)
{
  /* Years begin in March, so that the leap day is a year's last. */
  gint64 y = (gint64) year - (month <= 2);
  gint64 era = (y >= 0 ? y : y - 399) / 400;
  gint64 year_of_era = y - era * 400;
  gint64 month_from_march = (month + 9) % 12;
  gint64 day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
  gint64 day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

  return era * DAYS_PER_ERA + day_of_era - 719468;
}

/**
 * calsync_days_to_civil:
 * @days: days since 1970-01-01
 * @out_year: (out): the year
 * @out_month: (out): the month, 1 to 12
 * @out_day: (out): the day, 1 to 31
 *
 * The way back from calsync_days_from_civil(). Any thread.
 */
void
calsync_days_to_civil (gint64 days, gint *out_year, gint *out_month, gint *out_day)
{
  gint64 z = days + 719468;
  gint64 era = (z >= 0 ? z : z - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
  gint64 day_of_era = z - era * DAYS_PER_ERA;
  gint64 year_of_era =
    (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  gint64 day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  gint64 month_from_march = (5 * day_of_year + 2) / 153;
  gint month = (gint) (month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);

  *out_year = (gint) (year_of_era + era * 400 + (month <= 2));
  *out_month = month;
  *out_day = (gint) (day_of_year - (153 * month_from_march + 2) / 5 + 1);
}

/**
 * calsync_days_weekday:
 * @days: days since 1970-01-01
 *
 * Any thread. Source: ISO 8601.
 *
 * Returns: 1 for Monday to 7 for Sunday
 */
gint
calsync_days_weekday (gint64 days)
{
  gint64 from_monday = (days + 3) % 7; /* 1970-01-01 was a Thursday */

  return (gint) (from_monday < 0 ? from_monday + 7 : from_monday) + 1;
}

/**
 * calsync_days_iso_week:
 * @days: days since 1970-01-01
 * @out_iso_year: (out) (optional): the year that the week belongs to
 *
 * Any thread. Source: ISO 8601: week 1 has the year's first Thursday.
 *
 * Returns: the week's number, 1 to 53
 */
gint
calsync_days_iso_week (gint64 days, gint *out_iso_year)
{
  gint64 thursday = days - calsync_days_weekday (days) + 4;
  gint year, month, day;

  calsync_days_to_civil (thursday, &year, &month, &day);
  if (out_iso_year != NULL)
    *out_iso_year = year;
  return (gint) ((thursday - calsync_days_from_civil (year, 1, 1)) / 7) + 1;
}

/**
 * calsync_month_length:
 * @year: year, any
 * @month: 1 to 12
 *
 * Any thread.
 *
 * Returns: the number of days in that month, 28 to 31
 */
gint
calsync_month_length (gint year, gint month)
{
  static const guint8 lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  gboolean is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

  g_return_val_if_fail (month >= 1 && month <= 12, 30);
  return lengths[month - 1] + (month == 2 && is_leap);
}

/**
 * calsync_local_is_valid:
 * @local: a wall time from outside
 *
 * Any thread.
 *
 * Returns: whether every field is within the limits of #CalsyncLocalTime and the day exists
 */
gboolean
calsync_local_is_valid (const CalsyncLocalTime *local)
{
  if (local->year < 1 || local->year > 9999 || local->month < 1 || local->month > 12)
    return FALSE;
  if (local->day < 1 || local->day > calsync_month_length (local->year, local->month))
    return FALSE;
  if (local->hour == 24)
    return local->minute == 0 && local->second == 0;
  return local->hour >= 0 && local->hour <= 23 && local->minute >= 0 && local->minute <= 59 &&
         local->second >= 0 && local->second <= 60;
}

/**
 * calsync_local_to_seconds:
 * @local: a wall time
 *
 * Any thread.
 *
 * Returns: seconds since 1970-01-01 00:00 on that wall clock, as if it never were moved
 */
gint64
calsync_local_to_seconds (const CalsyncLocalTime *local)
{
  return calsync_days_from_civil (local->year, local->month, local->day) * CALSYNC_SECONDS_PER_DAY +
         local->hour * 3600 + local->minute * 60 + local->second;
}

/**
 * calsync_local_from_seconds:
 * @local_s: seconds since 1970-01-01 00:00 on a wall clock that never is moved
 * @out_local: (out): the wall time
 *
 * The way back from calsync_local_to_seconds(). Any thread.
 */
void
calsync_local_from_seconds (gint64 local_s, CalsyncLocalTime *out_local)
{
  gint64 days = local_s / CALSYNC_SECONDS_PER_DAY;
  gint second_of_day = (gint) (local_s % CALSYNC_SECONDS_PER_DAY);

  if (second_of_day < 0)
    {
      days--;
      second_of_day += CALSYNC_SECONDS_PER_DAY;
    }
  calsync_days_to_civil (days, &out_local->year, &out_local->month, &out_local->day);
  out_local->hour = second_of_day / 3600;
  out_local->minute = second_of_day / 60 % 60;
  out_local->second = second_of_day % 60;
}
