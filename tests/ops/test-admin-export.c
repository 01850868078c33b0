/* SPDX-License-Identifier: EUPL-1.2 */
/* Exports: imported into an empty database they give the same bytes again, where they came from they change nothing. */
/* Also tests: export-csv, export-tables, export-calendars, export-records, import-exact. */
#include <string.h>

#include "admin-harness.h"
#include "admin-world.h"
#include "base/error.h"

static JsonObject *
export_all (AdminHarness *harness)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result =
    admin_harness_run (harness, "export", "{\"folder\": \"/nowhere\"}", &error);

  g_assert_no_error (error);
  return json_object_ref (json_object_get_object_member (result, "files"));
}

static JsonObject *
import_all (AdminHarness *harness, JsonObject *files)
{
  g_autoptr (JsonObject) arguments = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  JsonObject *result;

  json_object_set_object_member (arguments, "files", json_object_ref (files));
  json_node_set_object (node, arguments);
  text = json_to_string (node, FALSE);
  result = admin_harness_run (harness, "import", text, &error);
  if (error != NULL)
    {
      g_autofree char *problems = admin_harness_dup_problems (result);
      g_test_message ("%s", problems);
    }
  g_assert_no_error (error);
  return result;
}

static void
assert_same (JsonObject *a, JsonObject *b)
{
  g_autoptr (GList) names = g_list_sort (json_object_get_members (a), (GCompareFunc) g_strcmp0);

  g_assert_cmpuint (json_object_get_size (a), ==, json_object_get_size (b));
  for (GList *at = names; at != NULL; at = at->next)
    {
      g_assert_true (json_object_has_member (b, at->data));
      g_assert_cmpstr (json_object_get_string_member (a, at->data), ==,
                       json_object_get_string_member (b, at->data));
    }
}

static void
assert_unchanged (JsonObject *result)
{
  JsonObject *tables = json_object_get_object_member (result, "tables");
  g_autoptr (GList) names = json_object_get_members (tables);

  for (GList *at = names; at != NULL; at = at->next)
    {
      JsonObject *count = json_object_get_object_member (tables, at->data);

      if (json_object_get_int_member (count, "added") +
            json_object_get_int_member (count, "changed") !=
          0)
        g_error ("%s was changed by its own export", (const char *) at->data);
    }
}

/* None leads out of the folder, and none is hidden: an import passes over what is. */
static void
assert_plain_names (JsonObject *files)
{
  g_autoptr (GList) names = json_object_get_members (files);

  for (GList *at = names; at != NULL; at = at->next)
    {
      g_auto (GStrv) parts = g_strsplit (at->data, "/", -1);

      for (guint i = 0; parts[i] != NULL; i++)
        if (*parts[i] == '\0' || *parts[i] == '.')
          g_error ("%s is no name of a file", (const char *) at->data);
    }
}

/* The origin's export, an empty database that it is imported into, and back onto the origin. */
static void
check_round_trip (AdminHarness *origin)
{
  g_auto (AdminHarness) copy = { 0 };
  g_autoptr (JsonObject) files = export_all (origin);
  g_autoptr (JsonObject) again = NULL;
  g_autoptr (JsonObject) first = NULL;
  g_autoptr (JsonObject) onto_itself = NULL;
  g_autoptr (JsonObject) verified = NULL;
  g_autoptr (GError) error = NULL;

  assert_plain_names (files);
  admin_harness_init (&copy);
  copy.now_us = origin->now_us;
  first = import_all (&copy, files);
  again = export_all (&copy);
  assert_same (files, again);
  onto_itself = import_all (origin, files);
  assert_unchanged (onto_itself);
  verified = admin_harness_run (&copy, "verify", "{}", &error);
  g_assert_no_error (error);
}

static void
ask (AdminHarness *harness, const char *command, const char *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = admin_harness_run (harness, command, arguments, &error);

  g_assert_no_error (error);
}

