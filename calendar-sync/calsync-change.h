/* SPDX-License-Identifier: EUPL-1.2 */
/* What a run of a synchronisation finds out and does: everything here may be stored. */
#pragma once

#include "calsync-conflict.h"
#include "calsync-ical.h"
#include "calsync-remote.h"

G_BEGIN_DECLS

/* How a booking stands to its event. The numbers are stored; they do not change. */
typedef enum
{
  CALSYNC_LINK_NONE = 0,     /* never sent */
  CALSYNC_LINK_LINKED = 1,   /* sent; differences are pushed */
  CALSYNC_LINK_CONFLICT = 2, /* a person decides; nothing is pushed until then */
  CALSYNC_LINK_REFUSED = 3   /* the server will not have it as it is */
} CalsyncLinkState;

/* What is asked of the calendar. The numbers are stored; they do not change. */
typedef enum
{
  CALSYNC_PUSH_NONE = 0,
  CALSYNC_PUSH_CREATE = 1,
  CALSYNC_PUSH_UPDATE = 2,
  CALSYNC_PUSH_REMOVE = 3
} CalsyncPushVerb;

/**
 * CalsyncFound:
 * @key_hash: calsync_uid_hash() of the normalised key
 * @key: (nullable): set for our own linked event only: that is what makes it own
 * @version: (nullable): version of @objects or of the shape; %NULL: read it again when it is seen
 * @is_gone: remove the item and its time; nothing below is set
 * @is_unreadable: keep what was known; if nothing was, take the whole window; flagged
 * @reference: (nullable): marker of ours; without @key a copy, which takes time
 * @objects: (element-type CalsyncObject): what takes time: of others' items, and of an own event
 *   that somebody turned into a series
 *
 * What a pull found out about one remote item.
 */
typedef struct
{
  char *key_hash;
  char *key;
  char *version;
  gboolean is_gone;
  gboolean is_unreadable;
  char *reference;
  GPtrArray *objects;
} CalsyncFound;

/**
 * CalsyncLinkChange:
 * @reference: the booking
 * @state: new state
 * @create_sequence: new value
 * @uid: (nullable): new value
 * @key: (nullable): new value; %NULL: no event there
 * @version: (nullable): new value
 * @base: new value
 * @seen: new value
 * @awaits_feed: new value
 * @counts_putback: one more put-back now
 * @unlinks: the link is no more (booking and event are both gone): only the reference counts; a
 *   tombstone keeps the create sequence
 * @proposes: @seen is a proposal to re-book
 *
 * The whole of a link's new values. An intent that is under way is not touched.
 */
typedef struct
{
  char *reference;
  CalsyncLinkState state;
  guint create_sequence;
  char *uid;
  char *key;
  char *version;
  CalsyncShape base;
  CalsyncShape seen;
  gboolean awaits_feed;
  gboolean counts_putback;
  gboolean unlinks;
  gboolean proposes;
} CalsyncLinkChange;

/**
 * CalsyncPull:
 * @found: (element-type CalsyncFound): in any order, each key once
 * @conflicts: (element-type CalsyncConflict): new ones
 * @links: (element-type CalsyncLinkChange): each reference once
 * @cursor: (nullable): set only by the last part: stands for everything before it
 * @tier: of the calendar
 * @identity: (nullable): the calendar's, when it was read
 * @is_last: the pull is complete: the calendar is fresh
 * @was_full: everything was listed
 *
 * Durable, the cursor last. With nothing found, no cursor and @is_last the calendar was quiet: only
 * freshness may have to be written.
 */
typedef struct
{
  GPtrArray *found;
  GPtrArray *conflicts;
  GPtrArray *links;
  const char *cursor;
  CalsyncTier tier;
  const char *identity;
  gboolean is_last;
  gboolean was_full;
} CalsyncPull;

/**
 * CalsyncPush:
 * @verb: what is asked
 * @reference: the booking
 * @uid: of the event
 * @key: where it is or will be
 * @create_sequence: of a creation its own number, else the link's
 * @event_sequence: SEQUENCE that is sent
 * @shape: what is sent; of a removal none
 * @before: what was there; none: nothing
 * @is_done: receipt: it happened. %FALSE: it did not, and the intent is withdrawn
 * @version: (nullable): receipt: of what is there now; %NULL: not known, read again
 * @not_before_us: receipt of a failure: not again before
 * @failure: (nullable): receipt of a failure: word of the error
 *
 * One request to the calendar: an intent before it, a receipt afterwards. A receipt ends the intent
 * and keeps @create_sequence. Done: uid, key, version, event sequence are those of the push, base and
 * seen are @shape, the state is linked; a creation awaits the feed; of a removal the link goes and a tombstone keeps the create
 * sequence. Not done: nothing else changes.
 */
typedef struct
{
  CalsyncPushVerb verb;
  char *reference;
  char *uid;
  char *key;
  guint create_sequence;
  guint event_sequence;
  CalsyncShape shape;
  CalsyncShape before;
  gboolean is_done;
  char *version;
  gint64 not_before_us;
  const char *failure;
} CalsyncPush;

/**
 * CalsyncGuarded:
 * @reason: the first limit that was passed
 * @key_hashes: (element-type utf8): the items that disappeared; the old state of them stands
 * @n_own: our coming events among them
 * @n_foreign: others in the window among them
 * @n_known_own: our coming events that were known
 * @n_known_foreign: others that were known in the window
 *
 * Disappearances that were held back until a person agrees.
 */
typedef struct
{
  CalsyncGuard reason;
  GPtrArray *key_hashes;
  guint n_own;
  guint n_foreign;
  guint n_known_own;
  guint n_known_foreign;
} CalsyncGuarded;

void calsync_found_free (CalsyncFound *found);
void calsync_link_change_free (CalsyncLinkChange *change);
void calsync_push_free (CalsyncPush *push);
CalsyncPush *calsync_push_copy (const CalsyncPush *push);
void calsync_guarded_free (CalsyncGuarded *guarded);
const char *calsync_push_verb_format (CalsyncPushVerb verb);
const char *calsync_link_state_format (CalsyncLinkState state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncFound, calsync_found_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncLinkChange, calsync_link_change_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncPush, calsync_push_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncGuarded, calsync_guarded_free)

G_END_DECLS
