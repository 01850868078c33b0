/* SPDX-License-Identifier: EUPL-1.2 */
/* Callers, groups and repeats that cross each other: what must be refused, kept apart or told. */
/* Also tests: op-memory, promotion, registration, reservation, slot-context. */
#include <string.h>

#include "base/error.h"
#include "ops-world.h"

#define OFFER       "10000000-0000-4000-8000-000000000001"
#define GROUP_OFFER "10000000-0000-4000-8000-000000000002"
#define ROOM_OFFER  "10000000-0000-4000-8000-000000000003"
#define GROUP       "30000000-0000-4000-8000-00000000000a"
#define GROUP_UPPER "30000000-0000-4000-8000-00000000000A"
#define NOW         "2026-11-23T08:00:00Z"
#define HALF_HOUR   G_GINT64_CONSTANT (1800000000)

/* Two units and an advisor of each; both serve unit 89000. They work 09-12 local on Tuesday. */
static const char world_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
  "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, parent_unit_id, "
  "name) "
  "VALUES (1, 1, 8, '89000', NULL, 'Demo'), (2, 1, 8, '89001', 1, 'Demo Nord');"
  "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES "
  "(1, 1, 'advisor', 'RID-1', 'v1@demo.example', 'Vejleder 01'), (2, 1, 'advisor', 'RID-2', "
  "'v2@demo.example', 'Vejleder 02'), (3, 1, 'room', 'rum-1', 'r1@demo.example', 'Rum 1');"
  "INSERT INTO resource_unit (tenant_id, resource_id, unit_id) VALUES (1, 1, 1), (1, 2, 1), "
  "(1, 2, 2), (1, 3, 1);"
  "INSERT INTO work_span VALUES (1, 1795507200000000, 1795518000000000), (2, 1795507200000000, "
  "1795518000000000);"
  "INSERT INTO offer (offer_id, tenant_id, unit_id, identifier, interview_type, form, title, "
  "duration_minutes, grid_minutes, after_minutes, seats, needs_room, rebook_deadline_minutes, "
  "cancel_deadline_minutes, shared_with_sub_units) VALUES "
  "(1, 1, 1, '" OFFER "', 7, 'individual', 'Jobsamtale', 30, 30, 0, 1, 0, 60, 60, 1),"
  "(2, 1, 1, '" GROUP_OFFER "', 9, 'group', 'Informationsmøde', 60, 60, 0, 2, 0, 60, 60, 0),"
  "(3, 1, 1, '" ROOM_OFFER "', 4, 'individual', 'Opfølgning', 30, 30, 10, 1, 1, 60, 60, 0);"
  "INSERT INTO offer_contact_type VALUES (1, 1), (2, 1), (3, 1);"
  "INSERT INTO offer_resource VALUES (1, 1), (1, 2), (2, 1), (3, 1), (3, 3);";

static char *main_unit[] = { (char *) "89000", NULL };
static char *sub_unit[] = { (char *) "89001", NULL };

static gint64
slot (int half_hours)
{
  return world_instant ("2026-11-24T08:00:00Z") + half_hours * HALF_HOUR;
}

static World *
new_world (void)
{
  World *world = world_new (world_instant (NOW));

  world_run_sql (world, world_sql);
  return world;
}

static gconstpointer
expect (World *world, const char *operation, gconstpointer request)
{
  g_autoptr (GError) error = NULL;
  gconstpointer answer = world_call (world, operation, request, &error);

  g_assert_no_error (error);
  return answer;
}

static void
refuse (World *world, const char *operation, gconstpointer request, PlannerError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (world_call (world, operation, request, &error));
  g_assert_error (error, PLANNER_ERROR, (int) code);
}

