/* SPDX-License-Identifier: EUPL-1.2 */
/* A thin message about a summons: the truth is asked for, held against what we have, and applied by the one door. */
#include <string.h>

#include "base/error.h"
#include "dfdg/inbox/inbox-apply.h"
#include "dfdg/inbox/truth-weigh.h"
#include "dfdg/services/indkaldelse-json.h"
#include "dfdg/services/indkaldelse-load.h"
#include "dfdg/services/indkaldelse-look.h"
#include "dfdg/services/indkaldelse-record.h"
#include "ops/booking/booking-details.h"
#include "ops/booking/record-door.h"
#include "store/citizen-store.h"
#include "store/echo-store.h"
#include "store/outbox-store.h"
#include "store/truth-store.h"

#define FUND_SERVICE "GetAkasseIndkaldelseVersion1"
#define OVERTAKEN    "overtaken: another system has changed the booking at DFDG before it was told"
/* 1 + 3 + … + 255 seconds: DFDG does not show what it told of. */
#define MAX_ABSENT 8
/* Who dates a message need not be who dates a summons, and either may drop fractions of a second. */
#define CLOCKS_US (5 * G_USEC_PER_SEC)

/**
 * Work:
 * @record: (nullable): the truth; NULL: DFDG has none
 * @deleted_us: when the last message of the thing's end happened; 0: none of those at hand
 * @is_told: DFDG sent one of the messages at hand; @told_us: when the last of them happened, 0: none says; @told_version:
 *   (nullable): that it names
 * @has_learned: the read showed authorities that were not known
 * @booking: ours, read anew by each run of the write
 */
typedef struct
{
  DfdgLane *lane;
  const DfdgEvent *event;
  DfdgIndkaldelse *record;
  gboolean is_deleted;
  gint64 deleted_us;
  gboolean is_told;
  gint64 told_us;
  const char *told_version;
  gboolean has_learned;
  Booking *booking;
} Work;

