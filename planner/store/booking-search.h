/* SPDX-License-Identifier: EUPL-1.2 */
/* Bookings by whatever is known of them, a page at a time, in an order that stays. */
#pragma once

#include "store/booking-store.h"

typedef enum
{
  SEARCH_BY_START,
  SEARCH_BY_CHANGE,
} SearchOrder;

/**
 * BookingSearch:
 * @interval: bookings that overlap it
 * @created, @changed: when they were
 * @unit_ids: (element-type gint64): all of the tenant's, when @unit_id is 0
 * @unit_id: 0 for any; likewise all other numbers
 * @state: (nullable): NULL for any; likewise @origin
 * @identifier: (nullable): beginning of it, lower case
 * @after_key, @after_id: the page starts behind this place; see booking_search_order()
 * @max_count: of one page
 */
typedef struct
{
  gint64 tenant_id;
  GArray *unit_ids;
  Period interval;
  Period created;
  Period changed;
  gint64 unit_id;
  gint64 advisor_id;
  gint64 room_id;
  gint64 offer_id;
  gint64 citizen_id;
  gint64 interview_type;
  const char *state;
  const char *origin;
  const char *identifier;
  gboolean only_conflicts;
  gint64 after_key;
  gint64 after_id;
  guint max_count;
} BookingSearch;

#define BOOKING_SEARCH_EVER                 \
  {                                         \
    0, G_GINT64_CONSTANT (9000000000000000) \
  }

SearchOrder booking_search_order (const BookingSearch *search);
GPtrArray *booking_search_run (StoreSession *session,
                               const BookingSearch *search,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
