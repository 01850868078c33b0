/* SPDX-License-Identifier: EUPL-1.2 */
/* Goes on with what was open when the program, or another of it, ended. */
#include "base/clock.h"
#include "health/track-watch-private.h"

/**
 * track_watch_dup_names:
 *
 * Returns: (transfer full): of the endpoints
 */
char **
track_watch_dup_names (const TrackRegistry *registry)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < registry->endpoints->len; i++)
    g_strv_builder_add (names, ((const TrackEndpoint *) registry->endpoints->pdata[i])->name);
  return g_strv_builder_end (names);
}

/**
 * track_watch_close_removed:
 * @names: of the endpoints that there still are
 *
 * Nobody will ever answer at the others again.
 */
void
track_watch_close_removed (TrackWatch *watch, const char *const *names)
{
  g_autoptr (GList) endpoints = g_hash_table_get_keys (watch->open);

  for (GList *link = endpoints; link != NULL; link = link->next)
    if (!g_strv_contains (names, link->data))
      {
        OpenOne *one = g_hash_table_lookup (watch->open, link->data);

        track_watch_add_step (one, "state", clock_now_us (), 0,
                              "taget ud af registret / removed from the registry");
        track_watch_close_one (watch, one, clock_now_us ());
      }
}

/* Steps of the ladder that were told before: noted and queued in one transaction. */
static guint
count_told (const TrackDisturbance *disturbance)
{
  guint n = 0;

  for (guint i = 0; i < disturbance->steps->len; i++)
    n += g_str_equal (((const TrackStep *) disturbance->steps->pdata[i])->what, "told") ? 1 : 0;
  return n;
}

/**
 * track_watch_go_on:
 * @disturbance: (transfer full): of an endpoint that has none open
 * @until_us: nobody looked so long
 *
 * It was open when the program before ended.
 */
void
track_watch_go_on (TrackWatch *watch, TrackDisturbance *disturbance, gint64 until_us)
{
  gint64 now_us = clock_now_us ();
  gint64 steady_us = track_steady_now_us (&watch->steady);
  OpenOne *one = g_new0 (OpenOne, 1);

  one->disturbance = disturbance;
  one->n_steps_told = count_told (disturbance);
  one->failed_us = steady_us - MAX (now_us - disturbance->last_failure_us, 0);
  one->confirmed_us = steady_us - MAX (now_us - disturbance->confirmed_us, 0);
  track_watch_add_step (one, "unwatched", disturbance->watched_us, until_us,
                        "skiftesporet var ikke i drift / the switch-track was not running");
  g_hash_table_insert (watch->open, disturbance->endpoint, one);
}

/* What was open when the program ended goes on; that nobody looked meanwhile is said. */
static gboolean
load_open (TrackWatch *watch, GError **error)
{
  g_autoptr (GPtrArray) all =
    track_watch_store_list_open (track_database_get_reader (watch->database), error);
  gint64 now_us = clock_now_us ();

  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      TrackDisturbance *disturbance = all->pdata[i];
      OpenOne *one = g_hash_table_lookup (watch->open, disturbance->endpoint);

      if (one != NULL)
        track_watch_close_one (watch, one, now_us);
      track_watch_go_on (watch, disturbance, now_us);
    }
  if (all != NULL)
    g_ptr_array_set_free_func (all, NULL);
  return all != NULL;
}

/* In a hand-over the predecessor watches until its successor is ready: what it opened meanwhile is nobody's. */
static void
adopt (TrackWatch *watch)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all =
    track_watch_store_list_open (track_database_get_reader (watch->database), &error);
  gint64 steady_us = track_steady_now_us (&watch->steady);

  if (all == NULL)
    g_message ("what a predecessor left open could not be read: %s", error->message);
  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      TrackDisturbance *disturbance = all->pdata[i];
      OpenOne *one;

      if (g_hash_table_contains (watch->open, disturbance->endpoint))
        continue;
      one = g_new0 (OpenOne, 1);
      one->disturbance = disturbance;
      one->n_steps_told = count_told (disturbance);
      one->failed_us = one->confirmed_us = steady_us;
      g_hash_table_insert (watch->open, disturbance->endpoint, one);
      all->pdata[i] = NULL;
      g_message ("disturbance %s is taken over", disturbance->id);
    }
}

/**
 * track_watch_look_for_strays:
 *
 * Once, when a predecessor has surely ended.
 */
void
track_watch_look_for_strays (TrackWatch *watch)
{
  if (watch->adopt_us == 0 || clock_monotonic_us () < watch->adopt_us)
    return;
  watch->adopt_us = 0;
  if (watch->database != NULL && watch->registry != NULL)
    {
      g_auto (GStrv) names = NULL;

      adopt (watch);
      names = track_watch_dup_names (watch->registry);
      track_watch_close_removed (watch, (const char *const *) names);
    }
}

static gboolean
load_certificates (TrackWatch *watch, GError **error)
{
  g_autoptr (GPtrArray) all =
    track_watch_store_list_certificates (track_database_get_reader (watch->database), error);

  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      TrackSeenCertificate *seen = all->pdata[i];

      g_hash_table_insert (watch->certificates, seen->holder, seen);
    }
  if (all != NULL)
    g_ptr_array_set_free_func (all, NULL);
  return all != NULL;
}

static gboolean
load_windows (TrackWatch *watch, GError **error)
{
  g_autoptr (GPtrArray) all = track_watch_store_list_windows (
    track_database_get_reader (watch->database), clock_now_us (), error);

  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      TrackToldWindow *told = all->pdata[i];

      g_hash_table_replace (watch->windows, told->key, told);
    }
  if (all != NULL)
    g_ptr_array_set_free_func (all, NULL);
  return all != NULL;
}

/**
 * track_watch_load:
 *
 * What was open, the certificates that were seen, and the windows that were told. Errors: of the database. Loop thread; blocks.
 */
gboolean
track_watch_load (TrackWatch *watch, GError **error)
{
  return load_open (watch, error) && load_certificates (watch, error) &&
         load_windows (watch, error);
}
