/* SPDX-License-Identifier: EUPL-1.2 */
/* Swaps whole routes on the loop thread: a call that holds a reference is routed by one revision from start to end. */
#include "route/track-keeper.h"

#include <glib/gstdio.h>

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

/* A copy on its way to the disk, on a thread that may wait for it. */
typedef struct
{
  TrackKeeper *keeper; /* NULL: it is gone */
  char *path;
  TrackRevision *revision;
} Copying;

/* @problem is one of the other two, the graver first. */
struct _TrackKeeper
{
  TrackDatabase *database;
  char *path;
  char *copy_path;
  GStatBuf file; /* of the database, as it was opened */
  TrackRoutes *routes;
  gint64 revision_at_us;
  TrackKeeperState state;
  char *database_problem;
  char *copy_problem;
  TrackRevision *to_copy; /* NULL: the copy is as it should be, or on its way */
  Copying *copying;
  GArray *listeners;
  Timer *check_timer;
  gint64 check_us;
  Timer *change_timer;
  gint64 told_us; /* changes up to this instant were told */
};

/* @problem: (transfer full) (nullable) */
static void
set_problem (TrackKeeper *keeper, char **kind, char *problem)
{
  if (problem != NULL && g_strcmp0 (*kind, problem) != 0)
    g_warning ("registry: %s", problem);
  g_free (*kind);
  *kind = problem;
  keeper->state.problem =
    keeper->database_problem != NULL ? keeper->database_problem : keeper->copy_problem;
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

/* A file that was removed is open still, and what is written into it is lost with the process. */
static gboolean
check_file (const TrackKeeper *keeper, GError **error)
{
  GStatBuf file;

  if (g_stat (keeper->path, &file) == 0 && file.st_ino == keeper->file.st_ino &&
      file.st_dev == keeper->file.st_dev)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
                       "the file of the database was removed or replaced while it is open: stop "
                       "switchtrackd, put the right file there, start it again");
  return FALSE;
}

static gboolean
read_numbers (TrackKeeper *keeper, guint64 *out_newest, GError **error)
{
  if (keeper->database == NULL)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
                           "the database could not be opened");
      return FALSE;
    }
  return track_revision_get_numbers (track_database_get_reader (keeper->database), out_newest,
                                     &keeper->state.unconfirmed, error);
}

/* @out_revision: (transfer full): NULL when there is none */
static gboolean
read_newest (TrackKeeper *keeper, TrackRevision **out_revision, GError **error)
{
  return track_revision_find_newest (track_database_get_reader (keeper->database), out_revision,
                                     error);
}

static void
copying_free (Copying *copying)
{
  g_free (copying->path);
  track_revision_free (copying->revision);
  g_free (copying);
}

static void write_copy (TrackKeeper *keeper);

static gboolean
run_copy (gpointer data, gpointer session, GError **error)
{
  const Copying *copying = data;

  return track_last_good_write (copying->path, copying->revision, error);
}

static void
on_copied (gpointer data, const ExecutorReport *report, const GError *error)
{
  Copying *copying = data;
  TrackKeeper *keeper = copying->keeper;

  if (keeper != NULL)
    {
      keeper->copying = NULL;
      if (error != NULL && keeper->to_copy == NULL)
        keeper->to_copy = g_steal_pointer (&copying->revision);
      set_problem (keeper, &keeper->copy_problem,
                   error == NULL ? NULL
                                 : g_strdup_printf ("the last good copy could not be written: %s",
                                                    error->message));
      if (error == NULL)
        write_copy (keeper);
    }
  copying_free (copying);
}

/* One at a time, so that the newest is the last one written. What fails is tried again at the next look. */
static void
write_copy (TrackKeeper *keeper)
{
  Copying *copying;
  g_autoptr (GError) error = NULL;

  if (keeper->to_copy == NULL || keeper->copying != NULL)
    return;
  copying = g_new0 (Copying, 1);
  copying->keeper = keeper;
  copying->path = g_strdup (keeper->copy_path);
  copying->revision = g_steal_pointer (&keeper->to_copy);
  keeper->copying = copying;
  if (!track_database_run_once (keeper->database, run_copy, on_copied, copying, &error))
    on_copied (copying, NULL, error);
}

