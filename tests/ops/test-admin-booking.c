/* SPDX-License-Identifier: EUPL-1.2 */
/* Bookings by hand: by the citizens' rules, journaled, told to DFDG; and reservations that are released. */
/* Also tests: admin-hold, booking-move. */
#include <string.h>

#include "admin-harness.h"
#include "admin-world.h"
#include "base/error.h"

static char *
with_citizen (guint citizen, const char *rest)
{
  return g_strdup_printf ("{\"cpr\": \"%s\", %s}", testlib_cpr (citizen), rest);
}

static JsonObject *
register_at (World *world, guint citizen, const char *offer, const char *rest, GError **error)
{
  g_autofree char *more = g_strdup_printf ("\"offer\": \"%s\", %s", offer, rest);
  g_autofree char *arguments = with_citizen (citizen, more);

  return admin_world_run (world, "register-booking", arguments, error);
}

static char *
dup_booking (JsonObject *result)
{
  return g_strdup (
    json_object_get_string_member (json_object_get_object_member (result, "booking"), "booking"));
}

static void
assert_tuesday (World *world, const char *expected)
{
  g_autofree char *offered =
    admin_world_dup_offered (world, OFFER, "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z");
  g_autoptr (JsonObject) verified = admin_world_ask (world, "verify", "{}");

  g_assert_cmpstr (offered, ==, expected);
  g_assert_true (json_object_get_boolean_member (verified, "sound"));
}

/* No number anywhere in what the command answers. */
static void
assert_no_citizen (JsonObject *result, guint citizen)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_node_set_object (node, result);
  text = json_to_string (node, FALSE);
  g_assert_null (strstr (text, testlib_cpr (citizen)));
}

static void
test_register (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) dry = NULL;
  g_autoptr (JsonObject) result = NULL;
  JsonObject *booking;

  dry = register_at (world, 1, OFFER, "\"time\": \"2026-11-24T10:00\", \"dry_run\": true", &error);
  g_assert_no_error (error);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking"), ==, 0);
  result = register_at (world, 1, OFFER, "\"time\": \"2026-11-24T10:00\"", &error);
  g_assert_no_error (error);
  assert_no_citizen (result, 1);
  booking = json_object_get_object_member (result, "booking");
  g_assert_cmpstr (json_object_get_string_member (booking, "origin"), ==, "indkalder");
  g_assert_cmpstr (json_object_get_string_member (booking, "advisor"), ==, "RID-1");
  assert_tuesday (world, "08:00 08:30 09:30 10:00 10:30");
  g_assert_cmpint (world_count (world, "SELECT self_booked FROM booking"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM outbox WHERE kind = 'register'"), ==,
                   1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM journal WHERE kind ="
                                       " 'booking-registered' AND actor = 'test'"),
                   ==, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM hold"), ==, 0);
}

/* A refusal says why as explain does; nothing of the citizen is told. */
static void
test_explained (void)
{
  static const struct
  {
    const char *rest;
    int code;
    const char *verdict;
  } cases[] = {
    { "\"time\": \"2026-11-24T10:00\"", PLANNER_ERROR_SLOT_TAKEN, "claimed" },
    { "\"time\": \"2026-11-24T10:00\", \"force\": true", PLANNER_ERROR_SLOT_TAKEN, "claimed" },
    { "\"time\": \"2026-11-24T20:00\"", PLANNER_ERROR_SLOT_NOT_OFFERED, "outside-hours" },
    { "\"time\": \"2026-11-24T10:35\"", PLANNER_ERROR_SLOT_NOT_OFFERED, "off-grid" },
  };
  g_autoptr (World) world = admin_world_new ();

  admin_world_book (world, 2, OFFER, "2026-11-24T09:00:00Z");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) result = register_at (world, 1, OFFER, cases[i].rest, &error);
      JsonObject *explanation;
      JsonObject *advisor;

      g_assert_error (error, PLANNER_ERROR, cases[i].code);
      assert_no_citizen (result, 1);
      explanation = json_object_get_object_member (result, "explanation");
      g_assert_false (json_object_get_boolean_member (explanation, "offered"));
      advisor =
        json_array_get_object_element (json_object_get_array_member (explanation, "advisors"), 0);
      {
        g_autofree char *verdicts = admin_harness_dup_words (advisor, "reasons", "verdict");
        g_assert_nonnull (strstr (verdicts, cases[i].verdict));
      }
    }
}

