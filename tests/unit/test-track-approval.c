/* SPDX-License-Identifier: EUPL-1.2 */
/* Two people for a change, one for the way back, on a real database. Also tests: track-revision-store. */
#include "registry/track-approval.h"

#include <string.h>

#include "base/error.h"
#include "registry/track-registry-json.h"
#include "store/store-migrate.h"
#include "testlib.h"

#define NOW_US (G_GINT64_CONSTANT (1800000000) * G_USEC_PER_SEC)

static const char *const approvers[] = { "anna", "bo", NULL };

static StoreSession *
open_database (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "registry.db", NULL);
  g_autofree char *schema = testlib_dup_source_path ("data/schema/track-registry");
  g_autoptr (GError) error = NULL;
  StoreSession *session = store_open (path, STORE_WRITE, &error);

  g_assert_no_error (error);
  g_assert_true (store_migrate (session, schema, &error));
  return session;
}

static TrackApproval
as (StoreSession *session, const char *person)
{
  return (TrackApproval){ session, person, approvers, { NOW_US } };
}

/* One unit whose endpoint is @endpoint, and what else @more says. */
static TrackRegistry *
make (const char *endpoint, const char *more)
{
  g_autofree char *text = g_strdup_printf (
    "{'format':'switch-track-registry-1','endpoints':[{'name':'own','urls':['https://own.example/"
    "'],"
    "'contract':'3','owner':'IT'},{'name':'state','urls':['https://state.example/'],'contract':'3',"
    "'owner':'STAR'}],'units':[{'code':'10100','endpoint':'%s'}]%s}",
    endpoint, more);
  g_autoptr (GError) error = NULL;
  TrackRegistry *registry;

  g_strdelimit (text, "'", '"');
  registry = track_registry_parse (text, strlen (text), &error);
  g_assert_no_error (error);
  return registry;
}

static gint64
propose (StoreSession *session, const char *person, const char *endpoint, const char *more)
{
  const TrackApproval approval = as (session, person);
  g_autoptr (TrackRegistry) wanted = make (endpoint, more);
  g_autoptr (GError) error = NULL;
  gint64 id = 0;

  g_assert_true (track_approval_propose (&approval, wanted, "proeve", &id, &error));
  g_assert_no_error (error);
  return id;
}

