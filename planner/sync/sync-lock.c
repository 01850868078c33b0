/* SPDX-License-Identifier: EUPL-1.2 */
/* The bindings that are being run in this process; the database's own lock keeps other processes away. */
#include "sync/sync-lock.h"

static GMutex lock;
static GHashTable *taken;

/**
 * sync_lock_take:
 *
 * Returns: FALSE when a run of it is under way; never waits.
 */
gboolean
sync_lock_take (gint64 binding_id)
{
  gboolean is_free;

  g_mutex_lock (&lock);
  if (taken == NULL)
    taken = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  is_free = !g_hash_table_contains (taken, &binding_id);
  if (is_free)
    g_hash_table_add (taken, g_memdup2 (&binding_id, sizeof binding_id));
  g_mutex_unlock (&lock);
  return is_free;
}

/**
 * sync_lock_give:
 */
void
sync_lock_give (gint64 binding_id)
{
  g_mutex_lock (&lock);
  g_hash_table_remove (taken, &binding_id);
  if (g_hash_table_size (taken) == 0)
    g_clear_pointer (&taken, g_hash_table_unref);
  g_mutex_unlock (&lock);
}

/**
 * sync_lock_is_taken:
 *
 * Returns: whether a run of it is under way; it may have ended when the answer is read.
 */
gboolean
sync_lock_is_taken (gint64 binding_id)
{
  gboolean is_taken;

  g_mutex_lock (&lock);
  is_taken = taken != NULL && g_hash_table_contains (taken, &binding_id);
  g_mutex_unlock (&lock);
  return is_taken;
}
