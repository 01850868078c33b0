/* SPDX-License-Identifier: EUPL-1.2 */
/* Settings, closing days, codes, hours, calendars and callers by hand; and the meetings that a change leaves outside. */
/* Also tests: admin-calendar, admin-callers, admin-hours, calsync-availability-write, hash-key. */
#include <string.h>

#include "admin-harness.h"
#include "base/error.h"
#include "calsync-availability.h"
#include "calsync-ical.h"
#include "ops-world.h"

#define OFFER "89000000-0000-4000-8000-000000000002"

static JsonObject *
run (AdminHarness *harness, const char *command, const char *arguments)
{
  g_autoptr (GError) error = NULL;
  JsonObject *result = admin_harness_run (harness, command, arguments, &error);

  g_assert_no_error (error);
  return result;
}

static void
init_demo (AdminHarness *harness)
{
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (GError) error = NULL;

  admin_harness_init (harness);
  result = admin_harness_import_demo (harness, "{}", &error);
  g_assert_no_error (error);
}

static const struct
{
  const char *command;
  const char *arguments;
  PlannerError code;
  const char *text;
} refusals[] = {
  { "set-setting", "{\"key\": \"hold-minutes\", \"value\": \"61\"}", PLANNER_ERROR_NOT_VALID,
    "hold-minutes must be 1 to 60, not \"61\"" },
  { "set-setting", "{\"key\": \"colour\", \"value\": \"red\"}", PLANNER_ERROR_NOT_VALID,
    "there is no setting colour: there are one-open-per-type" },
  { "set-setting", "{\"key\": \"hold-minutes\", \"value\": \"6\", \"unit\": \"70000\"}",
    PLANNER_ERROR_NOT_FOUND, "there is no unit 70000" },
  { "set-setting",
    "{\"key\": \"fund-of-mark:5d6a3c1e-0b5f-4a7e-9a43-89000000aa09\", \"value\": \"903\"}",
    PLANNER_ERROR_NOT_VALID,
    "value: 903 is not in the code list unemployment-funds on 2026-11-23; nearest: 902" },
  { "set-setting", "{\"key\": \"type-barred:7:1\", \"value\": \"yes\"}", PLANNER_ERROR_NOT_VALID,
    "there is no setting type-barred:7:1" },
  { "set-setting", "{\"key\": \"type-barred:15:99\", \"value\": \"yes\"}", PLANNER_ERROR_NOT_VALID,
    "key: 99 is not in the code list contact-groups" },
  { "set-setting", "{\"key\": \"type-barred:4:13\", \"value\": \"yes\"}", PLANNER_ERROR_NOT_VALID,
    "stands against it: interview type 4 is barred for contact group 13" },
  { "set-setting", "{\"key\": \"holiday:Fastelavn\", \"value\": \"closed\"}",
    PLANNER_ERROR_NOT_VALID, "there is no holiday \"Fastelavn\"" },
  { "set-setting", "{\"key\": \"holiday:Juledag\", \"value\": \"maybe\"}", PLANNER_ERROR_NOT_VALID,
    "holiday:Juledag must be open or closed, not \"maybe\"" },
  { "remove-setting", "{\"key\": \"hold-minutes\", \"valid_from\": \"2027-01-01\"}",
    PLANNER_ERROR_NOT_FOUND, "there is no such setting" },
  { "add-closing-day", "{\"unit\": \"70000\", \"date\": \"2026-12-01\", \"name\": \"X\"}",
    PLANNER_ERROR_NOT_FOUND, "there is no unit 70000" },
  { "add-closing-day", "{\"unit\": \"89000\", \"date\": \"2026-02-30\", \"name\": \"X\"}",
    PLANNER_ERROR_NOT_VALID, "date must be a date YYYY-MM-DD, not \"2026-02-30\"" },
  { "remove-closing-day", "{\"unit\": \"89000\", \"date\": \"2026-12-01\"}",
    PLANNER_ERROR_NOT_FOUND, "there is no such closing-day" },
  { "add-code", "{\"list\": \"colours\", \"code\": \"1\", \"name\": \"X\"}",
    PLANNER_ERROR_NOT_VALID, "list: there is no code list colours" },
  { "add-code", "{\"list\": \"contact-types\", \"code\": \"8\", \"name\": \"X\"}",
    PLANNER_ERROR_NOT_VALID, "code 8 of the list contact-types is there already: Digitalt møde" },
  { "add-code",
    "{\"list\": \"contact-types\", \"code\": \"9\", \"name\": \"X\", \"valid_from\": "
    "\"2027-01-02\","
    " \"valid_until\": \"2027-01-01\"}",
    PLANNER_ERROR_NOT_VALID, "valid_until lies before valid_from" },
  { "remove-code", "{\"list\": \"contact-types\", \"code\": \"8\"}", PLANNER_ERROR_NOT_FOUND,
    "there is no such code" },
  { "list-codes", "{\"list\": \"colours\"}", PLANNER_ERROR_NOT_FOUND,
    "there is no code list colours" },
  { "set-hours", "{\"resource\": \"70000000\", \"none\": true}", PLANNER_ERROR_NOT_FOUND,
    "there is no resource 70000000" },
  { "set-hours", "{\"resource\": \"90000001\"}", PLANNER_ERROR_NOT_VALID, "one of the three" },
  { "set-hours", "{\"resource\": \"90000001\", \"none\": true, \"hours\": [\"mon 08:00-15:00\"]}",
    PLANNER_ERROR_NOT_VALID, "one of the three" },
  { "set-hours", "{\"resource\": \"90000001\", \"hours\": [\"monday 08:00-15:00\"]}",
    PLANNER_ERROR_NOT_VALID, "weekdays: \"monday\" is no weekday" },
  { "set-hours", "{\"resource\": \"90000001\", \"hours\": [\"mon\"]}", PLANNER_ERROR_NOT_VALID,
    "hours: \"mon\" is no DAYS HH:MM-HH:MM" },
  { "set-hours", "{\"resource\": \"90000001\", \"hours\": [\"mon 08:02-15:00\"]}",
    PLANNER_ERROR_NOT_VALID, "start and end must be whole steps of 5 minutes" },
  { "set-hours", "{\"resource\": \"90000001\", \"hours\": [\"mon 08:00-15:00 16:00-16:30\"]}",
    PLANNER_ERROR_NOT_VALID, "breaks: \"16:00-16:30\" is no HH:MM-HH:MM inside the working time" },
  { "set-hours",
    "{\"resource\": \"90000001\", \"none\": true, \"from\": \"2027-01-02\", \"until\": "
    "\"2027-01-01\"}",
    PLANNER_ERROR_NOT_VALID, "until lies before from" },
  { "set-hours", "{\"resource\": \"90000001\", \"availability\": \"nonsense\"}",
    PLANNER_ERROR_NOT_VALID, "" },
  { "remove-hours", "{\"resource\": \"90000001\"}", PLANNER_ERROR_NOT_VALID,
    "an advisor without hours is never offered" },
  { "replace-calendar", "{\"resource\": \"90000001\", \"calendar\": \"nonsense\"}",
    PLANNER_ERROR_NOT_VALID, "" },
};

