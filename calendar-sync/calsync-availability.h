/* SPDX-License-Identifier: EUPL-1.2 */
/* Working time as VAVAILABILITY (RFC 7953): read into available spans, and written. */
#pragma once

#include "calsync-recurrence.h"

G_BEGIN_DECLS

/**
 * CalsyncWeekParity:
 * @CALSYNC_WEEK_EVERY: every week
 * @CALSYNC_WEEK_EVEN: weeks with an even ISO number
 * @CALSYNC_WEEK_ODD: weeks with an odd ISO number
 */
typedef enum
{
  CALSYNC_WEEK_EVERY,
  CALSYNC_WEEK_EVEN,
  CALSYNC_WEEK_ODD
} CalsyncWeekParity;

/**
 * CalsyncWorkBlock:
 * @weekday: 1 Monday to 7 Sunday
 * @start_minute: local minutes since midnight, 0 to 1439
 * @end_minute: exclusive, greater than @start_minute, up to 1440
 * @parity: which weeks
 * @from_days: first day on which it holds, days since 1970-01-01
 * @until_days: last day on which it holds, inclusive; %G_MAXINT64 without end
 *
 * One block of working time; a break is the gap between two of them.
 */
typedef struct
{
  gint weekday;
  gint start_minute;
  gint end_minute;
  CalsyncWeekParity parity;
  gint64 from_days;
  gint64 until_days;
} CalsyncWorkBlock;

gboolean calsync_availability_check (const char *text,
                                     const CalsyncWindow *window,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_availability_expand (const char *text,
                                      const CalsyncWindow *window,
                                      GArray *spans,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *calsync_availability_write (const CalsyncWorkBlock *blocks,
                                  gsize n_blocks,
                                  const CalsyncZone *zone,
                                  const char *uid,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type CalsyncWorkBlock): what calsync_availability_write() made the text from. */
GArray *calsync_availability_read (const char *text,
                                   const CalsyncZone *zone,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
