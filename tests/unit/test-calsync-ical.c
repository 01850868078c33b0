/* SPDX-License-Identifier: EUPL-1.2 */
/* Import of calendar files: mangled bytes, versions, zones, limits, and what must not be kept. */
#include "calsync-ical.h"

#include "calsync-error.h"
#include "calsync-recurrence.h"
#include "testlib.h"

#include <string.h>

#define EVENT(uid, lines) "BEGIN:VEVENT\r\nUID:" uid "\r\n" lines "END:VEVENT\r\n"
#define TIMES             "DTSTART:20261123T080000Z\r\nDTEND:20261123T090000Z\r\n"
#define CALENDAR(lines)   "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" lines "END:VCALENDAR\r\n"

static CalsyncImport *
import_bytes (const char *bytes, gsize n_bytes, const CalsyncImportOptions *options)
{
  g_autoptr (GError) error = NULL;
  CalsyncImport *import = calsync_ical_import (bytes, n_bytes, options, &error);

  g_assert_no_error (error);
  g_assert_nonnull (import);
  return import;
}

static const CalsyncObject *
object_of (const CalsyncImport *import, guint index)
{
  g_assert_cmpuint (index, <, import->objects->len);
  return g_ptr_array_index (import->objects, index);
}

/* All spans of 23 to 29 November 2026, Copenhagen. */
static GArray *
expand_all (const CalsyncImport *import)
{
  const CalsyncZone *zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  gint64 monday = calsync_days_from_civil (2026, 11, 23);
  const CalsyncWindow window = { .zone = zone,
                                 .from_us = calsync_zone_midnight (zone, monday),
                                 .to_us = calsync_zone_midnight (zone, monday + 7) };
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));

  for (guint i = 0; i < import->objects->len; i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean is_good = calsync_expand (object_of (import, i)->text, &window, spans, &error);

      g_assert_no_error (error);
      g_assert_true (is_good);
    }
  return spans;
}

/* Every mangling of one event that is seen in the wild still gives the one hour at 08:00Z. */
static void
test_mangled (void)
{
  static const struct
  {
    const char *bytes;
    gsize n_bytes;
  } rows[] = {
#define ROW(text) { text, sizeof (text) - 1 }
    ROW (CALENDAR (EVENT ("1", TIMES))),
    ROW ("\xEF\xBB\xBF" CALENDAR (EVENT ("1", TIMES))),
    ROW ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261123T080000Z\nDURATION:PT1H\nEND:VEVENT\nEND:"
         "VCALENDAR"),
    ROW ("BEGIN:VCALENDAR\rBEGIN:VEVENT\rDTSTART:20261123T080000Z\rDURATION:PT1H\rEND:VEVENT\rEND:"
         "VCALENDAR\r"),
    ROW ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\nDTSTA\r\n RT:2026\r\n\t1123T0\n "
         "80000Z\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR"),
    ROW (CALENDAR (EVENT ("1", TIMES "SUMMARY:M\xF8"
                                     "de p\xE5 n\xE6rmeste\r\n"))),
    ROW (CALENDAR (EVENT ("1", TIMES "SUMMARY:M\xC3\r\n \xB8"
                                     "de\r\n"))),
    ROW (CALENDAR (EVENT ("1", TIMES "SUMMARY:a\0b\r\n"))),
    ROW ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTST\0ART:20261123T080000Z\r\nDURATION:PT1H\r\nEND:"
         "VEVENT\r\nEND:VCALENDAR\r\n"),
    ROW (CALENDAR (EVENT ("1", "SUMMARY:a\rDTSTART:20300101T000000Z\r\n" TIMES))),
    ROW (CALENDAR (EVENT (
      "1", TIMES "BEGIN:VALARM\r\nTRIGGER:never\r\nDTSTART:20300101T000000Z\r\nEND:VALARM\r\n"))),
    ROW (CALENDAR (EVENT ("1", TIMES "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\n"))),
    ROW (
      CALENDAR (EVENT ("1", TIMES "X-LIC-ERROR;X-LIC-ERRORTYPE=VALUE-PARSE-ERROR:No value\r\n"))),
    ROW (
      CALENDAR (EVENT ("1", TIMES "DESCRIPTION:a\r\nnext line without a blank: no property\r\n"))),
    ROW (CALENDAR ("BEGIN:VEVENT\r\n" TIMES "END:VEVENT\r\n")),
    ROW (CALENDAR (EVENT ("1", TIMES "END:VTODO\r\n"))),
    ROW (CALENDAR ("BEGIN:X-UNHEARD-OF\r\n" EVENT ("1", TIMES) "END:X-UNHEARD-OF\r\n")),
    ROW (EVENT ("1", TIMES)),
    ROW (CALENDAR (EVENT ("1", TIMES)) CALENDAR (EVENT ("1", TIMES))),
    ROW (CALENDAR ("METHOD:REQUEST\r\n" EVENT ("1", TIMES))),
    ROW (CALENDAR (EVENT ("1", "DTSTART;TZID=\"UTC:20261123T080000Z\r\nDURATION:PT1H\r\n"))),