static void
test_refusals (void)
{
  g_auto (AdminHarness) harness = { 0 };
  gint64 n_changes, n_rows;

  init_demo (&harness);
  n_changes = admin_harness_count (&harness, "change");
  n_rows = admin_harness_count (&harness, "journal");
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) result =
        admin_harness_run (&harness, refusals[i].command, refusals[i].arguments, &error);

      g_test_message ("%s %s: %s", refusals[i].command, refusals[i].arguments,
                      error == NULL ? "done" : error->message);
      g_assert_error (error, PLANNER_ERROR, (int) refusals[i].code);
      g_assert_nonnull (strstr (error->message, refusals[i].text));
    }
  g_assert_cmpint (admin_harness_count (&harness, "change"), ==, n_changes);
  g_assert_cmpint (admin_harness_count (&harness, "journal"), ==, n_rows);
}

/* What is set can be taken away again, and each is written down once. */
static void
test_set_and_remove (void)
{
  static const char *const steps[][3] = {
    { "set-setting",
      "{\"key\": \"hold-minutes\", \"value\": \"7\", \"valid_from\": \"2027-01-01\"}", "changed" },
    { "set-setting",
      "{\"key\": \"hold-minutes\", \"value\": \"7\", \"valid_from\": \"2027-01-01\"}", "same" },
    { "remove-setting", "{\"key\": \"hold-minutes\", \"valid_from\": \"2027-01-01\"}", "changed" },
    { "add-closing-day", "{\"unit\": \"89001\", \"date\": \"2027-02-01\", \"name\": \"Flytning\"}",
      "changed" },
    { "remove-closing-day", "{\"unit\": \"89001\", \"date\": \"2027-02-01\"}", "changed" },
    { "add-closing-day", "{\"unit\": \"89001\", \"date\": \"02-29\", \"name\": \"Skuddag\"}",
      "changed" },
    { "remove-closing-day", "{\"unit\": \"89001\", \"date\": \"02-29\"}", "changed" },
    /* Of the past, and farther ahead than any list of days to come. */
    { "add-closing-day", "{\"unit\": \"89001\", \"date\": \"2020-02-03\", \"name\": \"Brand\"}",
      "changed" },
    { "remove-closing-day", "{\"unit\": \"89001\", \"date\": \"2020-02-03\"}", "changed" },
    { "add-closing-day", "{\"unit\": \"89001\", \"date\": \"2031-02-03\", \"name\": \"Flytning\"}",
      "changed" },
    { "remove-closing-day", "{\"unit\": \"89001\", \"date\": \"2031-02-03\"}", "changed" },
    { "add-code", "{\"list\": \"unemployment-funds\", \"code\": \"903\", \"name\": \"Ny\"}",
      "changed" },
    { "set-setting",
      "{\"key\": \"fund-of-mark:5d6a3c1e-0b5f-4a7e-9a43-89000000aa09\", \"value\": \"903\"}",
      "changed" },
    { "remove-code", "{\"list\": \"unemployment-funds\", \"code\": \"903\"}", "changed" },
    { "set-setting",
      "{\"key\": \"fund-of-mark:5d6a3c1e-0b5f-4a7e-9a43-89000000aa09\", \"value\": \"903\"}",
      "same" },
  };
  g_auto (AdminHarness) harness = { 0 };
  gint64 n_rows;

  init_demo (&harness);
  n_rows = admin_harness_count (&harness, "journal");
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (JsonObject) result = run (&harness, steps[i][0], steps[i][1]);

      g_test_message ("%s %s", steps[i][0], steps[i][1]);
      g_assert_cmpstr (json_object_get_string_member (result, "outcome"), ==, steps[i][2]);
      n_rows += g_str_equal (steps[i][2], "changed");
      g_assert_cmpint (admin_harness_count (&harness, "journal"), ==, n_rows);
    }
}

