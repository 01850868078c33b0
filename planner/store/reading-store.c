/* SPDX-License-Identifier: EUPL-1.2 */
/* Copies of DFDG's records of a citizen as rows, each kind read and aged by itself. */
#include "store/reading-store.h"

#define FACT_SOURCE "dfdg-read"

static const char *const words[N_READINGS] = {
  [READING_CONTACT_GROUP] = "contact-group",
  [READING_CATEGORY] = "category",
  [READING_DEADLINE] = "deadline",
  [READING_FUND_INTERVIEW] = "fund-interview",
};

/**
 * reading_to_text:
 *
 * Returns: (transfer none): the word of the database; that of a citizen's fact where there is one.
 */
const char *
reading_to_text (Reading reading)
{
  return words[reading];
}

/**
 * reading_state_clear:
 */
void
reading_state_clear (ReadingState *state)
{
  g_clear_pointer (&state->problem, g_free);
}

/**
 * deadline_free:
 *
 * Frees a deadline; NULL is ignored.
 */
void
deadline_free (Deadline *deadline)
{
  if (deadline == NULL)
    return;
  g_free (deadline->identifier);
  g_free (deadline);
}

/**
 * fund_interview_free:
 *
 * Frees a meeting; NULL is ignored.
 */
void
fund_interview_free (FundInterview *interview)
{
  if (interview == NULL)
    return;
  g_free (interview->identifier);
  g_free (interview->fund);
  g_free (interview);
}

static gboolean
set_read (StoreSession *session, const ReadingOf *of, gint64 read_us, GError **error)
{
  return store_run (session, error, SQL_READ_PUT, "isiii", of->citizen_id, words[of->reading],
                    of->tenant_id, read_us, of->now_us);
}

/* Of several the one that began last; 0 when none holds on that day. */
static gint64
find_code_on (const GArray *spans, gint64 date)
{
  gint64 best_date = G_MININT64;
  gint64 code = 0;

  for (guint i = 0; i < spans->len; i++)
    {
      const CitizenSpan *span = &g_array_index (spans, CitizenSpan, i);

      if (span->from_date > date || span->until_date <= date || span->from_date < best_date)
        continue;
      best_date = span->from_date;
      code = span->code;
    }
  return code;
}

/* What offers are held against; what somebody said after this reading stays. */
static gboolean
put_fact (StoreSession *session,
          const ReadingOf *of,
          const GArray *spans,
          gint64 today,
          GError **error)
{
  const char *kind = words[of->reading];
  gint64 code = find_code_on (spans, today);
  g_autofree char *text = code == 0 ? g_strdup ("") : g_strdup_printf ("%" G_GINT64_FORMAT, code);
  g_auto (StoreQuery) query = { 0 };

  if (!store_run (session, error, SQL_CITIZEN_FACTS_REMOVE_KIND, "isi", of->citizen_id, kind,
                  of->now_us) ||
      !store_query (session, &query, error, SQL_CITIZEN_HAS_FACT, "is", of->citizen_id, kind) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  if (store_int (&query, 0) != 0)
    return TRUE;
  return store_run (session, error, SQL_CITIZEN_FACT_PUT, "iisssi", of->tenant_id, of->citizen_id,
                    kind, text, FACT_SOURCE, of->now_us);
}

/**
 * reading_store_put_spans:
 * @of: %READING_CONTACT_GROUP or %READING_CATEGORY
 * @spans: (element-type CitizenSpan): all of them; empty: the citizen has none, and that is known
 * @today: local day; what holds then becomes the citizen's fact
 *
 * Writer. Whoever calls notes the citizen for the index.
 */
gboolean
reading_store_put_spans (StoreSession *session,
                         const ReadingOf *of,
                         const GArray *spans,
                         gint64 today,
                         GError **error)
{
  const char *kind = words[of->reading];

  if (!store_run (session, error, SQL_SPANS_CLEAR, "is", of->citizen_id, kind))
    return FALSE;
  for (guint i = 0; i < spans->len; i++)
    {
      const CitizenSpan *span = &g_array_index (spans, CitizenSpan, i);

      if (!store_run (session, error, SQL_SPAN_PUT, "isiiiii", of->citizen_id, kind, span->code,
                      span->from_date, span->until_date, of->tenant_id, of->now_us))
        return FALSE;
    }
  return put_fact (session, of, spans, today, error) && set_read (session, of, of->now_us, error);
}

static gboolean
put_deadline (StoreSession *session, const ReadingOf *of, const Deadline *deadline, GError **error)
{
  return store_run (session, error, SQL_DEADLINE_PUT, "isiiiiiiii", of->tenant_id,
                    deadline->identifier, of->citizen_id, deadline->interview_type,
                    deadline->deadline_date, deadline->last_date, deadline->status,
                    (gint64) deadline->is_immediate, deadline->said_us, of->now_us);
}

/**
 * reading_store_put_deadlines:
 * @deadlines: (element-type Deadline): all of the citizen
 *
 * Writer.
 */
gboolean
reading_store_put_deadlines (StoreSession *session,
                             const ReadingOf *of,
                             const GPtrArray *deadlines,
                             GError **error)
{
  if (!store_run (session, error, SQL_DEADLINES_CLEAR, "i", of->citizen_id))
    return FALSE;
  for (guint i = 0; i < deadlines->len; i++)
    if (!put_deadline (session, of, deadlines->pdata[i], error))
      return FALSE;
  return set_read (session, of, of->now_us, error);
}

/**
 * reading_store_put_deadline:
 *
 * One that a message told whole; an older word of it changes nothing. Writer.
 */
gboolean
reading_store_put_deadline (StoreSession *session,
                            const ReadingOf *of,
                            const Deadline *deadline,
                            GError **error)
{
  return put_deadline (session, of, deadline, error) && set_read (session, of, of->now_us, error);
}

/**
 * reading_store_put_interviews:
 * @interviews: (element-type FundInterview): all of the citizen
 *
 * Writer.
 */
gboolean
reading_store_put_interviews (StoreSession *session,
                              const ReadingOf *of,
                              const GPtrArray *interviews,
                              GError **error)
{
  if (!store_run (session, error, SQL_FUND_INTERVIEWS_CLEAR, "i", of->citizen_id))
    return FALSE;
  for (guint i = 0; i < interviews->len; i++)
    {
      const FundInterview *one = interviews->pdata[i];

      if (!store_run (session, error, SQL_FUND_INTERVIEW_PUT, "isiiiiisi", of->tenant_id,
                      one->identifier, of->citizen_id, one->interview_type, one->contact_type,
                      one->core.start_us, one->core.end_us, one->fund, of->now_us))
        return FALSE;
    }
  return set_read (session, of, of->now_us, error);
}

/**
 * reading_store_forget:
 * @of: %READING_CONTACT_GROUP or %READING_CATEGORY
 *
 * Spans and fact go, the fact also when somebody else said it; whoever needs it asks. Writer.
 */
gboolean
reading_store_forget (StoreSession *session, const ReadingOf *of, GError **error)
{
  return store_run (session, error, SQL_SPANS_CLEAR, "is", of->citizen_id, words[of->reading]) &&
         store_run (session, error, SQL_CITIZEN_FACTS_REMOVE_KIND, "isi", of->citizen_id,
                    words[of->reading], of->now_us) &&
         set_read (session, of, 0, error);
}

/**
 * reading_store_fail:
 * @problem: no citizen's number
 *
 * What is held stays, as old as it is. Writer.
 */
gboolean
reading_store_fail (StoreSession *session, const ReadingOf *of, const char *problem, GError **error)
{
  return store_run (session, error, SQL_READ_FAIL, "isiis", of->citizen_id, words[of->reading],
                    of->tenant_id, of->now_us, problem);
}

/**
 * reading_store_find:
 * @out_state: all 0 when it was never read
 */
gboolean
reading_store_find (StoreSession *session,
                    gint64 citizen_id,
                    Reading reading,
                    ReadingState *out_state,
                    GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_READ_FIND, "is", citizen_id, words[reading]))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_FAILED)
    return FALSE;
  *out_state = (ReadingState){ 0 };
  if (step == STORE_ROW)
    *out_state = (ReadingState){ .read_us = store_int (&query, 0),
                                 .tried_us = store_int (&query, 1),
                                 .n_failures = store_int (&query, 2),
                                 .problem = g_strdup (store_text (&query, 3)) };
  return TRUE;
}

