/* SPDX-License-Identifier: EUPL-1.2 */
/* A short list, the longest at rest first: a thousand accounts do not mean a thousand open connections. */
#include "sync/sync-pool.h"

#include "base/clock.h"

struct _SyncPool
{
  GMutex lock;
  GQueue idle; /* of Client */
  guint max_idle;
  gint64 max_idle_us;
  GDestroyNotify free_client;
};

typedef struct
{
  char *key;
  gpointer client;
  gint64 since_us;
} Client;

static void
close_client (SyncPool *pool, Client *client)
{
  if (client->client != NULL)
    pool->free_client (client->client);
  g_free (client->key);
  g_free (client);
}

/**
 * sync_pool_new:
 * @max_idle: clients at rest; the one that has rested longest makes room
 * @max_idle_us: how long one may rest: servers close connections at rest, and each costs them a place
 * @free_client: any thread
 *
 * Returns: (transfer full)
 */
SyncPool *
sync_pool_new (guint max_idle, gint64 max_idle_us, GDestroyNotify free_client)
{
  SyncPool *pool = g_atomic_rc_box_new0 (SyncPool);

  g_mutex_init (&pool->lock);
  g_queue_init (&pool->idle);
  pool->max_idle = max_idle;
  pool->max_idle_us = max_idle_us;
  pool->free_client = free_client;
  return pool;
}

/**
 * sync_pool_ref:
 */
SyncPool *
sync_pool_ref (SyncPool *pool)
{
  return g_atomic_rc_box_acquire (pool);
}

static void
clear (gpointer data)
{
  SyncPool *pool = data;
  Client *client;

  while ((client = g_queue_pop_head (&pool->idle)) != NULL)
    close_client (pool, client);
  g_mutex_clear (&pool->lock);
}

/**
 * sync_pool_unref:
 *
 * The last one closes what rests.
 */
void
sync_pool_unref (SyncPool *pool)
{
  g_atomic_rc_box_release_full (pool, clear);
}

/* Under the lock: out of the list, when the one that has rested longest is too many or too old. */
static Client *
pop_surplus (SyncPool *pool)
{
  Client *oldest = g_queue_peek_head (&pool->idle);

  if (oldest == NULL || (g_queue_get_length (&pool->idle) <= pool->max_idle &&
                         clock_monotonic_us () - oldest->since_us < pool->max_idle_us))
    return NULL;
  return g_queue_pop_head (&pool->idle);
}

/**
 * sync_pool_close_idle:
 *
 * Closes what has rested for too long. Closing may take a moment: the lock is not held meanwhile.
 */
void
sync_pool_close_idle (SyncPool *pool)
{
  Client *surplus;

  do
    {
      g_mutex_lock (&pool->lock);
      surplus = pop_surplus (pool);
      g_mutex_unlock (&pool->lock);
      if (surplus != NULL)
        close_client (pool, surplus);
    }
  while (surplus != NULL);
}

/**
 * sync_pool_take:
 * @key: of the account and everything that its connections depend on
 *
 * Returns: (transfer full) (nullable): the one that has rested least
 */
gpointer
sync_pool_take (SyncPool *pool, const char *key)
{
  Client *found = NULL;
  gpointer client = NULL;

  g_mutex_lock (&pool->lock);
  for (GList *at = pool->idle.tail; at != NULL && found == NULL; at = at->prev)
    {
      Client *candidate = at->data;

      if (!g_str_equal (candidate->key, key))
        continue;
      found = candidate;
      g_queue_unlink (&pool->idle, at);
      g_list_free_1 (at);
      break;
    }
  g_mutex_unlock (&pool->lock);
  if (found == NULL)
    return NULL;
  client = g_steal_pointer (&found->client);
  close_client (pool, found);
  return client;
}

/**
 * sync_pool_give:
 * @client: (transfer full)
 *
 * Puts it to rest; one that has rested longer may be closed for it.
 */
void
sync_pool_give (SyncPool *pool, const char *key, gpointer client)
{
  Client *resting = g_new0 (Client, 1);

  *resting = (Client){ g_strdup (key), client, clock_monotonic_us () };
  g_mutex_lock (&pool->lock);
  g_queue_push_tail (&pool->idle, resting);
  g_mutex_unlock (&pool->lock);
  sync_pool_close_idle (pool);
}

/**
 * sync_pool_count:
 *
 * Returns: how many rest
 */
guint
sync_pool_count (SyncPool *pool)
{
  guint n_idle;

  g_mutex_lock (&pool->lock);
  n_idle = g_queue_get_length (&pool->idle);
  g_mutex_unlock (&pool->lock);
  return n_idle;
}
