/* SPDX-License-Identifier: EUPL-1.2 */
/* Intents without a receipt: what became of them is read from the calendar, never guessed. */
#include "calsync-job-run.h"

/**
 * calsync_glance_clear:
 * @glance: what calsync_run_glance() filled
 */
void
calsync_glance_clear (CalsyncGlance *glance)
{
  g_free (glance->version);
  g_free (glance->text);
  calsync_own_clear (&glance->own);
  *glance = (CalsyncGlance){ 0 };
}

typedef struct
{
  const CalsyncRun *run;
  CalsyncGlance *glance;
} Glancing;

static gboolean
on_glance (const CalsyncItem *item, gpointer data, GError **error)
{
  const Glancing *glancing = data;
  CalsyncGlance *glance = glancing->glance;

  (void) error;
  glance->state = item->state;
  if (item->state != CALSYNC_ITEM_FOUND || item->text == NULL)
    return TRUE;
  calsync_own_clear (&glance->own);
  glance->result = calsync_own_read (item->text, item->n_text, glancing->run->binding.instance,
                                     glancing->run->binding.import.zone, &glance->own);
  g_free (glance->version);
  glance->version = g_strdup (item->version);
  if (glance->result == CALSYNC_OWN_OURS)
    {
      g_free (glance->text);
      glance->text = g_strndup (item->text, item->n_text);
      glance->n_text = item->n_text;
    }
  return TRUE;
}

/**
 * calsync_run_glance:
 * @run: a run
 * @key: one of our events
 * @out_glance: (out): what is there; free with calsync_glance_clear() in any case
 * @error: of the remote
 *
 * Reads the whole of one item, for it may be patched: what a person wrote on it must not be lost. Its
 * text is kept only if it is an event of ours.
 *
 * Returns: whether the server answered
 */
gboolean
calsync_run_glance (CalsyncRun *run, const char *key, CalsyncGlance *out_glance, GError **error)
{
  Glancing glancing = { run, out_glance };

  *out_glance = (CalsyncGlance){ .state = CALSYNC_ITEM_UNREADABLE };
  return calsync_remote_fetch_whole (run->remote, key, on_glance, &glancing, run->cancellable,
                                     error);
}

/**
 * calsync_glance_is_of:
 * @glance: what is there
 * @reference: a booking
 *
 * Returns: whether it is the event of that booking
 */
gboolean
calsync_glance_is_of (const CalsyncGlance *glance, const char *reference)
{
  const char *guid = strrchr (reference, ':');

  if (glance->state != CALSYNC_ITEM_FOUND || glance->result == CALSYNC_OWN_FOREIGN)
    return FALSE;
  if (glance->own.reference != NULL)
    return g_strcmp0 (glance->own.reference, reference) == 0;
  return guid != NULL && glance->own.uid_guid != NULL &&
         g_ascii_strcasecmp (glance->own.uid_guid, guid + 1) == 0;
}

static CalsyncPush *
dup_intent (const CalsyncWanted *wanted)
{
  CalsyncPush *push = g_new0 (CalsyncPush, 1);

  push->verb = wanted->in_flight;
  push->reference = g_strdup (wanted->reference);
  push->uid = g_strdup (wanted->in_flight_uid);
  push->key = g_strdup (wanted->in_flight_key);
  push->create_sequence =
    wanted->create_sequence; /* the number is free again, unless it was done */
  push->event_sequence = wanted->in_flight_event_sequence;
  push->shape = wanted->in_flight_shape;
  push->before = wanted->seen;
  return push;
}

/* The version only counts for what was sent: anything newer has to be looked at as an edit. */
static void
set_done (CalsyncPush *push, const CalsyncWanted *wanted, const CalsyncGlance *glance)
{
  push->is_done = TRUE;
  if (push->verb == CALSYNC_PUSH_CREATE)
    push->create_sequence = wanted->in_flight_create_sequence;
  if (push->verb != CALSYNC_PUSH_REMOVE && glance->result == CALSYNC_OWN_OURS &&
      calsync_shape_equal (&glance->own.shape, &push->shape))
    push->version = g_strdup (glance->version);
}

/*
 * Whether the request was done. An update that was done and edited afterwards is told by its SEQUENCE;
 * where a client has lost that, the edit is found against what was seen before, and is an edit still.
 */
static void
judge (CalsyncPush *push, const CalsyncWanted *wanted, const CalsyncGlance *glance)
{
  gboolean is_it = calsync_glance_is_of (glance, wanted->reference);

  if (push->verb == CALSYNC_PUSH_CREATE && is_it)
    set_done (push, wanted, glance);
  else if (push->verb == CALSYNC_PUSH_CREATE && glance->state == CALSYNC_ITEM_FOUND)
    push->create_sequence = wanted->in_flight_create_sequence; /* somebody's own: another name */
  else if (push->verb == CALSYNC_PUSH_UPDATE && is_it &&
           (calsync_shape_equal (&glance->own.shape, &push->shape) ||
            glance->own.event_sequence >= wanted->in_flight_event_sequence))
    set_done (push, wanted, glance);
}

static void
clear_intent (CalsyncWanted *wanted)
{
  wanted->in_flight = CALSYNC_PUSH_NONE;
  g_clear_pointer (&wanted->in_flight_uid, g_free);
  g_clear_pointer (&wanted->in_flight_key, g_free);
}

