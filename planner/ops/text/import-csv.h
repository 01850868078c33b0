/* SPDX-License-Identifier: EUPL-1.2 */
/* Tables as text: RFC 4180 with a header line, comma or semicolon, line numbers kept. */
#pragma once

#include <glib.h>

/**
 * CsvRow:
 * @line: line of the file that the row begins on, from 1
 * @fields: NULL-terminated; as many as there are columns
 */
typedef struct
{
  guint line;
  char **fields;
} CsvRow;

/**
 * CsvTable:
 * @columns: NULL-terminated names from the header line
 * @n_columns: at least 1
 * @rows: (element-type CsvRow)
 */
typedef struct
{
  guint header_line;
  char **columns;
  guint n_columns;
  GArray *rows;
} CsvTable;

/* What is wrong and where; @reason is NULL while nothing is. */
typedef struct
{
  guint line;
  char *reason;
} CsvFault;

CsvTable *csv_parse (const char *text, CsvFault *out_fault);
void csv_table_free (CsvTable *table);
void csv_fault_clear (CsvFault *fault);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsvTable, csv_table_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CsvFault, csv_fault_clear)
