/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows and functions: what the watch knows now is asked of the loop, what it kept is read from the database. */
#include "ctl/track-commands-health.h"

#include "base/clock.h"
#include "base/error.h"
#include "ctl/track-commands.h"
#include "ctl/track-desk.h"
#include "health/track-evidence.h"
#include "health/track-probe.h"
#include "health/track-watch-store.h"
#include "health/track-watch.h"

#define MONTH_US (G_GINT64_CONSTANT (30 * 86400) * G_USEC_PER_SEC)

/* clang-format off */
#define DISTURBANCE { "id", ADMIN_TEXT, ADMIN_WORD, "ID", "as switchtrackctl disturbances lists it" }

static const AdminArgument disturbances_arguments[] = {
  { "from", ADMIN_TIME, ADMIN_OPTION, "TIME", "that were not over by then (a month ago)" },
  { "until", ADMIN_TIME, ADMIN_OPTION, "TIME", "that had begun by then (now)" },
  { "endpoint", ADMIN_TEXT, ADMIN_OPTION, "NAME", "of this Planner only" },
  { "limit", ADMIN_INTEGER, ADMIN_OPTION, "N", "so many, newest first (100)", .min = 1, .max = 10000 },
  { NULL },
};
static const AdminArgument disturbance_arguments[] = {
  DISTURBANCE,
  { NULL },
};
static const AdminArgument evidence_arguments[] = {
  DISTURBANCE,
  { "format", ADMIN_CHOICE, ADMIN_OPTION, "html|json", "a page for people, or the facts for machines (html)" },
  { "language", ADMIN_CHOICE, ADMIN_OPTION, "da|en", "of the page (da)" },
  { NULL },
};
static const AdminArgument endpoint_arguments[] = {
  { "endpoint", ADMIN_TEXT, ADMIN_WORD, "NAME", "the Planner" },
  { NULL },
};
static const AdminArgument messages_arguments[] = {
  { "limit", ADMIN_INTEGER, ADMIN_OPTION, "N", "so many, newest first (50)", .min = 1, .max = 10000 },
  { NULL },
};
/* clang-format on */

typedef struct
{
  AdminCall *call;
  JsonObject *described;
  const char *endpoint;
} Question;

static void
set_instant (JsonObject *object, const char *name, gint64 at_us)
{
  g_autoptr (GDateTime) at =
    at_us > 0 ? g_date_time_new_from_unix_utc (at_us / G_USEC_PER_SEC) : NULL;
  g_autofree char *text = at != NULL ? g_date_time_format (at, "%Y-%m-%dT%H:%M:%SZ") : NULL;

  if (text != NULL)
    json_object_set_string_member (object, name, text);
}

static TrackWatch *
find_watch (GError **error)
{
  TrackWatch *watch = track_desk_get_current ()->watch;

  if (watch == NULL)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
                         "only a running switchtrackd knows this: is it started?");
  return watch;
}

/* Now ---------------------------------------------------------------------------------------------- */

static void
describe (TrackAsk *ask, gpointer data)
{
  Question *question = data;
  GError *error = NULL;
  TrackWatch *watch = find_watch (&error);

  if (watch != NULL)
    question->described = track_watch_describe (watch, clock_now_us ());
  track_ask_answer (ask, error);
}

/* @member: (nullable): this one alone */
static gboolean
put_described (AdminCall *call, const char *member, GError **error)
{
  Question question = { .call = call };
  g_autoptr (JsonObject) described = NULL;
  g_autoptr (GList) names = NULL;

  if (!track_desk_ask (describe, &question, error))
    return FALSE;
  described = question.described;
  names = json_object_get_members (described);
  for (GList *link = names; link != NULL; link = link->next)
    if (member == NULL || g_str_equal (link->data, member))
      json_object_set_member (call->result, link->data,
                              json_object_dup_member (described, link->data));
  return TRUE;
}

static gboolean
run_health (AdminCall *call, GError **error)
{
  return put_described (call, NULL, error);
}

