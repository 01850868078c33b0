/* SPDX-License-Identifier: EUPL-1.2 */
/* The one desk of the process: a command's thread puts a question to the loop and waits for its answer. */
#include "ctl/track-desk.h"

#include "base/error.h"

static const TrackDesk nobody;

/* Exchanged whole: a command's thread may be reading the one before, which is kept in @earlier. */
static const TrackDesk *current = &nobody;
static GSList *earlier;

struct _TrackAsk
{
  GMutex mutex;
  GCond cond;
  TrackAskFunc func;
  gpointer data;
  gboolean is_answered;
  GError *error;
};

/**
 * track_desk_set_current:
 * @desk: (nullable): copied; NULL: nothing is there any longer, and no command runs
 *
 * Loop thread. What a command has found stays as it is until NULL is set.
 */
void
track_desk_set_current (const TrackDesk *desk)
{
  if (desk != NULL)
    earlier = g_slist_prepend (earlier, g_memdup2 (desk, sizeof *desk));
  g_atomic_pointer_set (&current, desk == NULL ? &nobody : earlier->data);
  if (desk == NULL)
    g_slist_free_full (g_steal_pointer (&earlier), g_free);
}

/**
 * track_desk_get_current:
 *
 * Returns: (transfer none): any thread; what belongs to the loop is used from there only
 */
const TrackDesk *
track_desk_get_current (void)
{
  return g_atomic_pointer_get (&current);
}

/**
 * track_desk_tell_loop:
 * @context: (nullable): the loop's
 *
 * Runs @func on the loop thread, in a turn of the loop. Not g_main_context_invoke(): it runs the function here when the
 * loop happens to be between two turns, or is being stopped. Any thread; does not block.
 */
void
track_desk_tell_loop (GMainContext *context, GSourceFunc func, gpointer data)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, context);
}

static gboolean
on_asked (gpointer data)
{
  TrackAsk *ask = data;

  ask->func (ask, ask->data);
  return G_SOURCE_REMOVE;
}

/**
 * track_desk_ask:
 *
 * Runs @func on the loop thread and blocks until it has answered. Never from the loop thread itself.
 *
 * Errors: PLANNER_ERROR_UNAVAILABLE when there is no loop, as in switchtrackctl; else what was answered.
 */
gboolean
track_desk_ask (TrackAskFunc func, gpointer data, GError **error)
{
  TrackAsk ask = { .func = func, .data = data };
  GMainContext *context = track_desk_get_current ()->context;

  if (context == NULL)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
                           "switchtrackd does not run: start it, or name its socket by --socket");
      return FALSE;
    }
  g_mutex_init (&ask.mutex);
  g_cond_init (&ask.cond);
  track_desk_tell_loop (context, on_asked, &ask);
  g_mutex_lock (&ask.mutex);
  while (!ask.is_answered)
    g_cond_wait (&ask.cond, &ask.mutex);
  g_mutex_unlock (&ask.mutex);
  g_mutex_clear (&ask.mutex);
  g_cond_clear (&ask.cond);
  if (ask.error == NULL)
    return TRUE;
  g_propagate_error (error, ask.error);
  return FALSE;
}

/**
 * track_ask_answer:
 * @error: (transfer full) (nullable)
 *
 * Loop thread; after it @ask is no more.
 */
void
track_ask_answer (TrackAsk *ask, GError *error)
{
  g_mutex_lock (&ask->mutex);
  ask->error = error;
  ask->is_answered = TRUE;
  g_cond_signal (&ask->cond);
  g_mutex_unlock (&ask->mutex);
}

static void
refresh (TrackAsk *ask, gpointer data)
{
  track_keeper_refresh (track_desk_get_current ()->keeper);
  track_ask_answer (ask, NULL);
}

/**
 * track_desk_refresh:
 *
 * After a change of the registry: when it returns, calls go by it. Without a daemon nothing happens here: a running one
 * looks into the database every [registry] check-s.
 */
void
track_desk_refresh (void)
{
  const TrackDesk *desk = track_desk_get_current ();

  if (desk->context != NULL && desk->keeper != NULL && !track_desk_ask (refresh, NULL, NULL))
    g_warning ("the registry could not be looked at again");
}

typedef struct
{
  guint64 revision;
  gboolean is_copy;
  char *problem;
} InUse;

static void
look_what_is_in_use (TrackAsk *ask, gpointer data)
{
  InUse *in_use = data;
  TrackKeeper *keeper = track_desk_get_current ()->keeper;
  const TrackKeeperState *state = track_keeper_get_state (keeper);

  in_use->revision = track_routes_get_registry (track_keeper_get_routes (keeper))->revision;
  in_use->is_copy = state->is_copy;
  in_use->problem = g_strdup (state->problem);
  track_ask_answer (ask, NULL);
}

/**
 * track_desk_get_in_use:
 * @out_revision: that calls go by
 * @out_is_copy: it is that of the last good copy
 * @out_problem: (nullable) (transfer full): what the keeper says
 *
 * Returns: FALSE when there is no daemon
 */
gboolean
track_desk_get_in_use (guint64 *out_revision, gboolean *out_is_copy, char **out_problem)
{
  const TrackDesk *desk = track_desk_get_current ();
  InUse in_use = { 0 };

  if (desk->context == NULL || desk->keeper == NULL ||
      !track_desk_ask (look_what_is_in_use, &in_use, NULL))
    return FALSE;
  *out_revision = in_use.revision;
  *out_is_copy = in_use.is_copy;
  *out_problem = in_use.problem;
  return TRUE;
}

/**
 * track_desk_approval:
 * @session: in a transaction
 *
 * Returns: who asks, who may decide, and the rules of the moment; borrows from @call and the configuration
 */
TrackApproval
track_desk_approval (const AdminCall *call, StoreSession *session)
{
  const TrackConfig *config = track_desk_get_current ()->config;

  return (TrackApproval){
    .session = session,
    .person = call->actor,
    .approvers = config == NULL ? NULL : (const char *const *) config->people_approvers,
    .check = { .now_us = call->now_us,
               .allows_plain_http = config != NULL && config->upstream_allow_plain_http },
  };
}
