/* SPDX-License-Identifier: EUPL-1.2 */
/* Shapes of our own events: told from others', read, compared, kept as text. */
/* Also tests: calsync-conflict, calsync-change, calsync-binding, calsync-report. */
#include "calsync-binding.h"
#include "calsync-booking.h"
#include "calsync-report.h"
#include "testlib.h"

#include <string.h>

#define US    CALSYNC_US_PER_SECOND
#define GUID  "6d0f6b1e-6c7c-4a0e-9d8a-0123456789ab"
#define REF   "kommune-1:booking:" GUID
#define START (1795420800 * US)

static CalsyncOwnResult
read_text (const char *text, CalsyncOwn *out_own)
{
  return calsync_own_read (text, strlen (text), "kommune-1",
                           calsync_zone_lookup ("Europe/Copenhagen", NULL), out_own);
}

/* clang-format off */
typedef struct
{
  const char *name;
  const char *lines; /* of one VEVENT */
  CalsyncOwnResult result;
  gint64 start_s, length_s;
  CalsyncClass busy_class;
  const char *marks;
} Row;

#define MARK "X-PLANNER-REF:" REF "\r\n"
#define UID  "UID:" GUID "-3@kommune-1\r\n"
static const Row rows[] = {
  { "utc",          UID MARK "DTSTART:20261123T080000Z\r\nDTEND:20261123T090000Z\r\n", CALSYNC_OWN_OURS, 1795420800, 3600, CALSYNC_CLASS_BUSY, "" },
  { "zone",         UID MARK "DTSTART;TZID=Europe/Copenhagen:20261123T090000\r\nDTEND;TZID=Europe/Copenhagen:20261123T100000\r\n", CALSYNC_OWN_OURS, 1795420800, 3600, CALSYNC_CLASS_BUSY, "" },
  { "duration",     UID MARK "DTSTART:20261123T080000Z\r\nDURATION:PT45M\r\n", CALSYNC_OWN_OURS, 1795420800, 2700, CALSYNC_CLASS_BUSY, "" },
  { "marker-only",  "UID:x\r\n" MARK "DTSTART:20261123T080000Z\r\nDTEND:20261123T090000Z\r\n", CALSYNC_OWN_OURS, 1795420800, 3600, CALSYNC_CLASS_BUSY, "" },
  { "uid-only",     UID "DTSTART:20261123T080000Z\r\nDTEND:20261123T090000Z\r\n", CALSYNC_OWN_OURS, 1795420800, 3600, CALSYNC_CLASS_BUSY, "" },
  { "free",         UID MARK "TRANSP:TRANSPARENT\r\nDTSTART:20261123T080000Z\r\nDTEND:20261123T090000Z\r\n", CALSYNC_OWN_OURS, 1795420800, 3600, CALSYNC_CLASS_FREE, "" },
  { "cancelled",    UID MARK "STATUS:CANCELLED\r\nDTSTART:20261123T080000Z\r\nDTEND:20261123T090000Z\r\n", CALSYNC_OWN_OURS, 1795420800, 3600, CALSYNC_CLASS_FREE, "" },
  { "tentative",    UID MARK "STATUS:TENTATIVE\r\nDTSTART:20261123T080000Z\r\nDTEND:20261123T090000Z\r\n", CALSYNC_OWN_OURS, 1795420800, 3600, CALSYNC_CLASS_TENTATIVE, "" },
  { "all-day",      UID MARK "DTSTART;VALUE=DATE:20261123\r\n", CALSYNC_OWN_OURS, 1795388400, 86400, CALSYNC_CLASS_BUSY, "d" },
  { "series",       UID MARK "RRULE:FREQ=WEEKLY\r\nDTSTART:20261123T080000Z\r\nDTEND:20261123T090000Z\r\n", CALSYNC_OWN_OURS, 1795420800, 3600, CALSYNC_CLASS_BUSY, "s" },
  { "people",       UID MARK "ATTENDEE:mailto:a@b.example\r\nDTSTART:20261123T080000Z\r\nDTEND:20261123T090000Z\r\n", CALSYNC_OWN_OURS, 1795420800, 3600, CALSYNC_CLASS_BUSY, "p" },
  { "foreign",      "UID:x\r\nDTSTART:20261123T080000Z\r\nDTEND:20261123T090000Z\r\n", CALSYNC_OWN_FOREIGN, 0, 0, 0, "" },
  { "other-place",  "UID:" GUID "-3@kommune-2\r\nX-PLANNER-REF:kommune-2:booking:" GUID "\r\nDTSTART:20261123T080000Z\r\n", CALSYNC_OWN_FOREIGN, 0, 0, 0, "" },
  { "longer-name",  "UID:x\r\nX-PLANNER-REF:kommune-17:booking:" GUID "\r\nDTSTART:20261123T080000Z\r\n", CALSYNC_OWN_FOREIGN, 0, 0, 0, "" },
  { "odd-uid",      "UID:" GUID "-x@kommune-1\r\nDTSTART:20261123T080000Z\r\n", CALSYNC_OWN_FOREIGN, 0, 0, 0, "" },
  { "no-start",     UID MARK, CALSYNC_OWN_UNREADABLE, 0, 0, 0, "" },
};
/* clang-format on */

