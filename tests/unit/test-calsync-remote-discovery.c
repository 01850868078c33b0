/* SPDX-License-Identifier: EUPL-1.2 */
/* Finding calendars: which addresses are asked in which order, what is taken, and to whom no password goes. */
/* Also tests: calsync-remote-discovery-context. */
#include "calsync-remote-discovery.h"
#include "fake-http.h"
#include "testlib.h"

#include <string.h>

#define SECRET "hemmelig-7f3a"
#define NS \
  "xmlns='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav' xmlns:s='http://calendarserver.org/ns/'"
#define MULTI(text) "<multistatus " NS ">" text "</multistatus>"
#define RESPONSE(href, props)                             \
  "<response><href>" href "</href><propstat><prop>" props \
  "</prop><status>HTTP/1.1 200 OK</status></propstat></response>"
#define CALENDAR(href, name, more)     \
  RESPONSE (href, "<displayname>" name \
                  "</displayname><resourcetype><collection/><c:calendar/></resourcetype>" more)
#define EVENTS                                   \
  "<c:supported-calendar-component-set><c:comp " \
  "name='VEVENT'/></c:supported-calendar-component-set>"
#define TASKS                                    \
  "<c:supported-calendar-component-set><c:comp " \
  "name='VTODO'/></c:supported-calendar-component-set>"
#define FEED                                                                                       \
  "<sync-token>1</sync-token><supported-report-set><supported-report><report><sync-collection/></" \
  "report></supported-report></supported-report-set>"
#define READ_ONLY \
  "<current-user-privilege-set><privilege><read/></privilege></current-user-privilege-set>"
#define WRITABLE \
  "<current-user-privilege-set><privilege><all/></privilege></current-user-privilege-set>"
#define PRINCIPAL(href)                                                                     \
  RESPONSE ("/dav/",                                                                        \
            "<resourcetype><collection/></resourcetype><current-user-principal><href>" href \
            "</href></current-user-principal>")

/* What the server says: status, header lines, body. */
typedef struct
{
  const char *path;
  const char *status;
  const char *headers;
  const char *body;
} Place;

#define XML  "207 Multi-Status", "Content-Type: application/xml\r\n"
#define HTML "200 OK", "Content-Type: text/html; charset=utf-8\r\n"

