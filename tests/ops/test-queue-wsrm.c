/* SPDX-License-Identifier: EUPL-1.2 */
/* The queue of DFDG: stored once and then removed there, whatever breaks off, comes again or cannot be read. */
/* Also tests: queue-wsrm-xml, queue-message, queue-legacy. */
#include "dfdg/inbox/queue-wsrm.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "base/error.h"
#include "dfdg/forms/queue-wsrm-xml.h"
#include "inbox-world.h"

#define NOW "2026-11-23T08:00:00Z"
#define ID  "20000000-0000-4000-8000-000000000001"
#define OPEN                                                           \
  "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" " \
  "xmlns:n=\"urn:dfdg:wsrm:v3\" "                                      \
  "xmlns:wsrm=\"http://docs.oasis-open.org/ws-rx/wsrm/200602\"><s:Body>"
#define CLOSE "</s:Body></s:Envelope>"
#define FAULT                                                                      \
  OPEN "<s:Fault><faultcode>s:Client</faultcode><faultstring>the sequence is not " \
       "open</faultstring></s:Fault>" CLOSE

static const char world_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
  "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, name) VALUES (1, 1, "
  "8, '89000', 'Demo');"
  "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES (1, 1, "
  "'advisor', 'RID-1', "
  "'v1@demo.example', 'Vejleder 01');"
  "INSERT INTO resource_unit (tenant_id, resource_id, unit_id) VALUES (1, 1, 1);";

/**
 * Queue:
 * @waiting: (element-type utf8): "service entity", in order
 * @calls: what was called, parted by blanks
 * @break_at: (nullable): this call is not answered; @answer: (nullable): what it is answered instead
 * @stops_writer: nothing can be stored
 */
typedef struct
{
  World *world;
  PlannerConfig *config;
  DfdgSettings *settings;
  GPtrArray *waiting;
  GString *calls;
  gboolean is_open;
  const char *break_at;
  const char *answer;
  const char *endpoint;
  gboolean stops_writer;
} Queue;

static void
open_queue (Queue *queue, const char *more)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf (
    "[database]\npath=x\n[dfdg]\nport=0\n[dfdg-client demo]\nenvironment=T3\ncarrier=wsrm\n"
    "wsrm-url=https://dfdg.example/wsrm\nindkaldelse-url=https://dfdg.example/"
    "i\norganisation-code=89000\n"
    "user-identifier=CVR:1\n%s",
    more);

  *queue =
    (Queue){ .world = world_new (world_instant (NOW)), .endpoint = "https://dfdg.example/wsrm" };
  world_run_sql (queue->world, world_sql);
  queue->config = planner_config_parse (text, &error);
  g_assert_no_error (error);
  queue->settings = dfdg_settings_new (queue->config, queue->config->dfdg_clients->pdata[0]);
  queue->waiting = g_ptr_array_new_with_free_func (g_free);
  queue->calls = g_string_new (NULL);
}

static void
queue_clear (Queue *queue)
{
  g_ptr_array_unref (queue->waiting);
  g_string_free (queue->calls, TRUE);
  dfdg_settings_unref (queue->settings);
  planner_config_unref (queue->config);
  world_free (queue->world);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Queue, queue_clear)

G_GNUC_PRINTF (3, 4)
static void
put (Queue *queue, const char *service, const char *format, ...)
{
  va_list values;
  g_autofree char *members = NULL;

  va_start (values, format);
  members = g_strdup_vprintf (format, values);
  va_end (values);
  g_ptr_array_add (queue->waiting, g_strdup_printf ("%s %s", service, members));
}

#define METADATA(id)                                                                         \
  "<n:WSRMMetadata><n:MessageIdentifier>" id                                                 \
  "</n:MessageIdentifier><n:ClientSystemTypeIdentifier>4"                                    \
  "</n:ClientSystemTypeIdentifier><n:RegisteringAuthority><n:OrganisationTypeIdentifier>8"   \
  "</n:OrganisationTypeIdentifier><n:OrganisationCode>89000</n:OrganisationCode></"          \
  "n:RegisteringAuthority>"                                                                  \
  "<n:RegisteringUser><n:RequestUserStructure><n:UserFullName>Vejleder 07</n:UserFullName>"  \
  "</n:RequestUserStructure><n:RequestOrganisationStructure><n:OrganisationTypeIdentifier>9" \
  "</n:OrganisationTypeIdentifier><n:OrganisationCode>1</n:OrganisationCode>"                \
  "</n:RequestOrganisationStructure></n:RegisteringUser></n:WSRMMetadata>"

