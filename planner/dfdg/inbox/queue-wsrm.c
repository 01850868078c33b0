/* SPDX-License-Identifier: EUPL-1.2 */
/* CreateSequence, a fetch for each service, one transaction, TerminateSequence; CloseSequence on trouble. */
#include "dfdg/inbox/queue-wsrm.h"

#include <string.h>

#include "base/error.h"
#include "dfdg/forms/queue-wsrm-xml.h"
#include "dfdg/inbox/inbox-work.h"
#include "dfdg/wire/dfdg-http.h"
#include "store/citizen-store.h"

/* Of one sequence, by the published rule (dossier 4.1). */
#define FULL_SEQUENCE 500
#define MAX_SERVICES  50

/**
 * Sequence:
 * @events: (element-type DfdgEvent): of all services, in the order in which they were named
 */
typedef struct
{
  const QueueRun *run;
  WsrmHead head;
  DfdgEntityIds ids;
  char *id;
  GPtrArray *events;
  QueueResult result;
} Sequence;

static void
sequence_clear (Sequence *sequence)
{
  g_free (sequence->id);
  g_clear_pointer (&sequence->events, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sequence, sequence_clear)

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "the queue of DFDG: %s", what);
  return FALSE;
}

/* A fault may name anything: ten digits of it are starred. */
static gboolean
check_name (const WsrmAnswer *answer, const char *wanted, GError **error)
{
  const char *text = g_hash_table_lookup (answer->fields, "faultstring");
  g_autofree char *masked = NULL;

  if (strcmp (answer->name, wanted) == 0)
    return TRUE;
  if (strcmp (answer->name, "Fault") != 0 || text == NULL)
    return fail (error, "it answered another question");
  masked = dfdg_dup_masked (text);
  return fail (error, masked);
}

static WsrmAnswer *
ask (const Sequence *sequence,
     const char *url,
     char *take_xml,
     const char *answer_name,
     const char *record_name,
     GError **error)
{
  const QueueRun *run = sequence->run;
  g_autofree char *xml = take_xml;
  g_autoptr (GString) body = NULL;
  g_autoptr (WsrmAnswer) answer = NULL;

  if (!run->door->send (run->door_data, url, xml, &body, run->cancellable, error))
    return NULL;
  answer = wsrm_answer_read (body->str, body->len, record_name, error);
  if (answer == NULL || !check_name (answer, answer_name, error))
    return NULL;
  return g_steal_pointer (&answer);
}

/* Closed or ended; of a close that fails nothing follows: an open sequence comes back. */
static gboolean
end_sequence (const Sequence *sequence, const char *call, GError **error)
{
  g_autofree char *answer_name = g_strconcat (call, "Response", NULL);
  g_autoptr (WsrmAnswer) answer =
    ask (sequence, NULL, wsrm_write_sequence (&sequence->head, call, sequence->id), answer_name, "",
         error);

  return answer != NULL;
}

static void
take_entity (Sequence *sequence, const char *service, GHashTable *fields)
{
  QueueReading reading = { &sequence->ids, sequence->run->settings->client->legacy != 0 };
  DfdgEvent *event = queue_message_read (&reading, service, fields);

  if (event->state == DFDG_EVENT_NEW && !dfdg_event_is_taken (&sequence->ids, event->entity_type))
    event->state = DFDG_EVENT_UNKNOWN;
  g_ptr_array_add (sequence->events, event);
}

static gboolean
fetch (Sequence *sequence, GHashTable *item, GError **error)
{
  const char *service = g_hash_table_lookup (item, "ServiceName");
  const char *url = g_hash_table_lookup (item, "ServiceEndpoint");
  g_autofree char *answer_name = NULL;
  g_autoptr (WsrmAnswer) answer = NULL;

  if (service == NULL || !wsrm_is_service_name (service))
    return fail (error, "it named a service that is no name");
  answer_name = g_strconcat (service, "Response", NULL);
  answer =
    ask (sequence, url == NULL || *url == '\0' ? NULL : url,
         wsrm_write_fetch (&sequence->head, service, sequence->id), answer_name, "Entity", error);
  if (answer == NULL)
    return FALSE;
  for (guint i = 0; i < answer->records->len; i++)
    take_entity (sequence, service, answer->records->pdata[i]);
  if (sequence->events->len <= WSRM_MAX_RECORDS)
    return TRUE;
  return fail (error, "a sequence holds more messages than it may");
}

/* OpStep: all of a sequence or nothing. */
static gboolean
store (OpCall *call, gpointer data, GError **error)
{
  Sequence *sequence = data;
  gint64 tenant_id =
    catalogue_find_tenant (call->view.catalogue, sequence->run->settings->client->tenant);

  sequence->result.n_new = sequence->result.n_unknown = 0;
  if (tenant_id == 0)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                           "there is no such municipality");
      return FALSE;
    }
  for (guint i = 0; i < sequence->events->len; i++)
    {
      DfdgEvent *event = sequence->events->pdata[i];
      gboolean is_new = FALSE;

      event->tenant_id = tenant_id;
      event->received_us = call->now_us;
      if (event->event_us == 0)
        event->event_us = call->now_us;
      if (!inbox_store_add (call->session, event, &is_new, error))
        return FALSE;
      sequence->result.n_new += is_new;
      sequence->result.n_unknown += is_new && event->state == DFDG_EVENT_UNKNOWN;
    }
  return TRUE;
}

