/* SPDX-License-Identifier: EUPL-1.2 */
/* Walks the raster a few words at a time over all advisors, so that the first answers come first. */
#include "index/slot-search.h"

#include "index/bitset.h"
#include "index/free-starts.h"
#include "index/start-mask.h"
#include "rules/offer-match.h"

#define FIRST_CHUNK_WORDS 4 /* 21 hours; then twice as many each time */

/* A search on its way. @rows: per advisor FREE_STARTS_ROW_WORDS words of the present chunk. */
typedef struct
{
  const SlotSearch *search;
  StartLimits limits;
  FreeStartsNeed advisor_need;
  FreeStartsNeed room_need;
  FreeStartsChunk chunk;
  guint64 allowed[FREE_STARTS_MAX_WORDS];
  guint64 any[FREE_STARTS_MAX_WORDS];
  guint64 closed[FREE_STARTS_ROW_WORDS];
  guint64 *rows;
  gint64 *ids;
  guint n_rows;
} Walk;

/* The words in which any of the blocks knows something, within the limits. */
static void
clip_limits (const SlotSearch *search, StartLimits *limits)
{
  gint64 first_step = G_MAXINT64, end_step = G_MININT64;

  for (guint i = 0; i < search->n_advisors; i++)
    {
      const AvailabilityBlock *block = search->advisors[i];

      if (block == NULL)
        continue;
      first_step = MIN (first_step, block->first_word * BITSET_WORD_BITS);
      end_step = MAX (end_step, (block->first_word + block->work->n_words) * BITSET_WORD_BITS);
    }
  limits->first_step = MAX (limits->first_step, first_step);
  limits->end_step = MIN (limits->end_step, end_step);
}

static FreeStartsNeed
need_of (const Offer *offer, gint64 before_us, gint64 after_us)
{
  return (FreeStartsNeed){ .n_core = (guint) (offer->duration_us / PERIOD_STEP_US),
                           .n_before = (guint) (before_us / PERIOD_STEP_US),
                           .n_after = (guint) (after_us / PERIOD_STEP_US),
                           .may_share_buffers = offer->may_share_buffers,
                           .n_grid = 1 };
}

static void
walk_init (Walk *walk, const SlotSearch *search)
{
  const Offer *offer = search->offer;

  walk->search = search;
  walk->limits = start_mask_limits (search);
  clip_limits (search, &walk->limits);
  walk->advisor_need = need_of (offer, offer->before_us, offer->after_us);
  walk->advisor_need.meeting = search->meeting;
  walk->room_need = need_of (offer, offer->room_before_us, offer->room_after_us);
  if (offer->grid_anchor == OFFER_GRID_FROM_BLOCK_START)
    walk->advisor_need.n_grid = (guint) (offer->grid_us / PERIOD_STEP_US);
  walk->chunk.first_word =
    period_floor_to (walk->limits.first_step, BITSET_WORD_BITS) / BITSET_WORD_BITS;
  walk->rows = g_new (guint64, (gsize) search->n_advisors * FREE_STARTS_ROW_WORDS);
  walk->ids = g_new (gint64, search->n_advisors);
}

static void
walk_clear (Walk *walk)
{
  g_free (walk->rows);
  g_free (walk->ids);
}

static gboolean
is_fresh (const AvailabilityBlock *block, gint64 now_us)
{
  return block != NULL && now_us < block->fresh_until_us;
}

static void
fill_closed (Walk *walk)
{
  const GArray *closed = walk->search->closed;
  guint n_words = walk->chunk.n_words + FREE_STARTS_MAX_REACH;
  gint64 first_step = walk->chunk.first_word * BITSET_WORD_BITS;

  walk->chunk.closed_periods = closed;
  walk->chunk.closed = closed == NULL ? NULL : walk->closed;
  if (closed == NULL)
    return;
  for (guint i = 0; i < n_words; i++)
    walk->closed[i] = 0;
  for (guint i = period_list_find (closed, first_step * PERIOD_STEP_US); i < closed->len; i++)
    {
      Period day = g_array_index (closed, Period, i);
      gint64 start = period_floor_to (day.start_us, PERIOD_STEP_US) / PERIOD_STEP_US - first_step;

      if (start >= (gint64) n_words * BITSET_WORD_BITS)
        break;
      bitset_set_range (walk->closed, n_words, start,
                        period_ceil_to (day.end_us, PERIOD_STEP_US) / PERIOD_STEP_US - first_step);
    }
}

