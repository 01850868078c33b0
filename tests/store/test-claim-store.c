/* SPDX-License-Identifier: EUPL-1.2 */
/* The database's own guard: overlapping exclusive claims and surplus seats are refused without any judgement of ours. */
/* Also tests: group-store, hold-store, citizen-store, evidence-store, answer-store, booking-store. */
#include "base/error.h"
#include "store/answer-store.h"
#include "store/booking-store.h"
#include "store/citizen-store.h"
#include "store/claim-store.h"
#include "store/evidence-store.h"
#include "store/group-store.h"
#include "store/hold-store.h"
#include "store/store-migrate.h"
#include "testlib.h"

#define MINUTE G_GINT64_CONSTANT (60000000)

typedef struct
{
  StoreSession *session;
  gint64 citizen_id;
} Fixture;

static const char world_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
  "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, name) VALUES (1, 1, "
  "8, '89000', 'Demo');"
  "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES "
  "(1, 1, 'advisor', 'RID-1', 'v1@demo.example', 'Vejleder 01'), (2, 1, 'advisor', 'RID-2', "
  "'v2@demo.example', 'Vejleder 02');"
  "INSERT INTO offer (offer_id, tenant_id, unit_id, identifier, interview_type, form, title, "
  "duration_minutes, grid_minutes, seats) "
  "VALUES (1, 1, 1, '10000000-0000-4000-8000-000000000001', 9, 'group', 'T', 30, 30, 2);";

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "planner.db", NULL);
  g_autofree char *schema = testlib_dup_source_path ("data/schema/sqlite");
  g_autoptr (GError) error = NULL;

  fixture->session = store_open (path, STORE_WRITE, &error);
  g_assert_no_error (error);
  g_assert_true (store_migrate (fixture->session, schema, &error));
  g_assert_true (store_run_script (fixture->session, world_sql, &error));
  g_assert_no_error (error);
  g_assert_true (store_begin (fixture->session, STORE_WRITE, &error));
  fixture->citizen_id = citizen_store_put (fixture->session, 1, testlib_cpr (1), &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  store_rollback (fixture->session);
  store_close (fixture->session);
}

/* A hold is the least that a claim can belong to. */
static gint64
new_hold (Fixture *fixture, const char *context)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *token = g_strdup_printf ("token-%s", context);
  Hold hold = { .tenant_id = 1,
                .token = token,
                .citizen_id = fixture->citizen_id,
                .context = (char *) context,
                .offer_id = 1,
                .core = { 0, 30 * MINUTE },
                .advisor_id = 1,
                .contact_type = 1,
                .owner_id = claim_store_new_owner (fixture->session, 1, &error),
                .expiry_us = 5 };

  g_assert_true (hold_store_add (fixture->session, &hold, &error));
  g_assert_no_error (error);
  return hold.hold_id;
}

typedef struct
{
  int start_minute;
  int end_minute;
  int buffer_minutes;
  gboolean share;
} Span;

static gboolean
claim (Fixture *fixture, gint64 hold_id, gint64 owner_id, Span span)
{
  g_autoptr (GError) error = NULL;
  Claim wanted = { .tenant_id = 1,
                   .resource_id = 1,
                   .core = { span.start_minute * MINUTE, span.end_minute * MINUTE },
                   .before_us = span.buffer_minutes * MINUTE,
                   .after_us = span.buffer_minutes * MINUTE,
                   .may_share_buffers = span.share,
                   .exclusive = TRUE,
                   .owner_id = owner_id,
                   .hold_id = hold_id };
  gboolean ok = claim_store_add (fixture->session, &wanted, &error);

  if (!ok)
    g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
  return ok;
}

/*        600       630       660
 *   A     [---------]
 *   touching, inside, across, and the same owner's own */
static void
test_overlap_is_refused (Fixture *fixture, gconstpointer data)
{
  gint64 hold = new_hold (fixture, "a");
  gint64 other = claim_store_new_owner (fixture->session, 1, NULL);
  gint64 owner = claim_store_new_owner (fixture->session, 1, NULL);

  g_assert_true (claim (fixture, hold, owner, (Span){ 600, 630, 0, FALSE }));
  g_assert_false (claim (fixture, hold, other, (Span){ 600, 630, 0, FALSE }));
  g_assert_false (claim (fixture, hold, other, (Span){ 610, 620, 0, FALSE }));
  g_assert_false (claim (fixture, hold, other, (Span){ 590, 640, 0, FALSE }));
  g_assert_false (claim (fixture, hold, other, (Span){ 629, 660, 0, FALSE }));
  g_assert_false (claim (fixture, hold, other, (Span){ 635, 660, 10, FALSE }));
  g_assert_true (claim (fixture, hold, other, (Span){ 630, 660, 0, FALSE }));
  g_assert_true (claim (fixture, hold, other, (Span){ 570, 600, 0, FALSE }));
  g_assert_true (claim (fixture, hold, owner, (Span){ 600, 630, 0, FALSE }));
  g_assert_true (store_is_in_transaction (fixture->session));
}

