/* SPDX-License-Identifier: EUPL-1.2 */
/* A CSV reader that refuses what it cannot read the only possible way. */
#include "ops/text/import-csv.h"

#include <string.h>

#define MAX_COLUMNS     100
#define MAX_FIELD_BYTES 65536

typedef struct
{
  const char *at;
  guint line;
  char separator;
  CsvFault *fault;
} Reader;

static void
clear_row (gpointer data)
{
  CsvRow *row = data;
  g_strfreev (row->fields);
}

/**
 * csv_table_free:
 */
void
csv_table_free (CsvTable *table)
{
  if (table == NULL)
    return;
  g_strfreev (table->columns);
  g_clear_pointer (&table->rows, g_array_unref);
  g_free (table);
}

/**
 * csv_fault_clear:
 */
void
csv_fault_clear (CsvFault *fault)
{
  g_clear_pointer (&fault->reason, g_free);
}

static gboolean
refuse (Reader *reader, guint line, const char *reason)
{
  reader->fault->line = line;
  reader->fault->reason = g_strdup (reason);
  return FALSE;
}

static gboolean
is_line_end (const Reader *reader)
{
  return *reader->at == '\n' || (reader->at[0] == '\r' && reader->at[1] == '\n');
}

static void
skip_line_end (Reader *reader)
{
  if (*reader->at == '\r')
    reader->at++;
  if (*reader->at == '\n')
    reader->at++;
  reader->line++;
}

/* After the opening quote. Quotes are doubled inside; line ends are part of the field. */
static gboolean
read_quoted (Reader *reader, GString *field)
{
  guint first_line = reader->line;

  for (;; reader->at++)
    {
      if (*reader->at == '\0')
        return refuse (reader, first_line, "a quoted field is never closed");
      if (*reader->at == '"' && reader->at[1] != '"')
        break;
      if (*reader->at == '"')
        reader->at++;
      if (*reader->at == '\n')
        reader->line++;
      if (*reader->at != '\r')
        g_string_append_c (field, *reader->at);
    }
  reader->at++;
  if (*reader->at != '\0' && *reader->at != reader->separator && !is_line_end (reader))
    return refuse (reader, reader->line, "text follows the closing quote of a field");
  return TRUE;
}

static gboolean
read_plain (Reader *reader, GString *field)
{
  while (*reader->at != '\0' && *reader->at != reader->separator && !is_line_end (reader))
    {
      if (*reader->at == '"')
        return refuse (reader, reader->line, "a quote stands inside a field that is not quoted");
      if (*reader->at == '\r')
        return refuse (reader, reader->line, "a carriage return stands inside a line");
      g_string_append_c (field, *reader->at++);
    }
  return TRUE;
}

static gboolean
read_field (Reader *reader, GPtrArray *fields)
{
  g_autoptr (GString) field = g_string_new (NULL);
  gboolean is_quoted = *reader->at == '"';

  if (is_quoted)
    reader->at++;
  if (!(is_quoted ? read_quoted (reader, field) : read_plain (reader, field)))
    return FALSE;
  if (field->len > MAX_FIELD_BYTES)
    return refuse (reader, reader->line, "a field is longer than 65536 bytes");
  g_ptr_array_add (fields, g_strstrip (g_strdup (field->str)));
  return TRUE;
}

/* (transfer full) (nullable): NULL with the fault set. */
static char **
read_record (Reader *reader)
{
  g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func (g_free);

  for (;;)
    {
      if (!read_field (reader, fields))
        return NULL;
      if (fields->len > MAX_COLUMNS)
        {
          refuse (reader, reader->line, "a line has more than 100 fields");
          return NULL;
        }
      if (*reader->at != reader->separator)
        break;
      reader->at++;
    }
  if (*reader->at != '\0')
    skip_line_end (reader);
  g_ptr_array_add (fields, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&fields), FALSE);
}

/* Empty lines mean nothing anywhere; lines that begin with # only before the header. */
static void
skip_to_record (Reader *reader, gboolean may_skip_comments)
{
  while (is_line_end (reader) || (may_skip_comments && *reader->at == '#'))
    {
      while (*reader->at != '\0' && !is_line_end (reader))
        reader->at++;
      if (*reader->at != '\0')
        skip_line_end (reader);
    }
}

static char
find_separator (const char *header)
{
  return header[strcspn (header, ";\r\n")] == ';' ? ';' : ',';
}

static gboolean
check_header (Reader *reader, const CsvTable *table)
{
  for (guint i = 0; i < table->n_columns; i++)
    {
      if (*table->columns[i] == '\0')
        return refuse (reader, table->header_line, "a column has no name");
      if (g_strv_contains ((const char *const *) table->columns + i + 1, table->columns[i]))
        return refuse (reader, table->header_line, "two columns have the same name");
    }
  return TRUE;
}

static gboolean
read_rows (Reader *reader, CsvTable *table)
{
  for (;;)
    {
      CsvRow row = { 0 };

      skip_to_record (reader, FALSE);
      if (*reader->at == '\0')
        return TRUE;
      row.line = reader->line;
      row.fields = read_record (reader);
      if (row.fields == NULL)
        return FALSE;
      g_array_append_val (table->rows, row);
      if (g_strv_length (row.fields) != table->n_columns)
        return refuse (reader, row.line, "the line has another number of fields than the header");
    }
}

/**
 * csv_parse:
 * @text: UTF-8, with or without a byte order mark
 * @out_fault: (out): filled when NULL is returned
 *
 * Lines end in LF or CRLF. The separator is the semicolon when the header has one, else the comma.
 * Space around a field is dropped. Lines that begin with # may stand before the header. Source:
 * RFC 4180.
 *
 * Returns: (transfer full) (nullable): the table. Any thread.
 */
CsvTable *
csv_parse (const char *text, CsvFault *out_fault)
{
  g_autoptr (CsvTable) table = g_new0 (CsvTable, 1);
  Reader reader = { text, 1, ',', out_fault };

  if (g_str_has_prefix (text, "\xef\xbb\xbf"))
    reader.at += 3;
  if (!g_utf8_validate (reader.at, -1, NULL))
    {
      refuse (&reader, 1, "the file is not UTF-8");
      return NULL;
    }
  table->rows = g_array_new (FALSE, FALSE, sizeof (CsvRow));
  g_array_set_clear_func (table->rows, clear_row);
  skip_to_record (&reader, TRUE);
  if (*reader.at == '\0')
    {
      refuse (&reader, reader.line, "the file has no header line");
      return NULL;
    }
  reader.separator = find_separator (reader.at);
  table->header_line = reader.line;
  table->columns = read_record (&reader);
  if (table->columns == NULL)
    return NULL;
  table->n_columns = g_strv_length (table->columns);
  if (!check_header (&reader, table) || !read_rows (&reader, table))
    return NULL;
  return g_steal_pointer (&table);
}
