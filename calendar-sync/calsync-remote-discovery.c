/* SPDX-License-Identifier: EUPL-1.2 */
/* Finds the calendars of an account: from an address to the principal, from there to the homes, and what is in them. */
#include "calsync-remote-discovery.h"

#include "calsync-dav-body.h"

#include <string.h>

#define LOOKING        "Looking for the calendars"
#define MAX_HOMES      16
#define MAX_CALENDARS  1000
#define MAX_LIST_BYTES (16 * 1024 * 1024)

#define WEB_PAGE                                                                               \
  "That is a web page, probably the one for reading mail in a browser: the address for "       \
  "calendars is another one and mostly looks like https://host/dav/ or https://host/caldav/; " \
  "the server's owner knows it."

typedef struct
{
  const CalsyncDiscoveryPlan *plan;
  CalsyncDiscovery *found;
  GCancellable *cancellable;
  CalsyncHttp *http;
  GUri *origin;     /* of http */
  GUri *here;       /* where the last answer came from */
  GPtrArray *homes; /* (element-type utf8): absolute */
} Search;

/* What one place says of itself. */
typedef struct
{
  Search *search;
  gboolean is_answered;
  char *principal;
  char *homes; /* one a line */
  CalsyncDiscovered *calendar;
} Place;

static void
clear_place (Place *place)
{
  g_free (place->principal);
  g_free (place->homes);
  calsync_discovered_free (place->calendar);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, clear_place)

static void
clear_search (Search *search)
{
  g_clear_pointer (&search->http, calsync_http_free);
  g_clear_pointer (&search->origin, g_uri_unref);
  g_clear_pointer (&search->here, g_uri_unref);
  g_clear_pointer (&search->homes, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Search, clear_search)

void
calsync_discovered_free (CalsyncDiscovered *calendar)
{
  if (calendar == NULL)
    return;
  g_free (calendar->uri);
  g_free (calendar->display_name);
  g_free (calendar);
}

/**
 * calsync_discovery_clear:
 * @discovery: what calsync_discover() filled, or zeroes
 *
 * Frees what @discovery holds and makes it zeroes.
 */
void
calsync_discovery_clear (CalsyncDiscovery *discovery)
{
  g_free (discovery->server_uri);
  g_free (discovery->principal_uri);
  g_clear_pointer (&discovery->calendars, g_ptr_array_unref);
  g_free (discovery->hint);
  *discovery = (CalsyncDiscovery){ 0 };
}

/* --- addresses -------------------------------------------------------------------------------- */

static GUri *
parse (const char *uri)
{
  return g_uri_parse (uri, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
}

static char *
dup_origin (GUri *uri)
{
  const char *scheme = g_uri_get_scheme (uri);
  const gint usual = g_str_equal (scheme, "https") ? 443 : 80;
  const gint port = g_uri_get_port (uri);

  return g_uri_join (G_URI_FLAGS_NONE, scheme, NULL, g_uri_get_host (uri),
                     port == usual ? -1 : port, "", NULL, NULL);
}

static void
take_hint (Search *search, char *hint)
{
  if (search->found->hint == NULL)
    search->found->hint = hint;
  else
    g_free (hint);
}

/*
 * An address in an answer, as it can be asked for. Another scheme or port of the same host is a server
 * that does not know by which door we came in; another host is none of ours to give a password to.
 */
static char *
resolve (Search *search, const char *href)
{
  g_autoptr (GUri) uri = g_uri_parse_relative (
    search->here, href, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
  g_autofree char *origin = NULL;

  if (uri == NULL || g_uri_get_host (uri) == NULL)
    return NULL;
  if (g_ascii_strcasecmp (g_uri_get_host (uri), g_uri_get_host (search->origin)) != 0)
    {
      g_autofree char *other = dup_origin (uri);

      take_hint (search,
                 g_strdup_printf ("The server says that the calendars are at %s: give that as "
                                  "the address.",
                                  other));
      return NULL;
    }
  origin = dup_origin (search->origin);
  return g_strconcat (origin, g_uri_get_path (uri), NULL);
}

static gboolean
open_origin (Search *search, const char *context, GError **error)
{
  CalsyncHttpSettings settings = *search->plan->http;
  g_autoptr (GUri) uri = parse (context);
  g_autofree char *wanted = uri != NULL ? dup_origin (uri) : NULL;
  g_autofree char *open = search->origin != NULL ? dup_origin (search->origin) : NULL;

  if (wanted != NULL && g_strcmp0 (wanted, open) == 0)
    return TRUE;
  g_clear_pointer (&search->http, calsync_http_free);
  g_clear_pointer (&search->origin, g_uri_unref);
  settings.base_uri = context;
  search->http = calsync_http_new (&settings, error);
  if (search->http == NULL)
    return FALSE;
  search->origin = g_steal_pointer (&uri);
  return TRUE;
}

/* --- questions -------------------------------------------------------------------------------- */

static gboolean
is_web_page (const CalsyncReply *reply)
{
  return reply->content_type != NULL && strstr (reply->content_type, "html") != NULL;
}

/* An answer that is no multistatus. */
static void
set_answer_error (Search *search, const CalsyncReply *reply, GError **error)
{
  if (reply->status / 100 == 3)
    {
      g_autoptr (GUri) to = reply->location != NULL ? parse (reply->location) : NULL;
      g_autofree char *origin = to != NULL ? dup_origin (to) : g_strdup ("another server");

      take_hint (search,
                 g_strdup_printf ("The server sends us on to %s, which gets neither name nor "
                                  "password: if it is the right one, give it as the address.",
                                  origin));
      g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_ASTRAY,
                           search->found->hint);
    }
  else if (is_web_page (reply) && reply->status / 100 == 2)
    g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE, WEB_PAGE);
  else if (reply->status / 100 == 2 || reply->status == 405 || reply->status == 501)
    g_set_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE,
                 "What answers there (with status %u) is no CalDAV server: check the address.",
                 reply->status);
  else if (reply->status == 404 || reply->status == 410)
    g_set_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_GONE,
                 "The server has nothing at that address (status %u): check it.", reply->status);
  else
    calsync_http_set_status_error (reply, LOOKING, error);
}

