/* SPDX-License-Identifier: EUPL-1.2 */
/* One live hold per citizen and context: an equal wish renews it, another replaces it. */
#include "ops/booking/reservation.h"

#include "base/error.h"
#include "base/ids.h"
#include "calsync-timezone.h"
#include "ops/booking/booking-details.h"
#include "ops/booking/op-expire.h"
#include "ops/call/op-context.h"
#include "ops/call/op-window.h"

/* What a wish names. */
typedef struct
{
  const CatalogueResource *advisor; /* nullable */
  gint64 contact_type;
} Asked;

static gboolean
check_type (const OpCall *call, const CatalogueOffer *offer, gint64 start_us, GError **error)
{
  const CatalogueUnit *unit = catalogue_get_unit (call->view.catalogue, offer->rules->unit_id);
  gint32 date = (gint32) calsync_zone_local_day (unit->zone, start_us);

  return op_decision_to_error (
    catalogue_may_plan (call->view.catalogue, unit, offer->rules->interview_type, date), error);
}

static gboolean
choose_contact_type (const ReservationWish *wish, gint64 *out_contact_type, GError **error)
{
  const GArray *allowed = wish->offer->contact_types;
  gint64 contact_type = wish->contact_type;

  if (contact_type == 0)
    contact_type =
      wish->moving != NULL ? wish->moving->contact_type : g_array_index (allowed, gint64, 0);
  for (guint i = 0; i < allowed->len; i++)
    if (g_array_index (allowed, gint64, i) == contact_type)
      {
        *out_contact_type = contact_type;
        return TRUE;
      }
  if (wish->moving != NULL && contact_type == wish->moving->contact_type)
    {
      *out_contact_type = contact_type;
      return TRUE;
    }
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "InterviewContactTypeIdentifier is not one of the offer's");
  return FALSE;
}

static gboolean
is_same_wish (const OpCall *call,
              const Hold *hold,
              const ReservationWish *wish,
              const CatalogueResource *advisor)
{
  return hold->expiry_us > call->now_us && hold->offer_id == wish->offer->rules->offer_id &&
         hold->core.start_us == wish->start_us &&
         (advisor == NULL || advisor->resource_id == hold->advisor_id);
}

/**
 * reservation_owner_of:
 * @moving: (nullable): the booking to be moved
 *
 * Returns: whose claims do not stand in the way of the move; 0 for nobody's. Those who meet in a
 * group without a session share one owner: the others' time is not free for one who leaves.
 */
gint64
reservation_owner_of (const Booking *moving)
{
  gboolean shares_owner =
    moving != NULL && moving->group_identifier != NULL && moving->session_id == 0;

  return moving == NULL || shares_owner ? 0 : moving->owner_id;
}

typedef gboolean (*TakePlacement) (const OpCall *call,
                                   const Wish *wish,
                                   const Placement *placement,
                                   Hold *hold,
                                   GError **error);

static Hold *
place_anew (const OpCall *call,
            const ReservationWish *wish,
            const Asked *asked,
            TakePlacement take,
            GError **error)
{
  Wish exact = { .offer = wish->offer,
                 .unit = catalogue_get_unit (call->view.catalogue, wish->offer->rules->unit_id),
                 .citizen_id = wish->citizen_id,
                 .start_us = wish->start_us,
                 .advisor = asked->advisor,
                 .owner_id = reservation_owner_of (wish->moving),
                 .moving = wish->moving,
                 .waived = wish->waived };
  g_auto (Placement) placement = { 0 };
  g_autoptr (Hold) hold = g_new0 (Hold, 1);

  hold->contact_type = asked->contact_type;
  if (!check_type (call, wish->offer, wish->start_us, error) ||
      !placement_find (call, &exact, &placement, error) ||
      !take (call, &exact, &placement, hold, error))
    return NULL;
  return g_steal_pointer (&hold);
}

/* What the wish names, looked up. */
static gboolean
look_up (const OpCall *call, const ReservationWish *wish, Asked *asked, GError **error)
{
  if (wish->case_worker != NULL)
    {
      asked->advisor = op_find_advisor (call, wish->case_worker, error);
      if (asked->advisor == NULL)
        return FALSE;
    }
  return choose_contact_type (wish, &asked->contact_type, error) &&
         op_expire_holds (call->session, call->now_us, NULL, error);
}

