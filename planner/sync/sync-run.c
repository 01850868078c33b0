/* SPDX-License-Identifier: EUPL-1.2 */
/* Holds the binding, opens the way in, runs the job, and writes down how it went when that is news. */
#include "sync/sync-run.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "sync/sync-guard-word.h"
#include "sync/sync-lock.h"
#include "sync/sync-proposal.h"
#include "sync/sync-remote.h"

#define HEALTH_OK      "ok"
#define HEALTH_GUARDED "guarded"
#define HEALTH_SECRET  "secret"
#define HEALTH_LOCAL   "local"
#define WHY_RESTORED                                                                         \
  "the database was restored: decide its conflicts (sync conflicts), look at what would be " \
  "changed in the calendar (sync preview), and agree"

/* One run. @reached: the way in was open, so that an error is the server's or ours, not the secret's. */
typedef struct
{
  const SyncContext *context;
  CalsyncJobMode mode;
  SyncSettings *settings;
  SyncLocalPlace place;
  SyncLocal *local;
  CalsyncRemote *remote;
  CalsyncRemote *own_remote;
  CalsyncReport *report;
  gboolean reached;
} Run;

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->own_remote, calsync_remote_free);
  g_clear_pointer (&run->local, sync_local_free);
  g_clear_pointer (&run->report, calsync_report_free);
  g_clear_pointer (&run->settings, sync_settings_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static gboolean
may_run (const Run *run, GError **error)
{
  const SyncBinding *binding = sync_local_get_binding (run->local);
  gint64 retired_us = sync_local_get_retired_us (run->local);

  if (run->context->wrap == NULL && retired_us != 0 && retired_us <= clock_now_us ())
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED,
                   "%s is retired: disconnect the calendar",
                   sync_local_get_resource_key (run->local));
      return FALSE;
    }
  if (binding->state != SYNC_BINDING_PAUSED || run->mode == CALSYNC_JOB_PREVIEW ||
      run->context->wrap != NULL)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED,
               "it is paused (%s): resume it first",
               binding->why == NULL ? "nobody said why" : binding->why);
  return FALSE;
}

static gboolean
open_local (Run *run, gint64 binding_id, GError **error)
{
  const SyncContext *context = run->context;

  run->settings = context->settings != NULL ? sync_settings_ref (context->settings)
                                            : sync_settings_dup_current ();
  run->place = (SyncLocalPlace){ .session = context->session,
                                 .runner = context->runner,
                                 .actor = context->actor,
                                 .call_id = context->call_id,
                                 .mode = context->mode,
                                 .data_dir = context->data_dir,
                                 .ignores_pause = context->wrap != NULL,
                                 .fresh_us = (gint64) run->settings->fresh_s * G_USEC_PER_SEC,
                                 .progress = context->progress,
                                 .progress_data = context->progress_data };
  run->local = sync_local_new (&run->place, binding_id, error);
  return run->local != NULL && may_run (run, error);
}

static gboolean
open_remote (Run *run, GError **error)
{
  const SyncBinding *binding = sync_local_get_binding (run->local);
  SyncAccount account = { .url = binding->url,
                          .auth = binding->auth,
                          .user = binding->user_name,
                          .secret = binding->secret,
                          .certificate = binding->certificate,
                          .tier = (CalsyncTier) binding->tier };

  run->remote = run->context->remote;
  if (run->remote == NULL)
    run->remote = run->own_remote = sync_remote_new (run->settings, &account, error);
  run->reached = run->remote != NULL;
  return run->reached;
}

/* What cannot be settled now, because the planner is busy, is left to the next run. */
static guint
settle (const Run *run)
{
  SyncProposalPlace where = { .place = &run->place,
                              .data_dir = run->context->data_dir,
                              .database = run->context->database };
  guint n_settled = 0;

  if (run->mode == CALSYNC_JOB_RUN && run->context->wrap == NULL &&
      !sync_proposals_settle (&where, run->local, &n_settled, NULL))
    return 0;
  return n_settled;
}

/* AdminWrite. */
static gboolean
write_over (StoreSession *session, gpointer data, GError **error)
{
  const Run *run = data;

  return sync_conflict_close_over (session, sync_local_get_binding (run->local)->binding_id,
                                   clock_now_us (), error);
}

