/* SPDX-License-Identifier: EUPL-1.2 */
/* switchtrackctl's commands, run as people would, on a real database. Also tests: track-commands-show,
 * track-commands-propose, track-commands-decide, track-desk, track-person. */
#include "ctl/track-commands.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "ctl/track-admin.h"
#include "ctl/track-desk.h"
#include "store/store-migrate.h"
#include "testlib.h"

#define NOW_US (G_GINT64_CONSTANT (1800000000) * G_USEC_PER_SEC) /* 2027-01-15T08:00:00Z */
/* Long enough for another thread to ask meanwhile; on a slow machine it asks later. */
#define BETWEEN_TURNS_US 50000

typedef struct
{
  StoreSession *session;
  TrackConfig *config;
  gint64 now_us;
} World;

static gboolean
run_write (gpointer runner, AdminWrite write, gpointer data, GError **error)
{
  StoreSession *session = runner;

  if (!store_begin (session, STORE_WRITE, error))
    return FALSE;
  if (write (session, data, error) && store_commit (session, error))
    return TRUE;
  store_rollback (session);
  return FALSE;
}

static void
make_world (World *world)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "registry.db", NULL);
  g_autofree char *calls = g_build_filename (folder, "calls.db", NULL);
  g_autofree char *schema = testlib_dup_source_path ("data/schema/track-registry");
  g_autofree char *text =
    g_strdup_printf ("[service]\nport = 0\n[registry]\npath = %s\n[calls]\npath = %s\n[people]\n"
                     "approvers = anna;bo\n",
                     path, calls);
  g_autoptr (GError) error = NULL;

  world->session = store_open (path, STORE_WRITE, &error);
  g_assert_no_error (error);
  g_assert_true (store_migrate (world->session, schema, &error));
  world->config = track_config_parse (text, &error);
  g_assert_no_error (error);
  world->now_us = NOW_US;
  track_desk_set_current (&(TrackDesk){ .config = world->config });
}

static void
clear_world (World *world)
{
  track_desk_set_current (NULL);
  store_close (world->session);
  track_config_unref (world->config);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, clear_world)

/* (transfer full): @arguments is JSON with ' for ". */
static JsonObject *
try (World *world, const char *person, const char *name, const char *arguments, GError **error)
{
  g_autofree char *text = g_strdelimit (g_strdup (arguments), "'", '"');
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  const AdminCommand *command = admin_table_find (name);
  AdminCall call = { .session = world->session,
                     .runner = { run_write, world->session },
                     .arguments = json_node_get_object (node),
                     .result = json_object_new (),
                     .now_us = world->now_us,
                     .actor = person };

  g_assert_nonnull (command);
  (void) !admin_run (command, &call, error);
  return call.result;
}

static JsonObject *
run (World *world, const char *person, const char *name, const char *arguments)
{
  g_autoptr (GError) error = NULL;
  JsonObject *result = try (world, person, name, arguments, &error);

  g_assert_no_error (error);
  return result;
}

static void
assert_refused (World *world, const char *person, const char *name, const char *arguments, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = try (world, person, name, arguments, &error);

  g_assert_error (error, PLANNER_ERROR, code);
}

/* Proposed by anna, approved and applied by bo. */
static void
change (World *world, const char *name, const char *arguments)
{
  g_autoptr (JsonObject) proposed = run (world, "anna", name, arguments);
  g_autofree char *approve = g_strdup_printf ("{'proposal':%" G_GINT64_FORMAT ",'apply':true}",
                                              json_object_get_int_member (proposed, "proposal"));
  g_autoptr (JsonObject) applied = run (world, "bo", "approve", approve);

  g_assert_cmpint (json_object_get_int_member (applied, "revision"), >, 0);
}

static void
fill (World *world)
{
  change (world, "propose-endpoint",
          "{'name':'state','urls':['https://state.example/v3'],'owner':'STAR','contacts':["
          "'vagt@state.example'],'reason':'r'}");
  change (world, "propose-endpoint",
          "{'name':'own','urls':['https://own.example/v3'],'owner':'IT','max_parallel':50,"
          "'repeats_are_safe':'yes','reason':'r'}");
  change (world, "propose-unit", "{'code':'default','endpoint':'state','reason':'r'}");
}

