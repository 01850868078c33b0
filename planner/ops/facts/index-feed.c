/* SPDX-License-Identifier: EUPL-1.2 */
/* Recomputes catalogue, availability blocks, offers' sessions and citizens from the database. */
#include "ops/facts/index-feed.h"

#include <string.h>

#include "base/error.h"
#include "ops/facts/catalogue-load.h"
#include "ops/facts/citizen-facts.h"
#include "ops/facts/resource-facts.h"
#include "store/booking-store.h"
#include "store/claim-store.h"
#include "store/group-store.h"
#include "store/hold-store.h"

struct _IndexDelta
{
  Catalogue *catalogue; /* NULL when unchanged */
  Index *index;         /* NULL when unchanged */
  GPtrArray *citizens;  /* CitizenEntry, handed over to the first view that applies the delta */
  gboolean has_all_citizens;
  GArray *resources; /* gint64: whose time was touched, by id */
  gint64 next_expiry_us;
};

typedef struct
{
  gint64 last_change_id;
  Catalogue *catalogue;
  Index *index;
} FeedState;

struct _IndexFeed
{
  char *data_dir;
  FeedState kept;
  FeedState pending;
};

/* A change row about more than this, or about no stretch at all, is about working time too. */
#define MAX_PART_US (3 * PERIOD_US_PER_DAY)
#define EVERYTHING  ((Period){ 0, G_MAXINT64 })
/* So many stretches of one resource are made anew one by one; more, and all that lies between them. */
#define MAX_PARTS 4
/* When one resource in so many is to be read whole, all are read in one pass. */
#define SCAN_SHARE 8

/* One run of the feed: which subjects were named, each once. */
typedef struct
{
  IndexFeed *feed;
  StoreSession *session;
  gint64 now_us;
  GHashTable *resources; /* id → GArray of Period: what of its busy time was touched */
  GHashTable *offers;
  GHashTable *citizens;
  gboolean catalogue;
  gboolean everything; /* nothing of the index before is kept */
  ResourceScan *scan;  /* nullable: the pass over all resources, while blocks are made */
  const AvailabilityBlock *neighbour; /* nullable: the last that it made */
} Touched;

static void
state_clear (FeedState *state)
{
  g_clear_pointer (&state->catalogue, catalogue_unref);
  g_clear_pointer (&state->index, index_unref);
}

static void
state_copy (FeedState *to, const FeedState *from)
{
  FeedState copy = { from->last_change_id,
                     from->catalogue == NULL ? NULL : catalogue_ref (from->catalogue),
                     from->index == NULL ? NULL : index_ref (from->index) };
  state_clear (to);
  *to = copy;
}

/**
 * index_delta_free:
 *
 * Frees a delta; NULL is ignored. Any thread.
 */
void
index_delta_free (IndexDelta *delta)
{
  if (delta == NULL)
    return;
  g_clear_pointer (&delta->catalogue, catalogue_unref);
  g_clear_pointer (&delta->index, index_unref);
  g_ptr_array_unref (delta->citizens);
  g_array_unref (delta->resources);
  g_free (delta);
}

/**
 * index_delta_is_empty:
 *
 * Returns: TRUE when a view would not change.
 */
gboolean
index_delta_is_empty (const IndexDelta *delta)
{
  return delta->catalogue == NULL && delta->index == NULL && delta->citizens->len == 0 &&
         !delta->has_all_citizens;
}

/**
 * index_delta_get_catalogue:
 *
 * Returns: (transfer none) (nullable): the new catalogue, NULL when it did not change.
 */
Catalogue *
index_delta_get_catalogue (const IndexDelta *delta)
{
  return delta->catalogue;
}

/**
 * index_delta_get_next_expiry:
 *
 * Returns: the earliest expiry of all holds, G_MAXINT64 for none: when to run op_expire_holds().
 */
gint64
index_delta_get_next_expiry (const IndexDelta *delta)
{
  return delta->next_expiry_us;
}

/**
 * index_delta_get_resources:
 *
 * Returns: (transfer none) (element-type gint64): whose time change rows named, by id; of a new day all
 */
