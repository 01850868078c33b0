/* SPDX-License-Identifier: EUPL-1.2 */
/* A person's word about a connection: pause, go on, agree to what was held back. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument sync_command_pause_arguments[];
extern const AdminArgument sync_command_resume_arguments[];
extern const AdminArgument sync_command_agree_arguments[];

gboolean sync_command_pause (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_command_resume (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_command_agree (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
