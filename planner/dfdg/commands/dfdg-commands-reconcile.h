/* SPDX-License-Identifier: EUPL-1.2 */
/* Shows where our bookings and DFDG's differ, and mends them when a person says so. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument dfdg_command_reconcile_arguments[];
gboolean dfdg_command_reconcile (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
