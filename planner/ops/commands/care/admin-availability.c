/* SPDX-License-Identifier: EUPL-1.2 */
/* A month's availability against its targets, from durable records (decision 0013). */
#include "ops/commands/care/admin-availability.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "ops/commands/admin-records.h"
#include "ops/service/uptime-report.h"
#include "store/service-window-store.h"

#define ZONE      "Europe/Copenhagen"
#define N_COUNTS  (UPTIME_N_BOUNDS + 1)
#define TIMEOUT_S 5
/* The bucket that ends at the hard time-out and the time to send its answer. */
#define TIMEOUT_US uptime_bounds_us[UPTIME_N_BOUNDS - 1]

/**
 * Month:
 * @first_date: local, days since 1970-01-01
 * @durations: of every call that was not refused by a window
 * @n_calls: by UptimeOutcome
 */
typedef struct
{
  AdminCall *call;
  AdminCatalogue *catalogue;
  const CalsyncZone *zone;
  const UnitRecord *unit;
  char name[8];
  gint64 first_date;
  Period period;
  UptimeReport report;
  gint64 durations[N_COUNTS];
  gint64 n_calls[UPTIME_CLOSED + 1];
} Month;

static void
month_clear (Month *month)
{
  g_clear_pointer (&month->catalogue, admin_catalogue_free);
  uptime_report_clear (&month->report);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Month, month_clear)

/* YYYY-MM, this month when missing. */
static gboolean
read_month (Month *month, GError **error)
{
  const char *text = NULL;
  int year = 0;
  int number = 0;
  int day = 0;
  char end = '\0';

  calsync_days_to_civil (calsync_zone_local_day (month->zone, month->call->now_us), &year, &number,
                         &day);
  if (!admin_get_text (month->call, "month", &text, error))
    return FALSE;
  if (text != NULL &&
      (strlen (text) != 7 || sscanf (text, "%4d-%2d%c", &year, &number, &end) != 2 || year < 2000 ||
       number < 1 || number > 12))
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                   "month must be YYYY-MM, not \"%s\"", text);
      return FALSE;
    }
  g_snprintf (month->name, sizeof month->name, "%04d-%02d", year, number);
  month->first_date = calsync_days_from_civil (year, number, 1);
  month->period.start_us = calsync_zone_midnight (month->zone, month->first_date);
  month->period.end_us = calsync_zone_midnight (
    month->zone, calsync_days_from_civil (year + number / 12, number % 12 + 1, 1));
  return TRUE;
}

static gboolean
read_question (Month *month, GError **error)
{
  const char *key = NULL;

  month->zone = calsync_zone_lookup (ZONE, error);
  month->catalogue = month->zone == NULL ? NULL : admin_catalogue_load (month->call, error);
  if (month->catalogue == NULL || !read_month (month, error) ||
      !admin_get_text (month->call, "unit", &key, error))
    return FALSE;
  if (key != NULL)
    month->unit = admin_catalogue_find_unit (month->catalogue, key, error);
  return key == NULL || month->unit != NULL;
}

static UptimeQuestion
question_of (const Month *month)
{
  return (UptimeQuestion){ .tenant_id = month->catalogue->tenant->tenant_id,
                           .unit_id = month->unit == NULL ? 0 : month->unit->unit_id,
                           .period = month->period };
}

static void
add_count (const UptimeCount *count, gpointer data)
{
  static const char *const names[] = { "ok", "fault", "busy", "error", "closed" };
  Month *month = data;
  guint bucket = 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i], count->outcome))
      month->n_calls[i] += count->n_calls;
  if (g_str_equal (count->outcome, names[UPTIME_CLOSED]))
    return;
  while (bucket < UPTIME_N_BOUNDS && uptime_bounds_us[bucket] != count->bound_us)
    bucket++;
  month->durations[bucket] += count->n_calls;
}

/* Those that concern the unit, or the whole tenant when none is asked for. */
static GPtrArray *
list_windows (const Month *month, GError **error)
{
  UptimeQuestion question = question_of (month);
  g_autoptr (GPtrArray) windows =
    service_window_store_list (month->call->session, question.tenant_id, month->period, error);

  for (guint i = windows == NULL ? 0 : windows->len; i > 0; i--)
    if (!service_window_concerns (windows->pdata[i - 1], question.tenant_id, question.unit_id))
      g_ptr_array_remove_index (windows, i - 1);
  return g_steal_pointer (&windows);
}