const GArray *
index_delta_get_resources (const IndexDelta *delta)
{
  return delta->resources;
}

/**
 * index_feed_new:
 * @data_dir: folder with holidays-dk.csv and codes/
 */
IndexFeed *
index_feed_new (const char *data_dir)
{
  IndexFeed *feed = g_new0 (IndexFeed, 1);

  feed->data_dir = g_strdup (data_dir);
  return feed;
}

/**
 * index_feed_free:
 *
 * Frees the feed.
 */
void
index_feed_free (IndexFeed *feed)
{
  state_clear (&feed->kept);
  state_clear (&feed->pending);
  g_free (feed->data_dir);
  g_free (feed);
}

/**
 * index_feed_get_catalogue:
 *
 * Returns: (transfer none): the catalogue of the last load that was kept.
 */
Catalogue *
index_feed_get_catalogue (const IndexFeed *feed)
{
  return feed->kept.catalogue;
}

/**
 * index_feed_keep:
 *
 * The transaction of the last load is committed.
 */
void
index_feed_keep (IndexFeed *feed)
{
  state_copy (&feed->kept, &feed->pending);
}

/**
 * index_feed_undo:
 *
 * The transaction of the last load came to nothing: the next load starts where this one did.
 */
void
index_feed_undo (IndexFeed *feed)
{
  state_copy (&feed->pending, &feed->kept);
}

static void
touch_resource (Touched *touched, gint64 resource_id, Period part)
{
  GArray *parts = g_hash_table_lookup (touched->resources, &resource_id);

  if (parts == NULL)
    {
      parts = period_list_new ();
      g_hash_table_insert (touched->resources, g_memdup2 (&resource_id, sizeof resource_id), parts);
    }
  if (period_is_empty (part) || part.end_us - part.start_us > MAX_PART_US)
    part = EVERYTHING;
  else
    part = availability_block_round_part (part);
  period_list_add (parts, part);
  period_list_normalise (parts);
  if (parts->len > MAX_PARTS)
    {
      g_array_index (parts, Period, 0).end_us =
        g_array_index (parts, Period, parts->len - 1).end_us;
      g_array_set_size (parts, 1);
    }
}

static void
touch (GHashTable *set, gint64 id)
{
  if (!g_hash_table_contains (set, &id))
    g_hash_table_add (set, g_memdup2 (&id, sizeof id));
}

static void
touch_everything (Touched *touched)
{
  const GPtrArray *resources = catalogue_get_resources (touched->feed->pending.catalogue);
  const GPtrArray *offers = catalogue_get_offers (touched->feed->pending.catalogue);

  for (guint i = 0; i < resources->len; i++)
    touch_resource (touched, ((CatalogueResource *) resources->pdata[i])->resource_id, EVERYTHING);
  for (guint i = 0; i < offers->len; i++)
    touch (touched->offers, ((CatalogueOffer *) offers->pdata[i])->rules->offer_id);
}

/* What of a resource its block depends on, beside rows whose changes name it: see resource-facts. */
static gboolean
has_same_block (const CatalogueResource *now, const CatalogueResource *before)
{
  return now != NULL && before != NULL && now->kind == before->kind &&
         now->retired_us == before->retired_us &&
         memcmp (&now->blocks, &before->blocks, sizeof now->blocks) == 0;
}

static gboolean
offer_has_same_block (const CatalogueOffer *now, const CatalogueOffer *before)
{
  return now != NULL && before != NULL && now->rules->form == before->rules->form &&
         offer_has_capacity (now->rules) == offer_has_capacity (before->rules);
}

/* Those of one catalogue that the other does not know, or knows otherwise. */
static void
touch_differences (Touched *touched, const Catalogue *of, const Catalogue *than)
{
  const GPtrArray *resources = catalogue_get_resources (of);
  const GPtrArray *offers = catalogue_get_offers (of);

  for (guint i = 0; i < resources->len; i++)
    {
      const CatalogueResource *resource = resources->pdata[i];
      if (!has_same_block (resource, catalogue_get_resource (than, resource->resource_id)))
        touch_resource (touched, resource->resource_id, EVERYTHING);
    }
  for (guint i = 0; i < offers->len; i++)
    {
      const CatalogueOffer *offer = offers->pdata[i];
      if (!offer_has_same_block (offer, catalogue_get_offer (than, offer->rules->offer_id)))
        touch (touched->offers, offer->rules->offer_id);
    }
}

