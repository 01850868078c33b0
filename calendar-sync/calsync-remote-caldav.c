/* SPDX-License-Identifier: EUPL-1.2 */
/* A calendar on a CalDAV server (RFC 4791) behind the port: its making, its table, what it says of itself. */
#include "calsync-remote-caldav.h"

#include "calsync-key.h"
#include "calsync-lines.h"
#include "calsync-remote-caldav-private.h"

#include <string.h>

#define READING "Reading the calendar"

static char *
caldav_make_key (CalsyncRemote *remote, const char *uid)
{
  CalsyncCaldav *self = (CalsyncCaldav *) remote;
  g_autofree char *name = g_uri_escape_string (uid, NULL, FALSE);

  return g_strconcat (self->path, name, ".ics", NULL);
}

static gint64
caldav_get_retry_after_s (CalsyncRemote *remote)
{
  return calsync_http_get_retry_after_s (((CalsyncCaldav *) remote)->http);
}

static void
caldav_get_cost (CalsyncRemote *remote, CalsyncCost *out_cost)
{
  calsync_http_get_cost (((CalsyncCaldav *) remote)->http, out_cost);
}

static void
caldav_free (CalsyncRemote *remote)
{
  CalsyncCaldav *self = (CalsyncCaldav *) remote;

  if (self->release != NULL)
    self->release (self->http, self->data);
  else
    calsync_http_free (self->http);
  g_free (self->uri);
  g_free (self->origin);
  g_free (self->path);
  g_free (self->self_key);
  g_free (self);
}

static const CalsyncRemoteFunctions functions = {
  .kind = "caldav",
  .describe = calsync_caldav_describe,
  .read_changes = calsync_caldav_read_changes,
  .read_all = calsync_caldav_read_all,
  .fetch = calsync_caldav_fetch,
  .fetch_whole = calsync_caldav_fetch_whole,
  .create = calsync_caldav_create,
  .update = calsync_caldav_update,
  .remove = calsync_caldav_remove,
  .make_key = caldav_make_key,
  .get_retry_after_s = caldav_get_retry_after_s,
  .get_cost = caldav_get_cost,
  .free = caldav_free,
};

/* --- making ----------------------------------------------------------------------------------- */

/* Where the path starts; %NULL when it is no absolute address of http. */
static const char *
find_path (const char *uri)
{
  gboolean is_http =
    g_ascii_strncasecmp (uri, "http://", 7) == 0 || g_ascii_strncasecmp (uri, "https://", 8) == 0;

  return is_http ? strchr (strstr (uri, "://") + 3, '/') : NULL;
}

/**
 * calsync_remote_caldav_new_over:
 * @place: where the calendar is; its client is taken on success only
 * @error: return location for %CALSYNC_REMOTE_ERROR_ASTRAY: the address is none
 *
 * Asks nothing yet. The remote is used by one thread at a time.
 *
 * Returns: (transfer full): the calendar as a remote
 */
CalsyncRemote *
calsync_remote_caldav_new_over (const CalsyncCaldavPlace *place, GError **error)
{
  const char *path = find_path (place->calendar_uri);
  CalsyncCaldav *self;
  gsize n_path;

  if (path == NULL)
    {
      g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_ASTRAY,
                           "The calendar's address must be a whole one: https://host/path/.");
      return NULL;
    }
  n_path = strcspn (path, "?#");
  self = g_new0 (CalsyncCaldav, 1);
  self->parent.functions = &functions;
  self->http = place->http;
  self->release = place->release;
  self->data = place->data;
  self->tier = place->tier;
  self->uri = g_strdup (place->calendar_uri);
  self->origin = g_strndup (place->calendar_uri, (gsize) (path - place->calendar_uri));
  while (n_path > 0 && path[n_path - 1] == '/')
    n_path--;
  self->path = g_strdup_printf ("%.*s/", (int) n_path, path);
  self->self_key = calsync_key_normalise (self->path);
  self->self_key[strlen (self->self_key) - 1] = '\0';
  return &self->parent;
}

/**
 * calsync_remote_caldav_new:
 * @settings: of the account
 * @calendar_uri: the calendar's absolute address
 * @tier: how it told changes last time
 * @error: return location for %CALSYNC_REMOTE_ERROR_ASTRAY, or for calsync_http_new()'s
 *
 * As calsync_remote_caldav_new_over(), with a client of its own.
 *
 * Returns: (transfer full): the calendar as a remote
 */