static void
test_buffers_may_be_shared (Fixture *fixture, gconstpointer data)
{
  gint64 hold = new_hold (fixture, "a");
  gint64 owner = claim_store_new_owner (fixture->session, 1, NULL);
  gint64 other = claim_store_new_owner (fixture->session, 1, NULL);

  g_assert_true (claim (fixture, hold, owner, (Span){ 600, 630, 10, TRUE }));
  g_assert_false (claim (fixture, hold, other, (Span){ 640, 670, 10, FALSE }));
  g_assert_false (claim (fixture, hold, other, (Span){ 635, 670, 10, TRUE }));
  g_assert_true (claim (fixture, hold, other, (Span){ 640, 670, 10, TRUE }));
}

static void
test_update_is_guarded_too (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 hold = new_hold (fixture, "a");
  Claim blocking = { .tenant_id = 1,
                     .resource_id = 1,
                     .core = { 600 * MINUTE, 630 * MINUTE },
                     .owner_id = claim_store_new_owner (fixture->session, 1, NULL),
                     .hold_id = hold };

  g_assert_true (claim (fixture, hold, claim_store_new_owner (fixture->session, 1, NULL),
                        (Span){ 610, 640, 0, FALSE }));
  g_assert_true (claim_store_add (fixture->session, &blocking, &error));
  g_assert_false (store_run_script (fixture->session,
                                    "UPDATE claim SET exclusive = 1 WHERE exclusive = 0", &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (store_run_script (
    fixture->session,
    "UPDATE claim SET start_us = core_start_us - 1, end_us = end_us + 90000000000", &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
}

static void
test_seats (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  char identifier[] = "30000000-0000-4000-8000-000000000001";
  GroupSession group = { .tenant_id = 1,
                         .offer_id = 1,
                         .identifier = identifier,
                         .core = { 0, MINUTE },
                         .advisor_id = 1,
                         .seats = 2,
                         .owner_id = claim_store_new_owner (fixture->session, 1, NULL) };

  g_assert_true (group_store_add (fixture->session, &group, &error));
  g_assert_true (
    group_store_take_seat (fixture->session, group.session_id, 0, new_hold (fixture, "a"), &error));
  gint64 second = new_hold (fixture, "b");
  g_assert_true (group_store_take_seat (fixture->session, group.session_id, 0, second, &error));
  g_assert_false (
    group_store_take_seat (fixture->session, group.session_id, 0, new_hold (fixture, "c"), &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (store_run_script (
    fixture->session, "UPDATE seat SET seat_number = 3 WHERE seat_number = 2", &error));
  g_clear_error (&error);
  g_assert_true (group_store_free_seat (fixture->session, 0, second, &error));
  g_assert_true (
    group_store_take_seat (fixture->session, group.session_id, 0, new_hold (fixture, "d"), &error));
  g_assert_no_error (error);
}

static void
test_changes_follow_claims (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 hold = new_hold (fixture, "a");
  gint64 before = change_store_last (fixture->session);
  g_autoptr (GArray) changes = NULL;

  g_assert_true (claim (fixture, hold, 1, (Span){ 600, 630, 10, FALSE }));
  g_assert_true (claim_store_remove (fixture->session, 1, CLAIMS_OF_HOLD, hold, &error));
  changes = change_store_list_after (fixture->session, before, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (changes->len, ==, 2);
  for (guint i = 0; i < changes->len; i++)
    {
      const Change *change = &g_array_index (changes, Change, i);
      g_assert_cmpint (change->kind, ==, CHANGE_RESOURCE);
      g_assert_cmpint (change->subject_id, ==, 1);
      g_assert_cmpint (change->interval.start_us, ==, 590 * MINUTE);
      g_assert_cmpint (change->interval.end_us, ==, 640 * MINUTE);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
#define ADD(path, function) \
  g_test_add ("/claim-store/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("overlap-is-refused", test_overlap_is_refused);
  ADD ("buffers-may-be-shared", test_buffers_may_be_shared);
  ADD ("update-is-guarded-too", test_update_is_guarded_too);
  ADD ("seats", test_seats);
  ADD ("changes-follow-claims", test_changes_follow_claims);
  return g_test_run ();
}
