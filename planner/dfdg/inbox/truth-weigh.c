/* SPDX-License-Identifier: EUPL-1.2 */
/* An older answer undoes no newer one; what DFDG is still to be told, or has asked for itself, waits for its turn. */
#include "dfdg/inbox/truth-weigh.h"

#include <string.h>

#include "base/error.h"
#include "ops/booking/record-door.h"
#include "store/echo-store.h"
#include "store/outbox-store.h"

/* 1 + 3 + … + 63 seconds: the read is behind the message no longer. */
#define MAX_STALE 6
/* 1 + 3 + … + 31 seconds for what a message told of and the read does not show; one second when nothing says that it does
 * not. */
#define MAX_LOOKS     5
#define LOOK_IN_DOUBT 1
/* Who dates a message need not be who dates a summons, and either may drop fractions of a second. */
#define CLOCKS_US (5 * G_USEC_PER_SEC)

static gboolean
later (GError **error, const char *why)
{
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT, why);
  return FALSE;
}

static const char *
advisor_key_of (const OpCall *call, const Booking *booking)
{
  const CatalogueResource *advisor =
    booking->advisor_id == 0 ? NULL
                             : catalogue_name_resource (call->view.catalogue, booking->advisor_id);

  return advisor == NULL ? booking->foreign_advisor : advisor->key;
}

/**
 * truth_place_find:
 *
 * Errors: PLANNER_ERROR_UNKNOWN_UNIT when the summons was given to a unit that is not served here.
 */
gboolean
truth_place_find (const OpCall *call,
                  const Booking *booking,
                  const DfdgIndkaldelse *record,
                  TruthPlace *out_place,
                  GError **error)
{
  const char *ours = advisor_key_of (call, booking);

  /* What is called off needs no unit any more, and so may have none. */
  out_place->unit = record->is_cancelled
                      ? catalogue_get_unit (call->view.catalogue, booking->unit_id)
                      : record_door_find_unit (call, record->unit_code, error);
  out_place->is_same_advisor =
    record->advisor_key == NULL || g_strcmp0 (record->advisor_key, ours) == 0;
  return out_place->unit != NULL || record->is_cancelled;
}

/* A sub-centre's meeting may stand at its main centre here, and an advisor whom DFDG does not name stays. */
static gboolean
is_equal (const OpCall *call, const TruthQuestion *question, const TruthPlace *place)
{
  const Booking *booking = question->booking;
  const CatalogueUnit *unit = catalogue_get_unit (call->view.catalogue, booking->unit_id);
  IndkaldelsePlace ours_place = { .advisor_key = advisor_key_of (call, booking) };
  g_autoptr (DfdgIndkaldelse) ours = NULL;

  if (unit == NULL)
    return FALSE;
  ours_place.unit_key = unit->key;
  ours_place.zone = unit->zone;
  ours = indkaldelse_from_booking (booking, &ours_place);
  if (place->unit == unit)
    {
      g_free (ours->unit_code);
      ours->unit_code = g_strdup (question->record->unit_code);
    }
  if (place->is_same_advisor)
    {
      g_free (ours->advisor_key);
      ours->advisor_key = g_strdup (question->record->advisor_key);
    }
  return indkaldelse_is_equal (ours, question->record);
}

