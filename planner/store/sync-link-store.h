/* SPDX-License-Identifier: EUPL-1.2 */
/* Our meetings as they should be in a bound calendar, and links: what was sent of them. */
#pragma once

#include "base/period.h"
#include "store/store.h"

enum
{
  SYNC_SHAPE_ALL_DAY = 1,
  SYNC_SHAPE_SERIES = 2,
  SYNC_SHAPE_ATTENDEES = 4
};

/* What is compared of one of our events; start_us 0: nothing. @busy_class: as calendar-sync numbers it. */
typedef struct
{
  gint64 start_us, end_us;
  gint64 busy_class;
  gint64 flags;
} SyncShape;

/**
 * SyncLink:
 * @booking_id, @session_id: one of them; both 0 when the meeting has been removed
 * @reference: our marker
 * @state: 0 none, 1 linked, 2 conflict, 3 refused
 * @create_sequence: of the UID; @event_sequence: as sent last
 * @in_flight: 0 nothing, 1 create, 2 update, 3 remove: an intent that has no receipt
 * @base: what both sides last agreed on; @seen: what the calendar last showed
 * @awaits_feed: 1: created since the calendar was read last
 * @in_flight_shape: what is being sent; @in_flight_us: since when
 * @failure: (nullable): word of the last error
 * @n_putbacks: since the instant that the listing asked for
 */
typedef struct
{
  gint64 link_id, tenant_id, binding_id, booking_id, session_id;
  char *reference;
  gint64 state, create_sequence, event_sequence;
  char *uid, *key, *version;
  SyncShape base, seen;
  gint64 awaits_feed;
  gint64 in_flight;
  char *in_flight_uid, *in_flight_key;
  gint64 in_flight_create_sequence, in_flight_event_sequence;
  SyncShape in_flight_shape;
  gint64 in_flight_us, not_before_us;
  char *failure;
  gint64 n_putbacks;
} SyncLink;

/**
 * SyncMeeting:
 * @identifier: GUID of the booking or of the group meeting
 * @booking_id, @session_id: one of them
 * @unit_id: whose settings count
 * @offer_title: (nullable)
 * @link_id: 0: none yet
 * @contact_types: (nullable): of the booking, or all of the group meeting's offer, with commas between; none when the
 *   resource is its room
 * @is_remote: by telephone or video; filled in by who knows the code lists
 *
 * A meeting of a resource that is booked and not over.
 */
typedef struct
{
  gint64 booking_id, session_id;
  char *identifier;
  Period period;
  char *zone;
  gint64 unit_id;
  char *offer_title;
  gint64 link_id;
  char *contact_types;
  gboolean is_remote;
} SyncMeeting;

void sync_link_free (SyncLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SyncLink, sync_link_free)
void sync_meeting_free (SyncMeeting *meeting);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SyncMeeting, sync_meeting_free)

/* (element-type SyncMeeting) by start, kind and identifier: as advisor and as room, group meetings once. */
GPtrArray *sync_meeting_list (StoreSession *session,
                              gint64 binding_id,
                              gint64 resource_id,
                              Period window,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* (element-type SyncLink) by reference: with something of it in flight or in time after @after_us, or of a live meeting. */
GPtrArray *sync_link_store_list (StoreSession *session,
                                 gint64 binding_id,
                                 gint64 after_us,
                                 gint64 putbacks_after_us,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* NULL without @error: none. */
SyncLink *sync_link_store_find (StoreSession *session,
                                gint64 binding_id,
                                const char *reference,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Binding and reference decide which one it is; its id is filled in. */
gboolean sync_link_store_put (StoreSession *session,
                              SyncLink *link,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Leaves a tombstone, which the next link of the reference counts on from. */
gboolean sync_link_store_remove (StoreSession *session,
                                 const SyncLink *link,
                                 const char *key_hash,
                                 gint64 now_us,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_link_store_add_putback (StoreSession *session,
                                      gint64 link_id,
                                      gint64 now_us,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* 0: no tombstone of it. */
gboolean sync_tombstone_find (StoreSession *session,
                              gint64 binding_id,
                              const char *reference,
                              gint64 *out_create_sequence,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Ids of the meeting that an identifier names; 0: gone. */
gboolean sync_meeting_find (StoreSession *session,
                            gint64 tenant_id,
                            const char *identifier,
                            gboolean is_session,
                            gint64 *out_id,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
