/* SPDX-License-Identifier: EUPL-1.2 */
/* Opens a database of the switch-track, brings it to this program's schema, and runs jobs on it. */
#include "base/track-database.h"

#include "base/clock.h"
#include "store/store-executor.h"
#include "store/store-migrate.h"

#define N_READERS    1
#define N_WAITING    2
#define MAX_QUEUED   10000
#define MAX_GROUP    256
#define MAX_GROUP_US 20000
#define WRITE_US     (30 * G_USEC_PER_SEC)
#define READ_US      (30 * G_USEC_PER_SEC)

struct _TrackDatabase
{
  char *path;
  char *schema_dir;
  Executor *executor;
  StoreSession *reader;
  gint64 checkpointed_us; /* writer */
  guint delta;            /* what a group hands over: nothing, but NULL would be a failure */
};

static gpointer
open_session (gpointer user_data, ExecutorPlace place, GError **error)
{
  TrackDatabase *database = user_data;
  g_autoptr (StoreSession) session =
    store_open (database->path, place == EXECUTOR_WRITER ? STORE_WRITE : STORE_READ, error);

  if (session == NULL ||
      (place == EXECUTOR_WRITER && !store_migrate (session, database->schema_dir, error)))
    return NULL;
  return g_steal_pointer (&session);
}

static gboolean
seal (gpointer user_data, gpointer session, gpointer *out_delta, GError **error)
{
  TrackDatabase *database = user_data;

  *out_delta = &database->delta;
  return TRUE;
}

static void
settle (gpointer user_data, gpointer session, gboolean is_durable)
{
}

static void
free_delta (gpointer delta)
{
}

static void
between_groups (gpointer user_data, gpointer session)
{
  TrackDatabase *database = user_data;

  store_executor_checkpoint (session, &database->checkpointed_us);
}

static const ExecutorHooks hooks = {
  .name = "track",
  .open = open_session,
  .close = store_executor_close,
  STORE_EXECUTOR_TRANSACTIONS,
  .seal = seal,
  .settle = settle,
  .free_delta = free_delta,
  .between_groups = between_groups,
};

/**
 * track_database_open:
 * @settings: copied
 *
 * Opens the file, migrates it in one transaction, and starts the threads. Errors: as store_open() and store_migrate(),
 * the path in front. Loop thread; blocks.
 *
 * Returns: (transfer full): stop it before it is freed, while the loop still runs
 */
TrackDatabase *
track_database_open (const TrackDatabaseSettings *settings, GError **error)
{
  g_autoptr (TrackDatabase) database = g_new0 (TrackDatabase, 1);
  const ExecutorSettings executor_settings = { .context = settings->context,
                                               .n_workers = N_READERS,
                                               .max_queued = MAX_QUEUED,
                                               .max_group = MAX_GROUP,
                                               .max_group_us = MAX_GROUP_US,
                                               .n_waiting = N_WAITING };

  database->path = g_strdup (settings->path);
  database->schema_dir = g_strdup (settings->schema_dir);
  database->executor = executor_new (&executor_settings, &hooks, database, error);
  if (database->executor != NULL)
    database->reader = store_open (database->path, STORE_READ, error);
  if (database->reader != NULL)
    return g_steal_pointer (&database);
  g_prefix_error (error, "%s: ", settings->path);
  track_database_stop (database);
  return NULL;
}

/**
 * track_database_stop:
 *
 * Finishes the jobs that it has; their done functions run within. Loop thread; blocks. No job after it.
 */
void
track_database_stop (TrackDatabase *database)
{
  if (database->executor != NULL)
    executor_stop (database->executor);
}

/**
 * track_database_free:
 *
 * NULL is ignored.
 */
void
track_database_free (TrackDatabase *database)
{
  if (database == NULL)
    return;
  g_clear_pointer (&database->executor, executor_free);
  g_clear_pointer (&database->reader, store_close);
  g_free (database->schema_dir);
  g_free (database->path);
  g_free (database);
}

/**
 * track_database_get_reader:
 *
 * For questions that an index answers in microseconds. Loop thread.
 *
 * Returns: (transfer none): reads only
 */
StoreSession *
track_database_get_reader (TrackDatabase *database)
{
  return database->reader;
}

static gboolean
submit (TrackDatabase *database, const ExecutorJob *job, gint64 within_us, GError **error)
{
  ExecutorJob timed = *job;

  timed.deadline_us = clock_monotonic_us () + within_us;
  return executor_submit (database->executor, &timed, error);
}

/**
 * track_database_write:
 * @run: on the writer's thread, in a transaction that may hold other jobs too; may run more than once
 * @done: on the loop thread, when it is durable or has failed
 *
 * Errors: PLANNER_ERROR_BUSY when too much is queued: nothing was done and @done will not run. Loop thread.
 */
gboolean
track_database_write (TrackDatabase *database,
                      ExecutorStep run,
                      ExecutorDone done,
                      gpointer data,
                      GError **error)
{
  const ExecutorJob job = { .place = EXECUTOR_WRITER, .run = run, .done = done, .data = data };

  return submit (database, &job, WRITE_US, error);
}

/**
 * track_database_read:
 *
 * As track_database_write(), on a thread that reads; @run begins its own read transaction when it needs one picture.
 */
gboolean
track_database_read (TrackDatabase *database,
                     ExecutorStep run,
                     ExecutorDone done,
                     gpointer data,
                     GError **error)
{
  const ExecutorJob job = { .place = EXECUTOR_WORKER, .run = run, .done = done, .data = data };

  return submit (database, &job, READ_US, error);
}

/**
 * track_database_run_once:
 *
 * As track_database_read(), but @run never runs twice and may wait for files and machines.
 */
gboolean
track_database_run_once (TrackDatabase *database,
                         ExecutorStep run,
                         ExecutorDone done,
                         gpointer data,
                         GError **error)
{
  const ExecutorJob job = { .place = EXECUTOR_WAITING, .run = run, .done = done, .data = data };

  return submit (database, &job, READ_US, error);
}
