/* SPDX-License-Identifier: EUPL-1.2 */
/* Joins the files of data/codes with a municipality's own rows, and says what is wrong with a code. */
#include "ops/facts/code-lists.h"

#include "base/error.h"
#include "ops/admin/admin-format.h"
#include "ops/facts/code-files.h"

#define MAX_NEAREST 3

static const char *const names[N_CODE_LISTS] = {
  [CODES_CATEGORIES] = "categories",
  [CODES_CONTACT_GROUPS] = "contact-groups",
  [CODES_CONTACT_TYPES] = "contact-types",
  [CODES_INTERVIEW_TYPES] = "interview-types",
  [CODES_ORGANISATION_TYPES] = "organisation-types",
  [CODES_REMOTE_CONTACT_TYPES] = "remote-contact-types",
  [CODES_UNEMPLOYMENT_FUNDS] = "unemployment-funds",
};

/**
 * code_lists_get_name:
 *
 * Returns: the list's name, which is its file's without .csv.
 */
const char *
code_lists_get_name (CodeListName name)
{
  return names[name];
}

/**
 * code_lists_parse_name:
 */
gboolean
code_lists_parse_name (const char *text, CodeListName *out_name)
{
  for (guint i = 0; i < N_CODE_LISTS; i++)
    if (g_str_equal (names[i], text))
      {
        *out_name = i;
        return TRUE;
      }
  return FALSE;
}

/**
 * code_lists_free:
 */
void
code_lists_free (CodeLists *lists)
{
  if (lists == NULL)
    return;
  for (guint i = 0; i < N_CODE_LISTS; i++)
    g_clear_pointer (&lists->lists[i], code_list_free);
  g_free (lists);
}

static gboolean
load_file (CodeLists *lists, CodeListName name, const char *data_dir, GError **error)
{
  g_autofree char *text = code_files_dup_text (data_dir, names[name], error);

  if (text == NULL)
    return FALSE;
  lists->lists[name] = code_list_parse (names[name], text, error);
  return lists->lists[name] != NULL;
}

/**
 * code_lists_add:
 *
 * Errors: PLANNER_ERROR_CONFLICT when a row, the file's or an own one, holds for one of the dates.
 */
gboolean
code_lists_add (CodeLists *lists, const CodeRecord *code, GError **error)
{
  CodeRow row = { .code = (int) code->code,
                  .name = code->name,
                  .valid_from =
                    code->valid_from_date == 0 ? G_MININT32 : (gint32) code->valid_from_date,
                  .valid_until =
                    code->valid_until_date == 0 ? G_MAXINT32 : (gint32) code->valid_until_date,
                  .source = (char *) "own" };
  CodeListName name;

  return !code_lists_parse_name (code->list, &name) ||
         code_list_add (lists->lists[name], &row, error);
}

/* What a newer file lists itself by now is the file's. */
static void
add_stored (CodeLists *lists, const GPtrArray *codes)
{
  for (guint i = 0; i < codes->len; i++)
    {
      g_autoptr (GError) error = NULL;
      if (!code_lists_add (lists, codes->pdata[i], &error))
        g_debug ("%s", error->message);
    }
}

/**
 * code_lists_load:
 * @tenant_id: 0 for the files alone
 *
 * Returns: (transfer full): all lists. Blocks.
 */
CodeLists *
code_lists_load (StoreSession *session, const char *data_dir, gint64 tenant_id, GError **error)
{
  g_autoptr (CodeLists) lists = g_new0 (CodeLists, 1);
  g_autoptr (GPtrArray) codes = NULL;

  for (guint i = 0; i < N_CODE_LISTS; i++)
    if (!load_file (lists, i, data_dir, error))
      return NULL;
  codes = code_store_list (session, tenant_id, error);
  if (codes == NULL)
    return NULL;
  add_stored (lists, codes);
  return g_steal_pointer (&lists);
}

/**
 * code_lists_load_one:
 *
 * Returns: (transfer full): one list with the municipality's own rows. Blocks.
 */
CodeList *
code_lists_load_one (StoreSession *session,
                     CodeListName name,
                     const char *text,
                     gint64 tenant_id,
                     GError **error)
{
  g_autoptr (CodeLists) lists = g_new0 (CodeLists, 1);
  g_autoptr (GPtrArray) codes = NULL;

  lists->lists[name] = code_list_parse (names[name], text, error);
  codes = lists->lists[name] == NULL ? NULL : code_store_list (session, tenant_id, error);
  if (codes == NULL)
    return NULL;
  for (guint i = codes->len; i > 0; i--)
    if (!g_str_equal (((CodeRecord *) codes->pdata[i - 1])->list, names[name]))
      g_ptr_array_remove_index (codes, i - 1);
  add_stored (lists, codes);
  return g_steal_pointer (&lists->lists[name]);
}

/* Index of the valid row nearest to @code of those not @taken yet; -1 when there is none left. */
static int
find_nearest (const CodeList *list, gint64 code, gint64 date, const gboolean *taken)
{
  gint64 least = G_MAXINT64;
  int found = -1;

  for (guint i = 0; i < code_list_count (list); i++)
    {
      const CodeRow *row = code_list_get_row (list, i);
      gint64 distance = ABS (row->code - code);

      if (taken[i] || date < row->valid_from || date >= row->valid_until || distance >= least)
        continue;
      least = distance;
      found = (int) i;
    }
  return found;
}

static void
append_nearest (GString *text, const CodeList *list, gint64 code, gint64 date)
{
  g_autofree gboolean *taken = g_new0 (gboolean, code_list_count (list) + 1);

  for (guint n = 0; n < MAX_NEAREST; n++)
    {
      int index = find_nearest (list, code, date, taken);
      const CodeRow *row = index < 0 ? NULL : code_list_get_row (list, (guint) index);

      if (row == NULL)
        break;
      taken[index] = TRUE;
      g_string_append_printf (text, "%s%d (%s)", n == 0 ? "; nearest: " : ", ", row->code,
                              row->name);
    }
}

/**
 * code_lists_find_fault:
 * @code: as typed
 *
 * Returns: (transfer full) (nullable): NULL when the list has the code on that date.
 */
char *
code_lists_find_fault (const CodeLists *lists, CodeListName name, const char *code, gint64 date)
{
  const CodeList *list = lists->lists[name];
  g_autofree char *canonical = NULL;
  g_autofree char *day = admin_format_date (date);
  GString *text;
  gint64 number = 0;

  if (!g_ascii_string_to_signed (code, 10, 0, 1000000, &number, NULL))
    return g_strdup_printf ("\"%s\" is no number of the code list %s", code, names[name]);
  canonical = g_strdup_printf ("%" G_GINT64_FORMAT, number);
  if (!g_str_equal (canonical, code))
    return g_strdup_printf ("write %s, not %s", canonical, code);
  if (code_list_find (list, (int) number, (gint32) date) != NULL)
    return NULL;
  text = g_string_new (NULL);
  g_string_append_printf (text, "%s is not in the code list %s on %s", code, names[name], day);
  append_nearest (text, list, number, date);
  g_string_append_printf (text,
                          "; a code that the municipality itself uses is added with "
                          "\"plannerctl add code %s %s --name NAME\"",
                          names[name], code);
  return g_string_free (text, FALSE);
}
