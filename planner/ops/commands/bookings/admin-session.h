/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands about group meetings that are planned ahead. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_add_session_arguments[];
extern const AdminArgument admin_list_sessions_arguments[];
extern const AdminArgument admin_show_session_arguments[];
extern const AdminArgument admin_change_session_arguments[];
extern const AdminArgument admin_cancel_session_arguments[];
gboolean admin_add_session (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_list_sessions (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_show_session (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_change_session (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_cancel_session (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
