/* SPDX-License-Identifier: EUPL-1.2 */
/* Rolls the window: expands every resource whose derived time does not reach far enough. */
#pragma once

#include "ops/admin/admin.h"
#include "ops/facts/expansion.h"
#include "store/resource-store.h"

/* Fills the result's members expanded and expansion_faults. */
gboolean admin_expand_due (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_expand_resource (const AdminCall *call,
                                StoreSession *session,
                                const ResourceRecord *resource,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
