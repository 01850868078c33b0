/* SPDX-License-Identifier: EUPL-1.2 */
/* The group [sync] of the configuration, as runs want it. */
#include "sync/sync-settings.h"

/* The least that a configuration must say; every other key has its default. */
#define LEAST "[database]\npath=none\n[dfdg]\nport=0\n"

static GMutex current_lock;
static SyncSettings *current;

static const char *
or_null (const char *text)
{
  return *text == '\0' ? NULL : text;
}

/**
 * sync_settings_new:
 * @config: a reference is taken
 * @pool: (nullable): a reference is taken
 *
 * Returns: (transfer full): any thread may hold it
 */
SyncSettings *
sync_settings_new (const PlannerConfig *config, SyncPool *pool)
{
  SyncSettings *settings = g_atomic_rc_box_new0 (SyncSettings);

  settings->config = planner_config_ref (config);
  settings->pool = pool == NULL ? NULL : sync_pool_ref (pool);
  settings->secrets_dir = or_null (config->sync_secrets_dir);
  settings->ca_file = or_null (config->sync_ca_file);
  settings->proxy = or_null (config->sync_proxy);
  settings->is_enabled = config->sync_enabled != 0;
  settings->allows_plain = config->sync_allow_plain_http != 0;
  settings->shows_each = config->sync_metrics_per_calendar != 0;
  settings->n_parallel = (guint) config->sync_parallel;
  settings->n_per_account = (guint) config->sync_parallel_per_account;
  settings->interval_s = (guint) config->sync_interval_s;
  settings->busy_interval_s = (guint) config->sync_busy_interval_s;
  settings->idle_interval_s = (guint) config->sync_idle_interval_s;
  settings->fresh_s = (guint) config->sync_fresh_min * 60;
  settings->connect_timeout_s = (guint) config->sync_connect_timeout_s;
  settings->answer_timeout_s = (guint) config->sync_answer_timeout_s;
  settings->total_timeout_s = (guint) config->sync_total_timeout_s;
  settings->max_answer_bytes = (gsize) config->sync_max_answer_bytes;
  return settings;
}

/**
 * sync_settings_new_default:
 *
 * Returns: (transfer full): what a configuration without [sync] means, for a program without one
 */
SyncSettings *
sync_settings_new_default (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PlannerConfig) config = planner_config_parse (LEAST, &error);

  g_assert_no_error (error);
  return sync_settings_new (config, NULL);
}

/**
 * sync_settings_ref:
 *
 * Any thread.
 */
SyncSettings *
sync_settings_ref (const SyncSettings *settings)
{
  return g_atomic_rc_box_acquire ((gpointer) settings);
}

static void
clear (gpointer data)
{
  SyncSettings *settings = data;

  planner_config_unref ((PlannerConfig *) settings->config);
  g_clear_pointer (&settings->pool, sync_pool_unref);
}

/**
 * sync_settings_unref:
 *
 * Any thread.
 */
void
sync_settings_unref (SyncSettings *settings)
{
  g_atomic_rc_box_release_full (settings, clear);
}

/**
 * sync_settings_set_current:
 * @settings: (nullable): a reference is taken; NULL: none
 *
 * What sync_settings_dup_current() gives from now on. Any thread.
 */
void
sync_settings_set_current (const SyncSettings *settings)
{
  SyncSettings *old;

  g_mutex_lock (&current_lock);
  old = current;
  current = settings == NULL ? NULL : sync_settings_ref (settings);
  g_mutex_unlock (&current_lock);
  g_clear_pointer (&old, sync_settings_unref);
}

/**
 * sync_settings_dup_current:
 *
 * Any thread.
 *
 * Returns: (transfer full): the program's, or the defaults when it has set none
 */
SyncSettings *
sync_settings_dup_current (void)
{
  SyncSettings *settings;

  g_mutex_lock (&current_lock);
  settings = current == NULL ? NULL : sync_settings_ref (current);
  g_mutex_unlock (&current_lock);
  return settings != NULL ? settings : sync_settings_new_default ();
}
