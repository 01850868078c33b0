/* SPDX-License-Identifier: EUPL-1.2 */
/* Disappearances: looked at a second time, followed where the event only moved, held back by the guard. */
#include "calsync-job-run.h"

#define CHUNK 100

/**
 * calsync_claim_free:
 * @claim: (transfer full): a claim
 */
void
calsync_claim_free (CalsyncClaim *claim)
{
  g_clear_pointer (&claim->found, calsync_found_free);
  g_free (claim->key);
  g_free (claim->key_hash);
  g_free (claim->version);
  calsync_own_clear (&claim->own);
  g_free (claim);
}

/* Our own events: the server is asked for each of them before it counts as deleted. */
static gboolean
look_again (CalsyncRun *run, GError **error)
{
  g_autoptr (GPtrArray) doubted =
    g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_entry_state_free);

  for (guint i = run->gone->len; i > 0; i--)
    {
      CalsyncEntryState *entry = g_ptr_array_index (run->gone, i - 1);

      entry->is_said_gone = TRUE;
      if (entry->wanted != NULL && !entry->is_confirmed)
        g_ptr_array_add (doubted, g_ptr_array_steal_index (run->gone, i - 1));
    }
  for (guint at = 0; at < doubted->len; at += CHUNK)
    {
      g_autoptr (GPtrArray) part = g_ptr_array_new ();

      for (guint i = at; i < MIN (at + CHUNK, doubted->len); i++)
        g_ptr_array_add (part, g_ptr_array_index (doubted, i));
      if (!calsync_run_fetch (run, part, error))
        return FALSE;
    }
  return TRUE;
}

static CalsyncEntryState *
find_gone (const CalsyncRun *run, const CalsyncWanted *wanted)
{
  for (guint i = 0; i < run->gone->len; i++)
    {
      CalsyncEntryState *entry = g_ptr_array_index (run->gone, i);

      if (entry->wanted == wanted)
        return entry;
    }
  return NULL;
}

/* Events with our own UID first, the latest creation before earlier ones. */
static gint
compare_claims (gconstpointer one, gconstpointer other)
{
  const CalsyncClaim *a = *(const CalsyncClaim *const *) one;
  const CalsyncClaim *b = *(const CalsyncClaim *const *) other;

  if (a->own.uid_sequence != b->own.uid_sequence)
    return a->own.uid_sequence > b->own.uid_sequence ? -1 : 1;
  return g_strcmp0 (a->key_hash, b->key_hash);
}

/*
 * A booking whose event is nowhere takes the one that claims to be it: with a UID of our making at any
 * time, a copy only when it turns up together with the loss (cut and paste). A cancelled booking never
 * takes what a person copied, because it will be removed.
 */
static gboolean
may_adopt (const CalsyncRun *run, const CalsyncClaim *claim)
{
  const CalsyncWanted *wanted = claim->wanted;
  gboolean is_lost;

  if (wanted == NULL || wanted->in_flight != CALSYNC_PUSH_NONE)
    return FALSE;
  if (!(run->binding.direction & CALSYNC_DIRECTION_OUT))
    return FALSE;
  is_lost = find_gone (run, wanted) != NULL;
  if (claim->own.uid_sequence > 0)
    return wanted->key == NULL || is_lost;
  return is_lost && wanted->is_live && claim->is_news;
}

/* Nothing is decided about this booking now: the cursor waits, so that all of it is seen again. */
static void
postpone (CalsyncRun *run, CalsyncWanted *wanted)
{
  run->holds_cursor = TRUE;
  run->report->n_left++;
  g_hash_table_add (run->postponed, wanted);
}

/*
 * While the server cannot give an item that nobody has read yet, that may be one of these under another
 * name: the cursor waits, and so do they.
 */
static void
postpone_own (CalsyncRun *run)
{
  for (guint i = run->gone->len; run->has_unread && i > 0; i--)
    {
      const CalsyncEntryState *entry = g_ptr_array_index (run->gone, i - 1);

      if (entry->wanted == NULL || entry->keeps_item)
        continue;
      postpone (run, entry->wanted);
      g_ptr_array_remove_index (run->gone, i - 1);
    }
}

/* Whether the event is what a request without an answer was to make of it, or an edit of that. */
static gboolean
was_sent (const CalsyncWanted *wanted, const CalsyncOwn *own)
{
  return !calsync_shape_is_none (&wanted->in_flight_shape) &&
         (wanted->key == NULL || calsync_shape_equal (&own->shape, &wanted->in_flight_shape) ||
          own->event_sequence >= wanted->in_flight_event_sequence);
}

