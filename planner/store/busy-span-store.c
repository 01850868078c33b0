/* SPDX-License-Identifier: EUPL-1.2 */
/* Lists busy spans and replaces them by difference, for a whole resource or for one object. */
#include "store/busy-span-store.h"

/**
 * busy_spans_new:
 *
 * Returns: (transfer full) (element-type BusySpan): an empty list.
 */
GArray *
busy_spans_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (BusySpan));
}

/**
 * busy_spans_add:
 *
 * Adds a copy of a span, in pieces of STORE_LONGEST_SPAN_US when it is longer.
 */
void
busy_spans_add (GArray *spans, const BusySpan *span)
{
  BusySpan piece = *span;

  piece.class_name = g_intern_string (span->class_name);
  while (piece.period.start_us < span->period.end_us)
    {
      piece.period.end_us =
        MIN (span->period.end_us, piece.period.start_us + STORE_LONGEST_SPAN_US);
      g_array_append_val (spans, piece);
      piece.period.start_us = piece.period.end_us;
    }
}

/**
 * busy_spans_compare:
 *
 * Returns: the order by start, end and object: the key of a stored span.
 */
int
busy_spans_compare (gconstpointer a, gconstpointer b)
{
  const BusySpan *left = a;
  const BusySpan *right = b;
  gint64 differences[] = { left->period.start_us - right->period.start_us,
                           left->period.end_us - right->period.end_us,
                           left->object_id - right->object_id };

  for (guint i = 0; i < G_N_ELEMENTS (differences); i++)
    if (differences[i] != 0)
      return differences[i] < 0 ? -1 : 1;
  return 0;
}

/**
 * busy_spans_normalise:
 *
 * Sorts; of several with the same key the first stays.
 */
void
busy_spans_normalise (GArray *spans)
{
  guint n_kept = 0;

  g_array_sort (spans, busy_spans_compare);
  for (guint i = 0; i < spans->len; i++)
    {
      const BusySpan *span = &g_array_index (spans, BusySpan, i);
      if (n_kept == 0 ||
          busy_spans_compare (&g_array_index (spans, BusySpan, n_kept - 1), span) != 0)
        g_array_index (spans, BusySpan, n_kept++) = *span;
    }
  g_array_set_size (spans, n_kept);
}

static GArray *
read_spans (StoreQuery *query, GError **error)
{
  g_autoptr (GArray) spans = busy_spans_new ();
  StoreStep step;

  while ((step = store_step (query, error)) == STORE_ROW)
    {
      BusySpan span = { .period = { store_int (query, 0), store_int (query, 1) },
                        .object_id = store_int (query, 2),
                        .class_name = g_intern_string (store_text (query, 3)),
                        .is_all_day = store_int (query, 4) != 0 };
      g_array_append_val (spans, span);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&spans);
}

/**
 * busy_span_list:
 *
 * Returns: (transfer full) (element-type BusySpan): by start, end and object: all that touch
 *   @window, whole; NULL with @error set.
 */
GArray *
busy_span_list (StoreSession *session, gint64 resource_id, Period window, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_BUSY_SPAN_LIST, "iii", resource_id, window.start_us,
                    window.end_us))
    return NULL;
  return read_spans (&query, error);
}

/**
 * busy_span_put:
 *
 * Adds a span, or changes the class of the one with the same key. Writer only.
 */
gboolean
busy_span_put (StoreSession *session, gint64 resource_id, const BusySpan *span, GError **error)
{
  return store_run (session, error, SQL_BUSY_SPAN_PUT, "iiiisi", resource_id, span->period.start_us,
                    span->period.end_us, span->object_id, span->class_name,
                    (gint64) span->is_all_day);
}

/**
 * busy_span_remove:
 *
 * Writer only.
 */
gboolean
busy_span_remove (StoreSession *session, gint64 resource_id, const BusySpan *span, GError **error)
{
  return store_run (session, error, SQL_BUSY_SPAN_REMOVE, "iiii", resource_id,
                    span->period.start_us, span->period.end_us, span->object_id);
}