static void
assert_goes (World *world, const char *code, const char *at, const char *how, const char *endpoint)
{
  g_autofree char *arguments = g_strdup_printf ("{'code':'%s','at':'%s'}", code, at);
  g_autoptr (JsonObject) result = run (world, "anna", "unit", arguments);

  g_assert_cmpstr (json_object_get_string_member (result, "how"), ==, how);
  g_assert_cmpstr (json_object_get_string_member_with_default (result, "endpoint", NULL), ==,
                   endpoint);
}

static void
assert_issuer (const TrackRoutes *routes, gint64 seen_us, gint64 now_us, const char *expected)
{
  g_assert_cmpstr (track_routes_find_issuer (routes, "state", "10100", seen_us, now_us)->name, ==,
                   expected);
}

/* A switch at New Year, Danish time, with migrated bookings; then a stretch in the middle; then away again. */
static void
test_unit (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (TrackRegistry) registry = NULL;
  g_autoptr (TrackRoutes) routes = NULL;
  gint64 later_us = NOW_US + G_GINT64_CONSTANT (700) * 86400 * G_USEC_PER_SEC;

  make_world (&world);
  fill (&world);
  change (&world, "propose-unit",
          "{'code':'10100','endpoint':'own','from':'2028-01-01T00:00','move_bookings':true,'name':"
          "'By 1','reason':'r'}");
  assert_goes (&world, "10100", "2027-12-31T22:59Z", "default", "state");
  assert_goes (&world, "10100", "2027-12-31T23:00Z", "exact", "own");
  assert_goes (&world, "10107", "2028-01-01T00:00", "main", "own");
  change (&world, "propose-unit",
          "{'code':'10100','endpoint':'state','from':'2028-06-01T00:00','until':'2028-07-01T00:00',"
          "'reason':'r'}");
  assert_goes (&world, "10100", "2028-05-31T23:59", "exact", "own");
  assert_goes (&world, "10100", "2028-06-01T00:00", "exact", "state");
  assert_goes (&world, "10100", "2028-07-01T00:00", "exact", "own");
  registry = track_approval_load_current (world.session, NULL);
  routes = track_routes_new (registry);
  assert_issuer (routes, NOW_US, NOW_US, "state");
  assert_issuer (routes, NOW_US, later_us, "own");
  /* Issued in the stretch in which the unit was back: nobody migrated it when that ended. */
  assert_issuer (routes, NOW_US + G_GINT64_CONSTANT (520) * 86400 * G_USEC_PER_SEC, later_us,
                 "state");
}

/* A centre gets a row of its own: what it was before, under its main centre's row, stays as it was. */
static void
test_past_stays (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (TrackRegistry) registry = NULL;
  g_autoptr (TrackRoutes) routes = NULL;
  gint64 day_us = G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC;

  make_world (&world);
  fill (&world);
  assert_refused (&world, "anna", "propose-unit",
                  "{'code':'10100','endpoint':'own','move_bookings':true,'reason':'r'}",
                  PLANNER_ERROR_NOT_VALID);
  change (
    &world, "propose-unit",
    "{'code':'10100','endpoint':'own','from':'2027-01-16T00:00','move_bookings':true,'reason':"
    "'r'}");
  world.now_us += 10 * day_us;
  change (&world, "propose-unit", "{'code':'10107','endpoint':'own','name':'Filial','reason':'r'}");
  registry = track_approval_load_current (world.session, NULL);
  routes = track_routes_new (registry);
  g_assert_cmpstr (
    track_routes_find_issuer (routes, "state", "10107", NOW_US - day_us, world.now_us)->name, ==,
    "own");
}

