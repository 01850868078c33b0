/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads a configuration; knows no key but by the table. */
#include "planner-config.h"

#include <string.h>

#include "base/error.h"
#include "planner-config-callers.h"
#include "planner-config-clients.h"
#include "planner-config-table.h"

#define NONE        G_MININT64
#define DFDG_CLIENT "dfdg-client "

static gboolean
set_number (const ConfigKey *key, const char *group, const char *text, gint64 *out, GError **error)
{
  g_autofree char *what = NULL;
  gint64 number;

  if (g_ascii_string_to_signed (text, 10, key->minimum, key->maximum, &number, NULL))
    {
      *out = number;
      return TRUE;
    }
  what = g_strdup_printf ("must be a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                          key->minimum, key->maximum);
  return config_fail (error, group, key->name, what);
}

static gboolean
set_choice (const ConfigKey *key, const char *group, const char *text, gint64 *out, GError **error)
{
  g_auto (GStrv) words = g_strsplit (key->kind == CONFIG_BOOL ? "false true" : key->unit, " ", 0);
  g_autofree char *what =
    g_strdup_printf ("must be one of: %s", key->kind == CONFIG_BOOL ? "true false" : key->unit);

  for (guint i = 0; words[i] != NULL; i++)
    if (strcmp (words[i], text) == 0)
      {
        *out = i;
        return TRUE;
      }
  return config_fail (error, group, key->name, what);
}

static char **
dup_list (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, ";", 0);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  guint n_words = 0;

  for (guint i = 0; words[i] != NULL; i++)
    if (*g_strstrip (words[i]) != '\0')
      {
        g_strv_builder_add (builder, words[i]);
        n_words++;
      }
  return n_words == 0 ? NULL : g_strv_builder_end (builder);
}

static gboolean
set_roles (const ConfigKey *key, const char *group, const char *text, guint *out, GError **error)
{
  g_auto (GStrv) words = dup_list (text);
  guint roles = 0;

  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    {
      guint role = 0;
      while (config_role_names[role] != NULL && strcmp (config_role_names[role], words[i]) != 0)
        role++;
      if (config_role_names[role] == NULL)
        return config_fail (error, group, key->name, "names a role that there is not");
      roles |= 1u << role;
    }
  if (roles == 0)
    return config_fail (error, group, key->name, "must name at least one role");
  *out = roles;
  return TRUE;
}

static gboolean
set_value (const ConfigKey *key,
           const char *group,
           gpointer values,
           const char *text,
           GError **error)
{
  gpointer at = (char *) values + key->offset;

  switch (key->kind)
    {
    case CONFIG_INT:
      return set_number (key, group, text, at, error);
    case CONFIG_BOOL:
    case CONFIG_CHOICE:
      return set_choice (key, group, text, at, error);
    case CONFIG_ROLES:
      return set_roles (key, group, text, at, error);
    case CONFIG_LIST:
      *(char ***) at = dup_list (text);
      return TRUE;
    case CONFIG_TEXT:
    default:
      g_free (*(char **) at);
      *(char **) at = g_strdup (text);
      return TRUE;
    }
}

static void
clear_values (const ConfigKey *keys, guint n_keys, gpointer values)
{
  for (guint i = 0; i < n_keys; i++)
    {
      gpointer at = (char *) values + keys[i].offset;
      if (keys[i].kind == CONFIG_TEXT)
        g_free (*(char **) at);
      else if (keys[i].kind == CONFIG_LIST)
        g_strfreev (*(char ***) at);
    }
}

/* Whether all escapes are those of key files; asked for the text of a value with others, GLib answers none. */
static gboolean
has_own_escapes (const char *text)
{
  for (; *text != '\0'; text++)
    if (*text == '\\' && (text[1] == '\0' || strchr ("sntr\\", *++text) == NULL))
      return FALSE;
  return TRUE;
}

static gboolean
read_key (const ConfigKey *key, GKeyFile *file, const char *group, gpointer values, GError **error)
{
  g_autofree char *raw = g_key_file_get_value (file, group, key->name, NULL);
  g_autofree char *text = NULL;

  if (raw != NULL && !g_utf8_validate (raw, -1, NULL))
    return config_fail (error, group, key->name, "is not UTF-8");
  /* What a key file does not take for an escape of its own is one of the value's: a comma in a name, say. */
  if (raw != NULL && has_own_escapes (raw))
    text = g_key_file_get_string (file, group, key->name, NULL);
  else
    text = g_strdup (raw);
  if (text == NULL && key->fallback == NULL)
    return config_fail (error, group, key->name, "is missing");
  return set_value (key, group, values, text == NULL ? key->fallback : g_strstrip (text), error);
}

