/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts of items on a CalDAV server: many at once where that works, one by one where it does not. */
#include "calsync-remote-caldav-private.h"

#include "calsync-key.h"

#include <string.h>

#define READING     "Reading events"
#define BATCH_KEYS  50
#define BATCH_BYTES (256 * 1024)
#define PART_KEYS   200 /* after which a server has to prove anew that it works */
#define MANY_KEYS   500

static void
fetch_clear (CalsyncCaldavFetch *fetch)
{
  g_hash_table_unref (fetch->wanted);
  g_ptr_array_unref (fetch->gone);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CalsyncCaldavFetch, fetch_clear)

/* --- many at once ----------------------------------------------------------------------------- */

/* Xandikos 0.2.8 has no calendar-data for an event that lacks one of the properties asked for. */
static gboolean
lacks_data (const CalsyncDavResponse *response)
{
  return response->values[CALSYNC_DAV_ETAG].status / 100 == 2 &&
         response->values[CALSYNC_DAV_DATA].status / 100 == 4;
}

/**
 * calsync_caldav_take_response:
 * @response: what a server says of an item
 * @data: the #CalsyncCaldavFetch
 * @error: return location for what the caller's function set
 *
 * A #CalsyncDavFunc. What the answer does not settle stays wanted, and is asked for by itself.
 *
 * Returns: whether the caller's function takes more
 */
gboolean
calsync_caldav_take_response (const CalsyncDavResponse *response, gpointer data, GError **error)
{
  CalsyncCaldavFetch *fetch = data;
  g_autofree char *path =
    response->href == NULL ? NULL : calsync_caldav_dup_key (fetch->self, response->href);
  g_autofree char *normal = path == NULL ? NULL : calsync_key_normalise (path);
  const char *asked = normal == NULL ? NULL : g_hash_table_lookup (fetch->wanted, normal);
  g_autofree char *key = g_strdup (asked);
  g_autofree char *version = NULL;
  CalsyncItem item = { .key = key };

  if (key == NULL)
    return TRUE;
  if (response->status == 404 || response->status == 410)
    {
      calsync_caldav_note_gone (fetch, key);
      return TRUE;
    }
  if (!response->is_data_cut && response->n_data == 0)
    {
      fetch->lacks_data |= lacks_data (response);
      return TRUE;
    }
  version = calsync_caldav_dup_version (calsync_caldav_get_text (response, CALSYNC_DAV_ETAG));
  item.version = version;
  item.state = response->is_data_cut ? CALSYNC_ITEM_UNREADABLE : CALSYNC_ITEM_FOUND;
  item.text = response->data;
  item.n_text = response->n_data;
  return calsync_caldav_hand_over (fetch, &item, error);
}

static gboolean
ask_batch (CalsyncCaldavFetch *fetch,
           const char *const *keys,
           guint n,
           guint *out_status,
           GError **error)
{
  g_auto (CalsyncCaldavQuestion) question = {
    .method = "REPORT",
    .depth = "1",
    .body = calsync_dav_make_multiget (keys, n, fetch->scope),
    .what = READING,
    .func = calsync_caldav_take_response,
    .data = fetch,
  };
  gboolean is_read = calsync_caldav_ask (fetch->self, &question, fetch->cancellable, error);

  *out_status = question.status;
  return is_read;
}

/* How to go on after a request for many items failed. */
typedef enum
{
  STEP_STOP,
  STEP_FEWER,
  STEP_SINGLY
} Step;

/* Too large, too slow, or one broken item in it: fewer at once find out which. */
static Step
choose_step (guint status, const GError *error)
{
  switch ((CalsyncRemoteError) error->code)
    {
    case CALSYNC_REMOTE_ERROR_UNREACHABLE:
    case CALSYNC_REMOTE_ERROR_NONSENSE:
    case CALSYNC_REMOTE_ERROR_TOO_LARGE:
    case CALSYNC_REMOTE_ERROR_FULL:
      return STEP_FEWER;
    case CALSYNC_REMOTE_ERROR_REFUSED:
      return status == 413 ? STEP_FEWER : STEP_SINGLY;
    case CALSYNC_REMOTE_ERROR_FAILED:
      return status >= 500 && status != 501 ? STEP_FEWER : STEP_SINGLY;
    case CALSYNC_REMOTE_ERROR_CHANGED:
    case CALSYNC_REMOTE_ERROR_CURSOR:
    case CALSYNC_REMOTE_ERROR_FORBIDDEN:
    case CALSYNC_REMOTE_ERROR_GONE:
      return STEP_SINGLY;
    case CALSYNC_REMOTE_ERROR_DENIED:
    case CALSYNC_REMOTE_ERROR_BUSY:
    case CALSYNC_REMOTE_ERROR_UNTRUSTED:
    case CALSYNC_REMOTE_ERROR_ASTRAY:
    case CALSYNC_REMOTE_ERROR_CANCELLED:
      return STEP_STOP;
    }
  return STEP_STOP;
}

