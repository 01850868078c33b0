/* SPDX-License-Identifier: EUPL-1.2 */
/* The small file beside a backup that says what it is and how to know it again. */
#pragma once

#include <glib.h>

#define BACKUP_MANIFEST_SUFFIX ".manifest"

/**
 * BackupManifest:
 * @made_us: when the copy was begun
 * @program: version of the program that made it
 * @schema: number of the last migration
 * @n_bytes: of the backup file
 * @sha256: of the backup file, 64 hexadecimal digits
 * @tenants: keys, parted by blanks
 * @journal_sequence: newest journal row; 0 when there is none
 * @journal_seal: its seal in hexadecimal digits, or "none"
 */
typedef struct
{
  gint64 made_us;
  char *program;
  gint64 schema;
  gint64 n_bytes;
  char *sha256;
  char *tenants;
  gint64 journal_sequence;
  char *journal_seal;
  gint64 n_bookings;
  gint64 n_citizens;
} BackupManifest;

void backup_manifest_free (BackupManifest *manifest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BackupManifest, backup_manifest_free)

char *backup_manifest_dup_text (const BackupManifest *manifest);
BackupManifest *backup_manifest_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Of the backup @path, not of the manifest's own. */
BackupManifest *backup_manifest_read (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
