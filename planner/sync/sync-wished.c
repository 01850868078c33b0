/* SPDX-License-Identifier: EUPL-1.2 */
/* Hands everything on to the near side that it wraps, but for which meetings are wanted and when. */
#include "sync/sync-wished.h"

#include <string.h>

/*
 * The run that sends bookings compares what is wanted with what was sent, and asks the calendar under conditions,
 * with an intent before and a receipt behind. To put events back, or to take them away, nothing else is needed than
 * to want something else.
 */
struct _SyncWished
{
  CalsyncLocal local; /* first: it is what the run holds */
  CalsyncLocal *inner;
  GHashTable *wishes; /* reference to Wish */
  gboolean keeps_others;
  char *summary; /* (nullable) */
  const CalsyncZone *zone;
};

/* @is_met: the near side knows of the reference */
typedef struct
{
  CalsyncShape shape;
  guint create_sequence;
  gboolean is_met;
} Wish;

static CalsyncLocal *
inner_of (CalsyncLocal *local)
{
  return ((SyncWished *) local)->inner;
}

static gboolean
load (CalsyncLocal *local, CalsyncBinding *out_binding, GError **error)
{
  CalsyncLocal *inner = inner_of (local);
  return inner->functions->load (inner, out_binding, error);
}

static GPtrArray *
find_known (CalsyncLocal *local, const char *const *key_hashes, GError **error)
{
  CalsyncLocal *inner = inner_of (local);
  return inner->functions->find_known (inner, key_hashes, error);
}

static GPtrArray *
list_known (CalsyncLocal *local, GError **error)
{
  CalsyncLocal *inner = inner_of (local);
  return inner->functions->list_known (inner, error);
}

/* As it was sent last; what was never sent is not sent now either. */
static void
freeze (CalsyncWanted *wanted)
{
  wanted->is_live = wanted->key != NULL;
  if (wanted->base.start_us == 0)
    return;
  wanted->start_us = wanted->base.start_us;
  wanted->end_us = wanted->base.end_us;
}

static void
follow_wish (const SyncWished *wished, CalsyncWanted *wanted)
{
  Wish *wish = g_hash_table_lookup (wished->wishes, wanted->reference);

  if (wish == NULL && wished->keeps_others)
    {
      freeze (wanted);
      return;
    }
  wanted->is_live = wish != NULL && !calsync_shape_is_none (&wish->shape);
  if (wish != NULL)
    wish->is_met = TRUE;
  if (!wanted->is_live)
    return;
  wanted->start_us = wish->shape.start_us;
  wanted->end_us = wish->shape.end_us;
}

static CalsyncWanted *
new_wanted (const SyncWished *wished, const char *reference, const Wish *wish)
{
  CalsyncWanted *wanted = g_new0 (CalsyncWanted, 1);

  wanted->reference = g_strdup (reference);
  wanted->is_live = TRUE;
  wanted->start_us = wish->shape.start_us;
  wanted->end_us = wish->shape.end_us;
  wanted->zone = wished->zone;
  wanted->summary = g_strdup (wished->summary);
  wanted->create_sequence = wish->create_sequence;
  return wanted;
}

static int
compare_references (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const CalsyncWanted *const *) a)->reference,
                 (*(const CalsyncWanted *const *) b)->reference);
}

/* Events that are to be there although nothing here knows of them any more. */
static void
add_unmet (const SyncWished *wished, GPtrArray *list)
{
  GHashTableIter iter;
  gpointer reference;
  gpointer value;

  g_hash_table_iter_init (&iter, wished->wishes);
  while (g_hash_table_iter_next (&iter, &reference, &value))
    {
      const Wish *wish = value;
      if (!wish->is_met && !calsync_shape_is_none (&wish->shape))
        g_ptr_array_add (list, new_wanted (wished, reference, wish));
    }
  g_ptr_array_sort (list, compare_references);
}

