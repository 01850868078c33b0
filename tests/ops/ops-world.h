/* SPDX-License-Identifier: EUPL-1.2 */
/* A planner without a socket or threads: a real database, the index, and calls run where their rows say. */
#pragma once

#include "ops/service/op-shared-write.h"
#include "testlib.h"

/**
 * World:
 * @caller: who calls; every role of every unit unless a test says otherwise
 * @now_us: the clock of the next call
 */
typedef struct
{
  char *folder;
  StoreSession *writer;
  StoreSession *reader;
  IndexFeed *feed;
  IndexView view;
  OpCaller caller;
  gint64 now_us;
  OpCall call;
  guint n_calls;
} World;

World *world_new (gint64 now_us);
void world_free (World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

/* Runs statements as an import would, then rebuilds catalogue and index. */
void world_run_sql (World *world, const char *sql);
/* The answer, valid until the next call; NULL with @error set. */
gconstpointer
world_call (World *world, const char *operation, gconstpointer request, GError **error);
/* As op_service_run_step(): one write of what is no operation. */
gboolean world_step (gpointer world, OpStep step, gpointer data, GError **error);
/* The timer's job: holds that have ended go, in the database and in the index. */
void world_expire (World *world);
/* Content of soap:Body of the last answer. */
const char *world_body (const World *world);
gint64 world_count (World *world, const char *sql);

gint64 world_instant (const char *iso8601);
ContractTime world_time (gint64 unix_us);
