/* SPDX-License-Identifier: EUPL-1.2 */
/* Offers with everything that hangs on them, as they are stored; rules/ compiles them to plain values. */
#pragma once

#include "store/put-outcome.h"

/**
 * OfferWindowRecord:
 * @unemployment_fund: (nullable): a-kasse code; NULL for any citizen
 *
 * See the table offer_window.
 */
typedef struct
{
  char *unemployment_fund;
  gint64 first_date;
  gint64 end_date;
  gint64 weekdays;
  gint64 start_minute;
  gint64 end_minute;
  gint64 capacity;
} OfferWindowRecord;

/**
 * OfferRecord:
 *
 * One row of the table offer, field by field, and its sets: @contact_types and @resource_ids
 * (element-type gint64), @rules (element-type RecordPair), @windows (element-type
 * OfferWindowRecord). @retired_us: from when on nothing of it starts; 0 for never; not written by a
 * put.
 */
typedef struct
{
  gint64 offer_id;
  gint64 tenant_id;
  gint64 unit_id;
  char *identifier;
  gint64 interview_type;
  char *form;
  char *title;
  char *description;
  char *location;
  char *address;
  char *telephone;
  char *meeting_link;
  gint64 duration_minutes;
  gint64 grid_minutes;
  char *grid_anchor;
  gint64 before_minutes;
  gint64 after_minutes;
  gint64 may_share_buffers;
  gint64 lead_minutes;
  gint64 horizon_days;
  gint64 release_minute;
  gint64 valid_from_us;
  gint64 valid_until_us;
  gint64 seats;
  gint64 needs_room;
  gint64 room_before_minutes;
  gint64 room_after_minutes;
  gint64 rebook_possible;
  gint64 rebook_deadline_minutes;
  gint64 cancel_possible;
  gint64 cancel_deadline_minutes;
  gint64 compulsory;
  gint64 should_accept;
  gint64 shared_with_sub_units;
  gint64 retired_us;
  GArray *contact_types;
  GArray *resource_ids;
  GArray *rules;
  GArray *windows;
} OfferRecord;

OfferRecord *offer_record_new (void);
void offer_record_free (OfferRecord *offer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OfferRecord, offer_record_free)
void offer_record_add_window (OfferRecord *offer, const OfferWindowRecord *window);

gboolean offer_put (StoreSession *session,
                    OfferRecord *offer,
                    PutOutcome *out_outcome,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *
offer_list (StoreSession *session, gint64 tenant_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
