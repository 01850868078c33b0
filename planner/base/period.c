/* SPDX-License-Identifier: EUPL-1.2 */
/* Arithmetic on half-open stretches of time: single ones and normal (sorted, disjoint) lists. */
#include "base/period.h"

/**
 * period_is_empty:
 *
 * Returns: TRUE when no instant lies inside. Any thread.
 */
gboolean
period_is_empty (Period period)
{
  return period.end_us <= period.start_us;
}

/**
 * period_overlaps:
 *
 * Returns: TRUE when some instant lies in both; touching ends do not count, an empty one never overlaps.
 */
gboolean
period_overlaps (Period a, Period b)
{
  return !period_is_empty (a) && !period_is_empty (b) && a.start_us < b.end_us &&
         b.start_us < a.end_us;
}

/**
 * period_contains:
 *
 * Returns: TRUE when every instant of @inner lies in @outer.
 */
gboolean
period_contains (Period outer, Period inner)
{
  return outer.start_us <= inner.start_us && inner.end_us <= outer.end_us;
}

/**
 * period_intersect:
 *
 * Returns: what is in both, possibly empty.
 */
Period
period_intersect (Period a, Period b)
{
  return (Period){ MAX (a.start_us, b.start_us), MIN (a.end_us, b.end_us) };
}

/**
 * period_widen:
 * @before_us: microseconds added in front
 * @after_us: microseconds added behind
 *
 * Returns: the wider period, such as a meeting with its buffers.
 */
Period
period_widen (Period period, gint64 before_us, gint64 after_us)
{
  return (Period){ period.start_us - before_us, period.end_us + after_us };
}

/**
 * period_floor_to:
 * @unit_us: length of the raster in microseconds, > 0
 *
 * Returns: the latest multiple of @unit_us that is not after @instant_us; before 1970 too. Any thread.
 */
gint64
period_floor_to (gint64 instant_us, gint64 unit_us)
{
  gint64 rest_us = instant_us % unit_us;
  return instant_us - (rest_us < 0 ? rest_us + unit_us : rest_us);
}

/**
 * period_ceil_to:
 * @unit_us: length of the raster in microseconds, > 0
 *
 * Returns: the first multiple of @unit_us that is not before @instant_us. Any thread.
 */
gint64
period_ceil_to (gint64 instant_us, gint64 unit_us)
{
  gint64 floor_us = period_floor_to (instant_us, unit_us);
  return floor_us == instant_us ? floor_us : floor_us + unit_us;
}

/**
 * period_list_new:
 *
 * Returns: (transfer full) (element-type Period): an empty list.
 */
GArray *
period_list_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (Period));
}

/**
 * period_list_add:
 *
 * Appends @period unless it is empty. The list is normal again only after period_list_normalise().
 */
void
period_list_add (GArray *list, Period period)
{
  if (!period_is_empty (period))
    g_array_append_val (list, period);
}

static int
compare_periods (gconstpointer a, gconstpointer b)
{
  const Period *left = a, *right = b;
  if (left->start_us != right->start_us)
    return left->start_us < right->start_us ? -1 : 1;
  return (left->end_us > right->end_us) - (left->end_us < right->end_us);
}

/**
 * period_list_normalise:
 *
 * Sorts @list and joins what touches or overlaps, in place.
 */
void
period_list_normalise (GArray *list)
{
  guint n_kept = 0;

  g_array_sort (list, compare_periods);
  for (guint i = 0; i < list->len; i++)
    {
      Period next = g_array_index (list, Period, i);
      Period *last = n_kept > 0 ? &g_array_index (list, Period, n_kept - 1) : NULL;

      if (last != NULL && next.start_us <= last->end_us)
        last->end_us = MAX (last->end_us, next.end_us);
      else
        g_array_index (list, Period, n_kept++) = next;
    }
  g_array_set_size (list, n_kept);
}

/**
 * period_list_subtract:
 * @from: (element-type Period): normal list
 * @what: (element-type Period): normal list
 *
 * Returns: (transfer full) (element-type Period): the instants of @from not in @what, normal.
 */
GArray *
period_list_subtract (const GArray *from, const GArray *what)
{
  GArray *result = period_list_new ();
  guint j = 0;

  for (guint i = 0; i < from->len; i++)
    {
      Period left = g_array_index (from, Period, i);

      while (j < what->len && g_array_index (what, Period, j).end_us <= left.start_us)
        j++;
      for (guint k = j; k < what->len; k++)
        {
          Period hole = g_array_index (what, Period, k);
          if (hole.start_us >= left.end_us)
            break;
          period_list_add (result, (Period){ left.start_us, hole.start_us });
          left.start_us = MAX (left.start_us, hole.end_us);
        }
      period_list_add (result, left);
    }
  return result;
}

/**
 * period_list_intersect:
 * @a: (element-type Period): normal list
 * @b: (element-type Period): normal list
 *
 * Returns: (transfer full) (element-type Period): the instants in both, normal.
 */
GArray *
period_list_intersect (const GArray *a, const GArray *b)
{
  GArray *result = period_list_new ();
  guint i = 0, j = 0;

  while (i < a->len && j < b->len)
    {
      Period left = g_array_index (a, Period, i);
      Period right = g_array_index (b, Period, j);

      period_list_add (result, period_intersect (left, right));
      if (left.end_us < right.end_us)
        i++;
      else
        j++;
    }
  return result;
}

/**
 * period_list_find:
 * @list: (element-type Period): normal list
 *
 * Returns: index of the first element that ends after @instant_us, or the length of @list. Any thread.
 */
guint
period_list_find (const GArray *list, gint64 instant_us)
{
  guint low = 0, high = list->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (g_array_index (list, Period, middle).end_us > instant_us)
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

/**
 * period_list_contains:
 * @list: (element-type Period): normal list
 *
 * Returns: TRUE when @period lies wholly inside one element; an empty period never does.
 */
gboolean
period_list_contains (const GArray *list, Period period)
{
  guint i = period_list_find (list, period.start_us);
  return !period_is_empty (period) && i < list->len &&
         period_contains (g_array_index (list, Period, i), period);
}

/**
 * period_list_overlaps:
 * @list: (element-type Period): normal list
 *
 * Returns: TRUE when some instant of @period is in @list.
 */
gboolean
period_list_overlaps (const GArray *list, Period period)
{
  guint i = period_list_find (list, period.start_us);
  return i < list->len && period_overlaps (g_array_index (list, Period, i), period);
}
