/* SPDX-License-Identifier: EUPL-1.2 */
/* Takes a call to the loop, a worker or the writer, by its row; what it leaves behind follows it. */
#include "ops/service/op-worker.h"

#include "base/clock.h"
#include "base/error.h"
#include "ops/booking/op-notes.h"
#include "ops/call/op-context.h"
#include "ops/call/op-inquiry.h"
#include "ops/service/op-service.h"

#define NOTES_DEADLINE_US (60 * G_USEC_PER_SEC)
#define MAX_WAITING_NOTES 10000
/* Of a call's time, for what comes behind the question. */
#define ANSWER_RESERVE_US (1500 * G_GINT64_CONSTANT (1000))

/* A call on its way. */
typedef struct
{
  OpService *service;
  OpCall *call;
  OpReport report;
  OpDone done;
  gpointer data;
  OpQuestion question;
  GCancellable *cancellable; /* while it is asked, as is @too_late */
  Timer *too_late;
  GError *problem;
  gint64 deadline_us;
} Run;

typedef struct
{
  OpService *service;
  GPtrArray *notes;
} NotesJob;

static gboolean
run_notes (gpointer data, gpointer session, GError **error)
{
  NotesJob *job = data;

  return op_notes_write (session, job->notes, clock_now_us (), error);
}

static void
lose_notes (OpService *service, GPtrArray *notes, const char *why)
{
  service->n_notes_lost += notes->len;
  g_message ("%u records of answers could not be written: %s", notes->len, why);
  g_ptr_array_unref (notes);
}

static void
on_notes_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  g_autofree NotesJob *job = data;

  if (error != NULL)
    lose_notes (job->service, job->notes, error->message);
  else
    g_ptr_array_unref (job->notes);
}

/* Returns: FALSE when the writer has no room; the notes are still the caller's then. */
static gboolean
submit_notes (OpService *service, GPtrArray *notes)
{
  NotesJob *data = g_new0 (NotesJob, 1);
  ExecutorJob job = { .place = EXECUTOR_WRITER,
                      .run = run_notes,
                      .done = on_notes_done,
                      .data = data,
                      .deadline_us = clock_monotonic_us () + NOTES_DEADLINE_US };

  data->service = service;
  data->notes = notes;
  if (executor_submit (service->executor, &job, NULL))
    return TRUE;
  g_free (data);
  return FALSE;
}

/**
 * op_service_flush_notes:
 *
 * Notes that found no room go first when there is some again. Loop thread.
 */
void
op_service_flush_notes (OpService *service)
{
  if (service->waiting_notes != NULL && submit_notes (service, service->waiting_notes))
    service->waiting_notes = NULL;
}

/* They ride to the writer behind the answer; a later call of the citizen queues up behind them. */
static void
send_notes (OpService *service, OpCall *call)
{
  g_autoptr (GPtrArray) notes = g_steal_pointer (&call->notes);

  if (notes == NULL || notes->len == 0)
    return;
  op_service_flush_notes (service);
  if (service->waiting_notes == NULL && submit_notes (service, notes))
    notes = NULL;
  else if (service->waiting_notes == NULL)
    service->waiting_notes = g_steal_pointer (&notes);
  else if (service->waiting_notes->len + notes->len <= MAX_WAITING_NOTES)
    g_ptr_array_extend_and_steal (service->waiting_notes, g_steal_pointer (&notes));
  else
    lose_notes (service, g_steal_pointer (&notes), "the writer is too far behind");
}

static void
finish (Run *run, const GError *error)
{
  OpService *service = run->service;

  if (run->report.place != OP_INLINE)
    index_view_clear (&run->call->view);
  run->call->view = (IndexView){ 0 };
  run->call->problem = NULL;
  send_notes (service, run->call);
  run->done (run->call, &run->report, error, run->data);
  g_clear_error (&run->problem);
  g_free (run);
}

static void
on_run_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  Run *run = data;

  run->report.run = *report;
  finish (run, error);
}

static gboolean
run_once (OpCall *call, StoreSession *session, GError **error)
{
  gboolean ok;

  op_call_reset (call);
  call->session = session;
  call->now_us = clock_now_us ();
  ok = op_run (call, error);
  call->session = NULL;
  return ok;
}

/* One picture of the database for one call. */
static gboolean
run_reading (gpointer data, gpointer session, GError **error)
{
  Run *run = data;
  gboolean ok;

  if (!store_begin (session, STORE_READ, error))
    return FALSE;
  ok = run_once (run->call, session, error);
  store_rollback (session);
  return ok;
}

