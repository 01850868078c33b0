/* SPDX-License-Identifier: EUPL-1.2 */
/* Turns fact rows into what the rules read. A row with an empty value says "known to have none". */
#include "ops/facts/citizen-facts.h"

#include <string.h>

#include "base/error.h"
#include "store/citizen-store.h"

static void
add_mark (CitizenFacts *facts, const char *mark)
{
  guint n_marks = facts->marks == NULL ? 0 : g_strv_length (facts->marks);

  facts->marks_known = TRUE;
  if (*mark == '\0')
    return;
  facts->marks = g_renew (char *, facts->marks, n_marks + 2);
  facts->marks[n_marks] = g_strdup (mark);
  facts->marks[n_marks + 1] = NULL;
}

static void
add_fact (CitizenFacts *facts, const char *kind, const char *value)
{
  if (g_str_equal (kind, "contact-group"))
    {
      facts->contact_group_known = TRUE;
      facts->contact_group = (int) g_ascii_strtoll (value, NULL, 10);
    }
  else if (g_str_equal (kind, "category"))
    {
      facts->category_known = TRUE;
      facts->category = (int) g_ascii_strtoll (value, NULL, 10);
    }
  else if (g_str_equal (kind, "mark"))
    add_mark (facts, value);
  else if (g_str_equal (kind, "unemployment-fund") && facts->unemployment_fund == NULL &&
           *value != '\0')
    facts->unemployment_fund = g_strdup (value);
}

/**
 * citizen_facts_fill:
 * @facts: zeroed, or filled before
 * @rows: (element-type CitizenFact): added
 */
void
citizen_facts_fill (CitizenFacts *facts, const GPtrArray *rows)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const CitizenFact *row = rows->pdata[i];
      add_fact (facts, row->kind, row->value);
    }
}

/**
 * citizen_facts_load:
 * @out_facts: to be cleared with citizen_facts_clear()
 */
gboolean
citizen_facts_load (StoreSession *session,
                    gint64 citizen_id,
                    CitizenFacts *out_facts,
                    GError **error)
{
  g_autoptr (GPtrArray) rows = citizen_store_list_facts (session, citizen_id, error);

  if (rows == NULL)
    return FALSE;
  memset (out_facts, 0, sizeof *out_facts);
  citizen_facts_fill (out_facts, rows);
  return TRUE;
}

static CitizenEntry *
entry_of_summary (const CitizenSummary *summary)
{
  CitizenEntry *entry = g_new0 (CitizenEntry, 1);

  entry->citizen_id = summary->citizen_id;
  entry->tenant_id = summary->tenant_id;
  entry->busy_until_us = summary->busy_until_us;
  memcpy (entry->cpr, summary->cpr, sizeof entry->cpr);
  return entry;
}

/**
 * citizen_entry_load:
 *
 * Returns: (transfer full): what the loop must know of one citizen; without a number when the
 *   citizen is gone.
 */
CitizenEntry *
citizen_entry_load (StoreSession *session, gint64 citizen_id, GError **error)
{
  g_autoptr (CitizenEntry) entry = NULL;
  g_autoptr (GError) local_error = NULL;
  CitizenSummary summary = { .citizen_id = citizen_id };

  if (!citizen_store_load_summary (session, citizen_id, &summary, &local_error))
    {
      if (g_error_matches (local_error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND))
        return entry_of_summary (&summary);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  entry = entry_of_summary (&summary);
  if (!citizen_facts_load (session, citizen_id, &entry->facts, error))
    return NULL;
  return g_steal_pointer (&entry);
}

/**
 * citizen_entries_load_all:
 * @entries: (element-type CitizenEntry): every citizen is appended, by id
 */
gboolean
citizen_entries_load_all (StoreSession *session, GPtrArray *entries, GError **error)
{
  g_autoptr (GArray) summaries = citizen_store_list_summaries (session, error);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;
  guint i = entries->len;

  if (summaries == NULL)
    return FALSE;
  for (guint j = 0; j < summaries->len; j++)
    g_ptr_array_add (entries, entry_of_summary (&g_array_index (summaries, CitizenSummary, j)));
  if (!store_query (session, &query, error, SQL_CITIZEN_ALL_FACTS, ""))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      while (i < entries->len &&
             ((CitizenEntry *) entries->pdata[i])->citizen_id < store_int (&query, 0))
        i++;
      if (i < entries->len)
        add_fact (&((CitizenEntry *) entries->pdata[i])->facts, store_text (&query, 1),
                  store_text (&query, 2));
    }
  return step == STORE_END;
}
