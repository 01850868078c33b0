/* SPDX-License-Identifier: EUPL-1.2 */
/* The commands that announce, list and cancel service windows. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_add_service_window_arguments[];
extern const AdminArgument admin_cancel_service_window_arguments[];
extern const AdminArgument admin_list_service_windows_arguments[];

gboolean admin_add_service_window (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_cancel_service_window (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_list_service_windows (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
