/* SPDX-License-Identifier: EUPL-1.2 */
/* The files of an import as tables of rows, and as calendar texts by resource. */
#pragma once

#include <json-glib/json-glib.h>

#include "ops/text/import-row.h"

typedef enum
{
  IMPORT_TENANT,
  IMPORT_CODES,
  IMPORT_UNITS,
  IMPORT_SETTINGS,
  IMPORT_CLOSING_DAYS,
  IMPORT_TEAMS,
  IMPORT_RESOURCES,
  IMPORT_WORKING_TIME,
  IMPORT_WORKING_TIME_EXCEPTIONS,
  IMPORT_OFFER_WINDOWS,
  IMPORT_OFFERS,
  IMPORT_TIME_BY_HAND,
  IMPORT_RETIRED,
  IMPORT_SYNC_BINDINGS,
  N_IMPORT_TABLES
} ImportTable;

/**
 * ImportText:
 * @file: name inside the folder
 * @resource: key or e-mail address, from the name
 */
typedef struct
{
  char *file;
  char *resource;
  char *text;
} ImportText;

/**
 * ImportSource:
 * @tables: (element-type ImportRow) each, in the file's order
 * @availabilities: (element-type ImportText): availability/RESOURCE.ics
 * @calendars: (element-type ImportText): calendars/RESOURCE/NAME.ics
 * @reduced: (element-type ImportText): reduced/RESOURCE/HASH.ics, as an export has written them
 * @problems: what could not be read
 *
 * A folder, read. Nothing of it has been held against the database.
 */
typedef struct
{
  GPtrArray *tables[N_IMPORT_TABLES];
  GPtrArray *availabilities;
  GPtrArray *calendars;
  GPtrArray *reduced;
  ImportProblems problems;
} ImportSource;

ImportSource *import_source_read (JsonObject *files);
void import_source_free (ImportSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImportSource, import_source_free)
/* As if availability/RESOURCE.ics had been in the folder. */
void import_source_add_availability (ImportSource *source, const char *resource, const char *text);
/* As if calendars/RESOURCE/NAME.ics had. */
void import_source_add_calendar (ImportSource *source, const char *resource, const char *text);
const char *import_table_get_name (ImportTable table);
gboolean import_table_has_column (ImportTable table, const char *column);
/* Those of the table, parted by commas. */
char *import_table_dup_columns (ImportTable table);
