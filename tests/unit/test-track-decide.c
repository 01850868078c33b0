/* SPDX-License-Identifier: EUPL-1.2 */
/* Where a call goes by what it carries: issuer before code before citizen, no default without a code, canaries stay. */
/* Also tests: track-fault, track-judge. */
#include "gateway/track-decide.h"

#include <string.h>

#include "base/clock.h"
#include "gateway/track-passage.h"
#include "route/track-judge.h"
#include "testlib.h"

#define BOOKING     "aaaaaaaa-0000-4000-8000-000000000001"
#define RESERVATION "aaaaaaaa-0000-4000-8000-000000000002"
#define OPTION      "aaaaaaaa-0000-4000-8000-000000000003"
#define NOW_US      G_GINT64_CONSTANT (1800000000000000)

typedef struct
{
  TrackDatabase *database;
  TrackLearned *learned;
  TrackRegistry *registry;
  TrackRoutes *routes;
} World;

static void
add_endpoint (World *world, const char *name)
{
  TrackEndpoint *endpoint = g_new0 (TrackEndpoint, 1);

  endpoint->name = g_strdup (name);
  g_ptr_array_add (world->registry->endpoints, endpoint);
}

static TrackUnit *
add_unit (World *world, const char *code, const char *endpoint)
{
  TrackUnit *unit = g_new0 (TrackUnit, 1);

  unit->code = g_strdup (code);
  unit->endpoint = g_strdup (endpoint);
  unit->from_us = G_MININT64;
  unit->until_us = G_MAXINT64;
  g_ptr_array_add (world->registry->units, unit);
  return unit;
}

static void
compile (World *world)
{
  g_clear_pointer (&world->routes, track_routes_unref);
  track_registry_sort (world->registry);
  world->routes = track_routes_new (world->registry);
}

static void
world_init (World *world)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "registry.db", NULL);
  g_autofree char *key = g_build_filename (folder, "key", NULL);
  g_autofree char *schema = testlib_dup_source_path ("data/schema/track-registry");
  TrackDatabaseSettings settings = { .path = path, .schema_dir = schema };
  TrackLearnedSettings learned = { .key_file = key, .max_cached = 1000 };
  g_autoptr (GError) error = NULL;

  *world = (World){ .registry = track_registry_new () };
  world->database = track_database_open (&settings, &error);
  g_assert_no_error (error);
  world->learned = track_learned_new (world->database, &learned, &error);
  g_assert_no_error (error);
  add_endpoint (world, "star");
  add_endpoint (world, "own");
  add_endpoint (world, "third");
  add_unit (world, "89000", "own");
  add_unit (world, "11100", "third");
  add_unit (world, TRACK_UNIT_DEFAULT, "star");
  compile (world);
}

static void
world_clear (World *world)
{
  track_database_stop (world->database);
  track_learned_free (world->learned);
  track_database_free (world->database);
  track_routes_unref (world->routes);
  track_registry_unref (world->registry);
}

static void
teach (World *world, TrackIdKind kind, const char *guid, const char *endpoint, const char *unit)
{
  TrackId id = { .kind = kind };
  TrackLesson lesson = { .endpoint = endpoint, .unit = unit, .ids = &id, .n_ids = 1 };

  g_strlcpy (id.guid, guid, sizeof id.guid);
  g_assert_false (track_learned_note (world->learned, &lesson, NULL, NULL));
}

static void
teach_citizen (World *world, const char *citizen, const char *unit, const char *canary)
{
  TrackLesson lesson = { .endpoint = "own", .unit = unit, .citizen = citizen, .canary = canary };

  g_assert_false (track_learned_note (world->learned, &lesson, NULL, NULL));
}

static TrackDecision
decide (World *world, const TrackCall *call)
{
  TrackDecision decision;

  track_decide (world->routes, world->learned, NULL, call, NOW_US, &decision);
  return decision;
}

