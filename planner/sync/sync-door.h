/* SPDX-License-Identifier: EUPL-1.2 */
/* Bookings that follow a calendar pass the door of an admin's own change. */
#pragma once

#include "ops/admin/admin.h"
#include "store/sync-link-store.h"

/* Each inside an open write of @session. @call: session, arguments and result are not looked at; @out_booking:
 * (nullable): as the admin's command shows it. */
typedef struct
{
  const AdminCall *call;
  StoreSession *session;
  gboolean is_forced;
} SyncDoor;

gboolean sync_door_check (const SyncDoor *door,
                          gint64 booking_id,
                          const SyncShape *where,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_door_move (const SyncDoor *door,
                         gint64 booking_id,
                         gint64 start_us,
                         JsonObject **out_booking,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_door_cancel (const SyncDoor *door,
                           gint64 booking_id,
                           JsonObject **out_booking,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
