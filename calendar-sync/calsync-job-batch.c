/* SPDX-License-Identifier: EUPL-1.2 */
/* What a run gathers for one transaction: items, conflicts, links. */
#include "calsync-job-run.h"
#include "calsync-key.h"

/**
 * calsync_run_hash_key:
 * @run: a run
 * @key: a key in the server's spelling
 *
 * Returns: (transfer full): what the item is known by
 */
char *
calsync_run_hash_key (const CalsyncRun *run, const char *key)
{
  g_autofree char *plain = calsync_key_normalise (key);

  return calsync_uid_hash (plain, &run->binding.import);
}

/**
 * calsync_wanted_get_shape:
 * @wanted: a booking
 *
 * Returns: its event as we would have it; none when it should not be there
 */
CalsyncShape
calsync_wanted_get_shape (const CalsyncWanted *wanted)
{
  CalsyncShape shape = { 0 };

  if (!wanted->is_live)
    return shape;
  shape.start_us = wanted->start_us;
  shape.end_us = wanted->end_us;
  shape.busy_class = CALSYNC_CLASS_BUSY;
  return shape;
}

/**
 * calsync_run_add_found:
 * @run: a run
 * @found: (transfer full): takes the place of what was found out about the same key before
 */
void
calsync_run_add_found (CalsyncRun *run, CalsyncFound *found)
{
  gboolean is_known = g_hash_table_contains (run->found_keys, found->key_hash);

  for (guint i = run->found->len; is_known && i > 0; i--)
    {
      const CalsyncFound *other = g_ptr_array_index (run->found, i - 1);

      if (g_strcmp0 (other->key_hash, found->key_hash) == 0)
        g_ptr_array_remove_index (run->found, i - 1);
    }
  g_ptr_array_add (run->found, found);
  g_hash_table_add (run->found_keys, g_strdup (found->key_hash));
  if (!found->is_gone)
    run->report->n_changed++;
  if (found->is_unreadable)
    run->report->n_unreadable++;
}

/**
 * calsync_run_tell:
 * @run: a run
 * @conflict: (transfer full): goes with the next transaction
 */
void
calsync_run_tell (CalsyncRun *run, CalsyncConflict *conflict)
{
  g_ptr_array_add (run->conflicts, conflict);
  g_ptr_array_add (run->report->conflicts, calsync_conflict_copy (conflict));
  run->report->n_conflicts++;
}

/**
 * calsync_run_add_conflict:
 * @run: a run
 * @kind: what happened
 * @decision: what is done about it
 * @wanted: (nullable): the booking
 * @theirs: (nullable): what the calendar shows; %NULL: nothing
 */
void
calsync_run_add_conflict (CalsyncRun *run,
                          CalsyncConflictKind kind,
                          CalsyncDecision decision,
                          const CalsyncWanted *wanted,
                          const CalsyncShape *theirs)
{
  CalsyncConflict *conflict = g_new0 (CalsyncConflict, 1);

  conflict->kind = kind;
  conflict->decision = decision;
  if (wanted != NULL)
    {
      conflict->reference = g_strdup (wanted->reference);
      conflict->ours = calsync_wanted_get_shape (wanted);
    }
  if (theirs != NULL)
    conflict->theirs = *theirs;
  calsync_run_tell (run, conflict);
}

/**
 * calsync_run_change_link:
 * @run: a run
 * @wanted: a booking whose link has changed
 *
 * Returns: (transfer none): the change to be stored: all values of the link as they are now; what an
 *   earlier change of the same transaction counts or proposes is kept
 */
CalsyncLinkChange *
calsync_run_change_link (CalsyncRun *run, const CalsyncWanted *wanted)
{
  CalsyncLinkChange *change = g_new0 (CalsyncLinkChange, 1);

  change->reference = g_strdup (wanted->reference);
  change->state = wanted->state;
  change->create_sequence = wanted->create_sequence;
  change->uid = g_strdup (wanted->uid);
  change->key = g_strdup (wanted->key);
  change->version = g_strdup (wanted->version);
  change->base = wanted->base;
  change->seen = wanted->seen;
  change->awaits_feed = wanted->awaits_feed;
  for (guint i = run->links->len; i > 0; i--)
    {
      const CalsyncLinkChange *other = g_ptr_array_index (run->links, i - 1);

      if (g_strcmp0 (other->reference, change->reference) != 0)
        continue;
      change->counts_putback |= other->counts_putback;
      change->proposes |= other->proposes && change->state == CALSYNC_LINK_CONFLICT;
      g_ptr_array_remove_index (run->links, i - 1);
    }
  g_ptr_array_add (run->links, change);
  return change;
}

/**
 * calsync_run_apply_verdict:
 * @run: a run
 * @wanted: a booking; key, version and what was seen are those of now
 * @verdict: what to do about it
 * @theirs: what the calendar shows
 *
 * Changes the booking's link here and in the transaction, and records the conflict.
 */
void
calsync_run_apply_verdict (CalsyncRun *run,
                           CalsyncWanted *wanted,
                           const CalsyncVerdict *verdict,
                           const CalsyncShape *theirs)
{
  CalsyncLinkChange *change;

  if (verdict->has_conflict)
    calsync_run_add_conflict (run, verdict->kind, verdict->decision, wanted, theirs);
  wanted->state = verdict->state;
  if (verdict->is_agreed)
    wanted->base = wanted->seen;
  else if (verdict->has_conflict && verdict->state == CALSYNC_LINK_CONFLICT)
    wanted->base = calsync_wanted_get_shape (wanted); /* what the question is about */
  wanted->n_putbacks += verdict->counts_putback;
  change = calsync_run_change_link (run, wanted);
  change->counts_putback |= verdict->counts_putback;
  change->proposes |= verdict->proposes;
  change->unlinks = verdict->unlinks;
}

/**
 * calsync_run_has_batch:
 * @run: a run
 *
 * Returns: whether there is something to be stored
 */
gboolean
calsync_run_has_batch (const CalsyncRun *run)
{
  return run->found->len + run->conflicts->len + run->links->len > 0;
}

/**
 * calsync_run_commit:
 * @run: a run
 * @cursor: (nullable): with the last part only
 * @is_last: whether the pull is complete
 * @error: of the local side
 *
 * Stores what was gathered and begins the next transaction; a preview only does the latter.
 *
 * Returns: whether it was stored
 */
gboolean
calsync_run_commit (CalsyncRun *run, const char *cursor, gboolean is_last, GError **error)
{
  const CalsyncPull pull = { .found = run->found,
                             .conflicts = run->conflicts,
                             .links = run->links,
                             .cursor = cursor,
                             .tier = run->tier,
                             .identity = run->identity,
                             .is_last = is_last,
                             .was_full = run->report->was_full };

  if (calsync_run_has_batch (run) || cursor != NULL)
    run->n_commits++;
  if (run->mode == CALSYNC_JOB_RUN &&
      !run->local->functions->commit_pull (run->local, &pull, error))
    return FALSE;
  g_ptr_array_set_size (run->found, 0);
  g_hash_table_remove_all (run->found_keys);
  g_ptr_array_set_size (run->conflicts, 0);
  g_ptr_array_set_size (run->links, 0);
  return TRUE;
}
