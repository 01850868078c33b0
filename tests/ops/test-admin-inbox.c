/* SPDX-License-Identifier: EUPL-1.2 */
/* What waits for a person: error reports, collisions, and the evidence of times that were missing. */
/* Also tests: admin-conflict, admin-missing. */
#include <string.h>

#include "admin-harness.h"
#include "admin-world.h"
#include "base/error.h"

static void
report_error (World *world, guint citizen, const char *text)
{
  g_autoptr (GError) error = NULL;
  ContractReportErrorRequest request = { .person_civil_registration_identifier =
                                           testlib_cpr (citizen),
                                         .interview_option_id = OFFER,
                                         .error_code = 9,
                                         .error_text = text,
                                         .error_origin = 32,
                                         .error_time = world_time (world->now_us) };

  g_assert_nonnull (world_call (world, "ReportError", &request, &error));
  g_assert_no_error (error);
}

static char *
dup_text (JsonObject *result)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (node, result);
  return json_to_string (node, FALSE);
}

static void
assert_count (World *world, const char *command, const char *arguments, const char *list, guint n)
{
  g_autoptr (JsonObject) result = admin_world_ask (world, command, arguments);

  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (result, list)), ==, n);
}

static void
test_inbox (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) listed = NULL;
  g_autoptr (JsonObject) page = NULL;
  g_autoptr (JsonObject) done = NULL;
  g_autoptr (JsonObject) shown = NULL;
  g_autoptr (JsonObject) refused = NULL;
  g_autofree char *text = NULL;

  report_error (world, 1, "ingen tider");
  report_error (world, 2, "heller ikke her");
  listed = admin_world_ask (world, "list-inbox", "{}");
  text = dup_text (listed);
  g_assert_nonnull (strstr (text, "ingen tider"));
  g_assert_null (strstr (text, testlib_cpr (1)));
  g_assert_null (strstr (text, "citizen_id"));
  page = admin_world_ask (world, "list-inbox", "{\"limit\": 1}");
  g_assert_true (json_object_get_boolean_member (page, "more"));
  assert_count (world, "list-inbox", "{\"cursor\": 1}", "messages", 1);
  done = admin_world_ask (world, "done-inbox", "{\"message\": 1, \"note\": \"ringet til Jobnet\"}");
  assert_count (world, "list-inbox", "{}", "messages", 1);
  assert_count (world, "list-inbox", "{\"state\": \"done\"}", "messages", 1);
  shown = admin_world_ask (world, "show-inbox", "{\"message\": 1}");
  g_assert_cmpstr (
    json_object_get_string_member (json_object_get_object_member (shown, "message"), "note"), ==,
    "ringet til Jobnet");
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM journal WHERE kind = 'inbox-done'"),
                   ==, 1);
  refused =
    admin_world_run (world, "done-inbox", "{\"message\": 2, \"note\": \"000000 0000\"}", &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
}

/* A case system books into another meeting: told with what it collides, seen to, and told again when it moves. */
static void
test_conflict (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) free_error = NULL;
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
  const char *id = "{\"booking\": \"20000000-0000-4000-8000-000000000001\"}";
  g_autoptr (JsonObject) shown = NULL;
  g_autoptr (JsonObject) none = NULL;
  g_autofree char *kinds = NULL;

  admin_world_book (world, 1, OFFER, "2026-11-24T09:00:00Z");
  world->caller.roles = OP_ROLE_KSS;
  g_assert_nonnull (world_call (world, "RegisterBooking", &request, &error));
  assert_count (world, "list-conflicts", "{}", "conflicts", 1);
  shown = admin_world_ask (world, "show-conflict", id);
  kinds = admin_harness_dup_words (shown, "against", "kind");
  g_assert_cmpstr (kinds, ==, "booking");
  json_object_unref (admin_world_ask (
    world, "done-conflict",
    "{\"booking\": \"20000000-0000-4000-8000-000000000001\", \"note\": \"talt med vejleder\"}"));
  assert_count (world, "list-conflicts", "{}", "conflicts", 0);
  assert_count (world, "list-conflicts", "{\"all\": true}", "conflicts", 1);
  json_object_unref (
    admin_world_ask (world, "block-time", "{\"resource\": \"RID-1\", \"from\": \"2026-11-25\"}"));
  {
    ContractUpdateBookingRequest move = { .person_civil_registration_identifier = testlib_cpr (3),
                                          .booking_identifier = request.booking_identifier,
                                          .has_booking_start_time = TRUE,
                                          .booking_start_time =
                                            world_time (world_instant ("2026-11-25T09:00:00Z")) };
    g_assert_nonnull (world_call (world, "UpdateBooking", &move, &error));
  }
  assert_count (world, "list-conflicts", "{}", "conflicts", 1);
  json_object_unref (
    admin_world_ask (world, "open-time", "{\"resource\": \"RID-1\", \"from\": \"2026-11-25\"}"));
  assert_count (world, "list-conflicts", "{\"all\": true}", "conflicts", 0);
  none = admin_world_run (world, "show-conflict", id, &free_error);
  g_assert_error (free_error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
}

