/* SPDX-License-Identifier: EUPL-1.2 */
/* The share, the bounds, the names of offers, and the counts of the report; the candidate is a list of calls that the test answers. */
/* Also tests: track-shadow-send. */
#include "gateway/track-shadow.h"

#include <string.h>

#include "gateway/track-shadow-send.h"
#include "testlib.h"

#define NS "urn:dk:planner:externalbooking:3"
#define WRAP(body)                                                                  \
  "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>" body \
  "</s:Body></s:Envelope>"
#define OPTION(id, type)                                                                   \
  "<InterviewOption><InterviewOptionIdentifier>" id                                        \
  "</InterviewOptionIdentifier><InterviewTypeIdentifier>" type                             \
  "</InterviewTypeIdentifier><InterviewFormTypeIdentifier>1</InterviewFormTypeIdentifier>" \
  "<InterviewContactTypeIdentifierCollection><InterviewContactTypeIdentifier>1</"          \
  "InterviewContactTypeIdentifier>"                                                        \
  "</InterviewContactTypeIdentifierCollection><Title>T</Title><DurationMinutes>30</"       \
  "DurationMinutes></InterviewOption>"
#define OPTIONS(content)                                   \
  WRAP ("<GetSelfbookInterviewOptionsResponse xmlns=\"" NS \
        "\"><InterviewOptionCollection>" content           \
        "</InterviewOptionCollection></GetSelfbookInterviewOptionsResponse>")
#define WORKERS                                       \
  WRAP ("<GetSelfbookCaseWorkersResponse xmlns=\"" NS \
        "\"><CaseWorkerToBookCollection/></GetSelfbookCaseWorkersResponse>")
#define ONE   "aaaaaaaa-0000-4000-8000-000000000001"
#define OTHER "bbbbbbbb-0000-4000-8000-000000000002"

typedef struct
{
  GPtrArray *requests; /* GBytes */
  TrackShadowAnswered answered[100];
  gpointer data[100];
  guint n;
  gboolean refuses;
  TrackShadowing *shadowing;
} World;

static TrackEndpoint candidate = { .name = (char *) "own" };

static gboolean
on_send (gpointer sender,
         const TrackEndpoint *endpoint,
         const TrackShadowCall *call,
         GBytes *request,
         TrackShadowAnswered answered,
         gpointer data)
{
  World *world = sender;
  if (world->refuses)
    return FALSE;
  g_assert_true (endpoint == &candidate);
  g_ptr_array_add (world->requests, g_bytes_ref (request));
  world->answered[world->n] = answered;
  world->data[world->n++] = data;
  return TRUE;
}

static void
world_init (World *world, guint max_parallel)
{
  *world = (World){ .requests = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref) };
  TrackShadowSettings settings = { .port = { on_send, world }, .max_parallel = max_parallel };
  world->shadowing = track_shadowing_new (&settings);
}

static void
world_clear (World *world)
{
  track_shadowing_free (world->shadowing);
  g_ptr_array_unref (world->requests);
}

static void
offer (World *world,
       ContractOperationId operation,
       guint permille,
       const char *option,
       const char *answer)
{
  g_autofree char *text =
    g_strdup_printf ("<x><InterviewOptionID>%s</InterviewOptionID></x>", option);
  g_autoptr (GBytes) request = g_bytes_new (text, strlen (text));
  TrackShadow share = { (char *) "own", permille };
  TrackShadowCall call = { .unit = "89000",
                           .operation = &contract_operations[operation],
                           .option = option,
                           .booking = "",
                           .request = request,
                           .answer = answer,
                           .n_answer = answer == NULL ? 0 : strlen (answer) };
  track_shadowing_offer (world->shadowing, &share, &candidate, &call);
}

static void
answer (World *world, guint number, const char *text)
{
  g_autoptr (GBytes) body = text == NULL ? NULL : g_bytes_new (text, strlen (text));
  world->answered[number](text == NULL ? TRACK_OUTCOME_TIMEOUT : TRACK_OUTCOME_OK, body,
                          world->data[number]);
}

static JsonObject *
row_of (JsonObject *report, const char *operation)
{
  JsonArray *all = json_object_get_array_member (report, "operations");
  for (guint i = 0; i < json_array_get_length (all); i++)
    if (g_str_equal (
          json_object_get_string_member (json_array_get_object_element (all, i), "operation"),
          operation))
      return json_array_get_object_element (all, i);
  return NULL;
}

static void
check (World *world, const char *operation, const char *member, gint64 expected)
{
  g_autoptr (JsonObject) report = track_shadowing_dup_report (world->shadowing, "89000");
  JsonObject *row = row_of (report, operation);
  g_assert_nonnull (row);
  g_assert_cmpint (json_object_get_int_member (row, member), ==, expected);
}

static void
test_share (void)
{
  World world;
  world_init (&world, 100);
  for (guint i = 0; i < 1000; i++)
    offer (&world, CONTRACT_OPERATION_GET_SELFBOOK_INTERVIEW_OPTIONS, 25, "", OPTIONS (""));
  g_assert_cmpuint (world.n, ==, 25);
  for (guint i = 0; i < 1000; i++)
    offer (&world, CONTRACT_OPERATION_CREATE_BOOKING, 1000, "", OPTIONS (""));
  g_assert_cmpuint (world.n, ==, 25);
  for (guint i = 0; i < 25; i++)
    answer (&world, i, OPTIONS (""));
  check (&world, "GetSelfbookInterviewOptions", "equal", 25);
  g_assert_cmpuint (track_shadowing_n_running (world.shadowing), ==, 0);
  world_clear (&world);
}

