/* SPDX-License-Identifier: EUPL-1.2 */
/* An offer's health, its citizen rules, its dates and the choice of advisor. */
/* Also tests: citizen-match, offer-time, slot, slot-choice. */
#include "rules/offer.h"

#include "calsync-timezone.h"
#include "rules/citizen-match.h"
#include "rules/offer-time.h"
#include "rules/slot-choice.h"
#include "testlib.h"

#define MINUTE PERIOD_US_PER_MINUTE

static const CalsyncZone *
copenhagen (void)
{
  return calsync_zone_lookup ("Europe/Copenhagen", NULL);
}

static gint32
day (int year, int month, int day_of_month)
{
  return (gint32) calsync_days_from_civil (year, month, day_of_month);
}

static gint64
at (gint32 date, int hour, int minute)
{
  gint64 local_s = (gint64) date * CALSYNC_SECONDS_PER_DAY + hour * 3600 + minute * 60;
  return calsync_zone_seconds_to_instant (copenhagen (), local_s, NULL);
}

static Offer *
sound_offer (void)
{
  Offer *offer = offer_new ();

  offer->zone = copenhagen ();
  offer->duration_us = 30 * MINUTE;
  offer->horizon_days = 14;
  offer->n_pool = 3;
  offer->pool = g_memdup2 ((gint64[]){ 2, 5, 9 }, 3 * sizeof (gint64));
  return offer;
}

static void
test_pool (void)
{
  g_autoptr (Offer) offer = sound_offer ();

  for (gint64 id = 0; id < 12; id++)
    g_assert_cmpint (offer_has_advisor (offer, id), ==, id == 2 || id == 5 || id == 9);
}

#define ASSERT_FAULT(assignment)                 \
  G_STMT_START                                   \
  {                                              \
    g_autoptr (Offer) offer = sound_offer ();    \
    assignment;                                  \
    g_assert_nonnull (offer_find_fault (offer)); \
  }                                              \
  G_STMT_END

static void
test_faults (void)
{
  g_autoptr (Offer) sound = sound_offer ();

  g_assert_null (offer_find_fault (sound));
  ASSERT_FAULT (offer->duration_us = 0);
  ASSERT_FAULT (offer->duration_us = 7 * MINUTE);
  ASSERT_FAULT (offer->duration_us = 25 * PERIOD_US_PER_HOUR);
  ASSERT_FAULT (offer->grid_us = 0);
  ASSERT_FAULT (offer->grid_us = 12 * MINUTE);
  ASSERT_FAULT (offer->before_us = -5 * MINUTE);
  ASSERT_FAULT (offer->after_us = 3 * MINUTE);
  ASSERT_FAULT (offer->after_us = 24 * PERIOD_US_PER_HOUR);
  ASSERT_FAULT (offer->room_before_us = 24 * PERIOD_US_PER_HOUR);
  ASSERT_FAULT (offer->room_after_us = 1);
  ASSERT_FAULT (offer->lead_us = -1);
  ASSERT_FAULT (offer->horizon_days = -1);
  ASSERT_FAULT (offer->release_minute = 1440);
  ASSERT_FAULT (offer->valid_until_us = offer->valid_from_us);
  ASSERT_FAULT (offer->seats = 0);
  ASSERT_FAULT (offer->seats = 2);
  ASSERT_FAULT (offer->zone = NULL);
  ASSERT_FAULT (offer->pool[1] = 2);
}

static const char *
fault_of_window (OfferWindow window)
{
  g_autoptr (Offer) offer = sound_offer ();

  offer->n_windows = 1;
  offer->windows = g_memdup2 (&window, sizeof window);
  return offer_find_fault (offer);
}

