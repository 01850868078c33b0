/* SPDX-License-Identifier: EUPL-1.2 */
/* Tries again, or gives up with a reason; each is journaled, and the outcome is DFDG's own word later. */
#include "dfdg/commands/dfdg-commands-mend.h"

#include "base/error.h"
#include "dfdg/commands/dfdg-find.h"
#include "ops/commands/admin-op.h"

/* Of one transaction. */
#define MAX_REFUSED 500

typedef struct
{
  DfdgTask task;
  const char *id;
  const char *reason;
  gboolean is_all_refused;
  gboolean is_all_parked;
  JsonArray *rows;
  gint64 after_id;
  gint64 page_end;
  gint64 page_refused;
  gint64 n_refused;
  gint64 n_parked;
} Work;

static void
work_clear (Work *work)
{
  dfdg_task_clear (&work->task);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
journal (const Work *work,
         StoreSession *session,
         const char *kind,
         const char *subject,
         JsonObject *before,
         GError **error)
{
  g_autoptr (JsonObject) owned = before;
  g_autoptr (JsonObject) after = json_object_new ();
  const AdminRecordChange change = {
    .kind = kind, .subject = subject, .before = before, .after = after
  };

  admin_set_text (after, "reason", work->reason);
  return dfdg_task_journal (&work->task, session, &change, error);
}

static void
add_row (const Work *work, const char *what, const char *id, const char *outcome)
{
  JsonObject *row = json_object_new ();

  json_object_set_string_member (row, "what", what);
  json_object_set_string_member (row, "id", id);
  json_object_set_string_member (row, "outcome", outcome);
  json_array_add_object_element (work->rows, row);
}

static gboolean
retry_change (const Work *work, StoreSession *session, const OutboxItem *item, GError **error)
{
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, item->outbox_id);

  if (!outbox_store_retry (session, item, error) ||
      !journal (work, session, "dfdg-retried", item->subject,
                dfdg_task_change_to_json (&work->task, item), error))
    return FALSE;
  add_row (work, "change", number, "waiting");
  return TRUE;
}

static gboolean
retry_event (const Work *work, StoreSession *session, const DfdgEvent *event, GError **error)
{
  gint64 n_events = 0;

  if (!inbox_store_retry (session, event->tenant_id, event->event_id, &n_events, error) ||
      !journal (work, session, "dfdg-retried", event->message_id,
                dfdg_task_event_to_json (&work->task, event), error))
    return FALSE;
  add_row (work, "message", event->message_id, "new");
  return TRUE;
}

static gboolean
retry_watch (const Work *work, StoreSession *session, const EchoWatch *watch, GError **error)
{
  if (!echo_store_retry (session, watch->tenant_id, watch->subject, error) ||
      !journal (work, session, "dfdg-retried", watch->subject,
                dfdg_task_watch_to_json (&work->task, watch), error))
    return FALSE;
  add_row (work, "echo", watch->subject, "asked for");
  return TRUE;
}

static gboolean
is_open_change (const OutboxItem *item)
{
  return item->state == OUTBOX_WAITING || item->state == OUTBOX_REFUSED ||
         item->state == OUTBOX_HELD;
}

static gboolean
fail_nothing (const char *what, GError **error)
{
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED,
               "nothing of it %s: plannerctl dfdg show says how it stands", what);
  return FALSE;
}

/* A write may be run twice. */
static void
begin_rows (Work *work)
{
  work->rows = json_array_new ();
  json_object_set_array_member (work->task.call->result, "done", work->rows);
}

/* The changes of one booking go together: the first of them moves all. AdminWrite. */
static gboolean
write_retry (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;
  g_auto (DfdgFound) found = { 0 };
  gboolean ok = dfdg_find (&work->task, session, work->id, &found, error);
  gboolean has_change = FALSE;

  begin_rows (work);
  for (guint i = 0; ok && i < found.changes->len && !has_change; i++)
    {
      has_change = is_open_change (found.changes->pdata[i]);
      ok = !has_change || retry_change (work, session, found.changes->pdata[i], error);
    }
  for (guint i = 0; ok && i < found.events->len; i++)
    if (((DfdgEvent *) found.events->pdata[i])->state != DFDG_EVENT_DONE)
      ok = retry_event (work, session, found.events->pdata[i], error);
  if (ok && found.watch != NULL)
    ok = retry_watch (work, session, found.watch, error);
  if (ok && json_array_get_length (work->rows) == 0)
    return fail_nothing ("waits or was refused", error);
  return ok;
}

/* AdminWrite: a page of what DFDG has not taken. */
static gboolean
write_retry_refused (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;
  g_autoptr (GPtrArray) items = outbox_store_list (session, work->task.tenant->tenant_id, NULL,
                                                   work->after_id, MAX_REFUSED, error);

  work->page_end = 0;
  work->page_refused = 0;
  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      const OutboxItem *item = items->pdata[i];

      work->page_end = item->outbox_id;
      if (item->state != OUTBOX_REFUSED)
        continue;
      work->page_refused++;
      if (!outbox_store_retry (session, item, error) ||
          !journal (work, session, "dfdg-retried", item->subject,
                    dfdg_task_change_to_json (&work->task, item), error))
        return FALSE;
    }
  return items != NULL;
}

static gboolean
retry_refused (Work *work, GError **error)
{
  AdminCall *call = work->task.call;

  do
    {
      if (!admin_write (call, write_retry_refused, work, FALSE, error))
        return FALSE;
      work->n_refused += work->page_refused;
      work->after_id = work->page_end;
      admin_progress (call, "changes", (guint64) work->n_refused, 0);
    }
  while (work->page_end != 0);
  json_object_set_int_member (call->result, "changes", work->n_refused);
  return TRUE;
}

