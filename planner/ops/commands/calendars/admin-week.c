/* SPDX-License-Identifier: EUPL-1.2 */
/* A resource's week: spans as lists, and each day as one letter per five minutes of the wall clock. */
#include "ops/commands/calendars/admin-week.h"

#include <string.h>

#include "base/error.h"
#include "ops/commands/admin-records.h"
#include "ops/facts/block-rules.h"
#include "ops/facts/manual-time.h"
#include "store/availability-store.h"
#include "store/busy-span-store.h"
#include "store/calendar-store.h"

#define STEPS_PER_DAY 288
#define STEP_MINUTES  5
#define STEP_US       (STEP_MINUTES * PERIOD_US_PER_MINUTE)

/* In rising order of what covers what. */
#define SCALE " .~x#bHGB"

/* A setting: open or closed on the holiday of that name. */
#define HOLIDAY "holiday:"

typedef struct
{
  AdminCall *call;
  const ResourceRecord *resource;
  const CalsyncZone *zone;
  const Holidays *holidays;
  gint64 monday;
  Period week;
  char steps[7][STEPS_PER_DAY + 1];
  JsonArray *spans;
} Week;

/* The wall minute of each five minutes of the span gets the letter, unless a stronger one is there:
 * in the hour that a clock shows twice, either of the two instants counts. */
static void
paint (Week *week, Period span, char letter)
{
  Period inside = period_intersect (span, week->week);
  gint64 at_us = inside.start_us - inside.start_us % STEP_US;

  for (; at_us < inside.end_us; at_us += STEP_US)
    {
      CalsyncLocalTime local;
      gint64 day = calsync_zone_local_day (week->zone, at_us) - week->monday;
      char *step;

      if (day < 0 || day > 6)
        continue;
      calsync_zone_to_local (week->zone, at_us, &local, NULL);
      step = &week->steps[day][(local.hour * 60 + local.minute) / STEP_MINUTES];
      if (strchr (SCALE, letter) > strchr (SCALE, *step))
        *step = letter;
    }
}

static void
add_span (Week *week, const char *kind, Period span, const char *what)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "kind", kind);
  admin_set_time (object, "start", week->zone, span.start_us);
  admin_set_time (object, "end", week->zone, span.end_us);
  admin_set_text (object, "what", what);
  json_array_add_object_element (week->spans, object);
}

static gboolean
add_work (Week *week, GError **error)
{
  g_autoptr (GArray) spans =
    work_span_list (week->call->session, week->resource->resource_id, week->week, error);

  for (guint i = 0; spans != NULL && i < spans->len; i++)
    {
      add_span (week, "work", g_array_index (spans, Period, i), NULL);
      paint (week, g_array_index (spans, Period, i), '.');
    }
  return spans != NULL;
}

static const ManualTime *
find_blocked (const GPtrArray *times, gint64 object_id)
{
  for (guint i = 0; i < times->len; i++)
    if (((ManualTime *) times->pdata[i])->object_id == object_id)
      return times->pdata[i];
  return NULL;
}

static void
add_blocked (Week *week, const BusySpan *span, const ManualTime *time)
{
  const char *text = time->stretch->text;
  g_autofree char *what = g_strdup_printf ("%s%s%s", time->stretch->uid, text == NULL ? "" : " ",
                                           text == NULL ? "" : text);

  add_span (week, "blocked", span->period, what);
  paint (week, span->period, '#');
}

static char
painted_as (const BusySpan *span, CalsyncBlocks blocks)
{
  if (blocks == CALSYNC_BLOCKS_IN_PERSON)
    return 'e';
  return g_str_equal (span->class_name, "tentative") ? '~' : 'x';
}

static gboolean
add_busy (Week *week, GError **error)
{
  g_autoptr (GPtrArray) times = manual_time_list (week->call->session, week->resource->tenant_id,
                                                  week->resource->resource_id, error);
  g_autoptr (GArray) spans =
    times == NULL
      ? NULL
      : busy_span_list (week->call->session, week->resource->resource_id, week->week, error);

  CalsyncPolicy policy;

  if (spans == NULL || !block_rules_load (week->call->session, week->resource->resource_id,
                                          week->call->now_us, &policy, error))
    return FALSE;
  for (guint i = 0; i < spans->len; i++)
    {
      const BusySpan *span = &g_array_index (spans, BusySpan, i);
      const ManualTime *time = find_blocked (times, span->object_id);
      CalsyncBlocks blocks = block_rules_get (&policy, span);

      if (blocks == CALSYNC_BLOCKS_NOTHING)
        continue;

      if (time != NULL)
        {
          add_blocked (week, span, time);
          continue;
        }
      add_span (week, "busy", span->period, span->class_name);
      paint (week, span->period, painted_as (span, blocks));
    }
  return TRUE;
}

/* A booking is told by its title and identifier, never by its citizen. */
static void
add_claim (Week *week, StoreQuery *query)
{
  Period widened = { store_int (query, 0), store_int (query, 1) };
  Period core = { store_int (query, 2), store_int (query, 3) };
  const char *kind = store_text (query, 4);
  const char *identifier = store_text (query, 5);
  const char *title = store_text (query, 6);
  g_autofree char *what = identifier == NULL ? NULL : g_strdup_printf ("%s %s", identifier, title);

  add_span (week, kind, core, what);
  paint (week, widened, 'b');
  paint (week, core, (char) g_ascii_toupper (*kind));
}

