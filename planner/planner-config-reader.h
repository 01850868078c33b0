/* SPDX-License-Identifier: EUPL-1.2 */
/* Any configuration by its table of keys: read, compared, and told as a sample file and a manual page. */
#pragma once

#include "planner-config-table.h"

gboolean config_read_key (const ConfigKey *key,
                          GKeyFile *file,
                          const char *group,
                          gpointer values,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void config_clear_values (const ConfigKey *keys, guint n_keys, gpointer values);
gboolean config_is_known (const ConfigKey *keys, guint n_keys, const char *group, const char *name);
gboolean config_check_names (const ConfigKey *keys,
                             guint n_keys,
                             GKeyFile *file,
                             const char *group,
                             const char *table_group,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *config_list_fixed_changes (const ConfigKey *keys,
                                 guint n_keys,
                                 gconstpointer running,
                                 gconstpointer wanted);

void config_append_sample (GString *text, const ConfigKey *keys, guint n_keys);
void
config_append_group_sample (GString *text, const char *title, const ConfigKey *keys, guint n_keys);
void config_append_manual (GString *page, const ConfigKey *keys, guint n_keys);
void config_append_group_manual (GString *page,
                                 const char *title,
                                 const char *sentence,
                                 const ConfigKey *keys,
                                 guint n_keys);
