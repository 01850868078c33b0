/* SPDX-License-Identifier: EUPL-1.2 */
/* The command that makes a tenant. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_create_arguments[];
gboolean admin_create (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
