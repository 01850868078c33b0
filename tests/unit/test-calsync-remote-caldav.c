/* SPDX-License-Identifier: EUPL-1.2 */
/* The CalDAV remote against a server that says what a script tells: every request in its order, no other. */
/* Also tests: calsync-remote-caldav-ask, calsync-remote-caldav-fetch, calsync-remote-caldav-item,
 * calsync-remote-caldav-listing, calsync-remote-caldav-query, calsync-remote-caldav-write. */
#include "calsync-remote-caldav.h"
#include "dav-answers.h"
#include "fake-http.h"
#include "testlib.h"

#include <string.h>

#define MAX_STEPS 8

/* One request that must come, and what is answered. */
typedef struct
{
  const char *request; /* method, blank, path */
  const char *part;    /* (nullable): stands in its head or body */
  const char *status;  /* (nullable): the connection is closed without an answer */
  const char *headers; /* (nullable) */
  const char *body;    /* (nullable) */
} Step;

typedef struct
{
  const Step *steps;
  guint n_steps;
  guint n_seen;
  char *failure;
} Script;

static void
follow_script (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  Script *script = data;
  const Step *step = script->n_seen < script->n_steps ? &script->steps[script->n_seen] : NULL;
  g_autofree char *line = g_strdup_printf ("%s %s", request->method, request->target);

  script->n_seen++;
  if (step == NULL || strcmp (line, step->request) != 0 ||
      (step->part != NULL && strstr (request->head, step->part) == NULL &&
       (request->body == NULL || strstr (request->body, step->part) == NULL)))
    {
      if (script->failure == NULL)
        script->failure = g_strdup_printf ("request %u is %s\n%s%s", script->n_seen, line,
                                           request->head, request->body);
      fake_peer_answer (peer, "599 Not in the script", "", "");
    }
  else if (step->status == NULL)
    fake_peer_end (peer);
  else
    fake_peer_answer (peer, step->status, step->headers == NULL ? "" : step->headers,
                      step->body == NULL ? "" : step->body);
}

/* A server that follows a script, and the remote that asks it. */
typedef struct
{
  Script script;
  FakeHttp *server;
  CalsyncRemote *remote;
} World;

static World *
world_new (const Step *steps, CalsyncTier tier)
{
  World *world = g_new0 (World, 1);
  g_autofree char *uri = NULL;
  CalsyncHttpSettings settings = { .answer_timeout_s = 60 };
  g_autoptr (GError) error = NULL;

  world->script.steps = steps;
  while (world->script.n_steps < MAX_STEPS && steps[world->script.n_steps].request != NULL)
    world->script.n_steps++;
  world->server = fake_http_new (follow_script, &world->script);
  uri = fake_http_dup_uri (world->server, "127.0.0.1", "/u/cal/");
  settings.base_uri = uri;
  world->remote = calsync_remote_caldav_new (&settings, uri, tier, &error);
  g_assert_no_error (error);
  return world;
}