static guint
count_slots (World *world, guint citizen, const char *offer, const char *booking)
{
  ContractGetSelfbookTimeslotsRequest request = {
    .person_civil_registration_identifier = testlib_cpr (citizen),
    .interview_option_id = offer,
    .booking_identifier = booking,
    .booking_option_interval_start_time = world_time (slot (-48)),
    .booking_option_interval_end_time = world_time (slot (48))
  };
  const ContractGetSelfbookTimeslotsResponse *response =
    expect (world, "GetSelfbookTimeslots", &request);

  return response->timeslot_collection.n_items;
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
book (World *world, guint citizen, const char *offer, gint64 start_us)
{
  ContractCreateBookingRequest request = create_request (citizen, offer, start_us);
  const ContractCreateBookingResponse *response = expect (world, "CreateBooking", &request);

  return g_strdup (response->booking_details.booking_identifier);
}

static char *
reserve (World *world, guint citizen, const char *offer, gint64 start_us)
{
  ContractGetBookingDetailsRequest request = { .person_civil_registration_identifier =
                                                 testlib_cpr (citizen),
                                               .interview_option_id = offer,
                                               .booking_start_time = world_time (start_us) };
  const ContractGetBookingDetailsResponse *response = expect (world, "GetBookingDetails", &request);

  return g_strdup (response->reservation_identifier);
}

static ContractRegisterBookingRequest
register_request (guint citizen, gint64 start_us, const char *advisor)
{
  return (ContractRegisterBookingRequest){
    .person_civil_registration_identifier = testlib_cpr (citizen),
    .job_center_code = "89000",
    .booking_start_time = world_time (start_us),
    .booking_end_time = world_time (start_us + HALF_HOUR),
    .interview_type_identifier = 7,
    .interview_form_type_identifier = 1,
    .interview_contact_type_identifier = 1,
    .title = "Samtale",
    .case_worker_identifier = advisor,
  };
}

static char *
group_of (World *world, const char *booking)
{
  ContractAcceptBookingRequest request = { testlib_cpr (1), booking };
  const ContractAcceptBookingResponse *response = expect (world, "AcceptBooking", &request);

  return g_strdup (response->booking_details.group_identifier);
}

/* Two exclusive claims of one resource never meet, whatever owners they have. */
static void
assert_no_overlap (World *world)
{
  g_assert_cmpint (
    world_count (world, "SELECT count(*) FROM claim a JOIN claim b ON a.resource_id = "
                        "b.resource_id AND a.claim_id < b.claim_id AND a.core_start_us < "
                        "b.core_end_us AND b.core_start_us < a.core_end_us WHERE a.exclusive = 1 "
                        "AND b.exclusive = 1 AND a.core_start_us <> b.core_start_us"),
    ==, 0);
}

/* An answer that was given to one unit's caller is no answer for another's. */
static void
test_replay_stays_in_unit (void)
{
  g_autoptr (World) world = new_world ();
  g_autofree char *token = reserve (world, 1, OFFER, slot (0));
  ContractCreateBookingRequest by_token = { .person_civil_registration_identifier = testlib_cpr (1),
                                            .reservation_identifier = token,
                                            .interview_contact_type_identifier = 1 };
  ContractCreateBookingRequest by_offer = create_request (2, OFFER, slot (1));

  (void) expect (world, "CreateBooking", &by_token);
  (void) expect (world, "CreateBooking", &by_offer);
  world->caller.unit_keys = sub_unit;
  refuse (world, "CreateBooking", &by_token, PLANNER_ERROR_RESERVATION_UNKNOWN);
  refuse (world, "CreateBooking", &by_offer, PLANNER_ERROR_UNKNOWN_OFFER);
  world->caller.unit_keys = main_unit;
  (void) expect (world, "CreateBooking", &by_offer);
  g_assert_true (world->call.is_replay);
  by_token.person_civil_registration_identifier = testlib_cpr (2);
  g_assert_cmpint (world_count (world, "DELETE FROM stored_answer RETURNING 1"), ==, 1);
  refuse (world, "CreateBooking", &by_token, PLANNER_ERROR_RESERVATION_UNKNOWN);
}

static void
test_options_are_bookable (void)
{
  g_autoptr (World) world = new_world ();
  ContractGetSelfbookInterviewOptionsRequest request = { .person_civil_registration_identifier =
                                                           testlib_cpr (1),
                                                         .job_center_code = "89001",
                                                         .contact_group_type_identifier = 1 };

  (void) expect (world, "GetSelfbookInterviewOptions", &request);
  world->caller.unit_keys = sub_unit;
  refuse (world, "GetSelfbookInterviewOptions", &request, PLANNER_ERROR_NO_OPTIONS);
}

static void
test_pages_hide_other_units (void)
{
  g_autoptr (World) world = new_world ();
  ContractRegisterBookingRequest request = register_request (1, slot (0), "RID-2");
  ContractGetBookingsRequest page = { .person_civil_registration_identifier = testlib_cpr (1),
                                      .max_count = 1 };
  const ContractGetBookingsResponse *response;

  world->caller.roles = OP_ROLE_KSS;
  for (guint i = 0; i < 4; i++)
    {
      request.booking_start_time = world_time (slot ((int) i));
      request.booking_end_time = world_time (slot ((int) i + 1));
      request.job_center_code = i == 2 ? "89001" : "89000";
      (void) expect (world, "RegisterBooking", &request);
    }
  world->caller.unit_keys = sub_unit;
  response = expect (world, "GetBookings", &page);
  g_assert_cmpuint (response->booking_collection.n_items, ==, 1);
  g_assert_null (response->next_cursor);
  world->caller.unit_keys = main_unit;
  response = expect (world, "GetBookings", &page);
  g_assert_nonnull (response->next_cursor);
  page.cursor = "2";
  response = expect (world, "GetBookings", &page);
  g_assert_cmpuint (response->booking_collection.n_items, ==, 1);
  g_assert_null (response->next_cursor);
}

/* The last seat, taken by an indkalder, is gone from the list, and the citizen is known to be busy. */
static void
test_registered_seat_is_listed (void)
{
  g_autoptr (World) world = new_world ();
  g_autofree char *first = book (world, 1, GROUP_OFFER, slot (0));
  g_autofree char *group = group_of (world, first);
  ContractRegisterBookingRequest request = register_request (2, slot (0), NULL);

  g_assert_cmpuint (count_slots (world, 3, GROUP_OFFER, NULL), ==, 3);
  world->caller.roles = OP_ROLE_INDKALDER;
  request.group_identifier = group;
  request.interview_form_type_identifier = 2;
  request.interview_type_identifier = 9;
  refuse (world, "RegisterBooking", &request, PLANNER_ERROR_NOT_VALID);
  request.booking_end_time = world_time (slot (2));
  (void) expect (world, "RegisterBooking", &request);
  world->caller.roles = OP_ROLE_DFDG;
  g_assert_cmpuint (count_slots (world, 3, GROUP_OFFER, NULL), ==, 2);
  g_assert_cmpuint (count_slots (world, 2, GROUP_OFFER, NULL), ==, 0);

  /* A full session does not turn a case system's record away. */
  world->caller.roles = OP_ROLE_KSS;
  request.person_civil_registration_identifier = testlib_cpr (3);
  const ContractRegisterBookingResponse *response = expect (world, "RegisterBooking", &request);
  g_assert_true (response->conflict_flag);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM seat"), ==, 2);
}

/* One group identifier is no licence to have an advisor at two times at once. */
static void
test_group_shares_one_time_only (void)
{
  g_autoptr (World) world = new_world ();
  ContractRegisterBookingRequest request = register_request (1, slot (0), "RID-1");
  ContractUpdateBookingRequest update = { .has_booking_start_time = TRUE };
  g_autofree char *first = NULL;
  const ContractRegisterBookingResponse *response;

  world->caller.roles = OP_ROLE_INDKALDER;
  request.group_identifier = GROUP;
  request.interview_type_identifier = 12;
  response = expect (world, "RegisterBooking", &request);
  first = g_strdup (response->booking_details.booking_identifier);
  request.person_civil_registration_identifier = testlib_cpr (2);
  request.group_identifier = GROUP_UPPER;
  (void) expect (world, "RegisterBooking", &request);
  request.person_civil_registration_identifier = testlib_cpr (3);
  request.booking_start_time.unix_us += HALF_HOUR / 2;
  request.booking_end_time.unix_us += HALF_HOUR / 2;
  refuse (world, "RegisterBooking", &request, PLANNER_ERROR_SLOT_TAKEN);
  update.person_civil_registration_identifier = testlib_cpr (1);
  update.booking_identifier = first;
  update.booking_start_time = world_time (slot (0) + HALF_HOUR / 2);
  refuse (world, "UpdateBooking", &update, PLANNER_ERROR_SLOT_TAKEN);
  update.booking_start_time = world_time (slot (2));
  (void) expect (world, "UpdateBooking", &update);
  g_assert_cmpint (world_count (world, "SELECT count(DISTINCT owner_id) FROM booking"), ==, 2);
  assert_no_overlap (world);
}

/* Who leaves a group by moving finds the others' time taken. */
static void
test_leave_group_by_moving (void)
{
  g_autoptr (World) world = new_world ();
  ContractUpdateBookingRequest update = { .person_civil_registration_identifier = testlib_cpr (1),
                                          .group_identifier = GROUP };
  ContractRegisterBookingRequest request = register_request (2, slot (0), "RID-1");
  ContractRescheduleBookingRequest move = { .person_civil_registration_identifier = testlib_cpr (1),
                                            .has_booking_start_time = TRUE,
                                            .booking_start_time = world_time (slot (0)),
                                            .case_worker_identifier = "RID-1" };
  g_autofree char *own = book (world, 1, OFFER, slot (0));

  world->caller.roles = OP_ROLE_INDKALDER;
  update.booking_identifier = own;
  (void) expect (world, "UpdateBooking", &update);
  request.group_identifier = GROUP;
  (void) expect (world, "RegisterBooking", &request);
  world->caller.roles = OP_ROLE_DFDG;
  g_assert_cmpuint (count_slots (world, 1, NULL, own), ==, 11);
  move.booking_identifier = own;
  refuse (world, "RescheduleBooking", &move, PLANNER_ERROR_SLOT_TAKEN);
  move.booking_start_time = world_time (slot (1));
  (void) expect (world, "RescheduleBooking", &move);
  g_assert_cmpint (world_count (world, "SELECT count(DISTINCT owner_id) FROM booking"), ==, 2);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking b JOIN claim c ON "
                                       "c.booking_id = b.booking_id AND c.owner_id = b.owner_id"),
                   ==, 2);
  assert_no_overlap (world);
}

