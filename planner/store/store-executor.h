/* SPDX-License-Identifier: EUPL-1.2 */
/* What every executor over a database does alike: its groups are transactions, its jobs savepoints. */
#pragma once

#include "base/executor.h"
#include "store/store.h"

gboolean store_executor_begin (gpointer user_data,
                               gpointer session,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean store_executor_commit (gpointer user_data,
                                gpointer session,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
void store_executor_rollback (gpointer user_data, gpointer session);
gboolean store_executor_mark (gpointer user_data,
                              gpointer session,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean store_executor_keep (gpointer user_data,
                              gpointer session,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean store_executor_undo (gpointer user_data,
                              gpointer session,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean store_executor_stands (gpointer user_data, gpointer session);
void store_executor_close (gpointer user_data, ExecutorPlace place, gpointer session);
void store_executor_checkpoint (StoreSession *session, gint64 *checkpointed_us);

/* Members of an ExecutorHooks; what differs stands behind them. */
#define STORE_EXECUTOR_TRANSACTIONS                                                              \
  .begin = store_executor_begin, .commit = store_executor_commit,                                \
  .rollback = store_executor_rollback, .mark = store_executor_mark, .keep = store_executor_keep, \
  .undo = store_executor_undo, .stands = store_executor_stands