static void
test_demo (void)
{
  g_auto (AdminHarness) demo = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) imported = NULL;

  admin_harness_init (&demo);
  imported = admin_harness_import_demo (&demo, "{}", &error);
  g_assert_no_error (error);
  check_round_trip (&demo);
}

/* What only commands make: time by hand, and retirements at odd instants. */
static void
test_by_hand (void)
{
  g_auto (AdminHarness) demo = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) imported = NULL;

  admin_harness_init (&demo);
  imported = admin_harness_import_demo (&demo, "{}", &error);
  ask (&demo, "retire-advisor", "{\"resource\": \"90000004\", \"keep_meetings\": true}");
  ask (&demo, "add-advisor",
       "{\"resource\": \"../../x y\", \"name\": \"Vejleder 99\", \"email\": "
       "\"v99@demokommune.example\", \"units\": \"89000\"}");
  ask (&demo, "set-hours",
       "{\"resource\": \"../../x y\", \"hours\": [\"mon 08:00-12:00\", \"tue 09:00-12:00\"]}");
  ask (&demo, "block-time",
       "{\"resource\": \"90000001\", \"from\": \"2026-12-01\", \"text\": \"kursus; \\\"hele\\\" "
       "dagen, "
       "æøå\"}");
  ask (&demo, "block-time",
       "{\"resource\": \"90000002\", \"from\": \"2026-12-01T08:00\", \"to\": \"2026-12-01T09:00\", "
       "\"repeat\": \"FREQ=WEEKLY;COUNT=4\"}");
  ask (
    &demo, "open-time",
    "{\"resource\": \"90000001\", \"from\": \"2026-12-02T19:00\", \"to\": \"2026-12-02T20:00\"}");
  check_round_trip (&demo);
}

static const char *
pick_line (GRand *random)
{
  static const char *const texts[] = { "Jobsamtale", "a;b,c", "\"citat\"", "æøåÆØÅ é 漢字",
                                       "#firkant",   "=1+1",  "'",         "a|b",
                                       "\\n" };
  return texts[g_rand_int_range (random, 0, G_N_ELEMENTS (texts))];
}

static const char *
pick_text (GRand *random)
{
  return g_rand_int_range (random, 0, 9) == 0 ? "to\nlinjer" : pick_line (random);
}

static char *
dup_cell (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "\"", -1);
  g_autofree char *doubled = g_strjoinv ("\"\"", parts);

  return g_strdup_printf ("\"%s\"", doubled);
}

static void
add_cells (GString *csv, GRand *random, const char *(*pick) (GRand *), guint n_cells)
{
  for (guint i = 0; i < n_cells; i++)
    {
      g_autofree char *cell = g_rand_boolean (random) ? g_strdup ("") : dup_cell (pick (random));
      g_string_append_printf (csv, ";%s", cell);
    }
}

static char *
dup_offers (GRand *random, int n_resources)
{
  static const char *const anchors[] = { "", "block", "midnight" };
  static const char *const flags[] = { "", "yes", "no" };
  g_autoptr (GString) csv = g_string_new (
    "identifier;unit;title;interview_type;duration;contact_types;advisors;rooms;form;seats;grid;"
    "grid_anchor;before;share_buffers;lead_minutes;horizon_days;release;valid_from;valid_until;"
    "rebook;compulsory;contact_groups;description;location;address;meeting_link\n");

  for (int i = g_rand_int_range (random, 1, 6); i > 0; i--)
    {
      gboolean is_group = g_rand_boolean (random);
      g_autofree char *title = dup_cell (pick_line (random));

      g_string_append_printf (
        csv,
        "10000000-0000-4000-8000-%012d;89000;%s;7;%d;6|8;A%d|A0;%s;%s;%d;%s;%s;%s;%s;%d;%d;%s;%s;"
        "%s;%s;%s;%s",
        i, title, g_rand_int_range (random, 1, 20) * 5, g_rand_int_range (random, 1, n_resources),
        g_rand_boolean (random) ? "R0" : "", is_group ? "group" : "individual",
        is_group ? g_rand_int_range (random, 1, 30) : 1, g_rand_boolean (random) ? "15" : "",
        anchors[g_rand_int_range (random, 0, 3)], g_rand_boolean (random) ? "10" : "",
        flags[g_rand_int_range (random, 0, 3)], g_rand_int_range (random, 0, 3000),
        g_rand_int_range (random, 1, 184), g_rand_boolean (random) ? "07:30" : "",
        g_rand_boolean (random) ? "2026-10-25" : "", g_rand_boolean (random) ? "2027-03-28" : "",
        flags[g_rand_int_range (random, 0, 3)], flags[g_rand_int_range (random, 0, 3)],
        g_rand_boolean (random) ? "1|2|8" : "");
      add_cells (csv, random, pick_text, 2); /* description and location may have lines */
      add_cells (csv, random, pick_line, 2);
      g_string_append_c (csv, '\n');
    }
  return g_string_free (g_steal_pointer (&csv), FALSE);
}

