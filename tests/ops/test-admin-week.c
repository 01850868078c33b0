/* SPDX-License-Identifier: EUPL-1.2 */
/* Lists, records and weeks of a small world in which things have been held and booked. */
/* Also tests: admin-format, admin-list, admin-records, admin-show. */
#include <string.h>

#include "admin-harness.h"
#include "base/error.h"
#include "ops-world.h"
#include "ops/admin/admin-format.h"

#define OFFER "10000000-0000-4000-8000-000000000001"

/* Monday 23 November 2026, 09:00 in Copenhagen; Tuesday 09-12 local is worked, 11:00-11:30 is taken. */
static const char world_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
  "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, name) VALUES (1, 1, "
  "8, "
  "'89000', 'Demo');"
  "INSERT INTO closing_day VALUES (1, 1, 20784, 'Personaledag');"
  "INSERT INTO team (team_id, tenant_id, unit_id, team_key, name) VALUES (1, 1, 1, 'a', 'Hold A');"
  "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES (1, 1, "
  "'advisor', 'RID-1', 'v1@demo.example', 'Vejleder 01'), (2, 1, 'room', 'rum-1', "
  "'r1@demo.example', "
  "'Rum 1');"
  "INSERT INTO resource_unit (tenant_id, resource_id, unit_id) VALUES (1, 1, 1), (1, 2, 1);"
  "INSERT INTO resource_team (tenant_id, resource_id, team_id) VALUES (1, 1, 1);"
  "INSERT INTO resource_tag (tenant_id, resource_id, kind, value) VALUES (1, 1, 'language', 'da');"
  "INSERT INTO work_span VALUES (1, 1795507200000000, 1795518000000000);"
  "INSERT INTO calendar (calendar_id, tenant_id, resource_id, calendar_key, origin, "
  "expanded_until_us) "
  "VALUES (1, 1, 1, 'import', 'import', 1812931200000000);"
  "INSERT INTO calendar_object (object_id, tenant_id, calendar_id, uid_hash, text, note) VALUES "
  "(1, 1, 1, "
  "'x', 'x', 'Its zone is not known.');"
  "INSERT INTO busy_span (resource_id, start_us, end_us, object_id, class) "
  "VALUES (1, 1795514400000000, 1795516200000000, 1, 'busy');"
  "INSERT INTO offer (offer_id, tenant_id, unit_id, identifier, interview_type, form, title, "
  "duration_minutes, grid_minutes, after_minutes) VALUES (1, 1, 1, '" OFFER
  "', 7, 'individual', 'Jobsamtale', 30, 30, 5);"
  "INSERT INTO offer_contact_type VALUES (1, 1);"
  "INSERT INTO offer_resource VALUES (1, 1);";

static World *
new_world (void)
{
  World *world = world_new (world_instant ("2026-11-23T08:00:00Z"));

  world_run_sql (world, world_sql);
  return world;
}

static void
book (World *world, guint citizen, const char *start)
{
  g_autoptr (GError) error = NULL;
  ContractCreateBookingRequest request = { .person_civil_registration_identifier =
                                             testlib_cpr (citizen),
                                           .interview_option_id = OFFER,
                                           .has_booking_start_time = TRUE,
                                           .booking_start_time = world_time (world_instant (start)),
                                           .interview_contact_type_identifier = 1 };

  g_assert_nonnull (world_call (world, "CreateBooking", &request, &error));
  g_assert_no_error (error);
}

static void
hold (World *world, guint citizen, const char *start)
{
  g_autoptr (GError) error = NULL;
  ContractGetBookingDetailsRequest request = { .person_civil_registration_identifier =
                                                 testlib_cpr (citizen),
                                               .interview_option_id = OFFER,
                                               .booking_start_time =
                                                 world_time (world_instant (start)) };

  g_assert_nonnull (world_call (world, "GetBookingDetails", &request, &error));
  g_assert_no_error (error);
}

static JsonObject *
ask (World *world, const char *command, const char *arguments)
{
  g_autoptr (GError) error = NULL;
  JsonObject *result =
    admin_harness_run_on (world->writer, world->now_us, command, arguments, &error);

  g_assert_no_error (error);
  return result;
}

static char *
dup_day (JsonObject *result, guint day, guint first_hour, guint end_hour)
{
  JsonArray *days = json_object_get_array_member (result, "days");
  const char *steps =
    json_object_get_string_member (json_array_get_object_element (days, day), "steps");

  g_assert_cmpuint (strlen (steps), ==, 288);
  return g_strndup (steps + first_hour * 12, (end_hour - first_hour) * 12);
}

