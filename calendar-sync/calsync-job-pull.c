/* SPDX-License-Identifier: EUPL-1.2 */
/* Pull: what changed, or everything; the texts of it, in parts that are stored one by one. */
#include "calsync-job-run.h"

#define CHUNK 200

/* What a feed or listing said, and what it may be used for. */
typedef struct
{
  CalsyncListing *listing;
  gboolean is_complete; /* what is not in it is not there */
  char *cursor;         /* (nullable) */
} Reading;

static void
reading_clear (Reading *reading)
{
  g_clear_pointer (&reading->listing, calsync_listing_free);
  g_free (reading->cursor);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

/**
 * calsync_entry_state_new:
 * @run: a run
 * @key: (nullable): key in the server's spelling
 * @key_hash: (nullable): its hash, when it is known already
 *
 * Returns: (transfer full): the item with what is known of it
 */
CalsyncEntryState *
calsync_entry_state_new (CalsyncRun *run, const char *key, const char *key_hash)
{
  CalsyncEntryState *entry = g_new0 (CalsyncEntryState, 1);

  entry->key = g_strdup (key);
  entry->key_hash = key_hash != NULL ? g_strdup (key_hash) : calsync_run_hash_key (run, key);
  entry->known = g_hash_table_lookup (run->known, entry->key_hash);
  entry->wanted = g_hash_table_lookup (run->by_key_hash, entry->key_hash);
  return entry;
}

/**
 * calsync_entry_state_free:
 * @entry: (transfer full): an item
 */
void
calsync_entry_state_free (CalsyncEntryState *entry)
{
  g_free (entry->key);
  g_free (entry->key_hash);
  g_free (entry->version);
  g_free (entry);
}

/* Whether it is still the calendar that was connected. */
static gboolean
check_identity (CalsyncRun *run, GError **error)
{
  g_auto (CalsyncRemoteFacts) facts = { 0 };

  if (!calsync_remote_describe (run->remote, &facts, run->cancellable, error))
    return FALSE;
  if (run->binding.identity != NULL && facts.identity != NULL &&
      g_strcmp0 (run->binding.identity, facts.identity) != 0)
    {
      g_set_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_ASTRAY,
                   "behind this address is not the calendar that was connected: check the address, "
                   "then connect it anew");
      return FALSE;
    }
  if (!facts.can_read)
    {
      g_set_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_FORBIDDEN,
                   "the calendar may not be read: give this account the right to");
      return FALSE;
    }
  run->identity = g_steal_pointer (&facts.identity);
  run->tier = facts.tier;
  return TRUE;
}

static gboolean
read_complete (CalsyncRun *run, Reading *reading, GError **error)
{
  g_autoptr (CalsyncListing) listing = calsync_listing_new ();

  if (!calsync_remote_read_all (run->remote, listing, run->cancellable, error))
    return FALSE;
  if (listing->cursor != NULL)
    {
      g_free (reading->cursor);
      reading->cursor = g_strdup (listing->cursor);
    }
  reading->is_complete = TRUE;
  reading->listing = g_steal_pointer (&listing);
  return TRUE;
}

/* What changed since the cursor; @out_is_lost: the server does not know the cursor any more. */
static gboolean
read_feed (CalsyncRun *run, Reading *reading, gboolean *out_is_lost, GError **error)
{
  g_autoptr (CalsyncListing) listing = calsync_listing_new ();
  g_autoptr (GError) local_error = NULL;

  if (!calsync_remote_read_changes (run->remote, run->binding.cursor, listing, run->cancellable,
                                    &local_error))
    {
      *out_is_lost =
        g_error_matches (local_error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CURSOR);
      if (!*out_is_lost)
        g_propagate_error (error, g_steal_pointer (&local_error));
      return *out_is_lost;
    }
  reading->cursor = g_strdup (listing->cursor);
  if (listing->needs_listing)
    return read_complete (run, reading, error);
  reading->listing = g_steal_pointer (&listing);
  return TRUE;
}

