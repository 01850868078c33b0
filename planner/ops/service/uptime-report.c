/* SPDX-License-Identifier: EUPL-1.2 */
/* What a month's records say: planned, up, down, outages, percentiles. */
#include "ops/service/uptime-report.h"

static const char *const cause_names[] = { "stopped", "lost", "stalled", "short-notice" };

/**
 * outage_cause_get_name:
 *
 * Returns: its word in reports
 */
const char *
outage_cause_get_name (OutageCause cause)
{
  return cause_names[cause];
}

static gint64
length_of (const GArray *list)
{
  gint64 length_us = 0;

  for (guint i = 0; i < list->len; i++)
    length_us += g_array_index (list, Period, i).end_us - g_array_index (list, Period, i).start_us;
  return length_us;
}

/* A window that was cancelled while it was on lasted until then. */
static Period
effective (const ServiceWindow *window)
{
  Period period = window->period;

  if (window->cancelled_us != 0)
    period.end_us = MIN (period.end_us, window->cancelled_us);
  return period;
}

static GArray *
list_planned (const UptimeFacts *facts, Period measured)
{
  GArray *planned = period_list_new ();

  for (guint i = 0; i < facts->windows->len; i++)
    {
      const ServiceWindow *window = facts->windows->pdata[i];

      if (window->in_time)
        period_list_add (planned, period_intersect (effective (window), measured));
    }
  period_list_normalise (planned);
  return planned;
}

/* A run that may still go on is not judged beyond its last sign of life while that is fresh. */
static Period
find_measured (const UptimeFacts *facts)
{
  const UptimeSpan *first = &g_array_index (facts->spans, UptimeSpan, 0);
  const UptimeSpan *last = &g_array_index (facts->spans, UptimeSpan, facts->spans->len - 1);
  gint64 known_us = facts->now_us;

  if (last->ended == UPTIME_OPEN && facts->now_us - last->period.end_us < UPTIME_STALL_US)
    known_us = last->period.end_us;
  return period_intersect (facts->period, (Period){ first->period.start_us, known_us });
}

static void
add_outage (UptimeReport *report, Period period, OutageCause cause, const GArray *planned)
{
  g_autoptr (GArray) alone = period_list_new ();
  g_autoptr (GArray) covered = NULL;
  Outage outage = { .period = period_intersect (period, report->measured), .cause = cause };
  gint64 unplanned_us;

  if (period_is_empty (outage.period))
    return;
  period_list_add (alone, outage.period);
  covered = period_list_intersect (alone, planned);
  outage.planned_us = length_of (covered);
  outage.is_over = period.end_us <= report->measured.end_us;
  unplanned_us = outage.period.end_us - outage.period.start_us - outage.planned_us;
  report->longest_us = MAX (report->longest_us, unplanned_us);
  g_array_append_val (report->outages, outage);
}

/* Between two runs, and after the last one. */
static void
add_gaps (const UptimeFacts *facts, UptimeReport *report, const GArray *planned)
{
  static const OutageCause causes[] = {
    [UPTIME_OPEN] = OUTAGE_LOST, [UPTIME_STOPPED] = OUTAGE_STOP, [UPTIME_STALLED] = OUTAGE_STALL
  };

  for (guint i = 0; i < facts->spans->len; i++)
    {
      const UptimeSpan *span = &g_array_index (facts->spans, UptimeSpan, i);
      gint64 until_us = i + 1 < facts->spans->len ? span[1].period.start_us : G_MAXINT64;

      add_outage (report, (Period){ span->period.end_us, until_us }, causes[span->ended], planned);
    }
}

/* Nobody was told in time, so its time counts as down, although the program ran. */
static void
add_short_notices (const UptimeFacts *facts, UptimeReport *report, const GArray *planned)
{
  for (guint i = 0; i < facts->windows->len; i++)
    {
      const ServiceWindow *window = facts->windows->pdata[i];

      if (!window->in_time && window->kind != SERVICE_WINDOW_RELEASE)
        add_outage (report, effective (window), OUTAGE_WINDOW, planned);
    }
}

static int
compare_outages (gconstpointer a, gconstpointer b)
{
  const Outage *left = a, *right = b;

  if (left->period.start_us != right->period.start_us)
    return left->period.start_us < right->period.start_us ? -1 : 1;
  return (left->period.end_us > right->period.end_us) -
         (left->period.end_us < right->period.end_us);
}

/* What is down for two reasons at once is down once. */
static gint64
sum_down (const UptimeReport *report, const GArray *planned)
{
  g_autoptr (GArray) down = period_list_new ();
  g_autoptr (GArray) unplanned = NULL;

  for (guint i = 0; i < report->outages->len; i++)
    period_list_add (down, g_array_index (report->outages, Outage, i).period);
  period_list_normalise (down);
  unplanned = period_list_subtract (down, planned);
  return length_of (unplanned);
}

/**
 * uptime_report_make:
 * @out_report: clear it with uptime_report_clear(); its measured time is empty without records
 */
void
uptime_report_make (const UptimeFacts *facts, UptimeReport *out_report)
{
  g_autoptr (GArray) planned = NULL;

  *out_report = (UptimeReport){ .outages = g_array_new (FALSE, FALSE, sizeof (Outage)) };
  if (facts->spans->len > 0)
    out_report->measured = find_measured (facts);
  if (period_is_empty (out_report->measured))
    {
      out_report->measured = (Period){ 0 };
      return;
    }
  planned = list_planned (facts, out_report->measured);
  out_report->planned_us = length_of (planned);
  add_gaps (facts, out_report, planned);
  add_short_notices (facts, out_report, planned);
  g_array_sort (out_report->outages, compare_outages);
  out_report->down_us = sum_down (out_report, planned);
}

/**
 * uptime_report_clear:
 */
void
uptime_report_clear (UptimeReport *report)
{
  g_clear_pointer (&report->outages, g_array_unref);
}

/**
 * uptime_report_get_percent:
 *
 * Returns: served share of the time outside planned windows; 100 when there was none
 */
double
uptime_report_get_percent (const UptimeReport *report)
{
  gint64 wanted_us = report->measured.end_us - report->measured.start_us - report->planned_us;

  return wanted_us <= 0 ? 100.0
                        : 100.0 * (double) (wanted_us - report->down_us) / (double) wanted_us;
}

/**
 * uptime_count_all:
 */
gint64
uptime_count_all (const gint64 *counts)
{
  gint64 n = 0;

  for (guint i = 0; i <= UPTIME_N_BOUNDS; i++)
    n += counts[i];
  return n;
}

/**
 * uptime_count_within:
 *
 * Returns: calls in the buckets that end at or before the limit
 */
gint64
uptime_count_within (const gint64 *counts, gint64 limit_us)
{
  gint64 n = 0;

  for (guint i = 0; i < UPTIME_N_BOUNDS && uptime_bounds_us[i] <= limit_us; i++)
    n += counts[i];
  return n;
}

/**
 * uptime_find_percentile:
 * @percent: 1 to 100
 *
 * Returns: the bucket in which the call lies that so many percent of all are not slower than (the
 * nearest-rank method); -1 without calls
 */
int
uptime_find_percentile (const gint64 *counts, int percent)
{
  gint64 n_all = uptime_count_all (counts);
  gint64 rank = (n_all * percent + 99) / 100;
  gint64 n = 0;

  if (n_all == 0)
    return -1;
  for (int i = 0; i < UPTIME_N_BOUNDS; i++)
    {
      n += counts[i];
      if (n >= rank)
        return i;
    }
  return UPTIME_N_BOUNDS;
}
