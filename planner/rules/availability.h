/* SPDX-License-Identifier: EUPL-1.2 */
/* Working time and closed days as lists of periods. */
#pragma once

#include "base/period.h"

typedef struct _CalsyncZone CalsyncZone;

/* Dates are days since 1970-01-01 (gint32, any order): each becomes midnight to midnight in @zone. */
GArray *availability_closed_periods (const CalsyncZone *zone, const GArray *dates);
/* @spans: working time as expanded, in any order; @closed: (nullable): normal list. */
GArray *availability_working_blocks (const GArray *spans, const GArray *closed);
