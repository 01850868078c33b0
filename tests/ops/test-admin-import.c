/* SPDX-License-Identifier: EUPL-1.2 */
/* Imports: the demo twice, every kind of refusal with file and line, all or nothing, expansion. */
/* Also tests: admin, admin-create, admin-expand, admin-table, availability-store, calendar-store,
   calsync-availability, calsync-availability-write, calsync-event, calsync-rule-walk, expansion,
   import-calendars, import-hours, import-json, import-offers, import-resources, import-row,
   import-run, import-source, import-units, journal-store, offer-store, put-outcome, resource-store,
   tenant-store, unit-store. */
#include "admin-harness.h"
#include "base/error.h"
#include "base/period.h"
#include "ops/facts/expansion.h"
#include "store/availability-store.h"
#include "store/busy-span-store.h"
#include "store/calendar-store.h"
#include "store/journal-store.h"
#include "store/resource-store.h"

#define TENANT "tenant;name\nt1;Prøvekommune\n"
#define UNITS  "unit;name;main_unit\n89000;Hoved;\n89001;Vest;89000\n"
#define TEAMS  "team;unit;name\na;89000;A\n"
#define RESOURCES                                                     \
  "resource;kind;name;email;units;teams\n"                            \
  "r1;advisor;Vejleder 01;vejleder01@kommune.example;89000;a\n"       \
  "r2;advisor;Vejleder 02;vejleder02@kommune.example;89000|89001;a\n" \
  "room;room;Lokale 1;lokale1@kommune.example;89000;\n"
#define OFFER_HEAD "identifier;unit;title;interview_type;duration;contact_types;advisors;rooms\n"
#define OFFER      "aaaaaaaa-0000-4000-8000-000000000001;89000;Samtale;7;30;8;team:a;room\n"

static gint64
sum_of (JsonObject *result, const char *member)
{
  JsonObject *tables = json_object_get_object_member (result, "tables");
  g_autoptr (GList) names = json_object_get_members (tables);
  gint64 sum = 0;

  for (GList *at = names; at != NULL; at = at->next)
    sum += json_object_get_int_member (json_object_get_object_member (tables, at->data), member);
  return sum;
}

static void
test_demo_twice (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) first = NULL;
  g_autoptr (JsonObject) second = NULL;
  g_autofree char *problems = NULL;
  gint64 n_changes;
  gint64 n_rows;
  guint64 n_sealed = 0;

  admin_harness_init (&harness);
  first = admin_harness_import_demo (&harness, "{}", &error);
  problems = admin_harness_dup_problems (first);
  g_assert_cmpstr (problems, ==, "");
  g_assert_no_error (error);
  g_assert_cmpint (json_object_get_int_member (first, "expanded"), ==, 30);
  g_assert_cmpint (json_object_get_int_member (first, "expansion_faults"), ==, 0);
  g_assert_cmpint (admin_harness_count (&harness, "resource WHERE kind = 'advisor'"), >=, 20);
  g_assert_cmpint (admin_harness_count (&harness, "offer"), >=, 8);
  g_assert_cmpint (admin_harness_count (&harness, "calendar_object WHERE note IS NOT NULL"), ==, 0);
  g_assert_cmpint (admin_harness_count (&harness, "busy_span"), >, 500);
  n_changes = admin_harness_count (&harness, "change");
  n_rows = admin_harness_count (&harness, "journal");
  second = admin_harness_import_demo (&harness, "{}", &error);
  g_assert_no_error (error);
  g_assert_cmpint (sum_of (second, "added") + sum_of (second, "changed"), ==, 0);
  g_assert_cmpint (json_object_get_int_member (second, "expanded"), ==, 0);
  g_assert_cmpint (admin_harness_count (&harness, "change"), ==, n_changes);
  g_assert_cmpint (admin_harness_count (&harness, "journal"), ==, n_rows);
  g_assert_true (journal_store_verify (harness.session, &n_sealed, &error));
  g_assert_no_error (error);
}

