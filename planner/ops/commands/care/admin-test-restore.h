/* SPDX-License-Identifier: EUPL-1.2 */
/* The command that tries a backup out and throws the result away. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_test_restore_arguments[];

gboolean admin_test_restore (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
