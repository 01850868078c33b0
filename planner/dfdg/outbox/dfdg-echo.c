/* SPDX-License-Identifier: EUPL-1.2 */
/* A lost echo: GetIndkaldelse says whether DFDG has the booking. Nothing is ever freed here. */
#include "dfdg/outbox/dfdg-echo.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/period.h"
#include "dfdg/services/indkaldelse-client.h"
#include "dfdg/services/indkaldelse-load.h"
#include "planner-log.h"
#include "store/echo-store.h"
#include "store/inbox-store.h"
#include "store/outbox-store.h"

#define MAX_WATCHES 200
#define CHANGED     2
/* While a change of ours is on its way, DFDG's word says nothing. */
#define UNSENT_US (60 * PERIOD_US_PER_S)

#define ABSENT                                                                                    \
  "DFDG asked for the booking and does not have it: ask the citizen, then register it or cancel " \
  "it"
#define OTHER   "DFDG has other values: "
#define ASKED   "waits for a change of ours to be sent"
#define IS_GONE "the booking is gone"
#define OF_ECHO "echo:"
#define ORIGIN  "echo watch"

/* One watch's turn. */
typedef struct
{
  const DfdgPumpWork *work;
  DfdgPumpResult *result;
  const EchoWatch *watch;
  IndkaldelseOwn own;
  gboolean is_waiting; /* a change of ours; one that a person must settle is not waited for */
  gint64 not_before_us;
  char *reason;
  char *message_id;
} Turn;

static void
turn_clear (Turn *turn)
{
  indkaldelse_own_clear (&turn->own);
  g_free (turn->reason);
  g_free (turn->message_id);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Turn, turn_clear)

static gint64
limit_us (const DfdgSettings *settings)
{
  return settings->client->echo_limit_min * PERIOD_US_PER_MINUTE;
}

/* PumpKind.list. */
static gboolean
list_lanes (StoreSession *session,
            const DfdgPumpQuestion *question,
            GArray *out_lanes,
            gint64 *out_next_us,
            GError **error)
{
  EchoQuestion echo = { question->tenant_id, question->now_us - limit_us (question->settings),
                        question->now_us, question->limit };

  *out_next_us = 0;
  if (dfdg_settings_get_url (question->settings, DFDG_SERVICE_INDKALDELSE) == NULL)
    return TRUE;
  return echo_store_list_due (session, &echo, out_lanes, error);
}

/* OpWrite. */
static gboolean
write_clear (StoreSession *session, gpointer data, GError **error)
{
  const Turn *turn = data;

  return echo_store_clear (session, turn->work->tenant_id, turn->watch->subject,
                           turn->watch->revision, error);
}

/* OpWrite. */
static gboolean
write_flag (StoreSession *session, gpointer data, GError **error)
{
  const Turn *turn = data;

  return echo_store_flag (session, turn->watch, turn->reason, error);
}

/* OpWrite. */
static gboolean
write_later (StoreSession *session, gpointer data, GError **error)
{
  const Turn *turn = data;

  return echo_store_put_off (session, turn->watch, turn->not_before_us, turn->reason, error);
}

/* OpWrite: what DFDG would have told us: applied by whoever applies its messages, in the citizen's order. The watch
 * asks again unless that clears it. */
static gboolean
write_message (StoreSession *session, gpointer data, GError **error)
{
  const Turn *turn = data;
  DfdgEvent event = {
    .tenant_id = turn->work->tenant_id,
    .carrier = DFDG_CARRIER_WSB,
    .message_id = turn->message_id,
    .environment = turn->work->settings->client->environment,
    .entity_type = turn->work->settings->client->entity_indkaldelse,
    .entity_name = (char *) ORIGIN,
    .change_type = CHANGED,
    .external_id = turn->watch->subject,
    .cpr = turn->own.booking->cpr,
    .received_us = clock_now_us (),
    .system_id = -1,
    .organisation_type = -1,
    .hint = -1,
  };
  gboolean is_new = FALSE;

  return inbox_store_add (session, &event, &is_new, error) && write_later (session, data, error);
}

static gboolean
write_down (const Turn *turn, OpWrite write, GError **error)
{
  return dfdg_pump_write (turn->work, write, (gpointer) turn, error);
}

static gboolean
load_own (Turn *turn, GError **error)
{
  StoreSession *session = turn->work->session;
  gboolean ok;

  if (!store_begin (session, STORE_READ, error))
    return FALSE;
  ok = indkaldelse_load_own (session, turn->work->tenant_id, turn->watch->subject, &turn->own,
                             error) &&
       outbox_store_is_waiting (session, turn->work->tenant_id, turn->watch->subject,
                                &turn->is_waiting, error);
  store_rollback (session);
  return ok;
}

static gboolean
put_off (Turn *turn, gint64 wait_us, const char *reason, GError **error)
{
  turn->not_before_us = clock_now_us () + wait_us;
  turn->reason = g_strdup (reason);
  return write_down (turn, write_later, error);
}

