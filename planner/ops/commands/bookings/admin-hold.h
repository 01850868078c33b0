/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands about reservations that are alive. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_release_hold_arguments[];
gboolean admin_list_holds (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_release_hold (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
