/* SPDX-License-Identifier: EUPL-1.2 */
/* Time blocked and opened by hand: in force at once, listed, taken away; citizens are not offered it. */
/* Also tests: manual-time, admin-expand, admin-op. */
#include <string.h>

#include "admin-harness.h"
#include "admin-world.h"
#include "base/error.h"

static void
assert_tuesday (World *world, const char *expected)
{
  g_autofree char *offered =
    admin_world_dup_offered (world, OFFER, "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z");
  g_autoptr (JsonObject) verified = admin_world_ask (world, "verify", "{}");

  g_assert_cmpstr (offered, ==, expected);
  g_assert_true (json_object_get_boolean_member (verified, "sound"));
}

static void
test_block (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) blocked = NULL;
  g_autoptr (JsonObject) again = NULL;
  g_autoptr (JsonObject) listed = NULL;
  g_autoptr (JsonObject) removed = NULL;
  g_autoptr (JsonObject) week = NULL;
  g_autofree char *kinds = NULL;
  g_autofree char *kinds_of_week = NULL;
  JsonObject *time;
  JsonObject *meeting;

  assert_tuesday (world, "08:00 08:30 09:00 09:30 10:00 10:30");
  admin_world_book (world, 1, OFFER, "2026-11-24T09:00:00Z");
  admin_world_book (world, 2, GROUP, "2026-11-24T10:00:00Z");
  blocked = admin_world_ask (world, "block-time",
                             "{\"resource\": \"RID-1\", \"from\": \"2026-11-24T10:00\", \"to\": "
                             "\"2026-11-24T11:30\", \"text\": \"kursus, hele dagen\"}");
  assert_tuesday (world, "08:00 08:30 10:30");
  kinds = admin_harness_dup_words (blocked, "meetings", "kind");
  g_assert_cmpstr (kinds, ==, "booking booking group");
  meeting = json_array_get_object_element (json_object_get_array_member (blocked, "meetings"), 0);
  g_assert_cmpstr (json_object_get_string_member (meeting, "start"), ==,
                   "2026-11-24T10:00:00+01:00");
  g_assert_cmpuint (strlen (json_object_get_string_member (meeting, "identifier")), ==, 36);
  again =
    admin_world_ask (world, "block-time",
                     "{\"resource\": \"v1@demo.example\", \"from\": \"2026-11-24T10:00\", \"to\": "
                     "\"2026-11-24T11:30\"}");
  g_assert_false (json_object_get_boolean_member (again, "changed"));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM calendar_object"), ==, 1);
  week =
    admin_world_ask (world, "show-week", "{\"resource\": \"RID-1\", \"date\": \"2026-11-24\"}");
  kinds_of_week = admin_harness_dup_words (week, "spans", "kind");
  g_assert_nonnull (strstr (kinds_of_week, "blocked"));
  listed = admin_world_ask (world, "list-time", "{\"resource\": \"RID-1\"}");
  time = json_array_get_object_element (json_object_get_array_member (listed, "times"), 0);
  g_assert_cmpstr (json_object_get_string_member (time, "text"), ==, "kursus, hele dagen");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (time, "meetings")), ==, 3);
  {
    g_autofree char *arguments = g_strdup_printf ("{\"resource\": \"RID-1\", \"id\": \"%.8s\"}",
                                                  json_object_get_string_member (time, "id"));
    removed = admin_world_ask (world, "remove-time", arguments);
  }
  assert_tuesday (world, "08:00 08:30 09:30 10:30");
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM journal WHERE kind IN ('time-blocked',"
                                       " 'time-removed')"),
                   ==, 2);
}

/* Sick today: a date is the whole day, in the unit's own clock. */
static void
test_whole_day (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) blocked = NULL;
  JsonObject *time;

  blocked =
    admin_world_ask (world, "block-time", "{\"resource\": \"RID-1\", \"from\": \"2026-11-24\"}");
  time = json_object_get_object_member (blocked, "time");
  g_assert_cmpstr (json_object_get_string_member (time, "from"), ==, "2026-11-24T00:00:00+01:00");
  g_assert_cmpstr (json_object_get_string_member (time, "to"), ==, "2026-11-25T00:00:00+01:00");
  assert_tuesday (world, "");
}

static void
test_dry_run (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) blocked = NULL;

  blocked = admin_world_ask (
    world, "block-time", "{\"resource\": \"RID-1\", \"from\": \"2026-11-24\", \"dry_run\": true}");
  g_assert_true (json_object_get_boolean_member (blocked, "changed"));
  assert_tuesday (world, "08:00 08:30 09:00 09:30 10:00 10:30");
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM calendar_object"), ==, 0);
}