static void
test_forced (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) late =
    register_at (world, 1, OFFER, "\"time\": \"2026-11-24T20:05\", \"force\": true", &error);
  g_autoptr (JsonObject) seat = NULL;

  g_assert_no_error (error);
  seat = register_at (world, 2, GROUP, "\"time\": \"2026-11-24T09:00\"", &error);
  g_assert_no_error (error);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM seat"), ==, 1);
  assert_tuesday (world, "08:30 09:00 09:30 10:00 10:30");
}

static void
test_move (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) taken = NULL;
  g_autoptr (JsonObject) made =
    register_at (world, 1, OFFER, "\"time\": \"2026-11-24T10:00\"", &error);
  g_autofree char *id = dup_booking (made);
  g_autofree char *to_free =
    g_strdup_printf ("{\"booking\": \"%s\", \"time\": \"2026-11-24T11:30\"}", id);
  g_autofree char *to_taken =
    g_strdup_printf ("{\"booking\": \"%s\", \"time\": \"2026-11-24T09:00\", \"force\": true}", id);
  g_autoptr (JsonObject) moved = NULL;
  g_autoptr (JsonObject) refused = NULL;

  admin_world_book (world, 2, OFFER, "2026-11-24T08:00:00Z");
  moved = admin_world_ask (world, "move-booking", to_free);
  assert_tuesday (world, "08:30 09:00 09:30 10:00");
  refused = admin_world_run (world, "move-booking", to_taken, &taken);
  g_assert_error (taken, PLANNER_ERROR, PLANNER_ERROR_SLOT_TAKEN);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM outbox WHERE kind = 'update'"), ==, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM journal WHERE kind = 'booking-moved'"),
                   ==, 1);
}

/* A case worker's own meeting has no offer; it moves as its system would move it. */
static void
test_move_freely (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (GError) error = NULL;
  ContractRegisterBookingRequest request = {
    .person_civil_registration_identifier = testlib_cpr (3),
    .job_center_code = "89000",
    .booking_identifier = "20000000-0000-4000-8000-000000000001",
    .case_worker_identifier = "RID-1",
    .booking_start_time = world_time (world_instant ("2026-11-24T09:00:00Z")),
    .booking_end_time = world_time (world_instant ("2026-11-24T09:30:00Z")),
    .interview_type_identifier = 7,
    .interview_form_type_identifier = 1,
    .interview_contact_type_identifier = 1,
    .title = "Samtale",
  };
  g_autoptr (JsonObject) moved = NULL;

  world->caller.roles = OP_ROLE_INDKALDER;
  g_assert_nonnull (world_call (world, "RegisterBooking", &request, &error));
  g_assert_no_error (error);
  world->caller.roles = OP_ROLE_DFDG;
  moved = admin_world_ask (world, "move-booking",
                           "{\"booking\": \"20000000-0000-4000-8000-000000000001\", \"time\": "
                           "\"2026-11-24T20:00\"}");
  assert_tuesday (world, "08:00 08:30 09:00 09:30 10:00 10:30");
}

static void
test_cancel_and_accept (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) cancelled_error = NULL;
  g_autoptr (JsonObject) made =
    register_at (world, 1, OFFER, "\"time\": \"2026-11-24T10:00\"", &error);
  g_autofree char *id = dup_booking (made);
  g_autofree char *arguments = g_strdup_printf ("{\"booking\": \"%s\"}", id);
  g_autofree char *dry = g_strdup_printf ("{\"booking\": \"%s\", \"dry_run\": true}", id);
  const char *commands[] = { "accept-booking", "accept-booking", "cancel-booking" };
  g_autoptr (JsonObject) late = NULL;

  json_object_unref (admin_world_ask (world, "cancel-booking", dry));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autoptr (JsonObject) result = admin_world_ask (world, commands[i], arguments);
      assert_no_citizen (result, 1);
    }
  g_assert_cmpint (world_count (world, "SELECT accepted FROM booking WHERE state = 'cancelled'"),
                   ==, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM outbox"), ==, 3);
  assert_tuesday (world, "08:00 08:30 09:00 09:30 10:00 10:30");
  late = admin_world_run (world, "accept-booking", arguments, &cancelled_error);
  g_assert_error (cancelled_error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED);
}

