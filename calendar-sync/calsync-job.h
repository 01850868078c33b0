/* SPDX-License-Identifier: EUPL-1.2 */
/* One run of one binding: pull, decide, guard, commit, push. */
#pragma once

#include "calsync-local.h"
#include "calsync-report.h"

G_BEGIN_DECLS

/* CalsyncJobMode: preview reads and decides, and writes nowhere. */
typedef enum
{
  CALSYNC_JOB_RUN,
  CALSYNC_JOB_PREVIEW
} CalsyncJobMode;

gboolean calsync_job_run (CalsyncLocal *local,
                          CalsyncRemote *remote,
                          CalsyncJobMode mode,
                          GCancellable *cancellable,
                          CalsyncReport **out_report,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
