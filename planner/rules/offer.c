/* SPDX-License-Identifier: EUPL-1.2 */
/* Life and health of an offer's values. */
#include "rules/offer.h"

#define MINUTES_PER_DAY 1440
#define MAX_DURATION_US PERIOD_US_PER_DAY /* exclusive claims last at most 24 h (design.md 6) */

/**
 * offer_new:
 *
 * Returns: (transfer full): an offer that is valid for ever, for one citizen, on a 5-minute grid;
 *   duration, horizon, pool and zone are still to be filled in.
 */
Offer *
offer_new (void)
{
  Offer *offer = g_new0 (Offer, 1);

  offer->seats = 1;
  offer->grid_us = PERIOD_STEP_US;
  offer->valid_from_us = G_MININT64;
  offer->valid_until_us = G_MAXINT64;
  return offer;
}

/**
 * offer_free:
 * @offer: (transfer full) (nullable): freed with all that it owns; the zone is borrowed
 */
void
offer_free (Offer *offer)
{
  if (offer == NULL)
    return;
  for (guint i = 0; i < offer->n_windows; i++)
    g_free (offer->windows[i].unemployment_fund);
  g_free (offer->windows);
  g_free (offer->identifier);
  g_free (offer->pool);
  g_free (offer->rooms);
  g_free (offer->citizen_rules.contact_groups);
  g_free (offer->citizen_rules.categories);
  g_strfreev (offer->citizen_rules.marks);
  g_free (offer);
}

static gboolean
is_whole_steps (gint64 duration_us, gint64 min_us, gint64 max_us)
{
  return duration_us >= min_us && duration_us <= max_us && duration_us % PERIOD_STEP_US == 0;
}

static gboolean
is_ascending (const gint64 *ids, guint n_ids)
{
  for (guint i = 1; i < n_ids; i++)
    if (ids[i - 1] >= ids[i])
      return FALSE;
  return n_ids == 0 || ids != NULL;
}

static const char *
find_window_fault (const OfferWindow *window)
{
  if (window->end_date <= window->first_date)
    return "a window's validity ends before it begins";
  if (window->weekdays == 0 || window->weekdays > 0x7f)
    return "a window needs at least one weekday";
  if (window->start_minute < 0 || window->end_minute > MINUTES_PER_DAY ||
      window->start_minute >= window->end_minute)
    return "a window must begin before it ends, inside one day";
  if (window->capacity < 0)
    return "a window's capacity is negative";
  return NULL;
}

static const char *
find_time_fault (const Offer *offer)
{
  gint64 around_us = offer->before_us + offer->after_us;

  if (!is_whole_steps (offer->duration_us, PERIOD_STEP_US, MAX_DURATION_US))
    return "the duration must be a multiple of 5 minutes, at most 24 hours";
  if (!is_whole_steps (offer->grid_us, PERIOD_STEP_US, PERIOD_US_PER_DAY))
    return "the grid must be a multiple of 5 minutes, at most 24 hours";
  if (!is_whole_steps (offer->before_us, 0, MAX_DURATION_US) ||
      !is_whole_steps (offer->after_us, 0, MAX_DURATION_US) ||
      !is_whole_steps (offer->room_before_us, 0, MAX_DURATION_US) ||
      !is_whole_steps (offer->room_after_us, 0, MAX_DURATION_US))
    return "buffers must be multiples of 5 minutes";
  if (offer->duration_us + around_us > MAX_DURATION_US ||
      offer->duration_us + offer->room_before_us + offer->room_after_us > MAX_DURATION_US)
    return "the meeting and its buffers must last at most 24 hours";
  if (offer->lead_us < 0 || offer->horizon_days < 0)
    return "lead time and horizon must not be negative";
  if (offer->release_minute < 0 || offer->release_minute >= MINUTES_PER_DAY)
    return "the release time must be a time of the day";
  return offer->valid_from_us < offer->valid_until_us ? NULL : "the offer ends before it begins";
}

/**
 * offer_find_fault:
 *
 * Holds an offer against what both evaluators rely on. Any thread.
 *
 * Returns: (nullable) (transfer none): what is wrong with it, for the person who wrote it; NULL
 *   when it is sound.
 */
const char *
offer_find_fault (const Offer *offer)
{
  const char *fault = find_time_fault (offer);

  for (guint i = 0; fault == NULL && i < offer->n_windows; i++)
    fault = find_window_fault (&offer->windows[i]);
  if (fault != NULL)
    return fault;
  if (offer->zone == NULL)
    return "the offer's unit has no time zone";
  if (offer->seats < 1 || (offer->form == OFFER_INDIVIDUAL && offer->seats != 1))
    return "an individual offer has one seat, a group offer at least one";
  if (!is_ascending (offer->pool, offer->n_pool) || !is_ascending (offer->rooms, offer->n_rooms))
    return "the ids of pool and rooms must be ascending, without repeats";
  return NULL;
}

/**
 * offer_has_capacity:
 *
 * Returns: TRUE when a window counts what starts in it, so that the offer's starts must be read. Any
 * thread.
 */
gboolean
offer_has_capacity (const Offer *offer)
{
  for (guint i = 0; i < offer->n_windows; i++)
    if (offer->windows[i].capacity > 0)
      return TRUE;
  return FALSE;
}

/**
 * offer_has_advisor:
 *
 * Returns: TRUE when @resource_id is in the offer's pool. Any thread.
 */
gboolean
offer_has_advisor (const Offer *offer, gint64 resource_id)
{
  guint low = 0, high = offer->n_pool;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (offer->pool[middle] < resource_id)
        low = middle + 1;
      else
        high = middle;
    }
  return low < offer->n_pool && offer->pool[low] == resource_id;
}
