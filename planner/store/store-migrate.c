/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbered migration files, all in one transaction; one that fails stops the start and changes nothing. */
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

  if (g_file_get_contents (path, &sql, NULL, error) && store_run_script (session, sql, error) &&
      store_set_schema_version (session, number, error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

static gboolean
run_all (StoreSession *session,
         const char *schema_dir,
         gint64 version,
         gint64 newest,
         GError **error)
{
  while (version < newest)
    {
      g_autofree char *path = find_file (schema_dir, ++version);

      if (path == NULL || !run_one (session, path, version, error))
        return FALSE;
    }
  return store_check_keys (session, error);
}

/**
 * store_migrate_check:
 * @out_version: (out): of the database; 0 for an empty one
 * @out_newest: (out): that this program makes
 *
 * Errors: PLANNER_ERROR_UNAVAILABLE when this program does not know the database's schema.
 */
gboolean
store_migrate_check (StoreSession *session,
                     const char *schema_dir,
                     gint64 *out_version,
                     gint64 *out_newest,
                     GError **error)
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
                   ", this program knows 1 to %" G_GINT64_FORMAT
                   " (%s): start the program that made it, or restore the backup from before the "
                   "upgrade",
                   version, newest, schema_dir);
      return FALSE;
    }
  *out_version = version;
  *out_newest = newest;
  return TRUE;
}

/**
 * store_migrate:
 * @session: a writing session outside a transaction
 * @schema_dir: folder of NNNN-name.sql
 *
 * Runs what is missing, in order and in one transaction: a database is of one release or of the
 * next, never between, so that after a failure the old program can go on with it.
 *
 * Errors: PLANNER_ERROR_UNAVAILABLE when the file's schema is newer than this program or the folder
 * is empty; others when a migration fails. The database is then untouched. Blocks.
 */
gboolean
store_migrate (StoreSession *session, const char *schema_dir, GError **error)
{
  gint64 version = 0;
  gint64 newest = 0;

  if (!store_migrate_check (session, schema_dir, &version, &newest, error))
    return FALSE;
  if (version == newest)
    return TRUE;
  if (!store_begin (session, STORE_WRITE, error))
    return FALSE;
  if (run_all (session, schema_dir, version, newest, error) && store_commit (session, error))
    return TRUE;
  store_rollback (session);
  return FALSE;
}
