/* SPDX-License-Identifier: EUPL-1.2 */
/* What a person decides about changes that DFDG refused, messages that were parked, and echoes that did not come. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument dfdg_command_retry_arguments[];
extern const AdminArgument dfdg_command_give_up_arguments[];
gboolean dfdg_command_retry (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean dfdg_command_give_up (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