static void
test_window_faults (void)
{
  const OfferWindow sound = { .end_date = G_MAXINT32, .weekdays = 1, .end_minute = 1440 };
  OfferWindow window = sound;

  g_assert_null (fault_of_window (window));
  window.weekdays = 0;
  g_assert_nonnull (fault_of_window (window));
  window.weekdays = 128;
  g_assert_nonnull (fault_of_window (window));
  window = sound;
  window.end_date = window.first_date;
  g_assert_nonnull (fault_of_window (window));
  window = sound;
  window.end_minute = 1441;
  g_assert_nonnull (fault_of_window (window));
  window = sound;
  window.start_minute = 1440;
  g_assert_nonnull (fault_of_window (window));
  window = sound;
  window.capacity = -1;
  g_assert_nonnull (fault_of_window (window));
}

static CitizenMatch
match (int *groups, int *categories, char **marks, CitizenFacts facts)
{
  OfferCitizenRules rules = { groups, categories, marks };
  return offer_match_citizen (&rules, &facts);
}

static void
test_citizen (void)
{
  static char aa[] = "aa", bb[] = "bb", cc[] = "cc", dd[] = "dd";
  int groups[] = { 1, 8, 0 }, categories[] = { 4, 0 };
  char *marks[] = { aa, bb, NULL }, *own_marks[] = { cc, bb, NULL }, *other[] = { dd, NULL };
  CitizenFacts all = { TRUE, 8, TRUE, 4, TRUE, own_marks, NULL }, none = { 0 }, facts = all;

  g_assert_cmpint (match (NULL, NULL, NULL, none), ==, CITIZEN_MATCHES);
  g_assert_cmpint (match (groups, categories, marks, all), ==, CITIZEN_MATCHES);
  g_assert_cmpint (match (groups, NULL, NULL, none), ==, CITIZEN_UNKNOWN);
  facts.category_known = FALSE;
  g_assert_cmpint (match (groups, categories, marks, facts), ==, CITIZEN_UNKNOWN);
  facts.contact_group = 2; /* one no outweighs what is not known */
  g_assert_cmpint (match (groups, categories, marks, facts), ==, CITIZEN_CONTRADICTS);
  facts = all;
  facts.marks = other;
  g_assert_cmpint (match (groups, categories, marks, facts), ==, CITIZEN_CONTRADICTS);
  facts.marks = NULL; /* known to have none */
  g_assert_cmpint (match (NULL, NULL, marks, facts), ==, CITIZEN_CONTRADICTS);
  facts = all;
  facts.category = 0;
  g_assert_cmpint (match (NULL, categories, NULL, facts), ==, CITIZEN_CONTRADICTS);
}

/* The 14 days ahead open at eight in the morning. */
static void
test_horizon (void)
{
  g_autoptr (Offer) offer = sound_offer ();
  gint32 today = day (2026, 10, 20); /* the clock changes on the 25th */

  offer->release_minute = 480;
  g_assert_cmpint (offer_day_opens_us (offer, today + 14), ==, at (today, 8, 0));
  g_assert_cmpint (offer_first_unopened_us (offer, at (today, 8, 0)), ==, at (today + 15, 0, 0));
  g_assert_cmpint (offer_first_unopened_us (offer, at (today, 8, 0) - 1), ==,
                   at (today + 14, 0, 0));
  offer->release_minute = 0;
  g_assert_cmpint (offer_first_unopened_us (offer, at (today, 0, 0)), ==, at (today + 15, 0, 0));
  g_assert_cmpint (offer_first_unopened_us (offer, at (today, 0, 0) - 1), ==,
                   at (today + 14, 0, 0));
}

static void
test_windows (void)
{
  g_autoptr (Offer) offer = sound_offer ();
  OfferWindow window = { .first_date = day (2026, 10, 1),
                         .end_date = day (2026, 10, 26),
                         .weekdays = 1u << 6, /* Sundays, where the clock changes */
                         .start_minute = 120,
                         .end_minute = 240 };
  Period autumn = offer_window_occurrence (offer, &window, day (2026, 10, 25)), whole_day;

  g_assert_cmpint (autumn.end_us - autumn.start_us, ==, 3 * PERIOD_US_PER_HOUR);
  g_assert_true (period_is_empty (offer_window_occurrence (offer, &window, day (2026, 10, 24))));
  window.end_date = day (2026, 10, 25);
  g_assert_true (period_is_empty (offer_window_occurrence (offer, &window, day (2026, 10, 25))));
  window.end_date = G_MAXINT32;
  window.start_minute = 0;
  window.end_minute = 1440;
  whole_day = offer_window_occurrence (offer, &window, day (2027, 3, 28));
  g_assert_cmpint (whole_day.end_us - whole_day.start_us, ==, 23 * PERIOD_US_PER_HOUR);
  window.first_date = day (2027, 3, 29);
  g_assert_true (period_is_empty (offer_window_occurrence (offer, &window, day (2027, 3, 28))));
}

