/* SPDX-License-Identifier: EUPL-1.2 */
/* Import rows of units, settings, closing days and teams. */
#include <string.h>

#include "base/ids.h"
#include "calsync-booking.h"
#include "ops/facts/block-rules.h"
#include "ops/facts/expansion.h"
#include "ops/facts/type-bars.h"
#include "ops/import/import-run.h"
#include "rules/holidays.h"
#include "rules/retention.h"
#include "rules/unit-code.h"

/* A closing day that returns every year is written down for this year and so many after it. */
#define YEARS_AHEAD 2

/* As in offer-windows.csv. */
#define UNEMPLOYMENT_FUND_MAX 10

/* Of a meeting's title in an advisor's calendar. */
#define SUMMARY_MAX 64

#define FUND_OF_MARK "fund-of-mark:"
#define HOLIDAY      "holiday:"

/* Code list organisation-types. */
#define UNIT_JOBCENTER 8

/* Organisation type 8 is a jobcenter: five digits. Other kinds of organisation have keys of their own. */
static void
check_unit_key (ImportRow *row, const char *key, gint64 organisation_type)
{
  if (unit_code_is_placeholder (key))
    import_row_refuse (row, "unit 99999 is DFDG's placeholder for the citizen's own");
  else if (organisation_type == UNIT_JOBCENTER && !unit_code_is_well_formed (key))
    import_row_refuse (row, "the unit of a jobcenter has five digits, not \"%s\"", key);
}

