/* SPDX-License-Identifier: EUPL-1.2 */
/* The groups [dfdg-client TENANT] of the configuration, as work wants them. */
#include "dfdg/wire/dfdg-settings.h"

static GMutex current_lock;
static GPtrArray *current;

/**
 * dfdg_settings_new:
 * @config: a reference is taken
 * @client: one of @config's
 *
 * Returns: (transfer full): any thread may hold it
 */
DfdgSettings *
dfdg_settings_new (const PlannerConfig *config, const ConfigDfdgClient *client)
{
  DfdgSettings *settings = g_atomic_rc_box_new0 (DfdgSettings);

  settings->config = planner_config_ref (config);
  settings->client = client;
  return settings;
}

/**
 * dfdg_settings_ref:
 *
 * Any thread.
 */
DfdgSettings *
dfdg_settings_ref (const DfdgSettings *settings)
{
  return g_atomic_rc_box_acquire ((gpointer) settings);
}

static void
clear (gpointer data)
{
  DfdgSettings *settings = data;

  planner_config_unref ((PlannerConfig *) settings->config);
}

/**
 * dfdg_settings_unref:
 *
 * Any thread.
 */
void
dfdg_settings_unref (DfdgSettings *settings)
{
  g_atomic_rc_box_release_full (settings, clear);
}

/**
 * dfdg_settings_get_url:
 *
 * Returns: (nullable): the service's base address; NULL when the municipality does not call it
 */
const char *
dfdg_settings_get_url (const DfdgSettings *settings, DfdgService service)
{
  const ConfigDfdgClient *client = settings->client;
  const char *const urls[DFDG_N_SERVICES] = {
    [DFDG_SERVICE_INDKALDELSE] = client->indkaldelse_url,
    [DFDG_SERVICE_ABONNEMENT] = client->abonnement_url,
    [DFDG_SERVICE_WSRM] = client->wsrm_url,
    [DFDG_SERVICE_FRIST] = client->frist_url,
    [DFDG_SERVICE_VISITERING] = client->visitering_url,
    [DFDG_SERVICE_BESKED] = client->besked_url,
    [DFDG_SERVICE_KODELISTE] = client->kodeliste_url,
  };

  g_return_val_if_fail (service < DFDG_N_SERVICES, NULL);
  return *urls[service] == '\0' ? NULL : urls[service];
}

/**
 * dfdg_settings_list:
 *
 * Returns: (transfer full) (element-type DfdgSettings): of every municipality that has a group
 */
GPtrArray *
dfdg_settings_list (const PlannerConfig *config)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) dfdg_settings_unref);

  for (guint i = 0; i < config->dfdg_clients->len; i++)
    g_ptr_array_add (all, dfdg_settings_new (config, config->dfdg_clients->pdata[i]));
  return all;
}

/**
 * dfdg_settings_set_current:
 * @all: (nullable) (element-type DfdgSettings): a reference is taken, and it is not changed any more; NULL: none
 *
 * What dfdg_settings_dup_current() looks in from now on. Any thread.
 */
void
dfdg_settings_set_current (GPtrArray *all)
{
  GPtrArray *old;

  g_mutex_lock (&current_lock);
  old = current;
  current = all == NULL ? NULL : g_ptr_array_ref (all);
  g_mutex_unlock (&current_lock);
  g_clear_pointer (&old, g_ptr_array_unref);
}

/**
 * dfdg_settings_dup_current:
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): the municipality's; NULL when it does not talk with DFDG
 */
DfdgSettings *
dfdg_settings_dup_current (const char *tenant_key)
{
  DfdgSettings *found = NULL;

  g_mutex_lock (&current_lock);
  for (guint i = 0; current != NULL && i < current->len && found == NULL; i++)
    {
      DfdgSettings *settings = current->pdata[i];
      if (g_str_equal (settings->client->tenant, tenant_key))
        found = dfdg_settings_ref (settings);
    }
  g_mutex_unlock (&current_lock);
  return found;
}
