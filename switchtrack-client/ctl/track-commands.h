/* SPDX-License-Identifier: EUPL-1.2 */
/* The commands about registry, routes and calls: their functions, their arguments, and the rows that join them. */
#pragma once

#include "ops/admin/admin.h"
#include "registry/track-registry.h"

void track_commands_register (void);

gboolean track_command_show (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_unit (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_endpoint (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_history (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_diff (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_export (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_proposals (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_propose (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_import (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_propose_unit (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_propose_endpoint (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_propose_candidate (AdminCall *call,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_state (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_window (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_freeze (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_dry_run (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_approve (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_reject (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_apply (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_rollback (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_confirm (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_status (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_calls (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_command_learned_count (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

extern const AdminArgument track_unit_arguments[];
extern const AdminArgument track_endpoint_arguments[];
extern const AdminArgument track_history_arguments[];
extern const AdminArgument track_diff_arguments[];
extern const AdminArgument track_export_arguments[];
extern const AdminArgument track_proposals_arguments[];
extern const AdminArgument track_propose_arguments[];
extern const AdminArgument track_import_arguments[];
extern const AdminArgument track_propose_unit_arguments[];
extern const AdminArgument track_propose_endpoint_arguments[];
extern const AdminArgument track_propose_candidate_arguments[];
extern const AdminArgument track_state_arguments[];
extern const AdminArgument track_window_arguments[];
extern const AdminArgument track_freeze_arguments[];
extern const AdminArgument track_dry_run_arguments[];
extern const AdminArgument track_approve_arguments[];
extern const AdminArgument track_reject_arguments[];
extern const AdminArgument track_apply_arguments[];
extern const AdminArgument track_rollback_arguments[];
extern const AdminArgument track_confirm_arguments[];
extern const AdminArgument track_calls_arguments[];

/* Shared by them. */
gboolean track_command_get_instant (AdminCall *call,
                                    const char *name,
                                    gint64 fallback_us,
                                    gint64 *out_us,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
JsonArray *track_command_describe_step (AdminCall *call,
                                        const TrackRegistry *before,
                                        const TrackRegistry *after);
void track_command_put_instant (JsonObject *object, const char *member, gint64 instant_us);
