/* SPDX-License-Identifier: EUPL-1.2 */
/* Makes the key when it is first needed. */
#include "ops/import/hash-key.h"

#include "base/ids.h"
#include "store/sync-binding-store.h"

#define KEY_BYTES 32

/**
 * hash_key_need:
 *
 * Writer only: two that want the first key at once get the same one.
 *
 * Returns: (transfer full)
 */
GBytes *
hash_key_need (StoreSession *session, gint64 tenant_id, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GBytes) key = sync_hash_key_find (session, tenant_id, &local_error);
  guint8 bytes[KEY_BYTES];

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  if (key != NULL)
    return g_steal_pointer (&key);
  ids_random_bytes (bytes, sizeof bytes);
  key = g_bytes_new (bytes, sizeof bytes);
  return sync_hash_key_add (session, tenant_id, key, error) ? g_steal_pointer (&key) : NULL;
}

/**
 * hash_key_apply:
 * @hash: one that was made without a key
 *
 * Returns: (transfer full): HMAC-SHA256 of it, 64 hexadecimal digits.
 */
char *
hash_key_apply (GBytes *key, const char *hash)
{
  gsize n_bytes = 0;
  const guchar *bytes = g_bytes_get_data (key, &n_bytes);

  return g_compute_hmac_for_string (G_CHECKSUM_SHA256, bytes, n_bytes, hash, -1);
}