static void
test_session_has_its_time (void)
{
  g_autoptr (World) world = new_world ();
  g_autofree char *own = book (world, 1, GROUP_OFFER, slot (0));
  g_autofree char *group = group_of (world, own);
  g_autofree char *upper = g_ascii_strup (group, -1);
  ContractUpdateBookingRequest update = { .person_civil_registration_identifier = testlib_cpr (1),
                                          .booking_identifier = own,
                                          .has_booking_start_time = TRUE,
                                          .booking_start_time = world_time (slot (3)) };

  world->caller.roles = OP_ROLE_INDKALDER;
  refuse (world, "UpdateBooking", &update, PLANNER_ERROR_NOT_VALID);
  update.has_booking_start_time = FALSE;
  update.group_identifier = upper;
  (void) expect (world, "UpdateBooking", &update);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM seat"), ==, 1);
  g_assert_cmpint (world_count (world, "SELECT placement FROM booking"), ==, 1);
  update.group_identifier = NULL;
  update.has_interview_form_type_identifier = TRUE;
  update.interview_form_type_identifier = 1;
  update.has_force = TRUE;
  update.force = TRUE;
  (void) expect (world, "UpdateBooking", &update);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM seat"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM group_session"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM claim WHERE exclusive = 1"), ==, 1);
}

