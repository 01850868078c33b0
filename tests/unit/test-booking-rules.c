/* SPDX-License-Identifier: EUPL-1.2 */
/* Who may change what (dossier 3.3), deadlines, and the cv interview's cut-off (dossier 3.4). */
#include "rules/booking-rules.h"

#include "calsync-timezone.h"
#include "testlib.h"

#define HOUR  G_GINT64_CONSTANT (3600000000)
#define START (1000 * HOUR)

static BookingFacts
booking_by (BookingOrigin origin)
{
  return (BookingFacts){
    .origin = origin, .start_us = START, .rebook_possible = TRUE, .cancel_possible = TRUE
  };
}

static const struct
{
  BookingOrigin origin;
  BookingActor actor;
  const char *owner;
  BookingDecision rebook, cancel, update;
} matrix[] = {
  { BOOKING_BY_CITIZEN, BOOKING_ACTOR_CITIZEN, NULL, BOOKING_MAY, BOOKING_MAY,
    BOOKING_OWNED_BY_OTHER },
  { BOOKING_BY_CITIZEN, BOOKING_ACTOR_INDKALDER, NULL, BOOKING_MAY, BOOKING_MAY, BOOKING_MAY },
  { BOOKING_BY_CITIZEN, BOOKING_ACTOR_KSS, NULL, BOOKING_OWNED_BY_OTHER, BOOKING_OWNED_BY_OTHER,
    BOOKING_OWNED_BY_OTHER },
  { BOOKING_BY_PLANNER, BOOKING_ACTOR_CITIZEN, NULL, BOOKING_MAY, BOOKING_MAY,
    BOOKING_OWNED_BY_OTHER },
  { BOOKING_BY_PLANNER, BOOKING_ACTOR_INDKALDER, NULL, BOOKING_MAY, BOOKING_MAY, BOOKING_MAY },
  { BOOKING_BY_PLANNER, BOOKING_ACTOR_KSS, NULL, BOOKING_MAY, BOOKING_MAY, BOOKING_MAY },
  { BOOKING_BY_PLANNER, BOOKING_ACTOR_KSS, "other", BOOKING_OWNED_BY_OTHER, BOOKING_OWNED_BY_OTHER,
    BOOKING_OWNED_BY_OTHER },
  { BOOKING_BY_PLANNER, BOOKING_ACTOR_KSS, "mine", BOOKING_MAY, BOOKING_MAY, BOOKING_MAY },
  { BOOKING_BY_PLANNER, BOOKING_ACTOR_CITIZEN, "other", BOOKING_MAY, BOOKING_MAY,
    BOOKING_OWNED_BY_OTHER },
  { BOOKING_BY_KSS, BOOKING_ACTOR_CITIZEN, NULL, BOOKING_NOT_MOVABLE, BOOKING_MAY,
    BOOKING_OWNED_BY_OTHER },
  { BOOKING_BY_KSS, BOOKING_ACTOR_INDKALDER, NULL, BOOKING_OWNED_BY_OTHER, BOOKING_OWNED_BY_OTHER,
    BOOKING_OWNED_BY_OTHER },
  { BOOKING_BY_KSS, BOOKING_ACTOR_KSS, NULL, BOOKING_MAY, BOOKING_MAY, BOOKING_MAY },
  { BOOKING_BY_KSS, BOOKING_ACTOR_KSS, "other", BOOKING_OWNED_BY_OTHER, BOOKING_OWNED_BY_OTHER,
    BOOKING_OWNED_BY_OTHER },
  { BOOKING_BY_KSS, BOOKING_ACTOR_RECORD, "other", BOOKING_MAY, BOOKING_MAY, BOOKING_MAY },
  { BOOKING_BY_UNEMPLOYMENT_FUND, BOOKING_ACTOR_CITIZEN, NULL, BOOKING_OWNED_BY_OTHER,
    BOOKING_OWNED_BY_OTHER, BOOKING_OWNED_BY_OTHER },
  { BOOKING_BY_UNEMPLOYMENT_FUND, BOOKING_ACTOR_INDKALDER, NULL, BOOKING_OWNED_BY_OTHER,
    BOOKING_OWNED_BY_OTHER, BOOKING_OWNED_BY_OTHER },
  { BOOKING_BY_UNEMPLOYMENT_FUND, BOOKING_ACTOR_KSS, NULL, BOOKING_OWNED_BY_OTHER,
    BOOKING_OWNED_BY_OTHER, BOOKING_OWNED_BY_OTHER },
  { BOOKING_BY_UNEMPLOYMENT_FUND, BOOKING_ACTOR_RECORD, NULL, BOOKING_MAY, BOOKING_MAY,
    BOOKING_MAY },
};