static gboolean
fetch_all (Sequence *sequence, const GPtrArray *items, GError **error)
{
  if (items->len > MAX_SERVICES)
    return fail (error, "it names more services than there can be");
  for (guint i = 0; i < items->len; i++)
    if (!fetch (sequence, items->pdata[i], error))
      return FALSE;
  sequence->result.n_messages = sequence->events->len;
  sequence->result.is_full = sequence->events->len >= FULL_SEQUENCE;
  return sequence->events->len == 0 ||
         sequence->run->door->run_step (sequence->run->runner, store, sequence, error);
}

static void
sequence_init (Sequence *sequence, const QueueRun *run)
{
  const ConfigDfdgClient *client = run->settings->client;

  sequence->run = run;
  sequence->events = g_ptr_array_new_with_free_func ((GDestroyNotify) dfdg_event_free);
  sequence->head = (WsrmHead){ .namespace = client->wsrm_namespace,
                               .organisation_type = client->organisation_type,
                               .organisation_code = client->organisation_code,
                               .user_name = client->user_name,
                               .user_type = client->user_type,
                               .user_identifier = client->user_identifier };
  inbox_get_entity_ids (run->settings, &sequence->ids);
}

/**
 * queue_wsrm_run:
 *
 * A sequence that an earlier run left open comes again, and what was stored of it is known by its id. Waiting thread;
 * blocks. Source: dossier 4.1.
 *
 * Errors: PLANNER_ERROR_UNAVAILABLE for all that DFDG does or does not; our own writer's. Nothing was removed there then.
 */
gboolean
queue_wsrm_run (const QueueRun *run, QueueResult *out_result, GError **error)
{
  g_auto (Sequence) sequence = { 0 };
  g_autoptr (WsrmAnswer) opened = NULL;
  const char *id;

  sequence_init (&sequence, run);
  opened = ask (&sequence, NULL, wsrm_write_sequence (&sequence.head, "CreateSequence", NULL),
                "CreateSequenceResponse", "ServiceItem", error);
  if (opened == NULL)
    return FALSE;
  id = g_hash_table_lookup (opened->fields, "Identifier");
  if (id == NULL || *id == '\0')
    return fail (error, "it opened a sequence without an id");
  sequence.id = g_strdup (id);
  if (!fetch_all (&sequence, opened->records, error))
    {
      (void) end_sequence (&sequence, "CloseSequence", NULL);
      return FALSE;
    }
  if (!end_sequence (&sequence, "TerminateSequence", error))
    return FALSE;
  *out_result = sequence.result;
  return TRUE;
}

static gboolean
take_answer (DfdgAnswer *answer, GString **out_body, GError **error)
{
  if (answer->verdict == DFDG_DONE && answer->body != NULL)
    {
      *out_body = g_steal_pointer (&answer->body);
      return TRUE;
    }
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "the queue of DFDG: status %u",
               answer->status);
  return FALSE;
}

static gboolean
send_by_client (gpointer data,
                const char *url,
                const char *xml,
                GString **out_body,
                GCancellable *cancellable,
                GError **error)
{
  DfdgClient *client = data;
  const DfdgSettings *settings = dfdg_client_get_settings (client);
  DfdgRequest request = { .service = DFDG_SERVICE_WSRM,
                          .method = "POST",
                          .path = url != NULL ? url : settings->client->wsrm_url,
                          .content_type = "text/xml; charset=utf-8",
                          .body = xml,
                          .n_body = strlen (xml),
                          .max_bytes = WSRM_MAX_BYTES };
  g_auto (DfdgAnswer) answer = { 0 };

  return dfdg_client_send (client, &request, &answer, cancellable, error) &&
         take_answer (&answer, out_body, error);
}

static gboolean
run_by_service (gpointer runner, OpStep step, gpointer data, GError **error)
{
  return op_service_run_step (runner, step, data, error);
}

/**
 * queue_wsrm_run_service:
 *
 * As queue_wsrm_run(), until no full sequence comes any more.
 */
gboolean
queue_wsrm_run_service (OpService *service,
                        const DfdgSettings *settings,
                        GCancellable *cancellable,
                        QueueResult *out_result,
                        GError **error)
{
  static const QueueDoor door = { send_by_client, run_by_service };
  g_autoptr (DfdgClient) client = dfdg_client_take (settings);
  QueueRun run = { &door, client, service, settings, cancellable };
  QueueResult one = { 0 };

  *out_result = (QueueResult){ 0 };
  do
    {
      if (!queue_wsrm_run (&run, &one, error))
        return FALSE;
      out_result->n_messages += one.n_messages;
      out_result->n_new += one.n_new;
      out_result->n_unknown += one.n_unknown;
    }
  while (one.is_full && one.n_new > 0);
  return TRUE;
}