/* The own reservation of the last seat does not take that time off the own list. */
static void
test_own_seat_is_listed (void)
{
  g_autoptr (World) world = new_world ();
  g_autofree char *first = book (world, 1, GROUP_OFFER, slot (0));
  g_autofree char *token = reserve (world, 2, GROUP_OFFER, slot (0));

  g_assert_cmpuint (count_slots (world, 3, GROUP_OFFER, NULL), ==, 2);
  g_assert_cmpuint (count_slots (world, 2, GROUP_OFFER, NULL), ==, 3);
}

static void
test_hold_ends_with_start (void)
{
  g_autoptr (World) world = new_world ();
  ContractCreateBookingRequest request = { .person_civil_registration_identifier = testlib_cpr (1),
                                           .interview_contact_type_identifier = 1 };

  world->now_us = slot (0) - HALF_HOUR / 10;
  g_autofree char *token = reserve (world, 1, OFFER, slot (0));
  request.reservation_identifier = token;
  world->now_us = slot (0);
  refuse (world, "CreateBooking", &request, PLANNER_ERROR_SLOT_NOT_OFFERED);
  world->now_us = slot (0) - 1;
  (void) expect (world, "CreateBooking", &request);
}

/* More ended at once than one run removes. */
static void
test_many_expired (void)
{
  g_autoptr (World) world = new_world ();
  g_autofree char *token = reserve (world, 1, OFFER, slot (0));
  ContractCreateBookingRequest request = { .person_civil_registration_identifier = testlib_cpr (1),
                                           .reservation_identifier = token,
                                           .interview_contact_type_identifier = 1 };

  world_run_sql (world,
                 "WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 399) "
                 "INSERT INTO citizen (citizen_id, tenant_id, cpr) SELECT i, 1, 'x' || i FROM n;"
                 "INSERT INTO hold (tenant_id, token, citizen_id, context, offer_id, start_us, "
                 "end_us, advisor_id, contact_type, owner_id, expiry_us) SELECT 1, 'x' || "
                 "c.citizen_id, c.citizen_id, 'new', 1, 1, 2, 1, 1, h.owner_id, 5 FROM citizen c, "
                 "hold h WHERE c.citizen_id >= 100;");
  world->now_us += 10 * G_GINT64_CONSTANT (60000000);
  refuse (world, "CreateBooking", &request, PLANNER_ERROR_RESERVATION_EXPIRED);
}

