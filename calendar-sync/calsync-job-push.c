/* SPDX-License-Identifier: EUPL-1.2 */
/* Push: intent, conditional request, receipt; one request at a time. */
#include "calsync-booking.h"
#include "calsync-job-run.h"
#include "calsync-patch.h"

#define MAX_FAILED_IN_A_ROW 3
#define WAIT_FULL_US        (G_GINT64_CONSTANT (900) * CALSYNC_US_PER_SECOND)
#define WAIT_FAILED_US      (G_GINT64_CONSTANT (60) * CALSYNC_US_PER_SECOND)

/* A push with what it sends. */
typedef struct
{
  CalsyncPush *push;
  char *text;    /* (nullable) */
  char *version; /* (nullable): what must still be there */
} Sending;

static void
sending_clear (Sending *sending)
{
  g_clear_pointer (&sending->push, calsync_push_free);
  g_free (sending->text);
  g_free (sending->version);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sending, sending_clear)

/* A version that the server gave, and not one of our making. */
static const char *
get_etag (const char *version)
{
  return version != NULL && g_str_has_prefix (version, "x-") ? NULL : version;
}

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

/* Read it again at the next run, whatever the feed says. */
static gboolean
doubt (CalsyncRun *run, CalsyncWanted *wanted, GError **error)
{
  run->report->n_left++;
  if (wanted->version == NULL)
    return TRUE;
  g_clear_pointer (&wanted->version, g_free);
  (void) calsync_run_change_link (run, wanted);
  return calsync_run_commit (run, NULL, FALSE, error);
}

