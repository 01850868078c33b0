/* SPDX-License-Identifier: EUPL-1.2 */
/* The zones that one calendar's TZIDs mean, with the VTIMEZONEs that it brings along. */
#pragma once

#include "calsync-component.h"
#include "calsync-zone-data.h"

G_BEGIN_DECLS

#define CALSYNC_UNKNOWN_TZID "/unknown"

typedef struct _CalsyncZoneScope CalsyncZoneScope;

/**
 * CalsyncZoneContext:
 * @own: (nullable): the calendar's own zone, which unknown names get; %NULL: UTC
 * @region: (nullable): country for Windows names
 * @from_us: window over which a VTIMEZONE is compared with tzdata's zones
 * @to_us: its end; not after @from_us: no comparison
 */
typedef struct
{
  const CalsyncZone *own;
  const char *region;
  gint64 from_us;
  gint64 to_us;
} CalsyncZoneContext;

CalsyncZoneScope *calsync_zone_scope_new (const CalsyncComponent *calendar,
                                          const CalsyncZoneContext *context);
void calsync_zone_scope_free (CalsyncZoneScope *scope);
const CalsyncZone *
calsync_zone_scope_find (CalsyncZoneScope *scope, const char *tzid, gboolean *out_is_guess);
const char *calsync_zone_scope_get_text (CalsyncZoneScope *scope, const CalsyncZone *zone);
const CalsyncZone *calsync_zone_scope_get_own (const CalsyncZoneScope *scope);

CalsyncZone *calsync_vtimezone_read (const CalsyncComponent *component, char **out_text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncZoneScope, calsync_zone_scope_free)

G_END_DECLS
