/* SPDX-License-Identifier: EUPL-1.2 */
/* Connections that rest between runs, by account: few, not for long, each used by one thread at a time. */
#pragma once

#include <glib.h>

/**
 * SyncPool:
 *
 * Reference-counted; any thread. It knows clients only as pointers.
 */
typedef struct _SyncPool SyncPool;

SyncPool *sync_pool_new (guint max_idle, gint64 max_idle_us, GDestroyNotify free_client);
SyncPool *sync_pool_ref (SyncPool *pool);
void sync_pool_unref (SyncPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SyncPool, sync_pool_unref)

gpointer sync_pool_take (SyncPool *pool, const char *key);
void sync_pool_give (SyncPool *pool, const char *key, gpointer client);
void sync_pool_close_idle (SyncPool *pool);
guint sync_pool_count (SyncPool *pool);