/* A person decides: the event has become something that we may not change, or the server will not have it. */
static gboolean
give_up (CalsyncRun *run,
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
prepare_create (CalsyncRun *run, CalsyncWanted *wanted, Sending *sending, GError **error)
{
  CalsyncPush *push = sending->push;
  CalsyncBooking booking = { .reference = wanted->reference,
                             .start_us = wanted->start_us,
                             .end_us = wanted->end_us,
                             .zone = wanted->zone,
                             .stamp_us = run->binding.now_us,
                             .summary = wanted->summary,
                             .url = wanted->url,
                             .category = wanted->category,
                             .privacy = wanted->is_private ? CALSYNC_PRIVACY_PRIVATE
                                                           : CALSYNC_PRIVACY_PUBLIC };

  push->create_sequence = wanted->create_sequence + 1;
  push->event_sequence = 0;
  g_free (push->uid);
  booking.uid = push->uid = calsync_own_make_uid (wanted->reference, push->create_sequence);
  g_free (push->key);
  push->key = calsync_remote_make_key (run->remote, push->uid);
  sending->text = calsync_booking_write (&booking, NULL);
  if (sending->text != NULL)
    return TRUE;
  return give_up (run, wanted, CALSYNC_CONFLICT_REFUSED, CALSYNC_LINK_REFUSED, error);
}

/*
 * The text as it is now, with our properties changed; a series or a meeting gets here only after a person has said
 * that it is taken back. Without a text in the end there is nothing to send.
 */
static gboolean
prepare_update (CalsyncRun *run, CalsyncWanted *wanted, Sending *sending, GError **error)
{
  CalsyncPush *push = sending->push;
  const CalsyncPatch patch = { .reference = wanted->reference,
                               .start_us = wanted->start_us,
                               .end_us = wanted->end_us,
                               .stamp_us = run->binding.now_us,
                               .sequence = wanted->event_sequence + 1,
                               .takes_back = wanted->seen.is_series || wanted->seen.has_attendees };
  g_auto (CalsyncGlance) glance = { 0 };

  if (!calsync_run_glance (run, wanted->key, &glance, error))
    return FALSE;
  if (!calsync_glance_is_of (&glance, wanted->reference) || glance.result != CALSYNC_OWN_OURS ||
      !calsync_shape_equal (&glance.own.shape, &wanted->seen) ||
      (glance.version == NULL && wanted->version == NULL))
    return doubt (run, wanted, error); /* changed since the pull, which has to look at it first */
  sending->text =
    calsync_patch_apply (glance.text, glance.n_text, &patch, &push->event_sequence, NULL);
  if (sending->text == NULL)
    return give_up (run, wanted, CALSYNC_CONFLICT_SERIES, CALSYNC_LINK_CONFLICT, error);
  sending->version =
    g_strdup (glance.version != NULL ? glance.version : get_etag (wanted->version));
  push->shape.busy_class = glance.own.shape.busy_class;
  return TRUE;
}

/* Only what was seen is removed: not an event that was changed since, or that nobody could read. */
static gboolean
prepare_remove (CalsyncRun *run, CalsyncWanted *wanted, Sending *sending, GError **error)
{
  g_auto (CalsyncGlance) glance = { 0 };

  sending->version = g_strdup (get_etag (wanted->version));
  if (sending->version != NULL || run->mode == CALSYNC_JOB_PREVIEW)
    return TRUE;
  if (!calsync_run_glance (run, wanted->key, &glance, error))
    return FALSE;
  if (wanted->version != NULL && calsync_glance_is_of (&glance, wanted->reference) &&
      calsync_shape_equal (&glance.own.shape, &wanted->seen))
    return TRUE;
  g_clear_pointer (&sending->push, calsync_push_free);
  return doubt (run, wanted, error);
}

static gboolean
send (CalsyncRun *run, const Sending *sending, GError **error)
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

static void
count_done (CalsyncReport *report, const CalsyncPush *push)
{
  report->n_created += push->verb == CALSYNC_PUSH_CREATE;
  report->n_updated += push->verb == CALSYNC_PUSH_UPDATE;
  report->n_removed += push->verb == CALSYNC_PUSH_REMOVE;
}

static void
finish_push (CalsyncRun *run, const CalsyncPush *push)
{
  run->finished = calsync_push_copy (push);
  g_ptr_array_add (run->report->pushes, calsync_push_copy (push));
  if (push->is_done)
    count_done (run->report, push);
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
    return give_up (run, wanted, CALSYNC_CONFLICT_REFUSED, CALSYNC_LINK_REFUSED, error);
  if (push->verb != CALSYNC_PUSH_CREATE &&
      (failure->code == CALSYNC_REMOTE_ERROR_CHANGED || is_missing))
    return doubt (run, wanted, error);
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

/* Prepares; without a push left in @sending there is nothing to be done now. */
static gboolean
prepare (CalsyncRun *run, CalsyncWanted *wanted, Sending *sending, GError **error)
{
  gboolean is_good = TRUE;

  if (sending->push->verb == CALSYNC_PUSH_CREATE)
    is_good = prepare_create (run, wanted, sending, error);
  else if (sending->push->verb == CALSYNC_PUSH_UPDATE && run->mode == CALSYNC_JOB_RUN)
    is_good = prepare_update (run, wanted, sending, error);
  else if (sending->push->verb == CALSYNC_PUSH_REMOVE)
    return prepare_remove (run, wanted, sending, error);
  if (run->mode == CALSYNC_JOB_RUN && sending->text == NULL)
    g_clear_pointer (&sending->push, calsync_push_free);
  return is_good;
}

static gboolean
push_one (CalsyncRun *run, CalsyncWanted *wanted, CalsyncPushVerb verb, GError **error)
{
  g_auto (Sending) sending = { .push = push_new (wanted, verb) };
  g_autoptr (GError) failure = NULL;

  if (!prepare (run, wanted, &sending, error))
    return FALSE;
  if (sending.push == NULL)
    return TRUE;
  run->binding.writes_left--;
  if (run->mode == CALSYNC_JOB_PREVIEW)
    {
      count_done (run->report, sending.push);
      g_ptr_array_add (run->report->pushes, g_steal_pointer (&sending.push));
      return TRUE;
    }
  if (!calsync_run_write_receipt (run, sending.push, error))
    return FALSE;
  if (!send (run, &sending, &failure))
    return settle_send (run, wanted, sending.push, failure, error);
  run->n_failed_in_a_row = 0;
  sending.push->is_done = TRUE;
  learn_version (run, sending.push);
  finish_push (run, sending.push);
  return TRUE;
}

static gboolean
is_postponed (const CalsyncRun *run, const CalsyncWanted *wanted)
{
  return g_hash_table_contains (run->postponed, wanted) ||
         (run->has_unread && g_hash_table_contains (run->unsettled, wanted));
}

static gboolean
push_all (CalsyncRun *run, GError **error)
{
  for (guint i = 0; i < run->wanted->len; i++)
    {
      CalsyncWanted *wanted = g_ptr_array_index (run->wanted, i);
      CalsyncPushVerb verb = calsync_plan_push (wanted);

      if (verb == CALSYNC_PUSH_NONE || is_postponed (run, wanted))
        continue;
      if (wanted->not_before_us > run->binding.now_us || run->binding.writes_left == 0)
        run->report->n_left++;
      else if (!push_one (run, wanted, verb, error))
        return FALSE;
      if (run->local->functions->progress != NULL)
        run->local->functions->progress (run->local, "push", i + 1, run->wanted->len);
    }
  return TRUE;
}

/**
 * calsync_run_push:
 * @run: a run whose pull is complete
 * @error: of the local side, or of the remote when the whole account is at fault
 *
 * For each booking that differs from what was seen in the calendar: intent stored, one conditional
 * request, receipt stored together with the next intent.
 *
 * Returns: whether all of them were tried
 */
gboolean
calsync_run_push (CalsyncRun *run, GError **error)
{
  gboolean is_good = push_all (run, error);
  gboolean is_stored = calsync_run_write_receipt (run, NULL, is_good ? error : NULL);

  return is_good && is_stored;
}
