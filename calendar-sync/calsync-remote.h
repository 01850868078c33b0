/* SPDX-License-Identifier: EUPL-1.2 */
/* The far side of a synchronisation: one calendar on somebody else's server, whatever its protocol. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * CalsyncRemoteError:
 * @CALSYNC_REMOTE_ERROR_DENIED: 401, 407: name or password; stop, a person must give others
 * @CALSYNC_REMOTE_ERROR_FORBIDDEN: 403, DAV:need-privileges: a right is missing; a person must give it
 * @CALSYNC_REMOTE_ERROR_GONE: 404, 410 of the thing that was asked for, item or calendar
 * @CALSYNC_REMOTE_ERROR_CHANGED: 412, 409, no-uid-conflict, creation of what is there: read again,
 *   then decide
 * @CALSYNC_REMOTE_ERROR_CURSOR: the server does not know the cursor: list anew
 * @CALSYNC_REMOTE_ERROR_REFUSED: the server will never have this item: what it holds, its size, its
 *   dates
 * @CALSYNC_REMOTE_ERROR_FULL: 507 to a write, or a quota
 * @CALSYNC_REMOTE_ERROR_BUSY: 423, 429, 503: later; see calsync_remote_get_retry_after_s()
 * @CALSYNC_REMOTE_ERROR_FAILED: any other status of 400 or more
 * @CALSYNC_REMOTE_ERROR_UNREACHABLE: no such name, no connection, reset, time-out
 * @CALSYNC_REMOTE_ERROR_UNTRUSTED: the server's certificate, or ours
 * @CALSYNC_REMOTE_ERROR_NONSENSE: a web page, broken or cut XML, half an answer
 * @CALSYNC_REMOTE_ERROR_TOO_LARGE: an answer beyond its cap
 * @CALSYNC_REMOTE_ERROR_ASTRAY: a loop of redirects, one to another origin, one away from https
 * @CALSYNC_REMOTE_ERROR_CANCELLED: the caller's own wish
 *
 * Codes of the domain %CALSYNC_REMOTE_ERROR. A message is one sentence that says what to do; it never
 * holds the query of an address, a body, an event's text or a key.
 */
typedef enum
{
  CALSYNC_REMOTE_ERROR_DENIED,
  CALSYNC_REMOTE_ERROR_FORBIDDEN,
  CALSYNC_REMOTE_ERROR_GONE,
  CALSYNC_REMOTE_ERROR_CHANGED,
  CALSYNC_REMOTE_ERROR_CURSOR,
  CALSYNC_REMOTE_ERROR_REFUSED,
  CALSYNC_REMOTE_ERROR_FULL,
  CALSYNC_REMOTE_ERROR_BUSY,
  CALSYNC_REMOTE_ERROR_FAILED,
  CALSYNC_REMOTE_ERROR_UNREACHABLE,
  CALSYNC_REMOTE_ERROR_UNTRUSTED,
  CALSYNC_REMOTE_ERROR_NONSENSE,
  CALSYNC_REMOTE_ERROR_TOO_LARGE,
  CALSYNC_REMOTE_ERROR_ASTRAY,
  CALSYNC_REMOTE_ERROR_CANCELLED
} CalsyncRemoteError;

#define CALSYNC_REMOTE_ERROR    (calsync_remote_error_quark ())
#define CALSYNC_N_REMOTE_ERRORS 15

GQuark calsync_remote_error_quark (void);
const char *calsync_remote_error_format (gint code);
gboolean calsync_remote_error_is_uncertain (const GError *error);

/**
 * CalsyncTier:
 * @CALSYNC_TIER_UNKNOWN: not yet tried
 * @CALSYNC_TIER_FEED: RFC 6578 sync-collection
 * @CALSYNC_TIER_STAMP: a stamp of the whole calendar says that something changed; then the listing
 * @CALSYNC_TIER_LISTING: versions of everything, every time
 *
 * How a server tells what changed. The numbers are stored; they do not change.
 */
typedef enum
{
  CALSYNC_TIER_UNKNOWN = 0,
  CALSYNC_TIER_FEED = 1,
  CALSYNC_TIER_STAMP = 2,
  CALSYNC_TIER_LISTING = 3
} CalsyncTier;

/* What a calendar says of itself, for the connection test and the identity check. */
typedef struct
{
  char *identity;     /* stable: DAV:resource-id, else owner and path; never shown to a citizen */
  char *display_name; /* (nullable): shown in the connection test, never stored or logged */
  char *zone_name;    /* (nullable): the calendar's own zone */
  CalsyncTier tier;
  gboolean can_read;
  gboolean can_write;
  gboolean holds_events;
  gint64 max_item_bytes; /* 0: unknown */
} CalsyncRemoteFacts;

/* One member of a feed or listing. */
typedef struct
{
  char *key;        /* the server's own spelling, as requests need it */
  char *version;    /* (nullable): ETag with its quotes; %NULL when it gave none or a weak one */
  gboolean is_gone; /* in feeds only: the server says that it was removed */
} CalsyncEntry;

