/* SPDX-License-Identifier: EUPL-1.2 */
/* Import rows of units, settings, closing days and teams. */
#include <string.h>

#include "base/ids.h"
#include "ops/import-run.h"
#include "rules/retention.h"
#include "rules/unit-code.h"

/* A closing day that returns every year is written down for this year and so many after it. */
#define YEARS_AHEAD 2

/* As in offer-windows.csv. */
#define UNEMPLOYMENT_FUND_MAX 10

/* Organisation type 8 is a jobcenter: five digits. Other kinds of organisation have keys of their own. */
static void
check_unit_key (ImportRow *row, const char *key, gint64 organisation_type)
{
  if (unit_code_is_placeholder (key))
    import_row_refuse (row, "unit 99999 is DFDG's placeholder for the citizen's own");
  else if (organisation_type == 8 && !unit_code_is_well_formed (key))
    import_row_refuse (row, "the unit of a jobcenter has five digits, not \"%s\"", key);
}

static gint64
find_parent (ImportRun *run, ImportRow *row, const char *key)
{
  UnitRecord *parent;

  if (import_row_text (row, "main_unit", 64) == NULL)
    return 0;
  parent = import_run_need_unit (run, row, "main_unit");
  if (parent == NULL)
    return 0;
  if (g_str_equal (parent->organisation_key, key) || parent->parent_unit_id != 0)
    import_row_refuse (row, "main_unit %s is no main centre", parent->organisation_key);
  return parent->unit_id;
}

static void
check_zone (ImportRow *row, const char *zone)
{
  g_autoptr (GError) error = NULL;

  if (calsync_zone_lookup (zone, &error) == NULL)
    import_row_refuse (row, "zone: %s", error->message);
}

static void
check_telephone (ImportRow *row, const char *telephone)
{
  gsize plus = telephone != NULL && *telephone == '+' ? 1 : 0;
  gsize n_digits = telephone == NULL ? 0 : strspn (telephone + plus, "0123456789");

  if (telephone != NULL && (telephone[plus + n_digits] != '\0' || n_digits < 3 || n_digits > 20))
    import_row_refuse (row, "telephone must be 3 to 20 digits, with or without + before them");
}

/**
 * import_unit:
 */
gboolean
import_unit (ImportRun *run, ImportRow *row, PutOutcome *out_outcome, GError **error)
{
  g_autoptr (UnitRecord) unit = g_new0 (UnitRecord, 1);
  const char *key = import_row_need (row, "unit", 64);
  const char *zone = import_row_text (row, "zone", 64);

  unit->tenant_id = run->tenant_id;
  unit->organisation_key = g_strdup (key);
  unit->organisation_type = import_row_int (row, "organisation_type", 8, 1, 100);
  unit->name = g_strdup (import_row_need (row, "name", 255));
  unit->zone = g_strdup (zone == NULL ? "Europe/Copenhagen" : zone);
  unit->address = g_strdup (import_row_text (row, "address", 255));
  unit->telephone = g_strdup (import_row_text (row, "telephone", 21));
  check_zone (row, unit->zone);
  check_telephone (row, unit->telephone);
  if (key != NULL)
    {
      check_unit_key (row, key, unit->organisation_type);
      unit->parent_unit_id = find_parent (run, row, key);
      import_run_claim (run, row, "unit", key);
    }
  if (row->is_refused)
    return TRUE;
  if (!unit_put (run->session, unit, out_outcome, error))
    return FALSE;
  import_run_remember_unit (run, g_steal_pointer (&unit));
  return TRUE;
}

static gboolean
is_yes_or_no (const char *value)
{
  return g_str_equal (value, "yes") || g_str_equal (value, "no");
}

static gboolean
is_hold_minutes (const char *value)
{
  return g_ascii_string_to_signed (value, 10, 1, 60, NULL, NULL);
}

static gboolean
is_date (const char *value)
{
  gint64 date;
  return import_parse_date (value, &date);
}

static gboolean
is_fund (const char *value)
{
  return strlen (value) <= UNEMPLOYMENT_FUND_MAX;
}

/* A name that ends in a colon is followed by a GUID. */
static const struct
{
  const char *key;
  gboolean (*is_valid) (const char *value);
  const char *what;
} settings[] = {
  { "one-open-per-type", is_yes_or_no, "yes or no" },
  { "hold-minutes", is_hold_minutes, "1 to 60" },
  { "cv-closed-from", is_date, "a date YYYY-MM-DD" },
  { "fund-of-mark:", is_fund, "an a-kasse code" },
};

static gboolean
is_setting (const char *name, const char *key)
{
  gsize n_bytes = strlen (name);

  if (name[n_bytes - 1] != ':')
    return g_str_equal (name, key);
  return strncmp (name, key, n_bytes) == 0 && ids_is_guid (key + n_bytes);
}

