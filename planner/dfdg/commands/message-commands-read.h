/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands that read messages and their documents, and tell DFDG of a status or a mark. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument message_command_list_arguments[];
extern const AdminArgument message_command_show_arguments[];
extern const AdminArgument message_command_read_arguments[];
extern const AdminArgument message_command_status_arguments[];
extern const AdminArgument message_command_document_arguments[];

gboolean message_command_list (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean message_command_show (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean message_command_read (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean message_command_status (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean message_command_document (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