/* clang-format off */
static const Place whole[] = {
  { "/.well-known/caldav", "301 Moved", "Location: /dav/\r\n", "" },
  { "/dav/", XML, MULTI (PRINCIPAL ("/dav/me/")) },
  { "/dav/me/", XML, MULTI (RESPONSE ("/dav/me/", "<c:calendar-home-set><href>/dav/cal/</href><href>shared/</href></c:calendar-home-set>")) },
  { "/dav/cal/", XML, MULTI (
    RESPONSE ("/dav/cal/", "<resourcetype><collection/></resourcetype>")
    CALENDAR ("/dav/cal/work/", "Arbejde", EVENTS FEED WRITABLE)
    CALENDAR ("/dav/cal/tasks/", "Opgaver", TASKS)
    CALENDAR ("inbox/", "Inbox", "")
    RESPONSE ("/dav/cal/in/", "<resourcetype><collection/><c:schedule-inbox/></resourcetype>")
    RESPONSE ("/dav/cal/out/", "<resourcetype><collection/><c:schedule-outbox/></resourcetype>")
    RESPONSE ("/dav/cal/notes/", "<resourcetype><collection/><s:notification/></resourcetype>")
    RESPONSE ("/dav/cal/sub/", "<resourcetype><collection/><c:calendar/><s:subscribed/></resourcetype>")
    CALENDAR ("/dav/cal/work/", "Arbejde", EVENTS)
    "<response><href>/dav/cal/broken/</href><status>HTTP/1.1 403 Forbidden</status></response>") },
  { "/dav/me/shared/", XML, MULTI (CALENDAR ("/dav/me/shared/team/", "Team", "<s:getctag>7</s:getctag>" READ_ONLY)) },
  { NULL },
};
static const Place calendar_itself[] = {
  { "/dav/cal/work/", XML, MULTI (CALENDAR ("/dav/cal/work/", "Arbejde", EVENTS FEED WRITABLE)) },
  { NULL },
};
static const Place web_page[] = {
  { "/mail", HTML, "<html>Log ind</html>" },
  { "/.well-known/caldav", "404 Not Found", "Content-Type: text/html\r\n", "<html/>" },
  { "/", HTML, "<html>Velkommen</html>" },
  { NULL },
};
static const Place page_then_found[] = {
  { "/mail", HTML, "<html>Log ind</html>" },
  { "/.well-known/caldav", "308 Moved", "Location: /dav/cal/work/\r\n", "" },
  { "/dav/cal/work/", XML, MULTI (CALENDAR ("/dav/cal/work/", "Arbejde", EVENTS)) },
  { NULL },
};
static const Place denied[] = {
  { "/dav/", "401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n", "" },
  { NULL },
};
static const Place folder[] = {
  { "/radicale/u/", XML, MULTI (RESPONSE ("/radicale/u/", "<resourcetype><collection/></resourcetype>") CALENDAR ("/radicale/u/a/", "A", "") CALENDAR ("/radicale/u/b%20c/", "B", "")) },
  { NULL },
};
static const Place empty_home[] = {
  { "/dav/", XML, MULTI (RESPONSE ("/dav/", "<resourcetype><collection/></resourcetype><c:calendar-home-set><href>/dav/cal/</href></c:calendar-home-set>")) },
  { "/dav/cal/", XML, MULTI (RESPONSE ("/dav/cal/", "<resourcetype><collection/></resourcetype>") CALENDAR ("/dav/cal/tasks/", "Opgaver", TASKS)) },
  { NULL },
};
static const Place elsewhere[] = {
  { "/dav/", XML, MULTI (PRINCIPAL ("/dav/me/")) },
  { "/dav/me/", XML, MULTI (RESPONSE ("/dav/me/", "<c:calendar-home-set><href>https://p07.caldav.example/u/</href></c:calendar-home-set>")) },
  { NULL },
};
static const Place other_door[] = {
  { "/dav/", XML, MULTI (PRINCIPAL ("https://127.0.0.1:8443/dav/me/")) },
  { "/dav/me/", XML, MULTI (RESPONSE ("/dav/me/", "<c:calendar-home-set><href>http://127.0.0.1/dav/cal/</href></c:calendar-home-set>")) },
  { "/dav/cal/", XML, MULTI (CALENDAR ("http://127.0.0.1/dav/cal/work/", "Arbejde", EVENTS)) },
  { NULL },
};
static const Place garbage[] = {
  { "/dav/", XML, "<multistatus xmlns='DAV:'><response>" },
  { NULL },
};
/* clang-format on */

static void
on_request (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  for (const Place *place = data; place->path != NULL; place++)
    {
      if (g_str_equal (place->path, request->target))
        {
          fake_peer_answer (peer, place->status, place->headers, place->body);
          return;
        }
    }
  fake_peer_answer (peer, "404 Not Found", "", "");
}

typedef struct
{
  FakeHttp *server;
  CalsyncDiscovery found;
  GError *error;
} Try;

