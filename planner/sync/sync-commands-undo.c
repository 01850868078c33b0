/* SPDX-License-Identifier: EUPL-1.2 */
/* Moves bookings back, puts events back by an ordinary run that wants them as they were, and appointments as they were kept. */
#include "sync/sync-commands-undo.h"

#include "base/error.h"
#include "ops/commands/admin-op.h"
#include "store/sync-item-store.h"
#include "sync/sync-commands-run.h"
#include "sync/sync-door.h"
#include "sync/sync-lock.h"
#include "sync/sync-rules.h"
#include "sync/sync-undo.h"
#include "sync/sync-wished.h"

/* Of one transaction: citizens' calls go in between. */
#define ITEMS_AT_ONCE 100
#define BOOKING       "booking:"

typedef struct
{
  SyncTask sync;
  SyncBinding *binding; /* borrowed from the task */
  SyncRun *run;
  SyncUndo *undo;
  char *why;
  SyncUndoEvent *event; /* that is moved back now */
  guint next_item;
} Work;

static void
work_clear (Work *work)
{
  g_clear_pointer (&work->undo, sync_undo_free);
  g_clear_pointer (&work->run, sync_run_free);
  g_free (work->why);
  sync_task_clear (&work->sync);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
check_run (Work *work, GError **error)
{
  gint64 run_id = work->run->run_id;
  guint n_all = work->undo->events->len + work->undo->items->len;

  if (!g_str_equal (work->run->mode, "run"))
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                 "run %" G_GINT64_FORMAT " is no ordinary run (%s): there is nothing to undo",
                 run_id, work->run->mode);
  else if (n_all == 0)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                 "run %" G_GINT64_FORMAT " changed nothing that could be undone; what a first "
                 "run read goes by plannerctl sync disconnect",
                 run_id);
  else if (sync_undo_count_left (work->undo) == n_all)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED,
                 "later runs have touched all that run %" G_GINT64_FORMAT " changed", run_id);
  else
    return TRUE;
  return FALSE;
}

static gboolean
load (Work *work, GError **error)
{
  gint64 run_id = admin_get_integer (work->sync.call, "run", 0);
  g_autoptr (GError) local_error = NULL;

  if (!sync_task_init (&work->sync, error))
    return FALSE;
  work->run = sync_run_load (work->sync.call->session, run_id, &local_error);
  if (work->run != NULL)
    work->binding = sync_task_find (&work->sync, work->run->binding_id);
  if (work->binding == NULL)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                   "there is no run %" G_GINT64_FORMAT ": plannerctl sync runs lists them", run_id);
      return FALSE;
    }
  work->why = g_strdup_printf ("run %" G_GINT64_FORMAT " was undone", run_id);
  work->undo = sync_undo_load (work->sync.call->session, work->run, error);
  return work->undo != NULL && check_run (work, error);
}

static void
add_event (const Work *work, JsonArray *list, const SyncUndoEvent *event)
{
  JsonObject *row = json_object_new ();

  json_object_set_string_member (row, "reference", event->reference);
  if (event->after.start_us != 0)
    admin_set_time (row, "from", work->sync.zone, event->after.start_us);
  if (event->before.start_us != 0)
    admin_set_time (row, "to", work->sync.zone, event->before.start_us);
  json_object_set_string_member (row, "what",
                                 event->followed               ? "move the booking back"
                                 : event->before.start_us == 0 ? "take the event away"
                                 : event->after.start_us == 0  ? "create the event again"
                                                               : "put the event back");
  admin_set_text (row, "left", event->said);
  json_array_add_object_element (list, row);
}

/* Shown before, and again behind it: by then it is known what had to be left. */
static void
show (const Work *work)
{
  JsonObject *result = work->sync.call->result;
  JsonArray *events = json_array_new ();
  guint n_left = 0;

  for (guint i = 0; i < work->undo->events->len; i++)
    add_event (work, events, work->undo->events->pdata[i]);
  for (guint i = 0; i < work->undo->items->len; i++)
    n_left += ((SyncUndoItem *) work->undo->items->pdata[i])->is_left;
  json_object_set_int_member (result, "run", work->run->run_id);
  json_object_set_string_member (result, "resource",
                                 sync_task_owner (&work->sync, work->binding)->resource_key);
  json_object_set_int_member (result, "appointments", work->undo->items->len - n_left);
  json_object_set_int_member (result, "appointments_left", n_left);
  json_object_set_array_member (result, "events", events);
}

