/* SPDX-License-Identifier: EUPL-1.2 */
/* Tables: what is read has one field for each column, and written out it is read back equal. */
#include <string.h>

#include "fuzz.h"
#include "ops/text/import-csv.h"

static void
append_line (GString *text, char **fields)
{
  for (guint i = 0; fields[i] != NULL; i++)
    {
      g_autoptr (GString) doubled = g_string_new (fields[i]);

      g_string_replace (doubled, "\"", "\"\"", 0);
      g_string_append_printf (text, "%s\"%s\"", i == 0 ? "" : ";", doubled->str);
    }
  g_string_append (text, "\r\n");
}

static char *
dup_text (const CsvTable *table)
{
  g_autoptr (GString) text = g_string_new (NULL);

  append_line (text, table->columns);
  for (guint i = 0; i < table->rows->len; i++)
    append_line (text, g_array_index (table->rows, CsvRow, i).fields);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  g_autofree char *text = fuzz_dup_text (data, n_bytes);
  g_autofree char *written = NULL;
  g_autofree char *written_again = NULL;
  g_auto (CsvFault) fault = { 0 };
  g_autoptr (CsvTable) table = csv_parse (text, &fault);
  g_autoptr (CsvTable) again = NULL;
  guint n_lines = 1;

  for (const char *c = text; *c != '\0'; c++)
    n_lines += *c == '\n';
  if (table == NULL)
    {
      g_assert_nonnull (fault.reason);
      g_assert_cmpuint (fault.line, >=, 1);
      g_assert_cmpuint (fault.line, <=, n_lines);
      return 0;
    }
  g_assert_null (fault.reason);
  for (guint i = 0; i < table->rows->len; i++)
    {
      const CsvRow *row = &g_array_index (table->rows, CsvRow, i);

      g_assert_cmpuint (g_strv_length (row->fields), ==, table->n_columns);
      g_assert_true (row->line > table->header_line && row->line <= n_lines);
    }
  /* The header's first line tells the separator: columns that hold one, or a line end, have none like it. */
  for (guint i = 0; i < table->n_columns; i++)
    if (strpbrk (table->columns[i], ";\n") != NULL)
      return 0;
  written = dup_text (table);
  again = csv_parse (written, &fault);
  g_assert_nonnull (again);
  written_again = dup_text (again);
  g_assert_cmpstr (written, ==, written_again);
  return 0;
}
