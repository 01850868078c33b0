/* SPDX-License-Identifier: EUPL-1.2 */
/* A municipality as the tables and calendars of an import folder. */
#pragma once

#include "ops/commands/admin-records.h"

/* Members of @files: name inside the folder to content. The same municipality gives the same bytes. */
gboolean export_tables (StoreSession *session,
                        const AdminCatalogue *catalogue,
                        JsonObject *files,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean export_calendars (StoreSession *session,
                           const AdminCatalogue *catalogue,
                           JsonObject *files,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
