/* SPDX-License-Identifier: EUPL-1.2 */
/* What a run starts from: the binding, the items that are known, the bookings that are wanted. */
#pragma once

#include "calsync-change.h"

G_BEGIN_DECLS

/* What flows. The numbers are stored; they do not change. */
typedef enum
{
  CALSYNC_DIRECTION_IN = 1,  /* busy time comes in */
  CALSYNC_DIRECTION_OUT = 2, /* bookings go out */
  CALSYNC_DIRECTION_BOTH = 3
} CalsyncDirection;

/* What becomes of a booking's event that was moved in the calendar. */
typedef enum
{
  CALSYNC_ON_MOVE_PUT_BACK,
  CALSYNC_ON_MOVE_PROPOSE,
  CALSYNC_ON_MOVE_ASK
} CalsyncOnMove;

/* What becomes of a booking's event that was deleted in the calendar. */
typedef enum
{
  CALSYNC_ON_DELETE_PUT_BACK,
  CALSYNC_ON_DELETE_ASK
} CalsyncOnDelete;

/**
 * CalsyncBinding:
 * @direction: what flows
 * @cursor: (nullable): of the last complete pull
 * @identity: (nullable): the calendar's; %NULL: not yet known
 * @tier: how it tells what changed
 * @wants_full: a full pass is due: daily, after a restore, changed settings, asked for
 * @on_move: what to do about a move
 * @on_delete: what to do about a deletion
 * @instance: prefix of our markers: letters, digits and hyphens
 * @import: how to read others' events; its key hashes keys, too
 * @window_from_us: window of time that is kept
 * @window_to_us: its end
 * @writes_left: requests that may change the calendar in this hour; put-backs beyond it are a storm,
 *   others wait
 * @max_putbacks: of one booking in 24 hours
 * @now_us: now
 * @n_gone_own: disappearances of own events stored in the last 60 minutes
 * @n_gone_foreign: and of others'
 * @n_gone_own_day: of own events, in the last 24 hours
 * @n_gone_foreign_day: and of others'
 * @is_widespread: many calendars of the municipality show disappearances at once
 * @holds_pushes: everything is read and decided, and nothing is sent: a person has not agreed yet
 *
 * What a run starts from.
 */
typedef struct
{
  CalsyncDirection direction;
  const char *cursor;
  const char *identity;
  CalsyncTier tier;
  gboolean wants_full;
  CalsyncOnMove on_move;
  CalsyncOnDelete on_delete;
  const char *instance;
  CalsyncImportOptions import;
  gint64 window_from_us;
  gint64 window_to_us;
  guint writes_left;
  guint max_putbacks;
  gint64 now_us;
  guint n_gone_own;
  guint n_gone_foreign;
  guint n_gone_own_day;
  guint n_gone_foreign_day;
  gboolean is_widespread;
  gboolean holds_pushes;
} CalsyncBinding;

/**
 * CalsyncKnown:
 * @key_hash: as in #CalsyncFound
 * @key: (nullable): of own events only
 * @version: (nullable): as stored
 * @reference: (nullable): marker of ours, of own events and of copies
 * @is_own: linked to the booking of its reference
 * @is_unreadable: stored as such
 * @last_end_us: end of its last span in the window, of an own event that of its booking; 0: none
 *
 * A remote item that was seen before. What a receipt says is there is known, too.
 */
typedef struct
{
  char *key_hash;
  char *key;
  char *version;
  char *reference;
  gboolean is_own;
  gboolean is_unreadable;
  gint64 last_end_us;
} CalsyncKnown;

/**
 * CalsyncWanted:
 * @reference: INSTANCE:booking:GUID or INSTANCE:session:GUID, written as X-PLANNER-REF
 * @is_live: should be in the calendar; %FALSE: cancelled or moved to somebody else: should not
 * @start_us: when it is
 * @end_us: exclusive
 * @zone: (nullable): of its wall times
 * @summary: never a citizen's name or number
 * @category: (nullable): category
 * @url: (nullable): link
 * @is_private: whether others see only that time is taken
 * @state: of its link
 * @create_sequence: number of the last creation that a receipt was written for; 0: none
 * @event_sequence: SEQUENCE last sent
 * @uid: (nullable): of what was sent last
 * @key: (nullable): where its event is; %NULL: there is none
 * @version: (nullable): of what @seen shows; %NULL: not known
 * @base: what both sides last agreed on
 * @seen: what the calendar last showed; differs from @base while a difference is being settled
 * @awaits_feed: created since the cursor was given: what tells of no such event may mean that it is gone
 * @n_putbacks: in the last 24 hours
 * @in_flight: an intent that has no receipt: decided by reading before anything else
 * @in_flight_uid: (nullable): its UID
 * @in_flight_key: (nullable): its key
 * @in_flight_create_sequence: its creation number
 * @in_flight_event_sequence: its SEQUENCE
 * @in_flight_shape: what was being sent
 * @not_before_us: a failed push waits until then
 *
 * A booking (or group session) that is or should be in the calendar, with what was sent of it.
 * Those that are over are not listed: their events stay as they are.
 */
typedef struct
{
  char *reference;
  gboolean is_live;
  gint64 start_us;
  gint64 end_us;
  const CalsyncZone *zone;
  char *summary;
  char *category;
  char *url;
  gboolean is_private;
  CalsyncLinkState state;
  guint create_sequence;
  guint event_sequence;
  char *uid;
  char *key;
  char *version;
  CalsyncShape base;
  CalsyncShape seen;
  gboolean awaits_feed;
  guint n_putbacks;
  CalsyncPushVerb in_flight;
  char *in_flight_uid;
  char *in_flight_key;
  guint in_flight_create_sequence;
  guint in_flight_event_sequence;
  CalsyncShape in_flight_shape;
  gint64 not_before_us;
} CalsyncWanted;

void calsync_known_free (CalsyncKnown *known);
void calsync_wanted_free (CalsyncWanted *wanted);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncKnown, calsync_known_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncWanted, calsync_wanted_free)

G_END_DECLS
