/* SPDX-License-Identifier: EUPL-1.2 */
/* What a person means by a word: a change's number, a message's id, or a booking with all that hangs on it. */
#pragma once

#include "dfdg/commands/dfdg-task.h"

/**
 * DfdgFound:
 * @booking: (nullable): as are @watch, and the lists' elements may be none
 * @changes: (element-type OutboxItem): ours, oldest first
 * @events: (element-type DfdgEvent): DFDG's, oldest first
 *
 * At least one of them is there.
 */
typedef struct
{
  char *subject; /* (nullable): the booking's identifier */
  Booking *booking;
  GPtrArray *changes;
  GPtrArray *events;
  EchoWatch *watch;
} DfdgFound;

/* Errors: PLANNER_ERROR_NOT_FOUND. */
gboolean dfdg_find (const DfdgTask *task,
                    StoreSession *session,
                    const char *word,
                    DfdgFound *out_found,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void dfdg_found_clear (DfdgFound *found);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DfdgFound, dfdg_found_clear)
