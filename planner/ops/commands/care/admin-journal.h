/* SPDX-License-Identifier: EUPL-1.2 */
/* The command that finds journal rows. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_search_journal_arguments[];
gboolean admin_search_journal (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
