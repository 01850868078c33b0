/* SPDX-License-Identifier: EUPL-1.2 */
/* What the parts of the CalDAV remote share: the calendar, one question to it, versions and keys. */
#pragma once

#include "calsync-dav-body.h"
#include "calsync-remote-caldav.h"

G_BEGIN_DECLS

typedef struct
{
  CalsyncRemote parent;
  CalsyncHttp *http;
  void (*release) (CalsyncHttp *http, gpointer data);
  gpointer data;
  char *uri;      /* of the calendar, as it was given */
  char *origin;   /* scheme and host of it */
  char *path;     /* of it, with a slash at the end */
  char *self_key; /* calsync_key_normalise (path) without the slash */
  CalsyncTier tier;
  gboolean lacks_multiget; /* every item is read by itself */
  gboolean lacks_partial;  /* items are given whole or not at all */
} CalsyncCaldav;

/**
 * CalsyncCaldavQuestion:
 * @method: PROPFIND or REPORT
 * @target: (nullable): an address; %NULL: the calendar's
 * @depth: 0 or 1
 * @body: XML
 * @what: what is tried, as the start of a sentence
 * @func: takes the responses
 * @data: for @func
 * @is_bulk: the answer holds the whole calendar, and may take its time
 * @status: (out): of the answer; 0: none came
 * @precondition: (out) (nullable): named by an error's body; static
 * @token: (out) (nullable): beside the responses
 *
 * One question to the calendar, or to an item, whose answer is a multistatus.
 */
typedef struct
{
  const char *method;
  const char *target;
  const char *depth;
  char *body;
  const char *what;
  CalsyncDavFunc func;
  gpointer data;
  gboolean is_bulk;
  guint status;
  const char *precondition;
  char *token;
} CalsyncCaldavQuestion;

void calsync_caldav_question_clear (CalsyncCaldavQuestion *question);
gboolean calsync_caldav_ask (CalsyncCaldav *self,
                             CalsyncCaldavQuestion *question,
                             GCancellable *cancellable,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_caldav_ask_stamp (CalsyncCaldav *self,
                                   char **out_stamp,
                                   GCancellable *cancellable,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_caldav_is_self (const CalsyncCaldav *self, const char *href);
char *calsync_caldav_dup_key (const CalsyncCaldav *self, const char *href);
char *calsync_caldav_dup_target (const CalsyncCaldav *self, const char *key);
char *calsync_caldav_dup_version (const char *etag);
const char *calsync_caldav_get_text (const CalsyncDavResponse *response,
                                     CalsyncDavProperty property);
void calsync_caldav_set_inner_error (guint status,
                                     const char *precondition,
                                     const char *what,
                                     GError **error);

/* One fetching. An item is in @wanted until the caller's function has it or it is among @gone. */
typedef struct
{
  CalsyncCaldav *self;
  CalsyncItemFunc func;
  gpointer data;
  GCancellable *cancellable;
  CalsyncDavScope scope;
  gboolean lacks_data; /* an item that is there came without its text */
  gboolean
    is_doubtful; /* the request for many failed: whether the server works at all is not known */
  gboolean is_refused; /* the caller's function will have no more */
  guint n_found;
  guint n_broken;     /* read singly in doubt, and not readable */
  GHashTable *wanted; /* (element-type utf8 utf8): normalised key, key as asked */
  GPtrArray *gone;    /* (element-type utf8): keys as asked */
} CalsyncCaldavFetch;

gboolean calsync_caldav_take_response (const CalsyncDavResponse *response,
                                       gpointer data,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_caldav_query_all (CalsyncCaldavFetch *fetch,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_caldav_hand_over (CalsyncCaldavFetch *fetch,
                                   const CalsyncItem *item,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
void calsync_caldav_note_gone (CalsyncCaldavFetch *fetch, const char *key);
gboolean calsync_caldav_get_item (CalsyncCaldavFetch *fetch,
                                  const char *key,
                                  CalsyncReply *reply,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_caldav_take_reply (CalsyncCaldavFetch *fetch,
                                    const char *key,
                                    const CalsyncReply *reply,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_caldav_fetch_one (CalsyncCaldavFetch *fetch,
                                   const char *key,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The entries of the remote's table. */
/* clang-format off */
gboolean calsync_caldav_describe (CalsyncRemote *remote, CalsyncRemoteFacts *out_facts, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_caldav_read_changes (CalsyncRemote *remote, const char *cursor, CalsyncListing *out_listing, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_caldav_read_all (CalsyncRemote *remote, CalsyncListing *out_listing, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_caldav_probe_feed (CalsyncCaldav *self, const char *token, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_caldav_fetch (CalsyncRemote *remote, const char *const *keys, CalsyncItemFunc func, gpointer data, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_caldav_fetch_whole (CalsyncRemote *remote, const char *key, CalsyncItemFunc func, gpointer data, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_caldav_create (CalsyncRemote *remote, const CalsyncWrite *write, char **out_version, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_caldav_update (CalsyncRemote *remote, const CalsyncWrite *write, char **out_version, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_caldav_remove (CalsyncRemote *remote, const char *key, const char *version, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* clang-format on */

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CalsyncCaldavQuestion, calsync_caldav_question_clear)

G_END_DECLS
