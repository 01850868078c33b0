/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads working time, busy time and claims of one resource, for the exact evaluator and the index. */
#include "ops/facts/resource-facts.h"

#include "store/claim-store.h"

/* Working blocks are needed whole, because a grid may hang on their start: no block is longer. */
#define BLOCK_REACH_US (2 * PERIOD_US_PER_DAY)

/* Rows of one statement, resource by resource; their first column is the resource. */
typedef struct
{
  StoreQuery query;
  gint64 resource_id; /* of the row that comes next; G_MAXINT64 after the last */
} Rows;

/* What is said of one resource, or of all in the order of their ids: facts are made of either in one way. */
struct _ResourceScan
{
  Rows trust;
  Rows claims;
  Rows busy;
  Rows special; /* those of @busy that are not plainly busy, in the same order */
  Rows work;
  Rows hours; /* which rooms have hours of their own */
  gint64 now_us;
};

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
  g_clear_pointer (&facts->busy_remote, g_array_unref);
  g_clear_pointer (&facts->claims, g_array_unref);
  g_free (facts);
}

static gboolean
next_row (Rows *rows, GError **error)
{
  StoreStep step = store_step (&rows->query, error);

  rows->resource_id = step == STORE_ROW ? store_int (&rows->query, 0) : G_MAXINT64;
  return step != STORE_FAILED;
}

/* Passes by the rows of resources that nobody asked for. */
static gboolean
find_rows (Rows *rows, gint64 resource_id, GError **error)
{
  while (rows->resource_id < resource_id)
    if (!next_row (rows, error))
      return FALSE;
  return TRUE;
}

static gboolean
open_one (Rows *rows,
          StoreSession *session,
          StoreStatement statement,
          gint64 resource_id,
          GError **error)
{
  return store_query (session, &rows->query, error, statement, "i", resource_id) &&
         next_row (rows, error);
}

static gboolean
open_one_around (Rows *rows,
                 StoreSession *session,
                 StoreStatement statement,
                 gint64 resource_id,
                 Period around,
                 GError **error)
{
  return store_query (session, &rows->query, error, statement, "iii", resource_id, around.start_us,
                      around.end_us) &&
         next_row (rows, error);
}

static gboolean
open_all (Rows *rows, StoreSession *session, StoreStatement statement, GError **error)
{
  return store_query (session, &rows->query, error, statement, "") && next_row (rows, error);
}

static gboolean
open_all_around (Rows *rows,
                 StoreSession *session,
                 StoreStatement statement,
                 Period around,
                 GError **error)
{
  return store_query (session, &rows->query, error, statement, "ii", around.start_us,
                      around.end_us) &&
         next_row (rows, error);
}

static void
scan_end (ResourceScan *scan)
{
  store_query_end (&scan->trust.query);
  store_query_end (&scan->claims.query);
  store_query_end (&scan->busy.query);
  store_query_end (&scan->special.query);
  store_query_end (&scan->work.query);
  store_query_end (&scan->hours.query);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ResourceScan, scan_end)

static Period
reach_of (Period around)
{
  return period_widen (around, BLOCK_REACH_US, BLOCK_REACH_US);
}

static GArray *
read_spans (Rows *rows, gint64 resource_id, GError **error)
{
  g_autoptr (GArray) spans = period_list_new ();

  if (!find_rows (rows, resource_id, error))
    return NULL;
  while (rows->resource_id == resource_id)
    {
      period_list_add (spans, (Period){ store_int (&rows->query, 1), store_int (&rows->query, 2) });
      if (!next_row (rows, error))
        return NULL;
    }
  period_list_normalise (spans);
  return g_steal_pointer (&spans);
}

/* What a span of SQL_BUSY_KIND blocks. */
static CalsyncBlocks
blocks_of (const CatalogueResource *resource, gint64 kind)
{
  static const CalsyncClass classes[] = { CALSYNC_CLASS_BUSY, CALSYNC_CLASS_TENTATIVE,
                                          CALSYNC_CLASS_AWAY, CALSYNC_CLASS_ELSEWHERE,
                                          CALSYNC_CLASS_FREE, CALSYNC_CLASS_UNKNOWN };

  return kind == 0 ? CALSYNC_BLOCKS_ALL
                   : calsync_policy_get (&resource->blocks, classes[kind / 2], kind % 2 != 0);
}

