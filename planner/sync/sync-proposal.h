/* SPDX-License-Identifier: EUPL-1.2 */
/* A meeting that an advisor moved in the calendar, where the unit lets such a move ask for the new time. */
#pragma once

#include "sync/sync-local.h"

/**
 * SyncProposalPlace:
 * @data_dir, @database: as in #AdminCall
 * @out_n_refused: how many were not moved and have to be put back
 */
typedef struct
{
  const SyncLocalPlace *place;
  const char *data_dir;
  const char *database;
} SyncProposalPlace;

gboolean sync_proposals_settle (const SyncProposalPlace *where,
                                SyncLocal *local,
                                guint *out_n_settled,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
