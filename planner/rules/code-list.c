/* SPDX-License-Identifier: EUPL-1.2 */
/* Code lists read from data/codes; ids are data, so that a new one is a row and no build. */
#include "rules/code-list.h"

#include "base/error.h"
#include "rules/data-table.h"

#define HEADER "code,name,valid_from,valid_until,source"

struct _CodeList
{
  char *name;
  GArray *rows; /* CodeRow, by code, then valid_from */
};

static void
clear_row (gpointer data)
{
  CodeRow *row = data;

  g_free (row->name);
  g_free (row->source);
}

static int
compare_rows (gconstpointer a, gconstpointer b)
{
  const CodeRow *left = a, *right = b;

  if (left->code != right->code)
    return left->code < right->code ? -1 : 1;
  return (left->valid_from > right->valid_from) - (left->valid_from < right->valid_from);
}

static gboolean
append_row (CodeList *list, const DataRow *data, GError **error)
{
  CodeRow row = { 0 };

  if (!data_row_parse_int (data, 0, G_MININT32, G_MAXINT32, &row.code, error) ||
      !data_row_parse_date (data, 2, G_MININT32, &row.valid_from, error) ||
      !data_row_parse_date (data, 3, G_MAXINT32, &row.valid_until, error))
    return FALSE;
  if (row.valid_until <= row.valid_from || data->fields[1][0] == '\0')
    {
      g_set_error (
        error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED, "%s: line %u: %s", list->name, data->line,
        data->fields[1][0] == '\0' ? "a code needs a name" : "the validity ends before it begins");
      return FALSE;
    }
  row.name = g_strdup (data->fields[1]);
  row.source = g_strdup (data->fields[4]);
  g_array_append_val (list->rows, row);
  return TRUE;
}

/* A code may come back later under another name, but means one thing a day. */
static gboolean
check_overlaps (const CodeList *list, GError **error)
{
  for (guint i = 1; i < list->rows->len; i++)
    {
      const CodeRow *row = &g_array_index (list->rows, CodeRow, i), *before = row - 1;

      if (row->code == before->code && row->valid_from < before->valid_until)
        {
          g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED,
                       "%s: code %d has two rows for the same dates", list->name, row->code);
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * code_list_parse:
 * @name: the list's name, such as interview-types; used in error texts
 * @csv: text of a file of data/codes: code,name,valid_from,valid_until,source; @valid_until is the first
 *   date no longer valid, empty dates are open
 *
 * Errors: %PLANNER_ERROR_MALFORMED, naming the line. Any thread.
 *
 * Returns: (transfer full): the list; NULL on error
 */
CodeList *
code_list_parse (const char *name, const char *csv, GError **error)
{
  g_autoptr (CodeList) list = g_new0 (CodeList, 1);
  g_autoptr (GArray) rows = NULL;

  list->name = g_strdup (name);
  list->rows = g_array_new (FALSE, FALSE, sizeof (CodeRow));
  g_array_set_clear_func (list->rows, clear_row);
  rows = data_table_parse (csv, HEADER, error);
  if (rows == NULL)
    {
      g_prefix_error (error, "%s: ", name);
      return NULL;
    }
  for (guint i = 0; i < rows->len; i++)
    if (!append_row (list, &g_array_index (rows, DataRow, i), error))
      return NULL;
  g_array_sort (list->rows, compare_rows);
  return check_overlaps (list, error) ? g_steal_pointer (&list) : NULL;
}

/**
 * code_list_add:
 *
 * Errors: %PLANNER_ERROR_CONFLICT when a row of the code holds for one of the dates already; the list
 * is then as it was. The thread that made the list.
 */
gboolean
code_list_add (CodeList *list, const CodeRow *row, GError **error)
{
  CodeRow copy = *row;

  for (guint i = 0; i < list->rows->len; i++)
    {
      const CodeRow *other = &g_array_index (list->rows, CodeRow, i);

      if (other->code == row->code && other->valid_from < row->valid_until &&
          row->valid_from < other->valid_until)
        {
          g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT,
                       "code %d of the list %s is there already: %s", row->code, list->name,
                       other->name);
          return FALSE;
        }
    }
  copy.name = g_strdup (row->name);
  copy.source = g_strdup (row->source);
  g_array_append_val (list->rows, copy);
  g_array_sort (list->rows, compare_rows);
  return TRUE;
}

/**
 * code_list_free:
 * @list: (transfer full) (nullable): freed with its rows
 */
void
code_list_free (CodeList *list)
{
  if (list == NULL)
    return;
  g_free (list->name);
  g_array_unref (list->rows);
  g_free (list);
}

/**
 * code_list_get_name:
 *
 * Returns: (transfer none): the name given to code_list_parse(). Any thread.
 */
const char *
code_list_get_name (const CodeList *list)
{
  return list->name;
}

/**
 * code_list_count:
 *
 * Returns: number of rows. Any thread.
 */
guint
code_list_count (const CodeList *list)
{
  return list->rows->len;
}

/**
 * code_list_get_row:
 * @index: less than code_list_count()
 *
 * Returns: (transfer none): a row; they are ordered by code, then first date. Any thread.
 */
const CodeRow *
code_list_get_row (const CodeList *list, guint index)
{
  g_return_val_if_fail (index < list->rows->len, NULL);
  return &g_array_index (list->rows, CodeRow, index);
}

/**
 * code_list_find:
 * @date: local date, days since 1970-01-01
 *
 * Returns: (nullable) (transfer none): the row of @code that is valid on @date. Any thread.
 */
const CodeRow *
code_list_find (const CodeList *list, int code, gint32 date)
{
  for (guint i = 0; i < list->rows->len; i++)
    {
      const CodeRow *row = &g_array_index (list->rows, CodeRow, i);

      if (row->code == code && date >= row->valid_from && date < row->valid_until)
        return row;
    }
  return NULL;
}

/**
 * code_list_find_any:
 *
 * Returns: (nullable) (transfer none): the latest row of @code, whatever its dates, so that old records
 *   can be named. Any thread.
 */
const CodeRow *
code_list_find_any (const CodeList *list, int code)
{
  const CodeRow *latest = NULL;

  for (guint i = 0; i < list->rows->len; i++)
    if (g_array_index (list->rows, CodeRow, i).code == code)
      latest = &g_array_index (list->rows, CodeRow, i);
  return latest;
}
