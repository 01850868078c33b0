/* SPDX-License-Identifier: EUPL-1.2 */
/* The service with its threads over a real database. Also tests: op-service, op-upkeep, op-uptime. */
#include <sqlite3.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "ops/service/op-upkeep.h"
#include "ops/service/op-worker.h"
#include "store/store-migrate.h"
#include "testlib.h"

#define OFFER     "10000000-0000-4000-8000-000000000001"
#define MINUTE_US G_GINT64_CONSTANT (60000000)
/* Monday 23 November 2026, 08:00 UTC; two advisors work the next day from 07 to 10 UTC. */
#define NOW_US  G_GINT64_CONSTANT (1795420800000000)
#define SLOT_US G_GINT64_CONSTANT (1795507200000000)

static const char world_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
  "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, name) VALUES (1, 1, "
  "8, '89000', 'Demo');"
  "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES "
  "(1, 1, 'advisor', 'RID-1', 'v1@demo.example', 'Vejleder 01'), (2, 1, 'advisor', 'RID-2', "
  "'v2@demo.example', 'Vejleder 02');"
  "INSERT INTO resource_unit VALUES (1, 1, 1), (2, 1, 1);"
  "INSERT INTO work_span VALUES (1, 1795507200000000, 1795518000000000), (2, 1795507200000000, "
  "1795518000000000);"
  "INSERT INTO offer (offer_id, tenant_id, unit_id, identifier, interview_type, form, title, "
  "duration_minutes, grid_minutes, after_minutes, seats, needs_room, rebook_deadline_minutes, "
  "cancel_deadline_minutes) VALUES "
  "(1, 1, 1, '" OFFER "', 7, 'individual', 'Jobsamtale', 30, 30, 0, 1, 0, 60, 60);"
  "INSERT INTO offer_contact_type VALUES (1, 1);"
  "INSERT INTO offer_resource VALUES (1, 1), (1, 2);"
  "INSERT INTO offer_rule VALUES (1, 'contact-group', '1');";

typedef struct
{
  char *path;
  OpService *service;
  OpCaller caller;
} Town;

/* A call and what became of it. */
typedef struct
{
  Town *town;
  OpCall call;
  OpReport report;
  GError *error;
  guint n_done;
} Asked;

