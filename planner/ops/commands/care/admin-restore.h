/* SPDX-License-Identifier: EUPL-1.2 */
/* The command that puts a backup in the place of the database. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_restore_arguments[];

gboolean admin_restore (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
