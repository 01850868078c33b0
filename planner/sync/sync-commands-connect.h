/* SPDX-License-Identifier: EUPL-1.2 */
/* Connecting calendars: find them, test them step by step, keep the connection. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument sync_command_connect_arguments[];
extern const AdminArgument sync_command_test_arguments[];
extern const AdminArgument sync_command_change_arguments[];

gboolean sync_command_connect (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_command_test (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_command_change (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
