/* SPDX-License-Identifier: EUPL-1.2 */
/* A list that was read counts as long as it is whole; a broken file is passed over for the program's own. */
#include "ops/facts/code-files.h"

#include <glib/gstdio.h>

#include "base/error.h"
#include "rules/code-list.h"

static char *read_folder;

/**
 * code_files_set_folder:
 */
void
code_files_set_folder (const char *folder)
{
  g_free (read_folder);
  read_folder = g_strdup (folder);
}

/**
 * code_files_get_folder:
 *
 * Returns: (nullable). Any thread.
 */
const char *
code_files_get_folder (void)
{
  return read_folder;
}

static char *
dup_path (const char *folder, const char *list)
{
  g_autofree char *file = g_strconcat (list, ".csv", NULL);

  return g_build_filename (folder, file, NULL);
}

static char *
dup_read_text (const char *list)
{
  g_autofree char *path = read_folder == NULL ? NULL : dup_path (read_folder, list);
  g_autofree char *text = NULL;
  g_autoptr (CodeList) codes = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL || !g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  codes = code_list_parse (list, text, &error);
  if (codes != NULL)
    return g_steal_pointer (&text);
  g_message ("%s is passed over: %s", path, error->message);
  return NULL;
}

/**
 * code_files_dup_text:
 * @data_dir: folder with codes/
 * @list: name of the list, which is its file's without .csv
 *
 * Any thread. Blocks.
 *
 * Returns: (transfer full)
 */
char *
code_files_dup_text (const char *data_dir, const char *list, GError **error)
{
  g_autofree char *folder = g_build_filename (data_dir, "codes", NULL);
  g_autofree char *path = dup_path (folder, list);
  char *text = dup_read_text (list);

  if (text != NULL)
    return text;
  return g_file_get_contents (path, &text, NULL, error) ? text : NULL;
}

/**
 * code_files_write:
 * @text: a whole file, which is read back before it counts
 *
 * The old file stands until the new one is on the disk. Blocks.
 *
 * Errors: PLANNER_ERROR_INTERNAL when the text is no list; the file system's.
 */
gboolean
code_files_write (const char *list, const char *text, GError **error)
{
  g_autoptr (CodeList) codes = code_list_parse (list, text, error);
  g_autofree char *path = read_folder == NULL ? NULL : dup_path (read_folder, list);

  if (codes == NULL)
    return FALSE;
  if (path == NULL || g_mkdir_with_parents (read_folder, 0750) != 0)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
                   "there is no folder for code lists, and %s cannot be made",
                   read_folder == NULL ? "none" : read_folder);
      return FALSE;
    }
  return g_file_set_contents_full (
    path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0640, error);
}
