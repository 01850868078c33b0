/* SPDX-License-Identifier: EUPL-1.2 */
/* Values of iCalendar properties: dates, times, durations, offsets. */
#pragma once

#include "calsync-civil.h"

G_BEGIN_DECLS

/**
 * CalsyncTimeForm:
 * @CALSYNC_TIME_DATE: a date without time
 * @CALSYNC_TIME_LOCAL: a wall time, of a zone named elsewhere or floating
 * @CALSYNC_TIME_UTC: an instant
 */
typedef enum
{
  CALSYNC_TIME_DATE,
  CALSYNC_TIME_LOCAL,
  CALSYNC_TIME_UTC
} CalsyncTimeForm;

/**
 * CalsyncTime:
 * @form: what kind of value it is
 * @seconds: since 1970-01-01 00:00 on the clock that @form speaks of
 */
typedef struct
{
  CalsyncTimeForm form;
  gint64 seconds;
} CalsyncTime;

/* The greatest number that one part of a duration may say. */
#define CALSYNC_DURATION_MAX_PART G_GINT64_CONSTANT (100000000)

/**
 * CalsyncDuration:
 * @days: nominal days (weeks count seven), which follow the wall clock
 * @seconds: exact seconds
 *
 * Both have the same sign.
 */
typedef struct
{
  gint64 days;
  gint64 seconds;
} CalsyncDuration;

gboolean calsync_parse_time (const char *text,
                             gsize length,
                             CalsyncTime *out_time) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_parse_duration (const char *text,
                                 gsize length,
                                 CalsyncDuration *out_duration) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_parse_utc_offset (const char *text,
                                   gint32 *out_offset_s) G_GNUC_WARN_UNUSED_RESULT;
void calsync_format_time (const CalsyncTime *value, char buffer[static 20]);
gboolean calsync_next_item (const char **cursor, const char **out_item, gsize *out_length);

G_END_DECLS