#undef ROW
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (CalsyncImport) import = import_bytes (rows[i].bytes, rows[i].n_bytes, NULL);
      g_autoptr (GArray) spans = expand_all (import);

      g_test_message ("row %u", i);
      g_assert_cmpuint (import->n_refused, ==, 0);
      g_assert_cmpuint (spans->len, ==, 1);
      g_assert_cmpint (g_array_index (spans, CalsyncSpan, 0).start_us, ==,
                       1795420800 * CALSYNC_US_PER_SECOND);
      g_assert_cmpint (g_array_index (spans, CalsyncSpan, 0).end_us, ==,
                       1795424400 * CALSYNC_US_PER_SECOND);
    }
}

static void
test_refused_files (void)
{
  static const struct
  {
    const char *bytes;
    gint code;
  } rows[] = {
    { "", CALSYNC_ERROR_MALFORMED },
    { "<html><body>503 Service Unavailable</body></html>", CALSYNC_ERROR_MALFORMED },
    { "BEGIN:VCARD\r\nEND:VCARD\r\n", CALSYNC_ERROR_MALFORMED },
    { "BEGIN:VCALENDAR\r\n" EVENT ("1", TIMES), CALSYNC_ERROR_MALFORMED },
    { "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" TIMES, CALSYNC_ERROR_MALFORMED },
    { CALENDAR (EVENT ("1", TIMES) EVENT ("2", TIMES) EVENT ("3", TIMES)),
      CALSYNC_ERROR_TOO_LARGE },
  };
  const CalsyncImportOptions options = { .max_components = 3 };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (calsync_ical_import (rows[i].bytes, strlen (rows[i].bytes), &options, &error));
      g_assert_error (error, CALSYNC_ERROR, rows[i].code);
    }
}

static void
test_limits (void)
{
  const CalsyncImportOptions options = { .max_bytes = 100 };
  g_autoptr (GString) deep = g_string_new ("BEGIN:VCALENDAR\r\n");
  g_autoptr (GString) large =
    g_string_new ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" TIMES "DESCRIPTION:");
  g_autoptr (GError) error = NULL;
  g_autoptr (CalsyncImport) import = NULL;

  for (guint i = 0; i < 2 * 1024 * 1024; i++)
    g_string_append_c (large, 'a');
  g_string_append (large, "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
  import = import_bytes (large->str, large->len, NULL);
  g_assert_cmpuint (strlen (object_of (import, 0)->text), <, 500);

  g_assert_null (calsync_ical_import (large->str, large->len, &options, &error));
  g_assert_error (error, CALSYNC_ERROR, CALSYNC_ERROR_TOO_LARGE);
  g_clear_error (&error);

  for (guint i = 0; i < 100; i++)
    g_string_append (deep, "BEGIN:X\r\n");
  for (guint i = 0; i < 100; i++)
    g_string_append (deep, "END:X\r\n");
  g_string_append (deep, "END:VCALENDAR\r\n");
  g_assert_null (calsync_ical_import (deep->str, deep->len, NULL, &error));
  g_assert_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED);
}

