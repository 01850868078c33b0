/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of configuration keys as a sample file and as a manual page. */
#include <string.h>

#include "config.h"
#include "planner-config-reader.h"
#include "planner-config.h"

static void
append_sample (GString *text, const ConfigKey *key)
{
  g_string_append_printf (text, "# %s", key->sentence);
  if (key->kind == CONFIG_INT)
    g_string_append_printf (text, " (%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT "%s%s)",
                            key->minimum, key->maximum, *key->unit == '\0' ? "" : ", ", key->unit);
  else if (key->kind == CONFIG_CHOICE)
    g_string_append_printf (text, " (%s)", key->unit);
  g_string_append_printf (text, "%s\n%s%s=%s\n", key->may_reload ? " Read again on SIGHUP." : "",
                          key->fallback == NULL ? "" : "#", key->name,
                          key->fallback == NULL ? "" : key->fallback);
}

/**
 * config_append_sample:
 *
 * Every group with its keys, their meaning and their default.
 */
void
config_append_sample (GString *text, const ConfigKey *keys, guint n_keys)
{
  const char *group = "";

  for (guint i = 0; i < n_keys; i++)
    {
      if (strcmp (group, keys[i].group) != 0)
        g_string_append_printf (text, "\n[%s]\n", keys[i].group);
      group = keys[i].group;
      append_sample (text, &keys[i]);
    }
}

/**
 * config_append_group_sample:
 * @title: of a group that there may be several of, such as `caller NAME`
 */
void
config_append_group_sample (GString *text, const char *title, const ConfigKey *keys, guint n_keys)
{
  g_string_append_printf (text, "[%s]\n", title);
  for (guint i = 0; i < n_keys; i++)
    append_sample (text, &keys[i]);
}

/**
 * planner_config_dup_sample:
 *
 * Returns: (transfer full): a file with every key, its meaning and its default
 */
char *
planner_config_dup_sample (void)
{
  GString *text = g_string_new ("# Configuration of plannerd. A # before a key: the default.\n");

  config_append_sample (text, config_keys, config_n_keys);
  g_string_append (text, "\n# One group for each caller; NAME stands in journal and log.\n");
  config_append_group_sample (text, "caller NAME", config_caller_keys, config_n_caller_keys);
  g_string_append (
    text, "\n# One group for each municipality that is to talk with DFDG; TENANT is its key.\n"
          "#[dfdg-client TENANT]\n");
  for (guint i = 0; i < config_n_dfdg_client_keys; i++)
    append_sample (text, &config_dfdg_client_keys[i]);
  return g_string_free (text, FALSE);
}

/* Text for troff: a hyphen is a minus there, and a line must not begin with a request. */
static void
append_troff (GString *page, const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (*c == '-')
      g_string_append (page, "\\-");
    else if (*c == '\\')
      g_string_append (page, "\\e");
    else
      g_string_append_c (page, *c);
}

static void
append_entry (GString *page, const ConfigKey *key)
{
  g_string_append (page, ".TP\n.B ");
  append_troff (page, key->name);
  g_string_append (page, "\n");
  append_troff (page, key->sentence);
  if (key->kind == CONFIG_INT)
    g_string_append_printf (page, "\nFrom %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT "%s%s.",
                            key->minimum, key->maximum, *key->unit == '\0' ? "" : " ", key->unit);
  if (key->fallback != NULL && *key->fallback != '\0')
    {
      g_string_append (page, "\nDefault: ");
      append_troff (page, key->fallback);
      g_string_append_c (page, '.');
    }
  g_string_append (page, key->may_reload ? "\nRead again on SIGHUP.\n" : "\n");
}

/**
 * config_append_manual:
 *
 * Likewise as sections of a manual page, in troff.
 */
void
config_append_manual (GString *page, const ConfigKey *keys, guint n_keys)
{
  const char *group = "";

  for (guint i = 0; i < n_keys; i++)
    {
      if (strcmp (group, keys[i].group) != 0)
        g_string_append_printf (page, ".SS [%s]\n", keys[i].group);
      group = keys[i].group;
      append_entry (page, &keys[i]);
    }
}

/**
 * config_append_group_manual:
 * @sentence: what the group is for, with a full stop
 *
 * Likewise as a section of a manual page.
 */
void
config_append_group_manual (GString *page,
                            const char *title,
                            const char *sentence,
                            const ConfigKey *keys,
                            guint n_keys)
{
  g_string_append_printf (page, ".SS [%s]\n%s\n", title, sentence);
  for (guint i = 0; i < n_keys; i++)
    append_entry (page, &keys[i]);
}

/**
 * planner_config_dup_manual:
 *
 * Returns: (transfer full): plannerd.conf(5) in troff
 */
char *
planner_config_dup_manual (void)
{
  GString *page = g_string_new (NULL);

  g_string_append (page, ".TH PLANNERD.CONF 5 \"\" \"Kommunal Planner " PLANNER_VERSION "\"\n"
                         ".SH NAME\nplannerd.conf \\- configuration of plannerd\n"
                         ".SH DESCRIPTION\nGroups in brackets, below them keys and values. "
                         "A key or group that is not listed here is an error.\n");
  config_append_manual (page, config_keys, config_n_keys);
  config_append_group_manual (page, "caller NAME",
                              "One group for each caller; NAME stands in journal and log.",
                              config_caller_keys, config_n_caller_keys);
  config_append_group_manual (page, "dfdg-client TENANT",
                              "One group for each municipality that is to talk with DFDG; TENANT "
                              "is its key.",
                              config_dfdg_client_keys, config_n_dfdg_client_keys);
  return g_string_free (page, FALSE);
}
