/* SPDX-License-Identifier: EUPL-1.2 */
/* One item of a CalDAV server by GET: what its answer says of the item, and what of the server. */
#include "calsync-remote-caldav-private.h"

#include "calsync-key.h"

#include <string.h>

#define READING        "Reading events"
#define MAX_ITEM_BYTES (10 * 1024 * 1024)
#define MAX_BROKEN     3

/**
 * calsync_caldav_hand_over:
 * @fetch: a fetching
 * @item: one of its items
 * @error: return location for what the caller's function set
 *
 * Returns: whether the caller's function took it
 */
gboolean
calsync_caldav_hand_over (CalsyncCaldavFetch *fetch, const CalsyncItem *item, GError **error)
{
  g_autofree char *key = calsync_key_normalise (item->key);

  g_hash_table_remove (fetch->wanted, key);
  fetch->n_found += item->state == CALSYNC_ITEM_FOUND;
  fetch->is_refused = !fetch->func (item, fetch->data, error);
  return !fetch->is_refused;
}

/**
 * calsync_caldav_note_gone:
 * @fetch: a fetching
 * @key: an item for which the server says 404 or 410; handed over when the calendar is known to be there
 */
void
calsync_caldav_note_gone (CalsyncCaldavFetch *fetch, const char *key)
{
  g_autofree char *normal = calsync_key_normalise (key);

  g_ptr_array_add (fetch->gone, g_strdup (key));
  g_hash_table_remove (fetch->wanted, normal);
}

/* A page where an event was asked for: somebody stands between us and the server. */
static gboolean
is_page (const CalsyncReply *reply)
{
  const char *text = reply->body->str + strspn (reply->body->str, " \t\r\n");

  return *text == '<' || g_strcmp0 (reply->content_type, "text/html") == 0;
}

static gboolean
is_calendar (const CalsyncReply *reply)
{
  const char *text = reply->body->str;

  if (g_str_has_prefix (text, "\xEF\xBB\xBF"))
    text += 3;
  text += strspn (text, " \t\r\n");
  return g_ascii_strncasecmp (text, "BEGIN:VCALENDAR", strlen ("BEGIN:VCALENDAR")) == 0;
}

/* Whether an error is about this one item only. */
static gboolean
is_of_item (const CalsyncReply *reply)
{
  return reply->status == 403 || reply->status == 406 || reply->status == 409 ||
         reply->status == 422 || reply->status == 500 || reply->status == 501;
}

/* A broken item is flagged and does not hold up the others. But when several are broken and none is whole, it
 * is the server that is: flagging one after the other would ask it for all it has. Takes @cause. */
static gboolean
hand_over_broken (CalsyncCaldavFetch *fetch, const char *key, GError *cause, GError **error)
{
  const CalsyncItem item = { .key = key, .state = CALSYNC_ITEM_UNREADABLE };

  if (fetch->is_doubtful && fetch->n_found == 0 && ++fetch->n_broken >= MAX_BROKEN)
    {
      g_propagate_error (error, cause);
      return FALSE;
    }
  g_error_free (cause);
  return calsync_caldav_hand_over (fetch, &item, error);
}

static GError *
make_broken_error (const CalsyncReply *reply)
{
  GError *cause = NULL;

  if (reply->status >= 300)
    calsync_http_set_status_error (reply, READING, &cause);
  else
    g_set_error_literal (&cause, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE,
                         "The server answers with something other than events; look at its log.");
  return cause;
}

static gboolean
hand_over_reply (CalsyncCaldavFetch *fetch,
                 const char *key,
                 const CalsyncReply *reply,
                 GError **error)
{
  g_autofree char *version = calsync_caldav_dup_version (reply->etag);
  const CalsyncItem item = { .key = key,
                             .version = version,
                             .state = CALSYNC_ITEM_FOUND,
                             .text = reply->body->str,
                             .n_text = reply->body->len };

  return calsync_caldav_hand_over (fetch, &item, error);
}

static gboolean
note_presence (const CalsyncDavResponse *response, gpointer data, GError **error)
{
  gboolean *is_there = data;

  *is_there |=
    response->status < 400 && (response->values[CALSYNC_DAV_ETAG].status / 100 == 2 ||
                               response->values[CALSYNC_DAV_RESOURCE_TYPE].status / 100 == 2);
  return TRUE;
}

