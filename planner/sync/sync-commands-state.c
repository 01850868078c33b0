/* SPDX-License-Identifier: EUPL-1.2 */
/* Pausing and resuming connections, and agreeing to disappearances that the guard held back. */
#include "sync/sync-commands-state.h"

#include "base/error.h"
#include "ops/commands/admin-op.h"
#include "store/busy-span-store.h"
#include "store/sync-item-store.h"
#include "store/sync-record-store.h"
#include "sync/sync-guard-word.h"
#include "sync/sync-resume.h"

#define AGREED_US   (24 * 3600 * (gint64) G_USEC_PER_SEC)
#define MAX_LISTED  50
#define FAR_US      G_GINT64_CONSTANT (9000000000000000)
#define BY_A_PERSON "by a person"

typedef struct
{
  SyncTask sync;
  const char *why;
  gboolean is_dry_run;
  SyncGuard *guard;   /* of agree */
  const char *digest; /* of agree (nullable): what a person was shown */
} Work;

static void
work_clear (Work *work)
{
  sync_task_clear (&work->sync);
  g_clear_pointer (&work->guard, sync_guard_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static void
report (const Work *work, JsonArray *list, const SyncBinding *binding, const char *outcome)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "binding", binding->binding_id);
  json_object_set_string_member (object, "resource",
                                 sync_task_owner (&work->sync, binding)->resource_key);
  json_object_set_string_member (object, "outcome", outcome);
  json_array_add_object_element (list, object);
}

static void
finish (const Work *work, JsonArray *list)
{
  json_object_set_boolean_member (work->sync.call->result, "dry_run", work->is_dry_run);
  json_object_set_array_member (work->sync.call->result, "connections", list);
}

static gboolean
is_same_pause (const Work *work, const SyncBinding *binding)
{
  return binding->state == SYNC_BINDING_PAUSED && g_strcmp0 (binding->why, work->why) == 0;
}

/* AdminWrite. */
static gboolean
write_pause (StoreSession *session, gpointer data, GError **error)
{
  const Work *work = data;
  g_autoptr (JsonArray) list = json_array_new ();

  for (guint i = 0; i < work->sync.bindings->len; i++)
    {
      const SyncBinding *binding = work->sync.bindings->pdata[i];
      gboolean is_same = is_same_pause (work, binding);

      if (!is_same && !sync_resume_set_state (&work->sync, session, binding, SYNC_BINDING_PAUSED,
                                              work->why, error))
        return FALSE;
      report (work, list, binding, is_same ? "same" : "paused");
    }
  finish (work, g_steal_pointer (&list));
  return TRUE;
}

static gboolean
is_named (const Work *work, const SyncBinding *binding)
{
  return sync_task_find (&work->sync, binding->binding_id) != NULL;
}

/* Of an account that was refused, all: their secret is one. */
static gboolean
resume_others (const Work *work,
               StoreSession *session,
               const SyncBinding *like,
               JsonArray *list,
               GError **error)
{
  g_autoptr (GPtrArray) others = NULL;

  if (!sync_resume_is_denied (like))
    return TRUE;
  others = sync_resume_account (&work->sync, session, like, error);
  for (guint i = 0; others != NULL && i < others->len; i++)
    if (!is_named (work, others->pdata[i]))
      report (work, list, others->pdata[i], "resumed");
  return others != NULL;
}

/* AdminWrite. */
static gboolean
write_resumption (StoreSession *session, gpointer data, GError **error)
{
  const Work *work = data;
  g_autoptr (JsonArray) list = json_array_new ();

  for (guint i = 0; i < work->sync.bindings->len; i++)
    {
      const SyncBinding *binding = work->sync.bindings->pdata[i];
      SyncBindingState state = SYNC_BINDING_ACTIVE;

      if (!sync_resume_one (&work->sync, session, binding, &state, error))
        return FALSE;
      report (work, list, binding,
              binding->state != SYNC_BINDING_PAUSED ? "same"
              : state == SYNC_BINDING_GUARDED       ? "guarded"
                                                    : "resumed");
    }
  for (guint i = 0; i < work->sync.bindings->len; i++)
    if (!resume_others (work, session, work->sync.bindings->pdata[i], list, error))
      return FALSE;
  finish (work, g_steal_pointer (&list));
  return TRUE;
}

/* clang-format off */
const AdminArgument sync_command_pause_arguments[] = {
  SYNC_RESOURCE,
  { "why", ADMIN_TEXT, ADMIN_OPTION, "TEXT", "for whoever looks at the status (" BY_A_PERSON ")" },
  SYNC_BINDING, SYNC_DRY_RUN, { NULL } };
const AdminArgument sync_command_resume_arguments[] = { SYNC_RESOURCE, SYNC_BINDING, SYNC_DRY_RUN, { NULL } };
const AdminArgument sync_command_agree_arguments[] = {
  SYNC_RESOURCE,
  { "digest", ADMIN_TEXT, ADMIN_OPTION, "WORD", "with --yes: of what you were shown; it is refused when something else is held back now" },
  SYNC_BINDING, { NULL } };
