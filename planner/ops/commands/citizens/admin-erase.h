/* SPDX-License-Identifier: EUPL-1.2 */
/* The command that erases one citizen. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_erase_citizen_arguments[];

gboolean admin_erase_citizen (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
