/* SPDX-License-Identifier: EUPL-1.2 */
/* Undoing what a run did: here and in the calendar. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument sync_command_undo_arguments[];

gboolean sync_command_undo (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
