/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbered migration files, one transaction each; the first that fails stops the start. */
#include "store/store-migrate.h"

#include <gio/gio.h>

#include "base/error.h"

static char *
find_file (const char *schema_dir, gint64 number)
{
  g_autoptr (GDir) dir = g_dir_open (schema_dir, 0, NULL);
  g_autofree char *prefix = g_strdup_printf ("%04" G_GINT64_FORMAT "-", number);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, prefix) && g_str_has_suffix (name, ".sql"))
      return g_build_filename (schema_dir, name, NULL);
  return NULL;
}

/**
 * store_migrate_newest:
 * @schema_dir: folder of NNNN-name.sql
 *
 * Returns: the highest number in an unbroken row from 0001; 0 when there is none.
 */
gint64
store_migrate_newest (const char *schema_dir)
{
  gint64 newest = 0;

  for (;;)
    {
      g_autofree char *path = find_file (schema_dir, newest + 1);
      if (path == NULL)
        return newest;
      newest++;
    }
}

static gboolean
run_one (StoreSession *session, const char *path, gint64 number, GError **error)
{
  g_autofree char *sql = NULL;

  if (!g_file_get_contents (path, &sql, NULL, error) || !store_begin (session, STORE_WRITE, error))
    return FALSE;
  if (store_run_script (session, sql, error) && store_set_schema_version (session, number, error) &&
      store_commit (session, error))
    return TRUE;
  store_rollback (session);
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

/**
 * store_migrate:
 * @session: a writing session outside a transaction
 * @schema_dir: folder of NNNN-name.sql
 *
 * Runs what is missing, in order. Errors: PLANNER_ERROR_UNAVAILABLE when the file's schema is newer
 * than this program or the folder is empty; the database is then untouched. Blocks.
 */
gboolean
store_migrate (StoreSession *session, const char *schema_dir, GError **error)
{
  gint64 newest = store_migrate_newest (schema_dir);
  gint64 version = store_schema_version (session);

  if (newest == 0)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
                   "there is no schema in %s: name the folder that has one", schema_dir);
      return FALSE;
    }
  if (version < 0 || version > newest)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
                   "the database has schema %" G_GINT64_FORMAT
                   ", this program knows 1 to %" G_GINT64_FORMAT " (%s)",
                   version, newest, schema_dir);
      return FALSE;
    }
  while (version < newest)
    {
      g_autofree char *path = find_file (schema_dir, ++version);
      if (!run_one (session, path, version, error))
        return FALSE;
    }
  return TRUE;
}