/* The longest horizon may have changed, and the day: then every block is made anew. */
static gboolean
reload_catalogue (Touched *touched, GError **error)
{
  FeedState *state = &touched->feed->pending;
  g_autoptr (Catalogue) before = g_steal_pointer (&state->catalogue);
  Period old_window, window;

  state->catalogue =
    catalogue_load (touched->session, touched->feed->data_dir, touched->now_us, error);
  if (state->catalogue == NULL)
    {
      state->catalogue = g_steal_pointer (&before);
      return FALSE;
    }
  window = catalogue_window (state->catalogue, touched->now_us);
  old_window = before == NULL ? (Period){ 0, 0 } : index_get_window (state->index);
  if (!touched->everything && window.start_us == old_window.start_us &&
      window.end_us == old_window.end_us)
    {
      touch_differences (touched, state->catalogue, before);
      touch_differences (touched, before, state->catalogue);
      return TRUE;
    }
  g_clear_pointer (&state->index, index_unref);
  state->index = index_new (window);
  touch_everything (touched);
  return TRUE;
}

static AvailabilityBlock *
load_whole (Touched *touched,
            const CatalogueResource *resource,
            const AvailabilityBlock *old,
            GError **error)
{
  Period window = index_get_window (touched->feed->pending.index);
  g_autoptr (ResourceFacts) facts =
    touched->scan != NULL
      ? resource_scan_next (touched->scan, resource, error)
      : resource_facts_load (touched->session, resource, window, touched->now_us, error);
  AvailabilityBlock *block;

  if (facts == NULL)
    return NULL;
  /* Colleagues often have the same hours. */
  block = availability_block_new (window, &facts->slot, old != NULL ? old : touched->neighbour);
  if (touched->scan != NULL)
    touched->neighbour = block;
  return block;
}

/* Returns: (transfer full): NULL without error when the calendar is known further than before, or less
 * far: then all of it has to be read. */
static AvailabilityBlock *
load_parts (Touched *touched,
            const CatalogueResource *resource,
            const AvailabilityBlock *old,
            const GArray *parts,
            GError **error)
{
  g_autoptr (AvailabilityBlock) block = NULL;

  for (guint i = 0; i < parts->len; i++)
    {
      Period part = g_array_index (parts, Period, i);
      g_autoptr (ResourceFacts) facts =
        resource_facts_load_busy (touched->session, resource, part, touched->now_us, error);
      AvailabilityBlock *next;

      if (facts == NULL || facts->slot.trusted_until_us != old->trusted_until_us)
        return NULL;
      next = availability_block_with_busy (block != NULL ? block : old, part, &facts->slot, 0);
      g_clear_pointer (&block, availability_block_unref);
      block = next;
    }
  return g_steal_pointer (&block);
}

/* Returns: whether all of it is to be read. */
static gboolean
is_wholly_touched (const FeedState *state, gint64 resource_id, const GArray *parts)
{
  return index_find_resource (state->index, resource_id) == NULL ||
         period_contains (g_array_index (parts, Period, 0), index_get_window (state->index));
}

static AvailabilityBlock *
load_block (Touched *touched, gint64 resource_id, GError **error)
{
  IndexFeed *feed = touched->feed;
  CatalogueResource *resource = catalogue_get_resource (feed->pending.catalogue, resource_id);
  const AvailabilityBlock *old = index_find_resource (feed->pending.index, resource_id);
  const GArray *parts = g_hash_table_lookup (touched->resources, &resource_id);
  AvailabilityBlock *block = NULL;
  GError *local_error = NULL;

  if (resource == NULL)
    return NULL;
  if (!is_wholly_touched (&feed->pending, resource_id, parts))
    block = load_parts (touched, resource, old, parts, &local_error);
  if (local_error == NULL && block == NULL)
    block = load_whole (touched, resource, old, &local_error);
  if (local_error != NULL)
    g_propagate_error (error, local_error);
  return block;
}