/* What was decided otherwise asks nobody any more. What cannot be written now is left to the next run. */
static void
close_over (Run *run)
{
  const AdminRunner *runner = &run->context->runner;
  gint64 binding_id = sync_local_get_binding (run->local)->binding_id;
  guint n_over = 0;

  if (run->mode == CALSYNC_JOB_RUN && run->context->wrap == NULL &&
      sync_conflict_count_over (run->context->session, binding_id, clock_now_us (), &n_over,
                                NULL) &&
      n_over > 0 && !runner->run_write (runner->runner, write_over, run, NULL))
    g_debug ("conflicts that are over are left to the next run");
}

static gboolean
run_job (Run *run, CalsyncJobMode mode, GError **error)
{
  const SyncContext *context = run->context;
  CalsyncLocal *port = sync_local_get_port (run->local);

  if (context->wrap != NULL)
    port = context->wrap (context->wrap_data, port);
  g_clear_pointer (&run->report, calsync_report_free);
  return calsync_job_run (port, run->remote, mode, context->cancellable, &run->report, error);
}

/* Whoever was told of the later time comes then, and the database does not know it as taken. */
static gboolean
is_move (const CalsyncConflict *conflict)
{
  return conflict->kind == CALSYNC_CONFLICT_MOVED || conflict->kind == CALSYNC_CONFLICT_BOTH_MOVED;
}

static guint
count_moves (const CalsyncReport *report)
{
  guint n = 0;

  for (guint i = 0; i < report->conflicts->len; i++)
    n += is_move (report->conflicts->pdata[i]);
  return n;
}

/* AdminWrite. */
static gboolean
write_restored (StoreSession *session, gpointer data, GError **error)
{
  const Run *run = data;
  const SyncBinding *binding = sync_local_get_binding (run->local);
  g_autoptr (GPtrArray) harm = sync_guard_list_pushes (run->report->pushes);
  SyncGuard guard = { .binding_id = binding->binding_id,
                      .tenant_id = binding->tenant_id,
                      .reason = (char *) "restored",
                      .at_us = clock_now_us (),
                      .n_own = harm->len + count_moves (run->report) };

  if (!sync_guard_clear (session, binding->binding_id, error))
    return FALSE;
  for (guint i = 0; i < harm->len; i++)
    if (!sync_guard_stage (session, binding->binding_id, harm->pdata[i], error))
      return FALSE;
  return sync_guard_put (session, &guard, error) &&
         sync_binding_store_set_state (session, binding->binding_id, SYNC_BINDING_GUARDED,
                                       WHY_RESTORED, error);
}

/* What a person said, or was asked. */
static gboolean
find_word (const Run *run, gboolean *out_is_agreed, gboolean *out_is_asked, GError **error)
{
  const SyncBinding *binding = sync_local_get_binding (run->local);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (SyncGuard) guard =
    sync_guard_find (run->context->session, binding->binding_id, &local_error);
  gboolean is_meant = guard != NULL && g_str_equal (guard->reason, "restored");

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  *out_is_agreed = is_meant && guard->agreed_until_us > clock_now_us ();
  *out_is_asked = is_meant;
  return TRUE;
}

/* What a person said of a restored binding, and what a preview says. @is_same: as when that person was asked */
typedef struct
{
  gboolean is_agreed;
  gboolean is_asked;
  gboolean is_harm;
  gboolean is_same;
} Look;

/* Whether the preview does nothing but what a person was shown. */
static gboolean
find_harm (const Run *run, Look *look, GError **error)
{
  gint64 binding_id = sync_local_get_binding (run->local)->binding_id;
  g_autoptr (GPtrArray) harm = sync_guard_list_pushes (run->report->pushes);
  g_autoptr (GPtrArray) shown = sync_guard_list_staged (run->context->session, binding_id, error);
  g_autofree char *word = sync_guard_word (binding_id, harm);

  if (shown == NULL)
    return FALSE;
  look->is_same = sync_guard_word_fits (word, binding_id, shown);
  look->is_harm = count_moves (run->report) > 0;
  for (guint i = 0; i < harm->len; i++)
    look->is_harm |= !look->is_agreed ||
                     !g_ptr_array_find_with_equal_func (shown, harm->pdata[i], g_str_equal, NULL);
  return TRUE;
}

/* After a restore: what a run would change or remove in the calendar is shown to a person first, and meanwhile read
 * only. What it would only add is no harm: an event that was lost with the days that were lost. A move that waits is
 * found once: from then on only a word lets the run go on. */