/* --- all -------------------------------------------------------------------------------------- */

static gboolean
fetch_singly (CalsyncCaldavFetch *fetch, const char *const *keys, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *normal = calsync_key_normalise (keys[i]);

      if (g_hash_table_contains (fetch->wanted, normal) &&
          !calsync_caldav_fetch_one (fetch, keys[i], error))
        return FALSE;
    }
  return TRUE;
}

/* 404 for an item means something only as long as the calendar itself is there. */
static gboolean
hand_over_gone (CalsyncCaldavFetch *fetch, GError **error)
{
  if (fetch->gone->len == 0)
    return TRUE;
  if (!calsync_caldav_ask_stamp (fetch->self, NULL, fetch->cancellable, error))
    return FALSE;
  for (guint i = 0; i < fetch->gone->len; i++)
    {
      const CalsyncItem item = { .key = fetch->gone->pdata[i], .state = CALSYNC_ITEM_GONE };

      if (!fetch->func (&item, fetch->data, error))
        return FALSE;
    }
  g_ptr_array_set_size (fetch->gone, 0);
  return TRUE;
}

static guint
count_batch (const char *const *keys, guint max_keys)
{
  gsize n_bytes = 0;
  guint n = 0;

  while (n < max_keys && keys[n] != NULL && (n == 0 || n_bytes < BATCH_BYTES))
    n_bytes += strlen (keys[n++]) + strlen ("<href></href>");
  return n;
}

/* Those of the first @n keys that are still wanted. */
static GPtrArray *
list_wanted (CalsyncCaldavFetch *fetch, const char *const *keys, guint n)
{
  GPtrArray *wanted = g_ptr_array_new ();

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *normal = calsync_key_normalise (keys[i]);

      if (g_hash_table_contains (fetch->wanted, normal))
        g_ptr_array_add (wanted, (gpointer) keys[i]);
    }
  return wanted;
}

/* Asks for what is wanted of @n items; where the server has no texts for a part of the properties, again for
 * all of them. */
static gboolean
ask_wanted (CalsyncCaldavFetch *fetch,
            const char *const *keys,
            guint n,
            guint *out_status,
            GError **error)
{
  g_autoptr (GPtrArray) first = list_wanted (fetch, keys, n);
  g_autoptr (GPtrArray) second = NULL;

  fetch->lacks_data = FALSE;
  if (first->len > 0 &&
      !ask_batch (fetch, (const char *const *) first->pdata, first->len, out_status, error))
    return FALSE;
  if (!fetch->lacks_data || fetch->scope == CALSYNC_DAV_WHOLE)
    return TRUE;
  second = list_wanted (fetch, keys, n);
  fetch->scope = CALSYNC_DAV_WHOLE;
  fetch->self->lacks_partial = TRUE;
  return ask_batch (fetch, (const char *const *) second->pdata, second->len, out_status, error);
}

/* Asks for @n items at once; FALSE with @error, else what to do next in @out_step. */
static gboolean
try_batch (CalsyncCaldavFetch *fetch,
           const char *const *keys,
           guint n,
           Step *out_step,
           GError **error)
{
  GError *cause = NULL;
  guint status = 0;

  *out_step = STEP_SINGLY;
  if (fetch->self->lacks_multiget || ask_wanted (fetch, keys, n, &status, &cause))
    return TRUE;
  *out_step = fetch->is_refused ? STEP_STOP : choose_step (status, cause);
  if (*out_step == STEP_STOP)
    {
      g_propagate_error (error, cause);
      return FALSE;
    }
  g_error_free (cause);
  if (*out_step == STEP_SINGLY)
    {
      /* The calendar must be there for this to be about the request. */
      if (!calsync_caldav_ask_stamp (fetch->self, NULL, fetch->cancellable, error))
        return FALSE;
      fetch->self->lacks_multiget = TRUE;
    }
  return TRUE;
}

static gboolean
fetch_all (CalsyncCaldavFetch *fetch, const char *const *keys, GError **error)
{
  guint max_keys = BATCH_KEYS;

  while (*keys != NULL)
    {
      guint n = count_batch (keys, max_keys);
      Step step;

      if (!try_batch (fetch, keys, n, &step, error))
        return FALSE;
      if (step == STEP_FEWER && n > 1)
        {
          max_keys = MAX (n / 4, 1);
          continue;
        }
      fetch->is_doubtful = step == STEP_FEWER || fetch->self->lacks_multiget;
      if (!fetch_singly (fetch, keys, n, error))
        return FALSE;
      max_keys = step == STEP_FEWER ? 1 : MIN (max_keys * 2, BATCH_KEYS);
      keys += n;
    }
  return hand_over_gone (fetch, error);
}

