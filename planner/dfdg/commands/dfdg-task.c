/* SPDX-License-Identifier: EUPL-1.2 */
/* Finds the municipality and its way to DFDG, and shows rows without their citizens. */
#include "dfdg/commands/dfdg-task.h"

#include "base/error.h"

#define ZONE "Europe/Copenhagen"
/* DFDG's have six digits; what has more may be a citizen's number that stands where a type should. */
#define MAX_ENTITY_TYPE 9999999
#define MINUTE_US       (60 * (gint64) G_USEC_PER_SEC)

static const char *const url_keys[DFDG_N_SERVICES] = {
  [DFDG_SERVICE_INDKALDELSE] = "indkaldelse-url",
  [DFDG_SERVICE_ABONNEMENT] = "abonnement-url",
  [DFDG_SERVICE_WSRM] = "wsrm-url",
  [DFDG_SERVICE_FRIST] = "frist-url",
  [DFDG_SERVICE_VISITERING] = "visitering-url",
  [DFDG_SERVICE_BESKED] = "besked-url",
  [DFDG_SERVICE_KODELISTE] = "kodeliste-url",
};

/**
 * dfdg_task_init_of:
 * @tenant: (transfer full)
 */
gboolean
dfdg_task_init_of (DfdgTask *task, AdminCall *call, TenantRecord *tenant, GError **error)
{
  task->call = call;
  task->tenant = tenant;
  task->settings = dfdg_settings_dup_current (tenant->tenant_key);
  task->zone = calsync_zone_lookup (ZONE, error);
  return task->zone != NULL;
}

/**
 * dfdg_task_init:
 *
 * Errors: PLANNER_ERROR_NOT_FOUND, PLANNER_ERROR_NOT_VALID when nobody says which of several tenants.
 */
gboolean
dfdg_task_init (DfdgTask *task, AdminCall *call, GError **error)
{
  TenantRecord *tenant = admin_load_tenant (call, call->session, error);

  return tenant != NULL && dfdg_task_init_of (task, call, tenant, error);
}

/**
 * dfdg_task_clear:
 */
void
dfdg_task_clear (DfdgTask *task)
{
  g_clear_pointer (&task->tenant, tenant_record_free);
  g_clear_pointer (&task->settings, dfdg_settings_unref);
}

/**
 * dfdg_task_need_service:
 *
 * Errors: PLANNER_ERROR_NOT_VALID.
 */
gboolean
dfdg_task_need_service (const DfdgTask *task, DfdgService service, GError **error)
{
  if (task->settings == NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                 "%s does not talk with DFDG: the configuration has no group [dfdg-client %s]",
                 task->tenant->tenant_key, task->tenant->tenant_key);
  else if (dfdg_settings_get_url (task->settings, service) == NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                 "[dfdg-client %s] has no %s: set it, then reload plannerd",
                 task->tenant->tenant_key, url_keys[service]);
  else
    return TRUE;
  return FALSE;
}

/**
 * dfdg_task_errand:
 */
DfdgErrandWork
dfdg_task_errand (const DfdgTask *task)
{
  const AdminCall *call = task->call;

  return (DfdgErrandWork){ .settings = task->settings,
                           .tenant_id = task->tenant->tenant_id,
                           .session = call->session,
                           .runner = call->runner,
                           .now_us = call->now_us,
                           .actor = call->actor,
                           .call_id = call->call_id,
                           .cancellable = call->cancellable };
}

/**
 * dfdg_task_set_age:
 */
void
dfdg_task_set_age (const DfdgTask *task, JsonObject *object, const char *member, gint64 then_us)
{
  gint64 minutes = MAX (task->call->now_us - then_us, 0) / MINUTE_US;
  g_autofree char *text = NULL;

  if (then_us == 0)
    return;
  text = minutes < 120       ? g_strdup_printf ("%d min", (int) minutes)
         : minutes < 48 * 60 ? g_strdup_printf ("%d h", (int) (minutes / 60))
                             : g_strdup_printf ("%d d", (int) (minutes / 60 / 24));
  json_object_set_string_member (object, member, text);
}