static gboolean
read_remote (CalsyncRun *run, Reading *reading, GError **error)
{
  const CalsyncBinding *binding = &run->binding;
  gboolean is_full = binding->wants_full || binding->identity == NULL;

  if (!is_full && binding->cursor != NULL && !read_feed (run, reading, &is_full, error))
    return FALSE;
  if (reading->listing != NULL)
    return TRUE;
  if (!is_full && binding->tier == CALSYNC_TIER_LISTING)
    return read_complete (run, reading, error);
  run->report->was_full = TRUE;
  return check_identity (run, error) && read_complete (run, reading, error);
}

/* Takes @items; what was known already stays. */
static void
take_known (CalsyncRun *run, GPtrArray *items)
{
  for (guint i = 0; i < items->len; i++)
    {
      CalsyncKnown *known = g_ptr_array_index (items, i);

      if (!g_hash_table_contains (run->known, known->key_hash))
        g_hash_table_insert (run->known, known->key_hash, known);
    }
  g_ptr_array_extend_and_steal (run->known_items, items);
}

/**
 * calsync_run_learn_all:
 * @run: a run
 * @error: of the local side
 *
 * Reads all items that are known, unless that was done.
 *
 * Returns: whether it could be done
 */
gboolean
calsync_run_learn_all (CalsyncRun *run, GError **error)
{
  GPtrArray *items = NULL;

  if (run->knows_all)
    return TRUE;
  items = run->local->functions->list_known (run->local, error);
  if (items == NULL)
    return FALSE;
  take_known (run, items);
  run->knows_all = TRUE;
  return TRUE;
}

static gboolean
learn_some (CalsyncRun *run, const GPtrArray *hashes, GError **error)
{
  GPtrArray *items =
    run->local->functions->find_known (run->local, (const char *const *) hashes->pdata, error);

  if (items == NULL)
    return FALSE;
  take_known (run, items);
  return TRUE;
}

/* What is known of the entries, some hundred at a time. */
static gboolean
learn_entries (CalsyncRun *run, const CalsyncListing *listing, GError **error)
{
  g_autoptr (GPtrArray) hashes = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < listing->entries->len; i++)
    {
      const CalsyncEntry *entry = g_ptr_array_index (listing->entries, i);

      g_ptr_array_add (hashes, calsync_run_hash_key (run, entry->key));
      if (hashes->len < CHUNK && i + 1 < listing->entries->len)
        continue;
      g_ptr_array_add (hashes, NULL);
      if (!learn_some (run, hashes, error))
        return FALSE;
      g_ptr_array_set_size (hashes, 0);
    }
  return TRUE;
}

/* Keys under which events of ours may stand that no link names: all that a one-way calendar is asked for. */
static void
expect_keys (CalsyncRun *run)
{
  run->expected = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < run->wanted->len; i++)
    {
      const CalsyncWanted *wanted = g_ptr_array_index (run->wanted, i);

      for (guint k = 0; wanted->key == NULL && k < 2; k++)
        {
          g_autofree char *uid =
            calsync_own_make_uid (wanted->reference, wanted->create_sequence + k);
          g_autofree char *key = calsync_remote_make_key (run->remote, uid);

          g_hash_table_add (run->expected, calsync_run_hash_key (run, key));
        }
    }
}

static gboolean
is_asked_for (CalsyncRun *run, const CalsyncEntryState *entry)
{
  if (run->binding.direction & CALSYNC_DIRECTION_IN || entry->known != NULL ||
      entry->wanted != NULL)
    return TRUE;
  if (run->expected == NULL)
    expect_keys (run);
  return g_hash_table_contains (run->expected, entry->key_hash);
}

static gboolean
is_unchanged (const CalsyncEntryState *entry)
{
  if (entry->version == NULL || entry->known == NULL)
    return FALSE;
  return g_strcmp0 (entry->version, entry->known->version) == 0 &&
         (entry->wanted == NULL || g_strcmp0 (entry->version, entry->wanted->version) == 0);
}

/* One key of a feed or listing, each once, by its last word. */
static void
classify (CalsyncRun *run, const CalsyncEntry *said, const char *key_hash, gboolean is_also_there)
{
  g_autoptr (CalsyncEntryState) entry = calsync_entry_state_new (run, said->key, key_hash);

  entry->version = g_strdup (said->version);
  entry->is_said_gone = said->is_gone;
  if (entry->wanted != NULL && entry->wanted->in_flight != CALSYNC_PUSH_NONE)
    return; /* read again when its intent is decided */
  if (!is_also_there && (entry->known != NULL || entry->wanted != NULL))
    g_ptr_array_add (run->gone, g_steal_pointer (&entry));
  else if (is_also_there && !is_unchanged (entry) && is_asked_for (run, entry))
    g_ptr_array_add (run->to_fetch, g_steal_pointer (&entry));
}

