/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs of connected calendars: now, as a preview, and what earlier ones did. */
#pragma once

#include "sync/sync-run.h"
#include "sync/sync-task.h"

extern const AdminArgument sync_command_run_arguments[];
extern const AdminArgument sync_command_preview_arguments[];
extern const AdminArgument sync_command_runs_arguments[];
extern const AdminArgument sync_command_show_run_arguments[];

gboolean sync_command_run (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_command_preview (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_command_runs (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_command_show_run (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How a command runs a binding; @settings is borrowed. */
SyncContext sync_task_context (const SyncTask *work, const SyncSettings *settings);
/* What a run did, for an admin. @report: (nullable) */
void sync_report_to_json (const SyncTask *work, const CalsyncReport *report, JsonObject *object);
