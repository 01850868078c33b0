/* SPDX-License-Identifier: EUPL-1.2 */
/* The command that writes a municipality as files. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_export_arguments[];
gboolean admin_export (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
