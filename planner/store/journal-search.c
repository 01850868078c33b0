/* SPDX-License-Identifier: EUPL-1.2 */
/* The journal's own order is that of time, so that no index of times is needed: an interval is found by halving. */
#include "store/journal-search.h"

/* Rows of one group may carry instants of their calls, which waited differently long. */
#define SLACK_US (10 * PERIOD_US_PER_MINUTE)

/**
 * journal_row_free:
 *
 * Frees the row; NULL is ignored.
 */
void
journal_row_free (JournalRow *row)
{
  if (row == NULL)
    return;
  g_free (row->actor);
  g_free (row->call_id);
  g_free (row->kind);
  g_free (row->subject);
  g_free (row->payload);
  g_free (row);
}

static gboolean
read_at (StoreSession *session, gint64 sequence, gint64 *out_at_us, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_JOURNAL_AT, "i", sequence))
    return FALSE;
  step = store_step (&query, error);
  *out_at_us = step == STORE_ROW ? store_int (&query, 1) : G_MAXINT64;
  return step != STORE_FAILED;
}

static gboolean
read_last (StoreSession *session, gint64 *out_sequence, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_JOURNAL_LAST_SEQUENCE, "") ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_sequence = store_int (&query, 0);
  return TRUE;
}

/* The highest sequence before which every row is older than @at_us. */
static gboolean
find_before (StoreSession *session, gint64 last, gint64 at_us, gint64 *out_sequence, GError **error)
{
  gint64 low = 0;
  gint64 high = last;

  while (low < high)
    {
      gint64 middle = low + (high - low) / 2;
      gint64 found_us = 0;

      if (!read_at (session, middle + 1, &found_us, error))
        return FALSE;
      if (found_us < at_us)
        low = middle + 1;
      else
        high = middle;
    }
  *out_sequence = low;
  return TRUE;
}

static StoreStatement
choose (const JournalSearch *search)
{
  if (search->citizen_id != 0)
    return SQL_JOURNAL_OF_CITIZEN;
  return search->subject != NULL ? SQL_JOURNAL_OF_SUBJECT : SQL_JOURNAL_BETWEEN;
}

static JournalRow *
read_row (StoreQuery *query)
{
  JournalRow *row = g_new0 (JournalRow, 1);

  row->sequence = store_int (query, 0);
  row->at_us = store_int (query, 1);
  row->actor = g_strdup (store_text (query, 2));
  row->call_id = g_strdup (store_text (query, 3));
  row->kind = g_strdup (store_text (query, 4));
  row->subject = g_strdup (store_text (query, 5));
  row->payload = g_strdup (store_text (query, 6));
  return row;
}

/**
 * journal_search_run:
 *
 * Without a subject or a citizen it reads the rows of the interval and no others. Any thread with a
 * session.
 *
 * Returns: (transfer full) (element-type JournalRow): at most @search->max_count, by sequence.
 */
GPtrArray *
journal_search_run (StoreSession *session, const JournalSearch *search, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) journal_row_free);
  g_auto (StoreQuery) query = { 0 };
  gint64 first = 0;
  gint64 last = 0;
  StoreStep step;

  if (!read_last (session, &last, error) ||
      !find_before (session, last, search->interval.start_us - SLACK_US, &first, error) ||
      !find_before (session, last, search->interval.end_us + SLACK_US, &last, error) ||
      !store_query (session, &query, error, choose (search), "iiiiissssii",
                    MAX (first, search->after_sequence), last, search->tenant_id,
                    search->interval.start_us, search->interval.end_us, search->actor, search->kind,
                    search->call_id, search->subject, search->citizen_id,
                    (gint64) search->max_count))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_ptr_array_add (rows, read_row (&query));
  return step == STORE_END ? g_steal_pointer (&rows) : NULL;
}
