/* SPDX-License-Identifier: EUPL-1.2 */
/* Sends what a push has prepared: the intents of all at once, one request at a time, receipts with the next intents. */
#include "calsync-job-send.h"

#define MAX_FAILED_IN_A_ROW 3
#define WAIT_FULL_US        (G_GINT64_CONSTANT (900) * CALSYNC_US_PER_SECOND)
#define WAIT_FAILED_US      (G_GINT64_CONSTANT (60) * CALSYNC_US_PER_SECOND)

/* How many intents may be without a receipt: each is a request of the next run if this one dies. Fewer where a
 * request takes long, so that receipts are never far behind what is in the calendar. */
#define MAX_BATCH 32
#define BATCH_US  (CALSYNC_US_PER_SECOND / 2)

static CalsyncPush *
push_new (const CalsyncWanted *wanted, CalsyncPushVerb verb)
{
  CalsyncPush *push = g_new0 (CalsyncPush, 1);

  push->verb = verb;
  push->reference = g_strdup (wanted->reference);
  push->create_sequence = wanted->create_sequence;
  push->event_sequence = wanted->event_sequence;
  push->before = wanted->seen;
  push->uid = g_strdup (wanted->uid);
  push->key = g_strdup (wanted->key);
  if (verb != CALSYNC_PUSH_REMOVE)
    push->shape = calsync_wanted_get_shape (wanted);
  return push;
}

/**
 * calsync_sending_new:
 * @wanted: a booking
 * @verb: what is asked for it
 *
 * Returns: (transfer full): with a push as the booking is now, to be completed
 */
CalsyncSending *
calsync_sending_new (CalsyncWanted *wanted, CalsyncPushVerb verb)
{
  CalsyncSending *sending = g_new0 (CalsyncSending, 1);

  sending->wanted = wanted;
  sending->push = push_new (wanted, verb);
  return sending;
}

void
calsync_sending_free (CalsyncSending *sending)
{
  g_clear_pointer (&sending->push, calsync_push_free);
  g_free (sending->text);
  g_free (sending->version);
  g_free (sending);
}

/**
 * calsync_run_doubt:
 * @run: a run
 * @wanted: a booking
 * @error: of the local side
 *
 * Its event is read again at the next run, whatever the feed says.
 *
 * Returns: whether that was stored
 */
gboolean
calsync_run_doubt (CalsyncRun *run, CalsyncWanted *wanted, GError **error)
{
  run->report->n_left++;
  if (wanted->version == NULL)
    return TRUE;
  g_clear_pointer (&wanted->version, g_free);
  (void) calsync_run_change_link (run, wanted);
  return calsync_run_commit (run, NULL, FALSE, error);
}

/**
 * calsync_run_give_up:
 * @run: a run
 * @wanted: a booking
 * @kind: what its event has become
 * @state: of the link from now on
 * @error: of the local side
 *
 * A person decides: the event has become something that we may not change, or the server will not have it.
 *
 * Returns: whether that was stored
 */
gboolean
calsync_run_give_up (CalsyncRun *run,
                     CalsyncWanted *wanted,
                     CalsyncConflictKind kind,
                     CalsyncLinkState state,
                     GError **error)
{
  run->report->n_left++;
  calsync_run_add_conflict (run, kind, CALSYNC_DECISION_WAITS, wanted, &wanted->seen);
  wanted->state = state;
  wanted->base = calsync_wanted_get_shape (wanted);
  (void) calsync_run_change_link (run, wanted);
  return calsync_run_commit (run, NULL, FALSE, error);
}

static gboolean
send (CalsyncRun *run, const CalsyncSending *sending, GError **error)
{
  CalsyncPush *push = sending->push;
  const CalsyncWrite write = { push->key, sending->version, sending->text };

  if (push->verb == CALSYNC_PUSH_CREATE)
    return calsync_remote_create (run->remote, &write, &push->version, run->cancellable, error);
  if (push->verb == CALSYNC_PUSH_UPDATE)
    return calsync_remote_update (run->remote, &write, &push->version, run->cancellable, error);
  return calsync_remote_remove (run->remote, push->key, sending->version, run->cancellable, error);
}

