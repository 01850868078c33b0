/* SPDX-License-Identifier: EUPL-1.2 */
/* Expansion of events: each row is an event's lines and the busy time that the RFC gives it. */
#include "calsync-error.h"
#include "calsync-ical.h"
#include "calsync-recurrence.h"
#include "testlib.h"

#include <stdio.h>
#include <string.h>

#define CPH "TZID=Europe/Copenhagen"

/* From and to are dates in Copenhagen; spans are instants in UTC. */
typedef struct
{
  const char *name;
  const char *lines;
  const char *from;
  const char *to;
  const char *expected;
} Row;

/* clang-format off */
static const Row rows[] = {
  { "one-event",
    "BEGIN:VEVENT\nUID:1\nDTSTART;" CPH ":20261123T090000\nDTEND;" CPH ":20261123T100000\nEND:VEVENT\n",
    "20261123", "20261124", "20261123T080000Z/20261123T090000Z busy" },
  { "weekly-over-autumn-keeps-wall-time",
    "BEGIN:VEVENT\nUID:1\nDTSTART;" CPH ":20261020T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY\nEND:VEVENT\n",
    "20261020", "20261104",
    "20261020T070000Z/20261020T080000Z busy 20261027T080000Z/20261027T090000Z busy "
    "20261103T080000Z/20261103T090000Z busy" },
  { "daily-through-the-hour-that-comes-twice",
    "BEGIN:VEVENT\nUID:1\nDTSTART;" CPH ":20261024T023000\nDURATION:PT15M\nRRULE:FREQ=DAILY\nEND:VEVENT\n",
    "20261024", "20261027",
    "20261024T003000Z/20261024T004500Z busy 20261025T003000Z/20261025T004500Z busy "
    "20261026T013000Z/20261026T014500Z busy" },
  { "daily-through-the-hour-that-is-missing",
    "BEGIN:VEVENT\nUID:1\nDTSTART;" CPH ":20270327T023000\nDURATION:PT15M\nRRULE:FREQ=DAILY\nEND:VEVENT\n",
    "20270327", "20270330",
    "20270327T013000Z/20270327T014500Z busy 20270328T013000Z/20270328T014500Z busy "
    "20270329T003000Z/20270329T004500Z busy" },
  { "all-day-is-25-hours-in-autumn",
    "BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20261025\nEND:VEVENT\n",
    "20261024", "20261028", "20261024T220000Z/20261025T230000Z busy+1" },
  { "all-day-with-a-zone-and-equal-end",
    "BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE;TZID=America/New_York:20261123\n"
    "DTEND;VALUE=DATE;TZID=America/New_York:20261123\nEND:VEVENT\n",
    "20261120", "20261128", "20261122T230000Z/20261123T230000Z busy+1" },
  { "nominal-day-and-exact-hours",
    "BEGIN:VEVENT\nUID:1\nDTSTART;" CPH ":20261024T120000\nDURATION:P1D\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:2\nDTSTART;" CPH ":20261024T120000\nDURATION:PT24H\nEND:VEVENT\n",
    "20261024", "20261027",
    "20261024T100000Z/20261025T100000Z busy 20261024T100000Z/20261025T110000Z busy" },
  { "night-watch-lasts-to-the-later-end",
    "BEGIN:VEVENT\nUID:1\nDTSTART;" CPH ":20261017T220000\nDTEND;" CPH ":20261018T060000\nRRULE:FREQ=WEEKLY;COUNT=3\nEND:VEVENT\n",
    "20261017", "20261102",
    "20261017T200000Z/20261018T040000Z busy 20261024T200000Z/20261025T050000Z busy "
    "20261031T210000Z/20261101T050000Z busy" },
  { "first-instance-in-a-short-night-does-not-shorten-the-others",
    "BEGIN:VEVENT\nUID:1\nDTSTART;" CPH ":20270327T120000\nDTEND;" CPH ":20270328T120000\nRRULE:FREQ=WEEKLY;COUNT=2\nEND:VEVENT\n",
    "20270320", "20270412",
    "20270327T110000Z/20270328T100000Z busy 20270403T100000Z/20270404T100000Z busy" },
  { "zero-length-and-negative-block-nothing",
    "BEGIN:VEVENT\nUID:1\nDTSTART:20261123T090000Z\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:2\nDTSTART:20261123T090000Z\nDTEND:20261123T080000Z\nEND:VEVENT\n",
    "20261123", "20261124", "" },
  { "floating-is-in-the-own-zone",
    "BEGIN:VEVENT\nUID:1\nDTSTART:20261123T090000\nDTEND:20261123T093000\nEND:VEVENT\n",
    "20261123", "20261124", "20261123T080000Z/20261123T083000Z busy+2" },
  { "exception-moves-an-instance",
    "BEGIN:VEVENT\nUID:1\nDTSTART;" CPH ":20261123T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;" CPH ":20261124T090000\nDTSTART;" CPH ":20261124T140000\n"
    "DURATION:PT30M\nEND:VEVENT\n",
    "20261123", "20261128",
    "20261123T080000Z/20261123T090000Z busy 20261124T130000Z/20261124T133000Z busy "
    "20261125T080000Z/20261125T090000Z busy" },
  { "exception-named-in-utc-and-cancelled",
    "BEGIN:VEVENT\nUID:1\nDTSTART;" CPH ":20261123T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20261124T080000Z\nDTSTART;" CPH ":20261124T090000\n"
    "DURATION:PT1H\nSTATUS:CANCELLED\nEND:VEVENT\n",
    "20261123", "20261128", "20261123T080000Z/20261123T090000Z busy" },
  { "exception-has-a-class-of-its-own",
    "BEGIN:VEVENT\nUID:1\nDTSTART;" CPH ":20261123T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4\nSTATUS:TENTATIVE\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;" CPH ":20261124T090000\nDTSTART;" CPH ":20261124T090000\nDURATION:PT1H\n"
    "X-MICROSOFT-CDO-BUSYSTATUS:OOF\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;" CPH ":20261125T090000\nDTSTART;" CPH ":20261125T090000\nDURATION:PT1H\n"
    "TRANSP:TRANSPARENT\nEND:VEVENT\n",
    "20261123", "20261128",
    "20261123T080000Z/20261123T090000Z tentative 20261124T080000Z/20261124T090000Z away "
    "20261126T080000Z/20261126T090000Z tentative" },
  { "exceptions-before-the-first-and-behind-the-last",
    "BEGIN:VEVENT\nUID:1\nDTSTART;" CPH ":20261124T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;" CPH ":20261124T090000\nDTSTART;" CPH ":20261120T090000\nDURATION:PT1H\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;" CPH ":20261125T090000\nDTSTART;" CPH ":20261203T090000\nDURATION:PT1H\nEND:VEVENT\n",
    "20261119", "20261205",
    "20261120T080000Z/20261120T090000Z busy 20261203T080000Z/20261203T090000Z busy" },
  { "all-day-series-over-both-changes-of-the-clock",
    "BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20261025\nRRULE:FREQ=WEEKLY;INTERVAL=22;COUNT=2\nEND:VEVENT\n",
    "20261024", "20270330",
    "20261024T220000Z/20261025T230000Z busy+1 20270327T230000Z/20270328T220000Z busy+1" },
  { "exception-without-series",
    "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20261124T080000Z\nDTSTART:20261124T100000Z\nDURATION:PT1H\nEND:VEVENT\n",
    "20261123", "20261128", "20261124T100000Z/20261124T110000Z busy" },
  { "this-and-future",
    "BEGIN:VEVENT\nUID:1\nDTSTART;" CPH ":20261123T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE;" CPH ":20261125T090000\n"
    "DTSTART;" CPH ":20261125T110000\nDURATION:PT2H\nEND:VEVENT\n",
    "20261123", "20261130",
    "20261123T080000Z/20261123T090000Z busy 20261124T080000Z/20261124T090000Z busy "
    "20261125T100000Z/20261125T120000Z busy 20261126T100000Z/20261126T120000Z busy" },
  { "exdate-in-another-zone-in-utc-and-as-date",
    "BEGIN:VEVENT\nUID:1\nDTSTART;" CPH ":20261123T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=5\n"
    "EXDATE;TZID=America/New_York:20261124T030000\nEXDATE:20261125T080000Z\nEXDATE;VALUE=DATE:20261126\nEND:VEVENT\n",
    "20261123", "20261130",
    "20261123T080000Z/20261123T090000Z busy 20261127T080000Z/20261127T090000Z busy" },
  { "exdate-with-time-for-a-whole-day",
    "BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20261123\nRRULE:FREQ=DAILY;COUNT=3\n"
    "EXDATE;" CPH ":20261124T000000\nEND:VEVENT\n",
    "20261123", "20261130",
    "20261122T230000Z/20261123T230000Z busy+1 20261124T230000Z/20261125T230000Z busy+1" },
  { "until-as-date-keeps-the-last-day",
    "BEGIN:VEVENT\nUID:1\nDTSTART;" CPH ":20261123T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20261124\nEND:VEVENT\n",
    "20261123", "20261130",
    "20261123T080000Z/20261123T090000Z busy 20261124T080000Z/20261124T090000Z busy" },
  { "count-and-until-take-the-earlier",
    "BEGIN:VEVENT\nUID:1\nDTSTART;" CPH ":20261123T090000\nDURATION:PT1H\n"
    "RRULE:FREQ=DAILY;COUNT=5;UNTIL=20261124T230000Z\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:2\nDTSTART;" CPH ":20261123T110000\nDURATION:PT1H\n"
    "RRULE:FREQ=DAILY;COUNT=1;UNTIL=20261124T230000Z\nEND:VEVENT\n",
    "20261123", "20261130",
    "20261123T080000Z/20261123T090000Z busy 20261123T100000Z/20261123T110000Z busy "
    "20261124T080000Z/20261124T090000Z busy" },
  { "start-outside-its-rule-counts",
    "BEGIN:VEVENT\nUID:1\nDTSTART;" CPH ":20261123T090000\nDURATION:PT1H\n"
    "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=2\nEND:VEVENT\n",
    "20261123", "20261208",
    "20261123T080000Z/20261123T090000Z busy 20261124T080000Z/20261124T090000Z busy" },
  { "rdate-with-period-and-date",
    "BEGIN:VEVENT\nUID:1\nDTSTART;" CPH ":20261123T090000\nDURATION:PT1H\n"
    "RDATE;VALUE=PERIOD:20261124T080000Z/PT2H,20261125T080000Z/20261125T083000Z\n"
    "RDATE;VALUE=DATE:20261126\nRDATE;" CPH ":20261127T150000\nEND:VEVENT\n",
    "20261123", "20261130",
    "20261123T080000Z/20261123T090000Z busy 20261124T080000Z/20261124T100000Z busy "
    "20261125T080000Z/20261125T083000Z busy 20261126T080000Z/20261126T090000Z busy "
    "20261127T140000Z/20261127T150000Z busy" },
  { "every-second-is-not-expandable",
    "BEGIN:VEVENT\nUID:1\nDTSTART:20261123T090000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY\nEND:VEVENT\n",
    "20261123", "20261130", "20261123T090000Z/20261129T230000Z busy+8" },
  { "other-calendar-scale-is-not-expandable",
    "BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20240210\nRRULE:RSCALE=CHINESE;FREQ=YEARLY\nEND:VEVENT\n",
    "20261123", "20261125", "20261122T230000Z/20261124T230000Z busy+9" },
  { "free-series-that-is-not-expandable-blocks-nothing",
    "BEGIN:VEVENT\nUID:1\nDTSTART:20261123T090000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY\nTRANSP:TRANSPARENT\nEND:VEVENT\n",
    "20261123", "20261130", "" },
  { "unknown-zone-is-the-own-and-flagged",
    "BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Nowhere:20261123T090000\nDURATION:PT1H\nEND:VEVENT\n",
    "20261123", "20261124", "20261123T080000Z/20261123T090000Z busy+4" },
  { "windows-zone-display-name-and-vendor-prefix",
    "BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Romance Standard Time:20261123T090000\nDURATION:PT1H\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:2\nDTSTART;TZID=(UTC-05:00) Eastern Time (US & Canada):20261123T090000\nDURATION:PT1H\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:3\nDTSTART;TZID=\"(UTC+02:00) Helsinki, Kyiv, Riga\":20261123T120000\nDURATION:PT1H\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:4\nDTSTART;TZID=/freeassociation.sourceforge.net/Tzfile/Europe/Berlin:20261123T130000\n"
    "DURATION:PT1H\nEND:VEVENT\n",
    "20261123", "20261124",
    "20261123T080000Z/20261123T090000Z busy 20261123T100000Z/20261123T110000Z busy "
    "20261123T120000Z/20261123T130000Z busy 20261123T140000Z/20261123T150000Z busy" },
  { "classes",
    "BEGIN:VEVENT\nUID:1\nDTSTART:20261123T010000Z\nDURATION:PT1H\nX-MICROSOFT-CDO-BUSYSTATUS:OOF\nTRANSP:TRANSPARENT\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:2\nDTSTART:20261123T020000Z\nDURATION:PT1H\nX-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:3\nDTSTART:20261123T030000Z\nDURATION:PT1H\nSTATUS:TENTATIVE\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:4\nDTSTART:20261123T040000Z\nDURATION:PT1H\nX-MICROSOFT-CDO-BUSYSTATUS:NODATA\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:5\nDTSTART:20261123T050000Z\nDURATION:PT1H\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\nTRANSP:OPAQUE\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:6\nDTSTART:20261123T060000Z\nDURATION:PT1H\nSTATUS:CANCELLED\nEND:VEVENT\n",
    "20261123", "20261124",
    "20261123T010000Z/20261123T020000Z away 20261123T020000Z/20261123T030000Z elsewhere "
    "20261123T030000Z/20261123T040000Z tentative 20261123T040000Z/20261123T050000Z unknown+32" },
  { "free-busy",
    "BEGIN:VFREEBUSY\nUID:1\nFREEBUSY:20261123T080000Z/PT1H,20261123T100000Z/20261123T110000Z\n"
    "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261123T120000Z/PT1H\nFREEBUSY;FBTYPE=FREE:20261123T130000Z/PT1H\nEND:VFREEBUSY\n",
    "20261123", "20261124",
    "20261123T080000Z/20261123T090000Z busy 20261123T100000Z/20261123T110000Z busy "
    "20261123T120000Z/20261123T130000Z tentative" },
  { "free-busy-kinds",
    "BEGIN:VFREEBUSY\nUID:1\nFREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20261123T080000Z/PT1H\n"
    "FREEBUSY;FBTYPE=X-LUNCH:20261123T110000Z/PT1H\nEND:VFREEBUSY\n",
    "20261123", "20261124",
    "20261123T080000Z/20261123T090000Z away 20261123T110000Z/20261123T120000Z unknown+32" },
  { "availability-with-a-kind",
    "BEGIN:VAVAILABILITY\nUID:1\nBUSYTYPE:BUSY\nDTSTART;" CPH ":20261123T000000\nDTEND;" CPH ":20261124T000000\n"
    "BEGIN:AVAILABLE\nUID:2\nDTSTART;" CPH ":20261123T090000\nDTEND;" CPH ":20261124T000000\nEND:AVAILABLE\nEND:VAVAILABILITY\n",
    "20261120", "20261130", "20261122T230000Z/20261123T080000Z busy" },
  { "availability-blocks-what-it-leaves-out",
    "BEGIN:VAVAILABILITY\nUID:1\nDTSTART;" CPH ":20261123T000000\nDTEND;" CPH ":20261124T000000\n"
    "BEGIN:AVAILABLE\nUID:2\nDTSTART;" CPH ":20261123T090000\nDTEND;" CPH ":20261123T120000\nEND:AVAILABLE\nEND:VAVAILABILITY\n",
    "20261120", "20261130",
    "20261122T230000Z/20261123T080000Z away 20261123T110000Z/20261123T230000Z away" },
  { "ten-years-are-cut-to-five",
    "BEGIN:VEVENT\nUID:1\nDTSTART:20250101T000000Z\nDTEND:20350101T000000Z\nEND:VEVENT\n",
    "20261123", "20261124", "20250101T000000Z/20300102T000000Z busy+16" },
  { "midnight-as-24",
    "BEGIN:VEVENT\nUID:1\nDTSTART;" CPH ":20261123T230000\nDTEND;" CPH ":20261123T240000\nEND:VEVENT\n",
    "20261123", "20261124", "20261123T220000Z/20261123T230000Z busy" },
  { "lower-case-names",
    "begin:vevent\nuid:1\ndtstart:20261123T080000z\nduration:pt1h\nend:vevent\n",
    "20261123", "20261124", "20261123T080000Z/20261123T090000Z busy" },
};
/* clang-format on */