/* The hour that the clock skips, and the one that it shows twice, are nobody's to guess. */
static void
test_clock_changes (void)
{
  g_auto (World) world = { 0 };

  make_world (&world);
  fill (&world);
  assert_refused (&world, "anna", "propose-unit",
                  "{'code':'10100','endpoint':'own','from':'2027-03-28T02:30','reason':'r'}",
                  PLANNER_ERROR_NOT_VALID);
  assert_refused (&world, "anna", "propose-unit",
                  "{'code':'10100','endpoint':'own','from':'2027-10-31T02:30','reason':'r'}",
                  PLANNER_ERROR_NOT_VALID);
  assert_refused (&world, "anna", "freeze",
                  "{'from':'2027-10-31T01:00','until':'2027-10-31T02:00','reason':'r'}",
                  PLANNER_ERROR_NOT_VALID);
  change (&world, "propose-unit",
          "{'code':'10100','endpoint':'own','from':'2027-10-31T02:30+02:00','reason':'r'}");
  assert_goes (&world, "10100", "2027-10-31T00:29Z", "default", "state");
  assert_goes (&world, "10100", "2027-10-31T00:30Z", "exact", "own");
  change (&world, "propose-unit",
          "{'code':'20100','endpoint':'own','from':'2027-10-31T01:59','until':'2027-10-31T03:00','"
          "reason':'r'}");
  assert_goes (&world, "20100", "2027-10-31T01:59Z", "exact", "own");
  assert_goes (&world, "20100", "2027-10-31T02:00Z", "default", "state");
}

static void
test_alias_and_removal (void)
{
  g_auto (World) world = { 0 };

  make_world (&world);
  fill (&world);
  change (&world, "propose-unit", "{'code':'10100','endpoint':'own','reason':'r'}");
  change (&world, "propose-unit", "{'code':'15500','alias_of':'10100','reason':'r'}");
  assert_goes (&world, "15500", "2027-02-01T00:00", "alias", "own");
  assert_refused (&world, "anna", "propose-unit", "{'code':'10100','remove':true,'reason':'r'}",
                  PLANNER_ERROR_NOT_VALID);
  change (&world, "propose-unit", "{'code':'15500','remove':true,'reason':'r'}");
  assert_goes (&world, "15500", "2027-02-01T00:00", "default", "state");
  assert_refused (&world, "anna", "propose-unit", "{'code':'15500','remove':true,'reason':'r'}",
                  PLANNER_ERROR_NOT_FOUND);
  assert_refused (&world, "anna", "propose-unit",
                  "{'code':'15500','remove':true,'endpoint':'own','reason':'r'}",
                  PLANNER_ERROR_NOT_VALID);
}

static void
test_endpoint (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (JsonObject) shown = NULL;
  JsonObject *endpoint;

  make_world (&world);
  fill (&world);
  change (&world, "state", "{'name':'own','state':'drain','reason':'r'}");
  change (&world, "propose-endpoint", "{'name':'own','timeout_ms':3000,'reason':'r'}");
  shown = run (&world, "anna", "endpoint", "{'name':'own'}");
  endpoint = json_object_get_object_member (shown, "endpoint");
  g_assert_cmpstr (json_object_get_string_member (endpoint, "state"), ==, "drain");
  g_assert_cmpint (json_object_get_int_member (endpoint, "max_parallel"), ==, 50);
  g_assert_cmpint (json_object_get_int_member (endpoint, "timeout_ms"), ==, 3000);
  g_assert_true (json_object_get_boolean_member (endpoint, "repeats_are_safe"));
  assert_refused (&world, "anna", "propose-unit", "{'code':'10100','endpoint':'own','reason':'r'}",
                  PLANNER_ERROR_NOT_VALID);
  assert_refused (&world, "anna", "state", "{'name':'gone','state':'drain','reason':'r'}",
                  PLANNER_ERROR_NOT_FOUND);
  assert_refused (&world, "anna", "endpoint", "{'name':'gone'}", PLANNER_ERROR_NOT_FOUND);
  change (&world, "propose-endpoint", "{'name':'own','remove':true,'reason':'r'}");
  assert_refused (&world, "anna", "endpoint", "{'name':'own'}", PLANNER_ERROR_NOT_FOUND);
}

static void
test_windows_and_freezes (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (JsonObject) status = NULL;

  make_world (&world);
  fill (&world);
  change (&world, "window",
          "{'endpoint':'state','from':'2027-01-15T08:30','until':'2027-01-15T10:00','text_da':'Ny',"
          "'text_en':'New','closed':true,'reason':'r'}");
  change (&world, "window",
          "{'endpoint':'state','from':'2027-01-15T08:30','until':'2027-01-15T10:00','remove':true,"
          "'reason':'r'}");
  assert_refused (
    &world, "anna", "window",
    "{'endpoint':'state','from':'2027-01-15T08:30','until':'2027-01-15T10:00','remove'"
    ":true,'reason':'r'}",
    PLANNER_ERROR_NOT_FOUND);
  change (&world, "freeze",
          "{'from':'2027-01-15T00:00','until':'2027-01-16T00:00','reason':'Reform'}");
  status = run (&world, "anna", "status", "{}");
  g_assert_cmpstr (json_object_get_string_member (status, "frozen"), ==, "Reform");
  g_assert_cmpstr (json_object_get_string_member (status, "next_planned_change"), ==,
                   "2027-01-15T23:00:00Z");
}