/* The script must have been followed to its end. */
static void
world_free (World *world)
{
  CalsyncCost cost;

  calsync_remote_get_cost (world->remote, &cost);
  calsync_remote_free (world->remote);
  fake_http_free (world->server);
  if (world->script.failure != NULL)
    g_error ("%s", world->script.failure);
  g_assert_cmpuint (world->script.n_seen, ==, world->script.n_steps);
  g_assert_cmpuint (cost.n_requests, ==, world->script.n_steps);
  g_free (world);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

#define REPORT   "REPORT /u/cal/"
#define PROPFIND "PROPFIND /u/cal/"
#define FEED     "sync-collection"
#define MULTIGET "calendar-multiget"
#define DEPTH_0  "Depth: 0"
#define DEPTH_1  "Depth: 1"
#define OK       "207 Multi-Status"
#define IS_DAV   "Content-Type: application/xml\r\n"
#define SELF(props)                 \
  RESPONSE (HREF ("/u/cal/") STAT ( \
    "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>" props, "200 OK"))
#define THERE                                        \
  {                                                  \
    PROPFIND, DEPTH_0, OK, IS_DAV, MULTI (SELF ("")) \
  }
#define NOT_THERE                                  \
  {                                                \
    PROPFIND, DEPTH_0, "404 Not Found", NULL, NULL \
  }

/* --- listings --------------------------------------------------------------------------------- */

typedef struct
{
  const char *name;
  CalsyncTier tier;
  const char *cursor; /* (nullable): everything is read */
  Step steps[MAX_STEPS];
  const char *expected; /* (nullable): @code */
  CalsyncRemoteError code;
} ListingCase;

/* clang-format off */
#define AFTER_REFUSAL(status, code) { "refusal " status, CALSYNC_TIER_FEED, "f:1", { { REPORT, FEED, status, NULL, NULL }, THERE }, NULL, code }
#define AT_ONCE(status, body, code) { "at once " status, CALSYNC_TIER_FEED, "f:1", { { REPORT, FEED, status, IS_DAV, body } }, NULL, code }

static const ListingCase listing_cases[] = {
  /* Quiet is one request. */
  { "nothing changed", CALSYNC_TIER_FEED, "f:1",
    { { REPORT, "<sync-token>1</sync-token>", OK, IS_DAV, MULTI (TOKEN ("1")) } }, "tier 1 cursor f:1\n" },
  { "depth of a feed", CALSYNC_TIER_FEED, "f:1", { { REPORT, DEPTH_0, OK, IS_DAV, MULTI (TOKEN ("1")) } }, "tier 1 cursor f:1\n" },
  { "a feed", CALSYNC_TIER_FEED, "f:a&b",
    { { REPORT, "<sync-token>a&amp;b<", OK, IS_DAV,
        MULTI (SELF ("") PLAIN ("/u/cal/a.ics", "\"1\"") GONE ("/u/cal/b.ics") PLAIN ("http://inside.example/u/cal/c%40.ics", "\"2\"")
               RESPONSE (HREF ("/u/cal/d.ics") STATUS ("403 Forbidden")) PLAIN ("/u/cal/sub/", "\"3\"") PLAIN ("/u/cal", "\"4\"")
               RESPONSE (HREF ("/u/cal/e.ics") STATUS ("410 Gone")) PLAIN ("/u/cal/a.ics", "\"5\"") TOKEN ("x")) } },
    "/u/cal/a.ics \"1\"\n/u/cal/b.ics gone\n/u/cal/c%40.ics \"2\"\n/u/cal/d.ics -\n/u/cal/e.ics gone\n/u/cal/a.ics \"5\"\ntier 1 cursor f:x\n" },
  { "versions", CALSYNC_TIER_FEED, "f:1",
    { { REPORT, FEED, OK, IS_DAV,
        MULTI (PLAIN ("/a", "W/\"1\"") PLAIN ("/b", "abc") PLAIN ("/c", "\"x-gzip\"") PLAIN ("/d", "\"x--gzip\"") PLAIN ("/e", "\"a\"b\"")
               PLAIN ("/f", "") RESPONSE (HREF ("/g") STAT (ETAG (""), "404 Not Found")) PLAIN ("/h", "\"\"") PLAIN ("/i", "&quot;q&quot;")
               PLAIN ("/j", "\"-gzip\"") TOKEN ("2")) } },
    "/a -\n/b \"abc\"\n/c \"x\"\n/d \"x\"\n/e -\n/f -\n/g -\n/h \"\"\n/i \"q\"\n/j \"-gzip\"\ntier 1 cursor f:2\n" },
  { "text as plain text", CALSYNC_TIER_FEED, "f:1", { { REPORT, FEED, OK, "Content-Type: text/plain\r\n", MULTI (TOKEN ("2")) } }, "tier 1 cursor f:2\n" },
  { "status 200", CALSYNC_TIER_FEED, "f:1", { { REPORT, FEED, "200 OK", NULL, MULTI (TOKEN ("2")) } }, "tier 1 cursor f:2\n" },
  { "continued", CALSYNC_TIER_FEED, "f:1",
    { { REPORT, "<sync-token>1<", OK, IS_DAV, MULTI (PLAIN ("/u/cal/a.ics", "\"1\"") RESPONSE (HREF ("/u/cal/") STATUS ("507 Insufficient Storage")) TOKEN ("2")) },
      { REPORT, "<sync-token>2<", OK, IS_DAV, MULTI (PLAIN ("/u/cal/b.ics", "\"1\"") RESPONSE (HREF ("/u/cal/") STATUS ("507 Insufficient Storage")) TOKEN ("3")) },
      { REPORT, "<sync-token>3<", OK, IS_DAV, MULTI (GONE ("/u/cal/a.ics") TOKEN ("4")) } },
    "/u/cal/a.ics \"1\"\n/u/cal/b.ics \"1\"\n/u/cal/a.ics gone\ntier 1 cursor f:4\n" },
  { "continued by precondition", CALSYNC_TIER_FEED, "f:1",
    { { REPORT, "<sync-token>1<", OK, IS_DAV, MULTI (RESPONSE (HREF ("/u/cal/") STATUS ("403 No") "<D:error><D:number-of-matches-within-limits/></D:error>") TOKEN ("2")) },
      { REPORT, "<sync-token>2<", OK, IS_DAV, MULTI (TOKEN ("2")) } },
    "tier 1 cursor f:2\n" },
  { "going round", CALSYNC_TIER_FEED, "f:1",
    { { REPORT, FEED, OK, IS_DAV, MULTI (PLAIN ("/u/cal/a.ics", "\"1\"") RESPONSE (HREF ("/u/cal/") STATUS ("507 X")) TOKEN ("1")) }, THERE },
    NULL, CALSYNC_REMOTE_ERROR_CURSOR },
  { "no token any more", CALSYNC_TIER_FEED, "f:1", { { REPORT, FEED, OK, IS_DAV, MULTI ("") }, THERE }, NULL, CALSYNC_REMOTE_ERROR_CURSOR },

  /* Whatever a server says to a token that it does not know. */
  { "the RFC's refusal", CALSYNC_TIER_FEED, "f:1", { { REPORT, FEED, "403 Forbidden", IS_DAV, ERROR_BODY ("D", "valid-sync-token") }, THERE }, NULL, CALSYNC_REMOTE_ERROR_CURSOR },
  AFTER_REFUSAL ("400 Bad", CALSYNC_REMOTE_ERROR_CURSOR),
  AFTER_REFUSAL ("403 Forbidden", CALSYNC_REMOTE_ERROR_CURSOR),
  AFTER_REFUSAL ("404 Not Found", CALSYNC_REMOTE_ERROR_CURSOR),
  AFTER_REFUSAL ("405 No", CALSYNC_REMOTE_ERROR_CURSOR),
  AFTER_REFUSAL ("409 Conflict", CALSYNC_REMOTE_ERROR_CURSOR),
  AFTER_REFUSAL ("410 Gone", CALSYNC_REMOTE_ERROR_CURSOR),
  AFTER_REFUSAL ("412 No", CALSYNC_REMOTE_ERROR_CURSOR),
  AFTER_REFUSAL ("418 Teapot", CALSYNC_REMOTE_ERROR_CURSOR),
  AFTER_REFUSAL ("500 Oh", CALSYNC_REMOTE_ERROR_CURSOR),
  AFTER_REFUSAL ("501 No", CALSYNC_REMOTE_ERROR_CURSOR),
  AFTER_REFUSAL ("507 Full", CALSYNC_REMOTE_ERROR_CURSOR),
  { "all of it broken", CALSYNC_TIER_FEED, "f:1", { { REPORT, FEED, "500 Oh", NULL, NULL }, { PROPFIND, DEPTH_0, "500 Oh", NULL, NULL } }, NULL, CALSYNC_REMOTE_ERROR_FAILED },
  { "calendar removed", CALSYNC_TIER_FEED, "f:1", { { REPORT, FEED, "404 Not Found", NULL, NULL }, NOT_THERE }, NULL, CALSYNC_REMOTE_ERROR_GONE },
  { "calendar removed, said inside", CALSYNC_TIER_FEED, "f:1", { { REPORT, FEED, "500 Oh", NULL, NULL }, { PROPFIND, DEPTH_0, OK, IS_DAV, MULTI (GONE ("http%3A//127.0.0.1/u/cal/")) } }, NULL, CALSYNC_REMOTE_ERROR_GONE },
  { "nothing said", CALSYNC_TIER_FEED, "f:1", { { REPORT, FEED, "500 Oh", NULL, NULL }, { PROPFIND, DEPTH_0, OK, IS_DAV, MULTI ("") } }, NULL, CALSYNC_REMOTE_ERROR_NONSENSE },
  { "no right left", CALSYNC_TIER_FEED, "f:1", { { REPORT, FEED, "403 Forbidden", NULL, NULL }, { PROPFIND, DEPTH_0, "403 Forbidden", NULL, NULL } }, NULL, CALSYNC_REMOTE_ERROR_FORBIDDEN },
  AT_ONCE ("401 Unauthorized", NULL, CALSYNC_REMOTE_ERROR_DENIED),
  AT_ONCE ("403 Forbidden", ERROR_BODY ("D", "need-privileges"), CALSYNC_REMOTE_ERROR_FORBIDDEN),
  AT_ONCE ("423 Locked", NULL, CALSYNC_REMOTE_ERROR_BUSY),
  AT_ONCE ("429 Slower", NULL, CALSYNC_REMOTE_ERROR_BUSY),
  AT_ONCE ("503 Later", NULL, CALSYNC_REMOTE_ERROR_BUSY),
  AT_ONCE (OK, "", CALSYNC_REMOTE_ERROR_NONSENSE),
  AT_ONCE (OK, "<html><body>Log in</body></html>", CALSYNC_REMOTE_ERROR_NONSENSE),
  AT_ONCE ("200 OK", "<!DOCTYPE html><html><body>Log in<br></body></html>", CALSYNC_REMOTE_ERROR_NONSENSE),
  AT_ONCE (OK, "<D:multistatus xmlns:D='DAV:'><D:sync-token>2</D:sync-token>", CALSYNC_REMOTE_ERROR_NONSENSE),
  AT_ONCE (OK, MULTI (RESPONSE (STAT (ETAG ("\"1\""), "200 OK")) TOKEN ("2")), CALSYNC_REMOTE_ERROR_NONSENSE),
  AT_ONCE (OK, MULTI (GONE ("/u/cal/") TOKEN ("2")), CALSYNC_REMOTE_ERROR_GONE),
  AT_ONCE ("204 No Content", NULL, CALSYNC_REMOTE_ERROR_NONSENSE),
  { "no answer", CALSYNC_TIER_FEED, "f:1", { { REPORT, FEED, NULL, NULL, NULL } }, NULL, CALSYNC_REMOTE_ERROR_UNREACHABLE },
  { "a cursor of somebody else", CALSYNC_TIER_FEED, "x:1", { { NULL } }, NULL, CALSYNC_REMOTE_ERROR_CURSOR },

  /* Stamps and listings. */
  { "stamp stands", CALSYNC_TIER_STAMP, "s:7", { { PROPFIND, DEPTH_0, OK, IS_DAV, MULTI (SELF ("<S:getctag>7</S:getctag>")) } }, "tier 2 cursor s:7\n" },
  { "stamp moved", CALSYNC_TIER_STAMP, "s:7", { { PROPFIND, DEPTH_0, OK, IS_DAV, MULTI (SELF ("<S:getctag>8</S:getctag>")) } }, "tier 2 cursor s:7 listing\n" },
  { "sync-token as stamp", CALSYNC_TIER_STAMP, "s:7", { { PROPFIND, DEPTH_0, OK, IS_DAV, MULTI (SELF (TOKEN ("7"))) } }, "tier 2 cursor s:7\n" },
  { "stamp lost", CALSYNC_TIER_STAMP, "s:7", { THERE }, "tier 3 cursor l: listing\n" },
  { "stamp of a calendar that is gone", CALSYNC_TIER_STAMP, "s:7", { NOT_THERE }, NULL, CALSYNC_REMOTE_ERROR_GONE },
  { "only a listing tells", CALSYNC_TIER_LISTING, "l:", { { NULL } }, "tier 3 cursor l: listing\n" },

  /* Everything. */
  { "all by feed", CALSYNC_TIER_UNKNOWN, NULL,
    { { REPORT, "<sync-token></sync-token>", OK, IS_DAV, MULTI (PLAIN ("/u/cal/a.ics", "\"1\"") PLAIN ("/u/cal/b.ics", "\"2\"") TOKEN ("5")) } },
    "/u/cal/a.ics \"1\"\n/u/cal/b.ics \"2\"\ntier 1 cursor f:5\n" },
  { "an empty calendar", CALSYNC_TIER_FEED, NULL, { { REPORT, FEED, OK, IS_DAV, MULTI (TOKEN ("5")) } }, "tier 1 cursor f:5\n" },
  { "all by pages", CALSYNC_TIER_FEED, NULL,
    { { REPORT, FEED, OK, IS_DAV, MULTI (PLAIN ("/u/cal/a.ics", "\"1\"") PLAIN ("/u/cal/b@.ics", "\"2\"") PLAIN ("/u/cal/c.ics", "\"2\"") RESPONSE (HREF ("/u/cal/") STATUS ("507 X")) TOKEN ("2")) },
      { REPORT, "<sync-token>2<", OK, IS_DAV, MULTI (PLAIN ("/u/cal/b%40.ics", "\"3\"") GONE ("/u/cal/a.ics") PLAIN ("/u/cal/d.ics", "\"4\"") TOKEN ("3")) } },
    "/u/cal/c.ics \"2\"\n/u/cal/b%40.ics \"3\"\n/u/cal/d.ics \"4\"\ntier 1 cursor f:3\n" },
  { "gone and back", CALSYNC_TIER_FEED, NULL,
    { { REPORT, FEED, OK, IS_DAV, MULTI (GONE ("/u/cal/a.ics") PLAIN ("/u/cal/a.ics", "\"1\"") GONE ("/u/cal/b.ics") TOKEN ("2")) } },
    "/u/cal/a.ics \"1\"\ntier 1 cursor f:2\n" },
  { "cut on the second page", CALSYNC_TIER_FEED, NULL,
    { { REPORT, FEED, OK, IS_DAV, MULTI (PLAIN ("/u/cal/a.ics", "\"1\"") RESPONSE (HREF ("/u/cal/") STATUS ("507 X")) TOKEN ("2")) },
      { REPORT, FEED, OK, IS_DAV, "<D:multistatus xmlns:D='DAV:'><D:sync-token>3</D:sync-token>" } },
    NULL, CALSYNC_REMOTE_ERROR_NONSENSE },
  { "no feed: stamp and listing", CALSYNC_TIER_UNKNOWN, NULL,
    { { REPORT, FEED, "501 No", NULL, NULL },
      { PROPFIND, DEPTH_0, OK, IS_DAV, MULTI (SELF ("<S:getctag>7</S:getctag>")) },
      { PROPFIND, DEPTH_1, OK, IS_DAV, MULTI (SELF ("") PLAIN ("/u/cal/a.ics", "\"1\"") GONE ("/u/cal/b.ics") RESPONSE (HREF ("/u/cal/c.ics") STATUS ("500 Oh"))
                                              RESPONSE (HREF ("/u/cal/sub") STAT ("<D:resourcetype><D:collection/></D:resourcetype>" ETAG ("\"1\""), "200 OK"))) } },
    "/u/cal/a.ics \"1\"\n/u/cal/c.ics -\ntier 2 cursor s:7\n" },
  { "no feed, no stamp", CALSYNC_TIER_UNKNOWN, NULL,
    { { REPORT, FEED, "403 Forbidden", IS_DAV, ERROR_BODY ("D", "supported-report") }, THERE, { PROPFIND, DEPTH_1, OK, IS_DAV, MULTI (SELF ("") PLAIN ("/u/cal/a.ics", "\"1\"")) } },
    "/u/cal/a.ics \"1\"\ntier 3 cursor l:\n" },
  { "a feed that leads nowhere", CALSYNC_TIER_FEED, NULL,
    { { REPORT, FEED, OK, IS_DAV, MULTI (PLAIN ("/u/cal/z.ics", "\"1\"")) }, THERE, { PROPFIND, DEPTH_1, OK, IS_DAV, MULTI (SELF ("")) } }, "tier 3 cursor l:\n" },
  { "listing as before", CALSYNC_TIER_LISTING, NULL, { { PROPFIND, DEPTH_1, OK, IS_DAV, MULTI (SELF ("") PLAIN ("/u/cal/a.ics", "\"1\"")) } }, "/u/cal/a.ics \"1\"\ntier 3 cursor l:\n" },
  { "a gateway broke", CALSYNC_TIER_FEED, NULL, { { REPORT, FEED, "502 Bad Gateway", NULL, NULL } }, NULL, CALSYNC_REMOTE_ERROR_FAILED },
  { "all of it denied", CALSYNC_TIER_UNKNOWN, NULL, { { REPORT, FEED, "403 Forbidden", IS_DAV, ERROR_BODY ("D", "need-privileges") } }, NULL, CALSYNC_REMOTE_ERROR_FORBIDDEN },
  { "later", CALSYNC_TIER_UNKNOWN, NULL, { { REPORT, FEED, "503 Later", "Retry-After: 7\r\n", NULL } }, NULL, CALSYNC_REMOTE_ERROR_BUSY },
  { "a listing cut short", CALSYNC_TIER_LISTING, NULL, { { PROPFIND, DEPTH_1, OK, IS_DAV, MULTI (SELF ("") PLAIN ("/u/cal/a.ics", "\"1\"") RESPONSE (HREF ("/u/cal/") STATUS ("507 X"))) } }, NULL, CALSYNC_REMOTE_ERROR_NONSENSE },
  { "a listing without an end", CALSYNC_TIER_LISTING, NULL, { { PROPFIND, DEPTH_1, OK, IS_DAV, "<D:multistatus xmlns:D='DAV:'>" PLAIN ("/u/cal/a.ics", "\"1\"") } }, NULL, CALSYNC_REMOTE_ERROR_NONSENSE },
  { "a listing of nothing", CALSYNC_TIER_LISTING, NULL, { { PROPFIND, DEPTH_1, OK, IS_DAV, MULTI ("") } }, NULL, CALSYNC_REMOTE_ERROR_NONSENSE },
  { "a listing of a calendar that is gone", CALSYNC_TIER_LISTING, NULL, { { PROPFIND, DEPTH_1, OK, IS_DAV, MULTI (GONE ("/u/cal/")) } }, NULL, CALSYNC_REMOTE_ERROR_GONE },
  { "a listing that is a page", CALSYNC_TIER_LISTING, NULL, { { PROPFIND, DEPTH_1, "200 OK", "Content-Type: text/html\r\n", "<html><body/></html>" } }, NULL, CALSYNC_REMOTE_ERROR_NONSENSE },
};
/* clang-format on */

static char *
format_listing (const CalsyncListing *listing)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < listing->entries->len; i++)
    {
      const CalsyncEntry *entry = listing->entries->pdata[i];

      g_string_append_printf (text, "%s %s\n", entry->key,
                              entry->is_gone ? "gone"
                                             : (entry->version == NULL ? "-" : entry->version));
    }
  g_string_append_printf (text, "tier %d cursor %s%s\n", (int) listing->tier, listing->cursor,
                          listing->needs_listing ? " listing" : "");
  return g_strdup (text->str);
}

