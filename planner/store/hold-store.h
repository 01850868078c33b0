/* SPDX-License-Identifier: EUPL-1.2 */
/* Holds: a slot reserved for a citizen for a few minutes. */
#pragma once

#include "base/period.h"
#include "store/store.h"

/**
 * Hold:
 * @token: ReservationIdentifier, lower-case GUID
 * @context: from hold_context_of(); one live hold per citizen and context
 * @session_id: 0 for an individual meeting; @booking_id: 0 unless re-booking; @room_id: 0 for none
 */
typedef struct
{
  gint64 hold_id;
  gint64 tenant_id;
  char *token;
  gint64 citizen_id;
  char *context;
  gint64 offer_id;
  gint64 session_id;
  gint64 booking_id;
  Period core;
  gint64 advisor_id;
  gint64 room_id;
  gint64 contact_type;
  gint64 owner_id;
  gint64 expiry_us;
} Hold;

void hold_free (Hold *hold);
char *hold_context_of (gint64 unit_id, const char *booking_identifier);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Hold, hold_free)

Hold *
hold_store_find_token (StoreSession *session, gint64 tenant_id, const char *token, GError **error);
Hold *hold_store_find_context (StoreSession *session,
                               gint64 citizen_id,
                               const char *context,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *hold_store_list_of_citizen (StoreSession *session,
                                       gint64 citizen_id,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *
hold_store_list_expired (StoreSession *session, gint64 now_us, guint max_count, GError **error);
gint64 hold_store_next_expiry (StoreSession *session);
gboolean
hold_store_add (StoreSession *session, Hold *hold, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean hold_store_renew (StoreSession *session,
                           const Hold *hold,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
hold_store_remove (StoreSession *session, gint64 hold_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean hold_store_note_used (StoreSession *session,
                               const Hold *hold,
                               gint64 booking_id,
                               gint64 now_us,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean hold_store_find_used (StoreSession *session,
                               gint64 tenant_id,
                               const char *token,
                               gint64 *out_booking_id,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
