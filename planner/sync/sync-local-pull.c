/* SPDX-License-Identifier: EUPL-1.2 */
/* Takes over what a pull found, in short writes: others' items, ours with links and conflicts, and the cursor last. */
#include "base/clock.h"
#include "base/error.h"
#include "ops/facts/expansion.h"
#include "store/claim-store.h"
#include "sync/sync-local-private.h"

/* The next full pass is a day away, give or take two hours, so that not all calendars have theirs at once. */
#define FULL_HOURS   22
#define SPREAD_HOURS 4

/* One commit. Each write begins at @first and says in @n_done how far it came, first among others' items, then among
 * the shares. */
typedef struct
{
  SyncLocal *local;
  const CalsyncPull *pull;
  GPtrArray *others; /* (element-type SyncPrepared): others' items */
  GPtrArray *own;    /* (element-type SyncPrepared): until they are shared out */
  GPtrArray *shares; /* (element-type SyncShare): ours with links and conflicts */
  guint first;
  guint n_done;
  gboolean is_finished;
  gboolean saw_gone;
} Commit;

static void
commit_clear (Commit *commit)
{
  g_clear_pointer (&commit->others, g_ptr_array_unref);
  g_clear_pointer (&commit->own, g_ptr_array_unref);
  g_clear_pointer (&commit->shares, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Commit, commit_clear)

/* Ours go with their links: also one of ours that is gone. */
static gboolean
is_ours (const SyncLocal *local,
         const CalsyncFound *found,
         gboolean *out_is_ours,
         char **out_reference,
         GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (SyncItem) item = NULL;

  *out_is_ours = found->key != NULL || found->reference != NULL;
  *out_reference = g_strdup (found->reference);
  if (found->reference != NULL || (!*out_is_ours && !found->is_gone))
    return TRUE;
  item = sync_item_store_find (local->place->session, local->binding->binding_id, found->key_hash,
                               &local_error);
  *out_is_ours |= item != NULL && item->is_own;
  *out_reference = item == NULL ? NULL : g_strdup (item->reference);
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
prepare (Commit *commit, GError **error)
{
  SyncLocal *local = commit->local;
  g_autoptr (GPtrArray) meetings = sync_local_list_meetings (local, local->place->session, error);

  for (guint i = 0; meetings != NULL && i < commit->pull->found->len; i++)
    {
      const CalsyncFound *found = commit->pull->found->pdata[i];
      SyncPrepared *prepared = sync_prepared_new (local, found, meetings);
      gboolean goes_last = FALSE;

      if (!is_ours (local, found, &goes_last, &prepared->reference, error))
        {
          sync_prepared_free (prepared);
          return FALSE;
        }
      g_ptr_array_add (goes_last ? commit->own : commit->others, prepared);
    }
  return meetings != NULL;
}

static gboolean
commit_init (Commit *commit, GError **error)
{
  gboolean is_own = FALSE;
  gboolean ok = TRUE;

  commit->others = g_ptr_array_new_with_free_func ((GDestroyNotify) sync_prepared_free);
  commit->own = g_ptr_array_new_with_free_func ((GDestroyNotify) sync_prepared_free);
  if (commit->pull->found->len > 0)
    {
      if (!sync_local_begin (commit->local, &is_own, error))
        return FALSE;
      ok = prepare (commit, error);
      sync_local_end (commit->local, is_own);
    }
  if (ok)
    commit->shares = sync_shares_new (commit->pull, commit->own);
  return ok;
}

/* One of others' items, or one share. */
static gboolean
write_one (Commit *commit, StoreSession *session, guint index, Period *touched, GError **error)
{
  const GPtrArray *others = commit->others;
  gboolean was_coming = FALSE;

  if (index >= others->len)
    return sync_share_write (commit->local, session, commit->shares->pdata[index - others->len],
                             touched, &commit->saw_gone, error);
  if (!sync_item_write (commit->local, session, others->pdata[index], touched, &was_coming, error))
    return FALSE;
  commit->saw_gone |= was_coming;
  return TRUE;
}

static gboolean
write_until (Commit *commit, StoreSession *session, gint64 until_us, GError **error)
{
  guint n_all = commit->others->len + commit->shares->len;
  Period touched = { 0, 0 };

  commit->n_done = 0;
  for (guint i = commit->first; i < n_all; i++)
    {
      if (i > commit->first && clock_monotonic_us () > until_us)
        break;
      if (!write_one (commit, session, i, &touched, error))
        return FALSE;
      commit->n_done++;
    }
  return sync_local_tell_index (commit->local, session, touched, error);
}

static gint64
fresh_limit_us (const SyncLocal *local)
{
  gint64 minutes =
    local->binding->limit_minutes != 0 ? local->binding->limit_minutes : local->rules.fresh_minutes;

  return minutes != 0 ? minutes * 60 * G_USEC_PER_SEC : local->place->fresh_us;
}

static gboolean
reads_time (const SyncLocal *local)
{
  return (local->binding->direction & CALSYNC_DIRECTION_IN) != 0;
}

/* Quiet is free: written only when more than a quarter of the limit is gone, or when the limit was lowered. */
static gboolean
needs_freshness (const SyncLocal *local)
{
  gint64 left_us = local->binding->fresh_until_us - local->now_us;

  return reads_time (local) && !local->is_held &&
         (left_us * 4 < fresh_limit_us (local) * 3 || left_us > fresh_limit_us (local));
}

static gint64
next_full_us (const SyncLocal *local)
{
  gint64 spread = local->binding->binding_id * 7919 % (SPREAD_HOURS * 60);

  return local->now_us + FULL_HOURS * SYNC_HOUR_US + spread * SYNC_HOUR_US / 60;
}

static gboolean
is_quiet (const CalsyncPull *pull)
{
  return pull->found->len == 0 && pull->links->len == 0 && pull->conflicts->len == 0 &&
         pull->cursor == NULL && !pull->was_full;
}

/* Everything that disappeared has come back, or was agreed to. */
static gboolean
leave_guard (const SyncLocal *local, StoreSession *session, GError **error)
{
  gint64 binding_id = local->binding->binding_id;
  SyncBindingState state;

  if (!sync_guard_clear (session, binding_id, error) ||
      !sync_local_find_state (local, session, &state, error))
    return FALSE;
  return state != SYNC_BINDING_GUARDED ||
         sync_binding_store_set_state (session, binding_id, SYNC_BINDING_ACTIVE, NULL, error);
}

/* Nothing of it was laid out before it was bound: it may be trusted as far as whatever was laid out since. */
static gboolean
trust_first (const SyncLocal *local, StoreSession *session, GError **error)
{
  const SyncBinding *binding = local->binding;
  Change change = { .tenant_id = binding->tenant_id,
                    .kind = CHANGE_RESOURCE,
                    .subject_id = binding->resource_id };

  return binding->pulled_us != 0 ||
         (calendar_set_expanded (session, binding->calendar_id,
                                 expansion_window (binding->created_us).end_us, error) &&
          change_store_add (session, &change, error));
}

/* The first run after a restore that may send: the question is answered. */
static gboolean
ends_looking (const SyncLocal *local)
{
  return local->binding->looks_first && !local->is_held;
}

static gboolean
write_end (const Commit *commit, StoreSession *session, SyncBinding *binding, GError **error)
{
  const SyncLocal *local = commit->local;
  const CalsyncPull *pull = commit->pull;

  if (!sync_binding_store_set_pulled (session, binding, error) ||
      (reads_time (local) && !local->is_held &&
       !sync_binding_store_set_fresh (session, binding, local->read_us + fresh_limit_us (local),
                                      error)))
    return FALSE;
  if (is_quiet (pull) && local->binding->pulled_us != 0 && !ends_looking (local))
    return TRUE;
  return trust_first (local, session, error) &&
         (local->is_held || leave_guard (local, session, error));
}

/* What was read of another address, or without looking for others' time, says nothing about what it is now. */
static gboolean
check_unchanged (const SyncLocal *local, StoreSession *session, GError **error)
{
  const SyncBinding *then = local->binding;
  g_autoptr (SyncBinding) now = sync_binding_store_load (session, then->binding_id, error);

  if (now == NULL)
    return FALSE;
  if (now->direction == then->direction && g_str_equal (now->url, then->url))
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_BUSY,
                       "the connection was changed while its calendar was read: again in a moment");
  return FALSE;
}

/* A server that forgets where we were costs three requests and all of its listing at each run; twice in a row, and the
 * listing alone is asked for, until the next full pass tries it once more. */
static void
count_lost (const SyncLocal *local, const CalsyncPull *pull, SyncBinding *binding)
{
  if (local->asks_feed)
    binding->n_lost = pull->was_full ? local->binding->n_lost + 1 : 0;
  else if (pull->was_full)
    binding->n_lost = MIN (local->binding->n_lost, SYNC_LOST_LIMIT - 1);
  if (!local->asks_feed || binding->n_lost < SYNC_LOST_LIMIT)
    return;
  binding->tier = CALSYNC_TIER_LISTING;
  binding->cursor = NULL;
}

/* It remembers: that is worth a write only when it had forgotten. */
static gboolean
has_remembered (const SyncLocal *local, const CalsyncPull *pull)
{
  return pull->is_last && local->asks_feed && !pull->was_full && local->binding->n_lost > 0;
}

static gboolean
write_last (Commit *commit, StoreSession *session, GError **error)
{
  const SyncLocal *local = commit->local;
  const CalsyncPull *pull = commit->pull;
  SyncBinding binding = *local->binding;

  if (commit->saw_gone &&
      !sync_binding_store_set_gone (session, binding.binding_id, local->now_us, error))
    return FALSE;
  if (pull->identity != NULL)
    binding.identity = (char *) pull->identity;
  if (pull->tier != CALSYNC_TIER_UNKNOWN)
    binding.tier = (gint64) pull->tier;
  if (!pull->is_last)
    return TRUE;
  if (!check_unchanged (local, session, error))
    return FALSE;
  if (pull->cursor != NULL)
    {
      binding.cursor = (char *) pull->cursor;
      binding.cursor_us = local->now_us;
    }
  binding.pulled_us = local->read_us;
  binding.looks_first = binding.looks_first && local->is_held;
  count_lost (local, pull, &binding);
  if (pull->was_full)
    binding.full_due_us = next_full_us (local);
  return write_end (commit, session, &binding, error);
}

/* AdminWrite: may be run again, and starts from where the one before ended. */
static gboolean
write_some (StoreSession *session, gpointer data, GError **error)
{
  Commit *commit = data;
  gint64 until_us = clock_monotonic_us () + SYNC_MAX_WRITE_US;

  commit->is_finished = FALSE;
  if (!sync_local_check_goes_on (commit->local, session, error) ||
      !write_until (commit, session, until_us, error))
    return FALSE;
  if (commit->first + commit->n_done < commit->others->len + commit->shares->len ||
      (commit->n_done > 0 && clock_monotonic_us () > until_us))
    return TRUE;
  commit->is_finished = TRUE;
  return write_last (commit, session, error);
}

/* What was written is what the next part of the pull starts from. */
static gboolean
reload (SyncLocal *local, GError **error)
{
  g_autoptr (SyncBinding) fresh = NULL;
  gboolean is_own = FALSE;

  if (!sync_local_begin (local, &is_own, error))
    return FALSE;
  fresh = sync_binding_store_load (local->place->session, local->binding->binding_id, error);
  sync_local_end (local, is_own);
  if (fresh == NULL)
    return FALSE;
  sync_binding_free (local->binding);
  local->binding = g_steal_pointer (&fresh);
  return TRUE;
}

static gboolean
store_pull (Commit *commit, GError **error)
{
  if (!commit_init (commit, error))
    return FALSE;
  while (!commit->is_finished)
    {
      if (!sync_local_write (commit->local, write_some, commit, error))
        return FALSE;
      commit->first += commit->n_done;
    }
  return reload (commit->local, error);
}

/**
 * sync_local_commit_pull:
 *
 * Others' items, and meetings of ours with their links and conflicts, are independent of each other: each is written
 * whole, as many at a time as the writer has time for. Cursor and freshness come last. Cut short between them, the
 * next run reads the same news, and finds known what was written.
 */
gboolean
sync_local_commit_pull (CalsyncLocal *port, const CalsyncPull *pull, GError **error)
{
  SyncLocal *local = (SyncLocal *) port;
  g_auto (Commit) commit = { .local = local, .pull = pull };

  local->now_us = clock_now_us ();
  if ((!is_quiet (pull) || (pull->is_last && (needs_freshness (local) || ends_looking (local))) ||
       has_remembered (local, pull)) &&
      !store_pull (&commit, error))
    return FALSE;
  return !pull->is_last || sync_overlaps_settle (local, error);
}
