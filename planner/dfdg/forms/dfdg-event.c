/* SPDX-License-Identifier: EUPL-1.2 */
/* Which number of EntitetstypeId is which kind of message. */
#include "dfdg/forms/dfdg-event.h"

/* Dossier 4.2; the last two are not public: a setting, these are ours. */
static const gint64 usual_ids[DFDG_N_ENTITIES] = {
  [DFDG_ENTITY_INDKALDELSE] = 90000,      [DFDG_ENTITY_FRIST] = 90001,
  [DFDG_ENTITY_CONTACT_GROUP] = 100008,   [DFDG_ENTITY_FUND_MEMBERSHIP] = 60010,
  [DFDG_ENTITY_PERSON_CATEGORY] = 100009, [DFDG_ENTITY_CPR_CHANGE] = 100010,
};

/**
 * dfdg_entity_ids_init:
 *
 * The published numbers, and ours for those that are not.
 */
void
dfdg_entity_ids_init (DfdgEntityIds *ids)
{
  for (guint i = 0; i < DFDG_N_ENTITIES; i++)
    ids->ids[i] = usual_ids[i];
}

/**
 * dfdg_entity_of:
 *
 * Returns: what the number stands for; %DFDG_ENTITY_UNKNOWN. Any thread.
 */
DfdgEntity
dfdg_entity_of (const DfdgEntityIds *ids, gint64 entity_type)
{
  for (guint i = 0; entity_type > 0 && i < DFDG_N_ENTITIES; i++)
    if (ids->ids[i] == entity_type)
      return (DfdgEntity) i;
  return DFDG_ENTITY_UNKNOWN;
}
