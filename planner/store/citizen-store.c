/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads and writes citizens; the only file whose statements carry their numbers into the database. */
#include "store/citizen-store.h"

#include <string.h>

#include "base/error.h"

/**
 * citizen_fact_free:
 *
 * Frees a fact; NULL is ignored.
 */
void
citizen_fact_free (CitizenFact *fact)
{
  if (fact == NULL)
    return;
  g_free (fact->kind);
  g_free (fact->value);
  g_free (fact);
}

/**
 * citizen_store_find:
 * @cpr: the number, or one that the citizen had before
 *
 * Returns: the citizen's id; 0 when not known to us (or with @error set).
 */
gint64
citizen_store_find (StoreSession *session, gint64 tenant_id, const char *cpr, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_CITIZEN_FIND, "is", tenant_id, cpr) ||
      store_step (&query, error) != STORE_ROW)
    return 0;
  return store_int (&query, 0);
}

/**
 * citizen_store_put:
 *
 * Returns: the citizen's id, made now when the number is new; 0 with @error set.
 */
gint64
citizen_store_put (StoreSession *session, gint64 tenant_id, const char *cpr, GError **error)
{
  GError *local_error = NULL;
  gint64 citizen_id = citizen_store_find (session, tenant_id, cpr, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return 0;
    }
  if (citizen_id != 0)
    return citizen_id;
  if (!store_run (session, error, SQL_CITIZEN_ADD, "is", tenant_id, cpr))
    return 0;
  return store_last_id (session);
}

/**
 * citizen_store_list_former:
 * @cpr: the number, or one that the citizen had before
 *
 * Returns: (transfer full) (element-type gint64): ids of the rows that hold the citizen's former
 *   numbers, in order.
 */
GArray *
citizen_store_list_former (StoreSession *session, gint64 tenant_id, const char *cpr, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_CITIZEN_FORMER_IDS, "is", tenant_id, cpr))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      gint64 id = store_int (&query, 0);
      g_array_append_val (ids, id);
    }
  return step == STORE_END ? g_steal_pointer (&ids) : NULL;
}

/**
 * citizen_store_list_facts:
 *
 * Returns: (transfer full) (element-type CitizenFact): by kind and value.
 */
GPtrArray *
citizen_store_list_facts (StoreSession *session, gint64 citizen_id, GError **error)
{
  g_autoptr (GPtrArray) facts = g_ptr_array_new_with_free_func ((GDestroyNotify) citizen_fact_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_CITIZEN_FACTS, "i", citizen_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      CitizenFact *fact = g_new0 (CitizenFact, 1);
      fact->kind = g_strdup (store_text (&query, 0));
      fact->value = g_strdup (store_text (&query, 1));
      g_ptr_array_add (facts, fact);
    }
  return step == STORE_END ? g_steal_pointer (&facts) : NULL;
}

/* Whoever says what of a citizen there is one of says it last: what others said of it goes. */
static gboolean
remove_said_by_others (StoreSession *session,
                       gint64 citizen_id,
                       const CitizenFactSource *source,
                       const CitizenFact *fact,
                       GError **error)
{
  static const char *const single[] = { "contact-group", "category", NULL };

  return !g_strv_contains (single, fact->kind) ||
         store_run (session, error, SQL_CITIZEN_FACTS_REMOVE_KIND, "isi", citizen_id, fact->kind,
                    source->seen_us);
}

/**
 * citizen_store_put_facts:
 * @facts: (element-type CitizenFact): everything that @source says now; what it said before goes, and so does what
 *   others said before of contact group and category where it says one
 */
gboolean
citizen_store_put_facts (StoreSession *session,
                         gint64 tenant_id,
                         gint64 citizen_id,
                         const CitizenFactSource *source,
                         const GPtrArray *facts,
                         GError **error)
{
  if (!store_run (session, error, SQL_CITIZEN_FACTS_REMOVE, "is", citizen_id, source->name))
    return FALSE;
  for (guint i = 0; i < facts->len; i++)
    {
      const CitizenFact *fact = facts->pdata[i];
      if (!remove_said_by_others (session, citizen_id, source, fact, error) ||
          !store_run (session, error, SQL_CITIZEN_FACT_PUT, "iisssi", tenant_id, citizen_id,
                      fact->kind, fact->value, source->name, source->seen_us))
        return FALSE;
    }
  return TRUE;
}