/* Nothing of what an appointment is about, or with whom, is in what is kept or said. */
static void
test_privacy (void)
{
  static const char *const secrets[] = { "SECRET", "secret", "0101905001", "example" };
  static const char *const text = CALENDAR (
    "X-WR-CALNAME:SECRET\r\n"
    "BEGIN:VTIMEZONE\r\nTZID:SECRET zone\r\nCOMMENT:SECRET\r\nBEGIN:STANDARD\r\n"
    "DTSTART:19700101T000000\r\nTZOFFSETFROM:+0330\r\nTZOFFSETTO:+0330\r\nTZNAME:SECRET\r\n"
    "END:STANDARD\r\nEND:VTIMEZONE\r\n" EVENT (
      "SECRET-0101905001@secret.example",
      "DTSTART;TZID=SECRET zone;X-SECRET=SECRET:20261123T080000\r\n"
      "DTEND;TZID=SECRET zone:20261123T090000\r\n"
      "SUMMARY:SECRET 0101905001\r\nDESCRIPTION:SECRET\r\nLOCATION:SECRET\r\n"
      "ORGANIZER;CN=SECRET:mailto:secret@secret.example\r\n"
      "ATTENDEE;CN=SECRET;PARTSTAT=TENTATIVE:mailto:Vejleder.07@kommune.example\r\n"
      "CATEGORIES:SECRET\r\nCOMMENT:SECRET\r\nURL:https://secret.example\r\nCONTACT:SECRET\r\n"
      "STATUS:CONFIRMED\r\nTRANSP:SECRET\r\nX-PLANNER-REF:SECRET 1\r\n"
      "RRULE:FREQ=WEEKLY;X-SECRET=SECRET;UNTIL=20261224\r\n"
      "BEGIN:VALARM\r\nDESCRIPTION:SECRET\r\nEND:VALARM\r\n") EVENT ("2", "DTSTART:SECRET\r\n")
      EVENT ("3", "RRULE:SECRET\r\n" TIMES));
  g_autoptr (CalsyncImport) import = import_bytes (text, strlen (text), NULL);

  g_assert_cmpuint (import->objects->len, ==, 2);
  g_assert_cmpuint (import->n_refused, ==, 1);
  for (guint k = 0; k < G_N_ELEMENTS (secrets); k++)
    {
      for (guint i = 0; i < import->objects->len; i++)
        g_assert_null (strstr (object_of (import, i)->text, secrets[k]));
      for (guint i = 0; i < import->notes->len; i++)
        g_assert_null (
          strstr (((CalsyncNote *) g_ptr_array_index (import->notes, i))->text, secrets[k]));
    }
  g_assert_null (object_of (import, 0)->reference);
  g_assert_true (object_of (import, 0)->flags & CALSYNC_FLAG_UNREADABLE);
}

