/* SPDX-License-Identifier: EUPL-1.2 */
/* Brings a database of an earlier release to this one, with a backup of it first. */
#pragma once

#include "store/store.h"

/**
 * StoreUpgrade:
 * @database: path of the database
 * @schema_dir: folder of NNNN-name.sql
 * @program: version of this program
 */
typedef struct
{
  const char *database;
  const char *schema_dir;
  const char *program;
  gint64 now_us;
} StoreUpgrade;

gboolean store_upgrade (StoreSession *session,
                        const StoreUpgrade *upgrade,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
