/* SPDX-License-Identifier: EUPL-1.2 */
/* registry.db, which could not be opened at the start, takes over from the standby. */
#include "base/clock.h"
#include "health/track-watch-private.h"

/* What registry.db knows, read before anything is changed. */
typedef struct
{
  GPtrArray *open;         /* TrackDisturbance */
  GPtrArray *certificates; /* TrackSeenCertificate */
  GPtrArray *windows;      /* TrackToldWindow */
  GPtrArray *meanwhile;    /* (nullable): TrackDisturbance of the standby */
} Found;

static void
found_clear (Found *found)
{
  g_clear_pointer (&found->open, g_ptr_array_unref);
  g_clear_pointer (&found->certificates, g_ptr_array_unref);
  g_clear_pointer (&found->windows, g_ptr_array_unref);
  g_clear_pointer (&found->meanwhile, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Found, found_clear)

static gboolean
read_all (TrackWatch *watch, StoreSession *session, Found *found, GError **error)
{
  found->open = track_watch_store_list_open (session, error);
  if (found->open != NULL)
    found->certificates = track_watch_store_list_certificates (session, error);
  if (found->certificates != NULL)
    found->windows = track_watch_store_list_windows (session, clock_now_us (), error);
  if (found->windows != NULL && watch->standby != NULL)
    found->meanwhile = track_watch_store_list_all (
      track_database_get_reader (track_standby_get_database (watch->standby)), error);
  return found->windows != NULL && (watch->standby == NULL || found->meanwhile != NULL);
}

/* Its own later state, when it is open still, is written behind it. */
static void
keep_disturbances (TrackWatch *watch, const GPtrArray *all)
{
  for (guint i = 0; all != NULL && i < all->len; i++)
    track_watch_put (watch, all->pdata[i]);
}

/* Those that were open when the program before this one ended: one that fails now has a record of its own. */
static void
take_open (TrackWatch *watch, GPtrArray *all)
{
  gint64 now_us = clock_now_us ();

  g_ptr_array_set_free_func (all, NULL);
  for (guint i = 0; i < all->len; i++)
    {
      TrackDisturbance *disturbance = all->pdata[i];

      if (!g_hash_table_contains (watch->open, disturbance->endpoint))
        {
          track_watch_go_on (watch, disturbance, watch->steady.began_wall_us);
          continue;
        }
      disturbance->closed_us = now_us;
      track_watch_put (watch, disturbance);
      track_disturbance_free (disturbance);
    }
}

/* What was seen or told by either is. */
static void
take_certificates (TrackWatch *watch, GPtrArray *all)
{
  GHashTableIter iter;
  gpointer value;

  for (guint i = 0; i < all->len; i++)
    {
      TrackSeenCertificate *before = all->pdata[i];
      TrackSeenCertificate *seen = g_hash_table_lookup (watch->certificates, before->holder);

      if (seen == NULL)
        {
          seen = g_memdup2 (before, sizeof *before);
          seen->holder = g_strdup (before->holder);
          g_hash_table_insert (watch->certificates, seen->holder, seen);
        }
      else if (seen->until_us == before->until_us && before->told_days != 0)
        seen->told_days =
          seen->told_days == 0 ? before->told_days : MIN (seen->told_days, before->told_days);
    }
  g_hash_table_iter_init (&iter, watch->certificates);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    track_watch_keep_certificate (watch, value);
}

static void
take_windows (TrackWatch *watch, GPtrArray *all)
{
  GHashTableIter iter;
  gpointer value;

  g_ptr_array_set_free_func (all, NULL);
  for (guint i = 0; i < all->len; i++)
    {
      TrackToldWindow *before = all->pdata[i];
      const TrackToldWindow *told = g_hash_table_lookup (watch->windows, before->key);

      if (told != NULL && told->n_told >= before->n_told)
        track_told_window_free (before);
      else
        g_hash_table_replace (watch->windows, before->key, before);
    }
  g_hash_table_iter_init (&iter, watch->windows);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    track_watch_keep_window (watch, value);
}

static void
mark_open (TrackWatch *watch)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, watch->open);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((OpenOne *) value)->is_dirty = TRUE;
}

/**
 * track_watch_attach:
 * @database: registry.db, which the watch was made without; outlives it
 *
 * What was seen meanwhile goes into it, what it knew from before goes on, and messages are queued in it. What waits in
 * the standby is sent from there. Errors: of the database; nothing is changed then. Loop thread; blocks for some reads.
 */
gboolean
track_watch_attach (TrackWatch *watch, TrackDatabase *database, GError **error)
{
  g_auto (Found) found = { 0 };

  if (!read_all (watch, track_database_get_reader (database), &found, error))
    return FALSE;
  watch->database = database;
  keep_disturbances (watch, found.meanwhile);
  /* On its way to the standby just now. */
  if (watch->writing != NULL)
    keep_disturbances (watch, watch->writing->puts);
  mark_open (watch);
  take_open (watch, found.open);
  take_certificates (watch, found.certificates);
  take_windows (watch, found.windows);
  if (watch->carrier.send != NULL && watch->sender == NULL)
    watch->sender = track_notice_sender_new (watch->context, database, &watch->carrier);
  if (watch->registry != NULL)
    {
      g_auto (GStrv) names = track_watch_dup_names (watch->registry);

      track_watch_close_removed (watch, (const char *const *) names);
    }
  track_watch_flush (watch);
  return TRUE;
}

/**
 * track_watch_get_database:
 *
 * Returns: (transfer none) (nullable): where it writes: registry.db, or the standby. Loop thread.
 */
TrackDatabase *
track_watch_get_database (TrackWatch *watch)
{
  return watch->database;
}