static void
test_matrix (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (matrix); i++)
    {
      BookingFacts booking = booking_by (matrix[i].origin);
      BookingAsker asker = { matrix[i].actor, "mine", START - 100 * HOUR };

      booking.owner_system = matrix[i].owner;
      g_test_message ("row %u", i);
      g_assert_cmpint (booking_may_rebook (&booking, &asker), ==, matrix[i].rebook);
      g_assert_cmpint (booking_may_cancel (&booking, &asker), ==, matrix[i].cancel);
      g_assert_cmpint (booking_may_update (&booking, &asker), ==, matrix[i].update);
    }
}

static BookingDecision
rebook_at (const BookingFacts *booking, gint64 now_us)
{
  BookingAsker citizen = { BOOKING_ACTOR_CITIZEN, NULL, now_us };
  return booking_may_rebook (booking, &citizen);
}

static BookingDecision
cancel_at (const BookingFacts *booking, gint64 now_us)
{
  BookingAsker citizen = { BOOKING_ACTOR_CITIZEN, NULL, now_us };
  return booking_may_cancel (booking, &citizen);
}

static void
test_default_deadlines (void)
{
  BookingFacts booking = booking_by (BOOKING_BY_CITIZEN);

  g_assert_cmpint (rebook_at (&booking, START - 24 * HOUR - 1), ==, BOOKING_MAY);
  g_assert_cmpint (rebook_at (&booking, START - 24 * HOUR), ==, BOOKING_DEADLINE_PASSED);
  g_assert_cmpint (cancel_at (&booking, START - 1), ==, BOOKING_MAY);
  g_assert_cmpint (cancel_at (&booking, START), ==, BOOKING_HAS_STARTED);
  g_assert_cmpint (rebook_at (&booking, START), ==, BOOKING_HAS_STARTED);
}

static void
test_own_deadlines (void)
{
  BookingFacts booking = booking_by (BOOKING_BY_PLANNER);

  booking.has_rebook_deadline = booking.has_cancel_deadline = TRUE;
  booking.rebook_deadline_us = START - 2 * HOUR;
  booking.cancel_deadline_us = START - HOUR;
  g_assert_cmpint (rebook_at (&booking, START - 2 * HOUR - 1), ==, BOOKING_MAY);
  g_assert_cmpint (rebook_at (&booking, START - 2 * HOUR), ==, BOOKING_DEADLINE_PASSED);
  g_assert_cmpint (cancel_at (&booking, START - HOUR - 1), ==, BOOKING_MAY);
  g_assert_cmpint (cancel_at (&booking, START - HOUR), ==, BOOKING_DEADLINE_PASSED);
  /* A deadline behind the start, such as the end of that day, ends with the start. */
  booking.rebook_deadline_us = booking.cancel_deadline_us = START + 5 * HOUR;
  g_assert_cmpint (booking_rebook_deadline (&booking), ==, START);
  g_assert_cmpint (booking_cancel_deadline (&booking), ==, START);
}

static void
test_flags (void)
{
  BookingFacts booking = booking_by (BOOKING_BY_PLANNER);
  BookingAsker staff = { BOOKING_ACTOR_INDKALDER, NULL, START + HOUR };

  booking.rebook_possible = booking.cancel_possible = FALSE;
  g_assert_cmpint (rebook_at (&booking, 0), ==, BOOKING_FLAG_OFF);
  g_assert_cmpint (cancel_at (&booking, 0), ==, BOOKING_FLAG_OFF);
  g_assert_cmpint (booking_may_rebook (&booking, &staff), ==, BOOKING_MAY);
  booking.is_cancelled = TRUE;
  g_assert_cmpint (rebook_at (&booking, 0), ==, BOOKING_IS_CANCELLED);
  g_assert_cmpint (booking_may_update (&booking, &staff), ==, BOOKING_IS_CANCELLED);
}

