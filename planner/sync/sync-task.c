/* SPDX-License-Identifier: EUPL-1.2 */
/* Finds the connections that a command is about, and shows, refuses and journals in one way for all commands. */
#include "sync/sync-task.h"

#include "base/error.h"
#include "calsync-remote.h"
#include "ops/service/admin-expand.h"
#include "sync/sync-lock.h"

static const char *const directions[] = { "in", "out", "both" };

static gboolean
find_resource (SyncTask *work, GError **error)
{
  const char *key = NULL;
  gint64 unit_id = 0;

  if (!admin_get_text (work->call, "resource", &key, error))
    return FALSE;
  if (key != NULL)
    {
      work->resource = admin_catalogue_find_resource (work->names, key, error);
      if (work->resource == NULL)
        return FALSE;
      if (work->resource->unit_ids->len > 0)
        unit_id = g_array_index (work->resource->unit_ids, gint64, 0);
    }
  work->zone = admin_zone_of (work->names->units, unit_id);
  return TRUE;
}

/**
 * sync_task_init:
 * @work: its call is set
 *
 * Arguments: tenant, resource.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND.
 */
gboolean
sync_task_init (SyncTask *work, GError **error)
{
  work->names = admin_catalogue_load (work->call, error);
  if (work->names == NULL || !find_resource (work, error))
    return FALSE;
  work->bindings =
    sync_binding_store_list (work->call->session, work->names->tenant->tenant_id,
                             work->resource == NULL ? 0 : work->resource->resource_id, error);
  return work->bindings != NULL;
}

/**
 * sync_task_clear:
 */
void
sync_task_clear (SyncTask *work)
{
  g_clear_pointer (&work->bindings, g_ptr_array_unref);
  g_clear_pointer (&work->names, admin_catalogue_free);
}

/**
 * sync_task_find:
 *
 * Returns: (nullable): borrowed
 */
SyncBinding *
sync_task_find (const SyncTask *work, gint64 binding_id)
{
  for (guint i = 0; i < work->bindings->len; i++)
    {
      SyncBinding *binding = work->bindings->pdata[i];
      if (binding->binding_id == binding_id)
        return binding;
    }
  return NULL;
}

/**
 * sync_task_owner:
 *
 * Returns: the advisor or room that the binding is of; borrowed.
 */
const ResourceRecord *
sync_task_owner (const SyncTask *work, const SyncBinding *binding)
{
  return admin_catalogue_get_resource (work->names, binding->resource_id);
}

static const char *
name_of (const SyncTask *work)
{
  return work->resource == NULL ? "the municipality" : work->resource->resource_key;
}

/**
 * sync_task_need_some:
 *
 * Arguments: binding.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND when no connection is left.
 */
gboolean
sync_task_need_some (SyncTask *work, GError **error)
{
  gint64 wanted = admin_get_integer (work->call, "binding", 0);

  for (guint i = work->bindings->len; wanted != 0 && i > 0; i--)
    if (((SyncBinding *) work->bindings->pdata[i - 1])->binding_id != wanted)
      g_ptr_array_remove_index (work->bindings, i - 1);
  if (work->bindings->len > 0)
    return TRUE;
  if (wanted != 0)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                 "%s has no connection %" G_GINT64_FORMAT ": plannerctl sync status names them",
                 name_of (work), wanted);
  else
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                 "%s has no calendar connected: plannerctl sync connect does that", name_of (work));
  return FALSE;
}

/**
 * sync_task_need_one:
 *
 * Arguments: binding.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND; PLANNER_ERROR_NOT_VALID when there are several and none is named.
 *
 * Returns: (nullable): borrowed
 */
SyncBinding *
sync_task_need_one (SyncTask *work, GError **error)
{
  g_autoptr (GString) numbers = g_string_new (NULL);

  if (!sync_task_need_some (work, error))
    return NULL;
  if (work->bindings->len == 1)
    return work->bindings->pdata[0];
  for (guint i = 0; i < work->bindings->len; i++)
    g_string_append_printf (numbers, "%s%" G_GINT64_FORMAT, i == 0 ? "" : ", ",
                            ((SyncBinding *) work->bindings->pdata[i])->binding_id);
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
               "%s has %u calendars connected: name one with --binding, of %s", name_of (work),
               work->bindings->len, numbers->str);
  return NULL;
}

/**
 * sync_task_hold:
 *
 * What is changed under a run would be overwritten by what it read before.
 */
gboolean
sync_task_hold (gint64 binding_id, GError **error)
{
  if (sync_lock_take (binding_id))
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_BUSY,
                       "a run of this calendar is under way: again in a moment");
  return FALSE;
}

/**
 * sync_direction_format:
 * @direction: 1 to 3
 */
const char *
sync_direction_format (gint64 direction)
{
  return directions[CLAMP (direction, 1, 3) - 1];
}