static void
adopt (CalsyncRun *run, CalsyncClaim *claim)
{
  CalsyncWanted *wanted = claim->wanted;
  CalsyncEntryState *gone = wanted->key == NULL ? NULL : find_gone (run, wanted);
  CalsyncFound *found = g_steal_pointer (&claim->found);
  CalsyncVerdict verdict;

  if (gone != NULL)
    gone->wanted = NULL; /* its event stands elsewhere */
  if (g_hash_table_contains (run->unsettled, wanted) && was_sent (wanted, &claim->own))
    wanted->base = wanted->seen = wanted->in_flight_shape; /* so the request had arrived */
  calsync_plan_resolve (wanted, &claim->own.shape, &run->binding, &verdict);
  g_free (wanted->key);
  wanted->key = g_strdup (claim->key);
  g_free (wanted->version);
  wanted->version = g_strdup (claim->version);
  wanted->seen = claim->own.shape;
  if (claim->own.uid_sequence > 0)
    {
      g_free (wanted->uid);
      wanted->uid = calsync_own_make_uid (wanted->reference, claim->own.uid_sequence);
      wanted->create_sequence = MAX (wanted->create_sequence, claim->own.uid_sequence);
    }
  calsync_run_apply_verdict (run, wanted, &verdict, &claim->own.shape);
  found->key = g_strdup (claim->key);
  g_free (found->reference);
  found->reference = g_strdup (wanted->reference);
  if (!claim->own.shape.is_series)
    g_ptr_array_set_size (found->objects, 0);
  calsync_run_add_found (run, found);
}

/* Also of a meeting that is not wanted here: over, of somebody else who is connected, too, or not known at all. */
static void
tell_copy (CalsyncRun *run, const CalsyncClaim *claim)
{
  CalsyncConflict *conflict = g_new0 (CalsyncConflict, 1);

  conflict->kind = CALSYNC_CONFLICT_COPY;
  conflict->decision = CALSYNC_DECISION_KEPT;
  conflict->reference = g_strdup (claim->found->reference);
  if (claim->wanted != NULL)
    conflict->ours = calsync_wanted_get_shape (claim->wanted);
  conflict->theirs = claim->own.shape;
  calsync_run_tell (run, conflict);
}

static void
take_copy (CalsyncRun *run, CalsyncClaim *claim)
{
  if (claim->is_news && claim->own.shape.end_us > run->binding.now_us)
    tell_copy (run, claim);
  if (run->binding.direction & CALSYNC_DIRECTION_IN)
    calsync_run_add_found (run, g_steal_pointer (&claim->found));
}

static void
settle_claims (CalsyncRun *run)
{
  g_autoptr (GHashTable) adopted = g_hash_table_new (NULL, NULL);

  g_ptr_array_sort (run->claims, compare_claims);
  for (guint i = 0; i < run->claims->len; i++)
    {
      CalsyncClaim *claim = g_ptr_array_index (run->claims, i);

      if (!g_hash_table_contains (adopted, claim->wanted) && may_adopt (run, claim) &&
          run->has_unread)
        postpone (run, claim->wanted); /* a better claim may be among what nobody could read */
      else if (!g_hash_table_contains (adopted, claim->wanted) && may_adopt (run, claim))
        {
          g_hash_table_add (adopted, claim->wanted);
          adopt (run, claim);
        }
      else
        take_copy (run, claim);
    }
}

static gboolean
is_own_loss (const CalsyncRun *run, const CalsyncEntryState *entry)
{
  const CalsyncPush *push = g_hash_table_lookup (run->unsettled, entry->wanted);

  return entry->wanted != NULL && entry->wanted->is_live &&
         (push == NULL || push->verb != CALSYNC_PUSH_REMOVE);
}

static gboolean
is_foreign_in_window (const CalsyncRun *run, const CalsyncKnown *known)
{
  return known != NULL && !known->is_own && known->last_end_us > run->binding.window_from_us;
}

static gboolean
is_foreign_ahead (const CalsyncRun *run, const CalsyncKnown *known)
{
  return known != NULL && !known->is_own && known->last_end_us > run->binding.now_us;
}

/* What the guard looks at: whatever nobody has agreed to. */
static void
count_gone (CalsyncRun *run, CalsyncDisappearance *out_count)
{
  CalsyncDisappearance count = { .is_widespread = run->binding.is_widespread };

  for (guint i = 0; i < run->gone->len; i++)
    {
      CalsyncEntryState *entry = g_ptr_array_index (run->gone, i);

      entry->is_agreed = run->local->functions->is_agreed (run->local, entry->key_hash);
      if (entry->is_agreed || entry->keeps_item)
        continue;
      count.n_own += is_own_loss (run, entry);
      count.n_foreign += entry->wanted == NULL && is_foreign_in_window (run, entry->known);
      count.n_all += entry->wanted != NULL || (entry->known != NULL && !entry->known->is_own);
      count.n_absent +=
        entry->is_absent && entry->wanted == NULL && is_foreign_ahead (run, entry->known);
    }
  *out_count = count;
}

