/* SPDX-License-Identifier: EUPL-1.2 */
/* Goes through a lane; what fails for now stops it, what cannot go well is parked, and the rest goes on. */
#include "dfdg/inbox/inbox-apply.h"

#include "base/clock.h"
#include "base/error.h"
#include "dfdg/inbox/inbox-apply-citizen.h"
#include "ops/booking/record-door.h"
#include "store/citizen-store.h"

#define LONGEST_DELAY_S 10800
/* DFDG's published curve: 1, 3, 7, 15 … seconds, three hours at most. */
#define MAX_DOUBLINGS 13
/* An answer that is refused or no JSON may be a bad moment; over four minutes it is not. */
#define MAX_BROKEN 7
#define OUTCOME    "done"
#define AGAIN      "again: DFDG may not show yet what it told of"

/* clang-format off */
const DfdgEventRow dfdg_event_rows[DFDG_N_ENTITIES] = {
  [DFDG_ENTITY_INDKALDELSE]     = { "indkaldelse", inbox_apply_indkaldelse, DFDG_SERVICE_INDKALDELSE },
  [DFDG_ENTITY_FRIST]           = { "frist", inbox_apply_frist, DFDG_SERVICE_FRIST },
  [DFDG_ENTITY_CONTACT_GROUP]   = { "contact-group", inbox_apply_contact_group, DFDG_SERVICE_VISITERING },
  [DFDG_ENTITY_FUND_MEMBERSHIP] = { "fund-membership", inbox_apply_fund_membership, DFDG_SERVICE_INDKALDELSE },
  [DFDG_ENTITY_PERSON_CATEGORY] = { "person-category", inbox_apply_person_category, DFDG_SERVICE_VISITERING },
  [DFDG_ENTITY_CPR_CHANGE]      = { "cpr-change", inbox_apply_cpr_change, DFDG_SERVICE_INDKALDELSE },
};
/* clang-format on */

/**
 * dfdg_event_is_taken:
 *
 * Returns: whether somebody applies messages of that type. Any thread.
 */
gboolean
dfdg_event_is_taken (const DfdgEntityIds *ids, gint64 entity_type)
{
  DfdgEntity entity = dfdg_entity_of (ids, entity_type);

  return entity != DFDG_ENTITY_UNKNOWN && dfdg_event_rows[entity].apply != NULL;
}

/**
 * dfdg_backoff_us:
 * @attempts: so far
 *
 * Returns: how long to wait for the next. Source: dossier 4.2.
 */
gint64
dfdg_backoff_us (gint64 attempts)
{
  gint64 delay_s = (G_GINT64_CONSTANT (1) << (CLAMP (attempts, 0, MAX_DOUBLINGS) + 1)) - 1;

  return MIN (delay_s, LONGEST_DELAY_S) * G_USEC_PER_SEC;
}

static gboolean
is_same_thing (const DfdgEvent *a, const DfdgEvent *b)
{
  return a->entity_type == b->entity_type && a->external_id != NULL &&
         g_strcmp0 (a->external_id, b->external_id) == 0;
}

/**
 * dfdg_lane_cover:
 *
 * The lane's later messages about the thing at hand are done with it: what DFDG is asked from now on knows of them all.
 */
void
dfdg_lane_cover (DfdgLane *lane)
{
  const DfdgEvent *event = lane->events->pdata[lane->at];

  for (guint i = lane->at + 1; i < lane->events->len; i++)
    {
      const DfdgEvent *later = lane->events->pdata[i];

      if (later->state == DFDG_EVENT_NEW && is_same_thing (event, later))
        g_array_append_val (lane->covered, later->event_id);
    }
}

typedef struct
{
  DfdgLane *lane;
  DfdgLaneWrite write;
  gpointer data;
} Step;

static gboolean
set_done (const DfdgLane *lane, OpCall *call, const char *outcome, GError **error)
{
  const DfdgEvent *event = lane->events->pdata[lane->at];

  if (!inbox_store_set_done (call->session, event->event_id, outcome, call->now_us, error))
    return FALSE;
  for (guint i = 0; i < lane->covered->len; i++)
    if (!inbox_store_set_done (call->session, g_array_index (lane->covered, gint64, i), outcome,
                               call->now_us, error))
      return FALSE;
  return TRUE;
}

static gboolean
set_again (const DfdgLane *lane, OpCall *call, GError **error)
{
  const DfdgEvent *event = lane->events->pdata[lane->at];

  return inbox_store_set_later (call->session, event,
                                call->now_us + dfdg_backoff_us (event->attempts), AGAIN, error);
}

static gboolean
run_write (OpCall *call, gpointer data, GError **error)
{
  const Step *step = data;
  const char *outcome = OUTCOME;
  OpCaller caller;

  if (!record_door_open (call, &caller, step->lane->tenant_key, step->lane->call_id, error) ||
      (step->write != NULL && !step->write (call, step->data, &outcome, error)))
    return FALSE;
  step->lane->is_again = outcome == DFDG_LANE_AGAIN;
  return step->lane->is_again ? set_again (step->lane, call, error)
                              : set_done (step->lane, call, outcome, error);
}

/**
 * dfdg_lane_write:
 * @write: (nullable): NULL: the message is done with nothing to write
 *
 * Commits what follows from the message at hand together with the fact that it is done. Waiting thread; blocks.
 */
