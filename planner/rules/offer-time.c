/* SPDX-License-Identifier: EUPL-1.2 */
/* Dates and wall times of an offer become instants here, for both evaluators. */
#include "rules/offer-time.h"

#include "calsync-timezone.h"
#include "rules/slot-choice.h"

#define SECONDS_PER_MINUTE 60

static gint64
wall_instant_us (const Offer *offer, gint32 date, int minute)
{
  gint64 local_s = (gint64) date * CALSYNC_SECONDS_PER_DAY + minute * SECONDS_PER_MINUTE;
  return calsync_zone_seconds_to_instant (offer->zone, local_s, NULL);
}

/**
 * offer_day_opens_us:
 * @date: local date of a meeting, days since 1970-01-01
 *
 * Returns: the instant from which meetings on @date may be booked: the release time on the date
 *   that lies the horizon before. Any thread.
 */
gint64
offer_day_opens_us (const Offer *offer, gint32 date)
{
  return wall_instant_us (offer, date - offer->horizon_days, offer->release_minute);
}

/**
 * offer_first_unopened_us:
 *
 * Returns: the midnight from which on every start is beyond the horizon at @now_us. Any thread.
 */
gint64
offer_first_unopened_us (const Offer *offer, gint64 now_us)
{
  gint32 date;

  (void) slot_local_day (offer->zone, now_us, &date);
  date += offer->horizon_days + 1;
  while (offer_day_opens_us (offer, date) > now_us)
    date--;
  return calsync_zone_midnight (offer->zone, date + 1);
}

/**
 * offer_window_admits:
 * @unemployment_fund: (nullable): the citizen's a-kasse code; NULL when not known
 *
 * Returns: TRUE when the window is for any citizen, or for this fund's members. Any thread.
 */
gboolean
offer_window_admits (const OfferWindow *window, const char *unemployment_fund)
{
  return window->unemployment_fund == NULL ||
         g_strcmp0 (window->unemployment_fund, unemployment_fund) == 0;
}

/**
 * offer_window_occurrence:
 * @date: local date, days since 1970-01-01
 *
 * Returns: the window's occurrence on that date; empty when it has none. A time that the clock skips
 *   or shows twice is read as RFC 5545 says. Any thread.
 */
Period
offer_window_occurrence (const Offer *offer, const OfferWindow *window, gint32 date)
{
  guint weekday_bit = 1u << (calsync_days_weekday (date) - 1);

  if (date < window->first_date || date >= window->end_date || !(window->weekdays & weekday_bit))
    return (Period){ 0, 0 };
  return (Period){ wall_instant_us (offer, date, window->start_minute),
                   wall_instant_us (offer, date, window->end_minute) };
}

/* How many of the ascending instants lie before @instant_us. */
static guint
count_before (const GArray *starts, gint64 instant_us)
{
  guint low = 0, high = starts == NULL ? 0 : starts->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (starts, gint64, middle) < instant_us)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/**
 * offer_window_is_full:
 * @occurrence: from offer_window_occurrence()
 * @starts: (element-type gint64) (nullable): ascending starts of the offer's live bookings and holds
 *
 * Returns: TRUE when as many as the window's capacity start inside @occurrence. Any thread.
 */
gboolean
offer_window_is_full (const OfferWindow *window, Period occurrence, const GArray *starts)
{
  guint n_used =
    count_before (starts, occurrence.end_us) - count_before (starts, occurrence.start_us);
  return window->capacity > 0 && n_used >= (guint) window->capacity;
}
