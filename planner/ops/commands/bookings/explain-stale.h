/* SPDX-License-Identifier: EUPL-1.2 */
/* Why nobody trusts a resource's calendar now, how old it is, and what to do. */
#pragma once

#include "store/store.h"

/* NULL without @error when no calendar of the resource is too old. */
char *explain_stale_dup_text (StoreSession *session,
                              gint64 resource_id,
                              gint64 now_us,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
