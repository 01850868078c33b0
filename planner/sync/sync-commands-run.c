/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs calendars one after the other, previews them, and shows what earlier runs did. */
#include "sync/sync-commands-run.h"

#include "base/clock.h"
#include "base/error.h"
#include "store/sync-record-store.h"
#include "sync/sync-guard-word.h"

/* plannerd must answer within ten minutes; its own runs, many at a time, reach the rest. */
#define MAX_US       (9 * 60 * (gint64) G_USEC_PER_SEC)
#define TOO_MANY     "were not reached in nine minutes: plannerd runs them by itself, or run again"
#define DEFAULT_RUNS 20
#define MAX_LISTED   500

typedef struct
{
  SyncTask sync;
  SyncSettings *settings;
  SyncRun *run; /* of show-run */
  guint n_failed;
  guint n_left;
  GError *first; /* (nullable): of the first that failed */
} Work;

static void
work_clear (Work *work)
{
  sync_task_clear (&work->sync);
  g_clear_pointer (&work->settings, sync_settings_unref);
  g_clear_pointer (&work->run, sync_run_free);
  g_clear_error (&work->first);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

/**
 * sync_task_context:
 */
SyncContext
sync_task_context (const SyncTask *work, const SyncSettings *settings)
{
  const AdminCall *call = work->call;

  return (SyncContext){ .settings = settings,
                        .session = call->session,
                        .runner = call->runner,
                        .data_dir = call->data_dir,
                        .database = call->database,
                        .actor = call->actor,
                        .call_id = call->call_id,
                        .cancellable = call->cancellable,
                        .progress = call->progress,
                        .progress_data = call->progress_data };
}

static JsonObject *
push_to_json (const SyncTask *work, const CalsyncPush *push)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "what", calsync_push_verb_format (push->verb));
  json_object_set_string_member (object, "reference", push->reference);
  if (push->before.start_us != 0)
    {
      admin_set_time (object, "from", work->zone, push->before.start_us);
      admin_set_time (object, "from_end", work->zone, push->before.end_us);
    }
  if (push->shape.start_us != 0)
    {
      admin_set_time (object, "to", work->zone, push->shape.start_us);
      admin_set_time (object, "to_end", work->zone, push->shape.end_us);
    }
  admin_set_text (object, "failure", push->failure);
  return object;
}

static JsonObject *
conflict_to_json (const SyncTask *work, const CalsyncConflict *conflict)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "kind", calsync_conflict_format (conflict->kind));
  json_object_set_string_member (object, "decision", calsync_decision_format (conflict->decision));
  admin_set_text (object, "reference", conflict->reference);
  if (conflict->ours.start_us != 0)
    admin_set_time (object, "planner", work->zone, conflict->ours.start_us);
  if (conflict->theirs.start_us != 0)
    admin_set_time (object, "calendar", work->zone, conflict->theirs.start_us);
  return object;
}

/* Of a database that was restored: what waits for a person is what would be changed or taken away. */
static void
set_restored (const SyncBinding *binding, const CalsyncReport *report, JsonObject *object)
{
  g_autoptr (GPtrArray) pushes = sync_guard_list_pushes (report->pushes);
  g_autofree char *digest = sync_guard_word (binding->binding_id, pushes);

  if (!binding->looks_first || pushes->len == 0)
    return;
  json_object_set_string_member (object, "held_back", "restored");
  json_object_set_int_member (object, "held_back_meetings", pushes->len);
  json_object_set_string_member (object, "digest", digest);
}

static void
set_digest (const SyncBinding *binding, const CalsyncReport *report, JsonObject *object)
{
  g_autofree char *digest = NULL;

  if (report->guarded == NULL)
    return;
  digest = sync_guard_word (binding->binding_id, report->guarded->key_hashes);
  json_object_set_string_member (object, "digest", digest);
}

static void
set_guarded (const CalsyncReport *report, JsonObject *object)
{
  const CalsyncGuarded *guarded = report->guarded;

  if (guarded == NULL)
    return;
  json_object_set_string_member (object, "held_back", calsync_guard_format (guarded->reason));
  json_object_set_int_member (object, "held_back_meetings", guarded->n_own);
  json_object_set_int_member (object, "held_back_appointments", guarded->n_foreign);
}