/* A bar from a date on: offers that reach it must name their groups; what ends before is free. */
static void
test_type_bars (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) set = NULL;
  g_autoptr (JsonObject) refused = NULL;
  g_autoptr (JsonObject) open = NULL;
  g_autoptr (JsonObject) early = NULL;

  init_demo (&harness);
  set = run (&harness, "set-setting",
             "{\"key\": \"type-barred:15:2\", \"value\": \"yes\", \"valid_from\": \"2027-03-01\"}");
  refused = admin_harness_run (&harness, "add-offer",
                               "{\"unit\": \"89000\", \"title\": \"R\", \"interview_type\": \"15\","
                               " \"duration\": \"30\", \"contact_types\": \"8\","
                               " \"advisors\": \"90000001\", \"contact_groups\": \"1|2\"}",
                               &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_assert_cmpstr (error->message, ==, "interview type 15 is barred for contact group 2");
  g_clear_error (&error);
  open = admin_harness_run (&harness, "add-offer",
                            "{\"unit\": \"89000\", \"title\": \"R\", \"interview_type\": \"15\","
                            " \"duration\": \"30\", \"contact_types\": \"8\","
                            " \"advisors\": \"90000001\"}",
                            &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_assert_nonnull (strstr (error->message, "names no contact_groups"));
  g_clear_error (&error);
  early = run (&harness, "add-offer",
               "{\"unit\": \"89000\", \"title\": \"R\", \"interview_type\": \"15\","
               " \"duration\": \"30\", \"contact_types\": \"8\", \"advisors\": \"90000001\","
               " \"valid_until\": \"2027-02-28\"}");
  g_assert_cmpstr (json_object_get_string_member (early, "outcome"), ==, "added");
}

static gboolean
is_closed (AdminHarness *harness, const char *time)
{
  g_autofree char *arguments =
    g_strdup_printf ("{\"offer\": \"" OFFER "\", \"time\": \"%s\"}", time);
  g_autoptr (JsonObject) result = run (harness, "explain", arguments);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_node_set_object (node, result);
  text = json_to_string (node, FALSE);
  return strstr (text, "\"closed-day\"") != NULL;
}

/* A municipality works on a holiday, or closes on one that others work on. */
static void
test_holidays (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (JsonObject) listed = NULL;
  g_autofree char *names = NULL;

  init_demo (&harness);
  g_assert_true (is_closed (&harness, "2026-12-25T10:00"));
  json_object_unref (
    run (&harness, "set-setting", "{\"key\": \"holiday:Juledag\", \"value\": \"open\"}"));
  g_assert_false (is_closed (&harness, "2026-12-25T10:00"));
  json_object_unref (
    run (&harness, "set-setting",
         "{\"key\": \"holiday:Juledag\", \"value\": \"closed\", \"unit\": \"89000\"}"));
  g_assert_true (is_closed (&harness, "2026-12-25T10:00"));
  listed = run (&harness, "list-holidays", "{\"unit\": \"89001\"}");
  names = admin_harness_dup_words (listed, "holidays", "office");
  g_assert_true (g_str_has_prefix (names, "closed open closed"));
}

static char *
dup_lines (JsonObject *result)
{
  JsonArray *lines =
    json_object_get_array_member (json_object_get_object_member (result, "hours"), "lines");
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (lines); i++)
    {
      JsonObject *line = json_array_get_object_element (lines, i);
      JsonArray *days = json_object_get_array_member (line, "weekdays");

      for (guint k = 0; k < json_array_get_length (days); k++)
        g_string_append_printf (text, "%s%s", k == 0 ? "" : ",",
                                json_array_get_string_element (days, k));
      g_string_append_printf (
        text, " %s-%s %s %s..%s\n", json_object_get_string_member (line, "start"),
        json_object_get_string_member (line, "end"), json_object_get_string_member (line, "weeks"),
        json_object_get_string_member (line, "valid_from"),
        json_object_get_string_member (line, "valid_until"));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* New hours from a date, a day off in the middle; what stands outside of them stays. */
static void
test_hours_by_date (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (JsonObject) all = NULL;
  g_autoptr (JsonObject) from = NULL;
  g_autoptr (JsonObject) off = NULL;
  g_autoptr (JsonObject) shown = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;

  init_demo (&harness);
  all = run (&harness, "set-hours",
             "{\"resource\": \"90000001\", \"hours\": [\"mon-tue 08:00-15:00 12:00-12:30\","
             " \"fri 09:00-12:00 odd\"]}");
  first = dup_lines (all);
  g_assert_cmpstr (first, ==,
                   "mon,tue 08:00-12:00 all 2022-01-03..\n"
                   "mon,tue 12:30-15:00 all 2022-01-03..\n"
                   "fri 09:00-12:00 odd 2022-01-07..\n");
  from = run (&harness, "set-hours",
              "{\"resource\": \"90000001\", \"hours\": [\"mon 10:00-14:00\"], \"from\": "
              "\"2027-01-04\"}");
  second = dup_lines (from);
  g_assert_cmpstr (second, ==,
                   "mon,tue 08:00-12:00 all 2022-01-03..2027-01-03\n"
                   "mon,tue 12:30-15:00 all 2022-01-03..2027-01-03\n"
                   "fri 09:00-12:00 odd 2022-01-07..2027-01-03\n"
                   "mon 10:00-14:00 all 2027-01-04..\n");
  off = run (&harness, "set-hours",
             "{\"resource\": \"90000001\", \"none\": true, \"from\": \"2027-01-11\", \"until\": "
             "\"2027-01-11\"}");
  third = dup_lines (off);
  g_assert_nonnull (strstr (third, "mon 10:00-14:00 all 2027-01-04..2027-01-10\n"));
  g_assert_nonnull (strstr (third, "mon 10:00-14:00 all 2027-01-18..\n"));
  g_assert_cmpint (admin_harness_count (&harness, "journal WHERE kind = 'hours-changed'"), ==, 3);
  shown = run (&harness, "show-hours", "{\"resource\": \"90000002\"}");
  g_assert_cmpstr (
    json_object_get_string_member (json_object_get_object_member (shown, "hours"), "kind"), ==,
    "weekly");
}

/* Random blocks survive being written and read, and being cut at dates keeps the hours of every other day. */
static void
test_hours_round_trip (void)
{
  g_autoptr (GRand) random = testlib_random_new ();
  const CalsyncZone *zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);

  for (guint64 i = testlib_budget ("hours-read"); i > 0; i--)
    {
      CalsyncWorkBlock blocks[6];
      guint n_blocks = (guint) g_rand_int_range (random, 0, 7);
      g_autoptr (GArray) read = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;
      g_autofree char *again = NULL;

      for (guint k = 0; k < n_blocks; k++)
        {
          gint64 from = 20000 + g_rand_int_range (random, 0, 900);
          int start = g_rand_int_range (random, 0, 287) * 5;

          blocks[k] =
            (CalsyncWorkBlock){ .weekday = g_rand_int_range (random, 1, 8),
                                .start_minute = g_rand_boolean (random) ? 0 : start,
                                .parity = (CalsyncWeekParity) g_rand_int_range (random, 0, 3),
                                .from_days = from,
                                .until_days = g_rand_boolean (random)
                                                ? G_MAXINT64
                                                : from + g_rand_int_range (random, 0, 400) };
          blocks[k].end_minute =
            g_rand_boolean (random)
              ? 1440
              : g_rand_int_range (random, blocks[k].start_minute / 5 + 1, 289) * 5;
        }
      text = calsync_availability_write (blocks, n_blocks, zone, "x", &error);
      g_assert_no_error (error);
      read = calsync_availability_read (text, zone, &error);
      g_assert_no_error (error);
      again =
        calsync_availability_write ((CalsyncWorkBlock *) read->data, read->len, zone, "x", &error);
      g_assert_no_error (error);
      g_clear_pointer (&read, g_array_unref);
      read = calsync_availability_read (again, zone, &error);
      g_assert_no_error (error);
      {
        CalsyncWindow window = { .zone = zone,
                                 .from_us = G_GINT64_CONSTANT (20000) * 86400000000,
                                 .to_us = G_GINT64_CONSTANT (21500) * 86400000000 };
        g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
        g_autoptr (GArray) others = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));

        g_assert_true (calsync_availability_expand (text, &window, spans, NULL));
        g_assert_true (calsync_availability_expand (again, &window, others, NULL));
        g_assert_cmpuint (spans->len, ==, others->len);
        for (guint k = 0; k < spans->len; k++)
          {
            g_assert_cmpint (g_array_index (spans, CalsyncSpan, k).start_us, ==,
                             g_array_index (others, CalsyncSpan, k).start_us);
            g_assert_cmpint (g_array_index (spans, CalsyncSpan, k).end_us, ==,
                             g_array_index (others, CalsyncSpan, k).end_us);
          }
      }
    }
}

