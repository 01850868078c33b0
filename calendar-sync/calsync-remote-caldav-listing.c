/* SPDX-License-Identifier: EUPL-1.2 */
/* What a CalDAV calendar holds and what changed in it: sync-collection (RFC 6578), stamp, listing. */
#include "calsync-remote-caldav-private.h"

#include "calsync-key.h"

#include <string.h>

#define READING   "Reading the calendar"
#define MAX_PAGES 10000

/* A cursor tells how it was made, so that it is never held against another kind. */
#define FEED    "f:"
#define STAMP   "s:"
#define LISTING "l:"

/* What the responses of one answer are put into. */
typedef struct
{
  const CalsyncCaldav *self;
  GPtrArray *entries;    /* (nullable): %NULL: they are only looked at */
  gboolean is_truncated; /* the server says that there is more */
  gboolean has_self;     /* the calendar stands in its own listing */
  gboolean is_dead_end;  /* the feed leads nowhere */
} Taking;

static void
set_nonsense (const char *message, GError **error)
{
  g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE, message);
}

static gboolean
is_cut_mark (const CalsyncDavResponse *response)
{
  return response->status == 507 ||
         g_strcmp0 (response->precondition, "number-of-matches-within-limits") == 0;
}

static void
take_entry (Taking *taking, const CalsyncDavResponse *response, gboolean is_gone)
{
  CalsyncEntry *entry;

  if (taking->entries == NULL)
    return;
  entry = g_new0 (CalsyncEntry, 1);
  entry->key = calsync_caldav_dup_key (taking->self, response->href);
  entry->version =
    calsync_caldav_dup_version (calsync_caldav_get_text (response, CALSYNC_DAV_ETAG));
  entry->is_gone = is_gone;
  g_ptr_array_add (taking->entries, entry);
}

/* What feed and listing have in common; TRUE in @out_is_item when it is about an item. */
static gboolean
sort_response (Taking *taking,
               const CalsyncDavResponse *response,
               gboolean *out_is_item,
               GError **error)
{
  gboolean is_folder =
    response->values[CALSYNC_DAV_RESOURCE_TYPE].marks & CALSYNC_DAV_IS_COLLECTION;

  *out_is_item = FALSE;
  if (is_cut_mark (response))
    {
      taking->is_truncated = TRUE;
      return TRUE;
    }
  if (response->href == NULL)
    {
      set_nonsense ("The server's answer speaks of something without saying of what.", error);
      return FALSE;
    }
  if (!is_folder && !calsync_caldav_is_self (taking->self, response->href))
    {
      *out_is_item = TRUE;
      return TRUE;
    }
  taking->has_self = TRUE;
  if (response->status < 400)
    return TRUE;
  calsync_caldav_set_inner_error (response->status, response->precondition, READING, error);
  return FALSE;
}

/* --- sync-collection -------------------------------------------------------------------------- */

/* A status of the whole response that is not 404 says that the item is there and something is wrong
 * with it: fetching it tells. */
static gboolean
take_change (const CalsyncDavResponse *response, gpointer data, GError **error)
{
  gboolean is_item;

  if (!sort_response (data, response, &is_item, error))
    return FALSE;
  if (is_item)
    take_entry (data, response, response->status == 404 || response->status == 410);
  return TRUE;
}

/* Asks for one page. A feed that has no token, or gives the same again, leads nowhere. */
static gboolean
ask_page (CalsyncCaldav *self,
          CalsyncCaldavQuestion *question,
          const char *token,
          GCancellable *cancellable,
          GError **error)
{
  Taking *taking = question->data;

  g_free (question->body);
  question->body = calsync_dav_make_sync (token);
  question->is_bulk = token == NULL || *token == '\0';
  taking->is_truncated = FALSE;
  if (!calsync_caldav_ask (self, question, cancellable, error))
    return FALSE;
  taking->is_dead_end =
    question->token == NULL || (taking->is_truncated && g_strcmp0 (question->token, token) == 0);
  if (taking->is_dead_end)
    set_nonsense ("The server tells what changed without telling how to go on from there.", error);
  return !taking->is_dead_end;
}

