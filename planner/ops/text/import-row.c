/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads and judges single values of an import row. */
#include "ops/text/import-row.h"

#include <stdio.h>
#include <string.h>

#include "calsync-civil.h"

static void
free_problem (gpointer data)
{
  ImportProblem *problem = data;
  g_free (problem->file);
  g_free (problem->reason);
  g_free (problem);
}

/**
 * import_problems_init:
 */
void
import_problems_init (ImportProblems *problems)
{
  problems->list = g_ptr_array_new_with_free_func (free_problem);
}

/**
 * import_problems_clear:
 */
void
import_problems_clear (ImportProblems *problems)
{
  g_clear_pointer (&problems->list, g_ptr_array_unref);
}

static void
add_problem (ImportProblems *problems, const char *file, guint line, char *reason)
{
  ImportProblem *problem = g_new0 (ImportProblem, 1);
  problem->file = g_strdup (file);
  problem->line = line;
  problem->reason = reason;
  g_ptr_array_add (problems->list, problem);
}

/**
 * import_problems_add:
 * @line: 0 for the whole file
 */
void
import_problems_add (ImportProblems *problems,
                     const char *file,
                     guint line,
                     const char *format,
                     ...)
{
  va_list values;

  va_start (values, format);
  add_problem (problems, file, line, g_strdup_vprintf (format, values));
  va_end (values);
}

/**
 * import_row_new:
 *
 * Returns: (transfer full): a row without values.
 */
ImportRow *
import_row_new (ImportProblems *problems, const char *file, guint line)
{
  ImportRow *row = g_new0 (ImportRow, 1);

  row->problems = problems;
  row->file = g_strdup (file);
  row->line = line;
  row->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return row;
}

/**
 * import_row_free:
 */
void
import_row_free (ImportRow *row)
{
  if (row == NULL)
    return;
  g_free (row->file);
  g_hash_table_unref (row->values);
  g_free (row);
}

/**
 * import_row_set:
 */
void
import_row_set (ImportRow *row, const char *column, const char *value)
{
  g_hash_table_replace (row->values, g_strdup (column), g_strdup (value));
}

/**
 * import_row_has:
 */
gboolean
import_row_has (const ImportRow *row, const char *column)
{
  return g_hash_table_contains (row->values, column);
}

/**
 * import_row_refuse:
 *
 * The row will not be written; the reason is kept with its file and line.
 */
void
import_row_refuse (ImportRow *row, const char *format, ...)
{
  va_list values;

  va_start (values, format);
  add_problem (row->problems, row->file, row->line, g_strdup_vprintf (format, values));
  va_end (values);
  row->is_refused = TRUE;
}

static const char *
value_of (ImportRow *row, const char *column)
{
  const char *value = g_hash_table_lookup (row->values, column);
  gsize n_blanks = 0;

  while (value != NULL && g_ascii_isspace (value[n_blanks]))
    n_blanks++;
  return value != NULL && value[n_blanks] != '\0' ? value : NULL;
}

/**
 * import_row_text:
 *
 * Returns: (nullable): the value.
 */
const char *
import_row_text (ImportRow *row, const char *column, glong max_characters)
{
  const char *value = value_of (row, column);

  if (value == NULL)
    return NULL;
  if (g_utf8_strlen (value, -1) > max_characters)
    import_row_refuse (row, "%s is longer than %ld characters", column, max_characters);
  else
    return value;
  return NULL;
}

/**
 * import_row_need:
 *
 * Returns: (nullable): the value; NULL when the row is refused for it.
 */
const char *
import_row_need (ImportRow *row, const char *column, glong max_characters)
{
  if (value_of (row, column) == NULL)
    {
      import_row_refuse (row, "%s is missing", column);
      return NULL;
    }
  return import_row_text (row, column, max_characters);
}

/**
 * import_row_int:
 *
 * Returns: the number; @fallback when it is empty or refused.
 */
gint64
import_row_int (ImportRow *row, const char *column, gint64 fallback, gint64 min, gint64 max)
{
  const char *value = value_of (row, column);
  gint64 number = 0;

  if (value == NULL)
    return fallback;
  if (g_ascii_string_to_signed (value, 10, min, max, &number, NULL))
    return number;
  import_row_refuse (
    row, "%s must be a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ", not \"%s\"",
    column, min, max, value);
  return fallback;
}

/**
 * import_row_word:
 *
 * Returns: the word, as it stands in @words; the first of them when the value is empty or refused.
 */
const char *
import_row_word (ImportRow *row, const char *column, const char *const *words, gboolean is_needed)
{
  const char *value = value_of (row, column);
  g_autofree char *choices = NULL;

  if (value == NULL && !is_needed)
    return words[0];
  for (guint i = 0; value != NULL && words[i] != NULL; i++)
    if (g_ascii_strcasecmp (words[i], value) == 0)
      return words[i];
  choices = g_strjoinv (", ", (char **) words);
  if (value == NULL)
    import_row_refuse (row, "%s is missing: one of %s", column, choices);
  else
    import_row_refuse (row, "%s must be one of %s, not \"%s\"", column, choices, value);
  return words[0];
}