CalsyncRemote *
calsync_remote_caldav_new (const CalsyncHttpSettings *settings,
                           const char *calendar_uri,
                           CalsyncTier tier,
                           GError **error)
{
  g_autoptr (CalsyncHttp) http = calsync_http_new (settings, error);
  const CalsyncCaldavPlace place = { .http = http, .calendar_uri = calendar_uri, .tier = tier };
  CalsyncRemote *remote = http == NULL ? NULL : calsync_remote_caldav_new_over (&place, error);

  if (remote != NULL)
    http = NULL;
  return remote;
}

/* --- what it says of itself ------------------------------------------------------------------- */

/* What describing finds out, besides the facts. */
typedef struct
{
  const CalsyncCaldav *self;
  CalsyncRemoteFacts facts;
  gboolean is_there;
  gboolean has_rights; /* the server tells the account's rights */
  gboolean has_stamp;
  char *token; /* (nullable): sync-token as a property */
} Description;

/* The name in a VTIMEZONE, which the server keeps for floating times. */
static char *
dup_zone_name (const CalsyncDavResponse *response)
{
  const char *name = calsync_caldav_get_text (response, CALSYNC_DAV_TIMEZONE_ID);
  const char *text = calsync_caldav_get_text (response, CALSYNC_DAV_TIMEZONE);
  g_autoptr (CalsyncLines) lines = NULL;

  if (name != NULL)
    return g_strdup (name);
  if (text == NULL)
    return NULL;
  lines = calsync_lines_split (text, strlen (text));
  for (guint i = 0; i < lines->lines->len; i++)
    {
      const CalsyncLine *line = &g_array_index (lines->lines, CalsyncLine, i);

      if (calsync_line_is (line, "TZID") && *line->value != '\0')
        return g_strdup (line->value);
    }
  return NULL;
}

/* What stays the same when names and hosts change; without it, whose calendar it is and where. */
static char *
make_identity (const CalsyncCaldav *self, const CalsyncDavResponse *response)
{
  const char *id = calsync_caldav_get_text (response, CALSYNC_DAV_RESOURCE_ID);
  const char *owner = calsync_caldav_get_text (response, CALSYNC_DAV_OWNER);
  g_autofree char *owner_key = calsync_key_normalise (owner == NULL ? "" : owner);

  if (id != NULL)
    return g_strdup (id);
  return g_strdup_printf ("%s %s/", owner_key, self->self_key);
}

static void
fill_rights (Description *description, const CalsyncDavResponse *response)
{
  const CalsyncDavValue *rights = &response->values[CALSYNC_DAV_PRIVILEGES];
  guint needed = CALSYNC_DAV_MAY_WRITE | CALSYNC_DAV_MAY_BIND;

  description->has_rights = rights->status / 100 == 2;
  description->facts.can_read = !description->has_rights || rights->marks & CALSYNC_DAV_MAY_READ;
  description->facts.can_write = (rights->marks & needed) == needed;
}

static gboolean
take_description (const CalsyncDavResponse *response, gpointer data, GError **error)
{
  Description *description = data;
  CalsyncRemoteFacts *facts = &description->facts;
  const CalsyncDavValue *type = &response->values[CALSYNC_DAV_RESOURCE_TYPE];
  const CalsyncDavValue *components = &response->values[CALSYNC_DAV_COMPONENTS];
  const char *size = calsync_caldav_get_text (response, CALSYNC_DAV_MAX_SIZE);
  guint64 max_size;

  if (response->status >= 400)
    {
      calsync_caldav_set_inner_error (response->status, response->precondition, READING, error);
      return FALSE;
    }
  if (description->is_there)
    return TRUE;
  description->is_there = TRUE;
  facts->identity = make_identity (description->self, response);
  facts->display_name = g_strdup (calsync_caldav_get_text (response, CALSYNC_DAV_DISPLAY_NAME));
  facts->zone_name = dup_zone_name (response);
  fill_rights (description, response);
  /* RFC 4791 section 5.2.3: a calendar that does not say takes everything. */
  facts->holds_events =
    type->marks & CALSYNC_DAV_IS_CALENDAR &&
    (components->status / 100 != 2 || components->marks & CALSYNC_DAV_HOLDS_EVENTS);
  if (size != NULL && g_ascii_string_to_unsigned (size, 10, 0, G_MAXINT64, &max_size, NULL))
    facts->max_item_bytes = (gint64) max_size;
  description->token = g_strdup (calsync_caldav_get_text (response, CALSYNC_DAV_SYNC_TOKEN));
  description->has_stamp =
    description->token != NULL || calsync_caldav_get_text (response, CALSYNC_DAV_CTAG) != NULL;
  return TRUE;
}

