/* SPDX-License-Identifier: EUPL-1.2 */
/* Civil dates and wall times without a zone: day numbers, weekdays, ISO weeks. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CALSYNC_SECONDS_PER_DAY 86400
#define CALSYNC_US_PER_SECOND   G_GINT64_CONSTANT (1000000)

/**
 * CalsyncLocalTime:
 * @year: proleptic Gregorian year, 1 to 9999
 * @month: 1 to 12
 * @day: 1 to 31
 * @hour: 0 to 23 (24:00 is taken as the next day's midnight)
 * @minute: 0 to 59
 * @second: 0 to 59 (60 is taken as the next minute)
 *
 * A wall-clock time; which instant it is depends on a #CalsyncZone.
 */
typedef struct
{
  gint year;
  gint month;
  gint day;
  gint hour;
  gint minute;
  gint second;
} CalsyncLocalTime;

gint64 calsync_days_from_civil (gint year, gint month, gint day);
void calsync_days_to_civil (gint64 days, gint *out_year, gint *out_month, gint *out_day);
gint calsync_days_weekday (gint64 days);
gint calsync_days_iso_week (gint64 days, gint *out_iso_year);
gint calsync_month_length (gint year, gint month);
gboolean calsync_local_is_valid (const CalsyncLocalTime *local);
gint64 calsync_local_to_seconds (const CalsyncLocalTime *local);
void calsync_local_from_seconds (gint64 local_s, CalsyncLocalTime *out_local);

G_END_DECLS