/* What a person wrote by hand is not taken for weekly hours. */
static void
test_foreign_hours_are_not_cut (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) set = NULL;
  g_autoptr (JsonObject) cut = NULL;

  init_demo (&harness);
  set =
    run (&harness, "set-hours",
         "{\"resource\": \"90000001\", \"availability\": \"BEGIN:VCALENDAR\\r\\nVERSION:2.0\\r\\n"
         "PRODID:x\\r\\nBEGIN:VAVAILABILITY\\r\\nUID:a\\r\\nDTSTAMP:20260101T000000Z\\r\\n"
         "BEGIN:AVAILABLE\\r\\nUID:b\\r\\nDTSTAMP:20260101T000000Z\\r\\n"
         "DTSTART;TZID=Europe/Copenhagen:20260105T080000\\r\\n"
         "DTEND;TZID=Europe/Copenhagen:20260105T150000\\r\\nRRULE:FREQ=MONTHLY;BYMONTHDAY=1\\r\\n"
         "END:AVAILABLE\\r\\nEND:VAVAILABILITY\\r\\nEND:VCALENDAR\\r\\n\"}");
  g_assert_cmpstr (
    json_object_get_string_member (json_object_get_object_member (set, "hours"), "kind"), ==,
    "file");
  cut = admin_harness_run (&harness, "set-hours",
                           "{\"resource\": \"90000001\", \"none\": true, \"from\": \"2027-01-04\"}",
                           &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "more than weekly hours"));
}

