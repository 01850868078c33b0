/* SPDX-License-Identifier: EUPL-1.2 */
/* Makes a tenant; the database itself is made by whoever opens it. */
#include "ops/commands/records/admin-create.h"

#include <string.h>

#include "base/error.h"
#include "store/claim-store.h"

/* clang-format off */
const AdminArgument admin_create_arguments[] = {
  { "tenant", ADMIN_TEXT, ADMIN_OPTION, "KEY", "make a municipality of this key: letters, digits, hyphens", .option = "key" },
  { "name", ADMIN_TEXT, ADMIN_OPTION, "NAME", "the municipality's name (its key)" },
  { NULL },
};
/* clang-format on */

typedef struct
{
  TenantRecord tenant;
  PutOutcome outcome;
} Creation;

static gboolean
write_tenant (StoreSession *session, gpointer data, GError **error)
{
  Creation *creation = data;
  Change change = { .kind = CHANGE_CATALOGUE };

  if (!tenant_put (session, &creation->tenant, &creation->outcome, error))
    return FALSE;
  change.tenant_id = creation->tenant.tenant_id;
  return creation->outcome == PUT_SAME || change_store_add (session, &change, error);
}

static gboolean
is_key (const char *key)
{
  for (const char *at = key; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && *at != '-')
      return FALSE;
  return strlen (key) <= 64;
}

/**
 * admin_create:
 *
 * Arguments: tenant (letters, digits, hyphens), name (the key, when missing). Without tenant nothing
 * is made.
 */
gboolean
admin_create (AdminCall *call, GError **error)
{
  static const char *const words[] = { "same", "added", "changed" };
  Creation creation = { 0 };
  const char *key = NULL;
  const char *name = NULL;

  if (!admin_get_text (call, "tenant", &key, error) || !admin_get_text (call, "name", &name, error))
    return FALSE;
  json_object_set_int_member (call->result, "schema", store_schema_version (call->session));
  if (key == NULL)
    return TRUE;
  if (!is_key (key))
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                           "tenant must be letters, digits and hyphens, at most 64");
      return FALSE;
    }
  creation.tenant.tenant_key = (char *) key;
  creation.tenant.name = (char *) (name == NULL ? key : name);
  if (!call->runner.run_write (call->runner.runner, write_tenant, &creation, error))
    return FALSE;
  json_object_set_string_member (call->result, "tenant", key);
  json_object_set_string_member (call->result, "outcome", words[creation.outcome]);
  return TRUE;
}