/* Follows the feed from @token to its end; the token there, or %NULL with the question telling why. */
static char *
follow_feed (CalsyncCaldav *self,
             CalsyncCaldavQuestion *question,
             const char *token,
             GCancellable *cancellable,
             GError **error)
{
  Taking *taking = question->data;
  g_autofree char *at = g_strdup (token);

  for (guint i = 0; i < MAX_PAGES; i++)
    {
      if (!ask_page (self, question, at, cancellable, error))
        return NULL;
      g_free (at);
      at = g_steal_pointer (&question->token);
      if (!taking->is_truncated)
        return g_steal_pointer (&at);
    }
  taking->is_dead_end = TRUE;
  set_nonsense ("The server's telling what changed has no end.", error);
  return NULL;
}

static CalsyncCaldavQuestion
make_feed_question (Taking *taking)
{
  /* Depth 0 as RFC 6578 section 3.2 has it; servers of old that want 1 find sync-level. */
  return (CalsyncCaldavQuestion){
    .method = "REPORT", .depth = "0", .what = READING, .func = take_change, .data = taking
  };
}

/* Whether an error says something about the account or the way to it, and nothing about the request. */
static gboolean
is_of_account (const CalsyncCaldavQuestion *question, const GError *error)
{
  if (error->domain != CALSYNC_REMOTE_ERROR)
    return TRUE;
  switch ((CalsyncRemoteError) error->code)
    {
    case CALSYNC_REMOTE_ERROR_FORBIDDEN:
      return g_strcmp0 (question->precondition, "need-privileges") == 0;
    case CALSYNC_REMOTE_ERROR_DENIED:
    case CALSYNC_REMOTE_ERROR_BUSY:
    case CALSYNC_REMOTE_ERROR_UNREACHABLE:
    case CALSYNC_REMOTE_ERROR_UNTRUSTED:
    case CALSYNC_REMOTE_ERROR_ASTRAY:
    case CALSYNC_REMOTE_ERROR_CANCELLED:
      return TRUE;
    case CALSYNC_REMOTE_ERROR_GONE:
    case CALSYNC_REMOTE_ERROR_CHANGED:
    case CALSYNC_REMOTE_ERROR_CURSOR:
    case CALSYNC_REMOTE_ERROR_REFUSED:
    case CALSYNC_REMOTE_ERROR_FULL:
    case CALSYNC_REMOTE_ERROR_FAILED:
    case CALSYNC_REMOTE_ERROR_NONSENSE:
    case CALSYNC_REMOTE_ERROR_TOO_LARGE:
      return FALSE;
    }
  return TRUE;
}

static void
set_cursor_error (GError **error)
{
  g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CURSOR,
                       "The server no longer knows where we were; everything is listed anew.");
}

/*
 * RFC 6578 says 403 with valid-sync-token; servers say 400, 404, 409, 412, 418, 500 and more. So any
 * refusal of a REPORT with a token means the token, if the calendar can otherwise be read. An answer
 * that leads nowhere (no token, the same again) does so too.
 */
static gboolean
judge_refusal (CalsyncCaldav *self,
               const CalsyncCaldavQuestion *question,
               GError *cause,
               GCancellable *cancellable,
               GError **error)
{
  const Taking *taking = question->data;
  gboolean is_answer = question->status >= 400 || taking->is_dead_end;

  if (!is_answer || is_of_account (question, cause))
    {
      g_propagate_error (error, cause);
      return FALSE;
    }
  g_error_free (cause);
  if (calsync_caldav_ask_stamp (self, NULL, cancellable, error))
    set_cursor_error (error);
  return FALSE;
}

static char *
make_cursor (const char *prefix, const char *value)
{
  return g_strconcat (prefix, value, NULL);
}

static gboolean
read_feed (CalsyncCaldav *self,
           const char *token,
           CalsyncListing *out_listing,
           GCancellable *cancellable,
           GError **error)
{
  Taking taking = { .self = self, .entries = out_listing->entries };
  g_auto (CalsyncCaldavQuestion) question = make_feed_question (&taking);
  GError *cause = NULL;
  g_autofree char *end = follow_feed (self, &question, token, cancellable, &cause);

  if (end == NULL)
    return judge_refusal (self, &question, cause, cancellable, error);
  self->tier = out_listing->tier = CALSYNC_TIER_FEED;
  out_listing->cursor = make_cursor (FEED, end);
  return TRUE;
}