/* clang-format on */

/**
 * sync_command_pause:
 *
 * Arguments: tenant, resource, why, binding, dry_run. Its busy time grows old from now on: beyond the limit
 * the advisor is not offered. Result: connections with outcome paused or same.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND; PLANNER_ERROR_NOT_VALID for a reason with a citizen's number.
 */
gboolean
sync_command_pause (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .sync = { .call = call } };

  if (!sync_task_init (&work.sync, error) || !sync_task_need_some (&work.sync, error) ||
      !admin_get_text (call, "why", &work.why, error) ||
      (work.why != NULL && !admin_check_prose (work.why, error)))
    return FALSE;
  if (work.why == NULL)
    work.why = BY_A_PERSON;
  work.is_dry_run = admin_get_flag (call, "dry_run");
  return admin_write (call, write_pause, &work, work.is_dry_run, error);
}

/**
 * sync_command_resume:
 *
 * Arguments: tenant, resource, binding, dry_run. The next run is a full one. Where the account was refused, those that
 * share it and its secret go on too. Result: connections with outcome resumed, guarded or same.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND.
 */
gboolean
sync_command_resume (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .sync = { .call = call } };

  if (!sync_task_init (&work.sync, error) || !sync_task_need_some (&work.sync, error))
    return FALSE;
  work.is_dry_run = admin_get_flag (call, "dry_run");
  return admin_write (call, write_resumption, &work, work.is_dry_run, error);
}

/* Those with something held back; one must be left. */
static SyncBinding *
find_guarded (Work *work, GError **error)
{
  GPtrArray *bindings = work->sync.bindings;

  if (!sync_task_need_some (&work->sync, error))
    return NULL;
  for (guint i = bindings->len; i > 0; i--)
    {
      const SyncBinding *binding = bindings->pdata[i - 1];
      g_autoptr (GError) local_error = NULL;
      g_autoptr (SyncGuard) guard =
        sync_guard_find (work->sync.call->session, binding->binding_id, &local_error);

      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      if (guard == NULL)
        g_ptr_array_remove_index (bindings, i - 1);
    }
  if (bindings->len > 0)
    return sync_task_need_one (&work->sync, error);
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
               "nothing is held back for %s: there is nothing to agree to",
               work->sync.resource->resource_key);
  return NULL;
}

static void
add_time (const Work *work, JsonArray *list, Period period, const char *reference)
{
  JsonObject *object = json_object_new ();

  admin_set_text (object, "reference", reference);
  admin_set_time (object, "start", work->sync.zone, period.start_us);
  admin_set_time (object, "end", work->sync.zone, period.end_us);
  json_array_add_object_element (list, object);
}

/* A foreign one by the times that are kept of it, and nothing else. */
static gboolean
add_foreign (const Work *work,
             const SyncItem *item,
             const GArray *spans,
             JsonArray *list,
             GError **error)
{
  g_autoptr (GPtrArray) objects =
    sync_item_store_list_objects (work->sync.call->session, item->item_id, error);

  for (guint i = 0; objects != NULL && i < spans->len; i++)
    for (guint k = 0; k < objects->len; k++)
      if (g_array_index (spans, BusySpan, i).object_id ==
            ((CalendarObject *) objects->pdata[k])->object_id &&
          json_array_get_length (list) < MAX_LISTED)
        add_time (work, list, g_array_index (spans, BusySpan, i).period, NULL);
  return objects != NULL;
}