/* The writer judges by what is committed, not by what the loop had seen when the call came. */
static gboolean
run_writing (gpointer data, gpointer session, GError **error)
{
  Run *run = data;
  IndexView *view = &run->call->view;

  catalogue_unref (view->catalogue);
  view->catalogue = catalogue_ref (index_feed_get_catalogue (run->service->feed));
  return run_once (run->call, session, error);
}

static void
send_to (Run *run, OpPlace place, gint64 deadline_us)
{
  g_autoptr (GError) error = NULL;
  ExecutorJob job = { .place = place == OP_WRITE ? EXECUTOR_WRITER : EXECUTOR_WORKER,
                      .run = place == OP_WRITE ? run_writing : run_reading,
                      .done = on_run_done,
                      .data = run,
                      .deadline_us = deadline_us };

  run->report.place = place;
  index_view_copy_shared (&run->service->view, &run->call->view);
  if (!executor_submit (run->service->executor, &job, &error))
    finish (run, error);
}

static gboolean
run_asking (gpointer data, gpointer session, GError **error)
{
  Run *run = data;
  OpInquiry inquiry = { run->service, session, &run->question, run->cancellable };

  return run->service->inquire (run->service->inquire_data, &inquiry, error);
}

static void
go_on_with (Run *run, const GError *problem)
{
  g_clear_object (&run->cancellable);
  g_clear_pointer (&run->too_late, timer_free);
  run->problem = problem == NULL ? NULL : g_error_copy (problem);
  run->call->problem = run->problem;
  send_to (run, OP_WRITE, run->deadline_us);
}

static void
on_asked (gpointer data, const ExecutorReport *report, const GError *error)
{
  go_on_with (data, error);
}

static void
on_too_late (gpointer data)
{
  Run *run = data;

  g_cancellable_cancel (run->cancellable);
}

/* Others have so long that an answer is still in time. A repeat that cannot be judged anew has its answer already. */
static void
ask_first (Run *run, gint64 deadline_us)
{
  g_autoptr (GError) error = NULL;
  ExecutorJob job = { .place = EXECUTOR_WAITING,
                      .run = run_asking,
                      .done = on_asked,
                      .data = run,
                      .deadline_us = deadline_us - ANSWER_RESERVE_US };

  run->deadline_us = deadline_us;
  run->cancellable = g_cancellable_new ();
  run->too_late = timer_new (run->service->context, on_too_late, run);
  timer_arm (run->too_late, deadline_us - ANSWER_RESERVE_US);
  if (!executor_submit (run->service->executor, &job, &error))
    go_on_with (run, error);
}

static gboolean
must_ask (Run *run)
{
  OpCall *call = run->call;
  gboolean must;

  if (run->service->inquire == NULL || call->row->ask == NULL ||
      op_acting_role (call) != OP_ROLE_INDKALDER)
    return FALSE;
  call->view = run->service->view;
  must = call->row->ask (call, &run->question);
  call->view = (IndexView){ 0 };
  return must;
}

/**
 * op_service_set_inquiry:
 * @inquire: (nullable): asks others for what a registration must know of a citizen
 *
 * Loop thread, before the first call. Calls of citizens never ask.
 */
void
op_service_set_inquiry (OpService *service, OpInquire inquire, gpointer data)
{
  service->inquire = inquire;
  service->inquire_data = data;
}

/**
 * op_service_submit:
 * @call: row, caller, request_id, mapping, operation, arena and request are set; stays the caller's,
 *   but is not to be touched until @done
 * @deadline_us: of clock_monotonic_us()
 * @done: called once, for inline calls before this function returns
 *
 * Runs a call where its row says. An inline handler that needs the database is run again on a
 * worker. Errors come through @done: those of op_run(), and PLANNER_ERROR_BUSY. Loop thread; does
 * not block.
 */
void
op_service_submit (OpService *service, OpCall *call, gint64 deadline_us, OpDone done, gpointer data)
{
  Run *run = g_new0 (Run, 1);
  g_autoptr (GError) error = NULL;
  gint64 start_us = clock_monotonic_us ();
  gboolean ok;

  *run = (Run){ .service = service, .call = call, .done = done, .data = data };
  run->report.place = call->row->place;
  if (!op_check_role (call, &error))
    {
      finish (run, error);
      return;
    }
  if (must_ask (run))
    {
      ask_first (run, deadline_us);
      return;
    }
  if (call->row->place != OP_INLINE)
    {
      send_to (run, call->row->place, deadline_us);
      return;
    }
  call->view = service->view;
  ok = run_once (call, NULL, &error);
  if (ok && call->wants_session)
    {
      send_to (run, OP_READ, deadline_us);
      return;
    }
  run->report.run.n_runs = 1;
  run->report.run.run_us = clock_monotonic_us () - start_us;
  finish (run, error);
}