#define EVENT(uid, day)                                                                 \
  "BEGIN:VEVENT\\r\\nUID:" uid "\\r\\nDTSTAMP:20260101T000000Z\\r\\nDTSTART:202612" day \
  "T080000Z\\r\\n"                                                                      \
  "DTEND:202612" day "T090000Z\\r\\nSUMMARY:x\\r\\nEND:VEVENT\\r\\n"
#define CALENDAR(events) \
  "BEGIN:VCALENDAR\\r\\nVERSION:2.0\\r\\nPRODID:x\\r\\n" events "END:VCALENDAR\\r\\n"
#define REPLACE(events) "{\"resource\": \"90000001\", \"calendar\": \"" CALENDAR (events) "\"}"

static void
assert_appointments (JsonObject *result, int added, int same, int removed)
{
  JsonObject *counts = json_object_get_object_member (result, "appointments");

  g_assert_cmpint (json_object_get_int_member (counts, "added"), ==, added);
  g_assert_cmpint (json_object_get_int_member (counts, "same"), ==, same);
  g_assert_cmpint (json_object_get_int_member (counts, "removed"), ==, removed);
}

static void
test_calendar (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (JsonObject) emptied = NULL;
  g_autoptr (JsonObject) two = NULL;
  g_autoptr (JsonObject) one = NULL;
  g_autoptr (JsonObject) none = NULL;

  init_demo (&harness);
  emptied = run (&harness, "remove-calendar", "{\"resource\": \"90000001\"}");
  two = run (&harness, "replace-calendar", REPLACE (EVENT ("a", "01") EVENT ("b", "02")));
  assert_appointments (two, 2, 0, 0);
  one = run (&harness, "replace-calendar", REPLACE (EVENT ("b", "02")));
  assert_appointments (one, 0, 1, 1);
  g_assert_cmpint (admin_harness_count (&harness,
                                        "busy_span b JOIN resource r USING (resource_id) WHERE "
                                        "r.resource_key = '90000001'"),
                   ==, 1);
  none = run (&harness, "remove-calendar", "{\"resource\": \"90000001\"}");
  assert_appointments (none, 0, 0, 1);
}

