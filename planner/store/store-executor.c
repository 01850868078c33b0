/* SPDX-License-Identifier: EUPL-1.2 */
/* The executor's hooks for transactions, savepoints and checkpoints of a session. */
#include "store/store-executor.h"

#include "base/clock.h"

#define CHECKPOINT_US    (2 * G_USEC_PER_SEC)
#define CHECKPOINT_PAGES 4000

/**
 * store_executor_begin:
 *
 * ExecutorHooks.begin.
 */
gboolean
store_executor_begin (gpointer user_data, gpointer session, GError **error)
{
  return store_begin (session, STORE_WRITE, error);
}

/**
 * store_executor_commit:
 *
 * ExecutorHooks.commit.
 */
gboolean
store_executor_commit (gpointer user_data, gpointer session, GError **error)
{
  return store_commit (session, error);
}

/**
 * store_executor_rollback:
 *
 * ExecutorHooks.rollback.
 */
void
store_executor_rollback (gpointer user_data, gpointer session)
{
  store_rollback (session);
}

/**
 * store_executor_mark:
 *
 * ExecutorHooks.mark.
 */
gboolean
store_executor_mark (gpointer user_data, gpointer session, GError **error)
{
  return store_savepoint (session, error);
}

/**
 * store_executor_keep:
 *
 * ExecutorHooks.keep.
 */
gboolean
store_executor_keep (gpointer user_data, gpointer session, GError **error)
{
  return store_release (session, error);
}

/**
 * store_executor_undo:
 *
 * ExecutorHooks.undo.
 */
gboolean
store_executor_undo (gpointer user_data, gpointer session, GError **error)
{
  return store_undo_to_savepoint (session, error);
}

/**
 * store_executor_stands:
 *
 * ExecutorHooks.stands.
 */
gboolean
store_executor_stands (gpointer user_data, gpointer session)
{
  return store_is_in_transaction (session);
}

/**
 * store_executor_close:
 *
 * ExecutorHooks.close: the writer leaves no log behind.
 */
void
store_executor_close (gpointer user_data, ExecutorPlace place, gpointer session)
{
  if (place == EXECUTOR_WRITER)
    store_checkpoint (session);
  store_close (session);
}

/**
 * store_executor_checkpoint:
 * @checkpointed_us: when it was done last, of clock_monotonic_us(); the writer's
 *
 * For ExecutorHooks.between_groups: moves the log into the file every two seconds, and sooner when it has grown long.
 */
void
store_executor_checkpoint (StoreSession *session, gint64 *checkpointed_us)
{
  gint64 now_us = clock_monotonic_us ();

  if (now_us - *checkpointed_us < CHECKPOINT_US && store_n_log_pages (session) < CHECKPOINT_PAGES)
    return;
  *checkpointed_us = now_us;
  store_checkpoint (session);
}
