/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads what stands in files and not on the command line: import folders, texts, citizens' numbers. */
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "ctl/ctl.h"

#define MAX_CITIZEN_BYTES 64
#define MAX_FILE_BYTES    (16 * 1024 * 1024)
#define MAX_ALL_BYTES     (512 * 1024 * 1024)
#define MAX_DEPTH         3

typedef struct
{
  JsonObject *files;
  gsize n_bytes;
} Reader;

static gboolean
is_import_file (const char *name)
{
  return g_str_has_suffix (name, ".csv") || g_str_has_suffix (name, ".json") ||
         g_str_has_suffix (name, ".ics");
}

/* A pipe would be waited for, and a device has no end: only ordinary files, and their size before their content. */
static gboolean
check_file (Reader *reader, const char *path, const char *name, GError **error)
{
  GStatBuf status;
  const char *fault = NULL;

  if (g_stat (path, &status) != 0)
    fault = "cannot be read";
  else if (!S_ISREG (status.st_mode))
    fault = "is no ordinary file";
  else if (status.st_size > MAX_FILE_BYTES || reader->n_bytes > MAX_ALL_BYTES)
    fault = "too large";
  else if (!g_utf8_validate (name, -1, NULL))
    fault = "its name is not UTF-8";
  if (fault != NULL)
    {
      g_autofree char *shown = g_filename_display_name (path);

      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s: %s", shown, fault);
    }
  return fault == NULL;
}

/* Bytes of a calendar that are not UTF-8 stand in texts that are not kept; tables must be UTF-8. */
static gboolean
read_file (Reader *reader, const char *path, const char *name, GError **error)
{
  g_autofree char *content = NULL;
  gsize n_bytes = 0;

  if (!check_file (reader, path, name, error) ||
      !g_file_get_contents (path, &content, &n_bytes, error))
    return FALSE;
  reader->n_bytes += n_bytes;
  if (n_bytes > MAX_FILE_BYTES || reader->n_bytes > MAX_ALL_BYTES)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s: too large", path);
      return FALSE;
    }
  if (g_str_has_suffix (name, ".ics"))
    {
      g_autofree char *valid = g_utf8_make_valid (content, (gssize) n_bytes);
      json_object_set_string_member (reader->files, name, valid);
      return TRUE;
    }
  if (!g_utf8_validate (content, (gssize) n_bytes, NULL))
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s: not UTF-8", path);
      return FALSE;
    }
  json_object_set_string_member (reader->files, name, content);
  return TRUE;
}

static gboolean
read_folder (Reader *reader, const char *path, const char *prefix, guint depth, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  const char *leaf;

  if (dir == NULL)
    return FALSE;
  while ((leaf = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, leaf, NULL);
      g_autofree char *name = g_strconcat (prefix, leaf, NULL);
      g_autofree char *inside = g_strconcat (name, "/", NULL);
      gboolean is_folder = g_file_test (child, G_FILE_TEST_IS_DIR);

      if (*leaf == '.')
        continue;
      if (is_folder && depth < MAX_DEPTH && !read_folder (reader, child, inside, depth + 1, error))
        return FALSE;
      if (!is_folder && is_import_file (leaf) && !read_file (reader, child, name, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * ctl_files_read_folder:
 *
 * Returns: (transfer full): name inside the folder to content, of all .csv, .json and .ics files.
 *
 * Errors: G_FILE_ERROR; PLANNER_ERROR_NOT_VALID for what is too large or not UTF-8.
 */
JsonObject *
ctl_files_read_folder (const char *path, GError **error)
{
  g_autoptr (JsonObject) files = json_object_new ();
  Reader reader = { files, 0 };

  if (!read_folder (&reader, path, "", 0, error))
    return NULL;
  return g_steal_pointer (&files);
}

static gboolean
read_document (Reader *reader, const char *path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *content = NULL;
  g_autofree char *encoded = NULL;
  gsize n_bytes = 0;

  if (!check_file (reader, path, name, error) ||
      !g_file_get_contents (path, &content, &n_bytes, error))
    return FALSE;
  if (json_object_has_member (reader->files, name))
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                   "two files are named %s: rename one", name);
      return FALSE;
    }
  encoded = g_base64_encode ((const guchar *) content, n_bytes);
  json_object_set_string_member (reader->files, name, encoded);
  return TRUE;
}

/**
 * ctl_files_read_documents:
 *
 * Returns: (transfer full): name without its folder to content in base64.
 *
 * Errors: G_FILE_ERROR; PLANNER_ERROR_NOT_VALID for what is too large, or of the same name.
 */
JsonObject *
ctl_files_read_documents (char **paths, GError **error)
{
  g_autoptr (JsonObject) files = json_object_new ();
  Reader reader = { files, 0 };

  for (guint i = 0; paths[i] != NULL; i++)
    if (!read_document (&reader, paths[i], error))
      return NULL;
  return g_steal_pointer (&files);
}

/* A path that is - is standard input. */
static char *
read_text (const char *path, gsize max_bytes, GError **error)
{
  FILE *file = g_str_equal (path, "-") ? stdin : fopen (path, "re");
  g_autofree char *text = g_malloc0 (max_bytes + 2);
  gsize n_bytes = file == NULL ? 0 : fread (text, 1, max_bytes + 1, file);
  gboolean is_read = file != NULL && ferror (file) == 0;

  if (file != NULL && file != stdin)
    fclose (file);
  if (!is_read)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "cannot read %s", path);
  else if (n_bytes > max_bytes)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s: too large", path);
  else if (!g_utf8_validate (text, (gssize) n_bytes, NULL))
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s: not UTF-8", path);
  else
    return g_steal_pointer (&text);
  return NULL;
}

/**
 * ctl_files_read_content:
 * @path: - is standard input
 *
 * Errors: PLANNER_ERROR_NOT_VALID.
 */
char *
ctl_files_read_content (const char *path, GError **error)
{
  return read_text (path, MAX_FILE_BYTES, error);
}

/**
 * ctl_files_read_citizen:
 * @path: - is standard input
 *
 * Returns: (transfer full): the first line without blanks and hyphens: ten digits, or what is no
 *   number and will be refused as such.
 *
 * Errors: PLANNER_ERROR_NOT_VALID; never with what stands in the file.
 */
char *
ctl_files_read_citizen (const char *path, GError **error)
{
  g_autofree char *text = read_text (path, MAX_CITIZEN_BYTES, error);
  g_autoptr (GString) digits = g_string_new (NULL);

  if (text == NULL)
    return NULL;
  for (const char *at = text; *at != '\0' && *at != '\n'; at++)
    if (*at != '-' && !g_ascii_isspace (*at))
      g_string_append_c (digits, *at);
  if (digits->len > 0)
    return g_string_free (g_steal_pointer (&digits), FALSE);
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
               "cannot read a citizen's number from %s", path);
  return NULL;
}