static void
clear_try (Try *self)
{
  g_clear_pointer (&self->server, fake_http_free);
  calsync_discovery_clear (&self->found);
  g_clear_error (&self->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Try, clear_try)

static Try
try_at (const Place *places, const char *path, gboolean is_expected)
{
  Try self = { .server = fake_http_new (on_request, (gpointer) places) };
  g_autofree char *address = fake_http_dup_uri (self.server, "127.0.0.1", path);
  const CalsyncHttpSettings settings = {
    .auth = CALSYNC_AUTH_BASIC, .user = "vejleder07", .secret = SECRET, .answer_timeout_s = 20
  };
  const CalsyncDiscoveryPlan plan = { .address = address, .http = &settings };
  const gboolean is_found = calsync_discover (&plan, &self.found, NULL, &self.error);

  if (self.error != NULL)
    {
      g_test_message ("%s", self.error->message);
      g_assert_null (strstr (self.error->message, SECRET));
    }
  g_assert_cmpint (is_found, ==, is_expected);
  return self;
}

static const CalsyncDiscovered *
get (const Try *self, guint i)
{
  g_assert_cmpuint (i, <, self->found.calendars->len);
  return self->found.calendars->pdata[i];
}

static void
check_calendar (const Try *self, guint i, const char *path, const char *name)
{
  g_autofree char *uri = fake_http_dup_uri (self->server, "127.0.0.1", path);

  g_assert_cmpstr (get (self, i)->uri, ==, uri);
  g_assert_cmpstr (get (self, i)->display_name, ==, name);
  g_assert_true (get (self, i)->holds_events);
}

static void
test_whole (void)
{
  g_auto (Try) self = try_at (whole, "", TRUE);

  g_assert_cmpuint (self.found.n_homes, ==, 2);
  g_assert_cmpuint (self.found.calendars->len, ==, 3);
  g_assert_false (self.found.is_calendar);
  g_assert_false (self.found.is_elsewhere);
  g_assert_null (self.found.hint);
  check_calendar (&self, 0, "/dav/cal/work/", "Arbejde");
  check_calendar (&self, 1, "/dav/cal/inbox/", "Inbox");
  check_calendar (&self, 2, "/dav/me/shared/team/", "Team");
  g_assert_true (get (&self, 0)->can_write);
  g_assert_cmpint (get (&self, 0)->tier, ==, CALSYNC_TIER_FEED);
  g_assert_true (get (&self, 1)->can_write);
  g_assert_cmpint (get (&self, 1)->tier, ==, CALSYNC_TIER_UNKNOWN);
  g_assert_false (get (&self, 2)->can_write);
  g_assert_true (get (&self, 2)->can_read);
  g_assert_cmpint (get (&self, 2)->tier, ==, CALSYNC_TIER_STAMP);
  /* to-dos, both boxes, notifications, a subscription */
  g_assert_cmpuint (self.found.n_other, ==, 5);
  g_assert_true (g_str_has_suffix (self.found.principal_uri, "/dav/me/"));
  g_assert_true (g_str_has_suffix (self.found.server_uri, "/dav/"));
  g_assert_cmpuint (fake_http_count (self.server), ==, 5);
  g_assert_cmpuint (fake_http_count_connections (self.server), ==, 1);
}

static void
test_found (void)
{
  {
    g_auto (Try) self = try_at (calendar_itself, "/dav/cal/work/", TRUE);

    g_assert_true (self.found.is_calendar);
    check_calendar (&self, 0, "/dav/cal/work/", "Arbejde");
    g_assert_cmpuint (fake_http_count (self.server), ==, 1);
  }
  {
    g_auto (Try) self = try_at (page_then_found, "/mail", TRUE);

    g_assert_true (self.found.is_elsewhere);
    check_calendar (&self, 0, "/dav/cal/work/", "Arbejde");
  }
  {
    g_auto (Try) self = try_at (folder, "/radicale/u/", TRUE);

    g_assert_cmpuint (self.found.calendars->len, ==, 2);
    check_calendar (&self, 1, "/radicale/u/b%20c/", "B");
  }
  {
    g_auto (Try) self = try_at (other_door, "/dav/", TRUE);

    check_calendar (&self, 0, "/dav/cal/work/", "Arbejde");
  }
}

static void
test_not_found (void)
{
  static const struct
  {
    const Place *places;
    const char *path;
    gint code;
    const char *says;
    guint n_requests;
  } rows[] = {
    { web_page, "/mail", CALSYNC_REMOTE_ERROR_NONSENSE, "web page", 3 },
    { web_page, "", CALSYNC_REMOTE_ERROR_NONSENSE, "web page", 2 },
    { denied, "/dav/", CALSYNC_REMOTE_ERROR_DENIED, "password", 1 },
    { empty_home, "/dav/", CALSYNC_REMOTE_ERROR_GONE, "no calendar that takes events", 4 },
    { elsewhere, "/dav/", CALSYNC_REMOTE_ERROR_GONE, "https://p07.caldav.example", 5 },
    { garbage, "/dav/", CALSYNC_REMOTE_ERROR_NONSENSE, "", 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Try) self = try_at (rows[i].places, rows[i].path, FALSE);

      g_assert_error (self.error, CALSYNC_REMOTE_ERROR, rows[i].code);
      g_assert_nonnull (strstr (self.error->message, rows[i].says));
      g_assert_cmpuint (self.found.calendars->len, ==, 0);
      g_assert_cmpuint (fake_http_count (self.server), ==, rows[i].n_requests);
    }
}

/* Another server is named to the person, and gets nothing. */
static void
test_sent_on (void)
{
  g_autoptr (FakeHttp) other = fake_http_new (on_request, (gpointer) whole);
  g_autofree char *uri = fake_http_dup_uri (other, "127.0.0.1", "/dav/?ticket=" SECRET);
  g_autofree char *origin = fake_http_dup_uri (other, "127.0.0.1", "");
  g_autofree char *header = g_strdup_printf ("Location: %s\r\n", uri);
  const Place places[] = { { "/.well-known/caldav", "302 Found", header, "" }, { NULL } };
  g_auto (Try) self = try_at (places, "", FALSE);

  g_assert_error (self.error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_ASTRAY);
  g_assert_nonnull (strstr (self.error->message, origin));
  g_assert_nonnull (strstr (self.found.hint, origin));
  g_assert_cmpuint (fake_http_count (other), ==, 0);
}

static void
test_nobody (void)
{
  const CalsyncHttpSettings settings = { .auth = CALSYNC_AUTH_NONE };
  CalsyncDiscoveryPlan plan = { .address = "http://127.0.0.1:1/x", .http = &settings };
  g_auto (CalsyncDiscovery) found = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (calsync_discover (&plan, &found, NULL, &error));
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_UNREACHABLE);
  g_clear_error (&error);
  plan.address = " ";
  g_assert_false (calsync_discover (&plan, &found, NULL, &error));
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_ASTRAY);
  g_clear_error (&error);
  plan.address = "http://caldav.example/";
  g_assert_false (calsync_discover (&plan, &found, NULL, &error));
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_ASTRAY);
  g_assert_nonnull (strstr (error->message, "https"));
}

