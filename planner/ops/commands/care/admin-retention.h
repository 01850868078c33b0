/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands about how long data are kept. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_retention_set_arguments[];
extern const AdminArgument admin_retention_run_arguments[];

gboolean admin_retention_show (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_retention_set (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_retention_run (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