static void
test_holds (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (GError) error = NULL;
  ContractGetBookingDetailsRequest request = {
    .person_civil_registration_identifier = testlib_cpr (5),
    .interview_option_id = OFFER,
    .booking_start_time = world_time (world_instant ("2026-11-24T09:00:00Z"))
  };
  g_autoptr (JsonObject) listed = NULL;
  g_autoptr (JsonObject) released = NULL;
  g_autoptr (JsonObject) again = NULL;
  g_autofree char *token = NULL;
  g_autofree char *arguments = NULL;

  g_assert_nonnull (world_call (world, "GetBookingDetails", &request, &error));
  listed = admin_world_ask (world, "list-holds", "{}");
  assert_no_citizen (listed, 5);
  token = admin_harness_dup_words (listed, "reservations", "reservation");
  arguments = g_strdup_printf ("{\"reservation\": \"%s\"}", token);
  assert_tuesday (world, "08:00 08:30 09:30 10:00 10:30");
  released = admin_world_ask (world, "release-hold", arguments);
  assert_tuesday (world, "08:00 08:30 09:00 09:30 10:00 10:30");
  again = admin_world_run (world, "release-hold", arguments, &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
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
    { "register-booking",
      "{\"cpr\": \"0000000000\", \"offer\": \"" OFFER "\", \"time\": \"2026-11-24T10:00\"}",
      PLANNER_ERROR_UNKNOWN_CITIZEN },
    { "register-booking",
      "{\"cpr\": \"1111111111\", \"offer\": \"" OFFER "\", \"time\": \"2026-11-20T10:00\"}",
      PLANNER_ERROR_NOT_VALID },
    { "register-booking",
      "{\"cpr\": \"1111111111\", \"offer\": \"7\", \"time\": \"2026-11-24T10:00\"}",
      PLANNER_ERROR_NOT_FOUND },
    { "register-booking",
      "{\"cpr\": \"1111111111\", \"offer\": \"" OFFER
      "\", \"time\": \"2026-11-24T10:00\", \"advisor\": \"X\"}",
      PLANNER_ERROR_NOT_FOUND },
    { "register-booking",
      "{\"cpr\": \"1111111111\", \"offer\": \"" OFFER
      "\", \"time\": \"2026-11-24T10:00\", \"contact_type\": 5}",
      PLANNER_ERROR_NOT_VALID },
    { "move-booking", "{\"booking\": \"x\", \"time\": \"2026-11-24T10:00\"}",
      PLANNER_ERROR_NOT_FOUND },
    { "cancel-booking", "{\"booking\": \"x\"}", PLANNER_ERROR_NOT_FOUND },
    { "accept-booking", "{\"booking\": \"x\"}", PLANNER_ERROR_NOT_FOUND },
    { "release-hold", "{\"reservation\": \"x\"}", PLANNER_ERROR_NOT_FOUND },
  };
  g_autoptr (World) world = admin_world_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) result =
        admin_world_run (world, cases[i].command, cases[i].arguments, &error);

      g_assert_error (error, PLANNER_ERROR, cases[i].code);
    }
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking"), ==, 0);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/admin-booking/register", test_register);
  g_test_add_func ("/admin-booking/explained", test_explained);
  g_test_add_func ("/admin-booking/forced", test_forced);
  g_test_add_func ("/admin-booking/move", test_move);
  g_test_add_func ("/admin-booking/move-freely", test_move_freely);
  g_test_add_func ("/admin-booking/cancel-and-accept", test_cancel_and_accept);
  g_test_add_func ("/admin-booking/holds", test_holds);
  g_test_add_func ("/admin-booking/refused", test_refused);
  return g_test_run ();
}
