/* SPDX-License-Identifier: EUPL-1.2 */
/* The command that holds the database against its own rules. */
#pragma once

#include "ops/admin/admin.h"

gboolean admin_verify (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
