/* SPDX-License-Identifier: EUPL-1.2 */
/* The command that makes a backup, and where backups are. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_backup_arguments[];

gboolean admin_backup (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer full): the folder backups beside the database. */
char *admin_backup_dup_folder (const char *database);
/* (transfer full) (element-type utf8): paths of the finished backups in a folder, oldest first. */
GPtrArray *admin_backup_list (const char *folder);
