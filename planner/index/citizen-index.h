/* SPDX-License-Identifier: EUPL-1.2 */
/* What the loop thread must know of citizens to answer a slots call without the database. */
#pragma once

#include "rules/citizen-match.h"

/**
 * CitizenEntry:
 * @busy_until_us: latest end of a live booking or expiry of a hold, 0 for none: while it lies
 *   ahead, calls of this citizen need the database
 * @cpr: empty: the citizen is gone
 * @facts: owned by the entry
 */
typedef struct
{
  gint64 citizen_id;
  gint64 tenant_id;
  char cpr[11];
  gint64 busy_until_us;
  CitizenFacts facts;
} CitizenEntry;

void citizen_entry_free (CitizenEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizenEntry, citizen_entry_free)
void citizen_facts_clear (CitizenFacts *facts);

/* Owned by the loop thread; no other thread may touch it. */
typedef struct _CitizenIndex CitizenIndex;
CitizenIndex *citizen_index_new (void);
void citizen_index_free (CitizenIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizenIndex, citizen_index_free)
void citizen_index_take (CitizenIndex *index, CitizenEntry *entry);
void citizen_index_clear (CitizenIndex *index);
const CitizenEntry *
citizen_index_find (const CitizenIndex *index, gint64 tenant_id, const char *cpr);
guint citizen_index_count (const CitizenIndex *index);
