/* SPDX-License-Identifier: EUPL-1.2 */
/* A planner with one advisor, a bound calendar and the near side of its synchronisation; nobody is at the far side. */
#pragma once

#include "ops-world.h"
#include "sync/sync-local.h"

/* Monday 23 November 2026, 09:00 in Copenhagen. Both advisors work from 09 to 12 local on Tuesday. */
#define SYNC_WORLD_NOW "2026-11-23T08:00:00Z"
#define SYNC_OFFER     "10000000-0000-4000-8000-000000000001"
#define SYNC_GROUP     "10000000-0000-4000-8000-000000000002"

/**
 * SyncWorld:
 * @local: as opened by sync_world_open(); a new one is a new run
 * @binding: as the run loaded it
 */
typedef struct
{
  World *world;
  SyncLocalPlace place;
  gint64 binding_id;
  gint64 calendar_id;
  SyncLocal *local;
  CalsyncLocal *port;
  CalsyncBinding binding;
} SyncWorld;

SyncWorld *sync_world_new (void);
void sync_world_free (SyncWorld *sync);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SyncWorld, sync_world_free)

/* Of resource 1, unless said; becomes the world's binding. */
gint64 sync_world_bind (SyncWorld *sync, gint64 resource_id, CalsyncDirection direction);
/* A run begins: the one before is forgotten, as after a crash. */
void sync_world_open (SyncWorld *sync);
void sync_world_pass_time (SyncWorld *sync, gint64 us);
/* What a pull would make of a text at a key: NULL text: gone. */
CalsyncFound *
sync_world_found (SyncWorld *sync, const char *key, const char *version, const char *text);
char *sync_world_event (const char *uid, const char *start, const char *end, const char *lines);
char *sync_world_hash (SyncWorld *sync, const char *key);

CalsyncPull *sync_pull_new (void);
void sync_pull_free (CalsyncPull *pull);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncPull, sync_pull_free)
void sync_world_commit (SyncWorld *sync, const CalsyncPull *pull);
/* @text at @key, complete, under @cursor. */
void sync_world_pull (SyncWorld *sync, const char *key, const char *text, const char *cursor);

GPtrArray *sync_world_wanted (SyncWorld *sync);
/* (element-type CalsyncWanted): the one that is there, or fails. */
CalsyncWanted *sync_world_wanted_one (SyncWorld *sync);
char *sync_world_book (SyncWorld *sync, guint citizen, const char *offer, const char *start);
/* Whether a text stands in the database file or its log. */
gboolean sync_world_finds (const SyncWorld *sync, const char *text);
/* Everything that the database file and its log hold, digested. */
char *sync_world_digest (const SyncWorld *sync);