gboolean
dfdg_lane_write (DfdgLane *lane, DfdgLaneWrite write, gpointer data, GError **error)
{
  Step step = { lane, write, data };

  return lane->run_step (lane->runner, run_write, &step, error);
}

static void
mark_covered (DfdgLane *lane)
{
  for (guint i = lane->at; i < lane->events->len; i++)
    {
      DfdgEvent *event = lane->events->pdata[i];

      for (guint j = 0; j < lane->covered->len; j++)
        if (g_array_index (lane->covered, gint64, j) == event->event_id)
          event->state = DFDG_EVENT_DONE;
    }
}

/* What becomes of a message that failed: nothing else is written with it. */
typedef struct
{
  const DfdgEvent *event;
  const char *reason;
  gboolean is_later;
} Verdict;

static gboolean
run_verdict (OpCall *call, gpointer data, GError **error)
{
  const Verdict *verdict = data;
  const DfdgEvent *event = verdict->event;

  if (!verdict->is_later)
    return inbox_store_park (call->session, event->event_id, verdict->reason, error);
  return inbox_store_set_later (
    call->session, event, call->now_us + dfdg_backoff_us (event->attempts), verdict->reason, error);
}

static DfdgService
service_of (const DfdgLane *lane, const DfdgEvent *event)
{
  DfdgEntity entity = dfdg_entity_of (lane->entities, event->entity_type);

  return entity == DFDG_ENTITY_UNKNOWN ? DFDG_SERVICE_INDKALDELSE : dfdg_event_rows[entity].service;
}

/* While nobody is let in, it is our certificate or our rights, and no message is to blame. When others have been since
 * this one was tried last, it is. */
static gboolean
is_everybodys (const DfdgLane *lane, const DfdgEvent *event)
{
  gint64 tried_us = event->not_before_us - dfdg_backoff_us (event->attempts - 1);

  return event->attempts < MAX_BROKEN ||
         !lane->truth->has_answered (lane->truth_data, service_of (lane, event), tried_us);
}

static gboolean
is_passing (const DfdgLane *lane, const DfdgEvent *event, const GError *problem)
{
  if (problem->domain != PLANNER_ERROR)
    return FALSE;
  switch (problem->code)
    {
    case PLANNER_ERROR_UNAVAILABLE:
    case PLANNER_ERROR_BUSY:
    case PLANNER_ERROR_CONFLICT:
      return TRUE;
    case PLANNER_ERROR_ACCESS_DENIED:
      return is_everybodys (lane, event);
    case PLANNER_ERROR_MALFORMED:
      return event->attempts < MAX_BROKEN;
    default:
      return FALSE;
    }
}

static gboolean
put_aside (DfdgLane *lane, const GError *problem, DfdgLaneReport *report, GError **error)
{
  DfdgEvent *event = lane->events->pdata[lane->at];
  g_autofree char *reason = citizen_dup_masked (problem->message);
  Verdict verdict = { event, reason, is_passing (lane, event, problem) };

  if (!lane->run_step (lane->runner, run_verdict, &verdict, error))
    return FALSE;
  report->is_later = verdict.is_later;
  report->is_down = service_of (lane, event) == DFDG_SERVICE_INDKALDELSE &&
                    (g_error_matches (problem, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE) ||
                     g_error_matches (problem, PLANNER_ERROR, PLANNER_ERROR_ACCESS_DENIED));
  if (verdict.is_later)
    return TRUE;
  event->state = DFDG_EVENT_PARKED;
  report->n_parked++;
  return TRUE;
}

static gboolean
apply_one (DfdgLane *lane, DfdgLaneReport *report, GError **error)
{
  DfdgEvent *event = lane->events->pdata[lane->at];
  DfdgEntity entity = dfdg_entity_of (lane->entities, event->entity_type);
  g_autoptr (GError) problem = NULL;

  if (entity == DFDG_ENTITY_UNKNOWN || dfdg_event_rows[entity].apply == NULL)
    g_set_error_literal (&problem, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                         "unknown-type: nobody here takes messages of this type");
  else if (dfdg_event_rows[entity].apply (lane, event, &problem))
    {
      report->is_later = lane->is_again;
      if (lane->is_again)
        return TRUE;
      event->state = DFDG_EVENT_DONE;
      mark_covered (lane);
      report->n_done += 1 + lane->covered->len;
      return TRUE;
    }
  if (lane->cancellable == NULL || !g_cancellable_is_cancelled (lane->cancellable))
    return put_aside (lane, problem, report, error);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/**
 * dfdg_lane_run:
 * @lane: its @events are loaded
 *
 * Applies them in order until one must wait. May be run again over the same messages: what is done is not done twice.
 * Waiting thread; blocks.
 *
 * Errors: our own side's: a write that could not be made; nothing of the message at hand was written then.
 */
gboolean
dfdg_lane_run (DfdgLane *lane, DfdgLaneReport *out_report, GError **error)
{
  g_autoptr (GArray) covered = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean ok = TRUE;

  *out_report = (DfdgLaneReport){ 0 };
  lane->covered = covered;
  for (lane->at = 0; ok && !out_report->is_later && lane->at < lane->events->len; lane->at++)
    {
      const DfdgEvent *event = lane->events->pdata[lane->at];

      g_array_set_size (covered, 0);
      lane->is_again = FALSE;
      if (event->state == DFDG_EVENT_NEW)
        ok = apply_one (lane, out_report, error);
    }
  lane->covered = NULL;
  return ok;
}
