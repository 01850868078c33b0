/* SPDX-License-Identifier: EUPL-1.2 */
/* The instances of one series in a window, with its exceptions taken out or moved. */
#pragma once

#include "calsync-recurrence.h"
#include "calsync-series.h"

G_BEGIN_DECLS

void calsync_instances_expand (const CalsyncSeries *master,
                               const GPtrArray *overrides,
                               const CalsyncWindow *window,
                               GArray *spans);
gboolean calsync_expand_components (const GPtrArray *components,
                                    CalsyncZoneScope *scope,
                                    const CalsyncWindow *window,
                                    GArray *spans,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