static void
test_uid_hash (void)
{
  const CalsyncImportOptions plain = { 0 };
  const CalsyncImportOptions one = { .uid_key = (const guint8 *) "k1", .n_uid_key = 2 };
  const CalsyncImportOptions other = { .uid_key = (const guint8 *) "k2", .n_uid_key = 2 };
  g_autofree char *a = calsync_uid_hash ("abc", &plain);
  g_autofree char *b = calsync_uid_hash (" abc\t", &plain);
  g_autofree char *c = calsync_uid_hash ("abc", &one);
  g_autofree char *d = calsync_uid_hash ("abc", &other);

  g_assert_cmpstr (a, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  g_assert_cmpstr (a, ==, b);
  g_assert_cmpstr (a, !=, c);
  g_assert_cmpstr (c, !=, d);
}

static CalsyncClass
class_for (const char *lines)
{
  static const char *const owner[] = { "vejleder.07@kommune.example", "v07@kommune.example", NULL };
  const CalsyncImportOptions options = { .owner_addresses = owner };
  g_autofree char *text = g_strconcat ("BEGIN:VCALENDAR\n", lines, "END:VCALENDAR\n", NULL);
  g_autoptr (CalsyncImport) import = import_bytes (text, strlen (text), &options);
  g_autoptr (GArray) spans = expand_all (import);

  if (spans->len == 0)
    return CALSYNC_CLASS_FREE;
  g_assert_cmpuint (spans->len, ==, 1);
  return g_array_index (spans, CalsyncSpan, 0).busy_class;
}

static void
test_participation (void)
{
  g_assert_cmpint (class_for (EVENT (
                     "1", TIMES "ATTENDEE;PARTSTAT=DECLINED:mailto:VEJLEDER.07@kommune.example\n")),
                   ==, CALSYNC_CLASS_FREE);
  g_assert_cmpint (
    class_for (EVENT ("1", TIMES "ATTENDEE;PARTSTAT=DECLINED:mailto:v07@kommune.example\n")), ==,
    CALSYNC_CLASS_FREE);
  g_assert_cmpint (
    class_for (EVENT ("1", TIMES "ATTENDEE;PARTSTAT=DECLINED:mailto:other@kommune.example\n")), ==,
    CALSYNC_CLASS_BUSY);
  g_assert_cmpint (
    class_for (EVENT ("1", TIMES "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:v07@kommune.example\n")),
    ==, CALSYNC_CLASS_TENTATIVE);
  g_assert_cmpint (class_for (EVENT ("1", TIMES "ATTENDEE:mailto:v07@kommune.example\n")), ==,
                   CALSYNC_CLASS_TENTATIVE);
  g_assert_cmpint (
    class_for (EVENT ("1", TIMES "ATTENDEE;PARTSTAT=ACCEPTED:mailto:v07@kommune.example\n")), ==,
    CALSYNC_CLASS_BUSY);
  g_assert_cmpint (class_for ("METHOD:CANCEL\n" EVENT ("1", TIMES)), ==, CALSYNC_CLASS_FREE);
}

/* Declined for one day: that day is free, the others are not. */
static void
test_declined_once (void)
{
  static const char *const owner[] = { "v07@kommune.example", NULL };
  const CalsyncImportOptions options = { .owner_addresses = owner };
  static const char text[] =
    "BEGIN:VCALENDAR\n"
    "BEGIN:VEVENT\nUID:1\nDTSTART:20261123T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\n"
    "ATTENDEE;PARTSTAT=ACCEPTED:mailto:v07@kommune.example\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20261124T080000Z\nDTSTART:20261124T080000Z\n"
    "DURATION:PT1H\nATTENDEE;PARTSTAT=DECLINED:mailto:v07@kommune.example\nEND:VEVENT\n"
    "END:VCALENDAR\n";
  g_autoptr (CalsyncImport) import = import_bytes (text, strlen (text), &options);
  g_autoptr (GArray) spans = expand_all (import);
  const gint64 hour_us = G_GINT64_CONSTANT (3600000000);
  const gint64 first_us = (calsync_days_from_civil (2026, 11, 23) * 24 + 8) * hour_us;

  g_assert_cmpuint (spans->len, ==, 2);
  g_assert_cmpint (g_array_index (spans, CalsyncSpan, 0).start_us, ==, first_us);
  g_assert_cmpint (g_array_index (spans, CalsyncSpan, 1).start_us, ==, first_us + 48 * hour_us);
}

/* Versions of one entry in a file. */
static void
test_versions (void)
{
  static const char *const newer =
    CALENDAR (EVENT ("1", "SEQUENCE:1\r\nDTSTART:20261124T080000Z\r\nDURATION:PT1H\r\n")
                EVENT ("1", "SEQUENCE:2\r\n" TIMES)
                  EVENT ("1", "SEQUENCE:0\r\nDTSTART:20261125T080000Z\r\nDURATION:PT1H\r\n"));
  static const char *const equal =
    CALENDAR (EVENT ("1", "DTSTART:20261124T080000Z\r\nDURATION:PT1H\r\n") EVENT ("1", TIMES));
  static const char *const copies =
    CALENDAR (EVENT ("1", TIMES) EVENT ("1", TIMES "SUMMARY:x\r\n"));
  g_autoptr (CalsyncImport) import = import_bytes (newer, strlen (newer), NULL);
  g_autoptr (GArray) spans = expand_all (import);

  g_assert_cmpuint (spans->len, ==, 1);
  g_assert_cmpint (g_array_index (spans, CalsyncSpan, 0).start_us, ==,
                   1795420800 * CALSYNC_US_PER_SECOND);
  calsync_import_free (g_steal_pointer (&import));
  g_clear_pointer (&spans, g_array_unref);

  import = import_bytes (equal, strlen (equal), NULL);
  spans = expand_all (import);
  g_assert_cmpuint (import->objects->len, ==, 1);
  g_assert_cmpuint (spans->len, ==, 2);
  g_assert_cmpuint (import->notes->len, ==, 1);
  calsync_import_free (g_steal_pointer (&import));
  g_clear_pointer (&spans, g_array_unref);

  import = import_bytes (copies, strlen (copies), NULL);
  spans = expand_all (import);
  g_assert_cmpuint (spans->len, ==, 1);
  g_assert_cmpuint (import->notes->len, ==, 0);
}

#define ZONE(id, standard, daylight)                                                               \
  "BEGIN:VTIMEZONE\r\nTZID:" id "\r\n"                                                             \
  "BEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:" daylight "\r\nTZOFFSETTO:" standard \
  "\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\n"                     \
  "BEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:" standard "\r\nTZOFFSETTO:" daylight \
  "\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
#define IN_ZONE(id, uid) EVENT (uid, "DTSTART;TZID=" id ":20261123T090000\r\nDURATION:PT1H\r\n")

static void
test_zones (void)
{
  static const struct
  {
    const char *text;
    const char *kept; /* what the reduced text says */
    gint64 start_s;
    guint flags;
  } rows[] = {
    /* a custom zone that does what Copenhagen does, over the window that is asked for */
    { CALENDAR (ZONE ("Customized Time Zone", "+0100", "+0200")
                  IN_ZONE ("Customized Time Zone", "1")),
      "DTSTART;TZID=Europe/Copenhagen:", 1795420800, 0 },
    /* one that nobody knows */
    { CALENDAR (ZONE ("tzone://Microsoft/Custom", "+0117", "+0217")
                  IN_ZONE ("tzone://Microsoft/Custom", "1")),
      "DTSTART;TZID=/vtz/", 1795420800 - 17 * 60, 0 },
    /* a name that is known beats what the file says */
    { CALENDAR (ZONE ("Europe/Helsinki", "+0100", "+0200") IN_ZONE ("Europe/Helsinki", "1")),
      "DTSTART;TZID=Europe/Helsinki:", 1795420800 - 3600, 0 },
    { CALENDAR (ZONE ("Romance Standard Time", "+0500", "+0500")
                  IN_ZONE ("Romance Standard Time", "1")),
      "DTSTART;TZID=Europe/Copenhagen:", 1795420800, 0 },
    /* two zones under one name, one calendar: the first, and said so */
    { CALENDAR (ZONE ("X", "+0300", "+0300") ZONE ("X", "+0400", "+0400") IN_ZONE ("X", "1")),
      "X-PLANNER-FLAGS:4", 1795420800 - 7200, CALSYNC_FLAG_ZONE_GUESSED },
    /* no zone at all under that name */
    { CALENDAR (IN_ZONE ("X", "1")), "DTSTART;TZID=/unknown:", 1795420800,
      CALSYNC_FLAG_ZONE_GUESSED },
  };
  const CalsyncZone *own = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  const CalsyncImportOptions options = { .zone = own,
                                         .from_us = 1790000000 * CALSYNC_US_PER_SECOND,
                                         .to_us = 1820000000 * CALSYNC_US_PER_SECOND };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (CalsyncImport) import =
        import_bytes (rows[i].text, strlen (rows[i].text), &options);
      g_autoptr (GArray) spans = expand_all (import);

      g_test_message ("row %u: %s", i, object_of (import, 0)->text);
      g_assert_nonnull (strstr (object_of (import, 0)->text, rows[i].kept));
      g_assert_cmpuint (spans->len, ==, 1);
      g_assert_cmpint (g_array_index (spans, CalsyncSpan, 0).start_us, ==,
                       rows[i].start_s * CALSYNC_US_PER_SECOND);
      g_assert_cmpuint (g_array_index (spans, CalsyncSpan, 0).flags, ==, rows[i].flags);
    }
}

