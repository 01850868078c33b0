/* SPDX-License-Identifier: EUPL-1.2 */
/* A citizen's whole way through the operations, and every way in which a repeat or a rival may cross it. */
/* Also tests: catalogue, citizen-index, booking-cancel, booking-details, booking-journal,
   citizen-facts, ledger, op-context, op-memory, op-notes, op, placement, promotion, registration, reservation,
   resource-facts, answer-store, booking-store, citizen-store, claim-store, evidence-store,
   hold-store. */
#include <string.h>

#include "base/error.h"
#include "ops-world.h"

#define OFFER       "10000000-0000-4000-8000-000000000001"
#define GROUP_OFFER "10000000-0000-4000-8000-000000000002"
#define ROOM_OFFER  "10000000-0000-4000-8000-000000000003"
#define NOW         "2026-11-23T08:00:00Z"

/* Monday 23 November 2026, 09:00 in Copenhagen. Two advisors work 09-12 local on Tuesday. */
static const char world_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
  "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, name) VALUES (1, 1, "
  "8, '89000', 'Demo');"
  "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES "
  "(1, 1, 'advisor', 'RID-1', 'v1@demo.example', 'Vejleder 01'), (2, 1, 'advisor', 'RID-2', "
  "'v2@demo.example', 'Vejleder 02'),"
  "(3, 1, 'room', 'rum-1', 'r1@demo.example', 'Rum 1');"
  "INSERT INTO resource_unit (tenant_id, resource_id, unit_id) VALUES (1, 1, 1), (1, 2, 1), (1, 3, "
  "1);"
  "INSERT INTO work_span VALUES (1, 1795507200000000, 1795518000000000), (2, 1795507200000000, "
  "1795518000000000);"
  "INSERT INTO offer (offer_id, tenant_id, unit_id, identifier, interview_type, form, title, "
  "duration_minutes, grid_minutes, "
  "after_minutes, seats, needs_room, rebook_deadline_minutes, cancel_deadline_minutes) VALUES "
  "(1, 1, 1, '" OFFER "', 7, 'individual', 'Jobsamtale', 30, 30, 0, 1, 0, 60, 60),"
  "(2, 1, 1, '" GROUP_OFFER "', 9, 'group', 'Informationsmøde', 60, 60, 0, 3, 0, 60, 60),"
  "(3, 1, 1, '" ROOM_OFFER "', 4, 'individual', 'Opfølgning', 30, 30, 0, 1, 1, 60, 60);"
  "INSERT INTO offer_contact_type VALUES (1, 1), (1, 2), (2, 1), (3, 1);"
  "INSERT INTO offer_resource VALUES (1, 1), (1, 2), (2, 1), (3, 1), (3, 2), (3, 3);"
  "INSERT INTO offer_rule VALUES (1, 'contact-group', '1');";

static gint64
slot (int half_hours)
{
  return world_instant ("2026-11-24T08:00:00Z") + half_hours * G_GINT64_CONSTANT (1800000000);
}

static World *
new_world (void)
{
  World *world = world_new (world_instant (NOW));

  world_run_sql (world, world_sql);
  return world;
}

static guint
count_slots (World *world, guint citizen, const char *offer, const char *booking)
{
  g_autoptr (GError) error = NULL;
  ContractGetSelfbookTimeslotsRequest request = {
    .person_civil_registration_identifier = testlib_cpr (citizen),
    .interview_option_id = offer,
    .booking_identifier = booking,
    .booking_option_interval_start_time = world_time (slot (-48)),
    .booking_option_interval_end_time = world_time (slot (48))
  };
  const ContractGetSelfbookTimeslotsResponse *response =
    world_call (world, "GetSelfbookTimeslots", &request, &error);

  g_assert_no_error (error);
  return response->timeslot_collection.n_items;
}