static void
test_listing (gconstpointer data)
{
  const ListingCase *row = data;
  g_autoptr (World) world = world_new (row->steps, row->tier);
  g_autoptr (CalsyncListing) listing = calsync_listing_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gboolean is_read =
    row->cursor == NULL
      ? calsync_remote_read_all (world->remote, listing, NULL, &error)
      : calsync_remote_read_changes (world->remote, row->cursor, listing, NULL, &error);

  if (row->expected == NULL)
    {
      g_assert_false (is_read);
      g_assert_error (error, CALSYNC_REMOTE_ERROR, (gint) row->code);
      g_assert_true (g_str_has_suffix (error->message, ".") ||
                     g_str_has_suffix (error->message, "?"));
      return;
    }
  g_assert_no_error (error);
  g_assert_true (is_read);
  text = format_listing (listing);
  g_assert_cmpstr (text, ==, row->expected);
}

/* --- items ------------------------------------------------------------------------------------ */

typedef struct
{
  const char *name;
  gboolean is_whole;
  const char *keys[8];
  Step steps[MAX_STEPS];
  const char *expected; /* (nullable): @code */
  CalsyncRemoteError code;
} FetchCase;

/* clang-format off */
#define ITEM(path, etag, ics) RESPONSE (HREF (path) STAT (ETAG (etag) CALENDAR_DATA (ics), "200 OK"))
#define GET(path) "GET /u/cal/" path
#define ICS(path, etag, body) { GET (path), NULL, "200 OK", "Content-Type: text/calendar\r\nETag: " etag "\r\n", "BEGIN:VCALENDAR " body }

