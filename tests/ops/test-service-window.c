/* SPDX-License-Identifier: EUPL-1.2 */
/* Service windows: announced ahead, refused otherwise, and what they refuse when. */
/* Also tests: admin-service-window, op-window, service-window-store. */
#include <string.h>

#include "admin-harness.h"
#include "base/error.h"
#include "ops-world.h"

#define OFFER_A "10000000-0000-4000-8000-000000000001"
#define OFFER_B "10000000-0000-4000-8000-000000000002"
#define NOW     "2026-11-23T08:00:00Z"
#define DAY_US  PERIOD_US_PER_DAY
#define HOUR_US PERIOD_US_PER_HOUR

/* Two units, an advisor and an offer each; both advisors work for a week. */
static const char world_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
  "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, name) VALUES "
  "(1, 1, 8, '89000', 'A'), (2, 1, 8, '89100', 'B');"
  "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES "
  "(1, 1, 'advisor', 'RID-1', 'v1@demo.example', 'Vejleder 01'), (2, 1, 'advisor', 'RID-2', "
  "'v2@demo.example', 'Vejleder 02');"
  "INSERT INTO resource_unit (tenant_id, resource_id, unit_id) VALUES (1, 1, 1), (1, 2, 2);"
  "WITH RECURSIVE day (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM day WHERE n < 6) "
  "INSERT INTO work_span SELECT column1, 1795420800000000 + n * 86400000000, 1795420800000000 + "
  "(n + 1) * 86400000000 FROM day, (VALUES (1), (2));"
  "INSERT INTO offer (offer_id, tenant_id, unit_id, identifier, interview_type, form, title, "
  "duration_minutes, grid_minutes, after_minutes, seats, needs_room, rebook_deadline_minutes, "
  "cancel_deadline_minutes) VALUES "
  "(1, 1, 1, '" OFFER_A "', 7, 'individual', 'Jobsamtale', 30, 30, 0, 1, 0, 60, 60),"
  "(2, 1, 2, '" OFFER_B "', 7, 'individual', 'Jobsamtale', 30, 30, 0, 1, 0, 60, 60);"
  "INSERT INTO offer_contact_type VALUES (1, 1), (2, 1);"
  "INSERT INTO offer_resource VALUES (1, 1), (2, 2);"
  "INSERT INTO offer_rule VALUES (1, 'contact-group', '1'), (2, 'contact-group', '1');";

static World *
new_world (void)
{
  World *world = world_new (world_instant (NOW));

  world_run_sql (world, world_sql);
  return world;
}

/* In plannerd the change row does what the empty script does here. */
static JsonObject *
command (World *world, const char *name, const char *arguments, GError **error)
{
  JsonObject *result = admin_harness_run_on (world->writer, world->now_us, name, arguments, error);

  world_run_sql (world, "");
  return result;
}

static void
announce (World *world, const char *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = command (world, "add-service-window", arguments, &error);

  g_assert_no_error (error);
}

static gboolean
list (World *world, const char *offer, GError **error)
{
  ContractGetSelfbookTimeslotsRequest request = {
    .person_civil_registration_identifier = testlib_cpr (1),
    .interview_option_id = offer,
    .booking_option_interval_start_time = world_time (world->now_us),
    .booking_option_interval_end_time = world_time (world->now_us + DAY_US)
  };

  return world_call (world, "GetSelfbookTimeslots", &request, error) != NULL;
}

static gboolean
book (World *world, guint citizen, const char *offer, gint64 start_us, GError **error)
{
  ContractCreateBookingRequest request = { .person_civil_registration_identifier =
                                             testlib_cpr (citizen),
                                           .interview_option_id = offer,
                                           .has_booking_start_time = TRUE,
                                           .booking_start_time = world_time (start_us),
                                           .interview_contact_type_identifier = 1 };

  return world_call (world, "CreateBooking", &request, error) != NULL;
}

static void
assert_refused (gboolean ok, GError **error, const char *words)
{
  g_assert_false (ok);
  g_assert_error (*error, PLANNER_ERROR, PLANNER_ERROR_SERVICE_WINDOW);
  if (strstr ((*error)->message, words) == NULL)
    g_error ("%s has no %s", (*error)->message, words);
  g_clear_error (error);
}

#define CLOSED \
  "{\"from\": \"2026-11-25T22:00\", \"to\": \"2026-11-26T02:00\", \"text\": \"Ny version\"}"