static void
test_repeating (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) blocked = NULL;
  g_autoptr (JsonObject) refused = NULL;
  g_autofree char *next = NULL;

  blocked = admin_world_ask (world, "block-time",
                             "{\"resource\": \"RID-1\", \"from\": \"2026-11-24T09:00\", \"to\": "
                             "\"2026-11-24T10:00\", \"repeat\": \"freq=weekly;count=2\"}");
  assert_tuesday (world, "09:00 09:30 10:00 10:30");
  next = admin_world_dup_offered (world, OFFER, "2026-12-08T00:00:00Z", "2026-12-09T00:00:00Z");
  g_assert_cmpstr (next, ==, "08:00 08:30 09:00 09:30 10:00 10:30");
  refused = admin_world_run (world, "open-time",
                             "{\"resource\": \"RID-1\", \"from\": \"2026-12-01T09:30\", \"to\": "
                             "\"2026-12-01T10:00\"}",
                             &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
}

static void
test_open (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) opened = NULL;
  g_autoptr (JsonObject) inside = NULL;

  opened = admin_world_ask (world, "open-time",
                            "{\"resource\": \"RID-1\", \"from\": \"2026-11-24T16:00\", \"to\": "
                            "\"2026-11-24T17:00\", \"text\": \"sen åbning\"}");
  g_assert_true (json_object_get_boolean_member (opened, "changed"));
  assert_tuesday (world, "08:00 08:30 09:00 09:30 10:00 10:30 15:00 15:30");
  inside = admin_world_ask (world, "open-time",
                            "{\"resource\": \"RID-1\", \"from\": \"2026-11-24T10:00\", \"to\": "
                            "\"2026-11-24T11:00\"}");
  g_assert_false (json_object_get_boolean_member (inside, "changed"));
  /* Working time that is imported again leaves opened time alone. */
  json_object_unref (admin_world_ask (world, "import", admin_world_municipality));
  assert_tuesday (world, "08:00 08:30 09:00 09:30 10:00 10:30 15:00 15:30");
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM availability"), ==, 2);
}

/* A piece of a blocked day is opened again: what is left stays blocked on either side. */
static void
test_open_blocked (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) blocked = NULL;
  g_autoptr (JsonObject) opened = NULL;

  blocked =
    admin_world_ask (world, "block-time", "{\"resource\": \"RID-1\", \"from\": \"2026-11-24\"}");
  opened = admin_world_ask (world, "open-time",
                            "{\"resource\": \"RID-1\", \"from\": \"2026-11-24T10:00\", \"to\": "
                            "\"2026-11-24T11:00\"}");
  assert_tuesday (world, "09:00 09:30");
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM calendar_object"), ==, 2);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM availability"), ==, 1);
}

/* A room without hours is open all the time, and stays so. */
static void
test_open_room (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) opened = NULL;

  opened = admin_world_ask (world, "open-time",
                            "{\"resource\": \"rum-1\", \"from\": \"2026-11-24T10:00\", \"to\": "
                            "\"2026-11-24T11:00\"}");
  g_assert_false (json_object_get_boolean_member (opened, "changed"));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM availability"), ==, 1);
}

/* Blocked by the wall clock across the night in March when it is moved: 09:00 stays 09:00. */
static void
test_clock_change (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) blocked = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  world->now_us = world_instant ("2027-03-19T08:00:00Z");
  world_run_sql (world, "SELECT 1"); /* a new day's index */
  blocked = admin_world_ask (world, "block-time",
                             "{\"resource\": \"RID-1\", \"from\": \"2027-03-22T09:00\", \"to\": "
                             "\"2027-03-22T10:00\", \"repeat\": \"FREQ=WEEKLY;COUNT=3\"}");
  before = admin_world_dup_offered (world, OFFER, "2027-03-22T00:00:00Z", "2027-03-23T00:00:00Z");
  after = admin_world_dup_offered (world, OFFER, "2027-04-05T00:00:00Z", "2027-04-06T00:00:00Z");
  g_assert_cmpstr (before, ==, "09:00 09:30 10:00 10:30");
  g_assert_cmpstr (after, ==, "08:00 08:30 09:00 09:30");
}

