/* SPDX-License-Identifier: EUPL-1.2 */
/* Dates and times as ISO 8601 says, in the unit's zone and with its offset. */
#include "ops/admin/admin-format.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/period.h"
#include "ops/text/import-row.h"

/**
 * admin_format_time:
 *
 * Returns: (transfer full): YYYY-MM-DDTHH:MM:SS+HH:MM.
 */
char *
admin_format_time (const CalsyncZone *zone, gint64 unix_us)
{
  CalsyncLocalTime local;
  int offset_s = 0;
  int minutes;

  calsync_zone_to_local (zone, unix_us, &local, &offset_s);
  minutes = ABS (offset_s) / 60;
  return g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", local.year, local.month,
                          local.day, local.hour, local.minute, local.second,
                          offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

/**
 * admin_format_date:
 * @days: since 1970-01-01
 *
 * Returns: (transfer full): YYYY-MM-DD.
 */
char *
admin_format_date (gint64 days)
{
  int year = 0;
  int month = 0;
  int day = 0;

  calsync_days_to_civil (days, &year, &month, &day);
  return g_strdup_printf ("%04d-%02d-%02d", year, month, day);
}

/**
 * admin_format_minute:
 *
 * Returns: (transfer full): HH:MM.
 */
char *
admin_format_minute (gint64 minute)
{
  return g_strdup_printf ("%02d:%02d", (int) (minute / 60), (int) (minute % 60));
}

/* Z or +HH:MM; seconds. */
static gboolean
parse_offset (const char *text, gint64 *out_offset_s)
{
  int hours = 0;
  int minutes = 0;
  int n_read = 0;

  *out_offset_s = 0;
  if (g_str_equal (text, "Z"))
    return TRUE;
  if (strlen (text) != 6 || (*text != '+' && *text != '-') ||
      sscanf (text + 1, "%2d:%2d%n", &hours, &minutes, &n_read) != 2 || n_read != 5 || hours > 14 ||
      minutes > 59)
    return FALSE;
  *out_offset_s = (hours * 60 + minutes) * 60 * (*text == '-' ? -1 : 1);
  return TRUE;
}

/* The date and the wall time; @out_rest is what stands behind them. */
static gboolean
parse_wall (const char *text, CalsyncLocalTime *out_local, const char **out_rest)
{
  g_autofree char *date_text = g_strndup (text, 10);
  gint64 date = 0;
  int n_read = 0;

  if (strlen (text) < 16 || (text[10] != 'T' && text[10] != ' ') ||
      !import_parse_date (date_text, &date))
    return FALSE;
  calsync_days_to_civil (date, &out_local->year, &out_local->month, &out_local->day);
  if (sscanf (text + 11, "%2d:%2d%n", &out_local->hour, &out_local->minute, &n_read) != 2 ||
      n_read != 5)
    return FALSE;
  *out_rest = text + 16;
  out_local->second = 0;
  if (sscanf (*out_rest, ":%2d%n", &out_local->second, &n_read) == 1 && n_read == 3)
    *out_rest += 3;
  return calsync_local_is_valid (out_local);
}

/**
 * admin_parse_time:
 *
 * Errors: PLANNER_ERROR_NOT_VALID; also for a wall time that the clock skips.
 */
gboolean
admin_parse_time (const CalsyncZone *zone, const char *text, gint64 *out_unix_us, GError **error)
{
  CalsyncLocalTime local = { 0 };
  CalsyncLocalKind kind = CALSYNC_LOCAL_UNIQUE;
  const char *rest = NULL;
  gint64 offset_s = 0;

  if (!parse_wall (text, &local, &rest) || (*rest != '\0' && !parse_offset (rest, &offset_s)))
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                   "a time is YYYY-MM-DDTHH:MM, with or without an offset, not \"%s\"", text);
      return FALSE;
    }
  if (*rest != '\0')
    *out_unix_us = (calsync_local_to_seconds (&local) - offset_s) * PERIOD_US_PER_S;
  else
    *out_unix_us = calsync_zone_to_instant (zone, &local, &kind);
  if (kind == CALSYNC_LOCAL_GAP)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                 "the clock skips %s: it is moved forward over it", text);
  return kind != CALSYNC_LOCAL_GAP;
}

