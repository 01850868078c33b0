/* SPDX-License-Identifier: EUPL-1.2 */
/* The choice is pure; the guard counts calls of both Planners in a window and remembers durably that it tripped. */
#include "gateway/track-canary.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"

#define N_SLOTS 10

/* So many standard deviations, and at least so much more, must the candidate fail. */
#define N_DEVIATIONS 3.0
#define LEAST_EXCESS 0.05

const TrackCanarySettings track_canary_defaults = {
  .window_us = 10 * G_TIME_SPAN_MINUTE,
  .min_calls = 20,
  .min_failures = 5,
};

static const char *const state_words[TRACK_N_CANARY_STATES] = {
  [TRACK_CANARY_RUNNING] = "running",
  [TRACK_CANARY_TRIPPED] = "tripped",
  [TRACK_CANARY_STOPPED] = "stopped",
};

typedef struct
{
  gint64 number; /* of the slot since 1970; another one: the counts are of the past */
  guint n_calls[2];
  guint n_failed[2];
} Slot;

/* A candidate of a unit. */
typedef struct
{
  char *unit;
  char *endpoint;
  char *current; /* NULL: not in the registry now */
  guint permille;
  gboolean is_disjoint;
  TrackCanaryState state;
  gint64 since_us;
  char *who;
  char *reason;
  Slot slots[N_SLOTS];
} Canary;

struct _TrackCanaryGuard
{
  TrackDatabase *database; /* or NULL: in memory only */
  TrackCanarySettings settings;
  TrackCanaryTell tell;
  gpointer data;
  GPtrArray *canaries; /* by unit, then endpoint */
};

/* A state on its way to the database. */
typedef struct
{
  TrackCanaryGuard *guard;
  char *unit;
  char *endpoint;
  TrackCanaryState state;
  gint64 at_us;
  char *who;
  char *reason;
} PutJob;

/**
 * track_canary_choose:
 * @unit: the row that decided
 * @current: name of the endpoint that the row names
 * @known: (nullable): what is known of the citizen
 * @hash: track_learned_hash_citizen() salted with the candidate's name
 * @may_begin: track_canary_guard_may_begin()
 *
 * Whoever was chosen for a candidate stays with it, also when the share is taken back. Whoever has
 * called for this unit before and was not chosen may have something at the Planner that answered,
 * so he stays there, whatever the share is now. Only others are drawn, and only where no advisor is
 * in both. No citizen ever has two Planners.
 *
 * Pure. Returns: (transfer none) (nullable): the candidate, to be remembered for the citizen; NULL:
 * the row's own endpoint
 */
const char *
track_canary_choose (const TrackUnit *unit,
                     const char *current,
                     const TrackPlace *known,
                     guint hash,
                     gboolean may_begin)
{
  const TrackCanary *share = unit->canary;

  if (known != NULL && strcmp (known->unit, unit->code) == 0)
    return known->endpoint;
  if (share == NULL || !share->is_disjoint || strcmp (share->endpoint, current) == 0)
    return NULL;
  return may_begin && hash < share->permille ? share->endpoint : NULL;
}

/**
 * track_canary_state_word:
 *
 * Returns: the stable word for it
 */
const char *
track_canary_state_word (TrackCanaryState state)
{
  return state_words[state];
}

/* --- the list ---------------------------------------------------------------------------------- */

static void
free_canary (gpointer data)
{
  Canary *canary = data;

  g_free (canary->unit);
  g_free (canary->endpoint);
  g_free (canary->current);
  g_free (canary->who);
  g_free (canary->reason);
  g_free (canary);
}

/* @endpoint NULL: the one that stands in the registry now. */
static Canary *
find (const TrackCanaryGuard *guard, const char *unit, const char *endpoint)
{
  for (guint i = 0; i < guard->canaries->len; i++)
    {
      Canary *canary = guard->canaries->pdata[i];

      if (strcmp (canary->unit, unit) == 0 &&
          (endpoint == NULL ? canary->current != NULL : strcmp (canary->endpoint, endpoint) == 0))
        return canary;
    }
  return NULL;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const Canary *one = *(const Canary *const *) a, *other = *(const Canary *const *) b;
  int order = strcmp (one->unit, other->unit);

  return order != 0 ? order : strcmp (one->endpoint, other->endpoint);
}