static const FetchCase fetch_cases[] = {
  { "none", FALSE, { NULL }, { { NULL } }, "" },
  { "two", FALSE, { "/u/cal/a.ics", "/u/cal/b&.ics" },
    { { REPORT, "<href>/u/cal/b&amp;.ics</href>", OK, IS_DAV, MULTI (ITEM ("/u/cal/b&amp;.ics", "\"2\"", "B") ITEM ("/u/cal/a.ics", "\"1\"", "A")) } },
    "/u/cal/b&.ics found \"2\" B\n/u/cal/a.ics found \"1\" A\n" },
  { "times only", FALSE, { "/u/cal/a.ics" }, { { REPORT, "\"X-MICROSOFT-CDO-BUSYSTATUS\"", OK, IS_DAV, MULTI (ITEM ("/u/cal/a.ics", "\"1\"", "A")) } }, "/u/cal/a.ics found \"1\" A\n" },
  { "other spellings, answers twice, answers to nobody", FALSE, { "/u/cal/m%c3%b8de@.ics", "/u/cal/b.ics" },
    { { REPORT, "<href>/u/cal/m%c3%b8de@.ics</href>", OK, IS_DAV,
        MULTI (ITEM ("https://inside.example/u/cal/m\xc3\xb8" "de%40.ics", "W/\"1\"", "A") ITEM ("/u/cal/m%C3%B8de@.ics", "\"9\"", "Z") ITEM ("/u/cal/c.ics", "\"1\"", "C")
               RESPONSE (STAT (ETAG ("\"1\"") CALENDAR_DATA ("X"), "200 OK")) ITEM ("/u/cal/b.ics", "\"2\"", "B")) } },
    "/u/cal/m%c3%b8de@.ics found - A\n/u/cal/b.ics found \"2\" B\n" },
  { "one left out", FALSE, { "/u/cal/a.ics", "/u/cal/b c.ics" },
    { { REPORT, MULTIGET, OK, IS_DAV, MULTI (ITEM ("/u/cal/a.ics", "\"1\"", "A")) }, ICS ("b%20c.ics", "\"2-gzip\"", "B") },
    "/u/cal/a.ics found \"1\" A\n/u/cal/b c.ics found \"2\" B\n" },
  { "left out for various reasons", FALSE, { "/u/cal/a.ics", "/u/cal/b.ics", "/u/cal/c.ics", "/u/cal/d.ics" },
    { { REPORT, MULTIGET, OK, IS_DAV,
        MULTI (RESPONSE (HREF ("/u/cal/a.ics") STATUS ("500 Oh")) RESPONSE (HREF ("/u/cal/b.ics") STAT (CALENDAR_DATA (""), "500 Oh") STAT (ETAG ("\"2\""), "200 OK"))
               RESPONSE (HREF ("/u/cal/c.ics") STAT (ETAG ("\"3\"") CALENDAR_DATA (""), "200 OK"))) },
      { GET ("a.ics"), NULL, "500 Oh", NULL, NULL },
      { GET ("b.ics"), NULL, "403 No", NULL, NULL },
      { GET ("c.ics"), NULL, "200 OK", "ETag: \"3\"\r\n", "" },
      { GET ("d.ics"), NULL, "404 Not Found", NULL, NULL },
      { "PROPFIND /u/cal/d.ics", DEPTH_0, "404 Not Found", NULL, NULL },
      THERE },
    "/u/cal/a.ics unreadable - \n/u/cal/b.ics unreadable - \n/u/cal/c.ics unreadable - \n/u/cal/d.ics gone - \n" },
  { "whole or not at all", FALSE, { "/u/cal/a.ics", "/u/cal/b.ics", "/u/cal/c.ics" },
    { { REPORT, "\"DURATION\"", OK, IS_DAV,
        MULTI (RESPONSE (HREF ("/u/cal/a.ics") STAT (ETAG ("\"1\""), "200 OK") STAT ("<C:calendar-data/>", "404 Not Found")) ITEM ("/u/cal/b.ics", "\"2\"", "B")
               RESPONSE (HREF ("/u/cal/c.ics") STAT (ETAG ("\"3\""), "200 OK") STAT ("<C:calendar-data/>", "404 Not Found"))) },
      { REPORT, "<C:calendar-data/></prop><href>/u/cal/a.ics</href><href>/u/cal/c.ics</href></C:", OK, IS_DAV, MULTI (ITEM ("/u/cal/a.ics", "\"1\"", "A")
               RESPONSE (HREF ("/u/cal/c.ics") STAT (ETAG ("\"3\""), "200 OK") STAT ("<C:calendar-data/>", "404 Not Found"))) },
      ICS ("c.ics", "\"3\"", "C") },
    "/u/cal/b.ics found \"2\" B\n/u/cal/a.ics found \"1\" A\n/u/cal/c.ics found \"3\" C\n" },
  { "gone", FALSE, { "/u/cal/a.ics", "/u/cal/b.ics" },
    { { REPORT, MULTIGET, OK, IS_DAV, MULTI (GONE ("/u/cal/a.ics") ITEM ("/u/cal/b.ics", "\"2\"", "B")) }, THERE },
    "/u/cal/b.ics found \"2\" B\n/u/cal/a.ics gone - \n" },
  { "gone with the calendar", FALSE, { "/u/cal/a.ics" }, { { REPORT, MULTIGET, OK, IS_DAV, MULTI (GONE ("/u/cal/a.ics")) }, NOT_THERE }, NULL, CALSYNC_REMOTE_ERROR_GONE },
  { "calendar gone", FALSE, { "/u/cal/a.ics" }, { { REPORT, MULTIGET, "404 Not Found", NULL, NULL }, NOT_THERE }, NULL, CALSYNC_REMOTE_ERROR_GONE },
  { "right taken away", FALSE, { "/u/cal/a.ics" }, { { REPORT, MULTIGET, "403 No", NULL, NULL }, { PROPFIND, NULL, "403 No", NULL, NULL } }, NULL, CALSYNC_REMOTE_ERROR_FORBIDDEN },
  { "too much at once", FALSE, { "/u/cal/a.ics", "/u/cal/b.ics" },
    { { REPORT, MULTIGET, "413 Large", NULL, NULL },
      { REPORT, "<href>/u/cal/a.ics</href></C:calendar-multiget>", OK, IS_DAV, MULTI (ITEM ("/u/cal/a.ics", "\"1\"", "A")) },
      { REPORT, "<href>/u/cal/b.ics</href></C:calendar-multiget>", "507 Full", NULL, NULL },
      ICS ("b.ics", "\"2\"", "B") },
    "/u/cal/a.ics found \"1\" A\n/u/cal/b.ics found \"2\" B\n" },
  { "one that breaks the answer", FALSE, { "/u/cal/a.ics", "/u/cal/b.ics" },
    { { REPORT, MULTIGET, OK, IS_DAV, MULTI (ITEM ("/u/cal/a.ics", "\"1\"", "A") ITEM ("/u/cal/b.ics", "\"2\"", "\x01")) },
      { REPORT, "<href>/u/cal/b.ics</href></C:calendar-multiget>", OK, IS_DAV, MULTI (ITEM ("/u/cal/b.ics", "\"2\"", "\x01")) },
      ICS ("b.ics", "\"2\"", "B") },
    "/u/cal/a.ics found \"1\" A\n/u/cal/b.ics found \"2\" B\n" },
  { "no answer", FALSE, { "/u/cal/a.ics", "/u/cal/b.ics" },
    { { REPORT, MULTIGET, NULL, NULL, NULL }, { REPORT, "a.ics", NULL, NULL, NULL }, { GET ("a.ics"), NULL, NULL, NULL, NULL } }, NULL, CALSYNC_REMOTE_ERROR_UNREACHABLE },
  { "no multiget", FALSE, { "/u/cal/a.ics", "/u/cal/b.ics" },
    { { REPORT, MULTIGET, "405 No", NULL, NULL }, THERE, ICS ("a.ics", "\"1\"", "A"), ICS ("b.ics", "W/\"2\"", "B") },
    "/u/cal/a.ics found \"1\" A\n/u/cal/b.ics found - B\n" },
  { "later", FALSE, { "/u/cal/a.ics" }, { { REPORT, MULTIGET, "503 Later", NULL, NULL } }, NULL, CALSYNC_REMOTE_ERROR_BUSY },
  { "later, alone", FALSE, { "/u/cal/a.ics" }, { { REPORT, MULTIGET, OK, IS_DAV, MULTI ("") }, { GET ("a.ics"), NULL, "429 Slower", NULL, NULL } }, NULL, CALSYNC_REMOTE_ERROR_BUSY },
  { "a page", FALSE, { "/u/cal/a.ics" }, { { REPORT, MULTIGET, OK, IS_DAV, MULTI ("") }, { GET ("a.ics"), NULL, "200 OK", "Content-Type: text/html\r\n", "Log in" } }, NULL, CALSYNC_REMOTE_ERROR_NONSENSE },
  { "something else", FALSE, { "/u/cal/a.ics" }, { { REPORT, MULTIGET, OK, IS_DAV, MULTI ("") }, { GET ("a.ics"), NULL, "200 OK", "Content-Type: text/calendar\r\n", "{\"error\":1}" } }, "/u/cal/a.ics unreadable - \n" },
  { "marked and indented", FALSE, { "/u/cal/a.ics" }, { { REPORT, MULTIGET, OK, IS_DAV, MULTI ("") }, { GET ("a.ics"), NULL, "200 OK", NULL, "\xEF\xBB\xBF\r\n begin:vcalendar" } }, "/u/cal/a.ics found - \xEF\xBB\xBF\r\n begin:vcalendar\n" },
  { "all of it broken", FALSE, { "/u/cal/a.ics", "/u/cal/b.ics", "/u/cal/c.ics", "/u/cal/d.ics" },
    { { REPORT, MULTIGET, "500 Oh", NULL, NULL },
      { REPORT, "a.ics", "500 Oh", NULL, NULL }, { GET ("a.ics"), NULL, "500 Oh", NULL, NULL },
      { REPORT, "b.ics", "500 Oh", NULL, NULL }, { GET ("b.ics"), NULL, "500 Oh", NULL, NULL },
      { REPORT, "c.ics", "500 Oh", NULL, NULL }, { GET ("c.ics"), NULL, "500 Oh", NULL, NULL } }, NULL, CALSYNC_REMOTE_ERROR_FAILED },
  { "all of it something else", FALSE, { "/u/cal/a.ics", "/u/cal/b.ics", "/u/cal/c.ics" },
    { { REPORT, MULTIGET, "405 No", NULL, NULL }, THERE, { GET ("a.ics"), NULL, "200 OK", NULL, "x" }, { GET ("b.ics"), NULL, "200 OK", NULL, "x" }, { GET ("c.ics"), NULL, "200 OK", NULL, "x" } }, NULL, CALSYNC_REMOTE_ERROR_NONSENSE },
  { "three broken of four", FALSE, { "/u/cal/a.ics", "/u/cal/b.ics", "/u/cal/c.ics", "/u/cal/d.ics" },
    { { REPORT, MULTIGET, "405 No", NULL, NULL }, THERE, ICS ("a.ics", "\"1\"", "A"), { GET ("b.ics"), NULL, "200 OK", NULL, "x" }, { GET ("c.ics"), NULL, "200 OK", NULL, "x" }, { GET ("d.ics"), NULL, "200 OK", NULL, "x" } },
    "/u/cal/a.ics found \"1\" A\n/u/cal/b.ics unreadable - \n/u/cal/c.ics unreadable - \n/u/cal/d.ics unreadable - \n" },
  { "a page that denies it", FALSE, { "/u/cal/a.ics" }, { { REPORT, MULTIGET, OK, IS_DAV, MULTI ("") }, { GET ("a.ics"), NULL, "200 OK", "Content-Type: text/calendar\r\n", " <html>" } }, NULL, CALSYNC_REMOTE_ERROR_NONSENSE },

  { "whole", TRUE, { "/u/cal/a.ics" }, { ICS ("a.ics", "\"1\"", "ALL") }, "/u/cal/a.ics found \"1\" ALL\n" },
  { "whole, weak", TRUE, { "/u/cal/a.ics" }, { ICS ("a.ics", "W/\"1\"", "ALL"), { REPORT, "<C:calendar-data/>", OK, IS_DAV, MULTI (ITEM ("/u/cal/a.ics", "\"1\"", "ALL")) } }, "/u/cal/a.ics found \"1\" ALL\n" },
  { "whole, weak, no multiget", TRUE, { "/u/cal/a.ics" }, { ICS ("a.ics", "W/\"1\"", "ALL"), { REPORT, MULTIGET, "405 No", NULL, NULL }, THERE }, "/u/cal/a.ics found - ALL\n" },
  { "whole, gone", TRUE, { "/u/cal/a.ics" }, { { GET ("a.ics"), NULL, "404 Not Found", NULL, NULL }, { REPORT, "<C:calendar-data/>", OK, IS_DAV, MULTI (GONE ("/u/cal/a.ics")) }, THERE }, "/u/cal/a.ics gone - \n" },
  { "whole, gone with the calendar", TRUE, { "/u/cal/a.ics" }, { { GET ("a.ics"), NULL, "404 Not Found", NULL, NULL }, { REPORT, MULTIGET, "404 Not Found", NULL, NULL }, NOT_THERE }, NULL, CALSYNC_REMOTE_ERROR_GONE },
  { "whole, GET finds nothing ever", TRUE, { "/u/cal/a.ics" }, { { GET ("a.ics"), NULL, "404 Not Found", NULL, NULL }, { REPORT, "<C:calendar-data/>", OK, IS_DAV, MULTI (ITEM ("/u/cal/a.ics", "\"1\"", "ALL")) } }, "/u/cal/a.ics found \"1\" ALL\n" },
  { "GET finds nothing ever", FALSE, { "/u/cal/a.ics" },
    { { REPORT, MULTIGET, OK, IS_DAV, MULTI ("") }, { GET ("a.ics"), NULL, "404 Not Found", NULL, NULL }, { "PROPFIND /u/cal/a.ics", DEPTH_0, OK, IS_DAV, MULTI (PLAIN ("/u/cal/a.ics", "\"1\"")) } },
    "/u/cal/a.ics unreadable - \n" },
  { "gone, said inside", FALSE, { "/u/cal/a.ics" },
    { { REPORT, MULTIGET, OK, IS_DAV, MULTI ("") }, { GET ("a.ics"), NULL, "410 Gone", NULL, NULL }, { "PROPFIND /u/cal/a.ics", DEPTH_0, OK, IS_DAV, MULTI (GONE ("http%3A//x/u/cal/a.ics")) }, THERE },
    "/u/cal/a.ics gone - \n" },
  { "gone, and then nothing", FALSE, { "/u/cal/a.ics" },
    { { REPORT, MULTIGET, OK, IS_DAV, MULTI ("") }, { GET ("a.ics"), NULL, "404 Gone", NULL, NULL }, { "PROPFIND /u/cal/a.ics", DEPTH_0, "503 Later", NULL, NULL } }, NULL, CALSYNC_REMOTE_ERROR_BUSY },
  { "whole, unreadable", TRUE, { "/u/cal/a.ics" }, { { GET ("a.ics"), NULL, "500 Oh", NULL, NULL } }, "/u/cal/a.ics unreadable - \n" },
};
/* clang-format on */

