/* SPDX-License-Identifier: EUPL-1.2 */
/* Masks of allowed starts for a few words at a time, so that a short answer costs little. */
#include "index/start-mask.h"

#include "calsync-timezone.h"
#include "index/bitset.h"
#include "index/free-starts.h"
#include "rules/offer-time.h"

/* A stretch of the raster that a mask is made for. */
typedef struct
{
  gint64 first_step;
  guint n_words;
  guint64 *words;
} Mask;

static gint64
steps_down (gint64 instant_us)
{
  return period_floor_to (instant_us, PERIOD_STEP_US) / PERIOD_STEP_US;
}

static gint64
steps_up (gint64 instant_us)
{
  return steps_down (instant_us) + (instant_us % PERIOD_STEP_US != 0);
}

/**
 * start_mask_limits:
 *
 * What the interval asked for, validity, lead time and horizon leave; instants between two steps are
 * compared as instants. Any thread.
 *
 * Returns: the range of steps, possibly empty
 */
StartLimits
start_mask_limits (const SlotSearch *search)
{
  const Offer *offer = search->offer;
  gint64 first_us = MAX (search->interval.start_us, search->now_us + offer->lead_us);
  gint64 end_us = MIN (search->interval.end_us, offer_first_unopened_us (offer, search->now_us));

  first_us = MAX (first_us, offer->valid_from_us);
  end_us = MIN (end_us, offer->valid_until_us);
  return (StartLimits){ steps_up (first_us), steps_up (end_us) };
}

/*
 * Sets the steps at which the wall clock's minute of the day is divisible by the grid, from @step to
 * the next midnight or change of the clock; returns where it stopped. An offset that is not a whole
 * number of steps puts no step on the grid.
 */
static gint64
set_grid_of_stretch (Mask mask, const Offer *offer, gint64 step)
{
  guint n_grid = (guint) (offer->grid_us / PERIOD_STEP_US);
  gint64 instant_us = step * PERIOD_STEP_US, change_us = G_MAXINT64;
  gint64 offset_us = calsync_zone_offset_at (offer->zone, instant_us) * CALSYNC_US_PER_SECOND;
  gint64 midnight_us = period_floor_to (instant_us + offset_us, PERIOD_US_PER_DAY) - offset_us;
  gint64 end_step, n_off;

  (void) calsync_zone_next_change (offer->zone, instant_us, &change_us);
  end_step = steps_up (MIN (midnight_us + PERIOD_US_PER_DAY, change_us));
  if (midnight_us % PERIOD_STEP_US != 0)
    return end_step;
  n_off = (step - midnight_us / PERIOD_STEP_US) % n_grid;
  for (gint64 start = step + (n_off == 0 ? 0 : n_grid - n_off); start < end_step;)
    {
      gint64 bit = start - mask.first_step, w = bit / BITSET_WORD_BITS;
      guint64 every = bitset_every (n_grid, (guint64) (bit % BITSET_WORD_BITS));
      gint64 n_left = end_step - mask.first_step - w * BITSET_WORD_BITS;

      if (w >= mask.n_words)
        break;
      if (n_left < BITSET_WORD_BITS)
        every &= ~(~G_GUINT64_CONSTANT (0) << n_left);
      mask.words[w] |= every;
      start += ((w + 1) * BITSET_WORD_BITS - bit + n_grid - 1) / n_grid * n_grid;
    }
  return end_step;
}

static void
and_grid_of_day (Mask mask, const Offer *offer)
{
  guint64 grid[FREE_STARTS_MAX_WORDS] = { 0 };
  gint64 end_step = mask.first_step + (gint64) mask.n_words * BITSET_WORD_BITS;
  Mask grid_mask = { mask.first_step, mask.n_words, grid };

  for (gint64 step = mask.first_step; step < end_step;)
    step = set_grid_of_stretch (grid_mask, offer, step);
  for (guint i = 0; i < mask.n_words; i++)
    mask.words[i] &= grid[i];
}

/* Adds the starts with which the meeting lies inside one occurrence that has room left. */
static void
set_window (Mask mask, const SlotSearch *search, const OfferWindow *window, gint32 date)
{
  const GArray *starts = search->offer_block == NULL ? NULL : search->offer_block->starts;
  Period occurrence = offer_window_occurrence (search->offer, window, date);
  gint64 n_core = search->offer->duration_us / PERIOD_STEP_US;

  if (period_is_empty (occurrence) || offer_window_is_full (window, occurrence, starts))
    return;
  bitset_set_range (mask.words, mask.n_words, steps_up (occurrence.start_us) - mask.first_step,
                    steps_down (occurrence.end_us) - n_core + 1 - mask.first_step);
}

static void
and_windows (Mask mask, const SlotSearch *search)
{
  const Offer *offer = search->offer;
  guint64 open[FREE_STARTS_MAX_WORDS] = { 0 };
  Mask open_mask = { mask.first_step, mask.n_words, open };
  gint64 end_step = mask.first_step + (gint64) mask.n_words * BITSET_WORD_BITS;
  gint64 first_date = calsync_zone_local_day (offer->zone, mask.first_step * PERIOD_STEP_US) - 1;
  gint64 last_date = calsync_zone_local_day (offer->zone, end_step * PERIOD_STEP_US) + 1;

  for (guint i = 0; i < offer->n_windows; i++)
    if (offer_window_admits (&offer->windows[i], search->unemployment_fund))
      for (gint64 date = first_date; date <= last_date; date++)
        set_window (open_mask, search, &offer->windows[i], (gint32) date);
  for (guint i = 0; i < mask.n_words; i++)
    mask.words[i] &= open[i];
}

/* Takes away the starts with which the meeting would overlap a booking of the citizen's own. */
static void
clear_citizen (Mask mask, const SlotSearch *search)
{
  const GArray *busy = search->citizen_busy;
  gint64 n_core = search->offer->duration_us / PERIOD_STEP_US;

  for (guint i = 0; busy != NULL && i < busy->len; i++)
    {
      Period own = g_array_index (busy, Period, i);

      bitset_clear_range (mask.words, mask.n_words,
                          steps_down (own.start_us) - n_core + 1 - mask.first_step,
                          steps_up (own.end_us) - mask.first_step);
    }
}

/**
 * start_mask_fill:
 * @limits: from start_mask_limits()
 * @first_word: first word of the raster
 * @n_words: at most FREE_STARTS_MAX_WORDS
 * @out_allowed: (out): @n_words words; set bits are starts that no rule about time forbids
 *
 * Any thread, never blocks, allocates nothing.
 */
void
start_mask_fill (const SlotSearch *search,
                 StartLimits limits,
                 gint64 first_word,
                 guint n_words,
                 guint64 *out_allowed)
{
  const Offer *offer = search->offer;
  Mask mask = { first_word * BITSET_WORD_BITS, n_words, out_allowed };

  for (guint i = 0; i < n_words; i++)
    out_allowed[i] = 0;
  bitset_set_range (out_allowed, n_words, limits.first_step - mask.first_step,
                    limits.end_step - mask.first_step);
  if (offer->grid_anchor == OFFER_GRID_FROM_LOCAL_MIDNIGHT)
    and_grid_of_day (mask, offer);
  if (offer->n_windows > 0)
    and_windows (mask, search);
  clear_citizen (mask, search);
}
