/* SPDX-License-Identifier: EUPL-1.2 */
/* An offer as the rules see it: plain values, compiled once from its records, read by both evaluators. */
#pragma once

#include <glib.h>

#include "base/period.h"

typedef struct _CalsyncZone CalsyncZone;

typedef enum
{
  OFFER_GRID_FROM_BLOCK_START,    /* first start of a working block, then every grid step */
  OFFER_GRID_FROM_LOCAL_MIDNIGHT, /* local wall minute of the day divisible by the grid */
} OfferGridAnchor;

typedef enum
{
  OFFER_INDIVIDUAL,
  OFFER_GROUP,
} OfferForm;

/**
 * OfferWindow:
 * @unemployment_fund: a-kasse code the frame was agreed with, or NULL for any citizen
 * @first_date: first local date of validity, days since 1970-01-01
 * @end_date: first local date no longer valid; G_MAXINT32 when open
 * @weekdays: bit 0 Monday … bit 6 Sunday
 * @start_minute: local wall minute of the day
 * @end_minute: first local wall minute after; at most 1440
 * @capacity: live bookings and holds of this offer per occurrence; 0 for no limit
 *
 * A time frame inside which the offer may be booked (such as agreed with an a-kasse for
 * interview type 17). One occurrence per matching local date.
 */
typedef struct
{
  char *unemployment_fund;
  gint32 first_date;
  gint32 end_date;
  guint weekdays;
  int start_minute;
  int end_minute;
  int capacity;
} OfferWindow;

/**
 * OfferCitizenRules:
 *
 * Who may see an offer. Each list is zero-terminated ids (contact groups, categories) or a
 * NULL-terminated vector of lower-case GUIDs (marks); NULL means: no demand of that kind. A
 * citizen must match one entry of each list that is there.
 */
typedef struct
{
  int *contact_groups;
  int *categories;
  char **marks;
} OfferCitizenRules;

/**
 * Offer:
 *
 * Durations, grids and buffers are whole multiples of 5 minutes, in microseconds. @pool and
 * @rooms are resource ids, ascending, without repeats.
 */
typedef struct
{
  gint64 offer_id;
  gint64 tenant_id;
  gint64 unit_id;
  char *identifier; /* lower-case GUID */
  int interview_type;
  OfferForm form;
  gint64 duration_us;
  gint64 grid_us;
  OfferGridAnchor grid_anchor;
  gint64 before_us;
  gint64 after_us;
  gboolean may_share_buffers;
  gint64 lead_us;
  int horizon_days;      /* a meeting on local date D opens on D - horizon_days … */
  int release_minute;    /* … at this local wall minute; 0 is midnight */
  gint64 valid_from_us;  /* start of a meeting must be at or after; G_MININT64 when open */
  gint64 valid_until_us; /* start of a meeting must be earlier; G_MAXINT64 when open */
  int seats;             /* group offers; 1 for individual */
  gboolean is_remote;    /* every contact type is by telephone or video (decision 0024) */
  gboolean needs_room;
  gint64 room_before_us; /* a room's own buffers around the meeting */
  gint64 room_after_us;
  gint64 *pool;
  guint n_pool;
  gint64 *rooms;
  guint n_rooms;
  OfferWindow *windows;
  guint n_windows;
  OfferCitizenRules citizen_rules;
  const CalsyncZone *zone; /* the unit's; borrowed, lives for ever */
} Offer;

Offer *offer_new (void);
void offer_free (Offer *offer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Offer, offer_free)

const char *offer_find_fault (const Offer *offer);
gboolean offer_has_capacity (const Offer *offer);
gboolean offer_has_advisor (const Offer *offer, gint64 resource_id);
