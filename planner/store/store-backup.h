/* SPDX-License-Identifier: EUPL-1.2 */
/* Makes a backup of a database that others may be writing, and tells a whole backup from a damaged one. */
#pragma once

#include "store/backup-manifest.h"
#include "store/store.h"

/**
 * StoreBackup:
 * @database: path of the database
 * @target: path of the backup; its manifest stands beside it
 * @made_us: now
 * @program: version of this program
 * @progress: (nullable): bytes
 */
typedef struct
{
  const char *database;
  const char *target;
  gint64 made_us;
  const char *program;
  StoreProgress progress;
  gpointer progress_data;
} StoreBackup;

BackupManifest *store_backup_make (const StoreBackup *backup,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Manifest, size and digest. */
BackupManifest *store_backup_check (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What the manifest says of the content, from the content; sha256 and n_bytes stay empty. */
BackupManifest *store_backup_describe (StoreSession *session,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *store_backup_dup_path (const char *folder, gint64 made_us, const char *note);
/* Removes what killed backups left in a folder, and leaves alone what is being written. */
void store_backup_sweep (const char *folder);
gboolean store_backup_flush_folder (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