static void
test_candidate (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (TrackRegistry) registry = NULL;
  const TrackUnit *unit;

  make_world (&world);
  fill (&world);
  assert_refused (&world, "anna", "propose-candidate",
                  "{'code':'10100','kind':'canary','endpoint':'own','permille':'7','reason':'r'}",
                  PLANNER_ERROR_NOT_VALID);
  change (&world, "propose-unit", "{'code':'10100','endpoint':'state','reason':'r'}");
  assert_refused (&world, "anna", "propose-candidate",
                  "{'code':'10100','kind':'canary','endpoint':'own','permille':7,'reason':'r'}",
                  PLANNER_ERROR_NOT_VALID);
  change (&world, "propose-candidate",
          "{'code':'10100','kind':'canary','endpoint':'own','permille':7,'disjoint':true,'reason':"
          "'r'}");
  change (&world, "propose-candidate",
          "{'code':'10100','kind':'shadow','endpoint':'own','permille':100,'reason':'r'}");
  registry = track_approval_load_current (world.session, NULL);
  unit = track_registry_find_unit (registry, "10100", NOW_US);
  g_assert_cmpuint (unit->canary->permille, ==, 7);
  g_assert_cmpuint (unit->shadow->permille, ==, 100);
  change (&world, "propose-candidate",
          "{'code':'10100','kind':'canary','endpoint':'own','permille':0,'reason':'r'}");
}

/* (transfer full) */
static char *export(World *world, const char *format)
{
  g_autofree char *arguments = g_strdup_printf ("{'format':'%s'}", format);
  g_autoptr (JsonObject) result = run (world, "anna", "export", arguments);

  return g_strdup (json_object_get_string_member (result, "content"));
}

static void
import (World *world, const char *name, const char *member, const char *text, const char *rest)
{
  g_autoptr (JsonObject) arguments = json_object_new ();
  g_autoptr (GError) error = NULL;
  AdminCall call = { .session = world->session,
                     .runner = { run_write, world->session },
                     .arguments = arguments,
                     .now_us = world->now_us,
                     .actor = "anna" };
  g_autofree char *approve = NULL;

  json_object_set_string_member (arguments, member, text);
  json_object_set_string_member (arguments, "reason", "r");
  if (rest != NULL)
    json_object_set_string_member (arguments, "what", rest);
  call.result = json_object_new ();
  g_assert_true (admin_run (admin_table_find (name), &call, &error) || error != NULL);
  g_assert_no_error (error);
  approve = g_strdup_printf ("{'proposal':%" G_GINT64_FORMAT ",'apply':true}",
                             json_object_get_int_member (call.result, "proposal"));
  json_object_unref (call.result);
  json_object_unref (run (world, "bo", "approve", approve));
}

/* What is written is read as the same, as JSON and as CSV; a comma, a quote and a bar are no trouble. */
static void
test_round_trip (void)
{
  g_auto (World) world = { 0 };
  g_autofree char *before = NULL;
  g_autofree char *units = NULL;
  g_autofree char *endpoints = NULL;
  g_autofree char *after = NULL;

  make_world (&world);
  fill (&world);
  change (
    &world, "propose-unit",
    "{'code':'10100','endpoint':'state','name':'A, B; C','from':'2027-01-01T00:00','reason':'r'}");
  change (&world, "propose-candidate",
          "{'code':'10100','kind':'canary','endpoint':'own','permille':7,'disjoint':true,'reason':"
          "'r'}");
  before = export(&world, "json");
  units = export(&world, "units-csv");
  endpoints = export(&world, "endpoints-csv");
  g_assert_nonnull (strstr (units, "\"A, B; C\""));
  json_object_unref (run (&world, "anna", "rollback", "{'revision':1,'reason':'r'}"));
  change (&world, "propose-endpoint", "{'name':'own','owner':'Andre','reason':'r'}");
  import (&world, "import", "content", endpoints, "endpoints");
  import (&world, "import", "content", units, "units");
  after = export(&world, "json");
  g_assert_cmpstr (after, ==, before);
  json_object_unref (run (&world, "anna", "rollback", "{'revision':2,'reason':'r'}"));
  import (&world, "propose", "document", before, NULL);
  g_clear_pointer (&after, g_free);
  after = export(&world, "json");
  g_assert_cmpstr (after, ==, before);
}

