/* SPDX-License-Identifier: EUPL-1.2 */
/* The one place where wall time and zone become an instant, by RFC 5545 and the system's tzdata. */
#include "calsync-timezone.h"

#include "calsync-zone-data.h"

#include <string.h>

#define CYCLE_S (G_GINT64_CONSTANT (146097) * CALSYNC_SECONDS_PER_DAY) /* 400 years */

/*
 * Change i happens at at_s[i] and turns the offset offset_s[i] into offset_s[i + 1]. On the wall
 * clock it leaves a disturbed stretch behind:
 *
 *   gap      (offset grows):   |.. before ..|<- never shown ->|.. after ..|
 *   overlap  (offset shrinks): |.. before ..|<- shown twice ->|.. after ..|
 *                                     disturbed_s[i]    settled_s[i]
 *
 * RFC 5545 (3.3.5) wants the offset from before the change for a time in either stretch, so one
 * search over settled_s answers, and looking at the next disturbed_s tells which kind it is.
 */
struct _CalsyncZone
{
  char *name;
  gsize n_changes;
  gint64 *at_s;
  gint64 *disturbed_s;
  gint64 *settled_s;
  gint32 *offset_s; /* n_changes + 1 */
  gint64 cycle_end_s;
};

static gint
compare_changes (gconstpointer one, gconstpointer other)
{
  const CalsyncZoneChange *a = one, *b = other;

  return a->at_s < b->at_s ? -1 : a->at_s > b->at_s;
}

/* Sorted by time, one change an instant (the last given wins), and no change that changes nothing. */
static GArray *
tidy_changes (gint32 first_offset_s, GArray *changes)
{
  GArray *tidy = g_array_sized_new (FALSE, FALSE, sizeof (CalsyncZoneChange), changes->len);
  gint32 offset_s = first_offset_s;

  g_array_sort (changes, compare_changes);
  for (guint i = 0; i < changes->len; i++)
    {
      CalsyncZoneChange *change = &g_array_index (changes, CalsyncZoneChange, i);
      gboolean is_last_of_instant = i + 1 == changes->len || change[1].at_s != change->at_s;

      if (!is_last_of_instant || change->offset_s == offset_s)
        continue;
      g_array_append_val (tidy, *change);
      offset_s = change->offset_s;
    }
  return tidy;
}

/**
 * calsync_zone_new:
 * @name: the zone's name
 * @first_offset_s: seconds east of UTC before the first change
 * @changes: (element-type CalsyncZoneChange): in any order; sorted in place, stably by time
 * @cycle_end_s: the instant from which the offsets of the 400 years before it repeat; 0 for a
 *   zone that keeps its last offset
 *
 * Any thread.
 *
 * Returns: (transfer full): the zone
 */
CalsyncZone *
calsync_zone_new (const char *name, gint32 first_offset_s, GArray *changes, gint64 cycle_end_s)
{
  g_autoptr (GArray) tidy = tidy_changes (first_offset_s, changes);
  CalsyncZone *zone = g_atomic_rc_box_new0 (CalsyncZone);

  zone->name = g_strdup (name);
  zone->n_changes = tidy->len;
  zone->at_s = g_new (gint64, tidy->len + 1);
  zone->disturbed_s = g_new (gint64, tidy->len + 1);
  zone->settled_s = g_new (gint64, tidy->len + 1);
  zone->offset_s = g_new (gint32, tidy->len + 1);
  zone->cycle_end_s = cycle_end_s;
  zone->offset_s[0] = first_offset_s;
  for (guint i = 0; i < tidy->len; i++)
    {
      const CalsyncZoneChange *change = &g_array_index (tidy, CalsyncZoneChange, i);
      gint32 before_s = zone->offset_s[i];

      zone->at_s[i] = change->at_s;
      zone->offset_s[i + 1] = change->offset_s;
      zone->disturbed_s[i] = change->at_s + MIN (before_s, change->offset_s);
      zone->settled_s[i] = change->at_s + MAX (before_s, change->offset_s);
    }
  return zone;
}

static void
clear_zone (gpointer data)
{
  CalsyncZone *zone = data;

  g_free (zone->name);
  g_free (zone->at_s);
  g_free (zone->disturbed_s);
  g_free (zone->settled_s);
  g_free (zone->offset_s);
}

/**
 * calsync_zone_ref:
 *
 * Takes a reference. Any thread.
 *
 * Returns: (transfer full): @zone
 */
CalsyncZone *
calsync_zone_ref (CalsyncZone *zone)
{
  return g_atomic_rc_box_acquire (zone);
}

