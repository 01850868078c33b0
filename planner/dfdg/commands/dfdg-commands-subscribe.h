/* SPDX-License-Identifier: EUPL-1.2 */
/* Shows what DFDG is to send, and has it agree. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument dfdg_command_subscribe_arguments[];
gboolean dfdg_command_subscribe (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
