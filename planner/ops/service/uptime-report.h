/* SPDX-License-Identifier: EUPL-1.2 */
/* Availability from runs, windows and counts: pure functions (decision 0013). */
#pragma once

#include "base/service-window.h"
#include "ops/service/uptime-tally.h"

typedef enum
{
  OUTAGE_STOP,   /* plannerd was stopped cleanly */
  OUTAGE_LOST,   /* it was killed, it crashed, or the machine did */
  OUTAGE_STALL,  /* it lived, but nothing could be committed */
  OUTAGE_WINDOW, /* a service window that was not announced in time */
} OutageCause;

/**
 * Outage:
 * @period: a stretch in which nobody was served, within the measured time
 * @planned_us: how much of it planned windows cover
 * @is_over: FALSE when it lasted to the end of the measured time
 */
typedef struct
{
  Period period;
  OutageCause cause;
  gint64 planned_us;
  gboolean is_over;
} Outage;

/**
 * UptimeReport:
 * @measured: from the first record, within what was asked for, to the last that is known
 * @planned_us: of it in windows announced in time
 * @down_us: of the rest, not served
 * @outages: (element-type Outage): by start
 * @longest_us: unplanned part of the longest outage
 */
typedef struct
{
  Period measured;
  gint64 planned_us;
  gint64 down_us;
  GArray *outages;
  gint64 longest_us;
} UptimeReport;

/**
 * UptimeFacts:
 * @spans: (element-type UptimeSpan): by start, the one before @period first
 * @windows: (element-type ServiceWindow): those that count for the unit in question
 * @period: what is asked for
 * @now_us: later than everything recorded
 */
typedef struct
{
  const GArray *spans;
  const GPtrArray *windows;
  Period period;
  gint64 now_us;
} UptimeFacts;

void uptime_report_make (const UptimeFacts *facts, UptimeReport *out_report);
void uptime_report_clear (UptimeReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UptimeReport, uptime_report_clear)

const char *outage_cause_get_name (OutageCause cause);
double uptime_report_get_percent (const UptimeReport *report);
/* @counts: UPTIME_N_BOUNDS + 1 of them, the last one for longer calls. */
int uptime_find_percentile (const gint64 *counts, int percent);
gint64 uptime_count_within (const gint64 *counts, gint64 limit_us);
gint64 uptime_count_all (const gint64 *counts);