static gboolean
is_same (const BusySpan *a, const BusySpan *b)
{
  return a->class_name == b->class_name && a->is_all_day == b->is_all_day;
}

static void
touch (Period *touched, Period period)
{
  if (period_is_empty (*touched))
    *touched = period;
  touched->start_us = MIN (touched->start_us, period.start_us);
  touched->end_us = MAX (touched->end_us, period.end_us);
}

/**
 * busy_spans_subtract:
 * @from: (element-type BusySpan): normal
 * @what: (element-type BusySpan): normal
 * @out_missing: (element-type BusySpan): gets what is in @what and not, or otherwise, in @from
 * @out_extra: (element-type BusySpan): gets what is in @from under a key that @what has not
 *
 * Walks both side by side: what has to be put and removed, so that @from becomes @what. Any thread.
 */
void
busy_spans_subtract (const GArray *from, const GArray *what, GArray *out_missing, GArray *out_extra)
{
  for (guint i = 0, j = 0; i < from->len || j < what->len;)
    {
      const BusySpan *was = i < from->len ? &g_array_index (from, BusySpan, i) : NULL;
      const BusySpan *is = j < what->len ? &g_array_index (what, BusySpan, j) : NULL;
      int order = was == NULL ? 1 : is == NULL ? -1 : busy_spans_compare (was, is);

      i += order <= 0;
      j += order >= 0;
      if (order < 0)
        g_array_append_vals (out_extra, was, 1);
      else if (order > 0 || !is_same (was, is))
        g_array_append_vals (out_missing, is, 1);
    }
}

/* Removals come last: what is still taken is never free in between. */
static gboolean
write_difference (StoreSession *session,
                  gint64 resource_id,
                  const GArray *old,
                  const GArray *new,
                  Period *touched,
                  GError **error)
{
  g_autoptr (GArray) missing = busy_spans_new ();
  g_autoptr (GArray) extra = busy_spans_new ();

  busy_spans_subtract (old, new, missing, extra);
  for (guint i = 0; i < missing->len; i++)
    {
      const BusySpan *span = &g_array_index (missing, BusySpan, i);
      touch (touched, span->period);
      if (!busy_span_put (session, resource_id, span, error))
        return FALSE;
    }
  for (guint i = 0; i < extra->len; i++)
    {
      const BusySpan *span = &g_array_index (extra, BusySpan, i);
      touch (touched, span->period);
      if (!busy_span_remove (session, resource_id, span, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * busy_span_list_of_object:
 *
 * Returns: (transfer full) (element-type BusySpan): by start and end: one object's that end after
 *   @from_us; NULL with @error set.
 */
GArray *
busy_span_list_of_object (StoreSession *session, gint64 object_id, gint64 from_us, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_BUSY_SPAN_LIST_OF_OBJECT, "ii", object_id, from_us))
    return NULL;
  return read_spans (&query, error);
}

/**
 * busy_span_replace_object:
 * @out_touched: the hull of what changed; empty: nothing did
 *
 * Makes its spans the object's time from the start of the window on, and lets its calendar be trusted
 * no further than to the end of the window. The index is told by whoever calls: a change row of the
 * resource with @out_touched, when that is not empty. Costs what the object has spans, whatever else the
 * calendar holds. Writer only, in the transaction that put the object; an object that is removed takes
 * its spans along, so call it with an empty list before to learn what is touched.
 */
gboolean
busy_span_replace_object (StoreSession *session,
                          const LaidOutObject *object,
                          Period *out_touched,
                          GError **error)
{
  g_autoptr (GArray) old =
    busy_span_list_of_object (session, object->object_id, object->window.start_us, error);
  Period touched = { 0, 0 };

  busy_spans_normalise (object->spans);
  if (old == NULL ||
      !write_difference (session, object->resource_id, old, object->spans, &touched, error) ||
      !store_run (session, error, SQL_CALENDAR_LIMIT_EXPANDED, "ii", object->object_id,
                  object->window.end_us))
    return FALSE;
  *out_touched = touched;
  return TRUE;
}