/* What an indkalder did not allow is not allowed by moving either. */
static void
test_move_keeps_rights (void)
{
  g_autoptr (World) world = new_world ();
  ContractRegisterBookingRequest request = register_request (1, slot (0), "RID-1");
  ContractRescheduleBookingRequest move = { .person_civil_registration_identifier = testlib_cpr (1),
                                            .has_booking_start_time = TRUE,
                                            .booking_start_time = world_time (slot (3)) };
  ContractCancelBookingRequest cancel = { testlib_cpr (1), NULL };
  const ContractRegisterBookingResponse *response;
  g_autofree char *own = NULL;

  world->caller.roles = OP_ROLE_INDKALDER;
  request.re_booking_possible = TRUE;
  request.has_re_booking_deadline = TRUE;
  request.re_booking_deadline = world_time (slot (-4));
  response = expect (world, "RegisterBooking", &request);
  own = g_strdup (response->booking_details.booking_identifier);
  world->caller.roles = OP_ROLE_DFDG;
  move.booking_identifier = cancel.booking_identifier = own;
  (void) expect (world, "RescheduleBooking", &move);
  refuse (world, "CancelBooking", &cancel, PLANNER_ERROR_NOT_CANCELLABLE);
  world->now_us = slot (-4);
  move.booking_start_time = world_time (slot (4));
  refuse (world, "RescheduleBooking", &move, PLANNER_ERROR_DEADLINE_PASSED);
}

/* An indkalder's move keeps the room, and the time to get ready that goes with the offer. */
static void
test_update_keeps_room_and_buffers (void)
{
  g_autoptr (World) world = new_world ();
  g_autofree char *own = book (world, 1, ROOM_OFFER, slot (0));
  ContractUpdateBookingRequest update = { .person_civil_registration_identifier = testlib_cpr (1),
                                          .booking_identifier = own,
                                          .has_booking_start_time = TRUE,
                                          .booking_start_time = world_time (slot (2)) };

  world->caller.roles = OP_ROLE_INDKALDER;
  (void) expect (world, "UpdateBooking", &update);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM claim"), ==, 2);
  g_assert_cmpint (world_count (world, "SELECT room_id FROM booking"), ==, 3);
  g_assert_cmpint (world_count (world, "SELECT end_us - core_end_us FROM claim WHERE resource_id = "
                                       "1"),
                   ==, 10 * PERIOD_US_PER_MINUTE);
}

/* A citizen who is to be in two places at once stays in conflict until one of them goes. */
static void
test_citizen_conflict_stays (void)
{
  g_autoptr (World) world = new_world ();
  ContractRegisterBookingRequest request = register_request (1, slot (0), "RID-2");
  ContractCreateBookingRequest mine = create_request (1, OFFER, slot (0));
  ContractCreateBookingRequest other = create_request (2, OFFER, slot (2));
  ContractCancelBookingRequest cancel = { testlib_cpr (2), NULL };

  mine.case_worker_identifier = "RID-1";
  other.case_worker_identifier = "RID-2";
  const ContractCreateBookingResponse *response = expect (world, "CreateBooking", &mine);
  g_autofree char *own = g_strdup (response->booking_details.booking_identifier);
  response = expect (world, "CreateBooking", &other);
  g_autofree char *near = g_strdup (response->booking_details.booking_identifier);
  world->caller.roles = OP_ROLE_KSS;
  request.interview_type_identifier = 12;
  (void) expect (world, "RegisterBooking", &request);
  world->caller.roles = OP_ROLE_DFDG;
  cancel.booking_identifier = near;
  (void) expect (world, "CancelBooking", &cancel);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking WHERE conflict = 1"), ==, 1);
  cancel = (ContractCancelBookingRequest){ testlib_cpr (1), own };
  (void) expect (world, "CancelBooking", &cancel);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking WHERE conflict = 1"), ==, 0);
}

