/* SPDX-License-Identifier: EUPL-1.2 */
/* Closed dates are 23, 24 or 25 hours long; working blocks are what is left. */
#include "rules/availability.h"

#include "calsync-timezone.h"
#include "testlib.h"

static gint64
hours_of (int year, int month, int day_of_month)
{
  const CalsyncZone *zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  g_autoptr (GArray) dates = g_array_new (FALSE, FALSE, sizeof (gint32));
  g_autoptr (GArray) closed = NULL;
  gint32 date = (gint32) calsync_days_from_civil (year, month, day_of_month);
  Period day;

  g_array_append_val (dates, date);
  g_array_append_val (dates, date); /* named twice, closed once */
  closed = availability_closed_periods (zone, dates);
  g_assert_cmpuint (closed->len, ==, 1);
  day = g_array_index (closed, Period, 0);
  return (day.end_us - day.start_us) / PERIOD_US_PER_HOUR;
}

static void
test_lengths (void)
{
  g_assert_cmpint (hours_of (2026, 3, 29), ==, 23);
  g_assert_cmpint (hours_of (2026, 6, 5), ==, 24);
  g_assert_cmpint (hours_of (2026, 10, 25), ==, 25);
}

static void
test_blocks (void)
{
  g_autoptr (GArray) spans = period_list_new (), closed = period_list_new ();
  g_autoptr (GArray) all = NULL, open = NULL;

  period_list_add (spans, (Period){ 50, 80 });
  period_list_add (spans, (Period){ 0, 30 });
  period_list_add (spans, (Period){ 30, 40 });
  period_list_add (spans, (Period){ 60, 90 });
  period_list_add (closed, (Period){ 35, 55 });
  all = availability_working_blocks (spans, NULL);
  open = availability_working_blocks (spans, closed);
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpint (g_array_index (all, Period, 0).end_us, ==, 40);
  g_assert_cmpint (g_array_index (all, Period, 1).end_us, ==, 90);
  g_assert_cmpuint (open->len, ==, 2);
  g_assert_cmpint (g_array_index (open, Period, 0).end_us, ==, 35);
  g_assert_cmpint (g_array_index (open, Period, 1).start_us, ==, 55);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/availability/lengths", test_lengths);
  g_test_add_func ("/availability/blocks", test_blocks);
  return g_test_run ();
}