static void
ask_for_times (World *world, guint citizen, const char *offer, const char *from, const char *to)
{
  g_autoptr (GError) error = NULL;
  ContractGetSelfbookTimeslotsRequest request = {
    .person_civil_registration_identifier = testlib_cpr (citizen),
    .interview_option_id = offer,
    .booking_option_interval_start_time = world_time (world_instant (from)),
    .booking_option_interval_end_time = world_time (world_instant (to)),
  };

  g_assert_nonnull (world_call (world, "GetSelfbookTimeslots", &request, &error));
  g_assert_no_error (error);
}

static void
test_missing (void)
{
  g_autoptr (World) world = admin_world_new ();
  g_autoptr (JsonObject) all = NULL;
  g_autoptr (JsonObject) page = NULL;
  g_autofree char *one = g_strdup_printf ("{\"cpr\": \"%s\"}", testlib_cpr (1));
  g_autofree char *nobody = g_strdup_printf ("{\"cpr\": \"%s\"}", testlib_cpr (8));
  g_autofree char *text = NULL;
  JsonObject *count;

  ask_for_times (world, 1, OFFER, "2026-11-28T00:00:00Z", "2026-11-30T00:00:00Z");
  ask_for_times (world, 1, OFFER, "2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z");
  ask_for_times (world, 2, OFFER, "2026-11-28T00:00:00Z", "2026-11-30T00:00:00Z");
  ask_for_times (world, 2, GROUP, "2026-11-28T00:00:00Z", "2026-11-30T00:00:00Z");
  ask_for_times (world, 2, GROUP, "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z");
  all = admin_world_ask (world, "report-missing-times", "{}");
  text = dup_text (all);
  g_assert_null (strstr (text, testlib_cpr (1)));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (all, "rows")), ==, 4);
  count = json_array_get_object_element (json_object_get_array_member (all, "counts"), 0);
  g_assert_cmpstr (json_object_get_string_member (count, "offer"), ==, OFFER);
  g_assert_cmpint (json_object_get_int_member (count, "answers"), ==, 3);
  g_assert_cmpint (json_object_get_int_member (count, "citizens"), ==, 2);
  assert_count (world, "report-missing-times", one, "rows", 2);
  assert_count (world, "report-missing-times", nobody, "rows", 0);
  assert_count (world, "report-missing-times", "{\"offer\": \"" GROUP "\"}", "rows", 1);
  assert_count (world, "report-missing-times", "{\"unit\": \"89000\"}", "rows", 4);
  assert_count (world, "report-missing-times", "{\"from\": \"2026-11-24\"}", "rows", 0);
  page = admin_world_ask (world, "report-missing-times", "{\"limit\": 3}");
  {
    g_autofree char *next =
      g_strdup_printf ("{\"cursor\": \"%s\"}", json_object_get_string_member (page, "cursor"));
    assert_count (world, "report-missing-times", next, "rows", 1);
  }
  g_assert_cmpint (
    world_count (world, "SELECT count(*) FROM journal WHERE kind = 'citizen-looked-up'"), ==, 2);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/admin-inbox/inbox", test_inbox);
  g_test_add_func ("/admin-inbox/conflict", test_conflict);
  g_test_add_func ("/admin-inbox/missing", test_missing);
  return g_test_run ();
}
