/* SPDX-License-Identifier: EUPL-1.2 */
/* The connection test: for each thing that can be wrong, the step that fails and the words that say what to do. */
/* Also tests: calsync-remote-probe-calendar. */
#include "calsync-remote-probe-private.h"
#include "fake-http.h"
#include "sync/model-remote.h"
#include "testlib.h"

#include <string.h>

#define SECRET "hemmelig-7f3a"
#define START  G_GINT64_CONSTANT (1798700400000000)
#define UID    "0f7a-probe-1"

static void
print_probe (const CalsyncProbe *probe)
{
  for (guint i = 0; i < CALSYNC_PROBE_N_STEPS; i++)
    {
      const CalsyncProbeResult *result = &probe->steps[i];

      g_test_message ("%-12s %-8s %s", calsync_probe_step_format (i),
                      calsync_probe_outcome_format (result->outcome),
                      result->text != NULL ? result->text : "");
      g_assert_cmpint (result->text != NULL, ==, result->outcome != CALSYNC_PROBE_SKIPPED);
      if (result->text != NULL)
        g_assert_null (strstr (result->text, SECRET));
    }
}

static void
check_step (const CalsyncProbe *probe,
            CalsyncProbeStep step,
            CalsyncProbeOutcome outcome,
            const char *says)
{
  g_assert_cmpint (probe->steps[step].outcome, ==, outcome);
  if (says != NULL)
    g_assert_nonnull (strstr (probe->steps[step].text, says));
}

/* --- the server ------------------------------------------------------------------------------- */

#define NS "xmlns='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav'"
#define CALENDAR(href, name)                                                             \
  "<response><href>" href "</href><propstat><prop><displayname>" name                    \
  "</displayname><resourcetype><collection/><c:calendar/></resourcetype></prop><status>" \
  "HTTP/1.1 200 OK</status></propstat></response>"
#define FOLDER                                                                                \
  "<response><href>/</href><propstat><prop><resourcetype><collection/></resourcetype></prop>" \
  "<status>HTTP/1.1 200 OK</status></propstat></response>"

typedef struct
{
  const char *status;
  const char *headers;
  const char *body;
} Answer;

static void
on_request (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  const Answer *answer = data;

  if (g_str_equal (request->target, "/"))
    fake_peer_answer (peer, answer->status, answer->headers, answer->body);
  else
    fake_peer_answer (peer, "404 Not Found", "", "");
}

static CalsyncProbe *
probe_server (const Answer *answer, const char *calendar, guint *out_n_requests)
{
  g_autoptr (FakeHttp) server = fake_http_new (on_request, (gpointer) answer);
  g_autofree char *address = fake_http_dup_uri (server, "127.0.0.1", "/");
  const CalsyncHttpSettings settings = {
    .auth = CALSYNC_AUTH_BASIC, .user = "vejleder07", .secret = SECRET, .answer_timeout_s = 20
  };
  const CalsyncProbePlan plan = { .discovery = { .address = address, .http = &settings },
                                  .calendar = calendar };
  CalsyncProbe *probe = calsync_remote_probe (&plan, NULL);

  *out_n_requests = fake_http_count (server);
  print_probe (probe);
  return probe;
}

