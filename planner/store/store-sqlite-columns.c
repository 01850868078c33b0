/* SPDX-License-Identifier: EUPL-1.2 */
/* What a row of a running statement holds. */
#include <sqlite3.h>

#include "store/store.h"

/**
 * store_n_columns:
 *
 * Returns: how many columns a row has.
 */
int
store_n_columns (StoreQuery *query)
{
  return sqlite3_column_count (query->running);
}

/**
 * store_column_name:
 *
 * Returns: the column's name, as the statement gives it after AS.
 */
const char *
store_column_name (StoreQuery *query, int column)
{
  return sqlite3_column_name (query->running, column);
}

/**
 * store_is_int:
 *
 * Returns: TRUE when that column holds an integer.
 */
gboolean
store_is_int (StoreQuery *query, int column)
{
  return sqlite3_column_type (query->running, column) == SQLITE_INTEGER;
}

/**
 * store_int:
 * @column: from 0
 *
 * Returns: the integer in that column; 0 when it is null.
 */
gint64
store_int (StoreQuery *query, int column)
{
  return sqlite3_column_int64 (query->running, column);
}

/**
 * store_text:
 *
 * Returns: (nullable): the text in that column, valid until the next step.
 */
const char *
store_text (StoreQuery *query, int column)
{
  return (const char *) sqlite3_column_text (query->running, column);
}

/**
 * store_dup_bytes:
 *
 * Returns: (transfer full): the bytes in that column, empty when it is null.
 */
GBytes *
store_dup_bytes (StoreQuery *query, int column)
{
  const void *data = sqlite3_column_blob (query->running, column);
  return g_bytes_new (data, sqlite3_column_bytes (query->running, column));
}

/**
 * store_is_null:
 *
 * Returns: TRUE when that column holds no value.
 */
gboolean
store_is_null (StoreQuery *query, int column)
{
  return sqlite3_column_type (query->running, column) == SQLITE_NULL;
}

/**
 * store_dup_value:
 *
 * Returns: (transfer full): whatever stands in that column; clear it with store_value_clear().
 */
StoreValue
store_dup_value (StoreQuery *query, int column)
{
  switch (sqlite3_column_type (query->running, column))
    {
    case SQLITE_INTEGER:
      return (StoreValue){ .type = 'i', .number = store_int (query, column) };
    case SQLITE_TEXT:
      return (StoreValue){ .type = 's', .text = g_strdup (store_text (query, column)) };
    case SQLITE_BLOB:
      return (StoreValue){ .type = 'b', .bytes = store_dup_bytes (query, column) };
    default:
      return (StoreValue){ .type = 'n' };
    }
}

/**
 * store_value_clear:
 */
void
store_value_clear (StoreValue *value)
{
  g_clear_pointer (&value->text, g_free);
  g_clear_pointer (&value->bytes, g_bytes_unref);
  value->type = 'n';
}
