/* SPDX-License-Identifier: EUPL-1.2 */
/* The connection test, step by step with what to do; and DFDG's own word about a booking. */
#include "dfdg/commands/dfdg-commands-ask.h"

#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "base/period.h"
#include "calsync-remote.h"
#include "dfdg/commands/dfdg-task.h"
#include "dfdg/services/indkaldelse-client.h"
#include "dfdg/services/indkaldelse-json.h"
#include "dfdg/services/indkaldelse-load.h"
#include "dfdg/wire/dfdg-certificate.h"

#define OK "ok"

typedef struct
{
  DfdgTask task;
  DfdgClient *client;
  JsonArray *steps;
  guint n_failed;
} Work;

static void
work_clear (Work *work)
{
  g_clear_pointer (&work->client, dfdg_client_give);
  dfdg_task_clear (&work->task);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

/* A question to each service that changes nothing; what it answers to it shows who we are to it. */
static const struct
{
  DfdgService service;
  const char *name;
  const char *path; /* (nullable): NULL: a summons of a new id */
} probes[] = {
  { DFDG_SERVICE_INDKALDELSE, "IndkaldelseService", NULL },
  { DFDG_SERVICE_ABONNEMENT, "AbonnementService", "v1/Abonnementer" },
  { DFDG_SERVICE_WSRM, "WSRM queue", "" },
  { DFDG_SERVICE_FRIST, "FristService", "v1/Frist/historik" },
  { DFDG_SERVICE_VISITERING, "PersonVisiteringService", "v1/Kontaktgrupper" },
  { DFDG_SERVICE_BESKED, "BorgerBeskedService", "v1/Borgerbesked" },
  { DFDG_SERVICE_KODELISTE, "CodeListService", "v1/Kodelister" },
};

/* Why no answer came, and what to do. */
static const struct
{
  CalsyncRemoteError code;
  const char *word;
  const char *to_do;
} silences[] = {
  { CALSYNC_REMOTE_ERROR_UNREACHABLE, "unreachable",
    "name, network, proxy or time-out: look at the address, at proxy of [dfdg-client …], and "
    "whether the firewall lets us out" },
  { CALSYNC_REMOTE_ERROR_UNTRUSTED, "untrusted",
    "TLS failed: ca-file must hold the authority of DFDG's certificate; our certificate must be "
    "valid and one that DFDG knows" },
  { CALSYNC_REMOTE_ERROR_ASTRAY, "astray", "the address leads elsewhere: put it right" },
  { CALSYNC_REMOTE_ERROR_NONSENSE, "nonsense",
    "what answers is not DFDG: put address or proxy right" },
  { CALSYNC_REMOTE_ERROR_TOO_LARGE, "nonsense",
    "what answers is not DFDG: put address or proxy right" },
};

static void
add_step (Work *work, const char *step, const char *outcome, const char *text, const char *to_do)
{
  JsonObject *row = json_object_new ();

  json_object_set_string_member (row, "step", step);
  json_object_set_string_member (row, "outcome", outcome);
  admin_set_text (row, "said", text);
  admin_set_text (row, "to_do", to_do);
  json_array_add_object_element (work->steps, row);
  work->n_failed += to_do != NULL;
}

static void
test_certificate (Work *work)
{
  const char *path = work->task.settings->client->certificate;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gint64 end_us = 0;

  if (*path == '\0')
    {
      add_step (work, "certificate", "none", "no certificate is set",
                "order a function certificate (FOCES) and set certificate and key of "
                "[dfdg-client …]");
      return;
    }
  if (!dfdg_certificate_find_end (path, &end_us, &error))
    {
      add_step (work, "certificate", "unreadable", error->message,
                "give certificate a PEM file that plannerd may read");
      return;
    }
  text = admin_format_time (work->task.zone, end_us);
  if (end_us <= work->task.call->now_us)
    add_step (work, "certificate", "ended", text, "put a valid one in its place, then reload");
  else
    add_step (work, "certificate", OK, text, NULL);
}

static void
add_silence (Work *work, const char *name, const DfdgAnswer *answer, const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (silences); i++)
    if ((int) silences[i].code == answer->silence)
      {
        add_step (work, name, silences[i].word, text, silences[i].to_do);
        return;
      }
  add_step (work, name, "failed", text, "put right what it says: key or certificate, most likely");
}

/* Who we are to it is what 401 and 403 are about; that there is no such thing is what we expect; SOAP says it with
 * 500. */
static void
add_answer (Work *work, const char *name, const DfdgAnswer *answer, gboolean is_soap)
{
  g_autofree char *text =
    g_strdup_printf ("DFDG answered %u%s%s", answer->status, answer->text == NULL ? "" : ": ",
                     answer->text == NULL ? "" : answer->text);

  if (answer->status == 401 || answer->status == 403)
    add_step (work, name, "forbidden", text,
              "the certificate may not act for organisation-code: have its rights and the "
              "connection agreement looked at, and organisation-type, organisation-code and "
              "user-identifier of [dfdg-client …]");
  else if (answer->verdict == DFDG_LATER && !(is_soap && answer->status == 500))
    add_step (
      work, name, "busy", text,
      "DFDG has trouble of its own: what waits is sent later; if it lasts, tell its support");
  else
    add_step (work, name, OK, text, NULL);
}

