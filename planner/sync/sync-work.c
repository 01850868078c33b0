/* SPDX-License-Identifier: EUPL-1.2 */
/* The scheduler's runs as those of anybody else: sync_run_binding() on a thread that waits, counted. */
#include "sync/sync-work.h"

#include "ops/service/op-upkeep.h"
#include "sync/sync-run.h"

#define ACTOR "plannerd"

static void
take_report (SyncResult *result, const CalsyncReport *report)
{
  result->n_read = report->n_changed;
  result->n_gone = report->n_gone;
  result->n_unreadable = report->n_unreadable;
  result->n_sent = report->n_created + report->n_updated;
  result->n_removed = report->n_removed;
  result->n_conflicts = report->n_conflicts;
  result->n_left = report->n_left;
  result->was_full = report->was_full;
  result->cost = report->cost;
  result->outcome.retry_after_s = report->retry_after_s;
  result->outcome.has_unsent = report->n_left > 0;
}

static SyncEnding
ending_of (const CalsyncReport *report)
{
  if (report->guard != CALSYNC_GUARD_NONE)
    return SYNC_ENDED_GUARDED;
  return report->was_quiet ? SYNC_ENDED_QUIET : SYNC_ENDED_CHANGED;
}

/**
 * sync_work_run:
 *
 * A SyncWorkFunc: the program's.
 */
void
sync_work_run (const SyncWork *work, SyncResult *out_result)
{
  SyncContext context = { .settings = work->settings,
                          .session = work->session,
                          .runner = { op_service_run_admin_write, work->service },
                          .data_dir = work->settings->config->database_data_dir,
                          .actor = ACTOR,
                          .call_id = work->call_id,
                          .cancellable = work->cancellable };
  g_autoptr (CalsyncReport) report = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok = sync_run_binding (&context, work->binding_id, CALSYNC_JOB_RUN, &report, &error);

  *out_result = (SyncResult){ 0 };
  if (report != NULL)
    take_report (out_result, report);
  if (ok && report != NULL)
    out_result->outcome.ending = ending_of (report);
  else if (error != NULL)
    sync_result_set_error (out_result, error);
}