/**
 * calsync_caldav_probe_feed:
 * @self: a calendar
 * @token: (nullable): its sync-token property; %NULL: the whole feed is read, and dropped
 * @cancellable: (nullable): ends the waiting
 * @error: return location for what says something about the account or the way to it
 *
 * Whether sync-collection works: some servers announce it and fail, some do the reverse. Blocks.
 *
 * Returns: FALSE with @error; FALSE without it when it does not work
 */
gboolean
calsync_caldav_probe_feed (CalsyncCaldav *self,
                           const char *token,
                           GCancellable *cancellable,
                           GError **error)
{
  Taking taking = { .self = self };
  g_auto (CalsyncCaldavQuestion) question = make_feed_question (&taking);
  g_autoptr (GError) cause = NULL;
  g_autofree char *end = follow_feed (self, &question, token, cancellable, &cause);

  if (end != NULL)
    return TRUE;
  if (is_of_account (&question, cause))
    g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

/* --- stamps ----------------------------------------------------------------------------------- */

static gboolean
read_stamp (CalsyncCaldav *self,
            const char *known,
            CalsyncListing *out_listing,
            GCancellable *cancellable,
            GError **error)
{
  g_autofree char *stamp = NULL;

  if (!calsync_caldav_ask_stamp (self, &stamp, cancellable, error))
    return FALSE;
  out_listing->tier = stamp == NULL ? CALSYNC_TIER_LISTING : CALSYNC_TIER_STAMP;
  out_listing->needs_listing = g_strcmp0 (stamp, known) != 0;
  out_listing->cursor = stamp == NULL
                          ? make_cursor (LISTING, "")
                          : make_cursor (STAMP, out_listing->needs_listing ? known : stamp);
  return TRUE;
}

/**
 * calsync_caldav_read_changes:
 * @remote: a CalDAV remote
 * @cursor: of an earlier listing
 * @out_listing: (inout): takes what changed
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR
 *
 * See calsync_remote_read_changes(). Where only listings tell, nothing is asked here.
 *
 * Returns: whether all of it was read
 */
gboolean
calsync_caldav_read_changes (CalsyncRemote *remote,
                             const char *cursor,
                             CalsyncListing *out_listing,
                             GCancellable *cancellable,
                             GError **error)
{
  CalsyncCaldav *self = (CalsyncCaldav *) remote;

  if (g_str_has_prefix (cursor, FEED))
    return read_feed (self, cursor + strlen (FEED), out_listing, cancellable, error);
  if (g_str_has_prefix (cursor, STAMP))
    return read_stamp (self, cursor + strlen (STAMP), out_listing, cancellable, error);
  if (!g_str_has_prefix (cursor, LISTING))
    {
      set_cursor_error (error);
      return FALSE;
    }
  out_listing->tier = CALSYNC_TIER_LISTING;
  out_listing->needs_listing = TRUE;
  out_listing->cursor = g_strdup (cursor);
  return TRUE;
}

/* --- everything ------------------------------------------------------------------------------- */

/* Of entries for one item the last counts, and what is gone by then is left out. */
static void
settle (GPtrArray *entries)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n = 0;

  for (guint i = entries->len; i > 0; i--)
    {
      CalsyncEntry *entry = entries->pdata[i - 1];
      gboolean is_last = g_hash_table_add (seen, calsync_key_normalise (entry->key));

      if (is_last && !entry->is_gone)
        continue;
      calsync_entry_free (entry);
      entries->pdata[i - 1] = NULL;
    }
  for (guint i = 0; i < entries->len; i++)
    {
      if (entries->pdata[i] != NULL)
        entries->pdata[n++] = entries->pdata[i];
    }
  /* What stands behind the kept ones was moved or freed: it is not to be freed again. */
  for (guint i = n; i < entries->len; i++)
    entries->pdata[i] = NULL;
  g_ptr_array_set_size (entries, (gint) n);
}

/* Whether to try the listing after the feed failed. A server that is known to have a feed is not taken to have
 * lost it because a gateway or an answer broke. */