/**
 * import_row_flag:
 *
 * Reads yes or no.
 */
gboolean
import_row_flag (ImportRow *row, const char *column, gboolean fallback)
{
  static const char *const words[] = { "no", "yes", NULL };

  if (value_of (row, column) == NULL)
    return fallback;
  return g_str_equal (import_row_word (row, column, words, TRUE), "yes");
}

/**
 * import_parse_date:
 * @text: YYYY-MM-DD
 * @out_date: days since 1970-01-01
 */
gboolean
import_parse_date (const char *text, gint64 *out_date)
{
  int year = 0;
  int month = 0;
  int day = 0;
  int n_read = 0;

  if (strlen (text) != 10 || strspn (text, "0123456789-") != 10 ||
      sscanf (text, "%4d-%2d-%2d%n", &year, &month, &day, &n_read) != 3 || n_read != 10 ||
      year < 1 || month < 1 || month > 12 || day < 1 || day > calsync_month_length (year, month))
    return FALSE;
  *out_date = calsync_days_from_civil (year, month, day);
  return TRUE;
}

/**
 * import_parse_minute:
 * @text: HH:MM, 00:00 to 24:00
 */
gboolean
import_parse_minute (const char *text, gint64 *out_minute)
{
  int hour = 0;
  int minute = 0;

  if (strlen (text) != 5 || !g_ascii_isdigit (text[0]) || !g_ascii_isdigit (text[1]) ||
      text[2] != ':' || !g_ascii_isdigit (text[3]) || !g_ascii_isdigit (text[4]))
    return FALSE;
  hour = (text[0] - '0') * 10 + text[1] - '0';
  minute = (text[3] - '0') * 10 + text[4] - '0';
  if (minute > 59 || hour * 60 + minute > 1440)
    return FALSE;
  *out_minute = hour * 60 + minute;
  return TRUE;
}

/**
 * import_row_date:
 *
 * Returns: days since 1970-01-01; @fallback when it is empty or refused.
 */
gint64
import_row_date (ImportRow *row, const char *column, gint64 fallback)
{
  const char *value = value_of (row, column);
  gint64 date = 0;

  if (value == NULL)
    return fallback;
  if (import_parse_date (value, &date))
    return date;
  import_row_refuse (row, "%s must be a date YYYY-MM-DD, not \"%s\"", column, value);
  return fallback;
}

/**
 * import_row_minute:
 *
 * Returns: minutes of the day; -1 when the value is empty or refused.
 */
gint64
import_row_minute (ImportRow *row, const char *column)
{
  const char *value = value_of (row, column);
  gint64 minute = 0;

  if (value == NULL)
    return -1;
  if (import_parse_minute (value, &minute))
    return minute;
  import_row_refuse (row, "%s must be a time HH:MM, not \"%s\"", column, value);
  return -1;
}

static int
find_weekday (const char *name, gsize length)
{
  static const char *const names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (length == 3 && g_ascii_strncasecmp (names[i], name, 3) == 0)
      return (int) i;
  return -1;
}

/* "tue" or "mon-thu"; 0 when it is neither. */
static guint
parse_weekday_range (const char *text)
{
  const char *dash = strchr (text, '-');
  int first = find_weekday (text, dash == NULL ? strlen (text) : (gsize) (dash - text));
  int last = dash == NULL ? first : find_weekday (dash + 1, strlen (dash + 1));
  guint bits = 0;

  if (first < 0 || last < first)
    return 0;
  for (int day = first; day <= last; day++)
    bits |= 1u << day;
  return bits;
}

/**
 * import_row_weekdays:
 *
 * Returns: bit 0 Monday … bit 6 Sunday; 0 when the row is refused for it.
 */
guint
import_row_weekdays (ImportRow *row, const char *column)
{
  g_auto (GStrv) parts = import_row_list (row, column);
  guint bits = 0;

  for (guint i = 0; parts[i] != NULL; i++)
    {
      guint more = parse_weekday_range (parts[i]);
      if (more == 0)
        {
          import_row_refuse (row, "%s: \"%s\" is no weekday (mon … sun, mon-fri)", column,
                             parts[i]);
          return 0;
        }
      bits |= more;
    }
  if (bits == 0)
    import_row_refuse (row, "%s is missing", column);
  return bits;
}

/**
 * import_row_list:
 *
 * Returns: (transfer full): the parts.
 */
char **
import_row_list (ImportRow *row, const char *column)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  const char *value = value_of (row, column);
  g_auto (GStrv) raw = g_strsplit (value == NULL ? "" : value, "|", -1);

  for (guint i = 0; raw[i] != NULL; i++)
    if (*g_strstrip (raw[i]) != '\0')
      g_ptr_array_add (parts, g_strdup (raw[i]));
  g_ptr_array_add (parts, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&parts), FALSE);
}