static char *
reserve (World *world,
         guint citizen,
         const char *offer,
         const char *booking,
         gint64 start_us,
         GError **error)
{
  ContractGetBookingDetailsRequest request = { .person_civil_registration_identifier =
                                                 testlib_cpr (citizen),
                                               .interview_option_id = offer,
                                               .booking_identifier = booking,
                                               .booking_start_time = world_time (start_us) };
  const ContractGetBookingDetailsResponse *response =
    world_call (world, "GetBookingDetails", &request, error);

  return response == NULL ? NULL : g_strdup (response->reservation_identifier);
}

static char *
create (World *world, const ContractCreateBookingRequest *request, GError **error)
{
  gconstpointer answer = world_call (world, "CreateBooking", request, error);

  return answer == NULL ? NULL : g_strdup (world_body (world));
}

static ContractCreateBookingRequest
create_request (guint citizen, const char *offer, gint64 start_us)
{
  return (ContractCreateBookingRequest){ .person_civil_registration_identifier =
                                           testlib_cpr (citizen),
                                         .interview_option_id = offer,
                                         .has_booking_start_time = TRUE,
                                         .booking_start_time = world_time (start_us),
                                         .interview_contact_type_identifier = 1 };
}

static char *
identifier_of (const char *body)
{
  const char *start = strstr (body, "BookingIdentifier>");

  g_assert_nonnull (start);
  return g_strndup (start + strlen ("BookingIdentifier>"), 36);
}

static char *
book (World *world, guint citizen, const char *offer, gint64 start_us)
{
  g_autoptr (GError) error = NULL;
  ContractCreateBookingRequest request = create_request (citizen, offer, start_us);
  g_autofree char *body = create (world, &request, &error);

  g_assert_no_error (error);
  return identifier_of (body);
}

static gboolean
cancel (World *world, guint citizen, const char *booking, GError **error)
{
  ContractCancelBookingRequest request = { testlib_cpr (citizen), booking };

  return world_call (world, "CancelBooking", &request, error) != NULL;
}

