/* SPDX-License-Identifier: EUPL-1.2 */
/* The command that reads a municipality from the files of a folder. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_import_arguments[];
gboolean admin_import (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
