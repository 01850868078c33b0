/* SPDX-License-Identifier: EUPL-1.2 */
/* Group sessions and their numbered seats. */
#pragma once

#include "base/period.h"
#include "store/store.h"

/**
 * GroupSession:
 * @room_id: 0 for none
 * @is_kept: made by an admin: stays when nobody sits in it
 * @n_taken: seats held or booked
 */
typedef struct
{
  gint64 session_id;
  gint64 tenant_id;
  gint64 offer_id;
  char *identifier;
  Period core;
  gint64 advisor_id;
  gint64 room_id;
  gint64 seats;
  gint64 owner_id;
  gboolean is_kept;
  gint64 n_taken;
} GroupSession;

void group_session_free (GroupSession *group);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GroupSession, group_session_free)

GroupSession *group_store_load (StoreSession *session,
                                gint64 session_id,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
GroupSession *
group_store_find (StoreSession *session, gint64 tenant_id, const char *identifier, GError **error);
GPtrArray *
group_store_list_at (StoreSession *session, gint64 offer_id, gint64 start_us, GError **error);
GPtrArray *
group_store_list (StoreSession *session, gint64 offer_id, gint64 ending_after_us, GError **error);
gboolean group_store_add (StoreSession *session,
                          GroupSession *group,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean group_store_remove (StoreSession *session,
                             gint64 session_id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* By the beginning of an identifier; NULL without error when there is none. */
GroupSession *group_store_find_prefix (StoreSession *session,
                                       gint64 tenant_id,
                                       const char *prefix,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean group_store_set_seats (StoreSession *session,
                                gint64 session_id,
                                gint64 seats,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean group_store_take_seat (StoreSession *session,
                                gint64 session_id,
                                gint64 booking_id,
                                gint64 hold_id,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean group_store_free_seat (StoreSession *session,
                                gint64 booking_id,
                                gint64 hold_id,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
