/* SPDX-License-Identifier: EUPL-1.2 */
/* Both sides come to agree, whatever was done to them: over the model calendar and the model planner. */
#include "converge.h"
#include "model-local.h"
#include "testlib.h"

#define N_STEPS 40

typedef struct
{
  ConvergePlanner planner;
  ModelLocal *local;
  GRand *random; /* whether the last transaction got through */
  char *references[CONVERGE_N_BOOKINGS];
  guint n_made;
} Model;

static Model *
get_model (ConvergePlanner *planner)
{
  return (Model *) planner;
}

static gboolean
run (ConvergePlanner *planner,
     CalsyncRemote *remote,
     CalsyncJobMode mode,
     gint64 *steps,
     CalsyncReport **out_report,
     GError **error)
{
  Model *model = get_model (planner);
  gboolean is_good;

  model->local->steps_left = steps;
  model->local->random = model->random;
  model->local->binding.writes_left = 200;
  is_good = calsync_job_run (&model->local->local, remote, mode, NULL, out_report, error);
  model->local->steps_left = NULL;
  return is_good;
}

static CalsyncWanted *
find (ConvergePlanner *planner, guint n)
{
  Model *model = get_model (planner);

  return model->references[n] == NULL ? NULL
                                      : model_local_find (model->local, model->references[n]);
}

/* A booking that was cancelled does not come back: the next is another. */
static void
book (ConvergePlanner *planner, guint n, gint64 start_us, gint64 end_us)
{
  Model *model = get_model (planner);

  if (model->references[n] == NULL)
    model->references[n] =
      g_strdup_printf ("kommune-1:booking:%08x-6c7c-4a0e-9d8a-0123456789ab", ++model->n_made);
  (void) model_local_book (model->local, model->references[n], start_us, end_us);
}

static void
move (ConvergePlanner *planner, guint n, gint64 start_us, gint64 end_us)
{
  CalsyncWanted *wanted = find (planner, n);

  wanted->start_us = start_us;
  wanted->end_us = end_us;
}

static void
cancel (ConvergePlanner *planner, guint n)
{
  find (planner, n)->is_live = FALSE;
}

static void
hand_over (ConvergePlanner *planner, guint n, gboolean is_back)
{
  find (planner, n)->is_live = is_back;
}

static const char *
get_reference (ConvergePlanner *planner, guint n)
{
  return get_model (planner)->references[n];
}

static gboolean
has_conflict (ConvergePlanner *planner, guint n, gint64 start_us, gint64 end_us)
{
  const CalsyncShape theirs = { .start_us = start_us, .end_us = end_us };

  return model_local_has_conflict (get_model (planner)->local, get_reference (planner, n), &theirs);
}

static char *
dup_key (ConvergePlanner *planner, guint n)
{
  const CalsyncWanted *wanted = find (planner, n);

  return wanted == NULL ? NULL : g_strdup (wanted->key);
}

static GArray *
list_spans (ConvergePlanner *planner)
{
  return model_local_list_spans (get_model (planner)->local);
}

static guint64
count_writes (ConvergePlanner *planner)
{
  return get_model (planner)->local->n_writes;
}

static void
want_full (ConvergePlanner *planner)
{
  get_model (planner)->local->binding.wants_full = TRUE;
}

static void
agree (ConvergePlanner *planner)
{
  ModelLocal *local = get_model (planner)->local;

  for (guint i = 0; local->guarded != NULL && i < local->guarded->key_hashes->len; i++)
    g_hash_table_add (local->agreed, g_strdup (g_ptr_array_index (local->guarded->key_hashes, i)));
  g_clear_pointer (&local->guarded, calsync_guarded_free);
}

static void
resolve (ConvergePlanner *planner)
{
  ModelLocal *local = get_model (planner)->local;

  for (guint i = 0; i < local->wanted->len; i++)
    {
      CalsyncWanted *wanted = g_ptr_array_index (local->wanted, i);

      wanted->n_putbacks = 0;
      if (wanted->state == CALSYNC_LINK_CONFLICT)
        wanted->state = CALSYNC_LINK_LINKED;
    }
}

static void
advance (ConvergePlanner *planner, gint64 us)
{
  ModelLocal *local = get_model (planner)->local;

  if (local->now_us + us < CONVERGE_NOW_US + 5 * 86400 * CALSYNC_US_PER_SECOND)
    local->now_us += us;
}

static void
free_model (ConvergePlanner *planner)
{
  Model *model = get_model (planner);

  for (guint n = 0; n < CONVERGE_N_BOOKINGS; n++)
    g_free (model->references[n]);
  model_local_free (model->local);
  g_rand_free (model->random);
  g_free (model);
}

static const ConvergePlannerFunctions functions = {
  .run = run,
  .book = book,
  .move = move,
  .cancel = cancel,
  .hand_over = hand_over,
  .get_reference = get_reference,
  .has_conflict = has_conflict,
  .dup_key = dup_key,
  .list_spans = list_spans,
  .count_writes = count_writes,
  .want_full = want_full,
  .agree = agree,
  .resolve = resolve,
  .advance = advance,
  .free = free_model,
};

static ConvergePlanner *
make (guint32 seed, gpointer data)
{
  Model *model = g_new0 (Model, 1);

  (void) data;
  model->planner.functions = &functions;
  model->random = g_rand_new_with_seed (seed);
  model->local = model_local_new (CONVERGE_NOW_US);
  model->local->binding.on_move = (CalsyncOnMove) (seed % 3);
  model->local->binding.on_delete = (CalsyncOnDelete) (seed / 3 % 2);
  return &model->planner;
}

static void
test_converge (void)
{
  guint64 n_worlds = testlib_budget ("calsync-converge"), n_runs = 0;
  guint32 seed = testlib_random_seed ();

  for (guint64 i = 0; i < n_worlds; i++)
    converge_check (make, NULL, seed + (guint32) i, N_STEPS, &n_runs);
  g_test_message ("%u worlds, %u runs", (guint) n_worlds, (guint) n_runs);
  g_assert_cmpuint (n_runs, >, n_worlds);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync/converge/models", test_converge);
  return g_test_run ();
}