static void
set_counts (const CalsyncReport *report, JsonObject *object)
{
  const struct
  {
    const char *member;
    guint n;
  } counts[] = {
    { "found", report->n_found },     { "changed", report->n_changed },
    { "gone", report->n_gone },       { "unreadable", report->n_unreadable },
    { "created", report->n_created }, { "updated", report->n_updated },
    { "removed", report->n_removed }, { "conflicts", report->n_conflicts },
    { "left", report->n_left },
  };

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    json_object_set_int_member (object, counts[i].member, counts[i].n);
  json_object_set_int_member (object, "requests", (gint64) report->cost.n_requests);
}

/**
 * sync_report_to_json:
 *
 * Adds counts; what was held back; as a whole run's the flags full and quiet.
 */
void
sync_report_to_json (const SyncTask *work, const CalsyncReport *report, JsonObject *object)
{
  if (report == NULL)
    return;
  json_object_set_boolean_member (object, "full", report->was_full);
  set_counts (report, object);
  set_guarded (report, object);
}

static void
add_lists (const SyncTask *work, const CalsyncReport *report)
{
  JsonArray *pushes = json_object_get_array_member (work->call->result, "events");
  JsonArray *conflicts = json_object_get_array_member (work->call->result, "conflicts");

  for (guint i = 0; i < report->pushes->len && i < MAX_LISTED; i++)
    json_array_add_object_element (pushes, push_to_json (work, report->pushes->pdata[i]));
  for (guint i = 0; i < report->conflicts->len && i < MAX_LISTED; i++)
    json_array_add_object_element (conflicts, conflict_to_json (work, report->conflicts->pdata[i]));
}

static const char *
outcome_of (const CalsyncReport *report, const GError *error)
{
  if (error != NULL)
    return error->domain == CALSYNC_REMOTE_ERROR ? calsync_remote_error_format (error->code)
                                                 : "failed";
  if (report->guarded != NULL)
    return "guarded";
  return report->was_quiet ? "quiet" : "done";
}

/* The first failure is what the command fails with. */
static void
note_failure (Work *work, const GError *error)
{
  if (error == NULL)
    return;
  work->n_failed++;
  if (work->first == NULL)
    work->first = g_error_copy (error);
}

static void
run_one (Work *work, const SyncBinding *binding, CalsyncJobMode mode, JsonArray *list)
{
  SyncContext context = sync_task_context (&work->sync, work->settings);
  g_autoptr (CalsyncReport) report = NULL;
  g_autoptr (GError) local_error = NULL;
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "binding", binding->binding_id);
  json_object_set_string_member (object, "resource",
                                 sync_task_owner (&work->sync, binding)->resource_key);
  json_array_add_object_element (list, object);
  if (!sync_run_binding (&context, binding->binding_id, mode, &report, &local_error))
    note_failure (work, local_error);
  json_object_set_string_member (object, "outcome", outcome_of (report, local_error));
  sync_report_to_json (&work->sync, report, object);
  if (local_error != NULL)
    json_object_set_string_member (object, "said", local_error->message);
  if (report != NULL)
    set_digest (binding, report, object);
  if (mode != CALSYNC_JOB_PREVIEW || report == NULL)
    return;
  if (report->guarded == NULL)
    set_restored (binding, report, object);
  add_lists (&work->sync, report);
}

/* @said: (nullable) */
static void
skip_one (const Work *work,
          const SyncBinding *binding,
          const char *outcome,
          const char *said,
          JsonArray *list)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "binding", binding->binding_id);
  json_object_set_string_member (object, "resource",
                                 sync_task_owner (&work->sync, binding)->resource_key);
  json_object_set_string_member (object, "outcome", outcome);
  admin_set_text (object, "said", said);
  json_array_add_object_element (list, object);
}

/* One alone fails as it failed; of several the list says which. */
static gboolean
finish (Work *work, GError **error)
{
  guint n_all = work->sync.bindings->len;
  g_autoptr (GError) first = NULL;

  if (work->n_failed == 0 && work->n_left == 0)
    return TRUE;
  if (work->n_failed == 0)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY, "%u of %u calendars " TOO_MANY,
                   work->n_left, n_all);
      return FALSE;
    }
  sync_error_take (&first, g_steal_pointer (&work->first));
  if (n_all == 1)
    g_propagate_error (error, g_steal_pointer (&first));
  else
    g_set_error (error, PLANNER_ERROR,
                 first->domain == PLANNER_ERROR ? first->code : PLANNER_ERROR_UNAVAILABLE,
                 "%u of %u calendars failed, the first with: %s", work->n_failed, n_all,
                 first->message);
  return FALSE;
}

