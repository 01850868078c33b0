/* SPDX-License-Identifier: EUPL-1.2 */
/* plannerctl show citizen. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_show_citizen_arguments[];
gboolean admin_show_citizen (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
