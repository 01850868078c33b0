/* SPDX-License-Identifier: EUPL-1.2 */
/* The executor's queues, its workers, and the way of results back to the loop thread. */
#include "base/executor.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/executor-private.h"

/* After the first run; style.md 7.6. */
#define MAX_RETRIES 3

typedef struct
{
  Executor *executor;
  ExecutorPlace place;
  gpointer session;
} Worker;

/* What goes back to the loop at once: a group with its delta, or one worker job. */
typedef struct
{
  gpointer delta;
  GPtrArray *tickets;
} Post;

typedef struct
{
  GSource source;
  Executor *executor;
} PostSource;

static void
ticket_free (gpointer data)
{
  ExecutorTicket *ticket = data;

  g_clear_error (&ticket->error);
  g_free (ticket);
}

/* Owns its tickets. */
GPtrArray *
executor_tickets_new (void)
{
  return g_ptr_array_new_with_free_func (ticket_free);
}

void
executor_ticket_answer_busy (ExecutorTicket *ticket, const char *why)
{
  g_clear_error (&ticket->error);
  g_set_error_literal (&ticket->error, PLANNER_ERROR, PLANNER_ERROR_BUSY, why);
}

gboolean
executor_ticket_is_late (const ExecutorTicket *ticket)
{
  return clock_monotonic_us () >= ticket->job.deadline_us;
}

/* Whether another attempt is allowed; the first run is not a retry. */
gboolean
executor_ticket_may_retry (const ExecutorTicket *ticket)
{
  return ticket->report.n_runs <= MAX_RETRIES && !executor_ticket_is_late (ticket);
}

/* Runs a step and keeps its error, whatever it was before. */
gboolean
executor_ticket_run (ExecutorTicket *ticket, ExecutorStep step, gpointer session)
{
  gint64 start_us = clock_monotonic_us ();
  gboolean ok;

  g_clear_error (&ticket->error);
  ticket->report.queue_us = start_us - ticket->submitted_us - ticket->report.run_us;
  ok = step (ticket->job.data, session, &ticket->error);
  ticket->report.run_us += clock_monotonic_us () - start_us;
  if (!ok && ticket->error == NULL)
    g_set_error_literal (&ticket->error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL,
                         "a job failed without saying why");
  return ok;
}

static void
post_free (Post *post)
{
  g_ptr_array_unref (post->tickets);
  g_free (post);
}

/* Takes both; NULL @delta for none. Any thread. */
void
executor_post (Executor *executor, gpointer delta, GPtrArray *tickets)
{
  Post *post = g_new0 (Post, 1);

  post->delta = delta;
  post->tickets = tickets;
  g_mutex_lock (&executor->lock);
  g_queue_push_tail (&executor->posts, post);
  g_cond_broadcast (&executor->changed);
  g_mutex_unlock (&executor->lock);
  g_source_set_ready_time (executor->source, 0);
}

void
executor_post_one (Executor *executor, ExecutorTicket *ticket)
{
  GPtrArray *tickets = executor_tickets_new ();

  g_ptr_array_add (tickets, ticket);
  executor_post (executor, NULL, tickets);
}

/* Last act of a thread; @session is NULL when it never opened one. */
void
executor_thread_ends (Executor *executor, ExecutorPlace place, gpointer session)
{
  if (session != NULL)
    executor->hooks->close (executor->user_data, place, session);
  g_mutex_lock (&executor->lock);
  executor->n_running--;
  g_cond_broadcast (&executor->changed);
  g_mutex_unlock (&executor->lock);
}

/* Waits for work. Returns: NULL when the executor stops and nothing more can come. */
ExecutorTicket *
executor_take (Executor *executor, ExecutorPlace place)
{
  ExecutorTicket *ticket;

  g_mutex_lock (&executor->lock);
  for (;;)
    {
      gboolean may_come = place == EXECUTOR_WRITER && executor->n_preparing > 0;

      ticket = g_queue_pop_head (&executor->queues[place]);
      if (ticket != NULL || (executor->is_stopping && !may_come))
        break;
      g_cond_wait (&executor->wanted[place], &executor->lock);
    }
  g_mutex_unlock (&executor->lock);
  return ticket;
}

static void
answer (Executor *executor, ExecutorTicket *ticket)
{
  ExecutorPlace place = ticket->job.place;

  g_mutex_lock (&executor->lock);
  executor->counters.n_queued[place]--;
  if (ticket->report.n_runs == 0 &&
      g_error_matches (ticket->error, PLANNER_ERROR, PLANNER_ERROR_BUSY))
    executor->counters.n_busy++;
  g_mutex_unlock (&executor->lock);
  ticket->job.done (ticket->job.data, &ticket->report, ticket->error);
}

/* First the delta, then the answers: whoever is answered sees what it did. */
static void
deliver (Executor *executor, Post *post)
{
  if (post->delta != NULL && executor->hooks->deliver != NULL)
    executor->hooks->deliver (executor->user_data, post->delta);
  else if (post->delta != NULL)
    executor->hooks->free_delta (post->delta);
  for (guint i = 0; i < post->tickets->len; i++)
    answer (executor, post->tickets->pdata[i]);
  post_free (post);
}

