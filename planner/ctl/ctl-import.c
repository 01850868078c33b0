/* SPDX-License-Identifier: EUPL-1.2 */
/* plannerctl import: reads a folder and sends its files as one command. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "ctl/ctl.h"
#include "ops/admin.h"

#define MAX_FILE_BYTES (16 * 1024 * 1024)
#define MAX_ALL_BYTES  (512 * 1024 * 1024)
#define MAX_DEPTH      3

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

/* Bytes of a calendar that are not UTF-8 stand in texts that are not kept; tables must be UTF-8. */
static gboolean
read_file (Reader *reader, const char *path, const char *name, GError **error)
{
  g_autofree char *content = NULL;
  gsize n_bytes = 0;

  if (!g_file_get_contents (path, &content, &n_bytes, error))
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

static void
print_table_counts (JsonObject *tables)
{
  g_autoptr (JsonArray) rows = json_array_new ();
  g_autoptr (GList) names = json_object_get_members (tables);
  static const CtlColumn columns[] = { { "name", "TABLE" },      { "added", "ADDED" },
                                       { "changed", "CHANGED" }, { "same", "SAME" },
                                       { "refused", "REFUSED" }, { NULL, NULL } };

  for (GList *at = names; at != NULL; at = at->next)
    {
      JsonObject *row = json_object_ref (json_object_get_object_member (tables, at->data));
      json_object_set_string_member (row, "name", at->data);
      json_array_add_object_element (rows, row);
    }
  ctl_print_table (rows, columns);
}

static void
print_problems (JsonArray *problems)
{
  for (guint i = 0; i < json_array_get_length (problems); i++)
    {
      JsonObject *problem = json_array_get_object_element (problems, i);
      gint64 line = json_object_get_int_member (problem, "line");

      printf ("%s", json_object_get_string_member (problem, "file"));
      if (line > 0)
        printf (":%" G_GINT64_FORMAT, line);
      printf (": %s\n", json_object_get_string_member (problem, "reason"));
    }
}

static void
print (JsonObject *result)
{
  if (json_object_has_member (result, "tables"))
    print_table_counts (json_object_get_object_member (result, "tables"));
  if (json_object_has_member (result, "problems"))
    print_problems (json_object_get_array_member (result, "problems"));
  if (json_object_has_member (result, "expanded"))
    printf ("expanded %" G_GINT64_FORMAT " resources\n",
            json_object_get_int_member (result, "expanded"));
  if (json_object_get_boolean_member_with_default (result, "dry_run", FALSE))
    printf ("dry run: nothing was written\n");
}

/**
 * ctl_import:
 */
int
ctl_import (const Ctl *ctl, int argc, char **argv)
{
  gboolean is_dry_run = FALSE;
  gboolean is_partial = FALSE;
  const GOptionEntry entries[] = {
    { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &is_dry_run, "tell what would happen", NULL },
    { "partial", 0, 0, G_OPTION_ARG_NONE, &is_partial, "write what is right, refuse the rest",
      NULL },
    { NULL },
  };
  Reader reader = { json_object_new (), 0 };
  g_autoptr (GError) error = NULL;
  JsonObject *arguments = json_object_new ();

  json_object_set_object_member (arguments, "files", reader.files);
  if (!ctl_parse (entries, "import FOLDER", 1, &argc, &argv))
    {
      json_object_unref (arguments);
      return 2;
    }
  if (!read_folder (&reader, argv[1], "", 0, &error))
    {
      json_object_unref (arguments);
      fprintf (stderr, "plannerctl: %s\n", error->message);
      return 1;
    }
  json_object_set_boolean_member (arguments, "dry_run", is_dry_run);
  json_object_set_boolean_member (arguments, "partial", is_partial);
  return ctl_run (ctl, "import", arguments, print);
}