static gint64
parse_instant (const CalsyncZone *zone, const char *date)
{
  CalsyncLocalTime local = { 0 };

  g_assert_cmpint (sscanf (date, "%4d%2d%2d", &local.year, &local.month, &local.day), ==, 3);
  return calsync_zone_to_instant (zone, &local, NULL);
}

static void
append_instant (GString *text, gint64 unix_us)
{
  CalsyncLocalTime local;

  calsync_zone_to_local (calsync_zone_utc (), unix_us, &local, NULL);
  g_string_append_printf (text, "%04d%02d%02dT%02d%02d%02dZ", local.year, local.month, local.day,
                          local.hour, local.minute, local.second);
}

static char *
format_spans (const GArray *spans)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < spans->len; i++)
    {
      const CalsyncSpan *span = &g_array_index (spans, CalsyncSpan, i);

      g_string_append (text, i == 0 ? "" : " ");
      append_instant (text, span->start_us);
      g_string_append_c (text, '/');
      append_instant (text, span->end_us);
      g_string_append_printf (text, " %s", calsync_class_format (span->busy_class));
      if (span->flags != 0)
        g_string_append_printf (text, "+%u", span->flags);
    }
  return g_string_free (text, FALSE);
}

static CalsyncWindow
window_of (const Row *row)
{
  const CalsyncZone *zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);

  return (CalsyncWindow){ .zone = zone,
                          .from_us = parse_instant (zone, row->from),
                          .to_us = parse_instant (zone, row->to) };
}