static void
test_bad_csv (void)
{
  g_auto (World) world = { 0 };

  make_world (&world);
  fill (&world);
  assert_refused (&world, "anna", "import",
                  "{'what':'units','content':'code,colour\\n10100,red\\n','reason':'r'}",
                  PLANNER_ERROR_NOT_VALID);
  assert_refused (&world, "anna", "import",
                  "{'what':'units','content':'code,from\\n10100,tomorrow\\n','reason':'r'}",
                  PLANNER_ERROR_NOT_VALID);
  assert_refused (&world, "anna", "import",
                  "{'what':'endpoints','content':'name,urls,contract,owner,max_parallel\\nown,"
                  "https://own.example/,3,IT,many\\n','reason':'r'}",
                  PLANNER_ERROR_NOT_VALID);
}

/* In force when the command returns; shown as to be confirmed; told by what it would change before. */
static void
test_decisions (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (JsonObject) proposed = NULL;
  g_autoptr (JsonObject) dry = NULL;
  g_autoptr (JsonObject) status = NULL;
  g_autoptr (JsonObject) history = NULL;
  g_autoptr (JsonObject) differences = NULL;

  make_world (&world);
  fill (&world);
  change (&world, "propose-unit", "{'code':'10100','endpoint':'state','reason':'r'}");
  world.now_us += G_USEC_PER_SEC;
  proposed =
    run (&world, "anna", "propose-unit", "{'code':'10100','endpoint':'own','reason':'skift'}");
  dry = run (&world, "bo", "dry-run", "{'proposal':5}");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (dry, "differences")), ==,
                    2);
  g_assert_false (json_object_get_boolean_member (dry, "overtaken"));
  assert_refused (&world, "anna", "approve", "{'proposal':5}", PLANNER_ERROR_ACCESS_DENIED);
  assert_refused (&world, "bo", "apply", "{'proposal':5}", PLANNER_ERROR_STATE_CHANGED);
  json_object_unref (run (&world, "bo", "approve", "{'proposal':5}"));
  json_object_unref (run (&world, "anna", "apply", "{'proposal':5}"));
  assert_goes (&world, "10100", "2027-01-15T09:00:01", "exact", "own");
  json_object_unref (run (&world, "anna", "rollback", "{'reason':'fejl'}"));
  assert_goes (&world, "10100", "2027-01-15T09:00:01", "exact", "state");
  status = run (&world, "anna", "status", "{}");
  g_assert_cmpint (json_object_get_int_member (status, "rollback_to_be_confirmed"), ==, 6);
  assert_refused (&world, "anna", "confirm", "{'revision':6}", PLANNER_ERROR_ACCESS_DENIED);
  json_object_unref (run (&world, "bo", "confirm", "{'revision':6}"));
  history = run (&world, "anna", "history", "{'limit':2}");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (history, "revisions")), ==,
                    2);
  differences = run (&world, "anna", "diff", "{'from':4,'to':6}");
  g_assert_cmpuint (
    json_array_get_length (json_object_get_array_member (differences, "differences")), ==, 0);
  json_object_unref (
    run (&world, "anna", "propose-unit", "{'code':'20100','endpoint':'own','reason':'r'}"));
  json_object_unref (run (&world, "anna", "reject", "{'proposal':6,'reason':'fortrudt'}"));
}