static void
put_summons (Queue *queue, const char *message_id, guint citizen)
{
  put (queue, "GetIndkaldelseVersion1",
       "<n:WSRMMetadata><n:MessageIdentifier>%s</n:MessageIdentifier></n:WSRMMetadata>"
       "<n:PersonCivilRegistrationIdentifier>%s</n:PersonCivilRegistrationIdentifier>"
       "<n:IndkaldelseIdentifier>" ID
       "</n:IndkaldelseIdentifier><n:EventTime>2026-11-23T08:59:00+01:00</n:EventTime>",
       message_id, testlib_cpr (citizen));
}

static GString *
inventory (Queue *queue)
{
  GString *xml =
    g_string_new (OPEN "<wsrm:CreateSequenceResponse><wsrm:Identifier>s-1</wsrm:Identifier>"
                       "<wsrm:ServiceInventoryCollection>");
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < queue->waiting->len; i++)
    {
      char *service = g_strndup (queue->waiting->pdata[i], strcspn (queue->waiting->pdata[i], " "));

      g_string_append_printf (
        xml,
        g_hash_table_contains (seen, service)
          ? "%.0s%.0s"
          : "<wsrm:ServiceItem><wsrm:ServiceName>%s</wsrm:ServiceName><wsrm:ServiceEndpoint>%s"
            "</wsrm:ServiceEndpoint><wsrm:MessageCount>1</wsrm:MessageCount></wsrm:ServiceItem>",
        service, queue->endpoint);
      g_hash_table_add (seen, service);
    }
  g_string_append (xml, "</wsrm:ServiceInventoryCollection></wsrm:CreateSequenceResponse>" CLOSE);
  return xml;
}

static GString *
fetched (Queue *queue, const char *service)
{
  GString *xml = g_string_new (OPEN);

  g_string_append_printf (xml, "<n:%sResponse>", service);
  for (guint i = 0; i < queue->waiting->len; i++)
    {
      const char *text = queue->waiting->pdata[i];
      gsize n_name = strcspn (text, " ");

      if (n_name == strlen (service) && strncmp (text, service, n_name) == 0)
        g_string_append_printf (xml, "<n:Entity>%s</n:Entity>", text + n_name + 1);
    }
  g_string_append_printf (xml, "</n:%sResponse>" CLOSE, service);
  return xml;
}

/* The body's element without its prefix. */
static char *
called (const char *xml)
{
  const char *at = strstr (xml, "<s:Body><");

  g_assert_nonnull (at);
  at = strchr (at, ':') + 1;
  at = strchr (at, ':') + 1;
  return g_strndup (at, strcspn (at, " />"));
}

static GString *
respond (Queue *queue, const char *call)
{
  g_autofree char *service = NULL;

  if (g_str_equal (call, "CreateSequence"))
    {
      queue->is_open = TRUE;
      return inventory (queue);
    }
  if (!queue->is_open)
    return g_string_new (FAULT);
  if (g_str_has_suffix (call, "Request"))
    {
      service = g_strndup (call, strlen (call) - strlen ("Request"));
      return fetched (queue, service);
    }
  if (g_str_equal (call, "TerminateSequence"))
    g_ptr_array_set_size (queue->waiting, 0);
  queue->is_open = FALSE;
  return g_string_new (g_str_equal (call, "TerminateSequence")
                         ? OPEN "<wsrm:TerminateSequenceResponse/>" CLOSE
                         : OPEN "<wsrm:CloseSequenceResponse/>" CLOSE);
}

static gboolean
send (gpointer data,
      const char *url,
      const char *xml,
      GString **out_body,
      GCancellable *cancellable,
      GError **error)
{
  Queue *queue = data;
  g_autofree char *call = called (xml);

  g_string_append_printf (queue->calls, "%s%s", queue->calls->len == 0 ? "" : " ", call);
  g_assert_nonnull (strstr (xml, "<n:OrganisationCode>89000</n:OrganisationCode>"));
  if (g_strcmp0 (queue->break_at, call) == 0 && queue->answer == NULL)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "no answer");
      return FALSE;
    }
  *out_body =
    g_strcmp0 (queue->break_at, call) == 0 ? g_string_new (queue->answer) : respond (queue, call);
  return TRUE;
}

