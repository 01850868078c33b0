/* SPDX-License-Identifier: EUPL-1.2 */
/* The shape of a row in the table of configuration keys. */
#pragma once

#include <glib.h>

typedef enum
{
  CONFIG_TEXT,
  CONFIG_INT,
  CONFIG_BOOL,
  CONFIG_CHOICE, /* its words stand in the unit */
  CONFIG_LIST,   /* separated by ; */
  CONFIG_ROLES,
} ConfigKind;

/**
 * ConfigKey:
 * @fallback: (nullable): its default as text; NULL when the key is needed
 * @may_reload: read again on SIGHUP
 */
typedef struct
{
  const char *group;
  const char *name;
  ConfigKind kind;
  gsize offset;
  const char *fallback;
  gint64 minimum;
  gint64 maximum;
  const char *unit;
  gboolean may_reload;
  const char *sentence;
} ConfigKey;

extern const ConfigKey config_keys[];
extern const guint config_n_keys;
/* Of the groups [caller NAME]. */
extern const ConfigKey config_caller_keys[];
extern const guint config_n_caller_keys;
/* Of the groups [dfdg-client TENANT]. */
extern const ConfigKey config_dfdg_client_keys[];
extern const guint config_n_dfdg_client_keys;

gboolean config_fail (GError **error, const char *group, const char *key, const char *what)
  G_GNUC_WARN_UNUSED_RESULT;
