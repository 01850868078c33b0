/* SPDX-License-Identifier: EUPL-1.2 */
/* One run of one binding: pull, decide, guard, commit, push. */
#include "calsync-job.h"

#include "calsync-job-run.h"

static void
index_wanted (CalsyncRun *run)
{
  for (guint i = 0; i < run->wanted->len; i++)
    {
      CalsyncWanted *wanted = g_ptr_array_index (run->wanted, i);
      const char *guid = strrchr (wanted->reference, ':');

      g_hash_table_replace (run->by_reference, wanted->reference, wanted);
      if (guid != NULL)
        g_hash_table_replace (run->by_guid, g_ascii_strdown (guid + 1, -1), wanted);
      if (wanted->key != NULL)
        g_hash_table_replace (run->by_key_hash, calsync_run_hash_key (run, wanted->key), wanted);
    }
}

static void
init_run (CalsyncRun *run)
{
  run->report = calsync_report_new ();
  run->by_reference = g_hash_table_new (g_str_hash, g_str_equal);
  run->by_guid = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  run->by_key_hash = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  run->known_items = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_known_free);
  run->known = g_hash_table_new (g_str_hash, g_str_equal);
  run->to_fetch = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_entry_state_free);
  run->gone = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_entry_state_free);
  run->claims = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_claim_free);
  run->postponed = g_hash_table_new (NULL, NULL);
  run->unsettled = g_hash_table_new (NULL, NULL);
  run->fetching = g_hash_table_new (g_str_hash, g_str_equal);
  run->undone = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_push_free);
  run->finished = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_push_free);
  run->found = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_found_free);
  run->found_keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  run->conflicts = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_conflict_free);
  run->links = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_link_change_free);
}

static void
clear_run (CalsyncRun *run)
{
  g_clear_pointer (&run->report, calsync_report_free);
  g_clear_pointer (&run->by_reference, g_hash_table_unref);
  g_clear_pointer (&run->by_guid, g_hash_table_unref);
  g_clear_pointer (&run->by_key_hash, g_hash_table_unref);
  g_clear_pointer (&run->wanted, g_ptr_array_unref);
  g_clear_pointer (&run->known, g_hash_table_unref);
  g_clear_pointer (&run->known_items, g_ptr_array_unref);
  g_clear_pointer (&run->to_fetch, g_ptr_array_unref);
  g_clear_pointer (&run->gone, g_ptr_array_unref);
  g_clear_pointer (&run->claims, g_ptr_array_unref);
  g_clear_pointer (&run->postponed, g_hash_table_unref);
  g_clear_pointer (&run->unsettled, g_hash_table_unref);
  g_clear_pointer (&run->fetching, g_hash_table_unref);
  g_clear_pointer (&run->expected, g_hash_table_unref);
  g_clear_pointer (&run->undone, g_ptr_array_unref);
  g_clear_pointer (&run->found, g_ptr_array_unref);
  g_clear_pointer (&run->found_keys, g_hash_table_unref);
  g_clear_pointer (&run->conflicts, g_ptr_array_unref);
  g_clear_pointer (&run->links, g_ptr_array_unref);
  g_clear_pointer (&run->finished, g_ptr_array_unref);
  g_free (run->identity);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CalsyncRun, clear_run)

static gboolean
run_steps (CalsyncRun *run, GError **error)
{
  if (!run->local->functions->load (run->local, &run->binding, error))
    return FALSE;
  run->tier = run->binding.tier;
  run->wanted = run->local->functions->list_wanted (run->local, error);
  if (run->wanted == NULL)
    return FALSE;
  index_wanted (run);
  if (!calsync_run_decide_intents (run, error) || !calsync_run_pull (run, error))
    return FALSE;
  if (run->report->is_pulled && !calsync_run_end_intents (run, error))
    return FALSE;
  if (!run->report->is_pulled || !(run->binding.direction & CALSYNC_DIRECTION_OUT) ||
      run->binding.holds_pushes)
    return TRUE;
  return calsync_run_push (run, error);
}

/**
 * calsync_job_run:
 * @local: the near side
 * @remote: the far side
 * @mode: whether anything is written
 * @cancellable: (nullable): ends the run at the next request
 * @out_report: (out): what it did; set in any case
 * @error: %CALSYNC_REMOTE_ERROR when the calendar could not be read to the end, or the whole account is
 *   at fault; whatever the local side says
 *
 * Decides intents of earlier runs, reads what changed, decides conflicts, holds disappearances back
 * (`guard` of the report; nothing is pushed then), stores, and pushes what differs. A push that fails by
 * itself is in the report, not an error. When nothing has changed anywhere it takes one request and
 * stores nothing (`was_quiet`). May be interrupted anywhere: the next run takes it up. Blocks; one thread at a time.
 * Source: calendar-sync.md §2.
 *
 * Returns: whether it came to its end
 */
gboolean
calsync_job_run (CalsyncLocal *local,
                 CalsyncRemote *remote,
                 CalsyncJobMode mode,
                 GCancellable *cancellable,
                 CalsyncReport **out_report,
                 GError **error)
{
  g_auto (CalsyncRun) run = {
    .local = local, .remote = remote, .mode = mode, .cancellable = cancellable
  };
  CalsyncCost before, after;
  gboolean is_good;

  init_run (&run);
  calsync_remote_get_cost (remote, &before);
  is_good = run_steps (&run, error);
  calsync_remote_get_cost (remote, &after);
  run.report->cost.n_requests = after.n_requests - before.n_requests;
  run.report->cost.n_bytes_sent = after.n_bytes_sent - before.n_bytes_sent;
  run.report->cost.n_bytes_received = after.n_bytes_received - before.n_bytes_received;
  run.report->retry_after_s = is_good ? 0 : calsync_remote_get_retry_after_s (remote);
  run.report->was_quiet = is_good && run.report->is_pulled && run.n_commits == 0;
  *out_report = g_steal_pointer (&run.report);
  return is_good;
}