static void
run_sql (const char *path, const char *sql)
{
  sqlite3 *database;

  g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (database, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (database);
}

static gint64
count (Town *town, const char *sql)
{
  sqlite3 *database;
  sqlite3_stmt *statement;
  gint64 n;

  g_assert_cmpint (sqlite3_open (town->path, &database), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  n = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (database);
  return n;
}

static OpService *
open_service (const char *path, GError **error)
{
  g_autofree char *schema = testlib_dup_source_path ("data/schema/sqlite");
  g_autofree char *data = testlib_dup_source_path ("data");
  OpServiceSettings settings = { .database_path = path,
                                 .schema_dir = schema,
                                 .data_dir = data,
                                 .n_workers = 2,
                                 .max_queued = 1000,
                                 .max_group = 64 };

  return op_service_new (&settings, error);
}

static void
create_database (const char *path)
{
  g_autofree char *schema = testlib_dup_source_path ("data/schema/sqlite");
  g_autoptr (StoreSession) session = store_open (path, STORE_WRITE, NULL);

  g_assert_true (store_migrate (session, schema, NULL));
}

static Town *
town_new (void)
{
  Town *town = g_new0 (Town, 1);
  g_autofree char *folder = testlib_make_folder ();
  g_autoptr (GError) error = NULL;

  clock_set_for_test (NOW_US);
  town->path = g_build_filename (folder, "planner.db", NULL);
  create_database (town->path);
  run_sql (town->path, world_sql);
  town->service = open_service (town->path, &error);
  g_assert_no_error (error);
  town->caller = (OpCaller){
    .name = (char *) "test", .tenant_key = (char *) "demo", .roles = OP_ROLE_DFDG, .system = -1
  };
  return town;
}

static void
town_free (Town *town)
{
  op_service_stop (town->service);
  op_service_free (town->service);
  g_free (town->path);
  g_free (town);
  clock_set_for_test (0);
}

static void
on_done (OpCall *call, const OpReport *report, const GError *error, gpointer data)
{
  Asked *asked = data;

  g_assert_true (call == &asked->call);
  asked->n_done++;
  asked->report = *report;
  if (error != NULL)
    asked->error = g_error_copy (error);
}

static Asked *
asked_new (Town *town, const char *operation)
{
  Asked *asked = g_new0 (Asked, 1);

  asked->town = town;
  asked->call.row = op_table_find (operation);
  asked->call.caller = &town->caller;
  asked->call.request_id = "test";
  asked->call.mapping = contract_mapping_get_default ();
  asked->call.operation = contract_operation_find (operation);
  asked->call.arena = contract_arena_new ();
  return asked;
}

static void
asked_free (Asked *asked)
{
  op_call_reset (&asked->call);
  if (asked->call.body != NULL)
    g_string_free (asked->call.body, TRUE);
  contract_arena_free (asked->call.arena);
  g_clear_error (&asked->error);
  g_free (asked);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Asked, asked_free)

static void
submit (Asked *asked)
{
  op_service_submit (asked->town->service, &asked->call,
                     clock_monotonic_us () + 20 * G_USEC_PER_SEC, on_done, asked);
}

static void
wait (Asked *asked)
{
  while (asked->n_done == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (asked->n_done, ==, 1);
}

static ContractTime
time_at (gint64 unix_us)
{
  return (ContractTime){ .unix_us = unix_us, .offset_s = 3600, .has_offset = TRUE };
}

static Asked *
ask_for_times (Town *town, guint citizen)
{
  Asked *asked = asked_new (town, "GetSelfbookTimeslots");
  ContractGetSelfbookTimeslotsRequest *request =
    contract_arena_new0 (asked->call.arena, ContractGetSelfbookTimeslotsRequest);

  request->person_civil_registration_identifier = testlib_cpr (citizen);
  request->interview_option_id = OFFER;
  request->booking_option_interval_start_time = time_at (SLOT_US - 12 * 60 * MINUTE_US);
  request->booking_option_interval_end_time = time_at (SLOT_US + 12 * 60 * MINUTE_US);
  asked->call.request = request;
  submit (asked);
  return asked;
}

static guint
count_times (Town *town, guint citizen)
{
  g_autoptr (Asked) asked = ask_for_times (town, citizen);
  guint n = 0;

  wait (asked);
  g_assert_no_error (asked->error);
  for (const char *at = asked->call.body->str; (at = strstr (at, "<StartTime>")) != NULL; at++)
    n++;
  return n;
}

static Asked *
ask_to_book (Town *town, guint citizen, gint64 start_us, const char *advisor)
{
  Asked *asked = asked_new (town, "CreateBooking");
  ContractCreateBookingRequest *request =
    contract_arena_new0 (asked->call.arena, ContractCreateBookingRequest);

  request->person_civil_registration_identifier = testlib_cpr (citizen);
  request->interview_option_id = OFFER;
  request->has_booking_start_time = TRUE;
  request->booking_start_time = time_at (start_us);
  request->interview_contact_type_identifier = 1;
  request->case_worker_identifier = advisor;
  asked->call.request = request;
  submit (asked);
  return asked;
}

static void
test_times_come_from_the_loop (void)
{
  Town *town = town_new ();
  g_autoptr (Asked) asked = ask_for_times (town, 1);

  g_assert_cmpuint (asked->n_done, ==, 1);
  g_assert_no_error (asked->error);
  g_assert_cmpint (asked->report.place, ==, OP_INLINE);
  g_assert_cmpuint (count_times (town, 1), ==, 12);
  town_free (town);
}

/* Whoever is told of a booking finds it in the very next answer, and it is in the file. */
static void
test_answer_after_index_and_commit (void)
{
  Town *town = town_new ();
  g_autoptr (Asked) booked = ask_to_book (town, 1, SLOT_US, NULL);

  g_assert_cmpuint (booked->n_done, ==, 0);
  wait (booked);
  g_assert_no_error (booked->error);
  g_assert_cmpint (booked->report.place, ==, OP_WRITE);
  g_assert_cmpint (count (town, "SELECT count(*) FROM booking"), ==, 1);
  g_assert_cmpint (count (town, "SELECT count(*) FROM stored_answer"), ==, 1);
  g_assert_cmpuint (count_times (town, 2), ==, 11);
  town_free (town);
}

/* A citizen with a booking of his own is asked about in the database: a worker's job. */
static void
test_citizen_with_booking_goes_to_a_worker (void)
{
  Town *town = town_new ();
  g_autoptr (Asked) booked = ask_to_book (town, 1, SLOT_US, NULL);
  g_autoptr (Asked) times = NULL;

  wait (booked);
  times = ask_for_times (town, 1);
  wait (times);
  g_assert_cmpint (times->report.place, ==, OP_READ);
  g_assert_cmpuint (times->report.run.n_runs, ==, 1);
  town_free (town);
}

static void
test_race_has_one_winner (void)
{
  Town *town = town_new ();
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) asked_free);
  guint n_won = 0;

  for (guint i = 0; i < 60; i++)
    g_ptr_array_add (all, ask_to_book (town, i, SLOT_US, "RID-1"));
  for (guint i = 0; i < all->len; i++)
    {
      Asked *asked = all->pdata[i];
      wait (asked);
      if (asked->error == NULL)
        n_won++;
      else
        g_assert_error (asked->error, PLANNER_ERROR, PLANNER_ERROR_SLOT_TAKEN);
    }
  g_assert_cmpuint (n_won, ==, 1);
  g_assert_cmpint (count (town, "SELECT count(*) FROM booking"), ==, 1);
  town_free (town);
}

static void
wait_for_count (Town *town, const char *sql, gint64 wanted)
{
  gint64 give_up_us = clock_monotonic_us () + 20 * G_USEC_PER_SEC;

  while (count (town, sql) != wanted)
    {
      g_assert_cmpint (clock_monotonic_us (), <, give_up_us);
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

/* Facts ride to the writer behind the answer; our own probe leaves nothing. */
static void
test_notes_follow_the_answer (void)
{
  Town *town = town_new ();
  g_autoptr (Asked) asked = asked_new (town, "GetSelfbookInterviewOptions");
  g_autoptr (GError) error = NULL;
  ContractGetSelfbookInterviewOptionsRequest request = {
    .person_civil_registration_identifier = testlib_cpr (5),
    .job_center_code = "89000",
    .contact_group_type_identifier = 1,
  };

  asked->call.request = &request;
  g_assert_true (op_service_probe (town->service, &asked->call, &error));
  g_assert_no_error (error);
  g_assert_null (asked->call.notes);
  submit (asked);
  g_assert_cmpuint (asked->n_done, ==, 1);
  g_assert_no_error (asked->error);
  wait_for_count (town, "SELECT count(*) FROM citizen", 1);
  town_free (town);
}

/* What was not offered to whom can be shown later: no time in the interval, or no offer at all. */
static void
test_empty_answers_are_kept (void)
{
  Town *town = town_new ();
  g_autoptr (Asked) times = asked_new (town, "GetSelfbookTimeslots");
  g_autoptr (Asked) options = asked_new (town, "GetSelfbookInterviewOptions");
  ContractGetSelfbookTimeslotsRequest at_night = {
    .person_civil_registration_identifier = testlib_cpr (5),
    .interview_option_id = OFFER,
    .booking_option_interval_start_time = time_at (SLOT_US - 12 * 60 * MINUTE_US),
    .booking_option_interval_end_time = time_at (SLOT_US - 6 * 60 * MINUTE_US),
  };
  ContractGetSelfbookInterviewOptionsRequest other_group = {
    .person_civil_registration_identifier = testlib_cpr (6),
    .job_center_code = "89000",
    .contact_group_type_identifier = 2,
  };
  g_autofree char *no_time =
    g_strdup_printf ("SELECT count(*) FROM empty_answer JOIN citizen USING (citizen_id) WHERE "
                     "reason = 'no-time' AND offer_id = 1 AND cpr = '%s' AND from_us = "
                     "%" G_GINT64_FORMAT " AND to_us = %" G_GINT64_FORMAT,
                     testlib_cpr (5), SLOT_US - 12 * 60 * MINUTE_US, SLOT_US - 6 * 60 * MINUTE_US);

  times->call.request = &at_night;
  submit (times);
  wait (times);
  g_assert_no_error (times->error);
  options->call.request = &other_group;
  submit (options);
  wait (options);
  g_assert_error (options->error, PLANNER_ERROR, PLANNER_ERROR_NO_OPTIONS);
  wait_for_count (town, no_time, 1);
  wait_for_count (town, "SELECT count(*) FROM empty_answer WHERE reason = 'no-offer'", 1);
  g_assert_cmpuint (count_times (town, 7), ==, 12);
  g_assert_cmpint (count (town, "SELECT count(*) FROM empty_answer"), ==, 2);
  town_free (town);
}

static void
reserve (Town *town, guint citizen, gint64 start_us)
{
  g_autoptr (Asked) asked = asked_new (town, "GetBookingDetails");
  ContractGetBookingDetailsRequest request = { .person_civil_registration_identifier =
                                                 testlib_cpr (citizen),
                                               .interview_option_id = OFFER,
                                               .booking_start_time = time_at (start_us) };

  asked->call.request = &request;
  submit (asked);
  wait (asked);
  g_assert_no_error (asked->error);
}

static void
test_expired_holds_go_by_themselves (void)
{
  Town *town = town_new ();

  reserve (town, 1, SLOT_US);
  g_assert_cmpint (count (town, "SELECT count(*) FROM hold"), ==, 1);
  g_assert_cmpuint (count_times (town, 2), ==, 11);
  clock_set_for_test (NOW_US + 60 * MINUTE_US);
  reserve (town, 2, SLOT_US + 30 * MINUTE_US);
  wait_for_count (town, "SELECT count(*) FROM hold", 1);
  wait_for_count (town, "SELECT count(*) FROM claim", 1);
  g_assert_cmpuint (count_times (town, 3), ==, 11);
  town_free (town);
}

typedef struct
{
  Town *town;
  gboolean is_over;
  GError *error;
} Bulk;

static gboolean
write_advisor (StoreSession *session, gpointer data, GError **error)
{
  return store_run_script (
    session,
    "UPDATE unit SET name = 'Changed' WHERE unit_id = 1;"
    "INSERT INTO change (tenant_id, kind, subject_id) VALUES (1, 'catalogue', 0);",
    error);
}

static gboolean
run_bulk (gpointer data, gpointer session, GError **error)
{
  Bulk *bulk = data;

  return op_service_write (bulk->town->service, write_advisor, bulk, error) &&
         op_service_run_admin_write (bulk->town->service, write_advisor, bulk, error);
}

static void
on_bulk_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  Bulk *bulk = data;

  bulk->is_over = TRUE;
  bulk->error = error == NULL ? NULL : g_error_copy (error);
}

static void
test_bulk_writes_reach_the_index (void)
{
  Town *town = town_new ();
  Bulk bulk = { .town = town };
  g_autoptr (GError) error = NULL;
  const IndexView *view = op_service_get_view (town->service);

  g_assert_true (op_service_run_bulk (town->service, run_bulk, on_bulk_done, &bulk, &error));
  while (!bulk.is_over)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (bulk.error);
  g_assert_cmpstr (catalogue_get_unit (view->catalogue, 1)->name, ==, "Changed");
  g_assert_cmpuint (count_times (town, 1), ==, 12);
  town_free (town);
}

static void
test_stop_commits_what_is_queued (void)
{
  Town *town = town_new ();
  g_autoptr (Asked) first = ask_to_book (town, 1, SLOT_US, NULL);
  g_autoptr (Asked) second = ask_to_book (town, 2, SLOT_US, NULL);
  g_autoptr (Asked) late = NULL;

  op_service_stop (town->service);
  g_assert_cmpuint (first->n_done + second->n_done, ==, 2);
  g_assert_no_error (first->error);
  g_assert_no_error (second->error);
  late = ask_to_book (town, 3, SLOT_US + 30 * MINUTE_US, NULL);
  g_assert_error (late->error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
  g_assert_cmpint (count (town, "SELECT count(*) FROM booking"), ==, 2);
  town_free (town);
}

static void
test_restart_finds_everything (void)
{
  Town *town = town_new ();
  g_autoptr (Asked) booked = ask_to_book (town, 1, SLOT_US, NULL);
  g_autoptr (GError) error = NULL;
  OpServiceState state;

  wait (booked);
  op_service_stop (town->service);
  op_service_free (town->service);
  town->service = open_service (town->path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_times (town, 2), ==, 11);
  op_service_get_state (town->service, &state);
  g_assert_cmpuint (state.n_resources, ==, 2);
  g_assert_cmpuint (state.n_citizens, ==, 1);
  town_free (town);
}

/* The first sign of life is written without any call; a clean stop is told from a lost one. */
static void
test_runs_are_recorded (void)
{
  Town *town = town_new ();
  g_autoptr (GError) error = NULL;
  OpServiceState state = { 0 };

  while (state.seen_us == 0)
    {
      g_main_context_iteration (NULL, TRUE);
      op_service_get_state (town->service, &state);
    }
  g_assert_cmpint (state.seen_us, ==, NOW_US);
  g_assert_cmpint (count (town, "SELECT count(*) FROM uptime_span WHERE ended = 'open'"), ==, 1);
  op_service_count_call (town->service, &town->caller, 1, UPTIME_BUSY, 1500);
  op_service_stop (town->service);
  op_service_free (town->service);
  g_assert_cmpint (count (town, "SELECT count(*) FROM uptime_span WHERE ended = 'stopped'"), ==, 1);
  g_assert_cmpint (count (town, "SELECT n_calls FROM uptime_count WHERE outcome = 'busy' AND "
                                "tenant_id = 1 AND unit_id = 1 AND bound_us = 2500"),
                   ==, 1);
  clock_set_for_test (NOW_US + 5 * G_USEC_PER_SEC);
  town->service = open_service (town->path, &error);
  g_assert_no_error (error);
  /* A program that never got as far as serving leaves no run behind. */
  op_service_stop (town->service);
  g_assert_cmpint (count (town, "SELECT count(*) FROM uptime_span"), ==, 1);
  town_free (town);
}

/* Two o'clock in Copenhagen, in winter and in summer. */
static void
test_night_ends_by_local_time (void)
{
  static const struct
  {
    const char *time;
    gboolean is_over;
  } cases[] = {
    { "2026-11-22T00:59:59Z", FALSE }, { "2026-11-22T01:00:00Z", TRUE },
    { "2026-11-22T22:59:59Z", TRUE },  { "2026-11-22T23:00:00Z", FALSE },
    { "2026-06-30T23:59:59Z", FALSE }, { "2026-07-01T00:00:00Z", TRUE },
    { "2026-07-01T21:59:59Z", TRUE },  { "2026-07-01T22:00:00Z", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (cases[i].time, NULL);
      gint64 now_us = g_date_time_to_unix (time) * G_USEC_PER_SEC;

      g_test_message ("%s", cases[i].time);
      g_assert_cmpint (op_upkeep_is_night_over (now_us), ==, cases[i].is_over);
    }
}

static void
test_unknown_schema_is_refused (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "planner.db", NULL);
  g_autoptr (GError) error = NULL;

  create_database (path);
  run_sql (path, "PRAGMA user_version = 99");
  g_assert_null (open_service (path, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "99"));
}

/* What is asked of others before a call is asked for an indkalder alone: no citizen can wait for it. */
static void
test_citizens_never_ask (void)
{
  guint n_asking = 0;

  for (guint i = 0; i < op_table_length; i++)
    {
      n_asking += op_table[i].ask != NULL;
      if ((op_table[i].roles & OP_ROLE_DFDG) != 0)
        g_assert_null (op_table[i].ask);
      if (op_table[i].ask != NULL)
        g_assert_cmpint (op_table[i].place, ==, OP_WRITE);
    }
  g_assert_cmpuint (n_asking, ==, 2);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/op-worker/citizens-never-ask", test_citizens_never_ask);
  g_test_add_func ("/op-worker/times-from-the-loop", test_times_come_from_the_loop);
  g_test_add_func ("/op-worker/answer-after-commit", test_answer_after_index_and_commit);
  g_test_add_func ("/op-worker/own-booking", test_citizen_with_booking_goes_to_a_worker);
  g_test_add_func ("/op-worker/race", test_race_has_one_winner);
  g_test_add_func ("/op-worker/notes", test_notes_follow_the_answer);
  g_test_add_func ("/op-worker/empty-answers", test_empty_answers_are_kept);
  g_test_add_func ("/op-worker/expiry", test_expired_holds_go_by_themselves);
  g_test_add_func ("/op-worker/bulk", test_bulk_writes_reach_the_index);
  g_test_add_func ("/op-worker/stop", test_stop_commits_what_is_queued);
  g_test_add_func ("/op-worker/restart", test_restart_finds_everything);
  g_test_add_func ("/op-worker/night", test_night_ends_by_local_time);
  g_test_add_func ("/op-worker/unknown-schema", test_unknown_schema_is_refused);
  g_test_add_func ("/op-worker/runs-are-recorded", test_runs_are_recorded);
  return g_test_run ();
}
