/* SPDX-License-Identifier: EUPL-1.2 */
/* Bookings written as iCalendar: read back the same, judged by libical, with nobody in them. */
#include "calsync-booking.h"
#include "calsync-error.h"
#include "calsync-ical.h"
#include "calsync-recurrence.h"
#include "testlib.h"

#include <libical/ical.h>
#include <string.h>

#define US CALSYNC_US_PER_SECOND

static char *
write_booking (const CalsyncBooking *booking)
{
  g_autoptr (GError) error = NULL;
  char *text = calsync_booking_write (booking, &error);

  g_assert_no_error (error);
  g_assert_nonnull (text);
  return text;
}

static void
check_lines (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_assert_cmpuint (strlen (lines[i]), <=, 75);
      g_assert_null (strpbrk (lines[i], "\r\n"));
      g_assert_true (g_utf8_validate (lines[i], -1, NULL)); /* no fold inside a character */
    }
}

/* libical as the judge: no errors, and everything that RFC 5545 demands. */
static void
check_with_libical (const char *text)
{
  icalcomponent *parsed = icalparser_parse_string (text);

  g_assert_nonnull (parsed);
  g_assert_true (icalrestriction_check (parsed));
  g_assert_cmpint (icalcomponent_count_errors (parsed), ==, 0);
  icalcomponent_free (parsed);
}

/* Read again with another zone's eyes: the VTIMEZONE, not our name for it, has to say it. */
static void
check_times (const char *text, const CalsyncBooking *booking, const char *zone_name)
{
  g_autoptr (GString) renamed = g_string_new (text);
  const CalsyncWindow window = { .zone = calsync_zone_lookup ("Asia/Tokyo", NULL),
                                 .from_us = booking->start_us - 86400 * US,
                                 .to_us = booking->end_us + 86400 * US };
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  g_autoptr (GError) error = NULL;
  gboolean is_good;

  if (zone_name != NULL && strstr (text, "TZID") != NULL)
    g_assert_cmpuint (g_string_replace (renamed, zone_name, "X-ours", 0), ==, 3);
  is_good = calsync_expand (renamed->str, &window, spans, &error);
  g_assert_no_error (error);
  g_assert_true (is_good);
  g_assert_cmpuint (spans->len, ==, 1);
  g_assert_cmpint (g_array_index (spans, CalsyncSpan, 0).start_us, ==, booking->start_us);
  g_assert_cmpint (g_array_index (spans, CalsyncSpan, 0).end_us, ==, booking->end_us);
  g_assert_cmpint (g_array_index (spans, CalsyncSpan, 0).busy_class, ==, CALSYNC_CLASS_BUSY);
  g_assert_cmpuint (g_array_index (spans, CalsyncSpan, 0).flags, ==, 0);
}

static void
test_round_trip (void)
{
  static const char *const zones[] = { NULL, "Europe/Copenhagen", "America/Nuuk", "Asia/Kathmandu",
                                       "Australia/Lord_Howe" };
  g_autoptr (GRand) random = testlib_random_new ();

  for (guint i = 0; i < 200; i++)
    {
      const char *zone_name = zones[i % G_N_ELEMENTS (zones)];
      gint64 start_us =
        (1700000000 + (gint64) g_rand_int_range (random, 0, 400000000) / 300 * 300) * US;
      const CalsyncBooking booking = {
        .uid = "b-17@planner.example",
        .reference = "b-17",
        .start_us = start_us,
        .end_us = start_us + g_rand_int_range (random, 1, 48) * 300 * US,
        .zone = zone_name == NULL ? NULL : calsync_zone_lookup (zone_name, NULL),
        .stamp_us = 1700000000 * US,
        .sequence = 3,
        .summary =
          "Møde: plan, mål; \\ og en emne­linje som er længere end 75 oktetter, æøåæøåæøåæøåæøå",
        .url = "https://planner.example/b/17",
        .category = "Planner, møder",
        .privacy = CALSYNC_PRIVACY_PRIVATE,
      };
      g_autofree char *text = write_booking (&booking);

      check_lines (text);
      check_with_libical (text);
      g_assert_null (strstr (text, "ATTENDEE"));
      g_assert_null (strstr (text, "ORGANIZER"));
      g_assert_null (strstr (text, "1601"));
      g_assert_nonnull (strstr (text, "X-MICROSOFT-CDO-BUSYSTATUS:BUSY"));
      g_assert_nonnull (strstr (text, "CLASS:PRIVATE"));
      check_times (text, &booking, zone_name);
    }
}

/* Both hours of the night in which the clock is put back. */
static void
test_hour_that_comes_twice (void)
{
  CalsyncBooking booking = { .uid = "b-1",
                             .reference = "b-1",
                             .summary = "Optaget",
                             .zone = calsync_zone_lookup ("Europe/Copenhagen", NULL) };
  guint n_local = 0;

  for (gint64 start_s = 1792884600; start_s < 1792884600 + 4 * 3600; start_s += 900)
    {
      g_autofree char *text = NULL;

      booking.start_us = start_s * US;
      booking.end_us = (start_s + 900) * US;
      text = write_booking (&booking);
      n_local += strstr (text, "TZID") != NULL;
      check_with_libical (text);
      check_times (text, &booking, NULL);
    }
  g_assert_cmpuint (n_local, ==,
                    11); /* 16 quarters, of which 4 begin and 5 end in the second hour */
}

static void
test_reference_is_found_again (void)
{
  const CalsyncBooking booking = { .uid = "b-17",
                                   .reference = "b-17:2",
                                   .summary = "Optaget",
                                   .start_us = 1795420800 * US,
                                   .end_us = 1795424400 * US };
  g_autofree char *text = write_booking (&booking);
  g_autoptr (GError) error = NULL;
  g_autoptr (CalsyncImport) import = calsync_ical_import (text, strlen (text), NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (import->objects->len, ==, 1);
  g_assert_cmpstr (((CalsyncObject *) g_ptr_array_index (import->objects, 0))->reference, ==,
                   "b-17:2");
}

static void
test_refused (void)
{
  static const CalsyncBooking good = {
    .uid = "b-1", .reference = "b-1", .summary = "Optaget", .start_us = 1, .end_us = 2
  };
  CalsyncBooking rows[8];

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    rows[i] = good;
  rows[0].uid = "a\r\nATTENDEE:mailto:a@b.example";
  rows[1].reference = "";
  rows[2].end_us = rows[2].start_us;
  rows[3].summary = NULL;
  rows[4].summary = "Samtale med 010190-5001";
  rows[5].summary = "\xF8";
  rows[6].url = "https://planner.example/\r\nATTENDEE:x";
  rows[7].category = "0101905001";
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (calsync_booking_write (&rows[i], &error));
      g_assert_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED);
      g_assert_null (strstr (error->message, "5001"));
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync/booking/round-trip", test_round_trip);
  g_test_add_func ("/calsync/booking/hour-that-comes-twice", test_hour_that_comes_twice);
  g_test_add_func ("/calsync/booking/reference", test_reference_is_found_again);
  g_test_add_func ("/calsync/booking/refused", test_refused);
  return g_test_run ();
}