static char *
dup_resources (GRand *random, int n_resources)
{
  g_autoptr (GString) csv = g_string_new (
    "resource;kind;units;email;retired_from;may_be_summoned;languages;name;competences\n");

  for (int i = 0; i <= n_resources; i++)
    {
      const char *kind = i == n_resources ? "room" : "advisor";
      g_autofree char *name = dup_cell (pick_line (random));

      g_string_append_printf (
        csv, "%c%d;%s;%s;r%d@demo.example;%s;%s;%s;%s;%s\n", i == n_resources ? 'R' : 'A',
        i == n_resources ? 0 : i, kind, g_rand_boolean (random) ? "89000" : "89001|89000", i,
        i > 0 && i < n_resources && g_rand_int_range (random, 0, 4) == 0 ? "2027-06-01" : "",
        g_rand_boolean (random) ? "yes" : "no", g_rand_boolean (random) ? "da|en" : "", name,
        g_rand_boolean (random) ? "jobsamtale|sygdom" : "");
    }
  return g_string_free (g_steal_pointer (&csv), FALSE);
}

static char *
dup_units (GRand *random)
{
  g_autoptr (GString) csv = g_string_new ("unit;name;main_unit;address\n89000;");
  g_autofree char *name = dup_cell (pick_line (random));

  g_string_append_printf (csv, "%s;", name);
  add_cells (csv, random, pick_line, 1);
  g_string_append_printf (csv, "\n89001;%s;89000", name);
  add_cells (csv, random, pick_line, 1);
  g_string_append_c (csv, '\n');
  return g_string_free (g_steal_pointer (&csv), FALSE);
}

static void
add_by_hand (AdminHarness *harness, GRand *random)
{
  for (int i = g_rand_int_range (random, 0, 4); i > 0; i--)
    {
      g_autofree char *arguments =
        g_strdup_printf ("{\"resource\": \"A0\", \"from\": \"2026-12-%02dT08:00\", \"to\": "
                         "\"2026-12-%02dT%02d:30\"}",
                         i + 5, i + 5, g_rand_int_range (random, 9, 20));
      ask (harness, g_rand_boolean (random) ? "block-time" : "open-time", arguments);
    }
}