/* The end of a local day, on the two days of odd length too. */
static void
test_date_deadline (void)
{
  const CalsyncZone *zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  static const int dates[][3] = { { 2026, 3, 29 }, { 2026, 10, 25 }, { 2026, 11, 22 } };

  for (guint i = 0; i < G_N_ELEMENTS (dates); i++)
    {
      gint32 date = (gint32) calsync_days_from_civil (dates[i][0], dates[i][1], dates[i][2]);
      gint64 deadline_us = booking_deadline_from_date (zone, date);

      g_assert_cmpint (calsync_zone_local_day (zone, deadline_us - 1), ==, date);
      g_assert_cmpint (calsync_zone_local_day (zone, deadline_us), ==, date + 1);
    }
}

static void
test_cv_interview (void)
{
  InterviewTypeRules rules = interview_type_rules_default ();
  gint32 before = (gint32) calsync_days_from_civil (2023, 12, 31), after = before + 1;

  g_assert_cmpint (interview_type_may_plan (&rules, 10, before), ==, BOOKING_MAY);
  g_assert_cmpint (interview_type_may_plan (&rules, 10, after), ==, BOOKING_TYPE_CLOSED);
  g_assert_cmpint (interview_type_may_plan (&rules, 7, after), ==, BOOKING_MAY);
  g_assert_cmpint (interview_type_may_change (&rules, 10, 10, 1, before), ==, BOOKING_MAY);
  g_assert_cmpint (interview_type_may_change (&rules, 10, 10, 1, after), ==, BOOKING_TYPE_CLOSED);
  g_assert_cmpint (interview_type_may_change (&rules, 4, 10, 1, after), ==, BOOKING_TYPE_CLOSED);
  g_assert_cmpint (interview_type_may_change (&rules, 10, 7, 1, after), ==, BOOKING_MAY);
  g_assert_cmpint (interview_type_may_change (&rules, 10, 7, 8, after), ==, BOOKING_MAY);
  g_assert_cmpint (interview_type_may_change (&rules, 10, 7, 2, after), ==,
                   BOOKING_CHANGE_NOT_ALLOWED);
  g_assert_cmpint (interview_type_may_change (&rules, 10, 7, 0, after), ==,
                   BOOKING_CHANGE_NOT_ALLOWED);
  g_assert_cmpint (interview_type_may_change (&rules, 10, 12, 1, after), ==,
                   BOOKING_CHANGE_NOT_ALLOWED);
  g_assert_cmpint (interview_type_may_change (&rules, 10, 12, 1, before), ==, BOOKING_MAY);
  g_assert_cmpint (interview_type_may_change (&rules, 4, 12, 1, after), ==, BOOKING_MAY);
  rules.closed_from = after + 31; /* the other reading of the source */
  g_assert_cmpint (interview_type_may_plan (&rules, 10, after), ==, BOOKING_MAY);
}

static void
test_bars (void)
{
  static const InterviewTypeBar bars[] = { { 4, 2 }, { 7, 2 } };
  InterviewTypeRules rules = interview_type_rules_default ();

  g_assert_true (interview_type_fits_group (&rules, 4, 2));
  rules.bars = bars;
  rules.n_bars = G_N_ELEMENTS (bars);
  g_assert_false (interview_type_fits_group (&rules, 4, 2));
  g_assert_true (interview_type_fits_group (&rules, 4, 1));
  g_assert_true (interview_type_fits_group (&rules, 4, 0));
  g_assert_true (interview_type_fits_group (&rules, 7, 2));
}

static void
test_names (void)
{
  for (guint i = 0; i < N_BOOKING_DECISIONS; i++)
    g_assert_nonnull (booking_decision_get_name (i));
  g_assert_cmpstr (booking_decision_get_name (BOOKING_NOT_MOVABLE), ==, "not-movable");
  g_assert_cmpstr (booking_decision_get_name (N_BOOKING_DECISIONS), ==, "unknown");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/booking-rules/matrix", test_matrix);
  g_test_add_func ("/booking-rules/default-deadlines", test_default_deadlines);
  g_test_add_func ("/booking-rules/own-deadlines", test_own_deadlines);
  g_test_add_func ("/booking-rules/flags", test_flags);
  g_test_add_func ("/booking-rules/date-deadline", test_date_deadline);
  g_test_add_func ("/booking-rules/cv-interview", test_cv_interview);
  g_test_add_func ("/booking-rules/bars", test_bars);
  g_test_add_func ("/booking-rules/names", test_names);
  return g_test_run ();
}
