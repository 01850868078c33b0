/* SPDX-License-Identifier: EUPL-1.2 */
/* Threads for work that waits for other machines: made when they are needed, each with a session opened at its first job. */
#include "base/error.h"
#include "base/executor-private.h"

#define STOPS "the planner is being stopped"

/* Like executor_take(), but what has not begun when the executor stops stays for executor_drop_waiting(). */
static ExecutorTicket *
take (Executor *executor)
{
  ExecutorTicket *ticket = NULL;

  g_mutex_lock (&executor->lock);
  executor->n_waiting_idle++;
  while (!executor->is_stopping && ticket == NULL)
    {
      ticket = g_queue_pop_head (&executor->queues[EXECUTOR_WAITING]);
      if (ticket == NULL)
        g_cond_wait (&executor->wanted[EXECUTOR_WAITING], &executor->lock);
    }
  executor->n_waiting_idle--;
  g_mutex_unlock (&executor->lock);
  return ticket;
}

/* Once: what it said to another machine cannot be taken back. */
static void
run_ticket (Executor *executor, ExecutorTicket *ticket, gpointer *session)
{
  if (executor_ticket_is_late (ticket))
    {
      executor_ticket_answer_busy (ticket, "the deadline passed while the call waited");
      return;
    }
  if (*session == NULL)
    *session = executor->hooks->open (executor->user_data, EXECUTOR_WAITING, &ticket->error);
  if (*session == NULL)
    return;
  ticket->report.n_runs = 1;
  (void) executor_ticket_run (ticket, ticket->job.run, *session);
}

static gpointer
run_waiting (gpointer data)
{
  Executor *executor = data;
  gpointer session = NULL;
  ExecutorTicket *ticket;

  while ((ticket = take (executor)) != NULL)
    {
      run_ticket (executor, ticket, &session);
      executor_post_one (executor, ticket);
    }
  executor_thread_ends (executor, EXECUTOR_WAITING, session);
  return NULL;
}

/*
 * Under the lock, before a job is queued: makes one more thread when nobody is free for it. Returns: FALSE when there
 * is no thread at all; with one, a job may wait for it.
 */
gboolean
executor_want_waiting (Executor *executor)
{
  GThread *thread;

  if (executor->n_waiting_idle > g_queue_get_length (&executor->queues[EXECUTOR_WAITING]) ||
      executor->n_waiting >= executor->settings.n_waiting)
    return executor->n_waiting > 0;
  thread = g_thread_try_new ("waiting", run_waiting, executor, NULL);
  if (thread == NULL)
    return executor->n_waiting > 0;
  g_ptr_array_add (executor->threads, thread);
  executor->n_waiting++;
  executor->n_running++;
  return TRUE;
}

/* After is_stopping is set: answers what nobody will begin. */
void
executor_drop_waiting (Executor *executor)
{
  for (;;)
    {
      ExecutorTicket *ticket;

      g_mutex_lock (&executor->lock);
      ticket = g_queue_pop_head (&executor->queues[EXECUTOR_WAITING]);
      g_mutex_unlock (&executor->lock);
      if (ticket == NULL)
        return;
      executor_ticket_answer_busy (ticket, STOPS);
      executor_post_one (executor, ticket);
    }
}
