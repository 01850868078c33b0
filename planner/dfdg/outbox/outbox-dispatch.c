/* SPDX-License-Identifier: EUPL-1.2 */
/* One lane: reads the booking fresh, calls, and writes down what became of it. Decision 0026 says why it may stop anywhere. */
#include "dfdg/outbox/outbox-dispatch.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/period.h"
#include "dfdg/outbox/dfdg-switch.h"
#include "dfdg/outbox/outbox-agenda.h"
#include "dfdg/services/indkaldelse-client.h"
#include "dfdg/services/indkaldelse-load.h"
#include "dfdg/services/indkaldelse-look.h"
#include "planner-log.h"
#include "store/citizen-store.h"
#include "store/echo-store.h"
#include "store/evidence-store.h"

#define USER_CASEWORKER 2
#define GONE            "the booking is gone"
#define WITH_LATER      "told together with a later change"
#define ABSENT_THERE    "DFDG does not have the booking"
#define CANCELLED       "DFDG has called the booking off"
#define ON_THE_WAY      "a registration may still be on its way"
#define ECHO_IS_TO_BE   "DFDG has asked for the booking a moment ago"
/* A call that got no answer may be carried out so many times its longest duration afterwards. */
#define ON_ITS_WAY 2
/* How long the echo of what DFDG asked for a moment ago is given before it is asked again. */
#define ECHO_US (30 * PERIOD_US_PER_S)
/* What others did to a booking is applied first; how often it is looked whether it was, and how long that is waited for. */
#define OTHERS        "waits for what DFDG has told of the booking"
#define OTHERS_US     (PERIOD_US_PER_S)
#define OTHERS_END_US (10 * PERIOD_US_PER_MINUTE)
/* Another system's change that nobody has told of yet: its message is given 1 + 3 + … + 31 seconds to come, and a reading side
 * that is behind the time to catch up. */
#define UNSEEN    "waits: DFDG holds a change of the booking that it has not told of yet"
#define MAX_LOOKS 5
/* How often it is looked while the citizen's messages have not. */
#define LOOK_US (30 * PERIOD_US_PER_S)
/* Of a citizen's waiting rows that are read for each booking's turn, beside all of the booking. */
#define MAX_ROWS 100
/* Calls and readings for one booking at a time: beyond it something turns in a circle. */
#define MAX_TURNS 6

/* A lane under way. @postponed: bookings that DFDG refused while others of the citizen waited. */
typedef struct
{
  const DfdgPumpWork *work;
  DfdgPumpResult *result;
  DfdgClient *client;
  GHashTable *postponed;
  gboolean is_last_round;
} Run;

/* One booking's turn. @retry_after_s, @is_down, @is_clash, @reason: of the last answer. */
typedef struct
{
  Run *run;
  GPtrArray *lane;
  char *subject;
  IndkaldelseOwn own;
  OutboxPlan plan;
  OutboxDo next;
  char request_id[IDS_GUID_LENGTH + 1]; /* renewed; empty: the row's own */
  gboolean is_clash;
  gboolean is_down;
  gboolean has_echo;    /* that is to come */
  gboolean has_others;  /* messages of other systems' changes */
  gboolean is_outdated; /* what was refused is not what there is now */
  gboolean is_unseen;   /* a change of another system that nobody has told of */
  IndkaldelseLook look;
  char *version; /* (nullable): that DFDG has given what it was told, or has it under */
  gint64 retry_after_s;
  gint64 wait_us; /* until what may still come has come; 0: by the number of tries */
  char *actor;    /* (nullable): who changed the booking last, by the name of caller or account */
  char *reason;
} Turn;

static void
turn_clear (Turn *turn)
{
  g_clear_pointer (&turn->lane, g_ptr_array_unref);
  indkaldelse_own_clear (&turn->own);
  g_free (turn->subject);
  g_free (turn->actor);
  g_free (turn->reason);
  indkaldelse_look_clear (&turn->look);
  g_free (turn->version);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Turn, turn_clear)

static void
set_reason (Turn *turn, const char *reason)
{
  g_free (turn->reason);
  turn->reason = g_strdup (reason);
}