/* Two calendars of one file may use one TZID for two zones. */
static void
test_zone_names_are_local (void)
{
  static const char *const text = CALENDAR (ZONE ("X", "+0300", "+0300") IN_ZONE ("X", "1"))
    CALENDAR (ZONE ("X", "+0500", "+0500") IN_ZONE ("X", "1"));
  g_autoptr (CalsyncImport) import = import_bytes (text, strlen (text), NULL);
  g_autoptr (GArray) spans = expand_all (import);

  g_assert_cmpuint (import->objects->len, ==, 1);
  g_assert_cmpuint (spans->len, ==, 2);
  g_assert_cmpint (g_array_index (spans, CalsyncSpan, 0).start_us, ==,
                   (1795420800 - 4 * 3600) * CALSYNC_US_PER_SECOND);
  g_assert_cmpint (g_array_index (spans, CalsyncSpan, 1).start_us, ==,
                   (1795420800 - 2 * 3600) * CALSYNC_US_PER_SECOND);
}

/* What an import writes is what an import of it writes. */
static void
test_reduced_is_stable (void)
{
  static const char *const text = CALENDAR (
    ZONE ("X", "+0317", "+0417") EVENT (
      "1", "DTSTART;TZID=X:20261123T090000\r\nDTEND;TZID=X:20261123T100000\r\n"
           "RRULE:FREQ=DAILY;COUNT=5\r\nEXDATE;TZID=X:20261124T090000,20261125T090000\r\n"
           "RDATE;VALUE=PERIOD:20261128T080000Z/PT1H30M\r\nX-PLANNER-REF:b-17\r\nSEQUENCE:3\r\n")
      EVENT ("1", "RECURRENCE-ID;TZID=X;RANGE=THISANDFUTURE:20261126T090000\r\n"
                  "DTSTART;TZID=X:20261126T110000\r\nDURATION:-PT1H\r\nTRANSP:TRANSPARENT\r\n"));
  g_autoptr (CalsyncImport) once = import_bytes (text, strlen (text), NULL);
  const CalsyncObject *object = object_of (once, 0);
  g_autoptr (CalsyncImport) twice = import_bytes (object->text, strlen (object->text), NULL);
  g_autoptr (GString) expected = g_string_new (object->text);

  g_assert_cmpstr (object->reference, ==, "b-17");
  g_string_replace (expected, object->uid_hash, object_of (twice, 0)->uid_hash, 0);
  g_assert_cmpstr (object_of (twice, 0)->text, ==, expected->str);
  for (const char *line = object->text; *line != '\0'; line = strchr (line, '\n') + 1)
    g_assert_cmpuint (strcspn (line, "\r"), <=, 75);
}

