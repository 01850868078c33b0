/* SPDX-License-Identifier: EUPL-1.2 */
/* Bookings as records: the statutory field set with its own times and resources. */
#pragma once

#include "base/booking-origin.h"
#include "base/period.h"
#include "store/store.h"

typedef enum
{
  BOOKING_BOOKED,
  BOOKING_CANCELLED,
} BookingState;

/**
 * Booking:
 * @revision: one more at every change; booking_store_change() demands the one it was read with
 * @placement: one more when it is moved or cancelled
 * @owner_system: -1 when any system may change it
 * @offer_id: 0 when it was not made from an offer; likewise @session_id, @advisor_id, @room_id
 * @fund_participation: -1 when not stated
 * @rebook_deadline_us: 0 when there is none; likewise @cancel_deadline_us
 * @cpr: the citizen's number, read with the record, never written with it
 *
 * Texts are owned by the record, NULL when absent.
 */
typedef struct
{
  gint64 booking_id;
  gint64 tenant_id;
  gint64 unit_id;
  char *identifier;
  gint64 revision;
  gint64 placement;
  BookingState state;
  BookingOrigin origin;
  gint64 owner_system;
  gint64 citizen_id;
  gint64 offer_id;
  gint64 session_id;
  char *group_identifier;
  Period core;
  char *start_local;
  char *zone;
  char *tzdata;
  gint64 advisor_id;
  char *foreign_advisor;
  gint64 room_id;
  gint64 interview_type;
  gint64 form_type;
  gint64 contact_type;
  char *title;
  char *description;
  char *location;
  char *address;
  char *telephone;
  char *meeting_link;
  char *contact_options;
  gint64 fund_participation;
  gboolean self_booked;
  gboolean compulsory;
  gboolean should_accept;
  gboolean accepted;
  gboolean rebook_possible;
  gint64 rebook_deadline_us;
  gboolean cancel_possible;
  gint64 cancel_deadline_us;
  gboolean conflict;
  gint64 originator_type;
  gint64 originator_code;
  gint64 owner_id;
  gint64 created_us;
  gint64 changed_us;
  char *cpr;
} Booking;

typedef enum
{
  BOOKINGS_OF_CITIZEN,
  BOOKINGS_OF_UNIT,
  BOOKINGS_OF_ADVISOR,
} BookingSelector;

/**
 * BookingPage:
 * @subject_id: citizen, unit or advisor
 * @interval: bookings that overlap it
 * @after_booking_id: the page starts behind this one
 */
typedef struct
{
  BookingSelector selector;
  gint64 subject_id;
  Period interval;
  gboolean with_cancelled;
  gint64 after_booking_id;
  guint max_count;
} BookingPage;

void booking_free (Booking *booking);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Booking, booking_free)
const char *booking_origin_to_text (BookingOrigin origin);
const char *booking_state_to_text (BookingState state);

Booking *booking_store_load (StoreSession *session,
                             gint64 booking_id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
Booking *booking_store_find (StoreSession *session,
                             gint64 tenant_id,
                             const char *identifier,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *booking_store_take_all (StoreQuery *query, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *booking_store_list_live (StoreSession *session,
                                    gint64 citizen_id,
                                    gint64 ending_after_us,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *booking_store_list_page (StoreSession *session,
                                    const BookingPage *page,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
GArray *booking_store_list_starts (StoreSession *session,
                                   gint64 offer_id,
                                   Period interval,
                                   gint64 ignored_owner_id,
                                   gint64 now_us,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean booking_store_add (StoreSession *session,
                            Booking *booking,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean booking_store_change (StoreSession *session,
                               Booking *booking,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
