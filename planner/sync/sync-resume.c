/* SPDX-License-Identifier: EUPL-1.2 */
/* Resumes one connection, and the others of an account that was refused: one of them is tried first (sync-agenda). */
#include "sync/sync-resume.h"

#include "store/sync-record-store.h"
#include "sync/sync-limits.h"

/**
 * sync_resume_is_denied:
 */
gboolean
sync_resume_is_denied (const SyncBinding *binding)
{
  return binding->state == SYNC_BINDING_PAUSED && g_strcmp0 (binding->why, SYNC_WHY_DENIED) == 0;
}

/**
 * sync_resume_set_state:
 * @why: (nullable): of a pause
 *
 * Writer only.
 */
gboolean
sync_resume_set_state (const SyncTask *work,
                       StoreSession *session,
                       const SyncBinding *before,
                       SyncBindingState state,
                       const char *why,
                       GError **error)
{
  g_autoptr (SyncBinding) after = NULL;
  g_autoptr (JsonObject) old = sync_binding_to_json (work, before);
  g_autoptr (JsonObject) new = NULL;
  const ResourceRecord *owner = sync_task_owner (work, before);
  AdminRecordChange change = { .kind =
                                 state == SYNC_BINDING_PAUSED ? "sync-paused" : "sync-resumed",
                               .subject = owner->resource_key,
                               .before = old };

  if (!sync_binding_store_set_state (session, before->binding_id, state, why, error))
    return FALSE;
  after = sync_binding_store_load (session, before->binding_id, error);
  if (after == NULL)
    return FALSE;
  new = sync_binding_to_json (work, after);
  change.after = new;
  return sync_task_journal (work, session, &change, error);
}

/* What was held back is held back still, unless somebody agreed. */
static gboolean
state_to_resume (StoreSession *session,
                 const SyncBinding *binding,
                 SyncBindingState *out_state,
                 GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (SyncGuard) guard = sync_guard_find (session, binding->binding_id, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  *out_state =
    guard != NULL && guard->agreed_until_us == 0 ? SYNC_BINDING_GUARDED : SYNC_BINDING_ACTIVE;
  return TRUE;
}

/**
 * sync_resume_begin_anew:
 *
 * What changed meanwhile is found by a full pass. Writer only.
 */
gboolean
sync_resume_begin_anew (StoreSession *session, gint64 binding_id, GError **error)
{
  g_autoptr (SyncBinding) fresh = sync_binding_store_load (session, binding_id, error);

  if (fresh == NULL)
    return FALSE;
  fresh->n_failures = 0;
  fresh->next_try_us = 0;
  return sync_binding_store_set_health (session, fresh, error) &&
         sync_binding_store_ask_full (session, binding_id, 0, error);
}

/**
 * sync_resume_one:
 * @out_state: (out): active, or guarded when something is held back; also of one that is not paused, which is left alone
 *
 * Writer only.
 */
gboolean
sync_resume_one (const SyncTask *work,
                 StoreSession *session,
                 const SyncBinding *binding,
                 SyncBindingState *out_state,
                 GError **error)
{
  if (!state_to_resume (session, binding, out_state, error))
    return FALSE;
  return binding->state != SYNC_BINDING_PAUSED ||
         (sync_resume_set_state (work, session, binding, *out_state, NULL, error) &&
          sync_resume_begin_anew (session, binding->binding_id, error));
}

static gboolean
is_like (const SyncBinding *binding, const SyncBinding *like)
{
  g_autofree char *account =
    sync_limits_dup_account (binding->url, binding->user_name, binding->secret);
  g_autofree char *other = sync_limits_dup_account (like->url, like->user_name, like->secret);

  return binding->binding_id != like->binding_id && account != NULL &&
         g_strcmp0 (account, other) == 0 && g_strcmp0 (binding->secret, like->secret) == 0;
}

/**
 * sync_resume_account:
 * @like: one that goes on, as it is from now on
 *
 * The same name at the same server with the same secret: what was put right for one is right for all. What a
 * person has paused stays paused. Writer only.
 *
 * Returns: (transfer full) (element-type SyncBinding): what was resumed with it
 */
GPtrArray *
sync_resume_account (const SyncTask *work,
                     StoreSession *session,
                     const SyncBinding *like,
                     GError **error)
{
  g_autoptr (GPtrArray) all =
    sync_binding_store_list (session, work->names->tenant->tenant_id, 0, error);
  SyncBindingState state;

  for (guint i = all == NULL ? 0 : all->len; i > 0; i--)
    {
      const SyncBinding *binding = all->pdata[i - 1];

      if (!sync_resume_is_denied (binding) || !is_like (binding, like))
        g_ptr_array_remove_index (all, i - 1);
      else if (!sync_resume_one (work, session, binding, &state, error))
        return NULL;
    }
  return g_steal_pointer (&all);
}
