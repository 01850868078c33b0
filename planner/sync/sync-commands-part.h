/* SPDX-License-Identifier: EUPL-1.2 */
/* Parting with a calendar: its busy time goes, and our events with it when that is asked for. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument sync_command_disconnect_arguments[];

gboolean sync_command_disconnect (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
