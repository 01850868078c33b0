/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands for the imported calendar of an advisor, a room or equipment. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_replace_calendar_arguments[];
extern const AdminArgument admin_remove_calendar_arguments[];

gboolean admin_replace_calendar (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_remove_calendar (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
