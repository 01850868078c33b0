/* SPDX-License-Identifier: EUPL-1.2 */
/* Recurrence rules on the wall clock: read, and walked from any point at a cost free of their age. */
#pragma once

#include "calsync-values.h"

G_BEGIN_DECLS

/**
 * CalsyncFrequency:
 * @CALSYNC_SECONDLY: every second
 * @CALSYNC_MINUTELY: every minute
 * @CALSYNC_HOURLY: every hour
 * @CALSYNC_DAILY: every day
 * @CALSYNC_WEEKLY: every week
 * @CALSYNC_MONTHLY: every month
 * @CALSYNC_YEARLY: every year
 */
typedef enum
{
  CALSYNC_SECONDLY,
  CALSYNC_MINUTELY,
  CALSYNC_HOURLY,
  CALSYNC_DAILY,
  CALSYNC_WEEKLY,
  CALSYNC_MONTHLY,
  CALSYNC_YEARLY
} CalsyncFrequency;

#define CALSYNC_RULE_MAX_LIST 64

/* Numbers of one BYxxx part, signed; n = 0: the part is missing. */
typedef struct
{
  gint16 values[CALSYNC_RULE_MAX_LIST];
  guint n;
} CalsyncNumbers;

/**
 * CalsyncRule:
 * @frequency: FREQ
 * @interval: INTERVAL, at least 1
 * @count: COUNT; 0 without
 * @has_until: whether there is an UNTIL
 * @until: UNTIL as written
 * @week_start: WKST, 1 Monday to 7 Sunday
 * @weekdays: bit d set: BYDAY names weekday d (1 to 7) without a number
 * @nth_weekdays: BYDAY with numbers: number * 8 + weekday
 *
 * A RECUR value (RFC 5545 section 3.3.10); the other fields are its BYxxx parts.
 */
typedef struct
{
  CalsyncFrequency frequency;
  gint interval;
  gint count;
  gboolean has_until;
  CalsyncTime until;
  gint week_start;
  guint8 weekdays;
  CalsyncNumbers nth_weekdays;
  CalsyncNumbers seconds;
  CalsyncNumbers minutes;
  CalsyncNumbers hours;
  CalsyncNumbers month_days;
  CalsyncNumbers year_days;
  CalsyncNumbers weeks;
  CalsyncNumbers months;
  CalsyncNumbers positions;
} CalsyncRule;

typedef struct _CalsyncRuleWalk CalsyncRuleWalk;

gboolean calsync_rule_parse (const char *text,
                             CalsyncRule *out_rule,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *calsync_rule_clean (const char *text);

CalsyncRuleWalk *calsync_rule_walk_new (const CalsyncRule *rule,
                                        gint64 start_local_s,
                                        gboolean is_date,
                                        gint64 from_local_s,
                                        gint64 until_local_s);
void calsync_rule_walk_free (CalsyncRuleWalk *walk);
gboolean calsync_rule_walk_next (CalsyncRuleWalk *walk, gint64 *out_local_s);
gboolean
calsync_rule_includes_start (const CalsyncRule *rule, gint64 start_local_s, gboolean is_date);
gboolean calsync_rule_walk_is_exhausted (const CalsyncRuleWalk *walk);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncRuleWalk, calsync_rule_walk_free)

G_END_DECLS