static gboolean
note_item (const CalsyncItem *item, gpointer data, GError **error)
{
  static const char *const states[] = { "found", "gone", "unreadable" };

  const char *text = item->text == NULL ? "" : item->text;

  g_assert_true (item->n_text == 0 || strlen (item->text) == item->n_text);
  if (g_str_has_prefix (text, "BEGIN:VCALENDAR "))
    text += strlen ("BEGIN:VCALENDAR ");
  g_string_append_printf (data, "%s %s %s %s\n", item->key, states[item->state],
                          item->version == NULL ? "-" : item->version, text);
  return TRUE;
}

static void
test_fetch (gconstpointer data)
{
  const FetchCase *row = data;
  g_autoptr (World) world = world_new (row->steps, CALSYNC_TIER_FEED);
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gboolean is_read =
    row->is_whole
      ? calsync_remote_fetch_whole (world->remote, row->keys[0], note_item, seen, NULL, &error)
      : calsync_remote_fetch (world->remote, row->keys, note_item, seen, NULL, &error);

  if (row->expected == NULL)
    {
      g_assert_false (is_read);
      g_assert_error (error, CALSYNC_REMOTE_ERROR, (gint) row->code);
      g_assert_null (strstr (error->message, ".ics"));
      return;
    }
  g_assert_no_error (error);
  g_assert_true (is_read);
  g_assert_cmpstr (seen->str, ==, row->expected);
}

/* A multiget is answered as long as it names few enough; @sizes tells how many each named. */
static void
give_items (FakePeer *peer, const FakeRequest *request, guint max_items, GString *sizes)
{
  g_autoptr (GString) body = g_string_new (NULL);
  guint n = 0;

  for (const char *at = request->body; (at = strstr (at, "<href>")) != NULL; at++, n++)
    {
      g_autofree char *href = g_strndup (at + 6, strcspn (at + 6, "<"));

      g_string_append_printf (body, ITEM ("%s", "\"1\"", "A"), href);
    }
  g_string_append_printf (sizes, "%u ", n);
  if (n > max_items)
    fake_peer_answer (peer, "413 Large", "", "");
  else
    {
      g_autofree char *answer = g_strdup_printf (MULTI ("%s"), body->str);

      fake_peer_answer (peer, OK, IS_DAV, answer);
    }
}

static void
answer_multiget (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  give_items (peer, request, 20, data);
}

/* 120 items are three requests; one refusal makes the next ones small, and they grow again. */
static void
test_batches (void)
{
  g_autoptr (GString) sizes = g_string_new (NULL);
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (FakeHttp) server = fake_http_new (answer_multiget, sizes);
  g_autofree char *uri = fake_http_dup_uri (server, "127.0.0.1", "/u/cal/");
  const CalsyncHttpSettings settings = { .base_uri = uri };
  g_autoptr (GError) error = NULL;
  g_autoptr (CalsyncRemote) remote =
    calsync_remote_caldav_new (&settings, uri, CALSYNC_TIER_FEED, &error);
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  guint n_lines = 0;

  for (guint i = 0; i < 120; i++)
    g_ptr_array_add (keys, g_strdup_printf ("/u/cal/%u.ics", i));
  g_ptr_array_add (keys, NULL);
  g_assert_no_error (error);
  g_assert_true (calsync_remote_fetch (remote, (const char *const *) keys->pdata, note_item, seen,
                                       NULL, &error));
  g_assert_no_error (error);
  for (const char *at = seen->str; (at = strchr (at, '\n')) != NULL; at++)
    n_lines++;
  g_assert_cmpuint (n_lines, ==, 120);
  g_assert_cmpstr (sizes->str, ==, "50 12 24 6 12 24 6 12 24 6 12 24 6 12 24 6 12 18 ");
}

static gboolean
refuse_item (const CalsyncItem *item, gpointer data, GError **error)
{
  g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_FULL, "full");
  return FALSE;
}

/* The caller's own error is nobody's but the caller's: nothing is asked again for it. */
static void
test_refusing_caller (void)
{
  static const Step steps[MAX_STEPS] = { { REPORT, MULTIGET, OK, IS_DAV,
                                           MULTI (ITEM ("/u/cal/a.ics", "\"1\"", "A")) } };
  static const char *const keys[] = { "/u/cal/a.ics", "/u/cal/b.ics", NULL };
  g_autoptr (World) world = world_new (steps, CALSYNC_TIER_FEED);
  g_autoptr (GError) error = NULL;

  g_assert_false (calsync_remote_fetch (world->remote, keys, refuse_item, NULL, NULL, &error));
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_FULL);
  g_assert_cmpstr (error->message, ==, "full");
}

/* --- most of a calendar ------------------------------------------------------------------------ */

#define N_MANY 501

/* How a server answers to calendar-query; multiget gives whatever is asked for. */
typedef struct
{
  const char *name;
  guint n_keys;
  const char *status; /* of the query; (nullable): the connection is closed */
  guint n_given;      /* by it, from the first item on */
  const char *end;    /* (nullable): of its answer; %NULL: the answer ends without it */
  guint
    n_part; /* items given with times only, before the first that is whole or not at all; 0: all */
  guint n_taken; /* by the caller; 0: all */
  const char *expected;
  gint code; /* -1: none */
} ManyCase;

