/* SPDX-License-Identifier: EUPL-1.2 */
/* Random edits on both sides of a synchronisation, runs in between, crashes anywhere; then both sides must agree. */
#include "converge-world.h"

#define MAX_DRAIN 14

typedef struct
{
  guint32 what, a, b;
} Step;

static guint
chance (GRand *random, guint most)
{
  return g_rand_int_range (random, 0, 3) == 0
           ? (guint) g_rand_int_range (random, 0, (gint32) most + 1)
           : 0;
}

static ModelManners
make_manners (GRand *random)
{
  return (ModelManners){
    .tier = (CalsyncTier) g_rand_int_range (random, CALSYNC_TIER_FEED, CALSYNC_TIER_LISTING + 1),
    .has_no_versions = g_rand_int_range (random, 0, 12) == 0,
    .remembers_uids = g_rand_int_range (random, 0, 4) == 0,
    .rewrites_text = g_rand_boolean (random),
    .drops_extensions = g_rand_int_range (random, 0, 8) == 0,
    .hides_brief = g_rand_boolean (random),
    .silent_write = chance (random, 100),
    .no_version = chance (random, 20),
    .bump = chance (random, 30),
    .repeat = chance (random, 50),
    .contradict = chance (random, 30),
    .meddle = chance (random, 15),
    .reorder = chance (random, 50),
    .forget = chance (random, 15),
    .unreadable = chance (random, 10),
    .fail_before = chance (random, 20),
    .fail_after = chance (random, 20),
    .cut = chance (random, 20),
  };
}

static void
calm (ModelManners *manners)
{
  *manners = (ModelManners){ .tier = manners->tier,
                             .has_no_versions = manners->has_no_versions,
                             .remembers_uids = manners->remembers_uids,
                             .rewrites_text = manners->rewrites_text,
                             .drops_extensions = manners->drops_extensions,
                             .hides_brief = manners->hides_brief };
}

/* One run; @steps: after how many steps the process dies, -1: it does not. */
static CalsyncReport *
run (ConvergeWorld *world, gint64 steps, CalsyncJobMode mode, GError **error)
{
  const ConvergePlannerFunctions *functions = world->planner->functions;
  CalsyncReport *report = NULL;
  GError *local_error = NULL;
  gboolean is_good;

  world->remote->shared_steps = &steps;
  converge_say (world, "run: mode %d, dies after %d", mode, (gint) steps);
  is_good =
    functions->run (world->planner, &world->remote->remote, mode, &steps, &report, &local_error);
  converge_say (world,
                "  found %u changed %u gone %u left %u guard %d pulled %d full %d quiet %d: %s",
                report->n_found, report->n_changed, report->n_gone, report->n_left, report->guard,
                report->is_pulled, report->was_full, report->was_quiet,
                local_error == NULL ? "" : local_error->message);
  for (guint i = 0; i < report->conflicts->len; i++)
    {
      const CalsyncConflict *conflict = g_ptr_array_index (report->conflicts, i);

      converge_check_conflict (world, conflict);
      converge_say (world, "  conflict %s %s of %s, theirs %" G_GINT64_FORMAT,
                    calsync_conflict_format (conflict->kind),
                    calsync_decision_format (conflict->decision), conflict->reference,
                    conflict->theirs.start_us);
    }
  world->remote->shared_steps = NULL;
  converge_follow (world);
  for (guint n = 0; n < CONVERGE_N_BOOKINGS; n++)
    {
      g_autofree char *key = functions->dup_key (world->planner, n);

      if (key != NULL)
        converge_say (world, "    booking %u at %s", n, key);
    }
  world->n_runs++;
  if (is_good && report->guard != CALSYNC_GUARD_NONE && report->is_pulled)
    converge_fail (world, "held back and pulled");
  if (local_error != NULL)
    g_propagate_error (error, local_error);
  return report;
}

