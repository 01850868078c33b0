/* SPDX-License-Identifier: EUPL-1.2 */
/* When something was read last, and who waits to be read of. */
#include "store/task-store.h"

/**
 * read_task_clear:
 */
void
read_task_clear (ReadTask *task)
{
  g_clear_pointer (&task->problem, g_free);
}

/**
 * task_store_find:
 * @out_task: all 0 when it was never tried
 */
gboolean
task_store_find (StoreSession *session,
                 gint64 tenant_id,
                 const char *name,
                 ReadTask *out_task,
                 GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_DFDG_TASK_FIND, "is", tenant_id, name))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_FAILED)
    return FALSE;
  *out_task = (ReadTask){ 0 };
  if (step == STORE_ROW)
    *out_task = (ReadTask){ .tried_us = store_int (&query, 0),
                            .done_us = store_int (&query, 1),
                            .n_failures = store_int (&query, 2),
                            .problem = g_strdup (store_text (&query, 3)) };
  return TRUE;
}

/**
 * task_store_put:
 */
gboolean
task_store_put (StoreSession *session,
                gint64 tenant_id,
                const char *name,
                const char *problem,
                gint64 now_us,
                GError **error)
{
  return store_run (session, error, problem == NULL ? SQL_DFDG_TASK_DONE : SQL_DFDG_TASK_FAILED,
                    "isis", tenant_id, name, now_us, problem);
}

/**
 * task_store_list_due_citizens:
 * @out_ids: (element-type gint64): appended to, by id
 *
 * One whose last try failed is tried again after minutes, later and later.
 */
gboolean
task_store_list_due_citizens (StoreSession *session,
                              const TaskDue *due,
                              GArray *out_ids,
                              GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_FUND_INTERVIEWS_DUE, "iiii", due->tenant_id,
                    due->now_us, due->before_us, (gint64) due->max_citizens))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      gint64 id = store_int (&query, 0);
      g_array_append_val (out_ids, id);
    }
  return step == STORE_END;
}