static gboolean
look_first (Run *run, gboolean *out_goes_on, GError **error)
{
  const AdminRunner *runner = &run->context->runner;
  Look look = { 0 };

  *out_goes_on = TRUE;
  if (!sync_local_get_binding (run->local)->looks_first || run->mode == CALSYNC_JOB_PREVIEW ||
      run->context->wrap != NULL)
    return TRUE;
  if (!find_word (run, &look.is_agreed, &look.is_asked, error) ||
      !run_job (run, CALSYNC_JOB_PREVIEW, error) || !find_harm (run, &look, error))
    return FALSE;
  *out_goes_on = !look.is_harm && (look.is_agreed || !look.is_asked);
  if (*out_goes_on || (look.is_asked && !look.is_agreed && look.is_same))
    return TRUE;
  return runner->run_write (runner->runner, write_restored, run, error);
}

static gboolean
run_all (Run *run, GError **error)
{
  gboolean goes_on = FALSE;
  gboolean ok;

  if (!open_remote (run, error) || !look_first (run, &goes_on, error))
    return FALSE;
  if (!goes_on)
    {
      sync_local_hold_back (run->local);
      ok = run_job (run, run->mode, error);
      if (run->report != NULL)
        run->report->guard = CALSYNC_GUARD_OWN;
      return ok;
    }
  (void) settle (run);
  ok = run_job (run, run->mode, error);
  close_over (run);
  if (run->report != NULL)
    run->report->n_left += settle (run);
  return ok;
}

/* What is written down of it. */
typedef struct
{
  const Run *run;
  const GError *error;
  SyncBinding binding;
  SyncRun record;
} Ending;

static const char *
word_of (const Ending *ending)
{
  const GError *error = ending->error;

  if (error == NULL)
    return ending->run->report->guard != CALSYNC_GUARD_NONE ? HEALTH_GUARDED : HEALTH_OK;
  if (error->domain == CALSYNC_REMOTE_ERROR)
    return calsync_remote_error_format (error->code);
  return ending->run->reached ? HEALTH_LOCAL : HEALTH_SECRET;
}

static void
fill_record (Ending *ending)
{
  const CalsyncReport *report = ending->run->report;
  SyncRun *record = &ending->record;

  record->run_id = sync_local_get_run_id (ending->run->local);
  record->finished_us = ending->binding.last_try_us;
  record->outcome =
    (char *) (ending->error == NULL && report->guard == CALSYNC_GUARD_NONE ? "done"
                                                                           : word_of (ending));
  if (report == NULL)
    return;
  record->was_full = report->was_full;
  record->n_found = report->n_found;
  record->n_changed = report->n_changed;
  record->n_gone = report->n_gone;
  record->n_unreadable = report->n_unreadable;
  record->n_created = report->n_created;
  record->n_updated = report->n_updated;
  record->n_removed = report->n_removed;
  record->n_conflicts = report->n_conflicts;
  record->n_left = report->n_left;
  record->n_requests = (gint64) report->cost.n_requests;
  record->n_bytes = (gint64) (report->cost.n_bytes_sent + report->cost.n_bytes_received);
}

static void
fill_health (Ending *ending)
{
  const CalsyncReport *report = ending->run->report;
  SyncBinding *binding = &ending->binding;
  gint64 retry_us = report == NULL ? 0 : report->retry_after_s * G_USEC_PER_SEC;

  binding->last_try_us = clock_now_us ();
  binding->next_try_us = retry_us > 0 ? binding->last_try_us + retry_us : 0;
  binding->health = (char *) word_of (ending);
  binding->health_text = ending->error == NULL ? NULL : ending->error->message;
  if (ending->error != NULL)
    {
      binding->n_failures++;
      return;
    }
  binding->n_failures = 0;
  binding->last_success_us = binding->last_try_us;
}