static GPtrArray *
list_wanted (CalsyncLocal *local, GError **error)
{
  CalsyncLocal *inner = inner_of (local);
  GPtrArray *list = inner->functions->list_wanted (inner, error);

  if (list == NULL)
    return NULL;
  for (guint i = 0; i < list->len; i++)
    follow_wish ((SyncWished *) local, list->pdata[i]);
  add_unmet ((SyncWished *) local, list);
  return list;
}

static gboolean
is_agreed (CalsyncLocal *local, const char *key_hash)
{
  CalsyncLocal *inner = inner_of (local);
  return inner->functions->is_agreed (inner, key_hash);
}

static gboolean
commit_pull (CalsyncLocal *local, const CalsyncPull *pull, GError **error)
{
  CalsyncLocal *inner = inner_of (local);
  return inner->functions->commit_pull (inner, pull, error);
}

static gboolean
stage_guard (CalsyncLocal *local, const CalsyncGuarded *guarded, GError **error)
{
  CalsyncLocal *inner = inner_of (local);
  return inner->functions->stage_guard (inner, guarded, error);
}

static gboolean
record_pushes (CalsyncLocal *local,
               const GPtrArray *finished,
               const GPtrArray *begun,
               GError **error)
{
  CalsyncLocal *inner = inner_of (local);
  return inner->functions->record_pushes (inner, finished, begun, error);
}

static gboolean
may_send (CalsyncLocal *local, GError **error)
{
  CalsyncLocal *inner = inner_of (local);
  return inner->functions->may_send == NULL || inner->functions->may_send (inner, error);
}

static gint64
get_now_us (CalsyncLocal *local)
{
  CalsyncLocal *inner = inner_of (local);
  return inner->functions->get_now_us (inner);
}

static void
progress (CalsyncLocal *local, const char *what, guint64 n_done, guint64 n_all)
{
  CalsyncLocal *inner = inner_of (local);

  if (inner->functions->progress != NULL)
    inner->functions->progress (inner, what, n_done, n_all);
}

static const CalsyncLocalFunctions functions = { .load = load,
                                                 .find_known = find_known,
                                                 .list_known = list_known,
                                                 .list_wanted = list_wanted,
                                                 .is_agreed = is_agreed,
                                                 .commit_pull = commit_pull,
                                                 .stage_guard = stage_guard,
                                                 .record_pushes = record_pushes,
                                                 .may_send = may_send,
                                                 .get_now_us = get_now_us,
                                                 .progress = progress };

/**
 * sync_wished_new:
 */
SyncWished *
sync_wished_new (void)
{
  SyncWished *wished = g_new0 (SyncWished, 1);

  wished->local.functions = &functions;
  wished->wishes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return wished;
}

/**
 * sync_wished_free:
 */
void
sync_wished_free (SyncWished *wished)
{
  if (wished == NULL)
    return;
  g_hash_table_unref (wished->wishes);
  g_free (wished->summary);
  g_free (wished);
}

/**
 * sync_wished_keep_others:
 */
void
sync_wished_keep_others (SyncWished *wished)
{
  wished->keeps_others = TRUE;
}

/**
 * sync_wished_add:
 *
 * The last wish about a reference counts.
 */
void
sync_wished_add (SyncWished *wished, const CalsyncShape *shape, const char *reference)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->shape = *shape;
  g_hash_table_insert (wished->wishes, g_strdup (reference), wish);
}

/**
 * sync_wished_count_on:
 * @reference: of a wish
 */
void
sync_wished_count_on (SyncWished *wished, const char *reference, guint create_sequence)
{
  Wish *wish = g_hash_table_lookup (wished->wishes, reference);

  if (wish != NULL)
    wish->create_sequence = create_sequence;
}

/**
 * sync_wished_describe:
 * @summary: (transfer full)
 */
void
sync_wished_describe (SyncWished *wished, char *summary, const CalsyncZone *zone)
{
  g_free (wished->summary);
  wished->summary = summary;
  wished->zone = zone;
}

/**
 * sync_wished_wrap:
 * @inner: must outlive the run
 */
CalsyncLocal *
sync_wished_wrap (gpointer data, CalsyncLocal *inner)
{
  SyncWished *wished = data;

  wished->inner = inner;
  return &wished->local;
}
