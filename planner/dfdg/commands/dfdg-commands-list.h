/* SPDX-License-Identifier: EUPL-1.2 */
/* Shows a booking's way to and from DFDG, parked messages, and echoes that are to come. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument dfdg_command_show_arguments[];
extern const AdminArgument dfdg_command_parked_arguments[];
extern const AdminArgument dfdg_command_echoes_arguments[];
gboolean dfdg_command_show (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean dfdg_command_parked (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean dfdg_command_echoes (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