static void
count_known (const CalsyncRun *run, CalsyncDisappearance *count)
{
  GHashTableIter iter;
  gpointer value;

  for (guint i = 0; i < run->wanted->len; i++)
    {
      const CalsyncWanted *wanted = g_ptr_array_index (run->wanted, i);

      count->n_known_own += wanted->is_live && wanted->key != NULL;
      count->n_known_all += wanted->key != NULL;
    }
  g_hash_table_iter_init (&iter, run->known);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const CalsyncKnown *known = value;

      count->n_known_foreign += is_foreign_in_window (run, known);
      count->n_known_ahead += is_foreign_ahead (run, known);
      count->n_known_all += !known->is_own;
    }
  if (count->n_own > 0) /* what went before only counts together with what goes now */
    {
      count->n_own += run->binding.n_gone_own;
      count->n_known_own += run->binding.n_gone_own;
      count->n_before_own = run->binding.n_gone_own_day - run->binding.n_gone_own;
    }
  if (count->n_foreign > 0)
    {
      count->n_foreign += run->binding.n_gone_foreign;
      count->n_known_foreign += run->binding.n_gone_foreign;
      count->n_before_foreign = run->binding.n_gone_foreign_day - run->binding.n_gone_foreign;
    }
}

static gboolean
hold_back (CalsyncRun *run, CalsyncGuard reason, const CalsyncDisappearance *count, GError **error)
{
  CalsyncGuarded *guarded = g_new0 (CalsyncGuarded, 1);

  guarded->reason = reason;
  guarded->key_hashes = g_ptr_array_new_with_free_func (g_free);
  guarded->n_own = count->n_own;
  guarded->n_foreign = count->n_foreign;
  guarded->n_known_own = count->n_known_own;
  guarded->n_known_foreign = count->n_known_foreign;
  for (guint i = 0; i < run->gone->len; i++)
    {
      const CalsyncEntryState *entry = g_ptr_array_index (run->gone, i);

      if (!entry->is_agreed && !entry->keeps_item)
        g_ptr_array_add (guarded->key_hashes, g_strdup (entry->key_hash));
    }
  run->report->guard = reason;
  run->report->guarded = guarded;
  return run->mode == CALSYNC_JOB_PREVIEW ||
         run->local->functions->stage_guard (run->local, guarded, error);
}

/* Our own removal, whose answer was lost, is no doing of the advisor's: its receipt says it all. */
static void
lose_own (CalsyncRun *run, CalsyncWanted *wanted)
{
  static const CalsyncShape none;
  const CalsyncPush *push = g_hash_table_lookup (run->unsettled, wanted);
  CalsyncVerdict verdict;

  calsync_plan_resolve (wanted, &none, &run->binding, &verdict);
  if (push != NULL)
    verdict.unlinks = FALSE; /* its receipt does that */
  g_clear_pointer (&wanted->key, g_free);
  g_clear_pointer (&wanted->version, g_free);
  wanted->seen = none;
  if (push != NULL && push->verb == CALSYNC_PUSH_REMOVE)
    {
      (void) calsync_run_change_link (run, wanted);
      return;
    }
  run->report->n_gone_own += wanted->is_live;
  calsync_run_apply_verdict (run, wanted, &verdict, &none);
}

static void
remove_item (CalsyncRun *run, const CalsyncEntryState *entry)
{
  CalsyncWanted *wanted = entry->wanted;
  CalsyncFound *found;

  if (wanted != NULL)
    lose_own (run, wanted);
  else
    run->report->n_gone_foreign += is_foreign_in_window (run, entry->known);
  run->report->n_gone++;
  if (entry->keeps_item)
    return;
  found = g_new0 (CalsyncFound, 1);
  found->key_hash = g_strdup (entry->key_hash);
  found->is_gone = TRUE;
  calsync_run_add_found (run, found);
}

/**
 * calsync_run_settle_gone:
 * @run: a run that has read whatever changed
 * @out_is_held: (out): whether the guard holds the disappearances back: none of them was taken over
 * @error: of the remote or the local side
 *
 * Decides about all items that are gone at once, and about events that claim to be ours.
 *
 * Returns: whether it could be decided
 */
gboolean
calsync_run_settle_gone (CalsyncRun *run, gboolean *out_is_held, GError **error)
{
  CalsyncDisappearance count;
  CalsyncGuard guard;

  if (!look_again (run, error))
    return FALSE;
  settle_claims (run);
  postpone_own (run);
  if (run->gone->len == 0)
    return TRUE;
  if (!calsync_run_learn_all (run, error))
    return FALSE;
  count_gone (run, &count);
  count_known (run, &count);
  guard = calsync_plan_guard (&count);
  if (guard != CALSYNC_GUARD_NONE)
    {
      *out_is_held = TRUE;
      return hold_back (run, guard, &count, error);
    }
  for (guint i = 0; i < run->gone->len; i++)
    remove_item (run, g_ptr_array_index (run->gone, i));
  return TRUE;
}