static gboolean
run_certificates (AdminCall *call, GError **error)
{
  return put_described (call, "certificates", error);
}

static void
sound (TrackAsk *ask, gpointer data)
{
  Question *question = data;
  GError *error = NULL;
  TrackWatch *watch = find_watch (&error);

  if (watch != NULL)
    (void) !track_watch_test_alarm (watch, question->endpoint, question->call->actor, &error);
  track_ask_answer (ask, error);
}

static gboolean
run_test_alarm (AdminCall *call, GError **error)
{
  Question question = { .call = call };

  if (!admin_need_text (call, "endpoint", &question.endpoint, error) ||
      !track_desk_ask (sound, &question, error))
    return FALSE;
  json_object_set_string_member (call->result, "queued",
                                 "the whole ladder, at once; see switchtrackctl messages");
  return TRUE;
}

static void
probe (TrackAsk *ask, gpointer data)
{
  const Question *question = data;
  TrackProbes *probes = track_desk_get_current ()->probes;
  GError *error = NULL;

  if (probes == NULL || !track_probes_ask_now (probes, question->endpoint))
    error = g_error_new (PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                         "nothing is asked at %s: no such Planner, in maintenance, or no unit goes "
                         "there and it names no probe_unit",
                         question->endpoint);
  track_ask_answer (ask, error);
}

static gboolean
run_probe (AdminCall *call, GError **error)
{
  Question question = { .call = call };

  if (!admin_need_text (call, "endpoint", &question.endpoint, error) ||
      !track_desk_ask (probe, &question, error))
    return FALSE;
  json_object_set_string_member (call->result, "asked",
                                 "every address; see switchtrackctl health and calls --kind probe");
  return TRUE;
}

/* Kept --------------------------------------------------------------------------------------------- */

static JsonObject *
read_disturbance (StoreQuery *row)
{
  JsonObject *one = json_object_new ();

  json_object_set_string_member (one, "id", store_text (row, 0));
  json_object_set_string_member (one, "endpoint", store_text (row, 1));
  set_instant (one, "from", store_int (row, 2));
  set_instant (one, "until", store_int (row, 3));
  set_instant (one, "closed", store_int (row, 4));
  json_object_set_boolean_member (one, "planned", store_int (row, 5) != 0);
  json_object_set_int_member (one, "calls_failed", store_int (row, 6));
  json_object_set_int_member (one, "probes_failed", store_int (row, 7));
  if (!store_is_null (row, 8))
    json_object_set_string_member (one, "sha256", store_text (row, 8));
  return one;
}

static gboolean
run_disturbances (AdminCall *call, GError **error)
{
  g_auto (StoreQuery) rows = { 0 };
  g_autoptr (JsonArray) all = json_array_new ();
  const char *endpoint = NULL;
  gint64 from_us = 0;
  gint64 until_us = 0;
  StoreStep step;

  if (!track_command_get_instant (call, "from", call->now_us - MONTH_US, &from_us, error) ||
      !track_command_get_instant (call, "until", call->now_us + 1, &until_us, error) ||
      !admin_get_text (call, "endpoint", &endpoint, error) ||
      !store_query (call->session, &rows, error, SQL_TRACK_DISTURBANCES, "iisi", from_us, until_us,
                    endpoint, admin_get_integer (call, "limit", 100)))
    return FALSE;
  while ((step = store_step (&rows, error)) == STORE_ROW)
    json_array_add_object_element (all, read_disturbance (&rows));
  if (step != STORE_END)
    return FALSE;
  json_object_set_array_member (call->result, "disturbances", g_steal_pointer (&all));
  return TRUE;
}

static TrackDisturbance *
load (AdminCall *call, GError **error)
{
  const char *id = NULL;

  return admin_need_text (call, "id", &id, error)
           ? track_watch_store_load (call->session, id, error)
           : NULL;
}

