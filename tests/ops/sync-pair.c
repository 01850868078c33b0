/* SPDX-License-Identifier: EUPL-1.2 */
/* A planner with three meetings and a server in memory, between which runs can be killed at any write. */
#include "sync-pair.h"

#include "base/error.h"

/* AdminRunner.run_write, with the pair as its runner. */
gboolean
sync_pair_run_write (gpointer runner, AdminWrite write, gpointer data, GError **error)
{
  SyncPair *pair = runner;
  AdminRunner direct = admin_runner_direct (pair->sync->world->writer);
  gboolean dies = ++pair->n_writes == pair->dies_at;

  if (pair->dies_at != 0 && (pair->n_writes > pair->dies_at || (dies && !pair->dies_after)))
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "killed");
      return FALSE;
    }
  if (!direct.run_write (direct.runner, write, data, error))
    return FALSE;
  if (!dies)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "killed");
  return FALSE;
}

/* Booked before the calendar is bound: an advisor whose calendar was never read is not offered. */
SyncPair *
sync_pair_new (guint32 seed)
{
  SyncPair *pair = g_new0 (SyncPair, 1);

  pair->sync = sync_world_new ();
  pair->model = model_remote_new (seed);
  pair->data_dir = testlib_dup_source_path ("data");
  g_free (sync_world_book (pair->sync, 1, SYNC_OFFER, "2026-11-24T08:00:00Z"));
  g_free (sync_world_book (pair->sync, 2, SYNC_OFFER, "2026-11-24T09:00:00Z"));
  g_free (sync_world_book (pair->sync, 3, SYNC_GROUP, "2026-11-24T10:00:00Z"));
  sync_world_bind (pair->sync, 1, CALSYNC_DIRECTION_BOTH);
  return pair;
}

void
sync_pair_free (SyncPair *pair)
{
  sync_world_free (pair->sync);
  model_remote_free (pair->model);
  g_free (pair->data_dir);
  g_free (pair);
}