static gboolean
add_own (const Work *work, const SyncItem *item, JsonArray *list, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (SyncLink) link = sync_link_store_find (work->sync.call->session, item->binding_id,
                                                    item->reference, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (link != NULL && json_array_get_length (list) < MAX_LISTED)
    add_time (work, list, (Period){ link->base.start_us, link->base.end_us }, item->reference);
  return TRUE;
}

static gboolean
add_staged (const Work *work,
            const SyncBinding *binding,
            const GArray *spans,
            const char *key_hash,
            GError **error)
{
  JsonObject *result = work->sync.call->result;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (SyncItem) item =
    sync_item_store_find (work->sync.call->session, binding->binding_id, key_hash, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (item == NULL)
    return TRUE;
  if (item->is_own)
    return add_own (work, item, json_object_get_array_member (result, "our_meetings"), error);
  return add_foreign (work, item, spans, json_object_get_array_member (result, "appointments"),
                      error);
}

static const char *
meaning_of (const char *reason)
{
  static const struct
  {
    const char *reason;
    const char *meaning;
  } meanings[] = {
    { "own", "many of our coming events were gone from the calendar" },
    { "foreign", "many of the other appointments were gone from the calendar" },
    { "empty", "the calendar was empty" },
    { "widespread", "things were gone from many calendars at once" },
    { "restored", "the database was restored: so many events in the calendar would be changed or "
                  "taken away; plannerctl sync preview shows which" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (g_str_equal (meanings[i].reason, reason))
      return meanings[i].meaning;
  return "";
}

static void
show_counts (const Work *work, const SyncBinding *binding, const GPtrArray *staged)
{
  JsonObject *result = work->sync.call->result;
  const SyncGuard *guard = work->guard;
  g_autofree char *digest = sync_guard_word (binding->binding_id, staged);

  json_object_set_int_member (result, "binding", binding->binding_id);
  json_object_set_string_member (result, "reason", guard->reason);
  json_object_set_string_member (result, "meaning", meaning_of (guard->reason));
  admin_set_time (result, "held_back_since", work->sync.zone, guard->at_us);
  json_object_set_int_member (result, "meetings_gone", guard->n_own);
  json_object_set_int_member (result, "meetings_known", guard->n_known_own);
  json_object_set_int_member (result, "appointments_gone", guard->n_foreign);
  json_object_set_int_member (result, "appointments_known", guard->n_known_foreign);
  json_object_set_string_member (result, "digest", digest);
}

static gboolean
show_guard (const Work *work, const SyncBinding *binding, GError **error)
{
  StoreSession *session = work->sync.call->session;
  const Period ahead = { work->sync.call->now_us, FAR_US };
  g_autoptr (GPtrArray) staged = sync_guard_list_staged (session, binding->binding_id, error);
  g_autoptr (GArray) spans =
    staged == NULL ? NULL : busy_span_list (session, binding->resource_id, ahead, error);

  if (spans == NULL)
    return FALSE;
  show_counts (work, binding, staged);
  json_object_set_array_member (work->sync.call->result, "our_meetings", json_array_new ());
  json_object_set_array_member (work->sync.call->result, "appointments", json_array_new ());
  for (guint i = 0; i < staged->len; i++)
    if (!add_staged (work, binding, spans, staged->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* What is held back at the moment of the word, and not what a person was shown, would be agreed to otherwise. */
static gboolean
check_shown (const Work *work, StoreSession *session, const SyncBinding *binding, GError **error)
{
  const char *resource_key = work->sync.resource->resource_key;
  g_autoptr (GPtrArray) staged = sync_guard_list_staged (session, binding->binding_id, error);

  if (staged == NULL)
    return FALSE;
  if (sync_guard_word_fits (work->digest, binding->binding_id, staged))
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED,
               "what is held back for %s is not what --digest %s was shown for: look at it again "
               "with plannerctl sync agree %s",
               resource_key, work->digest, resource_key);
  return FALSE;
}

/* AdminWrite. */
static gboolean
write_agreement (StoreSession *session, gpointer data, GError **error)
{
  const Work *work = data;
  const SyncBinding *binding = work->sync.bindings->pdata[0];
  SyncGuard agreed = *work->guard;
  g_autoptr (JsonObject) after = json_object_new ();
  AdminRecordChange change = { .kind = "sync-agreed",
                               .subject = work->sync.resource->resource_key,
                               .after = after };

  agreed.agreed_until_us = work->sync.call->now_us + AGREED_US;
  agreed.agreed_by = (char *) work->sync.call->actor;
  json_object_set_int_member (after, "binding", binding->binding_id);
  json_object_set_string_member (after, "reason", agreed.reason);
  json_object_set_int_member (after, "meetings", agreed.n_own);
  json_object_set_int_member (after, "appointments", agreed.n_foreign);
  return check_shown (work, session, binding, error) &&
         sync_guard_agree (session, &agreed, error) &&
         (binding->state == SYNC_BINDING_PAUSED ||
          sync_binding_store_set_state (session, binding->binding_id, SYNC_BINDING_ACTIVE, NULL,
                                        error)) &&
         sync_resume_begin_anew (session, binding->binding_id, error) &&
         sync_task_journal (&work->sync, session, &change, error);
}

static gboolean
check_digest (const Work *work, GError **error)
{
  if (work->digest != NULL || !admin_get_flag (work->sync.call, "yes"))
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
               "say what you agree to: plannerctl sync agree %s shows what is held back, and its "
               "digest for --digest",
               work->sync.resource->resource_key);
  return FALSE;
}

/**
 * sync_command_agree:
 *
 * Arguments: tenant, resource, digest, binding, yes. Shows what was held back: meetings of ours by
 * reference, foreign appointments by their times alone; with yes and the digest of what was shown the next
 * run takes just these away, within a day. Whatever else disappears is judged anew.
 *
 * Result: reason, held_back_since, meetings_gone of meetings_known, appointments_gone of
 * appointments_known, digest, our_meetings, appointments.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND when nothing is held back; PLANNER_ERROR_NOT_VALID for yes without a digest;
 * PLANNER_ERROR_STATE_CHANGED when something else is held back than what it was shown for.
 */
gboolean
sync_command_agree (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .sync = { .call = call } };
  const SyncBinding *binding;

  if (!sync_task_init (&work.sync, error))
    return FALSE;
  binding = find_guarded (&work, error);
  if (binding == NULL || !admin_get_text (call, "digest", &work.digest, error) ||
      !check_digest (&work, error))
    return FALSE;
  work.guard = sync_guard_find (call->session, binding->binding_id, error);
  return work.guard != NULL && show_guard (&work, binding, error) &&
         (work.digest == NULL || admin_write (call, write_agreement, &work, FALSE, error));
}
