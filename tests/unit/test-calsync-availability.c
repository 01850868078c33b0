/* SPDX-License-Identifier: EUPL-1.2 */
/* Working time: what is written is what is read, day by day, and exceptions rank. */
#include "calsync-availability.h"
#include "calsync-error.h"
#include "testlib.h"

#include <string.h>

#define US CALSYNC_US_PER_SECOND

static const CalsyncZone *
copenhagen (void)
{
  return calsync_zone_lookup ("Europe/Copenhagen", NULL);
}

static GArray *
expand (const char *text, gint64 from_days, gint64 to_days)
{
  const CalsyncWindow window = { .zone = copenhagen (),
                                 .from_us = calsync_zone_midnight (copenhagen (), from_days),
                                 .to_us = calsync_zone_midnight (copenhagen (), to_days) };
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  g_autoptr (GError) error = NULL;
  gboolean is_good = calsync_availability_expand (text, &window, spans, &error);

  g_assert_no_error (error);
  g_assert_true (is_good);
  return spans;
}

/* Free minutes of the wall clock that the spans cover on a day, as a picture of 15-minute steps. */
static void
picture_of_spans (const GArray *spans, gint64 day, char picture[97])
{
  for (gint step = 0; step < 96; step++)
    {
      gint64 at_us = calsync_zone_seconds_to_instant (
        copenhagen (), day * CALSYNC_SECONDS_PER_DAY + step * 900, NULL);

      picture[step] = '.';
      for (guint i = 0; i < spans->len; i++)
        {
          const CalsyncSpan *span = &g_array_index (spans, CalsyncSpan, i);

          if (span->start_us <= at_us && at_us < span->end_us)
            picture[step] = '#';
        }
    }
  picture[96] = '\0';
}

static void
picture_of_blocks (const CalsyncWorkBlock *blocks, gsize n_blocks, gint64 day, char picture[97])
{
  gint week = calsync_days_iso_week (day, NULL);

  memset (picture, '.', 96);
  picture[96] = '\0';
  for (gsize i = 0; i < n_blocks; i++)
    {
      const CalsyncWorkBlock *block = &blocks[i];
      gboolean is_week = block->parity == CALSYNC_WEEK_EVERY ||
                         (block->parity == CALSYNC_WEEK_EVEN) == (week % 2 == 0);

      if (!is_week || block->weekday != calsync_days_weekday (day) || day < block->from_days ||
          day > block->until_days)
        continue;
      for (gint step = block->start_minute / 15; step < block->end_minute / 15; step++)
        picture[step] = '#';
    }
}

/* Even and odd weeks across the turn from 2026, which has 53 weeks, to 2027. */
static void
test_written_is_read (void)
{
  g_autoptr (GRand) random = testlib_random_new ();
  guint64 n_rounds = testlib_budget ("calsync-availability");

  for (guint64 round = 0; round < n_rounds; round++)
    {
      CalsyncWorkBlock blocks[8];
      gsize n_blocks = (gsize) g_rand_int_range (random, 0, 9);
      gint64 from_day = calsync_days_from_civil (2026, 1, 1) + g_rand_int_range (random, 0, 500);
      g_autofree char *text = NULL;
      g_autoptr (GArray) spans = NULL;
      g_autoptr (GError) error = NULL;

      for (gsize i = 0; i < n_blocks; i++)
        {
          gint start =
            g_rand_int_range (random, 16, 80); /* 04:00 to 19:45: no change of the clock */

          blocks[i].weekday = g_rand_int_range (random, 1, 8);
          blocks[i].start_minute = start * 15;
          blocks[i].end_minute = g_rand_int_range (random, start + 1, 97) * 15;
          blocks[i].parity = (CalsyncWeekParity) g_rand_int_range (random, 0, 3);
          blocks[i].from_days = from_day + g_rand_int_range (random, -700, 40);
          blocks[i].until_days = g_rand_boolean (random)
                                   ? G_MAXINT64
                                   : blocks[i].from_days + g_rand_int_range (random, 0, 800);
        }
      text = calsync_availability_write (blocks, n_blocks, copenhagen (), "work", &error);
      g_assert_no_error (error);
      spans = expand (text, from_day, from_day + 60);
      for (gint64 day = from_day; day < from_day + 60; day++)
        {
          char expected[97], actual[97];

          picture_of_blocks (blocks, n_blocks, day, expected);
          picture_of_spans (spans, day, actual);
          g_assert_cmpstr (actual, ==, expected);
        }
      for (guint i = 1; i < spans->len; i++)
        g_assert_cmpint (g_array_index (spans, CalsyncSpan, i - 1).end_us, <,
                         g_array_index (spans, CalsyncSpan, i).start_us);
    }
}

