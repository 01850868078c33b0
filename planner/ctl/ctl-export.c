/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes the files of an export into a folder that nobody else may read. */
#include <glib/gstdio.h>
#include <stdio.h>

#include "base/error.h"
#include "ctl/ctl.h"

#define FOLDER_MODE 0700
#define FILE_MODE   0600

static gboolean
make_folder (const char *path, GError **error)
{
  g_autoptr (GDir) dir = NULL;

  if (g_mkdir_with_parents (path, FOLDER_MODE) != 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s cannot be made", path);
      return FALSE;
    }
  dir = g_dir_open (path, 0, error);
  if (dir == NULL)
    return FALSE;
  if (g_dir_read_name (dir) == NULL)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
               "%s is not empty: an export goes into a new folder, or an empty one", path);
  return FALSE;
}

/* A name comes from plannerd; none may lead out of the folder. */
static gboolean
write_file (const char *folder, const char *name, const char *content, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (name, "/", -1);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] == '\0' || *parts[i] == '.')
      {
        g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL, "%s is no name of a file", name);
        return FALSE;
      }
  if (g_mkdir_with_parents (parent, FOLDER_MODE) != 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s cannot be made", parent);
      return FALSE;
    }
  return g_file_set_contents_full (path, content, -1, G_FILE_SET_CONTENTS_CONSISTENT, FILE_MODE,
                                   error);
}

/**
 * ctl_export_write:
 * @arguments: folder
 * @result: its files are taken out, and their number put in
 *
 * Errors: PLANNER_ERROR_NOT_VALID for a folder that has something in it; G_FILE_ERROR.
 */
gboolean
ctl_export_write (JsonObject *arguments, JsonObject *result, GError **error)
{
  const char *folder = json_object_get_string_member (arguments, "folder");
  JsonObject *files = json_object_get_object_member (result, "files");
  g_autoptr (GList) names = g_list_sort (json_object_get_members (files), (GCompareFunc) g_strcmp0);
  gint64 n_files = 0;
  gboolean ok = make_folder (folder, error);

  for (GList *at = names; ok && at != NULL; at = at->next, n_files++)
    ok = write_file (folder, at->data, json_object_get_string_member (files, at->data), error);
  json_object_remove_member (result, "files");
  json_object_set_int_member (result, "files", n_files);
  return ok;
}