/* Citizens of contact group 1 meet at least three offers that ask for nothing else. */
static void
test_demo_has_offers_for_group_one (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = NULL;

  admin_harness_init (&harness);
  result = admin_harness_import_demo (&harness, "{}", &error);
  g_assert_no_error (error);
  g_assert_cmpint (
    admin_harness_count (
      &harness,
      "offer_rule r WHERE kind = 'contact-group' AND value = '1' AND NOT EXISTS (SELECT 1 FROM "
      "offer_rule o WHERE o.offer_id = r.offer_id AND o.kind <> 'contact-group')"),
    >=, 3);
  g_assert_cmpint (admin_harness_count (&harness, "offer WHERE form = 'group'"), >=, 1);
  g_assert_cmpint (admin_harness_count (&harness, "offer WHERE interview_type = 17"), >=, 1);
  g_assert_cmpint (admin_harness_count (&harness, "offer WHERE needs_room = 1"), >=, 1);
  g_assert_cmpint (admin_harness_count (&harness, "offer WHERE shared_with_sub_units = 1"), >=, 1);
}

static void
test_dry_run_writes_nothing (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = NULL;

  admin_harness_init (&harness);
  result = admin_harness_import_demo (&harness, "{\"dry_run\": true}", &error);
  g_assert_no_error (error);
  g_assert_cmpint (sum_of (result, "added"), >, 100);
  g_assert_false (json_object_get_boolean_member (result, "written"));
  g_assert_cmpint (admin_harness_count (&harness, "tenant"), ==, 0);
  g_assert_cmpint (admin_harness_count (&harness, "change"), ==, 0);
}