/* AdminWrite. From here on no run but ours: the next would do it all again. */
static gboolean
write_pause (StoreSession *session, gpointer data, GError **error)
{
  const Work *work = data;
  const ResourceRecord *owner = sync_task_owner (&work->sync, work->binding);
  g_autoptr (JsonObject) after = json_object_new ();
  AdminRecordChange change = { .kind = "sync-undone",
                               .subject = owner->resource_key,
                               .after = after };

  json_object_set_int_member (after, "binding", work->binding->binding_id);
  json_object_set_int_member (after, "run", work->run->run_id);
  json_object_set_int_member (after, "events", work->undo->events->len);
  json_object_set_int_member (after, "appointments", work->undo->items->len);
  return sync_binding_store_set_state (session, work->binding->binding_id, SYNC_BINDING_PAUSED,
                                       work->why, error) &&
         sync_task_journal (&work->sync, session, &change, error);
}

/* AdminWrite. Where a booking stood before, it may stand again: only another meeting is in the way. One that
 * somebody has moved since stays. */
static gboolean
write_move (StoreSession *session, gpointer data, GError **error)
{
  const Work *work = data;
  const SyncDoor door = { work->sync.call, session, TRUE };
  const char *identifier = g_strrstr (work->event->reference, BOOKING);
  gint64 booking_id = 0;

  if (identifier == NULL ||
      !sync_meeting_find (session, work->binding->tenant_id, identifier + strlen (BOOKING), FALSE,
                          &booking_id, error))
    return FALSE;
  if (booking_id != 0)
    return sync_door_check (&door, booking_id, &work->event->before, NULL) ||
           (sync_door_check (&door, booking_id, &work->event->after, error) &&
            sync_door_move (&door, booking_id, work->event->before.start_us, NULL, error));
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "the booking is gone");
  return FALSE;
}

/* One that cannot go back is told, and its event stays with it. */
static void
move_back (Work *work)
{
  for (guint i = 0; i < work->undo->events->len; i++)
    {
      SyncUndoEvent *event = work->undo->events->pdata[i];
      g_autoptr (GError) local_error = NULL;

      if (!event->followed || event->said != NULL)
        continue;
      work->event = event;
      if (!admin_write (work->sync.call, write_move, work, FALSE, &local_error))
        event->said = g_strdup (local_error->message);
    }
}

/* What the calendar lost has no link to speak of: it is created as if for the first time after its last. */
static gboolean
wish_again (const Work *work, SyncWished *wished, const SyncUndoEvent *event, GError **error)
{
  const CalsyncShape shape = { .start_us = event->before.start_us,
                               .end_us = event->before.end_us,
                               .busy_class = (CalsyncClass) event->before.busy_class };
  gint64 create_sequence = 0;

  if (!sync_tombstone_find (work->sync.call->session, work->binding->binding_id, event->reference,
                            &create_sequence, error))
    return FALSE;
  sync_wished_add (wished, &shape, event->reference);
  sync_wished_count_on (wished, event->reference, (guint) create_sequence);
  return TRUE;
}

static gboolean
fill_wishes (const Work *work, SyncWished *wished, guint *out_n_wishes, GError **error)
{
  g_auto (SyncRules) rules = { 0 };

  *out_n_wishes = 0;
  if (!sync_rules_load (&rules, work->sync.call->session, work->binding->resource_id,
                        work->sync.call->now_us, error))
    return FALSE;
  sync_wished_keep_others (wished);
  sync_wished_describe (wished, sync_rules_dup_summary (&rules, NULL), work->sync.zone);
  for (guint i = 0; i < work->undo->events->len; i++)
    {
      const SyncUndoEvent *event = work->undo->events->pdata[i];

      if (event->said != NULL ||
          (event->before.end_us != 0 && event->before.end_us <= work->sync.call->now_us))
        continue;
      if (!wish_again (work, wished, event, error))
        return FALSE;
      (*out_n_wishes)++;
    }
  return TRUE;
}

static gboolean
put_events_back (const Work *work, GError **error)
{
  g_autoptr (SyncSettings) settings = sync_settings_dup_current ();
  SyncContext context = sync_task_context (&work->sync, settings);
  g_autoptr (SyncWished) wished = sync_wished_new ();
  g_autoptr (CalsyncReport) report = NULL;
  GError *local_error = NULL;
  guint n_wishes = 0;

  if (!fill_wishes (work, wished, &n_wishes, error))
    return FALSE;
  if (n_wishes == 0)
    return TRUE;
  context.wrap = sync_wished_wrap;
  context.wrap_data = wished;
  context.mode = "undo";
  if (!sync_run_binding (&context, work->binding->binding_id, CALSYNC_JOB_RUN, &report,
                         &local_error))
    {
      sync_error_take (error, local_error);
      return FALSE;
    }
  sync_report_to_json (&work->sync, report, work->sync.call->result);
  return TRUE;
}