/* As an older release left it: names without a key, which anybody could try out. They get one, and nothing comes twice. */
static void
test_calendar_of_before (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autofree char *plain = calsync_uid_hash ("a", &(CalsyncImportOptions){ 0 });
  g_autofree char *plainly = g_strdup_printf (
    "calendar_object WHERE uid_hash = '%s' OR instr (text, '%s') > 0", plain, plain);
  g_autofree char *back = NULL;
  g_autoptr (JsonObject) first = NULL;
  g_autoptr (JsonObject) again = NULL;
  g_autoptr (GError) error = NULL;

  init_demo (&harness);
  json_object_unref (run (&harness, "remove-calendar", "{\"resource\": \"90000001\"}"));
  first = run (&harness, "replace-calendar", REPLACE (EVENT ("a", "01")));
  assert_appointments (first, 1, 0, 0);
  g_assert_cmpint (admin_harness_count (&harness, plainly), ==, 0);
  back = g_strdup_printf ("UPDATE calendar_object SET text = replace (text, uid_hash, '%s'), "
                          "uid_hash = '%s' WHERE calendar_id IN"
                          " (SELECT calendar_id FROM calendar JOIN resource USING (resource_id) "
                          "WHERE resource_key = '90000001')"
                          " AND uid_hash NOT LIKE 'blocked-%%'; DELETE FROM hash_key",
                          plain, plain);
  g_assert_true (store_run_script (harness.session, back, &error));
  g_assert_no_error (error);
  g_assert_cmpint (admin_harness_count (&harness, plainly), ==, 1);
  again = run (&harness, "replace-calendar", REPLACE (EVENT ("a", "01")));
  assert_appointments (again, 0, 1, 0);
  g_assert_cmpint (admin_harness_count (&harness, plainly), ==, 0);
}

