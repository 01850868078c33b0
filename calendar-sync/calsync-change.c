/* SPDX-License-Identifier: EUPL-1.2 */
/* What a run of a synchronisation finds out and does: memory and words. */
#include "calsync-change.h"

/**
 * calsync_found_free:
 * @found: (transfer full): what was found
 */
void
calsync_found_free (CalsyncFound *found)
{
  g_free (found->key_hash);
  g_free (found->key);
  g_free (found->version);
  g_free (found->reference);
  g_clear_pointer (&found->objects, g_ptr_array_unref);
  g_free (found);
}

/**
 * calsync_link_change_free:
 * @change: (transfer full): the change
 */
void
calsync_link_change_free (CalsyncLinkChange *change)
{
  g_free (change->reference);
  g_free (change->uid);
  g_free (change->key);
  g_free (change->version);
  g_free (change);
}

/**
 * calsync_push_free:
 * @push: (transfer full): the push
 */
void
calsync_push_free (CalsyncPush *push)
{
  g_free (push->reference);
  g_free (push->uid);
  g_free (push->key);
  g_free (push->version);
  g_free (push);
}

/**
 * calsync_push_copy:
 * @push: a push
 *
 * Returns: (transfer full): another
 */
CalsyncPush *
calsync_push_copy (const CalsyncPush *push)
{
  CalsyncPush *copy = g_new (CalsyncPush, 1);

  *copy = *push;
  copy->reference = g_strdup (push->reference);
  copy->uid = g_strdup (push->uid);
  copy->key = g_strdup (push->key);
  copy->version = g_strdup (push->version);
  return copy;
}

/**
 * calsync_guarded_free:
 * @guarded: (transfer full): what was held back
 */
void
calsync_guarded_free (CalsyncGuarded *guarded)
{
  g_clear_pointer (&guarded->key_hashes, g_ptr_array_unref);
  g_free (guarded);
}

/**
 * calsync_push_verb_format:
 * @verb: a verb
 *
 * Returns: (transfer none): its word: none, create, update or remove
 */
const char *
calsync_push_verb_format (CalsyncPushVerb verb)
{
  static const char *const words[] = { "none", "create", "update", "remove" };

  return (guint) verb < G_N_ELEMENTS (words) ? words[verb] : "unknown";
}

/**
 * calsync_link_state_format:
 * @state: a state
 *
 * Returns: (transfer none): its word: none, linked, conflict or refused
 */
const char *
calsync_link_state_format (CalsyncLinkState state)
{
  static const char *const words[] = { "none", "linked", "conflict", "refused" };

  return (guint) state < G_N_ELEMENTS (words) ? words[state] : "unknown";
}
