/* SPDX-License-Identifier: EUPL-1.2 */
/* Push: what differs, as conditional requests: alone, or many creations at a time. */
#include "calsync-booking.h"
#include "calsync-job-send.h"
#include "calsync-patch.h"

/* A version that the server gave, and not one of our making. */
static const char *
get_etag (const char *version)
{
  return version != NULL && g_str_has_prefix (version, "x-") ? NULL : version;
}

static gboolean
prepare_create (CalsyncRun *run, CalsyncSending *sending, GError **error)
{
  CalsyncWanted *wanted = sending->wanted;
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
  return calsync_run_give_up (run, wanted, CALSYNC_CONFLICT_REFUSED, CALSYNC_LINK_REFUSED, error);
}

/*
 * The text as it is now, with our properties changed; a series or a meeting gets here only after a person has said
 * that it is taken back. Without a text in the end there is nothing to send.
 */
static gboolean
prepare_update (CalsyncRun *run, CalsyncSending *sending, GError **error)
{
  CalsyncWanted *wanted = sending->wanted;
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
    return calsync_run_doubt (run, wanted,
                              error); /* changed since the pull, which has to look at it first */
  sending->text =
    calsync_patch_apply (glance.text, glance.n_text, &patch, &push->event_sequence, NULL);
  if (sending->text == NULL)
    return calsync_run_give_up (run, wanted, CALSYNC_CONFLICT_SERIES, CALSYNC_LINK_CONFLICT, error);
  sending->version =
    g_strdup (glance.version != NULL ? glance.version : get_etag (wanted->version));
  push->shape.busy_class = glance.own.shape.busy_class;
  return TRUE;
}

/* Only what was seen is removed: not an event that was changed since, or that nobody could read. */
static gboolean
prepare_remove (CalsyncRun *run, CalsyncSending *sending, GError **error)
{
  CalsyncWanted *wanted = sending->wanted;
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
  return calsync_run_doubt (run, wanted, error);
}

/* Prepares; without a push left in @sending there is nothing to be done now. */
static gboolean
prepare (CalsyncRun *run, CalsyncSending *sending, GError **error)
{
  gboolean is_good = TRUE;

  if (sending->push->verb == CALSYNC_PUSH_CREATE)
    is_good = prepare_create (run, sending, error);
  else if (sending->push->verb == CALSYNC_PUSH_UPDATE && run->mode == CALSYNC_JOB_RUN)
    is_good = prepare_update (run, sending, error);
  else if (sending->push->verb == CALSYNC_PUSH_REMOVE)
    return prepare_remove (run, sending, error);
  if (run->mode == CALSYNC_JOB_RUN && sending->text == NULL)
    g_clear_pointer (&sending->push, calsync_push_free);
  return is_good;
}

/*
 * Creations go out many at a time: they cannot touch anything that is there, and what became of each is told by its
 * key. A change or a removal is read, or was read, just before; it goes alone, after whatever has been gathered.
 */
static gboolean
push_one (CalsyncRun *run, CalsyncSending *to_send, GPtrArray *batch, GError **error)
{
  g_autoptr (CalsyncSending) sending = to_send;
  gboolean is_alone = sending->push->verb != CALSYNC_PUSH_CREATE;

  if ((is_alone && !calsync_run_send (run, batch, error)) || !prepare (run, sending, error))
    return FALSE;
  if (sending->push == NULL)
    return TRUE;
  run->binding.writes_left--;
  if (run->mode == CALSYNC_JOB_PREVIEW)
    {
      calsync_run_count_push (run, sending->push);
      return TRUE;
    }
  g_ptr_array_add (batch, g_steal_pointer (&sending));
  return (!is_alone && batch->len < run->batch_size) || calsync_run_send (run, batch, error);
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
  g_autoptr (GPtrArray) batch =
    g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_sending_free);

  for (guint i = 0; i < run->wanted->len; i++)
    {
      CalsyncWanted *wanted = g_ptr_array_index (run->wanted, i);
      CalsyncPushVerb verb = calsync_plan_push (wanted);
      CalsyncSending *sending;

      if (verb == CALSYNC_PUSH_NONE || is_postponed (run, wanted))
        continue;
      if (wanted->not_before_us > run->binding.now_us || run->binding.writes_left == 0)
        {
          run->report->n_left++;
          continue;
        }
      sending = calsync_sending_new (wanted, verb);
      sending->n_before = i + 1;
      if (!push_one (run, sending, batch, error))
        return FALSE;
    }
  return calsync_run_send (run, batch, error);
}

/**
 * calsync_run_push:
 * @run: a run whose pull is complete
 * @error: of the local side, or of the remote when the whole account is at fault
 *
 * For each booking that differs from what was seen in the calendar: intent stored, one conditional
 * request, receipt stored; receipts go into the transaction of the next intents.
 *
 * Returns: whether all of them were tried
 */
gboolean
calsync_run_push (CalsyncRun *run, GError **error)
{
  gboolean is_good = push_all (run, error);
  gboolean is_stored = calsync_run_write_receipts (run, NULL, is_good ? error : NULL);

  return is_good && is_stored;
}
