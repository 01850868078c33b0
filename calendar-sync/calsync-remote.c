/* SPDX-License-Identifier: EUPL-1.2 */
/* The far side of a synchronisation: errors, values, and the calls through a remote's table. */
#include "calsync-remote.h"

G_DEFINE_QUARK (calsync - remote - error - quark, calsync_remote_error)

static const struct
{
  const char *word;
  gboolean is_uncertain;
} codes[] = {
  /* clang-format off */
  [CALSYNC_REMOTE_ERROR_DENIED]      = { "denied",      FALSE },
  [CALSYNC_REMOTE_ERROR_FORBIDDEN]   = { "forbidden",   FALSE },
  [CALSYNC_REMOTE_ERROR_GONE]        = { "gone",        FALSE },
  [CALSYNC_REMOTE_ERROR_CHANGED]     = { "changed",     FALSE },
  [CALSYNC_REMOTE_ERROR_CURSOR]      = { "cursor",      FALSE },
  [CALSYNC_REMOTE_ERROR_REFUSED]     = { "refused",     FALSE },
  [CALSYNC_REMOTE_ERROR_FULL]        = { "full",        FALSE },
  [CALSYNC_REMOTE_ERROR_BUSY]        = { "busy",        TRUE },
  [CALSYNC_REMOTE_ERROR_FAILED]      = { "failed",      TRUE },
  [CALSYNC_REMOTE_ERROR_UNREACHABLE] = { "unreachable", TRUE },
  [CALSYNC_REMOTE_ERROR_UNTRUSTED]   = { "untrusted",   FALSE },
  [CALSYNC_REMOTE_ERROR_NONSENSE]    = { "nonsense",    TRUE },
  [CALSYNC_REMOTE_ERROR_TOO_LARGE]   = { "too-large",   TRUE },
  [CALSYNC_REMOTE_ERROR_ASTRAY]      = { "astray",      FALSE },
  [CALSYNC_REMOTE_ERROR_CANCELLED]   = { "cancelled",   TRUE },
  /* clang-format on */
};
G_STATIC_ASSERT (G_N_ELEMENTS (codes) == CALSYNC_N_REMOTE_ERRORS);

/**
 * calsync_remote_error_format:
 * @code: a code of %CALSYNC_REMOTE_ERROR
 *
 * Any thread.
 *
 * Returns: (transfer none): its word ("denied", "too-large"), which is stored as health, shown and
 *   counted; "failed" for any other number
 */
const char *
calsync_remote_error_format (gint code)
{
  return code >= 0 && code < CALSYNC_N_REMOTE_ERRORS ? codes[code].word : "failed";
}

/**
 * calsync_remote_error_is_uncertain:
 * @error: (nullable): why a write failed
 *
 * Any thread.
 *
 * Returns: whether the write may have been done all the same, so that the item is to be read again
 *   before anything is tried: also for errors of other domains
 */
gboolean
calsync_remote_error_is_uncertain (const GError *error)
{
  if (error == NULL)
    return FALSE;
  if (error->domain != CALSYNC_REMOTE_ERROR || error->code < 0 ||
      error->code >= CALSYNC_N_REMOTE_ERRORS)
    return TRUE;
  return codes[error->code].is_uncertain;
}

/**
 * calsync_remote_facts_clear:
 * @facts: what calsync_remote_describe() filled, or zeroes
 *
 * Frees what @facts holds and makes it zeroes.
 */
void
calsync_remote_facts_clear (CalsyncRemoteFacts *facts)
{
  g_free (facts->identity);
  g_free (facts->display_name);
  g_free (facts->zone_name);
  *facts = (CalsyncRemoteFacts){ 0 };
}

/**
 * calsync_entry_new:
 * @key: where it stands
 * @version: (nullable): its ETag
 * @is_gone: whether the server says that it was removed
 *
 * Returns: (transfer full): a member of a listing
 */
CalsyncEntry *
calsync_entry_new (const char *key, const char *version, gboolean is_gone)
{
  CalsyncEntry *entry = g_new0 (CalsyncEntry, 1);

  entry->key = g_strdup (key);
  entry->version = g_strdup (version);
  entry->is_gone = is_gone;
  return entry;
}

void
calsync_entry_free (CalsyncEntry *entry)
{
  if (entry == NULL)
    return;
  g_free (entry->key);
  g_free (entry->version);
  g_free (entry);
}

/**
 * calsync_listing_new:
 *
 * Returns: (transfer full): an empty listing without a cursor
 */
CalsyncListing *
calsync_listing_new (void)
{
  CalsyncListing *listing = g_new0 (CalsyncListing, 1);

  listing->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_entry_free);
  return listing;
}

void
calsync_listing_free (CalsyncListing *listing)
{
  if (listing == NULL)
    return;
  g_ptr_array_unref (listing->entries);
  g_free (listing->cursor);
  g_free (listing);
}

/**
 * calsync_remote_describe:
 * @remote: a remote
 * @out_facts: (out caller-allocates): what the calendar says of itself; untouched on failure
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR
 *
 * Blocks. As all calls of a remote: by one thread at a time.
 *
 * Returns: whether the calendar answered
 */
gboolean
calsync_remote_describe (CalsyncRemote *remote,
                         CalsyncRemoteFacts *out_facts,
                         GCancellable *cancellable,
                         GError **error)
{
  return remote->functions->describe (remote, out_facts, cancellable, error);
}