static const struct
{
  const char *file;
  const char *content;
  const char *problem;
} refusals[] = {
  { "units.csv", UNITS "99999;X;\n", "units.csv:4: unit 99999 is DFDG's placeholder" },
  { "units.csv", UNITS "123;X;\n", "units.csv:4: the unit of a jobcenter has five digits" },
  { "units.csv", UNITS "89001;Again;\n",
    "units.csv:4: the unit 89001 stands in units.csv:3 already" },
  { "units.csv", UNITS "89002;X;70000\n", "units.csv:4: main_unit: there is no unit 70000" },
  { "units.csv", UNITS "89002;X;89001\n", "units.csv:4: main_unit 89001 is no main centre" },
  { "units.csv", UNITS "89002;Borger 111111-1111;\n",
    "units.csv:4: name holds what looks like a citizen's number" },
  { "units.csv", "unit;nam\n89000;A\n", "units.csv:1: the column name is missing" },
  { "units.csv", "unit;name;color\n89000;A;b\n", "units.csv:1: the column color is not known" },
  { "units.csv", "unit;name;zone\n89000;A;Mars/Olympus\n", "units.csv:2: zone:" },
  { "units.csv", "unit;name\n89000;\"A\n", "units.csv:2: a quoted field is never closed" },
  { "settings.csv", "key;value\nhold-minutes;0\n", "settings.csv:2: hold-minutes must be 1 to 60" },
  { "settings.csv", "key;value\nsync-on-move;follow\n",
    "settings.csv:2: sync-on-move must be put-back, propose or ask" },
  { "settings.csv", "key;value\nsync-on-delete;propose\n",
    "settings.csv:2: sync-on-delete must be put-back or ask" },
  { "settings.csv", "key;value\nsync-summary;Ring 1234567890\n",
    "settings.csv:2: sync-summary must be at most 64 characters, without ten digits in a row" },
  { "settings.csv", "key;value\nsync-fresh-minutes;4\n",
    "settings.csv:2: sync-fresh-minutes must be 5 to 10080" },
  { "settings.csv", "key;value\nnothing;0\n", "settings.csv:2: there is no setting nothing" },
  { "settings.csv", "key;value\nfund-of-mark:901;1\n",
    "settings.csv:2: there is no setting fund-of-mark:901" },
  { "closing-days.csv", "unit;date;name\n89000;2027-02-29;X\n",
    "closing-days.csv:2: date must be" },
  { "closing-days.csv", "unit;date;name\n70000;12-24;X\n",
    "closing-days.csv:2: unit: there is no unit" },
  { "resources.csv", RESOURCES "r3;advisor;V;vejleder01@kommune.example;89000;\n",
    "resources.csv:5: resource r1 has that e-mail address" },
  { "resources.csv", RESOURCES "r3;advisor;V;no address;89000;\n",
    "resources.csv:5: email is no e-mail address" },
  { "resources.csv", RESOURCES "r3;robot;V;v@kommune.example;89000;\n",
    "resources.csv:5: kind must be one of" },
  { "resources.csv", RESOURCES "r3;advisor;V;v@kommune.example;;\n",
    "resources.csv:5: units is missing" },
  { "resources.csv", RESOURCES "r3;advisor;V;v@kommune.example;89000;zz\n",
    "resources.csv:5: there is no team zz" },
  { "working-time.csv", "resource;weekdays;start;end\nr9;mon;08:00;15:00\n",
    "working-time.csv:2: resource: there is no resource r9" },
  { "working-time.csv", "resource;weekdays;start;end\nr1;mon;15:00;08:00\n",
    "working-time.csv:2: start and end are no stretch" },
  { "working-time.csv", "resource;weekdays;start;end\nr1;monday;08:00;15:00\n",
    "working-time.csv:2: weekdays: \"monday\" is no weekday" },
  { "working-time.csv", "resource;weekdays;start;end;breaks\nr1;mon;08:00;15:00;16:00-16:30\n",
    "working-time.csv:2: breaks:" },
  { "working-time.csv", "resource;weekdays;start;end\nr1;mon;08:02;15:00\n",
    "working-time.csv:2: start and end must be whole steps" },
  { "offers.csv", OFFER_HEAD "x;89000;T;7;30;8;team:a;\n",
    "offers.csv:2: identifier must be a GUID" },
  { "offers.csv", OFFER_HEAD "aaaaaaaa-0000-4000-8000-000000000001;89000;T;7;31;8;team:a;\n",
    "offers.csv:2: duration must be a whole number of 5 minutes" },
  { "offers.csv", OFFER_HEAD "aaaaaaaa-0000-4000-8000-000000000001;89000;T;7;30;;team:a;\n",
    "offers.csv:2: contact_types is missing" },
  { "offers.csv", OFFER_HEAD "aaaaaaaa-0000-4000-8000-000000000001;89000;T;7;30;8;team:b;\n",
    "offers.csv:2: there is no team b" },
  { "offers.csv", OFFER_HEAD "aaaaaaaa-0000-4000-8000-000000000001;89000;T;7;30;8;room;\n",
    "offers.csv:2: advisors: resource room is no advisor" },
  { "offers.csv", OFFER_HEAD "aaaaaaaa-0000-4000-8000-000000000001;89000;T;7;30;8;language:xx;\n",
    "offers.csv:2: advisors: language:xx has no advisor" },
  { "offer-windows.csv",
    "offer;weekdays;start;end\naaaaaaaa-0000-4000-8000-000000000009;mon;08:00;09:00\n",
    "offer-windows.csv:2: no offer of this import has the identifier" },
  { "offer-windows.csv",
    "offer;weekdays;start;end\naaaaaaaa-0000-4000-8000-000000000001;mon;08:02;09:00\n",
    "offer-windows.csv:2: start and end must be whole steps" },
  { "offers.csv",
    "identifier;unit;title;interview_type;duration;contact_types;advisors;room_before;room_after\n"
    "aaaaaaaa-0000-4000-8000-000000000001;89000;T;7;1200;8;team:a;240;240\n",
    "offers.csv:2: duration and the room's buffers are longer than a day" },
  { "offers.csv",
    "identifier;unit;title;interview_type;duration;contact_types;advisors;valid_until\n"
    "aaaaaaaa-0000-4000-8000-000000000001;89000;T;7;30;8;team:a;1969-01-01\n",
    "offers.csv:2: valid_until lies before" },
  { "offers.json",
    "[\n {\"identifier\": \"aaaaaaaa-0000-4000-8000-000000000002\", \"colour\": 1}\n]\n",
    "offers.json:2: the member colour is not known" },
  { "offers.json", "[\n 1\n]", "offers.json:0: an offer is not an object" },
  { "offers.json", "{", "offers.json:1:" },
  { "availability/r9.ics", "BEGIN:VCALENDAR\nEND:VCALENDAR\n",
    "availability/r9.ics:0: there is no resource r9" },
  { "availability/r1.ics", "nonsense", "availability/r1.ics:0:" },
  { "calendars/r9/a.ics", "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n",
    "calendars/r9/a.ics:0: there is no resource r9" },
  { "calendars/r1/a.ics", "nonsense", "calendars/r1/a.ics:0:" },
  { "notes.csv", "a\n", "notes.csv:0: a file of this name has no meaning here" },
};

