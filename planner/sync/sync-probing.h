/* SPDX-License-Identifier: EUPL-1.2 */
/* The connection test as admin commands run and show it. */
#pragma once

#include "calsync-remote-probe.h"
#include "sync/sync-task.h"

/**
 * SyncProbing:
 * @address: URL, host name or mail address
 * @calendar: (nullable): name or address of the one that is meant
 * @writes: an event is written and removed again
 */
typedef struct
{
  const char *address;
  const char *calendar;
  gboolean writes;
} SyncProbing;

/* NULL when there is nothing to ask with: the secret cannot be read. What the test found is no error. */
CalsyncProbe *sync_probe_run (const SyncTask *work,
                              const SyncBinding *binding,
                              const SyncProbing *probing,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Rows of step, outcome and text; @binding_id 0: without it. */
void sync_probe_add_steps (const CalsyncProbe *probe, gint64 binding_id, JsonArray *steps);
/* Rows of calendar, url, may_read, may_write. */
void sync_probe_add_calendars (const CalsyncProbe *probe, JsonArray *calendars);
/* The first step that failed, as an error whose exit code fits. FALSE when one did. */
gboolean sync_probe_check (const CalsyncProbe *probe, GError **error) G_GNUC_WARN_UNUSED_RESULT;