/* clang-format off */
#define EACH 0
#define NO_ERROR (-1)
#define END TOKEN ("1") "</D:multistatus>"
static const ManyCase many_cases[] = {
  { "everything",             N_MANY, OK, N_MANY, END, EACH, EACH, "times ", NO_ERROR },
  { "few are fetched",        500,    OK, N_MANY, END, EACH, EACH, "50 50 50 50 50 50 50 50 50 50 ", NO_ERROR },
  { "others too",             N_MANY, OK, N_MANY, PLAIN ("/u/cal/", "\"1\"") ITEM ("/u/cal/x.ics", "\"1\"", "X") ITEM ("/u/cal/7.ics", "\"9\"", "X") END, EACH, EACH, "times ", NO_ERROR },
  { "nothing",                N_MANY, OK, 0, END, EACH, EACH, "times 50 50 50 50 50 50 50 50 50 50 1 ", NO_ERROR },
  { "too little",             N_MANY, OK, 440, END, EACH, EACH, "times 50 11 ", NO_ERROR },
  { "calls some gone",        N_MANY, OK, 499, GONE ("/u/cal/499.ics") RESPONSE (HREF ("/u/cal/500.ics") STATUS ("500 Oh")) END, EACH, EACH, "times 2 ", NO_ERROR },
  { "one without its text",   N_MANY, OK, 500, RESPONSE (HREF ("/u/cal/500.ics") STAT (ETAG ("\"1\""), "200 OK")) END, EACH, EACH, "times 1 ", NO_ERROR },
  { "breaks off",             N_MANY, OK, 390, NULL, EACH, EACH, "times 50 50 11 ", NO_ERROR },
  { "is no XML any more",     N_MANY, OK, 390, "\x01", EACH, EACH, "times 50 50 11 ", NO_ERROR },
  { "whole or not at all",    N_MANY, OK, N_MANY, END, 10, EACH, "times whole ", NO_ERROR },
  { "whole, and one is not",  N_MANY, OK, 500, RESPONSE (HREF ("/u/cal/500.ics") STAT (ETAG ("\"1\""), "200 OK") STAT ("<C:calendar-data/>", "404 Not Found")) END, 10, EACH, "times whole 1 ", NO_ERROR },
  { "does not know it",       N_MANY, "501 No", 0, NULL, EACH, EACH, "times 50 50 50 50 50 50 50 50 50 50 1 ", NO_ERROR },
  { "may not be asked",       N_MANY, "403 No", 0, NULL, EACH, EACH, "times 50 50 50 50 50 50 50 50 50 50 1 ", NO_ERROR },
  { "is too much for it",     N_MANY, "503 Later", 0, NULL, EACH, EACH, "times 50 50 50 50 50 50 50 50 50 50 1 ", NO_ERROR },
  { "closes the connection",  N_MANY, NULL, 0, NULL, EACH, EACH, "times 50 50 50 50 50 50 50 50 50 50 1 ", NO_ERROR },
  { "says a page",            N_MANY, "200 OK", 0, "<html>", EACH, EACH, "times 50 50 50 50 50 50 50 50 50 50 1 ", NO_ERROR },
  { "wants a name",           N_MANY, "401 Unauthorized", 0, NULL, EACH, EACH, "times ", CALSYNC_REMOTE_ERROR_DENIED },
  { "the caller has enough",  N_MANY, OK, N_MANY, END, EACH, 300, "times ", CALSYNC_REMOTE_ERROR_FULL },
};
/* clang-format on */

typedef struct
{
  const ManyCase *row;
  GString *asked; /* in their order: sizes of multigets, scopes of queries */
  GHashTable *given;
} Many;

static void
answer_query (FakePeer *peer, const FakeRequest *request, Many *many)
{
  const ManyCase *row = many->row;
  gboolean is_whole = strstr (request->body, "<C:calendar-data/>") != NULL;
  g_autoptr (GString) body = g_string_new ("<?xml version='1.0'?><D:multistatus xmlns:D='DAV:' "
                                           "xmlns:C='urn:ietf:params:xml:ns:caldav'>");

  g_string_append (many->asked, is_whole ? "whole " : "times ");
  for (guint i = 0; i < row->n_given; i++)
    {
      if (row->n_part > 0 && i >= row->n_part && !is_whole)
        g_string_append_printf (body,
                                RESPONSE (HREF ("/u/cal/%u.ics") STAT (ETAG ("\"1\""), "200 OK")
                                            STAT ("<C:calendar-data/>", "404 Not Found")),
                                i);
      else
        g_string_append_printf (body, ITEM ("/u/cal/%u.ics", "\"1\"", "A"), i);
    }
  g_string_append (body, row->end != NULL ? row->end : "");
  g_assert_nonnull (strstr (request->head, DEPTH_1));
  g_assert_nonnull (strstr (request->body, "<C:comp-filter name=\"VCALENDAR\"/>"));
  if (row->status == NULL)
    fake_peer_end (peer);
  else
    fake_peer_answer (peer, row->status, IS_DAV, body->str);
}

static void
answer_many (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  Many *many = data;

  if (strstr (request->body, "calendar-query") != NULL)
    answer_query (peer, request, many);
  else
    give_items (peer, request, 50, many->asked);
}

static gboolean
count_item (const CalsyncItem *item, gpointer data, GError **error)
{
  Many *many = data;

  g_assert_cmpint (item->state, ==, CALSYNC_ITEM_FOUND);
  g_assert_cmpstr (item->version, ==, "\"1\"");
  g_assert_true (g_hash_table_add (many->given, g_strdup (item->key)));
  if (many->row->n_taken == 0 || g_hash_table_size (many->given) < many->row->n_taken)
    return TRUE;
  g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_FULL, "full");
  return FALSE;
}

static void
check_many (CalsyncRemote *remote, Many *many)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  gboolean is_read;

  for (guint i = 0; i < many->row->n_keys; i++)
    g_ptr_array_add (keys, g_strdup_printf ("/u/cal/%u.ics", i));
  g_ptr_array_add (keys, NULL);
  is_read = calsync_remote_fetch (remote, (const char *const *) keys->pdata, count_item, many, NULL,
                                  &error);
  if (many->row->code == NO_ERROR)
    {
      g_assert_no_error (error);
      g_assert_true (is_read);
      g_assert_cmpuint (g_hash_table_size (many->given), ==, many->row->n_keys);
    }
  else
    {
      g_assert_error (error, CALSYNC_REMOTE_ERROR, many->row->code);
      g_assert_cmpuint (g_hash_table_size (many->given), ==, many->row->n_taken);
    }
}