/*
 * PROPFIND of @uri, whose responses go to @reader. How a place tells changes is asked of the members of
 * a home only: DAViCal 1.1.12 fails with status 500 when its root is asked for a sync-token.
 */
static gboolean
ask (Search *search, const char *uri, const char *depth, CalsyncDavReader *reader, GError **error)
{
  static const CalsyncDavProperty properties[] = {
    CALSYNC_DAV_RESOURCE_TYPE, CALSYNC_DAV_DISPLAY_NAME, CALSYNC_DAV_COMPONENTS,
    CALSYNC_DAV_PRIVILEGES,    CALSYNC_DAV_PRINCIPAL,    CALSYNC_DAV_HOME_SET,
    CALSYNC_DAV_REPORTS,       CALSYNC_DAV_SYNC_TOKEN,   CALSYNC_DAV_CTAG
  };
  const guint n_properties = G_N_ELEMENTS (properties) - (*depth == '0' ? 3 : 0);
  g_autofree char *body = calsync_dav_make_propfind (properties, n_properties);
  const CalsyncRequest request = { .method = "PROPFIND",
                                   .target = uri,
                                   .depth = depth,
                                   .content_type = "application/xml; charset=utf-8",
                                   .body = body,
                                   .n_body = strlen (body),
                                   .max_bytes = MAX_LIST_BYTES,
                                   .is_safe = TRUE,
                                   .answers_redirect = TRUE };
  g_auto (CalsyncReply) reply = { 0 };

  if (!calsync_http_send (search->http, &request, &reply, search->cancellable, error))
    return FALSE;
  if (reply.status != 207 || is_web_page (&reply))
    {
      set_answer_error (search, &reply, error);
      return FALSE;
    }
  g_clear_pointer (&search->here, g_uri_unref);
  search->here = parse (reply.uri);
  return calsync_dav_reader_push (reply.body->str, reply.body->len, reader, error) &&
         calsync_dav_reader_finish (reader, error);
}

static CalsyncTier
guess_tier (const CalsyncDavResponse *response)
{
  const gboolean has_token = response->values[CALSYNC_DAV_SYNC_TOKEN].text != NULL;
  const gboolean has_stamp = has_token || response->values[CALSYNC_DAV_CTAG].text != NULL;

  if (response->values[CALSYNC_DAV_REPORTS].status == 0 &&
      response->values[CALSYNC_DAV_SYNC_TOKEN].status == 0 &&
      response->values[CALSYNC_DAV_CTAG].status == 0)
    return CALSYNC_TIER_UNKNOWN;
  if (has_token && response->values[CALSYNC_DAV_REPORTS].marks & CALSYNC_DAV_HAS_SYNC)
    return CALSYNC_TIER_FEED;
  return has_stamp ? CALSYNC_TIER_STAMP : CALSYNC_TIER_LISTING;
}