static void
test_week (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (JsonObject) result = NULL;
  g_autofree char *tuesday = NULL;
  g_autofree char *monday = NULL;
  g_autofree char *kinds = NULL;
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  book (world, 1, "2026-11-24T08:00:00Z");
  hold (world, 2, "2026-11-24T09:00:00Z");
  result =
    ask (world, "show-week", "{\"resource\": \"V1@demo.example\", \"date\": \"2026-11-29\"}");
  g_assert_cmpint (json_object_get_int_member (result, "week"), ==, 48);
  tuesday = dup_day (result, 1, 8, 13);
  g_assert_cmpstr (tuesday, ==,
                   "            "
                   "BBBBBBb....."
                   "HHHHHHb....."
                   "xxxxxx......"
                   "            ");
  monday = dup_day (result, 0, 0, 24);
  g_assert_cmpuint (strspn (monday, " "), ==, 288);
  kinds = admin_harness_dup_words (result, "spans", "kind");
  g_assert_cmpstr (kinds, ==, "work busy booking hold");
  g_assert_cmpstr (
    json_object_get_string_member (
      json_array_get_object_element (json_object_get_array_member (result, "days"), 4), "closed"),
    ==, "Personaledag");
  json_node_set_object (node, result);
  text = json_to_string (node, FALSE);
  g_assert_null (strstr (text, testlib_cpr (1)));
}

/* Christmas week: the holidays are named as well. */
static void
test_week_names_holidays (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (JsonObject) result =
    ask (world, "show-week", "{\"resource\": \"RID-1\", \"date\": \"2026-12-25\"}");
  JsonArray *days = json_object_get_array_member (result, "days");

  g_assert_true (json_object_has_member (json_array_get_object_element (days, 4), "closed"));
  g_assert_false (json_object_has_member (json_array_get_object_element (days, 0), "closed"));
}

/* A hold that has ended is nobody's time any more. */
static void
test_week_forgets_ended_holds (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (JsonObject) result = NULL;
  g_autofree char *tuesday = NULL;

  hold (world, 2, "2026-11-24T09:00:00Z");
  world->now_us += G_GINT64_CONSTANT (3600) * 1000 * 1000;
  result = ask (world, "show-week", "{\"resource\": \"RID-1\"}");
  tuesday = dup_day (result, 1, 10, 11);
  g_assert_cmpstr (tuesday, ==, "............");
}

static void
test_bookings (void)
{
  g_autofree char *participants = NULL;
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) unit = NULL;
  g_autoptr (JsonObject) advisor = NULL;
  g_autoptr (JsonObject) later = NULL;
  g_autoptr (JsonObject) shown = NULL;
  g_autoptr (JsonObject) missing = NULL;
  g_autofree char *starts = NULL;
  g_autofree char *identifier = NULL;
  g_autofree char *arguments = NULL;

  book (world, 1, "2026-11-24T08:00:00Z");
  book (world, 2, "2026-11-24T09:00:00Z");
  unit = ask (world, "list-bookings", "{\"unit\": \"89000\"}");
  starts = admin_harness_dup_words (unit, "bookings", "start");
  g_assert_cmpstr (starts, ==, "2026-11-24T09:00:00+01:00 2026-11-24T10:00:00+01:00");
  advisor = ask (world, "list-bookings", "{\"advisor\": \"RID-1\", \"to\": \"2026-11-24\"}");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (advisor, "bookings")), ==,
                    2);
  later = ask (world, "list-bookings", "{\"advisor\": \"RID-1\", \"from\": \"2026-11-25\"}");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (later, "bookings")), ==,
                    0);
  identifier = admin_harness_dup_words (advisor, "bookings", "booking");
  identifier[36] = '\0';
  arguments = g_strdup_printf ("{\"booking\": \"%s\"}", identifier);
  world_run_sql (
    world,
    "INSERT INTO participant (booking_id, participant_id, tenant_id, name, organisation_type) "
    "SELECT booking_id, 'p-1', tenant_id, 'A-kassen', 5 FROM booking");
  shown = ask (world, "show-booking", arguments);
  participants = admin_harness_dup_words (shown, "participants", "name");
  g_assert_cmpstr (participants, ==, "A-kassen");
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (shown, "booking"),
                                                  "advisor_name"),
                   ==, "Vejleder 01");
  missing =
    admin_harness_run_on (world->writer, world->now_us, "show-booking",
                          "{\"booking\": \"10000000-0000-4000-8000-00000000ffff\"}", &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
}