/* AdminWrite. A failure that is no news has no record of its own: one every few minutes would bury what is. */
static gboolean
write_ending (StoreSession *session, gpointer data, GError **error)
{
  Ending *ending = data;
  const Run *run = ending->run;
  const SyncBinding *before = sync_local_get_binding (run->local);
  gboolean is_news =
    ending->error != NULL && g_strcmp0 (before->health, ending->binding.health) != 0;
  SyncRun record = ending->record;

  if (record.run_id == 0 && is_news)
    {
      record.tenant_id = before->tenant_id;
      record.binding_id = before->binding_id;
      record.started_us = ending->binding.last_try_us;
      record.mode = (char *) (run->context->mode == NULL ? "run" : run->context->mode);
      record.actor = (char *) run->context->actor;
      record.call_id = (char *) run->context->call_id;
      if (!sync_run_add (session, &record, error))
        return FALSE;
    }
  return (record.run_id == 0 || sync_run_finish (session, &record, error)) &&
         sync_binding_store_set_health (session, &ending->binding, error);
}

static gboolean
is_worth_writing (const Ending *ending)
{
  const SyncBinding *before = sync_local_get_binding (ending->run->local);

  return ending->record.run_id != 0 || ending->error != NULL || before->n_failures != 0 ||
         before->next_try_us != ending->binding.next_try_us ||
         g_strcmp0 (before->health, ending->binding.health) != 0;
}

static gboolean
is_cancelled (const GError *error)
{
  return g_error_matches (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CANCELLED);
}

/* Disconnected while it was run: there is nothing left to write about. */
static gboolean
is_gone (const Run *run)
{
  g_autoptr (SyncBinding) binding = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_own = !store_is_in_transaction (run->context->session);

  if (is_own && !store_begin (run->context->session, STORE_READ, NULL))
    return FALSE;
  binding = sync_binding_store_load (run->context->session,
                                     sync_local_get_binding (run->local)->binding_id, &error);
  if (is_own)
    store_rollback (run->context->session);
  return g_error_matches (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
}

/* A quiet run of a calendar that was well before writes nothing. */
static gboolean
end (const Run *run, const GError *run_error, GError **error)
{
  const AdminRunner *runner = &run->context->runner;
  Ending ending = { .run = run,
                    .error = run_error,
                    .binding = *sync_local_get_binding (run->local) };

  if (run->mode == CALSYNC_JOB_PREVIEW)
    return TRUE;
  fill_health (&ending);
  fill_record (&ending);
  if (is_cancelled (run_error))
    {
      ending.binding = *sync_local_get_binding (run->local);
      ending.error = NULL;
      if (ending.record.run_id == 0)
        return TRUE;
    }
  return !is_worth_writing (&ending) ||
         runner->run_write (runner->runner, write_ending, &ending, error);
}

static gboolean
run_locked (Run *run, gint64 binding_id, GError **error)
{
  g_autoptr (GError) run_error = NULL;
  g_autoptr (GError) end_error = NULL;
  gboolean ok;

  if (!open_local (run, binding_id, error))
    return FALSE;
  ok = run_all (run, &run_error);
  if (!ok && is_gone (run))
    {
      g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CANCELLED,
                           "the calendar was disconnected while it was run");
      return FALSE;
    }
  if (!end (run, run_error, &end_error) && ok)
    g_propagate_error (&run_error, g_steal_pointer (&end_error));
  if (run_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&run_error));
  return FALSE;
}

/**
 * sync_run_binding:
 * @out_report: (out) (nullable): what was done, also of a run that failed half-way; %NULL when it could not begin
 *
 * Blocks as long as the server takes. A run that finds nothing new, of a calendar that was well before, writes
 * nothing; a preview never does.
 *
 * Errors: PLANNER_ERROR_BUSY while a run of it is under way; PLANNER_ERROR_NOT_FOUND; PLANNER_ERROR_STATE_CHANGED
 * for one that is paused or whose owner is retired; CALSYNC_REMOTE_ERROR_CANCELLED when it became so meanwhile; what sync_remote_new() says of the secret; those of the remote
 * (CALSYNC_REMOTE_ERROR), which are stored as its health.
 */
gboolean
sync_run_binding (const SyncContext *context,
                  gint64 binding_id,
                  CalsyncJobMode mode,
                  CalsyncReport **out_report,
                  GError **error)
{
  g_auto (Run) run = { .context = context, .mode = mode };
  gboolean ok;

  *out_report = NULL;
  if (!sync_lock_take (binding_id))
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_BUSY,
                           "a run of this calendar is under way: wait for it");
      return FALSE;
    }
  ok = run_locked (&run, binding_id, error);
  *out_report = g_steal_pointer (&run.report);
  sync_lock_give (binding_id);
  return ok;
}
