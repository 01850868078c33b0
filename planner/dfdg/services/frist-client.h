/* SPDX-License-Identifier: EUPL-1.2 */
/* FristService: a citizen's deadlines for booking. On a waiting thread; blocks. */
#pragma once

#include "dfdg/services/dfdg-read.h"
#include "store/reading-store.h"

GPtrArray *frist_list_history (DfdgClient *client,
                               const char *cpr,
                               GCancellable *cancellable,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * FristMembers:
 *
 * Names of a deadline's members: those of the queue's messages begin with a capital.
 */
typedef struct
{
  const char *identifier;
  const char *interview_type;
  const char *deadline_date;
  const char *last_date;
  const char *status;
  const char *is_immediate;
  const char *said;
} FristMembers;

extern const FristMembers frist_members_of_queue;
/* Returns: (transfer full) (nullable): NULL when it is no deadline. */
Deadline *frist_read (JsonObject *object, const FristMembers *members, const CalsyncZone *zone);