/**
 * calsync_zone_unref:
 *
 * Gives a reference back. Any thread.
 */
void
calsync_zone_unref (CalsyncZone *zone)
{
  g_atomic_rc_box_release_full (zone, clear_zone);
}

/* Number of entries that are not greater than the value. */
static gsize
count_up_to (const gint64 *sorted, gsize n_sorted, gint64 value)
{
  gsize low = 0, n_left = n_sorted;

  while (n_left > 0)
    {
      gsize half = n_left / 2;
      gboolean is_up_to = sorted[low + half] <= value;

      low = is_up_to ? low + half + 1 : low;
      n_left = is_up_to ? n_left - half - 1 : half;
    }
  return low;
}

/* How far to move a time back so that it falls into the years that are laid out. */
static gint64
cycle_shift (const CalsyncZone *zone, gint64 seconds)
{
  if (zone->cycle_end_s == 0 || seconds < zone->cycle_end_s)
    return 0;
  return ((seconds - zone->cycle_end_s) / CYCLE_S + 1) * CYCLE_S;
}

static gint64
floor_seconds (gint64 unix_us)
{
  return (unix_us >= 0 ? unix_us : unix_us - (CALSYNC_US_PER_SECOND - 1)) / CALSYNC_US_PER_SECOND;
}

/* What a wall time means: the offset from before, and the offset after, of the change it touches. */
static CalsyncLocalKind
find_offsets (const CalsyncZone *zone, gint64 local_s, gint32 *out_before_s, gint32 *out_after_s)
{
  gint64 at_s = local_s - cycle_shift (zone, local_s);
  gsize i = count_up_to (zone->settled_s, zone->n_changes, at_s);

  *out_before_s = *out_after_s = zone->offset_s[i];
  if (i == zone->n_changes || at_s < zone->disturbed_s[i])
    return CALSYNC_LOCAL_UNIQUE;
  *out_after_s = zone->offset_s[i + 1];
  return *out_after_s > *out_before_s ? CALSYNC_LOCAL_GAP : CALSYNC_LOCAL_OVERLAP;
}

/**
 * calsync_zone_seconds_to_instant:
 * @zone: a zone
 * @local_s: a wall time, as calsync_local_to_seconds() counts it
 * @out_kind: (out) (optional): how often the wall clock shows it
 *
 * The function under calsync_zone_to_instant(), for callers that count in seconds. Any thread,
 * never blocks.
 *
 * Returns: Unix microseconds
 */
gint64
calsync_zone_seconds_to_instant (const CalsyncZone *zone,
                                 gint64 local_s,
                                 CalsyncLocalKind *out_kind)
{
  gint32 before_s, after_s;
  CalsyncLocalKind kind = find_offsets (zone, local_s, &before_s, &after_s);

  if (out_kind != NULL)
    *out_kind = kind;
  return (local_s - before_s) * CALSYNC_US_PER_SECOND;
}

/**
 * calsync_zone_to_instant:
 * @zone: a zone
 * @local: a wall time; hour 24, second 60 and days beyond the month's end count on
 * @out_kind: (out) (optional): how often the wall clock shows it
 *
 * A time that comes twice is the first of the two; one that never comes is read with the offset
 * that held before the clock was moved, so it falls just as far behind the gap's start as it says.
 * Any thread, never blocks. Source: RFC 5545 section 3.3.5.
 *
 * Returns: Unix microseconds
 */
gint64
calsync_zone_to_instant (const CalsyncZone *zone,
                         const CalsyncLocalTime *local,
                         CalsyncLocalKind *out_kind)
{
  return calsync_zone_seconds_to_instant (zone, calsync_local_to_seconds (local), out_kind);
}

/**
 * calsync_zone_to_instant_second:
 * @zone: a zone
 * @local: a wall time
 * @out_kind: (out) (optional): how often the wall clock shows it
 *
 * As calsync_zone_to_instant(), but a time that comes twice is the second of the two. Any thread,
 * never blocks.
 *
 * Returns: Unix microseconds
 */
gint64
calsync_zone_to_instant_second (const CalsyncZone *zone,
                                const CalsyncLocalTime *local,
                                CalsyncLocalKind *out_kind)
{
  gint64 local_s = calsync_local_to_seconds (local);
  gint32 before_s, after_s;
  CalsyncLocalKind kind = find_offsets (zone, local_s, &before_s, &after_s);

  if (out_kind != NULL)
    *out_kind = kind;
  return (local_s - (kind == CALSYNC_LOCAL_OVERLAP ? after_s : before_s)) * CALSYNC_US_PER_SECOND;
}