/* As written. */
static void
test_direct (gconstpointer data)
{
  const Row *row = data;
  const CalsyncWindow window = window_of (row);
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strconcat ("BEGIN:VCALENDAR\n", row->lines, "END:VCALENDAR\n", NULL);
  g_autofree char *actual = NULL;

  g_assert_true (calsync_expand (text, &window, spans, &error));
  g_assert_no_error (error);
  actual = format_spans (spans);
  g_assert_cmpstr (actual, ==, row->expected);
}

/* Through import: what the reduced texts give together. */
static void
test_reduced (gconstpointer data)
{
  const Row *row = data;
  const CalsyncWindow window = window_of (row);
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strconcat ("BEGIN:VCALENDAR\n", row->lines, "END:VCALENDAR\n", NULL);
  g_autofree char *actual = NULL;
  g_autoptr (CalsyncImport) import = calsync_ical_import (text, strlen (text), NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (import->n_refused, ==, 0);
  for (guint i = 0; i < import->objects->len; i++)
    {
      const CalsyncObject *object = g_ptr_array_index (import->objects, i);

      g_assert_true (calsync_expand (object->text, &window, spans, &error));
      g_assert_no_error (error);
    }
  actual = format_spans (spans);
  g_assert_cmpstr (actual, ==, row->expected);
}

/* Whole days marked as free, for a rule that lets them block; what does not take place, never. */
static void
test_free_days (void)
{
  const Row row = {
    "free-days",
    "BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20261123\nTRANSP:TRANSPARENT\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:2\nDTSTART;VALUE=DATE:20261124\nSTATUS:CANCELLED\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:3\nDTSTART:20261125T080000Z\nDURATION:PT1H\nTRANSP:TRANSPARENT\n"
    "END:VEVENT\n"
    "BEGIN:VEVENT\nUID:4\nDTSTART;VALUE=DATE:20261126\nRRULE:FREQ=DAILY;COUNT=2\n"
    "TRANSP:TRANSPARENT\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:4\nRECURRENCE-ID;VALUE=DATE:20261127\nDTSTART;VALUE=DATE:20261127\n"
    "STATUS:CANCELLED\nEND:VEVENT\n",
    "20261120",
    "20261130",
    "20261122T230000Z/20261123T230000Z free+1 20261125T230000Z/20261126T230000Z free+1",
  };
  CalsyncWindow window = window_of (&row);
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strconcat ("BEGIN:VCALENDAR\n", row.lines, "END:VCALENDAR\n", NULL);
  g_autofree char *actual = NULL;
  g_autoptr (CalsyncImport) import = calsync_ical_import (text, strlen (text), NULL, &error);

  g_assert_no_error (error);
  window.keeps_free_days = TRUE;
  for (guint i = 0; i < import->objects->len; i++)
    g_assert_true (
      calsync_expand (((CalsyncObject *) import->objects->pdata[i])->text, &window, spans, &error));
  g_assert_no_error (error);
  calsync_spans_sort (spans);
  actual = format_spans (spans);
  g_assert_cmpstr (actual, ==, row.expected);
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "",
    "hello",
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261123T080000Z\n",
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n",
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261323T080000Z\nEND:VEVENT\nEND:VCALENDAR\n",
  };
  const CalsyncWindow window = { .zone = calsync_zone_utc (), .to_us = 1 };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
      g_autoptr (GError) error = NULL;

      g_assert_false (calsync_expand (texts[i], &window, spans, &error));
      g_assert_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED);
      g_assert_cmpuint (spans->len, ==, 0);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *direct = g_strconcat ("/calsync/expand/", rows[i].name, NULL);
      g_autofree char *reduced = g_strconcat ("/calsync/reduced/", rows[i].name, NULL);

      g_test_add_data_func (direct, &rows[i], test_direct);
      g_test_add_data_func (reduced, &rows[i], test_reduced);
    }
  g_test_add_func ("/calsync/reduced/free-days", test_free_days);
  g_test_add_func ("/calsync/expand/refused", test_refused);
  return g_test_run ();
}