/* A pause is a person's word: one calendar that was named refuses, of many it is passed over. */
static gboolean
run_all (Work *work, CalsyncJobMode mode, GError **error)
{
  const GPtrArray *bindings = work->sync.bindings;
  JsonArray *list = json_array_new ();
  gint64 until_us = clock_monotonic_us () + MAX_US;

  json_object_set_array_member (work->sync.call->result, "runs", list);
  for (guint i = 0; i < bindings->len; i++)
    {
      const SyncBinding *binding = bindings->pdata[i];
      gboolean is_paused = mode == CALSYNC_JOB_RUN && binding->state == SYNC_BINDING_PAUSED;

      if (is_paused && bindings->len == 1)
        {
          g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED,
                       "the calendar is paused (%s): plannerctl sync resume lets it go on",
                       binding->why == NULL ? "" : binding->why);
          return FALSE;
        }
      if (bindings->len > 1)
        admin_progress (work->sync.call, "calendars", i, bindings->len);
      if (is_paused)
        skip_one (work, binding, "paused", binding->why, list);
      else if (clock_monotonic_us () > until_us)
        {
          skip_one (work, binding, "left", TOO_MANY, list);
          work->n_left++;
        }
      else
        run_one (work, binding, mode, list);
    }
  return finish (work, error);
}

static gboolean
work_init (Work *work, GError **error)
{
  work->settings = sync_settings_dup_current ();
  return sync_task_init (&work->sync, error);
}

/* AdminWrite. */
static gboolean
write_full (StoreSession *session, gpointer data, GError **error)
{
  const Work *work = data;

  for (guint i = 0; i < work->sync.bindings->len; i++)
    if (!sync_binding_store_ask_full (
          session, ((SyncBinding *) work->sync.bindings->pdata[i])->binding_id, 0, error))
      return FALSE;
  return TRUE;
}

/* Nobody named, nobody meant: all of them must be said. */
static gboolean
check_all (const Work *work, GError **error)
{
  gboolean has_all = admin_get_flag (work->sync.call, "all");

  if (has_all != (work->sync.resource != NULL))
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       has_all ? "name an advisor or say --all, not both"
                               : "name an advisor, or say --all");
  return FALSE;
}

/* clang-format off */
const AdminArgument sync_command_run_arguments[] = {
  SYNC_MAYBE_RESOURCE,
  { "all", ADMIN_FLAG, ADMIN_OPTION, NULL, "every connected calendar" },
  { "full", ADMIN_FLAG, ADMIN_OPTION, NULL, "read everything again, not what changed alone" },
  SYNC_BINDING, { NULL } };
const AdminArgument sync_command_preview_arguments[] = { SYNC_RESOURCE, SYNC_BINDING, { NULL } };
const AdminArgument sync_command_runs_arguments[] = {
  SYNC_RESOURCE, SYNC_BINDING,
  { "limit", ADMIN_INTEGER, ADMIN_OPTION, "N", "so many, the newest first (20)", .min = 1, .max = 500 },
  { NULL } };
const AdminArgument sync_command_show_run_arguments[] = {
  { "run", ADMIN_INTEGER, ADMIN_WORD, "ID", "number of the run, from sync runs", .min = 1, .max = G_MAXINT64 },
  { NULL } };
/* clang-format on */

/**
 * sync_command_run:
 *
 * Arguments: tenant, resource or all, full, binding. Result: runs: outcome (done, quiet: nothing was new,
 * guarded, paused, or the word of an error), said, counts.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND; PLANNER_ERROR_BUSY while a run of it is under way;
 * PLANNER_ERROR_STATE_CHANGED when it is paused; what the server said.
 */
gboolean
sync_command_run (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .sync = { .call = call } };

  if (!work_init (&work, error) || !check_all (&work, error) ||
      !sync_task_need_some (&work.sync, error) ||
      (admin_get_flag (call, "full") &&
       !call->runner.run_write (call->runner.runner, write_full, &work, error)))
    return FALSE;
  return run_all (&work, CALSYNC_JOB_RUN, error);
}

/**
 * sync_command_preview:
 *
 * Arguments: tenant, resource, binding. Reads and decides as a run would, and writes nowhere. Result: as of
 * sync_command_run(); events: what would be sent; conflicts: what would be told.
 *
 * Errors: as sync_command_run().
 */
gboolean
sync_command_preview (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .sync = { .call = call } };

  if (!work_init (&work, error) || !sync_task_need_some (&work.sync, error))
    return FALSE;
  json_object_set_array_member (call->result, "events", json_array_new ());
  json_object_set_array_member (call->result, "conflicts", json_array_new ());
  return run_all (&work, CALSYNC_JOB_PREVIEW, error);
}

