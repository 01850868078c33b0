/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands that block and open the time of an advisor or a room. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_block_time_arguments[];
extern const AdminArgument admin_remove_time_arguments[];
extern const AdminArgument admin_list_time_arguments[];

gboolean admin_block_time (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_open_time (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_remove_time (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_list_time (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
