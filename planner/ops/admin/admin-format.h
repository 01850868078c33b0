/* SPDX-License-Identifier: EUPL-1.2 */
/* How admin commands read and write dates, times and lists. */
#pragma once

#include "base/period.h"
#include "calsync-timezone.h"
#include "ops/admin/admin.h"
#include "rules/holidays.h"
#include "store/unit-store.h"

char *admin_format_time (const CalsyncZone *zone, gint64 unix_us);
char *admin_format_date (gint64 days);
char *admin_format_minute (gint64 minute);
/* YYYY-MM-DDTHH:MM, seconds and offset optional; without offset it is wall time in @zone. */
gboolean admin_parse_time (const CalsyncZone *zone,
                           const char *text,
                           gint64 *out_unix_us,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Days since 1970-01-01 from the argument @name; @fallback when it is absent. */
gboolean admin_get_date (AdminCall *call,
                         const char *name,
                         gint64 fallback,
                         gint64 *out_date,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A date, or a date and time of day; a date stands for its midnight, or that of @n_days_more later. */
gboolean admin_parse_day_or_time (const CalsyncZone *zone,
                                  const char *text,
                                  gint64 n_days_more,
                                  gint64 *out_unix_us,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* From the arguments @from and @to; what is absent stays as it is. A date as @to is that day too. */
gboolean admin_get_interval (AdminCall *call,
                             const CalsyncZone *zone,
                             const char *from,
                             const char *to,
                             Period *interval,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The public holidays of the data folder. */
Holidays *admin_load_holidays (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void admin_set_text (JsonObject *object, const char *member, const char *text);
void
admin_set_time (JsonObject *object, const char *member, const CalsyncZone *zone, gint64 unix_us);
/* @ids: (element-type gint64): member is the list of their numbers. */
void admin_set_numbers (JsonObject *object, const char *member, const GArray *ids);
const CalsyncZone *admin_zone_of (const GPtrArray *units, gint64 unit_id);
const UnitRecord *admin_find_unit (const GPtrArray *units, gint64 unit_id);
