/* SPDX-License-Identifier: EUPL-1.2 */
/* Configuration files: what is accepted lies within the table's limits, and written out it is read back equal. */
#include <string.h>

#include "fuzz.h"
#include "planner-config-table.h"
#include "planner-config.h"

static char *
dup_roles (guint roles)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; config_role_names[i] != NULL; i++)
    if (roles & (1u << i))
      g_string_append_printf (text, "%s;", config_role_names[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
dup_word (const ConfigKey *key, gint64 index)
{
  g_auto (GStrv) words = g_strsplit (key->kind == CONFIG_BOOL ? "false true" : key->unit, " ", 0);

  g_assert_cmpint (index, <, g_strv_length (words));
  return g_strdup (words[index]);
}

/* A value as a file would have it. */
static char *
dup_value (const ConfigKey *key, gconstpointer values)
{
  gconstpointer at = (const char *) values + key->offset;
  char **list;

  switch (key->kind)
    {
    case CONFIG_INT:
      g_assert_cmpint (*(const gint64 *) at, >=, key->minimum);
      g_assert_cmpint (*(const gint64 *) at, <=, key->maximum);
      return g_strdup_printf ("%" G_GINT64_FORMAT, *(const gint64 *) at);
    case CONFIG_BOOL:
    case CONFIG_CHOICE:
      return dup_word (key, *(const gint64 *) at);
    case CONFIG_ROLES:
      return dup_roles (*(const guint *) at);
    case CONFIG_LIST:
      list = *(char **const *) at;
      return list == NULL ? g_strdup ("") : g_strjoinv (";", list);
    case CONFIG_TEXT:
    default:
      return g_strdup (*(char *const *) at);
    }
}

static void
write_group (GKeyFile *file,
             const char *group,
             const ConfigKey *keys,
             guint n_keys,
             gconstpointer values)
{
  for (guint i = 0; i < n_keys; i++)
    {
      g_autofree char *value = dup_value (&keys[i], values);

      g_key_file_set_string (file, group == NULL ? keys[i].group : group, keys[i].name, value);
    }
}

static char *
dup_file (const PlannerConfig *config)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  write_group (file, NULL, config_keys, config_n_keys, config);
  for (guint i = 0; i < config->callers->len; i++)
    {
      const ConfigCaller *caller = config->callers->pdata[i];
      g_autofree char *group = g_strconcat ("caller ", caller->peer.name, NULL);

      write_group (file, group, config_caller_keys, config_n_caller_keys, caller);
    }
  return g_key_file_to_data (file, NULL, NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  g_autofree char *text = fuzz_dup_text (data, n_bytes);
  g_autofree char *written = NULL;
  g_autofree char *written_again = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (PlannerConfig) config = planner_config_parse (text, &error);
  g_autoptr (PlannerConfig) again = NULL;

  if (config == NULL)
    {
      g_assert_nonnull (error);
      g_assert_cmpuint (strlen (error->message), >, 0);
      return 0;
    }
  written = dup_file (config);
  again = planner_config_parse (written, &error);
  g_assert_no_error (error);
  g_assert_null (planner_config_list_fixed_changes (config, again));
  written_again = dup_file (again);
  g_assert_cmpstr (written, ==, written_again);
  return 0;
}
