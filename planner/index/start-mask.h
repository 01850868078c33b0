/* SPDX-License-Identifier: EUPL-1.2 */
/* Which starts an offer allows at all, whoever is free: limits, windows, grid of the day, own bookings. */
#pragma once

#include "index/slot-search.h"

/**
 * StartLimits:
 * @first_step: first step at which a meeting may start
 * @end_step: first step at which none may any more
 */
typedef struct
{
  gint64 first_step;
  gint64 end_step;
} StartLimits;

StartLimits start_mask_limits (const SlotSearch *search);
void start_mask_fill (const SlotSearch *search,
                      StartLimits limits,
                      gint64 first_word,
                      guint n_words,
                      guint64 *out_allowed);
