/* SPDX-License-Identifier: EUPL-1.2 */
/* Links: what was sent of a meeting, what is being sent, and what became of it. */
#include "base/clock.h"
#include "sync/sync-local-private.h"

static void
set_text (char **text, const char *value)
{
  g_free (*text);
  *text = g_strdup (value);
}

/* NULL with @error set. A new one counts on from what its reference was sent with before. */
static SyncLink *
take_link (SyncLocal *local, StoreSession *session, const char *reference, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (SyncLink) link =
    sync_link_store_find (session, local->binding->binding_id, reference, &local_error);
  gint64 ids[2] = { 0, 0 };

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  if (link != NULL)
    return g_steal_pointer (&link);
  link = g_new0 (SyncLink, 1);
  link->tenant_id = local->binding->tenant_id;
  link->binding_id = local->binding->binding_id;
  link->reference = g_strdup (reference);
  if (!sync_local_find_meeting (local, session, reference, ids, error) ||
      !sync_tombstone_find (session, link->binding_id, reference, &link->create_sequence, error))
    return NULL;
  link->booking_id = ids[0];
  link->session_id = ids[1];
  return g_steal_pointer (&link);
}

static gboolean
remove_link (SyncLocal *local, StoreSession *session, const SyncLink *link, GError **error)
{
  g_autofree char *key_hash = link->key == NULL ? NULL : sync_local_hash_key (local, link->key);

  return link->link_id == 0 ||
         sync_link_store_remove (session, link, key_hash, local->now_us, error);
}

static gboolean
unlink_meeting (SyncLocal *local, StoreSession *session, const SyncLink *link, GError **error)
{
  g_autofree char *before = sync_shape_format (&link->base);
  SyncRunChange change = {
    .what = (char *) "unlinked", .is_own = TRUE, .reference = link->reference, .before = before
  };

  return link->link_id == 0 || (remove_link (local, session, link, error) &&
                                sync_record_change (local, session, &change, error));
}

/**
 * sync_link_write:
 *
 * Stores the new values as they are; an intent that is under way is not touched. Writer only.
 */
gboolean
sync_link_write (SyncLocal *local,
                 StoreSession *session,
                 const CalsyncLinkChange *change,
                 GError **error)
{
  g_autoptr (SyncLink) link = take_link (local, session, change->reference, error);

  if (link == NULL)
    return FALSE;
  if (change->unlinks)
    return unlink_meeting (local, session, link, error);
  link->state = (gint64) change->state;
  link->create_sequence = MAX (link->create_sequence, (gint64) change->create_sequence);
  set_text (&link->uid, change->uid);
  set_text (&link->key, change->key);
  set_text (&link->version, change->version);
  link->base = sync_shape_of (&change->base);
  link->seen = sync_shape_of (&change->seen);
  link->awaits_feed = change->awaits_feed;
  return sync_link_store_put (session, link, error) &&
         (!change->counts_putback ||
          sync_link_store_add_putback (session, link->link_id, local->now_us, error));
}

static gboolean
record_done (SyncLocal *local, StoreSession *session, const CalsyncPush *push, GError **error)
{
  SyncShape before_shape = sync_shape_of (&push->before);
  SyncShape after_shape = sync_shape_of (&push->shape);
  g_autofree char *before = sync_shape_format (&before_shape);
  g_autofree char *after = sync_shape_format (&after_shape);
  g_autofree char *key_hash = sync_local_hash_key (local, push->key);
  g_autofree char *what = g_strconcat ("sent-", calsync_push_verb_format (push->verb), NULL);
  SyncRunChange change = { .what = what,
                           .is_own = TRUE,
                           .key_hash = key_hash,
                           .reference = push->reference,
                           .before = before,
                           .after = after };

  return sync_record_change (local, session, &change, error);
}

static void
take_receipt (SyncLink *link, const CalsyncPush *push)
{
  link->in_flight = CALSYNC_PUSH_NONE;
  link->in_flight_us = 0;
  link->in_flight_create_sequence = link->in_flight_event_sequence = 0;
  link->in_flight_shape = (SyncShape){ 0 };
  set_text (&link->in_flight_uid, NULL);
  set_text (&link->in_flight_key, NULL);
  link->create_sequence = (gint64) push->create_sequence;
  link->not_before_us = push->not_before_us;
  set_text (&link->failure, push->is_done ? NULL : push->failure);
  if (!push->is_done)
    return;
  link->state = CALSYNC_LINK_LINKED;
  link->event_sequence = (gint64) push->event_sequence;
  set_text (&link->uid, push->uid);
  set_text (&link->key, push->key);
  set_text (&link->version, push->version);
  link->base = link->seen = sync_shape_of (&push->shape);
  if (push->verb == CALSYNC_PUSH_CREATE)
    link->awaits_feed = TRUE;
}

