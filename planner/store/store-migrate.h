/* SPDX-License-Identifier: EUPL-1.2 */
/* Brings a database to this program's schema, or refuses one it does not know. */
#pragma once

#include "store/store.h"

gboolean store_migrate (StoreSession *session,
                        const char *schema_dir,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean store_migrate_check (StoreSession *session,
                              const char *schema_dir,
                              gint64 *out_version,
                              gint64 *out_newest,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gint64 store_migrate_newest (const char *schema_dir);
