/* SPDX-License-Identifier: EUPL-1.2 */
/* Closed dates become periods by the midnights of the unit's zone; what is left is working time. */
#include "rules/availability.h"

#include "calsync-timezone.h"

/**
 * availability_closed_periods:
 * @zone: the unit's zone
 * @dates: (element-type gint32): local dates, days since 1970-01-01, any order, repeats allowed
 *
 * Each date lasts from its midnight to the next one: 23, 24 or 25 hours. Any thread.
 *
 * Returns: (transfer full) (element-type Period): normal list
 */
GArray *
availability_closed_periods (const CalsyncZone *zone, const GArray *dates)
{
  GArray *closed = period_list_new ();

  for (guint i = 0; i < dates->len; i++)
    {
      gint32 date = g_array_index (dates, gint32, i);

      period_list_add (closed, (Period){ calsync_zone_midnight (zone, date),
                                         calsync_zone_midnight (zone, (gint64) date + 1) });
    }
  period_list_normalise (closed);
  return closed;
}

/**
 * availability_working_blocks:
 * @spans: (element-type Period): working time as expanded from its calendar, any order, overlaps allowed
 * @closed: (element-type Period) (nullable): normal list of what is taken out of it
 *
 * Spans that touch or overlap become one block, so that a grid counted from a block's start runs on
 * through them. Any thread.
 *
 * Returns: (transfer full) (element-type Period): normal list of working blocks
 */
GArray *
availability_working_blocks (const GArray *spans, const GArray *closed)
{
  g_autoptr (GArray) blocks = period_list_new ();

  for (guint i = 0; i < spans->len; i++)
    period_list_add (blocks, g_array_index (spans, Period, i));
  period_list_normalise (blocks);
  return closed == NULL ? g_steal_pointer (&blocks) : period_list_subtract (blocks, closed);
}
