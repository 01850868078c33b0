/* SPDX-License-Identifier: EUPL-1.2 */
/* Links: what was sent of a meeting, what is being sent, and what became of it. */
#include <string.h>

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
  return sync_link_store_put (session, link, error) &&
         (!change->counts_putback ||
          sync_link_store_add_putback (session, link->link_id, local->now_us, error));
}

/* @stopped: (nullable): why nothing more is begun */
typedef struct
{
  SyncLocal *local;
  const CalsyncPush *finished;
  const CalsyncPush *begun;
  GError *stopped;
} Push;

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

/* What was sent is written down in any case; a run that somebody stopped begins nothing more. */
static gboolean
may_begin (Push *push, StoreSession *session, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  g_clear_error (&push->stopped);
  if (push->begun == NULL || sync_local_check_goes_on (push->local, session, &local_error))
    return TRUE;
  if (g_error_matches (local_error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CANCELLED))
    push->stopped = g_steal_pointer (&local_error);
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  return push->stopped != NULL;
}

/* AdminWrite: may be run again. */
static gboolean
write_push (StoreSession *session, gpointer data, GError **error)
{
  Push *push = data;

  if (!may_begin (push, session, error))
    return FALSE;
  return (push->finished == NULL || write_receipt (push->local, session, push->finished, error)) &&
         (push->begun == NULL || push->stopped != NULL ||
          write_intent (push->local, session, push->begun, error));
}

/**
 * sync_local_record_push:
 */
gboolean
sync_local_record_push (CalsyncLocal *port,
                        const CalsyncPush *finished,
                        const CalsyncPush *begun,
                        GError **error)
{
  SyncLocal *local = (SyncLocal *) port;
  Push push = { .local = local, .finished = finished, .begun = begun };

  local->now_us = local->port.functions->get_now_us (port);
  if (!sync_local_write (local, write_push, &push, error))
    {
      g_clear_error (&push.stopped);
      return FALSE;
    }
  if (push.stopped == NULL)
    return TRUE;
  g_propagate_error (error, push.stopped);
  return FALSE;
}
