/* SPDX-License-Identifier: EUPL-1.2 */
/* Keeps all bound calendars in step: starts runs when the agenda says so, on threads that wait. */
#pragma once

#include "planner-metrics-sync.h"
#include "sync/sync-work.h"

/**
 * SyncScheduler:
 *
 * Loop thread. One for the program.
 */
typedef struct _SyncScheduler SyncScheduler;

SyncScheduler *sync_scheduler_new (OpService *service,
                                   GMainContext *context,
                                   const SyncSettings *settings,
                                   SyncWorkFunc work);
void sync_scheduler_set_settings (SyncScheduler *scheduler, const SyncSettings *settings);
void sync_scheduler_stop (SyncScheduler *scheduler);
gboolean sync_scheduler_is_draining (SyncScheduler *scheduler);
void sync_scheduler_free (SyncScheduler *scheduler);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SyncScheduler, sync_scheduler_free)
void sync_scheduler_describe (gpointer data, MetricsSync *out_sync);
