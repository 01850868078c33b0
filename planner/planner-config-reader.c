/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads any configuration by its table of keys into the struct that the table describes. */
#include "planner-config-reader.h"

#include <string.h>

#include "base/error.h"

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
  g_auto (GStrv) names = g_strsplit (key->unit, " ", 0);
  guint roles = 0;

  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    {
      guint role = 0;
      while (names[role] != NULL && strcmp (names[role], words[i]) != 0)
        role++;
      if (names[role] == NULL)
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

/**
 * config_clear_values:
 * @values: a struct that the table describes
 *
 * Frees its texts and lists.
 */
void
config_clear_values (const ConfigKey *keys, guint n_keys, gpointer values)
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

/**
 * config_read_key:
 * @group: where it stands in @file
 * @values: the struct that the table describes; takes the value, or the default
 *
 * Errors: PLANNER_ERROR_NOT_VALID naming group and key: missing, or out of its limits.
 */
gboolean
config_read_key (const ConfigKey *key,
                 GKeyFile *file,
                 const char *group,
                 gpointer values,
                 GError **error)
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

/**
 * config_is_known:
 * @group: (nullable): NULL for any
 * @name: (nullable): likewise
 */
gboolean
config_is_known (const ConfigKey *keys, guint n_keys, const char *group, const char *name)
{
  for (guint i = 0; i < n_keys; i++)
    if ((group == NULL || strcmp (keys[i].group, group) == 0) &&
        (name == NULL || strcmp (keys[i].name, name) == 0))
      return TRUE;
  return FALSE;
}

/**
 * config_check_names:
 * @group: in @file
 * @table_group: (nullable): its name in the table; NULL when the table is of one group
 *
 * Errors: PLANNER_ERROR_NOT_VALID naming a key that is not in the table.
 */
gboolean
config_check_names (const ConfigKey *keys,
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
    if (!config_is_known (keys, n_keys, table_group, names[i]))
      return config_fail (error, group, names[i], "is not a key that is known");
  return TRUE;
}

static gboolean
lists_are_equal (char *const *one, char *const *other)
{
  if (one == NULL || other == NULL)
    return one == other;
  return g_strv_equal ((const char *const *) one, (const char *const *) other);
}

static gboolean
differs (const ConfigKey *key, gconstpointer one, gconstpointer other)
{
  gconstpointer a = (const char *) one + key->offset;
  gconstpointer b = (const char *) other + key->offset;

  if (key->kind == CONFIG_LIST)
    return !lists_are_equal (*(char *const *const *) a, *(char *const *const *) b);
  if (key->kind == CONFIG_TEXT)
    return strcmp (*(char *const *) a, *(char *const *) b) != 0;
  return *(const gint64 *) a != *(const gint64 *) b;
}

/**
 * config_list_fixed_changes:
 * @running: a struct that the table describes: what the program was started with
 * @wanted: what the file says now
 *
 * Returns: (transfer full) (nullable): the keys that differ and take a restart; NULL when none does
 */
char *
config_list_fixed_changes (const ConfigKey *keys,
                           guint n_keys,
                           gconstpointer running,
                           gconstpointer wanted)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n_keys; i++)
    if (!keys[i].may_reload && differs (&keys[i], running, wanted))
      g_string_append_printf (text, "%s[%s] %s", text->len == 0 ? "" : ", ", keys[i].group,
                              keys[i].name);
  return text->len == 0 ? NULL : g_string_free (g_steal_pointer (&text), FALSE);
}
