/* SPDX-License-Identifier: EUPL-1.2 */
/* The texts that a pull needs: in parts, or all at once when that is most of the calendar; stored part by part. */
#include "calsync-job-run.h"

#define CHUNK 200
#define MANY  500

static gboolean
fetch_with (CalsyncRun *run, const GPtrArray *entries, CalsyncItemFunc func, GError **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();

  g_hash_table_remove_all (run->fetching);
  for (guint i = 0; i < entries->len; i++)
    {
      CalsyncEntryState *entry = g_ptr_array_index (entries, i);

      g_hash_table_insert (run->fetching, entry->key, entry);
      g_ptr_array_add (keys, entry->key);
    }
  g_ptr_array_add (keys, NULL);
  return calsync_remote_fetch (run->remote, (const char *const *) keys->pdata, func, run,
                               run->cancellable, error);
}

/**
 * calsync_run_fetch:
 * @run: a run
 * @entries: (element-type CalsyncEntryState): at most some hundred
 * @error: of the remote
 *
 * Reads the texts of these items; each goes through calsync_run_on_item().
 *
 * Returns: whether the server answered
 */
gboolean
calsync_run_fetch (CalsyncRun *run, GPtrArray *entries, GError **error)
{
  return fetch_with (run, entries, calsync_run_on_item, error);
}

static void
tell_progress (CalsyncRun *run, guint n_done)
{
  if (run->local->functions->progress != NULL)
    run->local->functions->progress (run->local, "read", n_done, run->to_fetch->len);
}

/* All but the last part are stored by themselves; the last goes with the cursor. */
static gboolean
end_part (CalsyncRun *run, guint n_done, GError **error)
{
  tell_progress (run, n_done);
  return n_done >= run->to_fetch->len || !calsync_run_has_batch (run) ||
         calsync_run_commit (run, NULL, FALSE, error);
}

static gboolean
fetch_in_parts (CalsyncRun *run, GError **error)
{
  guint n_all = run->to_fetch->len;

  for (guint at = 0; at < n_all; at += CHUNK)
    {
      g_autoptr (GPtrArray) part = g_ptr_array_new ();

      for (guint i = at; i < MIN (at + CHUNK, n_all); i++)
        g_ptr_array_add (part, g_ptr_array_index (run->to_fetch, i));
      if (!calsync_run_fetch (run, part, error) || !end_part (run, MIN (at + CHUNK, n_all), error))
        return FALSE;
    }
  return TRUE;
}

/* A #CalsyncItemFunc of the answer that holds all: stores while the rest of it is on its way. */
static gboolean
take_streamed (const CalsyncItem *item, gpointer data, GError **error)
{
  CalsyncRun *run = data;
  guint n_before = run->to_fetch->len - g_hash_table_size (run->fetching);
  guint n_done;

  if (!calsync_run_on_item (item, run, error))
    return FALSE;
  n_done = run->to_fetch->len - g_hash_table_size (run->fetching);
  return n_done == n_before || n_done % CHUNK != 0 || end_part (run, n_done, error);
}

/* Whether it costs a server less to give all that it has. */
static gboolean
wants_most (CalsyncRun *run, guint n_there, gboolean *out_wants_most, GError **error)
{
  *out_wants_most = FALSE;
  if (run->to_fetch->len <= MANY)
    return TRUE;
  if (n_there == 0 && !calsync_run_learn_all (run, error))
    return FALSE;
  if (n_there == 0)
    n_there = g_hash_table_size (run->known);
  *out_wants_most = run->to_fetch->len > n_there / 2;
  return TRUE;
}

/**
 * calsync_run_fetch_all:
 * @run: a run that knows what it needs
 * @n_there: how many items the calendar holds; 0: about as many as are known
 * @error: of the remote or the local side
 *
 * Reads the texts of all items in @run's `to_fetch` and stores them, but for those of the last part.
 *
 * Returns: whether that went well; what was stored before stays
 */
gboolean
calsync_run_fetch_all (CalsyncRun *run, guint n_there, GError **error)
{
  gboolean is_most;

  if (!wants_most (run, n_there, &is_most, error))
    return FALSE;
  if (!is_most)
    return fetch_in_parts (run, error);
  return fetch_with (run, run->to_fetch, take_streamed, error);
}
