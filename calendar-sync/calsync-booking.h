/* SPDX-License-Identifier: EUPL-1.2 */
/* Our own bookings as iCalendar text, for the calendar of an advisor or a room. */
#pragma once

#include "calsync-timezone.h"

G_BEGIN_DECLS

/**
 * CalsyncPrivacy:
 * @CALSYNC_PRIVACY_PUBLIC: no CLASS
 * @CALSYNC_PRIVACY_PRIVATE: CLASS:PRIVATE
 */
typedef enum
{
  CALSYNC_PRIVACY_PUBLIC,
  CALSYNC_PRIVACY_PRIVATE
} CalsyncPrivacy;

/**
 * CalsyncBooking:
 * @uid: UID, stable over the booking's life; ASCII
 * @reference: our marker, written as X-PLANNER-REF: letters, digits and `-_.:`, at most 128
 * @start_us: Unix microseconds, whole seconds
 * @end_us: exclusive, after @start_us
 * @zone: (nullable): zone of the wall times; %NULL: UTC
 * @stamp_us: when this version was made
 * @sequence: 0, and one more whenever the time changes
 * @summary: subject, UTF-8; never a citizen's name or number
 * @url: (nullable): link to the booking in the planner
 * @category: (nullable): category, UTF-8
 * @privacy: whether others see the subject
 *
 * What is written of a booking. There is no place for people: a server with automatic scheduling
 * would send them mail.
 */
typedef struct
{
  const char *uid;
  const char *reference;
  gint64 start_us;
  gint64 end_us;
  const CalsyncZone *zone;
  gint64 stamp_us;
  gint sequence;
  const char *summary;
  const char *url;
  const char *category;
  CalsyncPrivacy privacy;
} CalsyncBooking;

gboolean calsync_booking_is_summary (const char *text);
char *calsync_booking_write (const CalsyncBooking *booking,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
