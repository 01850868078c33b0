/* SPDX-License-Identifier: EUPL-1.2 */
/* Lanes that are due in order, those under way, those that rest, and a breaker for when DFDG is down. */
#include "dfdg/pump/dfdg-agenda.h"

#include "base/period.h"

/* The database is asked no more often, whatever is committed, and now and then although nothing is. */
#define LIST_PAUSE_US  (50 * 1000)
#define LIST_LATEST_US (30 * PERIOD_US_PER_S)
/* A lane that came back without having got anywhere. When it is tried again stands in the database, too. */
#define REST_US       PERIOD_US_PER_S
#define REST_LOCAL_US (5 * PERIOD_US_PER_S)
/* Failures in a row that say that it is DFDG, not the message. */
#define N_DOWN 3
/* How long nobody is tried then, at most. */
#define MAX_CLOSED_US (300 * PERIOD_US_PER_S)
#define MAX_SHIFT     9

struct _DfdgAgenda
{
  guint n_parallel;
  GArray *ready;       /* of gint64: due, in order, from @n_started on */
  guint n_started;     /* of @ready */
  GHashTable *running; /* of gint64 */
  GHashTable *resting; /* gint64 → gint64: until when */
  gboolean wants_list;
  gint64 listed_us;
  gint64 next_us; /* when what is not due will be */
  guint n_down;
  gint64 closed_until_us;
};

static gpointer
dup_id (gint64 id)
{
  return g_memdup2 (&id, sizeof id);
}

/**
 * dfdg_agenda_new:
 * @n_parallel: lanes at the same time
 *
 * Returns: (transfer full): wants a list at once
 */
DfdgAgenda *
dfdg_agenda_new (guint n_parallel)
{
  DfdgAgenda *agenda = g_new0 (DfdgAgenda, 1);

  agenda->n_parallel = n_parallel;
  agenda->ready = g_array_new (FALSE, FALSE, sizeof (gint64));
  agenda->running = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  agenda->resting = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  agenda->wants_list = TRUE;
  agenda->listed_us = -LIST_LATEST_US;
  agenda->next_us = DFDG_NEVER_US;
  return agenda;
}

/**
 * dfdg_agenda_free:
 */
void
dfdg_agenda_free (DfdgAgenda *agenda)
{
  if (agenda == NULL)
    return;
  g_array_unref (agenda->ready);
  g_hash_table_unref (agenda->running);
  g_hash_table_unref (agenda->resting);
  g_free (agenda);
}

/**
 * dfdg_agenda_set_parallel:
 * @n_parallel: 0: none begins any more
 */
void
dfdg_agenda_set_parallel (DfdgAgenda *agenda, guint n_parallel)
{
  agenda->n_parallel = n_parallel;
}

/**
 * dfdg_agenda_wake:
 *
 * Something was committed: the list may be longer.
 */
void
dfdg_agenda_wake (DfdgAgenda *agenda)
{
  agenda->wants_list = TRUE;
}

static guint
count_ready (const DfdgAgenda *agenda)
{
  return agenda->ready->len - agenda->n_started;
}

static gint64
first_rested_us (const DfdgAgenda *agenda)
{
  GHashTableIter iter;
  gpointer until;
  gint64 first_us = DFDG_NEVER_US;

  g_hash_table_iter_init (&iter, agenda->resting);
  while (g_hash_table_iter_next (&iter, NULL, &until))
    first_us = MIN (first_us, *(const gint64 *) until);
  return first_us;
}

/* When the next list is worth its while. */
static gint64
list_us (const DfdgAgenda *agenda)
{
  gint64 soonest_us = agenda->listed_us + LIST_PAUSE_US;

  if (agenda->n_parallel == 0)
    return DFDG_NEVER_US;
  if (agenda->wants_list && count_ready (agenda) == 0)
    return soonest_us;
  return MIN (agenda->listed_us + LIST_LATEST_US,
              MAX (MIN (agenda->next_us, first_rested_us (agenda)), soonest_us));
}

/**
 * dfdg_agenda_wants_list:
 */
gboolean
dfdg_agenda_wants_list (const DfdgAgenda *agenda, gint64 now_us)
{
  return list_us (agenda) <= now_us;
}

/**
 * dfdg_agenda_get_limit:
 *
 * Returns: how many lanes a list should have: those under way may stand in it, too
 */
guint
dfdg_agenda_get_limit (const DfdgAgenda *agenda)
{
  return 4 * agenda->n_parallel + g_hash_table_size (agenda->running) +
         g_hash_table_size (agenda->resting);
}

static gboolean
is_rested (gpointer key, gpointer value, gpointer data)
{
  return *(const gint64 *) value <= *(const gint64 *) data;
}

