/* SPDX-License-Identifier: EUPL-1.2 */
/* Citizens' facts between their rows, the rules' struct and the loop's index. */
#pragma once

#include "index/citizen-index.h"
#include "store/store.h"

CitizenEntry *citizen_entry_load (StoreSession *session,
                                  gint64 citizen_id,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citizen_entries_load_all (StoreSession *session,
                                   GPtrArray *entries,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citizen_facts_load (StoreSession *session,
                             gint64 citizen_id,
                             CitizenFacts *out_facts,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* From (element-type CitizenFact) rows. */
void citizen_facts_fill (CitizenFacts *facts, const GPtrArray *rows);
