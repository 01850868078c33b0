/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of all statements, filled from the sql-*.h lists. */
#include "store/store-sql.h"

#include <glib.h>

static const struct
{
  const char *name;
  const char *text;
} statements[] = {
#define STORE_SQL_ROW(statement_name, statement_text) { #statement_name, statement_text },
  STORE_SQL_ALL (STORE_SQL_ROW)
#undef STORE_SQL_ROW
};

/**
 * store_sql_name:
 *
 * Returns: the statement's name, for messages. Any thread.
 */
const char *
store_sql_name (StoreStatement statement)
{
  g_return_val_if_fail (statement < SQL_N_STATEMENTS, "");
  return statements[statement].name;
}

/**
 * store_sql_text:
 *
 * Returns: the statement's text, which both databases take. Any thread.
 */
const char *
store_sql_text (StoreStatement statement)
{
  g_return_val_if_fail (statement < SQL_N_STATEMENTS, "");
  return statements[statement].text;
}
