/* SPDX-License-Identifier: EUPL-1.2 */
/* What a pull says of one meeting of ours: its events, its conflicts and its link, which are written together. */
#include "sync/sync-local-private.h"

struct _SyncShare
{
  GPtrArray *items;     /* (element-type SyncPrepared) */
  GPtrArray *conflicts; /* (element-type CalsyncConflict): borrowed */
  const CalsyncLinkChange *link;
};

static void
share_free (SyncShare *share)
{
  g_ptr_array_unref (share->items);
  g_ptr_array_unref (share->conflicts);
  g_free (share);
}

typedef struct
{
  GPtrArray *all;
  GHashTable *by_reference;
} Shares;

/* What names no meeting has a share of its own. */
static SyncShare *
need_share (Shares *shares, const char *reference)
{
  SyncShare *share =
    reference == NULL ? NULL : g_hash_table_lookup (shares->by_reference, reference);

  if (share != NULL)
    return share;
  share = g_new0 (SyncShare, 1);
  share->items = g_ptr_array_new_with_free_func ((GDestroyNotify) sync_prepared_free);
  share->conflicts = g_ptr_array_new ();
  g_ptr_array_add (shares->all, share);
  if (reference != NULL)
    g_hash_table_insert (shares->by_reference, (gpointer) reference, share);
  return share;
}

/**
 * sync_shares_new:
 * @pull: borrowed for their life
 * @own: (element-type SyncPrepared): is emptied
 *
 * Returns: (transfer full) (element-type SyncShare): each may be written by itself: what is cut off behind any of
 *   them is found again by the next run, because the cursor comes last
 */
GPtrArray *
sync_shares_new (const CalsyncPull *pull, GPtrArray *own)
{
  g_autoptr (GHashTable) by_reference = g_hash_table_new (g_str_hash, g_str_equal);
  Shares shares = { g_ptr_array_new_with_free_func ((GDestroyNotify) share_free), by_reference };
  gsize n_own = 0;
  g_autofree gpointer *items = g_ptr_array_steal (own, &n_own);

  for (gsize i = 0; i < n_own; i++)
    {
      SyncPrepared *item = items[i];
      g_ptr_array_add (need_share (&shares, item->reference)->items, item);
    }
  for (guint i = 0; i < pull->conflicts->len; i++)
    {
      const CalsyncConflict *conflict = pull->conflicts->pdata[i];
      g_ptr_array_add (need_share (&shares, conflict->reference)->conflicts, (gpointer) conflict);
    }
  for (guint i = 0; i < pull->links->len; i++)
    {
      const CalsyncLinkChange *link = pull->links->pdata[i];
      need_share (&shares, link->reference)->link = link;
    }
  return shares.all;
}

/* A second event of a meeting is a copy. Of a meeting that is not there it is all that is left, as after a restore. */
static const char *
kind_of (SyncLocal *local, StoreSession *session, const CalsyncConflict *from, gboolean *waits)
{
  gint64 ids[2] = { 0, 0 };

  if (from->kind != CALSYNC_CONFLICT_COPY || from->reference == NULL ||
      !sync_local_find_meeting (local, session, from->reference, ids, NULL) || ids[0] != 0 ||
      ids[1] != 0)
    return calsync_conflict_format (from->kind);
  *waits = TRUE;
  return "lost";
}

static gboolean
write_conflict (SyncLocal *local,
                StoreSession *session,
                const CalsyncConflict *from,
                GError **error)
{
  gboolean waits = from->decision == CALSYNC_DECISION_WAITS ||
                   from->decision == CALSYNC_DECISION_PROPOSED ||
                   from->kind == CALSYNC_CONFLICT_UNREADABLE;
  const char *kind = kind_of (local, session, from, &waits);
  SyncConflict conflict = { .reference = from->reference,
                            .kind = (char *) kind,
                            .decision = (char *) calsync_decision_format (from->decision),
                            .ours = sync_shape_of (&from->ours),
                            .theirs = sync_shape_of (&from->theirs),
                            .key_hash = from->key_hash,
                            .changed_us = from->changed_us,
                            .state = (char *) (waits ? "open" : "noted") };

  return sync_record_conflict (local, session, &conflict, error);
}

/**
 * sync_share_write:
 * @touched: is widened
 * @saw_gone: is set when something that lay ahead disappeared, and nobody had agreed
 *
 * Writer only.
 */
gboolean
sync_share_write (SyncLocal *local,
                  StoreSession *session,
                  const SyncShare *share,
                  Period *touched,
                  gboolean *saw_gone,
                  GError **error)
{
  for (guint i = 0; i < share->items->len; i++)
    {
      gboolean was_coming = FALSE;

      if (!sync_item_write (local, session, share->items->pdata[i], touched, &was_coming, error))
        return FALSE;
      *saw_gone |= was_coming;
    }
  if (share->link != NULL && !sync_link_write (local, session, share->link, error))
    return FALSE;
  for (guint i = 0; i < share->conflicts->len; i++)
    if (!write_conflict (local, session, share->conflicts->pdata[i], error))
      return FALSE;
  return TRUE;
}