/* With the booking goes what was reserved for moving it. */
static void
test_cancel_drops_move (void)
{
  g_autoptr (World) world = new_world ();
  g_autofree char *own = book (world, 1, OFFER, slot (0));
  ContractGetBookingDetailsRequest request = { .person_civil_registration_identifier =
                                                 testlib_cpr (1),
                                               .booking_identifier = own,
                                               .booking_start_time = world_time (slot (3)) };
  ContractCancelBookingRequest cancel = { testlib_cpr (1), own };

  (void) expect (world, "GetBookingDetails", &request);
  g_assert_cmpuint (count_slots (world, 2, OFFER, NULL), ==, 10);
  (void) expect (world, "CancelBooking", &cancel);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM claim"), ==, 0);
  g_assert_cmpuint (count_slots (world, 2, OFFER, NULL), ==, 12);
}

static void
test_second_open_type (void)
{
  g_autoptr (World) world = new_world ();
  ContractRegisterBookingRequest request = register_request (1, slot (2), "RID-2");
  ContractUpdateBookingRequest update = { .person_civil_registration_identifier = testlib_cpr (1),
                                          .has_interview_type_identifier = TRUE,
                                          .interview_type_identifier = 7 };
  g_autofree char *first = book (world, 1, OFFER, slot (0));
  g_autofree char *second = NULL;

  world->caller.roles = OP_ROLE_INDKALDER;
  request.interview_type_identifier = 12;
  const ContractRegisterBookingResponse *response = expect (world, "RegisterBooking", &request);
  second = g_strdup (response->booking_details.booking_identifier);
  update.booking_identifier = second;
  refuse (world, "UpdateBooking", &update, PLANNER_ERROR_SLOT_TAKEN);
  update.has_force = update.force = TRUE;
  const ContractUpdateBookingResponse *changed = expect (world, "UpdateBooking", &update);
  g_assert_true (changed->conflict_flag);
}

/* A case system's change of a summons whose advisor has left is taken like any other. */
static void
test_retired_advisor (void)
{
  g_autoptr (World) world = new_world ();
  ContractRegisterBookingRequest request = register_request (1, slot (0), "RID-1");
  ContractUpdateBookingRequest update = { .person_civil_registration_identifier = testlib_cpr (1),
                                          .has_booking_start_time = TRUE,
                                          .booking_start_time = world_time (slot (2)) };
  g_autofree char *first = NULL;

  world->caller.roles = OP_ROLE_KSS;
  const ContractRegisterBookingResponse *response = expect (world, "RegisterBooking", &request);
  first = g_strdup (response->booking_details.booking_identifier);
  request = register_request (2, slot (2), "RID-1");
  (void) expect (world, "RegisterBooking", &request);
  world_run_sql (world, "UPDATE resource SET retired_us = 1 WHERE resource_id = 1;");
  update.booking_identifier = first;
  const ContractUpdateBookingResponse *changed = expect (world, "UpdateBooking", &update);
  g_assert_true (changed->conflict_flag);
  g_assert_cmpstr (changed->booking_details.case_worker_identifier, ==, "RID-1");
}