/* A calendar that somebody's events can be in; %NULL: something else. */
static CalsyncDiscovered *
make_calendar (Search *search, const CalsyncDavResponse *response)
{
  const guint marks = response->values[CALSYNC_DAV_RESOURCE_TYPE].marks;
  const CalsyncDavValue *components = &response->values[CALSYNC_DAV_COMPONENTS];
  const CalsyncDavValue *rights = &response->values[CALSYNC_DAV_PRIVILEGES];
  const guint others =
    CALSYNC_DAV_IS_SCHEDULE_BOX | CALSYNC_DAV_IS_SUBSCRIBED | CALSYNC_DAV_IS_NOTIFICATION;
  const guint writing = CALSYNC_DAV_MAY_WRITE | CALSYNC_DAV_MAY_BIND;
  const gboolean tells_rights = rights->status / 100 == 2;
  g_autofree char *uri = NULL;
  CalsyncDiscovered *calendar;

  if (!(marks & CALSYNC_DAV_IS_CALENDAR) || marks & others || response->href == NULL ||
      response->status >= 300 || (uri = resolve (search, response->href)) == NULL)
    return NULL;
  calendar = g_new0 (CalsyncDiscovered, 1);
  calendar->uri = g_steal_pointer (&uri);
  calendar->display_name = g_strdup (response->values[CALSYNC_DAV_DISPLAY_NAME].text);
  calendar->holds_events =
    components->status / 100 != 2 || components->marks & CALSYNC_DAV_HOLDS_EVENTS;
  calendar->can_read = !tells_rights || rights->marks & CALSYNC_DAV_MAY_READ;
  calendar->can_write = !tells_rights || (rights->marks & writing) == writing;
  calendar->tier = guess_tier (response);
  return calendar;
}

/* Takes @calendar into the list, unless it is there or takes no events. */
static void
keep (Search *search, CalsyncDiscovered *calendar)
{
  GPtrArray *calendars = search->found->calendars;
  gboolean is_known = FALSE;

  for (guint i = 0; i < calendars->len && !is_known; i++)
    is_known = g_str_equal (((CalsyncDiscovered *) calendars->pdata[i])->uri, calendar->uri);
  if (calendar->holds_events && !is_known && calendars->len < MAX_CALENDARS)
    {
      g_ptr_array_add (calendars, calendar);
      return;
    }
  search->found->n_other += is_known ? 0 : 1;
  calsync_discovered_free (calendar);
}

static gboolean
take_place (const CalsyncDavResponse *response, gpointer data, GError **error)
{
  Place *place = data;

  if (place->is_answered || response->status >= 300)
    return TRUE;
  place->is_answered = TRUE;
  place->principal = g_strdup (response->values[CALSYNC_DAV_PRINCIPAL].text);
  place->homes = g_strdup (response->values[CALSYNC_DAV_HOME_SET].text);
  place->calendar = make_calendar (place->search, response);
  return TRUE;
}

static gboolean
take_member (const CalsyncDavResponse *response, gpointer data, GError **error)
{
  Search *search = data;
  CalsyncDiscovered *calendar = make_calendar (search, response);
  const guint marks = response->values[CALSYNC_DAV_RESOURCE_TYPE].marks;
  const guint others =
    CALSYNC_DAV_IS_SCHEDULE_BOX | CALSYNC_DAV_IS_SUBSCRIBED | CALSYNC_DAV_IS_NOTIFICATION;

  if (calendar != NULL)
    keep (search, calendar);
  else if (marks & others)
    search->found->n_other++;
  return TRUE;
}

static gboolean
ask_place (Search *search, const char *uri, Place *place, GError **error)
{
  g_autoptr (CalsyncDavReader) reader = calsync_dav_reader_new (take_place, place);

  place->search = search;
  return ask (search, uri, "0", reader, error);
}

static gboolean
list_home (Search *search, const char *uri, GError **error)
{
  g_autoptr (CalsyncDavReader) reader = calsync_dav_reader_new (take_member, search);

  search->found->n_homes++;
  return ask (search, uri, "1", reader, error);
}