static gboolean
load (Month *month, GError **error)
{
  UptimeQuestion question = question_of (month);
  g_autoptr (GArray) spans = uptime_store_list_spans (month->call->session, month->period, error);
  g_autoptr (GPtrArray) windows = spans == NULL ? NULL : list_windows (month, error);
  UptimeFacts facts = { spans, windows, month->period, month->call->now_us };

  if (windows == NULL ||
      !uptime_store_sum_counts (month->call->session, &question, add_count, month, error))
    return FALSE;
  uptime_report_make (&facts, &month->report);
  return TRUE;
}

static double
seconds (gint64 us)
{
  return (double) us / 1e6;
}

static void
show_time (const Month *month, JsonObject *result)
{
  const UptimeReport *report = &month->report;
  gint64 measured_us = report->measured.end_us - report->measured.start_us;

  json_object_set_string_member (result, "month", month->name);
  json_object_set_string_member (result, "tenant", month->catalogue->tenant->tenant_key);
  if (month->unit != NULL)
    json_object_set_string_member (result, "unit", month->unit->organisation_key);
  admin_set_time (result, "measured_from", month->zone, report->measured.start_us);
  admin_set_time (result, "measured_to", month->zone, report->measured.end_us);
  json_object_set_double_member (
    result, "not_measured_s",
    seconds (month->period.end_us - month->period.start_us - measured_us));
  json_object_set_double_member (result, "measured_s", seconds (measured_us));
  json_object_set_double_member (result, "planned_s", seconds (report->planned_us));
  json_object_set_double_member (result, "up_s",
                                 seconds (measured_us - report->planned_us - report->down_us));
  json_object_set_double_member (result, "down_s", seconds (report->down_us));
  json_object_set_double_member (result, "availability_percent",
                                 uptime_report_get_percent (report));
  json_object_set_double_member (result, "longest_outage_s", seconds (report->longest_us));
}

static void
show_outages (const Month *month, JsonObject *result)
{
  const GArray *outages = month->report.outages;
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < outages->len; i++)
    {
      const Outage *outage = &g_array_index (outages, Outage, i);
      gint64 length_us = outage->period.end_us - outage->period.start_us;
      JsonObject *object = json_object_new ();

      admin_set_time (object, "from", month->zone, outage->period.start_us);
      admin_set_time (object, "to", month->zone, outage->period.end_us);
      json_object_set_double_member (object, "seconds", seconds (length_us));
      json_object_set_double_member (object, "planned_s", seconds (outage->planned_us));
      json_object_set_string_member (object, "cause", outage_cause_get_name (outage->cause));
      json_object_set_string_member (object, "ended",
                                     !outage->is_over                 ? "not yet"
                                     : outage->cause == OUTAGE_WINDOW ? "window over"
                                                                      : "started again");
      json_array_add_object_element (list, object);
    }
  json_object_set_array_member (result, "outages", list);
}

static void
show_calls (const Month *month, JsonObject *result)
{
  static const char *const members[] = { "ok", "callers_fault", "busy", "own_fault", "closed" };
  JsonObject *calls = json_object_new ();
  JsonArray *histogram = json_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    json_object_set_int_member (calls, members[i], month->n_calls[i]);
  json_object_set_object_member (result, "calls", calls);
  for (guint i = 0; i < N_COUNTS; i++)
    {
      JsonObject *bucket = json_object_new ();

      if (i < UPTIME_N_BOUNDS)
        json_object_set_double_member (bucket, "up_to_ms", (double) uptime_bounds_us[i] / 1000);
      json_object_set_int_member (bucket, "calls", month->durations[i]);
      json_array_add_object_element (histogram, bucket);
    }
  json_object_set_array_member (result, "durations", histogram);
}