/* PumpKind.list. */
static gboolean
list_lanes (StoreSession *session,
            const DfdgPumpQuestion *question,
            GArray *out_lanes,
            gint64 *out_next_us,
            GError **error)
{
  OutboxQuestion outbox = { question->tenant_id, question->now_us, question->limit };

  if (dfdg_settings_get_url (question->settings, DFDG_SERVICE_INDKALDELSE) == NULL)
    {
      *out_next_us = 0;
      return TRUE;
    }
  return dfdg_switch_on (question->service, session, question->settings, question->tenant_id,
                         error) &&
         outbox_store_list_due (session, &outbox, out_lanes, out_next_us, error);
}

/* OpWrite: before a call. An update in place of a registration is one from here on: refused, it is no registration again. */
static gboolean
write_try (StoreSession *session, gpointer data, GError **error)
{
  const Turn *turn = data;
  gint64 id = turn->plan.item->outbox_id;

  return (turn->next != OUTBOX_DO_UPDATE || outbox_store_set_registered (session, id, error)) &&
         (*turn->request_id == '\0' || outbox_store_renew (session, id, turn->request_id, error)) &&
         outbox_store_try (session, id, clock_now_us (), error);
}

/* DFDG may have changed the booking itself while our call was under way, and our call may have undone that: what the
 * booking is now is told once more, unless a row of our own says so already. */
static gboolean
tell_again (StoreSession *session, const Turn *turn, GError **error)
{
  const Booking *told = turn->own.booking;
  g_autoptr (Booking) now = booking_store_load (session, told->booking_id, error);
  char request_id[IDS_GUID_LENGTH + 1];
  OutboxRow row = { .tenant_id = told->tenant_id,
                    .citizen_id = told->citizen_id,
                    .kind = "update",
                    .subject = turn->subject,
                    .request_id = request_id,
                    .payload = "{}",
                    .added_us = clock_now_us () };
  gboolean has_unsent = FALSE;

  if (now == NULL ||
      !outbox_store_has_unsent (session, told->tenant_id, turn->subject, &has_unsent, error))
    return FALSE;
  if (now->revision == told->revision || now->state == BOOKING_CANCELLED || has_unsent)
    return TRUE;
  ids_new_guid (request_id);
  row.revision = now->revision;
  row.citizen_id = now->citizen_id;
  return evidence_store_add_outbox (session, &row, error);
}

static gboolean
write_knowledge (StoreSession *session, const Turn *turn, GError **error)
{
  const Booking *told = turn->own.booking;

  return echo_store_clear (session, told->tenant_id, turn->subject, told->revision, error) &&
         (turn->plan.call == OUTBOX_DO_DELETE ||
          (truth_store_put_caused (session, told->tenant_id, told->booking_id, turn->version,
                                   clock_now_us (), error) &&
           tell_again (session, turn, error)));
}

/* OpWrite: all waiting rows that the call spoke for. */
static gboolean
write_end (StoreSession *session, gpointer data, GError **error)
{
  const Turn *turn = data;
  OutboxState state = turn->next == OUTBOX_DO_DONE ? OUTBOX_SENT : OUTBOX_DROPPED;

  for (guint i = 0; i < turn->lane->len; i++)
    {
      const OutboxItem *item = turn->lane->pdata[i];
      const char *reason = turn->reason;

      if (!g_str_equal (item->subject, turn->subject))
        continue;
      if (state == OUTBOX_SENT)
        reason = item == turn->plan.item ? NULL : WITH_LATER;
      if (!outbox_store_finish (session, item->outbox_id, state, reason, error))
        return FALSE;
    }
  return state == OUTBOX_DROPPED || write_knowledge (session, turn, error);
}

/* Whether the booking or its citizen's number is another one by now than what DFDG was told. */
static gboolean
has_moved_on (StoreSession *session, const Turn *turn, gboolean *out_has, GError **error)
{
  const Booking *told = turn->own.booking;
  GError *local_error = NULL;
  g_autoptr (Booking) now =
    booking_store_find (session, told->tenant_id, turn->subject, &local_error);

  *out_has = now != NULL && (now->revision != told->revision || !g_str_equal (now->cpr, told->cpr));
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, local_error);
  return FALSE;
}

/* OpWrite: unless something else than what DFDG refused is to be told by now. */
static gboolean
write_refusal (StoreSession *session, gpointer data, GError **error)
{
  Turn *turn = data;

  if (!has_moved_on (session, turn, &turn->is_outdated, error))
    return FALSE;
  return turn->is_outdated || outbox_store_refuse (session, turn->plan.item, turn->reason, error);
}

