/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads a message, holds its environment against ours, and has the writer store it before it answers. */
#include "dfdg/inbox/webhook-wsb.h"

#include "base/clock.h"
#include "base/error.h"
#include "dfdg/forms/wsb-message.h"
#include "dfdg/inbox/inbox-apply.h"
#include "dfdg/inbox/inbox-work.h"
#include "dfdg/wire/dfdg-settings.h"
#include "ops/service/op-shared-write.h"
#include "planner-log.h"
#include "store/citizen-store.h"

/* More wait with DFDG, which sends again: citizens' calls share the writer. */
#define MAX_OPEN 256
/* Longer, and DFDG has given up: it is told to come again rather than left in doubt. */
#define DEADLINE_US  (5 * G_USEC_PER_SEC)
#define BUSY_S       1
#define FAILED_S     5
#define LOGS_PER_S   5
#define ALARM_ASTRAY "wsb-wrong-environment"
#define ALARM_BROKEN "wsb-no-message"

struct _DfdgWebhook
{
  OpService *service;
  WebhookWake wake;
  gpointer wake_data;
  WebhookCounts counts;
  gint64 logs_second;
  guint n_logs; /* within it */
};

typedef struct
{
  DfdgWebhook *webhook;
  DfdgEvent *event;
  char *tenant_key;
  PlannerWebhookReply reply;
  gpointer reply_data;
  gboolean is_new;
} Storing;

static void
storing_free (Storing *storing)
{
  dfdg_event_free (storing->event);
  g_free (storing->tenant_key);
  g_free (storing);
}

/* A stream of the same trouble is counted, not written down. */
static gboolean
may_log (DfdgWebhook *webhook)
{
  gint64 second = clock_monotonic_us () / G_USEC_PER_SEC;

  if (second != webhook->logs_second)
    webhook->n_logs = 0;
  webhook->logs_second = second;
  return webhook->n_logs++ < LOGS_PER_S;
}

/* OpStep. */
static gboolean
store (OpCall *call, gpointer data, GError **error)
{
  Storing *storing = data;

  storing->event->tenant_id = catalogue_find_tenant (call->view.catalogue, storing->tenant_key);
  storing->event->received_us = call->now_us;
  if (storing->event->event_us == 0)
    storing->event->event_us = call->now_us;
  if (storing->event->tenant_id != 0)
    return inbox_store_add (call->session, storing->event, &storing->is_new, error);
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no municipality %s",
               storing->tenant_key);
  return FALSE;
}

static void
reply_stored (Storing *storing)
{
  DfdgWebhook *webhook = storing->webhook;

  if (!storing->is_new)
    webhook->counts.n_repeated++;
  else
    webhook->counts.n_stored++;
  if (storing->is_new && storing->event->state == DFDG_EVENT_UNKNOWN)
    webhook->counts.n_unknown++;
  storing->reply (storing->reply_data, 200, 0, "ok");
  if (storing->is_new && webhook->wake != NULL)
    webhook->wake (webhook->wake_data);
}

static void
on_stored (gpointer data, const GError *error)
{
  Storing *storing = data;
  DfdgWebhook *webhook = storing->webhook;

  webhook->counts.n_open--;
  if (error == NULL)
    reply_stored (storing);
  else if (g_error_matches (error, PLANNER_ERROR, PLANNER_ERROR_BUSY))
    {
      webhook->counts.n_busy++;
      storing->reply (storing->reply_data, 503, BUSY_S, "Busy: again in a moment.");
    }
  else
    {
      webhook->counts.n_failed++;
      if (may_log (webhook))
        planner_log_event (PLANNER_LOG_ERROR, "wsb-not-stored", "tenant", storing->tenant_key,
                           "problem", error->message, NULL);
      storing->reply (storing->reply_data, 503, FAILED_S, "The message could not be stored.");
    }
  storing_free (storing);
}

static void
refuse (DfdgWebhook *webhook, const PlannerWebhookCall *call, const GError *error)
{
  webhook->counts.n_refused++;
  if (may_log (webhook))
    planner_log_event (PLANNER_LOG_ERROR, ALARM_BROKEN, "tenant", call->tenant_key, "caller",
                       call->caller, "problem", error->message, NULL);
  call->reply (call->reply_data, 400, 0, "This is no message.");
}

