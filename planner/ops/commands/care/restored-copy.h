/* SPDX-License-Identifier: EUPL-1.2 */
/* A backup as a database again: copied, checked, brought to this program's schema, and made safe to serve. */
#pragma once

#include "ops/admin/admin.h"
#include "store/backup-manifest.h"

/**
 * RestoredCopy:
 * @manifest: the backup's
 * @n_holds_ended: reservations that were alive when the backup was made
 * @n_outbox_held: messages that may have been sent after the backup was made
 */
typedef struct
{
  BackupManifest *manifest;
  gint64 n_holds_ended;
  gint64 n_outbox_held;
} RestoredCopy;

void restored_copy_clear (RestoredCopy *copy);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RestoredCopy, restored_copy_clear)

gboolean restored_copy_make (AdminCall *call,
                             const char *backup,
                             const char *target,
                             RestoredCopy *out_copy,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