static GArray *
load_starts (Touched *touched, const Offer *rules, Period window, GError **error)
{
  if (!offer_has_capacity (rules))
    return g_array_new (FALSE, FALSE, sizeof (gint64));
  return booking_store_list_starts (touched->session, rules->offer_id, window, 0, touched->now_us,
                                    error);
}

static OfferBlock *
load_offer_block (Touched *touched, gint64 offer_id, GError **error)
{
  CatalogueOffer *offer = catalogue_get_offer (touched->feed->pending.catalogue, offer_id);
  Period window = index_get_window (touched->feed->pending.index);
  g_autoptr (GPtrArray) groups = NULL;
  g_autoptr (GArray) sessions = g_array_new (FALSE, FALSE, sizeof (SlotSession));
  g_autoptr (GArray) starts = NULL;

  if (offer == NULL || (offer->rules->form != OFFER_GROUP && !offer_has_capacity (offer->rules)))
    return NULL;
  groups = group_store_list (touched->session, offer_id, window.start_us, error);
  starts = groups == NULL ? NULL : load_starts (touched, offer->rules, window, error);
  if (starts == NULL)
    return NULL;
  for (guint i = 0; i < groups->len; i++)
    {
      const GroupSession *group = groups->pdata[i];
      SlotSession session = { .session_id = group->session_id,
                              .resource_id = group->advisor_id,
                              .core = group->core,
                              .seats_left = (int) MAX (0, group->seats - group->n_taken) };
      g_array_append_val (sessions, session);
    }
  return offer_block_new (offer_id, g_steal_pointer (&sessions), g_steal_pointer (&starts));
}

typedef gpointer (*BlockLoader) (Touched *touched, gint64 id, GError **error);

typedef struct
{
  BlockLoader load;
  GDestroyNotify unref;
} BlockKind;

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;
  return (left > right) - (left < right);
}

static GArray *
list_ids (GHashTable *set)
{
  GArray *ids = g_array_sized_new (FALSE, FALSE, sizeof (gint64), g_hash_table_size (set));
  GHashTableIter iterator;
  gpointer key;

  g_hash_table_iter_init (&iterator, set);
  while (g_hash_table_iter_next (&iterator, &key, NULL))
    g_array_append_vals (ids, key, 1);
  g_array_sort (ids, compare_ids);
  return ids;
}

static void
free_blocks (GArray *changes, GDestroyNotify unref)
{
  for (guint i = 0; i < changes->len; i++)
    if (g_array_index (changes, IndexChange, i).block != NULL)
      unref (g_array_index (changes, IndexChange, i).block);
  g_array_unref (changes);
}

/* By ascending id, as the scan goes; NULL with nothing left behind when one fails. */
static GArray *
load_blocks (Touched *touched, GHashTable *set, const BlockKind *kind, GError **error)
{
  g_autoptr (GArray) ids = list_ids (set);
  GArray *changes = g_array_sized_new (FALSE, FALSE, sizeof (IndexChange), ids->len);

  for (guint i = 0; i < ids->len; i++)
    {
      GError *local_error = NULL;
      IndexChange change = { .id = g_array_index (ids, gint64, i) };

      change.block = kind->load (touched, change.id, &local_error);
      if (local_error != NULL)
        {
          g_propagate_error (error, local_error);
          free_blocks (changes, kind->unref);
          return NULL;
        }
      g_array_append_val (changes, change);
    }
  return changes;
}

static gboolean
is_worth_a_scan (Touched *touched)
{
  const FeedState *state = &touched->feed->pending;
  guint n_whole = 0;
  GHashTableIter iterator;
  gpointer key, parts;

  g_hash_table_iter_init (&iterator, touched->resources);
  while (g_hash_table_iter_next (&iterator, &key, &parts))
    n_whole += is_wholly_touched (state, *(gint64 *) key, parts);
  return n_whole * SCAN_SHARE > catalogue_get_resources (state->catalogue)->len;
}

