/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands about meetings whose time collides. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_list_conflicts_arguments[];
extern const AdminArgument admin_show_conflict_arguments[];
extern const AdminArgument admin_done_conflict_arguments[];
gboolean admin_list_conflicts (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_show_conflict (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_done_conflict (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