/* Each look counts; after the last the citizen's messages are told to look themselves. */
static gboolean
write_doubt (StoreSession *session, const Turn *turn, GError **error)
{
  const OutboxItem *item = turn->plan.item;

  return store_run (session, error, SQL_OUTBOX_DOUBT, "i", item->outbox_id) &&
         (item->attempts + 1 < MAX_LOOKS || turn->look.was_asked ||
          indkaldelse_look_ask (session, turn->run->work->settings, turn->own.booking, item,
                                error));
}

/* OpWrite: the lane's first row says when the lane is tried again. */
static gboolean
write_later (StoreSession *session, gpointer data, GError **error)
{
  const Turn *turn = data;
  const OutboxItem *first = turn->lane->pdata[0];
  gint64 wait_us = turn->wait_us != 0
                     ? turn->wait_us
                     : dfdg_pump_backoff_us (turn->plan.item->attempts + 1, turn->retry_after_s);

  return (!turn->is_unseen || write_doubt (session, turn, error)) &&
         outbox_store_put_off (session, first->outbox_id, clock_now_us () + wait_us, turn->reason,
                               error);
}

static gboolean
write_down (const Turn *turn, OpWrite write, GError **error)
{
  return dfdg_pump_write (turn->run->work, write, (gpointer) turn, error);
}

static gboolean
find_echo (StoreSession *session, Turn *turn, GError **error)
{
  GError *local_error = NULL;
  g_autoptr (EchoWatch) watch =
    echo_store_find (session, turn->run->work->tenant_id, turn->subject, &local_error);

  turn->has_echo = watch != NULL && !watch->is_flagged;
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, local_error);
  return FALSE;
}

static gboolean
find_others (StoreSession *session, Turn *turn, GError **error)
{
  const DfdgPumpWork *work = turn->run->work;
  g_auto (StoreQuery) query = { 0 };

  if (work->settings->client->system < 0)
    return TRUE;
  if (!store_query (session, &query, error, SQL_DFDG_EVENT_HAS_FOREIGN, "isii", work->tenant_id,
                    turn->subject, clock_now_us () - OTHERS_END_US,
                    work->settings->client->system) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  turn->has_others = store_int (&query, 0) != 0;
  return TRUE;
}

/* What others than DFDG and this program itself did is in the journal, with who it was. */
static gboolean
find_actor (StoreSession *session, Turn *turn, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_OUTBOX_ACTOR, "is", turn->run->work->tenant_id,
                    turn->subject))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_ROW)
    turn->actor = citizen_dup_masked (store_text (&query, 0));
  return step != STORE_FAILED;
}

/* Of the row whose request id the call will have. */
static gboolean
find_look (StoreSession *session, Turn *turn, const OutboxItem *item, GError **error)
{
  return turn->own.booking == NULL ||
         indkaldelse_look_load (session, turn->own.booking, item, &turn->look, error);
}

/* Rows, booking and watch as they stand together. @turn->subject stays NULL when nothing is to be done. */
static gboolean
read_turn (StoreSession *session, Turn *turn, GError **error)
{
  const DfdgPumpWork *work = turn->run->work;
  const OutboxItem *item;

  turn->lane = outbox_store_list_lane (session, work->tenant_id, work->lane_id, MAX_ROWS, error);
  if (turn->lane == NULL)
    return FALSE;
  item = outbox_find_next (turn->lane, turn->run->postponed);
  if (item == NULL)
    return TRUE;
  turn->subject = g_strdup (item->subject);
  return outbox_store_complete_lane (session, turn->lane, turn->subject, error) &&
         indkaldelse_load_own (session, work->tenant_id, turn->subject, &turn->own, error) &&
         find_echo (session, turn, error) && find_others (session, turn, error) &&
         find_actor (session, turn, error) && find_look (session, turn, item, error);
}

static gboolean
load_turn (Turn *turn, GError **error)
{
  StoreSession *session = turn->run->work->session;
  gboolean ok;

  if (!store_begin (session, STORE_READ, error))
    return FALSE;
  ok = read_turn (session, turn, error);
  store_rollback (session);
  return ok;
}

