/* SPDX-License-Identifier: EUPL-1.2 */
/* The one place where wall time and zone become an instant, by RFC 5545 and the system's tzdata. */
#pragma once

#include "calsync-civil.h"

G_BEGIN_DECLS

/**
 * CalsyncZone:
 *
 * A time zone's offsets from UTC over all of time. Immutable, so any thread may read it. Zones of
 * calsync_zone_lookup() live as long as the process; two lookups of a name give the same pointer.
 */
typedef struct _CalsyncZone CalsyncZone;

/**
 * CalsyncLocalKind:
 * @CALSYNC_LOCAL_UNIQUE: the wall clock shows this time once
 * @CALSYNC_LOCAL_GAP: never: the clock is moved past it
 * @CALSYNC_LOCAL_OVERLAP: twice: the clock is moved back over it
 *
 * How often a wall clock shows a given time.
 */
typedef enum
{
  CALSYNC_LOCAL_UNIQUE,
  CALSYNC_LOCAL_GAP,
  CALSYNC_LOCAL_OVERLAP
} CalsyncLocalKind;

const CalsyncZone *calsync_zone_lookup (const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
const CalsyncZone *calsync_zone_utc (void);
const char *calsync_zone_get_name (const CalsyncZone *zone);
const char *calsync_tzdata_version (void);

gint64 calsync_zone_to_instant (const CalsyncZone *zone,
                                const CalsyncLocalTime *local,
                                CalsyncLocalKind *out_kind);
gint64 calsync_zone_to_instant_second (const CalsyncZone *zone,
                                       const CalsyncLocalTime *local,
                                       CalsyncLocalKind *out_kind);
gint64 calsync_zone_seconds_to_instant (const CalsyncZone *zone,
                                        gint64 local_s,
                                        CalsyncLocalKind *out_kind);
gint64 calsync_zone_midnight (const CalsyncZone *zone, gint64 days);

void calsync_zone_to_local (const CalsyncZone *zone,
                            gint64 unix_us,
                            CalsyncLocalTime *out_local,
                            gint *out_offset_s);
gint calsync_zone_offset_at (const CalsyncZone *zone, gint64 unix_us);
gint64 calsync_zone_local_day (const CalsyncZone *zone, gint64 unix_us);
gboolean calsync_zone_next_change (const CalsyncZone *zone, gint64 after_us, gint64 *out_change_us);

G_END_DECLS