static CitizenSummary
read_summary (StoreQuery *query)
{
  CitizenSummary summary = { .citizen_id = store_int (query, 0),
                             .tenant_id = store_int (query, 1),
                             .busy_until_us = MAX (store_int (query, 3), store_int (query, 4)) };

  /* A former number: only the database knows who has it now. */
  if (store_int (query, 5))
    summary.busy_until_us = G_MAXINT64;
  g_strlcpy (summary.cpr, store_text (query, 2), sizeof summary.cpr);
  return summary;
}

/**
 * citizen_store_load_summary:
 *
 * Errors: PLANNER_ERROR_NOT_FOUND.
 */
gboolean
citizen_store_load_summary (StoreSession *session,
                            gint64 citizen_id,
                            CitizenSummary *out_summary,
                            GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_CITIZEN_SUMMARY, "i", citizen_id))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_ROW)
    *out_summary = read_summary (&query);
  else if (step == STORE_END)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "no such citizen");
  return step == STORE_ROW;
}

/**
 * citizen_store_list_summaries:
 *
 * Returns: (transfer full) (element-type CitizenSummary): all citizens, by id.
 */
GArray *
citizen_store_list_summaries (StoreSession *session, GError **error)
{
  g_autoptr (GArray) summaries = g_array_new (FALSE, TRUE, sizeof (CitizenSummary));
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_CITIZEN_ALL_SUMMARIES, ""))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      CitizenSummary summary = read_summary (&query);
      g_array_append_val (summaries, summary);
    }
  return step == STORE_END ? g_steal_pointer (&summaries) : NULL;
}

/* Ten digits that could be a day, a month and the rest, parted by a hyphen or a blank or not at all, with
 * neither letters nor digits around. */
static gsize
number_length (const char *text, char before)
{
  gsize n_digits = 0;
  gsize i = 0;

  for (; g_ascii_isdigit (text[i]) || (n_digits == 6 && i == 6 && strchr ("- ", text[i]) != NULL);
       i++)
    n_digits += g_ascii_isdigit (text[i]);
  if (n_digits != 10 || g_ascii_isalnum (before) || g_ascii_isalnum (text[i]))
    return 0;
  return strncmp (text, "01", 2) >= 0 && strncmp (text, "31", 2) <= 0 &&
             strncmp (text + 2, "01", 2) >= 0 && strncmp (text + 2, "12", 2) <= 0
           ? i
           : 0;
}

static void
mask_shapes (GString *text)
{
  for (gsize i = 0; i < text->len; i++)
    {
      gsize length = number_length (text->str + i, i == 0 ? ' ' : text->str[i - 1]);
      memset (text->str + i, '*', length);
      i += length;
    }
}

/**
 * citizen_dup_masked:
 *
 * Returns: (transfer full): the text with stars where anything stood that has the shape of a
 *   citizen's number, in one piece or parted by a hyphen or a blank.
 */
char *
citizen_dup_masked (const char *text)
{
  GString *masked = g_string_new (text);

  mask_shapes (masked);
  return g_string_free (masked, FALSE);
}

/**
 * citizen_dup_without_cpr:
 * @text: what a person wrote
 * @cpr: ten digits
 *
 * For what we keep beside the booking itself: journal, registrations, error reports.
 *
 * Returns: (transfer full): the text with stars where the citizen's number stood, parted or not, and
 *   where anything else stood that has the shape of one.
 */
char *
citizen_dup_without_cpr (const char *text, const char *cpr)
{
  g_autofree char *hyphened = g_strdup_printf ("%.6s-%s", cpr, strlen (cpr) > 6 ? cpr + 6 : "");
  g_autofree char *parted = g_strdup_printf ("%.6s %s", cpr, strlen (cpr) > 6 ? cpr + 6 : "");
  GString *masked = g_string_new (text);

  g_string_replace (masked, cpr, "**********", 0);
  g_string_replace (masked, hyphened, "**********", 0);
  g_string_replace (masked, parted, "**********", 0);
  mask_shapes (masked);
  return g_string_free (masked, FALSE);
}
