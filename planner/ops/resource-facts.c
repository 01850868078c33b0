/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads working time, busy time and claims of one resource, for the exact evaluator and the index. */
#include "ops/resource-facts.h"

#include "store/claim-store.h"

/* Working blocks are needed whole, because a grid may hang on their start: no block is longer. */
#define BLOCK_REACH_US (2 * PERIOD_US_PER_DAY)

/**
 * resource_facts_free:
 *
 * Frees the facts; NULL is ignored.
 */
void
resource_facts_free (ResourceFacts *facts)
{
  if (facts == NULL)
    return;
  g_clear_pointer (&facts->work, g_array_unref);
  g_clear_pointer (&facts->busy, g_array_unref);
  g_clear_pointer (&facts->claims, g_array_unref);
  g_free (facts);
}

static GArray *
load_spans (StoreSession *session,
            StoreStatement statement,
            gint64 resource_id,
            Period around,
            GError **error)
{
  g_autoptr (GArray) spans = period_list_new ();
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, statement, "iii", resource_id, around.start_us,
                    around.end_us))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    period_list_add (spans, (Period){ store_int (&query, 0), store_int (&query, 1) });
  period_list_normalise (spans);
  return step == STORE_END ? g_steal_pointer (&spans) : NULL;
}

static gboolean
has_hours (StoreSession *session, gint64 resource_id, gboolean *out_has_hours, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_AVAILABILITY_EXISTS, "i", resource_id) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_has_hours = store_int (&query, 0) != 0;
  return TRUE;
}

/* From its retirement on it has no hours. */
static void
end_work (GArray *work, gint64 retired_us)
{
  while (work->len > 0 && g_array_index (work, Period, work->len - 1).start_us >= retired_us)
    g_array_set_size (work, work->len - 1);
  if (work->len > 0)
    {
      Period *last = &g_array_index (work, Period, work->len - 1);
      last->end_us = MIN (last->end_us, retired_us);
    }
}

/* A room without hours of its own is open all the time; an advisor without hours never. */
static gboolean
load_work (ResourceFacts *facts,
           StoreSession *session,
           const CatalogueResource *resource,
           Period around,
           GError **error)
{
  Period reach = period_widen (around, BLOCK_REACH_US, BLOCK_REACH_US);
  gboolean hours = TRUE;

  if (resource->kind != RESOURCE_ADVISOR &&
      !has_hours (session, resource->resource_id, &hours, error))
    return FALSE;
  if (hours)
    facts->work = load_spans (session, SQL_WORK_SPANS, resource->resource_id, reach, error);
  else
    {
      facts->work = period_list_new ();
      period_list_add (facts->work, (Period){ 0, G_MAXINT64 / 4 });
    }
  if (facts->work != NULL)
    end_work (facts->work, resource->retired_us);
  return facts->work != NULL;
}

static gboolean
load_trust (ResourceFacts *facts, StoreSession *session, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_CALENDAR_TRUST, "i", facts->slot.resource_id) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  facts->slot.trusted_until_us = store_is_null (&query, 0) ? G_MAXINT64 : store_int (&query, 0);
  facts->slot.fresh_until_us = store_is_null (&query, 1) ? G_MAXINT64 : store_int (&query, 1);
  return TRUE;
}

static gboolean
load_claims (ResourceFacts *facts,
             StoreSession *session,
             Period around,
             gint64 now_us,
             GError **error)
{
  g_autoptr (GArray) rows = claim_store_list (session, facts->slot.resource_id, around, error);

  if (rows == NULL)
    return FALSE;
  facts->claims = g_array_sized_new (FALSE, FALSE, sizeof (SlotClaim), rows->len);
  for (guint i = 0; i < rows->len; i++)
    {
      const Claim *row = &g_array_index (rows, Claim, i);
      SlotClaim claim = { .core = row->core,
                          .before_us = row->before_us,
                          .after_us = row->after_us,
                          .owner_id = row->owner_id,
                          .may_share_buffers = row->may_share_buffers,
                          .exclusive = row->exclusive };
      if (row->expires_us > now_us)
        g_array_append_val (facts->claims, claim);
    }
  return TRUE;
}

/**
 * resource_facts_load_busy:
 * @around: the stretch that is asked about
 *
 * Returns: (transfer full): the facts without working time; @error is what the store says. Any thread
 * with a session.
 */
ResourceFacts *
resource_facts_load_busy (StoreSession *session,
                          const CatalogueResource *resource,
                          Period around,
                          gint64 now_us,
                          GError **error)
{
  g_autoptr (ResourceFacts) facts = g_new0 (ResourceFacts, 1);

  facts->slot.resource_id = resource->resource_id;
  if (!load_trust (facts, session, error) || !load_claims (facts, session, around, now_us, error))
    return NULL;
  facts->busy = load_spans (session, SQL_BUSY_SPANS, resource->resource_id, around, error);
  if (facts->busy == NULL)
    return NULL;
  facts->slot.busy = facts->busy;
  facts->slot.claims = facts->claims;
  return g_steal_pointer (&facts);
}

/**
 * resource_facts_load:
 * @around: the widened meeting, or the whole window of the index
 *
 * Returns: (transfer full): the facts; @error is what the store says. Any thread with a session.
 */
ResourceFacts *
resource_facts_load (StoreSession *session,
                     const CatalogueResource *resource,
                     Period around,
                     gint64 now_us,
                     GError **error)
{
  g_autoptr (ResourceFacts) facts =
    resource_facts_load_busy (session, resource, around, now_us, error);

  if (facts == NULL || !load_work (facts, session, resource, around, error))
    return NULL;
  facts->slot.work = facts->work;
  return g_steal_pointer (&facts);
}