static void
test_window_use (void)
{
  static char fund[] = "29";
  OfferWindow window = { .capacity = 2 };
  Period occurrence = { 100, 200 };
  g_autoptr (GArray) starts = g_array_new (FALSE, FALSE, sizeof (gint64));
  const gint64 instants[] = { 99, 100, 199, 200 };

  g_assert_false (offer_window_is_full (&window, occurrence, NULL));
  g_array_append_vals (starts, instants, 4);
  g_assert_true (offer_window_is_full (&window, occurrence, starts));
  window.capacity = 3;
  g_assert_false (offer_window_is_full (&window, occurrence, starts));
  window.capacity = 0;
  g_assert_false (offer_window_is_full (&window, occurrence, starts));
  g_assert_true (offer_window_admits (&window, NULL));
  g_assert_true (offer_window_admits (&window, "29"));
  window.unemployment_fund = fund;
  g_assert_true (offer_window_admits (&window, "29"));
  g_assert_false (offer_window_admits (&window, "31"));
  g_assert_false (offer_window_admits (&window, NULL));
}

static void
test_choice (void)
{
  const SlotCandidate candidates[] = { { 9, 60 }, { 4, 30 }, { 2, 30 }, { 1, 90 } };
  gint32 date = 0;
  Period autumn = slot_local_day (copenhagen (), at (day (2026, 10, 25), 12, 0), &date);
  SlotClaim claim = { .core = { autumn.start_us - 30 * MINUTE, autumn.start_us + 10 * MINUTE },
                      .after_us = 5 * MINUTE,
                      .owner_id = 7 };
  g_autoptr (GArray) claims = g_array_new (FALSE, FALSE, sizeof (SlotClaim));

  g_assert_cmpint (slot_choose (candidates, 4), ==, 2);
  g_assert_cmpint (slot_choose (candidates, 0), ==, -1);
  g_assert_cmpint (date, ==, day (2026, 10, 25));
  g_assert_cmpint (autumn.end_us - autumn.start_us, ==, 25 * PERIOD_US_PER_HOUR);
  g_array_append_val (claims, claim);
  g_assert_cmpint (slot_claimed_us (claims, autumn, 0), ==, 15 * MINUTE);
  g_assert_cmpint (slot_claimed_us (claims, autumn, 7), ==, 0);
  g_assert_cmpint (slot_claimed_us (NULL, autumn, 0), ==, 0);
}

static void
test_names (void)
{
  SlotVerdict verdict = SLOT_FREE;

  for (guint i = 0; i < N_SLOT_VERDICTS; i++)
    {
      g_assert_true (slot_verdict_parse (slot_verdict_get_name (i), &verdict));
      g_assert_cmpint (verdict, ==, i);
    }
  g_assert_false (slot_verdict_parse ("unknown", &verdict));
  g_assert_false (slot_verdict_parse (NULL, &verdict));
  g_assert_cmpstr (slot_verdict_get_name (N_SLOT_VERDICTS), ==, "unknown");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/offer/pool", test_pool);
  g_test_add_func ("/offer/faults", test_faults);
  g_test_add_func ("/offer/window-faults", test_window_faults);
  g_test_add_func ("/offer/citizen", test_citizen);
  g_test_add_func ("/offer/horizon", test_horizon);
  g_test_add_func ("/offer/windows", test_windows);
  g_test_add_func ("/offer/window-use", test_window_use);
  g_test_add_func ("/offer/choice", test_choice);
  g_test_add_func ("/offer/names", test_names);
  return g_test_run ();
}