/* The citizen's hold when it is of the same wish; another one is given back. */
static gboolean
find_equal (const OpCall *call,
            const ReservationWish *wish,
            const Asked *asked,
            Hold **out_hold,
            GError **error)
{
  g_autofree char *context = hold_context_of (
    wish->offer->rules->unit_id, wish->moving == NULL ? NULL : wish->moving->identifier);
  GError *local_error = NULL;
  g_autoptr (Hold) hold =
    hold_store_find_context (call->session, wish->citizen_id, context, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  if (hold == NULL)
    return TRUE;
  if (!is_same_wish (call, hold, wish, asked->advisor))
    return ledger_drop_hold (call, hold, error);
  hold->contact_type = asked->contact_type;
  if (!reservation_check (call, hold, wish->moving, error))
    return FALSE;
  *out_hold = g_steal_pointer (&hold);
  return TRUE;
}

static gboolean
renew (const OpCall *call, const ReservationWish *wish, Hold *hold, GError **error)
{
  hold->expiry_us =
    call->now_us + catalogue_get_unit (call->view.catalogue, wish->offer->rules->unit_id)->hold_us;
  return hold_store_renew (call->session, hold, error) &&
         ledger_note_citizen (call->session, call->tenant_id, hold->citizen_id, error);
}

/**
 * reservation_make:
 *
 * Returns: (transfer full): the citizen's hold on that time, renewed or new. Errors: those of
 * placement_find(); PLANNER_ERROR_NOT_VALID for a contact type that the offer does not have;
 * PLANNER_ERROR_TYPE_CLOSED.
 */
Hold *
reservation_make (const OpCall *call, const ReservationWish *wish, GError **error)
{
  Asked asked = { 0 };
  g_autoptr (Hold) hold = NULL;

  if (!look_up (call, wish, &asked, error) || !find_equal (call, wish, &asked, &hold, error))
    return NULL;
  if (hold == NULL)
    return place_anew (call, wish, &asked, ledger_hold, error);
  return renew (call, wish, hold, error) ? g_steal_pointer (&hold) : NULL;
}

/**
 * reservation_take:
 *
 * Returns: (transfer full): for ledger_use_hold() in this same job: the citizen's hold on that time, or
 * one that is not stored, because nobody else will ever see it. Errors: as reservation_make().
 */
Hold *
reservation_take (const OpCall *call, const ReservationWish *wish, GError **error)
{
  Asked asked = { 0 };
  g_autoptr (Hold) hold = NULL;

  if (!look_up (call, wish, &asked, error) || !find_equal (call, wish, &asked, &hold, error))
    return NULL;
  return hold != NULL ? g_steal_pointer (&hold)
                      : place_anew (call, wish, &asked, ledger_place, error);
}

/* What became of a token is told to its own citizen only, and to a caller who may see the booking. */
static void
refuse_token (const OpCall *call, const char *token, gint64 citizen_id, GError **error)
{
  GError *local_error = NULL;
  gint64 booking_id = 0;
  gboolean is_remembered =
    hold_store_find_used (call->session, call->tenant_id, token, &booking_id, &local_error);
  g_autoptr (Booking) booking = NULL;

  if (is_remembered && booking_id != 0)
    booking = booking_store_load (call->session, booking_id, &local_error);
  if (local_error != NULL)
    g_propagate_error (error, local_error);
  else if (booking != NULL && booking->citizen_id == citizen_id &&
           op_unit_of (call, booking) != NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_RESERVATION_USED,
                 "the reservation was used: booking %s is %s, revision %" G_GINT64_FORMAT,
                 booking->identifier, booking_state_to_text (booking->state), booking->revision);
  else if (is_remembered && booking_id == 0)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_RESERVATION_EXPIRED,
                         "the reservation has expired");
  else
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_RESERVATION_UNKNOWN,
                         "the reservation is not known");
}

/**
 * reservation_find:
 * @token: ReservationIdentifier, either case
 *
 * Returns: (transfer full): the citizen's live hold. Errors: PLANNER_ERROR_RESERVATION_USED naming
 * the booking's present state, _RESERVATION_EXPIRED, _RESERVATION_UNKNOWN (also when it is another
 * citizen's, or of a unit that the caller may not use).
 */