/* What is still wanted of @n items. That items before were whole says nothing of a server that breaks later. */
static gboolean
fetch_parts (CalsyncCaldavFetch *fetch, const char *const *keys, guint n, GError **error)
{
  g_autoptr (GPtrArray) wanted = list_wanted (fetch, keys, n);

  for (guint at = 0; at < wanted->len; at += PART_KEYS)
    {
      const guint n_part = MIN (wanted->len - at, PART_KEYS);
      g_autoptr (GPtrArray) part = g_ptr_array_sized_new (n_part + 1);

      for (guint i = 0; i < n_part; i++)
        g_ptr_array_add (part, wanted->pdata[at + i]);
      g_ptr_array_add (part, NULL);
      fetch->n_found = fetch->n_broken = 0;
      if (!fetch_all (fetch, (const char *const *) part->pdata, error))
        return FALSE;
    }
  return TRUE;
}

static CalsyncCaldavFetch
fetch_init (CalsyncCaldav *self, CalsyncItemFunc func, gpointer data, GCancellable *cancellable)
{
  return (CalsyncCaldavFetch){
    .self = self,
    .func = func,
    .data = data,
    .cancellable = cancellable,
    .scope = self->lacks_partial ? CALSYNC_DAV_WHOLE : CALSYNC_DAV_TIMES,
    .wanted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
    .gone = g_ptr_array_new_with_free_func (g_free),
  };
}

/**
 * calsync_caldav_fetch:
 * @remote: a CalDAV remote
 * @keys: (array zero-terminated=1): which items
 * @func: (scope call): takes each once
 * @data: for @func
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR, or for what @func set
 *
 * See calsync_remote_fetch(). calendar-multiget (RFC 4791 section 7.9) for at most 50 items or 256 kB
 * of addresses; fewer when that is too much for the server; what its answer leaves open is read by GET.
 * More than 500 items are first read by one calendar-query of the whole calendar; @func takes them while the
 * answer comes. What it leaves open is read as above.
 * An item is gone only while the calendar itself can be read.
 *
 * Returns: whether @func took every item
 */
gboolean
calsync_caldav_fetch (CalsyncRemote *remote,
                      const char *const *keys,
                      CalsyncItemFunc func,
                      gpointer data,
                      GCancellable *cancellable,
                      GError **error)
{
  g_auto (CalsyncCaldavFetch) fetch =
    fetch_init ((CalsyncCaldav *) remote, func, data, cancellable);

  guint n = 0;

  for (; keys[n] != NULL; n++)
    g_hash_table_replace (fetch.wanted, calsync_key_normalise (keys[n]), g_strdup (keys[n]));
  if (n > MANY_KEYS && !calsync_caldav_query_all (&fetch, error))
    return FALSE;
  return fetch_parts (&fetch, keys, n, error);
}

/**
 * calsync_caldav_fetch_whole:
 * @remote: a CalDAV remote
 * @key: which item
 * @func: (scope call): takes it once
 * @data: for @func
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR, or for what @func set
 *
 * See calsync_remote_fetch_whole(). By GET; where that finds nothing, or the ETag of its answer cannot be
 * used (proxies that compress make it weak), by a multiget of one, whose ETag stands in the body.
 *
 * Returns: whether @func took it
 */
gboolean
calsync_caldav_fetch_whole (CalsyncRemote *remote,
                            const char *key,
                            CalsyncItemFunc func,
                            gpointer data,
                            GCancellable *cancellable,
                            GError **error)
{
  CalsyncCaldav *self = (CalsyncCaldav *) remote;
  g_auto (CalsyncCaldavFetch) fetch = fetch_init (self, func, data, cancellable);
  g_auto (CalsyncReply) reply = { 0 };
  g_autofree char *version = NULL;
  const char *const keys[] = { key, NULL };

  fetch.scope = CALSYNC_DAV_WHOLE;
  g_hash_table_replace (fetch.wanted, calsync_key_normalise (key), g_strdup (key));
  if (!calsync_caldav_get_item (&fetch, key, &reply, error))
    return FALSE;
  version = calsync_caldav_dup_version (reply.etag);
  if (version == NULL && (reply.status / 100 == 2 || reply.status == 404 || reply.status == 410))
    {
      Step step;

      if (!try_batch (&fetch, keys, 1, &step, error))
        return FALSE;
    }
  if (g_hash_table_size (fetch.wanted) > 0 &&
      !calsync_caldav_take_reply (&fetch, key, &reply, error))
    return FALSE;
  return hand_over_gone (&fetch, error);
}
