/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs admin commands, and what their functions share: arguments and the tenant. */
#include "ops/admin/admin.h"

#include "base/error.h"
#include "ops/admin/admin-mask.h"
#include "store/journal-store.h"

static gboolean
run_write (gpointer runner, AdminWrite write, gpointer data, GError **error)
{
  StoreSession *session = runner;

  if (!store_begin (session, STORE_WRITE, error))
    return FALSE;
  if (write (session, data, error) && journal_store_seal (session, error) &&
      store_commit (session, error))
    {
      store_checkpoint (session);
      return TRUE;
    }
  store_rollback (session);
  return FALSE;
}

/**
 * admin_runner_direct:
 * @session: a writing session outside a transaction; the database lock is the caller's
 *
 * Returns: a runner that writes on @session, one transaction a write.
 */
AdminRunner
admin_runner_direct (StoreSession *session)
{
  return (AdminRunner){ run_write, session };
}

/* A runner that undoes what it ran: is_done tells its own refusal from a real one. */
typedef struct
{
  AdminRunner inner;
  AdminWrite write;
  gpointer data;
  gboolean is_done;
} DryRunner;

static gboolean
write_and_refuse (StoreSession *session, gpointer data, GError **error)
{
  DryRunner *dry = data;

  dry->is_done = FALSE;
  if (!dry->write (session, dry->data, error))
    return FALSE;
  dry->is_done = TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "a dry run writes nothing");
  return FALSE;
}

static gboolean
run_dry_write (gpointer runner, AdminWrite write, gpointer data, GError **error)
{
  DryRunner *dry = runner;
  g_autoptr (GError) local_error = NULL;

  dry->write = write;
  dry->data = data;
  if (!dry->inner.run_write (dry->inner.runner, write_and_refuse, dry, &local_error) &&
      dry->is_done)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
run_dry (const AdminCommand *command, AdminCall *call, GError **error)
{
  DryRunner dry = { .inner = call->runner };
  gboolean ok;

  call->runner = (AdminRunner){ run_dry_write, &dry };
  json_object_set_boolean_member (call->result, "dry_run", TRUE);
  ok = command->function (call, error);
  call->runner = dry.inner;
  return ok;
}

static gboolean
run_checked (const AdminCommand *command, AdminCall *call, GError **error)
{
  gboolean ok;

  if (!admin_check_arguments (command, call->arguments, error))
    return FALSE;
  if (command->is_dry_by_default && !admin_get_flag (call, "yes"))
    return run_dry (command, call, error);
  if (command->access == STORE_WRITE || command->is_local)
    return command->function (call, error);
  if (!store_begin (call->session, STORE_READ, error))
    return FALSE;
  ok = command->function (call, error);
  store_rollback (call->session);
  return ok;
}

/**
 * admin_run:
 *
 * Checks the arguments and runs one command; a reading one sees a single picture of the database.
 * Of a command that is dry by default, every write is run and undone unless the argument yes is
 * there: the counts of a dry run are those of the real one. What looks like a citizen's number is
 * masked in result and error, but where the command is there to show it. Worker thread or the
 * command-line program; blocks.
 *
 * Errors: as the command's; PLANNER_ERROR_NOT_VALID for bad arguments.
 */
gboolean
admin_run (const AdminCommand *command, AdminCall *call, GError **error)
{
  GError *local_error = NULL;
  gboolean ok = run_checked (command, call, &local_error);

  if (!command->shows_citizen && call->result != NULL)
    admin_mask (call->result);
  admin_mask_error (local_error);
  if (local_error != NULL)
    g_propagate_error (error, local_error);
  return ok;
}

/**
 * admin_progress:
 * @what: a word for what is counted
 * @n_all: 0 when that is not known
 *
 * Tells whoever waits how far the command is; cheap enough for every row.
 */
void
admin_progress (AdminCall *call, const char *what, guint64 n_done, guint64 n_all)
{
  if (call->progress != NULL)
    call->progress (call->progress_data, what, n_done, n_all);
}

/**
 * admin_exit_code:
 * @error: (nullable)
 *
 * Returns: the exit code of plannerctl: 0 done, 1 refused or not found, 2 bad usage, 3 database busy
 *   or not to be had, 4 a fault of ours.
 */
int
admin_exit_code (const GError *error)
{
  if (error == NULL)
    return 0;
  if (error->domain == G_OPTION_ERROR)
    return 2;
  if (error->domain == G_IO_ERROR || error->domain == G_FILE_ERROR)
    return 3;
  if (error->domain != PLANNER_ERROR)
    return 4;
  switch (error->code)
    {
    case PLANNER_ERROR_BUSY:
    case PLANNER_ERROR_UNAVAILABLE:
      return 3;
    case PLANNER_ERROR_INTERNAL:
      return 4;
    default:
      return 1;
    }
}

/**
 * admin_get_text:
 * @out_text: (nullable): borrowed from the call; NULL when absent or empty
 *
 * Errors: PLANNER_ERROR_NOT_VALID when it is not text.
 */
gboolean
admin_get_text (AdminCall *call, const char *name, const char **out_text, GError **error)
{
  JsonNode *node = json_object_get_member (call->arguments, name);

  *out_text = NULL;
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s must be text", name);
      return FALSE;
    }
  if (*json_node_get_string (node) != '\0')
    *out_text = json_node_get_string (node);
  return TRUE;
}

/**
 * admin_need_text:
 *
 * As admin_get_text(), but absence is PLANNER_ERROR_NOT_VALID.
 */
gboolean
admin_need_text (AdminCall *call, const char *name, const char **out_text, GError **error)
{
  if (!admin_get_text (call, name, out_text, error))
    return FALSE;
  if (*out_text == NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s is missing", name);
  return *out_text != NULL;
}

/**
 * admin_get_integer:
 *
 * Returns: the argument; @fallback when it is absent. The row has checked its type and limits.
 */
gint64
admin_get_integer (AdminCall *call, const char *name, gint64 fallback)
{
  return json_object_get_int_member_with_default (call->arguments, name, fallback);
}

/**
 * admin_get_flag:
 *
 * Returns: TRUE only when the argument is there and true.
 */
gboolean
admin_get_flag (AdminCall *call, const char *name)
{
  JsonNode *node = json_object_get_member (call->arguments, name);
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
         json_node_get_value_type (node) == G_TYPE_BOOLEAN && json_node_get_boolean (node);
}

/**
 * admin_load_tenant:
 *
 * The tenant named by the argument tenant; without one, the only tenant there is.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND; PLANNER_ERROR_NOT_VALID when there are several and none is named.
 *
 * Returns: (transfer full)
 */
TenantRecord *
admin_load_tenant (AdminCall *call, StoreSession *session, GError **error)
{
  g_autoptr (GPtrArray) tenants = NULL;
  const char *key = NULL;

  if (!admin_get_text (call, "tenant", &key, error))
    return NULL;
  tenants = tenant_list (session, error);
  if (tenants == NULL)
    return NULL;
  if (key == NULL && tenants->len == 1)
    return g_ptr_array_steal_index (tenants, 0);
  for (guint i = 0; key != NULL && i < tenants->len; i++)
    if (g_str_equal (((TenantRecord *) g_ptr_array_index (tenants, i))->tenant_key, key))
      return g_ptr_array_steal_index (tenants, i);
  if (key != NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "no tenant %s", key);
  else if (tenants->len == 0)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                 "the database has no tenant yet: plannerctl create makes one");
  else
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                 "the database has several tenants: name one");
  return NULL;
}