/* What calsync_remote_read_changes() and calsync_remote_read_all() answer. */
typedef struct
{
  GPtrArray *entries; /* (element-type CalsyncEntry): in the server's order; may repeat a key: the
                             last counts */
  char *cursor;       /* (nullable): what to say next time */
  CalsyncTier tier;   /* that made it; a full listing may fall back to a lesser one */
  gboolean needs_listing; /* something changed, and the server cannot say what */
} CalsyncListing;

/* FOUND: with its text; GONE: the server says that it is not there; UNREADABLE: it cannot give it. */
typedef enum
{
  CALSYNC_ITEM_FOUND,
  CALSYNC_ITEM_GONE,
  CALSYNC_ITEM_UNREADABLE
} CalsyncItemState;

/* Lent for the call of a #CalsyncItemFunc only: the text is private, nobody keeps it. */
typedef struct
{
  const char *key;     /* as it was asked for */
  const char *version; /* (nullable) */
  CalsyncItemState state;
  const char *text; /* (nullable) (array length=n_text): iCalendar */
  gsize n_text;
} CalsyncItem;

/* FALSE ends the fetching with *error. */
typedef gboolean (*CalsyncItemFunc) (const CalsyncItem *item, gpointer data, GError **error);

/* What calsync_remote_create() and calsync_remote_update() send. */
typedef struct
{
  const char *key;
  const char *version; /* of an update: what must still be there; %NULL for a creation */
  const char *text;
} CalsyncWrite;

typedef struct
{
  guint64 n_requests;
  guint64 n_bytes_sent;
  guint64 n_bytes_received;
} CalsyncCost;

typedef struct _CalsyncRemote CalsyncRemote;

/* What a kind of remote does; the meaning of each stands above the calsync_remote_…() that calls it. */
/* clang-format off */
typedef struct
{
  const char *kind; /* "caldav" */
  gboolean (*describe) (CalsyncRemote *remote, CalsyncRemoteFacts *out_facts, GCancellable *cancellable, GError **error);
  gboolean (*read_changes) (CalsyncRemote *remote, const char *cursor, CalsyncListing *out_listing, GCancellable *cancellable, GError **error);
  gboolean (*read_all) (CalsyncRemote *remote, CalsyncListing *out_listing, GCancellable *cancellable, GError **error);
  gboolean (*fetch) (CalsyncRemote *remote, const char *const *keys, CalsyncItemFunc func, gpointer data, GCancellable *cancellable, GError **error);
  gboolean (*fetch_whole) (CalsyncRemote *remote, const char *key, CalsyncItemFunc func, gpointer data, GCancellable *cancellable, GError **error);
  gboolean (*create) (CalsyncRemote *remote, const CalsyncWrite *write, char **out_version, GCancellable *cancellable, GError **error);
  gboolean (*update) (CalsyncRemote *remote, const CalsyncWrite *write, char **out_version, GCancellable *cancellable, GError **error);
  gboolean (*remove) (CalsyncRemote *remote, const char *key, const char *version, GCancellable *cancellable, GError **error);
  char *(*make_key) (CalsyncRemote *remote, const char *uid);
  gint64 (*get_retry_after_s) (CalsyncRemote *remote);
  void (*get_cost) (CalsyncRemote *remote, CalsyncCost *out_cost);
  void (*free) (CalsyncRemote *remote);
} CalsyncRemoteFunctions;

struct _CalsyncRemote
{
  const CalsyncRemoteFunctions *functions;
};

gboolean calsync_remote_describe (CalsyncRemote *remote, CalsyncRemoteFacts *out_facts, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_remote_read_changes (CalsyncRemote *remote, const char *cursor, CalsyncListing *out_listing, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_remote_read_all (CalsyncRemote *remote, CalsyncListing *out_listing, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_remote_fetch (CalsyncRemote *remote, const char *const *keys, CalsyncItemFunc func, gpointer data, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_remote_fetch_whole (CalsyncRemote *remote, const char *key, CalsyncItemFunc func, gpointer data, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_remote_create (CalsyncRemote *remote, const CalsyncWrite *write, char **out_version, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_remote_update (CalsyncRemote *remote, const CalsyncWrite *write, char **out_version, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_remote_remove (CalsyncRemote *remote, const char *key, const char *version, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* clang-format on */
char *calsync_remote_make_key (CalsyncRemote *remote, const char *uid);
gint64 calsync_remote_get_retry_after_s (CalsyncRemote *remote);
void calsync_remote_get_cost (CalsyncRemote *remote, CalsyncCost *out_cost);
void calsync_remote_free (CalsyncRemote *remote);

void calsync_remote_facts_clear (CalsyncRemoteFacts *facts);
CalsyncEntry *calsync_entry_new (const char *key, const char *version, gboolean is_gone);
void calsync_entry_free (CalsyncEntry *entry);
CalsyncListing *calsync_listing_new (void);
void calsync_listing_free (CalsyncListing *listing);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncRemote, calsync_remote_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncEntry, calsync_entry_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncListing, calsync_listing_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CalsyncRemoteFacts, calsync_remote_facts_clear)

G_END_DECLS
