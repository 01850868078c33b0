/* SPDX-License-Identifier: EUPL-1.2 */
/* CSV as ops/text/import-csv reads it: quotes where they are needed and nowhere else. */
#include "ops/export/export-csv.h"

#include <string.h>

#include "ops/admin/admin-format.h"

/**
 * export_csv_init:
 * @columns: parted by semicolons
 */
void
export_csv_init (ExportCsv *csv, const char *columns)
{
  csv->text = g_string_new (columns);
  g_string_append_c (csv->text, '\n');
  csv->is_inside = FALSE;
}

/**
 * export_csv_clear:
 */
void
export_csv_clear (ExportCsv *csv)
{
  if (csv->text != NULL)
    g_string_free (csv->text, TRUE);
  csv->text = NULL;
}

/**
 * export_csv_text:
 * @text: (nullable)
 */
void
export_csv_text (ExportCsv *csv, const char *text)
{
  if (csv->is_inside)
    g_string_append_c (csv->text, ';');
  csv->is_inside = TRUE;
  if (text == NULL || strpbrk (text, ";,\"\n#") == NULL)
    {
      g_string_append (csv->text, text == NULL ? "" : text);
      return;
    }
  g_string_append_c (csv->text, '"');
  for (; *text != '\0'; text++)
    {
      if (*text == '"')
        g_string_append_c (csv->text, '"');
      g_string_append_c (csv->text, *text);
    }
  g_string_append_c (csv->text, '"');
}

/**
 * export_csv_int:
 */
void
export_csv_int (ExportCsv *csv, gint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);
  export_csv_text (csv, text);
}

/**
 * export_csv_flag:
 */
void
export_csv_flag (ExportCsv *csv, gboolean value)
{
  export_csv_text (csv, value ? "yes" : "no");
}

/**
 * export_csv_minute:
 * @minute: of the day
 */
void
export_csv_minute (ExportCsv *csv, gint64 minute)
{
  g_autofree char *text = admin_format_minute (minute);
  export_csv_text (csv, text);
}

/**
 * export_csv_date:
 * @date: days since 1970-01-01
 */
void
export_csv_date (ExportCsv *csv, gint64 date, gint64 open)
{
  g_autofree char *text = date == open ? NULL : admin_format_date (date);
  export_csv_text (csv, text);
}

/**
 * export_csv_list:
 */
void
export_csv_list (ExportCsv *csv, const GPtrArray *values)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < values->len; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? "" : "|", (const char *) values->pdata[i]);
  export_csv_text (csv, text->str);
}

/**
 * export_csv_end_row:
 */
void
export_csv_end_row (ExportCsv *csv)
{
  g_string_append_c (csv->text, '\n');
  csv->is_inside = FALSE;
}