static void
check (World *world, const TrackCall *call, TrackHow how, const char *endpoint)
{
  TrackDecision decision = decide (world, call);

  g_assert_cmpstr (track_how_word (decision.how), ==, track_how_word (how));
  g_assert_cmpstr (decision.endpoint == NULL ? NULL : decision.endpoint->name, ==, endpoint);
}

static void
test_order (void)
{
  World world;

  world_init (&world);
  check (&world, &(TrackCall){ .code = "89000" }, TRACK_HOW_EXACT, "own");
  check (&world, &(TrackCall){ .code = "89017" }, TRACK_HOW_MAIN, "own");
  check (&world, &(TrackCall){ .code = "75100" }, TRACK_HOW_DEFAULT, "star");
  check (&world, &(TrackCall){ .code = "99999" }, TRACK_HOW_NONE, NULL);
  check (&world, &(TrackCall){ .has_bad_code = TRUE }, TRACK_HOW_NONE, NULL);
  check (&world, &(TrackCall){ .booking = BOOKING }, TRACK_HOW_NONE, NULL);
  teach (&world, TRACK_ID_OPTION, OPTION, "third", "11100");
  check (&world, &(TrackCall){ .booking = BOOKING, .option = OPTION }, TRACK_HOW_OPTION, "third");
  teach (&world, TRACK_ID_RESERVATION, RESERVATION, "own", "89000");
  check (&world, &(TrackCall){ .reservation = RESERVATION, .option = OPTION },
         TRACK_HOW_RESERVATION, "own");
  teach (&world, TRACK_ID_BOOKING, BOOKING, "star", "89000");
  check (&world, &(TrackCall){ .booking = BOOKING, .reservation = RESERVATION, .option = OPTION },
         TRACK_HOW_BOOKING, "star");
  /* What exists goes to its issuer, whatever the code says now. */
  check (&world, &(TrackCall){ .booking = BOOKING, .code = "89000" }, TRACK_HOW_BOOKING, "star");
  world_clear (&world);
}

static void
test_citizen (void)
{
  World world;
  TrackCall call = { .is_write = TRUE };

  world_init (&world);
  g_strlcpy (call.citizen, testlib_cpr (1), sizeof call.citizen);
  check (&world, &call, TRACK_HOW_NONE, NULL);
  teach_citizen (&world, call.citizen, "11100", NULL);
  check (&world, &call, TRACK_HOW_CITIZEN, "third");
  /* A remembered code that has no row any more is no reason for the default. */
  teach_citizen (&world, call.citizen, "75100", NULL);
  check (&world, &call, TRACK_HOW_NONE, NULL);
  world_clear (&world);
}

static void
test_endpoint_gone (void)
{
  World world;

  world_init (&world);
  teach (&world, TRACK_ID_BOOKING, BOOKING, "removed", "89000");
  check (&world, &(TrackCall){ .booking = BOOKING, .code = "89000" }, TRACK_HOW_EXACT, "own");
  check (&world, &(TrackCall){ .booking = BOOKING }, TRACK_HOW_NONE, NULL);
  world_clear (&world);
}

static void
set_canary (World *world, guint permille, gboolean is_disjoint)
{
  TrackUnit *unit = NULL;

  for (guint i = 0; i < world->registry->units->len; i++)
    if (strcmp (((TrackUnit *) world->registry->units->pdata[i])->code, "89000") == 0)
      unit = world->registry->units->pdata[i];
  if (unit->canary == NULL)
    {
      unit->canary = g_new0 (TrackCanary, 1);
      unit->canary->endpoint = g_strdup ("third");
    }
  unit->canary->permille = permille;
  unit->canary->is_disjoint = is_disjoint;
  compile (world);
}

/* Returns: how many of 200 citizens go to the canary's endpoint; those that ask are remembered. */
static guint
count_canaries (World *world, guint first, gboolean remembers)
{
  guint n = 0;

  for (guint i = first; i < first + 200; i++)
    {
      TrackCall call = { .code = "89000" };
      TrackDecision decision;

      g_strlcpy (call.citizen, testlib_cpr (i), sizeof call.citizen);
      decision = decide (world, &call);
      n += strcmp (decision.endpoint->name, "third") == 0;
      if (remembers)
        teach_citizen (world, call.citizen, decision.unit, decision.canary);
    }
  return n;
}

