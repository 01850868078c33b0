/* SPDX-License-Identifier: EUPL-1.2 */
/* No citizen ever has two Planners; the share is what the registry says; the guard trips by counts, durably, and moves nobody. */
#include "gateway/track-canary.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "testlib.h"

#define CURRENT   "state"
#define CANDIDATE "own"
#define UNIT      "89000"
#define MINUTE    G_TIME_SPAN_MINUTE

typedef struct
{
  char *folder;
  char *path;
  char *key;
  TrackDatabase *database;
  TrackLearned *learned;
  TrackCanaryGuard *guard;
  TrackRegistry *registry;
  TrackUnit *unit;
  guint n_told;
} World;

static void
on_tell (const TrackCanaryView *view, const GError *error, gpointer data)
{
  World *world = data;
  g_assert_no_error (error);
  g_assert_cmpstr (view->endpoint, ==, CANDIDATE);
  world->n_told++;
}

static void
world_open (World *world)
{
  g_autofree char *schema = testlib_dup_source_path ("data/schema/track-registry");
  TrackDatabaseSettings settings = { .path = world->path, .schema_dir = schema };
  TrackLearnedSettings learned = { .key_file = world->key, .max_cached = 50 };
  g_autoptr (GError) error = NULL;

  world->database = track_database_open (&settings, &error);
  g_assert_no_error (error);
  world->learned = track_learned_new (world->database, &learned, &error);
  g_assert_no_error (error);
  world->guard = track_canary_guard_new (world->database, NULL, on_tell, world, &error);
  g_assert_no_error (error);
  track_canary_guard_set_registry (world->guard, world->registry);
}

static void
world_close (World *world)
{
  track_database_stop (world->database);
  g_clear_pointer (&world->guard, track_canary_guard_free);
  g_clear_pointer (&world->learned, track_learned_free);
  g_clear_pointer (&world->database, track_database_free);
}

static void
world_init (World *world, guint permille)
{
  world->folder = testlib_make_folder ();
  world->path = g_build_filename (world->folder, "registry.db", NULL);
  world->key = g_build_filename (world->folder, "registry.db.key", NULL);
  world->registry = track_registry_new ();
  world->unit = g_new0 (TrackUnit, 1);
  world->unit->code = g_strdup (UNIT);
  world->unit->endpoint = g_strdup (CURRENT);
  world->unit->canary = g_new0 (TrackCanary, 1);
  world->unit->canary->endpoint = g_strdup (CANDIDATE);
  world->unit->canary->permille = permille;
  world->unit->canary->is_disjoint = TRUE;
  g_ptr_array_add (world->registry->units, world->unit);
  world_open (world);
}

static void
world_clear (World *world)
{
  world_close (world);
  track_registry_unref (world->registry);
  g_free (world->folder);
  g_free (world->path);
  g_free (world->key);
}