/* A start needs one room that is free around it, whichever. */
static void
and_rooms (Walk *walk)
{
  const SlotSearch *search = walk->search;
  FreeStartsChunk chunk = walk->chunk;
  guint64 some[FREE_STARTS_MAX_WORDS] = { 0 }, one[FREE_STARTS_ROW_WORDS];

  chunk.closed = NULL;
  chunk.closed_periods = NULL;
  for (guint r = 0; r < search->n_rooms; r++)
    {
      if (!is_fresh (search->rooms[r], search->now_us))
        continue;
      free_starts_find (search->rooms[r], &walk->room_need, &chunk, one);
      bitset_or (some, one, chunk.n_words);
    }
  bitset_and (walk->allowed, some, chunk.n_words);
}

/* Works out one chunk: a row per advisor with something free, and the union of the rows. */
static void
walk_chunk (Walk *walk)
{
  const SlotSearch *search = walk->search;
  FreeStartsChunk *chunk = &walk->chunk;

  walk->n_rows = 0;
  for (guint i = 0; i < chunk->n_words; i++)
    walk->any[i] = 0;
  start_mask_fill (search, walk->limits, chunk->first_word, chunk->n_words, walk->allowed);
  chunk->allowed = walk->allowed;
  fill_closed (walk);
  if (search->offer->needs_room)
    and_rooms (walk);
  for (guint r = 0; r < search->n_advisors; r++)
    {
      guint64 *row = walk->rows + (gsize) walk->n_rows * FREE_STARTS_ROW_WORDS;

      if (!is_fresh (search->advisors[r], search->now_us))
        continue;
      free_starts_find (search->advisors[r], &walk->advisor_need, chunk, row);
      bitset_or (walk->any, row, chunk->n_words);
      walk->ids[walk->n_rows++] = search->advisors[r]->resource_id;
    }
}

/* Moves on to the next chunk; FALSE at the end. Begin with n_words at 0. */
static gboolean
walk_next (Walk *walk, guint n_words_wanted)
{
  gint64 n_left;

  if (walk->limits.first_step >= walk->limits.end_step)
    return FALSE;
  walk->chunk.first_word += walk->chunk.n_words;
  n_left = period_ceil_to (walk->limits.end_step, BITSET_WORD_BITS) / BITSET_WORD_BITS -
           walk->chunk.first_word;
  if (n_left <= 0)
    return FALSE;
  walk->chunk.n_words = (guint) MIN (n_left, n_words_wanted);
  walk_chunk (walk);
  return TRUE;
}

/* Appends who is free at one step, by resource id. */
static void
append_step (const Walk *walk, guint i, guint bit, GArray *starts)
{
  gint64 step = (walk->chunk.first_word + i) * BITSET_WORD_BITS + bit;
  guint n_held = starts->len, n = n_held;
  SlotStart *out;

  g_array_set_size (starts, n_held + walk->n_rows);
  out = (SlotStart *) starts->data;
  for (guint r = 0; r < walk->n_rows; r++)
    {
      out[n] = (SlotStart){ step * PERIOD_STEP_US, walk->ids[r], 0 };
      n += (guint) (walk->rows[(gsize) r * FREE_STARTS_ROW_WORDS + i] >> bit) & 1;
    }
  g_array_set_size (starts, n);
}

