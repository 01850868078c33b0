/* SPDX-License-Identifier: EUPL-1.2 */
/* What the parts of the executor share: tickets, queues, and the way back to the loop. */
#pragma once

#include "base/executor.h"

/* One job on its way. Belongs to whichever queue, thread or post holds it. */
typedef struct
{
  ExecutorJob job;
  ExecutorReport report;
  GError *error;
  gint64 submitted_us;
  gboolean is_prepared;
} ExecutorTicket;

struct _Executor
{
  const ExecutorHooks *hooks;
  gpointer user_data;
  ExecutorSettings settings;

  GMutex lock;
  GCond changed; /* posts and n_running, for the loop when it stops */
  GCond
    wanted[EXECUTOR_N_PLACES]; /* queues, is_stopping and n_preparing, for the place's threads */
  GQueue queues[EXECUTOR_N_PLACES];
  gboolean is_stopping;
  guint n_preparing;
  guint n_running; /* threads that have not ended */
  guint n_waiting; /* threads of EXECUTOR_WAITING, and of them those without work */
  guint n_waiting_idle;
  ExecutorCounters counters;
  GQueue posts;

  GSource *source;
  GPtrArray *threads;
  gpointer writer_session;
};

GPtrArray *executor_tickets_new (void);
void executor_ticket_answer_busy (ExecutorTicket *ticket, const char *why);
gboolean executor_ticket_is_late (const ExecutorTicket *ticket);
gboolean executor_ticket_run (ExecutorTicket *ticket, ExecutorStep step, gpointer session);
gboolean executor_ticket_may_retry (const ExecutorTicket *ticket);
void executor_post (Executor *executor, gpointer delta, GPtrArray *tickets);
void executor_post_one (Executor *executor, ExecutorTicket *ticket);
void executor_thread_ends (Executor *executor, ExecutorPlace place, gpointer session);
ExecutorTicket *executor_take (Executor *executor, ExecutorPlace place);
gpointer executor_run_writer (gpointer data);
gboolean executor_want_waiting (Executor *executor) G_GNUC_WARN_UNUSED_RESULT;
void executor_drop_waiting (Executor *executor);