static void
test_canary (void)
{
  World world;
  guint n;

  world_init (&world);
  set_canary (&world, 500, FALSE);
  g_assert_cmpuint (count_canaries (&world, 0, FALSE), ==, 0);
  set_canary (&world, 300, TRUE);
  n = count_canaries (&world, 0, TRUE);
  g_assert_cmpuint (n, >, 30);
  g_assert_cmpuint (n, <, 90);
  /* The share is taken back: nobody new, and nobody who was chosen is moved. */
  set_canary (&world, 0, TRUE);
  g_assert_cmpuint (count_canaries (&world, 0, FALSE), ==, n);
  g_assert_cmpuint (count_canaries (&world, 1000, FALSE), ==, 0);
  /* Widened: those who were not chosen then stay where they are, too. */
  set_canary (&world, 1000, TRUE);
  g_assert_cmpuint (count_canaries (&world, 0, FALSE), ==, n);
  g_assert_cmpuint (count_canaries (&world, 1000, FALSE), ==, 200);
  world_clear (&world);
}

/* Asked of a Planner in a call and answered by it, as the gateway learns from it. */
static void
answer (World *world, const TrackCall *call, const TrackDecision *decision, const TrackId *id)
{
  TrackLesson lesson = { .endpoint = decision->endpoint->name,
                         .unit = decision->code,
                         .asked = call->code,
                         .citizen = call->citizen,
                         .routes = world->routes,
                         .canary = decision->canary,
                         .ids = id,
                         .n_ids = id == NULL ? 0 : 1 };

  (void) track_learned_note (world->learned, &lesson, NULL, NULL);
}

static TrackCall
make_call (const char *code, guint citizen)
{
  TrackCall call = { .is_write = TRUE };

  g_strlcpy (call.code, code, sizeof call.code);
  g_strlcpy (call.citizen, testlib_cpr (citizen), sizeof call.citizen);
  return call;
}

/* A centre that its main centre's row served gets a row of its own: what was learned under it goes by that. */
static void
test_centre_of_its_own (void)
{
  World world;
  TrackCall asked = make_call ("11107", 1), later = make_call ("", 1);
  TrackId id = { .kind = TRACK_ID_BOOKING, .guid = BOOKING };
  TrackDecision decision;
  TrackUnit *unit;

  world_init (&world);
  clock_set_for_test (NOW_US);
  decision = decide (&world, &asked);
  g_assert_cmpstr (decision.unit, ==, "11100");
  answer (&world, &asked, &decision, &id);
  check (&world, &later, TRACK_HOW_CITIZEN, "third");
  unit = add_unit (&world, "11107", "own");
  unit->from_us = NOW_US - 1;
  unit->takes_over = g_strsplit ("third", "|", -1);
  compile (&world);
  check (&world, &later, TRACK_HOW_CITIZEN, "own");
  /* Shown by the old Planner since the row began: it is still there. What was seen before was migrated. */
  check (&world, &(TrackCall){ .booking = BOOKING }, TRACK_HOW_BOOKING, "third");
  clock_set_for_test (NOW_US - 100);
  id.kind = TRACK_ID_RESERVATION;
  answer (&world, &asked, &decision, &id);
  check (&world, &(TrackCall){ .reservation = BOOKING }, TRACK_HOW_RESERVATION, "own");
  clock_set_for_test (0);
  world_clear (&world);
}

