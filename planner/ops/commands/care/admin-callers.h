/* SPDX-License-Identifier: EUPL-1.2 */
/* The command that shows who may call; the list itself lives in the configuration file. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_list_callers_arguments[];
gboolean admin_list_callers (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
