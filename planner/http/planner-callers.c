/* SPDX-License-Identifier: EUPL-1.2 */
/* Looks a verified certificate up in the allow-list, by fingerprint or by issuer and subject. */
#include "http/planner-callers.h"

#include <string.h>

struct _PlannerCallers
{
  PlannerConfig *config;
  GArray *callers; /* OpCaller, in the configuration's order; its texts are the configuration's */
};

G_STATIC_ASSERT (OP_ROLE_DFDG == 1 << 0);
G_STATIC_ASSERT (OP_ROLE_INDKALDER == 1 << 1);
G_STATIC_ASSERT (OP_ROLE_KSS == 1 << 2);

/**
 * planner_callers_new:
 * @config: a reference is taken
 *
 * Returns: (transfer full)
 */
PlannerCallers *
planner_callers_new (const PlannerConfig *config)
{
  PlannerCallers *callers = g_atomic_rc_box_new0 (PlannerCallers);

  callers->config = planner_config_ref (config);
  callers->callers = g_array_new (FALSE, FALSE, sizeof (OpCaller));
  for (guint i = 0; i < config->callers->len; i++)
    {
      const ConfigCaller *entry = config->callers->pdata[i];
      OpCaller caller = { .name = entry->peer.name,
                          .tenant_key = entry->tenant,
                          .roles = entry->roles,
                          .unit_keys = entry->units,
                          .system = entry->system };
      g_array_append_val (callers->callers, caller);
    }
  return callers;
}

static void
callers_clear (gpointer data)
{
  PlannerCallers *callers = data;

  g_array_unref (callers->callers);
  planner_config_unref (callers->config);
}

/**
 * planner_callers_ref:
 */
PlannerCallers *
planner_callers_ref (PlannerCallers *callers)
{
  return g_atomic_rc_box_acquire (callers);
}

/**
 * planner_callers_unref:
 */
void
planner_callers_unref (PlannerCallers *callers)
{
  g_atomic_rc_box_release_full (callers, callers_clear);
}

static const OpCaller *
find_same (const PlannerCallers *callers, const ConfigPeer *peer)
{
  for (guint i = 0; i < callers->callers->len; i++)
    if (callers->config->callers->pdata[i] == peer)
      return &g_array_index (callers->callers, OpCaller, i);
  return NULL;
}

/**
 * planner_callers_find:
 * @identity: (nullable): of the connection
 * @out_other: (out) (optional) (nullable): a second entry that names the same certificate
 *
 * As config_peer_find_by_certificate().
 *
 * Returns: (transfer none) (nullable): valid while @callers is held
 */
const OpCaller *
planner_callers_find (const PlannerCallers *callers,
                      const ListenerIdentity *identity,
                      const OpCaller **out_other)
{
  const ConfigPeer *other = NULL;
  const ConfigPeer *peer =
    config_peer_find_by_certificate (callers->config->callers, identity, &other);

  if (out_other != NULL && other != NULL)
    *out_other = find_same (callers, other);
  return find_same (callers, peer);
}

/**
 * planner_callers_get_plain:
 *
 * Returns: (transfer none) (nullable): whom the plain face's calls are taken for
 */
const OpCaller *
planner_callers_get_plain (const PlannerCallers *callers)
{
  for (guint i = 0; i < callers->callers->len; i++)
    {
      const OpCaller *caller = &g_array_index (callers->callers, OpCaller, i);
      if (strcmp (caller->name, callers->config->plain_caller) == 0)
        return caller;
    }
  return NULL;
}
