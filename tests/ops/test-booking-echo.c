/* SPDX-License-Identifier: EUPL-1.2 */
/* Who is to tell DFDG: every change, by every role: a row of the outbox, a watch for an echo, or neither. */
#include "base/error.h"
#include "ops-world.h"
#include "ops/booking/booking-echo.h"

#define OFFER "10000000-0000-4000-8000-000000000001"
#define NOW   "2026-11-23T08:00:00Z"

/* Monday 23 November 2026, 09:00 in Copenhagen. Two advisors work 09-12 local on Tuesday. */
static const char world_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
  "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, name) VALUES (1, 1, "
  "8, '89000', 'Demo');"
  "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES "
  "(1, 1, 'advisor', 'RID-1', 'v1@demo.example', 'Vejleder 01');"
  "INSERT INTO resource_unit (tenant_id, resource_id, unit_id) VALUES (1, 1, 1);"
  "INSERT INTO work_span VALUES (1, 1795507200000000, 1795518000000000);"
  "INSERT INTO offer (offer_id, tenant_id, unit_id, identifier, interview_type, form, title, "
  "duration_minutes, grid_minutes, after_minutes, seats, needs_room, rebook_deadline_minutes, "
  "cancel_deadline_minutes) VALUES "
  "(1, 1, 1, '" OFFER "', 7, 'individual', 'Jobsamtale', 30, 30, 0, 1, 0, 60, 60);"
  "INSERT INTO offer_contact_type VALUES (1, 1);"
  "INSERT INTO offer_resource VALUES (1, 1);"
  "INSERT INTO offer_rule VALUES (1, 'contact-group', '1');";

static gint64
slot (int half_hours)
{
  return world_instant ("2026-11-24T08:00:00Z") + half_hours * G_GINT64_CONSTANT (1800000000);
}

static void
learn (World *world)
{
  g_autoptr (GError) error = NULL;
  ContractGetSelfbookInterviewOptionsRequest request = {
    .person_civil_registration_identifier = testlib_cpr (1),
    .job_center_code = "89000",
    .contact_group_type_identifier = 1,
  };

  g_assert_nonnull (world_call (world, "GetSelfbookInterviewOptions", &request, &error));
  g_assert_no_error (error);
}

static gboolean
do_create (World *world, const char *booking, GError **error)
{
  ContractCreateBookingRequest request = { .person_civil_registration_identifier = testlib_cpr (1),
                                           .booking_identifier = booking,
                                           .interview_option_id = OFFER,
                                           .has_booking_start_time = TRUE,
                                           .booking_start_time = world_time (slot (0)),
                                           .interview_contact_type_identifier = 1 };

  return world_call (world, "CreateBooking", &request, error) != NULL;
}

static gboolean
do_move (World *world, const char *booking, GError **error)
{
  ContractRescheduleBookingRequest request = { .person_civil_registration_identifier =
                                                 testlib_cpr (1),
                                               .booking_identifier = booking,
                                               .has_booking_start_time = TRUE,
                                               .booking_start_time = world_time (slot (2)) };

  return world_call (world, "RescheduleBooking", &request, error) != NULL;
}

static gboolean
do_cancel (World *world, const char *booking, GError **error)
{
  ContractCancelBookingRequest request = { testlib_cpr (1), booking };

  return world_call (world, "CancelBooking", &request, error) != NULL;
}

static gboolean
do_accept (World *world, const char *booking, GError **error)
{
  ContractAcceptBookingRequest request = { .person_civil_registration_identifier = testlib_cpr (1),
                                           .booking_identifier = booking };

  return world_call (world, "AcceptBooking", &request, error) != NULL;
}

static gboolean
do_register (World *world, const char *booking, GError **error)
{
  ContractRegisterBookingRequest request = {
    .person_civil_registration_identifier = testlib_cpr (1),
    .booking_identifier = booking,
    .job_center_code = "89000",
    .booking_start_time = world_time (slot (0)),
    .booking_end_time = world_time (slot (1)),
    .interview_type_identifier = 7,
    .interview_form_type_identifier = 1,
    .interview_contact_type_identifier = 1,
    .title = "Jobsamtale",
    .case_worker_identifier = "RID-1",
  };

  return world_call (world, "RegisterBooking", &request, error) != NULL;
}

static gboolean
do_update (World *world, const char *booking, GError **error)
{
  ContractUpdateBookingRequest request = { .person_civil_registration_identifier = testlib_cpr (1),
                                           .booking_identifier = booking,
                                           .description = "Medbring CV" };

  return world_call (world, "UpdateBooking", &request, error) != NULL;
}

static gboolean
do_delete (World *world, const char *booking, GError **error)
{
  ContractDeleteBookingRequest request = { .person_civil_registration_identifier = testlib_cpr (1),
                                           .booking_identifier = booking };

  return world_call (world, "DeleteBooking", &request, error) != NULL;
}

typedef gboolean (*Doing) (World *world, const char *booking, GError **error);

