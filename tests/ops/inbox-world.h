/* SPDX-License-Identifier: EUPL-1.2 */
/* A planner and a DFDG that says what a test has it say: messages come in, and lanes are worked. */
#pragma once

#include "dfdg/inbox/inbox-apply.h"
#include "dfdg/services/indkaldelse-record.h"
#include "ops-world.h"

/**
 * InboxWorld:
 * @truths: (element-type utf8 DfdgIndkaldelse): by id; one that is not there is a 404
 * @is_down: DFDG does not answer; @is_broken: it answers nonsense
 * @version: (nullable): that messages name; @is_undated: they do not say when
 * @is_own: they are of what we did ourselves
 * @service: (nullable): of the queue that messages come from; NULL: they are pushed
 * @is_closed: it does not let us in; @answered_us: but somebody, then
 * @n_asked: how often it was asked
 */
typedef struct
{
  World *world;
  GHashTable *truths;
  gboolean is_down;
  gboolean is_broken;
  gboolean is_closed;
  const char *version;
  gboolean is_undated;
  gboolean is_own;
  const char *service;
  gint64 answered_us;
  guint n_asked;
  guint n_messages;
  DfdgEntityIds entities;
} InboxWorld;

void inbox_world_init (InboxWorld *inbox, World *world);
void inbox_world_clear (InboxWorld *inbox);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (InboxWorld, inbox_world_clear)

/* DFDG has it so from now on; NULL: has it no more. */
void inbox_world_set_truth (InboxWorld *inbox, const char *id, DfdgIndkaldelse *record);
DfdgIndkaldelse *inbox_world_get_truth (InboxWorld *inbox, const char *id);
/* A message comes in; it happened now, by the world's clock. Returns: its number. */
gint64 inbox_world_tell (InboxWorld *inbox, guint citizen, const char *id, DfdgChange change);
/* All lanes that are due, once each. */
DfdgLaneReport inbox_world_work (InboxWorld *inbox);
/* State and reason of a message, such as "done echo". */
char *inbox_world_dup_fate (InboxWorld *inbox, gint64 event_id);