static void
check_setting (ImportRow *row, const char *key, const char *value)
{
  const RetentionClass *class = retention_class_of_setting (key);

  if (class != NULL)
    {
      if (!retention_is_term (class, value))
        import_row_refuse (row, "%s must be %d to %d days, not \"%s\"", key, (int) class->min_days,
                           RETENTION_MAX_DAYS, value);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (is_setting (settings[i].key, key))
      {
        if (!settings[i].is_valid (value))
          import_row_refuse (row, "%s must be %s, not \"%s\"", key, settings[i].what, value);
        return;
      }
  import_row_refuse (row, "there is no setting %s", key);
}

/**
 * import_setting:
 */
gboolean
import_setting (ImportRun *run, ImportRow *row, PutOutcome *out_outcome, GError **error)
{
  g_autoptr (SettingRecord) setting = g_new0 (SettingRecord, 1);
  g_autofree char *name = NULL;

  setting->tenant_id = run->tenant_id;
  setting->key = g_strdup (import_row_need (row, "key", 64));
  setting->value = g_strdup (import_row_need (row, "value", 255));
  setting->valid_from_date = import_row_date (row, "valid_from", 0);
  if (import_row_text (row, "unit", 64) != NULL)
    {
      UnitRecord *unit = import_run_need_unit (run, row, "unit");
      setting->unit_id = unit == NULL ? 0 : unit->unit_id;
    }
  if (setting->key != NULL && setting->value != NULL)
    check_setting (row, setting->key, setting->value);
  name = g_strdup_printf ("%s of %" G_GINT64_FORMAT " from %" G_GINT64_FORMAT, setting->key,
                          setting->unit_id, setting->valid_from_date);
  if (row->is_refused || !import_run_claim (run, row, "setting", name))
    return TRUE;
  return setting_put (run->session, setting, out_outcome, error);
}

static gboolean
put_closing_day (ImportRun *run,
                 const UnitRecord *unit,
                 gint64 date,
                 const char *name,
                 PutOutcome *outcome,
                 GError **error)
{
  ClosingDay day = { run->tenant_id, unit->unit_id, date, (char *) name };
  PutOutcome one = PUT_SAME;

  if (!closing_day_put (run->session, &day, &one, error))
    return FALSE;
  *outcome = MAX (*outcome, one);
  return TRUE;
}

/* MM-DD: the same day of this year and the next ones; 29 February only where there is one. */
static gboolean
put_every_year (ImportRun *run,
                ImportRow *row,
                const UnitRecord *unit,
                PutOutcome *outcome,
                GError **error)
{
  const char *month_day = import_row_text (row, "date", 10);
  CalsyncLocalTime today;

  calsync_zone_to_local (calsync_zone_utc (), run->now_us, &today, NULL);
  for (int year = today.year; year <= today.year + YEARS_AHEAD; year++)
    {
      g_autofree char *text = g_strdup_printf ("%04d-%s", year, month_day);
      gint64 date;

      if (import_parse_date (text, &date) &&
          !put_closing_day (run, unit, date, import_row_text (row, "name", 255), outcome, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * import_closing_day:
 */
gboolean
import_closing_day (ImportRun *run, ImportRow *row, PutOutcome *out_outcome, GError **error)
{
  UnitRecord *unit = import_run_need_unit (run, row, "unit");
  const char *name = import_row_need (row, "name", 255);
  const char *text = import_row_need (row, "date", 10);
  g_autofree char *in_leap_year = g_strdup_printf ("2000-%s", text);
  g_autofree char *claimed =
    g_strdup_printf ("%s of %s", text, unit == NULL ? "" : unit->organisation_key);
  gboolean is_yearly = import_parse_date (in_leap_year, &(gint64){ 0 });
  gint64 date = text == NULL || is_yearly ? 0 : import_row_date (row, "date", 0);

  if (row->is_refused || !import_run_claim (run, row, "closing day", claimed))
    return TRUE;
  *out_outcome = PUT_SAME;
  if (is_yearly)
    return put_every_year (run, row, unit, out_outcome, error);
  return put_closing_day (run, unit, date, name, out_outcome, error);
}

/**
 * import_team:
 */
gboolean
import_team (ImportRun *run, ImportRow *row, PutOutcome *out_outcome, GError **error)
{
  g_autoptr (TeamRecord) team = g_new0 (TeamRecord, 1);
  UnitRecord *unit = import_run_need_unit (run, row, "unit");

  team->tenant_id = run->tenant_id;
  team->team_key = g_strdup (import_row_need (row, "team", 64));
  team->name = g_strdup (import_row_need (row, "name", 255));
  if (row->is_refused || !import_run_claim (run, row, "team", team->team_key))
    return TRUE;
  team->unit_id = unit->unit_id;
  team->unit_key = g_strdup (unit->organisation_key);
  if (!team_put (run->session, team, out_outcome, error))
    return FALSE;
  import_run_remember_team (run, g_steal_pointer (&team));
  return TRUE;
}
