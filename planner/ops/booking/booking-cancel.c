/* SPDX-License-Identifier: EUPL-1.2 */
/* Marks a booking cancelled, frees its time, and remembers the answer. */
#include "ops/booking/booking-cancel.h"

#include "base/error.h"
#include "ops/booking/booking-journal.h"
#include "ops/booking/ledger.h"
#include "ops/call/op-context.h"
#include "ops/call/op-memory.h"
#include "store/hold-store.h"

static gboolean
may_cancel (const Booking *booking, const BookingAsker *asker, GError **error)
{
  g_autofree char *owner_system = NULL;
  BookingFacts facts = op_booking_facts (booking, &owner_system);
  BookingDecision decision = booking_may_cancel (&facts, asker);

  if (decision == BOOKING_FLAG_OFF || decision == BOOKING_NOT_MOVABLE)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_CANCELLABLE,
                           "the booking cannot be cancelled by this caller");
      return FALSE;
    }
  return op_decision_to_error (decision, error);
}

/* A time that is reserved for moving the booking is of no more use. */
static gboolean
drop_move (const OpCall *call, const Booking *booking, GError **error)
{
  GError *local_error = NULL;
  g_autoptr (Hold) hold =
    hold_store_find_context (call->session, booking->citizen_id, booking->identifier, &local_error);

  if (local_error == NULL)
    return hold == NULL || ledger_drop_hold (call, hold, error);
  g_propagate_error (error, local_error);
  return FALSE;
}

/**
 * booking_cancel_found:
 * @booking: as it is stored, and booked; then as it became
 *
 * Whoever asks has the right to. On the writer.
 */
gboolean
booking_cancel_found (OpCall *call, Booking *booking, const char *journal_kind, GError **error)
{
  g_autoptr (Booking) before = booking_store_load (call->session, booking->booking_id, error);

  if (before == NULL)
    return FALSE;
  booking->state = BOOKING_CANCELLED;
  booking->placement++;
  booking->session_id = 0;
  booking->conflict = FALSE;
  booking->changed_us = call->now_us;
  return booking_store_change (call->session, booking, error) &&
         ledger_release_booking (call, before, error) &&
         booking_journal (call, journal_kind, before, booking, error) &&
         drop_move (call, booking, error) && ledger_settle (call, before, error);
}

static char *
placement_key (const Booking *booking)
{
  return g_strdup_printf ("%s:%" G_GINT64_FORMAT, booking->identifier, booking->placement);
}

/**
 * booking_cancel:
 *
 * Errors: those of op_find_booking(); PLANNER_ERROR_NOT_CANCELLABLE, _DEADLINE_PASSED,
 * _STATE_CHANGED when it is cancelled already by another call, _OWNED_ELSEWHERE.
 */
Booking *
booking_cancel (OpCall *call, const CancelWish *wish, GError **error)
{
  g_autoptr (Booking) booking = op_find_booking (call, wish->identifier, wish->cpr, error);
  g_autoptr (GBytes) digest = NULL;
  g_autofree char *key = NULL;
  g_autofree char *new_key = NULL;

  if (booking == NULL)
    return NULL;
  digest = op_memory_digest (call, booking->citizen_id, wish->cpr, error);
  key = placement_key (booking);
  if (digest == NULL ||
      op_memory_recall (call, OP_KEY_PLACEMENT, key, digest, wish->cpr, error) != OP_MEMORY_NEW)
    return NULL;
  if (!may_cancel (booking, wish->asker, error) ||
      !booking_cancel_found (call, booking, wish->journal_kind, error))
    return NULL;
  new_key = placement_key (booking);
  op_memory_set (call, OP_KEY_PLACEMENT, new_key, digest, booking);
  return g_steal_pointer (&booking);
}
