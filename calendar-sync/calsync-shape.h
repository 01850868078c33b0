/* SPDX-License-Identifier: EUPL-1.2 */
/* The shape of one of our events: what is compared of it, and nothing else. */
#pragma once

#include "calsync-event.h"
#include "calsync-timezone.h"

G_BEGIN_DECLS

/**
 * CalsyncShape:
 * @start_us: Unix microseconds, whole seconds; 0 with @end_us 0: no event
 * @end_us: exclusive
 * @busy_class: what the calendar shows it as
 * @is_all_day: whether it is given in dates
 * @is_series: whether it has a rule, further dates or exceptions; the times are the first one's
 * @has_attendees: whether it has an organiser or people
 *
 * One of our events as both sides see it. Subject, note, place, reminder and whatever else the
 * advisor may have put into it are not part of it and are never looked at.
 */
typedef struct
{
  gint64 start_us;
  gint64 end_us;
  CalsyncClass busy_class;
  gboolean is_all_day;
  gboolean is_series;
  gboolean has_attendees;
} CalsyncShape;

/**
 * CalsyncOwn:
 * @reference: (nullable): X-PLANNER-REF, when it is this installation's
 * @uid_guid: (nullable): GUID in a UID of our making; lower case
 * @uid_sequence: creation number in such a UID; 0: the UID is not of our making
 * @event_sequence: SEQUENCE, the highest of its events
 * @shape: its shape
 *
 * A remote item that is, or claims to be, an event of ours.
 */
typedef struct
{
  char *reference;
  char *uid_guid;
  guint uid_sequence;
  guint event_sequence;
  CalsyncShape shape;
} CalsyncOwn;

/* CalsyncOwnResult: what calsync_own_read() found: somebody else's, one of ours, or one of ours whose time nobody can read. */
typedef enum
{
  CALSYNC_OWN_FOREIGN,
  CALSYNC_OWN_OURS,
  CALSYNC_OWN_UNREADABLE
} CalsyncOwnResult;

CalsyncOwnResult calsync_own_read (const char *text,
                                   gsize n_text,
                                   const char *instance,
                                   const CalsyncZone *zone,
                                   CalsyncOwn *out_own) G_GNUC_WARN_UNUSED_RESULT;
void calsync_own_clear (CalsyncOwn *own);
char *calsync_own_make_uid (const char *reference, guint create_sequence);

gboolean calsync_shape_is_none (const CalsyncShape *shape);
gboolean calsync_shape_equal (const CalsyncShape *one, const CalsyncShape *other);
gboolean calsync_shape_has_time (const CalsyncShape *shape, gint64 start_us, gint64 end_us);
char *calsync_shape_format (const CalsyncShape *shape);
gboolean calsync_shape_parse (const char *text, CalsyncShape *out_shape) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CalsyncOwn, calsync_own_clear)

G_END_DECLS