/* clang-format off */
static const struct
{
  Answer answer;
  const char *calendar;
  CalsyncProbeStep fails;
  const char *says;
} server_rows[] = {
  { { "401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n", "" }, NULL, CALSYNC_PROBE_LOGIN, "user name or the password" },
  { { "403 Forbidden", "", "" }, NULL, CALSYNC_PROBE_HOME, "may not" },
  { { "404 Not Found", "", "" }, NULL, CALSYNC_PROBE_HOME, "nothing at that address" },
  { { "503 Busy", "", "" }, NULL, CALSYNC_PROBE_HOME, "try later" },
  { { "200 OK", "Content-Type: text/html\r\n", "<html/>" }, NULL, CALSYNC_PROBE_HOME, "web page" },
  { { "302 Found", "Location: https://mail.example/\r\n", "" }, NULL, CALSYNC_PROBE_HOME, "https://mail.example" },
  { { "207 Multi-Status", "", "<multistatus " NS ">" FOLDER "</multistatus>" }, NULL, CALSYNC_PROBE_HOME, "no calendar that takes events" },
  { { "207 Multi-Status", "", "<multistatus " NS ">" FOLDER CALENDAR ("/a/", "Arbejde") CALENDAR ("/b/", "Privat") "</multistatus>" },
    NULL, CALSYNC_PROBE_CALENDAR, "“Arbejde” (http" },
  { { "207 Multi-Status", "", "<multistatus " NS ">" FOLDER CALENDAR ("/a/", "Arbejde") CALENDAR ("/b/", "Privat") "</multistatus>" },
    "Ferie", CALSYNC_PROBE_CALENDAR, "no calendar “Ferie”. There are: “Arbejde”" },
  { { "207 Multi-Status", "", "<multistatus " NS ">" FOLDER CALENDAR ("/a/", "Arbejde") CALENDAR ("/b/", "Privat") "</multistatus>" },
    "Privat", CALSYNC_PROBE_READ, "404" },
  { { "207 Multi-Status", "", "<multistatus " NS ">" FOLDER CALENDAR ("/a/", "Arbejde") CALENDAR ("/b/", "Privat") "</multistatus>" },
    "/b/", CALSYNC_PROBE_READ, "404" },
};
/* clang-format on */

static void
test_server (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (server_rows); i++)
    {
      guint n_requests;
      g_autoptr (CalsyncProbe) probe =
        probe_server (&server_rows[i].answer, server_rows[i].calendar, &n_requests);

      g_assert_false (probe->is_usable);
      check_step (probe, server_rows[i].fails, CALSYNC_PROBE_FAIL, server_rows[i].says);
      check_step (probe, CALSYNC_PROBE_CONNECT, CALSYNC_PROBE_OK, NULL);
      check_step (probe, CALSYNC_PROBE_TLS, CALSYNC_PROBE_WARN, "not encrypted");
      for (guint step = server_rows[i].fails + 1; step < CALSYNC_PROBE_N_STEPS; step++)
        check_step (probe, step, CALSYNC_PROBE_SKIPPED, NULL);
      /* the well-known address, which is not there, and one refused password */
      if (server_rows[i].fails == CALSYNC_PROBE_LOGIN)
        g_assert_cmpuint (n_requests, ==, 2);
    }
}

static void
test_nobody (void)
{
  const CalsyncHttpSettings settings = { .connect_timeout_s = 5 };
  CalsyncProbePlan plan = { .discovery = { .address = "http://127.0.0.1:1/", .http = &settings } };

  {
    g_autoptr (CalsyncProbe) probe = calsync_remote_probe (&plan, NULL);

    print_probe (probe);
    check_step (probe, CALSYNC_PROBE_NAME, CALSYNC_PROBE_OK, NULL);
    check_step (probe, CALSYNC_PROBE_CONNECT, CALSYNC_PROBE_FAIL, "refuses the connection");
    g_assert_false (probe->is_usable);
  }
  plan.discovery.address = "http://caldav.example/";
  {
    g_autoptr (CalsyncProbe) probe = calsync_remote_probe (&plan, NULL);

    print_probe (probe);
    check_step (probe, CALSYNC_PROBE_HOME, CALSYNC_PROBE_FAIL, "https");
    check_step (probe, CALSYNC_PROBE_NAME, CALSYNC_PROBE_SKIPPED, NULL);
  }
  plan.discovery.address = "https://kalender.invalid/";
  plan.discovery.skips_dns = TRUE;
  {
    g_autoptr (CalsyncProbe) probe = calsync_remote_probe (&plan, NULL);

    print_probe (probe);
    check_step (probe, CALSYNC_PROBE_NAME, CALSYNC_PROBE_FAIL, "is not a known name");
    check_step (probe, CALSYNC_PROBE_CONNECT, CALSYNC_PROBE_SKIPPED, NULL);
  }
}

/* --- the calendar ----------------------------------------------------------------------------- */

#define EVENT                                                                       \
  "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:" \
  "20260101T000000Z\r\n"                                                            \
  "DTSTART:20270105T090000Z\r\nDTEND:20270105T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

/* What is wrong with the calendar, beside the model's own manners. */
typedef struct
{
  gboolean is_unreadable, is_read_only, takes_tasks_only;
  gboolean loses, shifts, cannot_remove, tells_late;
} Faults;

static Faults faults;
static CalsyncRemoteFunctions model_functions;

