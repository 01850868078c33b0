/* SPDX-License-Identifier: EUPL-1.2 */
/* Finds offer, booking and citizen of a slots call; refuses what facts that we hold contradict. */
#include "ops/handlers/slot-context.h"

#include "base/error.h"
#include "ops/booking/reservation.h"
#include "ops/call/op-context.h"
#include "store/citizen-store.h"

/**
 * slot_context_clear:
 *
 * Frees what the context owns.
 */
void
slot_context_clear (SlotContext *context)
{
  g_clear_pointer (&context->moving, booking_free);
  g_clear_pointer (&context->owners, g_array_unref);
  if (context->owns_citizen)
    citizen_context_clear (&context->citizen);
}

static gboolean
load_moving (OpCall *call,
             const char *cpr,
             const char *identifier,
             SlotContext *context,
             GError **error)
{
  g_autofree char *owner_system = NULL;
  BookingAsker asker = { BOOKING_ACTOR_CITIZEN, NULL, call->now_us };
  BookingFacts facts;
  gint64 owner_id;

  context->moving = op_find_booking (call, identifier, cpr, error);
  if (context->moving == NULL)
    return FALSE;
  facts = op_booking_facts (context->moving, &owner_system);
  if (!op_decision_to_error (booking_may_rebook (&facts, &asker), error))
    return FALSE;
  context->offer = reservation_offer_of (call, context->moving, error);
  owner_id = reservation_owner_of (context->moving);
  if (owner_id != 0)
    g_array_append_val (context->owners, owner_id);
  return context->offer != NULL;
}

/* A session in which nobody else sits goes with the hold. */
static gboolean
load_own_seat (OpCall *call, const Hold *hold, SlotContext *context, GError **error)
{
  GError *local_error = NULL;
  g_autoptr (GroupSession) group = group_store_load (call->session, hold->session_id, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  context->own_session_id = hold->session_id;
  if (group != NULL && group->n_taken == 1 && !group->is_kept)
    g_array_append_val (context->owners, group->owner_id);
  return TRUE;
}

/* The citizen's own hold is no hindrance: a new one would replace it. */
static gboolean
load_own_hold (OpCall *call, SlotContext *context, GError **error)
{
  g_autofree char *name = hold_context_of (
    context->unit->unit_id, context->moving == NULL ? NULL : context->moving->identifier);
  g_autoptr (Hold) hold = NULL;
  GError *local_error = NULL;

  if (context->citizen_id == 0)
    return TRUE;
  hold = hold_store_find_context (call->session, context->citizen_id, name, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  if (hold == NULL || hold->expiry_us <= call->now_us)
    return TRUE;
  if (context->owners->len == 0)
    g_array_append_val (context->owners, hold->owner_id);
  return hold->session_id == 0 || load_own_seat (call, hold, context, error);
}

static gboolean
load_citizen (OpCall *call, const char *cpr, SlotContext *context, GError **error)
{
  GError *local_error = NULL;
  Wish wish = { .offer = context->offer, .unit = context->unit, .moving = context->moving };

  context->citizen_id = citizen_store_find (call->session, call->tenant_id, cpr, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  wish.citizen_id = context->citizen_id;
  context->owns_citizen = TRUE;
  return citizen_context_load (call->session, &wish, call->now_us, &context->citizen, error) &&
         load_own_hold (call, context, error);
}

static gboolean
check_facts (const SlotContext *context, GError **error)
{
  if (offer_match_citizen (&context->offer->rules->citizen_rules, &context->citizen.facts) !=
      CITIZEN_CONTRADICTS)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_ALLOWED_FOR_CITIZEN,
                       "the offer is not for this citizen");
  return FALSE;
}

/**
 * slot_context_load:
 * @offer_identifier: (nullable): for a new meeting
 * @booking_identifier: (nullable): for one to be moved
 *
 * Inline, a citizen with live bookings or holds, or a move, asks for a session.
 *
 * Errors: those of op_find_offer() and op_find_booking(); why a booking cannot be moved;
 * PLANNER_ERROR_NOT_ALLOWED_FOR_CITIZEN when known facts contradict the offer's rules.
 */
gboolean
slot_context_load (OpCall *call,
                   const char *cpr,
                   const char *offer_identifier,
                   const char *booking_identifier,
                   SlotContext *out_context,
                   GError **error)
{
  g_auto (SlotContext) context = { .owners = g_array_new (FALSE, FALSE, sizeof (gint64)) };
  const CitizenEntry *known = NULL;

  if (!op_check_cpr (cpr, error))
    return FALSE;
  if (call->view.citizens != NULL)
    known = citizen_index_find (call->view.citizens, call->tenant_id, cpr);
  call->wants_session =
    call->session == NULL &&
    (booking_identifier != NULL || (known != NULL && known->busy_until_us > call->now_us));
  if (call->wants_session)
    return TRUE;
  if (booking_identifier != NULL && !load_moving (call, cpr, booking_identifier, &context, error))
    return FALSE;
  if (booking_identifier == NULL)
    context.offer = op_find_offer (call, offer_identifier, error);
  if (context.offer == NULL)
    return FALSE;
  context.unit = catalogue_get_unit (call->view.catalogue, context.offer->rules->unit_id);
  if (call->session != NULL && !load_citizen (call, cpr, &context, error))
    return FALSE;
  if (call->session == NULL && known != NULL)
    context.citizen.facts = known->facts;
  if (!check_facts (&context, error))
    return FALSE;
  *out_context = context;
  context = (SlotContext){ 0 };
  return TRUE;
}