static void
plan_turn (Turn *turn)
{
  gboolean is_gone = turn->own.booking == NULL;

  outbox_plan (turn->lane, turn->subject, is_gone || turn->own.booking->state == BOOKING_CANCELLED,
               clock_now_us (), &turn->plan);
  if (is_gone)
    turn->plan.call = OUTBOX_DO_DROP;
  set_reason (turn, is_gone ? GONE : turn->plan.reason);
  turn->next =
    turn->plan.reads_first && turn->plan.call != OUTBOX_DO_DROP ? OUTBOX_DO_READ : turn->plan.call;
  if (turn->plan.looks_first && !turn->has_echo && indkaldelse_look_is_possible (&turn->look))
    turn->next = OUTBOX_DO_LOOK;
  if (!turn->has_others || turn->plan.call != OUTBOX_DO_UPDATE)
    return;
  turn->next = OUTBOX_DO_LATER;
  turn->wait_us = OTHERS_US;
  set_reason (turn, OTHERS);
}

/* No answer came, one that another try will not cure, or our own side failed. FALSE: ours. */
static gboolean
take_failure (Turn *turn, GError *failure, GError **error)
{
  if (g_error_matches (failure, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID))
    {
      set_reason (turn, failure->message);
      turn->next = OUTBOX_DO_REFUSE;
      g_error_free (failure);
      return TRUE;
    }
  if (!g_error_matches (failure, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE) &&
      !g_error_matches (failure, PLANNER_ERROR, PLANNER_ERROR_ACCESS_DENIED))
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  set_reason (turn, failure->message);
  turn->next = OUTBOX_DO_LATER;
  turn->is_down = TRUE;
  g_error_free (failure);
  return TRUE;
}

static gboolean
is_of_overload (guint status)
{
  return status == 429 || status == 502 || status == 503 || status == 504;
}

/* What DFDG does not have may still be on its way there: our registration, or what it asked us for itself. How long it is
 * waited for; 0: not at all. */
static gint64
get_wait_us (const Turn *turn, OutboxDo call)
{
  gint64 longest_us =
    ON_ITS_WAY * PERIOD_US_PER_S * turn->run->work->settings->client->total_timeout_s;

  if (call == OUTBOX_DO_DELETE && turn->plan.create_try_us != 0)
    return CLAMP (turn->plan.create_try_us + longest_us - clock_now_us (), 0, longest_us);
  return call == OUTBOX_DO_UPDATE && turn->has_echo ? ECHO_US : 0;
}

static void
wait_if_it_may_come (Turn *turn, OutboxDo call)
{
  turn->wait_us = get_wait_us (turn, call);
  if (turn->wait_us == 0)
    return;
  turn->next = OUTBOX_DO_LATER;
  set_reason (turn, call == OUTBOX_DO_DELETE ? ON_THE_WAY : ECHO_IS_TO_BE);
}

static void
set_version (Turn *turn, const char *version)
{
  g_free (turn->version);
  turn->version = g_strdup (version);
}

static void
take_answer (Turn *turn, OutboxDo call, const DfdgAnswer *answer)
{
  g_autoptr (GError) said = NULL;
  g_autofree char *version = indkaldelse_dup_version (answer);

  set_version (turn, version);
  turn->next = outbox_judge_answer (call, answer->verdict);
  turn->is_clash = answer->verdict == DFDG_CLASH;
  turn->is_down = answer->is_forbidden || is_of_overload (answer->status);
  turn->retry_after_s = answer->retry_after_s;
  if (answer->verdict != DFDG_DONE)
    dfdg_answer_set_error (answer, outbox_do_to_text (call), &said);
  set_reason (turn, said == NULL ? NULL : said->message);
  if (answer->verdict == DFDG_ABSENT)
    wait_if_it_may_come (turn, call);
}

static gboolean
send_call (Turn *turn, OutboxDo call, DfdgAnswer *answer, GError **error)
{
  Run *run = turn->run;
  const DfdgIndkaldelse *record = turn->own.record;
  GCancellable *cancellable = run->work->cancellable;
  DfdgCallHead head = { .request_id = *turn->request_id != '\0' ? turn->request_id
                                                                : turn->plan.item->request_id,
                        .cpr = turn->own.booking->cpr,
                        .unit_code = record->unit_code,
                        .user_name = turn->actor,
                        .user_type = turn->actor == NULL ? 0 : USER_CASEWORKER,
                        .correlation_id = run->work->call_id };

  run->result->n_calls++;
  if (call == OUTBOX_DO_CREATE)
    return indkaldelse_create (run->client, &head, record, answer, cancellable, error);
  if (call == OUTBOX_DO_UPDATE)
    return indkaldelse_update (run->client, &head, record, answer, cancellable, error);
  return indkaldelse_delete (run->client, &head, turn->subject, answer, cancellable, error);
}