static gboolean
add_claims (Week *week, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (week->call->session, &query, error, SQL_SCHEDULE, "iiii",
                    week->resource->resource_id, week->week.start_us, week->week.end_us,
                    week->call->now_us))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    add_claim (week, &query);
  return step == STORE_END;
}

/* The unit's own choices in force on the date: the municipality's rows come first, then the unit's, each by date. */
static GHashTable *
load_choices (Week *week, const UnitRecord *unit, gint64 date)
{
  GHashTable *choices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) settings =
    unit == NULL ? NULL : setting_list (week->call->session, unit->tenant_id, NULL);

  for (guint i = 0; settings != NULL && i < settings->len; i++)
    {
      const SettingRecord *setting = settings->pdata[i];
      if (g_str_has_prefix (setting->key, HOLIDAY) && setting->valid_from_date <= date &&
          (setting->unit_id == 0 || setting->unit_id == unit->unit_id))
        g_hash_table_replace (choices, g_strdup (setting->key + strlen (HOLIDAY)),
                              g_strdup (setting->value));
    }
  return choices;
}

/* The name of the closing day of the resource's first unit, or of the holiday; NULL on other days. */
static char *
dup_closed (Week *week, const GPtrArray *units, gint64 date)
{
  const UnitRecord *unit =
    week->resource->unit_ids->len == 0
      ? NULL
      : admin_find_unit (units, g_array_index (week->resource->unit_ids, gint64, 0));
  g_autoptr (GPtrArray) days =
    unit == NULL ? NULL : closing_day_list (week->call->session, unit, date, date + 1, NULL);
  g_autoptr (GHashTable) choices =
    load_choices (week, unit, calsync_zone_local_day (week->zone, week->call->now_us));
  g_autoptr (GArray) holidays =
    holidays_list_chosen (week->holidays, choices, (gint32) date, (gint32) date + 1);

  if (days != NULL && days->len > 0)
    return g_strdup (((ClosingDay *) days->pdata[0])->name);
  return holidays->len == 0 ? NULL : g_strdup (holidays_find_name (week->holidays, (gint32) date));
}

static void
report (Week *week, const GPtrArray *units)
{
  JsonArray *days = json_array_new ();
  JsonObject *result = week->call->result;

  for (guint i = 0; i < 7; i++)
    {
      g_autofree char *date = admin_format_date (week->monday + i);
      g_autofree char *closed = dup_closed (week, units, week->monday + i);
      JsonObject *day = json_object_new ();

      json_object_set_string_member (day, "date", date);
      json_object_set_string_member (day, "steps", week->steps[i]);
      admin_set_text (day, "closed", closed);
      json_array_add_object_element (days, day);
    }
  json_object_set_string_member (result, "resource", week->resource->resource_key);
  json_object_set_string_member (result, "name", week->resource->name);
  json_object_set_int_member (result, "week", calsync_days_iso_week (week->monday, NULL));
  json_object_set_array_member (result, "days", days);
  json_object_set_array_member (result, "spans", json_array_ref (week->spans));
}

/* clang-format off */
const AdminArgument admin_show_week_arguments[] = {
  { "resource", ADMIN_TEXT, ADMIN_WORD, "RESOURCE", "key or e-mail address of an advisor or a room" },
  { "date", ADMIN_DATE, ADMIN_OPTION, "DATE", "any day of the week (today)" },
  { NULL },
};
/* clang-format on */

/**
 * admin_show_week:
 *
 * Arguments: tenant, resource (key or e-mail address), date (any day of the week; today). Result:
 * days, each with its date and 288 letters: space not working, . working, ~ tentative, x own
 * appointment, # blocked by hand, b buffer, H hold, G group meeting, B booking; and spans with kind, start and end.
 */
gboolean
admin_show_week (AdminCall *call, GError **error)
{
  g_autoptr (AdminCatalogue) catalogue = admin_catalogue_load (call, error);
  g_autoptr (Holidays) holidays = catalogue == NULL ? NULL : admin_load_holidays (call, error);
  g_autoptr (JsonArray) spans = json_array_new ();
  Week week = { .call = call, .spans = spans, .holidays = holidays };
  const char *key = NULL;
  gint64 date = 0;

  if (holidays == NULL || !admin_need_text (call, "resource", &key, error))
    return FALSE;
  week.resource = admin_catalogue_find_resource (catalogue, key, error);
  if (week.resource == NULL)
    return FALSE;
  week.zone = admin_zone_of (
    catalogue->units,
    week.resource->unit_ids->len == 0 ? 0 : g_array_index (week.resource->unit_ids, gint64, 0));
  if (!admin_get_date (call, "date", calsync_zone_local_day (week.zone, call->now_us), &date,
                       error))
    return FALSE;
  week.monday = date - (calsync_days_weekday (date) - 1);
  week.week = (Period){ calsync_zone_midnight (week.zone, week.monday),
                        calsync_zone_midnight (week.zone, week.monday + 7) };
  for (guint i = 0; i < 7; i++)
    memset (week.steps[i], ' ', STEPS_PER_DAY);
  if (!add_work (&week, error) || !add_busy (&week, error) || !add_claims (&week, error))
    return FALSE;
  report (&week, catalogue->units);
  return TRUE;
}