/* --- the walk --------------------------------------------------------------------------------- */

static void
add_homes (Search *search, const char *lines)
{
  g_auto (GStrv) hrefs = g_strsplit (lines, "\n", MAX_HOMES);

  for (guint i = 0; hrefs[i] != NULL && search->homes->len < MAX_HOMES; i++)
    {
      char *home = *hrefs[i] != '\0' ? resolve (search, hrefs[i]) : NULL;

      if (home != NULL)
        g_ptr_array_add (search->homes, home);
    }
}

/* The first line of a value that may hold several. */
static char *
resolve_first (Search *search, const char *lines)
{
  g_autofree char *first = g_strndup (lines, strcspn (lines, "\n"));

  return resolve (search, first);
}

static gboolean
find_homes (Search *search, const char *context, GError **error)
{
  g_auto (Place) place = { 0 };
  g_auto (Place) principal = { 0 };

  if (!ask_place (search, context, &place, error))
    return FALSE;
  search->found->server_uri = g_uri_to_string (search->here);
  if (place.calendar != NULL)
    {
      search->found->is_calendar = TRUE;
      keep (search, g_steal_pointer (&place.calendar));
      return TRUE;
    }
  if (place.homes != NULL)
    add_homes (search, place.homes);
  if (search->homes->len > 0 || place.principal == NULL)
    return TRUE;
  search->found->principal_uri = resolve_first (search, place.principal);
  if (search->found->principal_uri == NULL)
    return TRUE;
  if (!ask_place (search, search->found->principal_uri, &principal, error))
    return FALSE;
  if (principal.homes != NULL)
    add_homes (search, principal.homes);
  return TRUE;
}

static void
set_nothing_found (Search *search, GError **error)
{
  const CalsyncDiscovery *found = search->found;
  const char *text = found->hint;

  if (text == NULL && found->n_homes > 0)
    text = "The account has no calendar that takes events: make one there, or let somebody share "
           "one with it.";
  else if (text == NULL)
    text = "The server does not say where the account's calendars are: give the address of the "
           "calendar itself.";
  g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_GONE, text);
}

/* Everything from one address on. */
static gboolean
search_from (Search *search, const char *context, GError **error)
{
  g_ptr_array_set_size (search->homes, 0);
  g_clear_pointer (&search->found->server_uri, g_free);
  g_clear_pointer (&search->found->principal_uri, g_free);
  if (!open_origin (search, context, error) || !find_homes (search, context, error))
    return FALSE;
  if (search->found->is_calendar)
    return TRUE;
  for (guint i = 0; i < search->homes->len; i++)
    {
      if (!list_home (search, search->homes->pdata[i], error))
        return FALSE;
    }
  /* a folder of calendars on a server that knows no principals */
  if (search->homes->len == 0 && !list_home (search, context, error))
    return FALSE;
  if (search->found->calendars->len > 0)
    return TRUE;
  set_nothing_found (search, error);
  return FALSE;
}

/* Whether another address may do better; after a refused password nothing is tried. */
static gboolean
may_go_on (const GError *error)
{
  return error->code == CALSYNC_REMOTE_ERROR_GONE || error->code == CALSYNC_REMOTE_ERROR_NONSENSE ||
         error->code == CALSYNC_REMOTE_ERROR_FAILED || error->code == CALSYNC_REMOTE_ERROR_ASTRAY ||
         error->code == CALSYNC_REMOTE_ERROR_FORBIDDEN ||
         error->code == CALSYNC_REMOTE_ERROR_CHANGED ||
         error->code == CALSYNC_REMOTE_ERROR_UNREACHABLE;
}

static gboolean
is_of_origin (Search *search, const char *context)
{
  g_autofree char *origin = search->origin != NULL ? dup_origin (search->origin) : NULL;

  return origin != NULL && g_str_has_prefix (context, origin) && context[strlen (origin)] == '/';
}

/* How much an error tells: that nobody answers, that nothing is there, or what is wrong. */
static guint
rank (const Search *search, const GError *error)
{
  if (error->code == CALSYNC_REMOTE_ERROR_UNREACHABLE)
    return 1;
  return error->code == CALSYNC_REMOTE_ERROR_GONE && search->found->server_uri == NULL ? 2 : 3;
}