static JsonObject *
run_to_json (const SyncTask *work, const SyncRun *run)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "run", run->run_id);
  json_object_set_int_member (object, "binding", run->binding_id);
  admin_set_time (object, "started", work->zone, run->started_us);
  if (run->finished_us != 0)
    json_object_set_double_member (object, "seconds",
                                   (double) ((run->finished_us - run->started_us) / 1000) / 1000);
  json_object_set_string_member (object, "mode", run->mode);
  json_object_set_string_member (object, "outcome", run->outcome);
  json_object_set_boolean_member (object, "full", run->was_full);
  json_object_set_int_member (object, "changed", run->n_changed);
  json_object_set_int_member (object, "gone", run->n_gone);
  json_object_set_int_member (object, "created", run->n_created);
  json_object_set_int_member (object, "updated", run->n_updated);
  json_object_set_int_member (object, "removed", run->n_removed);
  json_object_set_int_member (object, "conflicts", run->n_conflicts);
  json_object_set_int_member (object, "left", run->n_left);
  json_object_set_int_member (object, "requests", run->n_requests);
  json_object_set_string_member (object, "actor", run->actor);
  return object;
}

/**
 * sync_command_runs:
 *
 * Arguments: tenant, resource, binding, limit. Result: runs, of each connection the newest first. Runs that
 * found nothing leave no row.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND.
 */
gboolean
sync_command_runs (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .sync = { .call = call } };
  guint limit = (guint) admin_get_integer (call, "limit", DEFAULT_RUNS);
  JsonArray *list = json_array_new ();

  json_object_set_array_member (call->result, "runs", list);
  if (!sync_task_init (&work.sync, error) || !sync_task_need_some (&work.sync, error))
    return FALSE;
  for (guint i = 0; i < work.sync.bindings->len; i++)
    {
      const SyncBinding *binding = work.sync.bindings->pdata[i];
      g_autoptr (GPtrArray) runs = sync_run_list (call->session, binding->binding_id, limit, error);

      if (runs == NULL)
        return FALSE;
      for (guint k = 0; k < runs->len; k++)
        json_array_add_object_element (list, run_to_json (&work.sync, runs->pdata[k]));
    }
  return TRUE;
}

static void
set_shape (const SyncTask *task, JsonObject *object, const char *text, const char *member)
{
  SyncShape shape = { 0 };

  if (sync_shape_parse (text, &shape) && shape.start_us != 0)
    admin_set_time (object, member, task->zone, shape.start_us);
}

static JsonObject *
change_to_json (const SyncTask *work, const SyncRunChange *change)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "what", change->what);
  admin_set_time (object, "at", work->zone, change->at_us);
  if (!change->is_own)
    return object;
  admin_set_text (object, "reference", change->reference);
  set_shape (work, object, change->before, "from");
  set_shape (work, object, change->after, "to");
  return object;
}

static gboolean
load_run (Work *work, GError **error)
{
  gint64 run_id = admin_get_integer (work->sync.call, "run", 0);
  g_autoptr (GError) local_error = NULL;

  if (!sync_task_init (&work->sync, error))
    return FALSE;
  work->run = sync_run_load (work->sync.call->session, run_id, &local_error);
  if (work->run != NULL && sync_task_find (&work->sync, work->run->binding_id) != NULL)
    return TRUE;
  if (local_error != NULL && !g_error_matches (local_error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                 "there is no run %" G_GINT64_FORMAT ": plannerctl sync runs lists them", run_id);
  return FALSE;
}

/**
 * sync_command_show_run:
 *
 * Arguments: tenant, run. Result: run; changes: meetings of ours with their times, foreign appointments
 * without; more.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND.
 */
gboolean
sync_command_show_run (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .sync = { .call = call } };
  g_autoptr (GPtrArray) changes = NULL;
  JsonArray *list;

  if (!load_run (&work, error))
    return FALSE;
  changes = sync_run_change_list (call->session, work.run->run_id, error);
  if (changes == NULL)
    return FALSE;
  list = json_array_new ();
  for (guint i = 0; i < changes->len && i < MAX_LISTED; i++)
    json_array_add_object_element (list, change_to_json (&work.sync, changes->pdata[i]));
  json_object_set_object_member (call->result, "run", run_to_json (&work.sync, work.run));
  json_object_set_array_member (call->result, "changes", list);
  json_object_set_boolean_member (call->result, "more", changes->len > MAX_LISTED);
  return TRUE;
}