/* A booked meeting stays where it is when a day closes, hours move and an offer shrinks; each answer names it. */
static void
test_meetings_outside (void)
{
  static const char *const changes[][3] = {
    { "add-closing-day", "{\"unit\": \"89000\", \"date\": \"2026-12-01\", \"name\": \"Flytning\"}",
      "[\"closed-day\"]" },
    { "set-hours", "{\"resource\": \"90000001\", \"none\": true, \"from\": \"2026-12-01\"}",
      "[\"closed-day\",\"outside-hours\"]" },
    { "change-offer", "{\"offer\": \"" OFFER "\", \"valid_until\": \"2026-11-30\"}",
      "[\"outside-validity\",\"closed-day\",\"outside-hours\"]" },
  };
  g_autoptr (World) world = world_new (HARNESS_NOW_US);
  g_autoptr (GError) error = NULL;
  g_autofree char *demo = admin_harness_dup_demo ();
  g_autoptr (JsonObject) imported = NULL;
  ContractCreateBookingRequest request = { .person_civil_registration_identifier = testlib_cpr (1),
                                           .interview_option_id = OFFER,
                                           .has_booking_start_time = TRUE,
                                           .booking_start_time =
                                             world_time (world_instant ("2026-12-01T08:00:00Z")),
                                           .case_worker_identifier = "90000001",
                                           .interview_contact_type_identifier = 2 };

  imported = admin_harness_run_on (world->writer, world->now_us, "import", demo, &error);
  g_assert_no_error (error);
  world_run_sql (world, "SELECT 1;");
  g_assert_nonnull (world_call (world, "CreateBooking", &request, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (JsonObject) result =
        admin_harness_run_on (world->writer, world->now_us, changes[i][0], changes[i][1], &error);
      g_autofree char *reasons = NULL;
      JsonArray *outside;

      g_assert_no_error (error);
      g_assert_cmpint (json_object_get_int_member (result, "meetings_now_outside"), ==, 1);
      outside = json_object_get_array_member (result, "outside");
      reasons = json_to_string (
        json_object_get_member (json_array_get_object_element (outside, 0), "reasons"), FALSE);
      g_assert_cmpstr (reasons, ==, changes[i][2]);
    }
  g_assert_cmpint (
    world_count (world, "SELECT count(*) FROM booking WHERE state = 'booked' AND revision = 1"), ==,
    1);
}

static void
test_callers (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (JsonObject) result = NULL;
  g_autofree char *path = NULL;
  g_autofree char *arguments = NULL;
  g_autofree char *names = NULL;
  JsonObject *caller;

  admin_harness_init (&harness);
  path = g_build_filename (harness.folder, "x.conf", NULL);
  g_assert_true (g_file_set_contents (path,
                                      "[dfdg]\nport=0\n[caller dfdg]\ntenant=demo\nroles=dfdg\n"
                                      "units=89000;89001\nfingerprint=00\n[caller kss]\n"
                                      "tenant=demo\nroles=kss;indkalder\n",
                                      -1, NULL));
  arguments = g_strdup_printf ("{\"config\": \"%s\"}", path);
  result = run (&harness, "list-callers", arguments);
  names = admin_harness_dup_words (result, "callers", "caller");
  g_assert_cmpstr (names, ==, "dfdg kss");
  caller = json_array_get_object_element (json_object_get_array_member (result, "callers"), 1);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (caller, "operations")), ==,
                    4);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/admin-dated/refusals", test_refusals);
  g_test_add_func ("/admin-dated/set-and-remove", test_set_and_remove);
  g_test_add_func ("/admin-dated/type-bars", test_type_bars);
  g_test_add_func ("/admin-dated/holidays", test_holidays);
  g_test_add_func ("/admin-dated/hours-by-date", test_hours_by_date);
  g_test_add_func ("/admin-dated/hours-round-trip", test_hours_round_trip);
  g_test_add_func ("/admin-dated/foreign-hours-are-not-cut", test_foreign_hours_are_not_cut);
  g_test_add_func ("/admin-dated/calendar", test_calendar);
  g_test_add_func ("/admin-dated/calendar-of-before", test_calendar_of_before);
  g_test_add_func ("/admin-dated/meetings-outside", test_meetings_outside);
  g_test_add_func ("/admin-dated/callers", test_callers);
  return g_test_run ();
}