static int
compare_rows (Rows *special, Rows *busy)
{
  if (special->resource_id != busy->resource_id)
    return special->resource_id < busy->resource_id ? -1 : 1;
  for (int column = 1; column <= 2; column++)
    {
      gint64 left = store_int (&special->query, column), right = store_int (&busy->query, column);
      if (left != right)
        return left < right ? -1 : 1;
    }
  return 0;
}

/* Of equal times it does not matter which of them is the special one. What is not found is plainly busy. */
static gboolean
read_kind (ResourceScan *scan, gint64 *out_kind, GError **error)
{
  int order = -1;

  *out_kind = 0;
  while (scan->special.resource_id <= scan->busy.resource_id &&
         (order = compare_rows (&scan->special, &scan->busy)) < 0)
    if (!next_row (&scan->special, error))
      return FALSE;
  if (scan->special.resource_id > scan->busy.resource_id || order != 0)
    return TRUE;
  *out_kind = store_int (&scan->special.query, 3);
  return next_row (&scan->special, error);
}

/* What the rules of the resource let block, for both kinds of meeting: two lists from the first span on that blocks in
 * person only. */
static gboolean
read_busy_spans (ResourceFacts *facts,
                 ResourceScan *scan,
                 const CatalogueResource *resource,
                 GError **error)
{
  Rows *rows = &scan->busy;

  facts->busy = period_list_new ();
  if (!find_rows (rows, resource->resource_id, error))
    return FALSE;
  while (rows->resource_id == resource->resource_id)
    {
      Period span = { store_int (&rows->query, 1), store_int (&rows->query, 2) };
      CalsyncBlocks blocks;
      gint64 kind;

      if (!read_kind (scan, &kind, error))
        return FALSE;
      blocks = blocks_of (resource, kind);
      if (blocks == CALSYNC_BLOCKS_IN_PERSON && facts->busy_remote == NULL)
        facts->busy_remote = g_array_copy (facts->busy);
      if (blocks != CALSYNC_BLOCKS_NOTHING)
        period_list_add (facts->busy, span);
      if (blocks == CALSYNC_BLOCKS_ALL && facts->busy_remote != NULL)
        period_list_add (facts->busy_remote, span);
      if (!next_row (rows, error))
        return FALSE;
    }
  period_list_normalise (facts->busy);
  if (facts->busy_remote != NULL)
    period_list_normalise (facts->busy_remote);
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
read_work (ResourceFacts *facts,
           ResourceScan *scan,
           const CatalogueResource *resource,
           GError **error)
{
  gint64 resource_id = resource->resource_id;

  if (resource->kind != RESOURCE_ADVISOR && !find_rows (&scan->hours, resource_id, error))
    return FALSE;
  if (resource->kind == RESOURCE_ADVISOR || scan->hours.resource_id == resource_id)
    facts->work = read_spans (&scan->work, resource_id, error);
  else
    {
      facts->work = period_list_new ();
      period_list_add (facts->work, (Period){ 0, G_MAXINT64 / 4 });
    }
  if (facts->work != NULL)
    end_work (facts->work, resource->retired_us);
  facts->slot.work = facts->work;
  return facts->work != NULL;
}

/* No row: it has no calendar that could be old. */
static gboolean
read_trust (ResourceFacts *facts, Rows *rows, GError **error)
{
  StoreQuery *query = &rows->query;

  facts->slot.trusted_until_us = facts->slot.fresh_until_us = G_MAXINT64;
  if (!find_rows (rows, facts->slot.resource_id, error))
    return FALSE;
  if (rows->resource_id != facts->slot.resource_id)
    return TRUE;
  if (!store_is_null (query, 1))
    facts->slot.trusted_until_us = store_int (query, 1);
  if (!store_is_null (query, 2))
    facts->slot.fresh_until_us = store_int (query, 2);
  return TRUE;
}

static gboolean
read_claims (ResourceFacts *facts, ResourceScan *scan, GError **error)
{
  Rows *rows = &scan->claims;

  facts->claims = g_array_new (FALSE, FALSE, sizeof (SlotClaim));
  if (!find_rows (rows, facts->slot.resource_id, error))
    return FALSE;
  while (rows->resource_id == facts->slot.resource_id)
    {
      Claim row = claim_store_read (&rows->query);
      SlotClaim claim = { .core = row.core,
                          .before_us = row.before_us,
                          .after_us = row.after_us,
                          .owner_id = row.owner_id,
                          .may_share_buffers = row.may_share_buffers,
                          .exclusive = row.exclusive };
      if (row.expires_us > scan->now_us)
        g_array_append_val (facts->claims, claim);
      if (!next_row (rows, error))
        return FALSE;
    }
  return TRUE;
}

static ResourceFacts *
read_busy (ResourceScan *scan, const CatalogueResource *resource, GError **error)
{
  g_autoptr (ResourceFacts) facts = g_new0 (ResourceFacts, 1);

  facts->slot.resource_id = resource->resource_id;
  if (!read_trust (facts, &scan->trust, error) || !read_claims (facts, scan, error))
    return NULL;
  if (!read_busy_spans (facts, scan, resource, error))
    return NULL;
  facts->slot.busy = facts->busy;
  facts->slot.busy_remote = facts->busy_remote;
  facts->slot.claims = facts->claims;
  return g_steal_pointer (&facts);
}

static gboolean
open_busy (ResourceScan *scan,
           StoreSession *session,
           gint64 resource_id,
           Period around,
           GError **error)
{
  return open_one (&scan->trust, session, SQL_CALENDAR_TRUST, resource_id, error) &&
         open_one_around (&scan->claims, session, SQL_CLAIM_OVERLAPPING, resource_id, around,
                          error) &&
         open_one_around (&scan->busy, session, SQL_BUSY_SPANS, resource_id, around, error) &&
         open_one_around (&scan->special, session, SQL_SPECIAL_SPANS, resource_id, around, error);
}

static gboolean
open_work (ResourceScan *scan,
           StoreSession *session,
           const CatalogueResource *resource,
           Period around,
           GError **error)
{
  if (resource->kind != RESOURCE_ADVISOR &&
      !open_one (&scan->hours, session, SQL_HOURS, resource->resource_id, error))
    return FALSE;
  return open_one_around (&scan->work, session, SQL_WORK_SPANS, resource->resource_id,
                          reach_of (around), error);
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
  g_auto (ResourceScan) scan = { .now_us = now_us };

  return open_busy (&scan, session, resource->resource_id, around, error)
           ? read_busy (&scan, resource, error)
           : NULL;
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
  g_auto (ResourceScan) scan = { .now_us = now_us };

  return open_busy (&scan, session, resource->resource_id, around, error) &&
             open_work (&scan, session, resource, around, error)
           ? resource_scan_next (&scan, resource, error)
           : NULL;
}

/**
 * resource_scan_new:
 * @around: the whole window of the index
 *
 * Starts to read the facts of all resources with six statements, which would be six for each of them
 * otherwise. Claims of holds that ended by @now_us are left out. One scan at a time in a session.
 *
 * Returns: (transfer full): the scan, before the first resource; @error is what the store says.
 */
ResourceScan *
resource_scan_new (StoreSession *session, Period around, gint64 now_us, GError **error)
{
  g_autoptr (ResourceScan) scan = g_new0 (ResourceScan, 1);

  scan->now_us = now_us;
  return open_all (&scan->trust, session, SQL_CALENDAR_TRUST_OF_ALL, error) &&
             open_all_around (&scan->claims, session, SQL_CLAIM_OVERLAPPING_OF_ALL, around,
                              error) &&
             open_all_around (&scan->busy, session, SQL_BUSY_SPANS_OF_ALL, around, error) &&
             open_all_around (&scan->special, session, SQL_SPECIAL_SPANS_OF_ALL, around, error) &&
             open_all (&scan->hours, session, SQL_HOURS_OF_ALL, error) &&
             open_all_around (&scan->work, session, SQL_WORK_SPANS_OF_ALL, reach_of (around), error)
           ? g_steal_pointer (&scan)
           : NULL;
}

/**
 * resource_scan_next:
 * @resource: one with a greater id than the last that was asked for
 *
 * Returns: (transfer full): its facts, those that resource_facts_load() reads; @error is what the store
 *   says.
 */
ResourceFacts *
resource_scan_next (ResourceScan *scan, const CatalogueResource *resource, GError **error)
{
  g_autoptr (ResourceFacts) facts = read_busy (scan, resource, error);

  return facts != NULL && read_work (facts, scan, resource, error) ? g_steal_pointer (&facts)
                                                                   : NULL;
}

/**
 * resource_scan_free:
 *
 * Ends the statements; NULL is ignored.
 */
void
resource_scan_free (ResourceScan *scan)
{
  if (scan == NULL)
    return;
  scan_end (scan);
  g_free (scan);
}
