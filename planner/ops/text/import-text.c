/* SPDX-License-Identifier: EUPL-1.2 */
/* Judges what holds for every text of an import row: its signs, keys that can be named, no citizen's number. */
#include <string.h>

#include "ops/text/import-row.h"
#include "store/citizen-store.h"

/* Texts that may have lines; a tab or a line break in any other makes two of one. */
static const char *const texts_of_lines[] = { "description", "location", NULL };

/* Keys are named on command lines and in lists parted by bars. */
static const char *const keys[] = { "resource", "team", "unit", NULL };

/* A link has numbers of its own, and some are as long as a citizen's. */
static const char *const columns_of_numbers[] = { "meeting_link", NULL };

static gboolean
is_forbidden (gunichar c, gboolean may_have_lines)
{
  if (c == '\n' || c == '\r' || c == '\t')
    return !may_have_lines;
  /* Signs that turn the direction of writing; signs that XML does not have. */
  return g_unichar_iscntrl (c) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
         (c & 0xfffe) == 0xfffe;
}

static gboolean
has_forbidden_sign (const char *text, gboolean may_have_lines)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (is_forbidden (g_utf8_get_char (text), may_have_lines))
      return TRUE;
  return FALSE;
}

static void
check_key (ImportRow *row, const char *column, const char *value)
{
  if (strchr (value, '|') != NULL || g_ascii_isspace (value[0]) || value[0] == '+' ||
      value[0] == '-' || g_ascii_isspace (value[strlen (value) - 1]))
    import_row_refuse (row,
                       "%s must not have a bar, begin with a plus or hyphen, or begin or end with "
                       "a blank, for lists could not name it: not \"%s\"",
                       column, value);
}

static void
check_value (ImportRow *row, const char *column, const char *value)
{
  g_autofree char *masked = NULL;

  if (*value == '\0')
    return;
  if (has_forbidden_sign (value, g_strv_contains (texts_of_lines, column)))
    {
      import_row_refuse (row, "%s has a line break or another control character", column);
      return;
    }
  if (g_strv_contains (keys, column))
    check_key (row, column, value);
  masked = citizen_dup_masked (value);
  if (!g_str_equal (masked, value) && !g_strv_contains (columns_of_numbers, column))
    import_row_refuse (row,
                       "%s holds what looks like a citizen's number: leave it out; nothing here "
                       "names a citizen",
                       column);
}

static int
compare_columns (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

/**
 * import_row_check:
 *
 * What holds for every column: signs, keys that can be named, and no citizen's number.
 */
void
import_row_check (ImportRow *row)
{
  g_autoptr (GList) columns = g_list_sort (g_hash_table_get_keys (row->values), compare_columns);

  for (GList *at = columns; at != NULL; at = at->next)
    check_value (row, at->data, g_hash_table_lookup (row->values, at->data));
}

/**
 * import_row_telephone:
 *
 * By the pattern TelephoneNumberIdentifierType of the schema: one that is not makes every answer
 * invalid in which it stands.
 *
 * Returns: (nullable): the value of the column telephone.
 */
const char *
import_row_telephone (ImportRow *row)
{
  const char *value = import_row_text (row, "telephone", 21);
  gsize plus = value != NULL && *value == '+' ? 1 : 0;
  gsize n_digits = value == NULL ? 0 : strspn (value + plus, "0123456789");

  if (value == NULL || (value[plus + n_digits] == '\0' && n_digits >= 3 && n_digits <= 20))
    return value;
  import_row_refuse (row, "telephone must be 3 to 20 digits, with or without + before them");
  return NULL;
}
