/* SPDX-License-Identifier: EUPL-1.2 */
/* Swaps whole routes on the loop thread: a call that holds a reference is routed by one revision from start to end. */
#include "route/track-keeper.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/timer.h"
#include "route/track-last-good.h"

#define LONGEST_SLEEP_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

typedef struct
{
  TrackKeeperFunc func;
  gpointer user_data;
} Told;

struct _TrackKeeper
{
  TrackDatabase *database;
  char *copy_path;
  TrackRoutes *routes;
  gint64 revision_at_us;
  TrackKeeperState state;
  char *problem;
  GArray *listeners;
  Timer *check_timer;
  gint64 check_us;
  Timer *change_timer;
  gint64 told_us; /* changes up to this instant were told */
};

static void
set_problem (TrackKeeper *keeper, char *problem)
{
  if (g_strcmp0 (keeper->problem, problem) != 0 && problem != NULL)
    g_warning ("registry: %s", problem);
  g_free (keeper->problem);
  keeper->problem = problem;
  keeper->state.problem = problem;
}

static void
arm_change (TrackKeeper *keeper)
{
  gint64 next_us = track_routes_next_change_us (keeper->routes, keeper->told_us);
  gint64 sleep_us = next_us == G_MAXINT64 ? LONGEST_SLEEP_US : next_us - clock_now_us ();

  /* The wall clock may be set; an hour at most is slept on what it said. */
  timer_arm (keeper->change_timer, clock_monotonic_us () + CLAMP (sleep_us, 0, LONGEST_SLEEP_US));
}

static void
tell (TrackKeeper *keeper)
{
  for (guint i = 0; i < keeper->listeners->len; i++)
    {
      const Told *told = &g_array_index (keeper->listeners, Told, i);
      told->func (keeper->routes, told->user_data);
    }
}

static void
on_change_due (gpointer user_data)
{
  TrackKeeper *keeper = user_data;
  gint64 now_us = clock_now_us ();
  gboolean is_due = track_routes_next_change_us (keeper->routes, keeper->told_us) <= now_us;

  if (is_due)
    keeper->told_us = now_us;
  arm_change (keeper);
  if (is_due)
    tell (keeper);
}

static void
use (TrackKeeper *keeper, TrackRegistry *registry, gint64 at_us)
{
  TrackRoutes *before = keeper->routes;

  keeper->routes = track_routes_new (registry);
  keeper->revision_at_us = at_us;
  keeper->told_us = keeper->state.loaded_us = clock_now_us ();
  arm_change (keeper);
  if (before != NULL)
    {
      tell (keeper);
      track_routes_unref (before);
    }
}

/* (transfer full) (nullable): the newest revision; NULL without an error when there is none. */
static gboolean
read_database (TrackKeeper *keeper, TrackRevision **out_revision, GError **error)
{
  guint64 newest = 0;
  StoreSession *session;

  if (keeper->database == NULL)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
                           "the database could not be opened");
      return FALSE;
    }
  session = track_database_get_reader (keeper->database);
  if (!track_revision_get_numbers (session, &newest, &keeper->state.unconfirmed, error))
    return FALSE;
  return track_revision_find_newest (session, out_revision, error);
}

static void
write_copy (TrackKeeper *keeper, const TrackRevision *revision)
{
  g_autoptr (GError) error = NULL;

  if (track_last_good_write (keeper->copy_path, revision, &error))
    set_problem (keeper, NULL);
  else
    set_problem (keeper,
                 g_strdup_printf ("the last good copy could not be written: %s", error->message));
}

static gboolean
use_revision (TrackKeeper *keeper, const TrackRevision *revision, GError **error)
{
  g_autoptr (TrackRegistry) registry = track_revision_parse (revision, error);

  if (registry == NULL)
    return FALSE;
  use (keeper, registry, revision->at_us);
  return TRUE;
}

/* @why: of the database. A database that was put back from an old backup is one that cannot be believed either. */
static gboolean
use_copy (TrackKeeper *keeper, const char *why, GError **error)
{
  g_autoptr (TrackRevision) copy = track_last_good_read (keeper->copy_path, error);

  if (copy == NULL || !use_revision (keeper, copy, error))
    {
      g_prefix_error (error, "%s, and there is no good copy: ", why);
      return FALSE;
    }
  keeper->state.is_copy = TRUE;
  set_problem (keeper, g_strdup_printf ("%s: revision %" G_GUINT64_FORMAT
                                        " is served from the last good copy",
                                        why, copy->revision));
  return TRUE;
}

/* The copy is newer than what the database says, or the database says nothing and the copy does. */
static gboolean
is_outrun (TrackKeeper *keeper, const TrackRevision *revision)
{
  g_autoptr (TrackRevision) copy = track_last_good_read (keeper->copy_path, NULL);

  return copy != NULL && (revision == NULL || copy->at_us > revision->at_us);
}