static void
deliver_all (Executor *executor)
{
  for (;;)
    {
      Post *post;

      g_mutex_lock (&executor->lock);
      post = g_queue_pop_head (&executor->posts);
      g_mutex_unlock (&executor->lock);
      if (post == NULL)
        return;
      deliver (executor, post);
    }
}

static gboolean
on_posts (GSource *source, GSourceFunc callback, gpointer user_data)
{
  g_source_set_ready_time (source, -1);
  deliver_all (((PostSource *) source)->executor);
  return G_SOURCE_CONTINUE;
}

static void
attach_source (Executor *executor)
{
  static GSourceFuncs funcs = { .dispatch = on_posts };

  executor->source = g_source_new (&funcs, sizeof (PostSource));
  ((PostSource *) executor->source)->executor = executor;
  g_source_set_static_name (executor->source, "planner-executor");
  g_source_attach (executor->source, executor->settings.context);
}

/* The preparation is done: on to the writer, or back with its error. */
static void
pass_on (Executor *executor, ExecutorTicket *ticket, gboolean ok)
{
  g_mutex_lock (&executor->lock);
  ticket->is_prepared = TRUE;
  executor->n_preparing--;
  if (ok)
    g_queue_push_tail (&executor->queues[EXECUTOR_WRITER], ticket);
  g_cond_signal (&executor->wanted[EXECUTOR_WRITER]);
  g_mutex_unlock (&executor->lock);
  if (!ok)
    executor_post_one (executor, ticket);
}

static void
work_on (Worker *worker, ExecutorTicket *ticket)
{
  Executor *executor = worker->executor;
  gboolean prepares = ticket->job.place == EXECUTOR_WRITER;
  gboolean ok = FALSE;

  if (executor_ticket_is_late (ticket))
    executor_ticket_answer_busy (ticket, "the deadline passed while the call waited");
  else
    do
      {
        ticket->report.n_runs += !prepares;
        ok = executor_ticket_run (ticket, prepares ? ticket->job.prepare : ticket->job.run,
                                  worker->session);
      }
    while (!ok && !prepares && g_error_matches (ticket->error, PLANNER_ERROR, PLANNER_ERROR_BUSY) &&
           executor_ticket_may_retry (ticket));
  if (prepares)
    pass_on (executor, ticket, ok);
  else
    executor_post_one (executor, ticket);
}

static gpointer
run_worker (gpointer data)
{
  g_autofree Worker *worker = data;
  Executor *executor = worker->executor;
  ExecutorTicket *ticket;

  while ((ticket = executor_take (executor, worker->place)) != NULL)
    work_on (worker, ticket);
  executor_thread_ends (executor, worker->place, worker->session);
  return NULL;
}

static gboolean
start_thread (Executor *executor, const char *name, GThreadFunc body, gpointer data, GError **error)
{
  GThread *thread = g_thread_try_new (name, body, data, error);

  if (thread == NULL)
    return FALSE;
  g_ptr_array_add (executor->threads, thread);
  return TRUE;
}

static void
count_thread (Executor *executor, int change)
{
  g_mutex_lock (&executor->lock);
  executor->n_running += change;
  g_mutex_unlock (&executor->lock);
}

static gboolean
start_worker (Executor *executor, ExecutorPlace place, GError **error)
{
  gpointer session = executor->hooks->open (executor->user_data, place, error);
  Worker *worker;

  if (session == NULL)
    return FALSE;
  worker = g_new0 (Worker, 1);
  worker->executor = executor;
  worker->place = place;
  worker->session = session;
  count_thread (executor, 1);
  if (start_thread (executor, place == EXECUTOR_BULK ? "bulk" : "worker", run_worker, worker,
                    error))
    return TRUE;
  count_thread (executor, -1);
  executor->hooks->close (executor->user_data, place, session);
  g_free (worker);
  return FALSE;
}

static gboolean
start_writer (Executor *executor, GError **error)
{
  gpointer session = executor->hooks->open (executor->user_data, EXECUTOR_WRITER, error);

  if (session == NULL)
    return FALSE;
  executor->writer_session = session;
  count_thread (executor, 1);
  if (start_thread (executor, "writer", executor_run_writer, executor, error))
    return TRUE;
  count_thread (executor, -1);
  executor->hooks->close (executor->user_data, EXECUTOR_WRITER, session);
  return FALSE;
}

/**
 * executor_new:
 * @settings: copied
 * @hooks: must outlive the executor
 * @user_data: for the hooks
 *
 * Opens the sessions and starts the threads. Errors: those of ExecutorHooks.open, and of the system
 * when it has no threads to give. Loop thread; blocks while sessions open.
 *
 * Returns: (transfer full): stop it with executor_stop() before it is freed
 */
