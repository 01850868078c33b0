/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads a configuration; knows no key but by the table. */
#include "planner-config.h"

#include <string.h>

#include "planner-config-clients.h"
#include "planner-config-reader.h"
#include "planner-config-table.h"

#define DFDG_CLIENT "dfdg-client "

static void
caller_free (gpointer data)
{
  ConfigCaller *caller = data;

  config_peer_clear (&caller->peer, config_caller_keys, config_n_caller_keys);
  g_free (caller);
}

static gboolean
read_caller (PlannerConfig *config, GKeyFile *file, const char *group, GError **error)
{
  ConfigCaller *caller = g_new0 (ConfigCaller, 1);

  g_ptr_array_add (config->callers, caller);
  return config_peer_read (&caller->peer, config_caller_keys, config_n_caller_keys, file, group,
                           error);
}

static void
dfdg_client_free (gpointer data)
{
  ConfigDfdgClient *client = data;

  config_clear_values (config_dfdg_client_keys, config_n_dfdg_client_keys, client);
  g_free (client->tenant);
  g_free (client);
}

static gboolean
read_dfdg_client (PlannerConfig *config, GKeyFile *file, const char *group, GError **error)
{
  ConfigDfdgClient *client = g_new0 (ConfigDfdgClient, 1);

  g_ptr_array_add (config->dfdg_clients, client);
  client->tenant = g_strstrip (g_strdup (group + strlen (DFDG_CLIENT)));
  if (*client->tenant == '\0')
    return config_fail (error, group, NULL, "names no tenant");
  for (guint i = 0; i < config_n_dfdg_client_keys; i++)
    if (!config_read_key (&config_dfdg_client_keys[i], file, group, client, error))
      return FALSE;
  return config_check_names (config_dfdg_client_keys, config_n_dfdg_client_keys, file, group, NULL,
                             error) &&
         planner_config_check_dfdg_client (client, group, error);
}

static gboolean
read_groups (PlannerConfig *config, GKeyFile *file, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (guint i = 0; groups[i] != NULL; i++)
    {
      if (g_str_has_prefix (groups[i], "caller "))
        {
          if (!read_caller (config, file, groups[i], error))
            return FALSE;
        }
      else if (g_str_has_prefix (groups[i], DFDG_CLIENT))
        {
          if (!read_dfdg_client (config, file, groups[i], error))
            return FALSE;
        }
      else if (!config_is_known (config_keys, config_n_keys, groups[i], NULL))
        return config_fail (error, groups[i], NULL, "is not a group that plannerd knows");
      else if (!config_check_names (config_keys, config_n_keys, file, groups[i], groups[i], error))
        return FALSE;
    }
  return TRUE;
}

/* A calendar must be asked at least twice while what is known of it is fresh. */
static gboolean
check_sync (const PlannerConfig *config, GError **error)
{
  if (config->sync_busy_interval_s > config->sync_interval_s ||
      config->sync_interval_s > config->sync_idle_interval_s)
    return config_fail (error, "sync", NULL,
                        "needs busy-interval-s <= interval-s <= idle-interval-s");
  if (config->sync_fresh_min * 60 < 2 * config->sync_idle_interval_s)
    return config_fail (error, "sync", "fresh-min", "must be at least twice idle-interval-s");
  if (*config->sync_proxy != '\0' && !g_str_has_prefix (config->sync_proxy, "http://"))
    return config_fail (error, "sync", "proxy", "must be http://host:port");
  return TRUE;
}