/* Appends the chunk's starts in order, until more than the limit are there. */
static void
append_chunk (const Walk *walk, guint max_starts, GArray *starts)
{
  for (guint i = 0; i < walk->chunk.n_words; i++)
    for (guint64 left = walk->any[i]; left != 0; left &= left - 1)
      {
        append_step (walk, i, (guint) __builtin_ctzll (left), starts);
        if (max_starts > 0 && starts->len > max_starts)
          return;
      }
}

static int
compare_starts (gconstpointer a, gconstpointer b)
{
  const SlotStart *left = a, *right = b;

  if (left->start_us != right->start_us)
    return left->start_us < right->start_us ? -1 : 1;
  if (left->resource_id != right->resource_id)
    return left->resource_id < right->resource_id ? -1 : 1;
  return (left->session_id > right->session_id) - (left->session_id < right->session_id);
}

/* Adds the group sessions with a seat left; there are few, so that the exact rules judge them. */
static void
add_sessions (const SlotSearch *search, GArray *starts)
{
  const OfferBlock *held = search->offer_block;
  CitizenFacts facts = { .unemployment_fund = search->unemployment_fund };
  SlotQuestion question = { .now_us = search->now_us,
                            .meeting = search->meeting,
                            .facts = &facts,
                            .citizen_busy = search->citizen_busy,
                            .offer_starts = held == NULL ? NULL : held->starts };
  guint n_free = starts->len;

  if (held == NULL || search->offer->form != OFFER_GROUP)
    return;
  for (guint i = 0; i < held->sessions->len; i++)
    {
      const SlotSession *session = &g_array_index (held->sessions, SlotSession, i);
      SlotStart start = { session->core.start_us, session->resource_id, session->session_id };

      if (start.start_us < search->interval.start_us || start.start_us >= search->interval.end_us)
        continue;
      if (search->session_resource_id != 0 && search->session_resource_id != start.resource_id)
        continue;
      if (offer_match_session (search->offer, &question, session).verdict == SLOT_FREE)
        g_array_append_val (starts, start);
    }
  if (starts->len > n_free)
    g_array_sort (starts, compare_starts);
}

/**
 * slot_search_run:
 * @search: what is asked; the offer must be sound (offer_find_fault())
 * @out_cut: (out) (optional): TRUE when there were more than search->max_starts
 *
 * Lists every start at which the offer may be booked, as the exact evaluator (offer_match_start(),
 * offer_match_session()) would say for the same facts, rounded to steps of 5 minutes, which changes no
 * answer. Any thread that holds the blocks; never blocks; tens of microseconds.
 *
 * Returns: (transfer full) (element-type SlotStart): by start, then resource, then session
 */
GArray *
slot_search_run (const SlotSearch *search, gboolean *out_cut)
{
  GArray *starts = g_array_sized_new (FALSE, FALSE, sizeof (SlotStart), 64);
  guint max_starts = search->max_starts, n_words = FIRST_CHUNK_WORDS;
  Walk walk = { 0 };

  walk_init (&walk, search);
  while ((max_starts == 0 || starts->len <= max_starts) && walk_next (&walk, n_words))
    {
      append_chunk (&walk, max_starts, starts);
      n_words = MIN (2 * n_words, FREE_STARTS_MAX_WORDS);
    }
  walk_clear (&walk);
  add_sessions (search, starts);
  if (out_cut != NULL)
    *out_cut = max_starts > 0 && starts->len > max_starts;
  if (max_starts > 0 && starts->len > max_starts)
    g_array_set_size (starts, max_starts);
  return starts;
}

/**
 * slot_search_count:
 *
 * Any thread that holds the blocks; never blocks.
 *
 * Returns: how many free starts for new meetings there are; sessions are not counted
 */
gsize
slot_search_count (const SlotSearch *search)
{
  Walk walk = { 0 };
  gsize n = 0;

  walk_init (&walk, search);
  while (walk_next (&walk, FREE_STARTS_MAX_WORDS))
    for (guint r = 0; r < walk.n_rows; r++)
      n += bitset_count (walk.rows + (gsize) r * FREE_STARTS_ROW_WORDS, walk.chunk.n_words);
  walk_clear (&walk);
  return n;
}