/* One key is one unit, whatever its kind of organisation: commands name units by their key. */
static void
check_known_unit (ImportRun *run, ImportRow *row, const UnitRecord *unit)
{
  const UnitRecord *before = g_hash_table_lookup (run->units, unit->organisation_key);
  g_autofree char *type = g_strdup_printf ("%" G_GINT64_FORMAT, unit->organisation_type);

  if (before == NULL || before->organisation_type != unit->organisation_type)
    import_run_check_code (run, row, "organisation_type", CODES_ORGANISATION_TYPES, type,
                           import_run_today (run, unit));
  if (before != NULL && before->organisation_type != unit->organisation_type)
    import_row_refuse (row, "organisation_type of unit %s is %" G_GINT64_FORMAT " and stays so",
                       unit->organisation_key, before->organisation_type);
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

/* A put leaves it alone, and so does the picture that later rows are held against. */
static void
keep_retirement (const ImportRun *run, UnitRecord *unit)
{
  const UnitRecord *before = g_hash_table_lookup (run->units, unit->organisation_key);
  unit->retired_us = before == NULL ? 0 : before->retired_us;
}

/* Whole days and floating times lie where the zone says: what was laid out is laid out anew. */
static gboolean
follow_zone (ImportRun *run, const UnitRecord *unit, GError **error)
{
  const UnitRecord *before = g_hash_table_lookup (run->units, unit->organisation_key);
  g_auto (StoreQuery) query = { 0 };
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  StoreStep step;

  if (before == NULL || g_strcmp0 (before->zone, unit->zone) == 0)
    return TRUE;
  if (!store_query (run->session, &query, error, SQL_RESOURCE_LIST_OF_UNIT, "i", unit->unit_id))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      gint64 id = store_int (&query, 0);
      g_array_append_val (ids, id);
    }
  for (guint i = 0; step == STORE_END && i < ids->len; i++)
    if (!expansion_invalidate (run->session, run->tenant_id, g_array_index (ids, gint64, i), error))
      return FALSE;
  return step == STORE_END;
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
  unit->organisation_type = import_row_int (row, "organisation_type", UNIT_JOBCENTER, 1, 100);
  unit->name = g_strdup (import_row_need (row, "name", 255));
  unit->zone = g_strdup (zone == NULL ? "Europe/Copenhagen" : zone);
  unit->address = g_strdup (import_row_text (row, "address", 255));
  unit->telephone = g_strdup (import_row_telephone (row));
  check_zone (row, unit->zone);
  if (key != NULL)
    {
      check_unit_key (row, key, unit->organisation_type);
      unit->parent_unit_id = find_parent (run, row, key);
      check_known_unit (run, row, unit);
      import_run_claim (run, row, "unit", key);
    }
  if (row->is_refused)
    return TRUE;
  if (!unit_put (run->session, unit, out_outcome, error) || !follow_zone (run, unit, error))
    return FALSE;
  keep_retirement (run, unit);
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
is_notice_hours (const char *value)
{
  return g_ascii_string_to_signed (value, 10, 0, 2160, NULL, NULL);
}

static gboolean
is_percent (const char *value)
{
  char *end = NULL;
  double percent = g_ascii_strtod (value, &end);

  return end != value && *end == '\0' && percent >= 0 && percent <= 100;
}

static gboolean
is_duration_ms (const char *value)
{
  return g_ascii_string_to_signed (value, 10, 1, 60000, NULL, NULL);
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

static gboolean
is_whole_key (const char *rest)
{
  return *rest == '\0';
}

static gboolean
is_open_or_closed (const char *value)
{
  return g_str_equal (value, "open") || g_str_equal (value, "closed");
}

/* What a run does about a meeting of ours that was moved, or is gone, in the advisor's own calendar. */
static gboolean
is_on_move (const char *value)
{
  return g_str_equal (value, "put-back") || g_str_equal (value, "propose") ||
         g_str_equal (value, "ask");
}

static gboolean
is_on_delete (const char *value)
{
  return g_str_equal (value, "put-back") || g_str_equal (value, "ask");
}

static gboolean
is_summary (const char *value)
{
  return g_utf8_strlen (value, -1) <= SUMMARY_MAX && calsync_booking_is_summary (value);
}

static gboolean
is_fresh_minutes (const char *value)
{
  return g_ascii_string_to_signed (value, 10, 5, 10080, NULL, NULL);
}

static gboolean
is_message_channel (const char *value)
{
  static const char *const words[] = { "no", "mail", "notification", NULL };
  return g_strv_contains (words, value);
}

static gboolean
is_message_limit (const char *value)
{
  return g_ascii_string_to_signed (value, 10, 1, 50, NULL, NULL);
}

static gboolean
is_name (const char *rest)
{
  return *rest != '\0';
}

static gboolean
is_possible_bar (const char *rest)
{
  InterviewTypeBar bar;
  return type_bar_parse (rest, &bar) && type_bar_is_possible (&bar);
}

static gboolean
is_all_day_rule (const char *rest)
{
  return g_str_equal (rest, "all-day");
}

static gboolean
is_all_day_value (const char *value)
{
  CalsyncPolicy unused;
  calsync_policy_init (&unused);
  return calsync_policy_set (&unused, "all-day", value);
}

static gboolean
is_class_rule (const char *rest)
{
  CalsyncPolicy unused;
  calsync_policy_init (&unused);
  return calsync_policy_set (&unused, rest, "all");
}

static gboolean
is_class_value (const char *value)
{
  CalsyncPolicy unused;
  calsync_policy_init (&unused);
  return calsync_policy_set (&unused, "tentative", value);
}

static gboolean
is_fixed_class (const char *rest)
{
  CalsyncClass unused;
  return calsync_class_parse (rest, &unused);
}

static gboolean
is_nothing (const char *value)
{
  return FALSE;
}

/* What stands behind the name in a key is judged by @is_rest. */
static const struct
{
  const char *key;
  gboolean (*is_rest) (const char *rest);
  gboolean (*is_valid) (const char *value);
  const char *what;
} settings[] = {
  { "one-open-per-type", is_whole_key, is_yes_or_no, "yes or no" },
  { "hold-minutes", is_whole_key, is_hold_minutes, "1 to 60" },
  { "service-notice-hours", is_whole_key, is_notice_hours, "0 to 2160" },
  { "target-available-percent", is_whole_key, is_percent, "0 to 100" },
  { "target-p95-ms", is_whole_key, is_duration_ms, "1 to 60000" },
  { "target-p99-ms", is_whole_key, is_duration_ms, "1 to 60000" },
  { "cv-closed-from", is_whole_key, is_date, "a date YYYY-MM-DD" },
  { "sync-on-move", is_whole_key, is_on_move, "put-back, propose or ask" },
  { "sync-on-delete", is_whole_key, is_on_delete, "put-back or ask" },
  { "sync-summary", is_whole_key, is_summary,
    "at most 64 characters, without ten digits in a row" },
  { "sync-private", is_whole_key, is_yes_or_no, "yes or no" },
  { "sync-fresh-minutes", is_whole_key, is_fresh_minutes, "5 to 10080" },
  { "message-by-hand", is_whole_key, is_yes_or_no, "yes or no" },
  { "message-authority", is_whole_key, is_yes_or_no, "yes or no" },
  { "message-fund-interview", is_whole_key, is_message_channel, "no, mail or notification" },
  { "message-limit-day", is_whole_key, is_message_limit, "1 to 50" },
  { FUND_OF_MARK, ids_is_guid, is_fund, "an a-kasse code" },
  { HOLIDAY, is_name, is_open_or_closed, "open or closed" },
  { BLOCK_RULE_SETTING, is_all_day_rule, is_all_day_value, "yes, as-marked or no" },
  { BLOCK_RULE_SETTING, is_class_rule, is_class_value, "all, in-person or none" },
  { BLOCK_RULE_SETTING, is_fixed_class, is_nothing,
    "left as it is (busy and unknown time always block, free time never does)" },
  { TYPE_BAR_PREFIX, is_possible_bar, is_yes_or_no, "yes or no" },
};

static void
check_setting (ImportRow *row, const char *key, const char *value)
{
  g_autoptr (GString) known = g_string_new (NULL);
  const RetentionClass *class = retention_class_of_setting (key);

  if (class != NULL)
    {
      if (!retention_is_term (class, value))
        import_row_refuse (row, "%s must be %d to %d days, not \"%s\"", key, (int) class->min_days,
                           RETENTION_MAX_DAYS, value);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (g_str_has_prefix (key, settings[i].key) &&
        settings[i].is_rest (key + strlen (settings[i].key)))
      {
        if (!settings[i].is_valid (value))
          import_row_refuse (row, "%s must be %s, not \"%s\"", key, settings[i].what, value);
        return;
      }
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (i == 0 || !g_str_equal (settings[i].key, settings[i - 1].key))
      g_string_append_printf (known, "%s%s", i == 0 ? "" : ", ", settings[i].key);
  import_row_refuse (row, "there is no setting %s: there are %s", key, known->str);
}

static const SettingRecord *
find_stored (const ImportRun *run, const SettingRecord *setting)
{
  for (guint i = 0; i < run->settings->len; i++)
    {
      const SettingRecord *stored = run->settings->pdata[i];
      if (stored->unit_id == setting->unit_id && g_str_equal (stored->key, setting->key) &&
          stored->valid_from_date == setting->valid_from_date)
        return stored;
    }
  return NULL;
}

static void
check_holiday (const ImportRun *run, ImportRow *row, const char *name)
{
  g_autofree char *path = g_build_filename (run->data_dir, "holidays-dk.csv", NULL);
  g_autofree char *text = NULL;
  g_autoptr (Holidays) holidays = NULL;

  if (g_file_get_contents (path, &text, NULL, NULL))
    holidays = holidays_parse (text, NULL);
  if (holidays == NULL || !holidays_has_name (holidays, name))
    import_row_refuse (row, "key: there is no holiday \"%s\": plannerctl list holidays names them",
                       name);
}

/* What is stored already is not judged again: a list may have ended a code since. */
static void
check_setting_codes (ImportRun *run, ImportRow *row, const SettingRecord *setting)
{
  const SettingRecord *stored = find_stored (run, setting);
  gint64 date = MAX (setting->valid_from_date, import_run_today (run, NULL));
  g_auto (GStrv) parts = g_strsplit (setting->key, ":", -1);

  if (stored != NULL && g_str_equal (stored->value, setting->value))
    return;
  if (g_str_has_prefix (setting->key, HOLIDAY))
    check_holiday (run, row, setting->key + strlen (HOLIDAY));
  if (g_str_has_prefix (setting->key, FUND_OF_MARK))
    import_run_check_code (run, row, "value", CODES_UNEMPLOYMENT_FUNDS, setting->value, date);
  if (!g_str_has_prefix (setting->key, TYPE_BAR_PREFIX))
    return;
  import_run_check_code (run, row, "key", CODES_INTERVIEW_TYPES, parts[1], date);
  import_run_check_code (run, row, "key", CODES_CONTACT_GROUPS, parts[2], date);
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
  if (!row->is_refused)
    check_setting_codes (run, row, setting);
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

static void
keep_team_retirement (const ImportRun *run, TeamRecord *team)
{
  const TeamRecord *before = g_hash_table_lookup (run->teams, team->team_key);
  team->retired_us = before == NULL ? 0 : before->retired_us;
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
  if (team->team_key != NULL)
    keep_team_retirement (run, team);
  if (unit != NULL && unit->retired_us != 0 && team->retired_us == 0)
    import_row_refuse (row, "unit: %s is retired: bring it back with restore first",
                       unit->organisation_key);
  if (row->is_refused || !import_run_claim (run, row, "team", team->team_key))
    return TRUE;
  team->unit_id = unit->unit_id;
  team->unit_key = g_strdup (unit->organisation_key);
  if (!team_put (run->session, team, out_outcome, error))
    return FALSE;
  import_run_remember_team (run, g_steal_pointer (&team));
  return TRUE;
}
