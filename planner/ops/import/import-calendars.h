/* SPDX-License-Identifier: EUPL-1.2 */
/* Calendar files of an import: parsed and reduced before the write, put with it. */
#pragma once

#include "ops/import/import-run.h"

/* All files of a resource's folder are one calendar: exports cut series and exceptions apart at will. */
#define IMPORT_CALENDAR_KEY "import"

/**
 * ImportCalendar:
 * @resource: key or e-mail address, from the folder's name
 * @objects: (element-type CalendarObject): reduced; without ids
 * @hashes: (element-type utf8): of the objects' UIDs, without a key; parsing knows none
 */
typedef struct
{
  char *file;
  char *resource;
  GPtrArray *objects;
  GPtrArray *hashes;
} ImportCalendar;

/* (element-type ImportCalendar); what was refused stands in the source's problems. */
GPtrArray *import_calendars_parse (ImportSource *source,
                                   StoreSession *session,
                                   gint64 tenant_id,
                                   gint64 now_us,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Gives the objects the names that they have in this municipality's database, and those that are there, too. */
gboolean import_calendars_name (ImportRun *run,
                                const GPtrArray *calendars,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean import_calendars_apply (ImportRun *run,
                                 const GPtrArray *calendars,
                                 ImportCount *count,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
