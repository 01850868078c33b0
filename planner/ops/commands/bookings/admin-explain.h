/* SPDX-License-Identifier: EUPL-1.2 */
/* The command that says why a time is offered, or is not. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_explain_arguments[];
gboolean admin_explain (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