static GArray *
load_resource_blocks (Touched *touched, GError **error)
{
  static const BlockKind kind = { (BlockLoader) load_block,
                                  (GDestroyNotify) availability_block_unref };
  Period window = index_get_window (touched->feed->pending.index);
  gboolean scans = is_worth_a_scan (touched);
  GArray *blocks = NULL;

  if (scans)
    touched->scan = resource_scan_new (touched->session, window, touched->now_us, error);
  if (!scans || touched->scan != NULL)
    blocks = load_blocks (touched, touched->resources, &kind, error);
  touched->neighbour = NULL;
  g_clear_pointer (&touched->scan, resource_scan_free);
  return blocks;
}

static gboolean
replace_blocks (Touched *touched, GError **error)
{
  static const BlockKind offer_kind = { (BlockLoader) load_offer_block,
                                        (GDestroyNotify) offer_block_unref };
  FeedState *state = &touched->feed->pending;
  GArray *resources = load_resource_blocks (touched, error);
  GArray *offers =
    resources == NULL ? NULL : load_blocks (touched, touched->offers, &offer_kind, error);

  if (offers != NULL)
    {
      Index *next = index_replace (state->index, (IndexChange *) resources->data, resources->len,
                                   (IndexChange *) offers->data, offers->len);
      index_unref (state->index);
      state->index = next;
      free_blocks (offers, (GDestroyNotify) offer_block_unref);
    }
  if (resources != NULL)
    free_blocks (resources, (GDestroyNotify) availability_block_unref);
  return offers != NULL;
}

static gboolean
load_citizens (Touched *touched, IndexDelta *delta, GError **error)
{
  GHashTableIter iterator;
  gpointer key;

  g_hash_table_iter_init (&iterator, touched->citizens);
  while (g_hash_table_iter_next (&iterator, &key, NULL))
    {
      CitizenEntry *entry = citizen_entry_load (touched->session, *(gint64 *) key, error);
      if (entry == NULL)
        return FALSE;
      g_ptr_array_add (delta->citizens, entry);
    }
  return TRUE;
}

static Touched
touched_new (IndexFeed *feed, StoreSession *session, gint64 now_us)
{
  return (Touched){ .feed = feed,
                    .session = session,
                    .now_us = now_us,
                    .resources = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                                        (GDestroyNotify) g_array_unref),
                    .offers = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL),
                    .citizens = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL) };
}

static void
touched_clear (Touched *touched)
{
  g_hash_table_unref (touched->resources);
  g_hash_table_unref (touched->offers);
  g_hash_table_unref (touched->citizens);
}

static IndexDelta *
make_delta (Touched *touched, GError **error)
{
  FeedState *state = &touched->feed->pending;
  g_autoptr (IndexDelta) delta = g_new0 (IndexDelta, 1);
  gboolean has_blocks;

  delta->citizens = g_ptr_array_new_with_free_func ((GDestroyNotify) citizen_entry_free);
  delta->resources = list_ids (touched->resources);
  delta->next_expiry_us = hold_store_next_expiry (touched->session);
  if (touched->catalogue && !reload_catalogue (touched, error))
    return NULL;
  has_blocks = g_hash_table_size (touched->resources) + g_hash_table_size (touched->offers) > 0;
  if (has_blocks && !replace_blocks (touched, error))
    return NULL;
  if (!load_citizens (touched, delta, error))
    return NULL;
  if (touched->catalogue)
    delta->catalogue = catalogue_ref (state->catalogue);
  if (touched->catalogue || has_blocks)
    delta->index = index_ref (state->index);
  return g_steal_pointer (&delta);
}

/**
 * index_feed_load_all:
 *
 * Computes everything, at start.
 *
 * Returns: (transfer full): a delta with catalogue, index and every citizen. Blocks.
 */