static gboolean
run_step (gpointer runner, OpStep step, gpointer data, GError **error)
{
  Queue *queue = runner;

  if (!queue->stops_writer)
    return world_step (queue->world, step, data, error);
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "the disk is full");
  return FALSE;
}

static const QueueDoor door = { send, run_step };

static gboolean
run (Queue *queue, QueueResult *out_result, GError **error)
{
  QueueRun one = { &door, queue, queue, queue->settings, NULL };

  g_string_truncate (queue->calls, 0);
  return queue_wsrm_run (&one, out_result, error);
}

static QueueResult
run_well (Queue *queue)
{
  g_autoptr (GError) error = NULL;
  QueueResult result = { 0 };

  g_assert_true (run (queue, &result, &error));
  g_assert_no_error (error);
  return result;
}

static gint64
count (Queue *queue, const char *where)
{
  g_autofree char *sql = g_strconcat ("SELECT count(*) FROM dfdg_event WHERE ", where, NULL);

  return world_count (queue->world, sql);
}

static DfdgEvent *
find (Queue *queue, gint64 event_id)
{
  g_autoptr (GError) error = NULL;
  DfdgEvent *event = inbox_store_find (queue->world->reader, 1, event_id, &error);

  g_assert_no_error (error);
  g_assert_nonnull (event);
  return event;
}

static void
test_whole (void)
{
  g_auto (Queue) queue = { 0 };
  g_autoptr (DfdgEvent) event = NULL;
  QueueResult result;

  open_queue (&queue, "");
  result = run_well (&queue);
  g_assert_cmpuint (result.n_messages, ==, 0);
  g_assert_cmpstr (queue.calls->str, ==, "CreateSequence TerminateSequence");
  put (
    &queue, "GetIndkaldelseshaendelseVersion1",
    METADATA ("M-1") "<n:PersonCivilRegistrationIdentifier>%s</n:PersonCivilRegistrationIdentifier>"
                     "<n:IndkaldelseIdentifier>" ID "</n:IndkaldelseIdentifier>"
                     "<n:EventTime>2026-11-23T08:59:00+01:00</n:EventTime><n:Haendelsestype>4</"
                     "n:Haendelsestype>",
    testlib_cpr (1));
  put_summons (&queue, "M-2", 1);
  result = run_well (&queue);
  g_assert_cmpuint (result.n_messages, ==, 2);
  g_assert_cmpuint (result.n_new, ==, 2);
  g_assert_cmpuint (result.n_unknown, ==, 0);
  g_assert_false (result.is_full);
  g_assert_cmpstr (
    queue.calls->str, ==,
    "CreateSequence GetIndkaldelseshaendelseVersion1Request GetIndkaldelseVersion1Request "
    "TerminateSequence");
  g_assert_cmpuint (queue.waiting->len, ==, 0);
  event = find (&queue, 1);
  g_assert_cmpint (event->carrier, ==, DFDG_CARRIER_WSRM);
  g_assert_cmpstr (event->message_id, ==, "M-1");
  g_assert_cmpint (event->entity_type, ==, 90000);
  g_assert_cmpint (event->change_type, ==, DFDG_CHANGE_DELETE);
  g_assert_cmpint (event->hint, ==, 4);
  g_assert_cmpstr (event->external_id, ==, ID);
  g_assert_cmpstr (event->cpr, ==, testlib_cpr (1));
  g_assert_cmpint (event->system_id, ==, 4);
  g_assert_cmpint (event->organisation_type, ==, 8);
  g_assert_cmpstr (event->organisation_code, ==, "89000");
  g_assert_cmpint (event->event_us, ==, world_instant ("2026-11-23T07:59:00Z"));
  g_assert_cmpint (event->state, ==, DFDG_EVENT_NEW);
  g_assert_null (event->detail);
}