/* What a version brought along goes with it when a newer one takes its place, and two markers are none. */
static void
test_replaced_leaves_nothing (void)
{
  static const char *const replaced =
    CALENDAR (ZONE ("X", "+0317", "+0417")
                EVENT ("1", "SEQUENCE:1\r\nDTSTART;TZID=X:20261123T090000\r\nDURATION:PT1H\r\n"
                            "RRULE:FREQ=NONSENSE\r\nX-PLANNER-REF:old\r\n")
                  EVENT ("1", "SEQUENCE:2\r\n" TIMES "X-PLANNER-REF:new\r\n"));
  static const char *const contradicting =
    CALENDAR (EVENT ("1", TIMES "X-PLANNER-REF:a\r\n")
                EVENT ("1", "RECURRENCE-ID:20261123T080000Z\r\n" TIMES "X-PLANNER-REF:b\r\n"));
  g_autoptr (CalsyncImport) once = import_bytes (replaced, strlen (replaced), NULL);
  g_autoptr (CalsyncImport) two = import_bytes (contradicting, strlen (contradicting), NULL);

  g_assert_cmpstr (object_of (once, 0)->reference, ==, "new");
  g_assert_cmpuint (object_of (once, 0)->flags, ==, 0);
  g_assert_null (strstr (object_of (once, 0)->text, "VTIMEZONE"));
  g_assert_null (object_of (two, 0)->reference);
}