/* Whether somebody gave more than a server: then that address was meant. */
static gboolean
has_path (const char *address)
{
  const char *scheme = strstr (address, "://");
  const char *slash = strchr (scheme != NULL ? scheme + 3 : address, '/');

  return slash != NULL && slash[1] != '\0' && !g_str_has_suffix (slash, "/.well-known/caldav");
}

static gboolean
search_all (Search *search, GPtrArray *contexts, GError **error)
{
  g_autoptr (GError) best = NULL;
  guint best_rank = 0;
  gboolean is_dead = FALSE; /* nobody answers at the origin that is open */

  for (guint i = 0; i < contexts->len; i++)
    {
      g_autoptr (GError) cause = NULL;

      if (is_dead && is_of_origin (search, contexts->pdata[i]))
        continue;
      if (search_from (search, contexts->pdata[i], &cause))
        {
          search->found->is_elsewhere = i > 0 && has_path (search->plan->address);
          return TRUE;
        }
      is_dead = cause->code == CALSYNC_REMOTE_ERROR_UNREACHABLE;
      if (!may_go_on (cause))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
      if (rank (search, cause) > best_rank)
        {
          best_rank = rank (search, cause);
          g_clear_error (&best);
          best = g_steal_pointer (&cause);
        }
    }
  if (best == NULL)
    g_set_error_literal (&best, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_ASTRAY,
                         "The address must be a URL, a host name or a mail address.");
  g_propagate_error (error, g_steal_pointer (&best));
  return FALSE;
}

/* --- name servers ----------------------------------------------------------------------------- */

/* RFC 6764 4: a TXT record beside the SRV record with "path=/..." */
static char *
look_up_path (GResolver *resolver, const char *domain, GCancellable *cancellable)
{
  g_autofree char *name = g_strconcat ("_caldavs._tcp.", domain, NULL);
  GList *records =
    g_resolver_lookup_records (resolver, name, G_RESOLVER_RECORD_TXT, cancellable, NULL);
  char *path = NULL;

  for (GList *item = records; item != NULL && path == NULL; item = item->next)
    {
      g_autofree const char **texts = NULL;

      g_variant_get (item->data, "(^a&s)", &texts);
      for (guint i = 0; texts[i] != NULL && path == NULL; i++)
        {
          if (g_str_has_prefix (texts[i], "path=/"))
            path = g_strdup (texts[i] + strlen ("path="));
        }
    }
  g_list_free_full (records, (GDestroyNotify) g_variant_unref);
  return path;
}

static GPtrArray *
list_contexts (Search *search)
{
  const CalsyncDiscoveryPlan *plan = search->plan;
  const char *at = strrchr (plan->address, '@');
  const char *domain = at != NULL ? at + 1 : plan->address;
  g_autofree char *path = NULL;
  GList *targets = NULL;
  GPtrArray *contexts;

  if (!plan->skips_dns && !g_cancellable_is_cancelled (search->cancellable) &&
      strpbrk (domain, "/: \t") == NULL && *domain != '\0')
    {
      g_autoptr (GResolver) resolver = g_resolver_get_default ();

      targets =
        g_resolver_lookup_service (resolver, "caldavs", "tcp", domain, search->cancellable, NULL);
      if (targets != NULL)
        path = look_up_path (resolver, domain, search->cancellable);
    }
  contexts = calsync_discovery_list_contexts (plan->address, targets, path, &search->found->hint);
  g_resolver_free_targets (targets);
  return contexts;
}

/**
 * calsync_discover:
 * @plan: where to look, and as whom
 * @out_discovery: (out caller-allocates): zeroes, or an earlier one, which is freed; filled on failure
 *   too, as far as it went
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR; GONE: there is a server, and no calendar
 *
 * Blocks. A name and password go to the host that the address names, to hosts of its domain that DNS
 * names, and to nobody else.
 *
 * Returns: whether there is at least one calendar that takes events
 */
gboolean
calsync_discover (const CalsyncDiscoveryPlan *plan,
                  CalsyncDiscovery *out_discovery,
                  GCancellable *cancellable,
                  GError **error)
{
  g_auto (Search) search = { .plan = plan, .found = out_discovery, .cancellable = cancellable };
  g_autoptr (GPtrArray) contexts = NULL;

  calsync_discovery_clear (out_discovery);
  out_discovery->calendars =
    g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_discovered_free);
  search.homes = g_ptr_array_new_with_free_func (g_free);
  contexts = list_contexts (&search);
  return search_all (&search, contexts, error);
}