/* @reason: (transfer full) */
static gboolean
flag (Turn *turn, char *reason, GError **error)
{
  turn->reason = reason;
  if (!write_down (turn, write_flag, error))
    return FALSE;
  turn->result->n_parked++;
  planner_log_event (PLANNER_LOG_WARNING, "dfdg-echo-lost", "request", turn->work->call_id,
                     "tenant", turn->work->settings->client->tenant, "booking",
                     turn->watch->subject, NULL);
  return TRUE;
}

/* @theirs: (nullable): what DFDG has */
static gboolean
judge (Turn *turn, const DfdgIndkaldelse *theirs, GError **error)
{
  char guid[IDS_GUID_LENGTH + 1];
  g_autofree char *names = NULL;
  g_autofree char *reason = NULL;
  gboolean is_cancelled = turn->own.booking->state == BOOKING_CANCELLED;

  if (theirs == NULL && !is_cancelled)
    return flag (turn, g_strdup (ABSENT), error);
  names = theirs == NULL ? g_strdup ("") : indkaldelse_dup_differences (turn->own.record, theirs);
  if (*names == '\0')
    {
      turn->result->n_done++;
      return write_down (turn, write_clear, error);
    }
  /* What DFDG has is from before it asked us: it has forgotten the change, and which of the two holds a person must say.
   * So too when the same difference is there a second time: what told of it has been applied or passed over. */
  reason = g_strconcat (OTHER, names, NULL);
  if (theirs->changed_us < turn->watch->added_us || g_strcmp0 (reason, turn->watch->reason) == 0)
    return flag (turn, g_steal_pointer (&reason), error);
  turn->result->n_done++;
  turn->not_before_us = clock_now_us () + limit_us (turn->work->settings);
  turn->reason = g_steal_pointer (&reason);
  ids_new_guid (guid);
  turn->message_id = g_strconcat (OF_ECHO, guid, NULL);
  return write_down (turn, write_message, error);
}

/* No answer, or one that cannot be read. FALSE: the lane ends. */
static gboolean
take_failure (Turn *turn, GError *failure, GError **error)
{
  gint64 wait_us = dfdg_pump_backoff_us (turn->watch->attempts + 1, 0);
  gboolean is_down = g_error_matches (failure, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE) ||
                     g_error_matches (failure, PLANNER_ERROR, PLANNER_ERROR_ACCESS_DENIED);

  if (!is_down && !g_error_matches (failure, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID))
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  turn->result->ending = is_down ? DFDG_ENDED_DOWN : DFDG_ENDED_LATER;
  if (!put_off (turn, wait_us, failure->message, error))
    {
      g_error_free (failure);
      return FALSE;
    }
  g_error_free (failure);
  return turn->result->ending == DFDG_ENDED_LATER;
}

static gboolean
ask (Turn *turn, DfdgClient *client, GError **error)
{
  g_autoptr (DfdgIndkaldelse) theirs = NULL;
  GError *failure = NULL;

  turn->result->n_calls++;
  if (!indkaldelse_get (client, turn->watch->subject, &theirs, turn->work->cancellable, &failure))
    return take_failure (turn, failure, error);
  return judge (turn, theirs, error);
}

static gboolean
is_due (const DfdgPumpWork *work, const EchoWatch *watch)
{
  gint64 now_us = clock_now_us ();

  return !watch->is_flagged && watch->not_before_us <= now_us &&
         watch->added_us + limit_us (work->settings) <= now_us;
}

/* FALSE: the lane ends. */
static gboolean
take_turn (const DfdgPumpWork *work,
           DfdgPumpResult *result,
           DfdgClient *client,
           const EchoWatch *watch,
           GError **error)
{
  g_auto (Turn) turn = { .work = work, .result = result, .watch = watch };

  if (g_cancellable_set_error_if_cancelled (work->cancellable, error) || !load_own (&turn, error))
    return FALSE;
  if (turn.own.booking == NULL)
    {
      turn.reason = g_strdup (IS_GONE);
      return write_down (&turn, write_clear, error);
    }
  if (turn.is_waiting)
    return put_off (&turn, UNSENT_US, ASKED, error);
  return ask (&turn, client, error);
}

/* PumpKind.work. */
static void
work_lane (const DfdgPumpWork *work, DfdgPumpResult *out_result)
{
  g_autoptr (DfdgClient) client = dfdg_client_take (work->settings);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) watches =
    echo_store_list (work->session, work->tenant_id, work->lane_id, MAX_WATCHES, &error);

  *out_result = (DfdgPumpResult){ .ending = DFDG_ENDED_DONE };
  for (guint i = 0; watches != NULL && i < watches->len; i++)
    if (is_due (work, watches->pdata[i]) &&
        !take_turn (work, out_result, client, watches->pdata[i], &error))
      break;
  if (error == NULL)
    return;
  out_result->ending =
    g_cancellable_is_cancelled (work->cancellable) ? DFDG_ENDED_CANCELLED : DFDG_ENDED_LOCAL;
  if (out_result->ending == DFDG_ENDED_LOCAL)
    g_message ("echoes could not be asked for: %s", error->message);
}

const DfdgPumpKind echo_pump_kind = { "echo", list_lanes, work_lane };