/* What one key cannot say alone. */
static gboolean
check_whole (const PlannerConfig *config, GError **error)
{
  static const char *const levels[] = { "debug", "info", "warning", "error", NULL };

  if (config->dfdg_port != 0 && (*config->dfdg_certificate == '\0' || *config->dfdg_key == '\0' ||
                                 *config->dfdg_trust == '\0'))
    return config_fail (error, "dfdg", NULL, "needs certificate, key and trust, or port = 0");
  if (*config->proxied_socket != '\0' && *config->dfdg_trust == '\0')
    return config_fail (error, "proxied", NULL,
                        "needs [dfdg] trust, to judge client certificates by");
  if (config->plain_port != 0 && config_peer_find (config->callers, config->plain_caller) == NULL)
    return config_fail (error, "plain", "caller",
                        "must name a [caller NAME] when the face is open");
  if (!check_sync (config, error))
    return FALSE;
  if (!g_strv_contains (levels, config->log_level))
    return config_fail (error, "log", "level", "must be debug, info, warning or error");
  return config_peer_check_all (config->callers, error) &&
         planner_config_check_dfdg_clients (config->dfdg_clients, error);
}

static void
config_clear (gpointer data)
{
  PlannerConfig *config = data;

  config_clear_values (config_keys, config_n_keys, config);
  g_ptr_array_unref (config->callers);
  g_ptr_array_unref (config->dfdg_clients);
}

static PlannerConfig *
read_file (GKeyFile *file, GError **error)
{
  g_autoptr (PlannerConfig) config = g_atomic_rc_box_new0 (PlannerConfig);

  config->callers = g_ptr_array_new_with_free_func (caller_free);
  config->dfdg_clients = g_ptr_array_new_with_free_func (dfdg_client_free);
  for (guint i = 0; i < config_n_keys; i++)
    if (!config_read_key (&config_keys[i], file, config_keys[i].group, config, error))
      return NULL;
  if (*config->admin_socket == '\0')
    {
      g_free (config->admin_socket);
      config->admin_socket = g_strconcat (config->database_path, ".socket", NULL);
    }
  if (!read_groups (config, file, error) || !check_whole (config, error))
    return NULL;
  return g_steal_pointer (&config);
}

/**
 * planner_config_parse:
 * @text: a key file, UTF-8
 *
 * Errors: PLANNER_ERROR_NOT_VALID naming group and key: unknown, missing, or out of its limits;
 * G_KEY_FILE_ERROR when it is no key file.
 *
 * Returns: (transfer full): all values, defaults filled in
 */
PlannerConfig *
planner_config_parse (const char *text, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (!g_key_file_load_from_data (file, text, strlen (text), G_KEY_FILE_NONE, error))
    return NULL;
  return read_file (file, error);
}

/**
 * planner_config_load:
 * @path: a key file
 *
 * As planner_config_parse(); G_FILE_ERROR when it cannot be read. Blocks.
 */
PlannerConfig *
planner_config_load (const char *path, GError **error)
{
  g_autoptr (PlannerConfig) config = NULL;
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;
  config = planner_config_parse (text, error);
  if (config == NULL)
    g_prefix_error (error, "%s: ", path);
  return g_steal_pointer (&config);
}

/**
 * planner_config_ref:
 *
 * Any thread.
 */
PlannerConfig *
planner_config_ref (const PlannerConfig *config)
{
  return g_atomic_rc_box_acquire ((gpointer) config);
}

/**
 * planner_config_unref:
 *
 * Any thread.
 */
void
planner_config_unref (PlannerConfig *config)
{
  g_atomic_rc_box_release_full (config, config_clear);
}

/**
 * planner_config_find_dfdg_client:
 *
 * Returns: (nullable) (transfer none): how that municipality calls DFDG
 */
const ConfigDfdgClient *
planner_config_find_dfdg_client (const PlannerConfig *config, const char *tenant)
{
  for (guint i = 0; i < config->dfdg_clients->len; i++)
    {
      const ConfigDfdgClient *client = config->dfdg_clients->pdata[i];
      if (strcmp (client->tenant, tenant) == 0)
        return client;
    }
  return NULL;
}

/**
 * planner_config_list_fixed_changes:
 * @running: what plannerd was started with
 * @wanted: what the file says now
 *
 * Returns: (transfer full) (nullable): the keys that differ and take a restart; NULL when none does
 */
char *
planner_config_list_fixed_changes (const PlannerConfig *running, const PlannerConfig *wanted)
{
  return config_list_fixed_changes (config_keys, config_n_keys, running, wanted);
}