static gboolean
ask_description (CalsyncCaldav *self,
                 Description *description,
                 GCancellable *cancellable,
                 GError **error)
{
  static const CalsyncDavProperty properties[] = {
    CALSYNC_DAV_RESOURCE_TYPE, CALSYNC_DAV_DISPLAY_NAME, CALSYNC_DAV_RESOURCE_ID, CALSYNC_DAV_OWNER,
    CALSYNC_DAV_COMPONENTS,    CALSYNC_DAV_PRIVILEGES,   CALSYNC_DAV_SYNC_TOKEN,  CALSYNC_DAV_CTAG,
    CALSYNC_DAV_TIMEZONE,      CALSYNC_DAV_TIMEZONE_ID,  CALSYNC_DAV_MAX_SIZE
  };
  g_auto (CalsyncCaldavQuestion) question = {
    .method = "PROPFIND",
    .depth = "0",
    .body = calsync_dav_make_propfind (properties, G_N_ELEMENTS (properties)),
    .what = READING,
    .func = take_description,
    .data = description,
    .is_bulk =
      TRUE, /* for its token a server may read all events first: Radicale, once in a while */
  };

  if (!calsync_caldav_ask (self, &question, cancellable, error))
    return FALSE;
  if (!description->is_there)
    g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE,
                         "The server says nothing about the calendar; check its address.");
  return description->is_there;
}

/* A server that knows no rights at least says which methods it has. */
static gboolean
ask_methods (CalsyncCaldav *self,
             CalsyncRemoteFacts *facts,
             GCancellable *cancellable,
             GError **error)
{
  const CalsyncRequest request = { .method = "OPTIONS", .target = self->uri, .is_safe = TRUE };
  g_auto (CalsyncReply) reply = { 0 };

  if (!calsync_http_send (self->http, &request, &reply, cancellable, error))
    return FALSE;
  facts->can_write =
    reply.allow == NULL || reply.status >= 300 || strstr (reply.allow, "PUT") != NULL;
  return TRUE;
}

static gboolean
find_tier (CalsyncCaldav *self,
           const Description *description,
           GCancellable *cancellable,
           GError **error)
{
  GError *cause = NULL;

  if (calsync_caldav_probe_feed (self, description->token, cancellable, &cause))
    {
      self->tier = CALSYNC_TIER_FEED;
      return TRUE;
    }
  if (cause != NULL)
    {
      g_propagate_error (error, cause);
      return FALSE;
    }
  self->tier = description->has_stamp ? CALSYNC_TIER_STAMP : CALSYNC_TIER_LISTING;
  return TRUE;
}

/**
 * calsync_caldav_describe:
 * @remote: a CalDAV remote
 * @out_facts: (out caller-allocates): what the calendar says of itself
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR
 *
 * See calsync_remote_describe(). Tries how the server tells changes, and goes on with what it found.
 *
 * Returns: whether the calendar answered
 */
gboolean
calsync_caldav_describe (CalsyncRemote *remote,
                         CalsyncRemoteFacts *out_facts,
                         GCancellable *cancellable,
                         GError **error)
{
  CalsyncCaldav *self = (CalsyncCaldav *) remote;
  Description description = { .self = self };
  gboolean is_described = ask_description (self, &description, cancellable, error);

  if (is_described && !description.has_rights)
    is_described = ask_methods (self, &description.facts, cancellable, error);
  if (is_described)
    is_described = find_tier (self, &description, cancellable, error);
  g_free (description.token);
  if (!is_described)
    {
      calsync_remote_facts_clear (&description.facts);
      return FALSE;
    }
  description.facts.tier = self->tier;
  *out_facts = description.facts;
  return TRUE;
}
