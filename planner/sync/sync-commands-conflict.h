/* SPDX-License-Identifier: EUPL-1.2 */
/* What calendar and planner did not agree on: listed, shown with both versions, decided by a person. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument sync_command_conflicts_arguments[];
extern const AdminArgument sync_command_show_conflict_arguments[];
extern const AdminArgument sync_command_resolve_arguments[];

gboolean sync_command_conflicts (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_command_show_conflict (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_command_resolve (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