static void
planner_step (ConvergeWorld *world, guint32 what, guint32 a, guint32 b)
{
  const ConvergePlannerFunctions *functions = world->planner->functions;
  guint n = a % CONVERGE_N_BOOKINGS;
  ConvergeBooking *booking = &world->bookings[n];
  gint64 start_us = CONVERGE_NOW_US + (10 + (gint64) n * 3 + b % 3) * DAY + b / 3 % 24 * 900 * S;
  gint64 end_us = start_us + (b / 72 % 2 == 0 ? 2 : 1 + b / 144 % 4) * 900 * S;

  converge_say (world, "we do %u to booking %u (live %d, away %d)", what, n, booking->is_live,
                booking->is_away);
  if (!booking->is_live)
    {
      functions->book (world->planner, n, start_us, end_us);
      *booking = (ConvergeBooking){
        .is_live = TRUE, .is_back = TRUE, .start_us = start_us, .end_us = end_us
      };
    }
  else if (what == 0)
    {
      functions->cancel (world->planner, n);
      booking->is_live = FALSE;
      booking->is_deletion_open = FALSE; /* cancelled and deleted: both are of one mind */
    }
  else if (what == 1)
    {
      booking->is_away = !booking->is_away;
      booking->is_back = !booking->is_away;
      booking->is_deletion_open = FALSE;
      functions->hand_over (world->planner, n, !booking->is_away);
    }
  else
    {
      functions->move (world->planner, n, start_us, end_us);
      booking->start_us = start_us;
      booking->end_us = end_us;
    }
}

static void
step (ConvergeWorld *world, const Step *what)
{
  const ConvergePlannerFunctions *functions = world->planner->functions;
  g_autoptr (CalsyncReport) report = NULL;
  guint64 n_writes = functions->count_writes (world->planner);
  guint n_sent = world->remote->n_writes;

  switch (what->what % 16)
    {
    case 0:
    case 1:
    case 2:
      planner_step (world, what->a % 7, what->a / 7, what->b);
      break;
    case 3:
    case 4:
    case 5:
      report = run (world, -1, CALSYNC_JOB_RUN, NULL);
      break;
    case 6:
    case 7:
      report = run (world, 1 + what->a % 25, CALSYNC_JOB_RUN, NULL);
      break;
    case 8:
      report = run (world, -1, CALSYNC_JOB_PREVIEW, NULL);
      if (functions->count_writes (world->planner) != n_writes || world->remote->n_writes != n_sent)
        converge_fail (world, "a preview has written");
      break;
    case 9:
      if (what->a % 4 == 0)
        functions->want_full (world->planner);
      else if (what->a % 4 == 1)
        world->remote->epoch++;
      else if (what->a % 4 == 2)
        functions->agree (world->planner);
      else
        functions->advance (world->planner, (1 + what->b % 50) * HOUR / 4);
      break;
    default:
      converge_user_step (world, what->what / 16, what->a, what->b);
      break;
    }
}

/* A #ModelMeddleFunc: the advisor does not wait for our runs to end. */
static void
meddle (ModelRemote *remote, guint32 what, gpointer data)
{
  ConvergeWorld *world = data;

  (void) remote;
  converge_say (world, "  meanwhile:");
  converge_user_step (world, what, what / 18 * 2654435761u, what * 40503u);
}

/* Everybody stops, the server behaves, a person answers what is asked: a few runs, and it is quiet. */
static void
drain (ConvergeWorld *world)
{
  const ConvergePlannerFunctions *functions = world->planner->functions;

  calm (&world->remote->manners);
  converge_user_mend (world);
  functions->want_full (world->planner); /* as it is due once a day */
  for (guint i = 0; i < MAX_DRAIN && world->failure == NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CalsyncReport) report = NULL;

      functions->advance (world->planner, 2 * HOUR);
      functions->resolve (world->planner);
      report = run (world, -1, CALSYNC_JOB_RUN, &error);
      if (error != NULL)
        converge_fail (world, "a calm run failed: %s", error->message);
      if (report->guard != CALSYNC_GUARD_NONE)
        functions->agree (world->planner);
      else if (report->was_quiet)
        return;
    }
  converge_fail (world, "not quiet after %d runs", MAX_DRAIN);
}

/* A further run does nothing. */
static void
check_nothing_left (ConvergeWorld *world)
{
  guint64 n_writes = world->planner->functions->count_writes (world->planner);
  guint n_sent = world->remote->n_writes;
  g_autoptr (CalsyncReport) report = run (world, -1, CALSYNC_JOB_RUN, NULL);

  if (!report->was_quiet || world->planner->functions->count_writes (world->planner) != n_writes ||
      world->remote->n_writes != n_sent)
    converge_fail (world, "a further run does something");
  if (!world->remote->manners.has_no_versions && report->cost.n_requests != 1)
    converge_fail (world, "a quiet run takes %u requests", (guint) report->cost.n_requests);
}

