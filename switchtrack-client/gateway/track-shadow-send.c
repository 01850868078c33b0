/* SPDX-License-Identifier: EUPL-1.2 */
/* One exchange, its answer gathered up to a limit; by the address that is in service, no repeat, no effect on health. */
#include "gateway/track-shadow-send.h"

#include "base/clock.h"
#include "route/track-judge.h"

#define MAX_BYTES (4 * 1024 * 1024)

typedef struct
{
  TrackShadowSender *sender;
  TrackExchange *exchange;
  TrackShadowAnswered answered;
  gpointer data;
  GByteArray *body;
  TrackOutcome verdict; /* ours; TRACK_N_OUTCOMES: none */
  const char *problem;
  guint status;
  gint64 at_us;
  gsize n_request;
  char *request_id;
  char *unit;
  char *endpoint;
  char *url;
  const char *operation;
} Sending;

static void
free_sending (Sending *sending)
{
  g_clear_pointer (&sending->body, g_byte_array_unref);
  g_free (sending->request_id);
  g_free (sending->unit);
  g_free (sending->endpoint);
  g_free (sending->url);
  g_free (sending);
}

static gboolean
on_head (TrackExchange *exchange,
         guint status,
         const char *content_type,
         gint64 length,
         gpointer data)
{
  Sending *sending = data;

  sending->status = status;
  /* What it is worth is for the comparison to say; the log tells it as it does of a live call. */
  (void) track_judge_head (status, content_type, &sending->verdict, &sending->problem);
  return TRUE;
}

static gboolean
on_data (TrackExchange *exchange, const char *bytes, gsize n_bytes, gpointer data)
{
  Sending *sending = data;

  if (sending->body->len + n_bytes > MAX_BYTES)
    {
      sending->verdict = TRACK_OUTCOME_TOO_LARGE;
      sending->problem = "the answer is longer than what is compared";
      return FALSE;
    }
  g_byte_array_append (sending->body, (const guint8 *) bytes, (guint) n_bytes);
  return TRUE;
}

static void
log_sending (const Sending *sending, const TrackTimes *times)
{
  const TrackRecord record = {
    .at_us = sending->at_us,
    .request_id = sending->request_id,
    .unit = sending->unit,
    .endpoint = sending->endpoint,
    .url = sending->url,
    .operation = sending->operation,
    .how = "shadow",
    .outcome = sending->verdict,
    .http_status = sending->status,
    .times = *times,
    .n_request = sending->n_request,
    .n_answer = sending->body->len,
    .problem = sending->problem,
    .is_shadow = TRUE,
  };

  if (sending->sender->log != NULL)
    track_call_log_add (sending->sender->log, &record);
}

static void
on_done (TrackExchange *exchange,
         TrackOutcome outcome,
         const TrackTimes *times,
         const char *problem,
         gpointer data)
{
  Sending *sending = data;
  g_autoptr (GBytes) body = NULL;

  if (sending->verdict == TRACK_N_OUTCOMES)
    {
      sending->verdict = outcome;
      sending->problem = problem;
    }
  log_sending (sending, times);
  g_queue_remove (&sending->sender->running, sending);
  body = g_byte_array_free_to_bytes (g_steal_pointer (&sending->body));
  sending->answered (outcome, outcome == TRACK_OUTCOME_OK ? body : NULL, sending->data);
  free_sending (sending);
}

static Sending *
sending_new (TrackShadowSender *sender,
             const TrackEndpoint *candidate,
             const TrackShadowCall *call,
             gsize n_request)
{
  Sending *sending = g_new0 (Sending, 1);

  sending->sender = sender;
  sending->body = g_byte_array_new ();
  sending->verdict = TRACK_N_OUTCOMES;
  sending->at_us = clock_now_us ();
  sending->n_request = n_request;
  sending->request_id = g_strdup (call->request_id);
  sending->unit = g_strdup (call->unit);
  sending->operation = call->operation->name;
  sending->endpoint = g_strdup (candidate->name);
  sending->url = g_strdup (sender->gateway == NULL
                             ? candidate->urls[0]
                             : track_gateway_pick_url (sender->gateway, candidate, sending->at_us));
  return sending;
}

static gboolean
send (gpointer data,
      const TrackEndpoint *candidate,
      const TrackShadowCall *call,
      GBytes *request,
      TrackShadowAnswered answered,
      gpointer answered_data)
{
  static const TrackExchangeFuncs funcs = { on_head, on_data, on_done };
  TrackShadowSender *sender = data;
  Sending *sending = sending_new (sender, candidate, call, g_bytes_get_size (request));
  TrackTarget target = {
    .url = sending->url,
    .pins = (const char *const *) candidate->pins,
    .connect_ms = candidate->connect_ms,
    .timeout_ms = candidate->timeout_ms,
    .headers = call->headers,
    .body = request,
  };
  g_autoptr (GError) error = NULL;

  sending->answered = answered;
  sending->data = answered_data;
  if (candidate->state != TRACK_STATE_MAINTENANCE)
    sending->exchange = track_upstream_send (sender->upstream, &target, &funcs, sending, &error);
  if (sending->exchange != NULL)
    {
      g_queue_push_tail (&sender->running, sending);
      return TRUE;
    }
  free_sending (sending);
  return FALSE;
}

/**
 * track_shadow_send_port:
 * @sender: must outlive the shadow, and what it names too
 *
 * Returns: how candidates are asked
 */
TrackShadowPort
track_shadow_send_port (TrackShadowSender *sender)
{
  return (TrackShadowPort){ send, sender };
}

/**
 * track_shadow_send_stop:
 *
 * Cuts off what is on its way, and says so to whoever waits for it. Loop thread.
 */
void
track_shadow_send_stop (TrackShadowSender *sender)
{
  Sending *sending;

  while ((sending = g_queue_pop_head (&sender->running)) != NULL)
    {
      track_exchange_cancel (sending->exchange);
      sending->answered (TRACK_OUTCOME_GONE, NULL, sending->data);
      free_sending (sending);
    }
}
