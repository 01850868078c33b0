/* SPDX-License-Identifier: EUPL-1.2 */
/* A model planner and a model calendar with runs between them, for the tests of the job. */
#pragma once

#include "model-local.h"
#include "model-remote.h"

#define S    CALSYNC_US_PER_SECOND
#define NOW  (1795420800 * S)
#define HOUR (3600 * S)
#define DAY  (24 * HOUR)

typedef struct
{
  ModelLocal *local;
  ModelRemote *remote;
  CalsyncReport *report; /* of the last run */
} JobWorld;

void job_world_clear (JobWorld *world);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (JobWorld, job_world_clear)

char *job_world_dup_event (const char *uid, gint64 start_us, gint64 end_us, const char *more);
gboolean job_world_try_run (JobWorld *world, CalsyncJobMode mode, GError **error);
void job_world_run (JobWorld *world);
/* Nothing to do: one request, nothing stored. */
void job_world_check_quiet (JobWorld *world);
void job_world_settle (JobWorld *world);
ModelItem *job_world_find_own (JobWorld *world, const char *reference);
