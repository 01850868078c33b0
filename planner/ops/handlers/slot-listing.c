/* SPDX-License-Identifier: EUPL-1.2 */
/* Puts an offer's blocks together for the bitset search. */
#include "ops/handlers/slot-listing.h"

#include "calsync-timezone.h"
#include "rules/booking-rules.h"
#include "store/claim-store.h"

/* An answer holds at most this many times; the schema's own limit is higher. */
#define MAX_STARTS 1000

typedef struct
{
  const OpCall *call;
  const SlotContext *context;
  GPtrArray *own; /* AvailabilityBlock made for this call, to be freed after it */
} Listing;

/* One owner's claims on one resource lie within a few days of each other; take out all it has. */
static const AvailabilityBlock *
without_owner (Listing *listing, const AvailabilityBlock *block, gint64 owner_id, GError **error)
{
  const OpCall *call = listing->call;
  const CatalogueResource *resource =
    catalogue_get_resource (call->view.catalogue, block->resource_id);
  g_auto (StoreQuery) query = { 0 };
  g_autoptr (ResourceFacts) facts = NULL;
  AvailabilityBlock *copy;
  Period part;

  if (!store_query (call->session, &query, error, SQL_CLAIMS_OF_OWNER, "ii", owner_id,
                    block->resource_id) ||
      store_step (&query, error) != STORE_ROW)
    return NULL;
  part = (Period){ store_int (&query, 0), store_int (&query, 1) };
  store_query_end (&query);
  if (resource == NULL || period_is_empty (part))
    return block;
  part = availability_block_round_part (part);
  facts = resource_facts_load (call->session, resource, part, call->now_us, error);
  if (facts == NULL)
    return NULL;
  copy = availability_block_with_busy (block, part, &facts->slot, owner_id);
  g_ptr_array_add (listing->own, copy);
  return copy;
}

static gboolean
take_out_own (Listing *listing, const AvailabilityBlock **blocks, guint n_blocks, GError **error)
{
  for (guint i = 0; i < n_blocks; i++)
    for (guint j = 0; blocks[i] != NULL && j < listing->context->owners->len; j++)
      {
        blocks[i] = without_owner (listing, blocks[i],
                                   g_array_index (listing->context->owners, gint64, j), error);
        if (blocks[i] == NULL)
          return FALSE;
      }
  return TRUE;
}

static GArray *
own_sessions (const SlotContext *context, const OfferBlock *shared)
{
  GArray *sessions = g_array_copy (shared->sessions);

  for (guint i = 0; i < sessions->len; i++)
    {
      SlotSession *session = &g_array_index (sessions, SlotSession, i);
      session->seats_left += session->session_id == context->own_session_id;
    }
  return sessions;
}

/* Starts that count against a window's capacity and seats, without the asker's own. */
static OfferBlock *
own_offer_block (const Listing *listing, const OfferBlock *shared, GError **error)
{
  const OpCall *call = listing->call;
  GArray *starts = booking_store_list_starts (
    call->session, shared->offer_id, index_get_window (call->view.index),
    g_array_index (listing->context->owners, gint64, 0), call->now_us, error);

  return starts == NULL
           ? NULL
           : offer_block_new (shared->offer_id, own_sessions (listing->context, shared), starts);
}

static gboolean
may_plan (const Listing *listing, gint64 start_us)
{
  const CatalogueUnit *unit = listing->context->unit;
  gint32 date = (gint32) calsync_zone_local_day (unit->zone, start_us);

  return catalogue_may_plan (listing->call->view.catalogue, unit,
                             listing->context->offer->rules->interview_type, date) == BOOKING_MAY;
}

/* Days on which the interview type may not be planned are rare: only then is every start looked at. */
static gboolean
is_open_throughout (const Listing *listing, Period interval)
{
  for (gint64 at_us = interval.start_us; at_us < interval.end_us; at_us += PERIOD_US_PER_DAY / 2)
    if (!may_plan (listing, at_us))
      return FALSE;
  return may_plan (listing, interval.end_us);
}

static void
keep_open_days (const Listing *listing, GArray *starts, gboolean *out_cut)
{
  guint n_kept = 0;

  for (guint i = 0; i < starts->len; i++)
    if (may_plan (listing, g_array_index (starts, SlotStart, i).start_us))
      g_array_index (starts, SlotStart, n_kept++) = g_array_index (starts, SlotStart, i);
  *out_cut = n_kept > MAX_STARTS;
  g_array_set_size (starts, MIN (n_kept, MAX_STARTS));
}

static GArray *
search (const Listing *listing,
        SlotSearch *search,
        const CatalogueResource *advisor,
        gboolean *out_cut,
        GError **error)
{
  const SlotContext *context = listing->context;
  const OfferBlock *shared =
    index_find_offer (listing->call->view.index, context->offer->rules->offer_id);
  gboolean is_open = is_open_throughout (listing, search->interval);
  g_autoptr (OfferBlock) own = NULL;
  GArray *starts;

  if (shared != NULL && context->owners->len > 0)
    {
      own = own_offer_block (listing, shared, error);
      if (own == NULL)
        return NULL;
    }
  search->offer_block = own != NULL ? own : shared;
  search->session_resource_id = advisor == NULL ? 0 : advisor->resource_id;
  search->unemployment_fund = context->citizen.facts.unemployment_fund;
  search->meeting = placement_meeting_of (context->offer, context->unit, context->moving);
  search->closed = context->unit->closed;
  search->citizen_busy = context->citizen.busy;
  search->max_starts = is_open ? MAX_STARTS : 0;
  starts = slot_search_run (search, out_cut);
  if (!is_open)
    keep_open_days (listing, starts, out_cut);
  return starts;
}

static guint
choose_advisors (const Offer *rules, const CatalogueResource *advisor, const gint64 **out_ids)
{
  *out_ids = rules->pool;
  if (advisor == NULL)
    return rules->n_pool;
  *out_ids = &advisor->resource_id;
  return offer_has_advisor (rules, advisor->resource_id) ? 1 : 0;
}

/**
 * slot_listing_run:
 *
 * The same rules as placement_find(), from bitsets: what is listed can be booked if nothing changes.
 */
GArray *
slot_listing_run (const OpCall *call,
                  const SlotContext *context,
                  const CatalogueResource *advisor,
                  Period interval,
                  gboolean *out_cut,
                  GError **error)
{
  const Offer *rules = context->offer->rules;
  g_autoptr (GPtrArray) own =
    g_ptr_array_new_with_free_func ((GDestroyNotify) availability_block_unref);
  Listing listing = { call, context, own };
  const gint64 *ids;
  guint n_advisors = choose_advisors (rules, advisor, &ids);
  guint n_rooms = rules->needs_room ? rules->n_rooms : 0;
  g_autofree const AvailabilityBlock **blocks =
    g_new0 (const AvailabilityBlock *, n_advisors + n_rooms + 1);
  SlotSearch query = { .offer = rules,
                       .now_us = call->now_us,
                       .interval = interval,
                       .advisors = blocks,
                       .n_advisors = n_advisors,
                       .rooms = blocks + n_advisors,
                       .n_rooms = n_rooms };

  *out_cut = FALSE;
  if (context->citizen.has_open || period_is_empty (query.interval))
    return g_array_new (FALSE, FALSE, sizeof (SlotStart));
  index_find_resources (call->view.index, ids, n_advisors, blocks);
  index_find_resources (call->view.index, rules->rooms, n_rooms, blocks + n_advisors);
  if (!take_out_own (&listing, blocks, n_advisors + n_rooms, error))
    return NULL;
  return search (&listing, &query, advisor, out_cut, error);
}