/* Any bytes at all: an answer or an error, never a crash. */
static void
test_random_bytes (void)
{
  static const char *const source = CALENDAR (
    ZONE ("X", "+0317", "+0417")
      EVENT ("1", "DTSTART;TZID=X:20261123T090000\r\nDTEND;TZID=\"X\":20261123T100000\r\n"
                  "RRULE:FREQ=MONTHLY;BYDAY=1MO,-1FR;COUNT=5\r\nEXDATE:20261124T090000Z\r\n"
                  "RDATE;VALUE=PERIOD:20261128T080000Z/PT1H30M\r\n")
        EVENT ("1", TIMES) "BEGIN:VFREEBUSY\r\nFREEBUSY:20261123T080000Z/PT1H\r\nEND:VFREEBUSY\r\n"
                           "BEGIN:VAVAILABILITY\r\nBEGIN:AVAILABLE\r\n" TIMES
                           "RRULE:FREQ=DAILY\r\nEND:AVAILABLE\r\nEND:VAVAILABILITY\r\n");
  g_autoptr (GRand) random = testlib_random_new ();
  guint64 n_rounds = testlib_budget ("calsync-ical");
  gsize length = strlen (source);

  for (guint64 round = 0; round < n_rounds; round++)
    {
      g_autofree char *bytes = g_memdup2 (source, length);
      g_autoptr (CalsyncImport) import = NULL;
      g_autoptr (GError) error = NULL;

      for (gint n = g_rand_int_range (random, 1, 6); n > 0; n--)
        {
          gint at = g_rand_int_range (random, 0, (gint32) length);
          gint from = g_rand_int_range (random, 0, (gint32) length);
          gint most = (gint) length - MAX (at, from);
          gint n_moved = g_rand_int_range (random, 1, 40);

          if (g_rand_boolean (random))
            bytes[at] = (char) g_rand_int_range (random, 0, 256);
          else
            memmove (bytes + at, bytes + from, (gsize) MIN (most, n_moved));
        }
      import = calsync_ical_import (bytes, length, NULL, &error);
      g_assert_true ((import == NULL) == (error != NULL));
      if (import != NULL)
        g_array_unref (expand_all (import));
    }
}

static gpointer
import_and_expand (gpointer data)
{
  const char *text = data;
  gint64 sum = 0;

  for (guint round = 0; round < 100; round++)
    {
      g_autoptr (CalsyncImport) import = import_bytes (text, strlen (text), NULL);
      g_autoptr (GArray) spans = expand_all (import);

      for (guint i = 0; i < spans->len; i++)
        sum += g_array_index (spans, CalsyncSpan, i).start_us / CALSYNC_US_PER_SECOND;
    }
  return GSIZE_TO_POINTER ((gsize) sum);
}

static void
test_threads (void)
{
  static const char *const text = CALENDAR (
    ZONE ("X", "+0317", "+0417") IN_ZONE ("X", "1") IN_ZONE ("America/Nuuk", "2")
      IN_ZONE ("Romance Standard Time", "3") IN_ZONE ("\"(UTC+02:00) Helsinki, Kyiv, Riga\"", "4")
        EVENT ("5", TIMES "RRULE:FREQ=DAILY\r\n"));
  GThread *threads[4];
  gpointer expected = import_and_expand ((gpointer) text);

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new (NULL, import_and_expand, (gpointer) text);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_true (g_thread_join (threads[i]) == expected);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync/ical/threads", test_threads);
  g_test_add_func ("/calsync/ical/mangled", test_mangled);
  g_test_add_func ("/calsync/ical/refused-files", test_refused_files);
  g_test_add_func ("/calsync/ical/limits", test_limits);
  g_test_add_func ("/calsync/ical/privacy", test_privacy);
  g_test_add_func ("/calsync/ical/uid-hash", test_uid_hash);
  g_test_add_func ("/calsync/ical/participation", test_participation);
  g_test_add_func ("/calsync/ical/declined-once", test_declined_once);
  g_test_add_func ("/calsync/ical/versions", test_versions);
  g_test_add_func ("/calsync/ical/zones", test_zones);
  g_test_add_func ("/calsync/ical/zone-names-are-local", test_zone_names_are_local);
  g_test_add_func ("/calsync/ical/reduced-is-stable", test_reduced_is_stable);
  g_test_add_func ("/calsync/ical/replaced-leaves-nothing", test_replaced_leaves_nothing);
  g_test_add_func ("/calsync/ical/random-bytes", test_random_bytes);
  return g_test_run ();
}