/* One query; what it does not give, for whatever reason, is asked for by multiget, and each given once. */
static void
test_many (gconstpointer data)
{
  Many many = { data, g_string_new (NULL),
                g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  g_autoptr (FakeHttp) server = fake_http_new (answer_many, &many);
  g_autofree char *uri = fake_http_dup_uri (server, "127.0.0.1", "/u/cal/");
  const CalsyncHttpSettings settings = { .base_uri = uri };
  g_autoptr (GError) error = NULL;
  g_autoptr (CalsyncRemote) remote =
    calsync_remote_caldav_new (&settings, uri, CALSYNC_TIER_FEED, &error);

  g_assert_no_error (error);
  check_many (remote, &many);
  g_assert_cmpstr (many.asked->str, ==, many.row->expected);
  g_string_free (many.asked, TRUE);
  g_hash_table_unref (many.given);
}

/* --- writes ----------------------------------------------------------------------------------- */

typedef enum
{
  VERB_CREATE,
  VERB_UPDATE,
  VERB_REMOVE
} Verb;

typedef struct
{
  const char *name;
  Verb verb;
  const char *version;
  Step step;
  const char *expected; /* (nullable): @code; the new version, "" for none */
  CalsyncRemoteError code;
} WriteCase;

/* clang-format off */
#define PUT    "PUT /u/cal/a-1.ics"
#define DELETE "DELETE /u/cal/a-1.ics"
#define INNER(status, error) MULTI (RESPONSE (HREF ("/u/cal/a-1.ics") STATUS (status) error))
#define PUT_FAILS(status, body, code) { "put: " status, VERB_CREATE, NULL, { PUT, "If-None-Match: *", status, IS_DAV, body }, NULL, code }
#define DELETE_FAILS(status, body, code) { "delete: " status, VERB_REMOVE, "\"1\"", { DELETE, "If-Match: \"1\"", status, IS_DAV, body }, NULL, code }

static const WriteCase write_cases[] = {
  { "created", VERB_CREATE, NULL, { PUT, "If-None-Match: *", "201 Created", "ETag: \"7\"\r\n", NULL }, "\"7\"" },
  { "created, its kind", VERB_CREATE, NULL, { PUT, "text/calendar; charset=utf-8", "201 Created", "ETag: \"7\"\r\n", NULL }, "\"7\"" },
  { "created, its text", VERB_CREATE, NULL, { PUT, "BEGIN:VCALENDAR", "204 No Content", NULL, NULL }, "" },
  { "created, a weak version", VERB_CREATE, NULL, { PUT, NULL, "201 Created", "ETag: W/\"7\"\r\n", NULL }, "" },
  { "created, compressed", VERB_CREATE, NULL, { PUT, NULL, "201 Created", "ETag: \"7-gzip\"\r\n", NULL }, "\"7\"" },
  { "created, said inside", VERB_CREATE, NULL, { PUT, NULL, OK, IS_DAV, INNER ("201 Created", "") }, "" },
  { "updated", VERB_UPDATE, "\"6\"", { PUT, "If-Match: \"6\"", "204 No Content", "ETag: \"7\"\r\n", NULL }, "\"7\"" },
  { "updated as Radicale says it", VERB_UPDATE, "\"6\"", { PUT, "If-Match: \"6\"", "201 Created", "ETag: \"7\"\r\n", NULL }, "\"7\"" },
  { "updated whatever is there", VERB_UPDATE, "*", { PUT, "If-Match: *", "200 OK", NULL, NULL }, "" },
  { "updated without a version", VERB_UPDATE, NULL, { NULL }, NULL, CALSYNC_REMOTE_ERROR_CHANGED },
  { "updated with a version of our own", VERB_UPDATE, "x-1", { NULL }, NULL, CALSYNC_REMOTE_ERROR_CHANGED },
  { "updated, changed meanwhile", VERB_UPDATE, "\"6\"", { PUT, NULL, "412 No", NULL, NULL }, NULL, CALSYNC_REMOTE_ERROR_CHANGED },
  { "updated, gone meanwhile", VERB_UPDATE, "\"6\"", { PUT, NULL, "404 Not Found", NULL, NULL }, NULL, CALSYNC_REMOTE_ERROR_GONE },
  { "updated, failed inside", VERB_UPDATE, "\"6\"", { PUT, NULL, OK, IS_DAV, INNER ("412 Precondition Failed", "") }, NULL, CALSYNC_REMOTE_ERROR_CHANGED },
  { "updated, failed further inside", VERB_UPDATE, "\"6\"", { PUT, NULL, OK, IS_DAV, MULTI (RESPONSE (HREF ("/u/cal/a-1.ics") STAT ("", "412 No"))) }, NULL, CALSYNC_REMOTE_ERROR_CHANGED },
  { "same UID, as Xandikos says it", VERB_CREATE, NULL, { PUT, NULL, OK, IS_DAV, INNER ("412 No", "<D:error><C:no-uid-conflict/></D:error>") }, NULL, CALSYNC_REMOTE_ERROR_CHANGED },
  { "same UID, with nothing but the name", VERB_CREATE, NULL, { PUT, NULL, OK, IS_DAV, INNER ("403 No", "<D:error><C:no-uid-conflict><D:href>/u/cal/b.ics</D:href></C:no-uid-conflict></D:error>") }, NULL, CALSYNC_REMOTE_ERROR_CHANGED },
  { "not taken, said inside", VERB_CREATE, NULL, { PUT, NULL, OK, IS_DAV, INNER ("400 Bad", "") }, NULL, CALSYNC_REMOTE_ERROR_REFUSED },
  { "half an answer", VERB_CREATE, NULL, { PUT, NULL, OK, IS_DAV, "<D:multistatus xmlns:D='DAV:'>" }, NULL, CALSYNC_REMOTE_ERROR_NONSENSE },
  { "no answer", VERB_CREATE, NULL, { PUT, NULL, NULL, NULL, NULL }, NULL, CALSYNC_REMOTE_ERROR_UNREACHABLE },
  PUT_FAILS ("400 Bad", NULL, CALSYNC_REMOTE_ERROR_REFUSED),
  PUT_FAILS ("401 Unauthorized", NULL, CALSYNC_REMOTE_ERROR_DENIED),
  PUT_FAILS ("403 Forbidden", NULL, CALSYNC_REMOTE_ERROR_FORBIDDEN),
  PUT_FAILS ("403 need-privileges", ERROR_BODY ("D", "need-privileges"), CALSYNC_REMOTE_ERROR_FORBIDDEN),
  PUT_FAILS ("403 no-uid-conflict", ERROR_BODY ("C", "no-uid-conflict"), CALSYNC_REMOTE_ERROR_CHANGED),
  PUT_FAILS ("403 unique-scheduling-object-resource", ERROR_BODY ("C", "unique-scheduling-object-resource"), CALSYNC_REMOTE_ERROR_CHANGED),
  PUT_FAILS ("403 valid-calendar-data", ERROR_BODY ("C", "valid-calendar-data"), CALSYNC_REMOTE_ERROR_REFUSED),
  PUT_FAILS ("403 valid-calendar-object-resource", ERROR_BODY ("C", "valid-calendar-object-resource"), CALSYNC_REMOTE_ERROR_REFUSED),
  PUT_FAILS ("403 supported-calendar-component", ERROR_BODY ("C", "supported-calendar-component"), CALSYNC_REMOTE_ERROR_REFUSED),
  PUT_FAILS ("403 max-resource-size", ERROR_BODY ("C", "max-resource-size"), CALSYNC_REMOTE_ERROR_REFUSED),
  PUT_FAILS ("403 min-date-time", ERROR_BODY ("C", "min-date-time"), CALSYNC_REMOTE_ERROR_REFUSED),
  PUT_FAILS ("403 max-date-time", ERROR_BODY ("C", "max-date-time"), CALSYNC_REMOTE_ERROR_REFUSED),
  PUT_FAILS ("403 max-instances", ERROR_BODY ("C", "max-instances"), CALSYNC_REMOTE_ERROR_REFUSED),
  PUT_FAILS ("403 quota-not-exceeded", ERROR_BODY ("D", "quota-not-exceeded"), CALSYNC_REMOTE_ERROR_FULL),
  PUT_FAILS ("404 Not Found", NULL, CALSYNC_REMOTE_ERROR_GONE),
  PUT_FAILS ("409 Conflict", NULL, CALSYNC_REMOTE_ERROR_CHANGED),
  PUT_FAILS ("410 Gone", NULL, CALSYNC_REMOTE_ERROR_GONE),
  PUT_FAILS ("412 Precondition Failed", NULL, CALSYNC_REMOTE_ERROR_CHANGED),
  PUT_FAILS ("413 Large", NULL, CALSYNC_REMOTE_ERROR_REFUSED),
  PUT_FAILS ("415 Kind", NULL, CALSYNC_REMOTE_ERROR_REFUSED),
  PUT_FAILS ("422 No", NULL, CALSYNC_REMOTE_ERROR_REFUSED),
  PUT_FAILS ("423 Locked", NULL, CALSYNC_REMOTE_ERROR_BUSY),
  PUT_FAILS ("429 Slower", NULL, CALSYNC_REMOTE_ERROR_BUSY),
  PUT_FAILS ("500 Oh", NULL, CALSYNC_REMOTE_ERROR_FAILED),
  PUT_FAILS ("503 Later", NULL, CALSYNC_REMOTE_ERROR_BUSY),
  PUT_FAILS ("507 Full", NULL, CALSYNC_REMOTE_ERROR_FULL),
  { "removed", VERB_REMOVE, "\"1\"", { DELETE, "If-Match: \"1\"", "204 No Content", NULL, NULL }, "" },
  { "removed, 200", VERB_REMOVE, "\"1\"", { DELETE, NULL, "200 OK", NULL, "<html/>" }, "" },
  { "removed without a version", VERB_REMOVE, NULL, { NULL }, NULL, CALSYNC_REMOTE_ERROR_CHANGED },
  { "removed, failed inside", VERB_REMOVE, "\"1\"", { DELETE, NULL, OK, IS_DAV, INNER ("423 Locked", "") }, NULL, CALSYNC_REMOTE_ERROR_BUSY },
  DELETE_FAILS ("404 Not Found", NULL, CALSYNC_REMOTE_ERROR_GONE),
  DELETE_FAILS ("410 Gone", NULL, CALSYNC_REMOTE_ERROR_GONE),
  DELETE_FAILS ("412 No", NULL, CALSYNC_REMOTE_ERROR_CHANGED),
  DELETE_FAILS ("403 need-privileges", ERROR_BODY ("D", "need-privileges"), CALSYNC_REMOTE_ERROR_FORBIDDEN),
};
/* clang-format on */

static gboolean
run_write (CalsyncRemote *remote, const WriteCase *row, char **out_version, GError **error)
{
  g_autofree char *key = calsync_remote_make_key (remote, "a-1");
  const CalsyncWrite write = { .key = key,
                               .version = row->version,
                               .text = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n" };

  switch (row->verb)
    {
    case VERB_CREATE:
      return calsync_remote_create (remote, &write, out_version, NULL, error);
    case VERB_UPDATE:
      return calsync_remote_update (remote, &write, out_version, NULL, error);
    case VERB_REMOVE:
      return calsync_remote_remove (remote, key, row->version, NULL, error);
    }
  return FALSE;
}

static void
test_write (gconstpointer data)
{
  const WriteCase *row = data;
  const Step steps[MAX_STEPS] = { row->step };
  g_autoptr (World) world = world_new (steps, CALSYNC_TIER_FEED);
  g_autofree char *version = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_done = run_write (world->remote, row, &version, &error);

  if (row->expected == NULL)
    {
      g_assert_false (is_done);
      g_assert_error (error, CALSYNC_REMOTE_ERROR, (gint) row->code);
      g_assert_null (version);
      g_assert_null (strstr (error->message, "a-1"));
      return;
    }
  g_assert_no_error (error);
  g_assert_true (is_done);
  g_assert_cmpstr (version == NULL ? "" : version, ==, row->expected);
}

/* --- description ------------------------------------------------------------------------------ */

typedef struct
{
  const char *name;
  Step steps[MAX_STEPS];
  const char *expected; /* (nullable): @code */
  CalsyncRemoteError code;
} FactsCase;

/* clang-format off */
#define RIGHTS(inner) "<D:current-user-privilege-set>" inner "</D:current-user-privilege-set>"
#define RIGHT(name)   "<D:privilege><D:" name "/></D:privilege>"
#define FED(token)    { REPORT, "<sync-token>" token "</sync-token>", OK, IS_DAV, MULTI (TOKEN (token "2")) }

static const FactsCase facts_cases[] = {
  { "everything",
    { { PROPFIND, DEPTH_0, OK, IS_DAV,
        MULTI (SELF ("<D:resource-id><D:href>urn:uuid:9</D:href></D:resource-id><D:displayname>Kalender</D:displayname><D:owner><D:href>/p/07/</D:href></D:owner>"
                     RIGHTS (RIGHT ("all")) TOKEN ("5") "<C:supported-calendar-component-set><C:comp name='VEVENT'/></C:supported-calendar-component-set>"
                     "<C:calendar-timezone>BEGIN:VCALENDAR&#13;\nBEGIN:VTIMEZONE&#13;\nTZID:Europe/Copenhagen&#13;\nEND:VTIMEZONE&#13;\nEND:VCALENDAR&#13;\n</C:calendar-timezone>"
                     "<C:max-resource-size>102400</C:max-resource-size>")) },
      FED ("5") },
    "urn:uuid:9|Kalender|Europe/Copenhagen|tier 1|read write events|102400" },
  { "hardly anything", { THERE, { "OPTIONS /u/cal/", NULL, "200 OK", "Allow: OPTIONS, GET, PROPFIND, REPORT\r\n", NULL }, { REPORT, FEED, "501 No", NULL, NULL } },
    " /u/cal/|(null)|(null)|tier 3|read events|0" },
  { "an owner; rights by methods", { { PROPFIND, DEPTH_0, OK, IS_DAV, MULTI (SELF ("<D:owner><D:href>http://x.example/p/a@b/</D:href></D:owner><S:getctag>1</S:getctag>")) },
      { "OPTIONS /u/cal/", NULL, "200 OK", "Allow: OPTIONS, GET, PUT, DELETE\r\n", NULL }, { REPORT, FEED, "403 No", NULL, NULL } },
    "/p/a%40b/ /u/cal/|(null)|(null)|tier 2|read write events|0" },
  { "only to be read, only to-dos",
    { { PROPFIND, DEPTH_0, OK, IS_DAV,
        MULTI (SELF (RIGHTS (RIGHT ("read")) TOKEN ("5") "<C:supported-calendar-component-set><C:comp name='VTODO'/></C:supported-calendar-component-set><C:calendar-timezone-id>Europe/Oslo</C:calendar-timezone-id>")) },
      FED ("5") },
    " /u/cal/|(null)|Europe/Oslo|tier 1|read|0" },
  { "not to be read", { { PROPFIND, DEPTH_0, OK, IS_DAV, MULTI (SELF (RIGHTS (RIGHT ("write-content")) TOKEN ("5"))) }, FED ("5") }, " /u/cal/|(null)|(null)|tier 1|events|0" },
  { "announced, but broken", { { PROPFIND, DEPTH_0, OK, IS_DAV, MULTI (SELF (RIGHTS (RIGHT ("all")) TOKEN ("5"))) }, { REPORT, FEED, "500 Oh", NULL, NULL } }, " /u/cal/|(null)|(null)|tier 2|read write events|0" },
  { "no calendar", { { PROPFIND, DEPTH_0, OK, IS_DAV, MULTI (RESPONSE (HREF ("/u/cal/") STAT ("<D:resourcetype><D:collection/></D:resourcetype>" RIGHTS (RIGHT ("all")), "200 OK"))) }, { REPORT, FEED, "400 Bad", NULL, NULL } },
    " /u/cal/|(null)|(null)|tier 3|read write|0" },
  { "nothing there", { NOT_THERE }, NULL, CALSYNC_REMOTE_ERROR_GONE },
  { "not for us", { { PROPFIND, DEPTH_0, "403 No", IS_DAV, ERROR_BODY ("D", "need-privileges") } }, NULL, CALSYNC_REMOTE_ERROR_FORBIDDEN },
  { "broken off", { { PROPFIND, DEPTH_0, OK, IS_DAV, MULTI (SELF (RIGHTS (RIGHT ("all")) TOKEN ("5"))) }, { REPORT, FEED, "503 Later", NULL, NULL } }, NULL, CALSYNC_REMOTE_ERROR_BUSY },
};
/* clang-format on */

static void
test_facts (gconstpointer data)
{
  const FactsCase *row = data;
  g_autoptr (World) world = world_new (row->steps, CALSYNC_TIER_UNKNOWN);
  g_auto (CalsyncRemoteFacts) facts = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean is_described = calsync_remote_describe (world->remote, &facts, NULL, &error);
  g_autofree char *words = NULL;
  g_autofree char *text = NULL;

  if (row->expected == NULL)
    {
      g_assert_false (is_described);
      g_assert_error (error, CALSYNC_REMOTE_ERROR, (gint) row->code);
      return;
    }
  g_assert_no_error (error);
  g_assert_true (is_described);
  words = g_strconcat (facts.can_read ? "read " : "", facts.can_write ? "write " : "",
                       facts.holds_events ? "events" : "", NULL);
  text = g_strdup_printf ("%s|%s|%s|tier %d|%s|%" G_GINT64_FORMAT, facts.identity,
                          facts.display_name == NULL ? "(null)" : facts.display_name,
                          facts.zone_name == NULL ? "(null)" : facts.zone_name, (int) facts.tier,
                          g_strchomp (words), facts.max_item_bytes);
  g_assert_cmpstr (text, ==, row->expected);
}

/* --- making ----------------------------------------------------------------------------------- */

static CalsyncHttp *released;

static void
take_back (CalsyncHttp *http, gpointer data)
{
  guint *n = data;

  (*n)++;
  released = http;
}

static void
test_making (void)
{
  static const struct
  {
    const char *uri;
    const char *key; /* (nullable): refused */
  } cases[] = {
    { "http://127.0.0.1:1/u/cal/", "/u/cal/a-1.ics" },
    { "http://127.0.0.1:1/u/cal", "/u/cal/a-1.ics" },
    { "http://127.0.0.1:1/u/cal///", "/u/cal/a-1.ics" },
    { "http://127.0.0.1:1/u/c%40l/?x=1", "/u/c%40l/a-1.ics" },
    { "HTTP://127.0.0.1:1/", "/a-1.ics" },
    { "http://127.0.0.1:1", NULL },
    { "/u/cal/", NULL },
    { "ftp://127.0.0.1/u/cal/", NULL },
    { "", NULL },
  };
  const CalsyncHttpSettings settings = { .base_uri = "http://127.0.0.1:1/" };
  g_autoptr (GError) error = NULL;
  g_autoptr (CalsyncHttp) http = calsync_http_new (&settings, &error);
  guint n = 0, n_released = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const CalsyncCaldavPlace place = {
        .http = http, .release = take_back, .data = &n_released, .calendar_uri = cases[i].uri
      };
      CalsyncRemote *remote = calsync_remote_caldav_new_over (&place, &error);
      g_autofree char *key = remote == NULL ? NULL : calsync_remote_make_key (remote, "a-1");

      g_assert_cmpstr (key, ==, cases[i].key);
      if (remote == NULL)
        g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_ASTRAY);
      else
        g_assert_cmpstr (remote->functions->kind, ==, "caldav");
      n += remote != NULL;
      calsync_remote_free (remote);
      g_clear_error (&error);
    }
  g_assert_cmpuint (n_released, ==, n);
  g_assert_true (released == http);
}

