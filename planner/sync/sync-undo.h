/* SPDX-License-Identifier: EUPL-1.2 */
/* What a run did, turned round: how each event and each appointment was before it. */
#pragma once

#include "store/sync-record-store.h"

/**
 * SyncUndoEvent:
 * @before: start_us 0: there was none
 * @followed: the booking was moved after the calendar: it is moved back
 * @said: (nullable): why it is left as it is
 */
typedef struct
{
  char *reference;
  SyncShape before;
  SyncShape after;
  gboolean followed;
  char *said;
} SyncUndoEvent;

/**
 * SyncUndoItem:
 * @before: (nullable): as sync_objects_format() writes it; NULL: there was none
 */
typedef struct
{
  char *key_hash;
  char *before;
  gboolean is_left;
} SyncUndoItem;

/**
 * SyncUndo:
 * @events: (element-type SyncUndoEvent): of ours, each reference once, in the run's order
 * @items: (element-type SyncUndoItem): of others, each once
 */
typedef struct
{
  GPtrArray *events;
  GPtrArray *items;
} SyncUndo;

SyncUndo *sync_undo_load (StoreSession *session,
                          const SyncRun *run,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sync_undo_free (SyncUndo *undo);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SyncUndo, sync_undo_free)
guint sync_undo_count_left (const SyncUndo *undo);