static gboolean
run_disturbance (AdminCall *call, GError **error)
{
  g_autoptr (TrackDisturbance) one = load (call, error);
  g_autofree char *text = one != NULL ? track_evidence_dup_json (one) : NULL;
  g_autoptr (JsonNode) node = text != NULL ? json_from_string (text, error) : NULL;
  JsonObject *all = node != NULL ? json_node_get_object (node) : NULL;

  if (all == NULL)
    return FALSE;
  json_object_set_member (call->result, "evidence", json_object_dup_member (all, "evidence"));
  json_object_set_member (call->result, "sha256", json_object_dup_member (all, "sha256"));
  return TRUE;
}

static gboolean
run_evidence (AdminCall *call, GError **error)
{
  g_autoptr (TrackDisturbance) one = load (call, error);
  const char *format = NULL;
  const char *language = NULL;
  g_autofree char *text = NULL;

  if (one == NULL || !admin_get_text (call, "format", &format, error) ||
      !admin_get_text (call, "language", &language, error))
    return FALSE;
  if (g_strcmp0 (format, "json") == 0)
    text = track_evidence_dup_json (one);
  else
    text = track_evidence_dup_page (one, g_strcmp0 (language, "en") == 0 ? TRACK_LANGUAGE_EN
                                                                         : TRACK_LANGUAGE_DA);
  json_object_set_string_member (call->result, "content", text);
  return TRUE;
}

static JsonObject *
read_message (StoreQuery *row)
{
  JsonObject *one = json_object_new ();

  json_object_set_string_member (one, "event", store_text (row, 1));
  json_object_set_string_member (one, "channel", store_text (row, 3));
  json_object_set_string_member (one, "to", store_text (row, 4));
  json_object_set_string_member (one, "subject", store_text (row, 5));
  set_instant (one, "at", store_int (row, 6));
  set_instant (one, "sent", store_int (row, 8));
  set_instant (one, "given_up", store_int (row, 9));
  if (store_int (row, 8) == 0)
    set_instant (one, "next_try", store_int (row, 7));
  json_object_set_int_member (one, "tries", store_int (row, 10));
  if (!store_is_null (row, 11))
    json_object_set_string_member (one, "problem", store_text (row, 11));
  return one;
}

static gboolean
run_messages (AdminCall *call, GError **error)
{
  g_auto (StoreQuery) rows = { 0 };
  g_autoptr (JsonArray) all = json_array_new ();
  StoreStep step;

  if (!store_query (call->session, &rows, error, SQL_TRACK_NOTICES, "ii", (gint64) 0,
                    admin_get_integer (call, "limit", 50)))
    return FALSE;
  while ((step = store_step (&rows, error)) == STORE_ROW)
    json_array_add_object_element (all, read_message (&rows));
  if (step != STORE_END)
    return FALSE;
  json_object_set_array_member (call->result, "messages", g_steal_pointer (&all));
  return TRUE;
}

/* clang-format off */
static const AdminCommand commands[] = {
  { "health", run_health, STORE_READ, NULL, "tell how every Planner and address is, with open disturbances, windows and certificates" },
  { "certificates", run_certificates, STORE_READ, NULL, "list the certificates that were seen, with the days that are left" },
  { "probe", run_probe, STORE_READ, endpoint_arguments, "ask every address of a Planner now" },
  { "disturbances", run_disturbances, STORE_READ, disturbances_arguments, "list disturbances, newest first" },
  { "disturbance", run_disturbance, STORE_READ, disturbance_arguments, "show all that is known of a disturbance" },
  { "evidence", run_evidence, STORE_READ, evidence_arguments, "write a disturbance down for a citizen, a municipality or an authority", .details =
    "There is no personal data in it, and it says what is not known. The digest of a closed disturbance never changes." },
  { "messages", run_messages, STORE_READ, messages_arguments, "list what was told by webhook and mail, and what waits" },
  { "test-alarm", run_test_alarm, STORE_READ, endpoint_arguments, "send a test along the whole ladder of a Planner" },
};
/* clang-format on */

/**
 * track_commands_health_register:
 *
 * At the start, of switchtrackd and of switchtrackctl alike.
 */
void
track_commands_health_register (void)
{
  admin_table_register (commands, G_N_ELEMENTS (commands));
}
