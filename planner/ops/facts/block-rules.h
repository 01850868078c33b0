/* SPDX-License-Identifier: EUPL-1.2 */
/* What blocks the time of one resource: the strictest of its units' settings, and its own word. */
#pragma once

#include "calsync-policy.h"
#include "store/busy-span-store.h"

/* Settings of a unit: the name of a rule follows. */
#define BLOCK_RULE_SETTING "calendar-blocks:"

/**
 * BlockRules:
 *
 * Policies of several units as they are joined.
 */
typedef struct
{
  CalsyncPolicy policy;
  gboolean has_unit;
} BlockRules;

BlockRules block_rules_begin (void);
void block_rules_add (BlockRules *rules, const CalsyncPolicy *unit);
CalsyncPolicy block_rules_end (const BlockRules *rules);

CalsyncBlocks block_rules_get (const CalsyncPolicy *policy, const BusySpan *span);
gboolean
block_rules_let_block (const CalsyncPolicy *policy, const BusySpan *span, CalsyncMeeting meeting);

/* The same from the database, where no catalogue is at hand. */
gboolean block_rules_load (StoreSession *session,
                           gint64 resource_id,
                           gint64 now_us,
                           CalsyncPolicy *out_policy,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
