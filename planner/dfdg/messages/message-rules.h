/* SPDX-License-Identifier: EUPL-1.2 */
/* Which messages a municipality sends, how many a day, what they say, and how one is known again. */
#pragma once

#include "calsync-timezone.h"
#include "store/store.h"

/* Cases: none of them is one that DFDG sends a receipt of (decision 0029). */
#define MESSAGE_BY_HAND        "by-hand"
#define MESSAGE_AUTHORITY      "authority"
#define MESSAGE_FUND_INTERVIEW "fund-interview"
#define MESSAGE_OF_OTHERS      "received"

#define MESSAGE_DEFAULT_LIMIT 3

/**
 * MessageRules:
 * @fund_channel: BeskedChannel of what is told of a-kassers' interviews; 0: nothing is told
 * @fund_since_us: changes before are not told of
 * @limit_day: to a citizen, a local day
 *
 * Settings of the municipality that are in force; what has no row is off.
 */
typedef struct
{
  gboolean by_hand;
  gboolean authority;
  gint64 fund_channel;
  gint64 fund_since_us;
  gint64 limit_day;
} MessageRules;

gboolean message_rules_load (StoreSession *session,
                             gint64 tenant_id,
                             gint64 now_us,
                             MessageRules *out_rules,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Returns: wall clock: local midnight that began the day of @now_us; the morning after it. */
gint64 message_day_start_us (gint64 now_us);
gint64 message_next_morning_us (gint64 now_us);

typedef enum
{
  MESSAGE_NEWS_BOOKED,
  MESSAGE_NEWS_MOVED,
  MESSAGE_NEWS_CANCELLED,
} MessageNews;

const char *message_news_title (MessageNews news);
char *message_news_dup_text (MessageNews news, gint64 start_us);
char *message_dup_request_id (const char *tenant_key, const char *delivery_key);