static void
test_read (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Row *row = &rows[i];
      g_autofree char *text =
        g_strconcat ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n", row->lines,
                     "SUMMARY:Noget andet\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", NULL);
      g_auto (CalsyncOwn) own = { 0 };
      CalsyncShape shape = { .start_us = row->start_s * US,
                             .end_us = (row->start_s + row->length_s) * US,
                             .busy_class = row->busy_class,
                             .is_all_day = strchr (row->marks, 'd') != NULL,
                             .is_series = strchr (row->marks, 's') != NULL,
                             .has_attendees = strchr (row->marks, 'p') != NULL };

      g_test_message ("%s", row->name);
      g_assert_cmpint (read_text (text, &own), ==, row->result);
      if (row->result != CALSYNC_OWN_OURS)
        continue;
      g_assert_true (calsync_shape_equal (&own.shape, &shape));
      g_assert_cmpstr (own.reference, ==, strstr (row->lines, "X-PLANNER-REF") ? REF : NULL);
      g_assert_cmpuint (own.uid_sequence, ==, strstr (row->lines, UID) ? 3 : 0);
    }
}

/* Two events of one item that say to be two bookings are nobody's of ours. */
static void
test_contradiction (void)
{
  g_auto (CalsyncOwn) own = { 0 };

  g_assert_cmpint (
    read_text ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nX-PLANNER-REF:kommune-1:booking:1\r\n"
               "DTSTART:20261123T080000Z\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:a\r\n"
               "X-PLANNER-REF:kommune-1:booking:2\r\nDTSTART:20261123T080000Z\r\nEND:VEVENT\r\n"
               "END:VCALENDAR\r\n",
               &own),
    ==, CALSYNC_OWN_FOREIGN);
}

/* What we write is what we read, in any zone. */
static void
test_own_writing (void)
{
  static const char *const zones[] = { NULL, "Europe/Copenhagen", "America/Nuuk" };

  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *uid = calsync_own_make_uid (REF, i + 1);
      const char *zone = zones[i % G_N_ELEMENTS (zones)];
      const CalsyncBooking booking = { .uid = uid,
                                       .reference = REF,
                                       .summary = "Samtale",
                                       .start_us = START + (gint64) i * 86400 * 900 / 1000 * US,
                                       .end_us = START + (gint64) i * 86400 * 900 / 1000 * US + US,
                                       .zone =
                                         zone == NULL ? NULL : calsync_zone_lookup (zone, NULL) };
      g_autofree char *text = calsync_booking_write (&booking, NULL);
      g_auto (CalsyncOwn) own = { 0 };

      g_assert_cmpint (read_text (text, &own), ==, CALSYNC_OWN_OURS);
      g_assert_true (calsync_shape_has_time (&own.shape, booking.start_us, booking.end_us));
      g_assert_cmpstr (own.reference, ==, REF);
      g_assert_cmpstr (own.uid_guid, ==, GUID);
      g_assert_cmpuint (own.uid_sequence, ==, i + 1);
    }
}