static gboolean
write_receipt (SyncLocal *local, StoreSession *session, const CalsyncPush *push, GError **error)
{
  g_autoptr (SyncLink) link = take_link (local, session, push->reference, error);

  if (link == NULL)
    return FALSE;
  take_receipt (link, push);
  if (!push->is_done)
    return sync_link_store_put (session, link, error);
  if (!sync_item_write_echo (local, session, push, error) ||
      !record_done (local, session, push, error))
    return FALSE;
  return push->verb == CALSYNC_PUSH_REMOVE ? remove_link (local, session, link, error)
                                           : sync_link_store_put (session, link, error);
}

static gboolean
write_intent (SyncLocal *local, StoreSession *session, const CalsyncPush *push, GError **error)
{
  g_autoptr (SyncLink) link = take_link (local, session, push->reference, error);

  if (link == NULL)
    return FALSE;
  link->in_flight = (gint64) push->verb;
  set_text (&link->in_flight_uid, push->uid);
  set_text (&link->in_flight_key, push->key);
  link->in_flight_create_sequence = (gint64) push->create_sequence;
  link->in_flight_event_sequence = (gint64) push->event_sequence;
  link->in_flight_shape = sync_shape_of (&push->shape);
  link->in_flight_us = local->now_us;
  return sync_link_store_put (session, link, error);
}

/*
 * What is written down of a batch. @first: receipts that are committed; @n_done: receipts of the write under way;
 * @stopped: (nullable): why nothing more is begun
 */
typedef struct
{
  SyncLocal *local;
  const GPtrArray *finished;
  const GPtrArray *begun;
  guint first;
  guint n_done;
  gboolean is_whole;
  GError *stopped;
} Pushes;

/* What was sent is written down in any case; a run that somebody stopped begins nothing more. */
static gboolean
may_begin (Pushes *pushes, StoreSession *session, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (pushes->begun->len == 0 || sync_local_check_goes_on (pushes->local, session, &local_error))
    return TRUE;
  if (g_error_matches (local_error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CANCELLED))
    pushes->stopped = g_steal_pointer (&local_error);
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  return pushes->stopped != NULL;
}

/* All or none of them: those of a run that is stopped, or dies, were not sent. */
static gboolean
write_intents (Pushes *pushes, StoreSession *session, GError **error)
{
  if (!may_begin (pushes, session, error))
    return FALSE;
  for (guint i = 0; pushes->stopped == NULL && i < pushes->begun->len; i++)
    if (!write_intent (pushes->local, session, pushes->begun->pdata[i], error))
      return FALSE;
  pushes->is_whole = TRUE;
  return TRUE;
}

/* AdminWrite: may be run again, and starts from where the one before ended. */
static gboolean
write_some (StoreSession *session, gpointer data, GError **error)
{
  Pushes *pushes = data;
  const GPtrArray *finished = pushes->finished;
  gint64 until_us = clock_monotonic_us () + SYNC_MAX_WRITE_US;

  g_clear_error (&pushes->stopped);
  pushes->is_whole = FALSE;
  pushes->n_done = 0;
  while (pushes->first + pushes->n_done < finished->len)
    {
      guint at = pushes->first + pushes->n_done;

      if (pushes->n_done > 0 && clock_monotonic_us () >= until_us)
        return TRUE;
      if (!write_receipt (pushes->local, session, finished->pdata[at], error))
        return FALSE;
      pushes->n_done++;
    }
  if (pushes->begun->len > 0 && pushes->n_done > 0 && clock_monotonic_us () >= until_us)
    return TRUE;
  return write_intents (pushes, session, error);
}

/**
 * sync_local_record_pushes:
 *
 * Each receipt stands by itself, so many are several short writes, and the intents come with the last. Cut short
 * between them, what has no receipt is read by the next run, and what has no intent is not sent.
 */
gboolean
sync_local_record_pushes (CalsyncLocal *port,
                          const GPtrArray *finished,
                          const GPtrArray *begun,
                          GError **error)
{
  SyncLocal *local = (SyncLocal *) port;
  Pushes pushes = { .local = local, .finished = finished, .begun = begun };

  local->now_us = local->port.functions->get_now_us (port);
  while (!pushes.is_whole)
    {
      if (!sync_local_write (local, write_some, &pushes, error))
        {
          g_clear_error (&pushes.stopped);
          return FALSE;
        }
      pushes.first += pushes.n_done;
    }
  if (pushes.stopped == NULL)
    return TRUE;
  g_propagate_error (error, pushes.stopped);
  return FALSE;
}

/**
 * sync_local_may_send:
 *
 * Looks, between two requests of a batch, whether somebody has stopped the run.
 *
 * Errors: CALSYNC_REMOTE_ERROR_CANCELLED.
 */
gboolean
sync_local_may_send (CalsyncLocal *port, GError **error)
{
  SyncLocal *local = (SyncLocal *) port;
  gboolean is_own = FALSE;
  gboolean ok;

  if (!sync_local_begin (local, &is_own, error))
    return FALSE;
  ok = sync_local_check_goes_on (local, local->place->session, error);
  sync_local_end (local, is_own);
  return ok;
}
