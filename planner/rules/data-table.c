/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads the files of data/: RFC 4180 without line breaks inside fields; lines with # are remarks. */
#include "rules/data-table.h"

#include "base/error.h"
#include "calsync-civil.h"

#include <stdio.h>
#include <string.h>

static void
clear_row (gpointer data)
{
  DataRow *row = data;
  g_strfreev (row->fields);
}

/* Reads one field from @text on; returns where it stopped, or NULL when its quotes do not close. */
static const char *
read_field (const char *text, GString *field)
{
  gboolean is_quoted = *text == '"';

  if (!is_quoted)
    {
      gsize length = strcspn (text, ",");
      g_string_append_len (field, text, (gssize) length);
      return text + length;
    }
  for (text++; *text != '\0'; text++)
    {
      if (*text == '"' && text[1] == '"')
        text++;
      else if (*text == '"')
        return text[1] == ',' || text[1] == '\0' ? text + 1 : NULL;
      g_string_append_c (field, *text);
    }
  return NULL;
}

static char **
split_line (const char *line)
{
  g_autoptr (GStrvBuilder) fields = g_strv_builder_new ();

  for (const char *at = line; at != NULL;)
    {
      g_autoptr (GString) field = g_string_new (NULL);

      at = read_field (at, field);
      if (at == NULL)
        return NULL;
      g_strv_builder_add (fields, field->str);
      at = *at == ',' ? at + 1 : NULL;
    }
  return g_strv_builder_end (fields);
}

/**
 * data_table_parse:
 * @text: a whole file, UTF-8
 * @header: the header line that it must have
 *
 * Errors: %PLANNER_ERROR_MALFORMED with the line's number when the header is another, a row has more
 * or fewer fields, or a quoted field does not end. Any thread.
 *
 * Returns: (transfer full) (element-type DataRow): the rows below the header; NULL on error
 */
GArray *
data_table_parse (const char *text, const char *header, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_auto (GStrv) columns = g_strsplit (header, ",", -1);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (DataRow));
  gboolean has_header = FALSE;

  g_array_set_clear_func (rows, clear_row);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      DataRow row = { .line = i + 1 };
      char *line = g_strchomp (lines[i]);

      if (line[0] == '\0' || line[0] == '#')
        continue;
      if (!has_header && !g_str_equal (line, header))
        return g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED,
                            "line %u: the header must be %s", row.line, header),
               NULL;
      if (!has_header)
        {
          has_header = TRUE;
          continue;
        }
      row.fields = split_line (line);
      if (row.fields != NULL)
        g_array_append_val (rows, row);
      if (row.fields == NULL || g_strv_length (row.fields) != g_strv_length (columns))
        return g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED,
                            "line %u: the fields are not those of the header", row.line),
               NULL;
    }
  return g_steal_pointer (&rows);
}

/**
 * data_row_parse_int:
 * @column: number of the field, from 0
 * @low: smallest value allowed
 * @high: greatest value allowed
 *
 * Errors: %PLANNER_ERROR_MALFORMED, naming the line. Any thread.
 *
 * Returns: FALSE when the field is not a whole number in that range
 */
gboolean
data_row_parse_int (const DataRow *row,
                    guint column,
                    int low,
                    int high,
                    int *out_value,
                    GError **error)
{
  gint64 value;

  if (!g_ascii_string_to_signed (row->fields[column], 10, low, high, &value, NULL))
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED,
                   "line %u: \"%s\" is not a whole number from %d to %d", row->line,
                   row->fields[column], low, high);
      return FALSE;
    }
  *out_value = (int) value;
  return TRUE;
}

/**
 * data_row_parse_date:
 * @column: number of the field, from 0
 * @empty_date: what an empty field means
 * @out_date: (out): days since 1970-01-01
 *
 * Errors: %PLANNER_ERROR_MALFORMED, naming the line. Any thread.
 *
 * Returns: FALSE when the field is neither empty nor a date YYYY-MM-DD
 */
gboolean
data_row_parse_date (const DataRow *row,
                     guint column,
                     gint32 empty_date,
                     gint32 *out_date,
                     GError **error)
{
  const char *text = row->fields[column];
  CalsyncLocalTime local = { 0 };
  int n_read = 0;

  if (text[0] == '\0')
    {
      *out_date = empty_date;
      return TRUE;
    }
  if (strlen (text) != 10 ||
      sscanf (text, "%4d-%2d-%2d%n", &local.year, &local.month, &local.day, &n_read) != 3 ||
      n_read != 10 || !calsync_local_is_valid (&local))
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED,
                   "line %u: \"%s\" is not a date YYYY-MM-DD", row->line, text);
      return FALSE;
    }
  *out_date = (gint32) calsync_days_from_civil (local.year, local.month, local.day);
  return TRUE;
}
