/* SPDX-License-Identifier: EUPL-1.2 */
/* What synchronisation takes from the configuration: one constant value that runs share. */
#pragma once

#include "planner-config.h"
#include "sync/sync-pool.h"

/**
 * SyncSettings:
 * @secrets_dir: (nullable): NULL: the service manager's credentials
 * @ca_file: (nullable): NULL: authorities of the system
 * @proxy: (nullable): NULL: none
 * @n_parallel: runs at the same time
 * @n_per_account: of them with one account
 * @fresh_s: how old a calendar may be when neither its unit nor itself says
 * @pool: (nullable): where connections rest between runs; plannerctl has none
 *
 * Reference-counted, constant. A run holds the settings that it began with.
 */
typedef struct
{
  const char *secrets_dir;
  const char *ca_file;
  const char *proxy;
  gboolean is_enabled;
  gboolean allows_plain;
  gboolean shows_each;
  guint n_parallel;
  guint n_per_account;
  guint interval_s;
  guint busy_interval_s;
  guint idle_interval_s;
  guint fresh_s;
  guint connect_timeout_s;
  guint answer_timeout_s;
  guint total_timeout_s;
  gsize max_answer_bytes;
  SyncPool *pool;
  const PlannerConfig *config;
} SyncSettings;

SyncSettings *sync_settings_new (const PlannerConfig *config, SyncPool *pool);
SyncSettings *sync_settings_new_default (void);
SyncSettings *sync_settings_ref (const SyncSettings *settings);
void sync_settings_unref (SyncSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SyncSettings, sync_settings_unref)

/* The program's own: set at start and at a reload, asked for by commands. */
void sync_settings_set_current (const SyncSettings *settings);
SyncSettings *sync_settings_dup_current (void);
