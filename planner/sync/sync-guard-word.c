/* SPDX-License-Identifier: EUPL-1.2 */
/* A short word for what is held back, so that a person agrees to what was shown and to nothing else. */
#include "sync/sync-guard-word.h"

#include <string.h>

#define N_DIGITS 8
#define PUSH     "push-"

static int
compare_hashes (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * sync_guard_word:
 * @key_hashes: (element-type utf8): what is held back of the binding, in any order
 *
 * It says nothing of what they are, and changes with any of them. Pure. Any thread.
 *
 * Returns: (transfer full): eight digits of a SHA-256
 */
char *
sync_guard_word (gint64 binding_id, const GPtrArray *key_hashes)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  g_autofree char *head = g_strdup_printf ("%" G_GINT64_FORMAT, binding_id);

  g_checksum_update (checksum, (const guchar *) head, -1);
  for (guint i = 0; i < key_hashes->len; i++)
    g_ptr_array_add (sorted, key_hashes->pdata[i]);
  g_ptr_array_sort (sorted, compare_hashes);
  for (guint i = 0; i < sorted->len; i++)
    {
      g_checksum_update (checksum, (const guchar *) "\n", 1);
      g_checksum_update (checksum, sorted->pdata[i], -1);
    }
  return g_strndup (g_checksum_get_string (checksum), N_DIGITS);
}

/**
 * sync_guard_word_fits:
 * @word: as somebody typed it
 *
 * Pure. Any thread.
 */
gboolean
sync_guard_word_fits (const char *word, gint64 binding_id, const GPtrArray *key_hashes)
{
  g_autofree char *wanted = sync_guard_word (binding_id, key_hashes);

  return g_ascii_strcasecmp (word, wanted) == 0;
}

static char *
dup_push (const CalsyncPush *push)
{
  g_autofree char *text = g_strdup_printf ("%s %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
                                           calsync_push_verb_format (push->verb), push->reference,
                                           push->shape.start_us, push->shape.end_us);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  return g_strconcat (PUSH, digest, NULL);
}

/**
 * sync_guard_list_pushes:
 * @pushes: (element-type CalsyncPush): of a preview
 *
 * What would change or remove an event, and when it would be from then on: none of it looks like the hash of a
 * key, so that nobody who agrees to it agrees to a disappearance. Pure. Any thread.
 *
 * Returns: (transfer full) (element-type utf8)
 */
GPtrArray *
sync_guard_list_pushes (const GPtrArray *pushes)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < pushes->len; i++)
    if (((const CalsyncPush *) pushes->pdata[i])->verb != CALSYNC_PUSH_CREATE)
      g_ptr_array_add (all, dup_push (pushes->pdata[i]));
  return all;
}