/* That it is tried is written down first: whatever happens next, DFDG may have it. */
static gboolean
call_dfdg (Turn *turn, GError **error)
{
  g_auto (DfdgAnswer) answer = { 0 };
  OutboxDo call = turn->next;
  GError *failure = NULL;

  if (!write_down (turn, write_try, error))
    return FALSE;
  if (call == OUTBOX_DO_CREATE)
    turn->plan.create_try_us = clock_now_us ();
  if (!send_call (turn, call, &answer, &failure))
    return take_failure (turn, failure, error);
  take_answer (turn, call, &answer);
  return TRUE;
}

static OutboxReading
compare (Turn *turn, const DfdgIndkaldelse *theirs)
{
  g_autofree char *names = NULL;

  if (theirs == NULL)
    {
      set_reason (turn, ABSENT_THERE);
      return OUTBOX_READ_ABSENT;
    }
  if (theirs->is_cancelled)
    {
      set_reason (turn, CANCELLED);
      return OUTBOX_READ_CANCELLED;
    }
  names = indkaldelse_dup_differences (turn->own.record, theirs);
  if (*names == '\0')
    return OUTBOX_READ_EQUAL;
  if (turn->reason == NULL)
    turn->reason = g_strconcat ("DFDG has other values: ", names, NULL);
  return OUTBOX_READ_OTHER;
}

/* Asks DFDG how it stands. A call that follows is another one than before. */
static gboolean
read_dfdg (Turn *turn, GError **error)
{
  g_autoptr (DfdgIndkaldelse) theirs = NULL;
  GError *failure = NULL;
  OutboxReading reading;

  turn->run->result->n_calls++;
  if (!indkaldelse_get (turn->run->client, turn->subject, &theirs, turn->run->work->cancellable,
                        &failure))
    return take_failure (turn, failure, error);
  reading = compare (turn, theirs);
  set_version (turn, theirs == NULL ? NULL : theirs->version);
  turn->next = outbox_judge_reading (turn->plan.call, turn->is_clash, reading);
  if (reading == OUTBOX_READ_ABSENT)
    wait_if_it_may_come (turn, turn->plan.call);
  ids_new_guid (turn->request_id);
  return TRUE;
}

/* An update has no condition: what another system has done there meanwhile would be undone, and nobody would hear of it.
 * What the citizen's messages have looked at is as it is to be. */
static void
judge_look (Turn *turn, const DfdgIndkaldelse *theirs)
{
  g_autofree char *names = NULL;

  turn->next = OUTBOX_DO_UPDATE;
  if (theirs == NULL || theirs->is_cancelled || !indkaldelse_look_is_unseen (&turn->look, theirs))
    return;
  set_version (turn, theirs->version);
  names = indkaldelse_dup_differences (turn->own.record, theirs);
  turn->is_unseen = *names != '\0' && (!turn->look.was_asked || turn->look.is_asked);
  if (turn->is_unseen)
    {
      turn->next = OUTBOX_DO_LATER;
      turn->wait_us = turn->look.was_asked ? LOOK_US : 0;
      set_reason (turn, UNSEEN);
    }
  else if (*names == '\0')
    turn->next = OUTBOX_DO_DONE;
}

static gboolean
look_at_dfdg (Turn *turn, GError **error)
{
  g_autoptr (DfdgIndkaldelse) theirs = NULL;
  GError *failure = NULL;

  turn->run->result->n_calls++;
  if (!indkaldelse_get (turn->run->client, turn->subject, &theirs, turn->run->work->cancellable,
                        &failure))
    return take_failure (turn, failure, error);
  judge_look (turn, theirs);
  return TRUE;
}

static gboolean
take_step (Turn *turn, GError **error)
{
  if (turn->next == OUTBOX_DO_LOOK)
    return look_at_dfdg (turn, error);
  return turn->next == OUTBOX_DO_READ ? read_dfdg (turn, error) : call_dfdg (turn, error);
}

