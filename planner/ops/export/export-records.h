/* SPDX-License-Identifier: EUPL-1.2 */
/* A municipality's bookings, group meetings and journal as JSON lines, and its calendars for other programs. */
#pragma once

#include "ops/commands/admin-records.h"

typedef enum
{
  EXPORT_WITHOUT_CITIZENS,
  EXPORT_WITH_CITIZENS,
} ExportCitizens;

/* Members of @files: name inside the folder to content. */
gboolean export_records (AdminCall *call,
                         const AdminCatalogue *catalogue,
                         ExportCitizens citizens,
                         JsonObject *files,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean export_icalendar (AdminCall *call,
                           const AdminCatalogue *catalogue,
                           JsonObject *files,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
