/* SPDX-License-Identifier: EUPL-1.2 */
/* What counts as a difference between a booking and a summons, and when errands are due. */
#include "dfdg/care/dfdg-reconcile.h"

#include "base/period.h"
#include "dfdg/care/dfdg-keeper.h"
#include "testlib.h"

/* Monday 2026-11-23 08:00 in Copenhagen. */
#define NOW_US G_GINT64_CONSTANT (1795417200000000)
#define HOUR   PERIOD_US_PER_HOUR

static void
test_judge (void)
{
  Booking booking = { .state = BOOKING_BOOKED };
  g_autoptr (DfdgIndkaldelse) ours = indkaldelse_new ();
  g_autoptr (DfdgIndkaldelse) theirs = indkaldelse_new ();
  IndkaldelseOwn none = { 0 };
  IndkaldelseOwn own = { &booking, ours };
  g_autofree char *names = NULL;

  g_assert_cmpint (dfdg_difference_judge (&none, NULL, NULL), ==, DFDG_SAME);
  g_assert_cmpint (dfdg_difference_judge (&none, theirs, NULL), ==, DFDG_MISSING_HERE);
  g_assert_cmpint (dfdg_difference_judge (&own, NULL, NULL), ==, DFDG_MISSING_THERE);
  g_assert_cmpint (dfdg_difference_judge (&own, theirs, &names), ==, DFDG_SAME);
  g_assert_null (names);
  theirs->title = g_strdup ("Jobsamtale");
  g_assert_cmpint (dfdg_difference_judge (&own, theirs, &names), ==, DFDG_DIFFERENT);
  g_assert_cmpstr (names, ==, "titel");
  theirs->is_cancelled = TRUE;
  g_assert_cmpint (dfdg_difference_judge (&own, theirs, NULL), ==, DFDG_CANCELLED_THERE);
  g_assert_cmpint (dfdg_difference_judge (&none, theirs, NULL), ==, DFDG_SAME);
  booking.state = BOOKING_CANCELLED;
  g_assert_cmpint (dfdg_difference_judge (&own, theirs, NULL), ==, DFDG_SAME);
  g_assert_cmpint (dfdg_difference_judge (&own, NULL, NULL), ==, DFDG_SAME);
  theirs->is_cancelled = FALSE;
  g_assert_cmpint (dfdg_difference_judge (&own, theirs, NULL), ==, DFDG_CANCELLED_HERE);
  g_assert_cmpstr (dfdg_difference_kind_to_text (DFDG_CANCELLED_HERE), ==, "cancelled here");
  g_assert_cmpstr (dfdg_mend_to_text (DFDG_MEND_FLAG), ==, "a person decides");
}

/* From the hour on, once, and not in the daytime when the night was missed. */
static void
test_nightly (void)
{
  gint64 midnight_us = NOW_US - 8 * HOUR;

  g_assert_false (dfdg_keeper_compares (midnight_us + 3 * HOUR, 0, -1));
  g_assert_false (dfdg_keeper_compares (midnight_us + 3 * HOUR - 1, 0, 3));
  g_assert_true (dfdg_keeper_compares (midnight_us + 3 * HOUR, 0, 3));
  g_assert_true (dfdg_keeper_compares (midnight_us + 5 * HOUR, midnight_us - HOUR, 3));
  g_assert_false (dfdg_keeper_compares (midnight_us + 5 * HOUR, midnight_us + 3 * HOUR, 3));
  g_assert_false (dfdg_keeper_compares (NOW_US, 0, 3));
}

static void
test_daily (void)
{
  g_assert_true (dfdg_keeper_subscribes (NOW_US, NOW_US - 1, FALSE, TRUE));
  g_assert_false (dfdg_keeper_subscribes (NOW_US, NOW_US - 23 * HOUR, FALSE, FALSE));
  g_assert_true (dfdg_keeper_subscribes (NOW_US, NOW_US - 24 * HOUR, FALSE, FALSE));
  g_assert_true (dfdg_keeper_subscribes (NOW_US, NOW_US - HOUR, TRUE, FALSE));
  g_assert_false (dfdg_keeper_subscribes (NOW_US, NOW_US - PERIOD_US_PER_MINUTE, TRUE, FALSE));
  /* A clock that was set back. */
  g_assert_true (dfdg_keeper_subscribes (NOW_US, NOW_US + HOUR, FALSE, FALSE));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/dfdg-reconcile/judge", test_judge);
  g_test_add_func ("/dfdg-keeper/nightly", test_nightly);
  g_test_add_func ("/dfdg-keeper/daily", test_daily);
  return g_test_run ();
}
