/* SPDX-License-Identifier: EUPL-1.2 */
/* Inside of a CalsyncZone, for the files that make zones: tzdata reader and VTIMEZONE reader. */
#pragma once

#include "calsync-timezone.h"

G_BEGIN_DECLS

/**
 * CalsyncZoneChange:
 * @at_s: the instant of the change, Unix seconds
 * @offset_s: seconds east of UTC from then on
 */
typedef struct
{
  gint64 at_s;
  gint32 offset_s;
} CalsyncZoneChange;

CalsyncZone *
calsync_zone_new (const char *name, gint32 first_offset_s, GArray *changes, gint64 cycle_end_s);
CalsyncZone *calsync_zone_ref (CalsyncZone *zone);
void calsync_zone_unref (CalsyncZone *zone);
gboolean calsync_zone_same_rules (const CalsyncZone *one,
                                  const CalsyncZone *other,
                                  gint64 from_us,
                                  gint64 to_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncZone, calsync_zone_unref)

CalsyncZone *calsync_tzif_parse (const char *name,
                                 const guint8 *bytes,
                                 gsize n_bytes,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_posix_tz_extend (const char *rule,
                                  gint64 from_s,
                                  GArray *changes,
                                  gint64 *out_cycle_end_s) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