static void
test_look (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (JsonObject) shown = NULL;
  g_autoptr (JsonObject) learned = NULL;
  g_autoptr (JsonObject) dry = NULL;
  g_autoptr (JsonObject) again = NULL;
  g_autoptr (GError) error = NULL;

  make_world (&world);
  fill (&world);
  shown = run (&world, "anna", "show", "{}");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (shown, "endpoints")), ==,
                    2);
  g_assert_true (store_run_script (
    world.session, "INSERT INTO learned VALUES (zeroblob (16), 0, 'own', '10100', 5000000)",
    &error));
  learned = run (&world, "anna", "learned-count", "{}");
  g_assert_cmpint (
    json_object_get_int_member (
      json_array_get_object_element (json_object_get_array_member (learned, "learned"), 0),
      "known"),
    ==, 1);
  json_object_unref (
    run (&world, "anna", "propose-endpoint", "{'name':'own','remove':true,'reason':'r'}"));
  dry = run (&world, "bo", "dry-run", "{'proposal':4}");
  g_assert_cmpint (json_object_get_int_member (dry, "identifiers_of_gone_endpoints"), ==, 1);
  json_object_unref (run (&world, "bo", "approve", "{'proposal':4,'apply':true}"));
  json_object_unref (
    run (&world, "anna", "propose-endpoint",
         "{'name':'own','urls':['https://new.example/'],'owner':'IT','reason':'r'}"));
  again = run (&world, "bo", "dry-run", "{'proposal':5}");
  g_assert_cmpint (
    json_object_get_int_member (again, "identifiers_of_earlier_endpoints_of_the_name"), ==, 1);
  assert_refused (&world, "anna", "calls", "{'from':'tomorrow'}", PLANNER_ERROR_NOT_VALID);
}

static void
answer (TrackAsk *ask, gpointer data)
{
  *(GThread **) data = g_thread_self ();
  track_ask_answer (ask, g_error_new_literal (PLANNER_ERROR, PLANNER_ERROR_BUSY, "optaget"));
}

typedef struct
{
  GThread *answered_by;
  int is_over;
} Asking;

static gpointer
ask_from_thread (gpointer data)
{
  Asking *asking = data;
  g_autoptr (GError) error = NULL;

  g_assert_false (track_desk_ask (answer, &asking->answered_by, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
  g_atomic_int_set (&asking->is_over, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

/* A command's thread waits for the loop, also while that is between two turns; without one it is told so. */
static void
test_desk (void)
{
  Asking asking = { 0 };
  GThread *other = NULL;
  g_autoptr (GError) error = NULL;
  GThread *thread;

  g_assert_false (track_desk_ask (answer, &other, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE);
  track_desk_set_current (&(TrackDesk){ .context = g_main_context_default () });
  thread = g_thread_new ("asks", ask_from_thread, &asking);
  g_usleep (BETWEEN_TURNS_US);
  while (!g_atomic_int_get (&asking.is_over))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  g_assert_true (asking.answered_by == g_thread_self ());
  track_desk_set_current (NULL);
}

static void
test_person (void)
{
  g_autofree char *peer = g_strdup_printf ("unix:%u", (guint) getuid ());
  g_autofree char *own = track_person_dup_own_name ();
  g_autofree char *same = track_person_dup_name (peer);
  g_autofree char *none = track_person_dup_name ("unix:4000000000");
  g_autofree char *remote = track_person_dup_name ("127.0.0.1");
  g_autofree char *odd = track_person_dup_name ("unix:0x0");

  g_assert_cmpstr (own, ==, same);
  g_assert_cmpstr (none, ==, "uid-4000000000");
  g_assert_cmpstr (remote, ==, "nobody-known");
  g_assert_cmpstr (odd, ==, "nobody-known");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  admin_table_begin_empty ();
  track_commands_register ();
  g_test_add_func ("/track-commands/unit", test_unit);
  g_test_add_func ("/track-commands/past-stays", test_past_stays);
  g_test_add_func ("/track-commands/clock-changes", test_clock_changes);
  g_test_add_func ("/track-commands/alias-and-removal", test_alias_and_removal);
  g_test_add_func ("/track-commands/endpoint", test_endpoint);
  g_test_add_func ("/track-commands/windows-and-freezes", test_windows_and_freezes);
  g_test_add_func ("/track-commands/candidate", test_candidate);
  g_test_add_func ("/track-commands/round-trip", test_round_trip);
  g_test_add_func ("/track-commands/bad-csv", test_bad_csv);
  g_test_add_func ("/track-commands/decisions", test_decisions);
  g_test_add_func ("/track-commands/look", test_look);
  g_test_add_func ("/track-commands/desk", test_desk);
  g_test_add_func ("/track-commands/person", test_person);
  return g_test_run ();
}