/* One file of the set is replaced by a wrong one: its line is named, and nothing at all is written. */
static void
test_refusals_name_file_and_line (void)
{
  static const char *const names[] = { "units.csv", "teams.csv", "resources.csv", "offers.csv" };
  static const char *const contents[] = { UNITS, TEAMS, RESOURCES, OFFER_HEAD OFFER };
  g_auto (AdminHarness) harness = { 0 };

  admin_harness_init (&harness);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) result = NULL;
      g_autofree char *problems = NULL;
      const char *pairs[12] = { "tenant.csv", TENANT, refusals[i].file, refusals[i].content };
      guint n = 4;

      for (guint k = 0; k < G_N_ELEMENTS (names); k++)
        if (!g_str_equal (names[k], refusals[i].file))
          {
            pairs[n++] = names[k];
            pairs[n++] = contents[k];
          }
      result = admin_harness_import (&harness, &error, pairs[0], pairs[1], pairs[2], pairs[3],
                                     pairs[4], pairs[5], pairs[6], pairs[7], pairs[8], pairs[9],
                                     pairs[10], pairs[11], NULL);
      problems = admin_harness_dup_problems (result);
      g_test_message ("%s", problems);
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
      g_assert_nonnull (strstr (problems, refusals[i].problem));
      g_assert_cmpint (admin_harness_count (&harness, "tenant"), ==, 0);
      g_assert_cmpint (admin_harness_count (&harness, "unit"), ==, 0);
    }
}

static void
test_partial_writes_the_rest (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = NULL;
  g_autofree char *problems = NULL;

  admin_harness_init (&harness);
  result =
    admin_harness_run (&harness, "import",
                       "{\"partial\": true, \"files\": {\"tenant.csv\": \"tenant;name\\nt;T\\n\","
                       "\"units.csv\": \"unit;name\\n89000;A\\n12;B\\n\"}}",
                       &error);
  g_assert_no_error (error);
  problems = admin_harness_dup_problems (result);
  g_assert_true (g_str_has_prefix (problems, "units.csv:3: "));
  g_assert_cmpint (admin_harness_count (&harness, "unit"), ==, 1);
}

static void
import_small (AdminHarness *harness, const char *working_time, const char *exceptions)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = admin_harness_import (
    harness, &error, "tenant.csv", TENANT, "units.csv", UNITS, "teams.csv", TEAMS, "resources.csv",
    RESOURCES, "offers.csv", OFFER_HEAD OFFER, "working-time.csv", working_time,
    "working-time-exceptions.csv", exceptions, NULL);
  g_autofree char *problems = admin_harness_dup_problems (result);

  g_assert_cmpstr (problems, ==, "");
  g_assert_no_error (error);
}