/**
 * calsync_remote_read_changes:
 * @remote: a remote
 * @cursor: of an earlier listing
 * @out_listing: (inout): an empty listing, to which is added what changed since @cursor
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR; CURSOR: list anew
 *
 * What a feed does not name is as it was: nothing is ever said by absence. One request when nothing
 * changed. Blocks.
 *
 * Returns: whether all of it was read
 */
gboolean
calsync_remote_read_changes (CalsyncRemote *remote,
                             const char *cursor,
                             CalsyncListing *out_listing,
                             GCancellable *cancellable,
                             GError **error)
{
  return remote->functions->read_changes (remote, cursor, out_listing, cancellable, error);
}

/**
 * calsync_remote_read_all:
 * @remote: a remote
 * @out_listing: (inout): an empty listing, to which is added everything that the calendar holds
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR
 *
 * Everything, or an error: what is not in the listing is not there. No entry is gone. Blocks.
 *
 * Returns: whether all of it was read
 */
gboolean
calsync_remote_read_all (CalsyncRemote *remote,
                         CalsyncListing *out_listing,
                         GCancellable *cancellable,
                         GError **error)
{
  return remote->functions->read_all (remote, out_listing, cancellable, error);
}

/**
 * calsync_remote_fetch:
 * @remote: a remote
 * @keys: (array zero-terminated=1): which items
 * @func: (scope call): takes each of them exactly once, in any order
 * @data: for @func
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR, or for what @func set
 *
 * Blocks. @func is called while answers are on their way: it may store what it has, and may not use @remote.
 *
 * Returns: whether @func took every item
 */
gboolean
calsync_remote_fetch (CalsyncRemote *remote,
                      const char *const *keys,
                      CalsyncItemFunc func,
                      gpointer data,
                      GCancellable *cancellable,
                      GError **error)
{
  return remote->functions->fetch (remote, keys, func, data, cancellable, error);
}

/**
 * calsync_remote_fetch_whole:
 * @remote: a remote
 * @key: which item
 * @func: (scope call): takes it exactly once
 * @data: for @func
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR, or for what @func set
 *
 * The whole text of one item, while calsync_remote_fetch() asks for times only: to change our own
 * properties in an event of ours that somebody touched. Blocks.
 *
 * Returns: whether @func took it
 */
gboolean
calsync_remote_fetch_whole (CalsyncRemote *remote,
                            const char *key,
                            CalsyncItemFunc func,
                            gpointer data,
                            GCancellable *cancellable,
                            GError **error)
{
  return remote->functions->fetch_whole (remote, key, func, data, cancellable, error);
}

/**
 * calsync_remote_create:
 * @remote: a remote
 * @write: key of calsync_remote_make_key(), text
 * @out_version: (out) (nullable): the new version; %NULL when the server gave none that can be used:
 *   read again
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR; CHANGED: something is there already
 *
 * Blocks.
 *
 * Returns: whether the item was made
 */
gboolean
calsync_remote_create (CalsyncRemote *remote,
                       const CalsyncWrite *write,
                       char **out_version,
                       GCancellable *cancellable,
                       GError **error)
{
  return remote->functions->create (remote, write, out_version, cancellable, error);
}

/**
 * calsync_remote_update:
 * @remote: a remote
 * @write: key, the version that must still be there, text
 * @out_version: (out) (nullable): the new version; %NULL when the server gave none that can be used:
 *   read again
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR; CHANGED: it is another version
 *
 * Blocks.
 *
 * Returns: whether the item was written
 */
gboolean
calsync_remote_update (CalsyncRemote *remote,
                       const CalsyncWrite *write,
                       char **out_version,
                       GCancellable *cancellable,
                       GError **error)
{
  return remote->functions->update (remote, write, out_version, cancellable, error);
}

/**
 * calsync_remote_remove:
 * @remote: a remote
 * @key: which item
 * @version: the version that must still be there
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR; GONE: it was not there any more
 *
 * Blocks.
 *
 * Returns: whether the item was removed
 */
gboolean
calsync_remote_remove (CalsyncRemote *remote,
                       const char *key,
                       const char *version,
                       GCancellable *cancellable,
                       GError **error)
{
  return remote->functions->remove (remote, key, version, cancellable, error);
}

/**
 * calsync_remote_make_key:
 * @remote: a remote
 * @uid: letters, digits and -
 *
 * Returns: (transfer full): where a new item of that UID would stand
 */
char *
calsync_remote_make_key (CalsyncRemote *remote, const char *uid)
{
  return remote->functions->make_key (remote, uid);
}

/**
 * calsync_remote_get_retry_after_s:
 * @remote: a remote
 *
 * Returns: how long the last answer asked to wait; 0: it did not say
 */
gint64
calsync_remote_get_retry_after_s (CalsyncRemote *remote)
{
  return remote->functions->get_retry_after_s (remote);
}

/**
 * calsync_remote_get_cost:
 * @remote: a remote
 * @out_cost: (out): requests and bytes since it was made
 *
 * Counts everything that went over the wire, repeats and refused attempts too.
 */
void
calsync_remote_get_cost (CalsyncRemote *remote, CalsyncCost *out_cost)
{
  remote->functions->get_cost (remote, out_cost);
}

void
calsync_remote_free (CalsyncRemote *remote)
{
  if (remote != NULL)
    remote->functions->free (remote);
}
