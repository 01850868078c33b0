/* SPDX-License-Identifier: EUPL-1.2 */
/* The writer thread: jobs in savepoints of one transaction, one durable commit, then the answers. */
#include "base/clock.h"
#include "base/error.h"
#include "base/executor-private.h"

#define MAX_BEGINS 3
#define LATE       "the deadline passed while the call waited"

/* The jobs that share a transaction, in the order in which they ran. */
typedef struct
{
  Executor *executor;
  GPtrArray *tickets;
  gint64 started_us;
  gboolean has_changes;
} Group;

static void
count_group (Executor *executor, guint n_jobs, gint64 commit_us)
{
  guint bucket = 0;

  while (bucket < EXECUTOR_N_GROUP_BUCKETS - 1 && n_jobs > 1u << bucket)
    bucket++;
  g_mutex_lock (&executor->lock);
  executor->counters.n_groups++;
  executor->counters.n_jobs += n_jobs;
  executor->counters.groups_by_size[bucket]++;
  executor->counters.commit_us += commit_us;
  g_mutex_unlock (&executor->lock);
}

static void
note_group_start (Executor *executor, gint64 started_us)
{
  g_mutex_lock (&executor->lock);
  executor->counters.group_started_us = started_us;
  g_mutex_unlock (&executor->lock);
}

/* The next job that may join: none when the head of the queue wants to be alone. */
static ExecutorTicket *
take_neighbour (Group *group)
{
  Executor *executor = group->executor;
  ExecutorTicket *ticket;

  if (group->tickets->len >= executor->settings.max_group ||
      clock_monotonic_us () - group->started_us >= executor->settings.max_group_us)
    return NULL;
  g_mutex_lock (&executor->lock);
  ticket = g_queue_peek_head (&executor->queues[EXECUTOR_WRITER]);
  if (ticket != NULL && ticket->job.alone)
    ticket = NULL;
  if (ticket != NULL)
    g_queue_pop_head (&executor->queues[EXECUTOR_WRITER]);
  g_mutex_unlock (&executor->lock);
  return ticket;
}

static void
put_back (Executor *executor, ExecutorTicket *ticket)
{
  g_mutex_lock (&executor->lock);
  g_queue_push_head (&executor->queues[EXECUTOR_WRITER], ticket);
  g_mutex_unlock (&executor->lock);
}

static gboolean
begin (Executor *executor, GError **error)
{
  for (guint i = 1;; i++)
    {
      g_autoptr (GError) local_error = NULL;

      if (executor->hooks->begin (executor->user_data, executor->writer_session, &local_error))
        return TRUE;
      if (i == MAX_BEGINS || !g_error_matches (local_error, PLANNER_ERROR, PLANNER_ERROR_BUSY))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
    }
}

/* Returns: FALSE when the group's transaction is lost, whatever became of the job itself. */
static gboolean
run_in_savepoint (Group *group, ExecutorTicket *ticket)
{
  Executor *executor = group->executor;
  const ExecutorHooks *hooks = executor->hooks;
  gpointer session = executor->writer_session;
  gboolean ok;

  if (!hooks->mark (executor->user_data, session, NULL))
    return FALSE;
  ticket->report.n_runs++;
  ok = executor_ticket_run (ticket, ticket->job.run, session);
  if (!hooks->stands (executor->user_data, session))
    return FALSE;
  group->has_changes |= ok;
  return ok ? hooks->keep (executor->user_data, session, NULL)
            : hooks->undo (executor->user_data, session, NULL);
}

/* Runs the first job and what else is waiting. Returns: FALSE when the transaction is lost. */
static gboolean
run_jobs (Group *group, ExecutorTicket *first)
{
  ExecutorTicket *ticket = first;
  gboolean alone = first->job.alone;

  while (ticket != NULL)
    {
      if (executor_ticket_is_late (ticket))
        {
          executor_ticket_answer_busy (ticket, LATE);
          executor_post_one (group->executor, ticket);
        }
      else
        {
          g_ptr_array_add (group->tickets, ticket);
          if (!run_in_savepoint (group, ticket))
            return FALSE;
        }
      ticket = alone ? NULL : take_neighbour (group);
    }
  return TRUE;
}

