/* SPDX-License-Identifier: EUPL-1.2 */
/* How every municipality stands with DFDG, and what to do about it. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument dfdg_command_status_arguments[];
gboolean dfdg_command_status (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
