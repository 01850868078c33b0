/* SPDX-License-Identifier: EUPL-1.2 */
/* The command that reports a month's availability. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_availability_arguments[];
gboolean admin_availability (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