static void
change (StoreSession *session, const char *endpoint, const char *more, guint64 expected)
{
  gint64 id = propose (session, "anna", endpoint, more);
  const TrackApproval anna = as (session, "anna"), bo = as (session, "bo");
  g_autoptr (GError) error = NULL;
  guint64 revision = 0;

  g_assert_true (track_approval_approve (&bo, id, &error));
  g_assert_true (track_approval_apply (&anna, id, &revision, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (revision, ==, expected);
}

static void
assert_in_force (StoreSession *session, guint64 revision, const char *endpoint)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrackRegistry) current = track_approval_load_current (session, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (current->revision, ==, revision);
  g_assert_cmpstr (track_registry_find_unit (current, "10100", NOW_US)->endpoint, ==, endpoint);
}

static void
test_two_people (void)
{
  g_autoptr (StoreSession) session = open_database ();
  gint64 id = propose (session, "anna", "state", "");
  const TrackApproval anna = as (session, "anna"), bo = as (session, "bo");
  const TrackApproval stranger = as (session, "stranger"), root = as (session, "root");
  const TrackApproval nobody = { session, "bo", NULL, { NOW_US } };
  g_autoptr (GError) error = NULL;
  guint64 revision = 0;

  g_assert_false (track_approval_approve (&anna, id, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_ACCESS_DENIED);
  g_clear_error (&error);
  g_assert_false (track_approval_approve (&stranger, id, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_ACCESS_DENIED);
  g_clear_error (&error);
  g_assert_false (track_approval_approve (&root, id, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_ACCESS_DENIED);
  g_clear_error (&error);
  g_assert_false (track_approval_approve (&nobody, id, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_ACCESS_DENIED);
  g_clear_error (&error);
  g_assert_false (track_approval_apply (&bo, id, &revision, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED);
  g_clear_error (&error);
  g_assert_true (track_approval_approve (&bo, id, &error));
  g_assert_false (track_approval_apply (&stranger, id, &revision, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_ACCESS_DENIED);
  g_clear_error (&error);
  g_assert_true (track_approval_apply (&anna, id, &revision, &error));
  assert_in_force (session, 1, "state");
  g_assert_false (track_approval_apply (&anna, id, &revision, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED);
}

/* The database refuses what the code would have let pass. */
static void
test_database_guards (void)
{
  g_autoptr (StoreSession) session = open_database ();
  TrackRevision revision = {
    1,      NOW_US,      FALSE, (char *) "{}", (char *) "x", (char *) "anna", (char *) "anna",
    NOW_US, (char *) "r"
  };
  g_autoptr (GError) error = NULL;

  g_assert_false (track_revision_add (session, &revision, &error));
  g_clear_error (&error);
  revision.approver = NULL;
  revision.approved_us = 0;
  g_assert_false (track_revision_add (session, &revision, &error));
  g_clear_error (&error);
  revision.is_rollback = TRUE;
  g_assert_true (track_revision_add (session, &revision, &error));
  g_assert_false (track_revision_add (session, &revision, &error));
}

/* What was approved is one step: after another change it is another one. */
static void
test_overtaken (void)
{
  g_autoptr (StoreSession) session = open_database ();
  const TrackApproval anna = as (session, "anna"), bo = as (session, "bo");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) open = NULL;
  guint64 revision = 0;
  gint64 first, second;

  change (session, "own", "", 1);
  first = propose (session, "anna", "state", "");
  second = propose (session, "bo", "own",
                    ",'freezes':[{'from':'2028-01-01T00:00:00Z','until':"
                    "'2028-01-02T00:00:00Z','reason':'Nat'}]");
  g_assert_true (track_approval_approve (&bo, first, &error));
  g_assert_true (track_approval_approve (&anna, second, &error));
  g_assert_true (track_approval_apply (&bo, first, &revision, &error));
  g_assert_false (track_approval_apply (&bo, second, &revision, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_true (track_approval_reject (&bo, second, "overhalet", &error));
  open = track_proposal_list (session, FALSE, 10, &error);
  g_assert_cmpuint (open->len, ==, 0);
  assert_in_force (session, 2, "state");
}

static void
test_refused (void)
{
  g_autoptr (StoreSession) session = open_database ();
  const TrackApproval stranger = as (session, "stranger");
  g_autoptr (TrackRegistry) bad = make ("nobody", "");
  g_autoptr (TrackRegistry) good = make ("own", "");
  g_autoptr (GError) error = NULL;
  g_autofree char *about = g_strdup_printf ("for %s", testlib_cpr (7));
  gint64 id = 0;

  g_assert_false (track_approval_propose (&stranger, bad, "proeve", &id, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_clear_error (&error);
  g_assert_false (track_approval_propose (&stranger, good, "", &id, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_clear_error (&error);
  g_assert_false (track_approval_propose (&stranger, good, about, &id, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_clear_error (&error);
  change (session, "own", "", 1);
  g_assert_false (track_approval_propose (&stranger, good, "ingenting", &id, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_clear_error (&error);
  g_assert_false (track_approval_reject (&stranger, 1, "nej", &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_ACCESS_DENIED);
  g_clear_error (&error);
  g_assert_false (track_approval_approve (&stranger, 77, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
}

/* A freeze holds a change back and lets the way back pass. */
static void
test_freeze (void)
{
  g_autoptr (StoreSession) session = open_database ();
  const char *frozen = ",'freezes':[{'from':'2027-01-01T00:00:00Z','until':'2027-12-31T00:00:00Z',"
                       "'reason':'Reform'}]";
  TrackApproval anna = as (session, "anna"), bo = as (session, "bo");
  g_autoptr (GError) error = NULL;
  guint64 revision = 0;
  gint64 id;

  change (session, "own", "", 1);
  change (session, "own", frozen, 2);
  id = propose (session, "anna", "state", frozen);
  g_assert_true (track_approval_approve (&bo, id, &error));
  g_assert_false (track_approval_apply (&anna, id, &revision, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_SERVICE_WINDOW);
  g_assert_nonnull (strstr (error->message, "Reform"));
  g_clear_error (&error);
  g_assert_true (track_approval_roll_back (&anna, 0, "tilbage", &revision, &error));
  g_assert_cmpuint (revision, ==, 3);
  anna.check.now_us += G_GINT64_CONSTANT (300) * 86400 * G_USEC_PER_SEC;
  g_assert_false (track_approval_apply (&anna, id, &revision, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
}

/* One person at once; another confirms; a second way back goes one further, not forward again. */
static void
test_roll_back (void)
{
  g_autoptr (StoreSession) session = open_database ();
  const TrackApproval anna = as (session, "anna"), bo = as (session, "bo");
  const TrackApproval stranger = as (session, "stranger");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) history = NULL;
  guint64 revision = 0, newest = 0, unconfirmed = 0;

  g_assert_false (track_approval_roll_back (&anna, 0, "tilbage", &revision, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
  g_clear_error (&error);
  change (session, "own", "", 1);
  change (session, "state", "", 2);
  change (session, "own", ",'windows':[]", 3);
  g_assert_false (track_approval_roll_back (&stranger, 0, "tilbage", &revision, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_ACCESS_DENIED);
  g_clear_error (&error);
  g_assert_true (track_approval_roll_back (&anna, 0, "tilbage", &revision, &error));
  assert_in_force (session, 4, "state");
  g_assert_false (track_approval_roll_back (&anna, 2, "tilbage", &revision, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_clear_error (&error);
  g_assert_true (track_approval_roll_back (&anna, 0, "laengere", &revision, &error));
  assert_in_force (session, 5, "own");
  g_assert_true (track_revision_get_numbers (session, &newest, &unconfirmed, &error));
  g_assert_cmpuint (newest, ==, 5);
  g_assert_cmpuint (unconfirmed, ==, 5);
  g_assert_false (track_approval_confirm (&anna, 5, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_ACCESS_DENIED);
  g_clear_error (&error);
  g_assert_true (track_approval_confirm (&bo, 5, &error));
  g_assert_false (track_approval_confirm (&bo, 5, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED);
  history = track_revision_list (session, 10, NULL);
  g_assert_cmpuint (history->len, ==, 5);
  for (guint i = 1; i < history->len; i++)
    g_assert_cmpint (((TrackRevision *) history->pdata[i - 1])->at_us, >,
                     ((TrackRevision *) history->pdata[i])->at_us);
}

/* An endpoint that came with the change that is rolled back issued bookings meanwhile: it stays known. */
static void
test_roll_back_keeps_endpoints (void)
{
  g_autoptr (StoreSession) session = open_database ();
  const TrackApproval anna = as (session, "anna"), bo = as (session, "bo");
  g_autoptr (TrackRegistry) before = make ("state", "");
  g_autoptr (TrackRegistry) current = NULL;
  g_autoptr (GError) error = NULL;
  guint64 revision = 0;
  gint64 id = 0;

  g_ptr_array_remove_index (before->endpoints, 0);
  g_assert_true (track_approval_propose (&anna, before, "foerst", &id, &error));
  g_assert_true (track_approval_approve (&bo, id, &error));
  g_assert_true (track_approval_apply (&bo, id, &revision, &error));
  change (session, "own", "", 2);
  g_assert_true (track_approval_roll_back (&bo, 0, "tilbage", &revision, &error));
  assert_in_force (session, 3, "state");
  current = track_approval_load_current (session, &error);
  g_assert_nonnull (track_registry_find_endpoint (current, "own"));
}

/* What was bad is not come back to by going back twice: each goes one further than what is in force. */
static void
test_roll_back_twice (void)
{
  g_autoptr (StoreSession) session = open_database ();
  const TrackApproval anna = as (session, "anna");
  const char *frozen = ",'freezes':[{'from':'2029-01-01T00:00:00Z','until':'2029-02-01T00:00:00Z',"
                       "'reason':'Ferie'}]";
  g_autoptr (GError) error = NULL;
  guint64 revision = 0;

  change (session, "own", "", 1);
  change (session, "own", frozen, 2);
  change (session, "state", "", 3); /* a mistake */
  g_assert_true (track_approval_roll_back (&anna, 0, "fejl", &revision, &error));
  assert_in_force (session, 4, "own");
  change (session, "state", frozen, 5); /* another */
  g_assert_true (track_approval_roll_back (&anna, 0, "fejl", &revision, &error));
  assert_in_force (session, 6, "own");
  g_assert_true (track_approval_roll_back (&anna, 0, "laengere", &revision, &error));
  assert_in_force (session, 7, "own");
  g_assert_false (track_approval_roll_back (&anna, 0, "laengere", &revision, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
}

/* Who approved a change and was taken off the list since has not approved it. */
static void
test_approver_left (void)
{
  static const char *const others[] = { "anna", "carl", NULL };
  g_autoptr (StoreSession) session = open_database ();
  gint64 id = propose (session, "anna", "state", "");
  const TrackApproval bo = as (session, "bo");
  const TrackApproval later = { session, "anna", others, { NOW_US } };
  g_autoptr (GError) error = NULL;
  guint64 revision = 0;

  g_assert_true (track_approval_approve (&bo, id, &error));
  g_assert_false (track_approval_apply (&later, id, &revision, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_ACCESS_DENIED);
  g_assert_nonnull (strstr (error->message, "bo, who approved it"));
}

/* The newest document is damaged: the way back from it is open. */
static void
test_roll_back_from_damage (void)
{
  g_autoptr (StoreSession) session = open_database ();
  const TrackApproval anna = as (session, "anna");
  g_autoptr (GError) error = NULL;
  guint64 revision = 0;

  change (session, "own", "", 1);
  change (session, "state", "", 2);
  g_assert_true (store_run_script (
    session, "UPDATE revision SET document = replace (document, 'STAR', 'RATS') WHERE revision = 2",
    &error));
  g_assert_true (track_approval_roll_back (&anna, 0, "beskadiget", &revision, &error));
  g_assert_no_error (error);
  assert_in_force (session, 3, "own");
}

/* Who may only propose cannot fill the disk. */
static void
test_many_proposals (void)
{
  g_autoptr (StoreSession) session = open_database ();
  const TrackApproval stranger = as (session, "stranger");
  g_autoptr (TrackRegistry) wanted = make ("own", "");
  g_autoptr (GError) error = NULL;
  gint64 id = 0;

  for (guint i = 0; i < 100; i++)
    g_assert_true (track_approval_propose (&stranger, wanted, "igen", &id, &error));
  g_assert_false (track_approval_propose (&stranger, wanted, "igen", &id, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_true (track_approval_reject (&stranger, id, "fortrudt", &error));
  g_assert_true (track_approval_propose (&stranger, wanted, "igen", &id, &error));
}

/* A document that a disk changed is told from a registry. */
static void
test_digest (void)
{
  g_autoptr (StoreSession) session = open_database ();
  g_autoptr (GError) error = NULL;

  change (session, "own", "", 1);
  g_assert_true (store_run_script (
    session, "UPDATE revision SET document = replace (document, 'own.example', 'bad.example')",
    &error));
  g_assert_null (track_approval_load_current (session, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-approval/two-people", test_two_people);
  g_test_add_func ("/track-approval/database-guards", test_database_guards);
  g_test_add_func ("/track-approval/overtaken", test_overtaken);
  g_test_add_func ("/track-approval/refused", test_refused);
  g_test_add_func ("/track-approval/freeze", test_freeze);
  g_test_add_func ("/track-approval/roll-back", test_roll_back);
  g_test_add_func ("/track-approval/roll-back-keeps-endpoints", test_roll_back_keeps_endpoints);
  g_test_add_func ("/track-approval/roll-back-twice", test_roll_back_twice);
  g_test_add_func ("/track-approval/roll-back-from-damage", test_roll_back_from_damage);
  g_test_add_func ("/track-approval/approver-left", test_approver_left);
  g_test_add_func ("/track-approval/many-proposals", test_many_proposals);
  g_test_add_func ("/track-approval/digest", test_digest);
  return g_test_run ();
}