static void
test_parity_over_week_53 (void)
{
  const CalsyncWorkBlock odd = { 1, 480, 960, CALSYNC_WEEK_ODD, 0, G_MAXINT64 };
  g_autofree char *text = calsync_availability_write (&odd, 1, copenhagen (), "odd", NULL);
  gint64 week_53 = calsync_days_from_civil (2026, 12, 28); /* the Monday of week 53 */
  g_autoptr (GArray) spans = expand (text, week_53 - 7, week_53 + 22);

  /* Week 53 of 2026 and week 1 of 2027 are both odd, then week 3 */
  g_assert_cmpuint (spans->len, ==, 3);
  g_assert_cmpint (g_array_index (spans, CalsyncSpan, 0).start_us, ==,
                   calsync_zone_midnight (copenhagen (), week_53) + 8 * 3600 * US);
  g_assert_cmpint (g_array_index (spans, CalsyncSpan, 1).start_us, ==,
                   calsync_zone_midnight (copenhagen (), week_53 + 7) + 8 * 3600 * US);
  g_assert_cmpint (g_array_index (spans, CalsyncSpan, 2).start_us, ==,
                   calsync_zone_midnight (copenhagen (), week_53 + 21) + 8 * 3600 * US);
}

static void
test_whole_days_over_changes (void)
{
  CalsyncWorkBlock blocks[7];
  g_autofree char *text = NULL;
  g_autoptr (GArray) spans = NULL;
  gint64 from = calsync_days_from_civil (2026, 1, 1), to = from + 365;

  for (gint i = 0; i < 7; i++)
    blocks[i] = (CalsyncWorkBlock){ i + 1, 0, 1440, CALSYNC_WEEK_EVERY, 0, G_MAXINT64 };
  text = calsync_availability_write (blocks, 7, copenhagen (), "always", NULL);
  spans = expand (text, from, to);
  g_assert_cmpuint (spans->len, ==, 1);
  g_assert_cmpint (g_array_index (spans, CalsyncSpan, 0).start_us, ==,
                   calsync_zone_midnight (copenhagen (), from));
  g_assert_cmpint (g_array_index (spans, CalsyncSpan, 0).end_us, ==,
                   calsync_zone_midnight (copenhagen (), to));
}

#define HEAD "BEGIN:VCALENDAR\n"
#define TAIL "END:VCALENDAR\n"
#define CPH  "TZID=Europe/Copenhagen"
#define WORK                                                                     \
  "BEGIN:VAVAILABILITY\nUID:w\nPRIORITY:9\nBEGIN:AVAILABLE\nUID:a\nDTSTART;" CPH \
  ":20260105T080000\nDTEND;" CPH ":20260105T160000\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR\n"

/* Week of 23 November 2026, in hours of work a day. */
static void
check_week (const char *text, const char *expected)
{
  gint64 monday = calsync_days_from_civil (2026, 11, 23);
  g_autoptr (GArray) spans = expand (text, monday, monday + 7);
  g_autoptr (GString) actual = g_string_new (NULL);

  for (gint64 day = monday; day < monday + 7; day++)
    {
      char picture[97];
      guint n_steps = 0;

      picture_of_spans (spans, day, picture);
      for (guint i = 0; i < 96; i++)
        n_steps += picture[i] == '#';
      g_string_append_printf (actual, "%s%u", day == monday ? "" : " ", n_steps / 4);
    }
  g_assert_cmpstr (actual->str, ==, expected);
}

static void
test_exceptions (void)
{
  check_week (HEAD WORK "END:AVAILABLE\nEND:VAVAILABILITY\n" TAIL, "8 8 8 8 8 0 0");
  /* a day off by EXDATE */
  check_week (HEAD WORK "EXDATE;" CPH ":20261124T080000\nEND:AVAILABLE\nEND:VAVAILABILITY\n" TAIL,
              "8 0 8 8 8 0 0");
  /* a higher priority hides two days and gives one of them shorter hours */
  check_week (HEAD WORK "END:AVAILABLE\nEND:VAVAILABILITY\n"
                        "BEGIN:VAVAILABILITY\nUID:x\nPRIORITY:1\nDTSTART;" CPH
                        ":20261125T000000\nDTEND;" CPH ":20261127T000000\n"
                        "BEGIN:AVAILABLE\nUID:y\nDTSTART;" CPH ":20261125T100000\nDTEND;" CPH
                        ":20261125T120000\nEND:AVAILABLE\nEND:VAVAILABILITY\n" TAIL,
              "8 8 2 0 8 0 0");
  /* a lower priority does not */
  check_week (HEAD WORK "END:AVAILABLE\nEND:VAVAILABILITY\n"
                        "BEGIN:VAVAILABILITY\nUID:x\nDTSTART;" CPH ":20261125T000000\nDTEND;" CPH
                        ":20261127T000000\nEND:VAVAILABILITY\n" TAIL,
              "8 8 8 8 8 0 0");
  /* one instance moved by RECURRENCE-ID */
  check_week (HEAD WORK "END:AVAILABLE\nBEGIN:AVAILABLE\nUID:a\nRECURRENCE-ID;" CPH
                        ":20261127T080000\nDTSTART;" CPH ":20261127T080000\nDTEND;" CPH
                        ":20261127T110000\nEND:AVAILABLE\nEND:VAVAILABILITY\n" TAIL,
              "8 8 8 8 3 0 0");
  /* validity of the whole */
  check_week (HEAD "BEGIN:VAVAILABILITY\nUID:w\nDTSTART;" CPH ":20261125T000000\nDURATION:P2D\n"
                   "BEGIN:AVAILABLE\nUID:a\nDTSTART;" CPH ":20260105T080000\nDURATION:PT8H\n"
                   "RRULE:FREQ=DAILY\nEND:AVAILABLE\nEND:VAVAILABILITY\n" TAIL,
              "0 0 8 8 0 0 0");
  /* a start outside its own rule is no working time */
  check_week (HEAD "BEGIN:VAVAILABILITY\nUID:w\nBEGIN:AVAILABLE\nUID:a\nDTSTART;" CPH
                   ":20261129T080000\nDURATION:PT8H\nRRULE:FREQ=WEEKLY;BYDAY=MO\nEND:AVAILABLE\n"
                   "END:VAVAILABILITY\n" TAIL,
              "0 0 0 0 0 0 0");
}