/* No version from the server: the item is read, and its version counts if it is what was sent. */
static void
learn_version (CalsyncRun *run, CalsyncPush *push)
{
  g_auto (CalsyncGlance) glance = { 0 };

  if (push->verb == CALSYNC_PUSH_REMOVE || push->version != NULL ||
      !calsync_run_glance (run, push->key, &glance, NULL))
    return;
  if (calsync_glance_is_of (&glance, push->reference) &&
      calsync_shape_equal (&glance.own.shape, &push->shape))
    push->version = g_strdup (glance.version);
}

/**
 * calsync_run_count_push:
 * @run: a run
 * @push: what was done, or would be
 *
 * Puts it into the report.
 */
void
calsync_run_count_push (CalsyncRun *run, const CalsyncPush *push)
{
  CalsyncReport *report = run->report;

  report->n_created += push->verb == CALSYNC_PUSH_CREATE;
  report->n_updated += push->verb == CALSYNC_PUSH_UPDATE;
  report->n_removed += push->verb == CALSYNC_PUSH_REMOVE;
  g_ptr_array_add (report->pushes, calsync_push_copy (push));
}

static void
finish_push (CalsyncRun *run, const CalsyncPush *push)
{
  g_ptr_array_add (run->finished, calsync_push_copy (push));
  if (push->is_done)
    calsync_run_count_push (run, push);
  else
    g_ptr_array_add (run->report->pushes, calsync_push_copy (push));
}

/* Creation of what is there: ours from an earlier attempt, or a name that is taken. */
static gboolean
settle_taken (CalsyncRun *run, const CalsyncWanted *wanted, CalsyncPush *push, GError **error)
{
  g_auto (CalsyncGlance) glance = { 0 };

  if (!calsync_run_glance (run, push->key, &glance, error))
    return FALSE;
  if (glance.state == CALSYNC_ITEM_UNREADABLE)
    {
      run->report->n_left++;
      return TRUE; /* the intent stays, to be decided later */
    }
  if (calsync_glance_is_of (&glance, wanted->reference))
    {
      push->is_done = TRUE;
      if (glance.result == CALSYNC_OWN_OURS &&
          calsync_shape_equal (&glance.own.shape, &push->shape))
        push->version = g_strdup (glance.version);
    }
  run->report->n_left += !push->is_done;
  finish_push (run, push);
  return TRUE;
}

static gboolean
is_end_of_run (const GError *failure)
{
  if (failure->domain != CALSYNC_REMOTE_ERROR)
    return TRUE;
  switch (failure->code)
    {
    case CALSYNC_REMOTE_ERROR_GONE:
    case CALSYNC_REMOTE_ERROR_CHANGED:
    case CALSYNC_REMOTE_ERROR_CURSOR:
    case CALSYNC_REMOTE_ERROR_REFUSED:
    case CALSYNC_REMOTE_ERROR_FAILED:
    case CALSYNC_REMOTE_ERROR_TOO_LARGE:
      return FALSE;
    default:
      return TRUE;
    }
}

/*
 * For sure not done: the intent is withdrawn, and what comes next depends on why. An event that is not
 * there may have been renamed: the next run sees that, or that it is gone.
 */
static gboolean
settle_failure (CalsyncRun *run,
                CalsyncWanted *wanted,
                CalsyncPush *push,
                const GError *failure,
                GError **error)
{
  gboolean is_missing = failure->code == CALSYNC_REMOTE_ERROR_GONE;

  if (push->verb == CALSYNC_PUSH_CREATE && failure->code == CALSYNC_REMOTE_ERROR_CHANGED)
    return settle_taken (run, wanted, push, error);
  if (push->verb == CALSYNC_PUSH_CREATE)
    push->create_sequence = wanted->create_sequence;
  push->failure = calsync_remote_error_format (failure->code);
  if (failure->code == CALSYNC_REMOTE_ERROR_FULL)
    push->not_before_us = run->binding.now_us + WAIT_FULL_US;
  else if (failure->code != CALSYNC_REMOTE_ERROR_CHANGED && !is_missing)
    push->not_before_us = run->binding.now_us + WAIT_FAILED_US;
  finish_push (run, push);
  if (failure->code == CALSYNC_REMOTE_ERROR_REFUSED)
    return calsync_run_give_up (run, wanted, CALSYNC_CONFLICT_REFUSED, CALSYNC_LINK_REFUSED, error);
  if (push->verb != CALSYNC_PUSH_CREATE &&
      (failure->code == CALSYNC_REMOTE_ERROR_CHANGED || is_missing))
    return calsync_run_doubt (run, wanted, error);
  run->report->n_left++;
  return TRUE;
}