/* @revision: (transfer full) */
static void
copy_later (TrackKeeper *keeper, TrackRevision *revision)
{
  track_revision_free (keeper->to_copy);
  keeper->to_copy = revision;
  write_copy (keeper);
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
  set_problem (keeper, &keeper->database_problem,
               g_strdup_printf ("%s: revision %" G_GUINT64_FORMAT
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

/* Nobody calls yet: here the disk is waited for. */
static void
write_first_copy (TrackKeeper *keeper, TrackRevision *revision)
{
  g_autoptr (GError) error = NULL;

  if (track_last_good_write (keeper->copy_path, revision, &error))
    {
      track_revision_free (revision);
      return;
    }
  keeper->to_copy = revision;
  set_problem (keeper, &keeper->copy_problem,
               g_strdup_printf ("the last good copy could not be written: %s", error->message));
}

static gboolean
load_first (TrackKeeper *keeper, GError **error)
{
  g_autoptr (TrackRevision) revision = NULL;
  g_autoptr (GError) local_error = NULL;
  guint64 newest = 0;

  if (!read_numbers (keeper, &newest, &local_error) ||
      !read_newest (keeper, &revision, &local_error))
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
  write_first_copy (keeper, g_steal_pointer (&revision));
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
  keeper->path = g_strdup (settings->registry_path);
  keeper->copy_path = track_last_good_dup_path (settings->registry_path);
  (void) !g_stat (keeper->path, &keeper->file);
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
  if (keeper->copying != NULL)
    keeper->copying->keeper = NULL;
  track_revision_free (keeper->to_copy);
  g_free (keeper->path);
  g_free (keeper->copy_path);
  g_free (keeper->database_problem);
  g_free (keeper->copy_problem);
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
take_newest (TrackKeeper *keeper, GError **error)
{
  g_autoptr (TrackRevision) revision = NULL;

  if (!read_newest (keeper, &revision, error))
    return FALSE;
  if (revision == NULL || (keeper->state.is_copy && revision->at_us < keeper->revision_at_us))
    return TRUE;
  if (!use_revision (keeper, revision, error))
    return FALSE;
  keeper->state.is_copy = FALSE;
  copy_later (keeper, g_steal_pointer (&revision));
  return TRUE;
}

static gboolean
look (TrackKeeper *keeper, GError **error)
{
  guint64 in_use = track_routes_get_registry (keeper->routes)->revision, newest = 0;

  if (!read_numbers (keeper, &newest, error))
    return FALSE;
  if (keeper->state.is_copy || newest > in_use)
    return take_newest (keeper, error) && check_file (keeper, error);
  if (newest == in_use)
    return check_file (keeper, error);
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
               "the database has only revision %" G_GUINT64_FORMAT, newest);
  return FALSE;
}

/**
 * track_keeper_refresh:
 *
 * Asks the database whether it has a newer revision, and takes it into use at once. When that cannot be, the routes in
 * use stay, and the state says why until it is over. The copy is written behind. Loop thread.
 */
void
track_keeper_refresh (TrackKeeper *keeper)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = look (keeper, &error);

  if (!keeper->state.is_copy)
    set_problem (keeper, &keeper->database_problem,
                 ok ? NULL
                    : g_strdup_printf ("%s: revision %" G_GUINT64_FORMAT " stays in use",
                                       error->message,
                                       track_routes_get_registry (keeper->routes)->revision));
  write_copy (keeper);
}

/**
 * track_keeper_attach:
 * @database: could not be opened when the keeper was made
 *
 * From now on it is asked, as by track_keeper_refresh(). Loop thread.
 */
void
track_keeper_attach (TrackKeeper *keeper, TrackDatabase *database)
{
  keeper->database = database;
  (void) !g_stat (keeper->path, &keeper->file);
  track_keeper_refresh (keeper);
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

/**
 * track_keeper_remove_listener:
 *
 * As it was added. Loop thread, not from within a listener.
 */
void
track_keeper_remove_listener (TrackKeeper *keeper, TrackKeeperFunc func, gpointer user_data)
{
  for (guint i = keeper->listeners->len; i > 0; i--)
    {
      const Told *told = &g_array_index (keeper->listeners, Told, i - 1);

      if (told->func == func && told->user_data == user_data)
        g_array_remove_index (keeper->listeners, i - 1);
    }
}
