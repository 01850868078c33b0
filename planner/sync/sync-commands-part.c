/* SPDX-License-Identifier: EUPL-1.2 */
/* Takes our events out of a calendar by an ordinary run that wants none, then the connection with all that is known. */
#include "sync/sync-commands-part.h"

#include "base/error.h"
#include "ops/commands/admin-op.h"
#include "store/sync-link-store.h"
#include "sync/sync-commands-run.h"
#include "sync/sync-lock.h"
#include "sync/sync-wished.h"

/* Of one transaction: citizens' calls go in between. */
#define ITEMS_AT_ONCE 500
#define MAX_RUNS      5
#define WHY           "being disconnected"

typedef struct
{
  SyncTask sync;
  SyncBinding *binding; /* borrowed from the work */
  guint n_events;       /* of ours that stand there */
  guint64 n_removed;    /* items taken away so far */
  gboolean is_gone;
} Work;

static void
work_clear (Work *work)
{
  sync_task_clear (&work->sync);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

/* Events of meetings to come, and those whose fate nobody knows yet. */
static gboolean
count_events (Work *work, GError **error)
{
  gint64 now_us = work->sync.call->now_us;
  g_autoptr (GPtrArray) links = sync_link_store_list (
    work->sync.call->session, work->binding->binding_id, now_us, now_us, error);

  work->n_events = 0;
  for (guint i = 0; links != NULL && i < links->len; i++)
    {
      const SyncLink *link = links->pdata[i];
      work->n_events += link->key != NULL || link->in_flight != 0;
    }
  return links != NULL;
}

/* AdminWrite. From here on no run but ours. */
static gboolean
write_pause (StoreSession *session, gpointer data, GError **error)
{
  const Work *work = data;

  return sync_binding_store_set_state (session, work->binding->binding_id, SYNC_BINDING_PAUSED, WHY,
                                       error);
}

static gboolean
run_wishing_nothing (const Work *work, const SyncSettings *settings, GError **error)
{
  SyncContext context = sync_task_context (&work->sync, settings);
  g_autoptr (SyncWished) wished = sync_wished_new ();
  g_autoptr (CalsyncReport) report = NULL;
  GError *local_error = NULL;

  context.wrap = sync_wished_wrap;
  context.wrap_data = wished;
  context.mode = "disconnect";
  if (sync_run_binding (&context, work->binding->binding_id, CALSYNC_JOB_RUN, &report,
                        &local_error))
    return TRUE;
  sync_error_take (error, local_error);
  return FALSE;
}

/* A run may leave some for the next: the hourly limit, an event that was touched at the same time. */
static gboolean
remove_events (Work *work, GError **error)
{
  g_autoptr (SyncSettings) settings = sync_settings_dup_current ();
  guint before;

  for (guint i = 0; work->n_events > 0 && i < MAX_RUNS; i++)
    {
      before = work->n_events;
      if (!run_wishing_nothing (work, settings, error) || !count_events (work, error))
        return FALSE;
      if (work->n_events == before)
        break;
    }
  if (work->n_events == 0)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
               "%u of our events are still in the calendar, which is paused: disconnect again "
               "later, or without --remove-events",
               work->n_events);
  return FALSE;
}

/* AdminWrite. */
static gboolean
write_some (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;
  g_autoptr (JsonObject) before = sync_binding_to_json (&work->sync, work->binding);
  AdminRecordChange change = { .kind = "sync-disconnected",
                               .subject = work->sync.resource->resource_key,
                               .before = before };

  if (!sync_binding_store_remove_some (session, work->binding, ITEMS_AT_ONCE, &work->is_gone,
                                       error))
    return FALSE;
  return !work->is_gone ||
         (sync_task_lay_out (&work->sync, session, work->binding->resource_id, error) &&
          sync_task_journal (&work->sync, session, &change, error));
}

static gboolean
remove_binding (Work *work, GError **error)
{
  AdminCall *call = work->sync.call;
  gint64 binding_id = work->binding->binding_id;
  gboolean ok = TRUE;

  if (!sync_task_hold (binding_id, error))
    return FALSE;
  while (ok && !work->is_gone)
    {
      ok = admin_write (call, write_some, work, FALSE, error);
      work->n_removed += ITEMS_AT_ONCE;
      admin_progress (call, "items", work->n_removed, (guint64) work->binding->n_items);
    }
  sync_lock_give (binding_id);
  return ok;
}

static void
show (const Work *work)
{
  const SyncBinding *binding = work->binding;
  gboolean removes = admin_get_flag (work->sync.call, "remove_events");
  JsonObject *result = work->sync.call->result;

  json_object_set_string_member (result, "resource", work->sync.resource->resource_key);
  json_object_set_int_member (result, "binding", binding->binding_id);
  json_object_set_string_member (result, "url", binding->url);
  json_object_set_int_member (result, "appointments", binding->n_items - binding->n_own);
  json_object_set_int_member (result, "events_of_ours", work->n_events);
  json_object_set_string_member (result, "events_are", removes ? "removed" : "left there");
}

/* clang-format off */
const AdminArgument sync_command_disconnect_arguments[] = {
  SYNC_RESOURCE, SYNC_BINDING,
  { "remove_events", ADMIN_FLAG, ADMIN_OPTION, NULL, "take our events of coming meetings out of the calendar first" },
  { NULL } };
/* clang-format on */

/**
 * sync_command_disconnect:
 *
 * Arguments: tenant, resource, binding, remove_events, yes. Result: appointments whose time is free from
 * then on; events_of_ours, and whether they are removed or left there.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND; PLANNER_ERROR_BUSY while a run of it is under way; what the server said;
 * PLANNER_ERROR_UNAVAILABLE when some events could not be removed: the connection stays, paused.
 */
gboolean
sync_command_disconnect (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .sync = { .call = call } };

  if (!sync_task_init (&work.sync, error))
    return FALSE;
  work.binding = sync_task_need_one (&work.sync, error);
  if (work.binding == NULL || !count_events (&work, error))
    return FALSE;
  show (&work);
  if (!admin_get_flag (call, "yes"))
    return TRUE;
  return admin_write (call, write_pause, &work, FALSE, error) &&
         (!admin_get_flag (call, "remove_events") || remove_events (&work, error)) &&
         remove_binding (&work, error);
}