/* Calls and readings until one of them says what becomes of the rows. */
static gboolean
settle (Turn *turn, GError **error)
{
  for (guint i = 0; turn->next >= OUTBOX_DO_LOOK; i++)
    {
      if (i == MAX_TURNS)
        {
          turn->next = OUTBOX_DO_LATER;
          break;
        }
      if (!take_step (turn, error))
        return FALSE;
    }
  return TRUE;
}

/* Codes and words of ours; DFDG's text stands in the database alone. */
static void
log_refusal (const Turn *turn)
{
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, turn->plan.item->outbox_id);

  planner_log_event (PLANNER_LOG_WARNING, "dfdg-refused", "request", turn->run->work->call_id,
                     "tenant", turn->run->work->settings->client->tenant, "outbox", id, "operation",
                     outbox_do_to_text (turn->plan.call), NULL);
}

/* The order of the citizen's changes may have been what DFDG minded: the others first, then once more. */
static gboolean
refuse (Turn *turn, GError **error)
{
  Run *run = turn->run;

  if (!run->is_last_round && outbox_has_others (turn->lane, turn->subject, run->postponed))
    {
      g_hash_table_add (run->postponed, g_strdup (turn->subject));
      return TRUE;
    }
  if (!write_down (turn, write_refusal, error))
    return FALSE;
  if (turn->is_outdated)
    return TRUE;
  run->result->n_parked++;
  log_refusal (turn);
  return TRUE;
}

/* TRUE: the lane goes on. */
static gboolean
end_turn (Turn *turn, GError **error)
{
  DfdgPumpResult *result = turn->run->result;

  switch (turn->next)
    {
    case OUTBOX_DO_DONE:
    case OUTBOX_DO_DROP:
      if (!write_down (turn, write_end, error))
        return FALSE;
      result->n_done++;
      return TRUE;
    case OUTBOX_DO_REFUSE:
      return refuse (turn, error);
    case OUTBOX_DO_LATER:
    case OUTBOX_DO_LOOK:
    case OUTBOX_DO_READ:
    case OUTBOX_DO_CREATE:
    case OUTBOX_DO_UPDATE:
    case OUTBOX_DO_DELETE:
    default:
      result->ending = turn->is_down ? DFDG_ENDED_DOWN : DFDG_ENDED_LATER;
      return write_down (turn, write_later, error) && FALSE;
    }
}

/* What was postponed gets its second turn when nothing else waits. */
static gboolean
begin_last_round (Run *run)
{
  if (run->is_last_round || g_hash_table_size (run->postponed) == 0)
    return FALSE;
  run->is_last_round = TRUE;
  g_hash_table_remove_all (run->postponed);
  return TRUE;
}

/* TRUE: the lane goes on. */
static gboolean
take_turn (Run *run, GError **error)
{
  g_auto (Turn) turn = { .run = run };

  if (g_cancellable_set_error_if_cancelled (run->work->cancellable, error) ||
      !load_turn (&turn, error))
    return FALSE;
  if (turn.subject == NULL)
    return begin_last_round (run);
  if (((OutboxItem *) turn.lane->pdata[0])->not_before_us > clock_now_us ())
    {
      run->result->ending = DFDG_ENDED_LATER;
      return FALSE;
    }
  plan_turn (&turn);
  return settle (&turn, error) && end_turn (&turn, error);
}

/* PumpKind.work. */
static void
work_lane (const DfdgPumpWork *work, DfdgPumpResult *out_result)
{
  g_autoptr (DfdgClient) client = dfdg_client_take (work->settings);
  g_autoptr (GHashTable) postponed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) error = NULL;
  Run run = { .work = work, .result = out_result, .client = client, .postponed = postponed };

  *out_result = (DfdgPumpResult){ .ending = DFDG_ENDED_DONE };
  while (take_turn (&run, &error))
    continue;
  if (error == NULL)
    return;
  if (g_cancellable_is_cancelled (work->cancellable))
    {
      out_result->ending = DFDG_ENDED_CANCELLED;
      return;
    }
  out_result->ending = DFDG_ENDED_LOCAL;
  g_message ("what waits for DFDG could not be worked: %s", error->message);
}

const DfdgPumpKind outbox_pump_kind = { "outbox", list_lanes, work_lane };