/* What is done first, by whom; then the change in question; and what it leaves. */
static const struct
{
  const char *name;
  Doing first;
  OpRole first_role;
  Doing change;
  OpRole role;
  const char *told; /* kind of the outbox row; NULL: none */
  gint64 n_echoes;
} rows[] = {
  { "dfdg creates", NULL, 0, do_create, OP_ROLE_DFDG, NULL, 1 },
  { "dfdg moves", do_create, OP_ROLE_DFDG, do_move, OP_ROLE_DFDG, NULL, 1 },
  { "dfdg cancels", do_create, OP_ROLE_DFDG, do_cancel, OP_ROLE_DFDG, NULL, 1 },
  { "dfdg accepts ours", do_register, OP_ROLE_INDKALDER, do_accept, OP_ROLE_DFDG, NULL, 1 },
  { "dfdg accepts a kss's", do_register, OP_ROLE_KSS, do_accept, OP_ROLE_DFDG, NULL, 1 },
  { "indkalder registers", NULL, 0, do_register, OP_ROLE_INDKALDER, "register", 0 },
  { "kss registers", NULL, 0, do_register, OP_ROLE_KSS, NULL, 0 },
  { "indkalder updates", do_register, OP_ROLE_INDKALDER, do_update, OP_ROLE_INDKALDER, "update",
    0 },
  { "indkalder updates the citizen's", do_create, OP_ROLE_DFDG, do_update, OP_ROLE_INDKALDER,
    "update", 0 },
  { "kss updates", do_register, OP_ROLE_KSS, do_update, OP_ROLE_KSS, NULL, 0 },
  { "indkalder deletes", do_register, OP_ROLE_INDKALDER, do_delete, OP_ROLE_INDKALDER, "delete",
    0 },
  { "indkalder deletes the citizen's", do_create, OP_ROLE_DFDG, do_delete, OP_ROLE_INDKALDER,
    "delete", 0 },
  { "kss deletes", do_register, OP_ROLE_KSS, do_delete, OP_ROLE_KSS, NULL, 0 },
};

#define BOOKING "30000000-0000-4000-8000-000000000001"

static void
act (World *world, Doing doing, OpRole role)
{
  g_autoptr (GError) error = NULL;
  gboolean ok;

  world->caller.roles = role;
  ok = doing (world, BOOKING, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
}

static void
test_who_tells (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (World) world = world_new (world_instant (NOW));
      g_autofree char *told =
        g_strdup_printf ("SELECT count(*) FROM outbox WHERE kind = '%s'", rows[i].told);

      g_test_message ("%s", rows[i].name);
      world_run_sql (world, world_sql);
      world->caller.roles = OP_ROLE_DFDG;
      learn (world);
      if (rows[i].first != NULL)
        act (world, rows[i].first, rows[i].first_role);
      world_run_sql (world, "DELETE FROM outbox; DELETE FROM echo_watch;");
      act (world, rows[i].change, rows[i].role);
      g_assert_cmpint (world_count (world, "SELECT count(*) FROM outbox"), ==,
                       rows[i].told != NULL);
      g_assert_cmpint (world_count (world, told), ==, rows[i].told != NULL);
      g_assert_cmpint (world_count (world, "SELECT count(*) FROM echo_watch"), ==,
                       rows[i].n_echoes);
      g_assert_cmpint (world_count (world, "SELECT count(*) FROM echo_watch w JOIN booking b ON "
                                           "b.identifier = w.subject AND b.revision = w.revision "
                                           "AND b.citizen_id = w.citizen_id"),
                       ==, rows[i].n_echoes);
      /* Said again it is the same change: nothing more is told, nothing more is waited for. */
      act (world, rows[i].change, rows[i].role);
      g_assert_cmpint (world_count (world, "SELECT count(*) FROM echo_watch"), ==,
                       rows[i].n_echoes);
      if (rows[i].change != do_update)
        g_assert_cmpint (world_count (world, "SELECT count(*) FROM outbox"), ==,
                         rows[i].told != NULL);
    }
}

/* A change that came to nothing leaves nothing to be told. */
static void
test_refused (void)
{
  g_autoptr (World) world = world_new (world_instant (NOW));
  g_autoptr (GError) error = NULL;

  world_run_sql (world, world_sql);
  world->caller.roles = OP_ROLE_INDKALDER;
  g_assert_true (do_register (world, BOOKING, &error));
  g_assert_false (do_register (world, "30000000-0000-4000-8000-000000000002", &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_SLOT_TAKEN);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM outbox"), ==, 1);
}

/* Whoever cannot ask DFDG waits for nothing. */
static void
test_not_watched (void)
{
  static const char *const others[] = { "another", NULL };
  static const char *const ours[] = { "demo", NULL };
  g_autoptr (World) world = world_new (world_instant (NOW));

  world_run_sql (world, world_sql);
  world->caller.roles = OP_ROLE_DFDG;
  learn (world);
  booking_echo_set_tenants (others);
  act (world, do_create, OP_ROLE_DFDG);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM echo_watch"), ==, 0);
  booking_echo_set_tenants (ours);
}

/* What is told is read when it is told: the row holds no word about anybody. */
static void
test_row_is_bare (void)
{
  g_autoptr (World) world = world_new (world_instant (NOW));

  world_run_sql (world, world_sql);
  act (world, do_register, OP_ROLE_INDKALDER);
  g_assert_cmpint (world_count (world,
                                "SELECT count(*) FROM outbox WHERE payload LIKE '%Jobsamtale%' "
                                "OR payload LIKE '%RID-1%'"),
                   ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM outbox WHERE payload = "
                                       "'{\"booking\":{\"identifier\":\"" BOOKING
                                       "\",\"revision\":1,\"state\":\"booked\"}}'"),
                   ==, 1);
}

int
main (int argc, char **argv)
{
  static const char *const watched[] = { "demo", NULL };
  int status;

  testlib_init (&argc, &argv);
  booking_echo_set_tenants (watched);
  g_test_add_func ("/booking-echo/who-tells", test_who_tells);
  g_test_add_func ("/booking-echo/refused", test_refused);
  g_test_add_func ("/booking-echo/not-watched", test_not_watched);
  g_test_add_func ("/booking-echo/row-is-bare", test_row_is_bare);
  status = g_test_run ();
  booking_echo_set_tenants (NULL);
  return status;
}