/* Stop rather than guess: what cannot be followed offers nothing. */
static void
test_refused (void)
{
  static const struct
  {
    const char *text;
    gint code;
  } rows[] = {
    { "", CALSYNC_ERROR_MALFORMED },
    { HEAD TAIL, CALSYNC_ERROR_MALFORMED },
    { HEAD "BEGIN:VAVAILABILITY\n", CALSYNC_ERROR_MALFORMED },
    { HEAD "BEGIN:VAVAILABILITY\nBEGIN:AVAILABLE\nEND:AVAILABLE\nEND:VAVAILABILITY\n" TAIL,
      CALSYNC_ERROR_MALFORMED },
    { HEAD "BEGIN:VAVAILABILITY\nDTSTART:never\nEND:VAVAILABILITY\n" TAIL,
      CALSYNC_ERROR_MALFORMED },
    { HEAD "BEGIN:VAVAILABILITY\nDTSTART;TZID=Nowhere:20261123T080000\nEND:VAVAILABILITY\n" TAIL,
      CALSYNC_ERROR_UNSUPPORTED },
    { HEAD "BEGIN:VAVAILABILITY\nBEGIN:AVAILABLE\nDTSTART;TZID=Nowhere:20261123T080000\n"
           "DURATION:PT8H\nEND:AVAILABLE\nEND:VAVAILABILITY\n" TAIL,
      CALSYNC_ERROR_UNSUPPORTED },
    { HEAD "BEGIN:VAVAILABILITY\nBEGIN:AVAILABLE\nDTSTART:20261123T080000Z\nDURATION:PT8H\n"
           "RRULE:FREQ=OFTEN\nEND:AVAILABLE\nEND:VAVAILABILITY\n" TAIL,
      CALSYNC_ERROR_UNSUPPORTED },
    { HEAD "BEGIN:VAVAILABILITY\nBEGIN:AVAILABLE\nDTSTART:20261123T080000Z\nDURATION:PT8H\n"
           "RRULE:FREQ=DAILY\nEXDATE:tomorrow\nEND:AVAILABLE\nEND:VAVAILABILITY\n" TAIL,
      CALSYNC_ERROR_UNSUPPORTED },
  };
  const CalsyncWindow window = { .zone = copenhagen (),
                                 .from_us = 1795000000 * US,
                                 .to_us = 1796000000 * US };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (calsync_availability_check (rows[i].text, &window, &error));
      g_assert_error (error, CALSYNC_ERROR, rows[i].code);
    }
}

static void
test_bad_blocks (void)
{
  static const CalsyncWorkBlock blocks[] = {
    { 0, 480, 960, CALSYNC_WEEK_EVERY, 0, 10 },  { 8, 480, 960, CALSYNC_WEEK_EVERY, 0, 10 },
    { 1, 960, 480, CALSYNC_WEEK_EVERY, 0, 10 },  { 1, 480, 480, CALSYNC_WEEK_EVERY, 0, 10 },
    { 1, 480, 1441, CALSYNC_WEEK_EVERY, 0, 10 }, { 1, -1, 960, CALSYNC_WEEK_EVERY, 0, 10 },
    { 1, 480, 960, CALSYNC_WEEK_EVERY, 11, 10 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (blocks); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (calsync_availability_write (&blocks[i], 1, copenhagen (), "x", &error));
      g_assert_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync/availability/written-is-read", test_written_is_read);
  g_test_add_func ("/calsync/availability/parity-over-week-53", test_parity_over_week_53);
  g_test_add_func ("/calsync/availability/whole-days-over-changes", test_whole_days_over_changes);
  g_test_add_func ("/calsync/availability/exceptions", test_exceptions);
  g_test_add_func ("/calsync/availability/refused", test_refused);
  g_test_add_func ("/calsync/availability/bad-blocks", test_bad_blocks);
  return g_test_run ();
}
