/* SPDX-License-Identifier: EUPL-1.2 */
/* No migration without a backup; an empty database and one that is up to date need neither. */
#include "store/store-upgrade.h"

#include <glib/gstdio.h>

#include "store/store-backup.h"
#include "store/store-migrate.h"

static char *
dup_target (const StoreUpgrade *upgrade, gint64 version)
{
  g_autofree char *folder = g_path_get_dirname (upgrade->database);
  g_autofree char *backups = g_build_filename (folder, "backups", NULL);
  g_autofree char *note = g_strdup_printf ("before-upgrade-from-schema-%" G_GINT64_FORMAT, version);

  (void) g_mkdir (backups, 0700);
  return store_backup_dup_path (backups, upgrade->now_us, note);
}

static gboolean
back_up (const StoreUpgrade *upgrade, gint64 version, gint64 newest, GError **error)
{
  g_autofree char *target = dup_target (upgrade, version);
  StoreBackup backup = { upgrade->database, target, upgrade->now_us, upgrade->program, NULL, NULL };
  g_autoptr (BackupManifest) manifest = store_backup_make (&backup, error);

  if (manifest == NULL)
    {
      g_prefix_error (error,
                      "the database has schema %" G_GINT64_FORMAT
                      " and is not brought to %" G_GINT64_FORMAT " without a backup: ",
                      version, newest);
      return FALSE;
    }
  g_message ("the database is brought from schema %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
             "; before that it was backed up to %s",
             version, newest, target);
  return TRUE;
}

/**
 * store_upgrade:
 * @session: a writing session outside a transaction; the database lock is the caller's
 *
 * As store_migrate(), after a backup into the folder backups beside the database. Without room for
 * it nothing is changed. Blocks.
 */
gboolean
store_upgrade (StoreSession *session, const StoreUpgrade *upgrade, GError **error)
{
  gint64 version = 0;
  gint64 newest = 0;

  if (!store_migrate_check (session, upgrade->schema_dir, &version, &newest, error))
    return FALSE;
  if (version != 0 && version != newest && !back_up (upgrade, version, newest, error))
    return FALSE;
  return store_migrate (session, upgrade->schema_dir, error);
}