/* The receipt on this side, as the local side stores it. */
static void
take_receipt (CalsyncRun *run, CalsyncWanted *wanted, const CalsyncPush *push)
{
  static const CalsyncShape none;
  gboolean is_there = push->verb != CALSYNC_PUSH_REMOVE;

  clear_intent (wanted);
  wanted->create_sequence = push->create_sequence;
  wanted->not_before_us = push->not_before_us;
  if (!push->is_done)
    return;
  if (wanted->key != NULL)
    {
      g_autofree char *old_hash = calsync_run_hash_key (run, wanted->key);

      g_hash_table_remove (run->by_key_hash, old_hash);
    }
  g_free (wanted->key);
  wanted->key = is_there ? g_strdup (push->key) : NULL;
  g_free (wanted->uid);
  wanted->uid = g_strdup (push->uid);
  g_free (wanted->version);
  wanted->version = is_there ? g_strdup (push->version) : NULL;
  wanted->event_sequence = push->event_sequence;
  wanted->state = is_there ? CALSYNC_LINK_LINKED : CALSYNC_LINK_NONE;
  wanted->base = wanted->seen = is_there ? push->shape : none;
  wanted->awaits_feed |= push->verb == CALSYNC_PUSH_CREATE;
  if (is_there)
    g_hash_table_replace (run->by_key_hash, calsync_run_hash_key (run, push->key), wanted);
}

/**
 * calsync_run_write_receipts:
 * @run: a run
 * @begun: (nullable) (element-type CalsyncPush): the intents of the next pushes, stored with them
 * @error: of the local side
 *
 * Stores the receipts that are pending, if any, and the intents. When it fails none of them is tried again:
 * what was done without a receipt is read by the next run. A preview stores nothing.
 *
 * Returns: whether all of it was stored
 */
gboolean
calsync_run_write_receipts (CalsyncRun *run, const GPtrArray *begun, GError **error)
{
  g_autoptr (GPtrArray) finished = g_steal_pointer (&run->finished);
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();

  run->finished = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_push_free);
  if (begun == NULL)
    begun = nothing;
  if (finished->len + begun->len == 0)
    return TRUE;
  if (run->mode == CALSYNC_JOB_RUN &&
      !run->local->functions->record_pushes (run->local, finished, begun, error))
    return FALSE;
  run->n_commits++;
  for (guint i = 0; i < finished->len; i++)
    {
      const CalsyncPush *push = g_ptr_array_index (finished, i);
      CalsyncWanted *wanted = g_hash_table_lookup (run->by_reference, push->reference);

      if (wanted != NULL)
        take_receipt (run, wanted, push);
    }
  return TRUE;
}

/* It is not where it should be; but it may stand under another key, which the pull will see. */
static void
postpone_receipt (CalsyncRun *run, CalsyncWanted *wanted, CalsyncPush *push)
{
  clear_intent (wanted);
  if (wanted->version != NULL)
    {
      g_clear_pointer (&wanted->version, g_free);
      (void) calsync_run_change_link (run, wanted);
    }
  g_ptr_array_add (run->undone, push);
  g_hash_table_insert (run->unsettled, wanted, push);
}

/**
 * calsync_run_decide_intents:
 * @run: a run at its beginning
 * @error: of the remote or the local side
 *
 * For every intent without a receipt, of a crash or of an outcome that nobody learnt: reads the item and
 * writes the receipt. What cannot be read stays undecided, and nothing is asked of it until it can.
 * An event that may have been edited since is read again by the pull.
 *
 * Returns: whether the server answered
 */
gboolean
calsync_run_decide_intents (CalsyncRun *run, GError **error)
{
  for (guint i = 0; i < run->wanted->len; i++)
    {
      CalsyncWanted *wanted = g_ptr_array_index (run->wanted, i);
      g_auto (CalsyncGlance) glance = { 0 };
      g_autoptr (CalsyncPush) push = NULL;

      if (wanted->in_flight == CALSYNC_PUSH_NONE)
        continue;
      if (!calsync_run_glance (run, wanted->in_flight_key, &glance, error))
        return FALSE;
      if (glance.state == CALSYNC_ITEM_UNREADABLE || glance.result == CALSYNC_OWN_UNREADABLE)
        {
          run->report->n_left++;
          continue;
        }
      push = dup_intent (wanted);
      judge (push, wanted, &glance);
      if (!calsync_glance_is_of (&glance, wanted->reference))
        {
          postpone_receipt (run, wanted, g_steal_pointer (&push));
          continue;
        }
      g_ptr_array_add (run->finished, g_steal_pointer (&push));
      if (!calsync_run_write_receipts (run, NULL, error))
        return FALSE;
      if (wanted->key != NULL && wanted->version != NULL &&
          !calsync_shape_equal (&wanted->seen, &glance.own.shape))
        g_clear_pointer (&wanted->version, g_free);
    }
  return TRUE;
}

/**
 * calsync_run_end_intents:
 * @run: a run whose pull is complete
 * @error: of the local side
 *
 * Writes the receipts of creations and removals whose event was not found under its key: until the whole
 * calendar was looked at, it might have been there under another. They wait on while the server cannot
 * give an item that nobody has read.
 *
 * Returns: whether they were stored
 */
gboolean
calsync_run_end_intents (CalsyncRun *run, GError **error)
{
  for (guint i = 0; !run->has_unread && i < run->undone->len; i++)
    {
      const CalsyncPush *push = g_ptr_array_index (run->undone, i);
      CalsyncWanted *wanted = g_hash_table_lookup (run->by_reference, push->reference);
      CalsyncPush *receipt = calsync_push_copy (push);

      receipt->create_sequence = MAX (push->create_sequence, wanted->create_sequence);
      receipt->is_done = push->verb == CALSYNC_PUSH_REMOVE && wanted->key == NULL;
      g_ptr_array_add (run->finished, receipt);
    }
  return calsync_run_write_receipts (run, NULL, error);
}