static void
test_service (Work *work, guint index)
{
  char id[IDS_GUID_LENGTH + 1];
  g_autofree char *path = NULL;
  g_auto (DfdgAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;
  DfdgRequest request = { .service = probes[index].service, .method = "GET" };

  if (dfdg_settings_get_url (work->task.settings, probes[index].service) == NULL)
    return;
  ids_new_guid (id);
  path = probes[index].path == NULL ? g_strconcat ("v1/Indkaldelse/", id, NULL)
                                    : g_strdup (probes[index].path);
  request.path = path;
  if (dfdg_client_send (work->client, &request, &answer, work->task.call->cancellable, &error))
    add_answer (work, probes[index].name, &answer, probes[index].service == DFDG_SERVICE_WSRM);
  else
    add_silence (work, probes[index].name, &answer, error->message);
}

/* The environment cannot be asked for: what came of late shows it. */
static gboolean
test_messages (Work *work, GError **error)
{
  const ConfigDfdgClient *client = work->task.settings->client;
  InboxCounts counts = { 0 };
  g_autofree char *text = NULL;

  if (client->carrier == CONFIG_CARRIER_NONE)
    {
      add_step (work, "messages", "off", "carrier is none: DFDG's messages do not come", NULL);
      return TRUE;
    }
  if (!inbox_store_count (work->task.call->session, work->task.tenant->tenant_id, &counts, error))
    return FALSE;
  text = g_strdup_printf ("messages of environment %s are taken; %d wait, %d are parked",
                          client->environment, (int) counts.n_new, (int) counts.n_parked);
  add_step (work, "environment", OK, text, NULL);
  return TRUE;
}

static gboolean
test_all (Work *work, GError **error)
{
  test_certificate (work);
  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      admin_progress (work->task.call, "services", i, G_N_ELEMENTS (probes));
      test_service (work, i);
    }
  return test_messages (work, error);
}

/* clang-format off */
const AdminArgument dfdg_command_test_arguments[] = { { NULL } };
/* clang-format on */

/**
 * dfdg_command_test:
 *
 * Arguments: tenant. Result: steps: step, outcome, said, to_do. Nothing is changed, here or there.
 *
 * Errors: PLANNER_ERROR_UNAVAILABLE when a step failed.
 */
gboolean
dfdg_command_test (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .steps = json_array_new () };

  json_object_set_array_member (call->result, "steps", work.steps);
  if (!dfdg_task_init (&work.task, call, error) ||
      !dfdg_task_need_service (&work.task, DFDG_SERVICE_INDKALDELSE, error))
    return FALSE;
  work.client = dfdg_client_take (work.task.settings);
  if (!test_all (&work, error))
    return FALSE;
  if (work.n_failed == 0)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
               "%u steps of the test failed: to_do of each says what to do", work.n_failed);
  return FALSE;
}

/* Whose it is stays out. */
static JsonObject *
record_to_json (const DfdgTask *task, const DfdgIndkaldelse *record)
{
  JsonObject *object = indkaldelse_to_json (record, task->zone);

  json_object_remove_member (object, "civilregistrationIdentifier");
  admin_set_text (object, "versionIdentifier", record->version);
  json_object_set_string_member (object, "tilstand", record->is_cancelled ? "aflyst" : "aktiv");
  if (record->changed_us != 0)
    admin_set_time (object, "aendretTidspunkt", task->zone, record->changed_us);
  return object;
}

static gboolean
compare (const DfdgTask *task, const char *id, const DfdgIndkaldelse *theirs, GError **error)
{
  g_auto (IndkaldelseOwn) own = { 0 };
  g_autofree char *names = NULL;

  if (!indkaldelse_load_own (task->call->session, task->tenant->tenant_id, id, &own, error))
    return FALSE;
  json_object_set_string_member (task->call->result, "here",
                                 own.booking == NULL ? "none"
                                                     : booking_state_to_text (own.booking->state));
  if (own.booking == NULL || theirs == NULL)
    return TRUE;
  names = indkaldelse_dup_differences (own.record, theirs);
  json_object_set_string_member (task->call->result, "different", names);
  return TRUE;
}

/* clang-format off */
const AdminArgument dfdg_command_fetch_arguments[] = {
  { "id", ADMIN_TEXT, ADMIN_WORD, "ID", "identifier of a booking" },
  { NULL } };
/* clang-format on */

/**
 * dfdg_command_fetch:
 *
 * Arguments: tenant, id. Result: there: booked, cancelled or none; here: likewise; different: names of DFDG's members that
 * differ from ours; summons: as DFDG has it, without its citizen. Nothing is changed.
 *
 * Errors: PLANNER_ERROR_UNAVAILABLE.
 */
gboolean
dfdg_command_fetch (AdminCall *call, GError **error)
{
  g_auto (Work) work = { 0 };
  g_autoptr (DfdgIndkaldelse) theirs = NULL;
  g_autofree char *folded = NULL;
  const char *id = NULL;

  if (!dfdg_task_init (&work.task, call, error) ||
      !dfdg_task_need_service (&work.task, DFDG_SERVICE_INDKALDELSE, error) ||
      !admin_need_text (call, "id", &id, error))
    return FALSE;
  folded = ids_fold_guid (id);
  work.client = dfdg_client_take (work.task.settings);
  if (!indkaldelse_get (work.client, folded, &theirs, call->cancellable, error))
    return FALSE;
  json_object_set_string_member (call->result, "there",
                                 theirs == NULL         ? "none"
                                 : theirs->is_cancelled ? "cancelled"
                                                        : "booked");
  if (theirs != NULL)
    json_object_set_object_member (call->result, "summons", record_to_json (&work.task, theirs));
  return compare (&work.task, folded, theirs, error);
}