Hold *
reservation_find (OpCall *call, const char *token, gint64 citizen_id, GError **error)
{
  g_autofree char *folded = ids_fold_guid (token);
  g_autoptr (Hold) hold = NULL;
  GError *local_error = NULL;
  CatalogueOffer *offer;

  if (!op_expire_holds (call->session, call->now_us, NULL, error))
    return NULL;
  hold = hold_store_find_token (call->session, call->tenant_id, folded, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return NULL;
    }
  if (hold == NULL)
    {
      refuse_token (call, folded, citizen_id, error);
      return NULL;
    }
  offer = catalogue_get_offer (call->view.catalogue, hold->offer_id);
  if (hold->citizen_id != citizen_id || offer == NULL ||
      !op_caller_may_use_unit (call,
                               catalogue_get_unit (call->view.catalogue, offer->rules->unit_id)))
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_RESERVATION_UNKNOWN,
                           "the reservation is not known");
      return NULL;
    }
  if (!op_window_check (call, offer->rules->unit_id, error))
    return NULL;
  if (hold->expiry_us > call->now_us)
    return g_steal_pointer (&hold);
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_RESERVATION_EXPIRED,
                       "the reservation has expired");
  return NULL;
}

/**
 * reservation_check:
 *
 * A hold keeps the time, not the right to it: what the citizen has booked or been told since counts,
 * and a meeting that has begun is no more to be had.
 */
gboolean
reservation_check (const OpCall *call, const Hold *hold, const Booking *moving, GError **error)
{
  const CatalogueOffer *offer = catalogue_get_offer (call->view.catalogue, hold->offer_id);
  Wish wish = { .offer = offer,
                .unit = catalogue_get_unit (call->view.catalogue, offer->rules->unit_id),
                .citizen_id = hold->citizen_id,
                .start_us = hold->core.start_us,
                .moving = moving };
  g_auto (CitizenContext) citizen = { 0 };
  SlotVerdict verdict = SLOT_FREE;

  if (!check_type (call, offer, hold->core.start_us, error) ||
      !citizen_context_load (call->session, &wish, call->now_us, &citizen, error))
    return FALSE;
  if (hold->core.start_us <= call->now_us)
    verdict = SLOT_PAST_LEAD_TIME;
  else if (offer_match_citizen (&offer->rules->citizen_rules, &citizen.facts) ==
           CITIZEN_CONTRADICTS)
    verdict = SLOT_NOT_FOR_CITIZEN;
  else if (citizen.has_open)
    verdict = SLOT_CITIZEN_HAS_OPEN;
  else if (period_list_overlaps (citizen.busy, hold->core))
    verdict = SLOT_CITIZEN_BUSY;
  if (verdict != SLOT_FREE)
    placement_set_error (verdict, error);
  return verdict == SLOT_FREE;
}

static gboolean
can_stand_in (const CatalogueOffer *offer, const Booking *booking)
{
  return booking->form_type == BOOKING_FORM_INDIVIDUAL &&
         offer->rules->unit_id == booking->unit_id && offer->rules->form == OFFER_INDIVIDUAL &&
         offer->rules->interview_type == booking->interview_type &&
         offer->rules->duration_us == booking->core.end_us - booking->core.start_us &&
         offer_has_advisor (offer->rules, booking->advisor_id);
}

/**
 * reservation_offer_of:
 *
 * Under which rules a booking can be moved: those of its offer; for one that an indkalder made
 * without an offer, those of the unit's first offer of the same type, length and advisor.
 *
 * Errors: PLANNER_ERROR_NOT_REBOOKABLE when there is none.
 */
CatalogueOffer *
reservation_offer_of (const OpCall *call, const Booking *booking, GError **error)
{
  const GPtrArray *offers = catalogue_get_offers (call->view.catalogue);
  CatalogueOffer *offer = catalogue_get_offer (call->view.catalogue, booking->offer_id);

  for (guint i = 0; offer == NULL && i < offers->len; i++)
    if (can_stand_in (offers->pdata[i], booking))
      offer = offers->pdata[i];
  if (offer == NULL)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_REBOOKABLE,
                         "no offer has times for this booking");
  return offer;
}

/**
 * reservation_fill_group:
 *
 * Sets the group id of a booking that sits in a session.
 */
gboolean
reservation_fill_group (const OpCall *call, Booking *booking, GError **error)
{
  GError *local_error = NULL;
  g_autoptr (GroupSession) group = NULL;

  g_clear_pointer (&booking->group_identifier, g_free);
  if (booking->session_id == 0)
    return TRUE;
  group = group_store_load (call->session, booking->session_id, &local_error);
  if (group != NULL)
    booking->group_identifier = g_strdup (group->identifier);
  if (local_error != NULL)
    g_propagate_error (error, local_error);
  return group != NULL;
}