/*
 * The last word about a key counts; but one that was called gone and there is read to be sure, so that
 * no feed can hide an item.
 */
static GHashTable *
classify_all (CalsyncRun *run, const CalsyncListing *listing)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) present = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < listing->entries->len; i++)
    {
      const CalsyncEntry *entry = g_ptr_array_index (listing->entries, i);

      if (!entry->is_gone)
        g_hash_table_add (present, entry->key);
    }
  for (guint i = listing->entries->len; i > 0; i--)
    {
      const CalsyncEntry *entry = g_ptr_array_index (listing->entries, i - 1);
      g_autofree char *key_hash = calsync_run_hash_key (run, entry->key);

      if (g_hash_table_contains (seen, key_hash))
        continue;
      classify (run, entry, key_hash, g_hash_table_contains (present, entry->key));
      g_hash_table_add (seen, g_steal_pointer (&key_hash));
    }
  return g_steal_pointer (&seen);
}

static gint
compare_gone (gconstpointer one, gconstpointer other)
{
  const CalsyncEntryState *a = *(const CalsyncEntryState *const *) one;
  const CalsyncEntryState *b = *(const CalsyncEntryState *const *) other;

  return g_strcmp0 (a->key_hash, b->key_hash);
}

static CalsyncEntryState *
new_absent (CalsyncRun *run, const char *key, const char *key_hash)
{
  CalsyncEntryState *entry = calsync_entry_state_new (run, key, key_hash);

  entry->is_absent = TRUE;
  return entry;
}

/* Of a complete listing only: what is known and not in it. A feed never comes here. */
static void
miss_absent (CalsyncRun *run, GHashTable *seen)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, run->known);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const CalsyncKnown *known = value;

      if (!g_hash_table_contains (seen, key))
        g_ptr_array_add (run->gone, new_absent (run, known->key, key));
    }
  for (guint i = 0; i < run->wanted->len; i++)
    {
      const CalsyncWanted *wanted = g_ptr_array_index (run->wanted, i);
      g_autofree char *key_hash =
        wanted->key == NULL ? NULL : calsync_run_hash_key (run, wanted->key);

      if (key_hash != NULL && !g_hash_table_contains (seen, key_hash) &&
          !g_hash_table_contains (run->known, key_hash))
        g_ptr_array_add (run->gone, new_absent (run, wanted->key, key_hash));
    }
  for (guint i = run->gone->len; i > 0; i--)
    {
      const CalsyncEntryState *entry = g_ptr_array_index (run->gone, i - 1);

      if (entry->wanted != NULL && entry->wanted->in_flight != CALSYNC_PUSH_NONE)
        g_ptr_array_remove_index (run->gone, i - 1);
    }
  g_ptr_array_sort (run->gone, compare_gone);
}

static gboolean
holds_key (const GPtrArray *entries, const char *key_hash)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const CalsyncEntryState *entry = g_ptr_array_index (entries, i);

      if (g_strcmp0 (entry->key_hash, key_hash) == 0)
        return TRUE;
    }
  return FALSE;
}

/*
 * Own events that were created since the cursor was given and that the feed is silent about: one that
 * somebody has deleted meanwhile came and went between two cursors, and no server need tell of it
 * (RFC 6578 §3.5.2). Whether it is gone is read.
 */
static void
miss_new (CalsyncRun *run, GHashTable *seen)
{
  for (guint i = 0; i < run->wanted->len; i++)
    {
      const CalsyncWanted *wanted = g_ptr_array_index (run->wanted, i);
      g_autofree char *key_hash = NULL;

      if (!wanted->awaits_feed || wanted->key == NULL || wanted->in_flight != CALSYNC_PUSH_NONE)
        continue;
      key_hash = calsync_run_hash_key (run, wanted->key);
      if (!g_hash_table_contains (seen, key_hash))
        g_ptr_array_add (run->gone, calsync_entry_state_new (run, wanted->key, key_hash));
    }
}