static void
test_kept_as_text (void)
{
  static const char *const bad[] = { "",          "1 2 busy",   "1 2 busy x", "1 2 taken ",
                                     "a 2 busy ", "1 2 busy  ", "--" };
  CalsyncShape shape = { .start_us = START, .end_us = START + US, .is_series = TRUE }, again;

  for (guint i = 0; i < CALSYNC_N_CLASSES * 8; i++)
    {
      g_autofree char *text = NULL;

      shape.busy_class = (CalsyncClass) (i / 8);
      shape.is_all_day = (i & 1) != 0;
      shape.is_series = (i & 2) != 0;
      shape.has_attendees = (i & 4) != 0;
      text = calsync_shape_format (&shape);
      g_assert_true (calsync_shape_parse (text, &again));
      g_assert_true (calsync_shape_equal (&shape, &again));
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (calsync_shape_parse (bad[i], &again));
  g_assert_true (calsync_shape_parse (NULL, &again));
  g_assert_true (calsync_shape_is_none (&again));
}

static void
test_words (void)
{
  CalsyncConflictKind kind;
  CalsyncDecision decision;
  CalsyncGuard guard;

  for (guint i = 0; i < CALSYNC_N_CONFLICTS; i++)
    {
      g_assert_true (calsync_conflict_parse (calsync_conflict_format (i), &kind));
      g_assert_cmpint (kind, ==, i);
    }
  for (guint i = 0; i < CALSYNC_N_DECISIONS; i++)
    {
      g_assert_true (calsync_decision_parse (calsync_decision_format (i), &decision));
      g_assert_cmpint (decision, ==, i);
    }
  for (guint i = 0; i < CALSYNC_N_GUARDS; i++)
    {
      g_assert_true (calsync_guard_parse (calsync_guard_format (i), &guard));
      g_assert_cmpint (guard, ==, i);
    }
  g_assert_false (calsync_conflict_parse ("unknown", &kind));
  g_assert_false (calsync_decision_parse (NULL, &decision));
  g_assert_false (calsync_guard_parse ("", &guard));
  g_assert_cmpstr (calsync_push_verb_format (CALSYNC_PUSH_REMOVE), ==, "remove");
  g_assert_cmpstr (calsync_link_state_format (CALSYNC_LINK_CONFLICT), ==, "conflict");
}

/* For the leak checker: everything that is set is freed. */
static void
test_memory (void)
{
  CalsyncWanted *wanted = g_new0 (CalsyncWanted, 1);
  g_autoptr (CalsyncReport) report = calsync_report_new ();
  CalsyncKnown *known = g_new0 (CalsyncKnown, 1);
  CalsyncPush push = { .reference = (char *) REF, .uid = (char *) "u", .key = (char *) "k" };
  CalsyncConflict conflict = { .kind = CALSYNC_CONFLICT_COPY, .reference = (char *) REF };
  g_autoptr (CalsyncPush) push_copy = calsync_push_copy (&push);
  g_autoptr (CalsyncConflict) conflict_copy = calsync_conflict_copy (&conflict);

  wanted->reference = g_strdup (REF);
  wanted->in_flight_key = g_strdup ("k");
  known->key_hash = g_strdup ("h");
  g_assert_cmpstr (push_copy->reference, ==, REF);
  g_assert_true (push_copy->reference != push.reference);
  g_assert_cmpstr (conflict_copy->reference, ==, REF);
  g_assert_cmpint (conflict_copy->kind, ==, CALSYNC_CONFLICT_COPY);
  g_ptr_array_add (report->pushes, g_steal_pointer (&push_copy));
  report->guarded = g_new0 (CalsyncGuarded, 1);
  calsync_wanted_free (wanted);
  calsync_known_free (known);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync/shape/read", test_read);
  g_test_add_func ("/calsync/shape/contradiction", test_contradiction);
  g_test_add_func ("/calsync/shape/own-writing", test_own_writing);
  g_test_add_func ("/calsync/shape/kept-as-text", test_kept_as_text);
  g_test_add_func ("/calsync/shape/words", test_words);
  g_test_add_func ("/calsync/shape/memory", test_memory);
  return g_test_run ();
}
