/* SPDX-License-Identifier: EUPL-1.2 */
/* Group meetings planned ahead: offered while empty, kept when the last seat goes, guarded like all others. */
#include <string.h>

#include "admin-harness.h"
#include "admin-world.h"
#include "base/error.h"

static void
assert_offered (World *world, const char *offer, const char *expected)
{
  g_autofree char *offered =
    admin_world_dup_offered (world, offer, "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z");
  g_autoptr (JsonObject) verified = admin_world_ask (world, "verify", "{}");

  g_assert_cmpstr (offered, ==, expected);
  g_assert_true (json_object_get_boolean_member (verified, "sound"));
}

static char *
dup_id (JsonObject *result)
{
  return g_strdup (
    json_object_get_string_member (json_object_get_object_member (result, "session"), "group"));
}

static void
cancel (World *world, guint citizen)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) found = NULL;
  ContractCancelBookingRequest request = { .person_civil_registration_identifier =
                                             testlib_cpr (citizen) };
  g_autofree char *identifier = NULL;

  world_run_sql (world, "UPDATE booking SET cancel_deadline_us = NULL");
  found = admin_world_ask (world, "list-bookings", "{\"unit\": \"89000\"}");
  identifier = g_strdup (json_object_get_string_member (
    json_array_get_object_element (json_object_get_array_member (found, "bookings"), 0),
    "booking"));
  request.booking_identifier = identifier;
  g_assert_nonnull (world_call (world, "CancelBooking", &request, &error));
  g_assert_no_error (error);
}

/* Off the grid, so that only the plan can have put it there. */
static void
test_planned (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) added = admin_world_ask (world, "add-session",
                                                  "{\"offer\": \"" GROUP "\", \"time\": "
                                                  "\"2026-11-24T10:05\", \"seats\": 2}");
  g_autoptr (JsonObject) shown = NULL;
  g_autoptr (JsonObject) listed = NULL;
  g_autofree char *groups = NULL;
  g_autofree char *id = dup_id (added);
  g_autofree char *arguments = g_strdup_printf ("{\"session\": \"%.6s\"}", id);

  assert_offered (world, GROUP, "08:00 08:30 09:05 10:00 10:30");
  assert_offered (world, OFFER, "08:00 08:30 10:00 10:30");
  admin_world_book (world, 1, GROUP, "2026-11-24T09:05:00Z");
  shown = admin_world_ask (world, "show-session", arguments);
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (shown, "seats")), ==, 1);
  g_assert_cmpint (
    json_object_get_int_member (json_object_get_object_member (shown, "session"), "taken"), ==, 1);
  cancel (world, 1);
  assert_offered (world, GROUP, "08:00 08:30 09:05 10:00 10:30");
  world_run_sql (world, ""); /* as a start reads it all */
  assert_offered (world, OFFER, "08:00 08:30 10:00 10:30");
  listed = admin_world_ask (world, "list-sessions", "{}");
  groups = admin_harness_dup_words (listed, "sessions", "group");
  g_assert_cmpstr (groups, ==, id);
}

/* A session that the first citizen made still goes with the last one. */
static void
test_unplanned (void)
{
  g_autoptr (World) world = admin_world_new ();

  admin_world_book (world, 1, GROUP, "2026-11-24T09:00:00Z");
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM group_session"), ==, 1);
  cancel (world, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM group_session"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM claim"), ==, 0);
}

static void
test_taken (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) busy = NULL;
  g_autoptr (GError) claimed = NULL;
  g_autoptr (JsonObject) refused = NULL;
  g_autoptr (JsonObject) over_meeting = NULL;
  g_autoptr (JsonObject) over_block = NULL;
  g_autoptr (JsonObject) forced = NULL;
  g_autoptr (JsonObject) blocked = NULL;
  const char *at_ten = "{\"offer\": \"" GROUP "\", \"time\": \"2026-11-24T10:00\"}";

  admin_world_book (world, 1, OFFER, "2026-11-24T09:00:00Z");
  refused = admin_world_run (world, "add-session", at_ten, &claimed);
  g_assert_error (claimed, PLANNER_ERROR, PLANNER_ERROR_SLOT_TAKEN);
  over_meeting = admin_world_run (
    world, "add-session",
    "{\"offer\": \"" GROUP "\", \"time\": \"2026-11-24T10:00\", \"force\": true}", &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_SLOT_TAKEN);
  blocked =
    admin_world_ask (world, "block-time", "{\"resource\": \"RID-1\", \"from\": \"2026-11-25\"}");
  over_block = admin_world_run (
    world, "add-session", "{\"offer\": \"" GROUP "\", \"time\": \"2026-11-25T10:00\"}", &busy);
  g_assert_error (busy, PLANNER_ERROR, PLANNER_ERROR_SLOT_TAKEN);
  forced =
    admin_world_ask (world, "add-session",
                     "{\"offer\": \"" GROUP "\", \"time\": \"2026-11-25T10:00\", \"force\": true}");
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM claim"), ==, 2);
}

