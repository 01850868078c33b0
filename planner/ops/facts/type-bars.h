/* SPDX-License-Identifier: EUPL-1.2 */
/* Which interview types a municipality does not hold with which contact groups: dated settings, held against offers. */
#pragma once

#include "rules/booking-rules.h"
#include "store/offer-store.h"
#include "store/unit-store.h"

/* The setting type-barred:TYPE:GROUP. */
#define TYPE_BAR_PREFIX "type-barred:"

/* From TYPE:GROUP. */
gboolean type_bar_parse (const char *text, InterviewTypeBar *out_bar);
/* A type that is for every group cannot be barred. */
gboolean type_bar_is_possible (const InterviewTypeBar *bar);
/* Those of one type, in one unit, on one day. */
GArray *
type_bars_list (const GPtrArray *settings, gint64 unit_id, gint64 interview_type, gint64 date);
/* NULL when the offer contradicts no bar on any date from @today on; else what does. Dates in the offer's unit. */
char *type_bars_find_fault (const GPtrArray *settings,
                            const OfferRecord *offer,
                            gint64 today,
                            gint64 now_us);
