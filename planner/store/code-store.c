/* SPDX-License-Identifier: EUPL-1.2 */
/* Puts, removes and lists codes of a municipality. */
#include "store/code-store.h"

/**
 * code_record_free:
 */
void
code_record_free (CodeRecord *code)
{
  if (code == NULL)
    return;
  g_free (code->list);
  g_free (code->name);
  g_free (code);
}

/**
 * code_put:
 * @code: tenant, list, code and first date decide which one it is
 *
 * Writer only.
 */
gboolean
code_put (StoreSession *session, const CodeRecord *code, PutOutcome *out_outcome, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_CODE_FIND, "isii", code->tenant_id, code->list,
                    code->code, code->valid_from_date))
    return FALSE;
  step = store_step (&query, error);
  store_query_end (&query);
  if (step == STORE_FAILED ||
      !store_run (session, error, SQL_CODE_PUT, "isiiis", code->tenant_id, code->list, code->code,
                  code->valid_from_date, code->valid_until_date, code->name))
    return FALSE;
  *out_outcome = put_outcome_of (step == STORE_ROW, store_n_changed (session));
  return TRUE;
}

/**
 * code_remove:
 *
 * Removes the row of that tenant, list, code and first date; one that is not there is no error.
 * Writer only.
 */
gboolean
code_remove (StoreSession *session, const CodeRecord *code, GError **error)
{
  return store_run (session, error, SQL_CODE_REMOVE, "isii", code->tenant_id, code->list,
                    code->code, code->valid_from_date);
}

/**
 * code_store_list:
 *
 * Returns: (transfer full): the tenant's own codes; NULL with @error set.
 */
GPtrArray *
code_store_list (StoreSession *session, gint64 tenant_id, GError **error)
{
  g_autoptr (GPtrArray) codes = g_ptr_array_new_with_free_func ((GDestroyNotify) code_record_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_CODE_LIST, "i", tenant_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      CodeRecord *code = g_new0 (CodeRecord, 1);
      code->tenant_id = tenant_id;
      code->list = g_strdup (store_text (&query, 0));
      code->code = store_int (&query, 1);
      code->valid_from_date = store_int (&query, 2);
      code->valid_until_date = store_int (&query, 3);
      code->name = g_strdup (store_text (&query, 4));
      g_ptr_array_add (codes, code);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&codes);
}