/* The bucket's bounds: the percentile lies above the first and at or below the second. */
static void
show_percentile (const Month *month, JsonObject *result, int percent)
{
  int bucket = uptime_find_percentile (month->durations, percent);
  g_autofree char *name = g_strdup_printf ("p%d", percent);
  JsonObject *object;

  if (bucket < 0)
    return;
  object = json_object_new ();
  json_object_set_double_member (object, "above_ms",
                                 bucket == 0 ? 0.0 : (double) uptime_bounds_us[bucket - 1] / 1000);
  if (bucket < UPTIME_N_BOUNDS)
    json_object_set_double_member (object, "up_to_ms", (double) uptime_bounds_us[bucket] / 1000);
  json_object_set_object_member (result, name, object);
}

/* A target of a setting, or its default (dossier 6.2). */
static gboolean
find_target (const Month *month,
             const char *key,
             double fallback,
             double *out_value,
             GError **error)
{
  UptimeQuestion question = question_of (month);
  g_autoptr (GError) local_error = NULL;
  g_autofree char *value = uptime_store_dup_setting (month->call->session, &question, key,
                                                     month->first_date, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  *out_value = value == NULL ? fallback : g_ascii_strtod (value, NULL);
  return TRUE;
}

typedef struct
{
  const char *name;
  double target;
  gboolean is_judged;
  gboolean is_met;
} Verdict;

static void
show_verdict (JsonArray *list, const Verdict *verdict)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "target", verdict->name);
  json_object_set_double_member (object, "value", verdict->target);
  json_object_set_string_member (object, "verdict",
                                 !verdict->is_judged ? "nothing measured"
                                 : verdict->is_met   ? "met"
                                                     : "missed");
  json_array_add_object_element (list, object);
}

/* So many percent of the calls in buckets that end at or before the target. */
static gboolean
meets (const Month *month, int percent, double target_ms)
{
  gint64 n_within = uptime_count_within (month->durations, (gint64) (target_ms * 1000));

  return n_within * 100 >= uptime_count_all (month->durations) * percent;
}

static gboolean
show_verdicts (const Month *month, JsonObject *result, GError **error)
{
  JsonArray *list = json_array_new ();
  gboolean has_calls = uptime_count_all (month->durations) > 0;
  gboolean has_time = !period_is_empty (month->report.measured);
  double percent = 0;
  double p95 = 0;
  double p99 = 0;

  json_object_set_array_member (result, "targets", list);
  if (!find_target (month, "target-available-percent", 99.9, &percent, error) ||
      !find_target (month, "target-p95-ms", 300, &p95, error) ||
      !find_target (month, "target-p99-ms", 1000, &p99, error))
    return FALSE;
  show_verdict (list, &(Verdict){ "available-percent", percent, has_time,
                                  uptime_report_get_percent (&month->report) >= percent });
  show_verdict (list, &(Verdict){ "p95-ms", p95, has_calls, meets (month, 95, p95) });
  show_verdict (list, &(Verdict){ "p99-ms", p99, has_calls, meets (month, 99, p99) });
  show_verdict (list, &(Verdict){ "time-out-s", TIMEOUT_S, has_calls,
                                  uptime_count_within (month->durations, TIMEOUT_US) ==
                                    uptime_count_all (month->durations) });
  return TRUE;
}

/* clang-format off */
const AdminArgument admin_availability_arguments[] = {
  { "month", ADMIN_TEXT, ADMIN_OPTION, "YYYY-MM", "which month (this one)" },
  { "unit", ADMIN_TEXT, ADMIN_OPTION, "KEY", "calls and windows of this unit only (every unit)" },
  { NULL },
};
/* clang-format on */

/**
 * admin_availability:
 *
 * Result: times in seconds, calls by outcome, percentiles with the bounds of their bucket, outages,
 * and a verdict for each target. Errors: PLANNER_ERROR_NOT_VALID, PLANNER_ERROR_NOT_FOUND.
 */
gboolean
admin_availability (AdminCall *call, GError **error)
{
  g_auto (Month) month = { .call = call };
  JsonObject *result = call->result;

  if (!read_question (&month, error) || !load (&month, error))
    return FALSE;
  show_time (&month, result);
  show_calls (&month, result);
  show_percentile (&month, result, 50);
  show_percentile (&month, result, 95);
  show_percentile (&month, result, 99);
  show_outages (&month, result);
  return show_verdicts (&month, result, error);
}