/* clang-format off */
static gboolean
on_describe (CalsyncRemote *remote, CalsyncRemoteFacts *out_facts, GCancellable *cancellable, GError **error)
{
  if (!model_functions.describe (remote, out_facts, cancellable, error))
    return FALSE;
  out_facts->can_read = !faults.is_unreadable;
  out_facts->can_write = !faults.is_read_only;
  out_facts->holds_events = !faults.takes_tasks_only;
  return TRUE;
}

static gboolean
on_create (CalsyncRemote *remote, const CalsyncWrite *write, char **out_version, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) halves = g_strsplit (write->text, "DTSTART:2026", 2);
  g_autofree char *shifted = g_strjoinv ("DTSTART:2025", halves);
  CalsyncWrite other = *write;

  if (faults.shifts)
    other.text = shifted;
  if (!model_functions.create (remote, &other, out_version, cancellable, error))
    return FALSE;
  if (faults.loses)
    model_remote_delete ((ModelRemote *) remote, model_remote_find ((ModelRemote *) remote, write->key));
  return TRUE;
}

static gboolean
on_read_changes (CalsyncRemote *remote, const char *cursor, CalsyncListing *out_listing, GCancellable *cancellable, GError **error)
{
  if (!model_functions.read_changes (remote, cursor, out_listing, cancellable, error))
    return FALSE;
  if (faults.tells_late)
    g_ptr_array_set_size (out_listing->entries, 0);
  return TRUE;
}

static gboolean
on_remove (CalsyncRemote *remote, const char *key, const char *version, GCancellable *cancellable, GError **error)
{
  if (!faults.cannot_remove && !g_str_equal (version, "*"))
    return model_functions.remove (remote, key, version, cancellable, error);
  if (!faults.cannot_remove)
    {
      model_remote_delete ((ModelRemote *) remote, model_remote_find ((ModelRemote *) remote, key));
      return TRUE;
    }
  g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_FORBIDDEN, "No.");
  return FALSE;
}

static gboolean
on_fetch_whole (CalsyncRemote *remote, const char *key, CalsyncItemFunc func, gpointer data, GCancellable *cancellable, GError **error)
{
  const char *const keys[] = { key, NULL };

  return model_functions.fetch (remote, keys, func, data, cancellable, error);
}

static const struct
{
  const char *name;
  Faults faults;
  ModelManners manners;
  gint error, write_error; /* 0: none, else the code + 1 */
  gboolean wants_write;
  CalsyncProbeStep step;
  CalsyncProbeOutcome outcome;
  const char *says;
} rows[] = {
  { "all well", .wants_write = TRUE, .step = CALSYNC_PROBE_KEEPS, .outcome = CALSYNC_PROBE_OK, .says = "removed again" },
  { "stamp", .manners.tier = CALSYNC_TIER_STAMP, .step = CALSYNC_PROBE_CHANGES, .outcome = CALSYNC_PROBE_OK, .says = "that something changed" },
  { "listing", .manners.tier = CALSYNC_TIER_LISTING, .step = CALSYNC_PROBE_CHANGES, .outcome = CALSYNC_PROBE_WARN, .says = "every run lists" },
  { "no versions", .manners = { .tier = CALSYNC_TIER_LISTING, .has_no_versions = TRUE }, .step = CALSYNC_PROBE_KEEPS, .outcome = CALSYNC_PROBE_OK },
  { "may not read", .faults.is_unreadable = TRUE, .step = CALSYNC_PROBE_READ, .outcome = CALSYNC_PROBE_FAIL, .says = "right to see events" },
  { "may not write", .faults.is_read_only = TRUE, .wants_write = TRUE, .step = CALSYNC_PROBE_WRITE, .outcome = CALSYNC_PROBE_FAIL, .says = "right to add" },
  { "need not write", .faults.is_read_only = TRUE, .step = CALSYNC_PROBE_WRITE, .outcome = CALSYNC_PROBE_OK, .says = "need not" },
  { "tasks", .faults.takes_tasks_only = TRUE, .step = CALSYNC_PROBE_CALENDAR, .outcome = CALSYNC_PROBE_FAIL, .says = "no calendar for events" },
  { "gone", .error = CALSYNC_REMOTE_ERROR_GONE + 1, .step = CALSYNC_PROBE_READ, .outcome = CALSYNC_PROBE_FAIL },
  { "loses", .faults.loses = TRUE, .step = CALSYNC_PROBE_KEEPS, .outcome = CALSYNC_PROBE_FAIL, .says = "does not have it" },
  { "shifts", .faults.shifts = TRUE, .step = CALSYNC_PROBE_KEEPS, .outcome = CALSYNC_PROBE_FAIL, .says = "another time" },
  { "drops the mark", .manners.drops_extensions = TRUE, .step = CALSYNC_PROBE_KEEPS, .outcome = CALSYNC_PROBE_WARN, .says = "drops the mark" },
  { "tells late", .faults.tells_late = TRUE, .step = CALSYNC_PROBE_KEEPS, .outcome = CALSYNC_PROBE_WARN, .says = "late" },
  { "cannot remove", .faults.cannot_remove = TRUE, .step = CALSYNC_PROBE_KEEPS, .outcome = CALSYNC_PROBE_FAIL, .says = "by hand" },
  { "refuses", .write_error = CALSYNC_REMOTE_ERROR_REFUSED + 1, .step = CALSYNC_PROBE_KEEPS, .outcome = CALSYNC_PROBE_FAIL },
  { "unreadable", .manners.unreadable = 100, .step = CALSYNC_PROBE_EVENTS, .outcome = CALSYNC_PROBE_WARN, .says = "could not be understood" },
  { "cursor lost", .manners.forget = 100, .step = CALSYNC_PROBE_CHANGES, .outcome = CALSYNC_PROBE_WARN },
};
/* clang-format on */