/* Returns: FALSE when nothing of the group is durable. */
static gboolean
commit (Group *group, gpointer *out_delta)
{
  Executor *executor = group->executor;
  const ExecutorHooks *hooks = executor->hooks;
  gpointer session = executor->writer_session;
  g_autoptr (GError) error = NULL;
  gpointer delta = NULL;
  gint64 start_us;

  if (!hooks->seal (executor->user_data, session, &delta, &error))
    {
      g_message ("a group of %u jobs could not be sealed: %s", group->tickets->len, error->message);
      return FALSE;
    }
  start_us = clock_monotonic_us ();
  if (hooks->commit (executor->user_data, session, &error))
    {
      hooks->settle (executor->user_data, session, TRUE);
      count_group (executor, group->tickets->len, clock_monotonic_us () - start_us);
      *out_delta = delta;
      return TRUE;
    }
  g_message ("a group of %u jobs did not commit: %s", group->tickets->len, error->message);
  if (delta != NULL)
    hooks->free_delta (delta);
  return FALSE;
}

/*
 * Nobody of a lost group is answered as done, nor as refused: a refusal may rest on what a neighbour
 * had written. Each is run again alone, in the old order, while its deadline and its tries last.
 */
static void
run_again_alone (Group *group)
{
  Executor *executor = group->executor;

  g_mutex_lock (&executor->lock);
  executor->counters.n_lost++;
  g_mutex_unlock (&executor->lock);
  for (guint i = group->tickets->len; i > 0; i--)
    {
      ExecutorTicket *ticket = group->tickets->pdata[i - 1];

      if (executor_ticket_may_retry (ticket))
        {
          ticket->job.alone = TRUE;
          put_back (executor, ticket);
          continue;
        }
      executor_ticket_answer_busy (ticket, "the database did not take the change");
      executor_post_one (executor, ticket);
    }
}

static void
retry_later (Executor *executor, ExecutorTicket *ticket)
{
  g_mutex_lock (&executor->lock);
  executor->counters.n_retried++;
  g_mutex_unlock (&executor->lock);
  put_back (executor, ticket);
}

/* The group stands: those whom the database was too busy for wait for the next, the rest is answered. */
static void
answer_group (Group *group, gpointer delta)
{
  g_autoptr (GPtrArray) again = g_ptr_array_new ();
  guint size = group->tickets->len;

  for (guint i = 0; i < group->tickets->len;)
    {
      ExecutorTicket *ticket = group->tickets->pdata[i];

      ticket->report.group_size = size;
      if (g_error_matches (ticket->error, PLANNER_ERROR, PLANNER_ERROR_BUSY) &&
          executor_ticket_may_retry (ticket))
        g_ptr_array_add (again, g_ptr_array_steal_index (group->tickets, i));
      else
        i++;
    }
  for (guint i = again->len; i > 0; i--)
    retry_later (group->executor, again->pdata[i - 1]);
  executor_post (group->executor, delta, g_steal_pointer (&group->tickets));
}

/* Ends the transaction. A group in which every job was refused has nothing to make durable. */
static gboolean
finish (Group *group, gpointer *out_delta)
{
  Executor *executor = group->executor;

  if (group->has_changes)
    return commit (group, out_delta);
  executor->hooks->rollback (executor->user_data, executor->writer_session);
  return TRUE;
}

static void
run_group (Executor *executor, ExecutorTicket *first)
{
  Group group = { executor, executor_tickets_new (), clock_monotonic_us (), FALSE };
  gpointer delta = NULL;

  if (executor_ticket_is_late (first))
    {
      executor_ticket_answer_busy (first, LATE);
      executor_post (executor, NULL, group.tickets);
      executor_post_one (executor, first);
      return;
    }
  note_group_start (executor, group.started_us);
  if (!begin (executor, &first->error))
    {
      g_ptr_array_add (group.tickets, first);
      executor_post (executor, NULL, group.tickets);
    }
  else if (run_jobs (&group, first) && finish (&group, &delta))
    answer_group (&group, delta);
  else
    {
      executor->hooks->rollback (executor->user_data, executor->writer_session);
      executor->hooks->settle (executor->user_data, executor->writer_session, FALSE);
      run_again_alone (&group);
      g_ptr_array_set_free_func (group.tickets, NULL);
      g_ptr_array_unref (group.tickets);
    }
  note_group_start (executor, 0);
}

/* The body of the writer thread. */
gpointer
executor_run_writer (gpointer data)
{
  Executor *executor = data;
  ExecutorTicket *ticket;

  while ((ticket = executor_take (executor, EXECUTOR_WRITER)) != NULL)
    {
      run_group (executor, ticket);
      executor->hooks->between_groups (executor->user_data, executor->writer_session);
    }
  executor_thread_ends (executor, EXECUTOR_WRITER, executor->writer_session);
  return NULL;
}