/* AdminWrite. */
static gboolean
write_retry_parked (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;

  return inbox_store_retry (session, work->task.tenant->tenant_id, 0, &work->n_parked, error) &&
         journal (work, session, "dfdg-retried", "parked", NULL, error);
}

static gboolean
retry_all (Work *work, GError **error)
{
  if (work->is_all_refused && !retry_refused (work, error))
    return FALSE;
  if (!work->is_all_parked)
    return TRUE;
  if (!admin_write (work->task.call, write_retry_parked, work, FALSE, error))
    return FALSE;
  json_object_set_int_member (work->task.call->result, "messages", work->n_parked);
  return TRUE;
}

static gboolean
check_choice (const Work *work, GError **error)
{
  gboolean is_all = work->is_all_refused || work->is_all_parked;

  if ((work->id != NULL) != is_all)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "name a booking, a change or a message, or --all-refused, --all-parked");
  return FALSE;
}

/* clang-format off */
const AdminArgument dfdg_command_retry_arguments[] = {
  { "id", ADMIN_TEXT, ADMIN_MAYBE_WORD, "ID", "identifier of a booking, number of a change, or id of a message" },
  { "all_refused", ADMIN_FLAG, ADMIN_OPTION, NULL, "every change that DFDG refused" },
  { "all_parked", ADMIN_FLAG, ADMIN_OPTION, NULL, "every parked message, and every one that waits for a later try" },
  { NULL } };
/* clang-format on */

/**
 * dfdg_command_retry:
 *
 * Arguments: tenant, id, all_refused, all_parked. Result: done: what, id, outcome; or changes and messages: how many.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND, PLANNER_ERROR_STATE_CHANGED when there is nothing to try again.
 */
gboolean
dfdg_command_retry (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .is_all_refused = admin_get_flag (call, "all_refused"),
                         .is_all_parked = admin_get_flag (call, "all_parked") };

  if (!dfdg_task_init (&work.task, call, error) || !admin_get_text (call, "id", &work.id, error) ||
      !check_choice (&work, error))
    return FALSE;
  if (work.id == NULL)
    return retry_all (&work, error);
  return admin_write (call, write_retry, &work, FALSE, error);
}

static gboolean
give_up_change (const Work *work, StoreSession *session, const OutboxItem *item, GError **error)
{
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, item->outbox_id);

  if (!outbox_store_give_up (session, item, work->reason, error) ||
      !journal (work, session, "dfdg-given-up", item->subject,
                dfdg_task_change_to_json (&work->task, item), error))
    return FALSE;
  add_row (work, "change", number, "dropped");
  return TRUE;
}

static gboolean
give_up_event (const Work *work, StoreSession *session, const DfdgEvent *event, GError **error)
{
  g_autofree char *outcome = g_strconcat ("given-up: ", work->reason, NULL);

  if (!inbox_store_set_done (session, event->event_id, outcome, work->task.call->now_us, error) ||
      !journal (work, session, "dfdg-given-up", event->message_id,
                dfdg_task_event_to_json (&work->task, event), error))
    return FALSE;
  add_row (work, "message", event->message_id, "done");
  return TRUE;
}

static gboolean
give_up_watch (const Work *work, StoreSession *session, const EchoWatch *watch, GError **error)
{
  if (!echo_store_clear (session, watch->tenant_id, watch->subject, watch->revision, error) ||
      !journal (work, session, "dfdg-given-up", watch->subject,
                dfdg_task_watch_to_json (&work->task, watch), error))
    return FALSE;
  add_row (work, "echo", watch->subject, "not awaited");
  return TRUE;
}

/* What a person was asked about, and nothing that comes right by itself. AdminWrite. */
static gboolean
write_give_up (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;
  g_auto (DfdgFound) found = { 0 };
  gboolean ok = dfdg_find (&work->task, session, work->id, &found, error);

  begin_rows (work);
  for (guint i = 0; ok && i < found.changes->len; i++)
    if (((OutboxItem *) found.changes->pdata[i])->state == OUTBOX_REFUSED)
      ok = give_up_change (work, session, found.changes->pdata[i], error);
  for (guint i = 0; ok && i < found.events->len; i++)
    {
      const DfdgEvent *event = found.events->pdata[i];

      if (event->state == DFDG_EVENT_PARKED || event->state == DFDG_EVENT_UNKNOWN)
        ok = give_up_event (work, session, event, error);
    }
  if (ok && found.watch != NULL && found.watch->is_flagged)
    ok = give_up_watch (work, session, found.watch, error);
  if (ok && json_array_get_length (work->rows) == 0)
    return fail_nothing ("waits for a person", error);
  return ok;
}

/* clang-format off */
const AdminArgument dfdg_command_give_up_arguments[] = {
  { "id", ADMIN_TEXT, ADMIN_WORD, "ID", "identifier of a booking, number of a change, or id of a message" },
  { "reason", ADMIN_TEXT, ADMIN_NEEDED_OPTION, "TEXT", "why, without a citizen's number" },
  { NULL } };
/* clang-format on */

/**
 * dfdg_command_give_up:
 *
 * Arguments: tenant, id, reason. Result: done: what, id, outcome.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND, PLANNER_ERROR_STATE_CHANGED when nothing of it waits for a person.
 */
gboolean
dfdg_command_give_up (AdminCall *call, GError **error)
{
  g_auto (Work) work = { 0 };

  if (!dfdg_task_init (&work.task, call, error) || !admin_need_text (call, "id", &work.id, error) ||
      !admin_need_text (call, "reason", &work.reason, error) ||
      !admin_check_prose (work.reason, error))
    return FALSE;
  return admin_write (call, write_give_up, &work, FALSE, error);
}
