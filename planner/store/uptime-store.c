/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads and writes runs of plannerd and hourly counts of calls. */
#include "store/uptime-store.h"

static const char *const end_names[] = { "open", "stopped", "stalled" };

static UptimeSpan
read_span (StoreQuery *query)
{
  UptimeSpan span = { .span_id = store_int (query, 0),
                      .period = { store_int (query, 1), store_int (query, 2) } };

  for (guint i = 0; i < G_N_ELEMENTS (end_names); i++)
    if (g_str_equal (end_names[i], store_text (query, 3)))
      span.ended = (UptimeEnd) i;
  return span;
}

/**
 * uptime_store_find_last:
 * @out_span: the newest; its id is 0 when there is none
 */
gboolean
uptime_store_find_last (StoreSession *session, UptimeSpan *out_span, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SPAN_LAST, ""))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_FAILED)
    return FALSE;
  *out_span = step == STORE_ROW ? read_span (&query) : (UptimeSpan){ 0 };
  return TRUE;
}

/**
 * uptime_store_open_span:
 *
 * A run begins. Writer only.
 */
gboolean
uptime_store_open_span (StoreSession *session, gint64 now_us, gint64 *out_span_id, GError **error)
{
  if (!store_run (session, error, SQL_SPAN_ADD, "i", now_us))
    return FALSE;
  *out_span_id = store_last_id (session);
  return TRUE;
}

/**
 * uptime_store_see:
 *
 * The run still goes on, or has ended now.
 */
gboolean
uptime_store_see (StoreSession *session,
                  gint64 span_id,
                  gint64 now_us,
                  UptimeEnd ended,
                  GError **error)
{
  return store_run (session, error, SQL_SPAN_SEEN, "iis", span_id, now_us, end_names[ended]);
}

/**
 * uptime_store_add_count:
 *
 * Adds to what the hour has.
 */
gboolean
uptime_store_add_count (StoreSession *session, const UptimeCount *count, GError **error)
{
  return store_run (session, error, SQL_COUNT_ADD, "iiisii", count->hour_us, count->tenant_id,
                    count->unit_id, count->outcome, count->bound_us, count->n_calls);
}

/**
 * uptime_store_list_spans:
 *
 * Returns: (transfer full): NULL with @error set.
 */
GArray *
uptime_store_list_spans (StoreSession *session, Period period, GError **error)
{
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (UptimeSpan));
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SPANS_SINCE, "ii", period.start_us, period.end_us))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      UptimeSpan span = read_span (&query);
      g_array_append_val (spans, span);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&spans);
}

/**
 * uptime_store_sum_counts:
 * @func: called by outcome and bound; hour and outcome are valid only within it
 */
gboolean
uptime_store_sum_counts (StoreSession *session,
                         const UptimeQuestion *question,
                         UptimeCountFunc func,
                         gpointer data,
                         GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;
  gboolean ok;

  if (question->unit_id == 0)
    ok = store_query (session, &query, error, SQL_COUNTS_OF_TENANT, "iii", question->tenant_id,
                      question->period.start_us, question->period.end_us);
  else
    ok = store_query (session, &query, error, SQL_COUNTS_OF_UNIT, "iiii", question->tenant_id,
                      question->period.start_us, question->period.end_us, question->unit_id);
  while (ok && (step = store_step (&query, error)) != STORE_END)
    {
      UptimeCount count = { .tenant_id = question->tenant_id, .unit_id = question->unit_id };

      ok = step == STORE_ROW;
      if (!ok)
        break;
      count.outcome = store_text (&query, 0);
      count.bound_us = store_int (&query, 1);
      count.n_calls = store_int (&query, 2);
      func (&count, data);
    }
  return ok;
}

/**
 * uptime_store_dup_setting:
 * @date: local day, since 1970-01-01
 *
 * Returns: (transfer full) (nullable)
 */
char *
uptime_store_dup_setting (StoreSession *session,
                          const UptimeQuestion *question,
                          const char *key,
                          gint64 date,
                          GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_TARGET_FIND, "iisi", question->tenant_id,
                    question->unit_id, key, date) ||
      store_step (&query, error) != STORE_ROW)
    return NULL;
  return g_strdup (store_text (&query, 0));
}