static void
test_retry_after (void)
{
  static const Step steps[MAX_STEPS] = { { REPORT, FEED, "503 Later", "Retry-After: 7\r\n",
                                           NULL } };
  g_autoptr (World) world = world_new (steps, CALSYNC_TIER_FEED);
  g_autoptr (CalsyncListing) listing = calsync_listing_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (calsync_remote_read_changes (world->remote, "f:1", listing, NULL, &error));
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_BUSY);
  g_assert_cmpint (calsync_remote_get_retry_after_s (world->remote), ==, 7);
}

#define ADD_CASES(what, cases, function)                                             \
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)                                   \
    {                                                                                \
      g_autofree char *path =                                                        \
        g_strdup_printf ("/calsync-remote-caldav/" what "/%u %s", i, cases[i].name); \
      g_test_add_data_func (path, &cases[i], function);                              \
    }

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  ADD_CASES ("listing", listing_cases, test_listing)
  ADD_CASES ("fetch", fetch_cases, test_fetch)
  ADD_CASES ("many", many_cases, test_many)
  ADD_CASES ("write", write_cases, test_write)
  ADD_CASES ("facts", facts_cases, test_facts)
  g_test_add_func ("/calsync-remote-caldav/batches", test_batches);
  g_test_add_func ("/calsync-remote-caldav/refusing-caller", test_refusing_caller);
  g_test_add_func ("/calsync-remote-caldav/making", test_making);
  g_test_add_func ("/calsync-remote-caldav/retry-after", test_retry_after);
  return g_test_run ();
}