static void
check_contexts (const char *address,
                GList *targets,
                const char *path,
                const char *expected,
                const char *says)
{
  g_autofree char *hint = NULL;
  g_autoptr (GPtrArray) contexts = calsync_discovery_list_contexts (address, targets, path, &hint);
  g_autofree char *joined = NULL;

  g_ptr_array_add (contexts, NULL);
  joined = g_strjoinv (" ", (char **) contexts->pdata);
  g_assert_cmpstr (joined, ==, expected);
  g_assert_cmpint (hint != NULL, ==, says != NULL);
  if (says != NULL)
    g_assert_nonnull (strstr (hint, says));
}

static void
test_contexts (void)
{
  GList *targets = NULL;
  GList *none = NULL;

  targets = g_list_append (targets, g_srv_target_new ("dav1.kommune.example", 8443, 0, 5));
  targets = g_list_append (targets, g_srv_target_new ("DAV2.Kommune.example.", 443, 10, 0));
  targets = g_list_append (targets, g_srv_target_new ("caldav.host.example", 443, 20, 0));
  targets = g_list_append (targets, g_srv_target_new ("notkommune.example", 443, 30, 0));
  none = g_list_append (none, g_srv_target_new (".", 0, 0, 0));
  check_contexts (
    "https://a.example/dav/u/", NULL, NULL,
    "https://a.example/dav/u/ https://a.example/.well-known/caldav https://a.example/", NULL);
  check_contexts ("https://a.example", NULL, NULL,
                  "https://a.example/.well-known/caldav https://a.example/", NULL);
  check_contexts (" https://a.example/ ", NULL, NULL,
                  "https://a.example/.well-known/caldav https://a.example/", NULL);
  check_contexts ("a.example:8443/dav", NULL, NULL,
                  "https://a.example:8443/dav https://a.example:8443/.well-known/caldav "
                  "https://a.example:8443/",
                  NULL);
  check_contexts ("vejleder07@kommune.example", targets, "/dav/",
                  "https://dav1.kommune.example:8443/dav/ "
                  "https://dav1.kommune.example:8443/.well-known/caldav "
                  "https://dav1.kommune.example:8443/ https://DAV2.Kommune.example/dav/ "
                  "https://DAV2.Kommune.example/.well-known/caldav https://DAV2.Kommune.example/ "
                  "https://kommune.example/.well-known/caldav https://kommune.example/",
                  "https://caldav.host.example");
  check_contexts ("kommune.example", none, NULL,
                  "https://kommune.example/.well-known/caldav https://kommune.example/", NULL);
  check_contexts ("", NULL, NULL, "", NULL);
  check_contexts ("vejleder07@", NULL, NULL, "", NULL);
  g_resolver_free_targets (targets);
  g_resolver_free_targets (none);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync-remote-discovery/contexts", test_contexts);
  g_test_add_func ("/calsync-remote-discovery/whole", test_whole);
  g_test_add_func ("/calsync-remote-discovery/found", test_found);
  g_test_add_func ("/calsync-remote-discovery/not-found", test_not_found);
  g_test_add_func ("/calsync-remote-discovery/sent-on", test_sent_on);
  g_test_add_func ("/calsync-remote-discovery/nobody", test_nobody);
  return g_test_run ();
}