/**
 * dfdg_agenda_take_list:
 * @lanes: (element-type gint64): due, in the order in which they are to begin
 * @next_us: when one that is not in it will be due; DFDG_NEVER_US: none
 */
void
dfdg_agenda_take_list (DfdgAgenda *agenda, const GArray *lanes, gint64 next_us, gint64 now_us)
{
  g_array_set_size (agenda->ready, 0);
  agenda->n_started = 0;
  g_hash_table_foreach_remove (agenda->resting, is_rested, &now_us);
  for (guint i = 0; i < lanes->len; i++)
    {
      gint64 lane_id = g_array_index (lanes, gint64, i);

      if (!g_hash_table_contains (agenda->running, &lane_id) &&
          !g_hash_table_contains (agenda->resting, &lane_id))
        g_array_append_val (agenda->ready, lane_id);
    }
  agenda->wants_list = FALSE;
  agenda->listed_us = now_us;
  agenda->next_us = next_us;
}

/* One to try when DFDG is down. */
static guint
get_parallel (const DfdgAgenda *agenda)
{
  return dfdg_agenda_is_down (agenda) ? MIN (agenda->n_parallel, 1) : agenda->n_parallel;
}

/**
 * dfdg_agenda_start_next:
 *
 * Returns: TRUE with a lane that is under way from now on
 */
gboolean
dfdg_agenda_start_next (DfdgAgenda *agenda, gint64 now_us, gint64 *out_lane_id)
{
  if (count_ready (agenda) == 0 || g_hash_table_size (agenda->running) >= get_parallel (agenda) ||
      now_us < agenda->closed_until_us)
    return FALSE;
  *out_lane_id = g_array_index (agenda->ready, gint64, agenda->n_started);
  agenda->n_started++;
  g_hash_table_add (agenda->running, dup_id (*out_lane_id));
  return TRUE;
}

/* 1, 3, 7 … s from the third failure in a row on. Lanes that had begun together fail together: that is one failure. */
static void
note_down (DfdgAgenda *agenda, gint64 now_us)
{
  if (now_us < agenda->closed_until_us)
    return;
  agenda->n_down++;
  if (agenda->n_down < N_DOWN)
    return;
  agenda->closed_until_us =
    now_us + MIN (MAX_CLOSED_US,
                  ((G_GINT64_CONSTANT (1) << MIN (agenda->n_down - N_DOWN + 1, MAX_SHIFT)) - 1) *
                    PERIOD_US_PER_S);
}

/* How long a lane is left alone. One that got somewhere may have more. */
static gint64
get_rest_us (const DfdgPumpResult *result)
{
  if (result->ending == DFDG_ENDED_LOCAL || result->ending == DFDG_ENDED_CANCELLED)
    return REST_LOCAL_US;
  if (result->ending == DFDG_ENDED_DONE && result->n_done + result->n_parked > 0)
    return 0;
  return REST_US;
}

/**
 * dfdg_agenda_end:
 * @lane_id: of dfdg_agenda_start_next()
 */
void
dfdg_agenda_end (DfdgAgenda *agenda, gint64 lane_id, const DfdgPumpResult *result, gint64 now_us)
{
  gint64 rest_us = get_rest_us (result);

  g_hash_table_remove (agenda->running, &lane_id);
  if (rest_us > 0)
    g_hash_table_insert (agenda->resting, dup_id (lane_id), dup_id (now_us + rest_us));
  if (result->ending == DFDG_ENDED_DOWN)
    note_down (agenda, now_us);
  else if (result->ending == DFDG_ENDED_DONE || result->ending == DFDG_ENDED_LATER)
    {
      agenda->n_down = 0;
      agenda->closed_until_us = 0;
    }
  agenda->wants_list = TRUE;
}

/**
 * dfdg_agenda_next_us:
 *
 * Returns: when something may be to be done, if nothing happens before; not before @now_us
 */
gint64
dfdg_agenda_next_us (const DfdgAgenda *agenda, gint64 now_us)
{
  gint64 next_us = list_us (agenda);

  if (count_ready (agenda) > 0 && g_hash_table_size (agenda->running) < get_parallel (agenda))
    next_us = MIN (next_us, MAX (agenda->closed_until_us, now_us));
  return MAX (next_us, now_us);
}

/**
 * dfdg_agenda_count_running:
 */
guint
dfdg_agenda_count_running (const DfdgAgenda *agenda)
{
  return g_hash_table_size (agenda->running);
}

/**
 * dfdg_agenda_is_down:
 *
 * Returns: whether the last calls failed in a way that says that DFDG is down
 */
gboolean
dfdg_agenda_is_down (const DfdgAgenda *agenda)
{
  return agenda->n_down >= N_DOWN;
}
