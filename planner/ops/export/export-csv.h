/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes tables that the import reads. */
#pragma once

#include <glib.h>

/**
 * ExportCsv:
 *
 * A table being written: UTF-8, semicolons, LF. Declare it with g_auto.
 */
typedef struct
{
  GString *text;
  gboolean is_inside;
} ExportCsv;

void export_csv_init (ExportCsv *csv, const char *columns);
void export_csv_clear (ExportCsv *csv);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ExportCsv, export_csv_clear)

/* Cells from left to right; NULL is an empty one. */
void export_csv_text (ExportCsv *csv, const char *text);
void export_csv_int (ExportCsv *csv, gint64 value);
void export_csv_flag (ExportCsv *csv, gboolean value);
void export_csv_minute (ExportCsv *csv, gint64 minute);
/* Empty for @open. */
void export_csv_date (ExportCsv *csv, gint64 date, gint64 open);
/* (element-type utf8): parted by |. */
void export_csv_list (ExportCsv *csv, const GPtrArray *values);
void export_csv_end_row (ExportCsv *csv);
