/* SPDX-License-Identifier: EUPL-1.2 */
/* A planner with three meetings and a server in memory, between which runs can be killed at any write. */
#pragma once

#include "../sync/model-remote.h"
#include "sync-world.h"

/* A planner, a server, and a database that dies at the write that is told: 0 never, before it or after it. */
typedef struct
{
  SyncWorld *sync;
  ModelRemote *model;
  char *data_dir;
  guint n_writes;
  guint dies_at;
  gboolean dies_after;
} SyncPair;

SyncPair *sync_pair_new (guint32 seed);
void sync_pair_free (SyncPair *pair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SyncPair, sync_pair_free)

gboolean sync_pair_run_write (gpointer runner, AdminWrite write, gpointer data, GError **error);