static void
test_records (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (JsonObject) unit = ask (world, "show-unit", "{\"unit\": \"89000\"}");
  g_autoptr (JsonObject) advisor = ask (world, "show-advisor", "{\"resource\": \"RID-1\"}");
  g_autoptr (JsonObject) offer = ask (world, "show-offer", "{\"offer\": \"10000000\"}");
  g_autoptr (JsonObject) teams = ask (world, "list-teams", "{}");
  g_autoptr (JsonObject) rooms = ask (world, "list-rooms", "{}");
  g_autofree char *days =
    admin_harness_dup_words (json_object_get_object_member (unit, "unit"), "closing_days", "date");
  g_autoptr (JsonObject) team = ask (world, "show-team", "{\"team\": \"a\"}");
  g_autofree char *members =
    admin_harness_dup_words (json_object_get_object_member (team, "team"), "advisors", "resource");
  g_autofree char *room = admin_harness_dup_words (rooms, "rooms", "resource");
  JsonObject *resource = json_object_get_object_member (advisor, "resource");
  JsonArray *notes = json_object_get_array_member (resource, "calendar_notes");

  g_assert_cmpstr (days, ==, "2026-11-27");
  g_assert_cmpstr (members, ==, "RID-1");
  g_assert_cmpstr (room, ==, "rum-1");
  g_assert_cmpuint (json_array_get_length (notes), ==, 1);
  g_assert_cmpstr (json_array_get_string_element (notes, 0), ==, "Its zone is not known.");
  g_assert_cmpstr (
    json_array_get_string_element (json_object_get_array_member (resource, "teams"), 0), ==, "a");
  g_assert_cmpint (
    json_object_get_int_member (json_object_get_object_member (offer, "offer"), "duration"), ==,
    30);
  g_assert_cmpint (
    json_object_get_int_member (
      json_array_get_object_element (json_object_get_array_member (teams, "teams"), 0), "members"),
    ==, 1);
}

/* Copenhagen skips 02:00-03:00 on 28 March 2027 and shows 02:00-03:00 twice on 31 October 2027. */
static void
test_times (void)
{
  static const struct
  {
    const char *text;
    const char *expected; /* NULL: refused */
  } cases[] = {
    { "2026-11-24T09:00", "2026-11-24T09:00:00+01:00" },
    { "2026-11-24 09:00", "2026-11-24T09:00:00+01:00" },
    { "2026-11-24T09:00:30", "2026-11-24T09:00:30+01:00" },
    { "2026-11-24T08:00Z", "2026-11-24T09:00:00+01:00" },
    { "2026-07-01T09:00:00+02:00", "2026-07-01T09:00:00+02:00" },
    { "2026-07-01T00:30:00-05:30", "2026-07-01T08:00:00+02:00" },
    { "2027-10-31T02:30", "2027-10-31T02:30:00+02:00" },
    { "2027-10-31T02:30+01:00", "2027-10-31T02:30:00+01:00" },
    { "2027-03-28T02:30", NULL },
    { "2027-02-29T10:00", NULL },
    { "2027-02-28T25:00", NULL },
    { "2027-02-28T10:61", NULL },
    { "2027-02-28", NULL },
    { "2027-02-28T10:00+25:00", NULL },
    { "2027-02-28T10:00 ", NULL },
    { "soon", NULL },
  };
  const CalsyncZone *zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *formatted = NULL;
      gint64 unix_us = 0;

      g_test_message ("%s", cases[i].text);
      if (admin_parse_time (zone, cases[i].text, &unix_us, &error))
        formatted = admin_format_time (zone, unix_us);
      else
        g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
      g_assert_cmpstr (formatted, ==, cases[i].expected);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/admin-week/week", test_week);
  g_test_add_func ("/admin-week/week-forgets-ended-holds", test_week_forgets_ended_holds);
  g_test_add_func ("/admin-week/week-names-holidays", test_week_names_holidays);
  g_test_add_func ("/admin-week/bookings", test_bookings);
  g_test_add_func ("/admin-week/records", test_records);
  g_test_add_func ("/admin-week/times", test_times);
  return g_test_run ();
}
