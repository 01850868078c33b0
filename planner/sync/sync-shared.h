/* SPDX-License-Identifier: EUPL-1.2 */
/* Calendars that more than one advisor or room is connected to. */
#pragma once

#include "store/sync-binding-store.h"

/* Of all connections of a municipality; NULL with @error set. */
GHashTable *sync_shared_load (StoreSession *session,
                              gint64 tenant_id,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (nullable): keys of the others that are connected to @url, in order; NULL: nobody. */
char *sync_shared_dup_others (GHashTable *shared, const char *url, const char *resource_key);
/* A sentence about them. */
char *sync_shared_dup_warning (const char *others);