static void
test_options (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  ContractGetSelfbookInterviewOptionsRequest request = { .person_civil_registration_identifier =
                                                           testlib_cpr (1),
                                                         .job_center_code = "89000",
                                                         .contact_group_type_identifier = 1 };
  const ContractGetSelfbookInterviewOptionsResponse *response;

  response = world_call (world, "GetSelfbookInterviewOptions", &request, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (response->interview_option_collection.n_items, ==, 3);
  request.contact_group_type_identifier = 2;
  response = world_call (world, "GetSelfbookInterviewOptions", &request, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (response->interview_option_collection.n_items, ==, 2);
  g_assert_cmpint (
    world_count (world,
                 "SELECT count(*) FROM citizen_fact WHERE kind = 'contact-group' AND value = '2'"),
    ==, 1);

  /* Facts that we hold now contradict the first offer's rules in later calls. */
  g_autofree char *token = reserve (world, 1, OFFER, NULL, slot (0), &error);
  g_assert_null (token);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_ALLOWED_FOR_CITIZEN);
  g_clear_error (&error);
  request.person_civil_registration_identifier = "0000000000";
  g_assert_null (world_call (world, "GetSelfbookInterviewOptions", &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_UNKNOWN_CITIZEN);
  g_clear_error (&error);
  request.person_civil_registration_identifier = testlib_cpr (1);
  request.job_center_code = "99999";
  g_assert_null (world_call (world, "GetSelfbookInterviewOptions", &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_UNKNOWN_UNIT);
}

static void
test_reserve_and_create (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  g_autofree char *token = NULL;
  g_autofree char *again = NULL;
  g_autofree char *first = NULL;
  g_autofree char *repeat = NULL;
  ContractCreateBookingRequest request = { .person_civil_registration_identifier = testlib_cpr (1),
                                           .interview_contact_type_identifier = 2 };

  g_assert_cmpuint (count_slots (world, 1, OFFER, NULL), ==, 12);
  token = reserve (world, 1, OFFER, NULL, slot (2), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_slots (world, 2, OFFER, NULL), ==, 11);
  g_assert_cmpuint (count_slots (world, 1, OFFER, NULL), ==, 12);
  again = reserve (world, 1, OFFER, NULL, slot (2), &error);
  g_assert_cmpstr (token, ==, again);
  request.reservation_identifier = token;
  first = create (world, &request, &error);
  g_assert_no_error (error);
  repeat = create (world, &request, &error);
  g_assert_cmpstr (first, ==, repeat);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking"), ==, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM hold"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM claim WHERE booking_id IS NOT NULL"),
                   ==, 1);
  /* One open booking per type: nothing more of this offer for that citizen. */
  g_assert_cmpuint (count_slots (world, 1, OFFER, NULL), ==, 0);
  g_assert_cmpuint (count_slots (world, 2, OFFER, NULL), ==, 11);

  /* The same reservation for other content. */
  request.interview_contact_type_identifier = 1;
  g_assert_null (create (world, &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_KEY_REUSED);
  g_clear_error (&error);
  request.interview_contact_type_identifier = 2;
  g_autofree char *identifier = identifier_of (first);
  g_assert_true (cancel (world, 1, identifier, &error));
  g_assert_null (create (world, &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_RESERVATION_USED);
  g_assert_nonnull (strstr (error->message, identifier));
}

static void
test_hold_expires (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  g_autofree char *token = reserve (world, 1, OFFER, NULL, slot (0), &error);
  g_autofree char *rival = NULL;
  ContractCreateBookingRequest request = { .person_civil_registration_identifier = testlib_cpr (1),
                                           .interview_contact_type_identifier = 1,
                                           .reservation_identifier = token };

  world->now_us += 10 * G_GINT64_CONSTANT (60000000);
  g_assert_null (create (world, &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_RESERVATION_EXPIRED);
  g_clear_error (&error);
  rival = book (world, 2, OFFER, slot (0));
  g_assert_null (create (world, &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_RESERVATION_EXPIRED);
  g_clear_error (&error);
  request.reservation_identifier = "20000000-0000-4000-8000-000000000009";
  g_assert_null (create (world, &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_RESERVATION_UNKNOWN);
}

static void
test_taken (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  g_autofree char *a = book (world, 1, OFFER, slot (0));
  g_autofree char *b = book (world, 2, OFFER, slot (0));
  ContractCreateBookingRequest request = create_request (3, OFFER, slot (0));

  g_assert_cmpint (world_count (world, "SELECT count(DISTINCT advisor_id) FROM booking"), ==, 2);
  g_assert_null (create (world, &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_SLOT_TAKEN);
  g_clear_error (&error);
  request.booking_start_time.unix_us += 300000000;
  g_assert_null (create (world, &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_SLOT_NOT_OFFERED);
  g_clear_error (&error);
  request.booking_start_time.unix_us = slot (6);
  g_assert_null (create (world, &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_SLOT_NOT_OFFERED);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking"), ==, 2);
}

static void
test_book_cancel_book (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  g_autofree char *first = book (world, 1, OFFER, slot (0));
  g_autofree char *repeat = book (world, 1, OFFER, slot (0));
  g_autofree char *second = NULL;

  g_assert_cmpstr (first, ==, repeat);
  g_assert_true (cancel (world, 1, first, &error));
  g_assert_true (cancel (world, 1, first, &error));
  g_assert_no_error (error);
  second = book (world, 1, OFFER, slot (0));
  g_assert_cmpstr (first, !=, second);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking"), ==, 2);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking WHERE state = 'booked'"), ==,
                   1);
}

static void
move (World *world, const char *booking, gint64 start_us)
{
  g_autoptr (GError) error = NULL;
  ContractRescheduleBookingRequest request = { .person_civil_registration_identifier =
                                                 testlib_cpr (1),
                                               .booking_identifier = booking,
                                               .has_booking_start_time = TRUE,
                                               .booking_start_time = world_time (start_us) };

  (void) world_call (world, "RescheduleBooking", &request, &error);
  g_assert_no_error (error);
}

static void
test_moves (void)
{
  g_autoptr (World) world = new_world ();
  g_autofree char *booking = book (world, 1, OFFER, slot (0));

  g_assert_cmpuint (count_slots (world, 1, NULL, booking), ==, 12);
  move (world, booking, slot (1));
  move (world, booking, slot (1));
  move (world, booking, slot (0));
  move (world, booking, slot (1));
  move (world, booking, slot (1));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM journal WHERE kind = 'booking-moved'"),
                   ==, 3);
  g_assert_cmpint (world_count (world, "SELECT placement FROM booking"), ==, 4);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM claim"), ==, 1);
  g_assert_cmpuint (count_slots (world, 2, OFFER, NULL), ==, 11);
}

static void
test_move_by_reservation (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  g_autofree char *booking = book (world, 1, OFFER, slot (0));
  g_autofree char *token = reserve (world, 1, NULL, booking, slot (3), &error);
  g_autofree char *first = NULL;
  ContractRescheduleBookingRequest request = { .person_civil_registration_identifier =
                                                 testlib_cpr (1),
                                               .booking_identifier = booking,
                                               .reservation_identifier = token };

  g_assert_no_error (error);
  g_assert_cmpuint (count_slots (world, 2, OFFER, NULL), ==, 10);
  (void) world_call (world, "RescheduleBooking", &request, &error);
  g_assert_no_error (error);
  first = g_strdup (world_body (world));
  (void) world_call (world, "RescheduleBooking", &request, &error);
  g_assert_cmpstr (first, ==, world_body (world));
  g_assert_cmpuint (count_slots (world, 2, OFFER, NULL), ==, 11);
  move (world, booking, slot (0));
  g_assert_null (world_call (world, "RescheduleBooking", &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_RESERVATION_USED);
  g_clear_error (&error);
  world->now_us = slot (-1);
  request =
    (ContractRescheduleBookingRequest){ .person_civil_registration_identifier = testlib_cpr (1),
                                        .booking_identifier = booking,
                                        .has_booking_start_time = TRUE,
                                        .booking_start_time = world_time (slot (4)) };
  g_assert_null (world_call (world, "RescheduleBooking", &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_DEADLINE_PASSED);
  g_clear_error (&error);
  request.person_civil_registration_identifier = testlib_cpr (2);
  g_assert_null (world_call (world, "RescheduleBooking", &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_OWN_BOOKING);
}

static void
test_group_seats (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  ContractCreateBookingRequest request = create_request (4, GROUP_OFFER, slot (0));

  g_assert_cmpuint (count_slots (world, 9, GROUP_OFFER, NULL), ==, 3);
  for (guint i = 1; i <= 3; i++)
    g_free (book (world, i, GROUP_OFFER, slot (0)));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM group_session"), ==, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM claim"), ==, 1);
  g_assert_null (create (world, &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_SLOT_TAKEN);
  g_clear_error (&error);
  g_assert_cmpuint (count_slots (world, 9, GROUP_OFFER, NULL), ==, 2);
  g_autofree char *seat_holder = book (world, 1, GROUP_OFFER, slot (0));
  g_assert_true (cancel (world, 1, seat_holder, &error));
  g_assert_cmpuint (count_slots (world, 9, GROUP_OFFER, NULL), ==, 3);
  g_free (create (world, &request, &error));
  g_assert_no_error (error);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM seat"), ==, 3);
}

static void
test_room_is_second_resource (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  ContractCreateBookingRequest request = create_request (2, ROOM_OFFER, slot (0));
  g_autofree char *booking = book (world, 1, ROOM_OFFER, slot (0));

  g_assert_cmpint (world_count (world, "SELECT count(*) FROM claim"), ==, 2);
  /* The second advisor is free, the only room is not. */
  g_assert_null (create (world, &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_SLOT_TAKEN);
  g_assert_cmpuint (count_slots (world, 2, ROOM_OFFER, NULL), ==, 10);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM claim"), ==, 2);
}

static ContractRegisterBookingRequest
register_request (guint citizen, gint64 start_us, const char *advisor)
{
  return (ContractRegisterBookingRequest){
    .person_civil_registration_identifier = testlib_cpr (citizen),
    .job_center_code = "89000",
    .booking_start_time = world_time (start_us),
    .booking_end_time = world_time (start_us + G_GINT64_CONSTANT (1800000000)),
    .interview_type_identifier = 12,
    .interview_form_type_identifier = 1,
    .interview_contact_type_identifier = 1,
    .title = "Samtale",
    .case_worker_identifier = advisor,
  };
}

static void
test_kss_is_always_taken (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  ContractRegisterBookingRequest request = register_request (2, slot (0), "RID-1");
  g_autofree char *own = NULL;
  g_autofree char *kss = NULL;
  ContractCreateBookingRequest mine = create_request (1, OFFER, slot (0));

  mine.case_worker_identifier = "RID-1";
  g_autofree char *body = create (world, &mine, &error);
  g_assert_no_error (error);
  own = identifier_of (body);
  world->caller.roles = OP_ROLE_INDKALDER;
  g_assert_null (world_call (world, "RegisterBooking", &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_SLOT_TAKEN);
  g_clear_error (&error);
  world->caller.roles = OP_ROLE_KSS;
  const ContractRegisterBookingResponse *response =
    world_call (world, "RegisterBooking", &request, &error);
  g_assert_no_error (error);
  g_assert_true (response->conflict_flag);
  kss = g_strdup (response->booking_details.booking_identifier);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM claim WHERE exclusive = 0"), ==, 1);
  request.case_worker_identifier = "RID-unknown";
  request.booking_start_time.unix_us += G_GINT64_CONSTANT (7200000000);
  request.booking_end_time.unix_us += G_GINT64_CONSTANT (7200000000);
  request.person_civil_registration_identifier = testlib_cpr (3);
  response = world_call (world, "RegisterBooking", &request, &error);
  g_assert_no_error (error);
  g_assert_false (response->conflict_flag);

  world->caller.roles = OP_ROLE_DFDG;
  ContractRescheduleBookingRequest move_request = { .person_civil_registration_identifier =
                                                      testlib_cpr (2),
                                                    .booking_identifier = kss,
                                                    .has_booking_start_time = TRUE,
                                                    .booking_start_time = world_time (slot (3)) };
  g_assert_null (world_call (world, "RescheduleBooking", &move_request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_REBOOKABLE);
  g_clear_error (&error);
  g_assert_null (world_call (world, "RegisterBooking", &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_ACCESS_DENIED);
  g_clear_error (&error);
  /* When the other goes, the KSS booking's claim becomes exclusive. */
  g_assert_true (cancel (world, 1, own, &error));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM claim WHERE exclusive = 0"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking WHERE conflict = 1"), ==, 0);
}

static gint64
count_conflicts (World *world)
{
  return world_count (world,
                      "SELECT count(*) FROM booking WHERE conflict = 1 AND state = 'booked'");
}

static gint64
count_ended (World *world)
{
  return world_count (world, "SELECT count(*) FROM journal WHERE kind = 'booking-conflict-ended'");
}

/* Whatever gives a time back ends the conflict of a summons on it, and the journal tells. */
static void
test_conflict_ends (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  ContractRegisterBookingRequest request = register_request (2, slot (0), "RID-1");
  g_autofree char *token = reserve (world, 1, OFFER, NULL, slot (0), &error);

  g_assert_nonnull (token);
  world->caller.roles = OP_ROLE_KSS;
  g_assert_nonnull (world_call (world, "RegisterBooking", &request, &error));
  g_assert_cmpint (count_conflicts (world), ==, 1);
  world->now_us += 11 * G_GINT64_CONSTANT (60000000);
  request = register_request (3, slot (4), "RID-2");
  g_assert_nonnull (world_call (world, "RegisterBooking", &request, &error));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM hold"), ==, 0);
  g_assert_cmpint (count_conflicts (world), ==, 0);
  g_assert_cmpint (count_ended (world), ==, 1);
  g_assert_cmpint (world_count (world, "SELECT revision FROM booking WHERE booking_id = 1"), ==, 2);
  g_assert_cmpint (
    world_count (world, "SELECT json_extract (payload, '$.after.revision') FROM journal JOIN "
                        "journal_payload USING (sequence) WHERE kind = 'booking-conflict-ended'"),
    ==, 2);
}

/* What somebody else's calendar covers stays in conflict, whoever else gives way. */
static void
test_conflict_with_busy_time_stays (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  ContractRegisterBookingRequest request = register_request (2, slot (0), "RID-1");
  ContractCreateBookingRequest mine = create_request (1, OFFER, slot (2));
  g_autofree char *busy = g_strdup_printf (
    "INSERT INTO calendar (calendar_id, tenant_id, resource_id, calendar_key, origin, "
    "expanded_until_us) VALUES (1, 1, 1, 'a', 'import', 9000000000000000);"
    "INSERT INTO calendar_object (object_id, tenant_id, calendar_id, uid_hash, text) VALUES (1, 1, "
    "1, 'u', '');"
    "INSERT INTO busy_span (resource_id, start_us, end_us, object_id, class) "
    "VALUES (1, %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", 1, 'busy');",
    slot (0), slot (1));

  world_run_sql (world, busy);
  mine.case_worker_identifier = "RID-1";
  g_autofree char *body = create (world, &mine, &error);
  g_assert_no_error (error);
  g_autofree char *booking = identifier_of (body);
  world->caller.roles = OP_ROLE_KSS;
  g_assert_nonnull (world_call (world, "RegisterBooking", &request, &error));
  g_assert_cmpint (count_conflicts (world), ==, 1);
  world->caller.roles = OP_ROLE_DFDG;
  g_assert_true (cancel (world, 1, booking, &error));
  g_assert_cmpint (count_conflicts (world), ==, 1);
  g_assert_cmpint (count_ended (world), ==, 0);
}

static void
test_update_and_delete (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  ContractRegisterBookingRequest request = register_request (2, slot (0), "RID-1");
  const ContractRegisterBookingResponse *made;
  g_autofree char *identifier = NULL;

  world->caller.roles = OP_ROLE_INDKALDER;
  made = world_call (world, "RegisterBooking", &request, &error);
  g_assert_no_error (error);
  identifier = g_strdup (made->booking_details.booking_identifier);
  ContractUpdateBookingRequest update = { .person_civil_registration_identifier = testlib_cpr (2),
                                          .booking_identifier = identifier,
                                          .has_booking_start_time = TRUE,
                                          .booking_start_time = world_time (slot (2)),
                                          .description = "Medbring CV" };
  const ContractUpdateBookingResponse *changed =
    world_call (world, "UpdateBooking", &update, &error);
  g_assert_no_error (error);
  g_assert_cmpint (changed->booking_details.booking_end_time.unix_us, ==, slot (3));
  update.has_revision = TRUE;
  update.revision = 1;
  g_assert_null (world_call (world, "UpdateBooking", &update, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED);
  g_clear_error (&error);
  ContractDeleteBookingRequest delete_request = { .person_civil_registration_identifier =
                                                    testlib_cpr (2),
                                                  .booking_identifier = identifier };
  g_assert_nonnull (world_call (world, "DeleteBooking", &delete_request, &error));
  g_assert_nonnull (world_call (world, "DeleteBooking", &delete_request, &error));
  g_assert_no_error (error);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM claim"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM outbox"), ==, 3);
  ContractGetBookingsRequest list = { .job_center_code = "89000",
                                      .max_count = 10,
                                      .has_include_cancelled = TRUE,
                                      .include_cancelled = TRUE };
  const ContractGetBookingsResponse *page = world_call (world, "GetBookings", &list, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (page->booking_collection.n_items, ==, 1);
}

/* A client that lost our answer repeats a change under the revision that the change itself replaced. */
static void
test_update_is_repeated (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  ContractRegisterBookingRequest request = register_request (2, slot (0), "RID-1");
  ContractUpdateBookingRequest update = { .person_civil_registration_identifier = testlib_cpr (2),
                                          .has_revision = TRUE,
                                          .revision = 1,
                                          .title = "Ny titel" };
  g_autofree char *first = NULL;
  g_autofree char *identifier = NULL;

  world->caller.roles = OP_ROLE_INDKALDER;
  g_assert_nonnull (world_call (world, "RegisterBooking", &request, &error));
  identifier = identifier_of (world_body (world));
  update.booking_identifier = identifier;
  g_assert_nonnull (world_call (world, "UpdateBooking", &update, &error));
  first = g_strdup (world_body (world));
  g_assert_nonnull (world_call (world, "UpdateBooking", &update, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (first, ==, world_body (world));
  g_assert_cmpint (world_count (world, "SELECT revision FROM booking"), ==, 2);
  update.title = "Andet";
  g_assert_null (world_call (world, "UpdateBooking", &update, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED);
}

/* After a standstill more reservations may have ended than one look at them takes. */
static void
test_many_holds_expire (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GString) sql = g_string_new (NULL);

  for (guint i = 0; i < 450; i++)
    g_string_append_printf (sql,
                            "INSERT INTO citizen (citizen_id, tenant_id, cpr) VALUES (%u, 1, '%s');"
                            "INSERT INTO owner (owner_id, tenant_id) VALUES (%u, 1);"
                            "INSERT INTO hold (hold_id, tenant_id, token, citizen_id, context, "
                            "offer_id, start_us, end_us, "
                            "advisor_id, contact_type, owner_id, expiry_us) VALUES (%u, 1, "
                            "'token-%u', %u, 'new:1', 1, 1, 2, 1, "
                            "1, %u, %u);",
                            100 + i, testlib_cpr (100 + i), 100 + i, 100 + i, i, 100 + i, 100 + i,
                            1000 + i);
  g_string_append_printf (
    sql,
    "INSERT INTO claim (tenant_id, resource_id, start_us, end_us, core_start_us, core_end_us, "
    "may_share_buffers, exclusive, owner_id, hold_id) VALUES (1, 1, %" G_GINT64_FORMAT
    ", %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", 0, 1, 549, 549);",
    slot (0), slot (1), slot (0), slot (1));
  world_run_sql (world, sql->str);
  g_free (book (world, 1, OFFER, slot (0)));
  g_free (book (world, 2, OFFER, slot (0)));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM hold"), ==, 0);
}

static void
test_access (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  const char *other[] = { "12300", NULL };
  g_autofree char *booking = book (world, 1, OFFER, slot (0));
  ContractCancelBookingRequest request = { testlib_cpr (1), booking };

  world->caller.unit_keys = (char **) other;
  g_assert_null (world_call (world, "CancelBooking", &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_UNKNOWN_BOOKING);
  g_clear_error (&error);
  g_assert_null (reserve (world, 2, OFFER, NULL, slot (1), &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_UNKNOWN_OFFER);
  g_clear_error (&error);
  world->caller.tenant_key = (char *) "other";
  g_assert_null (reserve (world, 2, OFFER, NULL, slot (1), &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_ACCESS_DENIED);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/booking-flow/options", test_options);
  g_test_add_func ("/booking-flow/reserve-and-create", test_reserve_and_create);
  g_test_add_func ("/booking-flow/hold-expires", test_hold_expires);
  g_test_add_func ("/booking-flow/taken", test_taken);
  g_test_add_func ("/booking-flow/book-cancel-book", test_book_cancel_book);
  g_test_add_func ("/booking-flow/moves", test_moves);
  g_test_add_func ("/booking-flow/move-by-reservation", test_move_by_reservation);
  g_test_add_func ("/booking-flow/group-seats", test_group_seats);
  g_test_add_func ("/booking-flow/room", test_room_is_second_resource);
  g_test_add_func ("/booking-flow/kss", test_kss_is_always_taken);
  g_test_add_func ("/booking-flow/conflict-ends", test_conflict_ends);
  g_test_add_func ("/booking-flow/conflict-with-busy-time", test_conflict_with_busy_time_stays);
  g_test_add_func ("/booking-flow/update-and-delete", test_update_and_delete);
  g_test_add_func ("/booking-flow/update-is-repeated", test_update_is_repeated);
  g_test_add_func ("/booking-flow/many-holds-expire", test_many_holds_expire);
  g_test_add_func ("/booking-flow/access", test_access);
  return g_test_run ();
}