static gboolean
may_fall_back (const CalsyncCaldav *self,
               const CalsyncCaldavQuestion *question,
               const GError *cause)
{
  const Taking *taking = question->data;

  if (is_of_account (question, cause))
    return FALSE;
  if (self->tier != CALSYNC_TIER_FEED || taking->is_dead_end)
    return TRUE;
  return question->status >= 400 && question->status != 502 && question->status != 504;
}

static gboolean
take_member (const CalsyncDavResponse *response, gpointer data, GError **error)
{
  gboolean is_item;

  if (!sort_response (data, response, &is_item, error))
    return FALSE;
  if (is_item && response->status != 404 && response->status != 410)
    take_entry (data, response, FALSE);
  return TRUE;
}

static gboolean
read_members (CalsyncCaldav *self, GPtrArray *entries, GCancellable *cancellable, GError **error)
{
  static const CalsyncDavProperty properties[] = { CALSYNC_DAV_ETAG, CALSYNC_DAV_RESOURCE_TYPE };
  Taking taking = { .self = self, .entries = entries };
  g_auto (CalsyncCaldavQuestion) question = {
    .method = "PROPFIND",
    .depth = "1",
    .body = calsync_dav_make_propfind (properties, G_N_ELEMENTS (properties)),
    .what = READING,
    .func = take_member,
    .data = &taking,
    .is_bulk = TRUE,
  };

  if (!calsync_caldav_ask (self, &question, cancellable, error))
    return FALSE;
  if (taking.is_truncated)
    {
      set_nonsense ("The server cuts its listing of the calendar short, and offers no way to the "
                    "rest; raise its limit on results.",
                    error);
      return FALSE;
    }
  if (!taking.has_self && entries->len == 0)
    {
      set_nonsense ("The server's listing does not hold the calendar itself; check its address.",
                    error);
      return FALSE;
    }
  return TRUE;
}

/* The stamp is read first: what changes between the two is seen again next time. */
static gboolean
read_listing (CalsyncCaldav *self,
              CalsyncListing *out_listing,
              GCancellable *cancellable,
              GError **error)
{
  g_autofree char *stamp = NULL;

  if (self->tier != CALSYNC_TIER_LISTING &&
      !calsync_caldav_ask_stamp (self, &stamp, cancellable, error))
    return FALSE;
  if (!read_members (self, out_listing->entries, cancellable, error))
    return FALSE;
  self->tier = out_listing->tier = stamp == NULL ? CALSYNC_TIER_LISTING : CALSYNC_TIER_STAMP;
  out_listing->cursor = stamp == NULL ? make_cursor (LISTING, "") : make_cursor (STAMP, stamp);
  return TRUE;
}

/**
 * calsync_caldav_read_all:
 * @remote: a CalDAV remote
 * @out_listing: (inout): takes everything
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR
 *
 * See calsync_remote_read_all(). Where the feed does not work, the stamp and the listing do it, and the
 * listing's tier says so.
 *
 * Returns: whether all of it was read
 */
gboolean
calsync_caldav_read_all (CalsyncRemote *remote,
                         CalsyncListing *out_listing,
                         GCancellable *cancellable,
                         GError **error)
{
  CalsyncCaldav *self = (CalsyncCaldav *) remote;
  Taking taking = { .self = self, .entries = out_listing->entries };
  g_auto (CalsyncCaldavQuestion) question = make_feed_question (&taking);
  g_autoptr (GError) cause = NULL;
  g_autofree char *end = NULL;

  if (self->tier == CALSYNC_TIER_UNKNOWN || self->tier == CALSYNC_TIER_FEED)
    {
      end = follow_feed (self, &question, NULL, cancellable, &cause);
      if (end == NULL && !may_fall_back (self, &question, cause))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
    }
  if (end == NULL)
    {
      g_ptr_array_set_size (out_listing->entries, 0);
      if (!read_listing (self, out_listing, cancellable, error))
        return FALSE;
    }
  else
    {
      self->tier = out_listing->tier = CALSYNC_TIER_FEED;
      out_listing->cursor = make_cursor (FEED, end);
    }
  settle (out_listing->entries);
  return TRUE;
}