static char *
dup_work (AdminHarness *harness, const char *resource_key, gint64 from_us, gint64 to_us)
{
  gint64 resource_id = 0;
  g_autoptr (GArray) spans = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_true (resource_find_id (harness->session, 1, resource_key, &resource_id, NULL));
  spans = work_span_list (harness->session, resource_id, (Period){ from_us, to_us }, NULL);
  for (guint i = 0; i < spans->len; i++)
    {
      Period span = g_array_index (spans, Period, i);
      g_autoptr (GDateTime) start = g_date_time_new_from_unix_utc (span.start_us / PERIOD_US_PER_S);
      g_autoptr (GDateTime) end = g_date_time_new_from_unix_utc (span.end_us / PERIOD_US_PER_S);
      g_autofree char *from = g_date_time_format (start, "%a %H:%M");
      g_autofree char *to = g_date_time_format (end, "%H:%M");
      g_string_append_printf (text, "%s%s-%s", i == 0 ? "" : " ", from, to);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

#define DAY    PERIOD_US_PER_DAY
#define MONDAY (HARNESS_NOW_US - 8 * PERIOD_US_PER_HOUR)

/* Week 48 is even; Copenhagen is an hour before UTC in November. */
static void
test_working_time (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autofree char *week = NULL;
  g_autofree char *next = NULL;
  g_autofree char *changed = NULL;

  admin_harness_init (&harness);
  import_small (&harness,
                "resource;weekdays;start;end;breaks;weeks;valid_until\n"
                "r1;mon-tue;08:00;15:00;12:00-12:30;even;\nr1;fri;09:00;12:00;;odd;\n"
                "r1;wed;10:00;11:00;;;2026-11-25\n",
                "resource;date;start;end;breaks\nr1;2026-11-24;;;\nr1;2026-11-26;18:00;20:00;\n");
  week = dup_work (&harness, "r1", MONDAY, MONDAY + 7 * DAY);
  g_assert_cmpstr (week, ==, "Mon 07:00-11:00 Mon 11:30-14:00 Wed 09:00-10:00 Thu 17:00-19:00");
  next = dup_work (&harness, "r1", MONDAY + 7 * DAY, MONDAY + 14 * DAY);
  g_assert_cmpstr (next, ==, "Fri 08:00-11:00");
  import_small (&harness, "resource;weekdays;start;end\nr1;mon;09:00;10:00\n", "resource;date\n");
  changed = dup_work (&harness, "r1", MONDAY, MONDAY + 7 * DAY);
  g_assert_cmpstr (changed, ==, "Mon 08:00-09:00");
}

static gint64
count_of (JsonObject *result, const char *table, const char *member)
{
  return json_object_get_int_member (
    json_object_get_object_member (json_object_get_object_member (result, "tables"), table),
    member);
}

/* Only what differs is written, sets included, and the index is told of it and of nothing else. */
static void
test_changes (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = NULL;
  g_autofree char *resources = NULL;
  gint64 n_offers;
  gint64 n_catalogue;

  admin_harness_init (&harness);
  import_small (&harness, "resource;weekdays;start;end\nr1;mon;08:00;15:00\n", "resource;date\n");
  n_offers = admin_harness_count (&harness, "change WHERE kind = 'offer'");
  n_catalogue = admin_harness_count (&harness, "change WHERE kind = 'catalogue'");
  resources =
    g_strconcat (RESOURCES, "r3;advisor;Vejleder 03;vejleder03@kommune.example;89001;\n", NULL);
  result = admin_harness_import (
    &harness, &error, "units.csv", "unit;name\n89000;Hoved\n", "teams.csv", TEAMS "b;89001;B\n",
    "resources.csv", resources, "offers.csv",
    "identifier;unit;title;interview_type;duration;contact_types;advisors;rooms\n"
    "aaaaaaaa-0000-4000-8000-000000000001;89000;Samtale;7;30;6|8;r1;room\n"
    "aaaaaaaa-0000-4000-8000-000000000002;89000;Ny;7;30;8;r2;\n",
    "offer-windows.csv",
    "offer;weekdays;start;end\naaaaaaaa-0000-4000-8000-000000000001;mon;08:00;09:00\n", NULL);
  g_assert_no_error (error);
  g_assert_cmpint (count_of (result, "units", "same"), ==, 1);
  g_assert_cmpint (count_of (result, "teams", "added"), ==, 1);
  g_assert_cmpint (count_of (result, "teams", "same"), ==, 1);
  g_assert_cmpint (count_of (result, "resources", "added"), ==, 1);
  g_assert_cmpint (count_of (result, "resources", "same"), ==, 3);
  g_assert_cmpint (count_of (result, "offers", "changed"), ==, 1);
  g_assert_cmpint (count_of (result, "offers", "added"), ==, 1);
  g_assert_cmpint (admin_harness_count (&harness, "offer_window WHERE offer_id = 1"), ==, 1);
  g_assert_cmpint (admin_harness_count (&harness, "offer_contact_type WHERE offer_id = 1"), ==, 2);
  g_assert_cmpint (admin_harness_count (&harness, "offer_resource WHERE offer_id = 1"), ==, 2);
  g_assert_cmpint (admin_harness_count (&harness, "change WHERE kind = 'offer'"), ==, n_offers + 2);
  g_assert_cmpint (admin_harness_count (&harness, "change WHERE kind = 'catalogue'"), ==,
                   n_catalogue + 1);
}

/* A room that is claimed by nobody's calendar, an advisor who leaves, and words that are free. */
static void
test_resource_details (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = NULL;

  admin_harness_init (&harness);
  result = admin_harness_import (
    &harness, &error, "tenant.csv", TENANT, "units.csv", UNITS, "resources.csv",
    "resource,kind,name,email,units,competences,languages,may_be_summoned,retired_from\r\n"
    "r1,advisor,\"Vejleder, nr. "
    "1\",vejleder01@kommune.example,89000|89001,job|sygdom,da|en,no,2027-01-01\r\n",
    NULL);
  g_assert_no_error (error);
  g_assert_cmpint (
    admin_harness_count (&harness, "resource WHERE name = 'Vejleder, nr. 1' AND may_be_summoned = 0"
                                   " AND retired_us = 1798758000000000"),
    ==, 1);
  g_assert_cmpint (admin_harness_count (&harness, "resource_tag"), ==, 4);
  g_assert_cmpint (admin_harness_count (&harness, "resource_unit"), ==, 2);
  g_assert_cmpint (admin_harness_count (&harness, "calendar WHERE calendar_key = 'planner'"), ==,
                   1);
}

#define EVENT(uid, rest)                                                          \
  "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:" uid "\r\n" \
  "DTSTAMP:20260101T000000Z\r\nSUMMARY:Hemmeligt\r\n" rest "END:VEVENT\r\nEND:VCALENDAR\r\n"

static JsonObject *
import_calendar (AdminHarness *harness, const char *text, GError **error)
{
  return admin_harness_import (harness, error, "calendars/r1/a.ics", text, NULL);
}

/* What is kept has no words of the appointment; a change of it replaces its time, and only then. */
static void
test_calendars (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) first = NULL;
  g_autoptr (JsonObject) again = NULL;
  g_autoptr (JsonObject) moved = NULL;
  g_autoptr (GArray) spans = NULL;

  admin_harness_init (&harness);
  import_small (&harness, "resource;weekdays;start;end\nr1;mon-fri;08:00;15:00\n",
                "resource;date\n");
  first = import_calendar (
    &harness, EVENT ("u", "DTSTART:20261123T080000Z\r\nDTEND:20261123T090000Z\r\n"), &error);
  g_assert_no_error (error);
  g_assert_cmpint (admin_harness_count (&harness, "calendar_object WHERE text LIKE '%emmel%'"), ==,
                   0);
  again = import_calendar (
    &harness, EVENT ("u", "DTSTART:20261123T080000Z\r\nDTEND:20261123T090000Z\r\n"), &error);
  g_assert_cmpint (json_object_get_int_member (again, "expanded"), ==, 0);
  moved = import_calendar (
    &harness, EVENT ("u", "DTSTART:20261123T100000Z\r\nDTEND:20261123T103000Z\r\n"), &error);
  g_assert_no_error (error);
  g_assert_cmpint (json_object_get_int_member (moved, "expanded"), ==, 1);
  spans = busy_span_list (harness.session, 1, (Period){ MONDAY, MONDAY + DAY }, &error);
  g_assert_cmpuint (spans->len, ==, 1);
  g_assert_cmpint (g_array_index (spans, BusySpan, 0).period.start_us, ==,
                   MONDAY + 11 * PERIOD_US_PER_HOUR);
  g_assert_cmpint (
    admin_harness_count (&harness, "change WHERE kind = 'resource' AND subject_id = 1"), >=, 3);
}

/* Between the change of a source and its expansion nothing of the resource is trusted. */
static void
test_invalidated_until_expanded (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) due = NULL;
  g_autoptr (Expansion) stale = NULL;
  g_autoptr (AvailabilityRecord) record = g_new0 (AvailabilityRecord, 1);
  Period window = expansion_window (HARNESS_NOW_US);
  PutOutcome outcome;

  admin_harness_init (&harness);
  import_small (&harness, "resource;weekdays;start;end\nr1;mon-fri;08:00;15:00\n",
                "resource;date\n");
  due = expansion_list_due (harness.session, HARNESS_NOW_US, 0, 10, &error);
  g_assert_cmpuint (due->len, ==, 0);
  stale = expansion_load (harness.session, 1, 1, window, EXPANSION_DUE, &error);
  expansion_compute (stale);
  g_assert_true (expansion_invalidate (harness.session, 1, 1, &error));
  g_clear_pointer (&due, g_array_unref);
  due = expansion_list_due (harness.session, HARNESS_NOW_US, 0, 10, &error);
  g_assert_cmpuint (due->len, ==, 2);
  *record =
    (AvailabilityRecord){ 1, 1, g_strdup ("other"), g_strdup ("BEGIN:VCALENDAR\nEND:VCALENDAR\n") };
  g_assert_true (availability_put (harness.session, record, &outcome, &error));
  g_assert_false (expansion_write (harness.session, stale, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
}

static void
test_window_rolls (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (GArray) due = NULL;

  admin_harness_init (&harness);
  import_small (&harness, "resource;weekdays;start;end\nr1;mon-fri;08:00;15:00\n",
                "resource;date\n");
  due = expansion_list_due (harness.session, HARNESS_NOW_US + 30 * DAY, 0, 10, NULL);
  g_assert_cmpuint (due->len, ==, 6);
}

static void
test_tenants_are_apart (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) other = NULL;
  g_autoptr (JsonObject) unnamed = NULL;
  g_autoptr (JsonObject) wrong = NULL;

  admin_harness_init (&harness);
  import_small (&harness, "resource;weekdays;start;end\nr1;mon;08:00;15:00\n", "resource;date\n");
  other = admin_harness_import (&harness, &error, "tenant.csv", "tenant;name\nt2;Anden\n",
                                "units.csv", UNITS, "resources.csv",
                                "resource;kind;name;email;units\n"
                                "r1;advisor;Vejleder 01;vejleder01@kommune.example;89000\n",
                                NULL);
  g_assert_no_error (error);
  g_assert_cmpint (admin_harness_count (&harness, "unit"), ==, 4);
  g_assert_cmpint (admin_harness_count (&harness, "resource WHERE resource_key = 'r1'"), ==, 2);
  unnamed = admin_harness_import (&harness, &error, "units.csv", UNITS, NULL);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_clear_error (&error);
  wrong = admin_harness_run (&harness, "list-units", "{\"tenant\": \"t3\"}", &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
  g_assert_cmpint (admin_exit_code (error), ==, 1);
}

static void
test_json_offers (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = NULL;
  g_autofree char *problems = NULL;

  admin_harness_init (&harness);
  result = admin_harness_import (
    &harness, &error, "tenant.csv", TENANT, "units.csv", UNITS, "teams.csv", TEAMS, "resources.csv",
    RESOURCES, "codes.csv", "list;code;name\nunemployment-funds;901;A-kasse\n", "offers.json",
    "[{\"identifier\": \"AAAAAAAA-0000-4000-8000-000000000002\", \"unit\": \"89000\","
    " \"title\": \"T\", \"interview_type\": 17, \"duration\": 45, \"contact_types\": [6, 8],"
    " \"advisors\": [\"team:a\"], \"share_buffers\": true, \"contact_groups\": [1, 8],"
    " \"windows\": [{\"weekdays\": [\"mon-wed\"], \"start\": \"09:00\", \"end\": \"12:00\","
    " \"unemployment_fund\": \"901\", \"capacity\": 2}]}]",
    NULL);
  problems = admin_harness_dup_problems (result);
  g_assert_cmpstr (problems, ==, "");
  g_assert_no_error (error);
  g_assert_cmpint (
    admin_harness_count (&harness, "offer WHERE identifier = "
                                   "'aaaaaaaa-0000-4000-8000-000000000002' AND may_share_buffers"),
    ==, 1);
  g_assert_cmpint (
    admin_harness_count (&harness, "offer_window WHERE weekdays = 7 AND capacity = 2"), ==, 1);
  g_assert_cmpint (admin_harness_count (&harness, "offer_contact_type"), ==, 2);
  g_assert_cmpint (admin_harness_count (&harness, "offer_rule"), ==, 2);
}

static void
mutate (GRand *rand, GString *text)
{
  static const char letters[] = ";|,\"\n\r:-0199 aZ\t";
  guint n_edits = (guint) g_rand_int_range (rand, 1, 5);

  for (guint i = 0; i < n_edits && text->len > 0; i++)
    {
      gsize at = (gsize) g_rand_int_range (rand, 0, (gint32) text->len);
      gint32 n_bytes = g_rand_int_range (rand, 1, 21);

      switch (g_rand_int_range (rand, 0, 3))
        {
        case 0:
          g_string_erase (text, (gssize) at, MIN (n_bytes, (gint32) (text->len - at)));
          break;
        case 1:
          g_string_insert_c (text, (gssize) at,
                             letters[g_rand_int_range (rand, 0, sizeof letters - 1)]);
          break;
        default:
          text->str[at] = letters[g_rand_int_range (rand, 0, sizeof letters - 1)];
        }
    }
}

/* One file of the demo damaged at random: refused with a place, or read; a dry run, so never written. */
static void
test_mutated_demo (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (GRand) rand = testlib_random_new ();
  guint64 n_rounds = testlib_budget ("admin-import");
  g_autofree char *demo = admin_harness_dup_demo ();
  guint n_refused = 0;

  admin_harness_init (&harness);
  for (guint64 round = 0; round < n_rounds; round++)
    {
      g_autoptr (JsonNode) node = json_from_string (demo, NULL);
      JsonObject *files = json_object_get_object_member (json_node_get_object (node), "files");
      g_autoptr (GList) names = json_object_get_members (files);
      const char *name =
        g_list_nth_data (names, (guint) g_rand_int_range (rand, 0, (gint32) g_list_length (names)));
      g_autoptr (GString) text = g_string_new (json_object_get_string_member (files, name));
      g_autoptr (JsonObject) result = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *valid = NULL;
      g_autofree char *arguments = NULL;
      guint n_problems;

      mutate (rand, text);
      valid = g_utf8_make_valid (text->str, (gssize) text->len);
      json_object_set_string_member (files, name, valid);
      json_object_set_boolean_member (json_node_get_object (node), "dry_run", TRUE);
      arguments = json_to_string (node, FALSE);
      result = admin_harness_run (&harness, "import", arguments, &error);
      n_problems = json_array_get_length (json_object_get_array_member (result, "problems"));
      n_refused += n_problems > 0;
      if (n_problems > 0)
        g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
      else if (error != NULL) /* no row is left in tenant.csv */
        g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
    }
  g_test_message ("%u refused", n_refused);
  g_assert_cmpint (admin_harness_count (&harness, "tenant"), ==, 0);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/admin-import/demo-twice", test_demo_twice);
  g_test_add_func ("/admin-import/demo-has-offers-for-group-one",
                   test_demo_has_offers_for_group_one);
  g_test_add_func ("/admin-import/dry-run-writes-nothing", test_dry_run_writes_nothing);
  g_test_add_func ("/admin-import/refusals-name-file-and-line", test_refusals_name_file_and_line);
  g_test_add_func ("/admin-import/partial-writes-the-rest", test_partial_writes_the_rest);
  g_test_add_func ("/admin-import/working-time", test_working_time);
  g_test_add_func ("/admin-import/changes", test_changes);
  g_test_add_func ("/admin-import/resource-details", test_resource_details);
  g_test_add_func ("/admin-import/calendars", test_calendars);
  g_test_add_func ("/admin-import/invalidated-until-expanded", test_invalidated_until_expanded);
  g_test_add_func ("/admin-import/window-rolls", test_window_rolls);
  g_test_add_func ("/admin-import/tenants-are-apart", test_tenants_are_apart);
  g_test_add_func ("/admin-import/json-offers", test_json_offers);
  g_test_add_func ("/admin-import/mutated-demo", test_mutated_demo);
  return g_test_run ();
}
