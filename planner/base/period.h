/* SPDX-License-Identifier: EUPL-1.2 */
/* A half-open stretch of time in microseconds UTC, and sorted lists of them. */
#pragma once

#include <glib.h>

#define PERIOD_US_PER_S      G_GINT64_CONSTANT (1000000)
#define PERIOD_US_PER_MINUTE (60 * PERIOD_US_PER_S)
#define PERIOD_US_PER_HOUR   (60 * PERIOD_US_PER_MINUTE)
#define PERIOD_US_PER_DAY    (24 * PERIOD_US_PER_HOUR)

/* The raster of the index; grids, durations and buffers are whole multiples of it (design.md 6). */
#define PERIOD_STEP_US (5 * PERIOD_US_PER_MINUTE)

/**
 * Period:
 * @start_us: first instant inside, microseconds since 1970 UTC
 * @end_us: first instant after; an empty period has @end_us <= @start_us
 *
 * A half-open interval [start, end). Passed and stored by value.
 */
typedef struct
{
  gint64 start_us;
  gint64 end_us;
} Period;

gboolean period_is_empty (Period period);
gboolean period_overlaps (Period a, Period b);
gboolean period_contains (Period outer, Period inner);
Period period_intersect (Period a, Period b);
Period period_widen (Period period, gint64 before_us, gint64 after_us);
gint64 period_floor_to (gint64 instant_us, gint64 unit_us);
gint64 period_ceil_to (gint64 instant_us, gint64 unit_us);

/* A list is a GArray of Period. "Normal" means: sorted, no two touch or overlap, none empty. */
GArray *period_list_new (void);
void period_list_add (GArray *list, Period period);
void period_list_normalise (GArray *list);
GArray *period_list_subtract (const GArray *from, const GArray *what);
GArray *period_list_intersect (const GArray *a, const GArray *b);
gboolean period_list_contains (const GArray *list, Period period);
gboolean period_list_overlaps (const GArray *list, Period period);
guint period_list_find (const GArray *list, gint64 instant_us);