static void
on_done (const GError *error, gpointer data)
{
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

/* As the gateway does: choose, send, remember. Returns: who answers */
static const char *
call (World *world, const char *citizen, gboolean is_remembered)
{
  TrackPlace place;
  gboolean is_known = track_learned_find_citizen (world->learned, citizen, &place);
  const char *candidate =
    track_canary_choose (world->unit, CURRENT, is_known ? &place : NULL,
                         track_learned_hash_citizen (world->learned, citizen, CANDIDATE),
                         track_canary_guard_may_begin (world->guard, UNIT, CANDIDATE));
  TrackLesson lesson = { .endpoint = candidate == NULL ? CURRENT : candidate,
                         .unit = UNIT,
                         .citizen = citizen,
                         .canary = candidate };
  gboolean is_done = FALSE;

  /* A call that carries an identifier goes by it and knows nothing of canaries. */
  if (!is_remembered)
    lesson.canary = NULL;
  if (!track_learned_note (world->learned, &lesson, on_done, &is_done))
    while (!is_done)
      g_main_context_iteration (NULL, TRUE);
  return candidate == NULL ? CURRENT : CANDIDATE;
}

static void
test_distribution (void)
{
  World world = { 0 };
  guint n_citizens = 40000, n_below[4] = { 0 };
  const guint shares[] = { 10, 100, 500, 900 };

  world_init (&world, 100);
  for (guint i = 0; i < n_citizens; i++)
    {
      char citizen[16];
      g_snprintf (citizen, sizeof citizen, "citizen %u", i);
      guint hash = track_learned_hash_citizen (world.learned, citizen, CANDIDATE);
      g_assert_cmpuint (hash, <, 1000);
      for (guint k = 0; k < G_N_ELEMENTS (shares); k++)
        n_below[k] += hash < shares[k];
    }
  for (guint k = 0; k < G_N_ELEMENTS (shares); k++)
    {
      double expected = n_citizens * shares[k] / 1000.0;
      double variance = expected * (1 - shares[k] / 1000.0);
      double off = n_below[k] - expected;
      g_test_message ("%u of 1000: %u of %u citizens", shares[k], n_below[k], n_citizens);
      g_assert_cmpfloat (off * off, <, 36 * variance);
    }
  world_clear (&world);
}

static void
restart (World *world)
{
  world_close (world);
  world_open (world);
}

/* What an operator, the guard or a restart does between two calls. */
static void
disturb (World *world, GRand *random)
{
  g_autoptr (GError) error = NULL;

  switch (g_rand_int_range (random, 0, 5))
    {
    case 0:
      world->unit->canary->permille = (guint) g_rand_int_range (random, 0, 1001);
      track_canary_guard_set_registry (world->guard, world->registry);
      break;
    case 1:
      g_assert_true (track_canary_guard_set (world->guard, UNIT,
                                             g_rand_int_range (random, 0, TRACK_N_CANARY_STATES),
                                             "somebody", NULL, &error));
      break;
    case 2:
      world->unit->canary->is_disjoint = g_rand_boolean (random);
      break;
    case 3:
      restart (world);
      break;
    default:
      break;
    }
}

static void
test_one_planner (void)
{
  guint64 n_worlds = testlib_budget ("canary-worlds");
  g_autoptr (GRand) random = testlib_random_new ();
  guint n_candidate = 0, n_current = 0;

  for (guint64 number = 0; number < n_worlds; number++)
    {
      World world = { 0 };
      const char *planner[40] = { NULL };

      world_init (&world, (guint) g_rand_int_range (random, 0, 1001));
      for (guint step = 0; step < 400; step++)
        {
          guint who = (guint) g_rand_int_range (random, 0, G_N_ELEMENTS (planner));
          const char *answered = call (&world, testlib_cpr (who),
                                       g_rand_int_range (random, 0, 4) > 0 || planner[who] == NULL);

          if (planner[who] != NULL)
            g_assert_cmpstr (answered, ==, planner[who]);
          else if (strcmp (answered, CANDIDATE) == 0)
            n_candidate++;
          else
            n_current++;
          planner[who] = answered;
          if (g_rand_int_range (random, 0, 20) == 0)
            disturb (&world, random);
        }
      world_clear (&world);
    }
  g_test_message ("%u citizens began at the candidate, %u did not", n_candidate, n_current);
  g_assert_cmpuint (n_candidate, >, 0);
  g_assert_cmpuint (n_current, >, 0);
}

static void
note (World *world, const char *endpoint, TrackOutcome outcome, guint n_calls, gint64 now_us)
{
  TrackRecord record = { .unit = UNIT, .endpoint = endpoint, .outcome = outcome };
  for (guint i = 0; i < n_calls; i++)
    track_canary_guard_note (world->guard, &record, now_us);
}

static TrackCanaryState
state_of (World *world)
{
  TrackCanaryView view;
  g_assert_true (track_canary_guard_get (world->guard, UNIT, clock_now_us (), &view));
  return view.state;
}

static void
test_guard (void)
{
  static const struct
  {
    guint current_ok, current_failed, candidate_ok, candidate_failed;
    gboolean trips;
  } rows[] = {
    { 1000, 0, 0, 1, FALSE },     /* one alone */
    { 1000, 0, 100, 4, FALSE },   /* too few */
    { 1000, 0, 0, 19, FALSE },    /* too few calls to say */
    { 1000, 0, 15, 5, TRUE },     /* a quarter, against none */
    { 1000, 0, 100, 8, TRUE },    /* 7 %, against none */
    { 1000, 0, 1000, 40, FALSE }, /* below the least excess */
    { 900, 100, 90, 12, FALSE },  /* both fail alike: not the candidate's doing */
    { 500, 500, 10, 12, FALSE },  { 950, 50, 60, 40, TRUE },
    { 0, 0, 100, 10, FALSE }, /* nothing to compare with */
    { 0, 0, 70, 30, TRUE },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      World world = { 0 };
      world_init (&world, 500);
      note (&world, CURRENT, TRACK_OUTCOME_OK, rows[i].current_ok, 0);
      note (&world, CURRENT, TRACK_OUTCOME_TIMEOUT, rows[i].current_failed, 0);
      note (&world, CANDIDATE, TRACK_OUTCOME_OK, rows[i].candidate_ok, 0);
      note (&world, CANDIDATE, TRACK_OUTCOME_RESET, rows[i].candidate_failed, 0);
      g_test_message ("row %u", i);
      g_assert_cmpint (state_of (&world), ==,
                       rows[i].trips ? TRACK_CANARY_TRIPPED : TRACK_CANARY_RUNNING);
      g_assert_cmpuint (world.n_told, ==, rows[i].trips ? 1 : 0);
      g_assert_true (track_canary_guard_may_begin (world.guard, UNIT, CANDIDATE) != rows[i].trips);
      world_clear (&world);
    }
}

/* Failures of the past, probes, shadows and calls that were never sent do not count. */
static void
test_what_counts (void)
{
  World world = { 0 };
  TrackRecord probe = {
    .unit = UNIT, .endpoint = CANDIDATE, .outcome = TRACK_OUTCOME_RESET, .is_probe = TRUE
  };
  TrackRecord shadow = {
    .unit = UNIT, .endpoint = CANDIDATE, .outcome = TRACK_OUTCOME_RESET, .is_shadow = TRUE
  };

  world_init (&world, 500);
  note (&world, CURRENT, TRACK_OUTCOME_OK, 100, 0);
  for (guint i = 0; i < 100; i++)
    {
      track_canary_guard_note (world.guard, &probe, 0);
      track_canary_guard_note (world.guard, &shadow, 0);
    }
  note (&world, CANDIDATE, TRACK_OUTCOME_MAINTENANCE, 100, 0);
  note (&world, "third", TRACK_OUTCOME_RESET, 100, 0);
  g_assert_cmpint (state_of (&world), ==, TRACK_CANARY_RUNNING);
  for (guint i = 0; i < 30; i++)
    {
      note (&world, CURRENT, TRACK_OUTCOME_OK, 100, i * 11 * MINUTE);
      note (&world, CANDIDATE, TRACK_OUTCOME_OK, 30, i * 11 * MINUTE);
      note (&world, CANDIDATE, TRACK_OUTCOME_RESET, 1, i * 11 * MINUTE);
    }
  g_assert_cmpint (state_of (&world), ==, TRACK_CANARY_RUNNING);
  world_clear (&world);
}

static void
test_durable (void)
{
  World world = { 0 };
  TrackCanaryView view;
  g_autoptr (GError) error = NULL;

  world_init (&world, 1000);
  g_assert_cmpstr (call (&world, testlib_cpr (1), TRUE), ==, CANDIDATE);
  note (&world, CANDIDATE, TRACK_OUTCOME_RESET, 20, 0);
  g_assert_cmpuint (world.n_told, ==, 1);
  restart (&world);
  g_assert_true (track_canary_guard_get (world.guard, UNIT, 0, &view));
  g_assert_cmpint (view.state, ==, TRACK_CANARY_TRIPPED);
  g_assert_null (view.who);
  g_assert_cmpstr (view.reason, ==,
                   "20 af 20 kald til own slog fejl, 0 af 0 til state / "
                   "20 of 20 calls of own failed, 0 of 0 of state");
  /* It moves nobody, and takes nobody new. */
  g_assert_cmpstr (call (&world, testlib_cpr (1), TRUE), ==, CANDIDATE);
  g_assert_cmpstr (call (&world, testlib_cpr (2), TRUE), ==, CURRENT);
  g_assert_true (
    track_canary_guard_set (world.guard, UNIT, TRACK_CANARY_RUNNING, "anna", "repaired", &error));
  restart (&world);
  g_assert_true (track_canary_guard_get (world.guard, UNIT, 0, &view));
  g_assert_cmpint (view.state, ==, TRACK_CANARY_RUNNING);
  g_assert_cmpstr (view.who, ==, "anna");
  g_assert_cmpstr (call (&world, testlib_cpr (2), TRUE), ==, CURRENT);
  g_assert_cmpstr (call (&world, testlib_cpr (3), TRUE), ==, CANDIDATE);
  g_assert_false (
    track_canary_guard_set (world.guard, "12300", TRACK_CANARY_STOPPED, "anna", NULL, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
  world_clear (&world);
}

static void
test_only_disjoint (void)
{
  World world = { 0 };

  world_init (&world, 1000);
  world.unit->canary->is_disjoint = FALSE;
  for (guint i = 0; i < 100; i++)
    g_assert_cmpstr (call (&world, testlib_cpr (i), TRUE), ==, CURRENT);
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-canary/distribution", test_distribution);
  g_test_add_func ("/track-canary/one-planner", test_one_planner);
  g_test_add_func ("/track-canary/guard", test_guard);
  g_test_add_func ("/track-canary/what-counts", test_what_counts);
  g_test_add_func ("/track-canary/durable", test_durable);
  g_test_add_func ("/track-canary/only-disjoint", test_only_disjoint);
  return g_test_run ();
}
