/* SPDX-License-Identifier: EUPL-1.2 */
/* Every day from 1990 to 2060 on which Danish clocks change: no start in the gap, both hours of the overlap. */
#include "calsync-timezone.h"
#include "index/slot-search.h"
#include "rules/offer-match.h"
#include "testlib.h"

#define MINUTE     PERIOD_US_PER_MINUTE
#define HALF_HOURS 48

typedef struct
{
  const CalsyncZone *zone;
  Offer *offer;
  GArray *work;
  SlotResource advisor;
  AvailabilityBlock *block;
  Period day;
} Day;

static gint64
wall (const Day *day, gint64 date, int minute)
{
  return calsync_zone_seconds_to_instant (day->zone, date * CALSYNC_SECONDS_PER_DAY + minute * 60,
                                          NULL);
}

/* An advisor who works the whole night and morning of @date by the wall clock, 00:00 to 12:00. */
static void
day_init (Day *day, gint64 date, OfferGridAnchor anchor)
{
  Period window;

  day->zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  day->offer = offer_new ();
  day->offer->zone = day->zone;
  day->offer->duration_us = 30 * MINUTE;
  day->offer->grid_us = 30 * MINUTE;
  day->offer->grid_anchor = anchor;
  day->offer->horizon_days = 30;
  day->offer->n_pool = 1;
  day->offer->pool = g_memdup2 (&(gint64){ 1 }, sizeof (gint64));
  day->work = period_list_new ();
  period_list_add (day->work, (Period){ wall (day, date, 0), wall (day, date, 720) });
  day->advisor = (SlotResource){ 1, day->work, NULL, NULL, G_MAXINT64, G_MAXINT64 };
  window = (Period){ wall (day, date - 2, 0), wall (day, date + 2, 0) };
  day->block = availability_block_new (window, &day->advisor, NULL);
  day->day = (Period){ wall (day, date, 0), wall (day, date + 1, 0) };
}

static void
day_clear (Day *day)
{
  offer_free (day->offer);
  g_array_unref (day->work);
  availability_block_unref (day->block);
}

/* How often each half hour of the wall clock is offered. */
static guint
count_by_wall_clock (const Day *day, guint *n_starts)
{
  const AvailabilityBlock *pool[] = { day->block };
  SlotSearch search = { .offer = day->offer,
                        .now_us = day->day.start_us - PERIOD_US_PER_DAY,
                        .interval = day->day,
                        .advisors = pool,
                        .n_advisors = 1 };
  SlotQuestion question = { .now_us = search.now_us };
  g_autoptr (GArray) starts = slot_search_run (&search, NULL);

  for (guint i = 0; i < starts->len; i++)
    {
      CalsyncLocalTime local;

      question.start_us = g_array_index (starts, SlotStart, i).start_us;
      g_assert_cmpint (offer_match_start (day->offer, &question, &day->advisor, NULL, 0).verdict,
                       ==, SLOT_FREE);
      calsync_zone_to_local (day->zone, question.start_us, &local, NULL);
      g_assert_cmpint (local.minute % 30, ==, 0);
      n_starts[local.hour * 2 + local.minute / 30]++;
    }
  return starts->len;
}

static void
check_day (gint64 date, int n_hours, OfferGridAnchor anchor)
{
  guint n_starts[HALF_HOURS] = { 0 };
  Day day = { 0 };

  day_init (&day, date, anchor);
  g_assert_cmpint ((day.day.end_us - day.day.start_us) / PERIOD_US_PER_HOUR, ==, n_hours);
  g_assert_cmpuint (count_by_wall_clock (&day, n_starts), ==, 24 + 2 * (n_hours - 24));
  for (guint i = 0; i < HALF_HOURS; i++)
    {
      guint n_expected = i < 24 ? 1 : 0;

      if (i == 4 || i == 5) /* 02:00 and 02:30 */
        n_expected = (guint) (n_hours - 23);
      g_assert_cmpuint (n_starts[i], ==, n_expected);
    }
  day_clear (&day);
}

static void
test_changes (void)
{
  const CalsyncZone *zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  gint64 change_us = calsync_days_from_civil (1990, 1, 1) * PERIOD_US_PER_DAY;
  gint64 end_us = calsync_days_from_civil (2061, 1, 1) * PERIOD_US_PER_DAY;
  guint n_changes = 0;

  while (calsync_zone_next_change (zone, change_us, &change_us) && change_us < end_us)
    {
      gint64 date = calsync_zone_local_day (zone, change_us);
      gboolean is_spring = calsync_zone_offset_at (zone, change_us) == 7200;
      int n_hours = is_spring ? 23 : 25;

      check_day (date, n_hours, OFFER_GRID_FROM_LOCAL_MIDNIGHT);
      check_day (date, n_hours, OFFER_GRID_FROM_BLOCK_START);
      check_day (date - 1, 24, OFFER_GRID_FROM_LOCAL_MIDNIGHT);
      check_day (date + 1, 24, OFFER_GRID_FROM_BLOCK_START);
      n_changes++;
    }
  g_assert_cmpuint (n_changes, ==, 2 * 71);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/slot-days/changes", test_changes);
  return g_test_run ();
}