/* On some servers every GET is 404 (python-caldav keeps a list of them). So it takes a second word for an item
 * to be gone. */
static gboolean
look_twice (CalsyncCaldavFetch *fetch, const char *key, GError **error)
{
  static const CalsyncDavProperty properties[] = { CALSYNC_DAV_ETAG, CALSYNC_DAV_RESOURCE_TYPE };
  g_autofree char *target = calsync_caldav_dup_target (fetch->self, key);
  gboolean is_there = FALSE;
  g_auto (CalsyncCaldavQuestion) question = {
    .method = "PROPFIND",
    .target = target,
    .depth = "0",
    .body = calsync_dav_make_propfind (properties, G_N_ELEMENTS (properties)),
    .what = READING,
    .func = note_presence,
    .data = &is_there,
  };
  const CalsyncItem item = { .key = key, .state = CALSYNC_ITEM_UNREADABLE };
  GError *cause = NULL;

  if (!calsync_caldav_ask (fetch->self, &question, fetch->cancellable, &cause) &&
      !g_error_matches (cause, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_GONE))
    {
      g_propagate_error (error, cause);
      return FALSE;
    }
  g_clear_error (&cause);
  if (is_there)
    return calsync_caldav_hand_over (fetch, &item, error);
  calsync_caldav_note_gone (fetch, key);
  return TRUE;
}

/**
 * calsync_caldav_take_reply:
 * @fetch: a fetching
 * @key: one of its items
 * @reply: to a GET of it
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR, or what the caller's function set
 *
 * Returns: whether the reply says something of the item, and it was taken
 */
gboolean
calsync_caldav_take_reply (CalsyncCaldavFetch *fetch,
                           const char *key,
                           const CalsyncReply *reply,
                           GError **error)
{
  if (reply->status == 404 || reply->status == 410)
    return look_twice (fetch, key, error);
  if (reply->status >= 300 && !is_of_item (reply))
    {
      calsync_http_set_status_error (reply, READING, error);
      return FALSE;
    }
  if (reply->status < 300 && reply->body != NULL && is_page (reply))
    {
      g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE,
                           "The server answered with a web page instead of an event; does a log-in "
                           "page stand in front of it?");
      return FALSE;
    }
  if (reply->status >= 300 || reply->body == NULL || !is_calendar (reply))
    return hand_over_broken (fetch, key, make_broken_error (reply), error);
  return hand_over_reply (fetch, key, reply, error);
}

/**
 * calsync_caldav_get_item:
 * @fetch: a fetching
 * @key: one of its items
 * @reply: (out caller-allocates): whatever the server answers
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR
 *
 * Blocks.
 *
 * Returns: whether it answered
 */
gboolean
calsync_caldav_get_item (CalsyncCaldavFetch *fetch,
                         const char *key,
                         CalsyncReply *reply,
                         GError **error)
{
  g_autofree char *target = calsync_caldav_dup_target (fetch->self, key);
  const CalsyncRequest request = {
    .method = "GET", .target = target, .max_bytes = MAX_ITEM_BYTES, .is_safe = TRUE
  };

  return calsync_http_send (fetch->self->http, &request, reply, fetch->cancellable, error);
}

/**
 * calsync_caldav_fetch_one:
 * @fetch: a fetching
 * @key: one of its items
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR, or what the caller's function set
 *
 * Reads one item by GET. Blocks.
 *
 * Returns: whether it was taken
 */
gboolean
calsync_caldav_fetch_one (CalsyncCaldavFetch *fetch, const char *key, GError **error)
{
  g_auto (CalsyncReply) reply = { 0 };
  GError *cause = NULL;

  if (calsync_caldav_get_item (fetch, key, &reply, &cause))
    return calsync_caldav_take_reply (fetch, key, &reply, error);
  if (g_error_matches (cause, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_TOO_LARGE))
    return hand_over_broken (fetch, key, cause, error);
  g_propagate_error (error, cause);
  return FALSE;
}