/**
 * reading_store_list_spans:
 *
 * Returns: (transfer full) (element-type CitizenSpan): by first day.
 */
GArray *
reading_store_list_spans (StoreSession *session, gint64 citizen_id, Reading reading, GError **error)
{
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CitizenSpan));
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SPANS, "is", citizen_id, words[reading]))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      CitizenSpan span = { store_int (&query, 0), store_int (&query, 1), store_int (&query, 2) };
      g_array_append_val (spans, span);
    }
  return step == STORE_END ? g_steal_pointer (&spans) : NULL;
}

/**
 * reading_store_list_deadlines:
 *
 * Returns: (transfer full) (element-type Deadline): by date.
 */
GPtrArray *
reading_store_list_deadlines (StoreSession *session, gint64 citizen_id, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) deadline_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_DEADLINES, "i", citizen_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      Deadline *one = g_new0 (Deadline, 1);

      *one = (Deadline){ .identifier = g_strdup (store_text (&query, 0)),
                         .interview_type = store_int (&query, 1),
                         .deadline_date = store_int (&query, 2),
                         .last_date = store_int (&query, 3),
                         .status = store_int (&query, 4),
                         .is_immediate = store_int (&query, 5) != 0,
                         .said_us = store_int (&query, 6) };
      g_ptr_array_add (list, one);
    }
  return step == STORE_END ? g_steal_pointer (&list) : NULL;
}

/**
 * reading_store_list_interviews:
 *
 * Returns: (transfer full) (element-type FundInterview): by start.
 */
GPtrArray *
reading_store_list_interviews (StoreSession *session, gint64 citizen_id, GError **error)
{
  g_autoptr (GPtrArray) list =
    g_ptr_array_new_with_free_func ((GDestroyNotify) fund_interview_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_FUND_INTERVIEWS, "i", citizen_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      FundInterview *one = g_new0 (FundInterview, 1);

      *one = (FundInterview){ .identifier = g_strdup (store_text (&query, 0)),
                              .interview_type = store_int (&query, 1),
                              .contact_type = store_int (&query, 2),
                              .core = { store_int (&query, 3), store_int (&query, 4) },
                              .fund = g_strdup (store_text (&query, 5)) };
      g_ptr_array_add (list, one);
    }
  return step == STORE_END ? g_steal_pointer (&list) : NULL;
}
