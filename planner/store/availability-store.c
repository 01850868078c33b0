/* SPDX-License-Identifier: EUPL-1.2 */
/* Puts and lists availability, and replaces derived working time. */
#include "store/availability-store.h"

#include <string.h>

#include "store/claim-store.h"

/**
 * availability_record_free:
 */
void
availability_record_free (AvailabilityRecord *availability)
{
  if (availability == NULL)
    return;
  g_free (availability->uid);
  g_free (availability->text);
  g_free (availability);
}

/* A room with hours is open within them, one without always: the index must look again, spans or none. */
static gboolean
note_change (StoreSession *session, const AvailabilityRecord *availability, GError **error)
{
  Change change = { .tenant_id = availability->tenant_id,
                    .kind = CHANGE_RESOURCE,
                    .subject_id = availability->resource_id };
  return change_store_add (session, &change, error);
}

/**
 * availability_put:
 *
 * The spans are not touched: ops/facts/expansion derives them. Writer only.
 */
gboolean
availability_put (StoreSession *session,
                  const AvailabilityRecord *availability,
                  PutOutcome *out_outcome,
                  GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_AVAILABILITY_FIND, "iis", availability->tenant_id,
                    availability->resource_id, availability->uid))
    return FALSE;
  step = store_step (&query, error);
  store_query_end (&query);
  if (step == STORE_FAILED ||
      !store_run (session, error, SQL_AVAILABILITY_PUT, "iiss", availability->tenant_id,
                  availability->resource_id, availability->uid, availability->text))
    return FALSE;
  *out_outcome = put_outcome_of (step == STORE_ROW, store_n_changed (session));
  return *out_outcome == PUT_SAME || note_change (session, availability, error);
}

/**
 * availability_remove:
 * @availability: its text is not looked at
 *
 * Writer only.
 */
gboolean
availability_remove (StoreSession *session, const AvailabilityRecord *availability, GError **error)
{
  return store_run (session, error, SQL_AVAILABILITY_REMOVE, "iis", availability->tenant_id,
                    availability->resource_id, availability->uid) &&
         note_change (session, availability, error);
}

/**
 * availability_list:
 *
 * Returns: (transfer full) (element-type AvailabilityRecord): by uid; NULL with @error set.
 */
GPtrArray *
availability_list (StoreSession *session, gint64 tenant_id, gint64 resource_id, GError **error)
{
  g_autoptr (GPtrArray) list =
    g_ptr_array_new_with_free_func ((GDestroyNotify) availability_record_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_AVAILABILITY_LIST, "ii", tenant_id, resource_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      AvailabilityRecord *availability = g_new0 (AvailabilityRecord, 1);
      availability->tenant_id = tenant_id;
      availability->resource_id = resource_id;
      availability->uid = g_strdup (store_text (&query, 0));
      availability->text = g_strdup (store_text (&query, 1));
      g_ptr_array_add (list, availability);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&list);
}

/**
 * work_span_list:
 *
 * Returns: (transfer full) (element-type Period): by start; NULL with @error set.
 */
GArray *
work_span_list (StoreSession *session, gint64 resource_id, Period window, GError **error)
{
  g_autoptr (GArray) spans = period_list_new ();
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_WORK_SPAN_LIST, "iii", resource_id, window.start_us,
                    window.end_us))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      Period span = { store_int (&query, 0), store_int (&query, 1) };
      g_array_append_val (spans, span);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&spans);
}

static GArray *
dup_in_pieces (const GArray *spans)
{
  GArray *pieces = period_list_new ();

  for (guint i = 0; i < spans->len; i++)
    {
      Period rest = g_array_index (spans, Period, i);

      while (rest.start_us < rest.end_us)
        {
          Period piece = { rest.start_us,
                           MIN (rest.end_us, rest.start_us + STORE_LONGEST_SPAN_US) };

          g_array_append_val (pieces, piece);
          rest.start_us = piece.end_us;
        }
    }
  return pieces;
}

/**
 * work_span_replace:
 * @spans: (element-type Period): by start, disjoint, each touching @window
 * @out_changed: whether anything had to be written
 *
 * Written in pieces of STORE_LONGEST_SPAN_US. Writer only.
 */
gboolean
work_span_replace (StoreSession *session,
                   gint64 resource_id,
                   Period window,
                   const GArray *spans,
                   gboolean *out_changed,
                   GError **error)
{
  g_autoptr (GArray) old = work_span_list (session, resource_id, window, error);
  g_autoptr (GArray) pieces = dup_in_pieces (spans);

  if (old == NULL)
    return FALSE;
  *out_changed =
    old->len != pieces->len ||
    (old->len > 0 && memcmp (old->data, pieces->data, old->len * sizeof (Period)) != 0);
  if (!*out_changed)
    return TRUE;
  if (!store_run (session, error, SQL_WORK_SPAN_CLEAR, "iii", resource_id, window.start_us,
                  window.end_us))
    return FALSE;
  for (guint i = 0; i < pieces->len; i++)
    {
      Period span = g_array_index (pieces, Period, i);
      if (!store_run (session, error, SQL_WORK_SPAN_ADD, "iii", resource_id, span.start_us,
                      span.end_us))
        return FALSE;
    }
  return TRUE;
}
