/* SPDX-License-Identifier: EUPL-1.2 */
/* The metrics of the DFDG side, for the table of all metrics, and its health. */
#pragma once

#include "planner-metrics.h"

void metrics_append_dfdg_outbox (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_dfdg_inbox (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_dfdg_echoes (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_dfdg_messages (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_dfdg_oldest (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_dfdg_down (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_dfdg_calls (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_dfdg_done (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_dfdg_parked (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_dfdg_pushes (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_dfdg_looks (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_dfdg_problems (GString *text, const char *name, const MetricsPicture *picture);
char *metrics_dfdg_dup_health (const MetricsDfdg *dfdg, gboolean *out_is_well);