static void
test_random (void)
{
  g_autoptr (GRand) random = testlib_random_new ();
  gint64 n = testlib_budget ("admin-export");

  for (gint64 i = 0; i < n; i++)
    {
      g_auto (AdminHarness) harness = { 0 };
      g_autoptr (GError) error = NULL;
      int n_resources = g_rand_int_range (random, 2, 5);
      g_autofree char *units = dup_units (random);
      g_autofree char *resources = dup_resources (random, n_resources);
      g_autofree char *offers = dup_offers (random, n_resources);
      g_autoptr (JsonObject) imported = NULL;

      admin_harness_init (&harness);
      imported = admin_harness_import (
        &harness, &error, "tenant.csv", "tenant;name\ndemo;\"De;mo\"\n", "units.csv", units,
        "resources.csv", resources, "offers.csv", offers, "working-time.csv",
        "resource;weekdays;start;end\nA0;mon-fri;08:00;16:00\n", "offer-windows.csv",
        "offer;weekdays;start;end;capacity;first_date\n10000000-0000-4000-8000-000000000001;mon|"
        "wed;"
        "08:00;24:00;3;2026-01-01\n10000000-0000-4000-8000-000000000001;fri;09:00;12:00;;\n",
        "closing-days.csv", "unit;date;name\n89000;2027-01-04;\"Kursus; alle\"\n", "settings.csv",
        "key;value;unit\nhold-minutes;5;89001\nhold-minutes;7;\n", NULL);
      if (error != NULL)
        {
          g_autofree char *problems = admin_harness_dup_problems (imported);
          g_test_message ("%s", problems);
        }
      g_assert_no_error (error);
      add_by_hand (&harness, random);
      check_round_trip (&harness);
    }
}

static void
test_records (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) plain = NULL;
  g_autoptr (JsonObject) with = NULL;
  g_autoptr (JsonObject) refused = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *files;
  const char *bookings;

  admin_world_book (world, 1, OFFER, "2026-11-24T09:00:00Z");
  admin_world_book (world, 2, GROUP, "2026-11-24T10:00:00Z");
  plain = admin_world_ask (world, "export",
                           "{\"folder\": \"/nowhere\", \"records\": true, \"icalendar\": true}");
  files = json_object_get_object_member (plain, "files");
  bookings = json_object_get_string_member (files, "bookings.jsonl");
  g_assert_null (strstr (bookings, testlib_cpr (1)));
  g_assert_nonnull (strstr (bookings, "2026-11-24T10:00:00+01:00"));
  g_assert_nonnull (strstr (json_object_get_string_member (files, "sessions.jsonl"), GROUP));
  g_assert_nonnull (
    strstr (json_object_get_string_member (files, "journal.jsonl"), "booking-created"));
  g_assert_nonnull (
    strstr (json_object_get_string_member (files, "icalendar/RID-1.icalendar"), "Jobsamtale"));
  with = admin_world_ask (world, "export",
                          "{\"folder\": \"/nowhere\", \"records\": true, \"citizens\": true}");
  files = json_object_get_object_member (with, "files");
  g_assert_nonnull (
    strstr (json_object_get_string_member (files, "bookings.jsonl"), testlib_cpr (1)));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM journal WHERE kind = 'exported'"), ==,
                   2);
  refused =
    admin_world_run (world, "export", "{\"folder\": \"/nowhere\", \"citizens\": true}", &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
}

/* An appointment with somebody's words in it is no reduced one. */
static void
test_not_reduced (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) first = NULL;
  g_autoptr (JsonObject) result = NULL;

  admin_harness_init (&harness);
  first = admin_harness_import (
    &harness, &error, "tenant.csv", "tenant;name\ndemo;Demo\n", "units.csv",
    "unit;name\n89000;Demo\n", "resources.csv",
    "resource;kind;name;email;units\nA;advisor;A;a@demo.example;89000\n", NULL);
  g_assert_no_error (error);
  result = admin_harness_import (
    &harness, &error,
    "reduced/A/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.ics",
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:x\r\nSUMMARY:tandlæge\r\n"
    "DTSTART:20261201T080000Z\r\nDTEND:20261201T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    NULL);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_assert_cmpint (admin_harness_count (&harness, "calendar_object"), ==, 0);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/admin-export/demo", test_demo);
  g_test_add_func ("/admin-export/by-hand", test_by_hand);
  g_test_add_func ("/admin-export/random", test_random);
  g_test_add_func ("/admin-export/records", test_records);
  g_test_add_func ("/admin-export/not-reduced", test_not_reduced);
  return g_test_run ();
}