static void
test_refused (void)
{
  static const struct
  {
    const char *command;
    const char *arguments;
    int code;
  } cases[] = {
    { "block-time", "{\"from\": \"2026-11-24\"}", PLANNER_ERROR_NOT_VALID },
    { "block-time", "{\"resource\": \"RID-9\", \"from\": \"2026-11-24\"}",
      PLANNER_ERROR_NOT_FOUND },
    { "block-time", "{\"resource\": \"RID-1\", \"from\": \"2026-11-24T10:00\"}",
      PLANNER_ERROR_NOT_VALID },
    { "block-time", "{\"resource\": \"RID-1\", \"from\": \"2026-11-25\", \"to\": \"2026-11-24\"}",
      PLANNER_ERROR_NOT_VALID },
    { "block-time", "{\"resource\": \"RID-1\", \"from\": \"2026-11-20\"}",
      PLANNER_ERROR_NOT_VALID },
    { "block-time", "{\"resource\": \"RID-1\", \"from\": \"2026-11-24\", \"to\": \"2028-11-24\"}",
      PLANNER_ERROR_NOT_VALID },
    { "block-time",
      "{\"resource\": \"RID-1\", \"from\": \"2027-03-28T02:30\", \"to\": "
      "\"2027-03-28T10:00\"}",
      PLANNER_ERROR_NOT_VALID },
    { "block-time",
      "{\"resource\": \"RID-1\", \"from\": \"2026-11-24\", \"repeat\": \"FREQ=NEVER\"}",
      PLANNER_ERROR_NOT_VALID },
    { "block-time",
      "{\"resource\": \"RID-1\", \"from\": \"2026-11-24\", \"repeat\": \"hver mandag\"}",
      PLANNER_ERROR_NOT_VALID },
    { "block-time",
      "{\"resource\": \"RID-1\", \"from\": \"2026-11-24\", \"text\": \"000000-0000\"}",
      PLANNER_ERROR_NOT_VALID },
    { "open-time", "{\"resource\": \"RID-1\", \"from\": \"2026-11-24\", \"to\": \"2026-11-25\"}",
      PLANNER_ERROR_NOT_VALID },
    { "open-time", "{\"resource\": \"RID-1\", \"from\": \"2026-11-24\", \"repeat\": \"DAILY\"}",
      PLANNER_ERROR_NOT_VALID },
    { "remove-time", "{\"resource\": \"RID-1\", \"id\": \"0\"}", PLANNER_ERROR_NOT_FOUND },
    { "list-time", "{\"resource\": \"RID-9\"}", PLANNER_ERROR_NOT_FOUND },
  };
  g_autoptr (World) world = admin_world_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) result =
        admin_world_run (world, cases[i].command, cases[i].arguments, &error);

      g_assert_error (error, PLANNER_ERROR, cases[i].code);
      g_assert_false (result != NULL && json_object_has_member (result, "changed"));
    }
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM calendar_object"), ==, 0);
}

/* What a case system booked into blocked time is in conflict; when the block goes, so does that. */
static void
test_conflict_ends (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (GError) error = NULL;
  ContractRegisterBookingRequest request = {
    .person_civil_registration_identifier = testlib_cpr (3),
    .job_center_code = "89000",
    .case_worker_identifier = "RID-1",
    .booking_start_time = world_time (world_instant ("2026-11-24T09:00:00Z")),
    .booking_end_time = world_time (world_instant ("2026-11-24T09:30:00Z")),
    .interview_type_identifier = 7,
    .interview_form_type_identifier = 1,
    .interview_contact_type_identifier = 1,
    .title = "Samtale",
  };
  g_autoptr (JsonObject) blocked = NULL;
  g_autoptr (JsonObject) opened = NULL;

  blocked =
    admin_world_ask (world, "block-time", "{\"resource\": \"RID-1\", \"from\": \"2026-11-24\"}");
  world->caller.roles = OP_ROLE_KSS;
  g_assert_nonnull (world_call (world, "RegisterBooking", &request, &error));
  g_assert_no_error (error);
  g_assert_cmpint (world_count (world, "SELECT conflict FROM booking"), ==, 1);
  opened =
    admin_world_ask (world, "open-time", "{\"resource\": \"RID-1\", \"from\": \"2026-11-24\"}");
  g_assert_cmpint (world_count (world, "SELECT conflict FROM booking"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM claim WHERE exclusive = 1"), ==, 1);
  g_assert_cmpint (
    world_count (world, "SELECT count(*) FROM journal WHERE kind = 'booking-conflict-ended'"), ==,
    1);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/admin-time/block", test_block);
  g_test_add_func ("/admin-time/whole-day", test_whole_day);
  g_test_add_func ("/admin-time/dry-run", test_dry_run);
  g_test_add_func ("/admin-time/repeating", test_repeating);
  g_test_add_func ("/admin-time/open", test_open);
  g_test_add_func ("/admin-time/open-blocked", test_open_blocked);
  g_test_add_func ("/admin-time/open-room", test_open_room);
  g_test_add_func ("/admin-time/clock-change", test_clock_change);
  g_test_add_func ("/admin-time/refused", test_refused);
  g_test_add_func ("/admin-time/conflict-ends", test_conflict_ends);
  return g_test_run ();
}