/* Own events whose version nobody knows: read again, whatever the feed says. */
static void
add_unsure (CalsyncRun *run)
{
  for (guint i = 0; i < run->wanted->len; i++)
    {
      const CalsyncWanted *wanted = g_ptr_array_index (run->wanted, i);
      g_autofree char *key_hash = NULL;

      if (wanted->key == NULL || wanted->version != NULL || wanted->in_flight != CALSYNC_PUSH_NONE)
        continue;
      key_hash = calsync_run_hash_key (run, wanted->key);
      if (!holds_key (run->to_fetch, key_hash) && !holds_key (run->gone, key_hash))
        g_ptr_array_add (run->to_fetch, calsync_entry_state_new (run, wanted->key, key_hash));
    }
}

static void
settle_links (CalsyncRun *run)
{
  for (guint i = 0; i < run->wanted->len; i++)
    {
      CalsyncWanted *wanted = g_ptr_array_index (run->wanted, i);
      CalsyncVerdict verdict = { 0 };

      if (!g_hash_table_contains (run->unsettled, wanted) && calsync_plan_settle (wanted, &verdict))
        calsync_run_apply_verdict (run, wanted, &verdict, &wanted->seen);
    }
}

static guint
count_new (const CalsyncRun *run)
{
  guint n = 0;

  for (guint i = 0; i < run->wanted->len; i++)
    {
      const CalsyncWanted *wanted = g_ptr_array_index (run->wanted, i);

      n += wanted->awaits_feed && wanted->key != NULL;
    }
  return n;
}

/* What stands in the calendar now is older than the cursor: a feed has to tell when it goes. */
static void
settle_new (CalsyncRun *run)
{
  for (guint i = 0; i < run->wanted->len; i++)
    {
      CalsyncWanted *wanted = g_ptr_array_index (run->wanted, i);

      if (!wanted->awaits_feed || wanted->key == NULL || wanted->in_flight != CALSYNC_PUSH_NONE)
        continue;
      wanted->awaits_feed = FALSE;
      (void) calsync_run_change_link (run, wanted);
    }
}

static gboolean
finish (CalsyncRun *run, const Reading *reading, GError **error)
{
  gboolean has_news =
    reading->is_complete || reading->listing->entries->len > 0 || count_new (run) > 0;
  const char *cursor = NULL;

  settle_links (run);
  if (has_news && !run->holds_cursor &&
      (run->report->was_full || g_strcmp0 (reading->cursor, run->binding.cursor) != 0))
    cursor = reading->cursor;
  if (!run->holds_cursor && (reading->is_complete || cursor != NULL))
    settle_new (run);
  if (!calsync_run_commit (run, cursor, TRUE, error))
    return FALSE;
  run->report->is_pulled = TRUE;
  return TRUE;
}

/**
 * calsync_run_pull:
 * @run: a run whose intents are decided
 * @error: of the remote or the local side
 *
 * Reads what changed since the cursor (or everything), takes it over part by part, and stores the
 * cursor with the last part. What the guard holds back leaves the report's `is_pulled` unset.
 *
 * Returns: %FALSE when the calendar was not read to the end
 */
gboolean
calsync_run_pull (CalsyncRun *run, GError **error)
{
  g_auto (Reading) reading = { 0 };
  g_autoptr (GHashTable) seen = NULL;
  gboolean is_held = FALSE;

  if (!read_remote (run, &reading, error))
    return FALSE;
  if (reading.is_complete ? !calsync_run_learn_all (run, error)
                          : !learn_entries (run, reading.listing, error))
    return FALSE;
  seen = classify_all (run, reading.listing);
  run->report->n_found = reading.listing->entries->len;
  if (reading.is_complete)
    miss_absent (run, seen);
  else
    miss_new (run, seen);
  add_unsure (run);
  if (!calsync_run_fetch_all (run, reading.is_complete ? reading.listing->entries->len : 0,
                              error) ||
      !calsync_run_settle_gone (run, &is_held, error))
    return FALSE;
  if (is_held)
    return !calsync_run_has_batch (run) || calsync_run_commit (run, NULL, FALSE, error);
  return finish (run, &reading, error);
}