/* A 200 would take it from whom it is for. */
static void
send_astray (DfdgWebhook *webhook,
             const PlannerWebhookCall *call,
             const DfdgSettings *settings,
             const DfdgEvent *event)
{
  const char *ours = settings == NULL ? NULL : settings->client->environment;
  g_autofree char *theirs =
    event->environment == NULL ? NULL : citizen_dup_masked (event->environment);

  webhook->counts.n_astray++;
  webhook->counts.astray_us = clock_now_us ();
  if (may_log (webhook))
    planner_log_event (PLANNER_LOG_ERROR, ALARM_ASTRAY, "tenant", call->tenant_key, "caller",
                       call->caller, "ours", ours, "theirs", theirs, NULL);
  call->reply (call->reply_data, 503, 0, "This message is for another environment.");
}

static void
tell_unknown (DfdgWebhook *webhook, const PlannerWebhookCall *call, const DfdgEvent *event)
{
  g_autofree char *type = g_strdup_printf ("%" G_GINT64_FORMAT, event->entity_type);

  if (may_log (webhook))
    planner_log_event (PLANNER_LOG_WARNING, "wsb-unknown-type", "tenant", call->tenant_key,
                       "entity-type", type, NULL);
}

static void
submit (DfdgWebhook *webhook, const PlannerWebhookCall *call, DfdgEvent *event)
{
  Storing *storing = g_new0 (Storing, 1);
  g_autoptr (GError) error = NULL;

  *storing = (Storing){ .webhook = webhook,
                        .event = event,
                        .tenant_key = g_strdup (call->tenant_key),
                        .reply = call->reply,
                        .reply_data = call->reply_data };
  webhook->counts.n_open++;
  if (!op_service_send_step (webhook->service, store, on_stored, storing,
                             clock_monotonic_us () + DEADLINE_US, &error))
    on_stored (storing, error);
}

static gboolean
is_ours (const DfdgSettings *settings, const DfdgEvent *event)
{
  return settings != NULL && *settings->client->environment != '\0' &&
         g_strcmp0 (settings->client->environment, event->environment) == 0;
}

static void
take (gpointer data, const PlannerWebhookCall *call)
{
  DfdgWebhook *webhook = data;
  g_autoptr (DfdgSettings) settings = dfdg_settings_dup_current (call->tenant_key);
  g_autoptr (GError) error = NULL;
  g_autoptr (DfdgEvent) event = NULL;
  DfdgEntityIds ids;

  if (webhook->counts.n_open >= MAX_OPEN)
    {
      webhook->counts.n_busy++;
      call->reply (call->reply_data, 503, BUSY_S, "Busy: again in a moment.");
      return;
    }
  event = wsb_message_read (call->bytes, call->n_bytes, &error);
  if (event == NULL)
    {
      refuse (webhook, call, error);
      return;
    }
  if (!is_ours (settings, event))
    {
      send_astray (webhook, call, settings, event);
      return;
    }
  inbox_get_entity_ids (settings, &ids);
  /* Of a summons the truth is asked for, whatever the message says beside its id. */
  if (dfdg_entity_of (&ids, event->entity_type) == DFDG_ENTITY_INDKALDELSE)
    g_clear_pointer (&event->detail, g_free);
  else if (!dfdg_event_is_taken (&ids, event->entity_type))
    {
      event->state = DFDG_EVENT_UNKNOWN;
      tell_unknown (webhook, call, event);
    }
  submit (webhook, call, g_steal_pointer (&event));
}

/**
 * dfdg_webhook_new:
 * @service: must outlive it
 * @wake: (nullable): told of new messages
 *
 * Returns: (transfer full): freed when the service has stopped
 */
DfdgWebhook *
dfdg_webhook_new (OpService *service, WebhookWake wake, gpointer data)
{
  DfdgWebhook *webhook = g_new0 (DfdgWebhook, 1);

  webhook->service = service;
  webhook->wake = wake;
  webhook->wake_data = data;
  return webhook;
}

/**
 * dfdg_webhook_free:
 */
void
dfdg_webhook_free (DfdgWebhook *webhook)
{
  g_free (webhook);
}

/**
 * dfdg_webhook_get_route:
 *
 * Returns: what the face is given; valid as long as @webhook. Answers: 200 stored, also twice and of an unknown type;
 *   400 no message; 503 for another environment, when the writer has no room, and when it could not be stored.
 */
PlannerWebhook
dfdg_webhook_get_route (DfdgWebhook *webhook)
{
  return (PlannerWebhook){ WEBHOOK_WSB_PATH, take, webhook };
}

/**
 * dfdg_webhook_count:
 */
void
dfdg_webhook_count (const DfdgWebhook *webhook, WebhookCounts *out_counts)
{
  *out_counts = webhook->counts;
}