static void
test_bounds (void)
{
  World world;
  world_init (&world, 3);
  for (guint i = 0; i < 10; i++)
    offer (&world, CONTRACT_OPERATION_GET_SELFBOOK_INTERVIEW_OPTIONS, 1000, "", OPTIONS (""));
  g_assert_cmpuint (world.n, ==, 3);
  check (&world, "GetSelfbookInterviewOptions", "dropped", 7);
  answer (&world, 0, NULL);
  answer (&world, 1, "<html/>");
  check (&world, "GetSelfbookInterviewOptions", "unanswered", 1);
  check (&world, "GetSelfbookInterviewOptions", "broken", 1);
  world.refuses = TRUE;
  offer (&world, CONTRACT_OPERATION_GET_SELFBOOK_INTERVIEW_OPTIONS, 1000, "", OPTIONS (""));
  check (&world, "GetSelfbookInterviewOptions", "dropped", 8);
  offer (&world, CONTRACT_OPERATION_GET_SELFBOOK_INTERVIEW_OPTIONS, 1000, "", NULL);
  check (&world, "GetSelfbookInterviewOptions", "incomparable", 1);
  /* One is still on its way when all ends. */
  track_shadowing_free (world.shadowing);
  answer (&world, 2, OPTIONS (""));
  g_ptr_array_unref (world.requests);
}

static void
test_offers_by_name (void)
{
  World world;
  gsize n_bytes;
  world_init (&world, 10);
  offer (&world, CONTRACT_OPERATION_GET_SELFBOOK_CASE_WORKERS, 1000, ONE, WORKERS);
  g_assert_cmpuint (world.n, ==, 0);
  check (&world, "GetSelfbookCaseWorkers", "incomparable", 1);
  offer (&world, CONTRACT_OPERATION_GET_SELFBOOK_INTERVIEW_OPTIONS, 1000, "",
         OPTIONS (OPTION (ONE, "7")));
  answer (&world, 0, OPTIONS (OPTION (OTHER, "7")));
  check (&world, "GetSelfbookInterviewOptions", "explained", 1);
  offer (&world, CONTRACT_OPERATION_GET_SELFBOOK_CASE_WORKERS, 1000, ONE, WORKERS);
  g_assert_cmpuint (world.n, ==, 2);
  const char *sent = g_bytes_get_data (world.requests->pdata[1], &n_bytes);
  g_assert_nonnull (memmem (sent, n_bytes, OTHER, strlen (OTHER)));
  g_assert_null (memmem (sent, n_bytes, ONE, strlen (ONE)));
  answer (&world, 1, WORKERS);
  check (&world, "GetSelfbookCaseWorkers", "equal", 1);
  world_clear (&world);
}

/* Two offers alike cannot be told apart: nothing is guessed. */
static void
test_no_guess (void)
{
  World world;
  world_init (&world, 10);
  offer (&world, CONTRACT_OPERATION_GET_SELFBOOK_INTERVIEW_OPTIONS, 1000, "",
         OPTIONS (OPTION (ONE, "7")));
  answer (&world, 0,
          OPTIONS (OPTION (OTHER, "7") OPTION ("cccccccc-0000-4000-8000-000000000003", "7")));
  check (&world, "GetSelfbookInterviewOptions", "different", 1);
  offer (&world, CONTRACT_OPERATION_GET_SELFBOOK_CASE_WORKERS, 1000, ONE, WORKERS);
  check (&world, "GetSelfbookCaseWorkers", "incomparable", 1);
  g_autoptr (JsonObject) report = track_shadowing_dup_report (world.shadowing, "89000");
  JsonObject *row = row_of (report, "GetSelfbookInterviewOptions");
  g_assert_cmpfloat (json_object_get_double_member (row, "different_percent"), ==, 100.0);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (row, "differences")), >,
                    0);
  world_clear (&world);
}

typedef struct
{
  TrackOutcome outcome;
  guint n_calls;
} Answered;

static void
on_answered (TrackOutcome outcome, GBytes *body, gpointer data)
{
  Answered *answered = data;
  answered->outcome = outcome;
  answered->n_calls++;
  g_assert_null (body);
}

/* Nobody listens there: told once, without a body. */
static void
test_upstream (void)
{
  TrackUpstreamSettings settings = {
    .max_idle = 1, .idle_ms = 1000, .max_parallel = 2, .max_answer_bytes = 1000
  };
  char *urls[] = { (char *) "http://127.0.0.1:1/", NULL };
  TrackEndpoint nobody = {
    .name = (char *) "nobody", .urls = urls, .connect_ms = 2000, .timeout_ms = 5000
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrackUpstream) upstream = track_upstream_new (&settings, &error);
  g_autoptr (GBytes) request = g_bytes_new_static ("<x/>", 4);
  Answered answered = { 0 };
  g_assert_no_error (error);
  TrackShadowSender sender = { .upstream = upstream };
  TrackShadowPort port = track_shadow_send_port (&sender);
  TrackShadowCall call = { .unit = "89000", .operation = &contract_operations[0] };
  g_assert_true (port.send (port.sender, &nobody, &call, request, on_answered, &answered));
  while (answered.n_calls == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (answered.outcome, ==, TRACK_OUTCOME_REFUSED);
  nobody.state = TRACK_STATE_MAINTENANCE;
  g_assert_false (port.send (port.sender, &nobody, &call, request, on_answered, &answered));
  g_assert_cmpuint (answered.n_calls, ==, 1);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-shadow/share", test_share);
  g_test_add_func ("/track-shadow/bounds", test_bounds);
  g_test_add_func ("/track-shadow/offers-by-name", test_offers_by_name);
  g_test_add_func ("/track-shadow/no-guess", test_no_guess);
  g_test_add_func ("/track-shadow/upstream", test_upstream);
  return g_test_run ();
}