/* Broken off at @place: nothing is removed there that is not here, and what comes again is known. */
static void
break_off (Queue *queue, const char *place, const char *answer, gboolean is_stored)
{
  g_autoptr (GError) error = NULL;
  QueueResult result = { 0 };
  gint64 n_before = count (queue, "1");

  put_summons (queue, is_stored ? "M-9" : place, 1);
  queue->break_at = place;
  queue->answer = answer;
  g_assert_false (run (queue, &result, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE);
  g_assert_cmpint (count (queue, "1"), ==, n_before + is_stored);
  g_assert_cmpuint (queue->waiting->len, ==, 1);
  g_assert_cmpint (strstr (queue->calls->str, "CloseSequence") != NULL, ==,
                   g_str_has_suffix (place, "Request"));
}

static void
test_broken_off (void)
{
  static const char *const places[] = { "CreateSequence", "GetIndkaldelseVersion1Request",
                                        "TerminateSequence" };
  static const char *const answers[] = {
    NULL, "", "<html>", "<a/>", FAULT, OPEN "<n:Other/>" CLOSE
  };
  g_auto (Queue) queue = { 0 };

  open_queue (&queue, "");
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    for (guint j = 0; j < G_N_ELEMENTS (answers); j++)
      {
        gboolean is_stored = i == 2;
        gint64 n_before;

        world_run_sql (queue.world, "DELETE FROM dfdg_event");
        break_off (&queue, places[i], answers[j], is_stored);
        n_before = count (&queue, "1");
        queue.break_at = NULL;
        g_assert_cmpuint (run_well (&queue).n_new, ==, is_stored ? 0 : 1);
        g_assert_cmpint (count (&queue, "1"), ==, n_before + !is_stored);
        g_assert_cmpuint (queue.waiting->len, ==, 0);
      }
}

static void
test_not_stored (void)
{
  g_auto (Queue) queue = { 0 };
  g_autoptr (GError) error = NULL;
  QueueResult result = { 0 };

  open_queue (&queue, "");
  put_summons (&queue, "M-1", 1);
  queue.stops_writer = TRUE;
  g_assert_false (run (&queue, &result, &error));
  g_assert_cmpstr (queue.calls->str, ==,
                   "CreateSequence GetIndkaldelseVersion1Request CloseSequence");
  g_assert_cmpuint (queue.waiting->len, ==, 1);
}

/* Another service is not DFDG's: its name or place is not followed. */
static void
test_strange (void)
{
  g_auto (Queue) queue = { 0 };
  g_autoptr (GError) error = NULL;
  QueueResult result = { 0 };

  open_queue (&queue, "");
  put (&queue, "Get-&lt;x", "<n:A>1</n:A>");
  g_assert_false (run (&queue, &result, &error));
  g_assert_nonnull (strstr (error->message, "no name"));
  g_assert_nonnull (strstr (queue.calls->str, "CloseSequence"));
}

/* Ids are anybody's: two that look like citizens' numbers are two messages. */
static void
test_starred_ids (void)
{
  g_auto (Queue) queue = { 0 };
  QueueResult result;

  open_queue (&queue, "");
  put_summons (&queue, testlib_cpr (1), 1);
  put_summons (&queue, testlib_cpr (2), 1);
  g_assert_true (run (&queue, &result, NULL));
  g_assert_cmpuint (result.n_new, ==, 2);
}

static void
test_kinds (void)
{
  g_auto (Queue) queue = { 0 };
  g_autoptr (DfdgEvent) change = NULL;
  g_autoptr (DfdgEvent) unknown = NULL;
  g_autoptr (DfdgEvent) nameless = NULL;
  QueueResult result;

  open_queue (&queue, "");
  put (
    &queue, "GetCprChanged",
    METADATA (
      "M-1") "<n:OldPersonCivilRegistrationIdentifier>%s</n:OldPersonCivilRegistrationIdentifier>"
             "<n:NewPersonCivilRegistrationIdentifier>%s</n:NewPersonCivilRegistrationIdentifier>",
    testlib_cpr (2), testlib_cpr (3));
  put (
    &queue, "GetSomethingNewVersion9",
    METADATA ("M-2") "<n:PersonCivilRegistrationIdentifier>%s</n:PersonCivilRegistrationIdentifier>"
                     "<n:Note>om %s</n:Note><n:Kind>7</n:Kind>",
    testlib_cpr (4), testlib_cpr (5));
  put (&queue, "GetIndkaldelseVersion1",
       "<n:PersonCivilRegistrationIdentifier>%s</n:PersonCivilRegistrationIdentifier>"
       "<n:IndkaldelseIdentifier>" ID "</n:IndkaldelseIdentifier>",
       testlib_cpr (6));
  result = run_well (&queue);
  g_assert_cmpuint (result.n_new, ==, 3);
  change = find (&queue, 1);
  g_assert_cmpint (change->entity_type, ==, 100010);
  g_assert_cmpstr (change->old_cpr, ==, testlib_cpr (2));
  g_assert_cmpstr (change->cpr, ==, testlib_cpr (3));
  unknown = find (&queue, 2);
  g_assert_cmpint (unknown->state, ==, DFDG_EVENT_UNKNOWN);
  g_assert_cmpstr (unknown->entity_name, ==, "GetSomethingNewVersion9");
  g_assert_cmpstr (unknown->cpr, ==, testlib_cpr (4));
  g_assert_cmpstr (unknown->detail, ==, "{\"Kind\":\"7\",\"Note\":\"om **********\"}");
  nameless = find (&queue, 3);
  g_assert_cmpuint (strlen (nameless->message_id), ==, 64);
  /* The same without an id is the same. */
  put (&queue, "GetIndkaldelseVersion1",
       "<n:PersonCivilRegistrationIdentifier>%s</n:PersonCivilRegistrationIdentifier>"
       "<n:IndkaldelseIdentifier>" ID "</n:IndkaldelseIdentifier>",
       testlib_cpr (6));
  g_assert_cmpuint (run_well (&queue).n_new, ==, 0);
}

static void
put_legacy (Queue *queue)
{
  put (queue, "GetBookingVersion1",
       METADATA (
         "M-9") "<n:BookingDetails><n:BookingIdentifier>" ID
                "</n:BookingIdentifier><n:BookingOriginator>"
                "<n:OrganisationCode>89000</n:OrganisationCode><n:OrganisationTypeIdentifier>8</"
                "n:OrganisationTypeIdentifier>"
                "</n:BookingOriginator><n:CitizenShouldAcceptBooking>false</"
                "n:CitizenShouldAcceptBooking>"
                "<n:AcceptedBooking>false</n:AcceptedBooking><n:ReBookingPossible>true</"
                "n:ReBookingPossible>"
                "<n:ReBookingDeadline>2026-11-24T00:00:00+01:00</"
                "n:ReBookingDeadline><n:CancellationPossible>false"
                "</n:CancellationPossible><n:SelfBooked>false</"
                "n:SelfBooked><n:CompulsoryAttendance>true"
                "</n:CompulsoryAttendance><n:BookingStartTime>2026-11-24T10:00:00+01:00</"
                "n:BookingStartTime>"
                "<n:BookingEndTime>2026-11-24T10:30:00+01:00</"
                "n:BookingEndTime><n:PersonCivilRegistrationIdentifier>%s"
                "</n:PersonCivilRegistrationIdentifier><n:JobCenterCode>89000</"
                "n:JobCenterCode><n:InterviewTypeIdentifier>7"
                "</n:InterviewTypeIdentifier><n:InterviewFormTypeIdentifier>1</"
                "n:InterviewFormTypeIdentifier>"
                "<n:InterviewContactTypeIdentifier>1</"
                "n:InterviewContactTypeIdentifier><n:Title>Jobsamtale &amp; CV</n:Title>"
                "<n:InterviewLocationDetail><n:InterviewLocationDescription>Lokale "
                "7</n:InterviewLocationDescription>"
                "</n:InterviewLocationDetail><n:CaseWorkerIdentifier>RID-1</"
                "n:CaseWorkerIdentifier><n:BookingStatusIdentifier>2"
                "</n:BookingStatusIdentifier></n:BookingDetails><n:BookingChangeType>1</"
                "n:BookingChangeType>",
       testlib_cpr (1));
}

/* The older form holds the whole booking: it lands without a question. */
static void
test_legacy (void)
{
  g_auto (Queue) queue = { 0 };
  g_auto (InboxWorld) inbox = { 0 };
  g_autoptr (DfdgEvent) event = NULL;

  open_queue (&queue, "legacy=true\n");
  put_legacy (&queue);
  g_assert_cmpuint (run_well (&queue).n_unknown, ==, 0);
  event = find (&queue, 1);
  g_assert_cmpint (event->carrier, ==, DFDG_CARRIER_LEGACY);
  g_assert_cmpint (event->change_type, ==, DFDG_CHANGE_CREATE);
  g_assert_null (strstr (event->detail, testlib_cpr (1)));
  inbox_world_init (&inbox, queue.world);
  g_assert_cmpuint (inbox_world_work (&inbox).n_done, ==, 1);
  g_assert_cmpuint (inbox.n_asked, ==, 0);
  g_assert_cmpint (
    world_count (
      queue.world,
      "SELECT count(*) FROM booking WHERE identifier = '" ID "' AND advisor_id = 1 AND title = "
      "'Jobsamtale & CV' AND location = 'Lokale 7' AND interview_type = 7 AND compulsory = 1 AND "
      "rebook_possible = 1 AND start_local = '2026-11-24T10:00:00'"),
    ==, 1);
  g_assert_cmpint (count (&queue, "state = 'done' AND detail IS NULL"), ==, 1);
  inbox.world = NULL;
}

static void
test_legacy_is_a_setting (void)
{
  g_auto (Queue) queue = { 0 };

  open_queue (&queue, "");
  put_legacy (&queue);
  g_assert_cmpuint (run_well (&queue).n_unknown, ==, 1);
}

static const struct
{
  const char *xml;
  const char *reason;
} refused[] = {
  { "", "no XML" },
  { "text", "no XML" },
  { "<a>", "no XML" },
  { "<a/>", "no SOAP" },
  { OPEN CLOSE, "no SOAP" },
  { "<!DOCTYPE a [<!ENTITY b \"c\">]>" OPEN "<n:R>&b;</n:R>" CLOSE, "document type" },
  { "<!DOCTYPE a SYSTEM \"http://dfdg.invalid/x\">" OPEN "<n:R/>" CLOSE, "document type" },
  { OPEN "<n:R>&b;</n:R>" CLOSE, "no XML" },
  { OPEN "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>",
    "too deeply" },
};

static void
test_refused (void)
{
  g_autoptr (GString) many = g_string_new (OPEN "<n:R>");
  g_autoptr (GString) wide = g_string_new (OPEN "<n:R><n:E>");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) problem = NULL;

      g_assert_null (wsrm_answer_read (refused[i].xml, strlen (refused[i].xml), "E", &problem));
      g_assert_error (problem, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE);
      g_assert_nonnull (strstr (problem->message, refused[i].reason));
    }
  for (guint i = 0; i <= WSRM_MAX_RECORDS; i++)
    g_string_append (many, "<n:E/>");
  g_string_append (many, "</n:R>" CLOSE);
  g_assert_null (wsrm_answer_read (many->str, many->len, "E", &error));
  g_assert_nonnull (strstr (error->message, "more messages"));
  g_clear_error (&error);
  for (guint i = 0; i < 300; i++)
    g_string_append_printf (wide, "<n:A%u>1</n:A%u>", i, i);
  g_string_append (wide, "</n:E></n:R>" CLOSE);
  g_assert_null (wsrm_answer_read (wide->str, wide->len, "E", &error));
  g_assert_nonnull (strstr (error->message, "too many"));
}