static void
set_maybe_time (const DfdgTask *task, JsonObject *object, const char *member, gint64 at_us)
{
  if (at_us != 0)
    admin_set_time (object, member, task->zone, at_us);
}

/**
 * dfdg_task_change_to_json:
 */
JsonObject *
dfdg_task_change_to_json (const DfdgTask *task, const OutboxItem *item)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "change", item->outbox_id);
  json_object_set_string_member (object, "kind", item->kind);
  json_object_set_string_member (object, "booking", item->subject);
  json_object_set_string_member (object, "state", outbox_state_to_text (item->state));
  json_object_set_int_member (object, "attempts", item->attempts);
  set_maybe_time (task, object, "added", item->added_us);
  dfdg_task_set_age (task, object, "age", item->added_us);
  set_maybe_time (task, object, "last_try", item->last_try_us);
  if (item->state == OUTBOX_WAITING && item->not_before_us > task->call->now_us)
    admin_set_time (object, "next_try", task->zone, item->not_before_us);
  admin_set_text (object, "reason", item->reason);
  return object;
}

static const char *
change_name (int change_type)
{
  static const char *const names[] = { "unknown", "made", "changed", "gone" };

  return names[change_type > 0 && change_type < (int) G_N_ELEMENTS (names) ? change_type : 0];
}

/**
 * dfdg_task_event_to_json:
 */
JsonObject *
dfdg_task_event_to_json (const DfdgTask *task, const DfdgEvent *event)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "event", event->event_id);
  json_object_set_string_member (object, "message", event->message_id);
  json_object_set_string_member (object, "carrier", dfdg_carrier_to_text (event->carrier));
  json_object_set_string_member (
    object, "about",
    task->settings == NULL ? "unknown" : dfdg_entity_name (task->settings, event->entity_type));
  if (event->entity_type <= MAX_ENTITY_TYPE)
    json_object_set_int_member (object, "entity_type", event->entity_type);
  json_object_set_string_member (object, "kind", change_name (event->change_type));
  admin_set_text (object, "booking", event->external_id);
  json_object_set_string_member (object, "state", dfdg_event_state_to_text (event->state));
  set_maybe_time (task, object, "happened", event->event_us);
  set_maybe_time (task, object, "received", event->received_us);
  dfdg_task_set_age (task, object, "age", event->received_us);
  json_object_set_int_member (object, "attempts", event->attempts);
  if (event->state == DFDG_EVENT_NEW && event->not_before_us > task->call->now_us)
    admin_set_time (object, "next_try", task->zone, event->not_before_us);
  admin_set_text (object, "reason", event->reason);
  return object;
}

/**
 * dfdg_task_watch_to_json:
 */
JsonObject *
dfdg_task_watch_to_json (const DfdgTask *task, const EchoWatch *watch)
{
  gint64 limit_us =
    (task->settings == NULL ? 0 : task->settings->client->echo_limit_min) * MINUTE_US;
  gboolean is_overdue = task->call->now_us - watch->added_us >= limit_us;
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "booking", watch->subject);
  json_object_set_string_member (object, "state",
                                 watch->is_flagged ? "flagged"
                                 : is_overdue      ? "overdue"
                                                   : "waiting");
  set_maybe_time (task, object, "asked", watch->added_us);
  dfdg_task_set_age (task, object, "age", watch->added_us);
  json_object_set_int_member (object, "attempts", watch->attempts);
  if (!watch->is_flagged && watch->not_before_us > task->call->now_us)
    admin_set_time (object, "next_try", task->zone, watch->not_before_us);
  admin_set_text (object, "reason", watch->reason);
  return object;
}

/**
 * dfdg_task_journal:
 */
gboolean
dfdg_task_journal (const DfdgTask *task,
                   StoreSession *session,
                   const AdminRecordChange *change,
                   GError **error)
{
  AdminRecordChange row = *change;

  row.tenant_id = task->tenant->tenant_id;
  return admin_rows_journal (task->call, session, &row, error);
}