IndexDelta *
index_feed_load_all (IndexFeed *feed, StoreSession *session, gint64 now_us, GError **error)
{
  Touched touched = touched_new (feed, session, now_us);
  IndexDelta *delta;

  touched.catalogue = touched.everything = TRUE;
  feed->pending.last_change_id = change_store_last (session);
  delta = make_delta (&touched, error);
  if (delta != NULL)
    delta->has_all_citizens = TRUE;
  if (delta != NULL && !citizen_entries_load_all (session, delta->citizens, error))
    g_clear_pointer (&delta, index_delta_free);
  touched_clear (&touched);
  return delta;
}

static IndexDelta *
load_changes (IndexFeed *feed,
              StoreSession *session,
              gint64 now_us,
              gboolean is_new_day,
              GError **error)
{
  g_autoptr (GArray) changes =
    change_store_list_after (session, feed->pending.last_change_id, error);
  Touched touched;
  IndexDelta *delta;

  if (changes == NULL)
    return NULL;
  touched = touched_new (feed, session, now_us);
  touched.catalogue = is_new_day;
  for (guint i = 0; i < changes->len; i++)
    {
      const Change *change = &g_array_index (changes, Change, i);
      feed->pending.last_change_id = change->change_id;
      if (change->kind == CHANGE_RESOURCE)
        touch_resource (&touched, change->subject_id, change->interval);
      else if (change->kind == CHANGE_OFFER)
        touch (touched.offers, change->subject_id);
      else if (change->kind == CHANGE_CITIZEN)
        touch (touched.citizens, change->subject_id);
      else
        touched.catalogue = TRUE;
    }
  delta = make_delta (&touched, error);
  touched_clear (&touched);
  return delta;
}

/**
 * index_feed_load_changes:
 *
 * Reads the change rows that came since the last load and recomputes what they name. On the writer,
 * inside the group's transaction; index_feed_keep() or index_feed_undo() must follow.
 *
 * Returns: (transfer full): the delta, perhaps empty.
 */
IndexDelta *
index_feed_load_changes (IndexFeed *feed, StoreSession *session, gint64 now_us, GError **error)
{
  return load_changes (feed, session, now_us, FALSE, error);
}

/**
 * index_feed_load_day:
 *
 * The same when a new day begins: what goes by date is read anew, and so is every block when the window
 * has moved. Citizens have no window: only those that change rows name are read.
 *
 * Returns: (transfer full): the delta.
 */
IndexDelta *
index_feed_load_day (IndexFeed *feed, StoreSession *session, gint64 now_us, GError **error)
{
  return load_changes (feed, session, now_us, TRUE, error);
}

/**
 * index_view_init:
 *
 * An empty view for the loop thread.
 */
void
index_view_init (IndexView *view)
{
  *view = (IndexView){ .citizens = citizen_index_new () };
}

/**
 * index_view_apply:
 *
 * Swaps in what a group changed; the loop does so before it sends any answer of that group.
 */
void
index_view_apply (IndexView *view, const IndexDelta *delta)
{
  if (delta->catalogue != NULL)
    {
      g_clear_pointer (&view->catalogue, catalogue_unref);
      view->catalogue = catalogue_ref (delta->catalogue);
    }
  if (delta->index != NULL)
    {
      g_clear_pointer (&view->index, index_unref);
      view->index = index_ref (delta->index);
    }
  if (view->citizens == NULL)
    return;
  if (delta->has_all_citizens)
    citizen_index_clear (view->citizens);
  while (delta->citizens->len > 0)
    citizen_index_take (view->citizens,
                        g_ptr_array_steal_index_fast (delta->citizens, delta->citizens->len - 1));
}

/**
 * index_view_copy_shared:
 * @out_view: gets references of catalogue and index, no citizens
 *
 * For a job on another thread; free with index_view_clear().
 */
void
index_view_copy_shared (const IndexView *view, IndexView *out_view)
{
  *out_view =
    (IndexView){ .catalogue = catalogue_ref (view->catalogue), .index = index_ref (view->index) };
}

/**
 * index_view_clear:
 *
 * Drops what a view holds.
 */
void
index_view_clear (IndexView *view)
{
  g_clear_pointer (&view->catalogue, catalogue_unref);
  g_clear_pointer (&view->index, index_unref);
  g_clear_pointer (&view->citizens, citizen_index_free);
}
