/* SPDX-License-Identifier: EUPL-1.2 */
/* The near side of a synchronisation over the database: one binding, for one run. */
#pragma once

#include "calsync-local.h"
#include "ops/admin/admin.h"
#include "store/sync-binding-store.h"
#include "store/sync-record-store.h"

/**
 * SyncLocalPlace:
 * @session: for reading: a short read transaction for each question, unless it is in one already
 * @runner: for writing: each write a short transaction
 * @actor, @call_id: for the journal and the run's record
 * @mode: (nullable): word for the run's record; NULL: run
 * @ignores_pause: a person's own run of a calendar that is paused, or whose owner is retired
 * @data_dir: (nullable): folder with code lists; NULL: every meeting counts as in person
 * @fresh_us: how old a calendar may grow when neither it nor its unit says
 * @progress: (nullable)
 *
 * All of it is borrowed for the life of the local side.
 */
typedef struct
{
  StoreSession *session;
  AdminRunner runner;
  const char *actor;
  const char *call_id;
  const char *mode;
  gboolean ignores_pause;
  const char *data_dir;
  gint64 fresh_us;
  AdminProgress progress;
  gpointer progress_data;
} SyncLocalPlace;

/**
 * SyncLocal:
 *
 * One run's; one thread's. Nothing of it is written before something has to be: a run that finds nothing
 * new leaves the database as it was.
 */
typedef struct _SyncLocal SyncLocal;

SyncLocal *sync_local_new (const SyncLocalPlace *place,
                           gint64 binding_id,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sync_local_free (SyncLocal *local);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SyncLocal, sync_local_free)

CalsyncLocal *sync_local_get_port (SyncLocal *local);
/* What it runs from now on sends nothing: a person has not agreed to what a run after a restore would change. */
void sync_local_hold_back (SyncLocal *local);
/* As it was when the run began, with what the run changed of it. */
const SyncBinding *sync_local_get_binding (const SyncLocal *local);
const char *sync_local_get_instance (const SyncLocal *local);
const char *sync_local_get_tenant_key (const SyncLocal *local);
const char *sync_local_get_resource_key (const SyncLocal *local);
/* 0: serves for good. */
gint64 sync_local_get_retired_us (const SyncLocal *local);
/* 0 while nothing was written. */
gint64 sync_local_get_run_id (const SyncLocal *local);

/* INSTANCE:booking:GUID or INSTANCE:session:GUID. */
char *sync_reference_new (const char *instance, gboolean is_session, const char *identifier);
/* FALSE: it is none of @instance's. */
gboolean sync_reference_parse (const char *reference,
                               const char *instance,
                               gboolean *out_is_session,
                               const char **out_identifier) G_GNUC_WARN_UNUSED_RESULT;