/* Two Planners have the same catalogue of options: each citizen's is that of his own jobcenter, never the last one's. */
static void
test_shared_option (void)
{
  World world;
  TrackCall one = make_call ("89000", 1), other = make_call ("11100", 2);
  TrackCall from_one = make_call ("", 1), from_other = make_call ("", 2),
            stranger = make_call ("", 3);
  TrackId id = { .kind = TRACK_ID_OPTION, .guid = OPTION };
  TrackDecision decision;

  world_init (&world);
  decision = decide (&world, &one);
  answer (&world, &one, &decision, &id);
  decision = decide (&world, &other);
  answer (&world, &other, &decision, &id);
  g_strlcpy (from_one.option, OPTION, sizeof from_one.option);
  g_strlcpy (from_other.option, OPTION, sizeof from_other.option);
  g_strlcpy (stranger.option, OPTION, sizeof stranger.option);
  check (&world, &from_one, TRACK_HOW_CITIZEN, "own");
  check (&world, &from_other, TRACK_HOW_CITIZEN, "third");
  check (&world, &stranger, TRACK_HOW_NONE, NULL);
  decision = decide (&world, &one);
  answer (&world, &one, &decision, &id);
  check (&world, &from_other, TRACK_HOW_CITIZEN, "third");
  world_clear (&world);
}

/* A Planner that lists a booking of another's has not issued it; unless that one is gone, or it was migrated. */
static void
test_listed_elsewhere (void)
{
  World world;
  TrackCall call = make_call ("89000", 1);
  TrackId id = { .kind = TRACK_ID_BOOKING, .guid = BOOKING };
  TrackDecision decision;
  TrackLearnedCounters counters;

  world_init (&world);
  teach (&world, TRACK_ID_BOOKING, BOOKING, "star", "75100");
  decision = decide (&world, &call);
  g_assert_cmpstr (decision.endpoint->name, ==, "own");
  answer (&world, &call, &decision, &id);
  check (&world, &(TrackCall){ .booking = BOOKING }, TRACK_HOW_BOOKING, "star");
  track_learned_get_counters (world.learned, &counters);
  g_assert_cmpuint (counters.n_disputed, ==, 1);
  g_ptr_array_remove_index (world.registry->endpoints, 1);
  g_assert_null (track_registry_find_endpoint (world.registry, "star"));
  compile (&world);
  answer (&world, &call, &decision, &id);
  check (&world, &(TrackCall){ .booking = BOOKING }, TRACK_HOW_BOOKING, "own");
  world_clear (&world);
}

/* A candidate that drains keeps whom it has and gets nobody new. */
static void
test_draining_candidate (void)
{
  World world;
  TrackEndpoint *third;
  guint n;

  world_init (&world);
  set_canary (&world, 1000, TRUE);
  n = count_canaries (&world, 0, TRUE);
  g_assert_cmpuint (n, ==, 200);
  third = (TrackEndpoint *) track_registry_find_endpoint (world.registry, "third");
  third->state = TRACK_STATE_DRAIN;
  compile (&world);
  g_assert_cmpuint (count_canaries (&world, 0, FALSE), ==, n);
  g_assert_cmpuint (count_canaries (&world, 1000, FALSE), ==, 0);
  world_clear (&world);
}

/* Chosen under one code of a unit is chosen under all of them, and calls that go by an identifier do not undo it. */
static void
test_choice_by_any_code (void)
{
  World world;
  TrackCall main_centre = make_call ("89000", 1), centre = make_call ("89017", 1);
  TrackCall by_booking = make_call ("89017", 1);
  TrackDecision decision;

  world_init (&world);
  set_canary (&world, 1000, TRUE);
  decision = decide (&world, &main_centre);
  g_assert_cmpstr (decision.canary, ==, "third");
  answer (&world, &main_centre, &decision, NULL);
  set_canary (&world, 0, TRUE);
  check (&world, &centre, TRACK_HOW_CANARY, "third");
  teach (&world, TRACK_ID_BOOKING, BOOKING, "star", "75100");
  g_strlcpy (by_booking.booking, BOOKING, sizeof by_booking.booking);
  decision = decide (&world, &by_booking);
  g_assert_cmpstr (decision.endpoint->name, ==, "star");
  answer (&world, &by_booking, &decision, NULL);
  check (&world, &main_centre, TRACK_HOW_CANARY, "third");
  world_clear (&world);
}

