/* SPDX-License-Identifier: EUPL-1.2 */
/* Connections to calendars as the table that an import reads. */
#pragma once

#include "ops/commands/admin-records.h"

/* Adds sync-bindings.csv to @files when there is one. */
gboolean export_bindings (StoreSession *session,
                          const AdminCatalogue *catalogue,
                          JsonObject *files,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
