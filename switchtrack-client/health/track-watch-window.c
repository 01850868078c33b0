/* SPDX-License-Identifier: EUPL-1.2 */
/* Service windows are told ahead; whoever was told of one that is withdrawn is told that too. */
#include <string.h>

#include "health/track-watch-private.h"

static gboolean
stands (const TrackToldWindow *told)
{
  return told != NULL && told->n_told % 2 == 1;
}

/**
 * track_watch_keep_window:
 *
 * Into the next transaction, with the message that it counts.
 */
void
track_watch_keep_window (TrackWatch *watch, const TrackToldWindow *told)
{
  TrackToldWindow *copy = g_new0 (TrackToldWindow, 1);

  *copy = (TrackToldWindow){ g_strdup (told->key), g_strdup (told->endpoint), told->from_us,
                             told->until_us, told->n_told };
  g_ptr_array_add (watch->next->windows, copy);
}

static void
announce (TrackWatch *watch, const TrackWindow *window, const char *key, gint64 now_us)
{
  TrackToldWindow *told = g_hash_table_lookup (watch->windows, key);

  if (told == NULL)
    {
      told = g_new0 (TrackToldWindow, 1);
      *told = (TrackToldWindow){ g_strdup (key), g_strdup (window->endpoint), window->from_us,
                                 window->until_us, 0 };
      g_hash_table_insert (watch->windows, told->key, told);
    }
  told->n_told++;
  track_watch_keep_window (watch, told);
  track_watch_tell (watch, track_message_new_window (window, told->n_told, now_us),
                    track_watch_list_first_targets (watch, window->endpoint));
}

/* One that was moved or cut short: the other is named. */
static const TrackWindow *
find_instead (TrackWatch *watch, const TrackToldWindow *told)
{
  for (guint i = 0; i < watch->registry->windows->len; i++)
    {
      const TrackWindow *window = watch->registry->windows->pdata[i];

      if (strcmp (window->endpoint, told->endpoint) == 0 && window->from_us < told->until_us &&
          window->until_us > told->from_us)
        return window;
    }
  return NULL;
}

static void
withdraw (TrackWatch *watch, TrackToldWindow *told, gint64 now_us)
{
  const TrackWindow window = { .endpoint = told->endpoint,
                               .from_us = told->from_us,
                               .until_us = told->until_us };

  told->n_told++;
  track_watch_keep_window (watch, told);
  track_watch_tell (
    watch,
    track_message_new_window_withdrawn (&window, told->n_told, find_instead (watch, told), now_us),
    NULL);
}

/* Returns: (transfer full): keys of the windows that the registry has */
static GHashTable *
announce_all (TrackWatch *watch, gint64 now_us)
{
  GHashTable *keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < watch->registry->windows->len; i++)
    {
      const TrackWindow *window = watch->registry->windows->pdata[i];
      char *key = track_message_dup_window_key (window);

      g_hash_table_add (keys, key);
      if (window->from_us > now_us && window->from_us - now_us <= watch->window_notice_us &&
          !stands (g_hash_table_lookup (watch->windows, key)))
        announce (watch, window, key, now_us);
    }
  return keys;
}

/**
 * track_watch_look_at_windows:
 *
 * Tells of service windows that begin soon, each once; and, until its end, of one that was told and is in the registry
 * no more.
 */
void
track_watch_look_at_windows (TrackWatch *watch, gint64 now_us)
{
  g_autoptr (GHashTable) there = NULL;
  g_autoptr (GList) keys = NULL;

  if (watch->registry == NULL)
    return;
  there = announce_all (watch, now_us);
  keys = g_list_sort (g_hash_table_get_keys (watch->windows), (GCompareFunc) strcmp);
  for (GList *link = keys; link != NULL; link = link->next)
    {
      TrackToldWindow *told = g_hash_table_lookup (watch->windows, link->data);

      if (told->until_us <= now_us)
        g_hash_table_remove (watch->windows, told->key);
      else if (stands (told) && !g_hash_table_contains (there, told->key))
        withdraw (watch, told, now_us);
    }
}
