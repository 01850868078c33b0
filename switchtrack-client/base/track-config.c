/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads switchtrackd's configuration; knows no key but by the tables. */
#include "base/track-config.h"

#include <string.h>

#include "base/track-config-table.h"
#include "config.h"
#include "planner-config-reader.h"

static void
caller_free (gpointer data)
{
  config_peer_clear (data, track_config_caller_keys, track_config_n_caller_keys);
  g_free (data);
}

static gboolean
read_caller (TrackConfig *config, GKeyFile *file, const char *group, GError **error)
{
  ConfigPeer *caller = g_new0 (ConfigPeer, 1);

  g_ptr_array_add (config->callers, caller);
  return config_peer_read (caller, track_config_caller_keys, track_config_n_caller_keys, file,
                           group, error);
}

static gboolean
read_groups (TrackConfig *config, GKeyFile *file, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (guint i = 0; groups[i] != NULL; i++)
    {
      if (g_str_has_prefix (groups[i], "caller "))
        {
          if (!read_caller (config, file, groups[i], error))
            return FALSE;
        }
      else if (!config_is_known (track_config_keys, track_config_n_keys, groups[i], NULL))
        return config_fail (error, groups[i], NULL, "is not a group that is known");
      else if (!config_check_names (track_config_keys, track_config_n_keys, file, groups[i],
                                    groups[i], error))
        return FALSE;
    }
  return TRUE;
}

/* What one key cannot say alone. */
static gboolean
check_whole (const TrackConfig *config, GError **error)
{
  static const char *const levels[] = { "debug", "info", "warning", "error", NULL };

  if (config->service_port != 0 && (*config->service_certificate == '\0' ||
                                    *config->service_key == '\0' || *config->service_trust == '\0'))
    return config_fail (error, "service", NULL, "needs certificate, key and trust, or port = 0");
  if (config->plain_port != 0 && config_peer_find (config->callers, config->plain_caller) == NULL)
    return config_fail (error, "plain", "caller",
                        "must name a [caller NAME] when the face is open");
  if ((*config->upstream_certificate == '\0') != (*config->upstream_key == '\0'))
    return config_fail (error, "upstream", NULL, "needs certificate and key together");
  if (strcmp (config->registry_path, config->calls_path) == 0)
    return config_fail (error, "calls", "path", "must be another file than that of the registry");
  if (config->limits_max_request_bytes > config->limits_max_buffered_bytes)
    return config_fail (error, "limits", "max-buffered-bytes",
                        "must be at least max-request-bytes");
  if (!g_strv_contains (levels, config->log_level))
    return config_fail (error, "log", "level", "must be debug, info, warning or error");
  return config_peer_check_all (config->callers, error);
}

static void
config_clear (gpointer data)
{
  TrackConfig *config = data;

  config_clear_values (track_config_keys, track_config_n_keys, config);
  g_ptr_array_unref (config->callers);
}

static void
fill_empty (char **text, const char *path, const char *ending)
{
  if (**text != '\0')
    return;
  g_free (*text);
  *text = g_strconcat (path, ending, NULL);
}

static TrackConfig *
read_file (GKeyFile *file, GError **error)
{
  g_autoptr (TrackConfig) config = g_atomic_rc_box_new0 (TrackConfig);

  config->callers = g_ptr_array_new_with_free_func (caller_free);
  for (guint i = 0; i < track_config_n_keys; i++)
    if (!config_read_key (&track_config_keys[i], file, track_config_keys[i].group, config, error))
      return NULL;
  fill_empty (&config->admin_socket, config->registry_path, ".socket");
  fill_empty (&config->learned_key_file, config->registry_path, ".key");
  if (!read_groups (config, file, error) || !check_whole (config, error))
    return NULL;
  return g_steal_pointer (&config);
}

/**
 * track_config_parse:
 * @text: a key file, UTF-8
 *
 * Errors: PLANNER_ERROR_NOT_VALID naming group and key: unknown, missing, or out of its limits;
 * G_KEY_FILE_ERROR when it is no key file.
 *
 * Returns: (transfer full): all values, defaults filled in
 */
TrackConfig *
track_config_parse (const char *text, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (!g_key_file_load_from_data (file, text, strlen (text), G_KEY_FILE_NONE, error))
    return NULL;
  return read_file (file, error);
}

/**
 * track_config_load:
 * @path: a key file
 *
 * As track_config_parse(); G_FILE_ERROR when it cannot be read. Blocks.
 */
TrackConfig *
track_config_load (const char *path, GError **error)
{
  g_autoptr (TrackConfig) config = NULL;
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;
  config = track_config_parse (text, error);
  if (config == NULL)
    g_prefix_error (error, "%s: ", path);
  return g_steal_pointer (&config);
}

/**
 * track_config_ref:
 *
 * Any thread.
 */
TrackConfig *
track_config_ref (const TrackConfig *config)
{
  return g_atomic_rc_box_acquire ((gpointer) config);
}

/**
 * track_config_unref:
 *
 * Any thread.
 */
void
track_config_unref (TrackConfig *config)
{
  g_atomic_rc_box_release_full (config, config_clear);
}

/**
 * track_config_may_approve:
 * @person: a user name of this machine
 *
 * Returns: whether he may approve what another proposed
 */
gboolean
track_config_may_approve (const TrackConfig *config, const char *person)
{
  return config->people_approvers != NULL &&
         g_strv_contains ((const char *const *) config->people_approvers, person);
}

/**
 * track_config_list_fixed_changes:
 * @running: what switchtrackd was started with
 * @wanted: what the file says now
 *
 * Returns: (transfer full) (nullable): the keys that differ and take a restart; NULL when none does
 */
char *
track_config_list_fixed_changes (const TrackConfig *running, const TrackConfig *wanted)
{
  return config_list_fixed_changes (track_config_keys, track_config_n_keys, running, wanted);
}

/**
 * track_config_dup_sample:
 *
 * Returns: (transfer full): a file with every key, its meaning and its default
 */
char *
track_config_dup_sample (void)
{
  GString *text =
    g_string_new ("# Configuration of switchtrackd. A # before a key: the default.\n");

  config_append_sample (text, track_config_keys, track_config_n_keys);
  g_string_append (text, "\n# One group for each caller; NAME stands in the log.\n");
  config_append_group_sample (text, "caller NAME", track_config_caller_keys,
                              track_config_n_caller_keys);
  return g_string_free (text, FALSE);
}

/**
 * track_config_dup_manual:
 *
 * Returns: (transfer full): switchtrackd.conf(5) in troff
 */
char *
track_config_dup_manual (void)
{
  GString *page = g_string_new (NULL);

  g_string_append (page, ".TH SWITCHTRACKD.CONF 5 \"\" \"Kommunal Planner " PLANNER_VERSION "\"\n"
                         ".SH NAME\nswitchtrackd.conf \\- configuration of switchtrackd\n"
                         ".SH DESCRIPTION\nGroups in brackets, below them keys and values. "
                         "A key or group that is not listed here is an error.\n");
  config_append_manual (page, track_config_keys, track_config_n_keys);
  config_append_group_manual (page, "caller NAME",
                              "One group for each caller; NAME stands in the log.",
                              track_config_caller_keys, track_config_n_caller_keys);
  return g_string_free (page, FALSE);
}
