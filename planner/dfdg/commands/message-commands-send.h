/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands that write down what is to be sent, or take it away again. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument message_command_send_arguments[];
extern const AdminArgument message_command_reply_arguments[];
extern const AdminArgument message_command_retry_arguments[];
extern const AdminArgument message_command_drop_arguments[];

gboolean message_command_send (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean message_command_reply (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean message_command_retry (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean message_command_drop (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