static Canary *
ensure (TrackCanaryGuard *guard, const char *unit, const char *endpoint)
{
  Canary *canary = find (guard, unit, endpoint);

  if (canary != NULL)
    return canary;
  canary = g_new0 (Canary, 1);
  canary->unit = g_strdup (unit);
  canary->endpoint = g_strdup (endpoint);
  g_ptr_array_add (guard->canaries, canary);
  g_ptr_array_sort (guard->canaries, compare);
  return canary;
}

static TrackCanaryState
parse_state (const char *word)
{
  for (guint i = 0; i < TRACK_N_CANARY_STATES; i++)
    if (g_strcmp0 (word, state_words[i]) == 0)
      return i;
  return TRACK_CANARY_STOPPED;
}

static gboolean
load (TrackCanaryGuard *guard, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (track_database_get_reader (guard->database), &query, error,
                    SQL_TRACK_CANARY_LIST, ""))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      Canary *canary = ensure (guard, store_text (&query, 0), store_text (&query, 1));

      canary->state = parse_state (store_text (&query, 2));
      canary->since_us = store_int (&query, 3);
      canary->who = g_strdup (store_text (&query, 4));
      canary->reason = g_strdup (store_text (&query, 5));
    }
  return step == STORE_END;
}

/**
 * track_canary_guard_new:
 * @database: (nullable): registry.db; NULL: nothing outlives the program
 * @settings: (nullable): NULL: the defaults
 * @tell: (nullable):
 *
 * Reads what was tripped or stopped before. Loop thread.
 *
 * Errors: those of the store: then it is not known what was stopped, and no canary should be run.
 *
 * Returns: (transfer full): the guard
 */
TrackCanaryGuard *
track_canary_guard_new (TrackDatabase *database,
                        const TrackCanarySettings *settings,
                        TrackCanaryTell tell,
                        gpointer data,
                        GError **error)
{
  g_autoptr (TrackCanaryGuard) guard = g_new0 (TrackCanaryGuard, 1);

  guard->database = database;
  guard->settings = settings != NULL ? *settings : track_canary_defaults;
  guard->tell = tell;
  guard->data = data;
  guard->canaries = g_ptr_array_new_with_free_func (free_canary);
  if (database != NULL && !load (guard, error))
    return NULL;
  return g_steal_pointer (&guard);
}

/**
 * track_canary_guard_free:
 * @guard: (nullable) (transfer full): after the database was stopped
 */
void
track_canary_guard_free (TrackCanaryGuard *guard)
{
  if (guard == NULL)
    return;
  g_ptr_array_unref (guard->canaries);
  g_free (guard);
}

/**
 * track_canary_guard_set_registry:
 *
 * Takes over which canaries there are. What was tripped or stopped stays so, also when the share is
 * changed: a person starts it again. Loop thread.
 */
void
track_canary_guard_set_registry (TrackCanaryGuard *guard, const TrackRegistry *registry)
{
  for (guint i = 0; i < guard->canaries->len; i++)
    g_clear_pointer (&((Canary *) guard->canaries->pdata[i])->current, g_free);
  for (guint i = 0; i < registry->units->len; i++)
    {
      const TrackUnit *unit = registry->units->pdata[i];

      if (unit->canary == NULL || unit->endpoint == NULL)
        continue;
      Canary *canary = ensure (guard, unit->code, unit->canary->endpoint);

      g_free (canary->current);
      canary->current = g_strdup (unit->endpoint);
      canary->permille = unit->canary->permille;
      canary->is_disjoint = unit->canary->is_disjoint;
    }
}

/**
 * track_canary_guard_may_begin:
 *
 * Returns: whether a new citizen of @unit may be drawn for the candidate @endpoint
 */