static void
test_seats (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) added =
    admin_world_ask (world, "add-session",
                     "{\"offer\": \"" GROUP "\", \"time\": \"2026-11-24T10:00\", \"seats\": 3}");
  g_autoptr (JsonObject) more = NULL;
  g_autoptr (JsonObject) fewer = NULL;
  g_autoptr (JsonObject) refused = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = dup_id (added);
  g_autofree char *three = g_strdup_printf ("{\"session\": \"%s\", \"seats\": 4}", id);
  g_autofree char *two = g_strdup_printf ("{\"session\": \"%s\", \"seats\": 2}", id);
  g_autofree char *one = g_strdup_printf ("{\"session\": \"%s\", \"seats\": 1}", id);

  for (guint citizen = 1; citizen <= 3; citizen++)
    admin_world_book (world, citizen, GROUP, "2026-11-24T09:00:00Z");
  assert_offered (world, GROUP, "08:00 08:30 09:30 10:00 10:30");
  more = admin_world_ask (world, "change-session", three);
  assert_offered (world, GROUP, "08:00 08:30 09:00 09:30 10:00 10:30");
  cancel (world, 1); /* seat 1 is free, seats 2 and 3 are taken */
  refused = admin_world_run (world, "change-session", one, &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
  fewer = admin_world_ask (world, "change-session", two);
  g_assert_cmpint (world_count (world, "SELECT max(seat_number) FROM seat"), ==, 2);
  g_assert_cmpint (
    world_count (world, "SELECT count(*) FROM journal_payload WHERE json_extract (payload, "
                        "'$.before.seats') = 4 AND json_extract (payload, '$.after.seats') = 2"),
    ==, 1);
  assert_offered (world, GROUP, "08:00 08:30 09:30 10:00 10:30");
}

static void
test_cancel (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) added = admin_world_ask (
    world, "add-session", "{\"offer\": \"" GROUP "\", \"time\": \"2026-11-24T10:00\"}");
  g_autoptr (JsonObject) refused = NULL;
  g_autoptr (JsonObject) dry = NULL;
  g_autoptr (JsonObject) cancelled = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = dup_id (added);
  g_autofree char *plain = g_strdup_printf ("{\"session\": \"%s\"}", id);
  g_autofree char *trial =
    g_strdup_printf ("{\"session\": \"%s\", \"force\": true, \"dry_run\": true}", id);
  g_autofree char *force = g_strdup_printf ("{\"session\": \"%s\", \"force\": true}", id);
  ContractGetBookingDetailsRequest held = { .person_civil_registration_identifier = testlib_cpr (5),
                                            .interview_option_id = GROUP,
                                            .booking_start_time =
                                              world_time (world_instant ("2026-11-24T09:00:00Z")) };

  admin_world_book (world, 1, GROUP, "2026-11-24T09:00:00Z");
  g_assert_nonnull (world_call (world, "GetBookingDetails", &held, &error));
  refused = admin_world_run (world, "cancel-session", plain, &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (refused, "seats")), ==, 2);
  dry = admin_world_ask (world, "cancel-session", trial);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM seat"), ==, 2);
  cancelled = admin_world_ask (world, "cancel-session", force);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM group_session"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM claim"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM hold"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking WHERE state = 'cancelled'"),
                   ==, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM outbox WHERE kind = 'delete'"), ==, 1);
  assert_offered (world, OFFER, "08:00 08:30 09:00 09:30 10:00 10:30");
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
    { "add-session", "{\"offer\": \"" OFFER "\", \"time\": \"2026-11-24T10:00\"}",
      PLANNER_ERROR_NOT_VALID },
    { "add-session", "{\"offer\": \"" GROUP "\", \"time\": \"2026-11-20T10:00\"}",
      PLANNER_ERROR_NOT_VALID },
    { "add-session", "{\"offer\": \"" GROUP "\", \"time\": \"2026-11-24T10:02\"}",
      PLANNER_ERROR_NOT_VALID },
    { "add-session", "{\"offer\": \"" GROUP "\", \"time\": \"2026-11-24T10:00\", \"seats\": 0}",
      PLANNER_ERROR_NOT_VALID },
    { "add-session",
      "{\"offer\": \"" GROUP "\", \"time\": \"2026-11-24T10:00\", \"room\": \"rum-1\"}",
      PLANNER_ERROR_NOT_VALID },
    { "add-session",
      "{\"offer\": \"" GROUP "\", \"time\": \"2026-11-24T10:00\", \"advisor\": \"rum-1\"}",
      PLANNER_ERROR_NOT_VALID },
    { "add-session", "{\"offer\": \"" GROUP "\", \"time\": \"2026-11-24T20:00\"}",
      PLANNER_ERROR_SLOT_NOT_OFFERED },
    { "add-session", "{\"offer\": \"7\", \"time\": \"2026-11-24T20:00\"}",
      PLANNER_ERROR_NOT_FOUND },
    { "change-session", "{\"session\": \"7\", \"seats\": 5}", PLANNER_ERROR_NOT_FOUND },
    { "show-session", "{\"session\": \"7\"}", PLANNER_ERROR_NOT_FOUND },
    { "cancel-session", "{}", PLANNER_ERROR_NOT_VALID },
  };
  g_autoptr (World) world = admin_world_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) result =
        admin_world_run (world, cases[i].command, cases[i].arguments, &error);

      g_assert_error (error, PLANNER_ERROR, cases[i].code);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/admin-session/planned", test_planned);
  g_test_add_func ("/admin-session/unplanned", test_unplanned);
  g_test_add_func ("/admin-session/taken", test_taken);
  g_test_add_func ("/admin-session/seats", test_seats);
  g_test_add_func ("/admin-session/cancel", test_cancel);
  g_test_add_func ("/admin-session/refused", test_refused);
  return g_test_run ();
}