/* Read or refused with a reason, whatever the bytes. */
static void
test_mutated (void)
{
  g_auto (Queue) queue = { 0 };
  g_autoptr (GRand) random = testlib_random_new ();
  g_autoptr (GString) whole = NULL;
  guint n_rounds = testlib_budget ("wsrm-mutated");
  guint n_read = 0;

  open_queue (&queue, "");
  put_summons (&queue, "M-1", 1);
  put_summons (&queue, "M-2", 2);
  whole = fetched (&queue, "GetIndkaldelseVersion1");
  for (guint i = 0; i < n_rounds; i++)
    {
      g_autoptr (GString) text = g_string_new (whole->str);
      g_autoptr (GError) error = NULL;
      g_autoptr (WsrmAnswer) answer = NULL;
      gsize at = (gsize) g_rand_int_range (random, 0, (gint32) text->len);

      if (g_rand_boolean (random))
        text->str[at] = (char) g_rand_int_range (random, 1, 256);
      else
        g_string_truncate (text, at);
      answer = wsrm_answer_read (text->str, text->len, "Entity", &error);
      if (answer == NULL)
        g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE);
      else
        n_read++;
    }
  g_assert_cmpuint (n_read, >, 0);
  g_assert_cmpuint (n_read, <, n_rounds);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/queue-wsrm/whole", test_whole);
  g_test_add_func ("/queue-wsrm/broken-off", test_broken_off);
  g_test_add_func ("/queue-wsrm/not-stored", test_not_stored);
  g_test_add_func ("/queue-wsrm/strange", test_strange);
  g_test_add_func ("/queue-wsrm/starred-ids", test_starred_ids);
  g_test_add_func ("/queue-wsrm/kinds", test_kinds);
  g_test_add_func ("/queue-wsrm/legacy", test_legacy);
  g_test_add_func ("/queue-wsrm/legacy-is-a-setting", test_legacy_is_a_setting);
  g_test_add_func ("/queue-wsrm/refused", test_refused);
  g_test_add_func ("/queue-wsrm/mutated", test_mutated);
  return g_test_run ();
}