Executor *
executor_new (const ExecutorSettings *settings,
              const ExecutorHooks *hooks,
              gpointer user_data,
              GError **error)
{
  g_autoptr (Executor) executor = g_new0 (Executor, 1);
  gboolean ok;

  g_return_val_if_fail (settings->n_workers > 0 && settings->max_group > 0, NULL);
  executor->hooks = hooks;
  executor->user_data = user_data;
  executor->settings = *settings;
  executor->threads = g_ptr_array_new ();
  g_mutex_init (&executor->lock);
  g_cond_init (&executor->changed);
  for (guint i = 0; i < EXECUTOR_N_PLACES; i++)
    g_cond_init (&executor->wanted[i]);
  attach_source (executor);
  ok = start_writer (executor, error) && start_worker (executor, EXECUTOR_BULK, error);
  for (guint i = 0; ok && i < settings->n_workers; i++)
    ok = start_worker (executor, EXECUTOR_WORKER, error);
  return ok ? g_steal_pointer (&executor) : NULL;
}

/* Under the lock. */
static gboolean
admit (Executor *executor, const ExecutorJob *job)
{
  if (!executor->is_stopping &&
      executor->counters.n_queued[job->place] < executor->settings.max_queued &&
      (job->place != EXECUTOR_WAITING || executor_want_waiting (executor)))
    return TRUE;
  executor->counters.n_busy++;
  return FALSE;
}

/**
 * executor_submit:
 * @job: copied
 *
 * Queues a job. Its done function is called once on the loop thread, never from within this call.
 *
 * Errors: PLANNER_ERROR_BUSY when the queue is full or the executor stops: nothing was or will be
 * run, and the done function is not called. Any thread; does not block.
 */
gboolean
executor_submit (Executor *executor, const ExecutorJob *job, GError **error)
{
  ExecutorTicket *ticket = g_new0 (ExecutorTicket, 1);
  gboolean prepares = job->place == EXECUTOR_WRITER && job->prepare != NULL;
  ExecutorPlace place = prepares ? EXECUTOR_WORKER : job->place;
  gboolean is_admitted;

  ticket->job = *job;
  ticket->submitted_us = clock_monotonic_us ();
  g_mutex_lock (&executor->lock);
  is_admitted = admit (executor, job);
  if (is_admitted)
    {
      executor->counters.n_queued[job->place]++;
      executor->n_preparing += prepares;
      g_queue_push_tail (&executor->queues[place], ticket);
      g_cond_signal (&executor->wanted[place]);
    }
  g_mutex_unlock (&executor->lock);
  if (is_admitted)
    return TRUE;
  ticket_free (ticket);
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_BUSY, "too many calls are waiting");
  return FALSE;
}

/**
 * executor_get_counters:
 *
 * Any thread; does not block for long.
 */
void
executor_get_counters (Executor *executor, ExecutorCounters *out_counters)
{
  g_mutex_lock (&executor->lock);
  *out_counters = executor->counters;
  g_mutex_unlock (&executor->lock);
}

/* Answers what has come and waits for more. Returns: FALSE when every thread has ended. */
static gboolean
wait_for_threads (Executor *executor)
{
  gboolean is_running;

  deliver_all (executor);
  g_mutex_lock (&executor->lock);
  while (executor->n_running > 0 && g_queue_is_empty (&executor->posts))
    g_cond_wait (&executor->changed, &executor->lock);
  is_running = executor->n_running > 0;
  g_mutex_unlock (&executor->lock);
  return is_running;
}

/**
 * executor_stop:
 *
 * Takes no more jobs, runs and commits those that are queued, ends the threads, and answers every
 * job that is still to be answered, meanwhile too: a bulk job may be waiting for its own write. Of
 * EXECUTOR_WAITING only what has begun is waited for, so whoever submitted it cancels it beforehand;
 * the rest is answered busy.
 * Loop thread; blocks for as long as the queued jobs take. Harmless when repeated.
 */
void
executor_stop (Executor *executor)
{
  g_mutex_lock (&executor->lock);
  executor->is_stopping = TRUE;
  for (guint i = 0; i < EXECUTOR_N_PLACES; i++)
    g_cond_broadcast (&executor->wanted[i]);
  g_mutex_unlock (&executor->lock);
  executor_drop_waiting (executor);
  while (wait_for_threads (executor))
    continue;
  for (guint i = 0; i < executor->threads->len; i++)
    g_thread_join (executor->threads->pdata[i]);
  g_ptr_array_set_size (executor->threads, 0);
  deliver_all (executor);
}

/**
 * executor_free:
 *
 * Stops it first, if need be.
 */
void
executor_free (Executor *executor)
{
  if (executor == NULL)
    return;
  executor_stop (executor);
  g_source_destroy (executor->source);
  g_source_unref (executor->source);
  g_ptr_array_unref (executor->threads);
  g_mutex_clear (&executor->lock);
  g_cond_clear (&executor->changed);
  for (guint i = 0; i < EXECUTOR_N_PLACES; i++)
    g_cond_clear (&executor->wanted[i]);
  g_free (executor);
}
