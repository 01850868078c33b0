/* SPDX-License-Identifier: EUPL-1.2 */
/* Holidays from the rows of data/holidays-dk.csv: fixed dates and distances from Easter Sunday. */
#include "rules/holidays.h"

#include "base/error.h"
#include "calsync-civil.h"
#include "rules/data-table.h"

#define HEADER "name,kind,month,day,offset,first_year,last_year,closes_office,source"

struct _Holidays
{
  GArray *rules; /* HolidayRule */
};

static void
clear_rule (gpointer data)
{
  HolidayRule *rule = data;
  g_free (rule->name);
}

/**
 * holidays_easter_sunday:
 * @year: 1583 or later
 *
 * The Gregorian computus in whole numbers, as published anonymously in Nature in 1876. Any thread.
 *
 * Returns: days since 1970-01-01
 */
gint32
holidays_easter_sunday (int year)
{
  int golden = year % 19, century = year / 100, rest = year % 100;
  int skipped = (8 * century + 13) / 25; /* leap days and moon corrections of the centuries */
  int epact = (19 * golden + century - century / 4 - skipped + 15) % 30;
  int weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
  int late = (golden + 11 * epact + 22 * weekday) / 451;
  int day = epact + weekday - 7 * late + 114;

  return (gint32) calsync_days_from_civil (year, day / 31, day % 31 + 1);
}

static gboolean
parse_kind (const DataRow *row, HolidayRule *rule, GError **error)
{
  const char *kind = row->fields[1];

  rule->is_easter = g_str_equal (kind, "easter");
  if (rule->is_easter)
    return data_row_parse_int (row, 4, -100, 100, &rule->offset, error);
  if (g_str_equal (kind, "fixed"))
    return data_row_parse_int (row, 2, 1, 12, &rule->month, error) &&
           data_row_parse_int (row, 3, 1, calsync_month_length (2000, rule->month), &rule->day,
                               error);
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED,
               "line %u: the kind must be fixed or easter", row->line);
  return FALSE;
}

static gboolean
parse_rule (const DataRow *row, HolidayRule *rule, GError **error)
{
  gboolean is_open = row->fields[6][0] == '\0';

  rule->last_year = G_MAXINT;
  return parse_kind (row, rule, error) &&
         data_row_parse_int (row, 5, 1583, 9999, &rule->first_year, error) &&
         (is_open || data_row_parse_int (row, 6, 1583, 9999, &rule->last_year, error)) &&
         data_row_parse_int (row, 7, 0, 1, &rule->closes_office, error);
}

/**
 * holidays_parse:
 * @csv: (array zero-terminated=1): text of a file like data/holidays-dk.csv
 *
 * Errors: %PLANNER_ERROR_MALFORMED, naming the line. Any thread.
 *
 * Returns: (transfer full): the holidays; NULL on error
 */
Holidays *
holidays_parse (const char *csv, GError **error)
{
  g_autoptr (Holidays) holidays = g_new0 (Holidays, 1);
  g_autoptr (GArray) rows = data_table_parse (csv, HEADER, error);

  holidays->rules = g_array_new (FALSE, FALSE, sizeof (HolidayRule));
  g_array_set_clear_func (holidays->rules, clear_rule);
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      const DataRow *row = &g_array_index (rows, DataRow, i);
      HolidayRule rule = { 0 };

      if (!parse_rule (row, &rule, error))
        return NULL;
      rule.name = g_strdup (row->fields[0]);
      g_array_append_val (holidays->rules, rule);
    }
  return rows == NULL ? NULL : g_steal_pointer (&holidays);
}

/**
 * holidays_free:
 * @holidays: (transfer full) (nullable): freed
 */
void
holidays_free (Holidays *holidays)
{
  if (holidays == NULL)
    return;
  g_array_unref (holidays->rules);
  g_free (holidays);
}

static gboolean
meets (const HolidayRule *rule, int year, int month, int day, gint32 date)
{
  if (year < rule->first_year || year > rule->last_year)
    return FALSE;
  if (rule->is_easter)
    return date == holidays_easter_sunday (year) + rule->offset;
  return month == rule->month && day == rule->day;
}

/* @choices: (nullable): a unit's own, by name. */
static gboolean
closes (const HolidayRule *rule, GHashTable *choices)
{
  const char *choice = choices == NULL ? NULL : g_hash_table_lookup (choices, rule->name);
  return choice == NULL ? rule->closes_office : g_str_equal (choice, "closed");
}

static const HolidayRule *
find_rule (const Holidays *holidays, gint32 date, gboolean must_close, GHashTable *choices)
{
  int year, month, day;

  calsync_days_to_civil (date, &year, &month, &day);
  for (guint i = 0; i < holidays->rules->len; i++)
    {
      const HolidayRule *rule = &g_array_index (holidays->rules, HolidayRule, i);

      if (meets (rule, year, month, day, date) && (!must_close || closes (rule, choices)))
        return rule;
    }
  return NULL;
}

/**
 * holidays_list_closed:
 * @first_date: days since 1970-01-01
 * @end_date: first date no longer asked for
 *
 * Returns: (transfer full) (element-type gint32): ascending dates on which an office is closed, once
 *   each; weekends are not holidays. Any thread.
 */
GArray *
holidays_list_closed (const Holidays *holidays, gint32 first_date, gint32 end_date)
{
  return holidays_list_chosen (holidays, NULL, first_date, end_date);
}

/**
 * holidays_list_chosen:
 * @choices: (nullable): name of a holiday to "open" or "closed"
 *
 * Where two holidays meet, one that closes is enough.
 *
 * Returns: (transfer full) (element-type gint32): as holidays_list_closed(). Any thread.
 */
GArray *
holidays_list_chosen (const Holidays *holidays,
                      GHashTable *choices,
                      gint32 first_date,
                      gint32 end_date)
{
  GArray *dates = g_array_new (FALSE, FALSE, sizeof (gint32));

  for (gint32 date = first_date; date < end_date; date++)
    if (find_rule (holidays, date, TRUE, choices) != NULL)
      g_array_append_val (dates, date);
  return dates;
}

/**
 * holidays_has_name:
 *
 * Returns: whether a rule has that name. Any thread.
 */
gboolean
holidays_has_name (const Holidays *holidays, const char *name)
{
  for (guint i = 0; i < holidays->rules->len; i++)
    if (g_str_equal (g_array_index (holidays->rules, HolidayRule, i).name, name))
      return TRUE;
  return FALSE;
}

/**
 * holidays_find_name:
 * @date: days since 1970-01-01
 *
 * Returns: (nullable) (transfer none): the name of the first rule that @date meets, whether an office
 *   is closed then or not. Any thread.
 */
const char *
holidays_find_name (const Holidays *holidays, gint32 date)
{
  const HolidayRule *rule = find_rule (holidays, date, FALSE, NULL);
  return rule == NULL ? NULL : rule->name;
}
