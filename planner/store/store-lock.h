/* SPDX-License-Identifier: EUPL-1.2 */
/* The database lock: who holds it is the only process that writes. */
#pragma once

#include <glib.h>

typedef struct _StoreLock StoreLock;

StoreLock *store_lock_take (const char *database_path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void store_lock_release (StoreLock *lock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreLock, store_lock_release)
