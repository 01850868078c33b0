/* SPDX-License-Identifier: EUPL-1.2 */
/* Busy time from components other than events: VFREEBUSY, and what VAVAILABILITY leaves out. */
#pragma once

#include "calsync-recurrence.h"
#include "calsync-zone-scope.h"

G_BEGIN_DECLS

gboolean calsync_free_busy_expand (const CalsyncComponent *component,
                                   CalsyncZoneScope *scope,
                                   const CalsyncWindow *window,
                                   GArray *spans,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_free_busy_reduce (const CalsyncComponent *component,
                                   CalsyncZoneScope *scope,
                                   GString *text,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_availabilities_block (const GPtrArray *availabilities,
                                       CalsyncZoneScope *scope,
                                       const CalsyncWindow *window,
                                       GArray *spans,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
