/* SPDX-License-Identifier: EUPL-1.2 */
/* How every connected calendar is doing, a line each, and what to do about it. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument sync_command_status_arguments[];

gboolean sync_command_status (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * SyncStatusWord:
 * @word: as the column STATE shows it
 * @rank: 0 wants a person first; the larger the better it is
 * @remedy: what to do, in a sentence; docs/sync.md says the same
 */
typedef struct
{
  const char *word;
  guint rank;
  const char *remedy;
} SyncStatusWord;

const SyncStatusWord *sync_status_list (guint *out_n_words);
