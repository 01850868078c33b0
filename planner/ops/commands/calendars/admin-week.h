/* SPDX-License-Identifier: EUPL-1.2 */
/* The command that shows a calendar week. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_show_week_arguments[];
gboolean admin_show_week (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