/**
 * sync_direction_parse:
 * @word: (nullable)
 *
 * Returns: 1 to 3; 0 when it is none of the words.
 */
gint64
sync_direction_parse (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (directions); i++)
    if (g_strcmp0 (word, directions[i]) == 0)
      return i + 1;
  return 0;
}

/**
 * sync_binding_to_json:
 *
 * Returns: (transfer full): what an admin decided about it. Names of secrets, no secret.
 */
JsonObject *
sync_binding_to_json (const SyncTask *work, const SyncBinding *binding)
{
  const ResourceRecord *owner = sync_task_owner (work, binding);
  JsonObject *object = json_object_new ();

  if (binding->binding_id != 0)
    json_object_set_int_member (object, "binding", binding->binding_id);
  admin_set_text (object, "resource", owner == NULL ? NULL : owner->resource_key);
  admin_set_text (object, "url", binding->url);
  admin_set_text (object, "auth", binding->auth);
  admin_set_text (object, "user", binding->user_name);
  admin_set_text (object, "secret", binding->secret);
  admin_set_text (object, "certificate", binding->certificate);
  json_object_set_string_member (object, "direction", sync_direction_format (binding->direction));
  if (binding->limit_minutes != 0)
    json_object_set_int_member (object, "limit_minutes", binding->limit_minutes);
  json_object_set_string_member (object, "state", sync_binding_state_format (binding->state));
  admin_set_text (object, "why", binding->why);
  return object;
}

/**
 * sync_task_journal:
 * @change: its tenant is filled in here
 */
gboolean
sync_task_journal (const SyncTask *work,
                   StoreSession *session,
                   const AdminRecordChange *change,
                   GError **error)
{
  AdminRecordChange whole = *change;

  whole.tenant_id = work->names->tenant->tenant_id;
  return admin_rows_journal (work->call, session, &whole, error);
}

/**
 * sync_task_invalidate:
 *
 * Until it is laid out anew, nothing of the resource is offered. Writer only.
 */
gboolean
sync_task_invalidate (const SyncTask *work,
                      StoreSession *session,
                      gint64 resource_id,
                      GError **error)
{
  return expansion_invalidate (session, work->names->tenant->tenant_id, resource_id, error);
}

/**
 * sync_task_lay_out:
 *
 * All of it, for objects changed behind the back of those who lay out. Writer only.
 */
gboolean
sync_task_lay_out (const SyncTask *work, StoreSession *session, gint64 resource_id, GError **error)
{
  const ResourceRecord *resource = admin_catalogue_get_resource (work->names, resource_id);

  return resource == NULL || (sync_task_invalidate (work, session, resource_id, error) &&
                              admin_expand_resource (work->call, session, resource, error));
}

/* By remedy: what another try may cure is unavailable; the rest wants a person. */
static PlannerError
code_of (gint code)
{
  switch (code)
    {
    case CALSYNC_REMOTE_ERROR_DENIED:
    case CALSYNC_REMOTE_ERROR_FORBIDDEN:
      return PLANNER_ERROR_ACCESS_DENIED;
    case CALSYNC_REMOTE_ERROR_GONE:
      return PLANNER_ERROR_NOT_FOUND;
    case CALSYNC_REMOTE_ERROR_CHANGED:
      return PLANNER_ERROR_CONFLICT;
    case CALSYNC_REMOTE_ERROR_REFUSED:
    case CALSYNC_REMOTE_ERROR_UNTRUSTED:
    case CALSYNC_REMOTE_ERROR_ASTRAY:
      return PLANNER_ERROR_NOT_VALID;
    case CALSYNC_REMOTE_ERROR_CURSOR:
    case CALSYNC_REMOTE_ERROR_FULL:
    case CALSYNC_REMOTE_ERROR_BUSY:
    case CALSYNC_REMOTE_ERROR_FAILED:
    case CALSYNC_REMOTE_ERROR_UNREACHABLE:
    case CALSYNC_REMOTE_ERROR_NONSENSE:
    case CALSYNC_REMOTE_ERROR_TOO_LARGE:
    case CALSYNC_REMOTE_ERROR_CANCELLED:
    default:
      return PLANNER_ERROR_UNAVAILABLE;
    }
}

/**
 * sync_error_take:
 * @remote: (transfer full): of any domain
 *
 * Sets @error: of a calendar's server by remedy, with the error's word before its sentence; any other as it is.
 */
void
sync_error_take (GError **error, GError *remote)
{
  if (remote->domain != CALSYNC_REMOTE_ERROR)
    {
      g_propagate_error (error, remote);
      return;
    }
  g_set_error (error, PLANNER_ERROR, code_of (remote->code), "%s: %s",
               calsync_remote_error_format (remote->code), remote->message);
  g_error_free (remote);
}