/**
 * admin_get_date:
 *
 * Errors: PLANNER_ERROR_NOT_VALID.
 */
gboolean
admin_get_date (AdminCall *call,
                const char *name,
                gint64 fallback,
                gint64 *out_date,
                GError **error)
{
  const char *text = NULL;

  if (!admin_get_text (call, name, &text, error))
    return FALSE;
  *out_date = fallback;
  if (text == NULL || import_parse_date (text, out_date))
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s must be YYYY-MM-DD, not \"%s\"",
               name, text);
  return FALSE;
}

/**
 * admin_parse_day_or_time:
 *
 * Errors: PLANNER_ERROR_NOT_VALID.
 */
gboolean
admin_parse_day_or_time (const CalsyncZone *zone,
                         const char *text,
                         gint64 n_days_more,
                         gint64 *out_unix_us,
                         GError **error)
{
  gint64 date = 0;

  if (strlen (text) != 10 || !import_parse_date (text, &date))
    return admin_parse_time (zone, text, out_unix_us, error);
  *out_unix_us = calsync_zone_midnight (zone, date + n_days_more);
  return TRUE;
}

/**
 * admin_get_interval:
 *
 * Errors: PLANNER_ERROR_NOT_VALID, also for an empty interval.
 */
gboolean
admin_get_interval (AdminCall *call,
                    const CalsyncZone *zone,
                    const char *from,
                    const char *to,
                    Period *interval,
                    GError **error)
{
  const char *first = NULL;
  const char *last = NULL;

  if (!admin_get_text (call, from, &first, error) || !admin_get_text (call, to, &last, error) ||
      (first != NULL && !admin_parse_day_or_time (zone, first, 0, &interval->start_us, error)) ||
      (last != NULL && !admin_parse_day_or_time (zone, last, 1, &interval->end_us, error)))
    return FALSE;
  if (!period_is_empty (*interval))
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s does not lie before %s", from,
               to);
  return FALSE;
}

/**
 * admin_load_holidays:
 *
 * Returns: (transfer full)
 */
Holidays *
admin_load_holidays (AdminCall *call, GError **error)
{
  g_autofree char *path = g_build_filename (call->data_dir, "holidays-dk.csv", NULL);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;
  return holidays_parse (text, error);
}

/**
 * admin_set_text:
 * @text: (nullable): nothing is set for NULL
 */
void
admin_set_text (JsonObject *object, const char *member, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, member, text);
}

/**
 * admin_set_time:
 */
void
admin_set_time (JsonObject *object, const char *member, const CalsyncZone *zone, gint64 unix_us)
{
  g_autofree char *text = admin_format_time (zone, unix_us);
  json_object_set_string_member (object, member, text);
}

/**
 * admin_set_numbers:
 */
void
admin_set_numbers (JsonObject *object, const char *member, const GArray *ids)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < ids->len; i++)
    json_array_add_int_element (array, g_array_index (ids, gint64, i));
  json_object_set_array_member (object, member, array);
}

/**
 * admin_find_unit:
 * @units: (element-type UnitRecord)
 *
 * Returns: (nullable): borrowed
 */
const UnitRecord *
admin_find_unit (const GPtrArray *units, gint64 unit_id)
{
  for (guint i = 0; i < units->len; i++)
    if (((UnitRecord *) units->pdata[i])->unit_id == unit_id)
      return units->pdata[i];
  return NULL;
}

/**
 * admin_zone_of:
 *
 * Returns: the unit's zone; Europe/Copenhagen for a unit that is not there.
 */
const CalsyncZone *
admin_zone_of (const GPtrArray *units, gint64 unit_id)
{
  const UnitRecord *unit = admin_find_unit (units, unit_id);
  const CalsyncZone *zone = unit == NULL ? NULL : calsync_zone_lookup (unit->zone, NULL);
  return zone != NULL ? zone : calsync_zone_lookup ("Europe/Copenhagen", NULL);
}
