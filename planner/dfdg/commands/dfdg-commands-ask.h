/* SPDX-License-Identifier: EUPL-1.2 */
/* Asks DFDG now: whether it can be talked with, and what it has of a booking. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument dfdg_command_test_arguments[];
extern const AdminArgument dfdg_command_fetch_arguments[];
gboolean dfdg_command_test (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean dfdg_command_fetch (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
