/* SPDX-License-Identifier: EUPL-1.2 */
/* Calendars that more than one advisor or room is connected to. */
#include "sync/sync-shared.h"

#include <string.h>

#include "calsync-key.h"

/* Two spellings of one address are one calendar. */
static char *
normalise (const char *url)
{
  const char *at = strstr (url, "://");
  const char *host = at == NULL ? url : at + strlen ("://");
  g_autofree char *name = g_ascii_strdown (host, (gssize) strcspn (host, "/"));
  g_autofree char *path = calsync_key_normalise (url);

  while (g_str_has_suffix (path, "/"))
    path[strlen (path) - 1] = '\0';
  return g_strconcat (name, path, NULL);
}

/**
 * sync_shared_load:
 *
 * Returns: (transfer full): addresses, each with the keys of those who are connected to it
 */
GHashTable *
sync_shared_load (StoreSession *session, gint64 tenant_id, GError **error)
{
  g_autoptr (GHashTable) shared =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SYNC_BINDING_ADDRESSES, "i", tenant_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      char *address = normalise (store_text (&query, 0));
      GPtrArray *keys = g_hash_table_lookup (shared, address);

      if (keys == NULL)
        {
          keys = g_ptr_array_new_with_free_func (g_free);
          g_hash_table_insert (shared, g_strdup (address), keys);
        }
      g_ptr_array_add (keys, g_strdup (store_text (&query, 1)));
      g_free (address);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&shared);
}

/**
 * sync_shared_dup_others:
 * @resource_key: whose connection to @url is asked about
 */
char *
sync_shared_dup_others (GHashTable *shared, const char *url, const char *resource_key)
{
  g_autofree char *address = normalise (url);
  const GPtrArray *keys = g_hash_table_lookup (shared, address);
  g_autoptr (GString) others = g_string_new (NULL);

  for (guint i = 0; keys != NULL && i < keys->len; i++)
    if (!g_str_equal (keys->pdata[i], resource_key))
      g_string_append_printf (others, "%s%s", others->len == 0 ? "" : ", ",
                              (const char *) keys->pdata[i]);
  return others->len == 0 ? NULL : g_string_free (g_steal_pointer (&others), FALSE);
}

/**
 * sync_shared_dup_warning:
 */
char *
sync_shared_dup_warning (const char *others)
{
  return g_strdup_printf ("the calendar is connected to %s, too: each booking and appointment of "
                          "one takes the time of all; leave it so for time that is shared alone",
                          others);
}
