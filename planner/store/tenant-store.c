/* SPDX-License-Identifier: EUPL-1.2 */
/* Puts and lists tenants. */
#include "store/tenant-store.h"

/**
 * tenant_record_free:
 */
void
tenant_record_free (TenantRecord *tenant)
{
  if (tenant == NULL)
    return;
  g_free (tenant->tenant_key);
  g_free (tenant->name);
  g_free (tenant);
}

static gboolean
find_id (StoreSession *session, const char *tenant_key, gint64 *out_id, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_TENANT_BY_KEY, "s", tenant_key))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_FAILED)
    return FALSE;
  *out_id = step == STORE_ROW ? store_int (&query, 0) : 0;
  return TRUE;
}

/**
 * tenant_put:
 * @tenant: its key decides which one it is; its id is filled in
 *
 * Writer only.
 */
gboolean
tenant_put (StoreSession *session, TenantRecord *tenant, PutOutcome *out_outcome, GError **error)
{
  gint64 old_id = 0;

  if (!find_id (session, tenant->tenant_key, &old_id, error) ||
      !store_run (session, error, SQL_TENANT_PUT, "ss", tenant->tenant_key, tenant->name))
    return FALSE;
  *out_outcome = put_outcome_of (old_id, store_n_changed (session));
  tenant->tenant_id = old_id != 0 ? old_id : store_last_id (session);
  return TRUE;
}

/**
 * tenant_list:
 *
 * Returns: (transfer full) (element-type TenantRecord): all of them by key; NULL with @error set.
 */
GPtrArray *
tenant_list (StoreSession *session, GError **error)
{
  g_autoptr (GPtrArray) tenants =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tenant_record_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_TENANT_LIST, ""))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      TenantRecord *tenant = g_new0 (TenantRecord, 1);
      tenant->tenant_id = store_int (&query, 0);
      tenant->tenant_key = g_strdup (store_text (&query, 1));
      tenant->name = g_strdup (store_text (&query, 2));
      g_ptr_array_add (tenants, tenant);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&tenants);
}