static ModelRemote *
make_model (guint i)
{
  static CalsyncRemoteFunctions functions;
  ModelRemote *model = model_remote_new (7);

  model_functions = *model->remote.functions;
  functions = model_functions;
  functions.describe = on_describe;
  functions.fetch_whole = on_fetch_whole;
  functions.create = on_create;
  functions.read_changes = on_read_changes;
  functions.remove = on_remove;
  model->remote.functions = &functions;
  model->manners = rows[i].manners;
  if (model->manners.tier == CALSYNC_TIER_UNKNOWN)
    model->manners.tier = CALSYNC_TIER_FEED;
  model->fixed_error = rows[i].error - 1;
  model->fixed_write_error = rows[i].write_error - 1;
  model_remote_put (model, "/a.ics", EVENT);
  faults = rows[i].faults;
  return model;
}

/* Whatever happens, only an event that cannot be removed stays behind, and then it says so. */
static void
test_calendar (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ModelRemote *model = make_model (i);
      const CalsyncProbePlan plan = { .wants_write = rows[i].wants_write,
                                      .test_uid = UID,
                                      .test_start_us = START };
      g_autoptr (CalsyncProbe) probe = g_new0 (CalsyncProbe, 1);

      g_test_message ("--- %s", rows[i].name);
      calsync_probe_try_calendar (probe, &plan, &model->remote, NULL);
      print_probe (probe);
      check_step (probe, rows[i].step, rows[i].outcome, rows[i].says);
      g_assert_cmpuint (model_remote_count (model, UID), ==, rows[i].faults.cannot_remove ? 1 : 0);
      model_remote_free (model);
    }
}

static void
test_words (void)
{
  g_assert_cmpstr (calsync_probe_step_format (CALSYNC_PROBE_NAME), ==, "name");
  g_assert_cmpstr (calsync_probe_step_format (CALSYNC_PROBE_KEEPS), ==, "keeping");
  g_assert_cmpstr (calsync_probe_step_format (CALSYNC_PROBE_N_STEPS), ==, "unknown");
  g_assert_cmpstr (calsync_probe_outcome_format (CALSYNC_PROBE_SKIPPED), ==, "skipped");
  g_assert_cmpstr (calsync_probe_outcome_format (CALSYNC_PROBE_FAIL), ==, "failed");
  g_assert_cmpstr (calsync_probe_outcome_format (CALSYNC_PROBE_FAIL + 1), ==, "unknown");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync-remote-probe/server", test_server);
  g_test_add_func ("/calsync-remote-probe/nobody", test_nobody);
  g_test_add_func ("/calsync-remote-probe/calendar", test_calendar);
  g_test_add_func ("/calsync-remote-probe/words", test_words);
  return g_test_run ();
}