static void
test_heads (void)
{
  static const struct
  {
    guint status;
    const char *type;
    gboolean is_soap;
    TrackOutcome outcome;
  } rows[] = {
    { 200, "text/xml; charset=utf-8", TRUE, 0 },
    { 200, "TEXT/XML", TRUE, 0 },
    { 500, "application/soap+xml;charset=utf-8", TRUE, 0 },
    { 503, "text/xml", TRUE, 0 },
    { 200, "text/html", FALSE, TRACK_OUTCOME_HTTP },
    { 200, "text/xml2", FALSE, TRACK_OUTCOME_HTTP },
    { 200, NULL, FALSE, TRACK_OUTCOME_HTTP },
    { 302, "text/xml", FALSE, TRACK_OUTCOME_HTTP },
    { 204, "text/xml", FALSE, TRACK_OUTCOME_HTTP },
    { 503, "text/html", FALSE, TRACK_OUTCOME_BUSY },
    { 429, NULL, FALSE, TRACK_OUTCOME_BUSY },
    { 500, "text/html", FALSE, TRACK_OUTCOME_HTTP },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TrackOutcome outcome = TRACK_OUTCOME_OK;
      const char *problem = NULL;

      g_assert_cmpint (track_judge_head (rows[i].status, rows[i].type, &outcome, &problem), ==,
                       rows[i].is_soap);
      g_assert_cmpint (outcome, ==, rows[i].outcome);
      g_assert_cmpint (problem == NULL, ==, rows[i].is_soap);
    }
}

static void
check_fault (gint64 code, ContractFaultSide side, TrackOutcome outcome)
{
  ContractFault fault = { side, code, "x", "y" };
  TrackCall call = { .contract = contract_operation_find ("CancelBooking") };
  g_autoptr (TrackAnswer) answer = track_answer_new (&call, contract_mapping_get_default ());
  g_autoptr (GString) text = g_string_new (NULL);

  contract_fault_write (NULL, CONTRACT_SOAP_1_1, &fault, text);
  g_assert_true (track_answer_feed (answer, text->str, text->len, NULL));
  g_assert_true (track_answer_end (answer, NULL));
  g_assert_cmpint (track_judge_answer (answer), ==, outcome);
}

/* A refusal is the caller's doing; busy is alive; closed is planned; what else the Planner blames on itself is ill. */
static void
test_faults (void)
{
  check_fault (990001, CONTRACT_FAULT_SENDER, TRACK_OUTCOME_OK);
  check_fault (4770, CONTRACT_FAULT_SENDER, TRACK_OUTCOME_OK);
  check_fault (990012, CONTRACT_FAULT_RECEIVER, TRACK_OUTCOME_BUSY);
  check_fault (990024, CONTRACT_FAULT_RECEIVER, TRACK_OUTCOME_BUSY);
  check_fault (990034, CONTRACT_FAULT_RECEIVER, TRACK_OUTCOME_CLOSED);
  check_fault (990013, CONTRACT_FAULT_RECEIVER, TRACK_OUTCOME_FAULTY);
  check_fault (990025, CONTRACT_FAULT_RECEIVER, TRACK_OUTCOME_FAULTY);
  check_fault (1234, CONTRACT_FAULT_RECEIVER, TRACK_OUTCOME_FAULTY);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-decide/order", test_order);
  g_test_add_func ("/track-decide/citizen", test_citizen);
  g_test_add_func ("/track-decide/endpoint-gone", test_endpoint_gone);
  g_test_add_func ("/track-decide/canary", test_canary);
  g_test_add_func ("/track-decide/centre-of-its-own", test_centre_of_its_own);
  g_test_add_func ("/track-decide/shared-option", test_shared_option);
  g_test_add_func ("/track-decide/listed-elsewhere", test_listed_elsewhere);
  g_test_add_func ("/track-decide/draining-candidate", test_draining_candidate);
  g_test_add_func ("/track-decide/choice-by-any-code", test_choice_by_any_code);
  g_test_add_func ("/track-decide/heads", test_heads);
  g_test_add_func ("/track-decide/faults", test_faults);
  return g_test_run ();
}
