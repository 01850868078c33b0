/* SPDX-License-Identifier: EUPL-1.2 */
/* One run of one binding as the scheduler sees it: what it is given, and what it comes back with. */
#pragma once

#include "ops/service/op-worker.h"
#include "sync/sync-agenda.h"

/**
 * SyncWork:
 * @session: the thread's, for reading
 * @call_id: of this run, for the journal and its record
 */
typedef struct
{
  OpService *service;
  StoreSession *session;
  const SyncSettings *settings;
  GCancellable *cancellable;
  gint64 binding_id;
  const char *call_id;
} SyncWork;

/**
 * SyncResult:
 * @n_read: items of the calendar that were taken over; @n_gone: that went
 * @n_sent: events written; @n_removed: ours removed there
 * @n_left: that wait to be sent
 *
 * Counts of one run. Nothing of it names anybody or anything.
 */
typedef struct
{
  SyncOutcome outcome;
  guint n_read;
  guint n_gone;
  guint n_unreadable;
  guint n_sent;
  guint n_removed;
  guint n_conflicts;
  guint n_left;
  gboolean was_full;
  CalsyncCost cost;
} SyncResult;

/* On a thread of EXECUTOR_WAITING; blocks. */
typedef void (*SyncWorkFunc) (const SyncWork *work, SyncResult *out_result);

void sync_work_run (const SyncWork *work, SyncResult *out_result);
void sync_result_set_error (SyncResult *result, const GError *error);