static void
test_closed_refuses_everything (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  const gint64 start_us = world_instant ("2026-11-25T21:00:00Z");

  announce (world, CLOSED);
  world->now_us = start_us - 1;
  g_assert_true (list (world, OFFER_A, &error));
  g_assert_true (book (world, 1, OFFER_A, world_instant ("2026-11-27T09:00:00Z"), &error));
  world->now_us = start_us;
  assert_refused (list (world, OFFER_A, &error), &error,
                  "calls are refused until 2026-11-26T02:00:00+01:00: Ny version");
  g_assert_cmpint (world->call.retry_us, ==, start_us + 4 * HOUR_US);
  assert_refused (book (world, 2, OFFER_B, world_instant ("2026-11-27T10:00:00Z"), &error), &error,
                  "until 2026-11-26T02:00:00+01:00");
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking"), ==, 1);
  world->now_us = start_us + 4 * HOUR_US;
  g_assert_true (list (world, OFFER_A, &error));
  g_assert_cmpint (world->call.retry_us, ==, 0);
  g_assert_true (book (world, 2, OFFER_B, world_instant ("2026-11-27T10:00:00Z"), &error));
  g_assert_no_error (error);
}

static void
test_changes_may_be_refused_alone (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;

  announce (world, "{\"from\": \"2026-11-25T22:00\", \"to\": \"2026-11-26T02:00\", \"kind\": "
                   "\"changes\", \"text\": \"Flytning\"}");
  world->now_us = world_instant ("2026-11-25T22:00:00Z");
  g_assert_true (list (world, OFFER_A, &error));
  assert_refused (book (world, 1, OFFER_A, world_instant ("2026-11-27T09:00:00Z"), &error), &error,
                  "changes are refused until");
}

static void
test_release_refuses_nothing (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;

  announce (world, "{\"from\": \"2026-11-25T22:00\", \"to\": \"2026-11-26T02:00\", \"kind\": "
                   "\"release\", \"text\": \"Ny version\"}");
  world->now_us = world_instant ("2026-11-25T22:00:00Z");
  g_assert_true (list (world, OFFER_A, &error));
  g_assert_true (book (world, 1, OFFER_A, world_instant ("2026-11-27T09:00:00Z"), &error));
}

/* Whatever identifies the unit: code, offer, booking, reservation. */
static void
test_one_unit_alone (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  g_autofree char *reservation = NULL;
  ContractGetBookingDetailsRequest reserve = {
    .person_civil_registration_identifier = testlib_cpr (3),
    .interview_option_id = OFFER_A,
    .booking_start_time = world_time (world_instant ("2026-11-27T11:00:00Z"))
  };
  ContractCreateBookingRequest use = { .person_civil_registration_identifier = testlib_cpr (3),
                                       .interview_contact_type_identifier = 1 };
  ContractGetSelfbookInterviewOptionsRequest offers = { .person_civil_registration_identifier =
                                                          testlib_cpr (1),
                                                        .job_center_code = "89000",
                                                        .contact_group_type_identifier = 1 };
  const ContractGetBookingDetailsResponse *reserved;
  g_autofree char *identifier = NULL;
  ContractCancelBookingRequest cancel = { .person_civil_registration_identifier = testlib_cpr (1) };
  const ContractCreateBookingResponse *made;
  ContractCreateBookingRequest make = { .person_civil_registration_identifier = testlib_cpr (1),
                                        .interview_option_id = OFFER_A,
                                        .has_booking_start_time = TRUE,
                                        .booking_start_time =
                                          world_time (world_instant ("2026-11-27T09:00:00Z")),
                                        .interview_contact_type_identifier = 1 };

  announce (world, "{\"from\": \"2026-11-25T22:00\", \"to\": \"2026-11-26T02:00\", \"unit\": "
                   "[\"89000\"], \"text\": \"Flytning\"}");
  world->now_us = world_instant ("2026-11-25T20:59:59Z");
  made = world_call (world, "CreateBooking", &make, &error);
  g_assert_no_error (error);
  identifier = g_strdup (made->booking_details.booking_identifier);
  reserved = world_call (world, "GetBookingDetails", &reserve, &error);
  g_assert_no_error (error);
  reservation = g_strdup (reserved->reservation_identifier);
  world->now_us = world_instant ("2026-11-25T21:00:00Z");
  assert_refused (world_call (world, "GetSelfbookInterviewOptions", &offers, &error) != NULL,
                  &error, "until");
  assert_refused (list (world, OFFER_A, &error), &error, "until");
  cancel.booking_identifier = identifier;
  assert_refused (world_call (world, "CancelBooking", &cancel, &error) != NULL, &error, "until");
  use.reservation_identifier = reservation;
  assert_refused (world_call (world, "CreateBooking", &use, &error) != NULL, &error, "until");
  g_assert_true (list (world, OFFER_B, &error));
  g_assert_cmpint (world->call.unit_id, ==, 2);
  g_assert_true (book (world, 4, OFFER_B, world_instant ("2026-11-27T10:00:00Z"), &error));
  g_assert_no_error (error);
}

static void
assert_not_added (World *world, const char *arguments, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = command (world, "add-service-window", arguments, &error);

  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  if (strstr (error->message, words) == NULL)
    g_error ("%s has no %s", error->message, words);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM service_window"), ==, 0);
}

