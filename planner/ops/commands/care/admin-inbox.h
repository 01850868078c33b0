/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands about messages that wait for a person. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_list_inbox_arguments[];
extern const AdminArgument admin_show_inbox_arguments[];
extern const AdminArgument admin_done_inbox_arguments[];
gboolean admin_list_inbox (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_show_inbox (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_done_inbox (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