static gboolean
replace_objects (const Work *work,
                 StoreSession *session,
                 const SyncItem *item,
                 const char *text,
                 GError **error)
{
  g_autoptr (GPtrArray) now = sync_item_store_list_objects (session, item->item_id, error);
  g_autoptr (GPtrArray) before = sync_objects_parse (text);

  for (guint i = 0; now != NULL && i < now->len; i++)
    if (!calendar_object_remove (session, ((CalendarObject *) now->pdata[i])->object_id, error))
      return FALSE;
  for (guint i = 0; now != NULL && before != NULL && i < before->len; i++)
    {
      CalendarObject *object = before->pdata[i];

      object->tenant_id = work->binding->tenant_id;
      object->calendar_id = work->binding->calendar_id;
      if (!sync_item_store_put_object (session, item, object, error))
        return FALSE;
    }
  return now != NULL;
}

/* Without its version it is read again by the next pull, whatever the server calls it then. */
static gboolean
put_item_back (const Work *work, StoreSession *session, const SyncUndoItem *undone, GError **error)
{
  gint64 binding_id = work->binding->binding_id;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (SyncItem) now =
    sync_item_store_find (session, binding_id, undone->key_hash, &local_error);
  SyncItem item = { .tenant_id = work->binding->tenant_id,
                    .binding_id = binding_id,
                    .key_hash = undone->key_hash };
  PutOutcome outcome;

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (undone->before == NULL)
    return now == NULL || sync_item_store_remove (session, now->item_id, error);
  return sync_item_store_put (session, &item, &outcome, error) &&
         replace_objects (work, session, &item, undone->before, error);
}

/* AdminWrite. */
static gboolean
write_items (StoreSession *session, gpointer data, GError **error)
{
  const Work *work = data;
  const GPtrArray *items = work->undo->items;
  guint end = MIN (work->next_item + ITEMS_AT_ONCE, items->len);

  for (guint i = work->next_item; i < end; i++)
    if (!((SyncUndoItem *) items->pdata[i])->is_left &&
        !put_item_back (work, session, items->pdata[i], error))
      return FALSE;
  return end < items->len
           ? sync_task_invalidate (&work->sync, session, work->binding->resource_id, error)
           : sync_task_lay_out (&work->sync, session, work->binding->resource_id, error);
}

static gboolean
put_items_back (Work *work, GError **error)
{
  const GPtrArray *items = work->undo->items;
  gint64 binding_id = work->binding->binding_id;
  gboolean ok = TRUE;

  if (!sync_task_hold (binding_id, error))
    return FALSE;
  for (; ok && work->next_item < items->len; work->next_item += ITEMS_AT_ONCE)
    {
      admin_progress (work->sync.call, "appointments", work->next_item, items->len);
      ok = admin_write (work->sync.call, write_items, work, FALSE, error);
    }
  sync_lock_give (binding_id);
  return ok;
}

/* clang-format off */
const AdminArgument sync_command_undo_arguments[] = {
  { "run", ADMIN_INTEGER, ADMIN_WORD, "RUN", "number of the run, from sync runs", .min = 1, .max = G_MAXINT64 },
  { NULL } };
/* clang-format on */

/**
 * sync_command_undo:
 *
 * Arguments: tenant, run, yes. First the calendar is paused, then bookings go back, then events, then
 * appointments: what fails half-way is gone on with by the same command. Result: events: reference, what, left:
 * why it stays; appointments, appointments_left.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND; PLANNER_ERROR_STATE_CHANGED when later runs touched all of it;
 * PLANNER_ERROR_BUSY while a run of the calendar is under way; what the server said.
 */
gboolean
sync_command_undo (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .sync = { .call = call } };
  gboolean ok;

  if (!load (&work, error))
    return FALSE;
  if (!admin_get_flag (call, "yes"))
    {
      show (&work);
      return TRUE;
    }
  if (!admin_write (call, write_pause, &work, FALSE, error))
    return FALSE;
  move_back (&work);
  ok = put_events_back (&work, error) && put_items_back (&work, error);
  show (&work);
  return ok;
}
