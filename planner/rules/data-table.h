/* SPDX-License-Identifier: EUPL-1.2 */
/* Our own data files: comma-separated rows under a fixed header; private to rules/. */
#pragma once

#include <glib.h>

/**
 * DataRow:
 * @line: line of the file, from 1
 * @fields: NULL-terminated, as many as the header has
 */
typedef struct
{
  guint line;
  char **fields;
} DataRow;

/* (element-type DataRow); NULL with PLANNER_ERROR_MALFORMED. @header: such as "code,name". */
GArray *
data_table_parse (const char *text, const char *header, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean data_row_parse_int (const DataRow *row,
                             guint column,
                             int low,
                             int high,
                             int *out_value,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean data_row_parse_date (const DataRow *row,
                              guint column,
                              gint32 empty_date,
                              gint32 *out_date,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
