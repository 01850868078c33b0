/* SPDX-License-Identifier: EUPL-1.2 */
/* The command for a citizen who was given another number. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_change_citizen_number_arguments[];

gboolean admin_change_citizen_number (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
