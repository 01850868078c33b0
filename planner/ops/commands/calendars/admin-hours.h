/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands for the working time of an advisor, a room or equipment. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_show_hours_arguments[];
extern const AdminArgument admin_set_hours_arguments[];
extern const AdminArgument admin_remove_hours_arguments[];

gboolean admin_show_hours (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_set_hours (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_remove_hours (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
