/* SPDX-License-Identifier: EUPL-1.2 */
/* Passwords and tokens: a file each, read when needed, wiped when used. */
#pragma once

#include "sync/sync-settings.h"

/**
 * SyncSecret:
 *
 * The text of one secret; clearing it overwrites the memory.
 */
typedef struct
{
  char *text;
  gsize n_bytes;
} SyncSecret;

gboolean sync_secret_load (const SyncSettings *settings,
                           const char *name,
                           SyncSecret *out_secret,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sync_secret_clear (SyncSecret *secret);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SyncSecret, sync_secret_clear)
char *sync_secret_dup_checked_path (const SyncSettings *settings,
                                    const char *name,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *sync_secret_dup_path (const SyncSettings *settings,
                            const char *name,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
