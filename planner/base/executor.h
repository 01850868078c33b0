/* SPDX-License-Identifier: EUPL-1.2 */
/* Where work runs: the loop, a pool of workers, one writer that commits jobs in groups, and those who wait. */
#pragma once

#include <glib.h>

typedef struct _Executor Executor;

typedef enum
{
  EXECUTOR_WORKER, /* any of the pool, with its own reading session */
  EXECUTOR_WRITER, /* the one writing session, inside a group's transaction */
  EXECUTOR_BULK, /* one thread with a reading session, for what lasts and may wait for the writer */
  EXECUTOR_WAITING, /* many threads, made when they are needed, for what waits for other machines */
} ExecutorPlace;

#define EXECUTOR_N_PLACES 4

/**
 * ExecutorReport:
 * @queue_us: from submission to the first run of the last attempt, preparation included
 * @run_us: all attempts together
 * @n_runs: attempts; 0 when it was answered busy unexecuted
 * @group_size: jobs of the group that it was committed with; 0 elsewhere
 */
typedef struct
{
  gint64 queue_us;
  gint64 run_us;
  guint n_runs;
  guint group_size;
} ExecutorReport;

/* @session is what ExecutorHooks.open gave the thread. A step may be run more than once, but not in EXECUTOR_WAITING. */
typedef gboolean (*ExecutorStep) (gpointer data, gpointer session, GError **error);
/* On the loop thread, exactly once for every job taken; for the writer's, after a durable commit. */
typedef void (*ExecutorDone) (gpointer data, const ExecutorReport *report, const GError *error);

/**
 * ExecutorJob:
 * @prepare: (nullable): writer jobs only: done on a worker first, outside any transaction
 * @deadline_us: of clock_monotonic_us(); passed while waiting means: answered busy, unexecuted
 * @alone: bulk work: in a group of its own
 */
typedef struct
{
  ExecutorPlace place;
  ExecutorStep prepare;
  ExecutorStep run;
  ExecutorDone done;
  gpointer data;
  gint64 deadline_us;
  gboolean alone;
} ExecutorJob;

/**
 * ExecutorHooks:
 * @open: a session for one thread
 * @begin, @commit, @rollback: the group's transaction, on the writer
 * @mark, @keep, @undo: one job's savepoint in it
 * @stands: whether the transaction is still open; some database errors end it by themselves
 * @seal: last thing before COMMIT; gives what the group changed, to be handed to @deliver
 * @settle: the group that @seal looked at is durable, or came to nothing
 * @deliver: (nullable): loop thread, before any job of the group is answered; takes @delta
 * @free_delta: of a group that came to nothing
 * @between_groups: writer, outside any transaction
 *
 * What the executor needs of a database; it knows none itself. @user_data goes to every hook.
 */
typedef struct
{
  const char *name;
  gpointer (*open) (gpointer user_data, ExecutorPlace place, GError **error);
  void (*close) (gpointer user_data, ExecutorPlace place, gpointer session);
  gboolean (*begin) (gpointer user_data, gpointer session, GError **error);
  gboolean (*commit) (gpointer user_data, gpointer session, GError **error);
  void (*rollback) (gpointer user_data, gpointer session);
  gboolean (*mark) (gpointer user_data, gpointer session, GError **error);
  gboolean (*keep) (gpointer user_data, gpointer session, GError **error);
  gboolean (*undo) (gpointer user_data, gpointer session, GError **error);
  gboolean (*stands) (gpointer user_data, gpointer session);
  gboolean (*seal) (gpointer user_data, gpointer session, gpointer *out_delta, GError **error);
  void (*settle) (gpointer user_data, gpointer session, gboolean is_durable);
  void (*deliver) (gpointer user_data, gpointer delta);
  void (*free_delta) (gpointer delta);
  void (*between_groups) (gpointer user_data, gpointer session);
} ExecutorHooks;

/**
 * ExecutorSettings:
 * @context: (nullable): the loop's; NULL for the default one
 * @max_queued: jobs under way per place; one more is refused
 * @max_group: jobs of one transaction
 * @max_group_us: no further job joins a group that has run this long
 * @n_waiting: most threads of EXECUTOR_WAITING; 0: the place is closed
 */
typedef struct
{
  GMainContext *context;
  guint n_workers;
  guint max_queued;
  guint max_group;
  gint64 max_group_us;
  guint n_waiting;
} ExecutorSettings;

#define EXECUTOR_N_GROUP_BUCKETS 10

/**
 * ExecutorCounters:
 * @n_groups: committed; @n_jobs: answered in them
 * @groups_by_size: groups of up to 1, 2, 4, … jobs
 * @n_lost: transactions that vanished or did not commit
 * @n_retried: runs repeated after a busy database
 * @n_busy: jobs answered busy by the executor itself, refused ones included
 * @commit_us: time spent in COMMIT
 * @n_queued: jobs under way now, per place
 * @group_started_us: monotonic start of the group that runs now, 0 between groups
 *
 * A picture of one moment; the values belong together only roughly.
 */
typedef struct
{
  guint64 n_groups;
  guint64 n_jobs;
  guint64 groups_by_size[EXECUTOR_N_GROUP_BUCKETS];
  guint64 n_lost;
  guint64 n_retried;
  guint64 n_busy;
  gint64 commit_us;
  guint n_queued[EXECUTOR_N_PLACES];
  gint64 group_started_us;
} ExecutorCounters;

Executor *executor_new (const ExecutorSettings *settings,
                        const ExecutorHooks *hooks,
                        gpointer user_data,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean executor_submit (Executor *executor,
                          const ExecutorJob *job,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void executor_get_counters (Executor *executor, ExecutorCounters *out_counters);
void executor_stop (Executor *executor);
void executor_free (Executor *executor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Executor, executor_free)