static gboolean
is_known (const ConfigKey *keys, guint n_keys, const char *group, const char *name)
{
  for (guint i = 0; i < n_keys; i++)
    if ((group == NULL || strcmp (keys[i].group, group) == 0) &&
        (name == NULL || strcmp (keys[i].name, name) == 0))
      return TRUE;
  return FALSE;
}

static gboolean
check_names (const ConfigKey *keys,
             guint n_keys,
             GKeyFile *file,
             const char *group,
             const char *table_group,
             GError **error)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, group, NULL, error);

  if (names == NULL)
    return FALSE;
  for (guint i = 0; names[i] != NULL; i++)
    if (!is_known (keys, n_keys, table_group, names[i]))
      return config_fail (error, group, names[i], "is not a key that plannerd knows");
  return TRUE;
}

static void
caller_free (gpointer data)
{
  ConfigCaller *caller = data;

  clear_values (config_caller_keys, config_n_caller_keys, caller);
  g_free (caller->name);
  g_free (caller->wanted_serial);
  g_free (caller);
}

static gboolean
read_caller (PlannerConfig *config, GKeyFile *file, const char *group, GError **error)
{
  ConfigCaller *caller = g_new0 (ConfigCaller, 1);

  g_ptr_array_add (config->callers, caller);
  caller->name = g_strstrip (g_strdup (group + strlen ("caller ")));
  if (*caller->name == '\0')
    return config_fail (error, group, NULL, "has no name");
  for (guint i = 0; i < config_n_caller_keys; i++)
    if (!read_key (&config_caller_keys[i], file, group, caller, error))
      return FALSE;
  return check_names (config_caller_keys, config_n_caller_keys, file, group, NULL, error) &&
         planner_config_check_caller (caller, group, error);
}

static void
dfdg_client_free (gpointer data)
{
  ConfigDfdgClient *client = data;

  clear_values (config_dfdg_client_keys, config_n_dfdg_client_keys, client);
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
    if (!read_key (&config_dfdg_client_keys[i], file, group, client, error))
      return FALSE;
  return check_names (config_dfdg_client_keys, config_n_dfdg_client_keys, file, group, NULL,
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
      else if (!is_known (config_keys, config_n_keys, groups[i], NULL))
        return config_fail (error, groups[i], NULL, "is not a group that plannerd knows");
      else if (!check_names (config_keys, config_n_keys, file, groups[i], groups[i], error))
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
  if (config->plain_port != 0 && planner_config_find_caller (config, config->plain_caller) == NULL)
    return config_fail (error, "plain", "caller",
                        "must name a [caller NAME] when the face is open");
  if (!check_sync (config, error))
    return FALSE;
  if (!g_strv_contains (levels, config->log_level))
    return config_fail (error, "log", "level", "must be debug, info, warning or error");
  return planner_config_check_callers (config->callers, error) &&
         planner_config_check_dfdg_clients (config->dfdg_clients, error);
}

static void
config_clear (gpointer data)
{
  PlannerConfig *config = data;

  clear_values (config_keys, config_n_keys, config);
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
    if (!read_key (&config_keys[i], file, config_keys[i].group, config, error))
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
 * planner_config_find_caller:
 *
 * Returns: (nullable) (transfer none): the entry of that name
 */
const ConfigCaller *
planner_config_find_caller (const PlannerConfig *config, const char *name)
{
  for (guint i = 0; i < config->callers->len; i++)
    {
      const ConfigCaller *caller = config->callers->pdata[i];
      if (strcmp (caller->name, name) == 0)
        return caller;
    }
  return NULL;
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

static gboolean
differs (const ConfigKey *key, const PlannerConfig *one, const PlannerConfig *other)
{
  gconstpointer a = (const char *) one + key->offset;
  gconstpointer b = (const char *) other + key->offset;

  if (key->kind == CONFIG_TEXT)
    return strcmp (*(char *const *) a, *(char *const *) b) != 0;
  return *(const gint64 *) a != *(const gint64 *) b;
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
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < config_n_keys; i++)
    if (!config_keys[i].may_reload && differs (&config_keys[i], running, wanted))
      g_string_append_printf (text, "%s[%s] %s", text->len == 0 ? "" : ", ", config_keys[i].group,
                              config_keys[i].name);
  return text->len == 0 ? NULL : g_string_free (g_steal_pointer (&text), FALSE);
}