/* 48 hours ahead are 2026-11-25 at 09:00 of the wall clock. */
static void
test_refusals_of_the_command (void)
{
  g_autoptr (World) world = new_world ();

  assert_not_added (
    world, "{\"from\": \"2026-11-25T08:59\", \"to\": \"2026-11-25T10:00\", \"text\": \"x\"}",
    "48 hours ahead");
  assert_not_added (
    world,
    "{\"from\": \"2026-11-23T08:59\", \"to\": \"2026-11-25T10:00\", \"text\": \"x\", \"force\": "
    "true}",
    "in the past");
  assert_not_added (
    world, "{\"from\": \"2026-12-25T10:00\", \"to\": \"2026-12-25T10:00\", \"text\": \"x\"}",
    "end after it begins");
  assert_not_added (
    world, "{\"from\": \"2026-12-01T10:00\", \"to\": \"2026-12-15T10:01\", \"text\": \"x\"}",
    "14 days");
  assert_not_added (
    world, "{\"from\": \"2026-12-25T10:00\", \"to\": \"2026-12-25T11:00\", \"text\": \"a\\nb\"}",
    "one line");
  assert_not_added (
    world,
    "{\"from\": \"2026-12-25T10:00\", \"to\": \"2026-12-25T11:00\", \"text\": \"111111-1111\"}",
    "citizen's number");
  world_run_sql (world, "INSERT INTO setting VALUES (1, 0, 'service-notice-hours', 0, '72')");
  assert_not_added (
    world, "{\"from\": \"2026-11-26T08:59\", \"to\": \"2026-11-26T10:00\", \"text\": \"x\"}",
    "72 hours ahead");
}

static void
test_unknown_unit_is_refused (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result =
    command (world, "add-service-window",
             "{\"from\": \"2026-12-25T10:00\", \"to\": \"2026-12-25T11:00\", \"text\": \"x\", "
             "\"unit\": [\"89000\", \"12300\"]}",
             &error);

  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
}

/* What was announced when stays: in the list, and in the sealed journal. */
static void
test_cancelled_is_kept (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) cancelled = NULL;
  g_autoptr (JsonObject) left = NULL;
  g_autoptr (JsonObject) all = NULL;
  g_autoptr (JsonObject) again = NULL;
  g_autofree char *left_words = NULL;
  g_autofree char *all_words = NULL;

  announce (world, CLOSED);
  announce (world, "{\"from\": \"2026-11-23T10:00\", \"to\": \"2026-11-23T11:00\", \"text\": "
                   "\"Haster\", \"force\": true}");
  cancelled = command (world, "cancel-service-window", "{\"window\": 1}", &error);
  g_assert_no_error (error);
  left = command (world, "list-service-windows", "{}", &error);
  all = command (world, "list-service-windows", "{\"cancelled\": true}", &error);
  g_assert_no_error (error);
  left_words = admin_harness_dup_words (left, "windows", "text");
  all_words = admin_harness_dup_words (all, "windows", "announced");
  g_assert_cmpstr (left_words, ==, "Haster");
  g_assert_cmpstr (all_words, ==, "2026-11-23T09:00:00+01:00 2026-11-23T09:00:00+01:00");
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM service_window WHERE in_time = 0"), ==,
                   1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM journal WHERE kind = "
                                       "'service-window-announced'"),
                   ==, 2);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM journal WHERE kind = "
                                       "'service-window-cancelled'"),
                   ==, 1);
  world->now_us = world_instant ("2026-11-25T22:00:00Z");
  g_assert_true (list (world, OFFER_A, &error));
  again = command (world, "cancel-service-window", "{\"window\": 1}", &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
}

/* Cancelled while it is on: it ends there and then. */
static void
test_cancel_ends_it (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) cancelled = NULL;

  announce (world, CLOSED);
  world->now_us = world_instant ("2026-11-25T22:00:00Z");
  assert_refused (list (world, OFFER_A, &error), &error, "until");
  cancelled = command (world, "cancel-service-window", "{\"window\": 1}", &error);
  g_assert_no_error (error);
  g_assert_true (list (world, OFFER_A, &error));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/service-window/closed", test_closed_refuses_everything);
  g_test_add_func ("/service-window/changes", test_changes_may_be_refused_alone);
  g_test_add_func ("/service-window/release", test_release_refuses_nothing);
  g_test_add_func ("/service-window/one-unit", test_one_unit_alone);
  g_test_add_func ("/service-window/refusals", test_refusals_of_the_command);
  g_test_add_func ("/service-window/unknown-unit", test_unknown_unit_is_refused);
  g_test_add_func ("/service-window/cancelled-is-kept", test_cancelled_is_kept);
  g_test_add_func ("/service-window/cancel-ends-it", test_cancel_ends_it);
  return g_test_run ();
}
