/* SPDX-License-Identifier: EUPL-1.2 */
/* The civil-time parts of an offer as instants: when a day opens, when a window occurs. */
#pragma once

#include "rules/offer.h"

gint64 offer_day_opens_us (const Offer *offer, gint32 date);
gint64 offer_first_unopened_us (const Offer *offer, gint64 now_us);
gboolean offer_window_admits (const OfferWindow *window, const char *unemployment_fund);
Period offer_window_occurrence (const Offer *offer, const OfferWindow *window, gint32 date);
gboolean offer_window_is_full (const OfferWindow *window, Period occurrence, const GArray *starts);
