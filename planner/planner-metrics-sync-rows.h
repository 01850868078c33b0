/* SPDX-License-Identifier: EUPL-1.2 */
/* The metrics of calendar synchronisation, for the table of all metrics, and its health. */
#pragma once

#include "planner-metrics.h"

void metrics_append_sync_calendars (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_sync_withheld (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_sync_conflicts (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_sync_hosts (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_sync_oldest (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_sync_age (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_sync_runs (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_sync_durations (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_sync_requests (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_sync_bytes (GString *text, const char *name, const MetricsPicture *picture);
char *metrics_sync_dup_health (const MetricsSync *sync, gboolean *out_is_well);