gboolean
track_canary_guard_may_begin (const TrackCanaryGuard *guard, const char *unit, const char *endpoint)
{
  const Canary *canary = find (guard, unit, endpoint);

  return canary != NULL && canary->state == TRACK_CANARY_RUNNING;
}

/* --- states ------------------------------------------------------------------------------------ */

static gboolean
run_put (gpointer data, gpointer session, GError **error)
{
  const PutJob *job = data;

  return store_run (session, error, SQL_TRACK_CANARY_PUT, "sssiss", job->unit, job->endpoint,
                    state_words[job->state], job->at_us, job->who, job->reason);
}

static void
fill_view (const TrackCanaryGuard *guard,
           const Canary *canary,
           gint64 now_us,
           TrackCanaryView *view)
{
  gint64 slot_us = guard->settings.window_us / N_SLOTS;

  *view = (TrackCanaryView){
    .unit = canary->unit,
    .endpoint = canary->endpoint,
    .permille = canary->permille,
    .is_disjoint = canary->is_disjoint,
    .state = canary->state,
    .since_us = canary->since_us,
    .who = canary->who,
    .reason = canary->reason,
  };
  for (guint i = 0; i < N_SLOTS; i++)
    for (guint side = 0; side < 2 && canary->slots[i].number > now_us / slot_us - N_SLOTS; side++)
      {
        view->n_calls[side] += canary->slots[i].n_calls[side];
        view->n_failed[side] += canary->slots[i].n_failed[side];
      }
}

static void
on_put (gpointer data, const ExecutorReport *report, const GError *error)
{
  PutJob *job = data;
  const Canary *canary = find (job->guard, job->unit, job->endpoint);
  TrackCanaryView view;

  if (error != NULL && canary != NULL && job->guard->tell != NULL)
    {
      fill_view (job->guard, canary, job->at_us, &view);
      job->guard->tell (&view, error, job->guard->data);
    }
  g_free (job->unit);
  g_free (job->endpoint);
  g_free (job->who);
  g_free (job->reason);
  g_free (job);
}

static void
change (TrackCanaryGuard *guard,
        Canary *canary,
        TrackCanaryState state,
        const char *who,
        const char *reason)
{
  g_autoptr (GError) error = NULL;
  PutJob *job;

  canary->state = state;
  canary->since_us = clock_now_us ();
  g_free (canary->who);
  canary->who = g_strdup (who);
  g_free (canary->reason);
  canary->reason = g_strdup (reason);
  memset (canary->slots, 0, sizeof canary->slots);
  if (guard->database == NULL)
    return;
  job = g_new0 (PutJob, 1);
  *job = (PutJob){
    guard,          g_strdup (canary->unit), g_strdup (canary->endpoint), state, canary->since_us,
    g_strdup (who), g_strdup (reason)
  };
  if (!track_database_write (guard->database, run_put, on_put, job, &error))
    on_put (job, NULL, error);
}

/**
 * track_canary_guard_set:
 * @who: the person
 * @reason: (nullable)
 *
 * Starts or stops a canary by hand; durable soon after. Loop thread.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND when the registry has no canary for the unit.
 */
gboolean
track_canary_guard_set (TrackCanaryGuard *guard,
                        const char *unit,
                        TrackCanaryState state,
                        const char *who,
                        const char *reason,
                        GError **error)
{
  Canary *canary = find (guard, unit, NULL);

  if (canary == NULL)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                   "the registry has no canary for unit %s", unit);
      return FALSE;
    }
  change (guard, canary, state, who, reason);
  return TRUE;
}

/* --- counting ---------------------------------------------------------------------------------- */

static double
share_of (guint n_failed, guint n_calls)
{
  return n_calls == 0 ? 0 : (double) n_failed / n_calls;
}

