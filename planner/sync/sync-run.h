/* SPDX-License-Identifier: EUPL-1.2 */
/* One run of one stored binding with everything around it: way in, near side, proposals, health, record. */
#pragma once

#include "calsync-job.h"
#include "sync/sync-local.h"
#include "sync/sync-settings.h"

/**
 * SyncContext:
 * @settings: (nullable): NULL: the program's own
 * @session: for reading; a short read transaction for each question, unless it is in one already
 * @runner: for writing
 * @data_dir: folder with code lists and holidays
 * @database: (nullable): path of the database file
 * @actor, @call_id: for the journal and the run's record
 * @cancellable: (nullable)
 * @progress: (nullable)
 * @remote: (nullable): instead of the one that the binding names; stays the caller's
 * @wrap: (nullable): called once with the near side; what it returns is given to the job; borrowed both ways.
 *   With it a paused or guarded binding is run all the same
 * @mode: (nullable): word for the record of a run that is wrapped: undo or disconnect
 */
typedef struct
{
  const SyncSettings *settings;
  StoreSession *session;
  AdminRunner runner;
  const char *data_dir;
  const char *database;
  const char *actor;
  const char *call_id;
  GCancellable *cancellable;
  AdminProgress progress;
  gpointer progress_data;
  CalsyncRemote *remote;
  CalsyncLocal *(*wrap) (gpointer data, CalsyncLocal *inner);
  gpointer wrap_data;
  const char *mode;
} SyncContext;

gboolean sync_run_binding (const SyncContext *context,
                           gint64 binding_id,
                           CalsyncJobMode mode,
                           CalsyncReport **out_report,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
