/* SPDX-License-Identifier: EUPL-1.2 */
/* The past stays as it was told then; from today on counts what is told now. */
#include "rules/code-merge.h"

#include <string.h>

#include "calsync-civil.h"

#define HEADER         "code,name,valid_from,valid_until,source\n"
#define MAX_NAME_BYTES 255
#define MAX_CODE       1000000
#define LOSS_DIVISOR   10
#define MAX_LOST_SHOWN 5

static int
compare_rows (gconstpointer a, gconstpointer b)
{
  const CodeRow *left = a, *right = b;

  if (left->code != right->code)
    return left->code < right->code ? -1 : 1;
  return (left->valid_from > right->valid_from) - (left->valid_from < right->valid_from);
}

static gboolean
is_name (const char *name)
{
  if (name == NULL || *name == '\0' || strlen (name) > MAX_NAME_BYTES ||
      !g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return FALSE;
  return TRUE;
}

/**
 * code_rows_find_fault:
 * @rows: (element-type CodeRow)
 *
 * Any thread.
 */
char *
code_rows_find_fault (GArray *rows)
{
  g_array_sort (rows, compare_rows);
  for (guint i = 0; i < rows->len; i++)
    {
      const CodeRow *row = &g_array_index (rows, CodeRow, i);

      if (row->code < 0 || row->code > MAX_CODE)
        return g_strdup_printf ("%d is no code", row->code);
      if (!is_name (row->name))
        return g_strdup_printf ("code %d has no name", row->code);
      if (row->valid_until <= row->valid_from)
        return g_strdup_printf ("code %d ends before it begins", row->code);
      if (i > 0 && row[-1].code == row->code && row->valid_from < row[-1].valid_until)
        return g_strdup_printf ("code %d has two rows for the same dates", row->code);
    }
  return NULL;
}

/* Without end or beginning is also what lies outside the years 1 to 9999: systems that must write a date write 9999-12-31,
 * and the day after that has no name in the file. */
static void
append_date (GString *text, gint32 date)
{
  int year = 0, month = 0, day = 0;

  g_string_append_c (text, ',');
  if (date == G_MININT32 || date == G_MAXINT32)
    return;
  calsync_days_to_civil (date, &year, &month, &day);
  if (year >= 1 && year <= 9999)
    g_string_append_printf (text, "%04d-%02d-%02d", year, month, day);
}

static void
append_quoted (GString *text, const char *field)
{
  g_string_append (text, ",\"");
  for (const char *at = field; *at != '\0'; at++)
    {
      if (*at == '"')
        g_string_append_c (text, '"');
      g_string_append_c (text, *at == '\n' || *at == '\r' ? ' ' : *at);
    }
  g_string_append_c (text, '"');
}

static void
append_row (GString *text, const CodeRow *row)
{
  g_string_append_printf (text, "%d", row->code);
  append_quoted (text, row->name);
  append_date (text, row->valid_from);
  append_date (text, row->valid_until);
  append_quoted (text, row->source);
  g_string_append_c (text, '\n');
}

/* What lies inside [from, until); a row that goes on where one of the same name ended becomes one with it. */
static void
add_clipped (GArray *rows, const CodeRow *row, gint32 from, gint32 until)
{
  CodeRow clipped = *row;
  CodeRow *last = rows->len == 0 ? NULL : &g_array_index (rows, CodeRow, rows->len - 1);

  clipped.valid_from = MAX (row->valid_from, from);
  clipped.valid_until = MIN (row->valid_until, until);
  if (clipped.valid_from >= clipped.valid_until)
    return;
  if (last != NULL && last->code == clipped.code && last->valid_until == clipped.valid_from &&
      strcmp (last->name, clipped.name) == 0)
    last->valid_until = clipped.valid_until;
  else
    g_array_append_val (rows, clipped);
}

/* One code: the held rows of before today, then the told ones; all days of one that was not known. */
static void
add_code (GArray *rows, const CodeList *held, const GArray *told, int code, gint32 today)
{
  gboolean is_known = code_list_find_any (held, code) != NULL;

  for (guint i = 0; i < code_list_count (held); i++)
    if (code_list_get_row (held, i)->code == code)
      add_clipped (rows, code_list_get_row (held, i), G_MININT32, today);
  for (guint i = 0; i < told->len; i++)
    {
      const CodeRow *row = &g_array_index (told, CodeRow, i);

      if (row->code == code)
        add_clipped (rows, row, is_known ? today : G_MININT32, G_MAXINT32);
    }
}

static gboolean
is_told_from (const GArray *told, int code, gint32 today)
{
  for (guint i = 0; i < told->len; i++)
    {
      const CodeRow *row = &g_array_index (told, CodeRow, i);
      if (row->code == code && row->valid_until > today)
        return TRUE;
    }
  return FALSE;
}

static void
count (const CodeList *held, const GArray *told, gint32 today, CodeMerge *merge)
{
  g_autoptr (GString) lost = g_string_new (NULL);

  for (guint i = 0; i < code_list_count (held); i++)
    {
      const CodeRow *row = code_list_get_row (held, i);

      if (today < row->valid_from || today >= row->valid_until)
        continue;
      merge->n_held++;
      if (is_told_from (told, row->code, today))
        continue;
      if (merge->n_lost++ < MAX_LOST_SHOWN)
        g_string_append_printf (lost, "%s%d (%s)", lost->len == 0 ? "" : ", ", row->code,
                                row->name);
    }
  for (guint i = 0; i < told->len; i++)
    {
      const CodeRow *row = &g_array_index (told, CodeRow, i);
      if (code_list_find_any (held, row->code) == NULL && (i == 0 || row[-1].code != row->code))
        merge->n_new++;
    }
  merge->lost = lost->len == 0 ? NULL : g_strdup (lost->str);
}

static int
compare_codes (gconstpointer a, gconstpointer b)
{
  return *(const int *) a - *(const int *) b;
}

static GArray *
list_codes (const CodeList *held, const GArray *told)
{
  GArray *codes = g_array_new (FALSE, FALSE, sizeof (int));

  for (guint i = 0; i < code_list_count (held); i++)
    g_array_append_val (codes, code_list_get_row (held, i)->code);
  for (guint i = 0; i < told->len; i++)
    g_array_append_val (codes, g_array_index (told, CodeRow, i).code);
  g_array_sort (codes, compare_codes);
  return codes;
}

/**
 * code_merge:
 * @held: as it is now
 * @today: local day, days since 1970-01-01
 *
 * On every day before today a code that was known means what it meant; from today on the list is what is told. The same
 * told twice gives the same text. Any thread.
 */
void
code_merge (const CodeList *held, const GArray *told, gint32 today, CodeMerge *out_merge)
{
  g_autoptr (GArray) codes = list_codes (held, told);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (CodeRow));
  GString *text = g_string_new ("# SPDX-License-Identifier: EUPL-1.2\n"
                                "# Read from CodeListService; written anew each time.\n" HEADER);

  *out_merge = (CodeMerge){ 0 };
  count (held, told, today, out_merge);
  for (guint i = 0; i < codes->len; i++)
    if (i == 0 || g_array_index (codes, int, i) != g_array_index (codes, int, i - 1))
      add_code (rows, held, told, g_array_index (codes, int, i), today);
  for (guint i = 0; i < rows->len; i++)
    append_row (text, &g_array_index (rows, CodeRow, i));
  out_merge->text = g_string_free (text, FALSE);
}

/**
 * code_merge_clear:
 */
void
code_merge_clear (CodeMerge *merge)
{
  g_clear_pointer (&merge->text, g_free);
  g_clear_pointer (&merge->lost, g_free);
}

/**
 * code_merge_needs_person:
 */
gboolean
code_merge_needs_person (const CodeMerge *merge)
{
  return merge->n_lost * LOSS_DIVISOR > merge->n_held;
}