/* Two shares of failures: is the candidate's worse by more than chance makes it? */
static gboolean
is_worse (const TrackCanarySettings *settings, const TrackCanaryView *view)
{
  if (view->n_calls[1] < settings->min_calls || view->n_failed[1] < settings->min_failures)
    return FALSE;
  double pooled =
    share_of (view->n_failed[0] + view->n_failed[1], view->n_calls[0] + view->n_calls[1]);
  double variance =
    pooled * (1 - pooled) * (1.0 / MAX (view->n_calls[0], 1) + 1.0 / view->n_calls[1]);
  double excess =
    share_of (view->n_failed[1], view->n_calls[1]) - share_of (view->n_failed[0], view->n_calls[0]);

  /* With hardly a call of the other there is nothing to compare with: its own share must do. */
  if (view->n_calls[0] < settings->min_calls)
    return excess >= 0.2;
  return excess > LEAST_EXCESS && excess * excess > N_DEVIATIONS * N_DEVIATIONS * variance;
}

static void
trip (TrackCanaryGuard *guard, Canary *canary, const TrackCanaryView *seen)
{
  TrackCanaryView view;
  g_autofree char *reason = g_strdup_printf (
    "%u af %u kald til %s slog fejl, %u af %u til %s / %u of %u calls of %s failed, %u of %u of %s",
    seen->n_failed[1], seen->n_calls[1], canary->endpoint, seen->n_failed[0], seen->n_calls[0],
    canary->current, seen->n_failed[1], seen->n_calls[1], canary->endpoint, seen->n_failed[0],
    seen->n_calls[0], canary->current);

  change (guard, canary, TRACK_CANARY_TRIPPED, NULL, reason);
  fill_view (guard, canary, canary->since_us, &view);
  memcpy (view.n_calls, seen->n_calls, sizeof view.n_calls);
  memcpy (view.n_failed, seen->n_failed, sizeof view.n_failed);
  if (guard->tell != NULL)
    guard->tell (&view, NULL, guard->data);
}

/**
 * track_canary_guard_note:
 *
 * Counts a call of a unit that has a canary, and trips it when the candidate fails more than the
 * Planner now does. Loop thread, short.
 */
void
track_canary_guard_note (TrackCanaryGuard *guard, const TrackRecord *record, gint64 now_us)
{
  Canary *canary =
    record->unit == NULL || record->endpoint == NULL ? NULL : find (guard, record->unit, NULL);
  gint64 number = now_us / (guard->settings.window_us / N_SLOTS);
  TrackCanaryView view;

  if (canary == NULL || record->is_probe || record->is_shadow ||
      track_outcome_class (record->outcome) == TRACK_CLASS_OURS)
    return;
  guint side = strcmp (record->endpoint, canary->endpoint) == 0 ? 1 : 0;
  Slot *slot = &canary->slots[number % N_SLOTS];

  if (side == 0 && strcmp (record->endpoint, canary->current) != 0)
    return;
  if (slot->number != number)
    *slot = (Slot){ .number = number };
  slot->n_calls[side]++;
  slot->n_failed[side] += track_outcome_is_failure (record->outcome) ? 1 : 0;
  if (canary->state != TRACK_CANARY_RUNNING || side == 0)
    return;
  fill_view (guard, canary, now_us, &view);
  if (is_worse (&guard->settings, &view))
    trip (guard, canary, &view);
}

/**
 * track_canary_guard_get:
 *
 * Returns: FALSE when the registry has no canary for @unit
 */
gboolean
track_canary_guard_get (const TrackCanaryGuard *guard,
                        const char *unit,
                        gint64 now_us,
                        TrackCanaryView *out_view)
{
  const Canary *canary = find (guard, unit, NULL);

  if (canary == NULL)
    return FALSE;
  fill_view (guard, canary, now_us, out_view);
  return TRUE;
}

/**
 * track_canary_guard_list_units:
 *
 * Returns: (transfer container) (element-type utf8): codes of the units that have a canary, in order
 */
GPtrArray *
track_canary_guard_list_units (const TrackCanaryGuard *guard)
{
  GPtrArray *units = g_ptr_array_new ();

  for (guint i = 0; i < guard->canaries->len; i++)
    {
      Canary *canary = guard->canaries->pdata[i];

      if (canary->current != NULL)
        g_ptr_array_add (units, canary->unit);
    }
  return units;
}
