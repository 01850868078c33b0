/* SPDX-License-Identifier: EUPL-1.2 */
/* The command that tells which times were missing. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_report_missing_times_arguments[];
gboolean admin_report_missing_times (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
