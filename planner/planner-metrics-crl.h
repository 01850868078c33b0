/* SPDX-License-Identifier: EUPL-1.2 */
/* The metrics of the revocation lists, for the table of all metrics. */
#pragma once

#include "planner-metrics.h"

void metrics_append_escaped (GString *text, const char *label);
void metrics_append_crl_age (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_crl_expiry (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_crl_revoked (GString *text, const char *name, const MetricsPicture *picture);
void metrics_append_crl_ignored (GString *text, const char *name, const MetricsPicture *picture);
