/* SPDX-License-Identifier: EUPL-1.2 */
/* Looks a verified certificate up in the allow-list, by fingerprint or by issuer and subject. */
#include "http/planner-callers.h"

#include <string.h>

struct _PlannerCallers
{
  PlannerConfig *config;
  GArray *callers; /* OpCaller, in the configuration's order; its texts are the configuration's */
};

/* Before the CVR number in organizationIdentifier: ETSI EN 319 412-1 §5.1.4. */
#define NATIONAL_NUMBER "NTRDK-"

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
      OpCaller caller = { .name = entry->name,
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

static gboolean
fits_fingerprint (const ConfigCaller *entry, const ListenerIdentity *identity)
{
  return entry->fingerprints != NULL && identity->fingerprint_sha256 != NULL &&
         g_strv_contains ((const char *const *) entry->fingerprints, identity->fingerprint_sha256);
}

/* The hex digits of a UUID may be of either case; an OCES3 certificate names the organisation apart from it. */
static gboolean
fits_subject (const ConfigCaller *entry, const ListenerIdentity *identity)
{
  const char *number = identity->organization_identifier;

  if (*entry->issuer == '\0' || g_strcmp0 (entry->issuer, identity->issuer) != 0 ||
      identity->subject_serial_number == NULL ||
      g_ascii_strcasecmp (entry->wanted_serial, identity->subject_serial_number) != 0)
    return FALSE;
  if (*entry->uuid == '\0')
    return TRUE;
  return number != NULL && g_str_has_prefix (number, NATIONAL_NUMBER) &&
         strcmp (number + strlen (NATIONAL_NUMBER), entry->cvr) == 0;
}

/**
 * planner_callers_find:
 * @identity: (nullable): of the connection
 *
 * @out_other: (out) (optional) (nullable): a second entry that names the same certificate
 *
 * The entry that names the certificate; nobody when the chain was not verified, and nobody when two entries do, one by
 * fingerprint and one by subject, which the configuration alone cannot show. Source: design.md 10.
 *
 * Returns: (transfer none) (nullable): valid while @callers is held
 */
const OpCaller *
planner_callers_find (const PlannerCallers *callers,
                      const ListenerIdentity *identity,
                      const OpCaller **out_other)
{
  const OpCaller *found = NULL;

  for (guint i = 0; identity != NULL && identity->verified && i < callers->callers->len; i++)
    {
      const ConfigCaller *entry = callers->config->callers->pdata[i];

      if (!fits_fingerprint (entry, identity) && !fits_subject (entry, identity))
        continue;
      if (found != NULL)
        {
          if (out_other != NULL)
            *out_other = found;
          return NULL;
        }
      found = &g_array_index (callers->callers, OpCaller, i);
    }
  return found;
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
