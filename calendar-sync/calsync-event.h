/* SPDX-License-Identifier: EUPL-1.2 */
/* What a calendar says about an advisor's time: spans and classes. Which of them block: calsync-policy.h. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CalsyncClass:
 * @CALSYNC_CLASS_FREE: time that the calendar marks as free
 * @CALSYNC_CLASS_BUSY: taken
 * @CALSYNC_CLASS_TENTATIVE: asked for, or not yet answered
 * @CALSYNC_CLASS_AWAY: out of office
 * @CALSYNC_CLASS_ELSEWHERE: working, but not at the desk
 * @CALSYNC_CLASS_UNKNOWN: the calendar says something that we do not understand
 *
 * What a span of time is to be taken as. The numbers are stored; they do not change.
 */
typedef enum
{
  CALSYNC_CLASS_FREE = 0,
  CALSYNC_CLASS_BUSY = 1,
  CALSYNC_CLASS_TENTATIVE = 2,
  CALSYNC_CLASS_AWAY = 3,
  CALSYNC_CLASS_ELSEWHERE = 4,
  CALSYNC_CLASS_UNKNOWN = 5
} CalsyncClass;

#define CALSYNC_N_CLASSES 6

/**
 * CalsyncFlags:
 * @CALSYNC_FLAG_ALL_DAY: whole days in the calendar's own zone
 * @CALSYNC_FLAG_FLOATING: a wall time without zone, read in the calendar's own
 * @CALSYNC_FLAG_ZONE_GUESSED: its zone is unknown; the calendar's own was used
 * @CALSYNC_FLAG_NOT_EXPANDABLE: a rule that we cannot follow; everything from its start is taken
 * @CALSYNC_FLAG_CLIPPED: longer than five years; cut
 * @CALSYNC_FLAG_UNREADABLE: part of it (an exception, a class) could not be read; more may be
 *   blocked than was meant
 * @CALSYNC_FLAG_NEGATIVE: ends before it starts; blocks nothing
 * @CALSYNC_FLAG_NOT_HELD: cancelled, or declined by the calendar's owner: takes no time, whatever it is marked as
 *
 * What a person should know about a span. The numbers are stored; they do not change.
 */
typedef enum
{
  CALSYNC_FLAG_NONE = 0,
  CALSYNC_FLAG_ALL_DAY = 1 << 0,
  CALSYNC_FLAG_FLOATING = 1 << 1,
  CALSYNC_FLAG_ZONE_GUESSED = 1 << 2,
  CALSYNC_FLAG_NOT_EXPANDABLE = 1 << 3,
  CALSYNC_FLAG_CLIPPED = 1 << 4,
  CALSYNC_FLAG_UNREADABLE = 1 << 5,
  CALSYNC_FLAG_NEGATIVE = 1 << 6,
  CALSYNC_FLAG_NOT_HELD = 1 << 7
} CalsyncFlags;

/* Flags that a person has to look at. */
#define CALSYNC_FLAGS_SUSPECT                                                       \
  (CALSYNC_FLAG_ZONE_GUESSED | CALSYNC_FLAG_NOT_EXPANDABLE | CALSYNC_FLAG_CLIPPED | \
   CALSYNC_FLAG_UNREADABLE | CALSYNC_FLAG_NEGATIVE)

/* Flags that a reduced object keeps. */
#define CALSYNC_FLAGS_STORED (CALSYNC_FLAGS_SUSPECT | CALSYNC_FLAG_NOT_HELD)

/**
 * CalsyncSpan:
 * @start_us: Unix microseconds
 * @end_us: Unix microseconds, exclusive, greater than @start_us
 * @busy_class: what it is taken as
 * @flags: what to know about it
 */
typedef struct
{
  gint64 start_us;
  gint64 end_us;
  CalsyncClass busy_class;
  guint flags;
} CalsyncSpan;

const char *calsync_class_format (CalsyncClass busy_class);
gboolean calsync_class_parse (const char *word, CalsyncClass *out_class) G_GNUC_WARN_UNUSED_RESULT;

gboolean calsync_is_not_held (const char *status, const char *participation);
CalsyncClass calsync_class_of_event (const char *status,
                                     const char *transparency,
                                     const char *busy_status,
                                     const char *participation);
CalsyncClass calsync_class_of_free_busy (const char *type);

void calsync_spans_sort (GArray *spans);

G_END_DECLS
