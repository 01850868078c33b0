/* SPDX-License-Identifier: EUPL-1.2 */
/* Lays a calendar object out over a window: which time it takes, and as what. */
#pragma once

#include "calsync-event.h"
#include "calsync-timezone.h"

G_BEGIN_DECLS

/**
 * CalsyncWindow:
 * @zone: the calendar's own zone, for whole days and floating times
 * @from_us: start, Unix microseconds
 * @to_us: end, exclusive
 * @max_instances: a series with more instances in the window is not expandable; 0: 5,000
 * @keeps_free_days: whole days that are marked as free give spans too, of class free
 * @region: (nullable): two-letter country for Windows zone names; %NULL: DK
 */
typedef struct
{
  const CalsyncZone *zone;
  gint64 from_us;
  gint64 to_us;
  guint max_instances;
  gboolean keeps_free_days;
  const char *region;
} CalsyncWindow;

gboolean calsync_expand (const char *text,
                         const CalsyncWindow *window,
                         GArray *spans,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