static gboolean
load_first (TrackKeeper *keeper, GError **error)
{
  g_autoptr (TrackRevision) revision = NULL;
  g_autoptr (GError) local_error = NULL;

  if (!read_database (keeper, &revision, &local_error))
    return use_copy (keeper, local_error->message, error);
  if (is_outrun (keeper, revision))
    return use_copy (keeper, "the database is older than its copy", error);
  if (revision == NULL)
    {
      g_autoptr (TrackRegistry) empty = track_registry_new ();
      use (keeper, empty, 0);
      return TRUE;
    }
  if (!use_revision (keeper, revision, &local_error))
    return use_copy (keeper, local_error->message, error);
  write_copy (keeper, revision);
  return TRUE;
}

static void
on_check_due (gpointer user_data)
{
  TrackKeeper *keeper = user_data;

  timer_arm (keeper->check_timer, clock_monotonic_us () + keeper->check_us);
  track_keeper_refresh (keeper);
}

/**
 * track_keeper_new:
 *
 * Loads the newest revision; when the database cannot be read, is not what was written, or is older than the copy, the
 * copy. A database without any revision and without a copy is an empty registry: every call is answered that there is
 * no such unit. Loop thread.
 *
 * Errors: neither database nor copy can be used.
 *
 * Returns: (transfer full)
 */
TrackKeeper *
track_keeper_new (const TrackKeeperSettings *settings, GError **error)
{
  g_autoptr (TrackKeeper) keeper = g_new0 (TrackKeeper, 1);

  keeper->database = settings->database;
  keeper->copy_path = track_last_good_dup_path (settings->registry_path);
  keeper->listeners = g_array_new (FALSE, FALSE, sizeof (Told));
  keeper->check_us = settings->check_s * G_USEC_PER_SEC;
  keeper->check_timer = timer_new (settings->context, on_check_due, keeper);
  keeper->change_timer = timer_new (settings->context, on_change_due, keeper);
  if (!load_first (keeper, error))
    return NULL;
  if (keeper->check_us > 0)
    timer_arm (keeper->check_timer, clock_monotonic_us () + keeper->check_us);
  return g_steal_pointer (&keeper);
}

/**
 * track_keeper_free:
 * @keeper: (transfer full)
 */
void
track_keeper_free (TrackKeeper *keeper)
{
  g_clear_pointer (&keeper->routes, track_routes_unref);
  timer_free (keeper->check_timer);
  timer_free (keeper->change_timer);
  g_array_unref (keeper->listeners);
  g_free (keeper->copy_path);
  g_free (keeper->problem);
  g_free (keeper);
}

/**
 * track_keeper_get_routes:
 *
 * Returns: (transfer none): for now; whoever looks twice for one call keeps a reference. Loop thread.
 */
TrackRoutes *
track_keeper_get_routes (const TrackKeeper *keeper)
{
  return keeper->routes;
}

/**
 * track_keeper_get_state:
 *
 * Returns: (transfer none): what status and alarms tell. Loop thread.
 */
const TrackKeeperState *
track_keeper_get_state (const TrackKeeper *keeper)
{
  return &keeper->state;
}

/* The copy stays in use until the database has caught up with it. */
static gboolean
take (TrackKeeper *keeper, const TrackRevision *revision, GError **error)
{
  const TrackRegistry *in_use = track_routes_get_registry (keeper->routes);
  guint64 number = revision == NULL ? 0 : revision->revision;

  if (keeper->state.is_copy && (revision == NULL || revision->at_us < keeper->revision_at_us))
    return TRUE;
  if (!keeper->state.is_copy && number == in_use->revision)
    return TRUE;
  if (!keeper->state.is_copy && number < in_use->revision)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
                   "the database has only revision %" G_GUINT64_FORMAT, number);
      return FALSE;
    }
  if (!use_revision (keeper, revision, error))
    return FALSE;
  keeper->state.is_copy = FALSE;
  write_copy (keeper, revision);
  return TRUE;
}

/**
 * track_keeper_refresh:
 *
 * Asks the database whether it has a newer revision, and takes it into use at once. When that cannot be, the routes in
 * use stay, and the state says why. Loop thread.
 */
void
track_keeper_refresh (TrackKeeper *keeper)
{
  g_autoptr (TrackRevision) revision = NULL;
  g_autoptr (GError) error = NULL;

  if (read_database (keeper, &revision, &error) && take (keeper, revision, &error))
    return;
  if (!keeper->state.is_copy)
    set_problem (keeper,
                 g_strdup_printf ("%s: revision %" G_GUINT64_FORMAT " stays in use", error->message,
                                  track_routes_get_registry (keeper->routes)->revision));
}

/**
 * track_keeper_add_listener:
 *
 * Loop thread.
 */
void
track_keeper_add_listener (TrackKeeper *keeper, TrackKeeperFunc func, gpointer user_data)
{
  const Told told = { func, user_data };

  g_array_append_val (keeper->listeners, told);
}