/**
 * calsync_zone_midnight:
 * @zone: a zone
 * @days: a date, days since 1970-01-01
 *
 * Where a date begins. When the clock skips midnight, that is the first moment after the gap.
 * Any thread, never blocks.
 *
 * Returns: Unix microseconds
 */
gint64
calsync_zone_midnight (const CalsyncZone *zone, gint64 days)
{
  return calsync_zone_seconds_to_instant (zone, days * CALSYNC_SECONDS_PER_DAY, NULL);
}

/**
 * calsync_zone_offset_at:
 * @zone: a zone
 * @unix_us: an instant, Unix microseconds
 *
 * Any thread, never blocks.
 *
 * Returns: seconds east of UTC at that instant
 */
gint
calsync_zone_offset_at (const CalsyncZone *zone, gint64 unix_us)
{
  gint64 at_s = floor_seconds (unix_us);

  at_s -= cycle_shift (zone, at_s);
  return zone->offset_s[count_up_to (zone->at_s, zone->n_changes, at_s)];
}

/**
 * calsync_zone_to_local:
 * @zone: a zone
 * @unix_us: an instant, Unix microseconds; parts of a second are dropped
 * @out_local: (out): what the wall clock shows
 * @out_offset_s: (out) (optional): seconds east of UTC
 *
 * Any thread, never blocks.
 */
void
calsync_zone_to_local (const CalsyncZone *zone,
                       gint64 unix_us,
                       CalsyncLocalTime *out_local,
                       gint *out_offset_s)
{
  gint offset_s = calsync_zone_offset_at (zone, unix_us);

  calsync_local_from_seconds (floor_seconds (unix_us) + offset_s, out_local);
  if (out_offset_s != NULL)
    *out_offset_s = offset_s;
}

/**
 * calsync_zone_local_day:
 * @zone: a zone
 * @unix_us: an instant, Unix microseconds
 *
 * Any thread, never blocks.
 *
 * Returns: the date on the wall clock, days since 1970-01-01
 */
gint64
calsync_zone_local_day (const CalsyncZone *zone, gint64 unix_us)
{
  gint64 local_s = floor_seconds (unix_us) + calsync_zone_offset_at (zone, unix_us);

  return (local_s >= 0 ? local_s : local_s - (CALSYNC_SECONDS_PER_DAY - 1)) /
         CALSYNC_SECONDS_PER_DAY;
}

/**
 * calsync_zone_next_change:
 * @zone: a zone
 * @after_us: an instant, Unix microseconds
 * @out_change_us: (out): the first later instant at which the offset changes
 *
 * Any thread, never blocks.
 *
 * Returns: %FALSE when the offset stays for good; @out_change_us is then untouched
 */
gboolean
calsync_zone_next_change (const CalsyncZone *zone, gint64 after_us, gint64 *out_change_us)
{
  gint64 at_s = floor_seconds (after_us);
  gint64 shift_s = cycle_shift (zone, at_s);
  gsize i = count_up_to (zone->at_s, zone->n_changes, at_s - shift_s);

  if (i == zone->n_changes)
    return FALSE;
  *out_change_us = (zone->at_s[i] + shift_s) * CALSYNC_US_PER_SECOND;
  return TRUE;
}

/**
 * calsync_zone_same_rules:
 * @one: a zone
 * @other: a zone
 * @from_us: start of the window, Unix microseconds
 * @to_us: its end, exclusive
 *
 * Compares zones by what they do, not by name. Any thread.
 *
 * Returns: whether both have the same offset at every instant of the window
 */
gboolean
calsync_zone_same_rules (const CalsyncZone *one,
                         const CalsyncZone *other,
                         gint64 from_us,
                         gint64 to_us)
{
  gint64 at_us = from_us;

  while (at_us < to_us)
    {
      gint64 next_one_us = G_MAXINT64, next_other_us = G_MAXINT64;

      if (calsync_zone_offset_at (one, at_us) != calsync_zone_offset_at (other, at_us))
        return FALSE;
      (void) calsync_zone_next_change (one, at_us, &next_one_us);
      (void) calsync_zone_next_change (other, at_us, &next_other_us);
      at_us = MIN (next_one_us, next_other_us);
    }
  return TRUE;
}

/**
 * calsync_zone_get_name:
 * @zone: a zone
 *
 * Any thread.
 *
 * Returns: (transfer none): the name: IANA's, or the TZID of a zone that a calendar brought along
 */
const char *
calsync_zone_get_name (const CalsyncZone *zone)
{
  return zone->name;
}
