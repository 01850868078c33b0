/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages of DFDG: what kinds there are; the record itself is the store's. */
#pragma once

#include "store/inbox-store.h"

/**
 * DfdgEntity:
 *
 * What a message may be about. Which EntitetstypeId each has is a setting: two of the numbers are not public.
 */
typedef enum
{
  DFDG_ENTITY_INDKALDELSE,
  DFDG_ENTITY_FRIST,
  DFDG_ENTITY_CONTACT_GROUP,
  DFDG_ENTITY_FUND_MEMBERSHIP,
  DFDG_ENTITY_PERSON_CATEGORY,
  DFDG_ENTITY_CPR_CHANGE,
  DFDG_N_ENTITIES,
  DFDG_ENTITY_UNKNOWN = DFDG_N_ENTITIES,
} DfdgEntity;

/**
 * DfdgEntityIds:
 *
 * EntitetstypeId of each; 0: this municipality does not take it.
 */
typedef struct
{
  gint64 ids[DFDG_N_ENTITIES];
} DfdgEntityIds;

typedef enum
{
  DFDG_CHANGE_UNKNOWN,
  DFDG_CHANGE_CREATE,
  DFDG_CHANGE_UPDATE,
  DFDG_CHANGE_DELETE,
} DfdgChange;

void dfdg_entity_ids_init (DfdgEntityIds *ids);
DfdgEntity dfdg_entity_of (const DfdgEntityIds *ids, gint64 entity_type);