/* The number stands in one table, whatever people write. */
static void
test_number_in_prose (void)
{
  g_autoptr (World) world = new_world ();
  g_autofree char *text = g_strdup_printf ("Om %s, ogs\303\245 skrevet %.6s-%s", testlib_cpr (1),
                                           testlib_cpr (1), testlib_cpr (1) + 6);
  g_autofree char *sql = g_strdup_printf ("SELECT count(*) FROM (SELECT payload FROM "
                                          "journal_payload UNION ALL SELECT payload FROM outbox "
                                          "UNION ALL SELECT payload FROM inbox) WHERE payload LIKE "
                                          "'%%%s%%' OR payload LIKE '%%%.6s-%s%%'",
                                          testlib_cpr (1), testlib_cpr (1), testlib_cpr (1) + 6);
  ContractRegisterBookingRequest request = register_request (1, slot (0), "RID-1");
  ContractReportErrorRequest report = { .person_civil_registration_identifier = testlib_cpr (1),
                                        .error_code = 1,
                                        .error_origin = 30,
                                        .error_time = world_time (slot (0)),
                                        .error_text = text };

  (void) expect (world, "ReportError", &report);
  world->caller.roles = OP_ROLE_INDKALDER;
  request.description = text;
  request.title = text;
  (void) expect (world, "RegisterBooking", &request);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM outbox, inbox"), ==, 1);
  g_assert_cmpint (world_count (world, sql), ==, 0);
}

/* The ends of the calendar are times like others: refused, never a crash or an answer that cannot be sent. */
static void
test_absurd_times (void)
{
  g_autoptr (World) world = new_world ();
  const char *const times[] = { "0001-01-01T00:00:00Z", "0001-01-01T23:30:00Z",
                                "1582-10-10T12:00:00Z", "9999-12-31T12:00:00Z",
                                "9999-12-31T23:30:00Z" };

  world->caller.roles = OP_ROLE_KSS;
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autoptr (GError) error = NULL;
      ContractRegisterBookingRequest request =
        register_request (10 + i, world_instant (times[i]), "RID-1");
      request.booking_end_time.unix_us -= 1000000;
      g_assert_null (world_call (world, "RegisterBooking", &request, &error));
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
    }
  world->caller.roles = OP_ROLE_DFDG;
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      ContractCreateBookingRequest create = create_request (5, OFFER, world_instant (times[i]));
      ContractGetSelfbookTimeslotsRequest list = {
        .person_civil_registration_identifier = testlib_cpr (5),
        .interview_option_id = OFFER,
        .booking_option_interval_start_time = world_time (world_instant (times[i])),
        .booking_option_interval_end_time = world_time (world_instant (times[i]) + HALF_HOUR)
      };

      refuse (world, "CreateBooking", &create, PLANNER_ERROR_SLOT_NOT_OFFERED);
      create.booking_start_time.offset_s = 3020;
      refuse (world, "CreateBooking", &create, PLANNER_ERROR_NOT_VALID);
      (void) expect (world, "GetSelfbookTimeslots", &list);
    }
  g_assert_cmpuint (count_slots (world, 5, OFFER, NULL), ==, 12);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/crossings/replay-stays-in-unit", test_replay_stays_in_unit);
  g_test_add_func ("/crossings/options-are-bookable", test_options_are_bookable);
  g_test_add_func ("/crossings/pages-hide-other-units", test_pages_hide_other_units);
  g_test_add_func ("/crossings/registered-seat-is-listed", test_registered_seat_is_listed);
  g_test_add_func ("/crossings/group-shares-one-time", test_group_shares_one_time_only);
  g_test_add_func ("/crossings/leave-group-by-moving", test_leave_group_by_moving);
  g_test_add_func ("/crossings/session-has-its-time", test_session_has_its_time);
  g_test_add_func ("/crossings/own-seat-is-listed", test_own_seat_is_listed);
  g_test_add_func ("/crossings/hold-ends-with-start", test_hold_ends_with_start);
  g_test_add_func ("/crossings/many-expired", test_many_expired);
  g_test_add_func ("/crossings/move-keeps-rights", test_move_keeps_rights);
  g_test_add_func ("/crossings/update-keeps-room", test_update_keeps_room_and_buffers);
  g_test_add_func ("/crossings/citizen-conflict-stays", test_citizen_conflict_stays);
  g_test_add_func ("/crossings/cancel-drops-move", test_cancel_drops_move);
  g_test_add_func ("/crossings/second-open-type", test_second_open_type);
  g_test_add_func ("/crossings/retired-advisor", test_retired_advisor);
  g_test_add_func ("/crossings/number-in-prose", test_number_in_prose);
  g_test_add_func ("/crossings/absurd-times", test_absurd_times);
  return g_test_run ();
}