/* Ends the run with @failure when the whole account is at fault, or the server fails again and again. */
static gboolean
settle_send (CalsyncRun *run,
             CalsyncWanted *wanted,
             CalsyncPush *push,
             const GError *failure,
             GError **error)
{
  gboolean is_over = is_end_of_run (failure) || (push->verb == CALSYNC_PUSH_CREATE &&
                                                 failure->code == CALSYNC_REMOTE_ERROR_GONE);

  if (calsync_remote_error_is_uncertain (failure))
    {
      run->report->n_left++; /* the intent stays: the next run reads what became of it */
      run->n_failed_in_a_row++;
      is_over |= run->n_failed_in_a_row >= MAX_FAILED_IN_A_ROW;
    }
  else if (!settle_failure (run, wanted, push, failure, error))
    return FALSE;
  if (is_over)
    g_propagate_error (error, g_error_copy (failure));
  return !is_over;
}

static gboolean
send_one (CalsyncRun *run, const CalsyncSending *sending, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (!send (run, sending, &failure))
    return settle_send (run, sending->wanted, sending->push, failure, error);
  run->n_failed_in_a_row = 0;
  sending->push->is_done = TRUE;
  learn_version (run, sending->push);
  finish_push (run, sending->push);
  return TRUE;
}

/* The first of a batch was looked at with its intent. */
static gboolean
may_send (CalsyncRun *run, guint at, GError **error)
{
  const CalsyncLocalFunctions *functions = run->local->functions;

  return at == 0 || functions->may_send == NULL || functions->may_send (run->local, error);
}

/* Never sent: their intents end without anybody having to read. */
static void
withdraw (CalsyncRun *run, const GPtrArray *batch, guint first)
{
  for (guint i = first; i < batch->len; i++)
    {
      const CalsyncSending *sending = g_ptr_array_index (batch, i);
      CalsyncPush *receipt = calsync_push_copy (sending->push);

      receipt->create_sequence = sending->wanted->create_sequence;
      g_ptr_array_add (run->finished, receipt);
    }
}

static gboolean
send_all (CalsyncRun *run, const GPtrArray *batch, GError **error)
{
  const CalsyncLocalFunctions *functions = run->local->functions;

  for (guint i = 0; i < batch->len; i++)
    {
      const CalsyncSending *sending = g_ptr_array_index (batch, i);

      gboolean is_good = may_send (run, i, error);

      if (!is_good || !send_one (run, sending, error))
        {
          withdraw (run, batch, is_good ? i + 1 : i);
          return FALSE;
        }
      if (functions->progress != NULL)
        functions->progress (run->local, "push", sending->n_before, run->wanted->len);
    }
  return TRUE;
}

/**
 * calsync_run_send:
 * @run: a run
 * @batch: (element-type CalsyncSending): with their pushes, of different bookings; is emptied
 * @error: of the local side, or of the remote when the whole account is at fault
 *
 * Stores the receipts that are pending and all intents, then sends one after the other. The receipts of these
 * are pending afterwards; where the run ends half-way, those of the others withdraw their intents.
 *
 * Returns: whether all of them were tried
 */
gboolean
calsync_run_send (CalsyncRun *run, GPtrArray *batch, GError **error)
{
  g_autoptr (GPtrArray) begun = g_ptr_array_new ();
  gint64 begun_us = run->local->functions->get_now_us (run->local);
  gint64 took_us;
  gboolean is_good;

  if (batch->len == 0)
    return TRUE;
  for (guint i = 0; i < batch->len; i++)
    g_ptr_array_add (begun, ((const CalsyncSending *) g_ptr_array_index (batch, i))->push);
  is_good = calsync_run_write_receipts (run, begun, error) && send_all (run, batch, error);
  took_us = MAX (run->local->functions->get_now_us (run->local) - begun_us, 1);
  run->batch_size = (guint) CLAMP (batch->len * BATCH_US / took_us, 1, MAX_BATCH);
  g_ptr_array_set_size (batch, 0);
  return is_good;
}