static void
work_clear (Work *work)
{
  g_clear_pointer (&work->record, indkaldelse_free);
  g_clear_pointer (&work->booking, booking_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
fail (GError **error, PlannerError code, const char *why)
{
  g_set_error_literal (error, PLANNER_ERROR, (gint) code, why);
  return FALSE;
}

static gboolean
find_booking (StoreSession *session, const DfdgEvent *event, Booking **out_booking, GError **error)
{
  GError *local_error = NULL;

  *out_booking = booking_store_find (session, event->tenant_id, event->external_id, &local_error);
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, local_error);
  return FALSE;
}

/* Ids stand in journals and addresses as they are. */
static gboolean
check_id (const char *id, GError **error)
{
  if (id == NULL)
    return fail (error, PLANNER_ERROR_NOT_VALID, "no-id: the message names no summons");
  for (const char *c = id; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("-_.:", *c) == NULL)
      return fail (error, PLANNER_ERROR_NOT_VALID,
                   "strange-id: the summons's id is no letters, digits and hyphens");
  return TRUE;
}

static gboolean
keep_mark (const Work *work, OpCall *call, GError **error)
{
  const DfdgIndkaldelse *record = work->record;
  TruthMark mark = { record->version, record->changed_us };

  return truth_store_put (call->session, call->tenant_id, work->booking->booking_id, &mark,
                          call->now_us, error);
}

/* @out_have_changed: untouched when they are as they were. */
static gboolean
keep_participants (const Work *work, OpCall *call, gboolean *out_have_changed, GError **error)
{
  g_autoptr (GPtrArray) wanted = indkaldelse_list_participants (work->record);
  g_autoptr (GPtrArray) held =
    participant_store_list (call->session, work->booking->booking_id, error);

  if (held == NULL)
    return FALSE;
  if (participant_list_is_equal (held, wanted))
    return TRUE;
  *out_have_changed = TRUE;
  return participant_store_set (call->session, call->tenant_id, work->booking->booking_id, wanted,
                                error);
}

/* What is ours and DFDG's is the same, or DFDG has gone on: either way it has heard of what it asked for. */
static gboolean
settle (const Work *work, OpCall *call, GError **error)
{
  gboolean have_changed = FALSE;

  return keep_mark (work, call, error) && keep_participants (work, call, &have_changed, error) &&
         echo_store_clear (call->session, call->tenant_id, work->booking->identifier,
                           work->booking->revision, error);
}

static Booking *
new_booking (const Work *work, const CatalogueUnit *unit, gint64 citizen_id, const char *cpr)
{
  const DfdgIndkaldelse *record = work->record;
  IndkaldelseMakers makers = { work->lane->own_system, work->lane->fund_type };
  Booking *booking = g_new0 (Booking, 1);

  booking->tenant_id = work->lane->tenant_id;
  booking->unit_id = unit->unit_id;
  booking->identifier = g_strdup (work->event->external_id);
  booking->revision = booking->placement = 1;
  booking->state = BOOKING_BOOKED;
  booking->origin = indkaldelse_get_origin (record, &makers);
  booking->citizen_id = citizen_id;
  booking->cpr = g_strdup (cpr);
  booking->owner_system = -1;
  booking->fund_participation = -1;
  indkaldelse_to_booking (record, unit->zone, booking);
  booking->originator_type = MAX (record->maker_type, 0);
  booking->originator_code =
    record->maker_code == NULL ? 0 : g_ascii_strtoll (record->maker_code, NULL, 10);
  return booking;
}

/* Another system's message, and what is read is what it tells of. */
static gboolean
is_others (const Work *work, const DfdgEvent *event)
{
  const DfdgIndkaldelse *record = work->record;
  gint64 own_system = work->lane->own_system;

  if (indkaldelse_look_is_question (event))
    return TRUE;
  if (own_system < 0 || event->system_id < 0 || event->system_id == own_system)
    return FALSE;
  if (event->version_id != NULL && g_strcmp0 (event->version_id, record->version) == 0)
    return TRUE;
  return event->event_us != event->received_us && record->changed_us != 0 &&
         ABS (event->event_us - record->changed_us) <= CLOCKS_US;
}

static gboolean
has_others (const Work *work)
{
  const DfdgLane *lane = work->lane;
  gboolean has = is_others (work, work->event);

  for (guint i = lane->at + 1; i < lane->events->len; i++)
    for (guint j = 0; j < lane->covered->len; j++)
      {
        const DfdgEvent *event = lane->events->pdata[i];

        if (g_array_index (lane->covered, gint64, j) == event->event_id)
          has |= is_others (work, event);
      }
  return has;
}

static TruthQuestion
question_of (const Work *work)
{
  return (TruthQuestion){ .record = work->record,
                          .booking = work->booking,
                          .is_deleted = work->is_deleted,
                          .deleted_us = work->deleted_us,
                          .is_told = work->is_told,
                          .told_us = work->told_us,
                          .told_version = work->told_version,
                          .is_others = has_others (work),
                          .attempts = work->event->attempts };
}

static gboolean
find_citizen (const Work *work, OpCall *call, gint64 *out_citizen_id, GError **error)
{
  const char *cpr = work->record->cpr != NULL ? work->record->cpr : work->event->cpr;

  if (cpr == NULL)
    return fail (error, PLANNER_ERROR_UNKNOWN_CITIZEN,
                 "no-citizen: neither the message nor the summons says whose it is");
  *out_citizen_id = citizen_store_put (call->session, call->tenant_id, cpr, error);
  return *out_citizen_id != 0;
}

static gboolean
write_new (Work *work, OpCall *call, const char **out_outcome, GError **error)
{
  const DfdgIndkaldelse *record = work->record;
  TruthQuestion question = question_of (work);
  const CatalogueUnit *unit;
  gint64 citizen_id = 0;
  RecordWish wish;

  *out_outcome = record->is_cancelled ? "gone" : "registered";
  if (record->is_cancelled)
    return TRUE;
  if (!truth_check_end (&question, error))
    return FALSE;
  unit = record_door_find_unit (call, record->unit_code, error);
  if (unit == NULL || !find_citizen (work, call, &citizen_id, error))
    return FALSE;
  work->booking =
    new_booking (work, unit, citizen_id, record->cpr != NULL ? record->cpr : work->event->cpr);
  work->booking->created_us = work->booking->changed_us = call->now_us;
  booking_set_core (call, work->booking, record->core);
  wish = (RecordWish){ work->booking, record->advisor_key };
  return record_door_register (call, &wish, error) && settle (work, call, error);
}

/* What waits for a person about a booking that both sides have called off has become nothing; the outbox finds out. */
static gboolean
release_changes (const Work *work, OpCall *call, GError **error)
{
  OutboxItem any = { .tenant_id = call->tenant_id, .subject = work->booking->identifier };

  return outbox_store_retry (call->session, &any, error);
}

static gboolean
write_cancel (Work *work, OpCall *call, const char **out_outcome, GError **error)
{
  *out_outcome = work->booking->state == BOOKING_CANCELLED ? "known" : "cancelled";
  if (work->booking->state != BOOKING_CANCELLED && !record_door_cancel (call, work->booking, error))
    return FALSE;
  if (!release_changes (work, call, error))
    return FALSE;
  if (work->record != NULL)
    return settle (work, call, error);
  return echo_store_clear (call->session, call->tenant_id, work->booking->identifier,
                           work->booking->revision, error);
}

/* The queue of a-kasser's summonses does not tell what was done to one (docs/dfdg-wire.md 5): a summons that we have and
 * that is not shown any more was called off. */
static gboolean
is_end_of_fund (const Work *work)
{
  return work->event->carrier == DFDG_CARRIER_WSRM && work->booking != NULL &&
         g_strcmp0 (work->event->entity_name, FUND_SERVICE) == 0;
}

/* DFDG does not show it. Its end was told: then it is the end. Else DFDG may show it in a moment. */
static gboolean
write_absent (Work *work, OpCall *call, const char **out_outcome, GError **error)
{
  gboolean has_ended = FALSE;

  if (work->is_deleted && work->booking == NULL)
    {
      *out_outcome = "gone";
      return TRUE;
    }
  if (work->is_deleted)
    return write_cancel (work, call, out_outcome, error);
  if (!inbox_store_find_end (call->session, work->event, &has_ended, error))
    return FALSE;
  if (has_ended || (work->booking != NULL && work->booking->state == BOOKING_CANCELLED))
    {
      *out_outcome = "gone";
      return TRUE;
    }
  if (is_end_of_fund (work) && work->event->attempts > 0)
    return write_cancel (work, call, out_outcome, error);
  if (work->event->attempts < MAX_ABSENT)
    return fail (error, PLANNER_ERROR_CONFLICT, "absent: DFDG does not show the summons yet");
  return fail (error, PLANNER_ERROR_NOT_FOUND,
               "absent: DFDG told of the summons and does not show it: look it up there, then "
               "retry or cancel it here");
}

static gboolean
write_change (Work *work,
              OpCall *call,
              const TruthPlace *place,
              const char **out_outcome,
              GError **error)
{
  const DfdgIndkaldelse *record = work->record;
  g_autoptr (Booking) before = g_steal_pointer (&work->booking);
  RecordWish wish;

  work->booking = booking_store_load (call->session, before->booking_id, error);
  if (work->booking == NULL)
    return FALSE;
  indkaldelse_to_booking (record, place->unit->zone, work->booking);
  work->booking->unit_id = place->unit->unit_id;
  work->booking->state = BOOKING_BOOKED;
  booking_set_core (call, work->booking, record->core);
  wish = (RecordWish){ work->booking, place->is_same_advisor ? NULL : record->advisor_key };
  *out_outcome = "changed";
  return record_door_change (call, before, &wish, error) && settle (work, call, error);
}

static gboolean
write_equal (Work *work, OpCall *call, const char **out_outcome, GError **error)
{
  gboolean have_changed = FALSE;

  if (!keep_participants (work, call, &have_changed, error))
    return FALSE;
  work->has_learned = have_changed;
  *out_outcome = have_changed ? "participants" : "echo";
  return settle (work, call, error);
}

/* What a person did here is not lost unseen. */
static gboolean
overtake (const Work *work, OpCall *call, GError **error)
{
  return store_run (call->session, error, SQL_OUTBOX_END_OVERTAKEN, "iss", call->tenant_id,
                    work->booking->identifier, OVERTAKEN) &&
         record_door_report_overtaken (call, work->booking, error);
}

static gboolean
write_known (Work *work, OpCall *call, const char **out_outcome, GError **error)
{
  TruthPlace place;
  TruthQuestion question = question_of (work);
  TruthVerdict verdict;

  if (!truth_place_find (call, work->booking, work->record, &place, error) ||
      !truth_weigh (call, &question, &place, &verdict, error))
    return FALSE;
  switch (verdict)
    {
    case TRUTH_EQUAL:
      return write_equal (work, call, out_outcome, error);
    case TRUTH_CANCELS:
      return write_cancel (work, call, out_outcome, error);
    case TRUTH_OVERTAKES:
      return overtake (work, call, error) && write_change (work, call, &place, out_outcome, error);
    case TRUTH_OLDER:
      *out_outcome = "older";
      return TRUE;
    case TRUTH_NEWER:
    default:
      return write_change (work, call, &place, out_outcome, error);
    }
}

/* DfdgLaneWrite. What is shown counts at once, also when more may be to come: a time that is taken is taken. */
static gboolean
write_truth (OpCall *call, gpointer data, const char **out_outcome, GError **error)
{
  Work *work = data;
  TruthQuestion question;
  g_auto (TruthMark) mark = { 0 };
  gboolean ok;

  g_clear_pointer (&work->booking, booking_free);
  work->has_learned = FALSE;
  if (!find_booking (call->session, work->event, &work->booking, error))
    return FALSE;
  if (work->record == NULL)
    return write_absent (work, call, out_outcome, error);
  if (work->booking != NULL &&
      !truth_store_find (call->session, work->booking->booking_id, &mark, error))
    return FALSE;
  ok = work->booking == NULL ? write_new (work, call, out_outcome, error)
                             : write_known (work, call, out_outcome, error);
  question = question_of (work);
  if (ok && work->event->carrier != DFDG_CARRIER_LEGACY && !work->is_deleted &&
      !work->has_learned && truth_is_behind (&question, &mark))
    *out_outcome = DFDG_LANE_AGAIN;
  return ok;
}

/* DfdgLaneWrite. */
static gboolean
write_nothing (OpCall *call, gpointer data, const char **out_outcome, GError **error)
{
  *out_outcome = "known";
  return TRUE;
}

/* What was applied last is surely newer than the message: DFDG need not be asked. Nobody waits for an echo either. */
static gboolean
find_known (const Work *work, gboolean *out_is_known, GError **error)
{
  StoreSession *session = work->lane->session;
  const DfdgEvent *event = work->event;
  g_autoptr (Booking) booking = NULL;
  g_autoptr (EchoWatch) watch = NULL;
  g_auto (TruthMark) mark = { 0 };
  g_autoptr (GError) local_error = NULL;

  *out_is_known = FALSE;
  if (event->change_type == DFDG_CHANGE_DELETE || event->event_us == 0)
    return TRUE;
  if (!find_booking (session, event, &booking, error))
    return FALSE;
  if (booking == NULL)
    return TRUE;
  if (!truth_store_find (session, booking->booking_id, &mark, error))
    return FALSE;
  watch = echo_store_find (session, booking->tenant_id, booking->identifier, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  *out_is_known = watch == NULL && mark.changed_us - event->event_us >= CLOCKS_US;
  return TRUE;
}

/* What does not say when it happened was given the time of its arrival; what is our own question was given none. */
static void
note_told (Work *work, const DfdgEvent *event)
{
  gint64 told_us = event->event_us == event->received_us ? 0 : event->event_us;

  work->is_told |= event->event_us != 0;
  if (told_us >= work->told_us)
    {
      work->told_us = told_us;
      work->told_version = event->version_id;
    }
  if (event->change_type != DFDG_CHANGE_DELETE)
    return;
  work->is_deleted = TRUE;
  work->deleted_us = MAX (work->deleted_us, event->event_us);
}

/* The message and those that go with it: what was told last, and is one of them the thing's end? */
static void
gather (Work *work)
{
  DfdgLane *lane = work->lane;

  note_told (work, work->event);
  for (guint i = lane->at + 1; i < lane->events->len; i++)
    {
      const DfdgEvent *event = lane->events->pdata[i];

      for (guint j = 0; j < lane->covered->len; j++)
        if (g_array_index (lane->covered, gint64, j) == event->event_id)
          note_told (work, event);
    }
}

/* A refusal may be DFDG's bad hour or a certificate that is put right: it is not the message's at once. */
static gboolean
ask (Work *work, GError **error)
{
  const DfdgLane *lane = work->lane;
  g_autoptr (GError) problem = NULL;

  if (lane->truth->get_indkaldelse (lane->truth_data, work->event->external_id, &work->record,
                                    lane->cancellable, &problem))
    return TRUE;
  if (!g_error_matches (problem, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE) &&
      !g_error_matches (problem, PLANNER_ERROR, PLANNER_ERROR_ACCESS_DENIED) &&
      !g_error_matches (problem, PLANNER_ERROR, PLANNER_ERROR_BUSY))
    problem->code = PLANNER_ERROR_MALFORMED;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* The older form of a message holds the whole booking: nobody is asked. */
static gboolean
apply_whole (Work *work, GError **error)
{
  const DfdgEvent *event = work->event;
  const CalsyncZone *zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  g_autoptr (JsonNode) node = event->detail == NULL ? NULL : json_from_string (event->detail, NULL);

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node) || zone == NULL)
    return fail (error, PLANNER_ERROR_NOT_VALID, "no-booking: the message holds no booking");
  work->record = indkaldelse_from_json (json_node_get_object (node), zone, error);
  if (work->record == NULL)
    return FALSE;
  if (work->record->changed_us == 0)
    work->record->changed_us = event->event_us;
  return dfdg_lane_write (work->lane, write_truth, work, error);
}

/**
 * inbox_apply_indkaldelse:
 *
 * A DfdgEventFunc: a summons was made, changed, accepted or called off.
 */
gboolean
inbox_apply_indkaldelse (DfdgLane *lane, const DfdgEvent *event, GError **error)
{
  g_auto (Work) work = { .lane = lane, .event = event };
  gboolean is_known = FALSE;

  if (!check_id (event->external_id, error) || !find_known (&work, &is_known, error))
    return FALSE;
  if (is_known)
    return dfdg_lane_write (lane, write_nothing, NULL, error);
  if (event->carrier == DFDG_CARRIER_LEGACY)
    return apply_whole (&work, error);
  dfdg_lane_cover (lane);
  gather (&work);
  if (!ask (&work, error))
    return FALSE;
  return dfdg_lane_write (lane, write_truth, &work, error);
}