static char *
try_script (ConvergePlanner *(*make) (guint32 seed, gpointer data),
            gpointer data,
            guint32 seed,
            const GArray *script,
            guint64 *n_runs,
            gboolean is_loud)
{
  ConvergeWorld world = { .random = g_rand_new_with_seed (seed), .is_loud = is_loud };

  world.remote = model_remote_new (seed);
  world.remote->manners = make_manners (world.random);
  if (world.remote->manners.reorder > 0)
    world.remote->manners.contradict = 0; /* then the last word would mean nothing */
  if (world.remote->manners.has_no_versions || world.remote->manners.no_version > 0)
    world.remote->manners.meddle = 0; /* without versions no write can be conditional */
  world.remote->on_write = converge_on_write;
  world.remote->on_write_data = &world;
  world.remote->on_meddle = meddle;
  world.remote->on_meddle_data = &world;
  world.edits = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  world.foreign = g_ptr_array_new_with_free_func (converge_foreign_free);
  world.written = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  world.planner = make (seed, data);
  for (guint i = 0; i < script->len && world.failure == NULL; i++)
    step (&world, &g_array_index (script, Step, i));
  if (world.failure == NULL)
    drain (&world);
  if (world.failure == NULL)
    converge_check_end (&world);
  if (world.failure == NULL)
    check_nothing_left (&world);
  *n_runs += world.n_runs;
  if (world.planner->functions->tell != NULL)
    world.planner->functions->tell (world.planner, world.n_followed);
  world.planner->functions->free (world.planner);
  model_remote_free (world.remote);
  g_ptr_array_unref (world.foreign);
  g_hash_table_unref (world.written);
  g_hash_table_unref (world.edits);
  g_rand_free (world.random);
  return world.failure;
}

static GArray *
make_script (guint32 seed, guint n_steps)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed ^ 0x5bd1e995);
  GArray *script = g_array_new (FALSE, FALSE, sizeof (Step));

  for (guint i = 0; i < n_steps; i++)
    {
      const Step step = { g_rand_int (random), g_rand_int (random), g_rand_int (random) };

      g_array_append_val (script, step);
    }
  return script;
}

char *
converge_try (ConvergePlanner *(*make) (guint32 seed, gpointer data),
              gpointer data,
              guint32 seed,
              guint n_steps,
              guint64 *n_runs)
{
  g_autoptr (GArray) script = make_script (seed, n_steps);

  return try_script (make, data, seed, script, n_runs, FALSE);
}

/* Halves, quarters … of the script are left out as long as it still fails. */
static void
shrink (ConvergePlanner *(*make) (guint32 seed, gpointer data),
        gpointer data,
        guint32 seed,
        GArray *script)
{
  guint64 n_runs = 0;

  for (guint part = script->len / 2; part > 0; part = part / 2)
    {
      for (guint at = 0; at + part <= script->len;)
        {
          g_autoptr (GArray) shorter = g_array_new (FALSE, FALSE, sizeof (Step));
          g_autofree char *failure = NULL;

          g_array_append_vals (shorter, script->data, at);
          g_array_append_vals (shorter, &g_array_index (script, Step, at + part),
                               script->len - at - part);
          failure = try_script (make, data, seed, shorter, &n_runs, FALSE);
          if (failure != NULL)
            g_array_remove_range (script, at, part);
          else
            at += part;
        }
    }
}

void
converge_check (ConvergePlanner *(*make) (guint32 seed, gpointer data),
                gpointer data,
                guint32 seed,
                guint n_steps,
                guint64 *n_runs)
{
  g_autofree char *failure = converge_try (make, data, seed, n_steps, n_runs);
  g_autoptr (GArray) script = NULL;
  g_autofree char *shortest = NULL;

  if (failure == NULL)
    return;
  script = make_script (seed, n_steps);
  shrink (make, data, seed, script);
  shortest = try_script (make, data, seed, script, n_runs, TRUE);
  g_error ("seed %u: %s; after %u steps: %s", seed, failure, script->len, shortest);
}