static gboolean
is_awaited (const OpCall *call,
            const TruthQuestion *question,
            gboolean *out_is_awaited,
            GError **error)
{
  GError *local_error = NULL;
  g_autoptr (EchoWatch) watch =
    echo_store_find (call->session, call->tenant_id, question->booking->identifier, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  *out_is_awaited =
    watch != NULL && !watch->is_flagged && question->record->changed_us < watch->added_us;
  return TRUE;
}

static gboolean
is_applied (const TruthMark *mark, const DfdgIndkaldelse *record)
{
  if (mark->changed_us == 0 || record->changed_us == 0 || record->changed_us > mark->changed_us)
    return FALSE;
  return record->changed_us < mark->changed_us ||
         (mark->version_id != NULL && g_strcmp0 (mark->version_id, record->version) == 0);
}

/* Whether the read shows anything that was not known before. */
static gboolean
is_new (const TruthMark *mark, const DfdgIndkaldelse *record)
{
  return mark->changed_us == 0 || record->changed_us > mark->changed_us ||
         (record->changed_us == mark->changed_us && mark->version_id != NULL &&
          record->version != NULL && strcmp (mark->version_id, record->version) != 0);
}

static gint64
count_looks (const TruthQuestion *question, const TruthMark *mark)
{
  const DfdgIndkaldelse *record = question->record;
  const char *version = question->told_version;
  gint64 seen_us = MAX (record->changed_us, mark->changed_us);
  gboolean is_dated = question->told_us != 0 && record->changed_us != 0;

  if (record->is_cancelled || (version != NULL && g_strcmp0 (version, record->version) == 0) ||
      (is_dated && seen_us >= question->told_us))
    return 0;
  if (is_dated && question->told_us - seen_us >= CLOCKS_US)
    return MAX_LOOKS;
  if (is_new (mark, record))
    return is_dated ? 0 : LOOK_IN_DOUBT;
  /* It shows the very version that was known before the message, which names another. */
  return version != NULL && record->version != NULL ? MAX_LOOKS : LOOK_IN_DOUBT;
}

/**
 * truth_is_behind:
 * @mark: what was known before
 *
 * DFDG's reading side may be behind its messages. A version that the message names and the read shows settles it; else
 * DFDG's own times do. Where neither tells, one more look a second later is cheap. Pure.
 *
 * Returns: whether the message is to be looked at again, for the read may not show what it told of.
 */
gboolean
truth_is_behind (const TruthQuestion *question, const TruthMark *mark)
{
  return question->is_told && question->attempts < count_looks (question, mark);
}

/**
 * truth_check_end:
 * @question: its booking is not looked at
 *
 * Its end was told, and the answer is from before: DFDG's reading side is behind, or the summons lives.
 *
 * Errors: as truth_weigh().
 */
gboolean
truth_check_end (const TruthQuestion *question, GError **error)
{
  if (!question->is_deleted ||
      (question->record->changed_us != 0 && question->record->changed_us > question->deleted_us))
    return TRUE;
  if (question->attempts < MAX_STALE)
    return later (error, "behind: DFDG still shows a summons that it told was called off");
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED,
                       "still-there: DFDG told that the summons was called off, and shows it as "
                       "active: look it up there, then retry or cancel it here");
  return FALSE;
}

static gboolean
weigh_change (const OpCall *call,
              const TruthQuestion *question,
              TruthVerdict *out_verdict,
              GError **error)
{
  g_auto (TruthMark) mark = { 0 };
  gboolean waits = FALSE;

  if (!truth_check_end (question, error) ||
      !truth_store_find (call->session, question->booking->booking_id, &mark, error))
    return FALSE;
  if (is_applied (&mark, question->record))
    {
      *out_verdict = TRUTH_OLDER;
      return TRUE;
    }
  if (!outbox_store_is_waiting (call->session, call->tenant_id, question->booking->identifier,
                                &waits, error))
    return FALSE;
  /* To tell ours now would undo what another system has done there, and nobody would hear of it. A cancellation stands. */
  if (waits && question->is_others && is_new (&mark, question->record) &&
      question->booking->state == BOOKING_BOOKED)
    {
      *out_verdict = TRUTH_OVERTAKES;
      return TRUE;
    }
  if (waits)
    return later (error, "ours-first: a change of ours is told to DFDG before its own is taken");
  if (!is_awaited (call, question, &waits, error))
    return FALSE;
  if (waits)
    return later (error, "echo-first: what DFDG asked for itself is not what it shows yet");
  /* No name and the time of what is known: the later read counts, unless it is of before the message. */
  if (mark.changed_us != 0 && question->record->changed_us == mark.changed_us &&
      truth_is_behind (question, &mark))
    return later (error, "behind: DFDG shows what it showed before it told of a change");
  *out_verdict = TRUTH_NEWER;
  return TRUE;
}

/**
 * truth_weigh:
 *
 * On the writer, in the transaction in which the verdict is acted on.
 *
 * Errors: PLANNER_ERROR_CONFLICT: not to be decided yet, ask again later; PLANNER_ERROR_STATE_CHANGED: DFDG contradicts
 * itself, and goes on to: a person looks.
 */
gboolean
truth_weigh (const OpCall *call,
             const TruthQuestion *question,
             const TruthPlace *place,
             TruthVerdict *out_verdict,
             GError **error)
{
  if (question->record->is_cancelled)
    {
      *out_verdict = TRUTH_CANCELS;
      return TRUE;
    }
  if (is_equal (call, question, place) && question->booking->state == BOOKING_BOOKED)
    {
      *out_verdict = TRUTH_EQUAL;
      return truth_check_end (question, error);
    }
  return weigh_change (call, question, out_verdict, error);
}
