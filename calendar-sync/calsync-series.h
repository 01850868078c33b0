/* SPDX-License-Identifier: EUPL-1.2 */
/* One VEVENT (or AVAILABLE) as plain values: times, rules, exceptions, class. */
#pragma once

#include "calsync-component.h"
#include "calsync-event.h"
#include "calsync-rule.h"
#include "calsync-zone-scope.h"

G_BEGIN_DECLS

/**
 * CalsyncMoment:
 * @value: the time as written
 * @zone: (nullable): the zone of a local time; %NULL for floating times, dates and instants, and for
 *   an unknown zone
 * @is_guess: whether the zone is unknown or a guess
 */
typedef struct
{
  CalsyncTime value;
  const CalsyncZone *zone;
  gboolean is_guess;
} CalsyncMoment;

typedef enum
{
  CALSYNC_EXTENT_NONE, /* neither end nor duration */
  CALSYNC_EXTENT_END,
  CALSYNC_EXTENT_DURATION
} CalsyncExtentKind;

/**
 * CalsyncExtent:
 * @kind: how the end is given
 * @end: the end
 * @duration: the duration
 */
typedef struct
{
  CalsyncExtentKind kind;
  CalsyncMoment end;
  CalsyncDuration duration;
} CalsyncExtent;

/* A start and how far it goes: an RDATE, whose extent may be that of its series. */
typedef struct
{
  CalsyncMoment start;
  CalsyncExtent extent;
} CalsyncPeriod;

/**
 * CalsyncSeries:
 * @start: DTSTART
 * @extent: DTEND or DURATION
 * @rules: (element-type utf8): texts of RRULE
 * @dates: (element-type CalsyncPeriod): RDATE
 * @excluded: (element-type CalsyncMoment): EXDATE
 * @is_available: whether it is an AVAILABLE: time that may be offered
 * @is_override: whether there is a RECURRENCE-ID
 * @recurrence_id: the instance that it replaces
 * @is_this_and_future: whether it moves all later instances too
 * @sequence: SEQUENCE
 * @stamp_s: DTSTAMP, to order versions; not stored
 * @busy_class: what its time is to be taken as
 * @flags: #CalsyncFlags
 */
typedef struct
{
  CalsyncMoment start;
  CalsyncExtent extent;
  GPtrArray *rules;
  GArray *dates;
  GArray *excluded;
  gboolean is_available;
  gboolean is_override;
  CalsyncMoment recurrence_id;
  gboolean is_this_and_future;
  gint sequence;
  gint64 stamp_s;
  CalsyncClass busy_class;
  guint flags;
} CalsyncSeries;

CalsyncSeries *calsync_series_read (const CalsyncComponent *component,
                                    CalsyncZoneScope *scope,
                                    const char *const *owner_addresses,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void calsync_series_free (CalsyncSeries *series);
void calsync_series_write (const CalsyncSeries *series, GString *text);

gboolean calsync_moment_read (const CalsyncLine *line,
                              CalsyncZoneScope *scope,
                              CalsyncMoment *out_moment) G_GNUC_WARN_UNUSED_RESULT;
void calsync_moment_write (GString *text,
                           const char *name,
                           const CalsyncMoment *moment,
                           const char *rest);
gint64 calsync_moment_to_instant (const CalsyncMoment *moment, const CalsyncZone *own);
gboolean calsync_period_read (const char *item,
                              gsize length,
                              const CalsyncMoment *pattern,
                              CalsyncPeriod *out_period) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncSeries, calsync_series_free)

G_END_DECLS