/**
 * op_service_probe:
 * @call: of an inline operation
 *
 * Runs a call of our own, of which nothing is remembered. Loop thread.
 */
gboolean
op_service_probe (OpService *service, OpCall *call, GError **error)
{
  gboolean ok;

  call->view = service->view;
  ok = run_once (call, NULL, error);
  call->view = (IndexView){ 0 };
  g_clear_pointer (&call->notes, g_ptr_array_unref);
  return ok;
}

/**
 * op_service_run_bulk:
 * @run: on the bulk thread, with a reading session outside any transaction
 *
 * For what lasts: admin commands and upkeep. Errors: PLANNER_ERROR_BUSY, and @done is not called.
 */
gboolean
op_service_run_bulk (OpService *service,
                     ExecutorStep run,
                     ExecutorDone done,
                     gpointer data,
                     GError **error)
{
  ExecutorJob job = {
    .place = EXECUTOR_BULK, .run = run, .done = done, .data = data, .deadline_us = G_MAXINT64
  };

  return executor_submit (service->executor, &job, error);
}

/**
 * op_service_run_waiting:
 * @run: once, on a thread of its own kind, with a reading session outside any transaction
 *
 * For what waits for other machines: a run of a calendar. Errors: PLANNER_ERROR_BUSY, and @done is
 * not called. Loop thread.
 */
gboolean
op_service_run_waiting (OpService *service,
                        ExecutorStep run,
                        ExecutorDone done,
                        gpointer data,
                        GError **error)
{
  ExecutorJob job = {
    .place = EXECUTOR_WAITING, .run = run, .done = done, .data = data, .deadline_us = G_MAXINT64
  };

  return executor_submit (service->executor, &job, error);
}

/* A bulk or waiting job's write, and the place where it waits for it. */
typedef struct
{
  OpWrite write;
  gpointer data;
  GMutex lock;
  GCond changed;
  gboolean is_over;
  GError *error;
} WaitingWrite;

static gboolean
run_write (gpointer data, gpointer session, GError **error)
{
  WaitingWrite *waiting = data;

  return waiting->write (session, waiting->data, error);
}

static void
on_write_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  WaitingWrite *waiting = data;

  g_mutex_lock (&waiting->lock);
  waiting->is_over = TRUE;
  waiting->error = error == NULL ? NULL : g_error_copy (error);
  g_cond_signal (&waiting->changed);
  g_mutex_unlock (&waiting->lock);
}

/**
 * op_service_write:
 * @write: on the writer, alone in its group; what it changed is in the index when this returns
 *
 * Queues one write and waits until it is durable. One at a time is queued, however many threads ask:
 * calls of citizens wait behind one of these at most. Errors: the write's, or PLANNER_ERROR_BUSY.
 * Bulk and waiting threads; blocks.
 */
gboolean
op_service_write (OpService *service, OpWrite write, gpointer data, GError **error)
{
  WaitingWrite waiting = { .write = write, .data = data };
  ExecutorJob job = { .place = EXECUTOR_WRITER,
                      .run = run_write,
                      .done = on_write_done,
                      .data = &waiting,
                      .alone = TRUE };
  gboolean is_queued;

  g_mutex_init (&waiting.lock);
  g_cond_init (&waiting.changed);
  g_mutex_lock (&service->write_lock);
  job.deadline_us = clock_monotonic_us () + NOTES_DEADLINE_US;
  is_queued = executor_submit (service->executor, &job, &waiting.error);
  g_mutex_lock (&waiting.lock);
  while (is_queued && !waiting.is_over)
    g_cond_wait (&waiting.changed, &waiting.lock);
  g_mutex_unlock (&waiting.lock);
  g_mutex_unlock (&service->write_lock);
  g_mutex_clear (&waiting.lock);
  g_cond_clear (&waiting.changed);
  if (waiting.error == NULL)
    return TRUE;
  g_propagate_error (error, waiting.error);
  return FALSE;
}
