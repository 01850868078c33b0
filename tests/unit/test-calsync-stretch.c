/* SPDX-License-Identifier: EUPL-1.2 */
/* Blocked and opened time as text: reads back the same, expands to itself, refuses what it should. */
#include "calsync-availability.h"
#include "calsync-error.h"
#include "calsync-recurrence.h"
#include "calsync-stretch.h"
#include "testlib.h"

#include <libical/ical.h>
#include <string.h>

#define US  CALSYNC_US_PER_SECOND
#define DAY (86400 * US)

static const CalsyncZone *
copenhagen (void)
{
  return calsync_zone_lookup ("Europe/Copenhagen", NULL);
}

static void
check_form (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);
  icalcomponent *parsed = icalparser_parse_string (text);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_assert_cmpuint (strlen (lines[i]), <=, 75);
      g_assert_true (g_utf8_validate (lines[i], -1, NULL));
    }
  g_assert_nonnull (parsed);
  g_assert_cmpint (icalcomponent_count_errors (parsed), ==, 0);
  icalcomponent_free (parsed);
}

/* The text, read by those who read everybody's calendars, takes or gives just that time. */
static void
check_span (const CalsyncStretch *stretch, const char *text)
{
  const CalsyncWindow window = { .zone = copenhagen (),
                                 .from_us = stretch->start_us - DAY,
                                 .to_us = stretch->end_us + DAY };
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  g_autoptr (GError) error = NULL;

  if (stretch->kind == CALSYNC_STRETCH_BLOCKED)
    g_assert_true (calsync_expand (text, &window, spans, &error));
  else
    g_assert_true (calsync_availability_expand (text, &window, spans, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (spans->len, ==, 1);
  g_assert_cmpint (g_array_index (spans, CalsyncSpan, 0).start_us, ==, stretch->start_us);
  g_assert_cmpint (g_array_index (spans, CalsyncSpan, 0).end_us, ==, stretch->end_us);
}

static void
check_round_trip (const CalsyncStretch *stretch)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = calsync_stretch_write (stretch, copenhagen (), &error);
  g_autofree char *again = NULL;
  g_autoptr (CalsyncStretch) read = NULL;

  g_assert_no_error (error);
  check_form (text);
  read = calsync_stretch_parse (text, &error);
  g_assert_no_error (error);
  g_assert_cmpint (read->kind, ==, stretch->kind);
  g_assert_cmpstr (read->uid, ==, stretch->uid);
  g_assert_cmpint (read->start_us, ==, stretch->start_us);
  g_assert_cmpint (read->end_us, ==, stretch->end_us);
  g_assert_cmpstr (read->rule, ==, stretch->rule);
  g_assert_cmpstr (read->text, ==, stretch->text);
  again = calsync_stretch_write (read, copenhagen (), &error);
  g_assert_cmpstr (again, ==, text);
  if (stretch->rule == NULL)
    check_span (stretch, text);
}

/* Any hour of 40 years, the doubled and the skipped ones of the clock among them. */
static void
test_random (void)
{
  static const char *const texts[] = {
    NULL, "kursus", "æøå; \\ , \"x\"",
    "en lang tekst om hvorfor der ikke er nogen hjemme i dag, og "
    "heller ikke i morgen, på trods af alt"
  };
  g_autoptr (GRand) rand = testlib_random_new ();
  gint64 n = testlib_budget ("calsync-stretch");

  for (gint64 i = 0; i < n; i++)
    {
      gint64 change_us = 0;
      gint64 start_us = g_rand_int_range (rand, 0, 1262304000) * US * 2;
      CalsyncStretch stretch = { .uid = (char *) "a1-b2",
                                 .kind = g_rand_int_range (rand, 0, 2) == 0
                                           ? CALSYNC_STRETCH_BLOCKED
                                           : CALSYNC_STRETCH_OPENED,
                                 .text = (char *) texts[g_rand_int_range (rand, 0, 4)] };

      if (i % 2 == 0 && calsync_zone_next_change (copenhagen (), start_us, &change_us))
        start_us = change_us + g_rand_int_range (rand, -8, 9) * 900 * US;
      stretch.start_us = start_us;
      stretch.end_us = start_us + g_rand_int_range (rand, 1, 200) * 300 * US;
      check_round_trip (&stretch);
    }
}

static void
test_rule (void)
{
  CalsyncStretch stretch = { .uid = (char *) "r",
                             .kind = CALSYNC_STRETCH_BLOCKED,
                             .start_us = G_GINT64_CONSTANT (1795590000) * US,
                             .end_us = G_GINT64_CONSTANT (1795593600) * US,
                             .rule = (char *) "FREQ=WEEKLY;COUNT=3" };
  const CalsyncWindow window = { .zone = copenhagen (),
                                 .from_us = stretch.start_us - DAY,
                                 .to_us = stretch.start_us + 60 * DAY };
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  g_autofree char *text = calsync_stretch_write (&stretch, copenhagen (), NULL);

  check_round_trip (&stretch);
  g_assert_true (calsync_expand (text, &window, spans, NULL));
  g_assert_cmpuint (spans->len, ==, 3);
  g_assert_cmpint (g_array_index (spans, CalsyncSpan, 2).start_us, ==, stretch.start_us + 14 * DAY);
}

static void
test_refused (void)
{
  gint64 hour_us = G_GINT64_CONSTANT (1792890000) * US; /* 2026-10-25T01:00Z, the second 02:00 */
  const struct
  {
    CalsyncStretch stretch;
    const char *says;
  } cases[] = {
    { { (char *) "u", 0, 2 * US, US, NULL, NULL }, "time is empty" },
    { { (char *) "u", 0, 1, 2 * US, NULL, NULL }, "whole seconds" },
    { { (char *) "", 0, US, 2 * US, NULL, NULL }, "identifier" },
    { { (char *) "a b", 0, US, 2 * US, NULL, NULL }, "identifier" },
    { { (char *) "u", 0, US, 2 * US, (char *) "FREQ=DAILY\r\nX:1", NULL }, "rule" },
    { { (char *) "u", 0, US, 2 * US, NULL, (char *) "a\nb" }, "control character" },
    { { (char *) "u", 0, US, 2 * US, NULL, (char *) "om 000000-0000" }, "civil registration" },
    { { (char *) "u", 0, hour_us, hour_us + US, (char *) "FREQ=DAILY", NULL }, "equal hours" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = calsync_stretch_write (&cases[i].stretch, copenhagen (), &error);

      g_assert_null (text);
      g_assert_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED);
      g_assert_nonnull (strstr (error->message, cases[i].says));
    }
}

static void
test_foreign (void)
{
  static const char *const texts[] = {
    "", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART:20260101T000000Z\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n",
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART;TZID=Nowhere:20260101T000000\r\n"
    "DTEND:20260101T010000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (calsync_stretch_parse (texts[i], &error));
      g_assert_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync-stretch/random", test_random);
  g_test_add_func ("/calsync-stretch/rule", test_rule);
  g_test_add_func ("/calsync-stretch/refused", test_refused);
  g_test_add_func ("/calsync-stretch/foreign", test_foreign);
  return g_test_run ();
}
