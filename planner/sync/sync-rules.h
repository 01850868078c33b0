/* SPDX-License-Identifier: EUPL-1.2 */
/* What a unit decides about its advisors' own calendars: what becomes of moves and deletions, what meetings are called there. */
#pragma once

#include "calsync-binding.h"
#include "store/store.h"

/* Placeholder in a summary for the title of the offer. */
#define SYNC_SUMMARY_OFFER "{offer}"

/**
 * SyncRules:
 * @summary: never names a citizen; may hold SYNC_SUMMARY_OFFER
 * @fresh_minutes: how old a calendar may grow; 0: the unit does not say
 */
typedef struct
{
  CalsyncOnMove on_move;
  CalsyncOnDelete on_delete;
  gboolean is_private;
  char *summary;
  gint64 fresh_minutes;
} SyncRules;

gboolean sync_rules_load (SyncRules *rules,
                          StoreSession *session,
                          gint64 resource_id,
                          gint64 now_us,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sync_rules_clear (SyncRules *rules);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SyncRules, sync_rules_clear)
char *sync_rules_dup_summary (const SyncRules *rules, const char *offer_title);
